use super::*;

fn again(text: &str) -> String {
    write(&parse(text).unwrap())
}

#[test]
fn what_python_reads_it_writes_in_its_own_form() {
    for (read, written) in [
        (" [1,2 ,\n3]\t", "[1, 2, 3]"),
        ("{\"b\":1,\"a\":{},\"b\":2}", "{\"b\": 2, \"a\": {}}"),
        (
            "[NaN,Infinity,-Infinity,1e400,-1e400]",
            "[NaN, Infinity, -Infinity, Infinity, -Infinity]",
        ),
        ("1267650600228229401496703205376", "1267650600228229401496703205376"),
        ("-0", "0"),
        ("-0.0", "-0.0"),
        ("1.50", "1.5"),
        ("1E2", "100.0"),
        ("1e16", "1e+16"),
        ("123456789012345680.0", "1.2345678901234568e+17"),
        ("1e15", "1000000000000000.0"),
        ("0.0001", "0.0001"),
        ("0.00001", "1e-05"),
        ("1e-300", "1e-300"),
        ("5e-324", "5e-324"),
        ("0.1", "0.1"),
        (
            "\"caf\u{e9} \u{1f600} \\u00E9\\ud83d\\ude00\"",
            "\"caf\\u00e9 \\ud83d\\ude00 \\u00e9\\ud83d\\ude00\"",
        ),
        ("\"\\ud800\"", "\"\\ud800\""),
        ("\"\\ud800\\u0041\\udc00x\"", "\"\\ud800A\\udc00x\""),
        ("\"\\/\\b\\f\\n\\r\\t\\\\\\\"\u{7f}\"", "\"/\\b\\f\\n\\r\\t\\\\\\\"\\u007f\""),
        ("[[], [[]], true, false, null, \"\"]", "[[], [[]], true, false, null, \"\"]"),
    ] {
        assert_eq!(again(read), written, "{read}");
    }
}

#[test]
fn what_python_refuses_is_refused() {
    for text in [
        "",
        " ",
        "hello",
        "[1,]",
        "[1 2]",
        "{1: 2}",
        "{\"a\" 1}",
        "{\"a\":}",
        "{\"a\":1,}",
        "'a'",
        "01",
        "+1",
        ".5",
        "1.",
        "1e",
        "-",
        "--1",
        "0x10",
        "nan",
        "Inf",
        "\"\n\"",
        "\"\\x41\"",
        "\"\\u12\"",
        "\"\\u+123\"",
        "\"abc",
        "\"abc\\",
        "[",
        "{",
        "{\"a\"",
        "1 2",
        "\u{feff}1",
        "None",
        "True",
    ] {
        assert!(parse(text).is_err(), "{text:?}");
    }
    let digits = "9".repeat(4300);
    assert_eq!(again(&digits), digits);
    assert!(parse(&"9".repeat(4301)).is_err());
    assert!(parse(&"[".repeat(100_000)).is_err());
    assert!(parse(&format!("{}{}", "[".repeat(899), "]".repeat(899))).is_ok());
}

#[test]
fn the_place_of_the_result_is_found() {
    for (text, result) in [
        (
            "{\"type\": \"t\", \"data\": {\"result\": [1, {\"result\": 2}] , \"x\": 1}}",
            Some("[1, {\"result\": 2}]"),
        ),
        ("{\"data\": {\"a\": {\"result\": 2}}}", None),
        ("{\"x\": {\"data\": {\"result\": 2}}, \"result\": 1}", None),
        ("{\"data\": {\"result\": 1}, \"data\": {\"result\":  1.50 }}", Some("1.50")),
    ] {
        let parsed = parse_message(text).unwrap();
        assert_eq!(parsed.result.map(|range| &text[range]), result, "{text}");
    }
}

#[test]
fn many_keys_are_kept_in_order() {
    let text: Vec<_> = (0..1000).chain(500..600).map(|at| format!("\"k{at}\": {at}")).collect();
    let Value::Dict(members) = parse(&format!("{{{}}}", text.join(","))).unwrap() else { panic!() };
    assert_eq!(members.len(), 1000);
    assert!(members.iter().enumerate().all(|(at, (key, _))| *key == *format!("k{at}").as_str()));
}
