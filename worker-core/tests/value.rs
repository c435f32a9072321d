//! Promise 2, the part of the core: a value goes through serde, and through a handler, unchanged.

use journeyman_core::{
    Router, Value, Worker,
    memory::{Memory, Submission},
    value::{BigInt, Tagged},
    value_de::ValueDeserializer,
};
use proptest::prelude::*;
use serde::Deserialize;

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        prop_oneof![Just(i64::MIN), Just(i64::MAX), Just(-1), Just(0), Just(1), Just(1 << 53)]
            .prop_map(Value::Int),
        any::<i128>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        "-?[1-9][0-9]{39,80}".prop_map(|text| big(&text)),
        any::<f64>().prop_map(Value::Float),
        prop_oneof![
            Just(f64::NAN),
            Just(-f64::NAN),
            Just(0.0),
            Just(-0.0),
            Just(f64::INFINITY),
            Just(f64::NEG_INFINITY),
            Just(f64::MIN_POSITIVE),
            Just(5e-324),
            Just(2.0),
            Just(9_007_199_254_740_993.0),
        ]
        .prop_map(Value::Float),
        any::<String>().prop_map(Value::String),
        Just(Value::String(String::new())),
        Just(Value::String("\0\u{fffd}\u{10ffff}".to_owned())),
        proptest::collection::vec(any::<u8>(), 0..20).prop_map(Value::Bytes),
    ]
}

fn big(text: &str) -> Value {
    BigInt::parse(text).map(Value::BigInt).unwrap_or_default()
}

fn value() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..8).prop_map(Value::List),
            proptest::collection::vec((inner.clone(), inner.clone()), 0..8).prop_map(Value::Map),
            ("[a-z$:]{0,12}", inner).prop_map(|(tag, value)| Value::tagged(tag, value)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn serialising_is_lossless(value in value()) {
        prop_assert_eq!(Value::from_serialize(&value).unwrap(), value);
    }

    #[test]
    fn deserialising_is_lossless(value in value()) {
        prop_assert_eq!(Value::deserialize(ValueDeserializer(&value)).unwrap(), value);
    }

    #[test]
    fn both_ways_in_a_row_change_nothing(value in value()) {
        let there = Value::from_serialize(&value).unwrap();
        let back = Value::deserialize(ValueDeserializer(&there)).unwrap();
        let again = Value::from_serialize(&back).unwrap();
        prop_assert_eq!(again, value);
    }

    #[test]
    fn an_echo_handler_returns_what_it_got(values in proptest::collection::vec(value(), 1..20)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (backend, client) = Memory::new();
            let router = Router::new().route("echo", async |value: Value| value);
            let worker = Worker::new(router).serve(backend).start().unwrap();
            for value in values {
                let job = client.submit(Submission::new("echo").args(value.clone())).await;
                assert_eq!(job.await.unwrap(), value);
            }
            worker.control().drain();
            worker.wait().await.unwrap();
        });
    }
}

#[test]
fn odd_tags_are_ordinary() {
    for tag in ["$journeyman::Tagged", "", "bigint2"] {
        let value = Value::Tagged(Box::new(Tagged { tag: tag.into(), value: Value::from("x") }));
        assert_eq!(Value::from_serialize(&value).unwrap(), value, "{tag}");
        assert_eq!(Value::deserialize(ValueDeserializer(&value)).unwrap(), value, "{tag}");
    }
}

#[test]
fn the_tag_of_big_integers_holds_integers_and_nothing_else() {
    let tagged = |text: &str| Value::tagged("bigint", text);
    let big = "123456789012345678901234567890123456789012345678901234567890";
    let expected = BigInt::parse(big).map(Value::BigInt).unwrap();
    assert_eq!(Value::from_serialize(&tagged(big)).unwrap(), expected);
    let error = Value::from_serialize(&tagged("x")).unwrap_err().to_string();
    assert!(error.contains("integer"), "{error}");
}
