//! The doctor, on MQTT brokers that are well and not.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

#[path = "support/house.rs"]
mod house;
mod support;

use house::House;
use journeyman_testkit::halloween::{Access, Acl, AclRule, BrokerConfig, Message, QoS, Who};
use support::{journeyman, run};

const PASSWORD: &str = "test-worker-pw";

/// The exit code and what was said, with this password.
fn doctor(password: &str, args: &[&str]) -> (i32, String) {
    let mut all = vec!["doctor"];
    all.extend(args);
    let mut command = journeyman(&all);
    command.env("MQTT_WORKER_PW", password);
    let (code, stdout, stderr) = run(&mut command);
    let text = stdout + &stderr;
    assert!(password.is_empty() || !text.contains(password), "{text}");
    let long: Vec<_> = text.lines().filter(|line| line.chars().count() > 110).collect();
    assert!(long.is_empty(), "{long:?}");
    // Long texts are wrapped.
    (code, text.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[track_caller]
fn says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part}: {text}");
    }
}

fn uri(house: &House, options: &str) -> String {
    format!("halloween+mqtt://{}{options}", house.addr())
}

/// Nothing of the look is left on the broker.
fn nothing_left(house: &House) {
    let left = house.broker.all_retained("#");
    assert!(left.iter().all(|message| !message.topic.contains("doctor")), "{left:?}");
}

#[test]
fn all_is_well() {
    let house = House::start(BrokerConfig::halloween());
    for options in ["", "?mqtt=5", "?profile=head&client_id=worker_host"] {
        let (code, text) = doctor(PASSWORD, &[&uri(&house, options)]);
        assert_eq!(code, 0, "{options}: {text}");
        let steps = [
            "configuration",
            "DNS",
            "TCP",
            "CONNECT",
            "subscription",
            "commands",
            "telemetry",
            "status",
            "availability",
            "state",
            "last will",
            "clean-up",
        ];
        for step in steps {
            assert!(text.contains(&format!(" ok {step} ")), "{step}: {text}");
        }
        says(&text, &["- TLS not used", "halloween::Prop native", "All well."]);
    }
    nothing_left(&house);
}

#[test]
fn the_other_profile_and_no_user() {
    let house = House::start(BrokerConfig::default());
    let (code, text) = doctor("", &[&uri(&house, "?profile=seed")]);
    assert_eq!(code, 0, "{text}");
    says(&text, &["without a user name", "/status/availability: written"]);
    assert!(!text.contains(" ok state "), "{text}");
    nothing_left(&house);
}

#[test]
fn who_is_there_already_is_told() {
    let house = House::start(BrokerConfig::default());
    let online = |topic: &str| {
        house.broker.publish(Message::new(topic, "online").qos(QoS::AtLeastOnce).retain(true));
    };
    online("halloween/fogger/availability");
    online("halloween/worker_host/availability");
    let (code, text) = doctor("", &[&uri(&house, "?prop=fogger")]);
    assert_eq!(code, 0, "{text}");
    says(&text, &["halloween/fogger/cmd: granted", "warning others fogger is `online` already"]);
    let (code, text) = doctor("", &[&uri(&house, "")]);
    assert_eq!(code, 0, "{text}");
    says(&text, &["- others a worker host is `online` here"]);
    assert_eq!(house.retained("halloween/fogger/availability").as_deref(), Some("online"));
    nothing_left(&house);
}

#[test]
fn without_publishing() {
    let house = House::start(BrokerConfig::default());
    let (code, text) = doctor("", &[&uri(&house, ""), "--no-register"]);
    assert_eq!(code, 0, "{text}");
    says(&text, &["ok subscription", "- rights not tried: nothing was to be published"]);
    assert!(house.visitor.log().is_empty(), "{:?}", house.visitor.log());
    let submit = ["--submit-to", "http://h", "--queue", "q"];
    let uri = uri(&house, "");
    let (code, text) = doctor("", &[&[uri.as_str()], &submit[..]].concat());
    assert_eq!(code, 2, "{text}");
    says(&text, &["published on the bus", "mosquitto_pub -t halloween/PROP/cmd"]);
}

