//! The recorded registrations, replayed over a real socket: each ends as it ended at the real
//! controller, and the log gives the real controller's reason.

#![allow(clippy::unwrap_used)]

mod distworker_support;

use distworker_support::*;
use journeyman_testkit::distworker::{Clock, Event};
use journeyman_testkit::vectors::Vectors;
use prost::Message as _;

/// What the log says for each refused case; `None` for the accepted ones.
fn expected_reason(id: &str) -> Option<&'static str> {
    Some(match id {
        "ok" | "replay-1" | "replay-2" | "date-minus-298s" | "date-plus-298s" | "date-fraction"
        | "no-resource-info" => return None,
        "text-frame" => "expected binary message for registration",
        "not-protobuf" => "failed to unmarshal registration message: ",
        "empty" | "payload-without-type" => {
            "expected worker registration message, got: MESSAGE_TYPE_UNSPECIFIED"
        }
        "heartbeat-first" => "expected worker registration message, got: MESSAGE_TYPE_HEARTBEAT",
        "no-payload" => "worker register payload is nil",
        "inner-garbage" => "failed to unmarshal signed registration: ",
        "bad-signature-bit" | "wrong-token" | "wrong-day-in-key" => "signature mismatch",
        "unknown-provisioner" => "worker provisioner(\"ghost\") not found",
        "empty-provisioner" => "worker provisioner(\"\") not found",
        "made-up-worker-id" => "worker not found (id=math-worker-001): worker session not found",
        "date-minus-302s" | "date-plus-302s" => "request timestamp too old or too far in future",
        "date-empty" | "date-rfc3339" => "invalid date format: ",
        other => panic!("no expectation for the recorded case {other:?}"),
    })
}

#[tokio::test]
async fn recorded_registrations_end_as_recorded() {
    let mut vectors = Vectors::load(vector_path("registration_cases.jsonl"));
    let clock = Clock::fixed(0);
    let controller = start(config().clock(clock.clone()).timers(quiet())).await;
    while let Some(line) = vectors.take_next("replayed registration") {
        clock.hold(line.value["server_unix_time"].as_i64().unwrap());
        let mut events = controller.events_from_now();
        let mut peer = Peer::connect(controller.worker_addr()).await;
        let opcode = match line.channel() {
            "websocket binary" => BINARY,
            "websocket text" => TEXT,
            other => panic!("{}: channel {other:?}", line.id),
        };
        peer.send_frame(0x80 | opcode, &line.frame()).await;
        match (line.text("outcome"), expected_reason(&line.id)) {
            ("accepted", None) => {
                assert_eq!(peer.binary().await, [8, 3, 0x1a, 3, 0x50, 0x90, 0x1c], "{}", line.id);
                let registered =
                    event(&mut events, "registration", |e| matches!(e, Event::Registered { .. }));
                let Event::Registered { worker_id, .. } = registered.await else { unreachable!() };
                assert!(worker_id.starts_with("static-"), "{worker_id}");
            }
            ("tcp closed without close frame", Some(reason)) => {
                assert_eq!(peer.frame().await, None, "{}: only a ping, then the end", line.id);
                let refused = event(&mut events, "refusal", |e| matches!(e, Event::Refused { .. }));
                let Event::Refused { reason: logged, .. } = refused.await else { unreachable!() };
                assert!(logged.starts_with(reason), "{}: {logged:?}", line.id);
                assert!(reason.ends_with(": ") || logged == reason, "{}: {logged:?}", line.id);
            }
            (outcome, expected) => panic!("{}: {outcome:?}, {expected:?}", line.id),
        }
        drop(peer);
        event(&mut events, "end", |e| matches!(e, Event::Disconnected { .. })).await;
    }
    assert_eq!(vectors.finish(), 24);
    assert_eq!(controller.connections(), 0);
    assert!(controller.workers().is_empty());
    controller.shutdown().await;
}

#[tokio::test]
async fn a_command_provisioner_takes_no_worker_without_id() {
    let controller = start_quiet().await;
    let mut events = controller.events();
    let mut peer = Peer::connect(controller.worker_addr()).await;
    peer.send(&register("cmdprov", "", "whatever", DATE)).await;
    assert_eq!(peer.frame().await, None);
    let refused = event(&mut events, "refusal", |e| matches!(e, Event::Refused { .. })).await;
    assert_eq!(refused, Event::Refused { connection: 1, reason: "no worker id".to_owned() });
}

