//! Whole jobs through the whole worker, from a foreman of either era and back.

#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::time::{Duration, Instant};

use journeyman_crowdcompute::EraSetting;
use journeyman_executor::Reuse;
use journeyman_pc_worker::PcWorker;
use journeyman_testkit::crowdcompute::{Era, Foreman, ForemanConfig, Target, TaskState};
use support::{
    LONG, Worker, double, eventually, has_python, http, is_there, job, printed, results, settings,
    until,
};

const DOUBLE: &str = "def double(x):\n    raise RuntimeError('the handler was to run')\n";
const SQUARE: &str = "def square(x):\n    return x * x\n";
const SLOW: &str = "def slow(x):\n    import time\n    time.sleep(0.5)\n    return x\n";

async fn foreman(era: Era) -> Foreman {
    Foreman::start(ForemanConfig::new(era)).await.unwrap()
}

#[tokio::test]
async fn native_and_python_tasks_in_both_eras() {
    if !has_python("road").await {
        return;
    }
    for (era, setting) in [
        (Era::Seed, EraSetting::Seed),
        (Era::Head, EraSetting::Head),
        (Era::Seed, EraSetting::Auto),
        (Era::Head, EraSetting::Auto),
    ] {
        let foreman = foreman(era).await;
        let mut settings = settings(&foreman.url()).native("double", double);
        settings.crowd = settings.crowd.era(setting);
        let worker = Worker::ready(settings).await;
        let native = foreman.submit(job(DOUBLE, &["1", "2", "21"]));
        let python = foreman.submit(job(SQUARE, &["1", "2", "1267650600228229401496703205376"]));
        let values = "def f(x):\n    return [True, None, 'é', float('inf'), {'a': x}][x]\n";
        let values = foreman.submit(job(values, &["0", "1", "2", "3"]));
        assert_eq!(results(native).await, ["2", "4", "42"], "{era:?} {setting:?}");
        let big = "1606938044258990275541962092341162602522202993782792835301376";
        assert_eq!(results(python).await, ["1", "4", big]);
        assert_eq!(results(values).await, ["true", "null", "\"\\u00e9\"", "Infinity"]);
        let summary = worker.stop().await;
        let done: u64 = summary.snapshot.routes.iter().map(|route| route.ok).sum();
        assert_eq!((done, summary.unfinished), (10, 0));
        foreman.stop().await;
    }
}

#[tokio::test]
async fn several_registrations_are_several_tasks_at_once() {
    if !has_python("registrations").await {
        return;
    }
    let foreman = foreman(Era::Head).await;
    let mut settings = settings(&foreman.url());
    settings.crowd = settings.crowd.max_concurrent_tasks(3);
    let worker = Worker::ready(settings).await;
    until(&foreman, "three registrations", |state| state.connected() == 3).await;
    let ids: Vec<String> = foreman.workers().into_iter().map(|worker| worker.id).collect();
    assert!(ids.iter().all(|id| id.starts_with("w-")), "{ids:?}");
    let handle = foreman.submit(job(SLOW, &["1", "2", "3"]));
    until(&foreman, "three at once", |state| state.count(TaskState::Assigned) == 3).await;
    // One worker for its user: its only task is the one that came first.
    let status = worker.busy("/").await;
    assert_eq!(status["worker_id"], "w");
    assert_eq!(status["status"], "online");
    let current = status["current_task"].as_str().unwrap();
    assert!((0..3).any(|index| handle.task_id(index) == current), "{status}");
    assert_eq!(results(handle).await, ["1", "2", "3"]);
    let stats = worker.get("/stats").await;
    assert_eq!(
        (&stats["stats"]["tasks_completed"], &stats["stats"]["tasks_failed"]),
        (&3.into(), &0.into())
    );
    let total = stats["stats"]["total_execution_time"].as_f64().unwrap();
    let average = stats["stats"]["avg_task_duration_sec"].as_f64().unwrap();
    assert!((1.5..30.0).contains(&total) && (average - total / 3.0).abs() < 1e-6, "{stats}");
    worker.stop().await;
    foreman.stop().await;
}

