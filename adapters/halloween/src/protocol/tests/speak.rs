use super::*;
use crate::{Flushed, Form, PublishOptions};
use journeyman_core::{
    Extensions,
    job::{Body, OutEvent},
};

fn telemetry(value: i32, options: PublishOptions) -> PropCommand {
    PropCommand::telemetry("fogger", Form::Python, "tick", &value, options).unwrap()
}

fn once() -> PublishOptions {
    PublishOptions::new().qos(QoS::AtLeastOnce)
}

fn tick(value: i32, qos: u8) -> Did {
    Did::Publish("halloween/fogger/telemetry/tick".to_owned(), value.to_string(), qos, false)
}

#[test]
fn while_the_broker_is_away_the_lasting_ones_are_kept_in_order() {
    let mut bench = bench_with(Config::default().offline_queue(3));
    bench.register();
    bench.lose();
    assert_eq!(bench.tell(telemetry(0, PublishOptions::new())), [], "lost, as upstream's");
    for value in 1..=5 {
        assert_eq!(bench.tell(telemetry(value, once())), []);
    }
    let did = bench.register();
    let kept = [tick(3, 1), tick(4, 1), tick(5, 1)];
    let lost = publish("status/warn", "Queue full while disconnected: 2 messages lost");
    assert_eq!(did[4..7], kept, "{did:?}");
    assert_eq!(did[7..], [lost]);
    let ready = did.iter().position(|did| *did == Did::Ready);
    assert_eq!(ready, Some(3), "after the announcement");
}

#[test]
fn what_is_said_before_the_announcement_comes_after_it() {
    let mut bench = bench();
    bench.connect();
    bench.tell(telemetry(1, PublishOptions::new()));
    let state = PropCommand::state("fogger", Form::Python, "armed", once().retained()).unwrap();
    assert_eq!(bench.tell(state), []);
    bench.grant();
    bench.sent();
    assert_eq!(bench.sent(), [Did::Ready, tick(1, 0), retained_publish("state", "armed")]);
}

#[test]
fn unconfirmed_messages_are_sent_again_unless_the_transport_does_it() {
    for (resent, again) in [(0, 3), (1, 2), (2, 1), (9, 0)] {
        let mut bench = bench_with(keeping()).ready();
        for value in 1..=3 {
            bench.tell(telemetry(value, once()));
        }
        bench.lose();
        bench.connect();
        bench.receive(broker::connack(resent));
        bench.grant();
        bench.sent();
        let did = bench.sent();
        let wanted: Vec<_> = (4 - again..=3).map(|value| tick(value, 1)).collect();
        assert_eq!(did[1..], wanted, "{resent}");
    }
}

#[test]
fn what_an_earlier_connection_left_is_not_taken_for_what_the_last_one_did() {
    let mut bench = bench_with(keeping()).ready();
    bench.tell(telemetry(1, once()));
    bench.tell(telemetry(2, once()));
    bench.lose();
    // The transport sends the first again, and this connection does not last either.
    bench.connect();
    bench.receive(broker::connack(1));
    bench.grant();
    bench.lose();
    // Its announcements were on their way, and are not counted for the second message.
    bench.connect();
    bench.receive(broker::connack(2));
    bench.grant();
    bench.sent();
    assert_eq!(bench.sent(), [Did::Ready, tick(2, 1)]);
}

#[test]
fn a_flood_of_telemetry_is_limited_and_reported() {
    let config = Config::default().telemetry_rate(10).telemetry_burst(5);
    let mut bench = bench_with(config).ready();
    let said = (0..20).filter(|v| !bench.tell(telemetry(*v, PublishOptions::new())).is_empty());
    assert_eq!(said.count(), 5);
    // Status is not telemetry.
    let status = PropCommand::status("fogger", Form::Python, "x", &1, PublishOptions::new());
    assert_eq!(bench.tell(status.unwrap()).len(), 1);
    let text = "Telemetry limit of 10 per second exceeded: 15 messages lost";
    assert_eq!(bench.advance(10), [publish("status/warn", text)]);
    assert_eq!(bench.advance(100), []);
    // What a handler returns does not count.
    for _ in 0..20 {
        bench.command("echo 1");
        assert_eq!(bench.finish(1).len(), 1);
    }
}

