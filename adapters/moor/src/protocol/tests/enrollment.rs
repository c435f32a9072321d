use super::*;

use journeyman_core::Secret;
use journeyman_zmq::CurveKeys;

use crate::auth::Identity;

fn enrollment(token: Result<Secret, String>) -> Credentials {
    Credentials::Curve(Box::new(CurveCredentials {
        keys: CurveKeys::generate(),
        daemon: None,
        enrollment: Some(Enrollment {
            endpoint: "tcp://127.0.0.1:7900".parse().unwrap(),
            token,
            service_type: "echo-worker".to_owned(),
            hostname: "here".to_owned(),
        }),
    }))
}

fn config() -> Config {
    Config::new("tcp://127.0.0.1:7896", "tcp://127.0.0.1:7897").enrollment_attempts(3)
}

fn respond(bench: &mut Bench, tag: Tag, response: curve::EnrollmentResponse) -> Actions {
    bench.driver.handle(Input::Reply { tag, message: Frames(vec![encode(response)]) })
}

fn refusal(reason: &str) -> curve::EnrollmentResponse {
    curve::EnrollmentResponse {
        success: false,
        service_uuid: None,
        daemon_curve_public_key: None,
        error: Some(reason.to_owned()),
    }
}

fn ask(bench: &mut Bench) -> (Tag, curve::EnrollmentRequest) {
    let target = bench.driver.protocol.target(UNIX_EPOCH).unwrap();
    assert_eq!(target.lanes.len(), 1);
    assert_eq!(target.lanes[0].lane, ENROLLMENT);
    assert!(target.lanes[0].curve.is_none(), "without encryption: there are no keys yet");
    let actions = bench.driver.handle(Input::Connected);
    let [Action::Send { lane: ENROLLMENT, tag: Some(tag), message }] = actions.as_slice() else {
        panic!("{actions:?}");
    };
    let request = curve::EnrollmentRequestRef::read_as_root(&message.0[0]).unwrap();
    (*tag, request.try_into().unwrap())
}

#[test]
fn an_enrollment_gives_an_identity_that_is_stored_and_used() {
    let mut bench = bench_with(config(), &["echo"], enrollment(Ok(Secret::new("t0ken"))));
    let (tag, request) = ask(&mut bench);
    assert_eq!(request.enrollment_token, "t0ken");
    assert_eq!((&*request.service_type, &*request.hostname), ("echo-worker", "here"));
    assert_eq!(request.curve_public_key.len(), 40);

    let daemon = CurveKeys::generate().public();
    let response = curve::EnrollmentResponse {
        success: true,
        service_uuid: Some("7c80946f-9551-491a-9eb1-6d8741a14d55".to_owned()),
        daemon_curve_public_key: Some(daemon.to_z85()),
        error: None,
    };
    let actions = respond(&mut bench, tag, response);
    let [Action::Store(name, identity), Action::Redial] = actions.as_slice() else {
        panic!("{actions:?}");
    };
    assert_eq!(name, "identity.json");
    let text = std::str::from_utf8(identity.expose()).unwrap();
    assert_eq!(Identity::from_json(text).unwrap().daemon_key().unwrap(), daemon);

    let target = bench.driver.protocol.target(UNIX_EPOCH).unwrap();
    assert_eq!(target.lanes.len(), 2);
    for lane in &target.lanes {
        assert_eq!(lane.curve.as_ref().unwrap().server_key, daemon);
    }
}

#[test]
fn a_refused_token_is_not_tried_again() {
    let mut bench = bench_with(config(), &["echo"], enrollment(Ok(Secret::new("old"))));
    let (tag, _) = ask(&mut bench);
    let actions = respond(&mut bench, tag, refusal("Invalid enrollment token"));
    let [Action::Fail(error)] = actions.as_slice() else { panic!("{actions:?}") };
    assert!(!error.is_temporary() && error.to_string().contains("rotated"), "{error}");
    assert!(!error.to_string().contains("old"), "{error}");
}

#[test]
fn a_missing_token_is_said_before_anything_is_sent() {
    let mut bench = bench_with(config(), &["echo"], enrollment(Err("no token: set X".to_owned())));
    bench.driver.protocol.target(UNIX_EPOCH).unwrap();
    let actions = bench.driver.handle(Input::Connected);
    let [Action::Fail(error)] = actions.as_slice() else { panic!("{actions:?}") };
    assert!(error.to_string().contains("set X"));
}

#[test]
fn other_failures_are_tried_again_up_to_a_bound() {
    let mut bench = bench_with(config(), &["echo"], enrollment(Ok(Secret::new("t"))));
    for attempt in 1..=3 {
        let (tag, _) = ask(&mut bench);
        let actions = match attempt {
            1 => respond(&mut bench, tag, refusal("Failed to save host public key: disk full")),
            2 => bench.fail(tag),
            _ => bench.driver.handle(Input::Reply { tag, message: Frames(vec![Bytes::new()]) }),
        };
        let [Action::Reconnect(error)] = actions.as_slice() else { panic!("{actions:?}") };
        let error = Error::new(error.kind(), "enroll", error.message().to_owned());
        let closed = Closed { code: None, error, clean: false };
        let closed = bench.driver.protocol.explain(closed);
        assert_eq!(closed.error.is_temporary(), attempt < 3, "{}", closed.error);
        if attempt == 3 {
            let text = closed.error.to_string();
            assert!(text.contains("3 attempts") && text.contains("daemon_public_key"), "{text}");
        }
        bench.driver.handle(Input::Disconnected { closed });
    }
}

#[test]
fn a_key_that_is_refused_is_enrolled_anew_only_when_that_is_wanted() {
    for reenroll in [false, true] {
        let mut credentials = enrollment(Ok(Secret::new("t")));
        credentials.curve_mut().unwrap().daemon = Some(CurveKeys::generate().public());
        let mut bench = bench_with(config().reenroll(reenroll), &["echo"], credentials);
        assert_eq!(bench.driver.protocol.target(UNIX_EPOCH).unwrap().lanes.len(), 2);
        let error = Error::new(ErrorKind::Refused, "connect", "the handshake failed");
        let closed = Closed { code: None, error, clean: false };
        let closed = bench.driver.protocol.explain(closed);
        let text = closed.error.to_string();
        assert!(text.contains("CURVE key") && closed.error.is_temporary(), "{text}");
        assert_eq!(text.contains("delete the identity file"), !reenroll, "{text}");
        let lanes = bench.driver.protocol.target(UNIX_EPOCH).unwrap().lanes;
        assert_eq!(lanes[0].lane == ENROLLMENT, reenroll);
    }
}

#[test]
fn a_given_key_of_the_daemon_needs_no_enrollment() {
    let credentials = Credentials::Curve(Box::new(CurveCredentials {
        keys: CurveKeys::generate(),
        daemon: Some(CurveKeys::generate().public()),
        enrollment: None,
    }));
    let mut bench = bench_with(config(), &["echo"], credentials);
    assert_eq!(bench.driver.protocol.target(UNIX_EPOCH).unwrap().lanes.len(), 2);
}

#[test]
fn only_tcp_is_encrypted() {
    let mixed = Config::new("ipc:///tmp/requests", "tcp://127.0.0.1:7897");
    let mut credentials = enrollment(Ok(Secret::new("t")));
    credentials.curve_mut().unwrap().daemon = Some(CurveKeys::generate().public());
    let mut bench = bench_with(mixed, &["echo"], credentials);
    let lanes = bench.driver.protocol.target(UNIX_EPOCH).unwrap().lanes;
    assert!(lanes[0].curve.is_none() && lanes[1].curve.is_some());
}
