//! The adapter in a real session, against a foreman of a few lines over a real WebSocket. The
//! stand-in, and the conformance suite over it, belong to the testkit.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::{SinkExt, StreamExt};
use journeyman_core::{
    JobError, Router, StartedWorker, Worker,
    extract::{Args, State},
    snapshot::SessionSnapshot,
};
use journeyman_crowdcompute::{
    Checkpoint, Checkpoints, Config, CrowdWorker, EraSetting, Native, PythonResult, PythonTask,
};
use serde_json::{Value as Json, json};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        handshake::server::{Request, Response},
    },
};

const SOURCE: &str = "def double(x):\n    return 2 * x\n";

/// Everything here ends long before; a test that hangs must not.
const LIMIT: Duration = Duration::from_secs(60);

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(LIMIT, future).await.expect("no end within the limit")
}

struct Foreman(TcpListener);

impl Foreman {
    async fn new() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    fn config(&self) -> Config {
        let url = format!("ws://{}", self.0.local_addr().unwrap());
        Config::new(url)
            .worker_id("w")
            .native(Native::named("double"))
            .reconnect_interval(Duration::from_millis(20))
    }

    /// The next worker that registers, and its id.
    // The signature of the callback is the library's.
    #[allow(clippy::result_large_err)]
    async fn accept(&self) -> (Socket, String) {
        let (stream, _) = within(self.0.accept()).await.unwrap();
        let check = |request: &Request, response: Response| {
            assert_eq!(request.uri().path(), "/worker/ws");
            Ok(response)
        };
        let stream = tokio_tungstenite::accept_hdr_async(stream, check).await.unwrap();
        let mut socket = Socket(stream);
        let ready = socket.next().await.unwrap();
        assert_eq!(ready["type"], "worker_ready", "{ready}");
        let id = ready["data"]["worker_id"].as_str().unwrap().to_owned();
        (socket, id)
    }
}

struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    /// The next message that is no heartbeat; nothing when the worker says goodbye.
    async fn next(&mut self) -> Option<Json> {
        loop {
            match within(self.0.next()).await? {
                Ok(Message::Text(text)) => {
                    let message: Json = serde_json::from_str(&text).unwrap();
                    if message["data"]["status"] != "online" {
                        return Some(message);
                    }
                }
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    async fn send(&mut self, kind: &str, data: Json) {
        let message = json!({"type": kind, "data": data, "job_id": "j"}).to_string();
        self.0.send(Message::text(message)).await.unwrap();
    }

    async fn assign(&mut self, task_id: &str, source: &str, metadata: Option<Json>) {
        let mut data = json!({"func_code": source, "task_args": [21], "task_id": task_id});
        if let Some(metadata) = metadata {
            data["task_metadata"] = metadata;
        }
        self.send("assign_task", data).await;
    }
}

fn start(router: Router, worker: CrowdWorker) -> StartedWorker {
    Worker::new(router).serve(worker).concurrency(4).start().unwrap()
}

async fn stop(worker: StartedWorker) {
    worker.control().drain();
    within(worker.wait()).await.unwrap();
}

/// Opens when a test says so.
type Gate = watch::Receiver<bool>;

async fn double(Args(x): Args<i64>, State(mut gate): State<Gate>) -> i64 {
    gate.wait_for(|open| *open).await.unwrap();
    2 * x
}

fn gated() -> (watch::Sender<bool>, Router) {
    let (open, gate) = watch::channel(false);
    (open, Router::new().route("double", double).state(gate))
}

async fn fails_first(Args(x): Args<i64>, State(tries): State<Arc<AtomicUsize>>) -> JobOutcome {
    match tries.fetch_add(1, Ordering::Relaxed) {
        0 => Err(JobError::failed("boom")),
        _ => Ok(2 * x),
    }
}

type JobOutcome = Result<i64, JobError>;

/// In place of an interpreter.
async fn python(task: PythonTask, checkpoints: Checkpoints) -> Result<PythonResult, JobError> {
    if checkpoints.wanted().is_none() {
        return Ok(PythonResult::Json(task.task_args_json.as_str().to_owned()));
    }
    let number = checkpoints.save(Checkpoint::state(&json!({"i": 1}), 50.0)?).await?;
    Ok(PythonResult::Json(format!("{{\"saved\": {number}}}")))
}

#[tokio::test]
async fn native_handlers_python_and_checkpoints() {
    let foreman = Foreman::new().await;
    let tries = Arc::new(AtomicUsize::new(0));
    let router = Router::new().route("double", fails_first).fallback(python).state(tries);
    let worker = CrowdWorker::new(foreman.config());
    let shown = worker.registrations();
    let worker = start(router, worker);

    let (mut socket, id) = foreman.accept().await;
    assert!(id.starts_with("w-"), "{id}");
    socket.assign("t0", SOURCE, None).await;
    let error = socket.next().await.unwrap();
    assert_eq!(error["data"]["error"], "Task execution failed: boom");
    // As a foreman does it: at once, to the same worker.
    socket.assign("t0", SOURCE, None).await;
    let result = socket.next().await.unwrap();
    assert_eq!((&result["data"]["result"], &result["job_id"]), (&json!("42"), &json!("j")));
    socket.assign("t1", "def other(x):\n    return [x]\n", None).await;
    assert_eq!(socket.next().await.unwrap()["data"]["result"], "[21]");

    let metadata = json!({"checkpoint_enabled": true, "checkpoint_interval": 1.0});
    socket.assign("t2", "def other(x):\n    return [x]\n", Some(metadata)).await;
    let checkpoint = socket.next().await.unwrap();
    assert_eq!(checkpoint["type"], "task_checkpoint");
    assert_eq!(&*shown.snapshot()[0].tasks[0].task_id, "t2");
    let ack = json!({"task_id": "t2", "checkpoint_id": checkpoint["data"]["checkpoint_id"]});
    socket.send("checkpoint_ack", ack).await;
    assert_eq!(socket.next().await.unwrap()["data"]["result"], "{\"saved\": 1}");
    worker.control().drain();
    assert!(socket.next().await.is_none());
    within(worker.wait()).await.unwrap();
}

#[tokio::test]
async fn a_lost_connection_loses_no_result_and_leaves_no_id_behind() {
    let foreman = Foreman::new().await;
    let (release, router) = gated();
    let worker = start(router, CrowdWorker::new(foreman.config()));
    let (mut socket, first) = foreman.accept().await;
    socket.assign("t0", SOURCE, None).await;
    drop(socket);
    // The task still runs: the same id.
    let (mut socket, again) = foreman.accept().await;
    assert_eq!(first, again);
    release.send(true).unwrap();
    assert_eq!(socket.next().await.unwrap()["data"]["task_id"], "t0");
    // Nothing follows. A foreman of today may believe the id busy: it is given up.
    let (mut fresh, other) = foreman.accept().await;
    assert_ne!(other, first);
    assert!(socket.next().await.is_none());
    fresh.assign("t1", SOURCE, None).await;
    assert_eq!(fresh.next().await.unwrap()["data"]["result"], "42");
    drop(fresh);
    // That result may have been lost with the connection: again, under the same id.
    let (mut socket, third) = foreman.accept().await;
    assert_eq!(third, other);
    assert_eq!(socket.next().await.unwrap()["data"]["task_id"], "t1");
    stop(worker).await;
}

#[tokio::test]
async fn a_foreman_of_the_seed_keeps_the_name_of_its_worker() {
    let foreman = Foreman::new().await;
    let config = foreman.config().era(EraSetting::Seed).max_concurrent_tasks(2);
    let (release, router) = gated();
    release.send(true).unwrap();
    let worker = start(router, CrowdWorker::new(config));
    let mut ids = Vec::new();
    let mut sockets = Vec::new();
    for _ in 0..2 {
        let (socket, id) = foreman.accept().await;
        sockets.push(socket);
        ids.push(id);
    }
    ids.sort();
    assert_eq!(ids, ["w-1", "w-2"]);
    sockets.clear();
    let (mut socket, id) = foreman.accept().await;
    assert!(ids.contains(&id), "{id}");
    socket.assign("t0", SOURCE, None).await;
    assert_eq!(socket.next().await.unwrap()["data"]["result"], "42");
    stop(worker).await;
}

#[tokio::test]
async fn what_comes_during_the_drain_is_given_back_with_the_goodbye() {
    let foreman = Foreman::new().await;
    let (release, router) = gated();
    let worker = start(router, CrowdWorker::new(foreman.config()));
    let (mut socket, _) = foreman.accept().await;
    socket.assign("t0", SOURCE, None).await;
    let reached = async |wanted: fn(&SessionSnapshot) -> bool| {
        within(async {
            while !wanted(&worker.control().snapshot().sessions[0]) {
                tokio::task::yield_now().await;
            }
        })
        .await;
    };
    reached(|session| session.counts.in_flight == 1).await;
    worker.control().drain();
    reached(|session| session.state == "draining").await;
    socket.assign("t1", SOURCE, None).await;
    // Its answer comes behind what was before it.
    socket.send("ping", json!({})).await;
    assert_eq!(socket.next().await.unwrap()["type"], "pong");
    release.send(true).unwrap();
    let mut said = Vec::new();
    while let Some(message) = socket.next().await {
        said.push((message["type"].clone(), message["data"]["task_id"].clone()));
    }
    let expected = [(json!("task_result"), json!("t0")), (json!("task_error"), json!("t1"))];
    assert_eq!(said, expected);
    within(worker.wait()).await.unwrap();
}
