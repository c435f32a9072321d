//! Values through the wire and back, limits, and bytes that are wrong.

use std::collections::BTreeMap;

use bytes::Bytes;
use journeyman_core::{Payload, Value, erased_serde, job::Codec};
use journeyman_moor_schema::{common, curve, paseto, var as table};
use planus::{Builder, Offset};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{builder, builder::build, encode::Encoder, *};
use crate::{
    fuzzing,
    var::{
        AnonymousObj, Binary, Flyweight, MooError, Obj, Symbol, Var,
        tests::{any_var, same_text},
    },
};

#[allow(dead_code)]
#[path = "../../../tests/support/verify.rs"]
mod verify;

mod limits;
mod messages;
mod reading;

const ERAS: [Era; 2] = [Era::Paseto, Era::Curve];
const WORKER: Uuid = Uuid::from_u128(1);
const REQUEST: Uuid = Uuid::from_u128(2);

fn speaker(era: Era) -> Speaker {
    match era {
        Era::Paseto => Speaker::paseto(WORKER, "token"),
        Era::Curve => Speaker::curve(WORKER),
    }
}

/// A `WorkerRequest` around arguments that `write` makes.
fn request_of(era: Era, write: impl FnOnce(&mut Builder) -> Vec<Offset<table::Var>>) -> Bytes {
    let message = build(|scratch| {
        let b = &mut scratch.builder;
        let arguments = write(b);
        let (worker, id) =
            (common::Uuid { data: WORKER.into() }, common::Uuid { data: REQUEST.into() });
        let perms = common::ObjId::create(b, 3);
        let perms = common::ObjUnion::create_obj_id(b, perms);
        let perms = common::Obj::create(b, perms);
        Ok::<_, WireError>(match era {
            Era::Paseto => {
                let token = paseto::WorkerToken { token: "token".to_owned() };
                let request =
                    paseto::WorkerRequest::create(b, worker, token, id, perms, arguments, 5250u64);
                let message = paseto::DaemonToWorkerMessageUnion::create_worker_request(b, request);
                paseto::DaemonToWorkerMessage::create(b, message).downcast()
            }
            Era::Curve => {
                let request =
                    curve::WorkerRequest::create(b, worker, id, perms, arguments, 5250u64);
                let message = curve::DaemonToWorkerMessageUnion::create_worker_request(b, request);
                curve::DaemonToWorkerMessage::create(b, message).downcast()
            }
        })
    });
    message.expect("a request")
}

/// A request with these arguments.
fn request(era: Era, arguments: &[Var]) -> Request {
    let limits = Limits { max_depth_out: usize::MAX, ..Limits::default() };
    // Only for its values: the message is that of another builder.
    let frame = request_of(era, |b| {
        let mut scratch = builder::Scratch::default();
        std::mem::swap(&mut scratch.builder, b);
        let mut encoder = Encoder::new(&mut scratch, era, &limits);
        let vars = arguments.iter().map(|var| encoder.value(var).expect("a value")).collect();
        std::mem::swap(&mut scratch.builder, b);
        vars
    });
    parse(era, frame).expect("a request")
}

fn parse(era: Era, frame: Bytes) -> Result<Request, WireError> {
    match broadcast(era, &[Bytes::from_static(TOPIC), frame])? {
        Broadcast::Request(request) => Ok(request),
        other => panic!("{other:?}"),
    }
}

fn arguments(era: Era, values: &[Var]) -> Arguments {
    request(era, values).arguments(&Limits::default()).expect("good arguments")
}

fn args<T: serde::de::DeserializeOwned>(era: Era, values: &[Var]) -> Result<T, String> {
    let arguments = arguments(era, values);
    (&arguments as &dyn Payload).args().map_err(|error| error.to_string())
}

proptest! {
    #[test]
    fn values_come_back_unchanged(values in prop::collection::vec(any_var(), 0..4)) {
        for era in ERAS {
            let arguments = arguments(era, &values);
            let payload: &dyn Payload = &arguments;
            let read: Vec<Var> = payload.exact().expect("readable");
            prop_assert!(same_text(&Var::List(read.clone()), &Var::List(values.clone())));
            prop_assert_eq!(&read, &values);
            // The generic value, as a handler that takes anything gets and returns it.
            let tree: Value = payload.exact().expect("readable");
            let body = speaker(era).result(REQUEST, &tree, &Limits::default());
            let body = body.expect("writable");
            prop_assert_eq!(verify::worker_message(era == Era::Paseto, &body), Ok(()));
            let back = fuzzing::result(era, &body).expect("readable");
            prop_assert!(same_text(&back, &Var::List(values.clone())));
            prop_assert_eq!(back, Var::List(values.clone()));
        }
    }

    #[test]
    fn damaged_bytes_are_errors(
        value in any_var(),
        era in prop::sample::select(&ERAS[..]),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
        cuts in any::<bool>(),
    ) {
        let frame = request(era, std::slice::from_ref(&value)).frame_for_tests();
        let body = speaker(era).result(REQUEST, &value, &Limits::default()).expect("writable");
        for bytes in [frame, body] {
            let mut bytes = bytes.to_vec();
            for (at, byte) in &flips {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            if cuts {
                bytes.truncate(cut.index(bytes.len()));
            }
            fuzzing::broadcast(&bytes);
            fuzzing::answer(&bytes);
        }
    }

    #[test]
    fn any_bytes_are_errors(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        fuzzing::broadcast(&bytes);
        fuzzing::answer(&bytes);
    }
}
