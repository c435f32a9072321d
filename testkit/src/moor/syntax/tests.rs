//! Texts, read and printed, and what is wrong with others.

use super::super::Value;
use super::{parse_call, parse_value};
use std::time::Duration;

fn same(text: &str) {
    let value = parse_value(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(value.to_string(), text);
}

#[test]
fn literals_read_and_print() {
    for text in [
        "0",
        "-1",
        "9223372036854775807",
        "-9223372036854775808",
        "2.5",
        "-0.0",
        "1e100",
        "-2.25e-10",
        "inf",
        "-inf",
        "NaN",
        "true",
        "false",
        "None",
        r#""""#,
        r#""a \"b\" \\ \n\t\r \u0007 é ☃ 🦀""#,
        "#0",
        "#-1",
        "#048D05-1234567890",
        "*anonymous 048D05-1234567890*",
        "'sym",
        "'FooBar",
        "'\"odd symbol\"",
        "E_PERM",
        r#"E_INVARG("bad thing")"#,
        r#"E_RANGE("bad", {1, "x"})"#,
        "E_RANGE(None, 1)",
        "E_MYERR",
        r#"error("odd name")"#,
        r#"error("odd name", None, 2)"#,
        "{}",
        "[]",
        r##"{"a", 1, #2, [1 -> 2], 'sym, E_PERM, 2.5, b"AAECAwT_", {{}}}"##,
        r#"<#1, .name = "fw", .n = 1, {1, "two"}>"#,
        r#"<#1, ."odd slot" = {}>"#,
        "<#1>",
        r#"b"""#,
    ] {
        same(text);
    }
}

#[test]
fn other_spellings_are_read() {
    for (text, printed) in [
        ("1E5", "100000.0"),
        ("{ 1 ,\n2 }", "{1, 2}"),
        (r#"b"AAECAwT/""#, r#"b"AAECAwT_""#),
        (r#""\u00E9""#, "\"é\""),
        ("e_perm", "E_PERM"),
        ("< #1, [a -> 1], {2} >", "<#1, .a = 1, {2}>"),
        ("<#1, {}>", "<#1>"),
        ("-NaN", "NaN"),
    ] {
        assert_eq!(parse_value(text).unwrap().to_string(), printed, "{text}");
    }
}

#[test]
fn errors_name_the_column_and_what_was_expected() {
    for (text, message) in [
        ("", "column 1: expected a value, found the end"),
        ("{1 2}", "column 4: expected `,` or `}`, found `2`"),
        ("[1 - 2]", "column 4: expected `->`, found `-`"),
        ("{1, }", "column 5: expected a value, found `}`"),
        ("\"ab", "column 4: expected `\"`, found the end"),
        ("1.", "column 3: expected a digit, found the end"),
        ("foo", "column 1: expected a value, found `f`"),
        ("1 2", "column 3: expected the end, found `2`"),
        ("'", "column 2: expected the name of a symbol, found the end"),
        (
            "#x",
            "column 1: expected an object: `#` and a number, or `#048D05-1234567890`, found `#`",
        ),
        (
            "9223372036854775808",
            "column 1: expected an integer from -9223372036854775808 to 9223372036854775807, \
             found `9`",
        ),
        ("b\"!\"", "column 2: expected bytes in base64, found `\"`"),
        ("<1>", "column 2: expected the delegate, an object, found `1`"),
        ("\"\\uD800\"", "column 4: expected four hexadecimal digits of a character, found `D`"),
    ] {
        assert_eq!(parse_value(text).unwrap_err().to_string(), message, "{text}");
    }
    let deep = "{".repeat(10_000);
    let error = parse_value(&deep).unwrap_err();
    assert_eq!(error.to_string(), "column 202: expected at most 200 levels, found `{`");
    assert_eq!(error.column(), 202);
}

#[test]
fn calls() {
    let call = parse_call(r#"worker_request("echo", {"Hello", "World", 123})"#).unwrap();
    assert_eq!(call.worker_type, "echo");
    assert_eq!(call.arguments, ["Hello".into(), "World".into(), Value::Int(123)]);
    assert_eq!(call.timeout, None);
    for (options, milliseconds) in [
        (r#"["timeout_seconds" -> 5.25]"#, Some(5250)),
        (r#"{{"timeout_seconds", 2.0}}"#, Some(2000)),
        ("['TIMEOUT_seconds -> 1.5]", Some(1500)),
        (r#"["timeout_seconds" -> 5]"#, None),
        (r#"["timeout_seconds" -> 0.0004]"#, None),
        (r#"["other" -> 1.0]"#, None),
        ("{}", None),
    ] {
        let call = parse_call(&format!("; worker_request('echo, {{}}, {options}) ;")).unwrap();
        assert_eq!(call.timeout, milliseconds.map(Duration::from_millis), "{options}");
    }
    for (text, message) in [
        ("request(1)", "column 1: expected `worker_request(`, found `r`"),
        ("worker_request 1", "column 16: expected `(`, found `1`"),
        (
            "worker_request(1, {})",
            "column 16: expected a worker type: a string or a symbol, found `1`",
        ),
        ("worker_request('a)", "column 18: expected `,` and the list of arguments, found `)`"),
        (
            "worker_request('a, 1)",
            "column 20: expected a list of arguments, such as `{1, \"a\"}`, found `1`",
        ),
        (
            "worker_request('a, {}, 1)",
            "column 24: expected options: a map, or a list of `{key, value}` pairs, found `1`",
        ),
        (
            "worker_request('a, {}, [\"timeout_seconds\" -> -1.0])",
            "column 24: expected a timeout of zero or more seconds, found `[`",
        ),
        ("worker_request('a, {}, [], 1)", "column 26: expected `,` or `)`, found `,`"),
        ("worker_request('a, {}) x", "column 24: expected the end, found `x`"),
    ] {
        assert_eq!(parse_call(text).unwrap_err().to_string(), message, "{text}");
    }
}
