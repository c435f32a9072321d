//! Random workflows with random failures: what happens is what an independent, simpler model says.

// The lint's exception for tests sees only functions that are marked as such.
#![allow(clippy::unwrap_used)]

mod tasker_support;

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt::Write;
use std::time::{Duration, Instant};

use journeyman_testkit::tasker::{Backoff, Config, Orchestrator, StepEvent, StepState, TaskState};
use proptest::prelude::*;
use serde_json::json;
use tasker_support::{fail, succeed};
use uuid::Uuid;

/// How an attempt ends.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Try {
    Success,
    Retryable,
    Permanent,
}

#[derive(Clone, Debug)]
struct Plan {
    parents: Vec<usize>,
    /// Attempts that do not end well; those behind them do.
    tries: Vec<Try>,
    max_attempts: u32,
    retryable: bool,
}

impl Plan {
    fn at(&self, attempt: usize) -> Try {
        self.tries.get(attempt).copied().unwrap_or(Try::Success)
    }
}

fn plans() -> impl Strategy<Value = Vec<Plan>> {
    let bad = prop_oneof![9 => Just(Try::Retryable), 1 => Just(Try::Permanent)];
    let tries = prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(bad, 1..4)];
    let retryable = prop_oneof![9 => Just(true), 1 => Just(false)];
    let step =
        (prop::collection::vec(any::<prop::sample::Index>(), 0..4), tries, 1u32..5, retryable);
    prop::collection::vec(step, 1..12).prop_map(|steps| {
        let plan = |(at, (parents, tries, max_attempts, retryable)): (
            usize,
            (Vec<prop::sample::Index>, _, _, _),
        )| {
            let mut parents: Vec<usize> =
                parents.iter().filter(|_| at > 0).map(|index| index.index(at)).collect();
            parents.sort_unstable();
            parents.dedup();
            Plan { parents, tries, max_attempts, retryable }
        };
        steps.into_iter().enumerate().map(plan).collect()
    })
}

/// The template of these plans. Steps stand in reverse, so that the file's order does not help.
fn yaml(plans: &[Plan]) -> String {
    let mut text = "name: random\nnamespace_name: t\nversion: '1'\nsteps:\n".to_owned();
    for (at, plan) in plans.iter().enumerate().rev() {
        let parents: Vec<String> = plan.parents.iter().map(|parent| format!("s{parent}")).collect();
        writeln!(
            text,
            "  - {{name: s{at}, handler: {{callable: c}}, dependencies: [{}], \
             retry: {{max_attempts: {}, retryable: {}}}}}",
            parents.join(", "),
            plan.max_attempts,
            plan.retryable
        )
        .unwrap();
    }
    text
}

/// What must come of it when steps are done one after the other, without delays.
fn predict(plans: &[Plan]) -> (TaskState, Vec<(StepState, u32)>) {
    let mut steps = vec![(StepState::Pending, 0); plans.len()];
    let mut queue = VecDeque::new();
    let mut blocked = false;
    loop {
        if !blocked {
            // As in the template: the last first.
            for at in (0..plans.len()).rev() {
                let (plan, (state, attempts)) = (&plans[at], steps[at]);
                let done = |&parent: &usize| steps[parent].0 == StepState::Complete;
                let ready = match state {
                    StepState::Pending => plan.parents.iter().all(done),
                    StepState::WaitingForRetry => plan.retryable && attempts < plan.max_attempts,
                    _ => false,
                };
                if ready {
                    steps[at].0 = StepState::InProgress;
                    queue.push_back(at);
                }
            }
        }
        let Some(at) = queue.pop_front() else { break };
        let outcome = plans[at].at(steps[at].1 as usize);
        steps[at].1 += 1;
        steps[at].0 = match outcome {
            Try::Success => StepState::Complete,
            Try::Retryable if steps[at].1 < plans[at].max_attempts => StepState::WaitingForRetry,
            _ => StepState::Error,
        };
        blocked |= steps[at].0 == StepState::Error;
    }
    let complete = steps.iter().all(|(state, _)| *state == StepState::Complete);
    let state = match (blocked, complete) {
        (true, _) => TaskState::BlockedByFailures,
        (false, true) => TaskState::Complete,
        (false, false) => TaskState::WaitingForDependencies,
    };
    (state, steps)
}

