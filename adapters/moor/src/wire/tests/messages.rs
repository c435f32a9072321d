//! Messages and what is wrong with them.

use super::*;

#[test]
fn lambdas_and_foreign_variants_are_named() {
    let with = |era, variant: fn(&mut Builder) -> planus::UnionOffset<table::VarUnion>| {
        let frame = request_of(era, |b| {
            let variant = variant(b);
            vec![table::Var::create(b, variant)]
        });
        parse(era, frame).expect("a request").arguments(&Limits::default()).map(drop)
    };
    let lambda =
        |b: &mut Builder| table::VarUnion::create_var_lambda(b, table::VarLambda::default());
    for era in ERAS {
        let error = with(era, lambda).expect_err("a lambda").to_string();
        assert_eq!(error, "argument 1: lambda values cannot be sent to a worker");
    }
    let anonymous = |b: &mut Builder| {
        let id = common::AnonymousObjId::create(b, 5u64);
        let id = common::ObjUnion::create_anonymous_obj_id(b, id);
        let id = common::Obj::create(b, id);
        let anonymous = table::VarAnonymous::create(b, id);
        table::VarUnion::create_var_anonymous(b, anonymous)
    };
    assert_eq!(with(Era::Curve, anonymous), Ok(()));
    let error = with(Era::Paseto, anonymous).expect_err("not in this era").to_string();
    assert_eq!(error, "argument 1: an anonymous object (14) in the PASETO era");
    let other_id = |b: &mut Builder| {
        let id = common::ObjId::create(b, 5);
        let id = common::ObjUnion::create_obj_id(b, id);
        let id = common::Obj::create(b, id);
        let anonymous = table::VarAnonymous::create(b, id);
        table::VarUnion::create_var_anonymous(b, anonymous)
    };
    let error = with(Era::Curve, other_id).expect_err("a classic id").to_string();
    assert_eq!(error, "argument 1: #5 is not an anonymous object");
}

/// The daemon takes an anonymous object in both forms, so we do.
#[test]
fn anonymous_objects_have_two_forms() {
    for era in ERAS {
        let frame = request_of(era, |b| {
            let id = common::AnonymousObjId::create(b, 5u64);
            let id = common::ObjUnion::create_anonymous_obj_id(b, id);
            let id = common::Obj::create(b, id);
            let obj = table::VarObj::create(b, id);
            let variant = table::VarUnion::create_var_obj(b, obj);
            vec![table::Var::create(b, variant)]
        });
        let arguments =
            parse(era, frame).expect("a request").arguments(&Limits::default()).expect("good");
        let payload: &dyn Payload = &arguments;
        assert_eq!(payload.exact::<Vec<Var>>().unwrap(), [Var::Anonymous(AnonymousObj(5))]);
        assert_eq!(payload.args::<AnonymousObj>().unwrap(), AnonymousObj(5));
        assert_eq!(payload.args::<Obj>().unwrap(), Obj::Anonymous(AnonymousObj(5)));
    }
    let sent = |era| speaker(era).result(REQUEST, &AnonymousObj(5), &Limits::default());
    assert!(sent(Era::Curve).is_ok());
    let error = sent(Era::Paseto).expect_err("not in this era").to_string();
    assert_eq!(error, "a daemon of the PASETO era takes no anonymous objects");
}

#[test]
fn uuids_are_16_bytes() {
    let frame = build(|scratch| {
        let b = &mut scratch.builder;
        let reply = journeyman_moor_schema::worker::WorkerNotRegistered {
            worker_id: common::Uuid { data: vec![1; 15] }.into(),
        };
        let reply = curve::DaemonToWorkerReplyUnion::WorkerNotRegistered(reply.into());
        let reply = curve::DaemonToWorkerReply { reply };
        Ok::<_, WireError>(planus::WriteAsOffset::prepare(&reply, b))
    });
    let error = reply(Era::Curve, &[frame.unwrap()]).expect_err("15 bytes").to_string();
    assert_eq!(error, "answer: a UUID of 15 bytes instead of 16");
}

#[test]
fn wrong_frames_are_named() {
    let ping = Bytes::new();
    for frames in [vec![], vec![ping.clone()], vec![ping.clone(); 5]] {
        let error = broadcast(Era::Curve, &frames).expect_err("not 2").to_string();
        assert_eq!(error, format!("a broadcast of {} frames instead of 2", frames.len()));
    }
    for frames in [vec![], vec![ping.clone(); 2]] {
        let error = reply(Era::Curve, &frames).expect_err("not 1").to_string();
        assert_eq!(error, format!("an answer of {} frames instead of 1", frames.len()));
    }
    for topic in ["", "worker", "workersX", "clients"] {
        let error = broadcast(Era::Curve, &[topic.into(), ping.clone()]).expect_err("other topic");
        assert!(error.to_string().contains("another topic"), "{error}");
    }
    let error = broadcast(Era::Curve, &[TOPIC.into(), ping]).expect_err("empty").to_string();
    assert!(error.starts_with("broadcast: no FlatBuffer of this kind"), "{error}");
}

/// A `Serialize` that builds a message of its own meanwhile.
#[test]
fn messages_can_be_built_inside_each_other() {
    struct Nested;

    impl Serialize for Nested {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let frames = speaker(Era::Curve).pong("inner");
            serializer.serialize_u64(frames.len() as u64)
        }
    }
    let body = speaker(Era::Curve).result(REQUEST, &("a", Nested, "b"), &Limits::default());
    let expected = Var::List(vec!["a".into(), 2.into(), "b".into()]);
    assert_eq!(fuzzing::result(Era::Curve, &body.unwrap()), Ok(expected));
}

#[test]
fn the_codec_writes_results_and_nothing_else() {
    use journeyman_core::job::{Body, Role};
    let speaker = std::sync::Arc::new(speaker(Era::Paseto));
    let codec = ResultCodec { speaker, request: REQUEST, limits: Limits::default() };
    let Ok(Body::Bytes(body)) = codec.encode(Role::Result, &"done") else { panic!("no bytes") };
    assert_eq!(fuzzing::result(Era::Paseto, &body), Ok("done".into()));
    assert_eq!(codec.encode(Role::Progress, &"half").expect("not looked at"), Body::Empty);
    let error = codec.encode(Role::Event, &"half").expect_err("no such thing").to_string();
    assert!(error.contains("no events"), "{error}");
    let error = codec.encode(Role::Result, &u64::MAX).expect_err("too large").to_string();
    assert!(error.starts_with("encode: the integer 18446744073709551615"), "{error}");
}

#[test]
fn debug_shows_no_secrets() {
    let request = request(Era::Paseto, &["hunter2".into()]);
    let arguments = request.arguments(&Limits::default()).unwrap();
    assert_eq!(request.token(), Some("token"));
    let speaker = Speaker::paseto(WORKER, "v4.public.secret");
    let codec = ResultCodec {
        speaker: speaker.clone().into(),
        request: REQUEST,
        limits: Limits::default(),
    };
    let text = format!(
        "{request:?} {arguments:?} {speaker:?} {codec:?} {:?}",
        Broadcast::Request(request.clone())
    );
    assert!(
        !text.contains("hunter2") && !text.contains("token") && !text.contains("secret"),
        "{text}"
    );
}
