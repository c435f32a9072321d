use super::*;
use crate::{DeviceSpecs, Metrics};

#[test]
fn registration_and_the_best_proof_there_is() {
    let mut bench = Bench::new(Config::default());
    bench.input(Input::Connected);
    let (tag, ready) = bench.sent.remove(0);
    assert_eq!(tag, Some(REGISTER));
    assert_eq!(
        ready,
        json!({"type": "worker_ready", "data": {"worker_id": "w-1a2b3c4d"}, "job_id": null})
    );
    let heartbeat = json!({"worker_id": "w-1a2b3c4d", "status": "online", "current_task": null});
    assert_eq!(bench.only(), json!({"type": "pong", "data": heartbeat, "job_id": null}));
    // A sign of life before it was written proves nothing.
    bench.input(Input::Alive);
    assert_eq!((bench.ready, bench.pings), (0, 0));
    bench.input(Input::Sent { tag: REGISTER });
    assert_eq!((bench.ready, bench.pings), (0, 1));
    bench.input(Input::Alive);
    bench.input(Input::Alive);
    assert_eq!((bench.ready, bench.pings), (1, 1));
}

#[test]
fn a_task_proves_the_registration_too() {
    let mut bench = Bench::new(Config::default());
    bench.input(Input::Connected);
    bench.assign("t");
    assert_eq!((bench.ready, bench.jobs.len()), (1, 1));
}

#[test]
fn heartbeats_and_pongs_of_each_kind() {
    let handle = MetricsHandle::new();
    let worker = |config: Config| {
        let specs = DeviceSpecs { os_type: Some("Linux".to_owned()), ..DeviceSpecs::default() };
        CrowdWorker::new(config.worker_id("w")).metrics(handle.clone()).device_specs(specs)
    };
    handle.set(Metrics { cpu_usage_percent: Some(50.0), ..Metrics::default() });
    let nested = |message: &Json| message["data"]["performance_metrics"].clone();
    let config = Config::default().heartbeat_interval(Duration::from_secs(5));
    for (era, compat, ready_has_specs, heartbeat, pong_has_metrics) in [
        (EraSetting::Auto, false, true, "pong", true),
        (EraSetting::Seed, false, true, "pong", true),
        (EraSetting::Head, false, true, "pong", true),
        (EraSetting::Auto, true, true, "pong", true),
        (EraSetting::Seed, true, false, "worker_heartbeat", false),
        (EraSetting::Head, true, true, "flat", true),
    ] {
        let mut bench = Bench::of(&worker(config.clone().era(era).compat(compat)));
        bench.register();
        let (_, ready) = bench.sent.remove(0);
        assert_eq!(ready["data"]["device_specs"].is_object(), ready_has_specs, "{era:?}");
        bench.sent.clear();
        bench.assign("t");
        bench.advance(5000);
        let message = bench.only();
        assert_eq!(message["data"]["current_task"], "t");
        match heartbeat {
            "flat" => {
                assert_eq!(message["data"]["cpu_usage_percent"], 50.0);
                assert_eq!(message["data"]["timestamp"], "2026-11-21T13:38:35");
            }
            "pong" => {
                assert_eq!(message["type"], "pong");
                assert_eq!(nested(&message)["cpu_usage_percent"], 50.0);
                assert_eq!(nested(&message)["timestamp"], "2026-11-21T13:38:35");
            }
            other => {
                let seen = (message["type"].as_str(), nested(&message));
                assert_eq!(seen, (Some(other), Json::Null));
            }
        }
        bench.receive("ping", &json!({}));
        let pong = bench.only();
        assert_eq!((&pong["type"], nested(&pong).is_object()), (&json!("pong"), pong_has_metrics));
    }
}

#[test]
fn a_registration_that_is_closed_is_explained() {
    let mut bench = Bench::new(Config::default());
    bench.input(Input::Connected);
    let error = bench.lose(1000, true);
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(error.to_string().contains("closed the connection at the registration"), "{error}");
    let mut bench = Bench::ready(Config::default());
    assert!(bench.lose(1011, true).to_string().contains("missed the answer to its WebSocket ping"));
    bench.register();
    assert!(bench.lose(1009, false).to_string().contains("raise `max_message_size`"));
    bench.register();
    assert_eq!(bench.lose(1001, true).to_string(), "receive: receive: the end");
}

#[test]
fn tasks_that_come_during_the_drain_are_given_back_at_the_very_end() {
    let mut bench = Bench::ready(Config::default());
    bench.assign("a");
    bench.input(Input::Drain);
    let token = bench.succeed(&json!(1));
    bench.sent.clear();
    bench.written(token);
    // Settled at once: no further task will prove that it has arrived.
    assert_eq!(bench.settled, [(token, Settlement::Written)]);
    bench.assign("b");
    bench.assign("b");
    bench.text(r#"{"type":"assign_task","data":{"task_id":"c"}}"#);
    bench.advance(60_000);
    assert!(bench.jobs.is_empty());
    assert!(bench.sent.iter().all(|(_, message)| message["type"] == "pong"), "{:?}", bench.sent);
    bench.sent.clear();
    bench.input(Input::Goodbye);
    let given_back: Vec<_> =
        bench.sent.iter().map(|(_, m)| (&m["type"], &m["data"]["task_id"])).collect();
    assert_eq!(
        given_back,
        [(&json!("task_error"), &json!("b")), (&json!("task_error"), &json!("c"))]
    );
    assert_eq!(bench.sent[0].1["job_id"], "j");
    assert!(bench.sent[0].1["data"]["error"].as_str().unwrap().contains("gives the task back"));
    assert_eq!(bench.closed.unwrap().code, Some(1000));
}

#[test]
fn what_is_shown() {
    let worker = CrowdWorker::new(Config::default().worker_id("w"));
    let mut bench = Bench::of(&worker);
    let shown = || worker.registrations().snapshot().pop().unwrap();
    assert_eq!(
        (shown().worker_id.as_str(), shown().registered, shown().era),
        ("w-1a2b3c4d", false, None)
    );
    bench.register();
    bench.assign_head("t");
    let now = shown();
    assert_eq!((now.registered, now.era), (true, Some(Era::Head)));
    assert_eq!((&*now.tasks[0].task_id, now.tasks[0].job_id.as_deref()), ("t", Some("j")));
    assert!(now.tasks[0].metadata.as_ref().unwrap().as_str().contains("checkpoint_enabled"));
    bench.succeed(&json!(1));
    assert!(shown().tasks.is_empty());
    bench.lose(1006, false);
    assert!(!shown().registered);
}
