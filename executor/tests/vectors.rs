//! Behaviour of both eras to the letter: every recorded task, byte for byte.

#![allow(clippy::unwrap_used)]

mod support;

use journeyman_executor::{Done, Executor, Failure, Reuse, Rules, Task};
use journeyman_testkit::vectors::{Vector, Vectors};
use serde_json::Value;
use std::time::Duration;

fn load(file: &str) -> Vectors {
    Vectors::load(format!("{}/testdata/{file}", env!("CARGO_MANIFEST_DIR")))
}

/// The message of a line, if it is one.
fn message(line: &Vector) -> Option<Value> {
    serde_json::from_str(line.text("text")).ok()
}

/// The task in a line: its id, its job's id as JSON text, code and arguments.
fn task_of(line: &Vector, kind: &str) -> Option<(String, String, Task)> {
    let message = message(line)?;
    let data = message.get("data")?;
    if message["type"] != kind {
        return None;
    }
    let id = data["task_id"].as_str()?.to_owned();
    let job = message.get("job_id").unwrap_or(&Value::Null).to_string();
    let code = data["func_code"].as_str()?;
    let arguments = data.get("task_args")?.to_string();
    Some((id, job, Task::new(code, arguments).exact(true)))
}

/// The frame that a worker of this era sends.
fn reply(rules: Rules, id: &str, job: &str, result: &Result<Done, Failure>) -> String {
    let (kind, field, text) = match result {
        Ok(done) => ("task_result", "result", done.value.wire(rules)),
        Err(failure) => ("task_error", "error", failure.wire(rules)),
    };
    format!(
        "{{\"type\": \"{kind}\", \"data\": {{\"{field}\": {text}, \"task_id\": \"{id}\"}}, \
         \"job_id\": {job}}}"
    )
}

/// Addresses of objects differ in each run.
fn without_addresses(text: &str) -> String {
    let mut parts = text.split(" at 0x");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_hexdigit());
        out.push_str(" at 0x?");
        out.push_str(rest);
    }
    out
}

/// Runs each recorded task; gives how many there were.
async fn execution(executor: &Executor, vectors: &mut Vectors, rules: Rules) -> usize {
    let requests: Vec<Vector> = vectors
        .left()
        .iter()
        .filter(|line| task_of(line, "assign_task").is_some() && line.id.ends_with("/request"))
        .cloned()
        .collect();
    for line in &requests {
        let (id, job, task) = task_of(line, "assign_task").unwrap();
        let name = line.id.trim_end_matches("/request");
        vectors.take(&line.id, "execution");
        let recorded = vectors.take(&format!("{name}/reply"), "execution");
        let result = executor.run(&task.rules(rules)).await;
        let sent = reply(rules, &id, &job, &result);
        let expected = without_addresses(recorded.text("text"));
        if name == "syntax_error" && executor.interpreter().version < (3, 10, 0) {
            // The words are the interpreter's; upstream's was newer.
            let words = "invalid syntax (<string>, line 2)";
            assert_eq!(sent, expected.replace("'(' was never closed (<string>, line 1)", words));
            continue;
        }
        assert_eq!(without_addresses(&sent), expected, "{rules:?}: {name}");
        if name == "print_output" {
            assert_eq!(result.unwrap().output.text, "to stdout\n");
        }
    }
    requests.len()
}

/// The lines that are the connection's: registration, pings, and messages that are no task that
/// can be run. The executor has no part in them; none may hide a task that it should have run.
fn connection(vectors: &mut Vectors) -> usize {
    let lines = vectors.take_where("messages of the connection", |_| true);
    for line in &lines {
        let Some(message) = message(line) else { continue };
        let kind = message["type"].as_str().unwrap_or_default();
        let data = &message["data"];
        let whole = ["task_id", "func_code", "task_args"].iter().all(|key| !data[key].is_null());
        assert!(!(kind == "assign_task" && whole), "{}: a task that was not run", line.id);
        // The one answer to a task among them is to a task without code.
        let answered = kind == "task_result" || kind == "task_error";
        assert!(!answered || data["error"] == "'func_code'", "{}", line.id);
    }
    lines.len()
}

