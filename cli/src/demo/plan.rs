//! The jobs of a round, and what must come back.

use std::time::Duration;

use journeyman_core::{JobErrorKind, Value};

use super::values;
use crate::systems::{Call, CallArgs, Ended, StandIn};

/// A name of jobs that nobody serves.
pub(super) const NOBODY: &str = "nobody";

/// A job and what must come back.
#[derive(Debug)]
pub(super) struct DemoJob {
    pub(super) call: Call,
    expect: Expect,
}

#[derive(Debug)]
enum Expect {
    /// This value.
    Value(Value),
    /// As many progress reports, in order, and then any value.
    Progress(usize),
    /// An error with this code.
    Code(String),
}

/// How a job went that went as expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Right {
    Succeeded,
    Failed,
}

impl DemoJob {
    fn new(route: &'static str, args: CallArgs, expect: Expect) -> Self {
        let watch = matches!(expect, Expect::Progress(_));
        Self { call: Call { route, args, timeout: None, watch }, expect }
    }

    fn named<const N: usize>(
        route: &'static str,
        args: [(&'static str, Value); N],
        expect: Expect,
    ) -> Self {
        Self::new(route, CallArgs::Named(args.into()), expect)
    }

    /// Whether its time says something: some jobs sleep on purpose.
    pub(super) fn is_quick(&self) -> bool {
        self.call.route != "sleep"
    }

    /// Whether what came back is right.
    pub(super) fn judge(
        &self,
        stand_in: &dyn StandIn,
        ended: Result<Ended, String>,
    ) -> Result<Right, String> {
        let route = self.call.route;
        let Ended { outcome, progress } = ended.map_err(|error| format!("{route}: {error}"))?;
        match (&self.expect, outcome) {
            (Expect::Value(wanted), Ok(got)) if stand_in.same(wanted, &got) => Ok(Right::Succeeded),
            (Expect::Progress(steps), Ok(_)) => {
                let in_order = progress.is_sorted() && progress.last() == Some(&1.0);
                match progress.len() == *steps && in_order {
                    true => Ok(Right::Succeeded),
                    false => Err(format!("{route}: {steps} reports expected, got {progress:?}")),
                }
            }
            (Expect::Code(wanted), Err(fault)) if *wanted == fault.code => Ok(Right::Failed),
            (expect, Ok(got)) => Err(format!("{route}: {expect} expected, got {}", short(&got))),
            (expect, Err(fault)) => {
                Err(format!("{route}: {expect} expected, got {}: {}", fault.code, fault.message))
            }
        }
    }
}

impl std::fmt::Display for Expect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Value(value) => f.write_str(&short(value)),
            Self::Progress(steps) => write!(f, "{steps} progress reports"),
            Self::Code(code) => write!(f, "error {code}"),
        }
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 80 { text } else { text.chars().take(79).chain(['…']).collect() }
}

/// `count` jobs of every kind, for one system.
pub(super) fn round(stand_in: &dyn StandIn, count: u32, number: u32) -> Vec<DemoJob> {
    let mut jobs = Vec::new();
    let mut turn = number.wrapping_mul(1000);
    while jobs.len() < count as usize {
        jobs.extend(turn_of(stand_in, i64::from(turn)));
        turn = turn.wrapping_add(1);
    }
    jobs.truncate(count as usize);
    jobs
}

/// Each kind once.
fn turn_of(stand_in: &dyn StandIn, turn: i64) -> Vec<DemoJob> {
    let code = |kind| Expect::Code(stand_in.code(kind).to_owned());
    let own_code = |code| Expect::Code(stand_in.own_code(code).to_owned());
    let slept = match stand_in.shows_progress() {
        true => Expect::Progress(4),
        false => Expect::Value(Value::object([("slept", 0.02)])),
    };
    let int = |number: i64| Expect::Value(Value::Int(number));
    let mut jobs = vec![
        DemoJob::named("math.add", [("a", turn.into()), ("b", 1.into())], int(turn + 1)),
        DemoJob::named("math.mul", [("a", turn.into()), ("b", (-3).into())], int(turn * -3)),
        DemoJob::named(
            "math.div",
            [("a", 1.into()), ("b", 0.into())],
            own_code("DIVISION_BY_ZERO"),
        ),
        DemoJob::named(
            "math.mean",
            [("values", vec![1.into(), 2.into(), turn.into()].into())],
            Expect::Value(Value::Float((3.0 + turn as f64) / 3.0)),
        ),
        DemoJob::named(
            "math.add",
            [("a", "one".into()), ("b", 2.into())],
            code(JobErrorKind::BadInput),
        ),
        DemoJob::named("math.add", [("a", 1.into())], code(JobErrorKind::BadInput)),
        DemoJob::named("fail", [], code(JobErrorKind::Failed)),
        DemoJob::named("fail", [("code", "MY_CODE".into())], own_code("MY_CODE")),
        DemoJob::named("fail", [("kind", "rejected".into())], code(JobErrorKind::Rejected)),
        DemoJob::named(NOBODY, [], code(JobErrorKind::NoRoute)),
        DemoJob::named("sleep", [("seconds", 0.02.into()), ("steps", 4.into())], slept),
    ];
    if !stand_in.ends_failed_jobs() {
        jobs.retain(|job| !matches!(job.expect, Expect::Code(_)));
    } else if stand_in.takes_time_limits() {
        let limited = code(JobErrorKind::TimedOut);
        let mut late = DemoJob::named("sleep", [("seconds", 60.into())], limited);
        late.call.timeout = Some(Duration::from_millis(50));
        jobs.push(late);
    }
    jobs.extend(
        stand_in
            .own_jobs(turn)
            .into_iter()
            .map(|(call, wanted)| DemoJob { call, expect: Expect::Value(wanted) }),
    );
    let echoes = values::all().into_iter().filter(|value| stand_in.carries(value));
    jobs.extend(
        echoes.map(|value| {
            DemoJob::new("echo", CallArgs::Value(value.clone()), Expect::Value(value))
        }),
    );
    jobs
}
