//! The running stand-in.

use super::config::ForemanConfig;
use super::conn;
use super::events::Events;
use super::extras::{KillError, Resume};
use super::faults::{Faults, Target};
use super::http;
use super::job::{Job, JobError, JobHandle, Stage};
use super::jobs::{NewJob, NewStage};
use super::json::{self, Value};
use super::link::Command;
use super::message;
use super::shared::Shared;
use super::view::{State, TaskInfo, WorkerInfo};
use crate::http::until_stopped;
use crate::ws::frames;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};
use uuid::Uuid;

/// A running stand-in foreman: the port of workers and clients, the HTTP API, and the same things
/// as methods for tests in the same process.
///
/// Dropping it stops it in the background; [`stop`](Self::stop) stops it and waits.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use journeyman_testkit::crowdcompute::{Era, Foreman, ForemanConfig, Job};
///
/// let foreman = Foreman::start(ForemanConfig::new(Era::Head)).await?;
/// println!("workers connect to {}", foreman.url());
/// let job = foreman.submit(Job::new("def f(x):\n    return x\n", ["1", "2"]));
/// assert_eq!(foreman.tasks().len(), 2);
/// # drop(job);
/// foreman.stop().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Foreman {
    shared: Arc<Shared>,
    addr: SocketAddr,
    http_addr: SocketAddr,
    stop: watch::Sender<bool>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Foreman {
    /// Reads the state file, binds both ports and starts serving on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// The I/O error of a port that can not be bound or of a state file that can not be read or
    /// written; a state file that is none is `InvalidData`.
    pub async fn start(config: ForemanConfig) -> io::Result<Self> {
        let peers = TcpListener::bind(config.listen).await?;
        let requests = TcpListener::bind(config.http).await?;
        let (addr, http_addr) = (peers.local_addr()?, requests.local_addr()?);
        let shared = Arc::new(Shared::new(config)?);
        let (stop, stopped) = watch::channel(false);
        let tasks = vec![
            tokio::spawn(accept(Arc::clone(&shared), peers, stopped.clone())),
            tokio::spawn(http::serve(Arc::clone(&shared), requests, stopped)),
        ];
        Ok(Self { shared, addr, http_addr, stop, tasks: Mutex::new(tasks) })
    }

    /// Where workers and clients connect.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Where the HTTP API listens.
    #[must_use]
    pub fn http_addr(&self) -> SocketAddr {
        self.http_addr
    }

    /// The URL that workers and clients are configured with, such as `ws://127.0.0.1:9000`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("ws://{}", self.addr)
    }

    /// The base URL of the HTTP API, such as `http://127.0.0.1:8000`.
    #[must_use]
    pub fn http_url(&self) -> String {
        format!("http://{}", self.http_addr)
    }

    /// Submits a job as a client does, under a new id. A job that the foreman refuses shows in
    /// [`JobHandle::results`].
    #[must_use]
    pub fn submit(&self, job: Job) -> JobHandle {
        self.submit_as(&Uuid::new_v4().to_string(), job)
    }

    /// Submits a job under an id of the caller's.
    #[must_use]
    pub fn submit_as(&self, job_id: &str, job: Job) -> JobHandle {
        let total_tasks = i64::try_from(job.args_list.len()).unwrap_or(i64::MAX);
        let stage = new_stage(&Stage { job, pass_upstream_results: false });
        let new = stage.map(|stage| NewJob {
            stages: vec![stage],
            total_tasks,
            pipeline: false,
            needs: None,
        });
        self.enter(job_id, new)
    }

    /// Submits a pipeline, under a new id; the seed era's foreman does not know of them and
    /// refuses it. The results are those of the last stage (CrowdCompute sheet, section 17).
    #[must_use]
    pub fn submit_pipeline(&self, stages: &[Stage]) -> JobHandle {
        let total = stages.iter().map(|stage| stage.job.args_list.len()).sum::<usize>();
        let new = if self.shared.config.era.is_seed() {
            Err("the foreman of the seed era knows no pipelines".to_owned())
        } else {
            let stages: Result<Vec<_>, _> = stages.iter().map(new_stage).collect();
            stages.map(|stages| NewJob {
                stages,
                total_tasks: i64::try_from(total).unwrap_or(i64::MAX),
                pipeline: true,
                needs: None,
            })
        };
        self.enter(&Uuid::new_v4().to_string(), new)
    }

    fn enter(&self, id: &str, new: Result<NewJob, String>) -> JobHandle {
        let id: Arc<str> = id.into();
        let (sender, end) = oneshot::channel();
        self.shared.with(|core| match new {
            _ if core.stopped => {}
            Ok(new) => core.submit_local(&id, new, sender),
            // An error means that the handle is gone, which can not be yet.
            Err(error) => _ = sender.send(Err(JobError::Refused(error))),
        });
        JobHandle { id, end }
    }

    /// All workers that have ever registered, in that order.
    #[must_use]
    pub fn workers(&self) -> Vec<WorkerInfo> {
        self.look(|state| state.workers())
    }

    /// One worker.
    #[must_use]
    pub fn worker(&self, id: &str) -> Option<WorkerInfo> {
        self.look(|state| state.worker(id))
    }

    /// All tasks that are kept, in the order of their making.
    #[must_use]
    pub fn tasks(&self) -> Vec<TaskInfo> {
        self.look(|state| state.tasks())
    }

    /// One task.
    #[must_use]
    pub fn task(&self, id: &str) -> Option<TaskInfo> {
        self.look(|state| state.task(id))
    }

    /// Looks at the state. The foreman stands still meanwhile, and its other methods can not be
    /// called from inside.
    pub fn look<T>(&self, work: impl FnOnce(&State<'_>) -> T) -> T {
        self.shared.look(|core| work(&State(core)))
    }

    /// Waits until `wanted` is true of the state. It is asked after every change, must be quick,
    /// and must not call the foreman. Cancel safe.
    pub async fn wait_for(&self, mut wanted: impl FnMut(&State<'_>) -> bool) {
        self.shared.until(|core| wanted(&State(core)).then_some(())).await;
    }

    /// A reader of the event log that begins with the oldest event still kept.
    #[must_use]
    pub fn events(&self) -> Events {
        Events::from_start(Arc::clone(&self.shared.log))
    }

    /// A reader of the event log that begins with what happens next.
    #[must_use]
    pub fn events_from_now(&self) -> Events {
        Events::from_now(Arc::clone(&self.shared.log))
    }

    /// The live fault switches.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// Sends a close frame and closes when the peer has answered it (at the latest after
    /// [`Timers::close_deadline`](super::Timers::close_deadline)). Returns how many connections
    /// were meant.
    pub fn close(&self, target: Target<'_>, code: u16, reason: &str) -> usize {
        self.command(target, &Command::Close { code, reason: reason.to_owned() })
    }

    /// Closes the sockets without a word; what was sent before still goes out if the socket takes
    /// it. Returns how many connections were meant.
    pub fn abort(&self, target: Target<'_>) -> usize {
        self.command(target, &Command::Abort("aborted by the test"))
    }

    /// Resets the sockets. Returns how many connections were meant.
    pub fn reset(&self, target: Target<'_>) -> usize {
        self.command(target, &Command::Reset)
    }

    /// Makes connections half-open: the sockets stay, but nothing is read or written any more and
    /// no deadline passes. Returns how many connections were meant.
    pub fn freeze(&self, target: Target<'_>) -> usize {
        self.command(target, &Command::Freeze)
    }

    /// Ends a [`freeze`](Self::freeze). Returns how many connections were meant.
    pub fn thaw(&self, target: Target<'_>) -> usize {
        self.command(target, &Command::Thaw)
    }

    fn command(&self, target: Target<'_>, command: &Command) -> usize {
        let links = self.shared.look(|core| core.targets(target));
        links.iter().for_each(|link| link.command(command.clone()));
        links.len()
    }

    /// Sends a WebSocket text message. Returns how many connections were meant.
    pub fn send_text(&self, target: Target<'_>, text: &str) -> usize {
        let links = self.shared.look(|core| core.targets(target));
        links.iter().for_each(|link| link.send(frames::TEXT, text.as_bytes()));
        links.len()
    }

    /// Sends a WebSocket binary message. Returns how many connections were meant.
    pub fn send_binary(&self, target: Target<'_>, payload: &[u8]) -> usize {
        let links = self.shared.look(|core| core.targets(target));
        links.iter().for_each(|link| link.send(frames::BINARY, payload));
        links.len()
    }

    /// Writes bytes to the socket as they are, without any framing. Returns how many connections
    /// were meant.
    pub fn send_raw(&self, target: Target<'_>, bytes: &[u8]) -> usize {
        let links = self.shared.look(|core| core.targets(target));
        links.iter().for_each(|link| link.send_raw(bytes));
        links.len()
    }

    /// Sends a message of any type; `data` is JSON text. Returns how many connections were meant.
    pub fn send(&self, target: Target<'_>, kind: &str, data: &str, job_id: Option<&str>) -> usize {
        self.send_text(target, &message::write(kind, data, job_id))
    }

    /// Sends the application's `ping`, which the real foreman never does (CrowdCompute sheet,
    /// section 3); a worker answers with `pong`. Returns how many connections were meant.
    pub fn ping(&self, target: Target<'_>) -> usize {
        self.send(target, "ping", "{}", None)
    }

    /// Sends a task as `resume_task`, which the real foreman never does (CrowdCompute sheet,
    /// section 15.3). From then on it is assigned to this worker. False if the worker is not
    /// registered, or the task is unknown, done, or without code.
    pub fn resume(&self, worker_id: &str, task_id: &str, resume: &Resume) -> bool {
        self.shared.with(|core| core.resume(worker_id, task_id, resume))
    }

    /// Tells the workers that are at a task to kill it, as `POST /api/tasks/{id}/kill` does.
    /// Returns how many were told.
    ///
    /// # Errors
    ///
    /// Nobody could be told.
    pub fn kill(&self, task_id: &str) -> Result<usize, KillError> {
        self.shared.with(|core| core.kill(task_id))
    }

    /// Takes a task from its workers and gives it to nobody any more; it is `blocked` then. A result of
    /// it comes too late. The real foreman has nothing of the kind.
    pub fn withdraw(&self, task_id: &str) {
        self.shared.with(|core| core.withdraw(task_id));
    }

    /// Plays a restart of the real foreman while the ports stay open: all sockets are closed
    /// without a word, code and clients are forgotten (code not with
    /// [`keep_code`](ForemanConfig::keep_code)), jobs, tasks and workers are not (CrowdCompute
    /// sheet, sections 8.7 and 16).
    pub fn restart(&self) {
        self.shared.with(super::core::Core::restart);
    }

    /// The first write to the state file that failed, if one did: the file is behind since then.
    #[must_use]
    pub fn state_error(&self) -> Option<String> {
        self.shared.look(|core| core.store.as_ref()?.broken.clone())
    }

    /// Stops: sockets are closed without a word, ports are free when this returns, and waiting
    /// handles end with [`JobError::Gone`]. Not cancel safe: a dropped call leaves the stop to go
    /// on by itself.
    pub async fn stop(&self) {
        let tasks = {
            let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *tasks)
        };
        self.stop.send_replace(true);
        self.shared.with(super::core::Core::stop);
        for task in tasks {
            // A task that panicked has ended as well.
            let _ = task.await;
        }
    }
}

impl Drop for Foreman {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        self.shared.with(super::core::Core::stop);
    }
}

fn new_stage(stage: &Stage) -> Result<NewStage, String> {
    let value = |what: &str, text: &str| {
        json::parse(text).map_err(|wrong| format!("{what} {text:.80}: not JSON: {wrong}"))
    };
    let metadata = match &stage.job.metadata {
        None => None,
        Some(text) => match value("metadata", text)? {
            metadata @ Value::Dict(_) => Some(metadata),
            other => return Err(format!("metadata is {} and no object", other.type_name())),
        },
    };
    let args = stage.job.args_list.iter();
    Ok(NewStage {
        code: json::quote(&stage.job.code),
        args: args
            .map(|text| value("argument", text).map(|value| json::write(&value)))
            .collect::<Result<_, _>>()?,
        metadata,
        pass_upstream: stage.pass_upstream_results,
    })
}

/// Accepts peers until the stop. The connections are owned by this task and end with it.
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
