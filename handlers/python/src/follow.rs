//! A job while its task runs: what it says goes out, what is wanted of it goes in.

use std::{
    pin::pin,
    time::{Duration, Instant},
};

use journeyman_core::{
    Job,
    extract::FromJob,
    job::{CancelReason, Progress, ProgressUpdate},
};
use journeyman_executor::{Control, Done, Event, Executor, Failure, Hooks, Task};
use tokio::sync::mpsc;

use crate::saves::Saves;

/// Events that may wait. What is beyond is dropped by the executor: it never waits for us.
const EVENTS: usize = 256;

/// The shortest time between two progress reports of a task, which may call for one in a loop.
const STEP: Duration = Duration::from_millis(50);

/// What is to be done while a task runs.
pub(crate) struct Follow<'a> {
    pub(crate) job: &'a Job,
    /// The code can be asked to stop, and may take this long.
    pub(crate) ask: Option<Duration>,
    pub(crate) saves: Option<Saves>,
}

/// How it ended, and why it was asked to stop if it was.
pub(crate) struct Ended {
    pub(crate) result: Result<Done, Failure>,
    pub(crate) cancelled: Option<CancelReason>,
}

/// Runs a task for a job. Dropping the future kills it.
pub(crate) async fn run(executor: &Executor, task: &Task, follow: Follow<'_>) -> Ended {
    let Follow { job, ask, saves } = follow;
    let (events, mut heard) = mpsc::channel(EVENTS);
    // Two wishes at most are ever sent.
    let (wishes, controls) = mpsc::channel(2);
    let wish = |control| {
        // An error means that the task has ended.
        let _ = wishes.try_send(control);
    };
    let mut run = pin!(executor.run_with(task, Hooks::default().events(events).controls(controls)));
    let mut told = Told { job, steps: Steps::new(job), saves };
    let mut cancelled = None;
    let mut kill_at = None;
    let result = loop {
        tokio::select! {
            biased;
            reason = job.cancelled(), if cancelled.is_none() => {
                cancelled = Some(reason);
                match ask.filter(|_| reason == CancelReason::Server) {
                    Some(grace) => {
                        wish(Control::AskToStop);
                        kill_at = Some(Instant::now() + grace);
                    }
                    None => wish(Control::Cancel),
                }
            }
            () = until(kill_at) => {
                kill_at = None;
                wish(Control::Cancel);
            }
            Some(event) = heard.recv() => told.hear(event),
            () = until(told.steps.due) => told.steps.pass_on(),
            () = Saves::work(&mut told.saves) => {}
            result = &mut run => break result,
        }
    };
    while let Ok(event) = heard.try_recv() {
        told.hear(event);
    }
    told.steps.pass_on();
    Ended { result, cancelled }
}

async fn until(instant: Option<Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant.into()).await,
        None => std::future::pending().await,
    }
}

/// Where events go.
struct Told<'a> {
    job: &'a Job,
    steps: Steps,
    saves: Option<Saves>,
}

impl Told<'_> {
    fn hear(&mut self, event: Event) {
        match event {
            Event::Output(text) => self.job.print(&text),
            Event::Progress { percent, message } => {
                let fraction = Some((percent / 100.0).clamp(0.0, 1.0));
                self.steps.take(ProgressUpdate { fraction, message, data: None });
            }
            Event::Checkpoint(checkpoint) => {
                if let Some(saves) = &mut self.saves {
                    saves.offer(checkpoint);
                }
            }
            Event::Started { pid } => tracing::debug!(pid, "the task runs"),
            _ => {}
        }
    }
}

/// Progress, not more often than anybody wants to know.
struct Steps {
    progress: Option<Progress>,
    waiting: Option<ProgressUpdate>,
    /// When the next one may go out.
    next: Instant,
    due: Option<Instant>,
}

impl Steps {
    fn new(job: &Job) -> Self {
        let progress = Progress::from_job(job).ok();
        Self { progress, waiting: None, next: Instant::now(), due: None }
    }

    fn take(&mut self, update: ProgressUpdate) {
        self.waiting = Some(update);
        match Instant::now() < self.next {
            true => self.due = Some(self.next),
            false => self.pass_on(),
        }
    }

    fn pass_on(&mut self) {
        self.due = None;
        if let (Some(progress), Some(update)) = (&self.progress, self.waiting.take()) {
            progress.update(update);
            self.next = Instant::now() + STEP;
        }
    }
}
