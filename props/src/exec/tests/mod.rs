//! Programs against a bus that writes down what it hears, and jobs from memory.

mod ends;
mod examples;
mod factory;
mod lines;
mod talks;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use journeyman_core::{
    JobError, Router, StartedWorker, Value, Worker,
    memory::{Memory, MemoryClient, MemoryJob, Submission},
};
use journeyman_exec::Program;
use journeyman_halloween::error_text;
use tokio::sync::mpsc;

use super::{
    line::Word,
    outlet::Outlet,
    run::{self, Run},
};
use crate::{BoxFuture, Life};

/// Longer than anything takes that works.
const LONG: Duration = Duration::from_secs(60);

/// What the bus and the host hear of a program.
#[derive(Clone, Debug, PartialEq)]
enum Heard {
    Said(Word),
    Complaint(String),
    Failed(String),
    Exit,
}

struct Ears(mpsc::UnboundedSender<Heard>);

impl Ears {
    fn hear(&self, heard: Heard) {
        let _ = self.0.send(heard);
    }
}

impl Outlet for Ears {
    fn id(&self) -> &str {
        "prop"
    }

    fn say(&self, word: Word) -> BoxFuture<'_, Result<(), JobError>> {
        self.hear(Heard::Said(word));
        Box::pin(async { Ok(()) })
    }

    fn complain<'a>(&'a self, error: &'a JobError) -> BoxFuture<'a, ()> {
        self.hear(Heard::Complaint(error_text(error)));
        Box::pin(async {})
    }

    fn fail(&self, error: JobError) {
        self.hear(Heard::Failed(error_text(&error)));
    }

    fn exit(&self) {
        self.hear(Heard::Exit);
    }
}

/// A run of a program.
struct Rig {
    run: Run,
    heard: mpsc::UnboundedReceiver<Heard>,
    client: MemoryClient,
    _worker: StartedWorker,
}

impl Rig {
    /// A program that has not been started.
    fn new(program: Program, timeout: Duration) -> Self {
        let (sender, heard) = mpsc::unbounded_channel();
        let (run, handler) = run::new(program, timeout, Arc::new(Ears(sender)));
        let (memory, client) = Memory::new();
        let router = Router::new().fallback(handler);
        let worker = Worker::new(router).serve(memory).concurrency(4).start().unwrap();
        Self { run, heard, client, _worker: worker }
    }

    /// A running shell script.
    async fn shell(script: &str) -> Self {
        Self::limited(script, LONG).await
    }

    async fn limited(script: &str, timeout: Duration) -> Self {
        let rig = Self::new(Program::new("/bin/sh").args(["-c", script]), timeout);
        rig.run.start().await.unwrap();
        rig
    }

    /// What is heard next.
    async fn next(&mut self) -> Heard {
        within(self.heard.recv()).await.expect("the run is there")
    }

    /// The text of the state that is published next: scripts say what they have to say so.
    async fn state(&mut self) -> String {
        match self.next().await {
            Heard::Said(Word::State { value: Value::String(text), .. }) => text,
            other => panic!("{other:?}"),
        }
    }

    async fn submit(&self, route: &str) -> MemoryJob {
        self.client.submit(Submission::new(route)).await
    }

    /// What becomes of a command: its result, or its error as a text.
    async fn command(&self, route: &str) -> Result<Value, String> {
        within(self.submit(route).await).await.map_err(|error| error_text(&error))
    }

    async fn failure(&mut self) -> String {
        match self.next().await {
            Heard::Failed(text) => text,
            other => panic!("{other:?}"),
        }
    }

    async fn complaint(&mut self) -> String {
        match self.next().await {
            Heard::Complaint(text) => text,
            other => panic!("{other:?}"),
        }
    }

    async fn stop(&self) -> Result<(), String> {
        within(self.run.stop()).await.map_err(|error| error_text(&error))
    }
}

async fn within<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(LONG, what).await.expect("it takes too long")
}

/// Whether there is no process of this number, not even its entry.
fn is_gone(pid: &str) -> bool {
    !std::path::Path::new("/proc").join(pid).exists()
}

/// Waits until nothing is left of these processes. A grandchild's entry is cleaned up by somebody
/// else, who may not do so.
async fn wait_until_ended(pids: &str) {
    let start = Instant::now();
    for pid in pids.split_whitespace() {
        loop {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            if stat.is_empty() || stat.contains(") Z ") {
                break;
            }
            assert!(start.elapsed() < LONG, "process {pid} still runs");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
