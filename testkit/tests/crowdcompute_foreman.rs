//! What the stand-in foreman does beyond the recordings: jobs from inside of the process, its
//! client, faults, limits, restarts.

#![allow(clippy::unwrap_used)]

mod crowdcompute_support;

use crowdcompute_support::*;
use journeyman_testkit::crowdcompute::{
    Client, Era, Event, Foreman, ForemanConfig, Job, JobError, KillError, Resume, Stage, Target,
    TaskState, WorkerState,
};
use serde_json::json;
use std::time::{Duration, Instant};

const ERAS: [Era; 3] = [Era::Seed, Era::Head, Era::HeadWithKill];

fn job(args: &[&str]) -> Job {
    Job::new(CODE, args.iter().copied())
}

/// A worker that answers each task with its argument, as text, until the foreman goes.
async fn echo(mut worker: Peer) {
    while let Some(text) = worker.next().await {
        let message: serde_json::Value = serde_json::from_str(&text).unwrap();
        if message["type"] == "assign_task" {
            let task = message["data"]["task_id"].as_str().unwrap().to_owned();
            let args = json!(message["data"]["task_args"][0].to_string()).to_string();
            worker.result(&task, &args).await;
        }
    }
}

#[tokio::test]
async fn a_job_from_inside_of_the_process() {
    for era in ERAS {
        let foreman = start(ForemanConfig::new(era)).await;
        let mut events = foreman.events();
        let mut worker = Peer::worker(&foreman, "w").await;
        let args = ["1", " {\"a\":[NaN, 1e2]}", "\"caf\u{e9}\""];
        let handle = foreman.submit(job(&args).metadata("{\"checkpoint_enabled\":true}"));
        assert_eq!(foreman.look(|state| state.count(TaskState::Pending)), 2);
        for (index, (args, result)) in
            [("1", "\"7\""), ("{\"a\": [NaN, 100.0]}", "[1, \"x\"]"), ("\"caf\\u00e9\"", "true")]
                .into_iter()
                .enumerate()
        {
            let text = worker.next().await.unwrap();
            assert!(text.contains(&format!("\"task_args\": [{args}]")), "{text}");
            let metadata = ", \"task_metadata\": {\"checkpoint_enabled\": true}}";
            assert_eq!(text.contains(metadata), era != Era::Seed, "{text}");
            let task = foreman.task(&handle.task_id(index)).unwrap();
            assert_eq!((task.state, task.args.as_str()), (TaskState::Assigned, args));
            assert_eq!(task.assigned_to, ["w"]);
            worker.result(&handle.task_id(index), result).await;
            within(
                "the result",
                foreman.wait_for(|state| state.count(TaskState::Completed) > index),
            )
            .await;
            let task = foreman.task(&handle.task_id(index)).unwrap();
            assert_eq!(task.result.as_deref(), Some(result));
            assert_eq!((task.completed_by.as_deref(), task.deliveries), (Some("w"), 1));
        }
        let id = handle.id().to_owned();
        let results = within("results", handle.results()).await.unwrap();
        assert_eq!(results, ["7", "\"[1, 'x']\"", "\"True\""]);
        assert!(foreman.look(|state| state.job(&id)).unwrap().delivered);
        let info = foreman.worker("w").unwrap();
        assert_eq!((info.state, info.completed, info.failed), (WorkerState::Online, 3, 0));
        assert!(info.available && info.assigned.is_empty());
        event(&mut events, "the end", |event| {
            matches!(event, Event::JobCompleted { delivered: true, .. })
        })
        .await;
        for (args, metadata) in [("{", None), ("1", Some("[]")), ("1", Some("x"))] {
            let mut bad = job(&[args]);
            bad.metadata = metadata.map(str::to_owned);
            let refused = foreman.submit(bad).results().await;
            assert!(matches!(refused, Err(JobError::Refused(_))), "{refused:?}");
        }
        let again = foreman.submit_as(&id, job(&["1"])).results().await.unwrap_err();
        assert!(again.to_string().contains("UNIQUE constraint failed: jobs.id"), "{again}");
        let waiting = foreman.submit(job(&["1"]));
        foreman.stop().await;
        assert_eq!(waiting.results().await, Err(JobError::Gone));
        assert_eq!(foreman.submit(job(&["1"])).results().await, Err(JobError::Gone));
    }
}

