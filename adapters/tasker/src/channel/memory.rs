//! A channel without Tasker: what is dispatched at one end is done at the other. For tests, and for
//! orchestrators of one's own.
//!
//! It behaves as upstream's `FfiDispatchChannel` (Tasker sheet, section 3.2): a bounded buffer of
//! events; a step counts as pending from the moment when it is taken; an unknown or second answer is
//! refused; steps that stay unanswered are failed when somebody cleans up.

use std::{
    collections::HashMap,
    fmt,
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use journeyman_core::{Error, ErrorKind};
use tokio::{sync::mpsc, time::Instant};
use uuid::Uuid;

use super::{ChannelInfo, ChannelMetrics, StepChannel, Taken};
use crate::wire::{
    CheckpointYieldData, DeliveryMode, DomainEvent, ResultMetadata, StepError, StepEvent,
    StepExecutionResult, UnreadableEvent,
};

/// The rules of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rules {
    /// Events that wait to be taken. Default 100.
    pub buffer: usize,
    /// Answers that wait to be received. Default 100.
    pub answers: usize,
    /// How long a step may stay unanswered. Default 30 s.
    pub completion_timeout: Duration,
    /// The age that counts as starving. Default 10 s.
    pub starvation_threshold: Duration,
    /// Whether the taker is woken by a new event, or has to look. Default true.
    pub wakes: bool,
    /// Whether events can be published directly. Default true.
    pub publishes: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            buffer: 100,
            answers: 100,
            completion_timeout: Duration::from_secs(30),
            starvation_threshold: Duration::from_secs(10),
            wakes: true,
            publishes: true,
        }
    }
}

/// What the worker's end says.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Answer {
    /// An event was answered, by the worker or by the clean-up.
    Completed {
        /// The event.
        event_id: Uuid,
        /// Its result. Upstream believes the step id in it, whatever the event's is.
        result: Box<StepExecutionResult>,
    },
    /// A step wants to go on later.
    Checkpoint {
        /// The event.
        event_id: Uuid,
        /// Where it goes on.
        data: Box<CheckpointYieldData>,
    },
    /// A handler published an event.
    Published {
        /// The event.
        event: Box<DomainEvent>,
        /// How it is delivered.
        mode: DeliveryMode,
    },
}

enum Dispatch {
    Step(Box<StepEvent>),
    Unreadable(UnreadableEvent),
    Break,
}

/// What both ends share.
struct Shared {
    rules: Rules,
    pending: HashMap<Uuid, Pending>,
    /// The worker's end stops.
    stopping: bool,
    connected: bool,
    overflowed: u64,
}

struct Pending {
    step_uuid: Uuid,
    since: Instant,
}

type State = Arc<Mutex<Shared>>;

fn lock(state: &State) -> MutexGuard<'_, Shared> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A channel and its other end.
pub fn channel(rules: Rules) -> (MemoryChannel, MemoryHost) {
    let (dispatch, steps) = mpsc::channel(rules.buffer.max(1));
    let (answer, answers) = mpsc::channel(rules.answers.max(1));
    let shared =
        Shared { rules, pending: HashMap::new(), stopping: false, connected: false, overflowed: 0 };
    let state = Arc::new(Mutex::new(shared));
    let worker = MemoryChannel { steps, answer, state: Arc::clone(&state), rules };
    (worker, MemoryHost { dispatch, answers, state })
}

/// The worker's end.
pub struct MemoryChannel {
    steps: mpsc::Receiver<Dispatch>,
    answer: mpsc::Sender<Answer>,
    state: State,
    rules: Rules,
}

impl fmt::Debug for MemoryChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryChannel").field("rules", &self.rules).finish_non_exhaustive()
    }
}

impl MemoryChannel {
    /// Ends an event, if it is known.
    fn settle(&self, event_id: Uuid) -> bool {
        lock(&self.state).pending.remove(&event_id).is_some()
    }

    /// Hands an answer over; waits for room.
    fn hand_over(&self, answer: Answer) -> impl Future<Output = bool> + Send + 'static {
        let sender = self.answer.clone();
        async move { sender.send(answer).await.is_ok() }
    }
}

