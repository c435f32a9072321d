use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering::SeqCst},
};

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};

use super::{
    events::{event, id},
    *,
};
use crate::{channel::ChannelMetrics, meters, protocol::SWEEP, wire::UnreadableEvent};

type Numbers = Arc<Mutex<Vec<(String, Arc<AtomicU64>)>>>;

/// Keeps every number under its name and labels.
#[derive(Default)]
struct Keeper(Numbers);

impl Keeper {
    fn number(&self, key: &Key) -> Arc<AtomicU64> {
        let labels: Vec<_> = key.labels().map(|l| format!("{}={}", l.key(), l.value())).collect();
        let number = Arc::new(AtomicU64::new(0));
        let name = format!("{}{{{}}}", key.name(), labels.join(","));
        self.0.lock().unwrap().push((name, Arc::clone(&number)));
        number
    }
}

impl Recorder for Keeper {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.number(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.number(key))
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[test]
fn steps_that_nobody_answers_are_seen_from_outside() {
    let keeper = Keeper::default();
    let numbers = Arc::clone(&keeper.0);
    let config = Config::default().starvation_threshold(Duration::from_secs(2));
    let mut bench = metrics::with_local_recorder(&keeper, || Bench::new(config));
    let read = |name: &str| {
        let numbers = numbers.lock().unwrap();
        let wanted = format!("{name}{{worker=w}}");
        let found: Vec<_> = numbers.iter().filter(|(known, _)| *known == wanted).collect();
        assert_eq!(found.len(), 1, "{name}");
        found[0].1.load(SeqCst)
    };
    assert_eq!(numbers.lock().unwrap().len(), meters::ALL.len());
    let gauge = |name: &str| f64::from_bits(read(name));
    let (token, job) = bench.job(&event(1, "gv.add"));
    bench.advance(Duration::from_secs(3));
    bench.job(&event(2, "gv.add"));
    bench.advance(Duration::from_secs(1));
    assert_eq!((gauge(meters::PENDING), gauge(meters::STARVING)), (2.0, 1.0));
    assert_eq!((gauge(meters::OLDEST), read(meters::STARVED)), (4.0, 1));
    let message = ChannelMessage::Swept { timed_out: 3, metrics: ChannelMetrics::default() };
    bench.input(Input::Reply { tag: SWEEP, message });
    let mut unreadable = UnreadableEvent::new("x");
    unreadable.event_id = Some(id(0x1001, 3));
    bench.message(ChannelMessage::Unreadable(unreadable));
    bench.succeed(token, &job, &json!(1));
    bench.answered(token, false);
    assert_eq!(read(meters::TIMED_OUT), 3);
    assert_eq!((read(meters::REFUSED), read(meters::UNUSABLE)), (1, 1));
    let names: Vec<_> = meters::ALL.iter().map(|(name, _)| *name).collect();
    assert!(names.iter().all(|name| name.starts_with("journeyman_tasker_")));
}
