use journeyman_core::{Payload, Value, job::Body};

use super::*;
use crate::{Native, PYTHON_ROUTE, PythonTask, UNNAMED};

const SDK: &str = "import time\nclass _MobileCheckpointState:\n    pass\ndef _ckpt_update(state):\n    \
    pass\ndef _ckpt_get_state():\n    pass\ndef pause():\n    pass\ndef resume():\n    pass\ndef \
    kill():\n    pass\ndef square(x):\n    return x * x\n";

fn python(bench: &Bench) -> PythonTask {
    bench.jobs[0].1.extensions.get::<PythonTask>().unwrap().clone()
}

#[test]
fn a_task_becomes_a_job() {
    let mut bench = Bench::ready(Config::default());
    bench.text(
        r#"{"type": "assign_task", "data": {"func_code": "def f(x):\n    return x\n",
            "task_args": [ {"k": NaN, "big": 1267650600228229401496703205376} ],
            "task_id": "t", "task_metadata": {"_func_name": "f", "timeout": 5}}, "job_id": "j"}"#,
    );
    let (_, job) = &bench.jobs[0];
    assert_eq!((&*job.id, &*job.route), ("t", "python.f"));
    let task = python(&bench);
    assert_eq!(
        (&*task.source, task.job_id.as_deref(), task.function.as_deref()),
        (F, Some("j"), Some("f"))
    );
    assert_eq!(
        task.task_args_json.as_str(),
        r#"[ {"k": NaN, "big": 1267650600228229401496703205376} ]"#
    );
    assert_eq!(
        task.sha256_hex(),
        "72d3d5b08c2cf9d267d33ca44474dfaeabe3c74c51fad8b1094d3d07ce3856b7"
    );
    assert_eq!((task.era, task.compat, task.metadata.timeout), (Era::Head, false, Some(5.0)));
    let payload: &dyn Payload = &*job.payload;
    let args: Value = payload.exact().unwrap();
    assert!(args.to_string().contains("1267650600228229401496703205376"), "{args}");
}

#[test]
fn binary_frames_are_read_too() {
    let mut bench = Bench::ready(Config::default());
    let frame = br#"{"type":"ping","data":{},"job_id":null}"#.to_vec();
    bench.input(Input::Received { lane: MAIN, message: WsMessage::from(frame) });
    assert_eq!(bench.only()["type"], "pong");
}

#[test]
fn the_function_that_is_meant() {
    let route = |config: Config, code: &str, name: Option<&str>| {
        let mut bench = Bench::ready(config);
        let mut data = json!({"func_code": code, "task_args": [1], "task_id": "t"});
        if let Some(name) = name {
            data["task_metadata"] = json!({"_func_name": name});
        }
        bench.receive("assign_task", &data);
        bench.jobs[0].1.route.strip_prefix(PYTHON_ROUTE).unwrap().to_owned()
    };
    let (auto, seed) = (Config::default, || Config::default().era(EraSetting::Seed));
    let head = || Config::default().era(EraSetting::Head).compat(true);
    let controls = "def pause(): pass\ndef f(x): pass\n";
    let helper = "def helper(x): pass\ndef main(x): pass\n";
    for (config, code, name, expected) in [
        (auto(), SDK, Some("square"), "square"),
        (auto(), SDK, None, "square"),
        (head(), SDK, Some("square"), "_ckpt_update"),
        (seed(), SDK, None, "_ckpt_update"),
        (auto(), controls, None, "f"),
        (head(), controls, None, "f"),
        (seed(), controls, None, "pause"),
        (auto(), helper, None, "helper"),
        (auto(), helper, Some("main"), "main"),
        (auto(), helper, Some("not a name"), "helper"),
        // Made in a way that nobody sees from outside.
        (auto(), "exec('def hidden(x): pass')", Some("hidden"), "hidden"),
        (auto(), "class A: pass", None, "_"),
        (auto(), "", None, "_"),
    ] {
        assert_eq!(route(config, code, name), expected, "{code:?} {name:?}");
    }
    assert_eq!(UNNAMED, format!("{PYTHON_ROUTE}_"));
}

#[test]
fn native_handlers_are_meant_by_name_or_by_source() {
    let route = |native: Option<Native>, code: &str| {
        let config = native.into_iter().fold(Config::default(), Config::native);
        let mut bench = Bench::ready(config);
        bench.assign_code("t", code);
        bench.jobs[0].1.route.to_string()
    };
    assert_eq!(route(None, F), "python.f");
    assert_eq!(route(Some(Native::named("f")), F), "f");
    assert_eq!(route(Some(Native::named("g")), F), "python.f");
    assert_eq!(route(Some(Native::all()), F), "f");
    assert_eq!(route(Some(Native::all()), ""), UNNAMED);
    let mut bench = Bench::ready(Config::default());
    bench.assign("t");
    let exactly = Native::exactly("f", python(&bench).sha256);
    assert_eq!(route(Some(exactly.clone()), F), "f");
    assert_eq!(route(Some(exactly), "def f(x):\n    return -x\n"), "python.f");
}

