//! The running stand-in.

use super::api;
use super::config::Config;
use super::conn;
use super::events::Events;
use super::faults::{Faults, Target};
use super::link::Command;
use super::state::{Draft, Shared, Stats, WorkerInfo};
use super::structs;
use super::task::{CancelError, NewTask, SubmitError, Task, TaskHandle, Waiters};
use crate::http::until_stopped;
use crate::ws::frames;
use bytes::Bytes;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};
use uuid::Uuid;

/// A running stand-in DistWorker controller: the worker port, the HTTP API, and the same things
/// as methods for tests in the same process.
///
/// It keeps everything in memory. Dropping it stops it in the background;
/// [`shutdown`](Self::shutdown) stops it and waits.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use journeyman_testkit::distworker::{Config, Controller, NewTask, Provisioner};
///
/// let config = Config::default()
///     .provisioner("static", Provisioner::shared_token("secret", ["math.add"]));
/// let controller = Controller::start(config).await?;
/// println!("workers connect to {}", controller.worker_url());
/// let task = controller.submit(NewTask::new("math.add").input(serde_json::json!({"a": 1})));
/// assert_eq!(controller.stats().live_tasks, 1);
/// # drop(task);
/// controller.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Controller {
    shared: Arc<Shared>,
    worker_addr: SocketAddr,
    api_addr: SocketAddr,
    stop: watch::Sender<bool>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Controller {
    /// Binds both ports and starts serving on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// The I/O error of a port that can not be bound.
    pub async fn start(config: Config) -> io::Result<Self> {
        let workers = TcpListener::bind(config.worker_addr).await?;
        let requests = TcpListener::bind(config.api_addr).await?;
        let (worker_addr, api_addr) = (workers.local_addr()?, requests.local_addr()?);
        let shared = Arc::new(Shared::new(config));
        let (stop, stopped) = watch::channel(false);
        let tasks = vec![
            tokio::spawn(accept(Arc::clone(&shared), workers, stopped.clone())),
            tokio::spawn(api::serve(Arc::clone(&shared), requests, stopped)),
        ];
        Ok(Self { shared, worker_addr, api_addr, stop, tasks: Mutex::new(tasks) })
    }

    /// Where workers connect.
    #[must_use]
    pub fn worker_addr(&self) -> SocketAddr {
        self.worker_addr
    }

    /// Where the HTTP API listens.
    #[must_use]
    pub fn api_addr(&self) -> SocketAddr {
        self.api_addr
    }

    /// The URL that a worker is configured with, such as `http://127.0.0.1:8081`.
    #[must_use]
    pub fn worker_url(&self) -> String {
        format!("http://{}", self.worker_addr)
    }

    /// The base URL of the HTTP API.
    #[must_use]
    pub fn api_url(&self) -> String {
        format!("http://{}", self.api_addr)
    }

    /// Submits a task.
    ///
    /// # Errors
    ///
    /// An empty queue name, an input or metadata that is neither object nor null, or a bound
    /// that is reached.
    pub fn submit(&self, task: NewTask) -> Result<TaskHandle, SubmitError> {
        self.shared.submit(task)
    }

    /// Submits a task whose input is an encoded `google.protobuf.Struct`; for benchmarks. The
    /// result of the finished task is encoded bytes, too.
    ///
    /// # Errors
    ///
    /// As [`submit`](Self::submit).
    pub fn submit_raw(&self, queue: &str, input: Bytes) -> Result<TaskHandle, SubmitError> {
        structs::validate(&input).map_err(SubmitError::BadInput)?;
        let (end, receiver) = oneshot::channel();
        let waiters = Waiters { end: Some(end), ..Waiters::default() };
        let draft = Draft { input: Some(input), ..Draft::default() };
        let id = self.shared.enter(queue, draft, Some(Box::new(waiters)))?;
        Ok(TaskHandle { id, end: receiver, progress: None })
    }

    /// Cancels a task: its record ends, its worker is not told, and a later completion
    /// overrides the cancellation (DistWorker sheet, section 6.4).
    ///
    /// # Errors
    ///
    /// The task is unknown or has ended.
    pub fn cancel(&self, id: Uuid) -> Result<(), CancelError> {
        self.shared.cancel(id)
    }

    /// The record of a task, while it is remembered.
    #[must_use]
    pub fn task(&self, id: Uuid) -> Option<Task> {
        self.shared.task(id)
    }

    /// One page of tasks, newest first, and the number of all that match.
    #[must_use]
    pub fn tasks(&self, queue: Option<&str>, skip: usize, take: usize) -> (Vec<Task>, usize) {
        self.shared.tasks(queue, skip, take)
    }

    /// The workers as `GET /api/v1/workers` lists them, ordered by id.
    #[must_use]
    pub fn workers(&self) -> Vec<WorkerInfo> {
        self.shared.workers()
    }

    /// Open worker connections, registered or not.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.stats().connections
    }

    /// Counters and sizes.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.shared.stats()
    }

    /// A reader of the event log that begins with the oldest event still kept.
    #[must_use]
    pub fn events(&self) -> Events {
        Events::from_start(Arc::clone(&self.shared.events))
    }

    /// A reader of the event log that begins with what happens next.
    #[must_use]
    pub fn events_from_now(&self) -> Events {
        Events::from_now(Arc::clone(&self.shared.events))
    }

    /// Creates the session of a provisioned worker: its id and its token. The session ends with
    /// its connection, as on the real controller. `None` if there is no such provisioner or too
    /// many sessions are unused.
    #[must_use]
    pub fn provision(&self, provisioner: &str) -> Option<(String, String)> {
        let id = format!("{provisioner}-{}", Uuid::new_v4());
        let token = Uuid::new_v4().to_string();
        self.shared.provision(provisioner, &id, &token).then_some((id, token))
    }

    /// As [`provision`](Self::provision), with an id and a token of the caller's; false if it
    /// was not possible or the id is taken.
    #[must_use]
    pub fn provision_as(&self, provisioner: &str, worker_id: &str, token: &str) -> bool {
        self.shared.provision(provisioner, worker_id, token)
    }

    /// The live fault switches.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// Sends a close frame and closes when the worker has answered it (at the latest after
    /// [`Timers::close_deadline`](super::Timers::close_deadline)). Returns how many connections
    /// were meant.
    pub fn close(&self, target: Target<'_>, code: u16, reason: &str) -> usize {
        self.shared.command(target, &Command::Close { code, reason: reason.to_owned() })
    }

    /// Closes the sockets without a word, as the real controller does; what was sent before
    /// still goes out if the socket takes it. Returns how many connections were meant.
    pub fn abort(&self, target: Target<'_>) -> usize {
        self.shared.command(target, &Command::Abort)
    }

    /// Resets the sockets. Returns how many connections were meant.
    pub fn reset(&self, target: Target<'_>) -> usize {
        self.shared.command(target, &Command::Reset)
    }

    /// Makes connections half-open: the sockets stay, but nothing is read or written any more
    /// and no deadline passes. Returns how many connections were meant.
    pub fn freeze(&self, target: Target<'_>) -> usize {
        self.shared.command(target, &Command::Freeze)
    }

    /// Ends a [`freeze`](Self::freeze). Returns how many connections were meant.
    pub fn thaw(&self, target: Target<'_>) -> usize {
        self.shared.command(target, &Command::Thaw)
    }

    /// Sends a WebSocket text message. Returns how many connections were meant.
    pub fn send_text(&self, target: Target<'_>, text: &str) -> usize {
        self.shared.each_link(target, |link| link.send(frames::TEXT, text.as_bytes()))
    }

    /// Sends a WebSocket binary message with any content. Returns how many connections were
    /// meant.
    pub fn send_binary(&self, target: Target<'_>, payload: &[u8]) -> usize {
        self.shared.each_link(target, |link| link.send(frames::BINARY, payload))
    }

    /// Writes bytes to the socket as they are, without any framing. Returns how many
    /// connections were meant.
    pub fn send_raw(&self, target: Target<'_>, bytes: &[u8]) -> usize {
        self.shared.each_link(target, |link| {
            link.post(|mail| mail.out.extend_from_slice(bytes));
        })
    }

    /// Shifts the wall clock that signatures are checked against, in milliseconds.
    pub fn set_clock_offset_ms(&self, offset: i64) {
        self.shared.config.clock.set_offset_ms(offset);
    }

    /// Plays a restart of the real controller while the ports stay open: all sockets are closed
    /// without a word, sessions are gone, processing tasks end as `CANCELLED` with
    /// `controller restarted`, pending tasks stay pending (DistWorker sheet, section 6.4).
    pub fn restart(&self) {
        self.shared.restart();
    }

    /// Stops: sockets are closed without a word, ports are free when this returns, and waiting
    /// handles end with [`Stopped`](super::Stopped). Not cancel safe: a dropped call leaves the
    /// stop to go on by itself.
    pub async fn shutdown(&self) {
        let tasks = {
            let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *tasks)
        };
        self.stop.send_replace(true);
        self.shared.stop();
        for task in tasks {
            // A task that panicked has ended as well.
            let _ = task.await;
        }
    }
}

impl Drop for Controller {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        self.shared.stop();
    }
}

/// Accepts workers until the stop. The connections are owned by this task and end with it.
async fn accept(shared: Arc<Shared>, listener: TcpListener, mut stopped: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = until_stopped(&mut stopped) => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(conn::serve(Arc::clone(&shared), stream, peer));
                }
                // Out of file descriptors, most likely: let some connections end first.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
        }
    }
    drop(listener);
    connections.shutdown().await;
}
