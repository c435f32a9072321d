//! What the tests share: an executor, and a foreman at the other end of a channel.

#![allow(dead_code, unreachable_pub)] // not every test file uses all of it

use std::{
    collections::VecDeque,
    io::Write as _,
    task::{Context, Poll, Waker},
    time::Duration,
};

use journeyman_core::{
    Error, ErrorKind, Router, StartedWorker, Worker, WorkerControl,
    backend::{Backend, SessionConfig, Sessions},
    capability::Capabilities,
    transport::{Closed, Event, Goodbye, Lane, Tag, Transport},
};
use journeyman_crowdcompute::{Config, CrowdWorker, EraSetting, capabilities};
use journeyman_executor::{Executor, StartError};
use journeyman_python::Python;
use journeyman_ws::{WsMessage, WsTarget};
use serde_json::{Value as Json, json};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::timeout,
};

/// How long a test waits for what has to come.
pub const LONG: Duration = Duration::from_secs(20);

/// An executor, or `None` after saying that there is no Python.
pub async fn executor(test: &str, size: usize) -> Option<Executor> {
    executor_with(test, journeyman_executor::Config::from_env().unwrap().size(size)).await
}

/// The same with other settings.
pub async fn executor_with(test: &str, config: journeyman_executor::Config) -> Option<Executor> {
    match Executor::start(config).await {
        Ok(executor) => Some(executor),
        Err(error @ StartError::NoPython { .. }) => {
            let line = format!("SKIPPED: journeyman-python {test}: {error}");
            println!("{line}");
            if let Some(path) = std::env::var_os("JOURNEYMAN_SKIP_LOG") {
                let mut log =
                    std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
                log.write_all(format!("{line}\n").as_bytes()).unwrap();
            }
            None
        }
        Err(error) => panic!("{error}"),
    }
}

enum Wire {
    Text(String),
    Break,
}

/// The foreman's end: what it sends, and what the worker says.
pub struct Foreman {
    wire: UnboundedSender<Wire>,
    said: UnboundedReceiver<String>,
    pub worker: StartedWorker,
}

impl Foreman {
    /// A worker that is registered at this foreman, with Python for all code.
    pub async fn new(executor: &Executor, era: EraSetting, compat: bool) -> Self {
        let config = Config::new("ws://foreman:9000")
            .worker_id("w")
            .era(era)
            .compat(compat)
            .fresh_id(Some(false));
        let router = Router::new().route("python.#", Python::new(executor.clone()));
        let (wire, heard) = unbounded_channel();
        let (say, said) = unbounded_channel();
        let pipe = Pipe { heard, say, sent: VecDeque::new(), pongs: 0, waker: None, is_up: false };
        let worker = Worker::new(router).serve(Local { config, pipe }).start().unwrap();
        let mut foreman = Self { wire, said, worker };
        assert!(foreman.heard("worker_ready").await.contains("worker_ready"));
        foreman
    }

    pub fn control(&self) -> &WorkerControl {
        self.worker.control()
    }

    pub fn send(&self, text: impl Into<String>) {
        self.wire.send(Wire::Text(text.into())).map_err(drop).unwrap();
    }

    /// The connection is lost.
    pub fn break_off(&self) {
        self.wire.send(Wire::Break).map_err(drop).unwrap();
    }

    /// Sends a task; gives its id.
    pub fn assign(&self, number: usize, code: &str, args: &Json, metadata: Option<Json>) -> String {
        let id = format!("job_task_{number}");
        let mut data = json!({"func_code": code, "task_args": args, "task_id": id});
        if let Some(metadata) = metadata {
            data["task_metadata"] = metadata;
        }
        self.send(json!({"type": "assign_task", "data": data, "job_id": "job"}).to_string());
        id
    }

    /// What the worker says next, heartbeats apart.
    pub async fn next(&mut self) -> String {
        loop {
            let said = timeout(LONG, self.said.recv()).await.expect("nothing was said").unwrap();
            if !said.contains("\"status\": \"online\"") {
                return said;
            }
        }
    }

