//! The released Python SDK as the worker: what it can do with the real controller, it can do
//! with the stand-in.
//!
//! Runs when `JOURNEYMAN_TEST_PYTHON` names a Python interpreter that has
//! `testkit/python/requirements.txt` installed; otherwise each test says aloud that it was
//! skipped.

#![allow(clippy::unwrap_used)]

mod distworker_support;

use distworker_support::*;
use journeyman_testkit::distworker::{
    Config, Controller, Event, Events, NewTask, OpenAi, Provisioner, Status, Target,
};
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};

/// The interpreter, or `None` after saying that the test is skipped.
fn python(test: &str) -> Option<String> {
    if let Ok(python) = std::env::var("JOURNEYMAN_TEST_PYTHON") {
        return Some(python);
    }
    let line = format!(
        "SKIPPED: distworker_python_sdk::{test}: JOURNEYMAN_TEST_PYTHON is not set; make a \
         virtual environment, `pip install -r testkit/python/requirements.txt` in it, and set \
         the variable to its interpreter"
    );
    println!("{line}");
    if let Some(path) = std::env::var_os("JOURNEYMAN_SKIP_LOG") {
        let mut log = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        // In one write: tests run side by side and append to the same file.
        log.write_all(format!("{line}\n").as_bytes()).unwrap();
    }
    None
}

struct Worker<'a> {
    python: &'a str,
    url: String,
    provisioner: &'a str,
    id: &'a str,
    token: &'a str,
    reconnect: f64,
}

impl<'a> Worker<'a> {
    fn fixed(python: &'a str, controller: &Controller) -> Self {
        let url = controller.worker_url();
        Self { python, url, provisioner: "static", id: "", token: STATIC_TOKEN, reconnect: 0.2 }
    }

    fn start(&self) -> Child {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/sdk_worker.py");
        Command::new(self.python)
            .arg(script)
            .env("DISTWORKER_CONTROLLER_URL", &self.url)
            .env("DISTWORKER_PROVISIONER", self.provisioner)
            .env("DISTWORKER_WORKER_ID", self.id)
            .env("DISTWORKER_WORKER_TOKEN", self.token)
            .env("HEARTBEAT_INTERVAL", "0.2")
            .env("RECONNECT_INTERVAL", self.reconnect.to_string())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("JOURNEYMAN_TEST_PYTHON names a program that can be started")
    }
}

fn real_config() -> Config {
    let openai = OpenAi { chat_completions_queue: "llm/chat".to_owned(), ..OpenAi::default() };
    config().openai(openai)
}

async fn registered(events: &mut Events) -> Event {
    event(events, "registration", |e| matches!(e, Event::Registered { .. })).await
}

async fn done(controller: &Controller, input: Value) -> journeyman_testkit::distworker::Task {
    let task = NewTask::new("q.manual").input(input);
    within("end", controller.submit(task).unwrap().wait()).await.unwrap()
}