#[test]
fn a_prop_can_say_that_it_has_stopped_and_goes_on_answering() {
    let mut bench = bench().ready();
    let stopped =
        [retained_publish("availability", "offline"), retained_publish("state", "stopped")];
    assert_eq!(bench.tell(PropCommand::Stop), stopped);
    assert_eq!(bench.command("echo 1"), [Did::Job("echo".to_owned())]);
    bench.lose();
    let did = bench.register();
    assert_eq!(did[1..3], stopped, "a reconnect does not bring it back to life");
    let started =
        [retained_publish("availability", "online"), retained_publish("state", "started")];
    assert_eq!(bench.tell(PropCommand::Start), started);
    bench.lose();
    assert_eq!(bench.tell(PropCommand::Stop), []);
    assert_eq!(bench.register()[1..3], stopped);
}

#[test]
fn a_flush_is_over_when_what_was_said_before_is_on_its_way() {
    let mut bench = bench();
    for ready in [false, true] {
        if ready {
            bench.register();
        }
        let guard = Arc::new(());
        let flushed = Flushed::new(Arc::clone(&guard));
        assert_eq!(bench.tell(PropCommand::Flush(flushed)), []);
        assert_eq!(
            Arc::strong_count(&guard),
            1,
            "it is dropped at once, also without a connection"
        );
    }
}

#[test]
fn events_of_jobs_are_telemetry() {
    let mut bench = bench().ready();
    bench.command("echo");
    let token = bench.jobs[0].0;
    let event = |name: &str, extensions| {
        let body = Body::Bytes("5".into());
        Input::Event { token, event: OutEvent { name: name.to_owned(), body, extensions } }
    };
    let did = bench.handle(event("a/b", Extensions::new().with(once().retained())));
    assert_eq!(did, [retained_publish("telemetry/a/b", "5")]);
    let did = bench.handle(event("a/#", Extensions::new()));
    let text = "ValueError: Publish topic cannot contain wildcards.";
    assert_eq!(did, [publish("status/error", text)]);
}

#[test]
fn commands_for_others() {
    let mut bench = bench().ready();
    let command = PropCommand::broadcast(["a", "b"], "go", &(), QoS::AtLeastOnce).unwrap();
    let payload = "{\"action\": \"go\", \"args\": null}";
    let to = |id: &str| Did::Publish(format!("halloween/{id}/cmd"), payload.to_owned(), 1, false);
    assert_eq!(bench.tell(command), [to("a"), to("b")]);
    let device = PropCommand::device_command("esp32", "set_volume", &5, QoS::AtMostOnce).unwrap();
    let payload = "{\"action\": \"set_volume\", \"args\": 5, \"params\": 5}";
    let wanted = Did::Publish("halloween/esp32/cmd".into(), payload.into(), 0, false);
    assert_eq!(bench.tell(device), [wanted]);
    let error = PropCommand::command("a/+", "go", &(), QoS::AtMostOnce).unwrap_err();
    let text = crate::error_text(&error);
    assert_eq!(text, "ValueError: Publish topic cannot contain wildcards.");
    assert!(PropCommand::raw(Publish::new("", "x")).is_err());
    assert!(PropCommand::raw(Publish::new("a\0", "x")).is_err());
    assert!(PropCommand::broadcast(["a", "#"], "go", &(), QoS::AtMostOnce).is_err());
}

#[test]
fn a_message_that_the_broker_refuses_is_said_on_the_bus() {
    let mut bench = bench().ready();
    bench.tell(telemetry(1, once()));
    let did = bench.failed(ErrorKind::Refused);
    let text = "PublishError: halloween/fogger/telemetry/tick: not allowed";
    assert_eq!(did, [publish("status/error", text)]);
    bench.tell(telemetry(2, once()));
    assert_eq!(bench.failed(ErrorKind::Disconnected), [], "kept for the next connection");
    bench.lose();
    assert_eq!(bench.register().last(), Some(&tick(2, 1)));
}

#[test]
fn commands_of_other_adapters_are_ignored() {
    let mut bench = bench().ready();
    let command: Box<dyn std::any::Any + Send> = Box::new(5_u8);
    assert_eq!(bench.handle(Input::Command { token: None, command }), [Did::Ignored]);
}
