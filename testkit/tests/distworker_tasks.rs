//! The life of tasks (DistWorker sheet, sections 5 and 6).

mod distworker_support;

use distworker_support::*;
use journeyman_testkit::distworker::{
    CancelError, Clock, Controller, Event, Limits, NewTask, Provisioner, Status, SubmitError,
    Target, Timers,
};
use prost::Message as _;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::time::Duration;

async fn other(controller: &Controller) -> Peer {
    Peer::register(controller, "other", OTHER_TOKEN).await
}

#[tokio::test]
async fn queues_are_compared_for_equality_only() {
    let controller = start_quiet().await;
    let mut peer = other(&controller).await;
    // Wildcards in the provisioner's list are letters, on both sides.
    for queue in ["math.add", "math", "solo.x", "Solo", ""] {
        let submitted = controller.submit(NewTask::new(queue));
        assert_eq!(submitted.is_err(), queue.is_empty(), "{queue:?}");
    }
    for queue in ["math.*", "#", "solo"] {
        let task = controller.submit(NewTask::new(queue)).unwrap();
        let assigned = peer.assign().await;
        assert_eq!((assigned.task_id, assigned.queue.as_str()), (task.id().to_string(), queue));
        peer.send(&complete(&task.id().to_string(), &Value::Null)).await;
    }
    let (pending, total) = controller.tasks(Some("math.add"), 0, 10);
    assert_eq!((pending[0].status, total), (Status::Pending, 1));
}

#[tokio::test]
async fn one_task_per_connection_in_order_and_all_connections_work() {
    let controller = start_quiet().await;
    let mut handles: Vec<_> = (0..6)
        .map(|at| controller.submit(NewTask::new("solo").input(json!({"at": at}))).unwrap())
        .collect();
    let mut first = other(&controller).await;
    let mut second = other(&controller).await;
    for pair in handles.chunks(2) {
        let (a, b) = (first.assign().await, second.assign().await);
        assert_eq!(a.task_id, pair[0].id().to_string());
        assert_eq!(b.task_id, pair[1].id().to_string());
        // Neither has a second one.
        for (number, peer) in [(1, &mut first), (2, &mut second)] {
            controller.send_binary(Target::Connection(number), b"marker");
            assert_eq!(peer.binary().await, b"marker");
        }
        let mut events = controller.events_from_now();
        first.send(&complete(&a.task_id, &json!({"by": 1}))).await;
        event(&mut events, "first", |e| matches!(e, Event::TaskCompleted { .. })).await;
        second.send(&complete(&b.task_id, &json!({"by": 2}))).await;
        event(&mut events, "second", |e| matches!(e, Event::TaskCompleted { .. })).await;
    }
    for (at, handle) in handles.iter_mut().enumerate() {
        let task = within("end", handle.wait()).await.unwrap();
        assert_eq!(task.result_json(), json!({"by": at % 2 + 1}));
        assert_eq!(task.input_json(), json!({"at": at}));
    }
    let stats = controller.stats();
    assert_eq!((stats.submitted, stats.assigned, stats.completed, stats.live_tasks), (6, 6, 6, 0));
}

#[tokio::test]
async fn idle_workers_take_turns() {
    let controller = start_quiet().await;
    let mut peers = [other(&controller).await, other(&controller).await, other(&controller).await];
    let mut seen = HashSet::new();
    for _ in 0..3 {
        let mut events = controller.events_from_now();
        let mut task = controller.submit(NewTask::new("solo")).unwrap();
        let assigned =
            event(&mut events, "task", |e| matches!(e, Event::TaskAssigned { .. })).await;
        let Event::TaskAssigned { connection, .. } = assigned else { unreachable!() };
        let peer = &mut peers[usize::try_from(connection).unwrap() - 1];
        let id = peer.assign().await.task_id;
        peer.send(&complete(&id, &Value::Null)).await;
        within("end", task.wait()).await.unwrap();
        seen.insert(connection);
    }
    assert_eq!(seen.len(), 3);
}

