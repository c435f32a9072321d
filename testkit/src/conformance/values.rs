//! Values for the echo: every kind that some wire has, its limits, and random ones.

use journeyman_core::Value;

/// 2^53: up to here a double holds every whole number.
const EXACT: i64 = 1 << 53;

/// All kinds of values by name, with their limits.
pub(super) fn kinds() -> Vec<(&'static str, Vec<Value>)> {
    let big = |text: &str| Value::integer(text).unwrap_or_default();
    let list = |items: &[Value]| Value::List(items.to_vec());
    let mut deep_list = Value::Null;
    let mut deep_object = Value::from("bottom");
    for _ in 0..24 {
        deep_list = Value::List(vec![deep_list]);
        deep_object = Value::object([("in", deep_object)]);
    }
    vec![
        ("null", vec![Value::Null]),
        ("booleans", vec![true.into(), false.into()]),
        (
            "integers up to 2^53",
            [0, 1, -1, 255, 1 << 31, EXACT - 1, EXACT, -EXACT].map(Value::from).into(),
        ),
        ("integers beyond 2^53", [EXACT + 1, i64::MAX, i64::MIN].map(Value::from).into()),
        (
            "big integers",
            vec![
                Value::from(u64::MAX),
                big("-170141183460469231731687303715884105728"),
                big("123456789012345678901234567890123456789012345678901234567890"),
            ],
        ),
        (
            "floats",
            [0.5, -1.25, 0.1, 1e300, -1e-300, f64::MIN_POSITIVE, 5e-324, f64::MAX]
                .map(Value::from)
                .into(),
        ),
        ("negative zero", vec![Value::Float(-0.0)]),
        (
            "NaN and infinities",
            [f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(Value::from).into(),
        ),
        (
            "text",
            [
                "",
                " ",
                "text",
                "\"quoted\" \\ \n\t\r",
                "\0\u{1}\u{7f}",
                "é ß 日本 🦀 \u{202e}",
                "null",
            ]
            .map(Value::from)
            .into_iter()
            .chain([Value::from("long ".repeat(2000))])
            .collect(),
        ),
        ("bytes", vec![Value::Bytes(Vec::new()), Value::Bytes((0..=255).collect())]),
        (
            "lists",
            vec![
                list(&[]),
                list(&[Value::Null]),
                list(&[list(&[]), list(&[list(&[])])]),
                list(&[true.into(), "two".into(), Value::Null, Value::object([("k", 0.5)])]),
                deep_list,
            ],
        ),
        (
            "objects",
            vec![
                Value::Map(Vec::new()),
                Value::object([("", "empty key")]),
                Value::object([("a", Value::Null), ("é 🦀", list(&[0.5.into()]))]),
                Value::object([("result", Value::object([("result", "nested")]))]),
                deep_object,
            ],
        ),
        (
            "maps with keys that are no text",
            vec![Value::Map(vec![
                (Value::Int(1), "one".into()),
                (Value::List(vec![Value::Null]), true.into()),
            ])],
        ),
        (
            "tagged values",
            vec![Value::tagged("object", 7), Value::tagged("error", Value::from("E_PERM"))],
        ),
    ]
}

/// A random value; the same seed gives the same values.
pub(super) fn random(rng: &mut fastrand::Rng, depth: u32) -> Value {
    let kinds = if depth == 0 { 7 } else { 9 };
    match rng.u32(0..kinds) {
        0 => Value::Null,
        1 => Value::Bool(rng.bool()),
        2 => Value::Int(rng.i64(..) >> rng.u32(0..64)),
        3 => Value::Float(f64::from_bits(rng.u64(..))),
        4 => Value::Float(rng.f64()),
        5 => Value::from(random_text(rng)),
        6 => Value::Bytes((0..rng.usize(0..20)).map(|_| rng.u8(..)).collect()),
        7 => Value::List((0..rng.usize(0..5)).map(|_| random(rng, depth - 1)).collect()),
        _ => {
            let keys: std::collections::BTreeSet<_> =
                (0..rng.usize(0..5)).map(|_| random_text(rng)).collect();
            Value::object(keys.into_iter().map(|key| (key, random(rng, depth - 1))))
        }
    }
}

fn random_text(rng: &mut fastrand::Rng) -> String {
    (0..rng.usize(0..12))
        .map(|_| if rng.bool() { rng.alphanumeric() } else { rng.char(..) })
        .collect()
}

/// The value with the entries of its maps in one fixed order, for wires that keep none.
pub(super) fn canonical(value: &Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.iter().map(canonical).collect()),
        Value::Map(pairs) => {
            let mut pairs: Vec<_> =
                pairs.iter().map(|(key, value)| (canonical(key), canonical(value))).collect();
            pairs.sort_by_cached_key(|(key, _)| key.to_string());
            Value::Map(pairs)
        }
        value => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_maps_does_not_count_and_all_else_does() {
        let map = |keys: [&str; 2]| Value::List(vec![Value::object(keys.map(|key| (key, key)))]);
        assert_ne!(map(["a", "b"]), map(["b", "a"]));
        assert_eq!(canonical(&map(["a", "b"])), canonical(&map(["b", "a"])));
        assert_ne!(canonical(&Value::Float(0.0)), canonical(&Value::Float(-0.0)));
    }

    #[test]
    fn a_seed_gives_the_same_values() {
        let make = |seed| random(&mut fastrand::Rng::with_seed(seed), 4);
        assert!((0..50).all(|seed| make(seed) == make(seed)));
    }
}
