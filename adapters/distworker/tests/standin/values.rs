//! Values there and back, and what a handler can ask for.

use journeyman_core::{
    JobError, JobInfo, Reply, Router,
    extract::Args,
    job::{Deadline, Progress, ProgressUpdate},
};
use journeyman_distworker::{FileInfo, Files, Metadata, ResultFiles, Task};
use journeyman_testkit::distworker::{self as standin, NewTask};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{config, controller, doubles, result, run, start, stop, within};

async fn echo(Args(value): Args<Value>) -> Value {
    value
}

#[tokio::test]
async fn an_echo_loses_nothing_that_the_wire_carries() {
    let controller = controller().await;
    let worker = start(Router::new().route("echo", echo), config(&controller)).await;
    for input in [
        json!({}),
        json!({"null": null, "yes": true, "no": false}),
        json!({"zero": 0, "one": 1, "minus": -1, "most": 9_007_199_254_740_992_i64,
               "least": -9_007_199_254_740_992_i64}),
        json!({"half": 0.5, "tiny": 5e-324, "huge": 1.797_693_134_862_315_7e308, "third": 1.0 / 3.0}),
        json!({"empty": "", "text": "text", "unicode": "grüße 🦀 \u{0}\u{1}\n", "": "no key"}),
        json!({"list": [], "lists": [[], [[]], [1, "two", null, false, {"k": []}]]}),
        json!({"object": {}, "objects": {"a": {"b": {"c": {"d": [{"e": "f"}]}}}}}),
        json!({"long": "x".repeat(100_000), "many": (0..5000).collect::<Vec<_>>()}),
    ] {
        let output = result(&controller, "echo", input.clone()).await;
        assert_eq!(doubles(output), doubles(input));
    }
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn what_is_no_object_comes_back_as_one() {
    async fn pick(Args(value): Args<Value>) -> Value {
        value["value"].clone()
    }
    let controller = controller().await;
    let worker = start(Router::new().route("work", pick), config(&controller)).await;
    for (value, expected) in [
        (json!("text"), json!({"result": "text"})),
        (json!([1, "a"]), json!({"result": [1.0, "a"]})),
        (json!(2.5), json!({"result": 2.5})),
        (json!(false), json!({"result": false})),
        (json!({"a": []}), json!({"a": []})),
        (json!({}), json!({})),
        (json!(null), json!(null)),
    ] {
        let output = result(&controller, "work", json!({"value": value})).await;
        assert_eq!(doubles(output), expected);
    }
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn arguments_are_typed_by_name() {
    #[derive(Deserialize)]
    struct Add {
        a: i64,
        b: i64,
    }
    async fn add(Args(Add { a, b }): Args<Add>) -> i64 {
        a + b
    }
    let controller = controller().await;
    let worker = start(Router::new().route("math.*", add), config(&controller)).await;
    // The wire has only doubles: 2 arrives as 2.0, and is a whole number all the same.
    let sum = result(&controller, "math.add", json!({"b": 3, "a": 2.0, "more": "ignored"})).await;
    assert_eq!(doubles(sum), json!({"result": 5.0}));
    for (input, complaint) in [
        (json!({"a": 2.5, "b": 3}), "field `a`: 2.5 is not a whole number"),
        (json!({"a": 1}), "missing field `b`"),
        (json!({"a": "x", "b": 3}), "field `a`"),
        (Value::Null, "the arguments do not fit"),
    ] {
        let task = run(&controller, NewTask::new("math.add").input(input)).await;
        let error = task.error.expect("an error");
        assert_eq!(error.code, "INVALID_INPUT");
        assert!(error.message.contains(complaint), "{complaint:?} is not in {:?}", error.message);
    }
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn metadata_files_time_and_identity_are_at_hand() {
    #[derive(Deserialize)]
    struct Meta {
        prio: String,
        #[serde(default)]
        level: u8,
    }
    async fn show(
        Metadata(meta): Metadata<Meta>,
        files: Files,
        info: JobInfo,
        deadline: Deadline,
    ) -> Value {
        let left = deadline.remaining().map_or(-1.0, |left| left.as_secs_f64());
        json!({
            "prio": meta.prio, "level": meta.level, "route": &*info.route, "id": &*info.id,
            "attempt": info.attempt, "queued": info.enqueued_at.is_some(),
            "in_time": left > 80.0 && left <= 90.0,
            "file": files.by_id("f1").map(|file| file.base_name()),
        })
    }
    let controller = controller().await;
    let worker = start(Router::new().route("text/upper", show), config(&controller)).await;
    let file = standin::FileInfo {
        file_id: "f1".to_owned(),
        filename: "../in.txt".to_owned(),
        ..standin::FileInfo::default()
    };
    let task = NewTask::new("text/upper")
        .metadata(json!({"prio": "high", "level": 3}))
        .timeout_ms(90_000)
        .files(vec![file]);
    let task = run(&controller, task).await;
    assert_eq!(
        doubles(task.result_json()),
        json!({
            "prio": "high", "level": 3.0, "route": "text/upper", "id": task.id.to_string(),
            "attempt": 1.0, "queued": true, "in_time": true, "file": "in.txt",
        })
    );
    let task = run(&controller, NewTask::new("text/upper")).await;
    let error = task.error.unwrap();
    assert_eq!(error.code, "INVALID_INPUT");
    assert!(error.message.contains("metadata") && error.message.contains("prio"), "{error:?}");
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn the_sdks_view_of_a_task() {
    async fn handle(task: Task) -> Result<Value, JobError> {
        let a: f64 = task.get_input("a")?.unwrap_or_default();
        let b: f64 = task.get_input("b")?.unwrap_or(10.0);
        let priority = task.get_metadata("priority")?.unwrap_or_else(|| "normal".to_owned());
        task.send_task_progress(50.0, "half way");
        Ok(json!({
            "sum": a + b, "priority": priority, "queue": task.queue(), "id": task.task_id(),
            "timeout_ms": task.timeout_ms(), "files": task.files().len(),
        }))
    }
    let controller = controller().await;
    let worker = journeyman_distworker::compat::Worker::new(config(&controller))
        .register_handler("math.#", handle)
        .into_worker()
        .start()
        .unwrap();
    within("ready", worker.control().ready()).await.unwrap();
    let task = NewTask::new("math.add").input(json!({"a": 1})).timeout_ms(5000).with_progress();
    let mut handle = controller.submit(task).unwrap();
    let progress = within("progress", handle.progress()).await.unwrap();
    assert_eq!((progress.progress, progress.message.as_str()), (0.5, "half way"));
    let task = within("the end", handle.wait()).await.unwrap();
    assert_eq!(
        doubles(task.result_json()),
        json!({
            "sum": 11.0, "priority": "normal", "queue": "math.add", "id": task.id.to_string(),
            "timeout_ms": 5000.0, "files": 0.0,
        })
    );
    let task = run(&controller, NewTask::new("math.add").input(json!({"a": "one"}))).await;
    let error = task.error.unwrap();
    assert_eq!(error.code, "INVALID_INPUT");
    assert!(error.message.starts_with("input `a`: "), "{error:?}");
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn progress_arrives_in_order_and_before_the_end() {
    async fn steps(progress: Progress) -> Result<&'static str, JobError> {
        for step in 0..50 {
            progress
                .send(f64::from(step) / 50.0, format!("step {step}"), &json!({"s": step}))
                .await?;
        }
        // Not an object: the wire has only those, so that it becomes one.
        progress.send(1.0, "", &[1, 2]).await?;
        assert!(progress.update(ProgressUpdate::default()));
        Ok("done")
    }
    let controller = controller().await;
    let worker = start(Router::new().route("work", steps), config(&controller)).await;
    let mut handle = controller.submit(NewTask::new("work").with_progress()).unwrap();
    for step in 0..50 {
        let progress = within("progress", handle.progress()).await.unwrap();
        assert_eq!(progress.message, format!("step {step}"));
        assert_eq!(progress.progress, step as f32 / 50.0);
        assert_eq!(doubles(progress.data_json()), json!({"s": f64::from(step)}));
    }
    let last = within("progress", handle.progress()).await.unwrap();
    assert_eq!((last.progress, last.message.as_str()), (1.0, ""));
    assert_eq!(doubles(last.data_json()), json!({"data": [1.0, 2.0]}));
    let bare = within("progress", handle.progress()).await.unwrap();
    assert_eq!((bare.progress, bare.data), (0.0, None));
    assert_eq!(within("the end of progress", handle.progress()).await, None);
    let task = within("the end", handle.wait()).await.unwrap();
    assert_eq!(task.result_json(), json!({"result": "done"}));
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn files_of_a_result_are_stored_as_given() {
    async fn make() -> Reply<Value> {
        let file = FileInfo {
            file_id: "f9".to_owned(),
            filename: "out.txt".to_owned(),
            content_type: "text/plain".to_owned(),
            size: 3,
            storage_url: "https://store.example/f9".to_owned(),
        };
        Reply::new(json!({"lines": 1})).with(ResultFiles(vec![file]))
    }
    let controller = controller().await;
    let worker = start(Router::new().route("work", make), config(&controller)).await;
    let task = run(&controller, NewTask::new("work")).await;
    assert_eq!(doubles(task.result_json()), json!({"lines": 1.0}));
    let [file] = &task.result_files[..] else { panic!("{:?}", task.result_files) };
    assert_eq!((file.file_id.as_str(), file.size), ("f9", 3));
    assert_eq!(file.storage_url, "https://store.example/f9");
    stop(worker).await.unwrap();
}
