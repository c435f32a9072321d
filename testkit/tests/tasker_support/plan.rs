//! What goes wrong in a field of tasks, decided in advance, and what must come of it.

#![allow(clippy::unwrap_used)]

use journeyman_testkit::tasker::{Orchestrator, StepState, TaskState};
use uuid::Uuid;

/// Names of the steps, and what each waits for.
pub(crate) const DAG: [(&str, &[usize]); 7] = [
    ("a", &[]),
    ("b", &[0]),
    ("c", &[0]),
    ("d", &[1, 2]),
    ("e", &[1]),
    ("f", &[2]),
    ("g", &[3, 4, 5]),
];

pub(crate) const MAX_ATTEMPTS: u32 = 3;

/// The template: the callable is the same for all steps.
pub(crate) fn template() -> String {
    let mut yaml = "name: field\nnamespace_name: t\nversion: '1'\nsteps:\n".to_owned();
    for (name, parents) in DAG {
        let parents: Vec<&str> = parents.iter().map(|&parent| DAG[parent].0).collect();
        yaml += &format!(
            "  - {{name: {name}, dependencies: [{}], handler: {{callable: field.step}}, \
             timeout_seconds: 5, retry: {{max_attempts: {MAX_ATTEMPTS}}}}}\n",
            parents.join(", ")
        );
    }
    yaml
}

/// What goes wrong with a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Trouble {
    None,
    /// The handler fails, and may be tried again.
    Retryable,
    /// The handler fails for good.
    Permanent,
    /// The handler panics, which is for good as well.
    Panic,
    /// The handler never ends: its limit ends it.
    Hang,
    /// The answer comes when the channel has failed the step already.
    Late,
    /// The answer never comes.
    Vanished,
    /// The answer comes twice.
    Twice,
    /// There is an answer for an event that does not exist, first.
    WrongId,
    /// The event comes twice.
    EventTwice,
}

impl Trouble {
    /// How the try ends.
    fn end(self) -> End {
        match self {
            Self::None | Self::Twice | Self::WrongId | Self::EventTwice => End::Success,
            Self::Retryable | Self::Hang | Self::Late | Self::Vanished => End::Again,
            Self::Permanent | Self::Panic => End::Failure,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Success,
    Again,
    Failure,
}

/// What goes wrong with this try of this step of this task: always the same.
pub(crate) fn trouble(task: u64, step: usize, attempt: u32) -> Trouble {
    let seed = task.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ ((step as u64) << 32);
    let mut random = fastrand::Rng::with_seed(seed);
    let dice = random.u32(0..1000);
    let first = attempt == 1;
    match dice {
        0..60 if first => Trouble::Retryable,
        60..80 if attempt <= 2 => Trouble::Retryable,
        80..86 => Trouble::Retryable,
        86..92 => Trouble::Permanent,
        // Tried again, and then for good.
        92..96 => [Trouble::Retryable, Trouble::Permanent][usize::from(!first)],
        96..99 => Trouble::Panic,
        99..105 if first => Trouble::Hang,
        105..107 => Trouble::Hang,
        107..113 if first => Trouble::Late,
        113..119 if first => Trouble::Vanished,
        119..129 if first => Trouble::Twice,
        129..139 if first => Trouble::WrongId,
        139..149 if first => Trouble::EventTwice,
        _ => Trouble::None,
    }
}

/// How a step ends by itself, after how many tries.
fn alone(task: u64, step: usize) -> (StepState, u32) {
    for attempt in 1..=MAX_ATTEMPTS {
        match trouble(task, step, attempt).end() {
            End::Success => return (StepState::Complete, attempt),
            End::Failure => return (StepState::Error, attempt),
            End::Again => {}
        }
    }
    (StepState::Error, MAX_ATTEMPTS)
}

/// What the last step of a task gives: what is above it, added up, and one for each step.
pub(crate) fn value(task: u64, step: usize) -> u64 {
    let above = DAG[step].1.iter().map(|&parent| value(task, parent)).sum::<u64>();
    1 + if step == 0 { task } else { above }
}

/// Compares the end of a task with what the rules say (Tasker sheet, section 7); gives its state,
/// and how many tries there were.
pub(crate) fn check(core: &Orchestrator, uuid: Uuid, task: u64) -> (TaskState, u64) {
    let info = core.task(uuid).unwrap();
    let tree = || format!("task {task}: {:#?}", core.tree(uuid));
    let alone: Vec<(StepState, u32)> = (0..DAG.len()).map(|step| alone(task, step)).collect();
    let fails = alone.iter().any(|(state, _)| *state == StepState::Error);
    let steps: Vec<_> = DAG.iter().map(|(name, _)| info.step(name).unwrap()).collect();
    let attempts = steps.iter().map(|step| u64::from(step.attempts)).sum();
    if !fails {
        // Nothing is left to chance.
        assert_eq!(info.state, TaskState::Complete, "{}", tree());
        for (at, (step, (state, tries))) in steps.iter().zip(&alone).enumerate() {
            assert_eq!((step.state, step.attempts), (*state, *tries), "{}", tree());
            let result = info.result(DAG[at].0).unwrap();
            assert_eq!(result["value"], value(task, at), "{}", tree());
        }
        return (info.state, attempts);
    }
    // Which sibling was first is not known, and the others may have got anywhere on their way. But
    // only there.
    assert_eq!(info.state, TaskState::BlockedByFailures, "{}", tree());
    let done = |step: usize| steps[step].state == StepState::Complete;
    let mut failed = 0;
    for (at, (step, (state, tries))) in steps.iter().zip(&alone).enumerate() {
        let reached = DAG[at].1.iter().all(|&parent| done(parent));
        match step.state {
            StepState::Pending => assert_eq!(step.attempts, 0, "{}", tree()),
            // Its retry never comes: the task is blocked.
            StepState::WaitingForRetry => {
                assert!(reached && (1..*tries).contains(&step.attempts), "{}", tree());
            }
            end => assert_eq!((end, step.attempts, reached), (*state, *tries, true), "{}", tree()),
        }
        failed += usize::from(step.state == StepState::Error);
    }
    assert!(failed > 0, "{}", tree());
    (info.state, attempts)
}
