//! The end of a worker that has work in flight.

use std::sync::Arc;

use journeyman_core::{
    Router,
    extract::State,
    job::{Cancel, CancelReason},
    session::SessionState,
};
use journeyman_testkit::distworker::{Event, NewTask};
use serde_json::json;
use tokio::sync::Notify;

use crate::support::{config, controller, event, start, state, within};

#[derive(Clone, Default)]
struct Gate {
    entered: Arc<Notify>,
    open: Arc<Notify>,
}

/// Ends when it is let through, or says why it was told to stop.
async fn gated(State(gate): State<Gate>, cancel: Cancel) -> &'static str {
    gate.entered.notify_one();
    tokio::select! {
        () = gate.open.notified() => "through",
        reason = cancel.cancelled() => reason.as_str(),
    }
}

fn is_end(event: &Event) -> bool {
    matches!(event, Event::Disconnected { .. })
}

#[tokio::test]
async fn work_in_flight_is_finished_before_the_goodbye() {
    let controller = controller().await;
    let mut events = controller.events_from_now();
    let gate = Gate::default();
    let router = Router::new().route("work", gated).state(gate.clone());
    let worker = start(router, config(&controller)).await;
    let mut handle = controller.submit(NewTask::new("work")).unwrap();
    within("the handler", gate.entered.notified()).await;
    worker.control().drain();
    state(&worker, |state| *state == SessionState::Draining).await;
    gate.open.notify_one();
    let summary = within("the end of the worker", worker.wait()).await.unwrap();
    assert_eq!(summary.unfinished, 0);
    let task = within("the task", handle.wait()).await.unwrap();
    assert_eq!(task.result_json(), json!({"result": "through"}));
    let completed = event(&mut events, "the result, then the end", |e| {
        matches!(e, Event::TaskCompleted { .. }) || is_end(e)
    });
    assert!(!is_end(&completed.await));
    let gone = event(&mut events, "the end", is_end).await.to_string();
    assert!(gone.contains("the worker closed with 1000"), "{gone}");
}

#[tokio::test]
async fn a_task_that_arrives_during_the_drain_is_failed_so_that_it_can_be_retried() {
    let controller = controller().await;
    controller.faults().set_slots(2);
    let gate = Gate::default();
    let router = Router::new().route("work", gated).state(gate.clone());
    let worker = start(router, config(&controller)).await;
    let mut first = controller.submit(NewTask::new("work")).unwrap();
    within("the handler", gate.entered.notified()).await;
    worker.control().drain();
    state(&worker, |state| *state == SessionState::Draining).await;
    let mut late = controller.submit(NewTask::new("work")).unwrap();
    let task = within("the late task", late.wait()).await.unwrap();
    let error = task.error.unwrap();
    assert_eq!((error.code.as_str(), error.message.as_str()), ("CANCELLED", "the worker stops"));
    gate.open.notify_one();
    assert!(within("the first task", first.wait()).await.unwrap().succeeded());
    within("the end of the worker", worker.wait()).await.unwrap();
}

#[tokio::test]
async fn a_forced_stop_answers_what_runs() {
    let controller = controller().await;
    let mut events = controller.events_from_now();
    let gate = Gate::default();
    let router = Router::new().route("work", gated).state(gate.clone());
    let worker = start(router, config(&controller)).await;
    let mut handle = controller.submit(NewTask::new("work")).unwrap();
    within("the handler", gate.entered.notified()).await;
    worker.control().abort();
    let summary = within("the end of the worker", worker.wait()).await.unwrap();
    let task = within("the task", handle.wait()).await.unwrap();
    let error = task.error.unwrap();
    assert_eq!((error.code.as_str(), error.message.as_str()), ("CANCELLED", "the worker stops"));
    let counts = summary.snapshot.sessions[0].counts;
    assert_eq!((counts.accepted, counts.failed, counts.dropped), (1, 1, 0));
    assert_eq!(summary.unfinished, 0, "the handler was told: {}", CancelReason::Shutdown.as_str());
    let gone = event(&mut events, "the end", is_end).await.to_string();
    assert!(gone.contains("the worker closed with 1000"), "{gone}");
    assert_eq!(controller.stats().failed, 1, "answered once");
}

#[tokio::test]
async fn a_drain_without_a_controller_ends_too() {
    let away = controller().await;
    let config = config(&away);
    let gate = Gate::default();
    let router = Router::new().route("work", gated).state(gate.clone());
    let worker = start(router, config).await;
    let handle = away.submit(NewTask::new("work")).unwrap();
    within("the handler", gate.entered.notified()).await;
    away.shutdown().await;
    drop(handle);
    state(&worker, |state| !state.is_ready()).await;
    worker.control().drain();
    gate.open.notify_one();
    let summary = within("the end of the worker", worker.wait()).await.unwrap();
    assert_eq!(summary.snapshot.sessions[0].counts.dropped, 1);
}
