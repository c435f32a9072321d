//! The load as a process of its own: publishes commands at a steady pace, and hears the answers.

use std::{
    collections::BTreeMap,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use super::wire::{Packet, Wire, publish};
use crate::many::Problem;

/// What is to be done: three phases of the same load, in the second of which two props are held up.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) broker: SocketAddr,
    pub(crate) props: usize,
    /// Commands per second, over all props in turn.
    pub(crate) rate: u64,
    /// Of each phase, in milliseconds.
    pub(crate) phase: u64,
    /// How long the first two props are held up: one in an async function that sleeps, one in a
    /// function that blocks.
    pub(crate) block: u64,
    /// Quality of service of the commands: 0 or 1.
    pub(crate) qos: u8,
}

/// How it went for some of the commands; times from before the write of the command until its
/// answer has been read, in microseconds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Figures {
    pub(crate) sent: u64,
    pub(crate) answered: u64,
    pub(crate) p50: u64,
    pub(crate) p99: u64,
    pub(crate) p999: u64,
    pub(crate) max: u64,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// Of the props that nobody holds up: before, while and after the others are.
    pub(crate) others: [Figures; 3],
    /// Of the one that sleeps.
    pub(crate) sleeping: [Figures; 3],
    /// Of the one that blocks.
    pub(crate) blocking: [Figures; 3],
    /// Answers that came twice, or to nothing.
    pub(crate) odd: u64,
    /// Commands that the broker acknowledged; none with QoS 0.
    pub(crate) acknowledged: u64,
    /// Commands per second that were really sent.
    pub(crate) rate: u64,
    /// The longest time that the publisher was behind its plan, in microseconds.
    pub(crate) behind: u64,
}

/// Packet identifiers of the load; those above are for the commands that hold props up.
const IDS: u16 = 60_000;

/// When a command was sent and answered, in nanoseconds from the start; 0 for never.
#[derive(Default)]
struct Times {
    sent: AtomicU64,
    answered: AtomicU64,
}

struct Shared {
    begin: Instant,
    times: Vec<Times>,
    odd: AtomicU64,
    answers: AtomicU64,
    acknowledged: AtomicU64,
    over: AtomicBool,
}

impl Shared {
    fn now(&self) -> u64 {
        u64::try_from(self.begin.elapsed().as_nanos()).unwrap_or(u64::MAX).max(1)
    }
}

/// Does all of it.
pub(crate) fn run(plan: &Plan) -> Result<Measured, Problem> {
    let total = plan.rate * plan.phase * 3 / 1000;
    let mut listener = Wire::connect(plan.broker, "load-listener", true)?;
    listener.subscribe("halloween/+/telemetry/work")?;
    let end_of_listener = listener.second()?;
    let mut publisher = Wire::connect(plan.broker, "load-publisher", true)?;
    let mut acks = publisher.second()?;
    let shared = Arc::new(Shared {
        begin: Instant::now(),
        times: (0..total).map(|_| Times::default()).collect(),
        odd: AtomicU64::new(0),
        answers: AtomicU64::new(0),
        acknowledged: AtomicU64::new(0),
        over: AtomicBool::new(false),
    });
    let hears = thread::spawn({
        let shared = Arc::clone(&shared);
        move || hear(&mut listener, &shared)
    });
    // It ends with the connection.
    thread::spawn({
        let shared = Arc::clone(&shared);
        move || {
            while let Ok(packet) = acks.read() {
                let of_load = matches!(packet, Packet::Puback(id) if id <= IDS);
                shared.acknowledged.fetch_add(of_load.into(), Ordering::Relaxed);
            }
        }
    });
    let behind = speak(&mut publisher, plan, &shared)?;
    let rate = total * 1_000_000_000 / shared.now();
    // Those that are held up come last, and then nothing for a while.
    let limit = Duration::from_millis(plan.block) + Duration::from_secs(60);
    let end = Instant::now();
    while shared.answers.load(Ordering::Relaxed) < total && end.elapsed() < limit {
        thread::sleep(Duration::from_millis(20));
    }
    shared.over.store(true, Ordering::Relaxed);
    end_of_listener.close();
    hears.join().map_err(|_| "the listener panicked")??;
    let mut measured = count(plan, &shared);
    (measured.rate, measured.behind) = (rate, behind);
    Ok(measured)
}

