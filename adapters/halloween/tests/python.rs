//! Text forms and the reading of commands beside a real Python: what it writes and reads, we do to
//! the byte.
//!
//! Runs with the interpreter that `JOURNEYMAN_TEST_PYTHON` names, else with `python3`; without
//! either, each test says aloud that it was skipped. No package is needed.

#![allow(clippy::unwrap_used)]

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use journeyman_core::{Value, value::BigInt};
use journeyman_halloween::{Form, command, pytext};
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value as Json, json};

const CASES: usize = 3000;

/// What Python says to each line; `None` after saying that the test is skipped.
fn python(test: &str, script: &str, lines: &[Json]) -> Option<Vec<Json>> {
    let named = std::env::var("JOURNEYMAN_TEST_PYTHON");
    let interpreter = named.clone().unwrap_or_else(|_| "python3".to_owned());
    let child = Command::new(&interpreter)
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => {
            assert!(named.is_err(), "JOURNEYMAN_TEST_PYTHON: {interpreter}: {error}");
            let line = format!(
                "SKIPPED: halloween_python::{test}: JOURNEYMAN_TEST_PYTHON is not set, and there \
                 is no python3"
            );
            println!("{line}");
            if let Some(path) = std::env::var_os("JOURNEYMAN_SKIP_LOG") {
                let mut log =
                    std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
                log.write_all(format!("{line}\n").as_bytes()).unwrap();
            }
            return None;
        }
    };
    // The script reads everything before it writes anything.
    let mut stdin = child.stdin.take().unwrap();
    for line in lines {
        writeln!(stdin, "{line}").unwrap();
    }
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), lines.len());
    Some(answers)
}

fn samples<S: Strategy>(strategy: S, count: usize) -> Vec<S::Value> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => ".{0,12}",
        3 => "[ -~]{0,12}",
        2 => "['\"\\\\\n\r\t\u{0}-\u{1f}\u{7f}-\u{ff}]{0,8}",
        2 => prop::collection::vec(any::<char>(), 0..8).prop_map(|chars| chars.into_iter().collect()),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        "-?[1-9][0-9]{20,60}".prop_map(|text| Value::BigInt(BigInt::parse(&text).unwrap())),
        any::<u64>().prop_map(|bits| Value::Float(f64::from_bits(bits))),
        (-400..400_i32, -30..30_i32).prop_map(|(m, e)| Value::Float(f64::from(m) * 10_f64.powi(e))),
        text().prop_map(Value::String),
        prop::collection::vec(any::<u8>(), 0..10).prop_map(Value::Bytes),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::List),
            prop::collection::btree_map(text(), inner, 0..5).prop_map(Value::object),
        ]
    })
}

/// A value in a form that Python reads without loss.
fn tagged(value: &Value) -> Json {
    match value {
        Value::Null => json!(null),
        Value::Bool(value) => json!(value),
        Value::Int(value) => json!({ "i": value.to_string() }),
        Value::BigInt(value) => json!({ "i": value.as_str() }),
        Value::Float(value) => json!({ "f": format!("{:016x}", value.to_bits()) }),
        Value::String(text) => json!({ "s": text }),
        Value::Bytes(bytes) => json!({ "b": bytes }),
        Value::List(items) => json!({ "l": items.iter().map(tagged).collect::<Vec<_>>() }),
        Value::Map(pairs) => {
            let pairs = pairs.iter().map(|(key, value)| json!([tagged(key), tagged(value)]));
            json!({ "d": pairs.collect::<Vec<_>>() })
        }
        other => panic!("{other}"),
    }
}

const FORMS: &str = r#"
import json, struct, sys, unicodedata
known = True
def back(x):
    global known
    if x is None or isinstance(x, bool):
        return x
    (kind, v), = x.items()
    if kind == "i": return int(v)
    if kind == "f": return struct.unpack(">d", bytes.fromhex(v))[0]
    if kind == "s":
        known = known and all(unicodedata.category(c) != "Cn" for c in v)
        return v
    if kind == "b": return bytes(v)
    if kind == "l": return [back(i) for i in v]
    if kind == "t": return tuple(back(i) for i in v)
    return {back(k): back(w) for k, w in v}
out = []
for line in sys.stdin.buffer.read().decode().split("\n"):
    if line:
        known = True
        v = back(json.loads(line))
        try:
            dumped = json.dumps(v)
        except TypeError as e:
            dumped = [str(e)]
        out.append(json.dumps([str(v), repr(v), dumped, known]))
print("\n".join(out))
"#;

#[test]
fn values_have_pythons_texts() {
    let values = samples(value(), CASES);
    let lines: Vec<_> = values.iter().map(tagged).collect();
    let Some(answers) = python("values_have_pythons_texts", FORMS, &lines) else { return };
    let mut compared = 0;
    for (value, answer) in values.iter().zip(answers) {
        match pytext::to_json(value) {
            Ok(text) => assert_eq!(answer[2], text),
            Err(error) => assert_eq!(answer[2], json!([error.to_string()])),
        }
        // Characters that this Python's Unicode does not know yet.
        if answer[3] == false {
            continue;
        }
        compared += 1;
        assert_eq!(answer[0], pytext::to_str(value).unwrap());
        assert_eq!(answer[1], pytext::to_repr(value).unwrap());
    }
    assert!(compared > CASES / 2, "{compared}");
}

