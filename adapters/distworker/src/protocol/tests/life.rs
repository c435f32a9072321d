//! Registration, heartbeats, idle time, the end.

use super::*;
use crate::auth::{DateStamp, sign_registration};

#[test]
fn the_registration_is_signed_and_the_first_heartbeat_is_right_behind() {
    let mut peer = Peer::new(config());
    peer.input(Input::Connected);
    let [(None, Message::WorkerRegister(register)), (None, Message::Heartbeat(heartbeat))] =
        &peer.sent[..]
    else {
        panic!("{:?}", peer.sent)
    };
    let signed = wire::decode_signed(register.data.clone()).unwrap();
    let stamp = DateStamp::new(UNIX_EPOCH + Duration::from_secs(NOW));
    assert_eq!(signed.date, stamp.as_str());
    assert_eq!((signed.provisioner_name.as_str(), signed.worker_id.as_str()), ("static", ""));
    let signature = sign_registration(&peer.token, stamp.day(), &register.data);
    assert_eq!(register.signature, signature[..]);
    assert_eq!(heartbeat.timestamp, NOW as i64 * 1000);
    assert_eq!(heartbeat.health(), WorkerHealth::Up);
    assert_eq!(heartbeat.resource_usage, Some(Still.usage()));
    assert_eq!(peer.ready, 0, "ready only when the controller has confirmed");
    peer.respond(3600);
    assert_eq!(peer.ready, 1);
    assert_eq!(peer.sent.len(), 2, "a confirmation is not answered");
}

