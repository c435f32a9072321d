//! An echo is the identity for all values.

use std::{collections::BTreeMap, sync::Arc};

use fastrand::Rng;
use journeyman_core::{Router, extract::Args};
use journeyman_moor::{Era, var::Var};
use journeyman_testkit::moor::{Daemon, ErrorCode, ErrorValue, Flyweight, Obj, Value};
use tokio::task::JoinSet;

use crate::support::{Folder, config, daemon, echo, start, stop, within};

/// In each of four tests.
const VALUES: usize = 25_000;
/// In one list of arguments. More than one, since a list alone in a list of arguments can be meant
/// as the list itself.
const PER_REQUEST: usize = 50;
const IN_FLIGHT: usize = 25;

async fn echo_vars(Args(arguments): Args<Vec<Var>>) -> Vec<Var> {
    arguments
}

fn text(rng: &mut Rng) -> String {
    let character =
        |rng: &mut Rng| if rng.bool() { rng.alphanumeric() } else { rng.char('\0'..'\u{20000}') };
    (0..rng.usize(0..10)).map(|_| character(rng)).collect()
}

/// A packed id: the two top bits are 0 (mooR sheet, section 5.1).
fn packed(rng: &mut Rng) -> u64 {
    rng.u64(..) >> 2
}

fn object(rng: &mut Rng, era: Era) -> Obj {
    match rng.u8(0..if era == Era::Curve { 3 } else { 2 }) {
        0 => Obj::Id(*rng.choice(&[i32::MIN, -3, -1, 0, 1, 12, i32::MAX]).unwrap_or(&7)),
        1 => Obj::Uuid(packed(rng)),
        _ => Obj::Anonymous(packed(rng)),
    }
}

fn error(rng: &mut Rng, era: Era, depth: u32) -> ErrorValue {
    let code = match rng.bool() {
        true => ErrorCode::known(rng.u8(0..19)).unwrap(),
        false => ErrorCode::Custom(format!("E_MY{}", text(rng))),
    };
    let message = rng.bool().then(|| text(rng));
    let value = rng.bool().then(|| value(rng, era, depth));
    ErrorValue { code, message, value }
}

fn list(rng: &mut Rng, era: Era, depth: u32) -> Vec<Value> {
    (0..rng.usize(0..4)).map(|_| value(rng, era, depth)).collect()
}

fn value(rng: &mut Rng, era: Era, depth: u32) -> Value {
    let kinds = if depth == 0 { 8 } else { 12 };
    match rng.u8(0..kinds) {
        0 => Value::None,
        1 => Value::Bool(rng.bool()),
        2 => Value::Int(rng.i64(..) >> rng.u32(0..64)),
        3 => Value::Float(match rng.u8(0..8) {
            0 => -0.0,
            1 => f64::NAN,
            2 => f64::NEG_INFINITY,
            3 => 0.0,
            _ => f64::from_bits(rng.u64(..)),
        }),
        4 => Value::Str(text(rng)),
        5 => Value::Obj(object(rng, era)),
        6 => Value::Sym(text(rng)),
        7 => Value::Binary((0..rng.usize(0..20)).map(|_| rng.u8(..)).collect()),
        8 => Value::Err(Box::new(error(rng, era, depth - 1))),
        9 => Value::List(list(rng, era, depth - 1)),
        10 => {
            let pairs: Vec<_> = (0..rng.usize(0..4))
                .map(|_| (value(rng, era, depth - 1), value(rng, era, depth - 1)))
                .collect();
            Value::map(pairs)
        }
        _ => Value::Flyweight(Box::new(Flyweight {
            delegate: object(rng, era),
            slots: (0..rng.usize(0..3)).map(|_| (text(rng), value(rng, era, depth - 1))).collect(),
            contents: list(rng, era, depth - 1),
        })),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::None => "none",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::Float(_) => "float",
        Value::Str(_) => "string",
        Value::Obj(Obj::Id(_)) => "object",
        Value::Obj(Obj::Uuid(_)) => "uuid object",
        Value::Obj(Obj::Anonymous(_)) => "anonymous object",
        Value::Err(_) => "error",
        Value::List(_) => "list",
        Value::Map(_) => "map",
        Value::Sym(_) => "symbol",
        Value::Binary(_) => "binary",
        Value::Flyweight(_) => "flyweight",
        Value::Lambda => "lambda",
    }
}

async fn identity(era: Era, router: Router, seed: u64) {
    let folder = Folder::new();
    let daemon: Arc<Daemon> = Arc::new(daemon(era, &folder).await);
    let worker = start(router, config(&daemon)).await;
    let mut rng = Rng::with_seed(seed);
    let mut seen = BTreeMap::<_, usize>::new();
    let mut requests = JoinSet::new();
    for _ in 0..VALUES / PER_REQUEST {
        let sent: Vec<_> = (0..PER_REQUEST).map(|_| value(&mut rng, era, 2)).collect();
        for value in &sent {
            *seen.entry(kind(value)).or_default() += 1;
        }
        if requests.len() >= IN_FLIGHT {
            within("an echo", requests.join_next()).await.unwrap().unwrap();
        }
        let daemon = Arc::clone(&daemon);
        requests.spawn(async move {
            let got = match within("an echo", daemon.request("echo", &sent, None)).await {
                Ok(Value::List(got)) => got,
                other => panic!("{other:?}"),
            };
            assert_eq!(got.len(), sent.len());
            for (got, sent) in got.iter().zip(&sent) {
                assert_eq!(got, sent);
            }
        });
    }
    within("the last echoes", requests.join_all()).await;
    stop(worker).await.unwrap();
    let kinds = if era == Era::Curve { 14 } else { 13 };
    assert_eq!(seen.len(), kinds, "{seen:?}");
    assert!(seen.values().all(|count| *count > VALUES / 100), "{seen:?}");
}

#[tokio::test]
async fn today_as_generic_values() {
    identity(Era::Curve, Router::new().route("echo", echo), 1).await;
}

#[tokio::test]
async fn today_as_moo_values() {
    identity(Era::Curve, Router::new().route("echo", echo_vars), 2).await;
}

#[tokio::test]
async fn in_the_paseto_era_as_generic_values() {
    identity(Era::Paseto, Router::new().route("echo", echo), 3).await;
}

#[tokio::test]
async fn in_the_paseto_era_as_moo_values() {
    identity(Era::Paseto, Router::new().route("echo", echo_vars), 4).await;
}