#[tokio::test]
async fn its_client() {
    for era in ERAS {
        let foreman = start(ForemanConfig::new(era)).await;
        for at in 0..3 {
            tokio::spawn(echo(Peer::worker(&foreman, &format!("w{at}")).await));
        }
        let client = Client::connect(&foreman.url()).await.unwrap();
        let many: Vec<String> = (0..50).map(|at| at.to_string()).collect();
        let mut one = client.submit(&Job::new(CODE, many.clone())).await.unwrap();
        let two = client.submit_as("two", &job(&["[1, null]", "\"x\""])).await.unwrap();
        assert!(within("the acceptance", one.accepted()).await);
        assert_eq!(within("results", one.results()).await.unwrap(), many);
        assert_eq!(within("results", two.results()).await.unwrap(), ["[1, null]", "\"x\""]);

        // Results before the acceptance, which the real one also gets to.
        foreman.faults().set_accept_last(true);
        let mut three = client.submit(&job(&["3"])).await.unwrap();
        assert!(within("the acceptance", three.accepted()).await);
        assert_eq!(within("results", three.results()).await.unwrap(), ["3"]);
        foreman.faults().set_accept_last(false);

        let mut refused = client.submit_as("two", &job(&["1"])).await.unwrap();
        assert!(!within("the refusal", refused.accepted()).await);
        let error = within("the refusal", refused.results()).await.unwrap_err();
        assert!(matches!(&error, JobError::Refused(why) if why.contains("jobs.id")), "{error}");
        let error = client.submit(&job(&["{"])).await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);

        let stages = [
            Stage { job: job(&["1", "2"]), pass_upstream_results: false },
            Stage { job: job(&["0"]), pass_upstream_results: true },
        ];
        if era != Era::Seed {
            let last = client.submit_pipeline(&stages).await.unwrap();
            let id = last.id().to_owned();
            let results = within("results", last.results()).await.unwrap();
            let upstream =
                format!("\"upstream_results\": {{\"{id}_task_0_0\": 1, \"{id}_task_0_1\": 2}}");
            assert!(results[0].contains(&upstream), "{results:?}");
            let inside = within("results", foreman.submit_pipeline(&stages).results()).await;
            assert_eq!(inside.unwrap().len(), 1);
        } else {
            let inside = foreman.submit_pipeline(&stages).results().await;
            assert!(matches!(inside, Err(JobError::Refused(_))));
        }

        // The foreman's `ping` and the library's pings do not disturb.
        foreman.ping(Target::All);
        let last = client.submit(&job(&["\"end\""])).await.unwrap();
        assert_eq!(within("results", last.results()).await.unwrap(), ["\"end\""]);
        let hanging = {
            foreman.faults().set_mute(true);
            client.submit(&job(&["1"])).await.unwrap()
        };
        foreman.abort(Target::All);
        assert_eq!(within("the end", hanging.results()).await, Err(JobError::Gone));
        assert!(!client.is_connected());
        let error = client.submit(&job(&["1"])).await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::NotConnected);
        client.close().await;
        foreman.stop().await;
    }
}

