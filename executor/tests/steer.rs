//! What can be wished of a task while it runs, and what it says about itself.

#![allow(clippy::unwrap_used)]

mod support;

use journeyman_executor::{Control, Event, Executor, FailureKind, Hooks, Rules, Task};
use std::time::{Duration, Instant};
use support::{config, json, kind, start};
use tokio::sync::mpsc;

async fn executor(test: &str) -> Option<Executor> {
    start(test, config()).await
}

/// From the wish to the end.
async fn cancelled(executor: &Executor, source: &str) -> Duration {
    let (events, mut inbox) = mpsc::channel(8);
    let (controls, wishes) = mpsc::channel(1);
    let task = Task::new(source, "[0]");
    let run = executor.run_with(&task, Hooks::default().events(events).controls(wishes));
    let cancel = async {
        while inbox.recv().await != Some(Event::Output("begun\n".to_owned())) {}
        controls.send(Control::Cancel).await.unwrap();
        Instant::now()
    };
    let (result, at) = tokio::join!(run, cancel);
    let took = at.elapsed();
    let failure = result.unwrap_err();
    assert_eq!(*failure.kind(), FailureKind::Cancelled);
    assert_eq!(failure.output().text, "begun\n");
    took
}

#[tokio::test]
async fn a_cancelled_task_ends_within_a_second() {
    let Some(executor) = executor("cancel").await else { return };
    let endless = "def f(x):\n    print('begun')\n    while True:\n        pass\n";
    let in_c = "import re\ndef f(x):\n    print('begun')\n    re.match('(a+)+$', 'a' * 64 + 'b')\n";
    for source in [endless, in_c] {
        // On a machine that is too busy for a promise of a second, one of some has to keep it.
        let mut took = Vec::new();
        while took.last().is_none_or(|last| *last >= Duration::from_secs(1)) {
            assert!(took.len() < 5, "{took:?}");
            took.push(cancelled(&executor, source).await);
        }
        println!("cancelled in {took:?}");
    }
    // Dropping it is another way.
    let task = Task::new(endless, "[0]");
    let dropped = tokio::time::timeout(Duration::from_millis(300), executor.run(&task)).await;
    assert!(dropped.is_err());
    assert_eq!(json(executor.run(&Task::new("def f():\n    return 1\n", "[]")).await), "1");
    executor.shutdown().await;
}

#[tokio::test]
async fn one_that_waits_can_be_cancelled() {
    let Some(executor) = start("cancel in the queue", config().size(1)).await else { return };
    let sleep = Task::new("import time\ndef f(x):\n    time.sleep(x)\n    return x\n", "[0.5]");
    let (controls, wishes) = mpsc::channel(1);
    let cancel = async {
        controls.send(Control::Cancel).await.unwrap();
    };
    let hooks = Hooks::default().controls(wishes);
    let (first, second, ()) =
        tokio::join!(executor.run(&sleep), executor.run_with(&sleep, hooks), cancel);
    assert_eq!(json(first), "0.5");
    assert_eq!(kind(second), FailureKind::Cancelled);
    executor.shutdown().await;
    let problem = "the executor was shut down".to_owned();
    assert_eq!(kind(executor.run(&sleep).await), FailureKind::NotStarted { problem });
}