#[tokio::test]
async fn retries_happen_at_once_and_end_with_the_last_error() {
    let controller = start_quiet().await;
    let mut peer = other(&controller).await;
    let mut task = controller.submit(NewTask::new("solo").retry(2).with_progress()).unwrap();
    let id = task.id();
    for attempt in 0..3 {
        assert_eq!(peer.assign().await.task_id, id.to_string());
        let record = controller.task(id).unwrap();
        assert_eq!((record.retried, record.status), (attempt, Status::Processing));
        peer.send(&failed(&id.to_string(), "E", &format!("attempt {attempt}"))).await;
    }
    let end = within("end", task.wait()).await.unwrap();
    assert_eq!((end.status, end.retried, end.max_retry), (Status::Finished, 2, 2));
    assert_eq!(end.error.unwrap().message, "attempt 2");
    assert!(task.wait().await.is_err(), "a second wait does not hang");
    // The stream of progress ended with the first terminal message.
    assert_eq!(within("progress", task.progress()).await, None);
    let stats = controller.stats();
    assert_eq!((stats.failed, stats.retried, stats.assigned), (3, 2, 3));
}

#[tokio::test]
async fn progress_comes_in_order_and_changes_null_metadata() {
    let controller = start_quiet().await;
    let mut peer = other(&controller).await;
    let mut task = controller.submit(NewTask::new("solo").with_progress()).unwrap();
    let id = peer.assign().await.task_id;
    for step in 0..200 {
        peer.send(&progress(&id, 0.5, &format!("s{step}"), &json!({"step": step}))).await;
    }
    peer.send(&progress(&id, 1.0, "", &Value::Null)).await;
    peer.send(&complete(&id, &json!({"ok": true}))).await;
    for step in 0..200 {
        let got = within("progress", task.progress()).await.unwrap();
        assert_eq!(
            (got.message.as_str(), got.data_json()),
            (&*format!("s{step}"), json!({"step": step}))
        );
    }
    assert_eq!(within("progress", task.progress()).await.unwrap().data, None);
    assert_eq!(within("progress", task.progress()).await, None);
    let shown = within("end", task.wait()).await.unwrap().to_json();
    assert_eq!((&shown["metadata"], &shown["input"]), (&json!({}), &Value::Null));
}

#[tokio::test]
async fn a_reader_of_progress_who_sleeps_costs_bounded_memory() {
    let limits = Limits { progress: 3, ..Limits::default() };
    let config = config().clock(Clock::fixed(DATE_UNIX)).timers(quiet()).limits(limits);
    let controller = start(config).await;
    let mut peer = other(&controller).await;
    let mut task = controller.submit(NewTask::new("solo").with_progress()).unwrap();
    let id = peer.assign().await.task_id;
    let mut events = controller.events_from_now();
    for _ in 0..5 {
        peer.send(&progress(&id, 0.5, "", &Value::Null)).await;
    }
    for _ in 0..2 {
        event(
            &mut events,
            "dropped",
            |e| matches!(e, Event::Ignored { reason, .. } if reason.contains("too slow")),
        )
        .await;
    }
    peer.send(&complete(&id, &Value::Null)).await;
    let mut kept = 0;
    while within("progress", task.progress()).await.is_some() {
        kept += 1;
    }
    assert_eq!(kept, 3);
}

