//! The stand-in's values: through the wire and back, through MOO syntax and back; and bytes that
//! are no messages.

#![allow(clippy::unwrap_used)]

mod moor_support;

use journeyman_testkit::moor::{
    Broadcast, EnrollmentRequest, EnrollmentResponse, Era, ErrorCode, ErrorValue, Flyweight,
    Identity, MAX_VALUE_DEPTH, Obj, Reply, Value, WorkerMessage, syntax,
};
use moor_support::vectors;
use proptest::prelude::*;
use uuid::Uuid;

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z_]{0,6}", "\\PC{0,6}", "[\"\\\\\n\t\r\u{0}\u{7f}\u{85}'\u{e9}]{0,4}"]
}

fn obj() -> impl Strategy<Value = Obj> {
    prop_oneof![
        any::<i32>().prop_map(Obj::Id),
        any::<u64>().prop_map(Obj::Uuid),
        any::<u64>().prop_map(Obj::Anonymous),
    ]
}

fn float() -> impl Strategy<Value = f64> {
    let special = [0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE];
    prop_oneof![any::<f64>(), proptest::sample::select(special.to_vec())]
}

fn code() -> impl Strategy<Value = ErrorCode> {
    let known = (0_u8..19).prop_map(|number| ErrorCode::known(number).unwrap());
    prop_oneof![
        known,
        "E_[A-Z]{1,8}".prop_map(|name| name.parse().unwrap()),
        text().prop_map(ErrorCode::Custom),
        Just(ErrorCode::Custom("e_perm".to_owned())),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::None),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        proptest::sample::select(vec![i64::MIN, -1, 0, i64::MAX]).prop_map(Value::Int),
        float().prop_map(Value::Float),
        text().prop_map(Value::Str),
        text().prop_map(Value::Sym),
        obj().prop_map(Value::Obj),
        proptest::collection::vec(any::<u8>(), 0..9).prop_map(Value::Binary),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        let list = proptest::collection::vec(inner.clone(), 0..5);
        let pairs = proptest::collection::vec((inner.clone(), inner.clone()), 0..5);
        let slots = proptest::collection::vec((text(), inner.clone()), 0..3);
        let error = (code(), proptest::option::of(text()), proptest::option::of(inner));
        prop_oneof![
            list.clone().prop_map(Value::List),
            pairs.prop_map(Value::map),
            (obj(), slots, list).prop_map(|(delegate, slots, contents)| {
                Value::Flyweight(Box::new(Flyweight { delegate, slots, contents }))
            }),
            error.prop_map(|(code, message, value)| {
                let mut error = ErrorValue::new("E_NONE");
                error.code = code;
                error.message = message;
                error.value = value;
                Value::Err(Box::new(error))
            }),
        ]
    })
}

fn result_of(value: Value) -> WorkerMessage {
    WorkerMessage::Result { identity: Identity::Absent, request: Uuid::nil(), value }
}

/// Reads a frame as everything that it could be.
fn read_all(frame: &[u8]) {
    for era in [Era::Curve, Era::Paseto] {
        let _ = WorkerMessage::decode(era, frame).map(|message| message.encode(era));
        let _ = Broadcast::decode(era, frame).map(|message| message.encode(era));
        let _ = Reply::decode(era, frame).map(|reply| reply.encode(era));
    }
    let _ = EnrollmentRequest::decode(frame);
    let _ = EnrollmentResponse::decode(frame);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn values_survive_the_wire(value in value(), paseto in any::<bool>()) {
        let era = if paseto { Era::Paseto } else { Era::Curve };
        let identity = match era {
            Era::Paseto => Identity::Token("t".to_owned()),
            Era::Curve => Identity::Id(Uuid::nil()),
        };
        let message = WorkerMessage::Result { identity, request: Uuid::nil(), value };
        prop_assert_eq!(WorkerMessage::decode(era, &message.encode(era)).unwrap(), message);
    }

    #[test]
    fn values_survive_their_syntax(value in value()) {
        let text = value.to_string();
        let again = syntax::parse_value(&text).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(again, value, "{}", text);
    }

    #[test]
    fn any_text_is_a_value_or_an_error(text in "\\PC{0,40}") {
        let _ = syntax::parse_value(&text).map(|value| value.to_string());
        let _ = syntax::parse_call(&text);
    }

    #[test]
    fn any_bytes_are_a_message_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        read_all(&bytes);
    }
}