#[tokio::test]
async fn what_the_foreman_is_told_about_the_machine() {
    if !has_python("machine").await {
        return;
    }
    let foreman = foreman(Era::Head).await;
    let mut settings = settings(&foreman.url());
    settings.crowd = settings.crowd.era(EraSetting::Head);
    let worker = Worker::ready(settings).await;
    let measured = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    until(&foreman, "a heartbeat with the processors' load", |state| {
        state.workers().iter().any(|one| {
            one.metrics.as_ref().is_some_and(|text| measured(text)["cpu_usage_percent"].is_number())
        })
    })
    .await;
    let one = foreman.workers().remove(0);
    let specs = measured(one.device_specs.as_ref().unwrap());
    assert_eq!(specs["device_type"], "PC");
    assert!(specs["cpu_threads"].as_u64() >= Some(1) && specs["ram_total_mb"].is_number());
    let (major, minor, patch) = worker.executor.as_ref().unwrap().interpreter().version;
    assert_eq!(specs["python_version"], format!("{major}.{minor}.{patch}"));
    let metrics = measured(one.metrics.as_ref().unwrap());
    assert!(metrics["ram_available_mb"].is_number() && metrics["timestamp"].is_string());
    worker.stop().await;
    foreman.stop().await;
}

#[tokio::test]
async fn a_restart_in_the_middle_of_a_task_keeps_the_task() {
    if !has_python("restart").await {
        return;
    }
    for era in [Era::Seed, Era::Head] {
        let foreman = foreman(era).await;
        let worker = Worker::ready(settings(&foreman.url())).await;
        let handle = foreman.submit(job(SLOW, &["7"]));
        let task_id = handle.task_id(0);
        until(&foreman, "it runs", |state| state.count(TaskState::Assigned) == 1).await;
        let before = foreman.workers()[0].registrations;
        let current = worker.busy("/stats").await;
        assert_eq!(current["current_task"]["task_id"], task_id.as_str());
        assert_eq!(current["is_connected"], true);
        let restart = http(worker.monitor.unwrap(), "POST", "/restart", "").await;
        assert_eq!(restart, (200, "{\"message\":\"Worker restarted\"}".to_owned()));
        until(&foreman, "it has registered anew", |state| {
            state.workers()[0].registrations > before
        })
        .await;
        assert_eq!(results(handle).await, ["7"], "{era:?}");
        let task = foreman.task(&task_id).unwrap();
        assert_eq!((task.deliveries, task.error_count), (1, 0), "{era:?}: it was not lost");
        // And it is no zombie.
        assert_eq!(results(foreman.submit(job(SQUARE, &["3"]))).await, ["9"]);
        worker.stop().await;
        foreman.stop().await;
    }
}

#[tokio::test]
async fn what_was_done_while_the_foreman_was_away_is_delivered() {
    if !has_python("foreman").await {
        return;
    }
    let foreman = foreman(Era::Head).await;
    let worker = Worker::ready(settings(&foreman.url())).await;
    let handle = foreman.submit(job(SLOW, &["7"]));
    let task_id = handle.task_id(0);
    until(&foreman, "it runs", |state| state.count(TaskState::Assigned) == 1).await;
    // Nobody is let in until the task is long done.
    foreman.faults().set_refuse(true);
    foreman.restart();
    eventually("it is offline", || worker.control.snapshot().sessions[0].state != "ready").await;
    let (status, body) = http(worker.monitor.unwrap(), "GET", "/health/ready", "").await;
    assert_eq!(status, 503, "{body}");
    assert_eq!(worker.get("/").await["status"], "offline");
    eventually("the task is done", || worker.control.snapshot().sessions[0].counts.outbox == 1)
        .await;
    foreman.faults().set_refuse(false);
    until(&foreman, "its result is there", |state| {
        state.task(&task_id).is_some_and(|task| task.state == TaskState::Completed)
    })
    .await;
    let task = foreman.task(&task_id).unwrap();
    assert_eq!((task.delivered.as_deref(), task.deliveries), (Some("7"), 1));
    drop(handle);
    worker.stop().await;
    foreman.stop().await;
}

