//! How the orchestrator and the channel behave. The defaults are those of upstream's smallest
//! configuration file and of its channel.

use std::time::Duration;

/// Settings of an [`Orchestrator`](super::Orchestrator).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Config {
    /// Where the clock starts, in seconds since the Unix epoch. Default 2026-01-01.
    pub start_seconds: i64,
    /// Events that the dispatch channel holds. Default 100; upstream refuses less than 10.
    pub dispatch_buffer: usize,
    /// What becomes of a step for which the channel has no room. Default [`Overflow::Lose`].
    pub overflow: Overflow,
    /// Time from one claim to the next. Zero, the default, claims in the very call that puts a
    /// step into the queue: who starts more tasks than the buffer holds before he polls loses
    /// some, as a worker that does not poll does.
    pub claim_every: Duration,
    /// After how long a message that was not claimed shows again in its queue. Default 30 s.
    pub visibility_timeout: Duration,
    /// Age from which `cleanup_timeouts` fails an unanswered event. Default 30 s.
    pub completion_timeout: Duration,
    /// Age from which an unanswered event starves. Default 10 s.
    pub starvation_threshold: Duration,
    /// Whether the channel can store checkpoints. Default true.
    pub checkpoints: bool,
    /// Delay of retries.
    pub backoff: Backoff,
    /// Time between two looks for steps whose delay is over. Zero: they are found in time.
    /// Default 1 s.
    pub readiness_every: Duration,
    /// Search for tasks that have been stuck for too long; `None` switches it off.
    pub staleness: Option<Staleness>,
    /// Whether a task may be submitted twice. Default [`Identity::Strict`].
    pub identity: Identity,
    /// Whether domain events with the conditions `retryable_failure` and `permanent_failure` are
    /// fired. Upstream never does (Tasker sheet, section 9); default false.
    pub failure_conditions: bool,
    /// The most steps that one decision may create. Default 50.
    pub max_steps_per_decision: usize,
    /// Seed of ids and jitter. The same calls with the same seed give the same ids.
    pub seed: u64,
    /// What memory is bounded by.
    pub limits: Limits,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            start_seconds: 1_767_225_600,
            dispatch_buffer: 100,
            overflow: Overflow::Lose,
            claim_every: Duration::ZERO,
            visibility_timeout: Duration::from_secs(30),
            completion_timeout: Duration::from_secs(30),
            starvation_threshold: Duration::from_secs(10),
            checkpoints: true,
            backoff: Backoff::default(),
            readiness_every: Duration::from_secs(1),
            staleness: Some(Staleness::default()),
            identity: Identity::Strict,
            failure_conditions: false,
            max_steps_per_decision: 50,
            seed: 1,
            limits: Limits::default(),
        }
    }
}

impl Config {
    /// Retries without delay, equal tasks allowed, and no step is ever lost: for tests that want
    /// to see the workflow and nothing else.
    #[must_use]
    pub fn quick() -> Self {
        Self {
            overflow: Overflow::Hold,
            backoff: Backoff { base_seconds: 0, ..Backoff::default() },
            readiness_every: Duration::ZERO,
            identity: Identity::AlwaysUnique,
            ..Self::default()
        }
    }
}

/// What becomes of a step when the dispatch channel is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overflow {
    /// It is claimed and then lost, as upstream loses it: it stays in progress, and its message
    /// shows again and again and can not be claimed (Tasker sheet, section 19, item 1).
    Lose,
    /// It is not claimed until there is room.
    Hold,
}

/// Which tasks are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// Same template and same context, unless an idempotency key tells them apart.
    Strict,
    /// None.
    AlwaysUnique,
}

/// `common.backoff`: the delay is `base * multiplier ^ attempts`, capped, in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    /// Base, seconds. Default 1.
    pub base_seconds: u32,
    /// Default 2.
    pub multiplier: f64,
    /// Cap, seconds, also for what workers ask for. Default 30.
    pub max_seconds: u32,
    /// Jitter to both sides, percent; 0, the default, is off.
    pub jitter_percent: f64,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { base_seconds: 1, multiplier: 2.0, max_seconds: 30, jitter_percent: 0.0 }
    }
}

/// `orchestration.dlq.staleness_detection`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Staleness {
    /// Time between two passes. Default 60 s.
    pub detection_every: Duration,
    /// For tasks that wait for dependencies. Default 60 min.
    pub waiting_for_dependencies: Duration,
    /// For tasks with steps in process or results under evaluation. Default 30 min.
    pub steps_in_process: Duration,
}

impl Default for Staleness {
    fn default() -> Self {
        Self {
            detection_every: Duration::from_secs(60),
            waiting_for_dependencies: Duration::from_secs(3600),
            steps_in_process: Duration::from_secs(1800),
        }
    }
}

/// What memory is bounded by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Tasks. When there are more, the oldest that is final is forgotten; without one, the new
    /// one is refused. Default 100,000.
    pub tasks: usize,
    /// Steps of one task. Default 10,000.
    pub steps_per_task: usize,
    /// Events of the log. Default 10,000.
    pub events: usize,
    /// Domain events, and dead letters, that are kept. Default 10,000.
    pub domain_events: usize,
    /// Templates. Default 1,000.
    pub templates: usize,
    /// Bytes of a template. Default 1 MiB.
    pub template_bytes: usize,
    /// Bytes, roughly, of a context, a result or a checkpoint. Default 16 MiB.
    pub message_bytes: usize,
    /// Entries of the history of a step's checkpoints. Upstream has no limit. Default 1,000.
    pub checkpoint_history: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            tasks: 100_000,
            steps_per_task: 10_000,
            events: 10_000,
            domain_events: 10_000,
            templates: 1_000,
            template_bytes: 1 << 20,
            message_bytes: 16 << 20,
            checkpoint_history: 1_000,
        }
    }
}
