//! Values as Tasker carries them.

use journeyman_core::Value;

use crate::systems::json;

/// Whether a value can go there and back: plain JSON without the character NUL, which the database
/// cannot store.
pub(super) fn carries(value: &Value) -> bool {
    json::carries(value) && !has_nul(value)
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::List(items) => items.iter().any(has_nul),
        Value::Map(pairs) => pairs.iter().any(|(key, value)| has_nul(key) || has_nul(value)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nul_does_not_go_there() {
        let nul = || Value::from("a\0b");
        assert!(carries(&Value::from("a\tb")));
        assert!(!carries(&nul()));
        assert!(!carries(&Value::List(vec![Value::object([("a", nul())])])));
        assert!(!carries(&Value::object([("a\0b", 1)])));
        assert!(!carries(&Value::Float(f64::NAN)));
    }
}