#[tokio::test]
async fn what_is_no_foreman_is_an_error() {
    let foreman = start(ForemanConfig::new(Era::Head)).await;
    let kind = async |url: &str| Client::connect(url).await.unwrap_err().kind();
    use std::io::ErrorKind::{ConnectionRefused, InvalidData, InvalidInput};
    for url in ["http://x", "ws://", "ws:///x", "ws://a b", "", "ws://x\r\ny"] {
        assert_eq!(kind(url).await, InvalidInput, "{url}");
    }
    assert_eq!(kind(&foreman.http_url().replace("http", "ws")).await, InvalidData);
    foreman.faults().set_refuse(true);
    assert_eq!(kind(&foreman.url()).await, InvalidData);
    let url = foreman.url();
    foreman.stop().await;
    assert_eq!(kind(&url).await, ConnectionRefused);
}

#[tokio::test]
async fn a_client_says_goodbye() {
    let foreman = start(ForemanConfig::new(Era::Head)).await;
    let mut events = foreman.events();
    let client = Client::connect(&format!("{}/any/path", foreman.url())).await.unwrap();
    client.close().await;
    let gone =
        event(&mut events, "the goodbye", |event| matches!(event, Event::Disconnected { .. }));
    let Event::Disconnected { reason, .. } = gone.await else { unreachable!() };
    assert_eq!(reason, "the peer closed with 1000");
}

#[tokio::test]
async fn messages_at_the_limit() {
    for (era, limit) in [(Era::Seed, 1 << 20), (Era::Head, 5000)] {
        let config = ForemanConfig::new(era);
        // Today's foreman has no limit, and the stand-in one that is as large as a test allows.
        let config =
            if era == Era::Seed { config } else { config.limits(|all| all.message_bytes = limit) };
        let foreman = start(config).await;
        let mut worker = Peer::worker(&foreman, "w").await;
        let handle = foreman.submit(job(&["1"]));
        let task = worker.task().await;
        let around = format!(
            "{{\"type\": \"task_result\", \"data\": {{\"result\": \"\", \"task_id\": \"{task}\"}}, \
             \"job_id\": \"{}\"}}",
            handle.id()
        );
        worker.result(&task, &json!("z".repeat(limit - around.len())).to_string()).await;
        let results = within("results", handle.results()).await.unwrap();
        assert_eq!(results[0].len(), limit - around.len() + 2);
        worker.send(&" ".repeat(limit + 1)).await;
        assert_eq!(worker.ended().await, End::Closed(1009, String::new()));
        foreman.stop().await;
    }
}

#[tokio::test]
async fn pings_of_the_library() {
    let config = ForemanConfig::new(Era::Seed).timers(|timers| {
        timers.ping_interval = Some(Duration::from_millis(30));
        timers.ping_timeout = Duration::from_millis(300);
    });
    let foreman = start(config).await;
    // Peers here answer when they read: this one does.
    let mut good = Peer::worker(&foreman, "good").await;
    let silent = Peer::worker(&foreman, "silent").await;
    let end = Instant::now() + Duration::from_secs(10);
    while foreman.worker("silent").unwrap().connection.is_some() {
        assert!(Instant::now() < end);
        good.barrier().await;
    }
    assert!(foreman.worker("good").unwrap().connection.is_some());
    let mut silent = silent;
    assert_eq!(silent.ended().await, End::Closed(1011, "keepalive ping timeout".to_owned()));
    foreman.faults().set_silent_pings(true);
    foreman.stop().await;
}

