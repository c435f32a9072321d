//! How tasks end that do not succeed.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use journeyman_core::{
    JobError, JobErrorKind, JobInfo, Router,
    extract::{Args, State},
    job::Cancel,
};
use journeyman_distworker::error_code;
use journeyman_testkit::distworker::{Event, NewTask};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{config, controller, doubles, event, result, run, session, start, stop};

#[tokio::test]
async fn each_kind_of_error_arrives_with_its_code() {
    #[derive(Deserialize)]
    struct Which {
        kind: usize,
    }
    async fn fail(Args(which): Args<Which>) -> Result<(), JobError> {
        Err(JobError::new(JobErrorKind::ALL[which.kind], "what was wrong"))
    }
    let controller = controller().await;
    let worker = start(Router::new().route("work", fail), config(&controller)).await;
    for (index, kind) in JobErrorKind::ALL.into_iter().enumerate() {
        let task = run(&controller, NewTask::new("work").input(json!({"kind": index}))).await;
        let error = task.error.expect("an error");
        assert_eq!(error.code, error_code(kind), "{kind:?}");
        assert_eq!(error.message, "what was wrong");
    }
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn the_handlers_own_code_and_details_arrive() {
    async fn fail() -> Result<(), JobError> {
        let details = journeyman_core::Value::object([("row", 7)]);
        Err(JobError::failed("no such row").with_code("NO_ROW").with_details(details))
    }
    let controller = controller().await;
    let worker = start(Router::new().route("work", fail), config(&controller)).await;
    let task = run(&controller, NewTask::new("work")).await;
    assert_eq!(
        doubles(task.to_json()["error"].clone()),
        json!({"code": "NO_ROW", "message": "no such row", "details": {"row": 7.0}})
    );
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn a_panic_is_an_error_and_the_worker_goes_on() {
    async fn work(Args(input): Args<Value>) -> Value {
        assert!(input["panic"] != true, "on purpose");
        input
    }
    let controller = controller().await;
    let worker = start(Router::new().route("work", work), config(&controller)).await;
    let task = run(&controller, NewTask::new("work").input(json!({"panic": true}))).await;
    let error = task.error.unwrap();
    assert_eq!(error.code, "HANDLER_ERROR");
    assert_eq!(error.message, "the handler panicked: on purpose");
    assert_eq!(result(&controller, "work", json!({"a": "b"})).await, json!({"a": "b"}));
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn a_queue_without_a_handler_is_answered() {
    let controller = controller().await;
    let worker = start(Router::new().route("echo", async || "x"), config(&controller)).await;
    let task = run(&controller, NewTask::new("math.add")).await;
    let error = task.error.unwrap();
    assert_eq!(
        (error.code.as_str(), error.message.as_str()),
        ("NO_HANDLER", "no handler for `math.add`")
    );
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn the_time_limit_of_a_task_is_kept_by_us() {
    async fn forever(cancel: Cancel, State(told): State<Arc<AtomicU32>>) {
        cancel.cancelled().await;
        told.fetch_add(1, Ordering::SeqCst);
        std::future::pending::<()>().await;
    }
    let told = Arc::new(AtomicU32::new(0));
    let controller = controller().await;
    let router = Router::new()
        .route("work", forever)
        .route("echo", async || "next")
        .state(Arc::clone(&told));
    let worker = start(router, config(&controller)).await;
    let task = run(&controller, NewTask::new("work").timeout_ms(30)).await;
    let error = task.error.unwrap();
    assert_eq!(error.code, "TIMEOUT");
    assert_eq!(error.message, "the job ran past its deadline");
    // The connection is free at once, though the handler is still there for a moment.
    assert_eq!(result(&controller, "echo", json!({})).await, json!({"result": "next"}));
    stop(worker).await.unwrap();
    assert_eq!(told.load(Ordering::SeqCst), 1);
    assert_eq!(controller.stats().failed, 1, "answered once");
}

#[tokio::test]
async fn a_result_that_the_wire_cannot_carry_says_so() {
    async fn work(Args(input): Args<Value>) -> Value {
        match input["what"].as_str() {
            Some("large") => json!({"text": "x".repeat(5000)}),
            Some("exact") => json!({"deep": {"id": i64::MAX}}),
            _ => json!("small"),
        }
    }
    let controller = controller().await;
    let config = config(&controller).max_message_size(4096);
    let worker = start(Router::new().route("work", work), config).await;
    for (what, text) in [
        ("large", "larger than the limit for one message"),
        ("exact", "field `deep`: field `id`: 9223372036854775807 does not fit"),
    ] {
        let task = run(&controller, NewTask::new("work").input(json!({"what": what}))).await;
        let error = task.error.unwrap();
        assert_eq!(error.code, "RESULT_NOT_SENDABLE", "{error:?}");
        assert!(error.message.contains(text), "{text:?} is not in {:?}", error.message);
    }
    assert_eq!(result(&controller, "work", json!({})).await, json!({"result": "small"}));
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn the_controller_retries_and_each_attempt_is_a_job() {
    async fn third_time(info: JobInfo) -> Result<u32, JobError> {
        match info.attempt {
            3 => Ok(info.attempt),
            attempt => Err(JobError::failed(format!("attempt {attempt}"))),
        }
    }
    let controller = controller().await;
    let mut events = controller.events_from_now();
    let worker = start(Router::new().route("work", third_time), config(&controller)).await;
    let task = run(&controller, NewTask::new("work").retry(5)).await;
    assert_eq!((task.retried, doubles(task.result_json())), (2, json!({"result": 3.0})));
    for attempt in 1..=2 {
        let failed =
            event(&mut events, "a failure", |e| matches!(e, Event::TaskFailed { .. })).await;
        let Event::TaskFailed { message, retried, .. } = failed else { panic!("{failed:?}") };
        assert_eq!((message, retried), (format!("attempt {attempt}"), true));
    }
    let counts = session(&worker).counts;
    assert_eq!((counts.accepted, counts.ok, counts.failed, counts.merged), (3, 1, 2, 0));
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn a_task_that_keeps_failing_is_slowed_down() {
    async fn fail() -> Result<(), JobError> {
        Err(JobError::failed("always"))
    }
    let controller = controller().await;
    let worker = start(Router::new().route("work", fail), config(&controller)).await;
    let start = std::time::Instant::now();
    let task = run(&controller, NewTask::new("work").retry(2)).await;
    assert_eq!(task.retried, 2);
    // The second attempt waits 100 ms, the third 200 ms: the controller itself waits not at all.
    assert!(start.elapsed() >= Duration::from_millis(300), "{:?}", start.elapsed());
    stop(worker).await.unwrap();
}