#[tokio::test]
async fn registers_and_completes_tasks_of_all_json_types() {
    let Some(python) = python("registers_and_completes_tasks_of_all_json_types") else { return };
    let controller = start(real_config()).await;
    let mut events = controller.events();
    let _worker = Worker::fixed(&python, &controller).start();
    registered(&mut events).await;
    let info = Value::Object(controller.workers()[0].resource_info.clone());
    let expected = json!({"hostname": "host-a", "cpu_cores": 4, "memory_mb": 8192, "gpu": "none"});
    assert_eq!(info, expected);
    event(&mut events, "heartbeat", |e| matches!(e, Event::Heartbeat { health: 1, .. })).await;

    let echo = json!({
        "op": "echo", "n": null, "t": true, "f": false, "z": 0, "i": 9_007_199_254_740_992_i64,
        "d": -0.5, "s": "h\u{e9}llo \u{1f600}", "es": "", "e": {}, "el": [],
        "l": [1, "a", null, {"k": [[], {}]}], "o": {"k": {"d": []}},
    });
    let task = done(&controller, echo.clone()).await;
    assert_eq!((task.result_json(), task.error.clone()), (echo, None));
    let task = NewTask::new("math.add")
        .input(json!({"op": "add", "a": 2, "b": 3.5}))
        .metadata(json!({"prio": "high"}))
        .timeout_ms(30_000);
    let task = within("sum", controller.submit(task).unwrap().wait()).await.unwrap();
    assert_eq!(task.result_json(), json!({"sum": 5.5, "prio": "high"}));
    let task = done(&controller, json!({"op": "none"})).await;
    assert!(task.succeeded() && task.result.is_none());
    // The same over HTTP.
    let body = json!({"queue": "math.add", "input": {"op": "add", "a": 1, "b": 2}}).to_string();
    let answer = http(controller.api_addr(), "POST", "/api/v1/tasks?wait=-1", &body).await;
    assert_eq!(answer.json()["result"], json!({"sum": 3, "prio": null}));
}