#[tokio::test]
async fn faults_of_assignments() {
    let foreman = start(ForemanConfig::new(Era::Head)).await;
    let mut worker = Peer::worker(&foreman, "w").await;
    foreman.faults().set_deliver_twice(true);
    let handle = foreman.submit(job(&["1"]));
    let task = worker.task().await;
    assert_eq!(worker.task().await, task);
    foreman.faults().set_deliver_twice(false);
    worker.result(&task, "\"1\"").await;
    worker.result(&task, "\"2\"").await;
    assert_eq!(within("results", handle.results()).await.unwrap(), ["1"]);
    within("the late one", foreman.wait_for(|state| state.task(&task).unwrap().late == 1)).await;

    foreman.faults().set_slots(3);
    let handle = foreman.submit(job(&["1", "2", "3", "4"]));
    let tasks = [worker.task().await, worker.task().await, worker.task().await];
    worker.nothing().await;
    worker.result(&tasks[1], "\"b\"").await;
    let fourth = worker.task().await;
    foreman.faults().set_slots(1);
    for task in [&tasks[0], &tasks[2], &fourth] {
        worker.result(task, "\"x\"").await;
    }
    assert_eq!(within("results", handle.results()).await.unwrap()[1], "\"b\"");

    foreman.faults().set_mute(true);
    let handle = foreman.submit(job(&["1"]));
    worker.nothing().await;
    foreman.faults().set_mute(false);
    worker.ready("w").await;
    let task = worker.task().await;
    worker.result(&task, "\"1\"").await;
    within("results", handle.results()).await.unwrap();

    foreman.faults().set_assign_delay(Duration::from_millis(200));
    let before = Instant::now();
    let handle = foreman.submit(job(&["1"]));
    foreman.ping(Target::Worker("w"));
    assert_eq!(worker.message().await["type"], "ping");
    let task = worker.task().await;
    assert!(before.elapsed() >= Duration::from_millis(200));
    worker.result(&task, "\"1\"").await;
    within("results", handle.results()).await.unwrap();
    foreman.stop().await;
}

#[tokio::test]
async fn faults_of_connections() {
    let foreman = start(ForemanConfig::new(Era::Head)).await;
    let mut events = foreman.events();
    let mut a = Peer::worker(&foreman, "a").await;
    let mut b = Peer::worker(&foreman, "b").await;
    assert_eq!(foreman.send_text(Target::Workers, "{\"no\": 1"), 2);
    assert_eq!(foreman.send_binary(Target::Worker("a"), b"\xff\x00"), 1);
    assert_eq!(
        foreman.send(Target::Worker("a"), "kill_task", "{\"task_id\": \"t\"}", Some("j")),
        1
    );
    assert_eq!(a.next().await.unwrap(), "{\"no\": 1");
    assert_eq!(a.next().await.unwrap(), "\u{fffd}\0");
    assert_eq!(
        a.next().await.unwrap(),
        "{\"type\": \"kill_task\", \"data\": {\"task_id\": \"t\"}, \"job_id\": \"j\"}"
    );
    assert_eq!(foreman.close(Target::Worker("a"), 1001, "bye"), 1);
    assert_eq!(a.ended().await, End::Closed(1001, "bye".to_owned()));
    event(
        &mut events,
        "the end of a",
        |event| matches!(event, Event::Disconnected { worker_id: Some(id), .. } if **id == *"a"),
    )
    .await;
    assert_eq!(foreman.close(Target::Worker("a"), 1001, "bye"), 0);
    // A frozen connection stays, and what was meant for it comes afterwards.
    assert_eq!(b.next().await.unwrap(), "{\"no\": 1");
    assert_eq!(foreman.freeze(Target::All), 1);
    let handle = foreman.submit(job(&["1"]));
    assert_eq!(foreman.task(&handle.task_id(0)).unwrap().state, TaskState::Assigned);
    assert_eq!(foreman.thaw(Target::Worker("b")), 1);
    let task = b.task().await;
    b.result(&task, "\"1\"").await;
    within("results", handle.results()).await.unwrap();
    foreman.send_raw(Target::Worker("b"), &[0xff; 20]);
    assert_eq!(b.ended().await, End::Cut);
    b.cut();
    let mut c = Peer::worker(&foreman, "c").await;
    foreman.reset(Target::Worker("c"));
    assert_eq!(c.ended().await, End::Cut);
    let mut d = Peer::worker(&foreman, "d").await;
    assert_eq!(foreman.abort(Target::All), 1);
    assert_eq!(d.ended().await, End::Cut);
    foreman.stop().await;
}