#[tokio::test]
async fn an_interpreter_that_is_killed_in_the_middle_of_a_task() {
    if !has_python("kill").await {
        return;
    }
    let foreman = foreman(Era::Head).await;
    let worker = Worker::ready(settings(&foreman.url())).await;
    let code =
        "def f(x):\n    import os, time\n    print(os.getpid())\n    time.sleep(1)\n    return x\n";
    let handle = foreman.submit(job(code, &["7"]));
    let task_id = handle.task_id(0);
    let pid: i32 = printed(&worker.control).await.trim().parse().unwrap();
    let process = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(process, rustix::process::Signal::KILL).unwrap();
    // It comes again, and another interpreter has it.
    assert_eq!(results(handle).await, ["7"]);
    let task = foreman.task(&task_id).unwrap();
    assert_eq!((task.deliveries, task.errors.len()), (2, 1));
    assert!(task.errors[0].contains("killed by signal 9"), "{:?}", task.errors);
    assert!(!is_there(pid));
    let stats = worker.get("/stats").await;
    assert_eq!(
        (&stats["stats"]["tasks_completed"], &stats["stats"]["tasks_failed"]),
        (&1.into(), &1.into())
    );
    worker.stop().await;
    foreman.stop().await;
}

#[tokio::test]
async fn a_stop_finishes_what_runs_and_leaves_nothing() {
    if !has_python("stop").await {
        return;
    }
    let foreman = foreman(Era::Head).await;
    let worker = Worker::ready(settings(&foreman.url())).await;
    let handle = foreman.submit(job(
        "def f(x):\n    import os, time\n    print(os.getpid())\n    time.sleep(0.5)\n    return x\n",
        &["7"],
    ));
    let pid: i32 = printed(&worker.control).await.trim().parse().unwrap();
    let (monitor, executor) = (worker.monitor.unwrap(), worker.executor.clone().unwrap());
    let summary = worker.stop().await;
    assert_eq!((summary.snapshot.sessions[0].state, summary.unfinished), ("stopped", 0));
    assert_eq!(results(handle).await, ["7"]);
    assert!(!is_there(pid));
    let left = executor.stats();
    assert_eq!((left.busy, left.idle, left.ready), (0, 0, 0));
    assert!(tokio::net::TcpStream::connect(monitor).await.is_err(), "the monitor is closed");
    foreman.stop().await;
}

#[tokio::test]
async fn a_worker_that_is_dropped_leaves_no_interpreter() {
    if !has_python("drop").await {
        return;
    }
    let foreman = foreman(Era::Head).await;
    let running = PcWorker::new(settings(&foreman.url())).start().await.unwrap();
    let control = running.control().clone();
    let handle = foreman.submit(job(
        "def f(x):\n    import os\n    print(os.getpid())\n    while True:\n        pass\n",
        &["7"],
    ));
    let pid: i32 = printed(&control).await.trim().parse().unwrap();
    drop(running);
    eventually("it is gone", || !is_there(pid)).await;
    drop(handle);
    foreman.stop().await;
}

#[tokio::test]
async fn a_failing_task_is_slowed_down_and_does_not_spin() {
    if !has_python("brake").await {
        return;
    }
    let foreman = foreman(Era::Head).await;
    let worker = Worker::ready(settings(&foreman.url())).await;
    let handle = foreman.submit(job("def f(x):\n    return 1 / x\n", &["0"]));
    let task_id = handle.task_id(0);
    let begun = Instant::now();
    until(&foreman, "four errors", |state| {
        state.task(&task_id).is_some_and(|task| task.error_count >= 4)
    })
    .await;
    // 100, 200 and 400 ms, each with up to half of it off or on.
    assert!(begun.elapsed() > Duration::from_millis(300), "{:?}", begun.elapsed());
    assert_eq!(
        foreman.task(&task_id).unwrap().errors[0],
        "Task execution failed: division by zero"
    );
    let recent = worker.control.snapshot().recent;
    assert!(recent[0].output.as_ref().unwrap().text.contains("ZeroDivisionError"), "{recent:?}");
    drop(handle);
    worker.stop().await;
    foreman.stop().await;
}

#[tokio::test]
async fn without_python_the_native_handlers_work() {
    let foreman = foreman(Era::Head).await;
    let settings = settings(&foreman.url()).native("double", double).python(None);
    let worker = Worker::ready(settings).await;
    assert_eq!(results(foreman.submit(job(DOUBLE, &["4"]))).await, ["8"]);
    let other = foreman.submit(job(SQUARE, &["4"]));
    let task_id = other.task_id(0);
    until(&foreman, "it is refused", |state| {
        state.task(&task_id).is_some_and(|task| task.error_count > 0)
    })
    .await;
    assert_eq!(
        foreman.task(&task_id).unwrap().errors[0],
        "Task execution failed: this worker runs no Python: Python is switched off"
    );
    let specs = foreman.workers().remove(0).device_specs.unwrap();
    assert!(specs.contains("\"python_version\": null"), "{specs}");
    let sections = worker.get("/api/v1/snapshot").await["sections"].to_string();
    assert!(sections.contains("Python is switched off"), "{sections}");
    drop(other);
    worker.stop().await;
    foreman.stop().await;
}