#[test]
fn results_and_errors() {
    let mut bench = Bench::ready(Config::default());
    bench.assign("a");
    let first = bench.succeed(&json!({"x": [1, null]}));
    let expected = json!({"result": "{\"x\": [1, null]}", "task_id": "a"});
    assert_eq!(bench.only(), json!({"type": "task_result", "data": expected, "job_id": "j"}));
    bench.written(first);
    assert_eq!(bench.settled, []);
    // The next task proves that it has arrived.
    bench.assign("b");
    assert_eq!(bench.settled, [(first, Settlement::Written)]);
    let second = bench.fail(JobError::failed("boom"));
    let expected = json!({"error": "Task execution failed: boom", "task_id": "b"});
    assert_eq!(bench.only(), json!({"type": "task_error", "data": expected, "job_id": "j"}));
    bench.written(second);
    bench.advance(1999);
    assert_eq!(bench.settled.len(), 1);
    bench.advance(1);
    assert_eq!(bench.settled[1], (second, Settlement::Written));
    assert_eq!(bench.driver.protocol.in_flight(), 0);
    assert_eq!(bench.redials, 0);
}

#[test]
fn the_same_task_again_is_a_new_job_once_the_first_was_answered() {
    let mut bench = Bench::ready(Config::default());
    bench.assign("a");
    bench.assign("a");
    assert_eq!((bench.jobs.len(), bench.merged), (1, 1));
    let first = bench.fail(JobError::failed("boom"));
    bench.written(first);
    bench.assign("a");
    assert_eq!((bench.jobs.len(), bench.settled.len()), (1, 1));
    let second = bench.succeed(&json!(1));
    assert_ne!(first, second);
    assert_eq!(bench.sent.len(), 2);
}

#[test]
fn packed_code_is_refused_more_and_more_slowly() {
    let mut bench = Bench::ready(Config::default());
    bench.assign_code("a", "80049512000000000000008c0a636c6f75647069636b6c65");
    let refusal = bench.only();
    assert_eq!(refusal["type"], "task_error");
    assert!(refusal["data"]["error"].as_str().unwrap().contains("cloudpickle"), "{refusal}");
    for wait in [100, 200, 400] {
        bench.assign_code("a", "646566206628");
        bench.advance(wait - 1);
        assert_eq!(bench.sent, []);
        bench.advance(1);
        assert_eq!(bench.only()["type"], "task_error");
    }
    assert!(bench.jobs.is_empty() && bench.ignored.len() == 4);
    // Upstream's worker runs it, and finds no function.
    let mut compat = Bench::ready(Config::default().compat(true));
    compat.assign_code("a", "646566206628");
    assert_eq!(&*compat.jobs[0].1.route, UNNAMED);
}

