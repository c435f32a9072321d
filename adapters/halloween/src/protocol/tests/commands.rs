use journeyman_core::protocol::DropReason;

use super::*;
use crate::{MqttVersion, Retained, fuzzing};

fn job(route: &str) -> Vec<Did> {
    vec![Did::Job(route.to_owned())]
}

#[test]
fn an_action_is_a_job_and_its_value_telemetry() {
    let mut bench = bench().ready();
    assert_eq!(bench.command("echo [1, 2]"), job("echo"));
    let (_, incoming) = &bench.jobs[0];
    assert_eq!(incoming.payload.args::<(i64, i64)>().unwrap(), (1, 2));
    assert_eq!(incoming.redelivered, None);
    let meta = fuzzing::meta(incoming).unwrap();
    assert_eq!((meta.prop_id(), meta.topic()), ("fogger", "halloween/fogger/cmd"));
    assert_eq!(
        (meta.action(), meta.arg().map(|a| a.text().into_owned())),
        (Some("echo"), Some("[1, 2]".to_owned()))
    );
    assert_eq!(bench.finish((1, "a")), [publish("telemetry/echo", "(1, 'a')")]);
    assert_eq!(bench.sent(), [Did::Settled(Settlement::Written)]);
    assert_eq!(bench.command("a/b"), job("a_b"));
    assert_eq!(bench.finish(()), [Did::Settled(Settlement::Written)]);
}

#[test]
fn ids_are_never_used_twice() {
    let mut bench = bench().ready();
    for _ in 0..3 {
        bench.command("echo");
    }
    let ids: std::collections::HashSet<_> =
        bench.jobs.iter().map(|(_, job)| job.id.clone()).collect();
    assert_eq!(ids.len(), 3);
}

#[test]
fn what_is_wrong_is_said_on_the_bus() {
    let mut bench = bench().ready();
    let empty = [publish("status/warn", "Empty/invalid command payload")];
    assert_eq!(bench.command(""), empty);
    assert_eq!(bench.command("  \n"), empty);
    assert_eq!(bench.command("{\"action\": \" \"}"), empty);
    // The session finds no route.
    assert_eq!(bench.command("x/y z"), job("x_y"));
    let did = bench.fail(JobError::no_route("x_y"));
    assert_eq!(did, [publish("status/warn", "Unknown action: x/y")]);
    assert_eq!(bench.sent(), [Did::Settled(Settlement::Written)]);
    bench.command("echo");
    let did = bench.fail(JobError::failed("bad thing").with_code("ValueError"));
    assert_eq!(did, [publish("status/error", "ValueError: bad thing")]);
    assert_eq!(bench.sent(), [Did::Settled(Settlement::Written)]);
}

#[test]
fn a_huge_action_is_no_job() {
    let mut bench = bench().ready();
    let did = bench.command("x".repeat(300_000));
    let [Did::Publish(topic, text, 0, false)] = &did[..] else { panic!("{did:?}") };
    assert_eq!(topic, "halloween/fogger/status/warn");
    assert_eq!(text.len(), "Unknown action: ".len() + 1024 + "…".len());
    // Cut between characters.
    let did = bench.command("ä".repeat(1000));
    assert!(matches!(&did[..], [Did::Publish(..)]), "{did:?}");
    let long = format!("echo {}", "y".repeat(300_000));
    assert_eq!(bench.command(long), job("echo"));
}

#[test]
fn do_command_takes_the_rest() {
    let prop = PropConfig::new(Config::default(), "fogger");
    let mut bench = Bench::new(&prop, &["known", "do_command"]).ready();
    assert_eq!(bench.command("known 1"), job("known"));
    assert_eq!(bench.command("x/y 1"), job("do_command"));
    assert_eq!(fuzzing::meta(&bench.jobs[1].1).unwrap().action(), Some("x/y"));
}

#[test]
fn retained_commands_are_ignored_and_said_so_once() {
    let mut bench = bench().ready();
    let old = || Spec::new("halloween/fogger/cmd", "echo old").retain();
    let warned = [publish("status/warn", "Retained command ignored: echo")];
    assert_eq!(bench.deliver(old()), warned);
    bench.lose();
    bench.register();
    assert_eq!(bench.deliver(old()), [], "after a reconnect the broker sends it again");
    assert_eq!(bench.deliver(Spec::new("halloween/fogger/cmd", "a/b").retain()).len(), 1);
    assert_eq!(bench.command("echo old"), job("echo"), "live ones run");
}