#[tokio::test]
async fn a_task_resumed_by_the_test() {
    let foreman = start(ForemanConfig::new(Era::Head)).await;
    foreman.faults().set_mute(true);
    let mut worker = Peer::worker(&foreman, "w").await;
    let handle = foreman.submit(job(&["[1, 2]", "3"]));
    let mut resume = Resume {
        checkpoint_state: "{\"i\": 5}".to_owned(),
        progress_percent: 40.0,
        checkpoint_count: 2,
        extended: false,
    };
    assert!(!foreman.resume("nobody", &handle.task_id(0), &resume));
    assert!(!foreman.resume("w", "no_task_0", &resume));
    assert!(foreman.resume("w", &handle.task_id(0), &resume));
    assert_eq!(
        worker.message().await,
        json!({"type": "resume_task", "job_id": handle.id(), "data": {
            "task_id": handle.task_id(0), "func_code": CODE, "checkpoint_state": {"i": 5},
            "task_args": [1, 2], "task_kwargs": {}, "progress_percent": 40.0, "checkpoint_count": 2,
        }})
    );
    worker.result(&handle.task_id(0), "\"1\"").await;
    resume.extended = true;
    assert!(foreman.resume("w", &handle.task_id(1), &resume));
    let message = worker.message().await;
    assert_eq!(message["data"]["task_args"], json!([3]));
    assert_eq!(message["data"]["recovery_status"], "resumed");
    worker.result(&handle.task_id(1), "\"2\"").await;
    assert_eq!(within("results", handle.results()).await.unwrap(), ["1", "2"]);
    foreman.stop().await;
}

#[tokio::test]
async fn checkpoints_are_kept_and_acknowledged() {
    let foreman = start(ForemanConfig::new(Era::Head)).await;
    let mut worker = Peer::worker(&foreman, "w").await;
    let handle = foreman.submit(job(&["1"]));
    let task = worker.task().await;
    let checkpoint = |id: u32, hex: &str| {
        json!({"type": "task_checkpoint", "job_id": handle.id(), "data": {
            "task_id": task, "is_base": id == 1, "delta_data_hex": hex, "progress_percent": 12,
            "checkpoint_id": id,
        }})
        .to_string()
    };
    worker.send(&checkpoint(1, "00ff")).await;
    assert_eq!(worker.message().await["data"], json!({"task_id": task, "checkpoint_id": 1}));
    foreman.faults().set_no_acks(true);
    worker.send(&checkpoint(2, "0102")).await;
    worker.nothing().await;
    let info = foreman.task(&task).unwrap();
    let last = info.last_checkpoint.unwrap();
    assert_eq!((info.checkpoints, last.id, last.is_base), (2, 2, false));
    assert_eq!((last.data, last.progress_percent), (vec![1, 2], 12.0));
    let (status, _, body) = http(foreman.http_addr(), "GET", "/api/checkpoints/job/none").await;
    assert_eq!((status, body.as_str()), (404, "{\"detail\":\"Job not found\"}"));
    foreman.stop().await;
}

#[tokio::test]
async fn killing() {
    let foreman = start(ForemanConfig::new(Era::Head)).await;
    assert_eq!(foreman.kill("x"), Err(KillError::Unsupported));
    foreman.stop().await;
    let foreman = start(ForemanConfig::new(Era::HeadWithKill)).await;
    assert_eq!(foreman.kill("x"), Err(KillError::NotFound));
    let handle = foreman.submit(job(&["1", "2"]));
    let task = handle.task_id(0);
    assert_eq!(foreman.kill(&task), Err(KillError::NotRunning(TaskState::Pending)));
    let mut worker = Peer::worker(&foreman, "w").await;
    assert_eq!(worker.task().await, task);
    assert_eq!(foreman.kill(&task), Ok(1));
    assert_eq!(worker.message().await["type"], "kill_task");
    // What was killed is not cancelled: it begins anew.
    worker
        .send(&json!({"type": "kill_ack", "data": {"task_id": task}, "job_id": "j"}).to_string())
        .await;
    assert_eq!(worker.task().await, task);
    worker.cut();
    within("the end", foreman.wait_for(|state| state.connected() == 0)).await;
    assert_eq!(foreman.kill(&task), Err(KillError::Unreachable));
    let path = format!("/api/tasks/{}/kill", task.replace('_', "%5F"));
    assert_eq!(http(foreman.http_addr(), "POST", &path).await.0, 503);
    foreman.stop().await;
}

