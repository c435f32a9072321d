//! Registrations, reconnects, and controllers that misbehave.

use std::{sync::Arc, time::Duration};

use journeyman_core::{
    ErrorKind, Router, Worker,
    extract::{Args, State},
    session::SessionState,
};
use journeyman_distworker::{Config, IdlePolicy};
use journeyman_testkit::distworker::{self as standin, Event, NewTask, Provisioner, Target};
use serde_json::{Value, json};
use tokio::sync::{Barrier, Notify};

use crate::support::{
    TOKEN, Tuned, config, controller, controller_with, event, result, run, session, start, state,
    stop, within,
};

fn echo() -> Router {
    Router::new().route("echo", async |Args(value): Args<Value>| value)
}

/// Runs when it is told to.
#[derive(Clone, Default)]
struct Gate {
    entered: Arc<Notify>,
    open: Arc<Notify>,
}

async fn gated(State(gate): State<Gate>) -> &'static str {
    gate.entered.notify_one();
    gate.open.notified().await;
    "through"
}

fn is_registered(event: &Event) -> bool {
    matches!(event, Event::Registered { .. })
}

#[tokio::test]
async fn a_worker_registers_and_tells_about_its_machine() {
    let controller = controller().await;
    let mut info = journeyman_distworker::config::ResourceInfo::default();
    info.hostname = Some("box".to_owned());
    info.additional.insert("gpu".to_owned(), "none".into());
    let worker = start(echo(), config(&controller).resource_info(info)).await;
    let workers = controller.workers();
    assert_eq!(workers.len(), 1);
    assert!(workers[0].worker_id.starts_with("static-"), "{}", workers[0].worker_id);
    assert_eq!(workers[0].status, "idle");
    let info = &workers[0].resource_info;
    assert_eq!((&info["hostname"], &info["gpu"]), (&json!("box"), &json!("none")));
    assert!(info["cpu_cores"].as_i64() >= Some(1) && info["memory_mb"].as_i64() > Some(0));
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn heartbeats_keep_coming() {
    let controller = controller().await;
    let mut events = controller.events_from_now();
    let config = config(&controller).heartbeat_interval(Duration::from_millis(10));
    let worker = start(echo(), config).await;
    for _ in 0..5 {
        event(&mut events, "a heartbeat", |e| matches!(e, Event::Heartbeat { health: 1, .. }))
            .await;
    }
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn each_connection_is_a_worker_with_a_task_of_its_own() {
    async fn meet(State(barrier): State<Arc<Barrier>>) -> &'static str {
        barrier.wait().await;
        "met"
    }
    let controller = controller().await;
    let router = Router::new().route("work", meet).state(Arc::new(Barrier::new(3)));
    let worker = start(router, config(&controller).connections(3)).await;
    assert_eq!(controller.workers().len(), 3);
    // Nobody gets through the barrier unless all three run at a time.
    let mut handles: Vec<_> =
        (0..3).map(|_| controller.submit(NewTask::new("work")).unwrap()).collect();
    for handle in &mut handles {
        let task = within("all three", handle.wait()).await.unwrap();
        assert_eq!(task.result_json(), json!({"result": "met"}));
    }
    let snapshot = worker.control().snapshot();
    let accepted: Vec<_> = snapshot.sessions.iter().map(|s| (s.index, s.counts.accepted)).collect();
    assert_eq!(accepted, [(0, 1), (1, 1), (2, 1)]);
    stop(worker).await.unwrap();
    assert_eq!(controller.workers().len(), 0);
}

#[tokio::test]
async fn it_comes_back_after_every_kind_of_end() {
    let controller = controller().await;
    let mut events = controller.events_from_now();
    let worker = start(echo(), config(&controller)).await;
    event(&mut events, "the first registration", is_registered).await;
    let ends: [(&str, &dyn Fn() -> usize); 4] = [
        ("without a close frame", &|| controller.abort(Target::All)),
        ("the peer reset the connection", &|| controller.reset(Target::All)),
        ("close code: 1000", &|| controller.close(Target::All, 1000, "bye")),
        ("close code: 1011", &|| controller.close(Target::All, 1011, "trouble")),
    ];
    for (round, (text, end)) in ends.into_iter().enumerate() {
        assert_eq!(end(), 1, "one connection");
        event(&mut events, "the next registration", is_registered).await;
        within("ready again", worker.control().ready()).await.unwrap();
        assert_eq!(result(&controller, "echo", json!({"a": "b"})).await, json!({"a": "b"}));
        let seen = session(&worker);
        assert_eq!(seen.counts.connections, round as u64 + 2);
        let error = seen.last_error.unwrap();
        assert!(error.contains(text), "{text:?} is not in {error:?}");
    }
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn a_controller_that_is_away_is_tried_again_with_growing_waits() {
    let away = controller().await;
    let config = config(&away).reconnect_interval(Duration::from_millis(10));
    let base = config.reconnect_interval;
    let config = config.worker_token(TOKEN);
    away.shutdown().await;
    let worker = Worker::new(echo()).serve(config).start().unwrap();
    state(&worker, |state| match state {
        SessionState::Waiting { attempt, delay, error } => {
            // Before attempt n there were n - 1 failures; the bound doubles with each.
            let bound = base * 2u32.pow(attempt - 2);
            assert!(*delay <= bound, "{delay:?} before attempt {attempt}");
            assert!(error.contains("connection refused") || error.contains("refused"), "{error}");
            *attempt >= 5
        }
        SessionState::Connecting { attempt } => *attempt >= 5,
        other => panic!("{other:?}"),
    })
    .await;
    let seen = session(&worker);
    assert!(!seen.ready && seen.counts.connections == 0);
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn after_a_restart_of_the_controller_work_goes_on() {
    let controller = controller().await;
    let mut events = controller.events_from_now();
    let gate = Gate::default();
    let router = echo().route("work", gated).state(gate.clone());
    let worker = start(router, config(&controller)).await;
    event(&mut events, "the first registration", is_registered).await;
    let mut lost = controller.submit(NewTask::new("work")).unwrap();
    within("the handler", gate.entered.notified()).await;
    controller.restart();
    let task = within("the end that the controller gave it", lost.wait()).await.unwrap();
    assert_eq!(task.error.unwrap().message, "controller restarted");
    event(&mut events, "the next registration", is_registered).await;
    within("ready again", worker.control().ready()).await.unwrap();
    // The handler ends now; its result is of a worker that the controller has forgotten.
    gate.open.notify_one();
    assert_eq!(result(&controller, "echo", json!({"a": "b"})).await, json!({"a": "b"}));
    let counts = session(&worker).counts;
    assert_eq!((counts.accepted, counts.ok, counts.dropped), (2, 1, 1));
    assert_eq!(controller.stats().ignored, 0, "nothing was sent for the lost task");
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn a_half_open_connection_is_noticed() {
    let controller = controller().await;
    let mut events = controller.events_from_now();
    let config = config(&controller);
    let tune = |connection: &mut journeyman_distworker::Connection| {
        connection.ws.ping_interval = Some(Duration::from_millis(100));
        connection.ws.liveness = Some(Duration::from_millis(400));
    };
    let worker = start(echo(), Tuned { config, tune }).await;
    event(&mut events, "the first registration", is_registered).await;
    assert_eq!(controller.freeze(Target::All), 1);
    event(&mut events, "the next registration", is_registered).await;
    within("ready again", worker.control().ready()).await.unwrap();
    let error = session(&worker).last_error.unwrap();
    assert!(error.contains("400ms"), "{error}");
    // The controller learns of the old end only now, and would give it tasks until then.
    controller.thaw(Target::All);
    event(&mut events, "the end of the old one", |e| matches!(e, Event::Disconnected { .. })).await;
    assert_eq!(result(&controller, "echo", json!({})).await, json!({}));
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn a_confirmation_that_does_not_come_is_not_waited_for_for_ever() {
    let controller = controller().await;
    controller.faults().set_mute_registrations(true);
    let mut events = controller.events_from_now();
    let config = config(&controller);
    let tune = |connection: &mut journeyman_distworker::Connection| {
        connection.session.ready_timeout = Duration::from_millis(100);
    };
    let worker = Worker::new(echo()).serve(Tuned { config, tune }).start().unwrap();
    for _ in 0..2 {
        event(&mut events, "a connection", |e| matches!(e, Event::Connected { .. })).await;
        assert!(!session(&worker).ready, "not ready without a confirmation");
    }
    controller.faults().set_mute_registrations(false);
    within("ready", worker.control().ready()).await.unwrap();
    let error = session(&worker).last_error.unwrap();
    assert!(error.contains("no confirmation within 100ms"), "{error}");
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn a_task_in_front_of_the_confirmation_is_done() {
    let controller = controller().await;
    controller.faults().set_assign_before_response(true);
    let mut handle = controller.submit(NewTask::new("echo").input(json!({"a": "b"}))).unwrap();
    let worker = start(echo(), config(&controller)).await;
    let task = within("the task", handle.wait()).await.unwrap();
    assert_eq!(task.result_json(), json!({"a": "b"}));
    assert_eq!(session(&worker).counts.connections, 1);
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn a_task_that_is_delivered_twice_is_answered_once() {
    let controller = controller().await;
    controller.faults().set_deliver_twice(true);
    let gate = Gate::default();
    let router = Router::new().route("work", gated).state(gate.clone());
    let worker = start(router, config(&controller)).await;
    for round in 1..=3 {
        let mut handle = controller.submit(NewTask::new("work")).unwrap();
        within("the handler", gate.entered.notified()).await;
        while session(&worker).counts.merged < round {
            tokio::task::yield_now().await;
        }
        gate.open.notify_one();
        let task = within("the task", handle.wait()).await.unwrap();
        assert!(task.succeeded());
    }
    stop(worker).await.unwrap();
    let stats = controller.stats();
    assert_eq!((stats.completed, stats.failed, stats.ignored), (3, 0, 0));
}

#[tokio::test]
async fn a_second_task_while_one_runs_is_done_too() {
    let controller = controller().await;
    controller.faults().set_slots(2);
    let gate = Gate::default();
    let router = echo().route("work", gated).state(gate.clone());
    let worker = start(router, config(&controller)).await;
    let mut slow = controller.submit(NewTask::new("work")).unwrap();
    within("the handler", gate.entered.notified()).await;
    assert_eq!(result(&controller, "echo", json!({"a": "b"})).await, json!({"a": "b"}));
    gate.open.notify_one();
    assert!(within("the first", slow.wait()).await.unwrap().succeeded());
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn junk_is_ignored_at_any_time() {
    let controller = controller().await;
    let gate = Gate::default();
    let router = echo().route("work", gated).state(gate.clone());
    let worker = start(router, config(&controller)).await;
    let junk = || {
        controller.send_text(Target::All, "{}");
        controller.send_binary(Target::All, &[0xff; 100]);
        controller.send_binary(Target::All, &[]);
        controller.send_binary(Target::All, &[0x08, 0x0a]);
        controller.send_binary(Target::All, &[0x08, 0x63]);
        controller.send_binary(Target::All, &[0x08, 0x0d, 0x6a, 0x00]);
    };
    junk();
    assert_eq!(result(&controller, "echo", json!({"a": "b"})).await, json!({"a": "b"}));
    assert_eq!(session(&worker).counts.ignored, 6);
    let mut handle = controller.submit(NewTask::new("work")).unwrap();
    within("the handler", gate.entered.notified()).await;
    junk();
    while session(&worker).counts.ignored < 12 {
        tokio::task::yield_now().await;
    }
    gate.open.notify_one();
    assert!(within("the task", handle.wait()).await.unwrap().succeeded());
    assert_eq!(session(&worker).counts.connections, 1, "and the connection stays");
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn broken_framing_costs_the_connection_and_nothing_else() {
    let controller = controller().await;
    let mut events = controller.events_from_now();
    let worker = start(echo(), config(&controller)).await;
    event(&mut events, "the first registration", is_registered).await;
    // A frame with reserved bits, then a message over the limit.
    controller.send_raw(Target::All, &[0xf2, 0x05, 1, 2, 3, 4, 5]);
    event(&mut events, "the next registration", is_registered).await;
    within("ready again", worker.control().ready()).await.unwrap();
    assert!(session(&worker).last_error.unwrap().contains("broke the WebSocket protocol"));
    assert_eq!(result(&controller, "echo", json!({})).await, json!({}));
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn a_task_that_is_too_large_costs_the_connection_and_nothing_else() {
    let controller = controller().await;
    let mut events = controller.events_from_now();
    let worker = start(echo(), config(&controller).max_message_size(8192)).await;
    event(&mut events, "the first registration", is_registered).await;
    controller.submit(NewTask::new("echo").input(json!({"x": "x".repeat(10_000)}))).unwrap();
    let gone = event(&mut events, "the end", |e| matches!(e, Event::Disconnected { .. })).await;
    let Event::Disconnected { reason, .. } = gone else { panic!("{gone:?}") };
    assert!(reason.contains("1009"), "{reason}");
    event(&mut events, "the next registration", is_registered).await;
    within("ready again", worker.control().ready()).await.unwrap();
    let error = session(&worker).last_error.unwrap();
    assert!(error.contains("the limit is 8192") && error.contains("max_message_size"), "{error}");
    assert_eq!(result(&controller, "echo", json!({"a": "b"})).await, json!({"a": "b"}));
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn idle_time_ends_a_worker_that_is_told_to_leave() {
    let quick = Provisioner::shared_token(TOKEN, ["echo"]).idle_timeout(Duration::from_secs(1));
    let controller = controller_with(standin::Config::default().provisioner("quick", quick)).await;
    let mut events = controller.events_from_now();
    let quick = Config::new(controller.worker_url(), "quick").worker_token(TOKEN);
    let worker = start(echo(), quick.idle(IdlePolicy::Exit)).await;
    within("the end of the worker", worker.wait()).await.unwrap();
    let gone = event(&mut events, "the end", |e| matches!(e, Event::Disconnected { .. })).await;
    assert!(gone.to_string().contains("1000"), "{gone}");
}

#[tokio::test]
async fn a_started_worker_works_and_ends_with_its_connection() {
    let controller = controller().await;
    let (id, token) = controller.provision("started").unwrap();
    let given = Config::new(controller.worker_url(), "started").worker_id(&*id).worker_token(token);
    let worker = start(Router::new().route("cmdq", async || "done"), given).await;
    let task = run(&controller, NewTask::new("cmdq")).await;
    assert_eq!(task.result_json(), json!({"result": "done"}));
    assert_eq!(&*controller.workers()[0].worker_id, id);
    controller.abort(Target::Worker(&id));
    let error = within("the end of the worker", worker.wait()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Disconnected);
    assert!(!error.is_temporary());
    assert!(error.to_string().contains("the worker id that the controller gave"), "{error}");
}
