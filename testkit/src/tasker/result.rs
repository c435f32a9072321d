//! What a worker says of a step (Tasker sheet, section 6).

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::time::{Micros, SECOND, parse_rfc2822, parse_rfc3339, zulu};

/// A `StepExecutionResult` as it is stored: what upstream's type does not know is gone, what it
/// fills in is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StepResult {
    /// The step that it is for. Upstream believes it, whatever the event's step is.
    #[serde(with = "uuid_text")]
    pub step_uuid: Uuid,
    /// Success or failure.
    pub success: bool,
    /// The handler's value.
    pub result: Value,
    /// Timing, and whether to try again.
    pub metadata: Metadata,
    /// A word for people.
    pub status: String,
    /// What went wrong.
    pub error: Option<Failure>,
    /// What the worker asks of the server.
    pub orchestration_metadata: Option<Wishes>,
}

impl Default for StepResult {
    fn default() -> Self {
        Self {
            step_uuid: Uuid::nil(),
            success: false,
            result: Value::Null,
            metadata: Metadata::default(),
            status: String::new(),
            error: None,
            orchestration_metadata: None,
        }
    }
}

/// `metadata` of a result.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Metadata {
    /// How long the handler ran.
    pub execution_time_ms: i64,
    /// Version of the handler.
    pub handler_version: Option<String>,
    /// The one that decides about retries.
    pub retryable: bool,
    /// RFC 3339. What is missing becomes the time of arrival.
    #[serde(deserialize_with = "instant")]
    pub completed_at: Option<String>,
    /// Id of the worker.
    pub worker_id: Option<String>,
    /// Host of the worker.
    pub worker_hostname: Option<String>,
    /// RFC 3339.
    #[serde(deserialize_with = "instant")]
    pub started_at: Option<String>,
    /// Free use.
    pub custom: Map<String, Value>,
    /// Code of the error.
    pub error_code: Option<String>,
    /// Kind of the error.
    pub error_type: Option<String>,
    /// Free use, for failures.
    pub context: Map<String, Value>,
}

/// `error` of a result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// For people.
    pub message: String,
    /// Has no effect.
    pub retryable: bool,
    /// Kind of the error.
    #[serde(default)]
    pub error_type: Option<String>,
    /// Lines.
    #[serde(default)]
    pub backtrace: Option<Vec<String>>,
    /// Of an HTTP answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_code: Option<u16>,
    /// Free use.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub context: Map<String, Value>,
}

/// `orchestration_metadata` of a result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wishes {
    /// `Retry-After` is the one that counts.
    pub headers: BTreeMap<String, String>,
    /// For people.
    #[serde(deserialize_with = "present")]
    pub error_context: Option<String>,
    /// Has no effect.
    #[serde(deserialize_with = "present")]
    pub backoff_hint: Option<BackoffHint>,
    /// Free use.
    pub custom: Map<String, Value>,
}

/// `backoff_hint` of the wishes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BackoffHint {
    /// Why.
    pub backoff_type: BackoffKind,
    /// How long.
    pub delay_seconds: u32,
    /// For people.
    #[serde(default)]
    pub context: Option<String>,
}

/// Why a delay is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BackoffKind {
    /// A server said so.
    ServerRequested,
    /// Too many requests.
    RateLimit,
    /// A service is down.
    ServiceUnavailable,
    /// Anything else.
    Custom,
}

/// Serde accepts a missing `Option` unless it has a deserializer of its own; this one insists.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(from)
}

fn instant<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    match &text {
        Some(text) if parse_rfc3339(text).is_none() => {
            let text: String = text.chars().take(60).collect();
            Err(serde::de::Error::custom(format_args!("{text:?} is no RFC 3339 time with a zone")))
        }
        _ => Ok(text),
    }
}

mod uuid_text {
    use serde::{Deserialize, Deserializer, Serializer};
    use uuid::Uuid;

    pub(super) fn serialize<S: Serializer>(uuid: &Uuid, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(uuid)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Uuid, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(|_| {
            let text: String = text.chars().take(60).collect();
            serde::de::Error::custom(format_args!("{text:?} is no UUID"))
        })
    }
}

impl StepResult {
    /// Reads a result; `now` is for what is missing.
    pub(crate) fn read(json: &Value, now: Micros) -> Result<Self, String> {
        let mut result = Self::deserialize(json).map_err(|error| error.to_string())?;
        result.metadata.completed_at.get_or_insert_with(|| zulu(now));
        Ok(result)
    }

