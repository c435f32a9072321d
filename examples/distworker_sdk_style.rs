//! The quick start of DistWorker's Python SDK, in Rust: one worker, handlers by queue pattern,
//! look-ups by key, progress in percent.
//!
//! ```text
//! DISTWORKER_CONTROLLER_URL=ws://localhost:8081/ws DISTWORKER_PROVISIONER=default \
//! DISTWORKER_WORKER_TOKEN=secret cargo run --example distworker_sdk_style --features distworker
//! ```
//!
//! The URL may be written as the quick start writes it, `ws://HOST/ws`, though no release of the
//! controller serves that path: it is corrected. What differs besides is in the book, chapter
//! "DistWorker".

mod distworker_common;

use std::{process::ExitCode, time::Duration};

use journeyman::{
    JobError,
    distworker::{Task, compat::Worker, config::ResourceInfo},
    shutdown_signal,
};
use serde_json::{Value as Json, json};

const ABOUT: &str = "\
A DistWorker worker in the style of the Python SDK. Its queues, and what their tasks take:
  math.*     {\"operation\": \"add\" or \"multiply\", \"a\": 2, \"b\": 3}
  slow.job   nothing; it reports progress in percent
The controller's provisioner must list the queues literally, such as math.add.";

/// The handler of the quick start.
async fn handle_math_task(task: Task) -> Result<Json, JobError> {
    let operation: Option<String> = task.get_input("operation")?;
    let a: f64 = task.get_input("a")?.ok_or_else(|| JobError::bad_input("`a` is missing"))?;
    let b: f64 = task.get_input("b")?.ok_or_else(|| JobError::bad_input("`b` is missing"))?;
    let result = match operation.as_deref().unwrap_or("add") {
        "add" => a + b,
        "multiply" => a * b,
        other => return Err(JobError::failed(format!("Unknown operation: {other}"))),
    };
    Ok(json!({ "result": result }))
}

/// A long task that tells how far it is, and what the submitter said about it.
async fn long_running_task(task: Task) -> Result<Json, JobError> {
    let priority: String = task.get_metadata("priority")?.unwrap_or_else(|| "normal".to_owned());
    for (percent, text) in
        [(25.0, "Processing started"), (50.0, "Half way done"), (90.0, "Almost finished")]
    {
        task.send_task_progress(percent, text);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for file in &task.files() {
        println!("a file came along: {} ({} bytes)", file.filename, file.size);
    }
    Ok(json!({ "status": "completed", "priority": priority }))
}

#[tokio::main]
async fn main() -> ExitCode {
    let config = match distworker_common::config(ABOUT) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let mut machine = ResourceInfo::default();
    machine.cpu_cores = Some(4);
    machine.memory_mb = Some(8192);
    let worker = Worker::new(config.resource_info(machine))
        .register_handler("math.*", handle_math_task)
        .register_handler("slow.job", long_running_task);
    distworker_common::finish(worker.run_until(shutdown_signal()).await)
}
