use journeyman_core::{Value, value::BigInt};
use proptest::prelude::*;

use super::*;

#[test]
fn what_python_takes() {
    let big = "123456789012345678901234567890";
    for (text, value) in [
        ("null", Value::Null),
        (" true\r\n", Value::Bool(true)),
        ("-0", Value::Int(0)),
        ("-12", Value::Int(-12)),
        ("1e2", Value::Float(100.0)),
        ("-0.0", Value::Float(-0.0)),
        ("1E+400", Value::Float(f64::INFINITY)),
        ("NaN", Value::Float(f64::NAN)),
        ("-Infinity", Value::Float(f64::NEG_INFINITY)),
        ("Infinity", Value::Float(f64::INFINITY)),
        (big, Value::BigInt(BigInt::parse(big).unwrap())),
        (r#""a\u00e6\ud83d\ude00\/\b\f\"""#, Value::from("aæ😀/\u{8}\u{c}\"")),
        (r#""\ud83c""#, Value::from("\u{fffd}")),
        (r#""\ud83c\u0041\ude00""#, Value::from("\u{fffd}A\u{fffd}")),
        ("\"\u{7f}æ\"", Value::from("\u{7f}æ")),
        ("[]", Value::List(vec![])),
        ("{ }", Value::Map(vec![])),
        ("[1 , [ ] ,{}]", Value::List(vec![1.into(), Value::List(vec![]), Value::Map(vec![])])),
        (r#"{"b":1,"a":2,"b":3}"#, Value::object([("b", 3), ("a", 2)])),
        (r#"{ "a:" : 1 , "\" " :2}"#, Value::object([("a:", 1), ("\" ", 2)])),
    ] {
        assert_eq!(parse(text), Ok(value), "{text}");
        assert_eq!(check(text), Ok(()), "{text}");
    }
}

#[test]
fn what_python_refuses() {
    for text in [
        "",
        " ",
        "nul",
        "tru",
        "01",
        "1.",
        ".5",
        "+1",
        "-",
        "--1",
        "1e",
        "1e+",
        "0x1",
        "-NaN",
        "-I",
        "[1,]",
        "[1",
        "[1 2]",
        "[,1]",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1,}",
        "{\"a\":1 \"b\":2}",
        "{,}",
        "{a:1}",
        "{'a':1}",
        "\"",
        "\"a",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\",
        "\"a\nb\"",
        "1 2",
        "{} x",
        "\u{feff}1",
        "\u{a0}1",
        "\"\\u+123\"",
        "[}",
        "{]",
        "\"\\u00é\"",
    ] {
        assert!(parse(text).is_err(), "{text:?}");
        assert!(check(text).is_err(), "{text:?}");
    }
    assert_eq!(check("[1 2]").unwrap_err().at, 3);
    assert_eq!(check("[1 2]").unwrap_err().to_string(), "`,` or `]` was expected (byte 3)");
}

#[test]
fn many_keys_are_unique_too() {
    let members: Vec<_> = (0..100).map(|i| format!("\"k{}\":{i}", i % 40)).collect();
    let value = parse(&format!("{{{}}}", members.join(","))).unwrap();
    let Value::Map(pairs) = &value else { panic!("{value}") };
    assert_eq!(pairs.len(), 40);
    assert_eq!(value.get("k0"), Some(&Value::Int(80)));
    assert_eq!(value.get("k39"), Some(&Value::Int(79)));
}

#[test]
fn depth_and_size_have_limits() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse(&nested(128)).is_ok());
    assert!(parse(&nested(129)).is_err());
    assert!(check(&nested(1000)).is_ok());
    assert!(check(&nested(1001)).is_err());
    assert!(check(&"[".repeat(1_000_000)).is_err());
    assert!(check(&"9".repeat(4300)).is_ok());
    assert!(check(&"9".repeat(4301)).is_err());
    let mut out = String::new();
    let deep = (0..501).fold(Value::Null, |inner, _| Value::List(vec![inner]));
    assert!(value(&mut out, &deep).is_err());
}

#[test]
fn members_are_found_as_they_are_written() {
    let text = r#" {"a": [1, {"b": 2}], "\u0062": NaN, "c": {"a": 1}, "a": "x" , "é": 1} "#;
    let [a, b, c, d, e] = object(text, ["a", "b", "c", "d", "é"]).unwrap();
    assert_eq!((a, b, c, d, e), (Some("\"x\""), Some("NaN"), Some("{\"a\": 1}"), None, Some("1")));
    for bad in ["[]", "1", "", "{} 1", "{\"a\": }", "{\"a\" 1}"] {
        assert!(object(bad, ["a"]).is_err(), "{bad}");
    }
    assert_eq!(list_start("[]", 3), Ok(vec![]));
    assert_eq!(list_start("[ 1, [2, 3] ,4, 5]", 3), Ok(vec!["1", "[2, 3]", "4"]));
    assert_eq!(list_start("[1]", 3), Ok(vec!["1"]));
}

fn dumps(item: &Value) -> String {
    let mut out = String::new();
    value(&mut out, item).unwrap();
    out
}

#[test]
fn what_python_writes() {
    for (item, text) in [
        (Value::from("café 😀"), r#""caf\u00e9 \ud83d\ude00""#),
        (Value::Float(100.0), "100.0"),
        (Value::Float(0.25), "0.25"),
        (Value::Float(-0.0), "-0.0"),
        (Value::Float(1e15), "1000000000000000.0"),
        (Value::Float(1e16), "1e+16"),
        (Value::Float(1.5e-5), "1.5e-05"),
        (Value::Float(0.0001), "0.0001"),
        (Value::Float(1e300), "1e+300"),
        (Value::Float(f64::NAN), "NaN"),
        (Value::Float(f64::NEG_INFINITY), "-Infinity"),
        (
            Value::integer("1267650600228229401496703205376").unwrap(),
            "1267650600228229401496703205376",
        ),
        (Value::List(vec![1.into(), Value::Null]), "[1, null]"),
        (
            Value::Map(vec![
                (Value::Int(1), true.into()),
                (Value::Float(0.5), false.into()),
                (Value::Null, 1.into()),
                (Value::Bool(true), 2.into()),
            ]),
            r#"{"1": true, "0.5": false, "null": 1, "true": 2}"#,
        ),
    ] {
        assert_eq!(dumps(&item), text);
    }
    assert_eq!(dumps(&Value::from("\u{7f}\"\\\n\u{1}")), r#""\u007f\"\\\n\u0001""#);
    let refused = |item: &Value| value(&mut String::new(), item).unwrap_err();
    assert_eq!(refused(&Value::Bytes(vec![1])), "Object of type bytes is not JSON serializable");
    let key = Value::Map(vec![(Value::List(vec![]), Value::Null)]);
    assert_eq!(refused(&key), "keys must be str, int, float, bool or None, not list");
}

proptest! {
    #[test]
    fn what_is_written_reads_back(text in ".*", number in any::<f64>(), whole in any::<i128>()) {
        let item = Value::object([
            (text.clone(), Value::from(text)),
            ("n".to_owned(), Value::Float(number)),
            ("i".to_owned(), Value::integer(&whole.to_string()).unwrap()),
        ]);
        let written = dumps(&item);
        prop_assert!(written.is_ascii());
        // A text that is one of the other keys is a twin.
        if let Value::Map(pairs) = &item && pairs[0].0 != "n".into() && pairs[0].0 != "i".into() {
            prop_assert_eq!(parse(&written), Ok(item));
        }
    }

    #[test]
    fn checking_and_reading_agree(text in r#"[\[\]{}:, "\\a0-9.eE+nulNItr-]{0,24}"#) {
        prop_assert_eq!(check(&text).is_ok(), parse(&text).is_ok(), "{}", text);
    }
}