/// Publishes in steps of a millisecond. Returns how far it was behind at worst, in microseconds.
fn speak(publisher: &mut Wire, plan: &Plan, shared: &Shared) -> io::Result<u64> {
    let total = shared.times.len() as u64;
    let topics: Vec<_> = (0..plan.props).map(|n| format!("halloween/prop-{n}/cmd")).collect();
    let begin = shared.now();
    let (mut next, mut behind, mut held) = (0, 0, false);
    let mut packets = Vec::new();
    while next < total {
        let now = shared.now() - begin;
        let due = (now * plan.rate / 1_000_000_000 + 1).min(total);
        if due <= next {
            thread::sleep(Duration::from_millis(1));
            continue;
        }
        behind = behind.max(now.saturating_sub(next * 1_000_000_000 / plan.rate) / 1000);
        if !held && next >= total / 3 {
            held = true;
            let id = |n| (plan.qos > 0).then_some(n);
            let held = |way: &str| format!("{way} {}", plan.block);
            publish(&mut packets, &topics[0], &held("sleep"), id(65_535), false);
            publish(&mut packets, &topics[1], &held("block"), id(65_534), false);
        }
        // Not all at once after a pause: times are taken where they belong.
        for n in next..due.min(next + 256) {
            let id = (plan.qos > 0).then_some((n % u64::from(IDS)) as u16 + 1);
            let topic = &topics[n as usize % topics.len()];
            shared.times[n as usize].sent.store(shared.now(), Ordering::Relaxed);
            publish(&mut packets, topic, &format!("work {n}"), id, false);
        }
        next = due.min(next + 256);
        publisher.write(&packets)?;
        packets.clear();
    }
    Ok(behind)
}

fn hear(listener: &mut Wire, shared: &Shared) -> io::Result<()> {
    loop {
        let payload = match listener.read() {
            Ok(Packet::Publish(payload)) => payload,
            Ok(_) => continue,
            Err(_) if shared.over.load(Ordering::Relaxed) => return Ok(()),
            Err(error) => return Err(error),
        };
        let number = std::str::from_utf8(&payload).ok().and_then(|text| text.parse().ok());
        let times = number.and_then(|n: usize| shared.times.get(n));
        let first = times.is_some_and(|it| it.answered.swap(shared.now(), Ordering::Relaxed) == 0);
        let counter = if first { &shared.answers } else { &shared.odd };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

fn count(plan: &Plan, shared: &Shared) -> Measured {
    let total = shared.times.len();
    // By group and phase.
    let mut taken: BTreeMap<(usize, usize), (u64, Vec<u64>)> = BTreeMap::new();
    for (n, times) in shared.times.iter().enumerate() {
        let group = (n % plan.props).min(2);
        let (sent, latencies) = taken.entry((group, n * 3 / total)).or_default();
        *sent += 1;
        let answered = times.answered.load(Ordering::Relaxed);
        if answered > 0 {
            latencies.push((answered - times.sent.load(Ordering::Relaxed)) / 1000);
        }
    }
    let mut figures = |group, phase| {
        let (sent, mut all) = taken.remove(&(group, phase)).unwrap_or_default();
        all.sort_unstable();
        let at = |part: f64| {
            let index = (all.len() as f64 * part) as usize;
            all.get(index.min(all.len().saturating_sub(1))).copied().unwrap_or_default()
        };
        let (p50, p99, p999) = (at(0.5), at(0.99), at(0.999));
        Figures { sent, answered: all.len() as u64, p50, p99, p999, max: at(1.0) }
    };
    let mut group = |group| [0, 1, 2].map(|phase| figures(group, phase));
    Measured {
        sleeping: group(0),
        blocking: group(1),
        others: group(2),
        odd: shared.odd.load(Ordering::Relaxed),
        acknowledged: shared.acknowledged.load(Ordering::Relaxed),
        ..Measured::default()
    }
}