#[tokio::test]
async fn answers_about_foreign_tasks_are_ignored_and_free_nothing() {
    let controller = start_quiet().await;
    let mut events = controller.events();
    let mut owner = other(&controller).await;
    let mut thief = other(&controller).await;
    let first = controller.submit(NewTask::new("solo")).unwrap();
    let second = controller.submit(NewTask::new("solo")).unwrap();
    let third = controller.submit(NewTask::new("solo")).unwrap();
    let held = thief.assign().await.task_id;
    let owned = owner.assign().await.task_id;
    assert_eq!(
        HashSet::from([&held, &owned]),
        HashSet::from([&first.id().to_string(), &second.id().to_string()])
    );
    let ids = [
        owned.clone(),
        third.id().to_string(),
        "01a1fe51-5f20-7e00-b5bc-db423f66f8e2".to_owned(),
        held.to_uppercase(),
        String::new(),
    ];
    for id in &ids {
        for message in
            [complete(id, &Value::Null), failed(id, "E", ""), progress(id, 0.1, "", &Value::Null)]
        {
            thief.send(&message).await;
            event(&mut events, "ignored", |e| matches!(e, Event::Ignored { connection: 2, .. }))
                .await;
        }
    }
    // Its slot is still taken: the third task waits.
    controller.send_binary(Target::Connection(2), b"marker");
    assert_eq!(thief.binary().await, b"marker");
    assert_eq!(controller.task(third.id()).unwrap().status, Status::Pending);
    assert_eq!(controller.stats().ignored, 15);
}

#[tokio::test]
async fn a_duplicate_completion_overwrites_and_frees_the_slot_of_the_running_task() {
    let controller = start_quiet().await;
    let mut events = controller.events();
    let mut peer = other(&controller).await;
    let ids: Vec<String> =
        (0..3).map(|_| controller.submit(NewTask::new("solo")).unwrap().id().to_string()).collect();
    assert_eq!(peer.assign().await.task_id, ids[0]);
    peer.send(&complete(&ids[0], &json!({"r": 1}))).await;
    assert_eq!(peer.assign().await.task_id, ids[1]);
    peer.send(&complete(&ids[0], &json!({"r": 2}))).await;
    // The second still runs, and yet the third comes.
    assert_eq!(peer.assign().await.task_id, ids[2]);
    let again = |e: &Event| matches!(e, Event::TaskCompleted { again: true, .. });
    event(&mut events, "duplicate", again).await;
    let first = controller.task(ids[0].parse().unwrap()).unwrap();
    assert_eq!(first.result_json(), json!({"r": 2}));
    // Without a result the stored one stays.
    peer.send(&complete(&ids[0], &Value::Null)).await;
    event(&mut events, "third", again).await;
    let first = controller.task(ids[0].parse().unwrap()).unwrap();
    assert_eq!(first.result_json(), json!({"r": 2}));
}

#[tokio::test]
async fn a_cancelled_pending_task_is_assigned_all_the_same() {
    let controller = start_quiet().await;
    let mut task = controller.submit(NewTask::new("solo")).unwrap();
    let id = task.id();
    controller.cancel(id).unwrap();
    assert_eq!(controller.cancel(id), Err(CancelError::Finished));
    assert_eq!(controller.cancel(uuid::Uuid::nil()), Err(CancelError::NotFound));
    let end = within("end", task.wait()).await.unwrap();
    let error = end.error.clone().unwrap();
    assert_eq!((error.code.as_str(), error.message.as_str()), ("CANCELLED", "cancelled by user"));
    assert!(!end.succeeded());
    let mut peer = other(&controller).await;
    assert_eq!(peer.assign().await.task_id, id.to_string());
    assert_eq!(controller.task(id).unwrap().status, Status::Processing);
    let mut events = controller.events_from_now();
    peer.send(&complete(&id.to_string(), &json!({"done": true}))).await;
    event(&mut events, "end", |e| matches!(e, Event::TaskCompleted { again: false, .. })).await;
    let record = controller.task(id).unwrap();
    assert!(record.succeeded() && record.error.is_none());
    assert_eq!(controller.stats().live_tasks, 0);
}

