//! A worker with a monitor, and a client that says exactly what it is told to.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use journeyman_core::{
    JobError, Router, StartedWorker, Worker,
    extract::Args,
    job::{Cancel, Output, Progress},
    memory::{Memory, MemoryClient, MemoryJob, Submission},
};
use journeyman_monitor::{Monitor, MonitorConfig};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Semaphore,
    task::JoinHandle,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{client::IntoClientRequest, http::StatusCode},
};

pub(crate) const TOKEN: &str = "correct-horse-battery";

/// How long anything may take on a machine with other things to do.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// A worker on two backends, `first` and `second`, and its monitor.
pub(crate) struct Rig {
    pub(crate) worker: StartedWorker,
    pub(crate) first: MemoryClient,
    pub(crate) second: MemoryClient,
    pub(crate) address: SocketAddr,
    /// Jobs of the route `gate` wait for its permits.
    pub(crate) gate: Arc<Semaphore>,
    pub(crate) monitor: JoinHandle<std::convert::Infallible>,
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.monitor.abort();
    }
}

/// A configuration for tests: a free port, and no limit that a busy test would meet.
pub(crate) fn config() -> MonitorConfig {
    MonitorConfig::new().address("127.0.0.1:0".parse().unwrap()).rate_limit(10_000.0, 10_000)
}

pub(crate) async fn rig(config: MonitorConfig) -> Rig {
    let gate = Arc::new(Semaphore::new(0));
    let opened = Arc::clone(&gate);
    let router = Router::new()
        .route("echo", async |value: journeyman_core::Value| value)
        .route("fail", async || Err::<(), _>(JobError::failed("<b>no</b> & \"never\"")))
        .route("fail.with", async |Args(text): Args<String>| Err::<(), _>(JobError::failed(text)))
        .route("gate", move |output: Output, progress: Progress, cancel: Cancel| {
            let gate = Arc::clone(&opened);
            async move {
                output.write("before the gate\n");
                progress.message(0.25, "at the gate");
                tokio::select! {
                    permit = gate.acquire() => permit.unwrap().forget(),
                    reason = cancel.cancelled() => {
                        return Err(JobError::cancelled(reason.as_str()));
                    }
                }
                output.write("after the gate\n");
                Ok(())
            }
        });
    let (one, first) = Memory::new();
    let (two, second) = Memory::new();
    let worker = Worker::new(router)
        .serve(one.name("first"))
        .serve(two.name("second"))
        .concurrency(4)
        .start()
        .unwrap();
    worker.control().ready().await.unwrap();
    let listening = Monitor::new(worker.control().clone(), config).bind().await.unwrap();
    let address = listening.local_addr();
    let monitor = tokio::spawn(listening.serve());
    Rig { worker, first, second, address, gate, monitor }
}

impl Rig {
    pub(crate) async fn get(&self, path: &str) -> Answer {
        ask(self.address, "GET", path, &[], "").await
    }

    pub(crate) async fn post(&self, path: &str) -> Answer {
        ask(self.address, "POST", path, &[], "").await
    }

    /// The JSON at a path that must be there.
    pub(crate) async fn json(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// Waits until what is at a path is as wanted.
    pub(crate) async fn until(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let start = Instant::now();
        loop {
            let value = self.get(path).await.json();
            if wanted(&value) {
                return value;
            }
            assert!(start.elapsed() < LIMIT, "{path} stays {value:#}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// A job that waits at the gate.
    pub(crate) async fn at_the_gate(&self, id: &str) -> MemoryJob {
        let job = self.first.submit(Submission::new("gate").id(id)).await;
        self.until("/api/v1/jobs", |jobs| {
            let active = jobs["active"].as_array();
            active.is_some_and(|list| {
                list.iter().any(|job| job["id"] == id && job["progress"] == 0.25)
            })
        })
        .await;
        job
    }

    pub(crate) async fn stop(self) {
        self.worker.control().abort();
        // The worker is waited for by value, and a rig is dropped as a whole.
        let states = self.worker.control().states();
        for mut state in states {
            state.wait_for(|state| state.is_over()).await.unwrap();
        }
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// Sends one request on a connection of its own and reads the answer. `Host` is ours, unless the
/// headers have one; an empty value leaves it out.
pub(crate) async fn ask(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let mut head = format!("{method} {path} HTTP/1.1\r\n");
    let host = address.to_string();
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        head.push_str(&format!("Host: {host}\r\n"));
    }
    for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    head.push_str("Connection: close\r\n\r\n");
    raw(address, format!("{head}{body}").as_bytes()).await
}

/// Sends bytes and reads an answer until the connection ends.
pub(crate) async fn raw(address: SocketAddr, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // A refusal may come before all is sent.
    let _ = stream.write_all(request).await;
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let _ = tokio::time::timeout(LIMIT, read).await.expect("an answer in time");
    parse(&answer)
}

fn parse(answer: &[u8]) -> Answer {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("no head: {:?}", String::from_utf8_lossy(answer)));
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let body = &answer[end + 4..];
    let body = match headers.get("transfer-encoding").is_some_and(|coding| coding == "chunked") {
        true => unchunk(body),
        false => body.to_vec(),
    };
    Answer { status, headers, body }
}

fn unchunk(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = body.windows(2).position(|window| window == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&body[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            break;
        }
        whole.extend_from_slice(&body[end + 2..end + 2 + size]);
        body = &body[end + 4 + size..];
    }
    whole
}

pub(crate) type Socket = WebSocketStream<TcpStream>;

/// Opens a WebSocket; the status of the refusal if there is one.
pub(crate) async fn socket(
    address: SocketAddr,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Result<Socket, StatusCode> {
    let mut request = format!("ws://{address}{path}").into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    let stream = TcpStream::connect(address).await.unwrap();
    match client_async(request, stream).await {
        Ok((socket, _)) => Ok(socket),
        Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => Err(answer.status()),
        Err(error) => panic!("{error}"),
    }
}