/// More than two workers do not get the same task, and the first result ends the others.
#[tokio::test]
async fn copies_of_tasks() {
    let foreman = start(ForemanConfig::new(Era::HeadWithKill)).await;
    let mut a = Peer::worker(&foreman, "a").await;
    let mut b = Peer::worker(&foreman, "b").await;
    let mut c = Peer::worker(&foreman, "c").await;
    let handle = foreman.submit(job(&["1"]));
    let task = a.task().await;
    assert_eq!(b.task().await, task);
    c.nothing().await;
    b.result(&task, "\"b\"").await;
    assert_eq!(a.message().await["type"], "kill_task");
    assert_eq!(within("results", handle.results()).await.unwrap(), ["\"b\""]);
    // The late result counts for nothing, and its sender gets work.
    let next = foreman.submit(job(&["1", "2", "3", "4"]));
    assert_eq!(b.task().await, next.task_id(0));
    assert_eq!(c.task().await, next.task_id(1));
    a.nothing().await;
    a.result(&task, "\"a\"").await;
    assert_eq!(a.task().await, next.task_id(2));
    assert_eq!(foreman.task(&task).unwrap().result.as_deref(), Some("\"b\""));
    foreman.stop().await;
}

#[tokio::test]
async fn a_restart_forgets_code_and_clients() {
    for (era, keep) in
        [(Era::Seed, false), (Era::Seed, true), (Era::Head, false), (Era::Head, true)]
    {
        let foreman = start(ForemanConfig::new(era).keep_code(keep)).await;
        let mut worker = Peer::worker(&foreman, "w").await;
        let handle = foreman.submit_as("old", job(&["1", "2"]));
        let first = worker.task().await;
        foreman.restart();
        assert_eq!(within("the end", handle.results()).await, Err(JobError::Gone));
        assert_eq!(worker.ended().await, End::Cut);
        // The same worker, which has its result still; seed gives it more, if it knows the code.
        let mut worker = Peer::worker(&foreman, "w").await;
        if era == Era::Seed && keep {
            assert_eq!(worker.task().await, "old_task_1");
        } else {
            worker.nothing().await;
        }
        worker.result(&first, "\"1\"").await;
        within("the result", foreman.wait_for(|state| state.count(TaskState::Completed) == 1))
            .await;
        if era == Era::Head && keep {
            assert_eq!(worker.task().await, "old_task_1");
        } else {
            worker.nothing().await;
        }
        if keep {
            worker.result("old_task_1", "\"2\"").await;
            let done = foreman.wait_for(|state| state.count(TaskState::Completed) == 2);
            within("the result", done).await;
            // Nobody is there who could be told.
            assert!(!foreman.look(|state| state.job("old").unwrap().delivered));
        } else {
            // Work of the seed era stops with the tasks that nobody knows the code of.
            let handle = foreman.submit(job(&["1", "2"]));
            let task = worker.task().await;
            worker.result(&task, "\"1\"").await;
            if era == Era::Seed {
                worker.nothing().await;
            } else {
                let task = worker.task().await;
                worker.result(&task, "\"2\"").await;
                within("results", handle.results()).await.unwrap();
            }
        }
        foreman.stop().await;
    }
}

