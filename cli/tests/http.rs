//! The handler `http`: only for servers that are granted it, and only to where it may go.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener},
};

use serde_json::json;
use support::{Dev, Folder, Running, TOKEN, journeyman};

/// Answers every request with `hello`, for as long as the test runs.
fn server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            // The requests of this test fit.
            let _ = stream.read(&mut [0; 4096]).unwrap();
            let answer = "HTTP/1.1 203 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello";
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    address
}

#[test]
fn requests_go_where_the_file_allows() {
    let url = format!("http://{}/", server());
    let dev = Dev::start(&["open", "closed", "denied"]);
    let folder = Folder::new("http");
    let config = folder.file(
        "worker.toml",
        &format!(
            "[[backend]]\ntype = \"distworker\"\ncontroller_url = \"{}\"\nprovisioner = \"dev\"\n\
             grant = [\"http\"]\n\n[handlers]\nclosed = {{ http = {{}} }}\n\
             open = {{ http = {{ allow_private = [\"127.0.0.1\"] }}, timeout = \"20s\" }}\n\
             denied = {{ http = {{ allow_private = true, deny = [\"127.0.0.0/8\"] }} }}\n",
            dev.worker
        ),
    );
    let mut command = journeyman(&["run", "--config", &config]);
    command.env("DISTWORKER_WORKER_TOKEN", TOKEN);
    let mut worker = Running::start(command);
    worker.line("it is granted http");
    worker.line("ready: 1 sessions");

    let input = json!({"method": "get", "url": url}).to_string();
    let (code, task) = dev.submit("open", &input, &["--wait"]);
    assert_eq!(code, 0, "{task}");
    let result = &task["result"]["result"];
    assert_eq!((&result[0], &result[2]), (&json!(203), &json!("hello")), "{task}");
    assert!(result[1].as_array().unwrap().contains(&json!(["content-length", "5"])), "{task}");

    for queue in ["closed", "denied"] {
        let (code, task) = dev.submit(queue, &input, &["--wait"]);
        assert_eq!((code, &task["error"]["code"]), (1, &json!("E_PERM")), "{task}");
    }
    let (code, task) = dev.submit("open", "{\"method\":\"GET\"}", &["--wait"]);
    assert_eq!(code, 1, "{task}");
    assert_eq!(task["error"]["message"], "At least two arguments are required");
}

#[test]
fn the_environment_holds_the_settings_of_the_command_line() {
    let url = format!("http://{}/", server());
    let dev = Dev::start(&["fetch"]);
    let start = |private: &str| {
        let uri = dev.uri();
        let args = ["run", "--connect", &uri, "--grant", "http", "--handler", "fetch=http"];
        let mut command = journeyman(&args);
        command.env("DISTWORKER_WORKER_TOKEN", TOKEN);
        command.env("JOURNEYMAN_HTTP_ALLOW_PRIVATE", private);
        command
    };
    let mut worker = Running::start(start("127.0.0.0/8"));
    worker.line("ready: 1 sessions");
    let (code, task) =
        dev.submit("fetch", &json!({"method": "GET", "url": url}).to_string(), &["--wait"]);
    assert_eq!((code, &task["result"]["result"][0]), (0, &json!(203)), "{task}");

    let (code, _, stderr) = support::run(&mut start("not a host"));
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("handler `http`: `JOURNEYMAN_HTTP_ALLOW_PRIVATE`"), "{stderr}");
}
