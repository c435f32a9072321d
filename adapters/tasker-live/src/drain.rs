//! Empties upstream's dispatch buffer at once.
//!
//! Upstream claims a step in the database and then looks whether there is room in its buffer; when
//! there is none the step stays claimed and is lost (Tasker sheet, section 19). So a thread that
//! does nothing else takes every event out the moment it is there, into a queue that is counted.
//! From there the session takes them into its own, where they have a deadline.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    thread,
    time::{Duration, Instant},
};

use journeyman_core::{Error, ErrorKind};
use tasker_shared::messaging::StepExecutionResult;
use tasker_worker::worker::{FfiDispatchChannel, FfiStepEvent};
use tokio::{
    runtime::Handle,
    sync::{mpsc, watch},
};

/// How long one look lasts; nothing depends on it.
const LOOK: Duration = Duration::from_secs(3600);

/// What comes out of it.
#[derive(Debug)]
pub(crate) enum Moved {
    /// A step.
    Step(Box<FfiStepEvent>),
    /// Upstream's worker has ended by itself.
    Ended(String),
}

/// How many events wait, and have waited at most.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    waiting: AtomicUsize,
    highest: AtomicUsize,
    moved: AtomicUsize,
    refused: AtomicUsize,
}

impl Counts {
    /// Those that wait now, the most that ever did, all that came, and those for which there was no
    /// place.
    pub(crate) fn now(&self) -> [usize; 4] {
        [&self.waiting, &self.highest, &self.moved, &self.refused]
            .map(|count| count.load(Ordering::Relaxed))
    }

    /// Takes a place, if there is one.
    fn enter(&self, room: usize) -> bool {
        self.moved.fetch_add(1, Ordering::Relaxed);
        // One thread counts up, so nobody takes the place in between.
        if self.waiting.load(Ordering::Acquire) >= room {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return false;
        }
        let waiting = self.waiting.fetch_add(1, Ordering::AcqRel) + 1;
        self.highest.fetch_max(waiting, Ordering::Relaxed);
        true
    }