async fn both_ways(file: &str, rules: Rules, tasks: usize, others: usize) {
    // One task after the other in the same interpreter, as upstream does, and each in its own.
    for reuse in [Reuse::Any, Reuse::Never] {
        let config = support::config().reuse(reuse);
        let Some(executor) = support::start("vectors", config).await else { return };
        let mut vectors = load(file);
        assert_eq!(execution(&executor, &mut vectors, rules).await, tasks);
        assert_eq!(connection(&mut vectors), others);
        vectors.finish();
        let started = executor.stats().started;
        if reuse == Reuse::Any {
            assert!(started <= 3, "{:?}", executor.stats());
        } else {
            assert!(started >= tasks as u64, "{:?}", executor.stats());
        }
        executor.shutdown().await;
    }
}

#[tokio::test]
async fn the_first_era() {
    both_ways("seed_worker_execution.jsonl", Rules::CrowdComputeSeed, 52, 36).await;
}

#[tokio::test]
async fn the_era_of_today() {
    both_ways("head_worker_execution.jsonl", Rules::CrowdComputeHead, 52, 36).await;
}

/// What upstream calls the function with when it resumes a task: arguments that it keeps in the
/// state, or a constant (CrowdCompute sheet, section 15.3).
fn upstream_arguments(state: &Value) -> Value {
    match (&state["_original_task_args"], &state["num_trials"]) {
        (Value::Array(arguments), _) => Value::Array(arguments.clone()),
        (_, Value::Number(number)) => serde_json::json!([number]),
        _ => serde_json::json!([125_000]),
    }
}

/// The text of a line of a file whose ids are not unique, so that it is no set of vectors.
fn text_of(lines: &[Value], id: &str) -> Vector {
    let value = lines.iter().find(|line| line["id"] == id).unwrap().clone();
    Vector { id: id.to_owned(), value }
}

#[tokio::test]
async fn going_on_from_a_checkpoint() {
    let Some(executor) = support::start("vectors", support::config()).await else { return };
    let path = format!("{}/testdata/head_worker_resume.jsonl", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let rules = Rules::CrowdComputeHead;
    for name in [
        "with_metadata",
        "no_metadata",
        "original_args_in_state",
        "num_trials_in_state",
        "empty_state",
    ] {
        let line = text_of(&lines, &format!("resume_{name}/request"));
        let (id, job, task) = task_of(&line, "resume_task").unwrap();
        let recorded = text_of(&lines, &format!("resume_{name}/reply"));
        let data = &message(&line).unwrap()["data"];
        let state = &data["checkpoint_state"];
        // Only the variables that the job's metadata names are put back.
        let names = data["task_metadata"]["checkpoint_state"].as_array();
        let names = names.into_iter().flatten().filter_map(|name| name.as_str());
        let mut kept = serde_json::Map::new();
        for name in names.filter(|name| !state[*name].is_null()) {
            kept.insert(name.to_owned(), state[name].clone());
        }
        let percent = state["progress_percent"].as_f64().unwrap_or_default();
        let task = Task::new(task.source().text(), upstream_arguments(state).to_string())
            .rules(rules)
            .resume(&Value::Object(kept).to_string(), percent);
        let result = executor.run(&task).await;
        assert_eq!(reply(rules, &id, &job, &result), recorded.text("text"), "{name}");
    }
    // The checkpoint that upstream takes by itself: the same content in our shape.
    let line = text_of(&lines, "default_ckpt/request");
    let (.., task) = task_of(&line, "assign_task").unwrap();
    checkpointed(&executor, task.rules(rules)).await;
    executor.shutdown().await;
}

async fn checkpointed(executor: &Executor, task: Task) {
    // It counts by 8 every tenth of a second: half a second after the start it is on its way, unless
    // the machine is so busy that the question comes too early or too late.
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(progress_at_half_a_second(executor, &task).await);
        if seen.last().is_some_and(|progress| (8.0..=88.0).contains(progress)) {
            return;
        }
    }
    panic!("{seen:?}");
}

async fn progress_at_half_a_second(executor: &Executor, task: &Task) -> f64 {
    use journeyman_executor::{Event, Hooks};
    let (events, mut inbox) = tokio::sync::mpsc::channel(16);
    let once = Duration::from_secs(3600);
    let task = task.clone().checkpoints(Duration::from_millis(500), once, []);
    let done = executor.run_with(&task, Hooks::default().events(events)).await.unwrap();
    assert_eq!(done.value.json(), Some("1"));
    let mut found = None;
    while let Some(event) = inbox.recv().await {
        if let Event::Checkpoint(checkpoint) = event {
            assert!(found.is_none(), "asked for once");
            assert!(checkpoint.state.is_empty() && checkpoint.skipped.is_empty());
            found = checkpoint.progress.parse().ok();
        }
    }
    found.unwrap_or_default()
}
