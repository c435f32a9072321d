//! What may happen to a task while it runs.

#![allow(clippy::unwrap_used)]

mod support;

use std::time::{Duration, Instant};

use journeyman_crowdcompute::EraSetting;
use serde_json::{Value as Json, json};
use support::{Foreman, LONG, executor, until};

const FOREVER: &str = "def f(x):\n    while True:\n        pass\n";

/// A wrapper of the shape of the client library's: flags, and functions to set them, before the user's
/// function, which looks at them in its loop.
const WRAPPED: &str = "\
def _ckpt_update(state):
    pass
__CROWDIO_TASK_CONTROL_WRAPPER__ = True
class _TaskControl:
    killed = False
def pause():
    pass
def resume():
    pass
def kill():
    _TaskControl.killed = True
def work(x):
    import time
    while True:
        if _TaskControl.killed:
            return 'killed'
        time.sleep(0.01)
";

/// One that takes no notice.
const DEAF: &str = "\
__CROWDIO_TASK_CONTROL_WRAPPER__ = True
def kill():
    pass
def work(x):
    while True:
        pass
";

#[tokio::test]
async fn a_task_that_is_killed_ends_at_once() {
    let Some(executor) = executor("kill", 1).await else { return };
    let mut foreman = Foreman::new(&executor, EraSetting::Head, false).await;
    for (number, (code, least, most)) in [
        (FOREVER, Duration::ZERO, Duration::from_secs(2)),
        (WRAPPED, Duration::ZERO, Duration::from_secs(2)),
        (DEAF, Duration::from_millis(400), Duration::from_secs(3)),
    ]
    .into_iter()
    .enumerate()
    {
        let id = foreman.assign(number, code, &json!([1]), None);
        until("it runs", || executor.stats().busy == 1).await;
        // The code itself has to run for its wrapper to be there.
        tokio::time::sleep(Duration::from_millis(100)).await;
        let begun = Instant::now();
        foreman.send(
            json!({"type": "kill_task", "data": {"task_id": id}, "job_id": "job"}).to_string(),
        );
        let said = foreman.next().await;
        let took = begun.elapsed();
        assert!(said.starts_with("{\"type\": \"kill_ack\"") && said.contains(&id), "{said}");
        assert!((least..most).contains(&took), "{took:?}: {code}");
    }
    // The one that stopped by itself has kept its interpreter.
    assert_eq!(executor.stats().killed, 2);
    executor.shutdown().await;
}

/// Handlers are dropped with their runtime; so they are with the grace of one that does not stop.
#[test]
fn a_handler_that_is_dropped_leaves_no_task() {
    let runtime = || tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let first = runtime();
    let Some((executor, pid)) = first.block_on(async {
        let executor = executor("drop", 1).await?;
        let foreman = Foreman::new(&executor, EraSetting::Head, false).await;
        let code =
            "def f(x):\n    import os\n    print(os.getpid())\n    while True:\n        pass\n";
        foreman.assign(0, code, &json!([1]), None);
        let control = foreman.control().clone();
        let printed = async {
            loop {
                let output = control.active_jobs(1).await.pop().and_then(|job| job.output);
                match output {
                    Some(output) => return output.text.trim().parse::<i32>().unwrap(),
                    None => tokio::time::sleep(Duration::from_millis(5)).await,
                }
            }
        };
        let pid = tokio::time::timeout(LONG, printed).await.unwrap();
        Some((executor, pid))
    }) else {
        return;
    };
    assert!(is_there(pid) && executor.stats().busy == 1);
    first.shutdown_timeout(LONG);
    runtime().block_on(async {
        until("its interpreter is free", || executor.stats().busy == 0).await;
        until("its process is gone", || !is_there(pid)).await;
    });
}

#[tokio::test]
async fn a_worker_that_is_stopped_by_force_cancels_its_tasks() {
    let Some(executor) = executor("abort", 1).await else { return };
    let mut foreman = Foreman::new(&executor, EraSetting::Head, false).await;
    foreman.assign(0, FOREVER, &json!([1]), None);
    until("it runs", || executor.stats().busy == 1).await;
    foreman.control().abort();
    assert_eq!(foreman.answer().await.unwrap_err(), "the worker stops");
    let summary = tokio::time::timeout(LONG, foreman.worker.wait()).await.unwrap().unwrap();
    assert_eq!(summary.unfinished, 0);
    assert_eq!((executor.stats().busy, executor.stats().killed), (0, 1));
    executor.shutdown().await;
}