#[tokio::test]
async fn the_task_of_a_dead_worker_stays_until_the_controller_restarts() {
    let controller = start_quiet().await;
    let mut events = controller.events();
    let mut peer = other(&controller).await;
    let mut lost = controller.submit(NewTask::new("solo").retry(5)).unwrap();
    let waiting = controller.submit(NewTask::new("solo")).unwrap();
    assert_eq!(peer.assign().await.task_id, lost.id().to_string());
    drop(peer);
    event(&mut events, "end", |e| matches!(e, Event::Disconnected { .. })).await;
    // A new connection has a new id and gets the pending task, not the lost one.
    let mut again = other(&controller).await;
    assert_eq!(again.assign().await.task_id, waiting.id().to_string());
    again.send(&complete(&lost.id().to_string(), &json!({"late": true}))).await;
    event(
        &mut events,
        "refused",
        |e| matches!(e, Event::Ignored { reason, .. } if reason.starts_with("worker does not own")),
    )
    .await;
    assert_eq!(controller.task(lost.id()).unwrap().status, Status::Processing);

    let kept = controller.submit(NewTask::new("math.*")).unwrap();
    controller.restart();
    assert_eq!(again.frame().await, None);
    let end = within("end", lost.wait()).await.unwrap();
    assert_eq!(end.error.unwrap().message, "controller restarted");
    assert_eq!((end.status, end.retried), (Status::Finished, 1));
    assert!(controller.workers().is_empty());
    // Pending tasks survive.
    let mut third = other(&controller).await;
    assert_eq!(third.assign().await.task_id, kept.id().to_string());
}

#[tokio::test]
async fn tasks_of_a_doubled_worker_id_go_to_the_newest_until_the_older_leaves() {
    let controller = start_quiet().await;
    let mut events = controller.events();
    let (id, token) = controller.provision("cmdprov").unwrap();
    let mut peers = Vec::new();
    for _ in 0..2 {
        let mut peer = Peer::connect(controller.worker_addr()).await;
        peer.send(&register("cmdprov", &id, &token, DATE)).await;
        assert!(peer.message().await.response.is_some());
        peers.push(peer);
    }
    assert_eq!(controller.workers()[0].connection, Some(2));
    for _ in 0..2 {
        let mut task = controller.submit(NewTask::new("cmdq")).unwrap();
        assert_eq!(peers[1].assign().await.task_id, task.id().to_string());
        peers[1].send(&complete(&task.id().to_string(), &Value::Null)).await;
        within("end", task.wait()).await.unwrap();
    }
    drop(peers.remove(0));
    event(&mut events, "end", |e| matches!(e, Event::Disconnected { connection: 1, .. })).await;
    let task = controller.submit(NewTask::new("cmdq")).unwrap();
    controller.send_binary(Target::All, b"marker");
    assert_eq!(peers[0].binary().await, b"marker", "connected, but never given a task again");
    assert_eq!(controller.task(task.id()).unwrap().status, Status::Pending);
    // Its session is gone as well.
    peers[0].send(&heartbeat(1)).await;
    event(
        &mut events,
        "ignored",
        |e| matches!(e, Event::Ignored { reason, .. } if reason == "worker session not found"),
    )
    .await;
}

#[tokio::test]
async fn messages_with_broken_parts_are_ignored_as_a_whole() {
    let controller = start_quiet().await;
    let mut peer = other(&controller).await;
    let task = controller.submit(NewTask::new("solo")).unwrap();
    let id = peer.assign().await.task_id;
    // A completion whose result has a string that is not UTF-8, one that is cut off, one with a
    // registration inside, one with the type of a failure.
    let good = complete(&id, &json!({"k": "text"}));
    let mut bad_text = good.clone();
    let at = bad_text.windows(4).position(|window| window == b"text").unwrap();
    bad_text[at] = 0xff;
    let mut bad_key = good.clone();
    let at = bad_key.windows(3).position(|window| window == [0x0a, 1, b'k']).unwrap();
    bad_key[at + 2] = 0x80;
    let cut = good[..good.len() - 3].to_vec();
    let mut wrong_kind = Envelope::decode(&good[..]).unwrap();
    wrong_kind.kind = 13;
    let mut no_kind = wrong_kind.clone();
    no_kind.kind = 0;
    let twice = register("other", "", OTHER_TOKEN, DATE);
    let messages =
        [bad_text, bad_key, cut, wrong_kind.encode_to_vec(), no_kind.encode_to_vec(), twice];
    let mut events = controller.events_from_now();
    for message in &messages {
        peer.send(message).await;
        event(&mut events, "ignored", |e| matches!(e, Event::Ignored { .. })).await;
    }
    assert_eq!(controller.task(task.id()).unwrap().status, Status::Processing);
    peer.send(&good).await;
    event(&mut events, "end", |e| matches!(e, Event::TaskCompleted { .. })).await;
}

