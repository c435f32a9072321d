//! Switches that make the orchestrator misbehave on purpose.

/// Faults that are still to come: each number counts down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Faults {
    /// Polls that find nothing although there is something, as when another thread polls.
    pub busy_polls: u32,
    /// Events that are handed out a second time, with the same event id.
    pub events_twice: u32,
    /// Events whose JSON lacks `step_definition`.
    pub spoilt_events: u32,
    /// Answers that are refused as when the completion channel is full: the event is gone, the
    /// step hangs.
    pub refused_answers: u32,
    /// Results that are accepted and then lost, as when the database is down.
    pub lost_results: u32,
    /// Checkpoints that can not be stored; the step fails with `checkpoint_error`.
    pub failed_checkpoints: u32,
}

/// Takes one of a fault.
pub(crate) fn take(count: &mut u32) -> bool {
    let any = *count > 0;
    *count = count.saturating_sub(1);
    any
}
