//! What the channel with faults is told, and what it has seen.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
    time::Duration,
};

use journeyman_core::{Error, ErrorKind};
use journeyman_tasker::{
    channel::{StepChannel as _, Taken},
    wire::{StepEvent, StepExecutionResult},
};
use journeyman_testkit::tasker::{Bridge, Channel};
use tokio::{sync::watch, time::sleep};
use uuid::Uuid;

use super::rough::Rough;

/// How many events are remembered.
const PAST: usize = 4;

/// What is always so with a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    /// Whether it wakes its taker. Upstream's `poll` does not.
    pub(crate) wakes: bool,
    /// Whether handlers can publish events.
    pub(crate) publishes: bool,
    /// Whether it can be told to claim no more. Upstream's can not.
    pub(crate) stops: bool,
    /// After how long it says that it fails a step.
    pub(crate) timeout: Option<Duration>,
}

impl Default for Kind {
    fn default() -> Self {
        Self { wakes: true, publishes: true, stops: true, timeout: None }
    }
}

/// What becomes of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// It is passed on.
    Pass,
    /// It is passed on two times.
    Twice,
    /// It is refused, and goes nowhere.
    Refuse,
    /// It is passed on, and the channel closes, which makes it say that it was not.
    Unconfirmed,
    /// It is passed on as one for an event that nobody knows.
    OtherEvent,
    /// It is passed on as the result of this step.
    OtherStep(Uuid),
}

/// What was seen so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) connections: u64,
    pub(crate) connected: bool,
    /// Channels that the worker has closed.
    pub(crate) farewells: u64,
    /// Answers that reached the orchestrator, whatever it did with them.
    pub(crate) answers: u64,
    /// Those of them that it did not take.
    pub(crate) untaken: u64,
}

#[derive(Debug)]
pub(super) struct State {
    /// `None` while nobody is there.
    pub(super) channel: Option<Channel>,
    pub(super) kind: Kind,
    pub(super) rough: Option<Rough>,
    pub(super) cut: bool,
    /// Texts that come out as if they were events.
    pub(super) stray: VecDeque<String>,
    /// The last events that came out, the oldest first.
    pub(super) past: VecDeque<StepEvent>,
    /// What becomes of the next answers.
    deeds: VecDeque<Deed>,
    pub(super) waker: Option<Waker>,
    pub(super) seen: Seen,
}

/// Says what the channel does. Clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Switches {
    state: Arc<Mutex<State>>,
    /// Answers are held back.
    hold: Arc<watch::Sender<bool>>,
    /// Steps that nobody will ever hear of again.
    lost: Arc<watch::Sender<HashSet<Uuid>>>,
    farewells: Arc<watch::Sender<u64>>,
}

pub(super) fn gone(operation: &'static str, what: &str) -> Error {
    Error::new(ErrorKind::Disconnected, operation, what).temporary()
}

