//! What the fuzz targets, the soak program and the property tests run: any bytes go in, and a
//! broken promise is a panic. Not part of the interface of this crate.
//!
//! - [`broadcast`]: one message of a daemon to all workers, and what is in it.
//! - [`answer`]: one answer of a daemon, of any kind.

use std::collections::BTreeMap;

use bytes::Bytes;
use journeyman_core::{Payload, Value};
use journeyman_moor_schema::{curve, paseto};
use planus::ReadAsRoot;
use serde::{Deserialize, de::IgnoredAny};
use uuid::Uuid;

use crate::{
    var::{AnonymousObj, Binary, Flyweight, MooError, Obj, Symbol, Var},
    wire::{
        self, Broadcast, EnrollmentRequest, EnrollmentResponse, Era, Limits, Speaker, TOPIC,
        WireError,
    },
};

/// The longest text of an error that bytes of a peer may cause.
const MAX_ERROR: usize = 8192;

const ERAS: [Era; 2] = [Era::Paseto, Era::Curve];

/// What handlers might ask for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[allow(dead_code)]
struct Shape {
    a: Option<i64>,
    b: Option<f64>,
    s: Option<String>,
    l: Option<Vec<i32>>,
    m: Option<BTreeMap<String, Value>>,
    t: Option<(u8, bool)>,
    k: Option<Choice>,
    o: Option<Obj>,
    y: Option<Symbol>,
    e: Option<MooError>,
    f: Option<Flyweight>,
    n: Option<AnonymousObj>,
    i: Option<Binary>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
enum Choice {
    Nothing,
    One(i8),
    Two(String, u64),
    Named { x: f32 },
}

fn bounded(error: &impl std::fmt::Display) {
    let length = error.to_string().len();
    assert!(length <= MAX_ERROR, "an error of {length} bytes");
}

/// Reads a broadcast in both eras. Arguments that can be read must come out the same when they are
/// sent back as a result and read again.
///
/// # Panics
/// A promise of the decoder is broken.
pub fn broadcast(data: &[u8]) {
    let frames = [Bytes::from_static(TOPIC), Bytes::copy_from_slice(data)];
    for era in ERAS {
        match wire::broadcast(era, &frames) {
            Ok(Broadcast::Request(request)) => {
                let foreign = wire::broadcast_for(era, &frames, |_| false);
                assert!(matches!(foreign, Ok(None)));
                let limits = Limits { max_bytes: 1 << 20, ..Limits::default() };
                match request.arguments(&limits) {
                    Ok(arguments) => read(era, &arguments, &limits),
                    Err(error) => bounded(&error),
                }
            }
            Ok(Broadcast::Ping | Broadcast::PleaseDie { .. }) => {}
            Err(error) => bounded(&error),
        }
    }
}

/// What passed the check can be read, by any type that fits.
fn read(era: Era, arguments: &dyn Payload, limits: &Limits) {
    let values: Vec<Var> = arguments.exact().expect("what was checked can be read");
    assert!(arguments.exact::<IgnoredAny>().is_ok());
    let tree: Value = arguments.exact().expect("what was checked can be read");
    let var = Var::try_from(tree).expect("what mooR sent is a MOO value");
    assert_eq!(var, Var::List(values.clone()));
    assert_eq!(Value::from(var.clone()), Value::from_serialize(&var).expect("it is a value"));
    let _ = arguments.args::<Shape>().map_err(|error| bounded(&error));
    let _ = arguments.args::<(Obj, Option<String>)>().map_err(|error| bounded(&error));
    let _ = arguments.args::<String>().map_err(|error| bounded(&error));
    let _ = arguments.args::<Vec<Value>>().map_err(|error| bounded(&error));
    for value in &values {
        // What one refuses, so does the other: both are the same reader.
        let _ = value.read::<Shape>().map_err(|error| bounded(&error));
        echo(era, value, limits);
    }
}

/// A value that is sent back is the same afterwards.
fn echo(era: Era, value: &Var, limits: &Limits) {
    let id = Uuid::from_u128(7);
    let speaker = match era {
        Era::Paseto => Speaker::paseto(id, "token"),
        Era::Curve => Speaker::curve(id),
    };
    match speaker.result(id, value, limits) {
        Ok(body) => {
            let again = result(era, &body).expect("what was written can be read");
            assert_eq!(&again, value);
        }
        // Too deep to be sent, or an anonymous object in the PASETO era.
        Err(error) => bounded(&error),
    }
}

/// Reads every kind of answer in both eras.
///
/// # Panics
/// A promise of the decoder is broken.
pub fn answer(data: &[u8]) {
    let frame = [Bytes::copy_from_slice(data)];
    for era in ERAS {
        let _ = wire::reply(era, &frame).map_err(|error| bounded(&error));
        let _ = result(era, data).map_err(|error| bounded(&error));
    }
    match EnrollmentResponse::decode(data) {
        Ok(response) => {
            let again = EnrollmentResponse::decode(&response.encode());
            assert_eq!(again.expect("what was written can be read"), response);
        }
        Err(error) => bounded(&error),
    }
    match EnrollmentRequest::decode(data) {
        Ok(request) => {
            let again = EnrollmentRequest::decode(&request.encode());
            assert_eq!(again.expect("what was written can be read"), request);
        }
        Err(error) => bounded(&error),
    }
}

/// Reads the value of a result that a worker sends, as strictly as the arguments of a request.
///
/// # Errors
/// It is no result, or its value is refused.
pub fn result(era: Era, body: &[u8]) -> Result<Var, WireError> {
    let other = || WireError::from(crate::var::Error::new("not a result"));
    let var = match era {
        Era::Paseto => match paseto::WorkerToDaemonMessageRef::read_as_root(body)?.message()? {
            paseto::WorkerToDaemonMessageUnionRef::RequestResult(result) => result.result()?,
            _ => return Err(other()),
        },
        Era::Curve => match curve::WorkerToDaemonMessageRef::read_as_root(body)?.message()? {
            curve::WorkerToDaemonMessageUnionRef::RequestResult(result) => result.result()?,
            _ => return Err(other()),
        },
    };
    wire::read_value(var, era, body.len(), &Limits::default())
}
