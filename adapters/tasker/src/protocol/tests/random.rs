//! Inputs in random order: every step gets one answer, and nothing grows.

use std::collections::{BTreeMap, BTreeSet};

use journeyman_core::{Error, ErrorKind};
use proptest::prelude::*;
use uuid::Uuid;

use super::{
    events::{definition, delivery, row},
    *,
};
use crate::{
    channel::ChannelMetrics,
    protocol::{LAST_LOOK, SWEEP},
    returns::CheckpointYield,
};

#[derive(Clone, Debug)]
enum Move {
    Step(u8),
    Odd(u8, u8),
    Text(String),
    Succeed(u8),
    Fail(u8),
    Yield(u8),
    Answer(u8, bool),
    NotSent(u8),
    Swept,
    Strange,
    Wait(u16),
    Lose,
}

fn moves() -> impl Strategy<Value = Move> {
    prop_oneof![
        8 => any::<u8>().prop_map(Move::Step),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(n, kind)| Move::Odd(n, kind)),
        1 => ".{0,40}".prop_map(Move::Text),
        4 => any::<u8>().prop_map(Move::Succeed),
        3 => any::<u8>().prop_map(Move::Fail),
        2 => any::<u8>().prop_map(Move::Yield),
        8 => (any::<u8>(), any::<bool>()).prop_map(|(at, taken)| Move::Answer(at, taken)),
        1 => any::<u8>().prop_map(Move::NotSent),
        1 => Just(Move::Swept),
        1 => Just(Move::Strange),
        2 => any::<u16>().prop_map(Move::Wait),
        1 => Just(Move::Lose),
    ]
}

struct World {
    bench: Bench,
    /// Deliveries so far, for new ids.
    deliveries: u32,
    /// Answers on their way: tag, event, and whether it is a checkpoint.
    open: Vec<(Tag, Uuid, bool)>,
    /// How often each event was answered, as far as its answer got out.
    answered: BTreeMap<Uuid, usize>,
    /// The event of each step that came last.
    last: BTreeMap<u32, Uuid>,
    /// Events that must be answered: all but those that a later one of a step in hand replaced.
    awaited: BTreeSet<Uuid>,
}

