use std::collections::BTreeMap;

use journeyman_core::{Value, value::BigInt};
use proptest::prelude::*;
use serde::Serialize;

use super::*;

#[derive(Serialize)]
struct Point {
    x: i32,
    label: &'static str,
    inner: Option<Unit>,
}

#[derive(Serialize)]
struct Unit;

#[derive(Serialize)]
struct Pair(u8, bool);

#[derive(Serialize)]
enum Choice {
    Plain,
    New(u8),
    Tuple(u8, u8),
    Struct { a: u8 },
}

fn forms<T: Serialize>(value: T) -> [String; 3] {
    [to_str(&value).unwrap(), to_repr(&value).unwrap(), to_json(&value).unwrap()]
}

fn same(text: &str) -> [String; 3] {
    [text; 3].map(str::to_owned)
}

fn all(str: &str, repr: &str, json: &str) -> [String; 3] {
    [str, repr, json].map(str::to_owned)
}

#[test]
fn the_values_of_the_sheet() {
    assert_eq!(forms(7), same("7"));
    assert_eq!(forms(-1_i8), same("-1"));
    assert_eq!(forms(u128::MAX), same("340282366920938463463374607431768211455"));
    assert_eq!(forms(true), all("True", "True", "true"));
    assert_eq!(forms(()), all("None", "None", "null"));
    assert_eq!(forms(Some("hi")), all("hi", "'hi'", "\"hi\""));
    assert_eq!(forms(""), all("", "''", "\"\""));
    assert_eq!(forms("æ⚡"), all("æ⚡", "'æ⚡'", "\"\\u00e6\\u26a1\""));
    assert_eq!(forms("🎃"), all("🎃", "'🎃'", "\"\\ud83c\\udf83\""));
    assert_eq!(forms((1, 2)), all("(1, 2)", "(1, 2)", "[1, 2]"));
    assert_eq!(forms((1,)), all("(1,)", "(1,)", "[1]"));
    assert_eq!(forms(vec![1]), same("[1]"));
    assert_eq!(forms(Vec::<u8>::new()), same("[]"));
    assert_eq!(forms('x'), all("x", "'x'", "\"x\""));
    let list = Value::List(vec![1.into(), "two".into(), Value::Null]);
    assert_eq!(forms(list), all("[1, 'two', None]", "[1, 'two', None]", "[1, \"two\", null]"));
    let inner = Value::List(vec![true.into(), Value::Null, "x".into()]);
    let dict = Value::object([("a", Value::Int(1)), ("b", inner)]);
    let python = "{'a': 1, 'b': [True, None, 'x']}";
    assert_eq!(forms(dict), all(python, python, "{\"a\": 1, \"b\": [true, null, \"x\"]}"));
    let bytes = Value::Bytes(b"\x00ab".to_vec());
    assert_eq!(to_str(&bytes).unwrap(), "b'\\x00ab'");
    let big = BigInt::parse("123456789012345678901234567890123456789012").unwrap();
    assert_eq!(forms(Value::BigInt(big)), same("123456789012345678901234567890123456789012"));
}

#[test]
fn floats() {
    for (value, text) in [
        (1.5, "1.5"),
        (1.0, "1.0"),
        (-0.0, "-0.0"),
        (0.0, "0.0"),
        (1e20, "1e+20"),
        (1e-7, "1e-07"),
        (1e15, "1000000000000000.0"),
        (1e16, "1e+16"),
        (1.25e16, "1.25e+16"),
        (123_456_789_012_345_680.0, "1.2345678901234568e+17"),
        (0.0001, "0.0001"),
        (0.000_012_3, "1.23e-05"),
        (1e22, "1e+22"),
        (1e100, "1e+100"),
        (5e-324, "5e-324"),
        (f64::MAX, "1.7976931348623157e+308"),
        (0.1 + 0.2, "0.30000000000000004"),
        (100.0, "100.0"),
        (9_007_199_254_740_993.0, "9007199254740992.0"),
    ] {
        assert_eq!(forms(value), same(text));
    }
    assert_eq!(forms(f64::NAN), all("nan", "nan", "NaN"));
    assert_eq!(forms(f64::INFINITY), all("inf", "inf", "Infinity"));
    assert_eq!(forms(f64::NEG_INFINITY), all("-inf", "-inf", "-Infinity"));
    assert_eq!(forms(0.1_f32), same("0.1"));
    assert_eq!(forms(16_777_216_f32), same("16777216.0"));
}

