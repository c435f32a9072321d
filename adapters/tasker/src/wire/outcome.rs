//! What decisions and batches say in their results (Tasker sheet, section 8).

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Which steps a decision creates: the member `decision_point_outcome` of its result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum DecisionOutcome {
    /// None; the task goes on without branches and convergence.
    NoBranches,
    /// These, which must depend on the decision, directly or not.
    CreateSteps {
        /// Names of the template.
        step_names: Vec<String>,
    },
}

/// Which batches there are: the member `batch_processing_outcome` of the result of a batchable
/// step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum BatchOutcome {
    /// None. One placeholder (`work_000`) and the convergence are created, if the template's
    /// `handler.initialization` has `worker_template_name`; else neither is.
    NoBatches,
    /// These.
    CreateBatches {
        /// The template step of the workers.
        worker_template_name: String,
        /// As many as there are cursors.
        worker_count: u32,
        /// One for each worker.
        cursor_configs: Vec<CursorConfig>,
        /// Items of all batches.
        total_items: u64,
    },
}

/// One batch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CursorConfig {
    /// `001` and so on; `000` is the placeholder.
    pub batch_id: String,
    /// Where it begins; any JSON.
    pub start_cursor: Value,
    /// Where it ends; any JSON.
    pub end_cursor: Value,
    /// How many items it has.
    pub batch_size: u32,
}

/// The inputs of a step that works on one batch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BatchInputs {
    /// Its batch.
    pub cursor: CursorConfig,
    /// From the template.
    pub batch_metadata: BatchMetadata,
    /// There is nothing to do: the placeholder of no batches.
    pub is_no_op: bool,
    /// The step's name in the template.
    #[serde(rename = "__template_step_name", default, skip_serializing_if = "Option::is_none")]
    pub template_step_name: Option<String>,
}

/// What the template says about batches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BatchMetadata {
    /// What the cursor counts.
    pub cursor_field: String,
    /// What a failed batch means for the others.
    pub failure_strategy: super::FailureStrategy,
}