    fn leave(&self) {
        self.waiting.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The thread and its queue.
#[derive(Debug)]
pub(crate) struct Drain {
    steps: mpsc::UnboundedReceiver<Moved>,
    sender: mpsc::UnboundedSender<Moved>,
    counts: Arc<Counts>,
    stop: watch::Sender<bool>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Drain {
    /// Starts the thread. What finds more than `room` events before it is answered on `upstream`,
    /// to be tried again.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(crate) fn start(
        channel: Arc<FfiDispatchChannel>,
        room: usize,
        upstream: Handle,
        counts: Arc<Counts>,
    ) -> Result<Self, Error> {
        let (sender, steps) = mpsc::unbounded_channel();
        let (stop, stopped) = watch::channel(false);
        let no_thread = |error: std::io::Error| {
            Error::new(ErrorKind::Io, "start", "no thread to take steps out of Tasker's buffer")
                .with_source(error)
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .map_err(no_thread)?;
        let mover =
            Mover { channel, room, upstream, counts: Arc::clone(&counts), to: sender.clone() };
        let thread = thread::Builder::new()
            .name("tasker-drain".to_owned())
            .spawn(move || runtime.block_on(mover.run(stopped)))
            .map_err(no_thread)?;
        Ok(Self { steps, sender, counts, stop, thread: Some(thread) })
    }

    /// The next event.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Moved>> {
        let moved = std::task::ready!(self.steps.poll_recv(cx));
        if let Some(Moved::Step(_)) = moved {
            self.counts.leave();
        }
        Poll::Ready(moved)
    }

    /// To say that upstream has ended.
    pub(crate) fn sender(&self) -> mpsc::UnboundedSender<Moved> {
        self.sender.clone()
    }

    /// Ends the thread; what nobody took.
    pub(crate) async fn end(mut self) -> Vec<Box<FfiStepEvent>> {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            // It ends at once. An error means that it panicked, and then it has ended, too.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
        let mut left = Vec::new();
        while let Ok(moved) = self.steps.try_recv() {
            if let Moved::Step(event) = moved {
                self.counts.leave();
                left.push(event);
            }
        }
        left
    }
}

impl Drop for Drain {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

struct Mover {
    channel: Arc<FfiDispatchChannel>,
    room: usize,
    upstream: Handle,
    counts: Arc<Counts>,
    to: mpsc::UnboundedSender<Moved>,
}

impl Mover {
    async fn run(self, mut stopped: watch::Receiver<bool>) {
        loop {
            let start = Instant::now();
            // Events first: what is in the buffer at the end is still wanted. Dropping the look
            // loses nothing.
            let event = tokio::select! {
                biased;
                event = self.channel.poll_async(LOOK) => event,
                _ = stopped.wait_for(|stopped| *stopped) => return,
            };
            match event {
                Some(event) => self.pass_on(Box::new(event)),
                None if start.elapsed() < LOOK => {
                    let closed = "Tasker's dispatch channel is closed".to_owned();
                    let _ = self.to.send(Moved::Ended(closed));
                    return;
                }
                None => {}
            }
        }
    }

    fn pass_on(&self, event: Box<FfiStepEvent>) {
        if self.counts.enter(self.room) {
            if let Err(mpsc::error::SendError(Moved::Step(event))) =
                self.to.send(Moved::Step(event))
            {
                self.counts.leave();
                self.refuse(&event, "the worker has stopped");
            }
            return;
        }
        tracing::error!(room = self.room, step = %event.step_uuid, "no place for a claimed step");
        self.refuse(&event, "the worker has no place for it");
    }

    fn refuse(&self, event: &FfiStepEvent, why: &str) {
        let result = refusal(event.step_uuid, journeyman_tasker::WORKER_OVERLOADED, why);
        let (channel, event_id) = (Arc::clone(&self.channel), event.event_id);
        self.upstream.spawn(async move { channel.complete_async(event_id, result).await });
    }
}

/// The answer to a step that was not tried and may be tried again.
pub(crate) fn refusal(step: uuid::Uuid, kind: &str, why: &str) -> StepExecutionResult {
    let message = format!("the step was not tried: {why}");
    StepExecutionResult::failure(step, message, None, Some(kind.to_owned()), true, 0, None)
}

#[cfg(test)]
mod tests {
    use tasker_worker::worker::{FfiDispatchChannelConfig, NoOpCallback, create_dispatch_channels};

    use super::*;

    /// A drain of a channel with nothing in it. Nobody can put something in from outside: the type
    /// of the messages is upstream's own.
    macro_rules! drain {
        ($dispatch:ident, $drain:ident) => {
            let ($dispatch, receiver, answers, _results) = create_dispatch_channels(10, 10);
            let config = FfiDispatchChannelConfig::new(Handle::current());
            let channel =
                FfiDispatchChannel::new(receiver, answers, config, Arc::new(NoOpCallback));
            let counts = Arc::<Counts>::default();
            let started = Drain::start(Arc::new(channel), 5, Handle::current(), counts);
            #[allow(unused_mut)]
            let mut $drain = started.unwrap();
        };
    }

    #[tokio::test]
    async fn the_end_of_upstream_is_told() {
        drain!(dispatch, drain);
        drop(dispatch);
        let moved = std::future::poll_fn(|cx| drain.poll(cx)).await;
        assert!(matches!(moved, Some(Moved::Ended(why)) if why.contains("closed")));
        assert!(drain.end().await.is_empty());
    }

    #[tokio::test]
    async fn it_ends_when_it_is_told_to() {
        drain!(dispatch, drain);
        let ended = tokio::time::timeout(Duration::from_secs(30), drain.end()).await;
        assert!(ended.unwrap().is_empty());
        drop(dispatch);
    }

    #[test]
    fn places_are_counted() {
        let counts = Counts::default();
        assert!(counts.enter(2) && counts.enter(2) && !counts.enter(2));
        assert_eq!(counts.now(), [2, 2, 3, 1]);
        counts.leave();
        assert!(counts.enter(2));
        assert_eq!(counts.now(), [2, 2, 4, 1]);
    }

    #[test]
    fn a_refusal_may_be_tried_again() {
        let id = uuid::Uuid::new_v4();
        let result = refusal(id, "worker_overloaded", "why");
        assert_eq!((result.step_uuid, result.success), (id, false));
        assert!(result.metadata.retryable && result.error.unwrap().retryable);
    }
}
