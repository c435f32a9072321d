//! The published client library against the stand-in foreman, and the stand-in's own Python against
//! the real one.
//!
//! Runs when `JOURNEYMAN_TEST_PYTHON` names a Python interpreter, the tests of the library when that
//! has `testkit/python/requirements.txt` and, without their dependencies, the packages of
//! `requirements-no-deps.txt` installed; otherwise each test says aloud that it was skipped.

#![allow(clippy::unwrap_used)]

mod crowdcompute_support;

use crowdcompute_support::*;
use journeyman_testkit::crowdcompute::{Era, Foreman, ForemanConfig, Job};
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;

/// The interpreter, or `None` after saying that the test is skipped.
fn python(test: &str) -> Option<String> {
    let python = std::env::var("JOURNEYMAN_TEST_PYTHON").ok();
    if python.is_none() {
        skipped(
            test,
            "JOURNEYMAN_TEST_PYTHON is not set; make a virtual environment, `pip install -r \
             testkit/python/requirements.txt` in it, and set the variable to its interpreter",
        );
    }
    python
}

/// As [`python`], with the library.
async fn library(test: &str) -> Option<String> {
    let python = python(test)?;
    let import = Command::new(&python)
        .args(["-c", "import developer_sdk"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if import.await.unwrap().success() {
        return Some(python);
    }
    skipped(
        test,
        "the interpreter has no crowdio-sdk; `pip install --no-deps -r \
         testkit/python/requirements-no-deps.txt` in its environment",
    );
    None
}

fn skipped(test: &str, why: &str) {
    let line = format!("SKIPPED: crowdcompute_python::{test}: {why}");
    println!("{line}");
    if let Some(path) = std::env::var_os("JOURNEYMAN_SKIP_LOG") {
        let mut log = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        // In one write: tests run side by side and append to the same file.
        log.write_all(format!("{line}\n").as_bytes()).unwrap();
    }
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("python").join(name)
}

/// Runs a script and returns the JSON lines that it prints.
async fn lines(python: &str, name: &str, arguments: &[&str]) -> Vec<Value> {
    let run = Command::new(python)
        .arg(script(name))
        .args(arguments)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(Duration::from_secs(60), run).await.unwrap().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {errors}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A worker that gives each task's argument back, as the text that is true for both eras. Returns
/// the messages when the foreman goes.
async fn echo(mut worker: Peer) -> Vec<String> {
    let mut tasks = Vec::new();
    while let Some(text) = worker.next().await {
        // Not JSON to others: Python's words for numbers may be in it.
        let args = text.split("\"task_args\": [").nth(1).unwrap();
        let args = args.split("], \"task_id\": ").next().unwrap().to_owned();
        let task = text.split("\"task_id\": \"").nth(1).unwrap().split('"').next().unwrap();
        worker.result(task, &json!(args).to_string()).await;
        tasks.push(text);
    }
    tasks
}

async fn client(python: &str, foreman: &Foreman, what: &str) -> Vec<Value> {
    let port = foreman.addr().port().to_string();
    let mut said = lines(python, "crowdio_client.py", &["127.0.0.1", &port, what]).await;
    assert_eq!(said.pop(), Some(json!({"end": true})));
    said
}

#[tokio::test]
async fn jobs_of_the_library() {
    let Some(python) = library("jobs_of_the_library").await else { return };
    let foreman = start(ForemanConfig::new(Era::Head)).await;
    let worker = tokio::spawn(echo(Peer::worker(&foreman, "w").await));
    let said = client(&python, &foreman, "jobs").await;
    let results: Vec<&Value> = said.iter().map(|line| &line["results"]).collect();
    assert_eq!(*results[0], json!([1, 2, 3]));
    assert_eq!(results[1][1], json!({"a": [null, true], "worker_id": "w"}));
    assert_eq!((&results[1][2], &results[1][3]), (&json!("caf\u{e9}"), &json!("inf")));
    let upstream = results[2][0]["upstream_results"].as_object().unwrap();
    assert_eq!(upstream.values().collect::<Vec<_>>(), [&json!(1), &json!(2)]);
    foreman.stop().await;
    let tasks = worker.await.unwrap();
    // What makes the real worker fail on everything that this library sends: a wrapper in front.
    let first: Value = serde_json::from_str(&tasks[0]).unwrap();
    let code = first["data"]["func_code"].as_str().unwrap();
    let (wrapper, user) =
        (code.find("def _ckpt_update(").unwrap(), code.find("def square(").unwrap());
    assert!(wrapper < user, "{code}");
    let metadata = &first["data"]["task_metadata"];
    assert_eq!(
        (&metadata["_func_name"], &metadata["checkpoint_enabled"]),
        (&json!("square"), &json!(false))
    );
    assert_eq!(metadata.as_object().unwrap().len(), 9);
    let saving = tasks.iter().find(|text| text.contains("\"_func_name\": \"summed\"")).unwrap();
    assert!(saving.contains("\"checkpoint_state\": [\"total\"]"), "{saving}");
}

#[tokio::test]
async fn many_jobs_at_a_time_on_one_connection() {
    let Some(python) = library("many_jobs_at_a_time_on_one_connection").await else { return };
    for era in [Era::Head, Era::HeadWithKill] {
        let foreman = start(ForemanConfig::new(era)).await;
        // Results before acceptances do not disturb the library.
        foreman.faults().set_accept_last(era == Era::HeadWithKill);
        let workers: Vec<_> = if era == Era::Head { vec!["a", "b", "c"] } else { vec!["a"] };
        for id in workers {
            tokio::spawn(echo(Peer::worker(&foreman, id).await));
        }
        let said = client(&python, &foreman, "overlapping").await;
        let wanted: Vec<Value> = (0..20).map(|n| json!([n, n + 1])).collect();
        assert_eq!(said[0]["results"], Value::from(wanted));
        assert_eq!(client(&python, &foreman, "large").await, [json!({"length": 1_200_000})]);
        foreman.stop().await;
    }
}

/// What fails with the real foreman fails here in the same way.
#[tokio::test]
async fn what_fails_upstream() {
    let Some(python) = library("what_fails_upstream").await else { return };
    let foreman = start(ForemanConfig::new(Era::Head)).await;
    tokio::spawn(echo(Peer::worker(&foreman, "w").await));
    // `run` does nothing; `get` gets the results, takes the job off its list, where it is no longer,
    // and fails.
    let said = client(&python, &foreman, "later").await;
    assert_eq!(said, [json!({"run": null}), json!({"error": "KeyError: 'JOB'"})]);
    foreman.stop().await;
    // The seed era's foreman has no place for what today's library can say, but takes its jobs.
    let foreman = start(ForemanConfig::new(Era::Seed)).await;
    tokio::spawn(echo(Peer::worker(&foreman, "w").await));
    let said = client(&python, &foreman, "overlapping").await;
    assert_eq!(said[0]["results"][19], json!([19, 20]));
    foreman.stop().await;
}

/// Random values, and what a real Python makes of them on the way through both foremen.
#[tokio::test]
async fn results_as_python_makes_them() {
    let Some(python) = python("results_as_python_makes_them") else { return };
    for seed in ["1", "2", "3"] {
        let cases = lines(&python, "foreman_reference.py", &[seed, "500"]).await;
        assert_eq!(cases.len(), 500);
        for (era, key) in [(Era::Seed, "seed"), (Era::Head, "head")] {
            let foreman = start(ForemanConfig::new(era)).await;
            let mut worker = Peer::worker(&foreman, "w").await;
            let job = Job::new(CODE, vec!["0"; cases.len()]);
            let handle = foreman.submit_as("j", job);
            for _ in 0..cases.len() {
                let task = worker.task().await;
                let at: usize = task.rsplit('_').next().unwrap().parse().unwrap();
                worker.result(&task, cases[at]["raw"].as_str().unwrap()).await;
            }
            let results = within("results", handle.results()).await.unwrap();
            for (case, result) in cases.iter().zip(results) {
                assert_eq!(case[key], result.as_str(), "{key}: {}", case["raw"]);
            }
            foreman.stop().await;
        }
    }
}
