use super::*;
use crate::Profile;

#[test]
fn ready_when_all_is_confirmed_and_in_the_order_of_the_sheet() {
    let mut bench = bench();
    assert_eq!(bench.connect(), [Did::Subscribe(vec!["halloween/fogger/cmd".to_owned()])]);
    assert_eq!(bench.filters[0].1, 1);
    let announced =
        [retained_publish("availability", "online"), retained_publish("state", "started")];
    assert_eq!(bench.grant(), announced);
    assert_eq!(bench.sent(), []);
    assert_eq!(bench.sent(), [Did::Ready]);
    // After every lost connection the same again.
    for _ in 0..3 {
        assert_eq!(bench.lose(), []);
        let again = bench.register();
        assert_eq!(again[1..3], announced);
        assert_eq!(again.last(), Some(&Did::Ready));
    }
}

#[test]
fn the_seed_profile_has_other_topics() {
    let config = Config::default().profile(Profile::Seed);
    let mut bench = bench_with(config);
    let did = bench.register();
    assert_eq!(did[1..], [retained_publish("status/availability", "online"), Did::Ready]);
}

#[test]
fn the_will_is_the_props_own_and_the_client_id_unique() {
    let mut one = bench();
    let target = one.driver.protocol.target(UNIX_EPOCH).unwrap();
    let will = target.will.unwrap().message;
    assert_eq!(published(&will), retained_publish("availability", "offline"));
    assert!(target.clean_session);
    assert_eq!(target.username.as_deref(), Some("worker"));
    assert_eq!(target.password, None);
    let id = target.client_id.unwrap();
    assert!(id.starts_with("fogger-") && id != bench().driver.protocol.client_id(), "{id}");
    // The same on every attempt, so that a reconnect replaces what the broker takes for alive.
    assert_eq!(one.driver.protocol.target(UNIX_EPOCH).unwrap().client_id, Some(id));
    let mut kept = bench_with(keeping());
    let target = kept.driver.protocol.target(UNIX_EPOCH).unwrap();
    assert_eq!(target.client_id.as_deref(), Some("house-fogger"));
    assert!(!target.clean_session);
}

#[test]
fn a_refused_subscription_is_clear_and_ends_after_a_bound() {
    let mut bench = bench_with(Config::default().refused_attempts(2));
    bench.connect();
    let did = bench.answer(&[("halloween/fogger/cmd", 0x87)]);
    let [Did::Reconnect(text)] = &did[..] else { panic!("{did:?}") };
    assert!(text.contains("`halloween/fogger/cmd`") && text.contains("not authorized"), "{text}");
    bench.lose();
    bench.connect();
    let did = bench.answer(&[("halloween/fogger/cmd", 0x87)]);
    let [Did::Fail(text)] = &did[..] else { panic!("{did:?}") };
    assert!(text.contains("2 times in a row") && text.contains("access rules"), "{text}");
}

#[test]
fn a_refused_announcement_is_no_readiness() {
    let mut bench = bench();
    bench.connect();
    bench.grant();
    let did = bench.failed(ErrorKind::Refused);
    assert!(matches!(&did[..], [Did::Reconnect(_)]), "{did:?}");
}

#[test]
fn wrong_credentials_end_it_after_a_bound() {
    let refused = || {
        let error = Error::new(ErrorKind::Refused, "connect", "wrong password")
            .permanent()
            .with_source(journeyman_mqtt::ReasonCode::BAD_CREDENTIALS);
        Closed { code: None, error, clean: false }
    };
    let mut bench = bench_with(Config::default().refused_attempts(3));
    for _ in 0..2 {
        assert!(bench.driver.protocol.explain(refused()).error.is_temporary());
    }
    let last = bench.driver.protocol.explain(refused()).error;
    assert!(!last.is_temporary());
    assert!(last.to_string().contains("3 times in a row"), "{last}");
    // A connection in between starts the row anew; what is wrong for good is not tried again.
    bench.register();
    assert!(bench.driver.protocol.explain(refused()).error.is_temporary());
    let error = Error::new(ErrorKind::Refused, "connect", "bad id")
        .permanent()
        .with_source(journeyman_mqtt::ReasonCode::CLIENT_ID_NOT_VALID);
    let closed = Closed { code: None, error, clean: false };
    assert!(!bench.driver.protocol.explain(closed).error.is_temporary());
}

/// When this bench's clock began, plus so many seconds.
fn wall(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
}