#[tokio::test]
async fn peers_that_do_not_read_do_not_fill_memory() {
    let config = ForemanConfig::new(Era::Head).limits(|limits| limits.unsent_bytes = 1 << 20);
    let foreman = start(config).await;
    let mut events = foreman.events();
    let _worker = Peer::worker(&foreman, "w").await;
    let chunk = "x".repeat(100_000);
    let mut sent = 0;
    while foreman.send_text(Target::All, &chunk) > 0 {
        sent += 1;
        // Until the system's buffers are full, at most.
        assert!(sent < 1000);
        tokio::task::yield_now().await;
    }
    let gone =
        event(&mut events, "the end", |event| matches!(event, Event::Disconnected { .. })).await;
    assert!(gone.to_string().contains("does not read"), "{gone}");
    foreman.stop().await;
}

#[tokio::test]
async fn tasks_and_bytes_are_bounded() {
    let config = ForemanConfig::new(Era::Head).limits(|limits| {
        limits.tasks = 10;
        limits.kept_bytes = 2000;
        limits.connections = 3;
    });
    let foreman = start(config).await;
    let refused = async |job: Job| match foreman.submit(job).results().await {
        Err(JobError::Refused(why)) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(job(&["1"; 11])).await, "the stand-in can not keep more tasks");
    let long = format!("\"{}\"", "x".repeat(2000));
    assert_eq!(refused(job(&[&long])).await, "the stand-in can not keep more tasks");
    let mut worker = Peer::worker(&foreman, "w").await;
    for round in 0..20 {
        // Finished jobs make room.
        let handle = foreman.submit_as(&format!("job{round}"), job(&["1"; 6]));
        for _ in 0..6 {
            let task = worker.task().await;
            worker.result(&task, "\"done\"").await;
        }
        within("results", handle.results()).await.unwrap();
        assert!(foreman.tasks().len() <= 10);
    }
    assert!(foreman.task("job0_task_0").is_none());
    let handle = foreman.submit(job(&["1"]));
    let task = worker.task().await;
    worker.result(&task, &long).await;
    assert_eq!(worker.ended().await, End::Cut);
    drop(handle);
    let mut peers = Vec::new();
    for _ in 0..3 {
        peers.push(Peer::connect(foreman.addr(), "/").await);
    }
    let mut refused = tokio::net::TcpStream::connect(foreman.addr()).await.unwrap();
    let mut byte = [0];
    let read = tokio::io::AsyncReadExt::read(&mut refused, &mut byte);
    assert!(matches!(within("the end", read).await, Ok(0) | Err(_)));
    foreman.stop().await;
}

#[tokio::test]
async fn ids_and_texts_are_bounded() {
    let config = ForemanConfig::new(Era::Head).limits(|limits| limits.workers = 3);
    let foreman = start(config).await;
    let long = "x".repeat(1001);
    let refused = foreman.submit_as(&long, job(&["1"])).results().await.unwrap_err();
    assert!(refused.to_string().contains("at most 1000 bytes"), "{refused}");
    let ids = || foreman.workers().into_iter().map(|worker| worker.id).collect::<Vec<_>>();
    let mut peer = Peer::worker(&foreman, &long).await;
    assert!(ids().is_empty());
    peer.ready("a").await;
    peer.error("none", &long).await;
    peer.barrier().await;
    assert_eq!(ids(), ["a"]);
    // Those that are gone make room for others, those that are there do not.
    Peer::worker(&foreman, "b").await.close().await;
    let c = Peer::worker(&foreman, "c").await;
    within("the end", foreman.wait_for(|state| state.connected() == 2)).await;
    let d = Peer::worker(&foreman, "d").await;
    assert_eq!(ids(), ["a", "c", "d"]);
    let e = Peer::worker(&foreman, "e").await;
    assert_eq!(ids(), ["a", "c", "d"]);
    drop((c, d, e));
    within("the ends", foreman.wait_for(|state| state.connected() == 1)).await;
    let handle = foreman.submit(job(&["1"]));
    let task = peer.task().await;
    peer.error(&task, &"\u{e9}".repeat(10_000)).await;
    peer.task().await;
    assert_eq!(foreman.task(&handle.task_id(0)).unwrap().errors[0].len(), 16 << 10);
    foreman.stop().await;
}

