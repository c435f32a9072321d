//! What is measured over time, and what streams carry.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, SystemTime},
};

use futures_util::Stream;
use journeyman_core::{
    session::SessionState,
    snapshot::{RecentJob, Snapshot},
};
use serde::Serialize;
use tokio::{
    sync::{
        broadcast::{self, error::RecvError},
        watch,
    },
    time::{MissedTickBehavior, interval, sleep},
};
use utoipa::ToSchema;

use crate::{
    clock,
    journal::{Entry, Level},
    shared::{Shared, lock, totals},
    usage::Meter,
    view::{CapabilityTable, Outputs, Overview},
};

/// The time between samples.
const PERIOD: Duration = Duration::from_secs(1);

/// How many samples are kept: ten minutes.
const KEPT: usize = 600;

/// Changes that come together are told together.
const TOGETHER: Duration = Duration::from_millis(100);

/// One moment of the worker's history.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Sample {
    /// When, in milliseconds since 1970.
    pub(crate) at: u64,
    /// Jobs that ended well since the last sample, a second before.
    pub(crate) ok: u64,
    /// Jobs that failed since then.
    pub(crate) failed: u64,
    /// Handlers that ran at this moment.
    pub(crate) running: u64,
    /// Jobs in flight at this moment, those that waited included.
    pub(crate) in_flight: u64,
    /// The median time of the jobs that ended since the last sample (of the latest hundred of them), in
    /// seconds; null when none did.
    pub(crate) p50: Option<f64>,
    /// The longest such time.
    pub(crate) slowest: Option<f64>,
    /// Processor time in percent of one processor.
    pub(crate) cpu_percent: Option<f64>,
    /// Resident memory in bytes.
    pub(crate) memory_bytes: Option<u64>,
}

/// The first message of a stream: everything.
#[derive(Debug, Serialize)]
struct Hello<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    overview: &'a Overview,
    history: Vec<Sample>,
    events: Vec<Entry>,
    capabilities: Vec<CapabilityTable>,
}

/// Every other message: what is now, and what came since the one before.
#[derive(Debug, Serialize)]
struct Tick<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    overview: &'a Overview,
    #[serde(skip_serializing_if = "Option::is_none")]
    sample: Option<&'a Sample>,
    events: Vec<Entry>,
}

/// What the last sample saw.
#[derive(Debug, Default)]
struct Before {
    ok: u64,
    failed: u64,
    job: u64,
}

/// Measures once a second, and tells whoever listens. Never ends.
pub(crate) async fn run(shared: Arc<Shared>) {
    let mut meter = Meter::new();
    let mut timer = interval(PERIOD);
    timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut before = Before::default();
    let (mut told_job, mut told_event) = (0, 0);
    loop {
        let sample = tokio::select! {
            _ = timer.tick() => {
                *lock(&shared.usage) = meter.measure();
                let sample = take(&shared, &mut before);
                let mut history = lock(&shared.history);
                keep(&mut history, sample.clone());
                Some(sample)
            }
            () = shared.nudge.notified() => {
                sleep(TOGETHER).await;
                None
            }
        };
        // What nobody hears is not put together.
        if shared.ticks.receiver_count() == 0 {
            continue;
        }
        let overview = shared.overview(told_job, Outputs::Counted).await;
        let events = shared.journal.after(told_event);
        told_job = overview.recent.last().map_or(told_job, |job| job.number);
        told_event = events.last().map_or(told_event, |event| event.number);
        let tick = Tick { kind: "tick", overview: &overview, sample: sample.as_ref(), events };
        // Without anybody left to hear it, it is lost, as it should be.
        let _ = shared.ticks.send(text(&tick));
    }
}

fn keep(history: &mut VecDeque<Sample>, sample: Sample) {
    if history.len() == KEPT {
        history.pop_front();
    }
    history.push_back(sample);
}

fn take(shared: &Shared, before: &mut Before) -> Sample {
    let snapshot = shared.control.snapshot();
    let usage = lock(&shared.usage).clone();
    let sample = since(&snapshot, before);
    Sample { cpu_percent: usage.cpu_percent, memory_bytes: usage.memory_bytes, ..sample }
}

fn since(snapshot: &Snapshot, before: &mut Before) -> Sample {
    let totals = totals(snapshot);
    let new = |job: &&RecentJob| job.number > before.job;
    let mut took: Vec<f64> =
        snapshot.recent.iter().filter(new).map(|job| job.took.as_secs_f64()).collect();
    took.sort_by(f64::total_cmp);
    let sample = Sample {
        at: clock::millis(SystemTime::now()),
        ok: totals.ok.saturating_sub(before.ok),
        failed: totals.failed.saturating_sub(before.failed),
        running: snapshot.running,
        in_flight: totals.in_flight,
        p50: took.get(took.len() / 2).copied(),
        slowest: took.last().copied(),
        cpu_percent: None,
        memory_bytes: None,
    };
    *before = Before {
        ok: totals.ok,
        failed: totals.failed,
        job: snapshot.recent.last().map_or(before.job, |job| job.number),
    };
    sample
}

fn text(message: &impl Serialize) -> Arc<str> {
    // Strings, numbers and lists of them: it cannot fail.
    serde_json::to_string(message).unwrap_or_default().into()
}