#[tokio::test]
async fn a_result_outlives_its_connection() {
    let Some(executor) = executor("connection", 1).await else { return };
    let mut foreman = Foreman::new(&executor, EraSetting::Head, false).await;
    let code = "def f(x):\n    import time\n    time.sleep(0.3)\n    return x\n";
    let id = foreman.assign(0, code, &json!([7]), None);
    until("it runs", || executor.stats().busy == 1).await;
    foreman.break_off();
    foreman.heard("worker_ready").await;
    let said = foreman.heard("task_result").await;
    assert!(said.contains(&id) && said.contains("\"result\": \"7\""), "{said}");
    assert_eq!(executor.stats().killed, 0);
    executor.shutdown().await;
}

#[tokio::test]
async fn the_job_sets_a_limit() {
    let Some(executor) = executor("limit", 1).await else { return };
    let mut foreman = Foreman::new(&executor, EraSetting::Head, false).await;
    foreman.assign(0, FOREVER, &json!([1]), Some(json!({"timeout": 0.3})));
    let error = foreman.answer().await.unwrap_err();
    assert_eq!(error, "Task execution failed: the task ran longer than 300ms and was killed");
    // What is no limit is none.
    for (number, odd) in
        [json!(null), json!(-1), json!(0), json!(1e300), json!("x")].iter().enumerate()
    {
        let code = "def f(x):\n    return x\n";
        foreman.assign(number + 1, code, &json!([1]), Some(json!({"timeout": odd})));
        assert_eq!(foreman.value().await, 1, "{odd}");
    }
    executor.shutdown().await;
}

#[tokio::test]
async fn what_a_task_prints_and_where_it_failed_is_shown() {
    let Some(executor) = executor("output", 1).await else { return };
    let mut foreman = Foreman::new(&executor, EraSetting::Head, false).await;
    let code = "def f(x):\n    print('one')\n    print('two', end='')\n    return 1 / x\n";
    foreman.assign(0, code, &json!([1]), None);
    assert_eq!(foreman.value().await, 1.0);
    foreman.assign(1, code, &json!([0]), None);
    assert_eq!(foreman.answer().await.unwrap_err(), "Task execution failed: division by zero");
    until("both are shown", || foreman.control().snapshot().recent.len() == 2).await;
    let recent = foreman.control().snapshot().recent;
    assert_eq!(&*recent[0].output.as_ref().unwrap().text, "one\ntwo");
    let failed = &recent[1].output.as_ref().unwrap().text;
    assert!(failed.starts_with("one\ntwo\nTraceback (most recent call last):\n"), "{failed}");
    assert!(failed.contains("line 4, in f"), "{failed}");
    assert!(failed.trim_end().ends_with("ZeroDivisionError: division by zero"), "{failed}");
    executor.shutdown().await;
}

