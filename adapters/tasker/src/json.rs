//! JSON that is passed on as it came.

use std::{
    fmt,
    sync::{Arc, LazyLock},
};

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};
use serde_json::value::RawValue;

/// Any JSON value, kept as its text. Reading it waits until somebody asks for a type, and handing
/// it on changes nothing, not even the digits of a float. Clones share the text.
///
/// It can be read from and written to JSON only. Two are equal when they stand for the same value,
/// whatever the order of their keys.
#[derive(Clone)]
pub struct Json(Arc<RawValue>);

impl Json {
    /// Any serialisable value.
    ///
    /// # Errors
    /// JSON cannot carry it: a key that is no text, or what its own `Serialize` refuses.
    pub fn new<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        serde_json::value::to_raw_value(value).map(|raw| Self(raw.into()))
    }

    /// A text that is JSON already.
    ///
    /// # Errors
    /// It is not.
    pub fn parse(text: impl Into<String>) -> Result<Self, serde_json::Error> {
        RawValue::from_string(text.into()).map(|raw| Self(raw.into()))
    }

    /// `null`.
    pub fn null() -> Self {
        static NULL: LazyLock<Json> = LazyLock::new(|| Json(RawValue::NULL.to_owned().into()));
        NULL.clone()
    }

    /// `{}`.
    pub fn empty() -> Self {
        // Two characters that are JSON.
        static EMPTY: LazyLock<Json> = LazyLock::new(|| Json::parse("{}").unwrap_or_default());
        EMPTY.clone()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// Reads it as a type.
    ///
    /// # Errors
    /// It does not fit.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.as_str())
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        self.as_str() == "null"
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        self.as_str().starts_with('{')
    }

    /// What kind of value it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self.as_str().as_bytes().first() {
            Some(b'{') => "an object",
            Some(b'[') => "a list",
            Some(b'"') => "a text",
            Some(b't' | b'f') => "a truth value",
            Some(b'n') | None => "null",
            Some(_) => "a number",
        }
    }

    /// The text without a copy.
    pub(crate) fn bytes(&self) -> Bytes {
        struct Text(Arc<RawValue>);
        impl AsRef<[u8]> for Text {
            fn as_ref(&self) -> &[u8] {
                self.0.get().as_bytes()
            }
        }
        Bytes::from_owner(Text(Arc::clone(&self.0)))
    }
}

impl Default for Json {
    fn default() -> Self {
        Self::null()
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        let value = |json: &Self| json.read::<serde_json::Value>().ok();
        self.as_str() == other.as_str() || value(self).is_some_and(|one| Some(one) == value(other))
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A task's context may hold what should not be in a log.
        write!(f, "Json({} of {} bytes)", self.kind(), self.as_str().len())
    }
}

impl From<serde_json::Value> for Json {
    fn from(value: serde_json::Value) -> Self {
        // The text of a value is JSON.
        Self::parse(value.to_string()).unwrap_or_default()
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(|raw| Self(raw.into()))
    }
}

/// For `#[serde(deserialize_with)]`: a member that is there counts, even as `null`.
pub(crate) fn some<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_passed_on_as_it_came() {
        let text =
            r#"{"b": 0.1000000000000000055511151231257827, "a": 123456789012345678901234567890}"#;
        let json: Json = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&json).unwrap(), text);
        assert_eq!(json, Json::parse(text.replace(' ', "")).unwrap());
        assert_ne!(json, Json::empty());
        assert_eq!(&json.bytes()[..], text.as_bytes());
        assert_eq!(format!("{:?}", Json::new("secret").unwrap()), "Json(a text of 8 bytes)");
        assert!(Json::default().is_null() && Json::empty().is_object());
        assert!(Json::parse("{").is_err());
    }
}