#[tokio::test]
async fn workers_are_listed_with_their_health_until_their_heartbeat_is_old() {
    let clock = Clock::fixed(DATE_UNIX);
    let controller = start(config().clock(clock.clone()).timers(quiet())).await;
    let mut peer = Peer::register(&controller, "static", STATIC_TOKEN).await;
    let mut events = controller.events_from_now();
    for (health, status) in
        [(3, "error"), (0, "error"), (2, "disconnected"), (1, "idle"), (77, "error")]
    {
        peer.send(&heartbeat(health)).await;
        event(&mut events, "heartbeat", |e| matches!(e, Event::Heartbeat { .. })).await;
        assert_eq!(controller.workers()[0].status, status, "{health}");
    }
    // Health does not matter for assignment.
    let task = controller.submit(NewTask::new("math.add")).unwrap();
    assert_eq!(peer.assign().await.task_id, task.id().to_string());
    clock.set_offset_ms(180_000);
    assert_eq!(controller.workers().len(), 1);
    clock.set_offset_ms(180_001);
    assert!(controller.workers().is_empty());
    assert_eq!(controller.connections(), 1);
}

#[tokio::test]
async fn unfinished_tasks_are_bounded_by_number_and_bytes() {
    let limits = Limits { live_tasks: 3, live_bytes: 1000, ..Limits::default() };
    let controller = start(config().limits(limits)).await;
    let big = json!({"x": "y".repeat(990)});
    assert_eq!(controller.submit(NewTask::new("q").input(big)).unwrap_err(), SubmitError::Full);
    for _ in 0..3 {
        controller.submit(NewTask::new("q")).unwrap();
    }
    assert_eq!(controller.submit(NewTask::new("q")).unwrap_err(), SubmitError::Full);
    for bad in [json!([1]), json!(1), json!("x")] {
        let refused = controller.submit(NewTask::new("q").input(bad)).unwrap_err();
        assert!(matches!(refused, SubmitError::BadInput(_)), "{refused}");
    }
    let refused = controller.submit_raw("q", vec![0x0a, 0xff].into()).unwrap_err();
    assert!(matches!(refused, SubmitError::BadInput(_)), "{refused}");
}

#[tokio::test]
async fn many_tasks_leave_a_bounded_memory_behind() {
    let limits = Limits { finished_tasks: 50, events: 100, ..Limits::default() };
    let config = journeyman_testkit::distworker::Config::default()
        .provisioner("p", Provisioner::shared_token("t", ["q"]))
        .clock(Clock::fixed(DATE_UNIX))
        .timers(Timers { ping_interval: Duration::from_secs(60), ..Timers::default() })
        .limits(limits)
        .task_events(false);
    let controller = start(config).await;
    let mut peer = Peer::register(&controller, "p", "t").await;
    let input = to_struct(&json!({"n": 1})).unwrap().encode_to_vec();
    let mut last = None;
    for _ in 0..2000 {
        let mut task = controller.submit_raw("q", input.clone().into()).unwrap();
        let id = peer.assign().await.task_id;
        peer.send(&complete(&id, &json!({"n": 1}))).await;
        let end = within("end", task.wait()).await.unwrap();
        assert_eq!(end.result.unwrap(), input);
        last = Some(end.id);
    }
    let (page, total) = controller.tasks(None, 0, 1000);
    assert_eq!((page.len(), total), (50, 50));
    assert_eq!(Some(page[0].id), last);
    assert_eq!(controller.stats().completed, 2000);
    assert!(controller.events().try_next().is_some_and(|e| matches!(e, Event::Connected { .. })));
}