#[test]
fn recorded_frames_with_flipped_bits_and_cut_off_are_messages_or_errors() {
    let mut random = fastrand::Rng::with_seed(7);
    let mut frames = Vec::new();
    for name in ["head_rust_worker.jsonl", "paseto_rust_worker.jsonl", "head_probe.jsonl"] {
        let mut vectors = vectors(name);
        let lines = vectors.take_where("mutated", |_| true);
        frames.extend(lines.iter().filter_map(|line| line.frames().pop()));
        vectors.finish();
    }
    for _ in 0..20_000 {
        let mut frame = frames[random.usize(..frames.len())].clone();
        if frame.is_empty() {
            continue;
        }
        for _ in 0..random.usize(1..4) {
            let at = random.usize(..frame.len());
            frame[at] ^= 1 << random.u8(..8);
        }
        if random.bool() {
            frame.truncate(random.usize(..frame.len()));
        }
        read_all(&frame);
    }
}

#[test]
fn nesting_has_a_limit_and_an_error() {
    let nested = |depth: usize| {
        let wrap = |value, _| Value::List(vec![value]);
        result_of((1..depth).fold(Value::List(vec![]), wrap)).encode(Era::Curve)
    };
    assert!(WorkerMessage::decode(Era::Curve, &nested(MAX_VALUE_DEPTH)).is_ok());
    let error = WorkerMessage::decode(Era::Curve, &nested(MAX_VALUE_DEPTH + 1)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Failed to decode var: Failed to decode FlatBuffer Var: Values nest deeper than 128 levels"
    );
}

#[test]
fn lambdas_are_written_for_tests_and_refused() {
    let frame = result_of(Value::List(vec![Value::Lambda])).encode(Era::Curve);
    let error = WorkerMessage::decode(Era::Curve, &frame).unwrap_err();
    assert!(error.to_string().ends_with("Unexpected lambda in RPC context"), "{error}");
}

#[test]
fn anonymous_objects_have_a_variant_in_the_curve_era_only() {
    let value = Value::Obj(Obj::Anonymous(5));
    let curve = result_of(value.clone()).encode(Era::Curve);
    let identity = Identity::Token("t".to_owned());
    let message = WorkerMessage::Result { identity, request: Uuid::nil(), value };
    let paseto = message.encode(Era::Paseto);
    assert!(WorkerMessage::decode(Era::Curve, &curve).is_ok());
    // The variant is 14 there, and unknown here; the rest of the two messages has one form.
    assert_eq!(WorkerMessage::decode(Era::Paseto, &paseto).unwrap(), message);
    let curve_with_token = message.encode(Era::Curve);
    let error = WorkerMessage::decode(Era::Paseto, &curve_with_token).unwrap_err();
    assert!(error.to_string().ends_with("Unknown union (tag = 14)"), "{error}");
}

/// A small buffer whose tables are shared: 40 lists, each holding the next one twice.
#[test]
fn shared_tables_do_not_blow_up() {
    use flatbuffers::{FlatBufferBuilder, TableFinishedWIPOffset, WIPOffset};
    type Table = WIPOffset<TableFinishedWIPOffset>;
    let mut out = FlatBufferBuilder::new();
    let union = |out: &mut FlatBufferBuilder<'_>, member: u8, value: Table| {
        let start = out.start_table();
        out.push_slot_always(6, value);
        out.push_slot(4, member, 0);
        out.end_table(start)
    };
    let none: [Table; 0] = [];
    let mut elements = out.create_vector(&none);
    for _ in 0..40 {
        let start = out.start_table();
        out.push_slot_always(4, elements);
        let list = out.end_table(start);
        let list = union(&mut out, 8, list);
        elements = out.create_vector(&[list, list]);
    }
    let start = out.start_table();
    out.push_slot_always(4, elements);
    let list = out.end_table(start);
    let value = union(&mut out, 8, list);
    let bytes = out.create_vector(&[0_u8; 16]);
    let start = out.start_table();
    out.push_slot_always(4, bytes);
    let id = out.end_table(start);
    let start = out.start_table();
    out.push_slot_always(4, id);
    out.push_slot_always(6, id);
    out.push_slot_always(8, value);
    let result = out.end_table(start);
    let root = union(&mut out, 4, result);
    out.finish_minimal(root);
    let error = WorkerMessage::decode(Era::Curve, out.finished_data()).unwrap_err();
    assert!(error.to_string().ends_with("than the buffer has room for"), "{error}");
}