fn number(event: &StepEvent) -> usize {
    event.step_name()[1..].parse().unwrap()
}

fn answer(core: &mut Orchestrator, event: &StepEvent, plan: &Plan) {
    match plan.at(event.attempts().unwrap_or(0) as usize) {
        Try::Success => succeed(core, event, json!({ "step": event.step_name() })),
        Try::Retryable => fail(core, event, true),
        Try::Permanent => fail(core, event, false),
    }
}

/// What must be so with every event.
fn check_event(core: &Orchestrator, event: &StepEvent, plans: &[Plan], polled: &mut [u32]) {
    let at = number(event);
    assert_eq!(event.attempts().unwrap_or(0), polled[at], "attempts are counted");
    polled[at] += 1;
    let states: HashMap<&str, StepState> = core.step_states(event.task_uuid).collect();
    let results: HashSet<&str> = event.dependency_results().map(|(name, _)| name).collect();
    // All ancestors, and nobody else.
    let mut ancestors = HashSet::new();
    let mut open = plans[at].parents.clone();
    while let Some(parent) = open.pop() {
        assert_eq!(states[&*format!("s{parent}")], StepState::Complete, "s{at} ran too early");
        if ancestors.insert(format!("s{parent}")) {
            open.extend(&plans[parent].parents);
        }
    }
    assert_eq!(results, ancestors.iter().map(String::as_str).collect());
}

