//! Bodies and queries of requests.

use serde::Deserialize;
use serde_json::{Map, Value};

/// The query of `GET /v1/tasks`. Others, `limit` and `offset` among them, have no effect.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TaskQuery {
    page: Option<u32>,
    per_page: Option<u32>,
    pub(super) namespace: Option<String>,
    /// `completed` or `pending`; others have no effect.
    pub(super) status: Option<String>,
    pub(super) initiator: Option<String>,
    pub(super) source_system: Option<String>,
}

impl TaskQuery {
    /// Page from 1, and tasks per page.
    pub(super) fn window(&self) -> Result<(usize, usize), &'static str> {
        let (page, per_page) = (self.page.unwrap_or(1), self.per_page.unwrap_or(25));
        if page == 0 {
            return Err("page must be at least 1");
        }
        if !(1..=100).contains(&per_page) {
            return Err("per_page must be between 1 and 100");
        }
        let number = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        Ok((number(page), number(per_page)))
    }
}

/// The query of `GET /v1/dlq`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct DlqQuery {
    limit: Option<i64>,
    offset: Option<i64>,
}

impl DlqQuery {
    /// How many are passed over, and how many come then.
    pub(super) fn window(&self) -> (usize, usize) {
        let number = |number: i64| usize::try_from(number).unwrap_or(0);
        (number(self.offset.unwrap_or(0)), number(self.limit.unwrap_or(50)))
    }
}

/// The query of `GET /v1/templates`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TemplateQuery {
    pub(super) namespace: Option<String>,
}

/// The body of a `PATCH` of a step.
#[derive(Debug, Deserialize)]
#[serde(tag = "action_type", rename_all = "snake_case")]
pub(super) enum Action {
    ResetForRetry {
        #[serde(rename = "reason")]
        _reason: String,
        #[serde(rename = "reset_by")]
        _reset_by: String,
    },
    ResolveManually {
        #[serde(rename = "reason")]
        _reason: String,
        #[serde(rename = "resolved_by")]
        _resolved_by: String,
    },
    CompleteManually {
        completion_data: Completion,
        reason: String,
        completed_by: String,
    },
}

/// `completion_data`.
#[derive(Debug, Deserialize)]
pub(super) struct Completion {
    pub(super) result: Value,
    #[serde(default)]
    metadata: Option<Value>,
}

impl Completion {
    /// What goes among the result's custom metadata.
    pub(super) fn custom(&mut self) -> Map<String, Value> {
        match self.metadata.take() {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(members)) => members,
            Some(other) => Map::from_iter([("operator_metadata".to_owned(), other)]),
        }
    }
}