#[test]
fn a_connection_that_is_taken_over_again_and_again_is_left_alone_for_longer_and_longer() {
    let named = Config::default().client_id("house").reconnect_interval(Duration::from_secs(1));
    let mut bench = bench_with(named.clone());
    let mut now = 0;
    // It may be chance for a while. Then: 1, 2, 4 s; and as long as that is not over, no attempt.
    for wait in [0, 0, 0, 0, 1, 2, 4] {
        bench.register();
        bench.advance(1);
        bench.lose();
        now += 1;
        if wait > 0 {
            let error = bench.driver.protocol.target(wall(now)).unwrap_err();
            assert!(error.is_temporary() && error.remedy().unwrap().contains("client_id"));
            assert!(error.to_string().contains("client id: house-fogger"), "{error}");
            assert!(bench.driver.protocol.target(wall(now + wait - 1)).is_err());
            bench.advance(wait);
            now += wait;
        }
        bench.driver.protocol.target(wall(now)).unwrap();
    }
    // A clock that is set back does not make it longer.
    bench.register();
    bench.lose();
    bench.driver.protocol.target(UNIX_EPOCH).unwrap();
    // One that holds ends the row; so does a broker that is not there, and nobody has a made-up id.
    bench.register();
    bench.advance(60);
    bench.lose();
    bench.driver.protocol.target(wall(now + 60)).unwrap();
    for (config, absent) in [(named, true), (Config::default(), false)] {
        let mut bench = bench_with(config);
        for _ in 0..20 {
            bench.register();
            bench.lose();
            if absent {
                let error = Error::new(ErrorKind::Unreachable, "connect", "nobody there");
                bench.driver.protocol.explain(Closed { code: None, error, clean: false });
            }
            bench.driver.protocol.target(wall(0)).unwrap();
        }
    }
}

#[test]
fn a_broker_that_says_who_took_the_connection_over_is_believed_at_once() {
    let config = Config::default().reconnect_interval(Duration::from_secs(1));
    let mut bench = bench_with(config).ready();
    bench.advance(50);
    let error = Error::new(ErrorKind::Disconnected, "receive", "taken over")
        .with_source(journeyman_mqtt::ReasonCode::SESSION_TAKEN_OVER);
    bench.open.clear();
    let closed = Closed { code: Some(0x8E), error, clean: true };
    bench.handle(Input::Disconnected { closed });
    assert!(bench.driver.protocol.target(wall(50)).is_err());
    bench.driver.protocol.target(wall(51)).unwrap();
}

#[test]
fn an_orderly_stop_says_offline_itself() {
    let mut bench = bench().ready();
    let did = bench.handle(Input::Drain);
    assert_eq!(did, [Did::Unsubscribe(vec!["halloween/fogger/cmd".to_owned()])]);
    let did = bench.handle(Input::Goodbye);
    let farewell =
        [retained_publish("availability", "offline"), retained_publish("state", "stopped")];
    assert_eq!(did, farewell);
    assert_eq!(bench.sent(), []);
    assert_eq!(bench.sent(), [Did::Close]);
}

#[test]
fn a_farewell_that_is_refused_does_not_hold_the_end_up() {
    let mut bench = bench().ready();
    bench.handle(Input::Goodbye);
    assert_eq!(bench.failed(ErrorKind::Refused), []);
    assert_eq!(bench.failed(ErrorKind::Refused), [Did::Close]);
}

#[test]
fn a_connection_during_the_drain_is_for_results_only() {
    let mut bench = bench().ready();
    bench.command("echo 1");
    bench.handle(Input::Drain);
    bench.lose();
    assert_eq!(bench.connect(), [Did::Ready]);
    assert_eq!(bench.handle(Input::Drain).len(), 1);
    assert_eq!(bench.finish(5), [publish("telemetry/echo", "5")]);
    assert_eq!(bench.sent(), [Did::Settled(Settlement::Written)]);
}

#[test]
fn other_topics_are_subscribed_to_and_routed() {
    let prop = PropConfig::new(Config::default(), "fogger")
        .watch("halloween/+/state", "watch")
        .subscribe(Subscription::new("halloween/+/telemetry/#", "echo").qos(QoS::AtMostOnce));
    let mut bench = Bench::new(&prop, &["echo", "watch"]);
    let did = bench.connect();
    let filters = ["halloween/fogger/cmd", "halloween/+/state", "halloween/+/telemetry/#"];
    assert_eq!(did, [Did::Subscribe(filters.map(str::to_owned).to_vec())]);
    assert_eq!(bench.filters.iter().map(|f| f.1).collect::<Vec<_>>(), [1, 1, 0]);
    bench.grant();
    bench.sent();
    bench.sent();
    // A retained state is what such a prop wants to know at its start.
    let did = bench.deliver(Spec::new("halloween/x/state", "armed").retain());
    assert_eq!(did, [Did::Job("watch".to_owned())]);
    let text: String = bench.jobs[0].1.payload.args().unwrap();
    assert_eq!(text, "armed");
    assert_eq!(bench.finish(()), [Did::Settled(Settlement::Written)]);
    let did = bench.deliver(Spec::new("halloween/x/telemetry/a/b", "{\"v\": 1}"));
    assert_eq!(did, [Did::Job("echo".to_owned())]);
    assert_eq!(bench.finish(2), [publish("telemetry/echo", "2")]);
    assert_eq!(bench.deliver(Spec::new("halloween/x/status/warn", "?")), [Did::Ignored]);
}

#[test]
fn what_cannot_work_is_refused_at_the_start() {
    let error = |prop: PropConfig| prop.protocol(&["echo".to_owned()]).unwrap_err().to_string();
    let prop = |id: &str| PropConfig::new(Config::default(), id);
    assert!(error(prop("a/b")).contains("`prop` = \"a/b\""));
    assert!(error(prop("x").watch("a", "nowhere")).contains("there is no such route"));
    assert!(error(prop("x").watch("halloween/#", "echo")).contains("could come twice"));
    assert!(error(PropConfig::new(Config::default().port(0), "x")).contains("`port`"));
}