#[test]
fn tasks_that_lack_something_are_answered_as_upstream_does() {
    let mut bench = Bench::ready(Config::default());
    bench.text(r#"{"type":"assign_task","data":{"task_args":[1],"task_id":"t"},"job_id":"x"}"#);
    let expected = json!({"error": "'func_code'", "task_id": "t"});
    assert_eq!(bench.only(), json!({"type": "task_error", "data": expected, "job_id": "x"}));
    bench.text(r#"{"type":"assign_task","data":{"func_code":"","task_args":[1]},"job_id":"x"}"#);
    for odd in [
        "hello",
        "[1,2]",
        r#"{"type":"ping"}"#,
        r#"{"type":"nope","data":{}}"#,
        r#"{"type":"job_accepted","data":{"job_id":"x"},"job_id":"x"}"#,
        r#"{"type":"load_model","data":{},"job_id":null}"#,
        r#"{"type":"checkpoint_ack","data":{"task_id":"t","checkpoint_id":1},"job_id":"j"}"#,
    ] {
        bench.text(odd);
    }
    assert_eq!((bench.sent.len(), bench.ignored.len()), (0, 9));
}

#[test]
fn results_too_large_for_the_foreman_become_errors() {
    let config = || Config::default().era(EraSetting::Seed);
    let mut bench = Bench::ready(config());
    bench.assign("a");
    let (_, job) = &bench.jobs[0];
    // The job itself is told, so that the brake counts a failure.
    assert!(job.codec.encode(Role::Result, &"z".repeat(1 << 20)).is_err());
    assert_eq!(python(&bench).max_result, 1 << 20);
    let body = Body::Bytes(format!("\"{}\"", "z".repeat(1 << 20)).into());
    let (token, _) = bench.jobs.pop().unwrap();
    bench.outcome(token, Ok(Completion { body, ..Completion::default() }));
    let error = bench.only();
    let text = error["data"]["error"].as_str().unwrap();
    assert!(text.starts_with("Task execution failed: the result takes 1048"), "{text}");
    let mut bench = Bench::ready(Config::default());
    bench.assign("a");
    let large = bench.succeed(&json!("z".repeat(2 << 20)));
    assert_eq!(bench.only()["type"], "task_result");
    // The transport says no after all.
    let error = || Error::new(ErrorKind::TooLarge, "send", "no");
    bench.input(Input::Failed { tag: Tag(large.as_u64()), error: error() });
    assert_eq!(bench.only()["type"], "task_error");
    bench.input(Input::Failed { tag: Tag(large.as_u64()), error: error() });
    assert_eq!(bench.settled.len(), 1);
}

#[test]
fn a_foreman_that_closes_at_a_large_message_is_sent_none_again() {
    let mut bench = Bench::ready(Config::default().fresh_id(Some(false)));
    bench.assign("a");
    bench.succeed(&json!("z".repeat(2 << 20)));
    bench.sent.clear();
    assert!(bench.lose(1009, true).to_string().contains("limit is 1 MiB"));
    bench.register();
    bench.sent.clear();
    bench.offer_again();
    assert_eq!(bench.only()["type"], "task_error");
}

#[test]
fn a_kill_stops_the_task_and_is_acknowledged() {
    let mut bench = Bench::ready(Config::default());
    bench.assign("a");
    bench.receive("kill_task", &json!({"task_id": "a"}));
    assert_eq!((bench.cancelled.len(), bench.sent.len()), (1, 0));
    bench.fail(JobError::cancelled("cancelled by the server"));
    assert_eq!(bench.only(), json!({"type": "kill_ack", "data": {"task_id": "a"}, "job_id": "j"}));
    // Its end is on its way already.
    bench.receive("kill_task", &json!({"task_id": "a"}));
    assert!(bench.sent.is_empty());
    // One that is not here: the foreman frees the worker for it.
    bench.receive("kill_task", &json!({"task_id": "b"}));
    assert_eq!(bench.only()["data"]["task_id"], "b");
    // One that had ended well nevertheless.
    bench.assign("c");
    bench.receive("kill_task", &json!({"task_id": "c"}));
    bench.succeed(&json!(1));
    assert_eq!(bench.only()["type"], "task_result");
    // One that is held back.
    bench.input(Input::Drain);
    bench.assign("d");
    bench.receive("kill_task", &json!({"task_id": "d"}));
    assert_eq!(bench.only()["type"], "kill_ack");
    bench.input(Input::Goodbye);
    assert!(bench.sent.is_empty());
}

#[test]
fn a_configured_seed_is_believed() {
    let mut bench = Bench::ready(Config::default().era(EraSetting::Seed));
    bench.receive("kill_task", &json!({"task_id": "a"}));
    bench.assign_head("a");
    assert_eq!((bench.sent.len(), bench.driver.protocol.era()), (0, Some(Era::Seed)));
}

#[test]
fn tasks_without_end_are_not_taken() {
    let mut bench = Bench::ready(Config::default());
    (0..MAX_TASKS + 3).for_each(|i| bench.assign(&format!("{i}")));
    assert_eq!((bench.jobs.len(), bench.ignored.len()), (MAX_TASKS, 3));
    assert!(bench.sent.is_empty());
}

#[test]
fn a_task_goes_on_from_a_checkpoint() {
    let mut bench = Bench::ready(Config::default());
    bench.receive(
        "resume_task",
        &json!({"task_id": "t", "func_code": F, "checkpoint_state": {"total": 40, "_original_task_args": [[7]]},
            "task_args": [7], "task_kwargs": {}, "progress_percent": 40.0, "checkpoint_count": 3}),
    );
    let task = python(&bench);
    let resume = task.resume.unwrap();
    assert_eq!((resume.progress_percent, resume.checkpoint_count), (Some(40.0), Some(3)));
    assert_eq!(task.task_args_json.as_str(), "[7]");
    // The list that the task was started with, which `task_args` does not show.
    let payload: &dyn Payload = &*bench.jobs[0].1.payload;
    assert_eq!(payload.args::<Vec<i64>>().unwrap(), [7]);
    assert_eq!(bench.driver.protocol.era(), Some(Era::Head));
    bench.fail(JobError::failed("boom"));
    assert_eq!(bench.only()["data"]["error"], "Resumed task execution failed: boom");
}
