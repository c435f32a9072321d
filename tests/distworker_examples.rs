//! The DistWorker example programs, as programs of their own, against the stand-in controller.
//!
//! They are found beside this test, where `cargo test` puts them; when only this test is asked
//! for, `cargo build --examples --features distworker` has to come first.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use journeyman_testkit::distworker::{
    Config, Controller, Event, FileInfo, NewTask, Provisioner, Task,
};
use serde_json::{Value, json};

const TOKEN: &str = "token-for-examples";

fn program(name: &str) -> Command {
    let test = std::env::current_exe().expect("the path of this test");
    let target = test.parent().and_then(|deps| deps.parent()).expect("target/<profile>/deps");
    let path: PathBuf = target.join("examples").join(name);
    assert!(
        path.with_extension(std::env::consts::EXE_EXTENSION).exists(),
        "{} is not built; run `cargo build --examples --features distworker` first",
        path.display()
    );
    let mut command = Command::new(path);
    for (name, _) in std::env::vars() {
        if name.starts_with("DISTWORKER_") || name.starts_with("FILE_WORKER_") {
            command.env_remove(name);
        }
    }
    command.env_remove("RUST_LOG").stdin(Stdio::null());
    command
}

/// An example that works for a controller. Killed when it is dropped.
struct Example(Child);

impl Example {
    async fn start(name: &str, controller: &Controller, variables: &[(&str, &str)]) -> Self {
        let mut events = controller.events_from_now();
        let child = program(name)
            .env("DISTWORKER_CONTROLLER_URL", controller.worker_url())
            .env("DISTWORKER_PROVISIONER", "examples")
            .env("DISTWORKER_WORKER_TOKEN", TOKEN)
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the example starts");
        let example = Self(child);
        let registered = events.wait_for(|event| matches!(event, Event::Registered { .. }));
        within("a registration", registered).await;
        example
    }

    /// Asks it to stop as a service manager does, and gives what it printed.
    #[cfg(unix)]
    fn stop(mut self) -> Output {
        let pid = self.0.id().to_string();
        let killed = Command::new("kill").args(["-TERM", &pid]).status().expect("kill");
        assert!(killed.success());
        let status = self.0.wait().expect("an end");
        let mut output = Output { status, stdout: Vec::new(), stderr: Vec::new() };
        let pipes = (self.0.stdout.take(), self.0.stderr.take());
        pipes.0.expect("a pipe").read_to_end(&mut output.stdout).expect("readable");
        pipes.1.expect("a pipe").read_to_end(&mut output.stderr).expect("readable");
        output
    }

    #[cfg(not(unix))]
    fn stop(self) {}
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(Duration::from_secs(20), future).await {
        Ok(value) => value,
        Err(_) => panic!("waited in vain: {what}"),
    }
}

async fn controller(queues: &[&str]) -> Controller {
    let provisioner = Provisioner::shared_token(TOKEN, queues.iter().copied());
    let config = Config::default().provisioner("examples", provisioner);
    Controller::start(config).await.expect("free ports")
}

async fn run(controller: &Controller, task: NewTask) -> Task {
    let mut handle = controller.submit(task).expect("a task");
    within("the end of a task", handle.wait()).await.expect("an end")
}

async fn result(controller: &Controller, queue: &str, input: Value) -> Value {
    let task = run(controller, NewTask::new(queue).input(input)).await;
    assert!(task.succeeded(), "{queue}: {:?}", task.error);
    task.result_json()
}

/// The code and the message of a task that must fail.
async fn failure(controller: &Controller, queue: &str, input: Value) -> (String, String) {
    let task = run(controller, NewTask::new(queue).input(input.clone())).await;
    let Some(error) = task.error else {
        panic!("{queue} with {input} succeeded: {}", task.result_json())
    };
    (error.code, error.message)
}

