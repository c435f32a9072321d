//! The part of JSON Schema that templates use for their domain events.
//!
//! Keywords that are not known here are passed over, so an odd schema lets through more than
//! upstream's validator, never less.

use serde_json::Value;

/// Deeper than this a schema is not followed; it may have been made to exhaust the stack.
const MAX_DEPTH: usize = 64;

/// What does not match, the first thing found.
pub(crate) fn check(schema: &Value, value: &Value) -> Result<(), String> {
    visit(schema, value, "", 0)
}

fn visit(schema: &Value, value: &Value, path: &str, depth: usize) -> Result<(), String> {
    let place = if path.is_empty() { "the value" } else { path };
    let schema = match schema {
        Value::Bool(false) => return Err(format!("{place} is not allowed")),
        Value::Object(schema) if depth < MAX_DEPTH => schema,
        _ => return Ok(()),
    };
    if let Some(kind) = schema.get("type") {
        let kinds = match kind {
            Value::Array(kinds) => kinds.as_slice(),
            one => std::slice::from_ref(one),
        };
        if !kinds.iter().filter_map(Value::as_str).any(|kind| is(value, kind)) {
            return Err(format!("{place} is not of type {kind}"));
        }
    }
    if schema.get("const").is_some_and(|wanted| wanted != value) {
        return Err(format!("{place} is not the constant"));
    }
    let listed = schema.get("enum").and_then(Value::as_array);
    if listed.is_some_and(|words| !words.contains(value)) {
        return Err(format!("{place} is none of those listed"));
    }
    let each = |key: &str| schema.get(key).and_then(Value::as_array).into_iter().flatten();
    for part in each("allOf") {
        visit(part, value, path, depth + 1)?;
    }
    for (key, fits) in [("anyOf", 1..usize::MAX), ("oneOf", 1..2)] {
        let parts = each(key).count();
        let matching = each(key).filter(|part| visit(part, value, path, depth + 1).is_ok()).count();
        if parts > 0 && !fits.contains(&matching) {
            return Err(format!("{place} matches {matching} of {parts} alternatives"));
        }
    }
    if schema.get("not").is_some_and(|part| visit(part, value, path, depth + 1).is_ok()) {
        return Err(format!("{place} matches what it must not"));
    }
    let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
    let within = |size: f64, min: &str, max: &str| {
        bound(min).is_none_or(|min| size >= min) && bound(max).is_none_or(|max| size <= max)
    };
    match value {
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or_default();
            let open = bound("exclusiveMinimum").is_none_or(|min| number > min)
                && bound("exclusiveMaximum").is_none_or(|max| number < max);
            if !open || !within(number, "minimum", "maximum") {
                return Err(format!("{place} is out of its range"));
            }
        }
        Value::String(text) => {
            if !within(text.chars().count() as f64, "minLength", "maxLength") {
                return Err(format!("{place} is too long or too short"));
            }
        }
        Value::Array(items) => {
            if !within(items.len() as f64, "minItems", "maxItems") {
                return Err(format!("{place} has too many or too few items"));
            }
            if let Some(part) = schema.get("items") {
                for (at, item) in items.iter().enumerate() {
                    visit(part, item, &format!("{path}[{at}]"), depth + 1)?;
                }
            }
        }
        Value::Object(members) => {
            let required = schema.get("required").and_then(Value::as_array);
            for key in required.into_iter().flatten().filter_map(Value::as_str) {
                if !members.contains_key(key) {
                    return Err(format!("{place} lacks `{key}`"));
                }
            }
            let known = schema.get("properties").and_then(Value::as_object);
            for (key, item) in members {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                match known.and_then(|known| known.get(key)) {
                    Some(part) => visit(part, item, &path, depth + 1)?,
                    None => {
                        if let Some(part) = schema.get("additionalProperties") {
                            visit(part, item, &path, depth + 1)?;
                        }
                    }
                }
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
    Ok(())
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_that_match_and_values_that_do_not() {
        let schema = json!({
            "type": "object",
            "required": ["id"],
            "additionalProperties": false,
            "properties": {
                "id": { "type": "integer", "minimum": 1 },
                "kind": { "enum": ["a", "b"] },
                "name": { "type": ["string", "null"], "maxLength": 3 },
                "list": { "type": "array", "maxItems": 2, "items": { "type": "number" } },
                "one": { "oneOf": [{ "type": "number" }, { "const": 5 }] },
                "no": { "not": { "type": "string" } },
            },
        });
        let good =
            json!({ "id": 1, "kind": "a", "name": null, "list": [1, 2.5], "one": 4, "no": 1 });
        assert_eq!(check(&schema, &good), Ok(()));
        for (value, why) in [
            (json!(5), "the value is not of type"),
            (json!({}), "lacks `id`"),
            (json!({ "id": 0 }), "id is out of its range"),
            (json!({ "id": 1.5 }), "id is not of type"),
            (json!({ "id": 1, "kind": "c" }), "kind is none of those"),
            (json!({ "id": 1, "name": "four" }), "name is too long"),
            (json!({ "id": 1, "list": [1, "x"] }), "list[1] is not of type"),
            (json!({ "id": 1, "list": [1, 2, 3] }), "too many"),
            (json!({ "id": 1, "one": 5 }), "matches 2 of 2"),
            (json!({ "id": 1, "no": "x" }), "must not"),
            (json!({ "id": 1, "other": 1 }), "other is not allowed"),
        ] {
            let error = check(&schema, &value).unwrap_err();
            assert!(error.contains(why), "{value}: {error}");
        }
    }
}
