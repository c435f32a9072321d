//! What is known about the steps in hand, as metrics. The core counts jobs; these are about steps
//! that nobody answers.

use metrics::{Counter, Gauge, Label, counter, gauge};

/// Steps that are in hand: they wait for their turn, run, or their result is on its way.
pub const PENDING: &str = "journeyman_tasker_steps_pending";
/// The age of the oldest of them in seconds; 0 when there is none.
pub const OLDEST: &str = "journeyman_tasker_oldest_pending_age";
/// Those of them that are older than the threshold.
pub const STARVING: &str = "journeyman_tasker_steps_starving";
/// Steps that became older than the threshold.
pub const STARVED: &str = "journeyman_tasker_steps_starved_total";
/// Steps that the channel failed because they stayed unanswered.
pub const TIMED_OUT: &str = "journeyman_tasker_steps_timed_out_total";
/// Results that the channel did not take.
pub const REFUSED: &str = "journeyman_tasker_results_refused_total";
/// Step events that could not be used.
pub const UNUSABLE: &str = "journeyman_tasker_events_unusable_total";

/// Every metric: its name and what it tells. All have the label `worker`.
pub const ALL: &[(&str, &str)] = &[
    (PENDING, "Steps in hand: waiting for their turn, running, or their result on its way."),
    (OLDEST, "The age of the oldest step in hand in seconds; 0 when there is none."),
    (STARVING, "Steps in hand that are older than the threshold."),
    (STARVED, "Steps that became older than the threshold."),
    (TIMED_OUT, "Steps that the channel failed because they stayed unanswered."),
    (REFUSED, "Results that the channel did not take."),
    (UNUSABLE, "Step events that could not be used."),
];

/// The handles of one worker, made once: recording is then an atomic addition, or nothing when no
/// recorder is installed.
pub(crate) struct Meters {
    pub(crate) pending: Gauge,
    pub(crate) oldest: Gauge,
    pub(crate) starving: Gauge,
    pub(crate) starved: Counter,
    pub(crate) timed_out: Counter,
    pub(crate) refused: Counter,
    pub(crate) unusable: Counter,
}

impl Meters {
    pub(crate) fn new(worker: &str) -> Self {
        for (name, help) in ALL {
            match name.ends_with("_total") {
                true => metrics::describe_counter!(*name, *help),
                false => metrics::describe_gauge!(*name, *help),
            }
        }
        let worker = vec![Label::new("worker", worker.to_owned())];
        Self {
            pending: gauge!(PENDING, worker.clone()),
            oldest: gauge!(OLDEST, worker.clone()),
            starving: gauge!(STARVING, worker.clone()),
            starved: counter!(STARVED, worker.clone()),
            timed_out: counter!(TIMED_OUT, worker.clone()),
            refused: counter!(REFUSED, worker.clone()),
            unusable: counter!(UNUSABLE, worker),
        }
    }
}

impl std::fmt::Debug for Meters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Meters")
    }
}