#[tokio::test]
async fn http_of_all_kinds() {
    let foreman = start(ForemanConfig::new(Era::Head)).await;
    let mut worker = Peer::worker(&foreman, "a b\"\u{e9}").await;
    let handle = foreman.submit_as("j", job(&["1"]));
    worker.error("j_task_0", "caf\u{e9} \"x\"").await;
    worker.barrier().await;
    let at = foreman.http_addr();
    let (status, head, body) = http(at, "GET", "/").await;
    assert!(status == 200 && head.contains("text/html") && body.contains("</html>"));
    let (_, _, body) = http(at, "GET", "/api/workers/a%20b%22%C3%A9/failures").await;
    assert!(body.contains("\"error_message\":\"caf\u{e9} \\\"x\\\"\""), "{body}");
    assert!(
        body.ends_with("\"total_failures\":2,\"total_tasks\":1,\"failure_rate\":2.0}}"),
        "{body}"
    );
    for (path, jobs) in [("?skip=0&limit=1", 1), ("?skip=1", 0), ("?limit=x", 1), ("", 1)] {
        let (_, _, body) = http(at, "GET", &format!("/api/jobs{path}")).await;
        assert_eq!(body.matches("\"total_tasks\"").count(), jobs, "{path}");
    }
    let (status, head, body) = http(at, "DELETE", "/api/jobs").await;
    assert!(head.contains("allow: get"), "{head}");
    assert_eq!((status, body.as_str()), (405, "{\"detail\":\"Method Not Allowed\"}"));
    assert_eq!(http(at, "GET", "/api/scheduler/stats").await.0, 501);
    assert_eq!(http(at, "GET", "/ws").await.0, 404);
    assert_eq!(http(at, "DELETE", "/api/workers/nobody").await.0, 404);
    assert_eq!(http(at, "DELETE", "/api/workers/a%20b%22%C3%A9").await.0, 200);
    assert!(foreman.worker("a b\"\u{e9}").is_some(), "it is registered");
    let (status, ..) = http(at, "DELETE", "/api/database/clear").await;
    assert_eq!((status, foreman.tasks().len()), (200, 0));
    assert_eq!(within("the end", handle.results()).await, Err(JobError::Gone));
    // A body is passed over, an endless or a wrong one ends the connection; two requests on one
    // connection are answered.
    let twice = b"POST /x HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /y HTTP/1.1\r\nConnection: close\r\n\r\n";
    let (_, head, body) = raw_http(at, twice).await;
    assert!(head.starts_with("http/1.1 404") && body.contains("HTTP/1.1 404"), "{head} {body}");
    for request in [
        &b"POST / HTTP/1.1\r\nContent-Length: 9999999999\r\n\r\n"[..],
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"\x16\x03\x01\x00",
    ] {
        assert_eq!(raw_http(at, request).await.0, 0);
    }
    // The port of workers answers plain HTTP and goes on.
    let (status, head, _) = http(foreman.addr(), "GET", "/").await;
    assert!(status == 426 && head.contains("upgrade: websocket"), "{head}");
    worker.barrier().await;
    assert_eq!(worker.end, None);
    foreman.stop().await;
}

#[tokio::test]
async fn a_stopped_foreman_leaves_its_ports() {
    let foreman = start(ForemanConfig::new(Era::Seed)).await;
    let mut peers = Vec::new();
    for at in 0..5 {
        peers.push(Peer::worker(&foreman, &at.to_string()).await);
    }
    let config = ForemanConfig::new(Era::Head).listen(foreman.addr()).http(foreman.http_addr());
    assert!(Foreman::start(config.clone()).await.is_err());
    foreman.stop().await;
    for peer in &mut peers {
        assert_eq!(peer.ended().await, End::Cut);
    }
    start(config).await.stop().await;
}