#[tokio::test]
async fn checkpoints_and_progress() {
    let Some(executor) = executor("checkpoints").await else { return };
    let source = "
import time
def f(n):
    total, bad, progress_percent = 0, object(), 0.0
    while not total >= n:
        total += 1
        progress_percent = 100.0 * total / n
        time.sleep(0.001)
    return total
";
    let (events, mut inbox) = mpsc::channel(1000);
    let every = Duration::from_millis(50);
    let names = ["total", "bad", "absent"].map(str::to_owned);
    let task = Task::new(source, "[300]").checkpoints(every, every, names);
    let done = executor.run_with(&task, Hooks::default().events(events)).await.unwrap();
    assert_eq!(done.value.json(), Some("300"));
    let mut totals = Vec::new();
    while let Some(event) = inbox.recv().await {
        let Event::Checkpoint(checkpoint) = event else { continue };
        assert_eq!(checkpoint.skipped, ["bad"]);
        let [(name, value)] = checkpoint.state.as_slice() else { panic!("{checkpoint:?}") };
        assert_eq!(name, "total");
        assert_eq!(checkpoint.json(), format!("{{\"total\": {value}}}"));
        totals.push(value.parse::<u32>().unwrap());
    }
    assert!(totals.len() >= 3 && totals.is_sorted(), "{totals:?}");

    // Code that says it itself.
    let source = "import journeyman_task\ndef f(x):\n    \
                  journeyman_task.progress(12.5, 'on my way')\n    journeyman_task.progress(float('nan'))\n    \
                  journeyman_task.checkpoint(a=[1], progress_percent=40)\n    return 1\n";
    let (events, mut inbox) = mpsc::channel(16);
    let task = Task::new(source, "[0]");
    executor.run_with(&task, Hooks::default().events(events)).await.unwrap();
    assert!(matches!(inbox.recv().await, Some(Event::Started { .. })));
    let message = Some("on my way".to_owned());
    assert_eq!(inbox.recv().await, Some(Event::Progress { percent: 12.5, message }));
    assert_eq!(inbox.recv().await, Some(Event::Progress { percent: 0.0, message: None }));
    let Some(Event::Checkpoint(checkpoint)) = inbox.recv().await else { panic!() };
    assert_eq!(checkpoint.json(), r#"{"a": [1], "progress_percent": 40}"#);
    assert_eq!(checkpoint.progress, "40");
    executor.shutdown().await;
}

#[tokio::test]
async fn the_client_librarys_own_ways() {
    let Some(executor) = executor("client library").await else { return };
    // The shape of what CROWDio's client puts around a task (CrowdCompute sheet, section 17).
    let source = "
import threading, time
_state = {}
def _ckpt_update(state):
    _state.update(state)
def _ckpt_get_state():
    return dict(_state)
class _TaskControl(threading.local):
    killed = False
control = _TaskControl()
def kill():
    control.killed = True
def f(x):
    n = 0
    while True:
        if control.killed:
            return 'killed'
        n += 1
        _ckpt_update({'n': n, 'progress_percent': 7})
        time.sleep(0.001)
";
    let (events, mut inbox) = mpsc::channel(1000);
    let (controls, wishes) = mpsc::channel(4);
    let every = Duration::from_millis(30);
    let task = Task::new(source, "[0]").rules(Rules::CrowdComputeHead).checkpoints(
        every,
        every,
        ["absent".to_owned()],
    );
    let run = executor.run_with(&task, Hooks::default().events(events).controls(wishes));
    let ask = async {
        let checkpoint = loop {
            if let Some(Event::Checkpoint(checkpoint)) = inbox.recv().await {
                break checkpoint;
            }
        };
        controls.send(Control::AskToStop).await.unwrap();
        checkpoint
    };
    let (result, checkpoint) = tokio::join!(run, ask);
    assert_eq!(json(result), "\"killed\"");
    assert_eq!(checkpoint.progress, "7");
    assert_eq!(checkpoint.state[0].0, "n");
    executor.shutdown().await;
}

#[tokio::test]
async fn a_paused_task_stands_still_and_its_clock_too() {
    let Some(executor) = executor("pause").await else { return };
    // It needs next to no time of its own, so that a busy machine cannot make it run too long.
    let source = "import time\ndef f(x):\n    print('begun')\n    time.sleep(3)\n    return 40\n";
    let (events, mut inbox) = mpsc::channel(1000);
    let (controls, wishes) = mpsc::channel(4);
    let wall = Duration::from_secs(4);
    let task = Task::new(source, "[0]").wall(wall);
    let run = executor.run_with(&task, Hooks::default().events(events).controls(wishes));
    let steer = async {
        while !matches!(inbox.recv().await, Some(Event::Output(_))) {}
        controls.send(Control::Pause).await.unwrap();
        // Nothing for longer than the limit allows a task: neither an end nor an error.
        let more = tokio::time::timeout(wall + Duration::from_millis(300), inbox.recv()).await;
        assert!(more.is_err(), "it went on: {more:?}");
        controls.send(Control::Resume).await.unwrap();
    };
    let (result, ()) = tokio::join!(run, steer);
    assert_eq!(json(result), "40");
    executor.shutdown().await;
}
