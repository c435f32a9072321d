//! The state machine of one worker on one channel.
//!
//! There is nobody to register with, and nothing is asked for: the channel gives steps that were
//! claimed already, and each of them must be answered. So every step is taken at once into the
//! session's waiting queue, and whatever becomes of it, its event gets one answer, with the step id
//! of that event. A step that comes again while it is in hand is answered once, for the event that
//! came last: upstream forgot the one before it when it dispatched the step anew.

mod answer;
mod health;
mod life;
mod steps;

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use journeyman_core::{
    Error,
    protocol::{Cx, Input, Outcome, Protocol, Token, TokenMap},
    transport::{Lane, Tag},
};
use uuid::Uuid;

use crate::{
    channel::{ChannelInfo, ChannelMessage},
    codec::StepCodec,
    config::Config,
    meters::Meters,
    monitor::Monitor,
    outcome::Identity,
    resolve::Resolution,
    wire::StepEvent,
};

/// The one road.
const MAIN: Lane = Lane::MAIN;

/// The tag of the clean-up. Tokens as numbers are larger.
const SWEEP: Tag = Tag(1);
/// The tag of the last look into the channel.
const LAST_LOOK: Tag = Tag(2);

/// The shortest wait between two looks into a channel that does not wake us.
const FIRST_LOOK: Duration = Duration::from_millis(1);

/// What is left for the answer before the channel itself fails a step.
const MARGIN: Duration = Duration::from_millis(500);

/// A worker on a channel of steps.
#[derive(Debug)]
pub struct Tasker {
    config: Arc<Config>,
    resolution: Arc<Resolution>,
    info: ChannelInfo,
    identity: Identity,
    monitor: Monitor,
    meters: Meters,
    steps: TokenMap<Step>,
    /// The last look is on its way, or it is over.
    leaving: Option<Leaving>,
    /// When to look into the channel next, and how long to wait after that.
    look_at: Option<Instant>,
    look_every: Duration,
    sweep_at: Option<Instant>,
    /// A clean-up is on its way.
    sweeping: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leaving {
    Looking,
    Empty,
}

/// A step in hand.
#[derive(Debug)]
struct Step {
    event: Arc<StepEvent>,
    /// Other events of the step that came in the meantime, or before it: nobody but the channel knows
    /// which of them is still open. At most [`MAX_OTHERS`].
    others: Vec<Uuid>,
    codec: Arc<StepCodec>,
    taken: Instant,
    started: SystemTime,
    limit: Option<Duration>,
    /// Its end, once it was sent.
    sent: Option<(Sent, Outcome)>,
    starving: bool,
}

/// How many events of one step are answered at a time, besides the one that is known last. Upstream has
/// one open at most.
const MAX_OTHERS: usize = 8;

/// What was sent as its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sent {
    Success,
    Failure,
    Checkpoint,
}

impl Tasker {
    pub(crate) fn new(
        config: Arc<Config>,
        resolution: Resolution,
        info: ChannelInfo,
        monitor: Monitor,
    ) -> Self {
        let identity = Identity {
            worker_id: Some(config.worker_id.clone()).filter(|id| !id.is_empty()),
            hostname: config.hostname.clone(),
            handler_version: config.handler_version.clone(),
        };
        let meters = Meters::new(&config.worker_id);
        Self {
            config,
            resolution: Arc::new(resolution),
            info,
            identity,
            monitor,
            meters,
            steps: TokenMap::default(),
            leaving: None,
            look_at: None,
            look_every: FIRST_LOOK,
            sweep_at: None,
            sweeping: false,
        }
    }

    /// Steps that are in hand.
    pub fn pending(&self) -> usize {
        self.steps.len()
    }

    fn received(&mut self, cx: &mut Cx<'_, ChannelMessage>, message: ChannelMessage) {
        match message {
            ChannelMessage::Step(event) => self.step(cx, *event),
            ChannelMessage::Unreadable(event) => self.unreadable(cx, &event),
            // The rest answers something, or is ours.
            other => cx.ignored(odd(&format!("{other:?} without a question"))),
        }
    }

    fn replied(&mut self, cx: &mut Cx<'_, ChannelMessage>, tag: Tag, message: ChannelMessage) {
        match (tag, message) {
            (SWEEP, ChannelMessage::Swept { timed_out, metrics }) => {
                self.swept(timed_out, metrics);
            }
            (tag, ChannelMessage::Answered(taken)) => {
                self.answered(cx, Token::from_u64(tag.0), taken);
            }
            (_, other) => cx.ignored(odd(&format!("{other:?} as an answer"))),
        }
    }
}

impl Protocol for Tasker {
    type Target = ();
    type Message = ChannelMessage;

    fn target(&mut self, _now: SystemTime) -> Result<(), Error> {
        Ok(())
    }

    fn handle(&mut self, cx: &mut Cx<'_, ChannelMessage>, input: Input<ChannelMessage>) {
        match input {
            Input::Connected => self.connected(cx),
            Input::Received { message, .. } => self.received(cx, message),
            Input::Reply { tag, message } => self.replied(cx, tag, message),
            Input::Sent { tag: LAST_LOOK } => self.looked_last(cx),
            Input::Failed { tag: SWEEP, .. } => self.sweeping = false,
            Input::Failed { tag: LAST_LOOK, .. } => self.looked_last(cx),
            Input::Failed { tag, error } => self.not_sent(cx, Token::from_u64(tag.0), &error),
            Input::Outcome { token, outcome } => self.outcome(cx, token, outcome),
            Input::Event { token, event } => self.publish(cx, token, event),
            Input::Dropped { token } => {
                self.steps.remove(&token);
                self.show(cx.now());
            }
            Input::Deadline => self.deadline(cx),
            Input::Disconnected { .. } => self.disconnected(),
            Input::Drain => self.drain(cx),
            Input::Goodbye => self.goodbye(cx),
            // Nobody upstream wants to hear of progress.
            _ => {}
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        [self.look_at, self.sweep_at].into_iter().flatten().min()
    }
}

/// Something that a channel should not say.
fn odd(what: &str) -> Error {
    let problem = format!("the channel sent {what}");
    Error::new(journeyman_core::ErrorKind::PeerMisbehaved, "receive", problem)
}

#[cfg(test)]
pub(crate) mod tests;