fn states(core: &Orchestrator, task: Uuid, plans: &[Plan]) -> Vec<(StepState, u32)> {
    let info = core.task(task).unwrap();
    (0..plans.len())
        .map(|at| {
            let step = info.step(&format!("s{at}")).unwrap();
            (step.state, step.attempts)
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn one_after_the_other_ends_as_predicted(plans in plans()) {
        let mut core = tasker_support::with(Config::quick(), &yaml(&plans));
        let task = tasker_support::start(&mut core, json!({}));
        let mut polled = vec![0; plans.len()];
        while let Some(event) = core.poll() {
            check_event(&core, &event, &plans, &mut polled);
            answer(&mut core, &event, &plans[number(&event)]);
        }
        let (state, steps) = predict(&plans);
        prop_assert_eq!(core.task_state(task), Some(state));
        prop_assert_eq!(states(&core, task, &plans), steps);
        prop_assert_eq!(core.is_settled(task), state != TaskState::WaitingForDependencies);
    }

    /// Several at once, answered in any order, with real delays and a small buffer.
    #[test]
    fn in_any_order_no_step_is_lost(plans in plans(), seed in any::<u64>(), buffer in 1usize..5) {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut config = Config::quick();
        config.dispatch_buffer = buffer;
        config.backoff = Backoff::default();
        config.readiness_every = Duration::from_millis(700);
        config.staleness = None;
        let mut core = tasker_support::with(config, &yaml(&plans));
        let task = tasker_support::start(&mut core, json!({}));
        let mut polled = vec![0; plans.len()];
        let mut open: Vec<StepEvent> = Vec::new();
        let mut idle = 0;
        while idle < 60 {
            match random.u8(0..3) {
                0 => if let Some(event) = core.poll() {
                    check_event(&core, &event, &plans, &mut polled);
                    open.push(event);
                    idle = 0;
                }
                1 if !open.is_empty() => {
                    let event = open.swap_remove(random.usize(0..open.len()));
                    answer(&mut core, &event, &plans[number(&event)]);
                    idle = 0;
                }
                _ => {
                    core.advance(Duration::from_secs(1));
                    idle += u32::from(open.is_empty() && !core.has_events());
                }
            }
        }
        let state = core.task_state(task).unwrap();
        let steps = states(&core, task, &plans);
        let failed = steps.iter().any(|(state, _)| *state == StepState::Error);
        prop_assert_eq!(failed, state == TaskState::BlockedByFailures);
        prop_assert_eq!(core.metrics().lost, 0);
        for (at, (state, attempts)) in steps.iter().enumerate() {
            prop_assert_eq!(*attempts, polled[at], "each claim was polled");
            prop_assert!(!state.is_under_way(), "s{} is {}", at, state);
        }
        // Without a failure for good the order makes no difference.
        let (expected, model) = predict(&plans);
        if !failed {
            prop_assert_eq!(state, expected);
            prop_assert_eq!(&steps, &model);
        }
        if expected != TaskState::BlockedByFailures {
            prop_assert!(!failed);
        }
    }

    /// Any JSON as an answer is refused or taken, and nothing else.
    #[test]
    fn any_json_is_an_answer(text in "[\\[\\]{}\",:0-9a-z_ ]{0,60}", members in prop::collection::vec(0usize..9, 0..5)) {
        let keys = ["step_uuid", "success", "result", "metadata", "status", "error",
            "orchestration_metadata", "cursor", "items_processed"];
        let value = serde_json::from_str(&text).unwrap_or_else(|_| json!(text));
        let members = members.into_iter().map(|key| (keys[key].to_owned(), value.clone()));
        let json: serde_json::Value = members.collect::<serde_json::Map<_, _>>().into();
        let plan = [Plan { parents: vec![], tries: vec![], max_attempts: 3, retryable: true }];
        let mut core = tasker_support::with(Config::quick(), &yaml(&plan));
        let task = tasker_support::start(&mut core, json!({}));
        let event = core.poll().unwrap();
        let first = core.complete(event.event_id, &json);
        let second = core.checkpoint(event.event_id, &json);
        prop_assert!(!(first && second));
        if !first && !second {
            succeed(&mut core, &event, json!({}));
            prop_assert_eq!(core.task_state(task), Some(TaskState::Complete));
        }
    }
}

/// Acceptance of the whole: ten thousand tasks of a DAG of seven steps, with failures.
#[test]
fn ten_thousand_tasks_end_in_the_predicted_states() {
    const TASKS: usize = 10_000;
    let dag: [&[usize]; 7] = [&[], &[0], &[0], &[1, 2], &[1], &[2], &[3, 4, 5]];
    let started = Instant::now();
    let plain: Vec<Plan> = dag
        .iter()
        .map(|parents| Plan {
            parents: parents.to_vec(),
            tries: Vec::new(),
            max_attempts: 3,
            retryable: true,
        })
        .collect();
    let mut core = tasker_support::with(Config::quick(), &yaml(&plain));
    let mut random = fastrand::Rng::with_seed(6);
    let mut plans: HashMap<Uuid, Vec<Plan>> = HashMap::new();
    let mut tasks = Vec::new();
    for number in 0..TASKS {
        let mut plan = plain.clone();
        for step in &mut plan {
            step.tries = match random.u8(0..100) {
                0..10 => vec![Try::Retryable],
                10..13 => vec![Try::Retryable, Try::Retryable],
                13..14 => vec![Try::Retryable; 3],
                14..15 => vec![Try::Permanent],
                _ => Vec::new(),
            };
        }
        let task = tasker_support::start(&mut core, json!({ "number": number }));
        plans.insert(task, plan);
        tasks.push(task);
    }
    let mut answers = 0;
    while let Some(event) = core.poll() {
        answer(&mut core, &event, &plans[&event.task_uuid][number(&event)]);
        answers += 1;
    }
    let mut ends: HashMap<TaskState, usize> = HashMap::new();
    for task in tasks {
        let (state, steps) = predict(&plans[&task]);
        assert_eq!(core.task_state(task), Some(state));
        assert_eq!(states(&core, task, &plans[&task]), steps);
        *ends.entry(state).or_default() += 1;
    }
    let took = started.elapsed();
    println!("{TASKS} tasks, {answers} attempts in {took:.2?}: {ends:?}");
    assert!(ends[&TaskState::Complete] > 8000 && ends[&TaskState::BlockedByFailures] > 500);
    assert_eq!(core.metrics().lost, 0);
    assert!(took < Duration::from_secs(120), "{took:?}");
}