#[test]
fn without_settings_each_example_explains_itself() {
    for (name, about) in [
        ("distworker_basic", "math.add, math.subtract"),
        ("distworker_file", "file.inspect"),
        ("distworker_sdk_style", "slow.job"),
    ] {
        let output = program(name).output().expect("the example starts");
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{name}: {text}");
        for part in [
            "`controller_url`: is not set; give the worker port of the controller",
            about,
            "DISTWORKER_CONTROLLER_URL",
            "DISTWORKER_PROVISIONER",
            "DISTWORKER_WORKER_TOKEN",
            "DISTWORKER_WORKER_ID",
        ] {
            assert!(text.contains(part), "{name}: {part:?} is not in {text}");
        }
    }
}

#[tokio::test]
async fn the_basic_worker_does_mathematics_text_and_data() {
    let queues = [
        "math.add",
        "math.subtract",
        "math.multiply",
        "math.divide",
        "math.power",
        "math.modulo",
        "text.upper",
        "text.lower",
        "text.reverse",
        "text.count",
        "data.sort",
        "data.filter",
        "data.sum",
        "data.group",
    ];
    let controller = controller(&queues).await;
    let example = Example::start("distworker_basic", &controller, &[]).await;
    for (queue, a, b, expected) in [
        ("math.add", 2.0, 3.5, 5.5),
        ("math.subtract", 2.0, 3.0, -1.0),
        ("math.multiply", 4.0, 2.5, 10.0),
        ("math.divide", 1.0, 4.0, 0.25),
        ("math.power", 2.0, 10.0, 1024.0),
    ] {
        let output = result(&controller, queue, json!({"a": a, "b": b})).await;
        assert_eq!(output["result"].as_f64(), Some(expected), "{queue}");
    }
    for (queue, expected) in [
        ("text.upper", json!({"text": "GRÜSSE AN\nALLE"})),
        ("text.lower", json!({"text": "grüße an\nalle"})),
        ("text.reverse", json!({"text": "ellA\nna eßürG"})),
        ("text.count", json!({"characters": 13, "words": 3, "lines": 2})),
    ] {
        let output = result(&controller, queue, json!({"text": "Grüße an\nAlle"})).await;
        assert_eq!(output, expected, "{queue}");
    }
    let items = json!([
        {"kind": "b", "n": 3}, {"kind": "a", "n": 10}, {"kind": "b", "n": 1},
    ]);
    let data = |key: &str| json!({"items": items, "key": key});
    let sorted = result(&controller, "data.sort", data("n")).await;
    let numbers: Vec<_> =
        sorted["items"].as_array().unwrap().iter().map(|i| i["n"].as_f64()).collect();
    assert_eq!(numbers, [Some(1.0), Some(3.0), Some(10.0)]);
    let mut only_a = data("kind");
    only_a["value"] = json!("a");
    let filtered = result(&controller, "data.filter", only_a).await;
    assert_eq!(filtered, json!({"items": [{"kind": "a", "n": 10}]}));
    let sum = result(&controller, "data.sum", data("n")).await;
    assert_eq!(sum["sum"].as_f64(), Some(14.0));
    let groups = result(&controller, "data.group", data("kind")).await;
    assert_eq!(groups, json!({"groups": {"a": 1, "b": 2}}));

    let (code, message) = failure(&controller, "math.divide", json!({"a": 1, "b": 0})).await;
    assert_eq!(
        (code.as_str(), message.as_str()),
        ("INVALID_INPUT", "`b` is 0: no division by zero")
    );
    let (code, message) = failure(&controller, "math.modulo", json!({"a": 1, "b": 2})).await;
    assert_eq!((code.as_str(), message.as_str()), ("NO_HANDLER", "no handler for `math.modulo`"));
    let (code, message) = failure(&controller, "data.sort", data("missing")).await;
    assert_eq!((code.as_str(), message.as_str()), ("INVALID_INPUT", "item 0 has no `missing`"));
    let (code, message) = failure(&controller, "text.upper", json!({"text": 5})).await;
    assert_eq!(code, "INVALID_INPUT");
    assert!(message.contains("field `text`"), "{message}");
    ended_well(example, "connection 0: 13 ok, 4 failed");
}