#[test]
fn a_wrong_password_is_refused_with_the_way_out() {
    let house = House::start(BrokerConfig::halloween());
    for (options, reason) in
        [("", "bad user name or password"), ("?mqtt=5", "bad user name or password")]
    {
        let (code, text) = doctor("a wrong one", &[&uri(&house, options)]);
        assert_eq!(code, 4, "{text}");
        says(&text, &["FAILED CONNECT", "what to do:", "it was tried as `worker`"]);
        says(&text, &["MQTT_WORKER_PW", "begin with `CONNECT`"]);
        let said = text.contains(reason) || text.contains("not authorized");
        assert!(said, "{text}");
    }
}

#[test]
fn rights_that_are_missing_are_named() {
    // A user who may only read.
    let mut config = BrokerConfig::halloween();
    let rule = |access, filter: &str| AclRule {
        who: Who::User("worker".to_owned()),
        access,
        filter: filter.to_owned(),
    };
    let mut rules = Acl::halloween();
    rules.rules.retain(|rule| rule.who == Who::User("admin".to_owned()));
    let admin = rules.clone();
    rules.rules.push(rule(Access::Read, "halloween/#"));
    config.acl = Some(rules);
    let house = House::start(config.clone());
    for options in ["", "?mqtt=5"] {
        let (code, text) = doctor(PASSWORD, &[&uri(&house, options)]);
        assert_eq!(code, 4, "{text}");
        says(
            &text,
            &["FAILED telemetry", "this user may not publish there", "let this user write"],
        );
        says(&text, &["warning commands", "may not command other props", "- last will not tried"]);
    }
    drop(house);

    // One who may only write: granted by 3.1.1 all the same, and hears nothing.
    let mut rules = admin;
    rules.rules.push(rule(Access::Write, "halloween/#"));
    config.acl = Some(rules);
    let house = House::start(config);
    let (code, text) = doctor(PASSWORD, &[&uri(&house, "")]);
    assert_eq!(code, 4, "{text}");
    says(&text, &["does not hear what is published there", "let this user read", "ok telemetry"]);
    says(&text, &["which no prop needs", "ok clean-up"]);
    nothing_left(&house);
}

#[test]
fn a_subscription_that_is_refused() {
    let house = House::start(BrokerConfig::default());
    house.broker.faults().refuse_subscriptions(1, 0x87);
    let (code, text) = doctor("", &[&uri(&house, "?mqtt=5")]);
    assert_eq!(code, 4, "{text}");
    says(&text, &["FAILED subscription", "not authorized", "topic readwrite halloween/+/#"]);
}

#[test]
fn nobody_there_or_somebody_else() {
    let (code, text) = doctor("", &["halloween+mqtt://127.0.0.1:1"]);
    assert_eq!(code, 3, "{text}");
    says(&text, &["FAILED TCP", "what to do: check that the server runs"]);
    assert!(!text.contains("ok CONNECT"), "{text}");
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let uri = format!("halloween+mqtt://{}", silent.local_addr().unwrap());
    let (code, text) = doctor("", &[&uri, "--timeout", "300ms"]);
    assert_eq!(code, 3, "{text}");
    says(&text, &["FAILED CONNECT"]);
    let house = House::start(BrokerConfig::default());
    let (code, text) = doctor("", &[&format!("halloween+mqtts://{}", house.addr())]);
    assert_eq!(code, 3, "{text}");
    says(&text, &["FAILED TLS", "what to do:"]);
    let (code, text) = doctor("", &["halloween+mqtt://h?prop=a/b"]);
    assert_eq!(code, 2, "{text}");
    says(&text, &["FAILED configuration", "`prop`"]);
}
