//! Random schedules of submissions, cancels, broken connections and drains: every job ends
//! exactly once, and the numbers add up.

use std::time::Duration;

use journeyman_core::{
    JobError, JobErrorKind as Kind, Router, Worker,
    capability::Intake,
    extract::Args,
    job::Cancel,
    memory::{Memory, MemoryJob, Submission},
};
use proptest::prelude::*;
use tokio::time::{Instant, sleep};

#[derive(Clone, Debug)]
enum Step {
    /// A job that takes so many milliseconds, with a time limit or none.
    Submit {
        kind: Job,
        takes: u16,
        limit: Option<u16>,
        watched: bool,
    },
    /// The same job again.
    Again(usize),
    Cancel(usize),
    Disconnect,
    Wait(u16),
}

#[derive(Clone, Copy, Debug)]
enum Job {
    Sleep,
    Polite,
    Fail,
    Panic,
    Unknown,
    Undecodable,
}

fn step() -> impl Strategy<Value = Step> {
    let kind = prop_oneof![
        6 => Just(Job::Sleep),
        3 => Just(Job::Polite),
        1 => Just(Job::Fail),
        1 => Just(Job::Panic),
        1 => Just(Job::Unknown),
        1 => Just(Job::Undecodable),
    ];
    let submit = (kind, 0..3000u16, proptest::option::of(1..2000u16), any::<bool>());
    prop_oneof![
        10 => submit.prop_map(|(kind, takes, limit, watched)| {
            Step::Submit { kind, takes, limit, watched }
        }),
        2 => any::<usize>().prop_map(Step::Again),
        3 => any::<usize>().prop_map(Step::Cancel),
        1 => Just(Step::Disconnect),
        5 => (0..2000u16).prop_map(Step::Wait),
    ]
}

fn router() -> Router {
    Router::new()
        .route("sleep", async |Args(millis): Args<u64>| {
            sleep(Duration::from_millis(millis)).await;
            millis
        })
        .route("polite", async |Args(millis): Args<u64>, cancel: Cancel| {
            tokio::select! {
                () = sleep(Duration::from_millis(millis)) => Ok(millis),
                reason = cancel.cancelled() => Err(JobError::cancelled(reason.as_str())),
            }
        })
        .route("fail", async || Err::<(), _>(JobError::failed("as told")))
        .route("panic", async || -> () { panic!("as told") })
}

#[derive(Clone, Debug)]
struct Plan {
    steps: Vec<Step>,
    permits: usize,
    waiting: usize,
    intake: Intake,
    drain: u16,
}

fn plan() -> impl Strategy<Value = Plan> {
    let intake =
        prop_oneof![Just(Intake::Pushed), Just(Intake::Pull), Just(Intake::OnePerRegistration)];
    let steps = proptest::collection::vec(step(), 1..60);
    (steps, 1..8usize, 1..20usize, intake, 0..5000u16).prop_map(
        |(steps, permits, waiting, intake, drain)| Plan { steps, permits, waiting, intake, drain },
    )
}

async fn carry_out(plan: Plan) {
    let (backend, client) = Memory::new();
    let mut config = journeyman_core::backend::SessionConfig::default();
    config.max_waiting = plan.waiting;
    let backend = backend.intake(plan.intake).session(config);
    let worker = Worker::new(router()).serve(backend).concurrency(plan.permits).start().unwrap();
    let mut jobs: Vec<(Job, Option<u16>, MemoryJob)> = Vec::new();
    let mut submitted: Vec<Step> = Vec::new();
    for step in &plan.steps {
        match step {
            Step::Submit { .. } => {
                submitted.push(step.clone());
                submit(&client, step, submitted.len() - 1, &mut jobs).await;
            }
            Step::Again(which) if !submitted.is_empty() => {
                let which = which % submitted.len();
                submit(&client, &submitted[which], which, &mut jobs).await;
            }
            Step::Cancel(which) if !submitted.is_empty() => {
                client.cancel(&(which % submitted.len()).to_string()).await;
            }
            Step::Disconnect => client.disconnect().await,
            Step::Wait(millis) => sleep(Duration::from_millis((*millis).into())).await,
            Step::Again(_) | Step::Cancel(_) => {}
        }
    }
    let control = worker.control().clone();
    control.drain_within(Duration::from_millis(plan.drain.into()));
    let start = Instant::now();
    let summary = worker.wait().await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(120), "the drain is bounded");

    let total = jobs.len() as u64;
    let mut never_seen = 0;
    for (kind, limit, job) in jobs {
        let outcome = tokio::time::timeout(Duration::from_secs(1), job).await;
        let outcome = outcome.expect("every job has its end when the worker is gone");
        match outcome {
            Ok(_) => assert!(matches!(kind, Job::Sleep | Job::Polite), "{kind:?}"),
            Err(error) => match error.kind() {
                Kind::Failed => assert!(matches!(kind, Job::Fail)),
                Kind::Panicked => assert!(matches!(kind, Job::Panic)),
                Kind::NoRoute => assert!(matches!(kind, Job::Unknown)),
                Kind::BadInput => assert!(matches!(kind, Job::Undecodable)),
                Kind::TimedOut => assert!(limit.is_some()),
                Kind::Cancelled if error.message() == "the worker is gone" => never_seen += 1,
                Kind::Cancelled | Kind::Overloaded | Kind::HandedBack => {}
                other => panic!("{other:?}"),
            },
        }
    }
    let session = &summary.snapshot.sessions[0];
    let counts = session.counts;
    assert_eq!(counts.in_flight, 0, "the ledger is empty");
    assert_eq!(counts.accepted, counts.ok + counts.failed + counts.dropped);
    // One that was merged is no job of its own; one that never came to the worker (still in the
    // queue at the end, or its connection was gone) was not accepted, or was dropped.
    assert!(counts.accepted + counts.merged <= total);
    assert!(counts.accepted + counts.merged + never_seen >= total, "{counts:?}, {never_seen}");
    assert_eq!(summary.unfinished, 0);
    assert_eq!(summary.snapshot.running, 0);
    assert_eq!(control.snapshot().free_permits, plan.permits, "every permit is back");
    let routes = &summary.snapshot.routes;
    let ended: u64 = routes.iter().map(|route| route.ok + route.failed).sum();
    assert!(ended <= counts.accepted);
}

async fn submit(
    client: &journeyman_core::memory::MemoryClient,
    step: &Step,
    id: usize,
    jobs: &mut Vec<(Job, Option<u16>, MemoryJob)>,
) {
    let Step::Submit { kind, takes, limit, watched } = step else { return };
    let route = match kind {
        Job::Sleep | Job::Undecodable => "sleep",
        Job::Polite => "polite",
        Job::Fail => "fail",
        Job::Panic => "panic",
        Job::Unknown => "nobody serves this",
    };
    let submission = Submission::new(route).id(id.to_string());
    let submission = match kind {
        Job::Undecodable => submission.args("not a number"),
        _ => submission.args(i64::from(*takes)),
    };
    let submission = match limit {
        Some(limit) => submission.timeout(Duration::from_millis((*limit).into())),
        None => submission,
    };
    let submission = if *watched { submission.watched() } else { submission };
    jobs.push((*kind, *limit, client.submit(submission).await));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_job_of_a_random_schedule_ends_once(plan in plan()) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(carry_out(plan));
    }
}