    /// The result as JSON, all members there.
    #[must_use]
    pub fn to_json(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// A failure as the channel itself makes it.
    pub(crate) fn failure(
        step: Uuid,
        message: String,
        kind: &str,
        took_ms: i64,
        now: Micros,
    ) -> Self {
        let started = now.saturating_sub(took_ms.saturating_mul(1000));
        Self {
            step_uuid: step,
            result: Value::Object(Map::new()),
            status: "failed".to_owned(),
            error: Some(Failure {
                message,
                retryable: true,
                error_type: Some(kind.to_owned()),
                backtrace: None,
                status_code: None,
                context: Map::new(),
            }),
            metadata: Metadata {
                execution_time_ms: took_ms,
                retryable: true,
                completed_at: Some(zulu(now)),
                started_at: Some(zulu(started)),
                error_type: Some(kind.to_owned()),
                ..Metadata::default()
            },
            orchestration_metadata: Some(Wishes::none()),
            ..Self::default()
        }
    }

    /// A success as an operator makes it.
    pub(crate) fn by_hand(step: Uuid, result: Value, by: &str, reason: &str, now: Micros) -> Self {
        let custom = [
            ("completed_by", Value::from(by)),
            ("completion_reason", Value::from(reason)),
            ("manually_completed", Value::from(true)),
        ];
        Self {
            step_uuid: step,
            success: true,
            result,
            status: "completed".to_owned(),
            metadata: Metadata {
                completed_at: Some(zulu(now)),
                started_at: Some(zulu(now)),
                custom: custom.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
                ..Metadata::default()
            },
            orchestration_metadata: Some(Wishes::none()),
            ..Self::default()
        }
    }

    /// What the error says.
    pub(crate) fn message(&self) -> &str {
        self.error.as_ref().map_or("no error was given", |error| &error.message)
    }

    /// The seconds that header `Retry-After` asks for, in any spelling of its name.
    pub(crate) fn retry_after(&self, now: Micros) -> Option<u32> {
        let headers = &self.orchestration_metadata.as_ref()?.headers;
        let (_, text) =
            headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("retry-after"))?;
        let text = text.trim();
        if let Ok(seconds) = text.parse() {
            return Some(seconds);
        }
        let wait = parse_rfc2822(text)?.saturating_sub(now).max(0);
        u32::try_from(wait.saturating_add(SECOND - 1) / SECOND).ok()
    }
}

impl Wishes {
    fn none() -> Self {
        Self {
            headers: BTreeMap::new(),
            error_context: None,
            backoff_hint: None,
            custom: Map::new(),
        }
    }
}

/// A rough count of the bytes of a value; stops counting behind `limit`.
pub(crate) fn weight(value: &Value, limit: usize) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        Value::String(text) => text.len() + 2,
        Value::Array(items) => sum(items.iter().map(|item| (0, item)), limit),
        Value::Object(members) => {
            sum(members.iter().map(|(key, item)| (key.len() + 3, item)), limit)
        }
    }
}

fn sum<'a>(items: impl Iterator<Item = (usize, &'a Value)>, limit: usize) -> usize {
    let mut total = 2;
    for (key, item) in items {
        if total > limit {
            break;
        }
        total += key + 1 + weight(item, limit - total.min(limit));
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_missing_is_filled_in_and_what_is_unknown_dropped() {
        let result = StepResult::read(&json!({ "unknown": 1 }), 0).unwrap();
        assert_eq!(result.step_uuid, Uuid::nil());
        assert!(!result.success && !result.metadata.retryable);
        let json = result.to_json();
        assert_eq!(json["metadata"]["completed_at"], "1970-01-01T00:00:00Z");
        assert!(json.get("unknown").is_none());
        assert_eq!(json["error"], Value::Null);
    }

    #[test]
    fn what_upstream_can_not_read_is_refused() {
        for (bad, why) in [
            (json!("done"), "invalid type"),
            (json!({ "step_uuid": "x" }), "is no UUID"),
            (json!({ "success": "yes" }), "invalid type"),
            (json!({ "error": { "message": "m" } }), "missing field `retryable`"),
            (json!({ "error": { "retryable": true } }), "missing field `message`"),
            (json!({ "orchestration_metadata": { "headers": {}, "custom": {} } }), "missing field"),
            (json!({ "metadata": { "completed_at": "today" } }), "RFC 3339"),
            (json!({ "metadata": { "execution_time_ms": 1.5 } }), "invalid type"),
        ] {
            let error = StepResult::read(&bad, 0).unwrap_err();
            assert!(error.contains(why), "{bad}: {error}");
        }
    }

    #[test]
    fn the_header_in_its_spellings() {
        let ask = |name: &str, value: &str| {
            let wishes = json!({
                "headers": { name: value }, "error_context": null, "backoff_hint": null,
                "custom": {},
            });
            let json = json!({ "orchestration_metadata": wishes });
            StepResult::read(&json, 0).unwrap().retry_after(0)
        };
        assert_eq!(ask("Retry-After", "7"), Some(7));
        assert_eq!(ask("retry-after", " 0 "), Some(0));
        assert_eq!(ask("RETRY-AFTER", "Thu, 01 Jan 1970 00:01:30 GMT"), Some(90));
        assert_eq!(ask("Retry-After", "Wed, 31 Dec 1969 00:00:00 GMT"), Some(0));
        assert_eq!(ask("Retry-After", "soon"), None);
        assert_eq!(ask("Retry-Later", "7"), None);
    }

    #[test]
    fn weights_stop_at_the_limit() {
        assert_eq!(weight(&json!("abc"), 100), 5);
        assert!(weight(&json!({ "k": ["x".repeat(1000)] }), 100) > 100);
        let wide = Value::Array(vec![json!("x".repeat(100)); 10_000]);
        assert!(weight(&wide, 1000) < 2000);
    }
}
