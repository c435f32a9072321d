//! The mooR example programs, as programs of their own, against the stand-in daemon of both eras.
//!
//! They are found beside this test, where `cargo test` puts them; when only this test is asked
//! for, `cargo build --examples --features moor,http` has to come first.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::{
    io::Read,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use journeyman_testkit::moor::{Config, Daemon, Failure, Files, syntax::parse_call};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

fn program(name: &str) -> Command {
    let test = std::env::current_exe().expect("the path of this test");
    let target = test.parent().and_then(|deps| deps.parent()).expect("target/<profile>/deps");
    let path: PathBuf = target.join("examples").join(name);
    assert!(
        path.with_extension(std::env::consts::EXE_EXTENSION).exists(),
        "{} is not built; run `cargo build --examples --features moor,http` first",
        path.display()
    );
    let mut command = Command::new(path);
    for (name, _) in std::env::vars() {
        if ["MOOR_", "WORKER_", "JOURNEYMAN_HTTP_"].iter().any(|start| name.starts_with(start)) {
            command.env_remove(name);
        }
    }
    command.env_remove("RUST_LOG").stdin(Stdio::null());
    command
}

/// An example that works for a daemon. Killed when it is dropped.
struct Example(Child);

impl Example {
    /// Starts it, and waits until these types are attached.
    async fn start(mut command: Command, daemon: &Daemon, types: &[&str]) -> Self {
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut example = Self(child.expect("the example starts"));
        for name in types {
            let attached = tokio::time::timeout(Duration::from_secs(20), daemon.attached(name, 1));
            if attached.await.is_err() {
                let _ = example.0.kill();
                panic!("`{name}` does not attach:\n{}", example.output().1);
            }
        }
        example
    }

    fn output(&mut self) -> (String, String) {
        let mut out = (String::new(), String::new());
        self.0.stdout.take().expect("a pipe").read_to_string(&mut out.0).expect("text");
        self.0.stderr.take().expect("a pipe").read_to_string(&mut out.1).expect("text");
        out
    }