#[tokio::test]
async fn provisioned_workers_live_as_long_as_their_connection() {
    let controller = start_quiet().await;
    let mut events = controller.events();
    let (id, token) = controller.provision("cmdprov").unwrap();
    assert_eq!(controller.provision("ghost"), None);
    assert!(!controller.provision_as("cmdprov", &id, "other"), "an id is given once");

    // The wrong token does not use the session up.
    let mut wrong = Peer::connect(controller.worker_addr()).await;
    wrong.send(&register("cmdprov", &id, "wrong", DATE)).await;
    assert_eq!(wrong.frame().await, None);

    let mut peer = Peer::connect(controller.worker_addr()).await;
    peer.send(&register("cmdprov", &id, &token, DATE)).await;
    assert_eq!(peer.message().await.response, Some(Response { idle_time: 10 }));
    let workers = controller.workers();
    assert_eq!(&*workers[0].worker_id, id);
    // What a provisioned worker tells about itself is ignored.
    assert!(workers[0].resource_info.is_empty());
    drop(peer);
    event(
        &mut events,
        "end",
        |e| matches!(e, Event::Disconnected { worker_id: Some(gone), .. } if **gone == *id),
    )
    .await;

    let mut again = Peer::connect(controller.worker_addr()).await;
    again.send(&register("cmdprov", &id, &token, DATE)).await;
    assert_eq!(again.frame().await, None);
    let reason = format!("worker not found (id={id}): worker session not found");
    event(&mut events, "refusal", |e| {
        *e == Event::Refused { connection: 3, reason: reason.clone() }
    })
    .await;
}

#[tokio::test]
async fn the_provisioner_of_a_provisioned_worker_is_looked_up_after_its_signature() {
    let controller = start_quiet().await;
    let mut events = controller.events();
    let (id, token) = controller.provision("cmdprov").unwrap();
    for (provisioner, token, reason) in [
        ("ghost", "wrong", "signature mismatch"),
        ("ghost", token.as_str(), "worker provisioner(\"ghost\") not found"),
    ] {
        let mut peer = Peer::connect(controller.worker_addr()).await;
        peer.send(&register(provisioner, &id, token, DATE)).await;
        assert_eq!(peer.frame().await, None);
        let refused = event(&mut events, "refusal", |e| matches!(e, Event::Refused { .. })).await;
        assert!(
            matches!(&refused, Event::Refused { reason: logged, .. } if logged == reason),
            "{refused}"
        );
    }
    // The session's own provisioner is not compared with the one that the worker names.
    let mut peer = Peer::connect(controller.worker_addr()).await;
    peer.send(&register("other", &id, &token, DATE)).await;
    assert_eq!(peer.message().await.response, Some(Response { idle_time: 120 }));
}

#[tokio::test]
async fn the_id_of_a_static_worker_is_worth_nothing_to_others() {
    let controller = start_quiet().await;
    let mut events = controller.events();
    let _peer = Peer::register(&controller, "static", STATIC_TOKEN).await;
    let id = controller.workers()[0].worker_id.clone();
    for token in ["", STATIC_TOKEN] {
        let mut thief = Peer::connect(controller.worker_addr()).await;
        thief.send(&register("static", &id, token, DATE)).await;
        assert_eq!(thief.frame().await, None);
        event(
            &mut events,
            "refusal",
            |e| matches!(e, Event::Refused { reason, .. } if reason == "signature mismatch"),
        )
        .await;
    }
}

#[tokio::test]
async fn clock_skew_counts_in_both_directions() {
    let controller = start_quiet().await;
    let mut events = controller.events();
    for (offset_ms, accepted) in
        [(300_000, true), (300_001, false), (-300_000, true), (-300_001, false)]
    {
        controller.set_clock_offset_ms(offset_ms);
        let mut peer = Peer::connect(controller.worker_addr()).await;
        peer.send(&register("static", "", STATIC_TOKEN, DATE)).await;
        assert_eq!(peer.frame().await.is_some(), accepted, "{offset_ms}");
        event(&mut events, "judgement", |e| match e {
            Event::Registered { .. } => accepted,
            Event::Refused { reason, .. } => {
                assert_eq!(reason, "request timestamp too old or too far in future");
                !accepted
            }
            _ => false,
        })
        .await;
    }
}

#[tokio::test]
async fn resource_info_is_shown_flat_and_additional_overrides() {
    let controller = start_quiet().await;
    let mut peer = Peer::connect(controller.worker_addr()).await;
    let additional = serde_json::json!({"hostname": "override", "gpu": ["a", {"b": 1}]});
    let signed = Signed {
        provisioner: "static".to_owned(),
        worker_id: String::new(),
        date: DATE.to_owned(),
        info: Some(Info {
            hostname: "host-a".to_owned(),
            cpu_cores: 4,
            memory_mb: 8192,
            additional: to_struct(&additional),
        }),
    };
    let data = signed.encode_to_vec();
    let signature =
        journeyman_testkit::distworker::registration_signature(STATIC_TOKEN, &DATE[..8], &data);
    let register = Some(Register { data, signature: signature.to_vec() });
    peer.send(&Envelope { kind: 2, register, ..Envelope::default() }.encode_to_vec()).await;
    assert!(peer.message().await.response.is_some());
    assert_eq!(
        serde_json::Value::Object(controller.workers()[0].resource_info.clone()),
        serde_json::json!({
            "hostname": "override", "cpu_cores": 4, "memory_mb": 8192, "gpu": ["a", {"b": 1}],
        })
    );
}