impl Switches {
    pub(crate) fn new(channel: Channel, kind: Kind) -> Self {
        let state = State {
            channel: Some(channel),
            kind,
            rough: None,
            cut: false,
            stray: VecDeque::new(),
            past: VecDeque::new(),
            deeds: VecDeque::new(),
            waker: None,
            seen: Seen::default(),
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            hold: Arc::new(watch::channel(false).0),
            lost: Arc::new(watch::channel(HashSet::new()).0),
            farewells: Arc::new(watch::channel(0).0),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes something, and has the channel looked at.
    fn change(&self, work: impl FnOnce(&mut State)) {
        let mut state = self.state();
        work(&mut state);
        // One that does not wake its taker tells nobody of its end either.
        let waker = state.waker.take().filter(|_| state.kind.wakes);
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// What is behind it; `None` when nobody is there.
    pub(crate) fn channel(&self) -> Option<Channel> {
        self.state().channel.clone()
    }

    /// Closes the channel; the next one leads to this orchestrator, or cannot be had.
    pub(crate) fn replace(&self, channel: Option<Channel>) {
        self.change(|state| (state.cut, state.channel) = (state.seen.connected, channel));
    }

    /// Forgets the answers that came so far.
    pub(crate) fn count_anew(&self) {
        let mut state = self.state();
        (state.seen.answers, state.seen.untaken) = (0, 0);
    }

    /// Closes the channel. The next one is as before.
    pub(crate) fn cut(&self) {
        self.change(|state| state.cut = state.seen.connected);
    }

    /// Lets a text out as if it were an event.
    pub(crate) fn stray(&self, text: impl Into<String>) {
        self.change(|state| state.stray.push_back(text.into()));
    }

    /// Lets an event out once more: the first of those that are remembered.
    pub(crate) fn replay_first(&self) {
        let text = self.state().past.front().map(serde_json::to_string);
        self.stray(text.expect("no event has come").expect("an event is JSON"));
    }

    /// Says what becomes of the next answer, or of one of the next if that is said already.
    pub(crate) fn next_answer(&self, deed: Deed) {
        self.state().deeds.push_back(deed);
    }

    /// Makes everything go wrong now and then, or no more.
    pub(crate) fn set_rough(&self, rough: Option<Rough>) {
        self.change(|state| state.rough = rough);
    }

    /// Holds answers back on their way, or lets them go on.
    pub(crate) fn hold_answers(&self, hold: bool) {
        self.hold.send_replace(hold);
    }

    pub(crate) fn seen(&self) -> Seen {
        self.state().seen
    }

    /// Steps that nobody will ever hear of again.
    pub(crate) fn lost(&self) -> watch::Receiver<HashSet<Uuid>> {
        self.lost.subscribe()
    }

    /// How many channels the worker has closed, each time when it closes one.
    pub(crate) fn farewells(&self) -> watch::Receiver<u64> {
        self.farewells.subscribe()
    }

    /// Keeps what came out.
    pub(super) fn remember(&self, taken: &Poll<Taken>) {
        let Poll::Ready(Taken::Step(event)) = taken else { return };
        let mut state = self.state();
        if state.past.len() == PAST {
            state.past.pop_front();
        }
        state.past.push_back((**event).clone());
    }

    pub(super) fn said_farewell(&self) {
        self.farewells.send_modify(|farewells| *farewells += 1);
    }

    pub(super) fn plan(&self) -> (Duration, Deed) {
        let mut state = self.state();
        let scripted = state.deeds.pop_front();
        let (delay, deed) =
            state.rough.as_mut().map_or((Duration::ZERO, Deed::Pass), Rough::answer);
        (delay, scripted.unwrap_or(deed))
    }

    /// Waits for as long as answers are held back.
    pub(super) async fn way(&self, delay: Duration) {
        if !delay.is_zero() {
            sleep(delay).await;
        }
        // The sender is ours, so it cannot be gone.
        let _ = self.hold.subscribe().wait_for(|hold| !hold).await;
    }

    async fn pass(&self, event_id: Uuid, result: StepExecutionResult) -> bool {
        let Some(channel) = self.channel() else { return false };
        let taken = Bridge::new(channel).complete(event_id, result).await;
        let mut state = self.state();
        state.seen.answers += 1;
        state.seen.untaken += u64::from(!taken);
        taken
    }

    pub(super) async fn answer(
        &self,
        deed: Deed,
        event_id: Uuid,
        mut result: StepExecutionResult,
    ) -> bool {
        match deed {
            Deed::Pass => self.pass(event_id, result).await,
            Deed::Twice => {
                let first = self.pass(event_id, result.clone()).await;
                self.pass(event_id, result).await;
                first
            }
            Deed::Refuse => {
                self.lost.send_if_modified(|lost| lost.insert(result.step_uuid));
                false
            }
            Deed::Unconfirmed => {
                self.pass(event_id, result).await;
                self.cut();
                false
            }
            Deed::OtherEvent => self.pass(Uuid::new_v4(), result).await,
            Deed::OtherStep(step) => {
                result.step_uuid = step;
                self.pass(event_id, result).await
            }
        }
    }
}
