//! What a foreman makes of results on the way from the worker to the client: it stores Python's
//! text of the value and later tries to read that text as JSON (CrowdCompute sheet, sections 8.2
//! and 14.3).

use super::config::Era;
use super::json::{self, Text, Value};
use super::{literal, pytext};

/// The text that is stored.
pub(crate) fn stored(era: Era, result: &Value, worker_id: &str, task_id: &str) -> Text {
    if era == Era::Seed {
        return pytext::str_of(result);
    }
    let object = match result {
        Value::Str(text) => match read(text) {
            Some(value) => Some(value).filter(|value| matches!(value, Value::Dict(_))),
            None => literal::dictionary(text),
        },
        Value::Dict(_) => Some(result.clone()),
        Value::Null => return Text::default(),
        _ => None,
    };
    match object {
        Some(Value::Dict(mut members)) => {
            sign(&mut members, worker_id, task_id);
            Text::from(json::write(&Value::Dict(members)).as_str())
        }
        _ => pytext::str_of(result),
    }
}

/// Adds who made a result, where it does not say so itself.
fn sign(members: &mut Vec<(Text, Value)>, worker_id: &str, task_id: &str) {
    let trace = members.iter_mut().find(|(key, _)| *key == *"trace");
    if let Some((_, Value::List(items))) = trace
        && let Some(Value::Dict(last)) = items.last_mut()
    {
        add(last, "worker_id", worker_id);
        add(last, "task_id", task_id);
    }
    add(members, "worker_id", worker_id);
}

fn add(members: &mut Vec<(Text, Value)>, key: &str, value: &str) {
    if !members.iter().any(|(name, _)| *name == *key) {
        members.push((key.into(), Value::Str(value.into())));
    }
}

/// What the client receives, as JSON text.
pub(crate) fn delivered(stored: &Text) -> String {
    match read(stored) {
        Some(value) => json::write(&value),
        None => json::write(&Value::Str(stored.clone())),
    }
}

fn read(text: &Text) -> Option<Value> {
    json::parse_text(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client_gets(era: Era, result: &str) -> String {
        delivered(&stored(era, &json::parse(result).unwrap(), "w", "t"))
    }

    #[test]
    fn the_table_of_the_sheet() {
        for (result, seed, head) in [
            ("42", "42", "42"),
            ("4.0", "4.0", "4.0"),
            ("true", "\"True\"", "\"True\""),
            ("null", "\"None\"", "\"\""),
            ("\"text\"", "\"text\"", "\"text\""),
            ("\"5\"", "5", "5"),
            ("\"null\"", "null", "null"),
            ("\"{\\\"a\\\": 1}\"", "{\"a\": 1}", "{\"a\": 1, \"worker_id\": \"w\"}"),
            ("{\"a\": 1}", "\"{'a': 1}\"", "{\"a\": 1, \"worker_id\": \"w\"}"),
            ("\"{'a': 1}\"", "\"{'a': 1}\"", "{\"a\": 1, \"worker_id\": \"w\"}"),
            ("\"{1}\"", "\"{1}\"", "\"{1}\""),
            ("[1, [2]]", "[1, [2]]", "[1, [2]]"),
            ("[1, \"two\"]", "\"[1, 'two']\"", "\"[1, 'two']\""),
            ("NaN", "\"nan\"", "\"nan\""),
            ("\"NaN\"", "NaN", "NaN"),
            ("\"\"", "\"\"", "\"\""),
            ("{}", "{}", "{\"worker_id\": \"w\"}"),
            ("\"\\\"text\\\"\"", "\"text\"", "\"text\""),
            ("\"\\ud800\"", "\"\\ud800\"", "\"\\ud800\""),
            (
                "{\"trace\": [1, {\"a\": 1}], \"worker_id\": \"mine\"}",
                "\"{'trace': [1, {'a': 1}], 'worker_id': 'mine'}\"",
                "{\"trace\": [1, {\"a\": 1, \"worker_id\": \"w\", \"task_id\": \"t\"}], \"worker_id\": \"mine\"}",
            ),
        ] {
            assert_eq!(client_gets(Era::Seed, result), seed, "{result}");
            assert_eq!(client_gets(Era::Head, result), head, "{result}");
        }
    }
}