/// Stops an example and looks at its last words.
fn ended_well(example: Example, words: &str) {
    #[cfg(unix)]
    {
        let output = example.stop();
        let stdout = String::from_utf8_lossy(&output.stdout);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{stdout}{stderr}");
        assert!(stdout.contains(words), "{words:?} is not in {stdout}");
        assert!(!stderr.contains(TOKEN) && !stdout.contains(TOKEN));
    }
    #[cfg(not(unix))]
    {
        let _ = words;
        example.stop();
    }
}

#[tokio::test]
async fn the_quick_start_works_as_it_is_written_there() {
    let controller = controller(&["math.add", "slow.job"]).await;
    // With the URL of the quick start, which no release serves.
    let url = controller.worker_url().replace("http://", "ws://") + "/ws";
    let variables = [("DISTWORKER_CONTROLLER_URL", url.as_str())];
    let example = Example::start("distworker_sdk_style", &controller, &variables).await;
    let info = &controller.workers()[0].resource_info;
    assert_eq!((&info["cpu_cores"], &info["memory_mb"]), (&json!(4), &json!(8192)));
    let input = json!({"operation": "multiply", "a": 6, "b": 7});
    assert_eq!(result(&controller, "math.add", input).await["result"].as_f64(), Some(42.0));
    let input = json!({"operation": "divide", "a": 6, "b": 7});
    let (code, message) = failure(&controller, "math.add", input).await;
    assert_eq!((code.as_str(), message.as_str()), ("HANDLER_ERROR", "Unknown operation: divide"));

    let task = NewTask::new("slow.job").metadata(json!({"priority": "high"})).with_progress();
    let mut handle = controller.submit(task).unwrap();
    for (fraction, text) in
        [(0.25, "Processing started"), (0.5, "Half way done"), (0.9, "Almost finished")]
    {
        let progress = within("progress", handle.progress()).await.unwrap();
        assert_eq!((progress.progress, progress.message.as_str()), (fraction, text));
    }
    let task = within("the end", handle.wait()).await.unwrap();
    assert_eq!(task.result_json(), json!({"status": "completed", "priority": "high"}));
    ended_well(example, "connection 0: 2 ok, 1 failed");
}

/// Serves a few files over plain HTTP, one request per connection, until the process ends.
fn file_server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut reader = BufReader::new(&stream);
            let mut request = String::new();
            if reader.read_line(&mut request).is_err() {
                continue;
            }
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                line.clear();
            }
            let path = request.split(' ').nth(1).unwrap_or_default();
            let _ = stream.write_all(&answer(path, address));
        }
    });
    address
}