#[tokio::test]
async fn reports_progress_and_streams_chats() {
    let Some(python) = python("reports_progress_and_streams_chats") else { return };
    let controller = start(real_config()).await;
    let mut events = controller.events();
    let _worker = Worker::fixed(&python, &controller).start();
    registered(&mut events).await;
    let task = NewTask::new("q.manual").input(json!({"op": "progress"})).with_progress();
    let mut task = controller.submit(task).unwrap();
    for (fraction, message, data) in [
        (0.25, "quarter", json!({"step": 1})),
        (0.5, "half", Value::Null),
        (1.0, "", json!({"nested": {"x": [1, "a", null, true]}})),
    ] {
        let got = within("progress", task.progress()).await.unwrap();
        assert!((got.progress - fraction).abs() < 1e-6);
        assert_eq!((got.message.as_str(), got.data_json()), (message, data));
    }
    assert_eq!(within("end", task.wait()).await.unwrap().result_json(), json!({"ok": true}));

    let api = controller.api_addr();
    let ask = async |body: Value| {
        let body = body.to_string();
        let answer = http(api, "POST", "/openai/v1/chat/completions", &body);
        within("chat", answer).await.body
    };
    let streamed = ask(json!({"model": "m", "stream": true, "messages": []})).await;
    let parts: Vec<&str> = streamed.split("\n\n").collect();
    let words: Vec<String> = parts[..3]
        .iter()
        .map(|part| {
            let chunk: Value = serde_json::from_str(part.strip_prefix("data: ").unwrap()).unwrap();
            chunk["choices"][0]["delta"]["content"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(words, ["one ", "two ", "three"]);
    assert_eq!(parts[3..], ["data: [DONE]", ""]);
    let whole: Value = serde_json::from_str(&ask(json!({"model": "m"})).await).unwrap();
    assert_eq!(whole, json!({"id": "c1", "model": "m", "choices": []}));
}

#[tokio::test]
async fn exceptions_become_errors_and_are_retried() {
    let Some(python) = python("exceptions_become_errors_and_are_retried") else { return };
    let controller = start(real_config()).await;
    let _worker = Worker::fixed(&python, &controller).start();
    let task = done(&controller, json!({"op": "fail", "text": "x"})).await;
    let error = task.error.unwrap();
    assert_eq!((error.code.as_str(), error.message.as_str()), ("HANDLER_ERROR", "boom: x"));
    let flaky = NewTask::new("q.manual").input(json!({"op": "flaky", "succeed_at": 3})).retry(5);
    let task = within("end", controller.submit(flaky).unwrap().wait()).await.unwrap();
    assert_eq!((task.result_json(), task.retried), (json!({"attempts": 3}), 2));
    let flaky = NewTask::new("q.manual").input(json!({"op": "flaky", "succeed_at": 9})).retry(1);
    let task = within("end", controller.submit(flaky).unwrap().wait()).await.unwrap();
    assert_eq!(task.error.unwrap().message, "attempt 2");
}

#[tokio::test]
async fn wrong_tokens_and_made_up_ids_are_refused_again_and_again() {
    let Some(python) = python("wrong_tokens_and_made_up_ids_are_refused_again_and_again") else {
        return;
    };
    let controller = start(real_config()).await;
    let mut events = controller.events();
    let right = Worker::fixed(&python, &controller);
    for (worker, reason) in [
        (Worker { token: "wrong", ..right }, "signature mismatch"),
        (
            Worker { id: "math-worker-001", ..Worker::fixed(&python, &controller) },
            "worker not found (id=math-worker-001): worker session not found",
        ),
        (
            Worker { provisioner: "ghost", ..Worker::fixed(&python, &controller) },
            "worker provisioner(\"ghost\") not found",
        ),
    ] {
        let mut child = worker.start();
        for _ in 0..2 {
            event(
                &mut events,
                reason,
                |e| matches!(e, Event::Refused { reason: logged, .. } if logged == reason),
            )
            .await;
        }
        assert!(child.try_wait().unwrap().is_none(), "it tries on");
        child.kill().await.unwrap();
    }
}

#[tokio::test]
async fn a_provisioned_worker_takes_its_identity_from_the_environment() {
    let Some(python) = python("a_provisioned_worker_takes_its_identity_from_the_environment")
    else {
        return;
    };
    let controller = start(real_config()).await;
    let mut events = controller.events();
    let (id, token) = controller.provision("cmdprov").unwrap();
    let worker = Worker {
        provisioner: "cmdprov",
        id: &id,
        token: &token,
        ..Worker::fixed(&python, &controller)
    };
    let _worker = worker.start();
    let Event::Registered { worker_id, .. } = registered(&mut events).await else { unreachable!() };
    assert_eq!(*worker_id, *id);
    let task = NewTask::new("cmdq").input(json!({"op": "echo"}));
    let task = within("end", controller.submit(task).unwrap().wait()).await.unwrap();
    assert_eq!(task.worker_id.as_deref(), Some(&*id));
    // Its id does not survive the connection, and the SDK goes on trying with it.
    controller.abort(Target::All);
    event(&mut events, "refusal", |e| {
        matches!(e, Event::Refused { reason, .. } if reason.ends_with("worker session not found"))
    })
    .await;
}

#[tokio::test]
async fn reconnects_at_once_after_a_clean_close_and_after_the_interval_otherwise() {
    let Some(python) =
        python("reconnects_at_once_after_a_clean_close_and_after_the_interval_otherwise")
    else {
        return;
    };
    let controller = start(real_config()).await;
    let mut events = controller.events();
    let _worker = Worker { reconnect: 3.0, ..Worker::fixed(&python, &controller) }.start();
    registered(&mut events).await;
    let gone = |e: &Event| matches!(e, Event::Disconnected { .. });
    let almost = Duration::from_millis(2800);

    controller.close(Target::All, 1000, "");
    event(&mut events, "clean end", gone).await;
    let begun = Instant::now();
    registered(&mut events).await;
    assert!(begun.elapsed() < almost, "{:?}", begun.elapsed());

    controller.abort(Target::All);
    event(&mut events, "abrupt end", gone).await;
    let begun = Instant::now();
    registered(&mut events).await;
    assert!(begun.elapsed() > almost, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn comes_back_after_a_restart_on_the_same_port_and_the_old_result_is_refused() {
    let Some(python) =
        python("comes_back_after_a_restart_on_the_same_port_and_the_old_result_is_refused")
    else {
        return;
    };
    let controller = start(real_config()).await;
    let addr = controller.worker_addr();
    let mut events = controller.events();
    let _worker = Worker::fixed(&python, &controller).start();
    registered(&mut events).await;
    done(&controller, json!({"op": "none"})).await;
    within("stop", controller.shutdown()).await;
    drop(controller);

    let controller = start(real_config().worker_addr(addr)).await;
    let mut events = controller.events();
    registered(&mut events).await;
    // Cut while it works: it finishes, reconnects as somebody else, and what it says about the
    // old task does not count.
    let slow = NewTask::new("q.manual").input(json!({"op": "sleep", "seconds": 1.0}));
    let slow = controller.submit(slow).unwrap();
    event(&mut events, "assignment", |e| matches!(e, Event::TaskAssigned { .. })).await;
    controller.abort(Target::All);
    registered(&mut events).await;
    event(
        &mut events,
        "refused result",
        |e| matches!(e, Event::Ignored { reason, .. } if reason.starts_with("worker does not own")),
    )
    .await;
    assert_eq!(controller.task(slow.id()).unwrap().status, Status::Processing);
    assert!(done(&controller, json!({"op": "none"})).await.succeeded());
}

#[tokio::test]
async fn ignores_what_it_can_not_do_and_stays_connected() {
    let Some(python) = python("ignores_what_it_can_not_do_and_stays_connected") else { return };
    let controller = start(real_config()).await;
    let mut events = controller.events();
    let _worker = Worker::fixed(&python, &controller).start();
    registered(&mut events).await;
    controller.send_text(Target::All, "hello");
    controller.send_binary(Target::All, &[0xff, 0xff, 0xff]);
    controller.send_binary(Target::All, &[8, 99]);
    // A second assignment while it is busy: no word about it, ever.
    controller.faults().set_slots(2);
    let slow = NewTask::new("q.manual").input(json!({"op": "sleep", "seconds": 0.3}));
    let mut slow = controller.submit(slow).unwrap();
    let ignored = controller.submit(NewTask::new("q.manual").input(json!({"op": "none"}))).unwrap();
    assert!(within("end", slow.wait()).await.unwrap().succeeded());
    assert_eq!(controller.task(ignored.id()).unwrap().status, Status::Processing);
    controller.faults().set_slots(3);
    assert!(done(&controller, json!({"op": "none"})).await.succeeded());
    // A result that is no object: the task hangs, and the worker with it.
    let list = controller.submit(NewTask::new("q.manual").input(json!({"op": "list"}))).unwrap();
    controller.faults().set_slots(4);
    let after = controller.submit(NewTask::new("q.manual").input(json!({"op": "none"}))).unwrap();
    event(
        &mut events,
        "both assigned",
        |e| matches!(e, Event::TaskAssigned { task_id, .. } if *task_id == after.id()),
    )
    .await;
    // Several heartbeats later there is still no answer.
    let mut later = controller.events_from_now();
    for _ in 0..3 {
        event(&mut later, "heartbeat", |e| matches!(e, Event::Heartbeat { .. })).await;
    }
    for id in [list.id(), after.id()] {
        assert_eq!(controller.task(id).unwrap().status, Status::Processing);
    }
    assert_eq!(controller.connections(), 1);
}

#[tokio::test]
async fn ends_itself_after_the_idle_time_that_it_was_told() {
    let Some(python) = python("ends_itself_after_the_idle_time_that_it_was_told") else { return };
    let provisioner = Provisioner::shared_token(STATIC_TOKEN, ["q.manual"]);
    let idle = Duration::from_secs(1);
    let controller = start(Config::default().provisioner("static", provisioner.idle_timeout(idle)));
    let controller = controller.await;
    let mut events = controller.events();
    let mut worker = Worker::fixed(&python, &controller).start();
    registered(&mut events).await;
    let status = within("exit", worker.wait()).await.unwrap();
    assert!(status.success(), "{status}");
    event(&mut events, "end", |e| {
        matches!(e, Event::Disconnected { reason, .. } if reason == "the worker closed with 1011")
    })
    .await;
}