#[test]
fn every_character_is_printed_or_escaped_as_in_python() {
    let script = r#"
import json, sys, unicodedata
sys.stdin.read()
skip = [c for c in range(0x110000) if unicodedata.category(chr(c)) == "Cn"]
plain = [c for c in range(0x110000) if chr(c).isprintable()]
space = [c for c in range(0x110000) if chr(c).isspace()]
print(json.dumps([skip, plain, space]))
"#;
    let test = "every_character_is_printed_or_escaped_as_in_python";
    let Some(answers) = python(test, script, &[json!(0)]) else { return };
    let codes = |at: usize| -> std::collections::HashSet<u32> {
        let list = answers[0][at].as_array().unwrap().iter();
        list.map(|code| u32::try_from(code.as_u64().unwrap()).unwrap()).collect()
    };
    let (unknown, plain, spaces) = (codes(0), codes(1), codes(2));
    for c in '\0'..=char::MAX {
        let code = u32::from(c);
        if !unknown.contains(&code) && !matches!(c, '\'' | '\\') {
            let text = pytext::to_repr(&c).unwrap();
            assert_eq!(text == format!("'{c}'"), plain.contains(&code), "{code:x}: {text}");
        }
        // A command of nothing but white space is empty.
        let empty = command::parse(c.to_string().as_bytes(), Form::Python, false).is_none();
        assert_eq!(empty, spaces.contains(&code), "{code:x}");
    }
}

/// The rules of section 3.1 of the sheet, in the language that they came from.
const COMMANDS: &str = r#"
import json, sys, unicodedata
def parse(raw):
    if not raw: return None
    text = raw.decode("utf-8", "ignore").strip()
    if not text: return None
    try:
        v = json.loads(text)
    except ValueError:
        v = None
    if isinstance(v, dict) and "action" in v:
        action, args = str(v["action"]).strip(), v.get("args")
        if args is not None and not isinstance(args, str):
            args = json.dumps(args) if isinstance(args, (dict, list)) else str(args)
    elif " " in text:
        action, args = text.split(" ", 1)
        args = args.strip()
    else:
        action, args = text, None
    return [fix(action), fix(args)] if action else None
def fix(s):
    # Half of a surrogate pair is a text to Python and to nobody else.
    return s and "".join("\ufffd" if 0xd800 <= ord(c) < 0xe000 else c for c in s)
out = []
for line in sys.stdin.buffer.read().decode().split("\n"):
    if line:
        raw = bytes(json.loads(line))
        known = all(unicodedata.category(c) != "Cn" for c in raw.decode("utf-8", "ignore"))
        out.append(json.dumps([parse(raw), known]))
print("\n".join(out))
"#;

/// Texts that look like JSON commands, many of them broken.
fn payload() -> impl Strategy<Value = Vec<u8>> {
    let scalar = prop_oneof![
        "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{0,5})?([eE][-+]?[0-9]{0,3})?",
        "(null|true|false|NaN|Infinity|-Infinity|-NaN|nul|01|\\.5|\\+1)",
        "\"([a-z \\\\ué/]|\\\\[\"\\\\/bfnrtx]|\\\\u[0-9a-f]{3,4}){0,6}\"",
        text().prop_map(|text| json!(text).to_string()),
    ];
    let blank = "[ \t\n\r]{0,2}";
    let json = scalar.prop_recursive(3, 16, 4, move |inner| {
        let items = (prop::collection::vec((inner.clone(), blank), 0..4), blank);
        let list = items.prop_map(|(items, blank)| {
            let items: Vec<_> = items.into_iter().map(|(i, b)| format!("{b}{i}{b}")).collect();
            format!("[{blank}{}]", items.join(","))
        });
        let key = "\"(a|b|action|args|ü)\"";
        let map = prop::collection::vec((key, blank, inner), 0..4).prop_map(|members| {
            let members: Vec<_> =
                members.into_iter().map(|(k, b, v)| format!("{k}{b}:{b}{v}")).collect();
            format!("{{{}}}", members.join(","))
        });
        prop_oneof![list, map]
    });
    let command = (json.clone(), json.clone(), blank).prop_map(|(action, args, b)| {
        format!("{b}{{{b}\"action\"{b}:{action}{b},\"args\":{args}{b}}}{b}")
    });
    let named = json.clone().prop_map(|args| format!("{{\"action\":\"go\",\"args\":{args}}}"));
    let whole = prop_oneof![3 => command, 5 => named, 1 => json, 2 => text()];
    let bytes = prop::option::weighted(0.15, (any::<prop::sample::Index>(), any::<u8>()));
    (whole, bytes).prop_map(|(text, change)| {
        let mut bytes = text.into_bytes();
        if let Some((at, byte)) = change
            && !bytes.is_empty()
        {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes
    })
}

#[test]
fn commands_are_read_as_in_python() {
    // Python keeps half of a surrogate pair where it writes JSON again; we have no such text.
    let lone = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains("\\u");
    let payloads = samples(payload(), CASES);
    let lines: Vec<_> = payloads.iter().map(|payload| json!(payload)).collect();
    let Some(answers) = python("commands_are_read_as_in_python", COMMANDS, &lines) else { return };
    let mut commands = 0;
    for (payload, answer) in payloads.iter().zip(answers) {
        // Characters that this Python's Unicode does not know yet, or texts that nobody else has.
        let (answer, known) = (&answer[0], answer[1] == true && !lone(payload));
        let shown = String::from_utf8_lossy(payload);
        let read = command::parse(payload, Form::Python, false);
        let read = read.map(|c| json!([c.action, c.arg.map(|arg| arg.text().into_owned())]));
        if *answer != read.clone().unwrap_or_default() {
            assert!(!known, "{shown:?}: {read:?} instead of {answer}");
            continue;
        }
        commands += usize::from(read.is_some_and(|read| read[0] == "go"));
    }
    assert!(commands > CASES / 10, "{commands}");
}