fn answer(path: &str, address: SocketAddr) -> Vec<u8> {
    let ok = |body: &[u8]| {
        let head = format!(
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        [head.as_bytes(), body].concat()
    };
    let redirect = |to: &str| {
        format!(
            "HTTP/1.1 302 Found\r\nConnection: close\r\nContent-Length: 0\r\nLocation: {to}\r\n\r\n"
        )
        .into_bytes()
    };
    match path {
        "/in.txt" => ok("eins zwei\ndrei\n".as_bytes()),
        "/dot.png" => ok(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x06\0\0\0"),
        "/noise" => ok(&[0xff; 100]),
        "/large" => ok(&[b'x'; 5000]),
        // Says nothing about its size, and has more than was asked for.
        "/endless" => {
            [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".as_slice(), &[b'x'; 5000]].concat()
        }
        "/moved" => redirect(&format!("http://{address}/in.txt")),
        "/to-disk" => redirect("file:///etc/passwd"),
        "/elsewhere" => redirect("http://store.invalid/in.txt"),
        "/round" => redirect(&format!("http://{address}/round")),
        _ => b"HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".to_vec(),
    }
}

fn file(name: &str, url: String) -> FileInfo {
    FileInfo {
        file_id: format!("id of {name}"),
        filename: name.to_owned(),
        storage_url: url,
        ..FileInfo::default()
    }
}

#[tokio::test]
async fn the_file_worker_fetches_and_inspects_files() {
    let server = file_server();
    let controller = controller(&["file.inspect"]).await;
    let hosts = server.to_string();
    let variables = [("FILE_WORKER_MAX_BYTES", "4096"), ("FILE_WORKER_HOSTS", hosts.as_str())];
    let example = Example::start("distworker_file", &controller, &variables).await;
    let url = |path: &str| format!("http://{server}/{path}");
    let files = vec![
        file("../notes.txt", url("in.txt")),
        file("dot.png", url("dot.png")),
        file("noise", url("noise")),
        file("moved.txt", url("moved")),
    ];
    let task = NewTask::new("file.inspect").files(files).with_progress();
    let mut handle = controller.submit(task).unwrap();
    let mut percents = Vec::new();
    while let Some(progress) = within("progress", handle.progress()).await {
        percents.push(progress.progress);
    }
    assert!(percents.is_sorted() && percents.last() == Some(&1.0), "{percents:?}");
    let task = within("the end", handle.wait()).await.unwrap();
    assert!(task.succeeded(), "{:?}", task.error);
    let text_sha = "2072c7cd";
    let files = task.result_json()["files"].as_array().unwrap().clone();
    let without_sha = |mut file: Value| {
        let sha = file.as_object_mut().unwrap().remove("sha256").unwrap();
        assert_eq!(sha.as_str().unwrap().len(), 64);
        file
    };
    assert_eq!(files[0]["sha256"].as_str().unwrap()[..8], *text_sha);
    assert_eq!(files[0]["sha256"], files[3]["sha256"], "a redirect was followed");
    let kinds: Vec<Value> = files.into_iter().map(without_sha).collect();
    assert_eq!(
        json!(kinds),
        json!([
            {"name": "notes.txt", "bytes": 15, "kind": "text", "lines": 2, "words": 3},
            {"name": "dot.png", "bytes": 29, "kind": "png", "width": 640, "height": 480},
            {"name": "noise", "bytes": 100, "kind": "other"},
            {"name": "moved.txt", "bytes": 15, "kind": "text", "lines": 2, "words": 3},
        ])
    );
    let [report] = &task.result_files[..] else { panic!("{:?}", task.result_files) };
    assert_eq!(
        (report.filename.as_str(), report.content_type.as_str()),
        ("report.csv", "text/csv")
    );
    assert!(report.storage_url.starts_with("data:text/csv;base64,"), "{}", report.storage_url);

    for (address, code, complaint) in [
        (url("large"), "FILE_TOO_LARGE", "larger than the limit of 4096 bytes"),
        (url("endless"), "FILE_TOO_LARGE", "larger than the limit of 4096 bytes"),
        (url("missing"), "HANDLER_ERROR", "404"),
        (url("to-disk"), "HANDLER_ERROR", "answered 302"),
        (url("elsewhere"), "HANDLER_ERROR", "the host `store.invalid` is not in FILE_WORKER_HOSTS"),
        (url("round"), "HANDLER_ERROR", "too many redirects"),
        ("ftp://h/f".to_owned(), "INVALID_INPUT", "the scheme `ftp` is not fetched"),
        ("http://store.invalid/f".to_owned(), "INVALID_INPUT", "is not in FILE_WORKER_HOSTS"),
        ("no address".to_owned(), "INVALID_INPUT", "is no address"),
    ] {
        let (got, message) = failure(&controller, "file.inspect", json!({"urls": [address]})).await;
        assert_eq!(got, code, "{address}: {message}");
        assert!(message.contains(complaint), "{complaint:?} is not in {message:?}");
    }
    let on_disk = file("in.txt", "files/1/in.txt".to_owned());
    let task = run(&controller, NewTask::new("file.inspect").files(vec![on_disk])).await;
    assert_eq!(task.error.unwrap().code, "FILE_UNAVAILABLE");
    let (code, message) = failure(&controller, "file.inspect", json!({})).await;
    assert_eq!(
        (code.as_str(), message.as_str()),
        ("INVALID_INPUT", "no files came along, and `urls` names none")
    );
    ended_well(example, "connection 0: 1 ok, 11 failed");
}
