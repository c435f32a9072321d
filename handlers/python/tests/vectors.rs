//! Every recorded task, from the frame that came in to the frame that goes out.

#![allow(clippy::unwrap_used)]

mod support;

use journeyman_crowdcompute::EraSetting;
use journeyman_executor::{Executor, Reuse};
use journeyman_testkit::vectors::{Vector, Vectors};
use serde_json::Value as Json;
use support::{Foreman, executor_with};

/// What we say otherwise with `compat`, and why.
const DIFFERENT: &[(&str, &str, &str)] = &[(
    "head_worker_resume",
    "default_ckpt/reply",
    "the checkpoint is JSON, where upstream's is a Python pickle; foremen read both",
)];

/// What we say otherwise without `compat`, besides the form: what, for a foreman of the seed and for
/// one of today, and why.
const BETTER: &[(&str, &str, &str, &str)] = &[
    (
        "from_import_function_first",
        r#"result "1""#,
        r#"result "1""#,
        "an import is not taken for the task's function",
    ),
    ("hex_code", "error packed", "error packed", "code that is packed is refused with a reason"),
    (
        "raise_empty",
        r#"error "Task execution failed: RuntimeError""#,
        r#"error "Task execution failed: RuntimeError""#,
        "an error always says something",
    ),
];

/// One interpreter for all, as upstream has: to start one for each task takes long.
async fn executor() -> Option<Executor> {
    let config = journeyman_executor::Config::from_env().unwrap().size(1).reuse(Reuse::Any);
    executor_with("vectors", config).await
}

fn load(file: &str) -> Vectors {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../../adapters/crowdcompute/testdata");
    Vectors::load(format!("{data}/{file}.jsonl"))
}

fn message(line: &Vector) -> Option<Json> {
    serde_json::from_str(line.text("text")).ok()
}

/// Whether this is a task that can be answered.
fn is_task(line: &Vector) -> bool {
    let Some(message) = message(line) else { return false };
    let data = &message["data"];
    let has = |key: &str| data.get(key).is_some();
    message["type"] == "assign_task" && has("task_id") && (has("task_args") || has("func_code"))
}

/// Addresses of objects differ in each run.
fn without_addresses(text: &str) -> String {
    let mut parts = text.split(" at 0x");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(" at 0x?");
        out.push_str(part.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    }
    out
}

/// Hands over each request, and gives its name, what was said to it, and what was recorded.
async fn replay(foreman: &mut Foreman, file: &str) -> Vec<(String, String, String)> {
    let mut vectors = load(file);
    let requests: Vec<Vector> = vectors
        .left()
        .iter()
        .filter(|line| line.id.ends_with("/request") && is_task(line))
        .cloned()
        .collect();
    let mut pairs = Vec::new();
    for line in requests {
        let name = line.id.trim_end_matches("/request").to_owned();
        vectors.take(&line.id, "run");
        let reply = vectors.take(&format!("{name}/reply"), "compared");
        foreman.send(line.text("text"));
        let said = foreman.next().await;
        pairs.push((name, without_addresses(&said), without_addresses(reply.text("text"))));
    }
    let others = vectors.take_where("the connection's: the adapter's own test", |_| true);
    assert!(others.iter().all(|line| !is_task(line)));
    vectors.finish();
    pairs
}

async fn to_the_letter(file: &str, era: EraSetting) {
    let Some(executor) = executor().await else { return };
    let mut foreman = Foreman::new(&executor, era, true).await;
    let pairs = replay(&mut foreman, file).await;
    assert_eq!(pairs.len(), 53);
    for (name, said, recorded) in pairs {
        if name == "syntax_error" && executor.interpreter().version < (3, 10, 0) {
            // The words are the interpreter's; upstream's was newer.
            continue;
        }
        assert_eq!(said, recorded, "{file}: {name}");
    }
    executor.shutdown().await;
}

#[tokio::test]
async fn the_seed_to_the_letter() {
    to_the_letter("seed_worker_execution", EraSetting::Seed).await;
}

#[tokio::test]
async fn today_to_the_letter() {
    to_the_letter("head_worker_execution", EraSetting::Head).await;
}

/// The recorded message in the form that gives clients the value: a text with its JSON, and errors
/// that do not say `Resumed`.
fn truthful(recorded: &str) -> String {
    let result = "\"data\": {\"result\": ";
    let recorded =
        recorded.replace("\"Resumed task execution failed: ", "\"Task execution failed: ");
    let Some(at) = recorded.find(result) else { return recorded };
    let start = at + result.len();
    let end = recorded.rfind(", \"task_id\"").unwrap();
    let value = journeyman_executor::literal(&recorded[start..end]);
    format!("{}{value}{}", &recorded[..start], &recorded[end..])
}