impl World {
    /// Looks at what was sent.
    fn settle(&mut self) {
        for (tag, message) in std::mem::take(&mut self.bench.sent) {
            match message {
                ChannelMessage::Complete(event, result) => {
                    assert!(!result.step_uuid.is_nil() && result.metadata.completed_at.is_some());
                    *self.answered.entry(event).or_default() += 1;
                    self.open.extend(tag.map(|tag| (tag, event, false)));
                }
                ChannelMessage::Checkpoint(event, _) => {
                    *self.answered.entry(event).or_default() += 1;
                    self.open.extend(tag.map(|tag| (tag, event, true)));
                }
                ChannelMessage::Look | ChannelMessage::Sweep => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// An answer did not count.
    fn unanswered(&mut self, event: Uuid) {
        *self.answered.get_mut(&event).unwrap() -= 1;
    }

    fn step(&mut self, number: u32, event: &Value) {
        let merged = self.bench.merged;
        self.bench.step(event);
        let id: Uuid = event["event_id"].as_str().unwrap().parse().unwrap();
        let before = self.last.insert(number, id);
        if self.bench.merged > merged {
            self.awaited.remove(&before.unwrap());
        }
        self.awaited.insert(id);
    }

    fn pick<T>(list: &mut Vec<T>, at: u8) -> Option<T> {
        let count = list.len();
        (count > 0).then(|| list.swap_remove(usize::from(at) % count))
    }

    fn make(&mut self, step: Move) {
        match step {
            Move::Step(n) => {
                self.deliveries += 1;
                let mut event = delivery(u32::from(n % 8), self.deliveries, "gv.add");
                row(&mut event)["attempts"] = json!(n % 3);
                self.step(u32::from(n % 8), &event);
            }
            Move::Odd(n, kind) => {
                self.deliveries += 1;
                let mut event = delivery(100 + u32::from(n), self.deliveries, "other.add");
                match kind % 3 {
                    0 => {}
                    1 => definition(&mut event)["handler"]["resolver"] = json!("none"),
                    _ => definition(&mut event)["retry"] = json!(5),
                }
                self.step(100 + u32::from(n), &event);
            }
            Move::Text(text) => {
                if let Err(event) = StepEvent::parse(&text) {
                    self.bench.message(ChannelMessage::Unreadable(event));
                }
            }
            Move::Succeed(at) => {
                if let Some((token, job)) = Self::pick(&mut self.bench.jobs, at) {
                    self.bench.succeed(token, &job, &json!(at));
                }
            }
            Move::Fail(at) => {
                if let Some((token, _)) = Self::pick(&mut self.bench.jobs, at) {
                    let kinds = journeyman_core::JobErrorKind::ALL;
                    let kind = kinds[usize::from(at) % kinds.len()];
                    self.bench.outcome(token, Err(JobError::new(kind, "no")));
                }
            }
            Move::Yield(at) => {
                if let Some((token, _)) = Self::pick(&mut self.bench.jobs, at) {
                    let mut completion = Completion::default();
                    completion.extensions.insert(CheckpointYield::new(&at, 1).unwrap());
                    self.bench.outcome(token, Ok(completion));
                }
            }
            Move::Answer(at, taken) => {
                if let Some((tag, event, checkpoint)) = Self::pick(&mut self.open, at) {
                    let message = ChannelMessage::Answered(taken);
                    self.bench.input(Input::Reply { tag, message });
                    if checkpoint && !taken {
                        // A failure takes its place.
                        self.unanswered(event);
                    }
                }
            }
            Move::NotSent(at) => {
                if let Some((tag, event, _)) = Self::pick(&mut self.open, at) {
                    self.unanswered(event);
                    let error = Error::new(ErrorKind::Disconnected, "send", "no");
                    self.bench.input(Input::Failed { tag, error });
                }
            }
            Move::Swept => {
                let message =
                    ChannelMessage::Swept { timed_out: 1, metrics: ChannelMetrics::default() };
                self.bench.input(Input::Reply { tag: SWEEP, message });
            }
            Move::Strange => {
                self.bench.message(ChannelMessage::StopTaking);
                self.bench.input(Input::Reply { tag: Tag(3), message: ChannelMessage::Look });
                self.bench.input(Input::Sent { tag: LAST_LOOK });
            }
            Move::Wait(millis) => self.bench.advance(Duration::from_millis(millis.into())),
            Move::Lose => {
                self.bench.lose();
                self.bench.input(Input::Connected);
            }
        }
        self.settle();
        // What could not be delivered is offered again.
        while let Some((token, outcome)) = self.bench.requeued.pop() {
            self.bench.outcome(token, outcome);
        }
        self.settle();
        assert_eq!(self.bench.driver.jobs().len(), self.bench.driver.protocol.pending());
    }
}

fn run(config: Config, steps: Vec<Move>) {
    let bench = Bench::new(config);
    let mut world = World {
        bench,
        deliveries: 0,
        open: Vec::new(),
        answered: BTreeMap::new(),
        last: BTreeMap::new(),
        awaited: BTreeSet::new(),
    };
    for step in steps {
        world.make(step);
    }
    world.bench.input(Input::Drain);
    world.bench.sent.clear();
    while !world.bench.jobs.is_empty() {
        world.make(Move::Fail(0));
    }
    while !world.open.is_empty() {
        world.make(Move::Answer(0, true));
    }
    world.bench.input(Input::Goodbye);
    world.bench.sent.clear();
    world.bench.input(Input::Sent { tag: LAST_LOOK });
    assert!(world.bench.closed);
    assert_eq!((world.bench.driver.jobs().len(), world.bench.driver.protocol.pending()), (0, 0));
    let stats = world.bench.stats();
    assert_eq!(stats.pending, 0);
    assert_eq!(stats.reconciled(), 0, "{stats:?}");
    let once: BTreeMap<Uuid, usize> = world.awaited.iter().map(|event| (*event, 1)).collect();
    // One that a later event of its step has replaced may be answered with that.
    let (answered, replaced): (BTreeMap<_, _>, BTreeMap<_, _>) =
        world.answered.into_iter().partition(|(event, _)| once.contains_key(event));
    assert_eq!(answered, once, "one answer for each event");
    assert!(replaced.values().all(|count| *count <= 1), "{replaced:?}");
}

impl StepStats {
    /// Steps that were taken and came to no end.
    fn reconciled(&self) -> i64 {
        let ended =
            self.completed + self.refused + self.checkpoints + self.unresolved + self.merged;
        i64::try_from(self.taken).unwrap() - i64::try_from(ended).unwrap()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_order_of_events_breaks_a_promise(
        steps in proptest::collection::vec(moves(), 1..120),
        wrap in any::<bool>(),
    ) {
        run(Config::default().wrap_results(wrap), steps);
    }
}