impl StepChannel for MemoryChannel {
    fn info(&self) -> ChannelInfo {
        ChannelInfo {
            wakes: self.rules.wakes,
            publishes: self.rules.publishes,
            completion_timeout: Some(self.rules.completion_timeout),
        }
    }

    async fn connect(&mut self) -> Result<(), Error> {
        if self.answer.is_closed() {
            let gone = Error::new(ErrorKind::Refused, "connect", "the other end is gone");
            return Err(gone.permanent());
        }
        lock(&self.state).connected = true;
        Ok(())
    }

    fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<Taken> {
        let taken = match self.rules.wakes {
            true => std::task::ready!(self.steps.poll_recv(cx)),
            // As upstream's `poll`, which never waits.
            false => match self.steps.try_recv() {
                Ok(dispatch) => Some(dispatch),
                Err(mpsc::error::TryRecvError::Empty) => return Poll::Pending,
                Err(mpsc::error::TryRecvError::Disconnected) => None,
            },
        };
        Poll::Ready(match taken {
            Some(Dispatch::Step(event)) => {
                let pending = Pending { step_uuid: event.step_uuid, since: Instant::now() };
                lock(&self.state).pending.insert(event.event_id, pending);
                Taken::Step(event)
            }
            Some(Dispatch::Unreadable(event)) => {
                if let (Some(event_id), Some(step_uuid)) = (event.event_id, event.step_uuid) {
                    let pending = Pending { step_uuid, since: Instant::now() };
                    lock(&self.state).pending.insert(event_id, pending);
                }
                Taken::Unreadable(event)
            }
            Some(Dispatch::Break) => {
                lock(&self.state).connected = false;
                Taken::Closed(Error::new(ErrorKind::Disconnected, "take", "the channel broke"))
            }
            None => {
                lock(&self.state).connected = false;
                let closed = "the channel was closed at the other end";
                Taken::Closed(Error::new(ErrorKind::Disconnected, "take", closed))
            }
        })
    }

    fn complete(
        &mut self,
        event_id: Uuid,
        result: StepExecutionResult,
    ) -> impl Future<Output = bool> + Send + 'static {
        let known = self.settle(event_id);
        let result = Box::new(result);
        let sent = known.then(|| self.hand_over(Answer::Completed { event_id, result }));
        async move {
            match sent {
                Some(sent) => sent.await,
                None => false,
            }
        }
    }

    fn checkpoint(
        &mut self,
        event_id: Uuid,
        data: CheckpointYieldData,
    ) -> impl Future<Output = bool> + Send + 'static {
        let known = self.settle(event_id);
        let data = Box::new(data);
        let sent = known.then(|| self.hand_over(Answer::Checkpoint { event_id, data }));
        async move {
            match sent {
                Some(sent) => sent.await,
                None => false,
            }
        }
    }

    fn publish(
        &mut self,
        event: DomainEvent,
        mode: DeliveryMode,
    ) -> impl Future<Output = Result<(), Error>> + Send + 'static {
        let event = Box::new(event);
        let sent = self.rules.publishes.then(|| self.hand_over(Answer::Published { event, mode }));
        async move {
            let gone = |problem| Err(Error::new(ErrorKind::Disconnected, "publish", problem));
            match sent {
                None => gone("this channel publishes no events"),
                Some(sent) => match sent.await {
                    true => Ok(()),
                    false => gone("the other end is gone"),
                },
            }
        }
    }

    fn cleanup(&mut self) -> impl Future<Output = usize> + Send + 'static {
        let now = Instant::now();
        let limit = self.rules.completion_timeout;
        let mut state = lock(&self.state);
        let old = |pending: &Pending| now.saturating_duration_since(pending.since) > limit;
        let late: Vec<_> = state.pending.extract_if(|_, pending| old(pending)).collect();
        drop(state);
        let sender = self.answer.clone();
        async move {
            let count = late.len();
            for (event_id, pending) in late {
                let result = Box::new(timed_out(pending.step_uuid, limit));
                // An error means that nobody wants to know any more.
                let _ = sender.send(Answer::Completed { event_id, result }).await;
            }
            count
        }
    }

    fn metrics(&self) -> ChannelMetrics {
        metrics(&lock(&self.state))
    }

    fn stop_taking(&mut self) {
        lock(&self.state).stopping = true;
    }

    async fn close(&mut self) {
        let mut state = lock(&self.state);
        state.stopping = true;
        state.connected = false;
        drop(state);
        self.steps.close();
    }
}