#[tokio::test]
async fn progress_is_shown() {
    let Some(executor) = executor("progress", 1).await else { return };
    let mut foreman = Foreman::new(&executor, EraSetting::Head, false).await;
    let code = "def f(x):\n    import journeyman_task, time\n    for i in range(51):\n        \
                journeyman_task.progress(i, 'step %d' % i)\n    time.sleep(0.5)\n    return x\n";
    foreman.assign(0, code, &json!([1]), None);
    let control = foreman.control().clone();
    let half = async {
        loop {
            let active = control.active_jobs(1).await;
            if active.first().is_some_and(|job| job.progress == Some(0.5)) {
                return active[0].message.clone();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let message = tokio::time::timeout(LONG, half).await.unwrap();
    assert_eq!(message.as_deref(), Some("step 50"), "the last of a quick row is not lost");
    assert_eq!(foreman.value().await, 1);
    executor.shutdown().await;
}

/// Gzip without compression, as the adapter writes it, or with.
fn state(data: &Json) -> Json {
    let hex = data["delta_data_hex"].as_str().unwrap();
    let bytes = journeyman_testkit::vectors::unhex(hex).unwrap();
    // A header of 10 bytes, one stored block: its head of 5 bytes, its content, and 8 bytes behind.
    assert_eq!(bytes[10] & 7, 1, "one block that is stored");
    serde_json::from_slice(&bytes[15..bytes.len() - 8]).unwrap()
}

#[tokio::test]
async fn checkpoints_are_whole_first_and_then_what_has_changed() {
    let Some(executor) = executor("checkpoints", 1).await else { return };
    let mut foreman = Foreman::new(&executor, EraSetting::Auto, false).await;
    let code = "def f(x):\n    import time\n    name = 'same'\n    total = 0\n    for i in range(200):\n        \
                total += i\n        progress_percent = i / 2\n        time.sleep(0.01)\n    return total\n";
    let metadata = json!({
        "checkpoint_enabled": true, "checkpoint_interval": 0.2, "checkpoint_state": ["total", "name"]
    });
    foreman.assign(0, code, &json!([1]), Some(metadata));
    let mut seen = Vec::new();
    let result = loop {
        let said: Json = serde_json::from_str(&foreman.next().await).unwrap();
        let data = &said["data"];
        if said["type"] != "task_checkpoint" {
            break said;
        }
        seen.push((data["is_base"].as_bool().unwrap(), state(data)));
        assert_eq!(data["checkpoint_id"], seen.len());
        assert_eq!(data["checkpoint_state_vars"], json!(["total", "name"]));
        // The third is never stored: what comes after it is whole again.
        if seen.len() == 2 {
            foreman.break_off();
            foreman.heard("worker_ready").await;
            continue;
        }
        let ack = json!({"task_id": data["task_id"], "checkpoint_id": data["checkpoint_id"]});
        foreman.send(json!({"type": "checkpoint_ack", "data": ack, "job_id": "job"}).to_string());
    };
    assert_eq!(result["data"]["result"], "19900");
    assert!(seen.len() >= 4, "{seen:?}");
    let keys = |at: usize| -> Vec<&str> {
        seen[at].1.as_object().unwrap().keys().map(String::as_str).collect()
    };
    assert_eq!((seen[0].0, keys(0)), (true, vec!["name", "progress_percent", "total"]));
    assert_eq!((seen[1].0, keys(1)), (false, vec!["progress_percent", "total"]));
    assert_eq!((seen[2].0, keys(2)), (true, vec!["name", "progress_percent", "total"]));
    assert_eq!((seen[3].0, keys(3)), (false, vec!["progress_percent", "total"]));
    executor.shutdown().await;
}

#[tokio::test]
async fn the_users_function_runs_and_not_the_client_librarys() {
    let Some(executor) = executor("wrapper", 1).await else { return };
    let mut foreman = Foreman::new(&executor, EraSetting::Auto, false).await;
    let code =
        WRAPPED.replace("    while True:\n", "    for _ in range(2):\n") + "    return [x]\n";
    foreman.assign(0, &code, &json!([{"a": 1}]), Some(json!({"_func_name": "work"})));
    assert_eq!(foreman.value().await, json!([{"a": 1}]));
    // Without its name, too.
    foreman.assign(1, &code, &json!([2]), None);
    assert_eq!(foreman.value().await, json!([2]));
    executor.shutdown().await;
}

#[tokio::test]
async fn without_interpreters_a_task_is_to_be_tried_again() {
    let Some(executor) = executor("none", 1).await else { return };
    let mut foreman = Foreman::new(&executor, EraSetting::Head, false).await;
    executor.shutdown().await;
    foreman.assign(0, FOREVER, &json!([1]), None);
    let error = foreman.answer().await.unwrap_err();
    assert_eq!(
        error,
        "Task execution failed: there is no Python to run the task: the executor was shut down"
    );
    until("it is shown", || foreman.control().snapshot().recent.len() == 1).await;
    assert_eq!(foreman.control().snapshot().recent[0].outcome, "retry_after");
}

#[tokio::test]
async fn an_interpreter_that_dies_takes_only_its_task_along() {
    let Some(executor) = executor("death", 1).await else { return };
    let mut foreman = Foreman::new(&executor, EraSetting::Head, false).await;
    foreman.assign(0, "def f(x):\n    import os\n    os._exit(3)\n", &json!([1]), None);
    let error = foreman.answer().await.unwrap_err();
    assert!(error.starts_with("Task execution failed: the interpreter "), "{error}");
    foreman.assign(1, "def f(x):\n    return 'alive'\n", &json!([1]), None);
    assert_eq!(foreman.value().await, "alive");
    executor.shutdown().await;
}

#[tokio::test]
async fn a_result_that_no_message_holds_is_refused() {
    let Some(executor) = executor("large", 1).await else { return };
    let mut foreman = Foreman::new(&executor, EraSetting::Seed, false).await;
    foreman.assign(0, "def f(x):\n    return 'z' * x\n", &json!([2_000_000]), None);
    let error = foreman.answer().await.unwrap_err();
    assert!(error.contains("at most 1048576 can be sent"), "{error}");
    executor.shutdown().await;
}

fn is_there(pid: i32) -> bool {
    rustix::process::Pid::from_raw(pid)
        .is_some_and(|pid| rustix::process::test_kill_process(pid).is_ok())
}