#[tokio::test]
async fn the_monitor_shows_the_parts() {
    if !has_python("monitor").await {
        return;
    }
    let foreman = foreman(Era::Head).await;
    let worker = Worker::ready(settings(&foreman.url())).await;
    assert_eq!(results(foreman.submit(job(SQUARE, &["2"]))).await, ["4"]);
    let snapshot = worker.get("/api/v1/snapshot").await;
    let sections = snapshot["sections"].as_array().unwrap();
    let titles: Vec<&str> =
        sections.iter().map(|section| section["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["Foreman", "Python", "Sandbox"]);
    let facts = |at: usize| sections[at]["facts"].as_array().unwrap();
    assert!(facts(0)[0]["name"].as_str().unwrap().starts_with("w-"), "{}", sections[0]);
    assert!(facts(1).iter().any(|fact| fact["name"] == "Tasks done" && fact["value"] == "1"));
    assert_eq!(facts(2).len(), worker.executor.as_ref().unwrap().report().parts.len());
    // Upstream's answers are there, too.
    let status = worker.get("/").await;
    assert_eq!(status["config"]["api_port"], worker.monitor.unwrap().port());
    assert_eq!(status["config"]["foreman_url"], foreman.url());
    let (status, page) = http(worker.monitor.unwrap(), "GET", "/dashboard", "").await;
    assert!(status == 200 && page.contains("<html"));
    let (status, text) = http(worker.monitor.unwrap(), "GET", "/metrics", "").await;
    assert!(status == 200 && text.contains("journeyman_ready"), "{text}");
    worker.stop().await;
    foreman.stop().await;
}

/// Tasks a second and their times through the whole worker, to be printed with `--nocapture`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_tasks() {
    if !has_python("many").await {
        return;
    }
    let count = std::env::var("PC_WORKER_TASKS").ok().and_then(|text| text.parse().ok());
    let count: usize = count.unwrap_or(300);
    for (tasks, name, code) in [(1, "python", SQUARE), (4, "python", SQUARE), (1, "native", DOUBLE)]
    {
        let foreman = foreman(Era::Head).await;
        let mut settings = settings(&foreman.url()).native("double", double);
        settings.crowd = settings.crowd.max_concurrent_tasks(tasks);
        settings.python = settings.python.map(|python| python.reuse(Reuse::SameSource));
        let worker = Worker::ready(settings).await;
        // Interpreters are started by the first tasks.
        let warm = vec!["1"; 4 * tasks];
        results(foreman.submit(job(code, &warm))).await;
        let args: Vec<String> = (0..count).map(|number| number.to_string()).collect();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let begun = Instant::now();
        let handle = foreman.submit(job(code, &args));
        let all = tokio::time::timeout(LONG * 4, handle.results()).await.unwrap().unwrap();
        let took = begun.elapsed();
        assert_eq!(all.len(), count);
        let route = worker.control.snapshot().routes;
        let route = route.iter().max_by_key(|route| route.ok).unwrap();
        println!(
            "{name}, {tasks} at a time: {:.0} tasks/s; receipt to outcome p50 {:?}, p99 {:?}",
            count as f64 / took.as_secs_f64(),
            route.p50,
            route.p99
        );
        assert_eq!(foreman.look(|state| state.count(TaskState::Completed)), count + warm.len());
        worker.stop().await;
        foreman.stop().await;
    }
}

#[tokio::test]
async fn a_foreman_that_closes_at_once_is_tried_for_ever() {
    let foreman = foreman(Era::Seed).await;
    let settings = settings(&foreman.url()).native("double", double).python(None);
    let worker = Worker::ready(settings).await;
    for _ in 0..5 {
        let before = worker.control.snapshot().sessions[0].counts.connections;
        foreman.reset(Target::Workers);
        eventually("it is back", || {
            let session = &worker.control.snapshot().sessions[0];
            session.counts.connections > before && session.ready
        })
        .await;
    }
    assert_eq!(results(foreman.submit(job(DOUBLE, &["4"]))).await, ["8"]);
    worker.stop().await;
    foreman.stop().await;
}