fn metrics(state: &Shared) -> ChannelMetrics {
    let now = Instant::now();
    let ages = state
        .pending
        .iter()
        .map(|(id, pending)| (*id, now.saturating_duration_since(pending.since)));
    ChannelMetrics::of(ages, state.rules.starvation_threshold)
}

/// What upstream answers for a step that nobody answered.
fn timed_out(step_uuid: Uuid, limit: Duration) -> StepExecutionResult {
    let millis = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
    let kind = Some("ffi_timeout".to_owned());
    StepExecutionResult {
        step_uuid,
        result: crate::Json::empty(),
        status: "failed".to_owned(),
        metadata: ResultMetadata {
            execution_time_ms: i64::try_from(millis).unwrap_or(i64::MAX),
            retryable: true,
            error_type: kind.clone(),
            ..ResultMetadata::default()
        },
        error: Some(StepError {
            message: format!("FFI handler timed out after {millis}ms"),
            retryable: true,
            error_type: kind,
            ..StepError::default()
        }),
        ..StepExecutionResult::default()
    }
}

/// The orchestrator's end. Dropping it closes the channel.
pub struct MemoryHost {
    dispatch: mpsc::Sender<Dispatch>,
    answers: mpsc::Receiver<Answer>,
    state: State,
}

impl fmt::Debug for MemoryHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryHost").field("pending", &self.metrics().pending_count).finish()
    }
}

impl MemoryHost {
    /// Dispatches a step if there is room in the buffer. Where there is none, upstream would lose
    /// it; here it comes back, and is counted.
    ///
    /// # Errors
    /// The event, when the buffer is full or the worker is gone.
    // The event was the caller's; it goes back as it came.
    #[allow(clippy::result_large_err)]
    pub fn try_dispatch(&self, event: StepEvent) -> Result<(), StepEvent> {
        match self.dispatch.try_reserve() {
            Ok(place) => {
                place.send(Dispatch::Step(Box::new(event)));
                Ok(())
            }
            Err(_) => {
                lock(&self.state).overflowed += 1;
                Err(event)
            }
        }
    }

    /// Dispatches a step; waits for room in the buffer. False when the worker is gone.
    ///
    /// # Cancel safety
    /// When it is dropped, the step was not dispatched.
    pub async fn dispatch(&self, event: StepEvent) -> bool {
        self.dispatch.send(Dispatch::Step(Box::new(event))).await.is_ok()
    }

    /// Dispatches what should be the JSON of a step; waits for room in the buffer. False when the
    /// worker is gone.
    ///
    /// # Cancel safety
    /// When it is dropped, nothing was dispatched.
    pub async fn dispatch_text(&self, text: &str) -> bool {
        let dispatch = match StepEvent::parse(text) {
            Ok(event) => Dispatch::Step(Box::new(event)),
            Err(event) => Dispatch::Unreadable(event),
        };
        self.dispatch.send(dispatch).await.is_ok()
    }

    /// Breaks the channel, as a fault: the worker connects again.
    ///
    /// # Cancel safety
    /// When it is dropped, the channel was not broken.
    pub async fn break_channel(&self) {
        let _ = self.dispatch.send(Dispatch::Break).await;
    }

    /// What the worker says next; `None` when it is gone.
    ///
    /// # Cancel safety
    /// It may be dropped and called again.
    pub async fn answer(&mut self) -> Option<Answer> {
        self.answers.recv().await
    }

    /// Steps that were taken and not answered.
    pub fn metrics(&self) -> ChannelMetrics {
        metrics(&lock(&self.state))
    }

    /// Whether the worker asked for no more steps.
    pub fn is_stopping(&self) -> bool {
        lock(&self.state).stopping
    }

    /// Whether a worker is there.
    pub fn is_connected(&self) -> bool {
        lock(&self.state).connected
    }

    /// Steps that found the buffer full.
    pub fn overflowed(&self) -> u64 {
        lock(&self.state).overflowed
    }
}