    /// Asks it to stop as a service manager does, and gives what it printed.
    fn stop(mut self) -> Output {
        let pid = self.0.id().to_string();
        let killed = Command::new("kill").args(["-TERM", &pid]).status().expect("kill");
        assert!(killed.success());
        let status = self.0.wait().expect("an end");
        let (stdout, stderr) = self.output();
        Output { status, stdout: stdout.into_bytes(), stderr: stderr.into_bytes() }
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        // Short, since the path of a socket may have about a hundred bytes.
        let path = std::env::temp_dir().join(format!("jm-ex-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(Duration::from_secs(20), future).await {
        Ok(value) => value,
        Err(_) => panic!("waited in vain: {what}"),
    }
}

/// What MOO code sees: the value, or the error that is raised.
async fn moo(daemon: &Daemon, code: &str) -> String {
    let call = parse_call(code).unwrap_or_else(|error| panic!("{code}: {error}"));
    match within(code, daemon.call(&call)).await {
        Ok(value) => value.to_string(),
        Err(Failure::Moo(failure)) => failure.to_string(),
        Err(other) => panic!("{code}: {other:?}"),
    }
}

/// An unencrypted daemon of today's era.
async fn ipc(folder: &Folder) -> Daemon {
    Daemon::start(Config::curve().ipc(folder.path())).await.expect("free addresses")
}

fn for_daemon(name: &str, daemon: &Daemon) -> Command {
    let mut command = program(name);
    command.args(["--request-address", daemon.requests()]);
    command.args(["--response-address", daemon.responses()]);
    command
}

const ECHO: &str = r#"worker_request("echo", {"Hello", "World", 123})"#;
const ECHOED: &str = r#"{"echo_response", "Hello", "World", 123}"#;

#[test]
fn each_example_explains_itself() {
    for (name, about) in [
        ("moor_echo", "A mooR worker of type `echo`"),
        ("moor_math", "subtract, divide, remainder"),
        ("moor_http", "A mooR worker of type `curl`"),
    ] {
        let output = program(name).arg("--help").output().expect("the example starts");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{name}: {text}");
        for part in [
            about,
            "--request-address, --workers-request-address",
            "WORKER_RESPONSE_ADDR",
            "--private-key",
            "--public-key",
            "--data-dir",
            "--enrollment-address",
            "--enrollment-token-file",
            "MOOR_ENROLLMENT_TOKEN",
        ] {
            assert!(text.contains(part), "{name}: {part:?} is not in {text}");
        }
        for (args, problem) in [
            (&["--colour", "red"][..], "there is no flag `--colour`"),
            (&["--data-dir"], "the flag `--data-dir` needs a value"),
            (&["--era=stone"], "`--era` is `stone`"),
            (&["--request-address", "udp://x:1"], "`request_address`"),
            (&["--enrollment-token-file=/nowhere/token"], "`enrollment_token_file`"),
        ] {
            let output = program(name).args(args).output().expect("the example starts");
            let text = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{name}: {text}");
            assert!(text.contains(problem) && text.contains(about), "{name}: {text}");
        }
    }
    let output = program("moor_http").args(["--health", "here"]).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("`--health` is `here`"), "{text}");
}

#[tokio::test]
async fn echo_over_ipc_and_its_end() {
    let folder = Folder::new("echo");
    let daemon = ipc(&folder).await;
    let example = Example::start(for_daemon("moor_echo", &daemon), &daemon, &["echo"]).await;
    assert_eq!(moo(&daemon, ECHO).await, ECHOED);
    assert_eq!(moo(&daemon, r#"worker_request('ECHO, {})"#).await, r#"{"echo_response"}"#);
    for value in [
        "{}",
        "{{}}",
        r#"{{1, 2}}"#,
        r#"[1 -> "a", "b" -> #2]"#,
        "'symbol",
        "E_PERM",
        "2.5",
        r#""""#,
        "-9223372036854775808",
        "#-1",
    ] {
        let call = format!(r#"worker_request("echo", {{{value}}})"#);
        assert_eq!(moo(&daemon, &call).await, format!(r#"{{"echo_response", {value}}}"#));
    }
    let stopped = tokio::task::spawn_blocking(move || example.stop());
    let output = within("the end", stopped).await.unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(stdout, "moor: 12 ok, 0 failed\n");
    // It said goodbye, and did not just go away.
    assert!(daemon.registered().is_empty());
}

#[tokio::test]
async fn echo_in_the_paseto_era_with_the_variables_of_the_python_example() {
    let folder = Folder::new("paseto");
    let daemon = Daemon::start(Config::paseto().folder(folder.path())).await.unwrap();
    let files = Files::new(folder.path());
    for key in [files.signing_key(), files.signing_key_v1()] {
        let mut command = program("moor_echo");
        command
            .env("WORKER_REQUEST_ADDR", daemon.requests())
            .env("WORKER_RESPONSE_ADDR", daemon.responses())
            .env("WORKER_PRIVATE_KEY", &key)
            .env("WORKER_PUBLIC_KEY", files.verifying_key());
        let example = Example::start(command, &daemon, &["echo"]).await;
        assert_eq!(moo(&daemon, ECHO).await, ECHOED);
        let stopped = tokio::task::spawn_blocking(move || example.stop());
        assert!(within("the end", stopped).await.unwrap().status.success());
    }
    // As flags, which win.
    let mut command = program("moor_echo");
    command
        .env("WORKER_PRIVATE_KEY", "/nowhere/key.pem")
        .arg(format!("--workers-request-address={}", daemon.requests()))
        .arg(format!("--workers-response-address={}", daemon.responses()))
        .arg("--private-key")
        .arg(files.signing_key())
        .arg("--public-key")
        .arg(files.verifying_key());
    let _example = Example::start(command, &daemon, &["echo"]).await;
    assert_eq!(moo(&daemon, ECHO).await, ECHOED);
}

#[tokio::test]
async fn echo_with_enrollment_and_encryption() {
    let folder = Folder::new("curve");
    let daemon = Daemon::start(Config::curve()).await.unwrap();
    let token = daemon.enrollment_token().unwrap();
    let data = folder.path().join("data");
    let command = || {
        let mut command = for_daemon("moor_echo", &daemon);
        command.arg("--data-dir").arg(&data);
        command.args(["--enrollment-address", daemon.enrollment().unwrap()]);
        command
    };
    let mut first = command();
    first.env("MOOR_ENROLLMENT_TOKEN", &token);
    let example = Example::start(first, &daemon, &["echo"]).await;
    assert_eq!(moo(&daemon, ECHO).await, ECHOED);
    for name in ["echo-worker-curve.key", "echo-worker-curve.pub", "echo-worker-identity.json"] {
        assert!(data.join(name).exists(), "{name}");
    }
    let stopped = tokio::task::spawn_blocking(move || example.stop());
    assert!(within("the end", stopped).await.unwrap().status.success());
    // The identity is kept, so the token is not needed again; a file of it does as well.
    let file = folder.path().join("token");
    std::fs::write(&file, "of no use\n").unwrap();
    let mut again = command();
    again.arg("--enrollment-token-file").arg(&file);
    let _example = Example::start(again, &daemon, &["echo"]).await;
    assert_eq!(moo(&daemon, ECHO).await, ECHOED);
}

#[tokio::test]
async fn math_and_string_are_two_types_of_one_worker() {
    let folder = Folder::new("math");
    let daemon = ipc(&folder).await;
    let command = for_daemon("moor_math", &daemon);
    let _example = Example::start(command, &daemon, &["math", "string"]).await;
    for (call, wanted) in [
        (r#"worker_request("math", {"add", 1, 2, 3})"#, "6"),
        (r#"worker_request("math", {'add, 1, 2, 3.5})"#, "6.5"),
        (r#"worker_request("math", {"multiply", 6, 7})"#, "42"),
        (r#"worker_request("math", {"subtract", 2, 5})"#, "-3"),
        (r#"worker_request("math", {"divide", 7, 2})"#, "3"),
        (r#"worker_request("math", {"divide", 7.0, 2})"#, "3.5"),
        (r#"worker_request("math", {"remainder", 7, 2})"#, "1"),
        (r#"worker_request("math", {"power", 2, 62})"#, "4611686018427387904"),
        (r#"worker_request("math", {"sqrt", 2.25})"#, "1.5"),
        (r#"worker_request("math", {"min", 3, -1, 2})"#, "-1"),
        (r#"worker_request("math", {"max", 3, -1, 2})"#, "3"),
        (r#"worker_request("math", {"mean", 1, 2})"#, "1.5"),
        (r#"worker_request("math", {"factorize", 360})"#, "{2, 2, 2, 3, 3, 5}"),
        (r#"worker_request("string", {"upper", "grün"})"#, r#""GRÜN""#),
        (r#"worker_request("string", {"lower", "GRÜN"})"#, r#""grün""#),
        (r#"worker_request("string", {"reverse", "abc"})"#, r#""cba""#),
        (r#"worker_request("string", {"trim", "  a "})"#, r#""a""#),
        (r#"worker_request("string", {"count", "grün"})"#, "4"),
        (r#"worker_request("string", {"words", "to be  or not"})"#, r#"{"to", "be", "or", "not"}"#),
        (r#"worker_request("string", {"join", "-", "a", "b"})"#, r#""a-b""#),
        (r#"worker_request("string", {"replace", "aXbX", "X", "--"})"#, r#""a--b--""#),
    ] {
        assert_eq!(moo(&daemon, call).await, wanted, "{call}");
    }
    for (call, wanted) in [
        (r#"worker_request("math", {"divide", 1, 0})"#, "division by zero"),
        (r#"worker_request("math", {"remainder", -1, 0})"#, "division by zero"),
        (r#"worker_request("math", {"add", 9223372036854775807, 1})"#, "does not fit"),
        (r#"worker_request("math", {"power", 2, 63})"#, "does not fit"),
        (r#"worker_request("math", {"factorize", 0})"#, "is not from 1 to"),
        (r#"worker_request("math", {"factorize", 2.5})"#, "is not an integer"),
        (r#"worker_request("math", {"sqrt", 1, 2})"#, "sqrt takes 1, not 2"),
        (r#"worker_request("math", {"add"})"#, "at least one number"),
        (r#"worker_request("math", {"fold", 1})"#, "no operation `fold`"),
        (r#"worker_request("math", {"add", "one"})"#, "do not fit"),
        (r#"worker_request("math", {})"#, "what to do"),
        (r#"worker_request("string", {"replace", "a", "", "b"})"#, "something to look for"),
    ] {
        let seen = moo(&daemon, call).await;
        assert!(seen.starts_with("E_INVARG (Invalid request: "), "{call}: {seen}");
        assert!(seen.contains(wanted), "{call}: {seen}");
    }
}

/// A web server that says which request line it was sent, and a path that is never answered.
async fn web() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = vec![0; 4096];
                // The requests of this test fit.
                let n = stream.read(&mut head).await.unwrap();
                let head = String::from_utf8_lossy(&head[..n]).into_owned();
                if head.contains("/slow") {
                    std::future::pending::<()>().await;
                }
                let body = head.lines().next().unwrap_or_default().to_owned();
                let answer = format!(
                    "HTTP/1.1 201 Created\r\nx-a: 1\r\nx-a: 2\r\ncontent-length: {}\r\n\
                     connection: close\r\n\r\n{body}",
                    body.len()
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
            });
        }
    });
    address
}

/// A port that is free, most likely still when it is used.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

async fn health(port: u16) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await.ok()?;
    Some(text)
}

#[tokio::test]
async fn http_requests_for_moo_code_and_the_health_port() {
    let folder = Folder::new("http");
    let daemon = ipc(&folder).await;
    let web = web().await;
    let port = free_port();
    let mut command = for_daemon("moor_http", &daemon);
    command.env("JOURNEYMAN_HTTP_ALLOW_PRIVATE", "127.0.0.1").args(["--health", &port.to_string()]);
    let example = Example::start(command, &daemon, &["curl"]).await;
    // Attached is a moment before the worker has heard of it.
    let well = async {
        while health(port).await.as_deref() != Some("OK\n") {
            tokio::task::yield_now().await;
        }
    };
    within("good health", well).await;

    let seen =
        moo(&daemon, &format!(r#"worker_request("curl", {{'get, "http://{web}/a"}})"#)).await;
    assert_eq!(
        seen,
        r#"{201, {{"x-a", "1"}, {"x-a", "2"}, {"content-length", "15"}, {"connection", "close"}}, "GET /a HTTP/1.1"}"#
    );
    let call = format!(
        r#"worker_request("curl", {{"Post", "http://{web}/b", {{"bo", "dy"}}, {{{{"X-Y", "z"}}}}}})"#
    );
    let seen = moo(&daemon, &call).await;
    assert!(seen.starts_with("{201, ") && seen.ends_with(r#""POST /b HTTP/1.1"}"#), "{seen}");
    for (args, wanted) in [
        ("{\"GET\"}".to_owned(), "E_INVARG (Invalid request: At least two arguments are required)"),
        ("{1, \"http://h/\"}".to_owned(), "First argument must be a symbol or string"),
        ("{\"GET\", \"nope\"}".to_owned(), "E_INVARG (Invalid request: Invalid URL)"),
        (
            "{\"GET\", \"http://10.0.0.1/\"}".to_owned(),
            "E_PERM (Permission denied: requests to 10.",
        ),
        (
            "{\"GET\", \"http://localhost:1/\"}".to_owned(),
            "E_INVARG (Request error: Failed to send",
        ),
    ] {
        let seen = moo(&daemon, &format!("worker_request(\"curl\", {args})")).await;
        assert!(seen.contains(wanted), "{args}: {seen}");
    }
    let slow = format!(
        r#"worker_request("curl", {{"GET", "http://{web}/slow"}}, ["timeout_seconds" -> 0.2])"#
    );
    let seen = moo(&daemon, &slow).await;
    assert!(seen.starts_with("E_QUOTA (Request timed out: "), "{seen}");

    // A daemon that is gone for long makes the worker unwell only when it notices; a worker that
    // has ended has no port any more.
    let stopped = tokio::task::spawn_blocking(move || example.stop());
    assert!(within("the end", stopped).await.unwrap().status.success());
    assert_eq!(health(port).await, None);
}

#[tokio::test]
async fn http_is_closed_to_the_private_network_by_default() {
    let folder = Folder::new("http2");
    let daemon = ipc(&folder).await;
    let web = web().await;
    let mut command = for_daemon("moor_http", &daemon);
    command.args(["--health", "off"]);
    let _example = Example::start(command, &daemon, &["curl"]).await;
    let call = format!(r#"worker_request("curl", {{"GET", "http://{web}/"}})"#);
    let seen = moo(&daemon, &call).await;
    assert!(seen.starts_with("E_PERM (Permission denied: requests to 127.0.0.1 are"), "{seen}");
}
