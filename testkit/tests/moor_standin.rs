//! The stand-in mooR daemon as a process: its commands, a load, and a kill.

#![allow(clippy::unwrap_used)]

mod moor_support;

use bytes::Bytes;
use journeyman_testkit::moor::{Broadcast, Era, Identity, Reply, SigningKey, Value, WorkerMessage};
use moor_support::{Folder, within};
use serde_json::{Value as Json, json};
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;
use uuid::Uuid;
use zeromq::{ReqSocket, Socket as _, SocketRecv as _, SocketSend as _, SubSocket, ZmqMessage};

const WORKER: Uuid = Uuid::from_u128(5);

struct Standin {
    child: Child,
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Standin {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_journeyman-standin"))
            .arg("moor")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let stdin = child.stdin.take().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, stdin, lines }
    }

    async fn command(&mut self, line: &str) {
        self.stdin.write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }

    /// The next event that is like this.
    async fn event(&mut self, what: &str, mut wanted: impl FnMut(&Json) -> bool) -> Json {
        loop {
            let line = within(what, self.lines.next_line()).await.unwrap();
            let line = line.unwrap_or_else(|| panic!("the stand-in ended before: {what}"));
            let event: Json = serde_json::from_str(&line).unwrap();
            if wanted(&event) {
                return event;
            }
        }
    }

    async fn named(&mut self, name: &str) -> Json {
        self.event(name, |event| event["event"] == name).await
    }
}

async fn exchange(req: &mut ReqSocket, message: &WorkerMessage, key: &SigningKey) -> Reply {
    let frames = vec![
        Bytes::from(key.worker_token(WORKER)),
        Bytes::copy_from_slice(WORKER.as_bytes()),
        message.encode(Era::Paseto),
    ];
    req.send(ZmqMessage::try_from(frames).unwrap()).await.unwrap();
    let frames = within("a reply", req.recv()).await.unwrap().into_vec();
    Reply::decode(Era::Paseto, &frames[0]).unwrap()
}

/// An echo worker, hand-driven: attaches at the first ping, answers pings and requests.
fn echo(requests: String, responses: String, key: SigningKey) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut sub = SubSocket::new();
        sub.connect(&requests).await.unwrap();
        sub.subscribe("workers").await.unwrap();
        let mut req = ReqSocket::new();
        req.connect(&responses).await.unwrap();
        let identity = Identity::Token(key.worker_token(WORKER));
        while let Ok(frames) = sub.recv().await {
            let message = match Broadcast::decode(Era::Paseto, &frames.into_vec()[1]).unwrap() {
                Broadcast::Ping => WorkerMessage::Pong {
                    identity: identity.clone(),
                    worker_type: "echo".to_owned(),
                },
                Broadcast::Request { id, arguments, .. } => WorkerMessage::Result {
                    identity: identity.clone(),
                    request: id,
                    value: Value::List(arguments),
                },
                other => panic!("{other:?}"),
            };
            exchange(&mut req, &message, &key).await;
        }
    })
}

#[tokio::test]
async fn it_serves_is_killed_and_comes_back_on_the_same_sockets() {
    let folder = Folder::new();
    let path = |name: &str| folder.0.join(name).display().to_string();
    let (requests, responses) = (format!("ipc://{}", path("a")), format!("ipc://{}", path("b")));
    let key = SigningKey::from_seed([3; 32]);
    std::fs::write(path("key.pem"), key.to_pem_v2()).unwrap();
    let (key_file, keys) = (path("key.pem"), path("keys"));
    let arguments = [
        "--era",
        "paseto",
        "--requests",
        &requests,
        "--responses",
        &responses,
        "--signing-key",
        &key_file,
        "--folder",
        &keys,
        "--ping-ms",
        "20",
        "--enrollment",
        "none",
    ];
    for round in 0..3 {
        let mut standin = Standin::start(&arguments);
        let listening = standin.named("listening").await;
        let expected = json!({
            "event": "listening", "requests": requests, "responses": responses,
            "enrollment": null, "public_key": null,
        });
        assert_eq!(listening, expected);
        let worker = echo(requests.clone(), responses.clone(), key.clone());
        let attached = standin.named("attached").await;
        assert_eq!(attached["text"], format!("echo worker {WORKER} registered by a pong"));

        standin.command(r##"request 1 echo {"a", 1, #2, [1 -> 2]} 5.5"##).await;
        let answer = standin.named("answer").await;
        assert_eq!(
            answer,
            json!({"event": "answer", "id": "1", "value": r##"{"a", 1, #2, [1 -> 2]}"##})
        );
        standin.command(r#"call x worker_request("none", {})"#).await;
        let answer = standin.named("answer").await;
        assert_eq!((&answer["id"], &answer["error"]), (&json!("x"), &json!("E_TYPE")));
        standin.command("workers").await;
        let workers = standin.named("workers").await;
        assert!(workers["value"].as_str().unwrap().starts_with("{{'echo, 1, 0, 0.0, 0."));
        standin.command("load 8 echo 5").await;
        let load = standin
            .event("a load", |event| event["completed"].as_u64().is_some_and(|count| count > 50))
            .await;
        for counter in ["failed", "wrong", "late"] {
            assert_eq!(load[counter], 0, "{load}");
        }
        if round == 2 {
            standin.command("unload").await;
            standin.command("quit").await;
            let status = within("the end", standin.child.wait()).await.unwrap();
            assert!(status.success());
        } else {
            standin.child.kill().await.unwrap();
        }
        worker.abort();
    }
}

#[tokio::test]
async fn arguments_that_are_wrong_are_named() {
    for arguments in [&["--era", "stone"][..], &["--what", "1"], &["--era"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_journeyman-standin"));
        let output = command.arg("moor").args(arguments).output();
        let output = within("the end", output).await.unwrap();
        assert!(!output.status.success());
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains("usage: journeyman-standin "), "{text}");
    }
    let mut standin = Standin::start(&["--encrypted", "no", "--enrollment", "none"]);
    standin.named("listening").await;
    standin.command("request 1 echo {1,").await;
    assert!(!within("the end", standin.child.wait()).await.unwrap().success());
}