    /// The next message of this type; others before it are passed over.
    pub async fn heard(&mut self, kind: &str) -> String {
        loop {
            let said = self.next().await;
            if said.starts_with(&format!("{{\"type\": \"{kind}\"")) {
                return said;
            }
        }
    }

    /// The field of the next result, or of the next error.
    pub async fn answer(&mut self) -> Result<Json, String> {
        let said: Json = serde_json::from_str(&self.next().await).unwrap();
        match said["type"].as_str().unwrap() {
            "task_result" => Ok(said["data"]["result"].clone()),
            "task_error" => Err(said["data"]["error"].as_str().unwrap().to_owned()),
            other => panic!("{other}: {said}"),
        }
    }

    /// The value that a client gets of a result that is a text with JSON in it.
    pub async fn value(&mut self) -> Json {
        let result = self.answer().await.unwrap();
        serde_json::from_str(result.as_str().unwrap()).unwrap()
    }
}

struct Local {
    config: Config,
    pipe: Pipe,
}

impl Backend for Local {
    fn name(&self) -> String {
        "crowdcompute".to_owned()
    }

    fn capabilities(&self) -> Capabilities {
        capabilities(&self.config)
    }

    fn sessions(self: Box<Self>, sessions: &mut Sessions) -> Result<(), Error> {
        let protocol = CrowdWorker::new(self.config).protocols(0)?.remove(0);
        let mut rules = SessionConfig::default();
        rules.backoff = journeyman_core::backoff::Backoff::new(
            Duration::from_millis(1),
            Duration::from_millis(10),
        );
        sessions.add(self.pipe, protocol, rules);
        Ok(())
    }
}

/// A transport that ends in the test.
struct Pipe {
    heard: UnboundedReceiver<Wire>,
    say: UnboundedSender<String>,
    sent: VecDeque<Tag>,
    /// Answers to pings.
    pongs: usize,
    waker: Option<Waker>,
    is_up: bool,
}

impl Transport for Pipe {
    type Target = WsTarget;
    type Message = WsMessage;

    async fn connect(&mut self, _target: WsTarget) -> Result<(), Error> {
        self.is_up = true;
        Ok(())
    }

    fn has_room(&self, _lane: Lane) -> bool {
        true
    }

    fn send(&mut self, _lane: Lane, tag: Option<Tag>, message: WsMessage) -> Result<(), Error> {
        match message {
            // The test may have ended.
            WsMessage::Text(text) => _ = self.say.send(text.to_string()),
            _ => self.pongs += 1,
        }
        self.sent.extend(tag);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
        Ok(())
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Event<WsMessage>> {
        if let Some(tag) = self.sent.pop_front() {
            return Poll::Ready(Event::Sent { tag });
        }
        if self.pongs > 0 {
            self.pongs -= 1;
            return Poll::Ready(Event::Alive);
        }
        self.waker = Some(cx.waker().clone());
        if !self.is_up {
            return Poll::Pending;
        }
        match self.heard.poll_recv(cx) {
            Poll::Ready(Some(Wire::Text(text))) => {
                Poll::Ready(Event::Received { lane: Lane::MAIN, message: text.as_str().into() })
            }
            Poll::Ready(Some(Wire::Break)) => {
                self.abort();
                let error = Error::new(ErrorKind::Disconnected, "receive", "broken off");
                Poll::Ready(Event::Closed(Closed { code: Some(1006), error, clean: false }))
            }
            Poll::Ready(None) | Poll::Pending => Poll::Pending,
        }
    }

    async fn close(&mut self, _goodbye: Goodbye) {
        self.abort();
    }

    fn abort(&mut self) {
        self.is_up = false;
        self.pongs = 0;
        self.sent.clear();
    }
}

/// Waits until this is so.
pub async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let wait = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(LONG, wait).await.unwrap_or_else(|_| panic!("never: {what}"));
}
