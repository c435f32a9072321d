//! Values of every kind.

use journeyman_core::Value;

/// One of each kind and its limits. A wire gets those that it carries.
pub(super) fn all() -> Vec<Value> {
    let list = |items: Vec<Value>| Value::List(items);
    let mut values = vec![Value::Null, true.into(), false.into()];
    values.extend([0, 1, -1, 255, -256, 65_536, 1 << 31, 1 << 53, -(1 << 53)].map(Value::Int));
    values.extend([i64::MAX, i64::MIN].map(Value::Int));
    values.extend(
        ["9223372036854775808", "-170141183460469231731687303715884105728"]
            .into_iter()
            .filter_map(Value::integer),
    );
    values.extend(
        [0.5, -0.0, 1e-7, 0.1, f64::MAX, f64::MIN_POSITIVE, 5e-324, std::f64::consts::PI]
            .map(Value::Float),
    );
    values.extend([f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(Value::Float));
    values.extend(
        ["", " ", "hello", "null", "0", "Grüße, Jürgen", "日本語", "🦀👩‍🔬", "a\0b\t\r\n\"\\\u{7f}"]
            .map(Value::from),
    );
    values.push("x".repeat(10_000).into());
    values.push(Value::Bytes(vec![0, 1, 254, 255]));
    values.push(list(vec![]));
    values.push(list(vec![Value::Null]));
    values.push(list(vec![1.into(), "two".into(), 3.5.into(), Value::Null, true.into()]));
    values.push(list((0..100).map(Value::Int).collect()));
    values.push(list(vec![list(vec![list(vec![])]), list(vec![list(vec![1.into()])])]));
    values.push(Value::Map(Vec::new()));
    values.push(Value::object([("", Value::Null)]));
    values.push(Value::object([("ключ", Value::from("значение")), ("a.b", list(vec![]))]));
    values.push(Value::object([(
        "one",
        Value::object([("two", Value::object([("three", list(vec![Value::Map(Vec::new())]))]))]),
    )]));
    values.push(Value::Map(vec![(1.into(), "one".into()), (Value::Null, false.into())]));
    values.push(Value::tagged("object", 42));
    values
}