/// Notes the changes of one session's state. Ends with the session.
pub(crate) async fn watch_session(
    shared: Arc<Shared>,
    who: String,
    mut state: watch::Receiver<SessionState>,
) {
    loop {
        let now = state.borrow_and_update().clone();
        let (level, text) = describe(&now);
        shared.journal.add(level, format!("{who}: {text}"));
        shared.nudge.notify_one();
        if now.is_over() || state.changed().await.is_err() {
            return;
        }
    }
}

fn describe(state: &SessionState) -> (Level, String) {
    match state {
        SessionState::Connecting { attempt: 1 } => (Level::Info, "connecting".to_owned()),
        SessionState::Connecting { attempt } => {
            (Level::Info, format!("connecting, attempt {attempt}"))
        }
        SessionState::Registering => (Level::Info, "connected, registering".to_owned()),
        SessionState::Ready => (Level::Info, "ready".to_owned()),
        SessionState::Waiting { attempt, delay, error } => (
            Level::Warning,
            format!("not connected: {error}; attempt {attempt} in {:.1} s", delay.as_secs_f64()),
        ),
        SessionState::Disconnected => (Level::Warning, "disconnected on request".to_owned()),
        SessionState::Draining => (Level::Info, "draining: takes no more jobs".to_owned()),
        SessionState::Closing => (Level::Info, "all settled, saying goodbye".to_owned()),
        SessionState::Stopped => (Level::Info, "stopped".to_owned()),
        SessionState::Failed { error } => (Level::Error, format!("failed for good: {error}")),
        other => (Level::Info, other.as_str().to_owned()),
    }
}

/// The whole picture, as the first message of a stream.
pub(crate) async fn hello(shared: &Shared) -> Arc<str> {
    let overview = shared.overview(0, Outputs::Counted).await;
    text(&Hello {
        kind: "hello",
        overview: &overview,
        history: lock(&shared.history).iter().cloned().collect(),
        events: shared.journal.after(0),
        capabilities: shared.capabilities(),
    })
}

/// What a stream carries: everything once, then what changes. A client that is too slow gets everything
/// again. Ends when the monitor ends.
pub(crate) fn feed(shared: Arc<Shared>) -> impl Stream<Item = Arc<str>> + Send {
    // Before the first message is made: what comes meanwhile is told twice rather than never.
    let ticks = shared.ticks.subscribe();
    futures_util::stream::unfold((shared, ticks, true), async |(shared, mut ticks, first)| {
        let message = match first {
            true => hello(&shared).await,
            false => tokio::select! {
                message = next(&shared, &mut ticks) => message?,
                () = shared.closed() => return None,
            },
        };
        Some((message, (shared, ticks, false)))
    })
}

async fn next(shared: &Shared, ticks: &mut broadcast::Receiver<Arc<str>>) -> Option<Arc<str>> {
    match ticks.recv().await {
        Ok(message) => Some(message),
        Err(RecvError::Lagged(_)) => {
            *ticks = shared.ticks.subscribe();
            Some(hello(shared).await)
        }
        Err(RecvError::Closed) => None,
    }
}

#[cfg(test)]
mod tests {
    use journeyman_core::{
        Router, Worker,
        memory::{Memory, Submission},
    };

    use super::*;

    #[tokio::test]
    async fn a_sample_is_what_came_since_the_last_one() {
        let (memory, client) = Memory::new();
        let router = Router::new().route("a", async || ());
        let worker = Worker::new(router).serve(memory).start().unwrap();
        let mut before = Before::default();
        for round in 1..=3u64 {
            for _ in 0..round {
                client.submit(Submission::new("a")).await.await.unwrap();
            }
            let _ = client.submit(Submission::new("none")).await.await;
            let totals = || totals(&worker.control().snapshot());
            while totals().ok + totals().failed < (1..=round).sum::<u64>() + round {
                tokio::task::yield_now().await;
            }
            let sample = since(&worker.control().snapshot(), &mut before);
            assert_eq!((sample.ok, sample.failed), (round, 1));
            assert!(sample.p50.is_some() && sample.slowest >= sample.p50);
        }
        let sample = since(&worker.control().snapshot(), &mut before);
        assert_eq!((sample.ok, sample.failed, sample.p50), (0, 0, None));
        let mut history = VecDeque::new();
        for _ in 0..2 * KEPT {
            keep(&mut history, sample.clone());
        }
        assert_eq!(history.len(), KEPT);
        worker.control().abort();
        worker.wait().await.unwrap();
    }

    #[test]
    fn every_state_is_told() {
        let waiting = SessionState::Waiting {
            attempt: 3,
            delay: Duration::from_millis(1500),
            error: "refused".to_owned(),
        };
        let (level, text) = describe(&waiting);
        assert_eq!((level, &*text), (Level::Warning, "not connected: refused; attempt 3 in 1.5 s"));
        let (level, text) = describe(&SessionState::Failed { error: "bad token".to_owned() });
        assert_eq!((level, &*text), (Level::Error, "failed for good: bad token"));
        assert_eq!(describe(&SessionState::Ready).1, "ready");
        assert_eq!(describe(&SessionState::Connecting { attempt: 2 }).1, "connecting, attempt 2");
    }
}