#[test]
fn quotes_and_escapes() {
    for (text, repr) in [
        ("it's", "\"it's\""),
        ("say \"x\"", "'say \"x\"'"),
        ("both ' and \"", "'both \\' and \"'"),
        ("a\\b\n\r\t\u{8}\u{7f}", "'a\\\\b\\n\\r\\t\\x08\\x7f'"),
        ("\u{a0}\u{ad}\u{85}", "'\\xa0\\xad\\x85'"),
        ("\u{200b}\u{2028}\u{feff}\u{e000}", "'\\u200b\\u2028\\ufeff\\ue000'"),
        ("\u{e0001}\u{10ffff}", "'\\U000e0001\\U0010ffff'"),
        // A combining character is printed as it is, wherever it stands.
        ("\u{301}e\u{301}", "'\u{301}e\u{301}'"),
    ] {
        assert_eq!(to_repr(text).unwrap(), repr);
        assert_eq!(to_str(text).unwrap(), text);
    }
    let bytes = |bytes: &[u8]| to_repr(&Value::Bytes(bytes.to_vec())).unwrap();
    assert_eq!(bytes(b"it's"), "b\"it's\"");
    assert_eq!(bytes(b"'\"\\\n\xff"), "b'\\'\"\\\\\\n\\xff'");
    let json = "\"\\\"\\\\\\n\\r\\t\\f\\b\\u0001\\u007f\"";
    assert_eq!(to_json("\"\\\n\r\t\u{c}\u{8}\u{1}\u{7f}").unwrap(), json);
}

#[test]
fn types_of_rust() {
    let point = Point { x: 1, label: "it's", inner: Some(Unit) };
    let python = "{'x': 1, 'label': \"it's\", 'inner': None}";
    let json = "{\"x\": 1, \"label\": \"it's\", \"inner\": null}";
    assert_eq!(forms(point), all(python, python, json));
    assert_eq!(forms(Pair(1, true)), all("(1, True)", "(1, True)", "[1, true]"));
    assert_eq!(forms(Choice::Plain), all("Plain", "'Plain'", "\"Plain\""));
    assert_eq!(forms(Choice::New(1)), all("{'New': 1}", "{'New': 1}", "{\"New\": 1}"));
    let tuple = "{'Tuple': (1, 2)}";
    assert_eq!(forms(Choice::Tuple(1, 2)), all(tuple, tuple, "{\"Tuple\": [1, 2]}"));
    let content = "{'Struct': {'a': 1}}";
    assert_eq!(forms(Choice::Struct { a: 1 }), all(content, content, "{\"Struct\": {\"a\": 1}}"));
    let tagged = Value::tagged("object", 3);
    assert_eq!(to_str(&tagged).unwrap(), "('object', 3)");
}

#[test]
fn keys() {
    let map = BTreeMap::from([(1, "a"), (2, "b")]);
    let python = "{1: 'a', 2: 'b'}";
    assert_eq!(forms(map), all(python, python, "{\"1\": \"a\", \"2\": \"b\"}"));
    let odd = Value::Map(vec![
        (Value::Bool(true), 1.into()),
        (Value::Null, 2.into()),
        (Value::Float(1.0), 3.into()),
        (Value::Float(f64::NAN), 4.into()),
    ]);
    assert_eq!(to_repr(&odd).unwrap(), "{True: 1, None: 2, 1.0: 3, nan: 4}");
    assert_eq!(to_json(&odd).unwrap(), "{\"true\": 1, \"null\": 2, \"1.0\": 3, \"NaN\": 4}");
}

#[test]
fn what_json_lacks_is_said_in_pythons_words() {
    let error = |value: &Value| to_json(value).unwrap_err().to_string();
    let bytes = Value::Bytes(vec![1]);
    assert_eq!(error(&bytes), "Object of type bytes is not JSON serializable");
    let key = |key: Value| error(&Value::Map(vec![(key, Value::Null)]));
    let keys = "keys must be str, int, float, bool or None, not";
    assert_eq!(key(bytes), format!("{keys} bytes"));
    assert_eq!(key(Value::List(vec![])), format!("{keys} list"));
    let tuple = to_json(&BTreeMap::from([((1, 2), 3)])).unwrap_err();
    assert_eq!(tuple.to_string(), format!("{keys} tuple"));
}

#[test]
fn depth_has_a_limit() {
    let mut value = Value::Null;
    for _ in 0..500 {
        value = Value::List(vec![value]);
    }
    assert!(to_str(&value).is_ok());
    let error = to_str(&Value::List(vec![value])).unwrap_err();
    assert_eq!(error.to_string(), "more than 500 levels of nesting");
}

proptest! {
    /// What is written as JSON is read back as the same.
    #[test]
    fn json_comes_back(floats in prop::collection::vec(any::<f64>(), 0..8), text in ".*", i in any::<i64>()) {
        let value = Value::object([
            ("f", Value::List(floats.into_iter().map(Value::Float).collect())),
            ("t", Value::String(text.clone())),
            ("i", Value::Int(i)),
            // A key that is twice there would come back once.
            (&*format!("key {text}"), Value::Null),
        ]);
        let text = to_json(&value).unwrap();
        prop_assert!(text.is_ascii());
        let back: Value = crate::pyjson::parse(&text).unwrap();
        prop_assert_eq!(to_json(&back).unwrap(), text);
    }

    /// A float's text is that of its shortest digits, whatever form it has.
    #[test]
    fn floats_come_back(bits in any::<u64>()) {
        let float = f64::from_bits(bits);
        let text = to_str(&float).unwrap();
        if float.is_finite() {
            prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), bits);
            prop_assert!(text.contains(['.', 'e']), "{}", text);
        }
    }
}