#[test]
fn retained_commands_run_once_where_that_is_wanted() {
    let mut bench = bench_with(Config::default().retained(Retained::Run)).ready();
    let old = || Spec::new("halloween/fogger/cmd", "echo old").retain();
    assert_eq!(bench.deliver(old()), job("echo"));
    assert_eq!(bench.deliver(old()), []);
    bench.lose();
    bench.register();
    assert_eq!(bench.deliver(old()), []);
}

#[test]
fn retained_commands_are_cleared_where_that_is_wanted() {
    let mut bench = bench_with(Config::default().retained(Retained::Clear)).ready();
    let did = bench.deliver(Spec::new("halloween/fogger/cmd", "echo old").retain());
    let cleared = retained_publish("cmd", "");
    assert_eq!(did, [publish("status/warn", "Retained command cleared: echo"), cleared]);
    assert_eq!(bench.command(""), [], "our own message, which the broker gives to us, too");
    assert_eq!(bench.command("").len(), 1, "somebody else's");
}

#[test]
fn an_answer_goes_where_it_is_expected() {
    let config = Config::default().mqtt(MqttVersion::V5);
    let mut bench = bench_with(config).ready();
    let spec =
        || Spec::new("halloween/fogger/cmd", "echo 1").qos(1).respond_to("me/answers", b"\x01\x02");
    let answer = |payload: &str| Did::Publish("me/answers".into(), payload.into(), 1, false);
    assert_eq!(bench.deliver(spec().user("traceparent", "00-1-2-3")), job("echo"));
    assert_eq!(bench.jobs[0].1.traceparent.as_deref(), Some("00-1-2-3"));
    assert!(fuzzing::meta(&bench.jobs[0].1).unwrap().wants_answer());
    let (token, incoming) = bench.jobs.remove(0);
    let body = incoming.codec.encode(Role::Result, &(1, "æ")).unwrap();
    let actions = bench.driver.outcome(token, Ok(Completion { body, ..Completion::default() }));
    let Action::Send { message: MqttMessage::Publish(sent), .. } = &actions[0] else { panic!() };
    let properties = sent.properties.as_deref().unwrap();
    assert_eq!(properties.correlation_data.as_deref(), Some(&b"\x01\x02"[..]));
    assert_eq!(properties.content_type.as_deref(), Some("application/json"));
    assert_eq!(properties.user, [("status".to_owned(), "ok".to_owned())]);
    assert_eq!(bench.note(actions), [answer("[1, \"\\u00e6\"]")]);
    // This time the bench acknowledges at the end.
    assert_eq!(bench.sent(), [Did::Ack, Did::Settled(Settlement::Confirmed)]);
    bench.deliver(spec());
    assert_eq!(bench.finish(()), [answer("null")], "nothing is an answer, too");
    bench.sent();
    bench.deliver(spec());
    let did = bench.fail(JobError::failed("no \"x\"").with_code("E"));
    let error = publish("status/error", "E: no \"x\"");
    assert_eq!(did, [error, answer("{\"error\": \"E: no \\\"x\\\"\"}")]);
}

#[test]
fn a_result_that_the_broker_refuses_is_an_error_on_the_bus() {
    let mut bench = bench().ready();
    bench.command("echo");
    bench.finish("big");
    let did = bench.failed(ErrorKind::TooLarge);
    let text = "RESULT_NOT_SENDABLE: the result was not published: not allowed";
    assert_eq!(did, [publish("status/error", text)]);
    assert_eq!(bench.sent(), [Did::Settled(Settlement::Written)]);
    bench.command("echo");
    bench.finish("big");
    bench.failed(ErrorKind::TooLarge);
    let did = bench.failed(ErrorKind::Refused);
    assert_eq!(did, [Did::Settled(Settlement::Dropped(DropReason::Unknown))]);
    assert!(bench.driver.protocol.jobs.is_empty());
}

#[test]
fn the_json_form_takes_and_gives_json() {
    let config = Config::default().form(crate::Form::Json);
    let mut bench = bench_with(config).ready();
    assert_eq!(bench.command("echo x").len(), 1, "no JSON object");
    assert_eq!(bench.command(r#"{"action":"echo","args":"5"}"#), job("echo"));
    let text: String = bench.jobs[0].1.payload.args().unwrap();
    assert_eq!(text, "5");
    assert_eq!(bench.finish("5"), [publish("telemetry/echo", "\"5\"")]);
}
