//! A peer on libzmq: `testkit/python/zmq_peer.py` as a child process.

use std::{io::Write as _, path::Path, process::Stdio};

use bytes::Bytes;
use journeyman_zmq::{CurveKeys, CurvePublicKey, Endpoint, Frames};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

use super::soon;

pub struct Peer {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

/// The interpreter, or `None` after saying that the test is skipped.
pub fn interpreter(test: &str) -> Option<String> {
    if let Ok(python) = std::env::var("JOURNEYMAN_TEST_PYTHON") {
        return Some(python);
    }
    let line = format!(
        "SKIPPED: journeyman-zmq pyzmq::{test}: JOURNEYMAN_TEST_PYTHON is not set; make a virtual \
         environment, `pip install -r testkit/python/requirements.txt` in it, and set the \
         variable to its interpreter"
    );
    println!("{line}");
    if let Some(path) = std::env::var_os("JOURNEYMAN_SKIP_LOG") {
        let mut log = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        // In one write: tests run side by side and append to the same file.
        log.write_all(format!("{line}\n").as_bytes()).unwrap();
    }
    None
}

impl Peer {
    pub fn start(python: &str) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testkit/python/zmq_peer.py");
        let mut child = Command::new(python)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("JOURNEYMAN_TEST_PYTHON names a program that can be started");
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, input, output }
    }

    pub async fn tell(&mut self, command: Value) -> Value {
        let answer = soon(async {
            self.input.write_all(format!("{command}\n").as_bytes()).await.unwrap();
            self.output.next_line().await.unwrap()
        })
        .await;
        let answer = answer.unwrap_or_else(|| panic!("no answer to {command}"));
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert!(answer.get("error").is_none(), "{command}: {answer}");
        answer
    }

    /// Binds a socket, under CURVE where there are keys.
    pub async fn bind(
        &mut self,
        name: &str,
        kind: &str,
        endpoint: &Endpoint,
        curve: Option<&CurveKeys>,
    ) -> Endpoint {
        let mut command =
            json!({"op": "bind", "name": name, "type": kind, "endpoint": endpoint.to_string()});
        if let Some(keys) = curve {
            command["curve_secret"] = json!(secret(keys));
        }
        let answer = self.tell(command).await;
        answer["endpoint"].as_str().unwrap().parse().unwrap()
    }

    pub async fn connect(
        &mut self,
        name: &str,
        kind: &str,
        endpoint: &Endpoint,
        curve: Option<(&CurvePublicKey, &CurveKeys)>,
    ) {
        let mut command = json!({"op": "connect", "name": name, "type": kind,
            "endpoint": endpoint.to_string()});
        if kind == "SUB" {
            command["subscribe"] = json!(["776f726b657273"]);
        }
        if let Some((server, keys)) = curve {
            command["server_key"] = json!(server.to_z85());
            command["public"] = json!(keys.public().to_z85());
            command["secret"] = json!(secret(keys));
        }
        self.tell(command).await;
    }

    /// Only these keys may connect from now on.
    pub async fn allow(&mut self, keys: &[&CurveKeys]) {
        let keys: Vec<_> = keys.iter().map(|keys| keys.public().to_z85()).collect();
        self.tell(json!({"op": "allow", "keys": keys})).await;
    }

    pub async fn send(&mut self, name: &str, frames: &Frames) {
        self.tell(json!({"op": "send", "name": name, "frames": to_json(frames)})).await;
    }

    pub async fn receive(&mut self, name: &str) -> Frames {
        let answer = self.tell(json!({"op": "recv", "name": name, "timeout": 50_000})).await;
        let frames = answer["frames"].as_array().unwrap_or_else(|| panic!("{answer}"));
        Frames(frames.iter().map(from_json).collect())
    }

    /// Kills it as `kill -9` does, and waits until it is gone.
    pub async fn kill(mut self) {
        soon(self.child.kill()).await.unwrap();
    }
}

pub fn to_json(frames: &Frames) -> Value {
    frames
        .0
        .iter()
        .map(|frame| match frame.first() {
            Some(byte) if frame.len() > 1024 && frame.iter().all(|b| b == byte) => {
                json!({"len": frame.len(), "byte": byte})
            }
            _ => json!(frame.iter().map(|b| format!("{b:02x}")).collect::<String>()),
        })
        .collect()
}

fn from_json(frame: &Value) -> Bytes {
    if let Some(hex) = frame.as_str() {
        return hex
            .as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect();
    }
    let length = usize::try_from(frame["len"].as_u64().unwrap()).unwrap();
    vec![u8::try_from(frame["byte"].as_u64().unwrap()).unwrap(); length].into()
}

fn secret(keys: &CurveKeys) -> String {
    String::from_utf8(keys.secret_z85().expose().to_vec()).unwrap()
}