async fn truthfully(file: &str, era: EraSetting) {
    let Some(executor) = executor().await else { return };
    let mut foreman = Foreman::new(&executor, era, false).await;
    let mut better = 0;
    for (name, said, recorded) in replay(&mut foreman, file).await {
        let recorded = match era {
            // Today's are in that form already.
            EraSetting::Head => {
                recorded.replace("\"Resumed task execution failed: ", "\"Task execution failed: ")
            }
            _ => truthful(&recorded),
        };
        let Some((_, seed, head, _)) = BETTER.iter().find(|(known, ..)| *known == name) else {
            if name == "syntax_error" && executor.interpreter().version < (3, 10, 0) {
                continue;
            }
            assert_eq!(said, recorded, "{file}: {name}");
            continue;
        };
        better += 1;
        assert_ne!(said, recorded, "{name}: should we ever say the same, the list is wrong");
        let (kind, wanted) =
            if era == EraSetting::Seed { seed } else { head }.split_once(' ').unwrap();
        assert!(said.contains(&format!("\"{kind}\": ")) && said.contains(wanted), "{name}: {said}");
    }
    assert_eq!(better, BETTER.len());
    executor.shutdown().await;
}

#[tokio::test]
async fn the_seed_truthfully() {
    truthfully("seed_worker_execution", EraSetting::Seed).await;
}

#[tokio::test]
async fn today_truthfully() {
    truthfully("head_worker_execution", EraSetting::Head).await;
}

/// The lines of the recording of tasks that go on. Its ids are not unique, so that it is no set of
/// vectors.
fn resumed() -> Vec<Json> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../adapters/crowdcompute/testdata/head_worker_resume.jsonl"
    );
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text_of<'a>(lines: &'a [Json], id: &str, with: &str) -> &'a str {
    let of = |line: &&Json| line["id"] == id && line["text"].as_str().unwrap().contains(with);
    lines.iter().find(of).unwrap()["text"].as_str().unwrap()
}

#[tokio::test]
async fn going_on_from_a_checkpoint() {
    let Some(executor) = executor().await else { return };
    let lines = resumed();
    let mut checked = 0;
    // Upstream's way, and ours: with the arguments of the job.
    let mut upstream = Foreman::new(&executor, EraSetting::Head, true).await;
    let mut ours = Foreman::new(&executor, EraSetting::Head, false).await;
    for (name, result) in [
        ("with_metadata", "[100, 100]"),
        ("no_metadata", "[100, 100]"),
        ("original_args_in_state", "[100, 100]"),
        ("num_trials_in_state", "[100, 100]"),
        ("empty_state", "[100, 100]"),
    ] {
        let request = text_of(&lines, &format!("resume_{name}/request"), "");
        upstream.send(request);
        let recorded = text_of(&lines, &format!("resume_{name}/reply"), "");
        assert_eq!(upstream.next().await, recorded, "{name}");
        ours.send(request);
        assert_eq!(ours.answer().await.unwrap(), result, "{name}");
        checked += 2;
    }
    // The form without code is the adapter's to answer.
    upstream.send(text_of(&lines, "resume_reconnect_form/request", ""));
    assert_eq!(upstream.next().await, text_of(&lines, "resume_reconnect_form/reply", ""));
    // What upstream sends of a job that says nothing about checkpoints.
    upstream.send(text_of(&lines, "default_ckpt/request", ""));
    let id = "default_ckpt/reply";
    let said: Json = serde_json::from_str(&upstream.next().await).unwrap();
    let recorded: Json = serde_json::from_str(text_of(&lines, id, "task_checkpoint")).unwrap();
    assert!(DIFFERENT.iter().any(|(_, known, _)| *known == id));
    assert_ne!(said["data"]["delta_data_hex"], recorded["data"]["delta_data_hex"]);
    for key in [
        "task_id",
        "is_base",
        "checkpoint_id",
        "compression_type",
        "checkpoint_type",
        "checkpoint_state_vars",
    ] {
        assert_eq!(said["data"][key], recorded["data"][key], "{key}");
    }
    let percent = said["data"]["progress_percent"].as_f64().unwrap();
    assert!((8.0..=88.0).contains(&percent), "{percent}");
    assert_eq!(upstream.next().await, text_of(&lines, id, "task_result"));
    assert_eq!(checked, 10);
    // What is left has no request that was recorded.
    let left = lines.iter().filter(|line| {
        let id = line["id"].as_str().unwrap();
        !id.starts_with("resume_") && !id.starts_with("default_ckpt") && id != "first"
    });
    assert!(left.clone().count() > 0 && left.clone().all(|line| line["dir"] == "worker->server"));
    executor.shutdown().await;
}
