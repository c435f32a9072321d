//! Lines, read one by one.

use journeyman_core::Value;
use journeyman_exec::Answer;
use journeyman_halloween::{PublishOptions, QoS};

use super::super::line::{Line, Word};

fn word(line: &str) -> Word {
    match Line::read(line.as_bytes()) {
        Ok(Line::Word(word)) => word,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn telemetry_and_status_have_key_and_value() {
    let plain = PublishOptions::new();
    let (key, value) = ("a/b".to_owned(), Value::Int(1));
    assert_eq!(
        word(r#"{"telemetry":{"key":"a/b","value":1}}"#),
        Word::Telemetry { key: key.clone(), value: value.clone(), options: plain }
    );
    assert_eq!(
        word(r#"{"telemetry":{"key":"a/b","value":1,"qos":2,"retain":true},"other":5}"#),
        Word::Telemetry {
            key: key.clone(),
            value: value.clone(),
            options: plain.qos(QoS::ExactlyOnce).retained()
        }
    );
    assert_eq!(
        word(r#"{"status":{"key":"a/b","value":1,"qos":1}}"#),
        Word::Status { key, value, options: plain.qos(QoS::AtLeastOnce) }
    );
    assert_eq!(
        word(r#"{"telemetry":{"key":"none","value":null}}"#),
        Word::Telemetry { key: "none".into(), value: Value::Null, options: plain }
    );
}

#[test]
fn a_state_is_a_text_or_an_object() {
    let plain = PublishOptions::new();
    assert_eq!(word(r#"{"state":"armed"}"#), Word::State { value: "armed".into(), options: plain });
    assert_eq!(
        word(r#"{"state":{"value":"armed","retain":true}}"#),
        Word::State { value: "armed".into(), options: plain.retained() }
    );
}

#[test]
fn commands_for_others() {
    assert_eq!(
        word(r#"{"command":{"target":"fogger","action":"start"}}"#),
        Word::Command {
            target: "fogger".into(),
            action: "start".into(),
            args: Value::Null,
            qos: QoS::AtLeastOnce,
            device: false
        }
    );
    assert_eq!(
        word(r#"{"command":{"target":"f","action":"a","args":{"v":1},"qos":0,"device":true}}"#),
        Word::Command {
            target: "f".into(),
            action: "a".into(),
            args: Value::object([("v", 1)]),
            qos: QoS::AtMostOnce,
            device: true
        }
    );
    assert_eq!(
        word(r#"{"broadcast":{"targets":["a","b"],"action":"stop","args":[1]}}"#),
        Word::Broadcast {
            targets: vec!["a".into(), "b".into()],
            action: "stop".into(),
            args: Value::List(vec![1.into()]),
            qos: QoS::AtLeastOnce
        }
    );
}

#[test]
fn answers_and_the_exit() {
    let read = |line: &str| Line::read(line.as_bytes()).unwrap();
    let Line::Answer { id: Some(id), answer: Answer::Result(Value::Null) } =
        read(r#"{"id":"p-1","result":null}"#)
    else {
        panic!("no result")
    };
    assert_eq!(id, "p-1");
    let line = read(r#"{"error":{"code":"C"}}"#);
    assert!(matches!(line, Line::Answer { id: None, answer: Answer::Error(_) }), "{line:?}");
    let line = read(r#"{"progress":0.5}"#);
    assert!(matches!(line, Line::Answer { answer: Answer::Progress { .. }, .. }), "{line:?}");
    assert!(matches!(read(r#"{"exit":true}"#), Line::Exit));
}

#[test]
fn wrong_lines_are_explained() {
    let many = format!(
        r#"{{"broadcast":{{"action":"a","targets":[{}]}}}}"#,
        vec!["\"x\""; 1001].join(",")
    );
    for (line, part) in [
        ("hello", "expected value"),
        ("{}", "none of the keys"),
        ("{\"exit\":false}", "none of the keys"),
        ("{\"telemetry\":null}", "none of the keys"),
        ("[1]", "no message"),
        (r#"{"telemetry":{"tick":1}}"#, "unknown field `tick`"),
        (r#"{"telemetry":{"key":"a"}}"#, "missing field `value`"),
        (r#"{"telemetry":{"key":"a","value":1,"retained":true}}"#, "unknown field `retained`"),
        (r#"{"status":{"key":"a","value":1,"qos":3}}"#, "`qos` is 0, 1 or 2"),
        (r#"{"state":5}"#, "`state` is a text"),
        (r#"{"command":{"action":"a"}}"#, "missing field `target`"),
        (r#"{"broadcast":{"targets":"abc","action":"a"}}"#, "invalid type"),
        (&many, "more than 1000 targets"),
        (r#"{"result":1,"state":"a"}"#, "more than one thing"),
        (r#"{"telemetry":{"key":"a","value":1},"state":"a"}"#, "more than one thing"),
        (r#"{"exit":true,"state":"a"}"#, "more than one thing"),
        (r#"{"result":1,"error":{}}"#, "both"),
        (r#"{"error":"no"}"#, "no answer"),
        (r#"{"id":5,"result":1}"#, "invalid type"),
        (r#"{"result":NaN}"#, "expected"),
        ("\u{0}", "expected value"),
    ] {
        let error = Line::read(line.as_bytes()).unwrap_err();
        assert!(error.message().contains(part), "{line}: {}", error.message());
        assert!(error.message().contains("standard error"), "{}", error.message());
        assert!(error.message().len() < 1000, "{}", error.message().len());
        assert_eq!(error.code(), Some("EXEC_OUTPUT"));
    }
}