#[test]
fn a_heartbeat_goes_out_every_interval_with_the_time_of_then() {
    let mut peer = Peer::registered(config().heartbeat_interval(Duration::from_secs(30)));
    peer.advance(29);
    assert!(peer.sent.is_empty());
    peer.advance(1);
    peer.advance(60);
    let times: Vec<i64> = peer
        .sent
        .iter()
        .map(|(_, message)| match message {
            Message::Heartbeat(heartbeat) => heartbeat.timestamp / 1000 - NOW as i64,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(times, [30, 60, 90]);
    // Also while a task runs: nothing else shows the controller that the worker is well.
    peer.sent.clear();
    peer.assign("t");
    peer.advance(30);
    assert!(matches!(peer.only(), Message::Heartbeat(_)));
    // And not without a connection.
    peer.cut();
    peer.advance(300);
    assert!(peer.sent.is_empty());
    assert_eq!(peer.driver.protocol.next_deadline(), None);
}

#[test]
fn each_connection_registers_anew_with_the_date_of_then() {
    let mut peer = Peer::registered(config());
    peer.cut();
    peer.advance(86_400);
    peer.input(Input::Connected);
    let Message::WorkerRegister(register) = &peer.sent[0].1 else { panic!("{:?}", peer.sent) };
    let signed = wire::decode_signed(register.data.clone()).unwrap();
    assert_eq!(signed.date, "20261122T133830Z");
    let signature = sign_registration(&peer.token, "20261122", &register.data);
    assert_eq!(register.signature, signature[..]);
    assert_eq!(peer.ready, 1, "it has to be confirmed again");
}

#[test]
fn a_registration_that_the_wire_cannot_carry_ends_the_session() {
    let mut machine = ResourceInfo::default();
    machine.additional.insert("id".to_owned(), i64::MAX.into());
    let mut peer = Peer::new(config().resource_info(machine));
    peer.input(Input::Connected);
    let error = peer.failed.expect("an error");
    assert!(error.contains("resource_info.additional") && error.contains("`id`"), "{error}");
    assert!(peer.sent.is_empty());
}

#[test]
fn closed_before_the_confirmation_is_a_refusal_with_its_likely_causes() {
    let mut peer = Peer::new(config());
    peer.input(Input::Connected);
    let error = peer.cut();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(error.is_temporary(), "the token may be put right on the controller");
    let text = error.to_string();
    for cause in [
        "the worker token is wrong",
        "the provisioner `static` is not in the controller's configuration, or not of type `none`",
        "the clocks are more than 5 minutes apart",
        "the URL is not that of a worker port",
        "in_a_row: 1",
        "the stream ended",
        "journeyman doctor",
    ] {
        assert!(text.contains(cause), "{cause:?} is not in {text:?}");
    }
    assert!(!text.contains("static-token-for-tests"));
    peer.input(Input::Connected);
    assert!(peer.cut().to_string().contains("in_a_row: 2"));
    peer.input(Input::Connected);
    peer.respond(0);
    peer.cut();
    peer.input(Input::Connected);
    assert!(peer.cut().to_string().contains("in_a_row: 1"), "a confirmation ends the row");
}

#[test]
fn what_we_ended_ourselves_is_no_refusal() {
    for kind in [ErrorKind::Timeout, ErrorKind::TooLarge] {
        let mut peer = Peer::new(config());
        peer.input(Input::Connected);
        let error = Error::new(kind, "watchdog", "no sign of life");
        let explained = peer.driver.protocol.explain(Closed { code: None, error, clean: false });
        assert_eq!(explained.error.kind(), kind);
    }
}

#[test]
fn a_registered_static_worker_just_connects_again() {
    let mut peer = Peer::registered(config());
    let closed = peer.driver.protocol.explain(eof());
    assert_eq!(closed.error.kind(), ErrorKind::Disconnected);
    assert!(closed.error.is_temporary());
    assert_eq!(closed.code, Some(1006));
}

#[test]
fn a_given_worker_id_is_lost_with_its_connection() {
    let mut peer = Peer::registered(config().worker_id("static-1"));
    let error = peer.cut();
    assert!(!error.is_temporary());
    let text = error.to_string();
    assert!(text.contains("the worker id that the controller gave"), "{text}");
    assert!(text.contains("let the controller's provisioner start a new worker"), "{text}");
}

#[test]
fn a_refused_worker_id_will_be_refused_again() {
    let mut peer = Peer::new(config().worker_id("made-up"));
    peer.input(Input::Connected);
    let error = peer.cut();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(!error.is_temporary());
    assert!(error.to_string().contains("was not handed out by this controller"), "{error}");
}

#[test]
fn idle_time_ends_the_session_only_when_told_to() {
    let mut patient = Peer::registered(config());
    patient.respond(5);
    patient.advance(3600);
    assert_eq!(patient.finished, None);

    let mut exits = Peer::new(config().idle(IdlePolicy::Exit));
    exits.input(Input::Connected);
    exits.respond(5);
    exits.advance(4);
    assert_eq!(exits.finished, None);
    exits.advance(1);
    assert_eq!(exits.finished.take().unwrap(), "no task within the controller's idle time");
    exits.advance(60);
    assert_eq!(exits.finished, None, "once is enough");
}

#[test]
fn idle_time_counts_from_the_end_of_the_last_task() {
    let mut peer = Peer::new(config().idle(IdlePolicy::Exit));
    peer.input(Input::Connected);
    peer.respond(5);
    peer.sent.clear();
    peer.advance(4);
    peer.assign("t");
    peer.advance(60);
    assert_eq!(peer.finished, None, "a worker with a task is not idle");
    peer.succeed(&Value::Null);
    peer.advance(60);
    assert_eq!(peer.finished, None, "its answer is on its way");
    peer.written();
    peer.advance(4);
    assert_eq!(peer.finished, None);
    peer.advance(1);
    assert!(peer.finished.is_some());
}

#[test]
fn an_idle_time_of_zero_or_less_is_none() {
    for seconds in [0, -1, i32::MIN] {
        let mut peer = Peer::new(config().idle(IdlePolicy::Exit));
        peer.input(Input::Connected);
        peer.respond(seconds);
        peer.advance(86_400);
        assert_eq!((peer.finished, peer.ready), (None, 1));
    }
}

#[test]
fn drain_sends_nothing_and_goodbye_closes_normally() {
    let mut peer = Peer::registered(config());
    peer.input(Input::Drain);
    assert!(peer.sent.is_empty(), "there is no drain message");
    peer.input(Input::Goodbye);
    assert!(peer.sent.is_empty());
    let goodbye = peer.closed.unwrap();
    assert_eq!((goodbye.code, goodbye.reason.as_str()), (Some(1000), "worker stops"));
}

#[test]
fn junk_is_ignored_and_counted_in_every_stage() {
    let junk: [(&str, WsMessage); 8] = [
        ("a text message", WsMessage::from("hello")),
        ("not a DistWorker message", WsMessage::from(vec![0xff; 40])),
        ("not a DistWorker message", WsMessage::from(vec![0x08])),
        ("a message of unknown type 99", WsMessage::from(vec![0x08, 99])),
        ("a message of unknown type 0", WsMessage::from(Vec::new())),
        (
            "a MESSAGE_TYPE_TASK_ASSIGN message without its payload",
            WsMessage::from(vec![0x08, 0x0a]),
        ),
        (
            "it carries that of MESSAGE_TYPE_HEARTBEAT instead",
            WsMessage::from(vec![0x08, 0x0a, 0x4a, 0]),
        ),
        ("a message that only workers send", WsMessage::from(vec![0x08, 0x09, 0x4a, 0])),
    ];
    let send = |peer: &mut Peer, stage: &str| {
        for (text, message) in &junk {
            let before = peer.sent.len();
            let message = message.clone();
            peer.input(Input::Received { lane: Lane::MAIN, message });
            let ignored = peer.ignored.pop().unwrap_or_else(|| panic!("{stage}: {text}"));
            assert!(ignored.contains(text), "{stage}: {text:?} is not in {ignored:?}");
            assert_eq!(peer.sent.len(), before, "{stage}: nothing is answered");
        }
        assert!(peer.ignored.is_empty());
    };
    let mut peer = Peer::new(config());
    peer.input(Input::Connected);
    send(&mut peer, "registering");
    assert_eq!(peer.ready, 0);
    peer.respond(0);
    send(&mut peer, "idle");
    peer.assign("t");
    send(&mut peer, "working");
    peer.succeed(&Value::Null);
    send(&mut peer, "answered");
    peer.written();
    peer.input(Input::Drain);
    send(&mut peer, "draining");
    assert_eq!(peer.settled.len(), 1, "and the task ended as it should");
}

#[test]
fn a_message_over_the_limit_is_ignored() {
    let mut peer = Peer::registered(config().max_message_size(4096));
    peer.frame(vec![0u8; 4097]);
    let ignored = peer.ignored.pop().unwrap();
    assert!(ignored.contains("larger than the limit of 4096"), "{ignored}");
}
