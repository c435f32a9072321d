//! A recorded step through the state machine: the handler does what the recorded one did, and the
//! answer is the recorded one but for what differs on purpose.

use std::time::{Duration, SystemTime};

use journeyman_core::{
    JobError, JobErrorKind,
    job::{Completion, Role},
    protocol::{Action, IncomingJob, Input, Settlement, Token},
    sans_io::Driver,
    transport::{Lane, Tag},
};
use journeyman_tasker::{
    CheckpointYield, Config, Json, Routes, Tasker, TaskerWorker,
    channel::{
        ChannelMessage,
        memory::{Rules, channel},
    },
    wire::{CheckpointYieldData, StepEvent, StepExecutionResult},
};

/// How long each handler takes.
const TOOK: Duration = Duration::from_millis(3);

fn driver() -> Driver<Tasker> {
    let (end, _host) = channel(Rules::default());
    let worker = TaskerWorker::new(Config::default().worker_id("w"), end);
    let protocol = worker.protocol(Routes::new(["gv.#", "gv.payments.refund"])).unwrap();
    let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_267_764);
    let mut driver = Driver::new(protocol, wall, 1);
    driver.handle(Input::Connected);
    driver
}

fn dispatch(id: &str, driver: &mut Driver<Tasker>, event: &StepEvent) -> (Token, IncomingJob) {
    let message = ChannelMessage::Step(Box::new(event.clone()));
    let mut actions = driver.handle(Input::Received { lane: Lane::MAIN, message });
    assert_eq!(actions.len(), 1, "{id}: {actions:?}");
    let Some(Action::Job(token, job)) = actions.pop() else { panic!("{id}: no job") };
    let definition = &event.step.step_definition;
    match definition.handler.method.as_deref() {
        Some(method) => {
            assert_eq!(*job.route, format!("{}.{method}", definition.handler.callable), "{id}");
        }
        None => assert_eq!(*job.route, *definition.handler.callable, "{id}"),
    }
    assert_eq!(*job.id, *event.step_uuid.to_string(), "{id}");
    assert_eq!(job.attempt, Some(event.step.attempt()), "{id}");
    // A trace for the whole task, not one per delivery.
    let trace = event.step.task().correlation_id.simple().to_string();
    assert!(job.traceparent.as_ref().unwrap().contains(&trace), "{id}");
    driver.advance(TOOK);
    (token, job)
}

/// The one message that answers the step, and that the channel took it.
fn settle(
    id: &str,
    driver: &mut Driver<Tasker>,
    token: Token,
    outcome: Result<Completion, JobError>,
) -> ChannelMessage {
    let mut actions = driver.outcome(token, outcome);
    assert_eq!(actions.len(), 1, "{id}: {actions:?}");
    let tag = Tag(token.as_u64());
    let Some(Action::Send { tag: sent, message, .. }) = actions.pop() else {
        panic!("{id}: nothing was sent")
    };
    assert_eq!(sent, Some(tag), "{id}");
    let actions = driver.handle(Input::Reply { tag, message: ChannelMessage::Answered(true) });
    assert!(
        matches!(&actions[..], [Action::Settled(settled, Settlement::Written)] if *settled == token),
        "{id}: {actions:?}"
    );
    message
}

/// What a handler of ours would have said to get the recorded result.
fn outcome(job: &IncomingJob, recorded: &StepExecutionResult) -> Result<Completion, JobError> {
    if recorded.success {
        let body = job.codec.encode(Role::Result, &recorded.result)?;
        return Ok(Completion { body, ..Completion::default() });
    }
    let error = recorded.error.as_ref().unwrap();
    let retry_after = recorded
        .orchestration_metadata
        .as_ref()
        .and_then(|metadata| metadata.headers.get("Retry-After"));
    let failure = match retry_after {
        Some(seconds) => {
            let delay = Duration::from_secs(seconds.parse().unwrap());
            JobError::retry_after(delay, &error.message)
        }
        None if recorded.metadata.retryable => {
            JobError::new(JobErrorKind::Failed, &error.message).temporary()
        }
        None => JobError::rejected(&error.message),
    };
    Err(match &recorded.metadata.error_code {
        Some(code) => failure.with_code(code.clone()),
        None => failure,
    })
}

