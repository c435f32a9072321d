//! A Python function of one's own, on a backend that knows nothing of Python.

#![allow(clippy::unwrap_used)]

mod support;

use journeyman_core::{
    JobErrorKind, Router, Value, Worker,
    memory::{Memory, Submission},
};
use journeyman_python::{Python, PythonFunction};
use support::{LONG, executor, until};

const SOURCE: &str = "\
import math

def helper(x):
    return math.sqrt(x)

def main(a, b=2):
    return [a, b, helper(16)]

def same(*args, **kwargs):
    return kwargs or list(args)

def fails():
    print('said')
    return {}['missing']

def odd():
    return {1}

def forever():
    while True:
        pass
";

#[tokio::test]
async fn calls_results_and_errors() {
    let Some(executor) = executor("function", 1).await else { return };
    let function = |name: &str| Python::function(executor.clone(), SOURCE, name);
    let mut router = Router::new();
    for name in ["main", "same", "fails", "odd", "absent", "forever"] {
        router = router.route(name, function(name));
    }
    let (backend, client) = Memory::new();
    let worker = Worker::new(router).serve(backend).start().unwrap();
    let call =
        async |name: &str, args: Value| client.submit(Submission::new(name).args(args)).await.await;
    let list = |items: &[Value]| Value::List(items.to_vec());
    let four = Value::Float(4.0);
    assert_eq!(
        call("main", list(&[1.into()])).await.unwrap(),
        list(&[1.into(), 2.into(), four.clone()])
    );
    let named = Value::object([("b", 5), ("a", 4)]);
    assert_eq!(call("main", named).await.unwrap(), list(&[4.into(), 5.into(), four.clone()]));
    assert_eq!(call("main", "text".into()).await.unwrap(), list(&["text".into(), 2.into(), four]));
    assert_eq!(call("same", Value::Null).await.unwrap(), list(&[]));
    // Numbers as they are, and bytes as numbers.
    let big = Value::integer("1267650600228229401496703205376").unwrap();
    let numbers = list(&[big, f64::INFINITY.into(), 0.1.into(), (-0.0).into()]);
    assert_eq!(call("same", numbers.clone()).await.unwrap(), numbers);
    let bytes = list(&[Value::Bytes(vec![1, 255])]);
    assert_eq!(call("same", bytes).await.unwrap(), list(&[list(&[1.into(), 255.into()])]));
    // Errors say what was raised, and what is to blame.
    for (name, kind, code, text) in [
        ("fails", JobErrorKind::Failed, "PYTHON_RAISED", "KeyError: 'missing'"),
        (
            "odd",
            JobErrorKind::Rejected,
            "PYTHON_RESULT",
            "TypeError: Object of type set is not JSON serializable",
        ),
        (
            "absent",
            JobErrorKind::Failed,
            "PYTHON_RAISED",
            "NameError: the code defines no function 'absent'",
        ),
    ] {
        let error = call(name, Value::Null).await.unwrap_err();
        assert_eq!((error.kind(), error.code(), error.message()), (kind, Some(code), text));
    }
    let recent = worker.control().snapshot().recent;
    let failed = recent.iter().find(|job| &*job.route == "fails").unwrap();
    assert!(failed.output.as_ref().unwrap().text.starts_with("said\nTraceback"));
    // A worker that is stopped by force leaves no task.
    let _waiting = client.submit(Submission::new("forever")).await;
    until("it runs", || executor.stats().busy == 1).await;
    worker.control().abort();
    tokio::time::timeout(LONG, worker.wait()).await.unwrap().unwrap();
    until("the task is gone", || executor.stats().busy == 0).await;
    executor.shutdown().await;
}

#[tokio::test]
async fn a_file() {
    let Some(executor) = executor("file", 1).await else { return };
    let path = std::env::temp_dir().join(format!("journeyman-python-{}.py", std::process::id()));
    std::fs::write(&path, SOURCE).unwrap();
    let function = PythonFunction::file(executor.clone(), &path, "main").unwrap();
    assert_eq!(function.name(), "main");
    std::fs::remove_file(&path).unwrap();
    assert!(PythonFunction::file(executor.clone(), &path, "main").is_err());
    let (backend, client) = Memory::new();
    let router = Router::new().route("main", function);
    let _worker = Worker::new(router).serve(backend).start().unwrap();
    assert!(client.submit(Submission::new("main").args(1)).await.await.is_ok());
    executor.shutdown().await;
}
