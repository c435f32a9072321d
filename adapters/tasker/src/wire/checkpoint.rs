//! Checkpoints (Tasker sheet, section 8).

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Json, TimeText, json};

/// What a handler yields: the step comes again with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CheckpointYieldData {
    /// The step.
    pub step_uuid: Uuid,
    /// Where to go on.
    pub cursor: Json,
    /// How many items are done.
    pub items_processed: u64,
    /// What was gathered so far.
    #[serde(default)]
    pub accumulated_results: Option<Json>,
}

/// The checkpoint in a step's row: that of a yield has its four members; the one in the database,
/// which comes with a later retry, has a history and no id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CheckpointRow {
    /// The step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_uuid: Option<Uuid>,
    /// Where to go on.
    pub cursor: Json,
    /// How many items are done.
    #[serde(default)]
    pub items_processed: u64,
    /// What was gathered so far.
    #[serde(default, deserialize_with = "json::some", skip_serializing_if = "Option::is_none")]
    pub accumulated_results: Option<Json>,
    /// When it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<TimeText>,
    /// Those before it. Upstream keeps all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<CheckpointMark>,
}

/// An earlier checkpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckpointMark {
    /// Where it would have gone on.
    pub cursor: Json,
    /// When it was written.
    pub timestamp: TimeText,
}