pub(crate) fn answer(id: &str, event: &StepEvent, recorded: StepExecutionResult) {
    let mut driver = driver();
    let (token, job) = dispatch(id, &mut driver, event);
    let message = settle(id, &mut driver, token, outcome(&job, &recorded));
    let ChannelMessage::Complete(event_id, ours) = message else { panic!("{id}: {message:?}") };
    assert_eq!(event_id, event.event_id, "{id}");
    different(id, *ours, recorded);
}

pub(crate) fn checkpoint(id: &str, event: &StepEvent, recorded: &CheckpointYieldData) {
    let mut driver = driver();
    let (token, _) = dispatch(id, &mut driver, event);
    let checkpoint = CheckpointYield::new(&recorded.cursor, recorded.items_processed).unwrap();
    let checkpoint = checkpoint.accumulated(&recorded.accumulated_results).unwrap();
    let mut completion = Completion::default();
    completion.extensions.insert(checkpoint);
    let message = settle(id, &mut driver, token, Ok(completion));
    let ChannelMessage::Checkpoint(event_id, ours) = message else { panic!("{id}: {message:?}") };
    assert_eq!((event_id, &*ours), (event.event_id, recorded), "{id}");
}

/// What differs on purpose is checked and then made the same.
fn different(id: &str, mut ours: StepExecutionResult, mut theirs: StepExecutionResult) {
    // We say who did it, and its custom members are the recorded handler's own.
    assert_eq!(ours.metadata.worker_id.take().as_deref(), Some("w"), "{id}");
    assert_eq!(ours.metadata.execution_time_ms, 3, "{id}");
    assert!(ours.metadata.custom.contains_key("attempt"), "{id}");
    assert!(ours.metadata.custom.contains_key("correlation_id"), "{id}");
    ours.metadata.custom = theirs.metadata.custom.clone();
    ours.metadata.execution_time_ms = theirs.metadata.execution_time_ms;
    ours.metadata.started_at = theirs.metadata.started_at.clone();
    ours.metadata.completed_at = theirs.metadata.completed_at.clone();
    if let (Some(our), Some(their)) = (&mut ours.error, &mut theirs.error) {
        // The word is free text; what it means for the server is in the metadata.
        assert!(our.error_type.is_some() && our.error_type == ours.metadata.error_type, "{id}");
        their.error_type = our.error_type.clone();
        theirs.metadata.error_type = our.error_type.clone();
        // The name of the handler and more, for people.
        assert_eq!(our.context, ours.metadata.context, "{id}");
        let handler = &ours.metadata.context["handler_name"];
        assert!(handler.read::<String>().unwrap().starts_with("gv"), "{id}");
        their.context = our.context.clone();
        theirs.metadata.context = ours.metadata.context.clone();
        // A contradiction between error and metadata cannot be said here.
        if their.message.starts_with("error says retryable") {
            assert!(!our.retryable, "{id}");
            their.retryable = false;
        }
        // A system error is a permanent failure.
        if theirs.status == "error" {
            assert_eq!((&*ours.status, our.retryable), ("failed", false), "{id}");
            theirs.status = "failed".to_owned();
            their.backtrace = None;
        }
    }
    let hint = |result: &mut StepExecutionResult| {
        result.orchestration_metadata.as_mut().and_then(|metadata| metadata.backoff_hint.take())
    };
    // A hint without effect: ours says what the header says.
    drop((hint(&mut ours), hint(&mut theirs)));
    assert_eq!(text(&ours), text(&theirs), "{id}");
}

fn text(result: &StepExecutionResult) -> serde_json::Value {
    Json::new(result).unwrap().read().unwrap()
}
