//! Dead letters as the API shows them.

use serde_json::{Value, json};

use crate::tasker::orchestrator::{DeadLetter, Orchestrator};
use crate::tasker::time::{naive, with_offset};

const REASON: &str = "StalenessTimeout";

impl Orchestrator {
    fn letter(&self, letter: &DeadLetter) -> Value {
        let at = naive(letter.at);
        let minutes = |duration: i64| duration / 60_000_000;
        let threshold = minutes(letter.threshold);
        let waited = minutes(letter.at - letter.since);
        let snapshot = self.of(letter.task).map(|task| {
            let row = &task.part.task;
            json!({
                "current_state": letter.state.word(),
                "namespace": task.part.namespace_name,
                "snapshot_timestamp": with_offset(letter.at),
                "task_details": {
                    "correlation_id": row.correlation_id.to_string(),
                    "created_at": naive(row.created_at.0),
                    "priority": row.priority,
                    "requested_at": naive(row.requested_at.0),
                },
                "task_name": task.part.task_name,
                "task_uuid": task.uuid.to_string(),
                "threshold_minutes": threshold,
                "time_in_state_minutes": waited,
            })
        });
        json!({
            "dlq_entry_uuid": letter.id.to_string(),
            "task_uuid": letter.task.to_string(),
            "original_state": letter.state.word(),
            "dlq_reason": REASON,
            "dlq_timestamp": at,
            "resolution_status": "Pending",
            "resolution_timestamp": null,
            "resolution_notes": null,
            "resolved_by": null,
            "task_snapshot": snapshot,
            "metadata": {
                "detection_method": "automatic_staleness",
                "threshold_minutes": threshold,
                "time_in_state_minutes": waited,
            },
            "created_at": at,
            "updated_at": at,
        })
    }

    /// `GET /v1/dlq`: the newest first.
    pub(super) fn rest_dlq(&self, skip: usize, limit: usize) -> Value {
        let letters = self.dead_letters.iter().rev().skip(skip).take(limit);
        letters.map(|letter| self.letter(letter)).collect()
    }

    /// `GET /v1/dlq/task/{uuid}`.
    pub(super) fn rest_dead(&self, task: uuid::Uuid) -> Option<Value> {
        let letter = self.dead_letters.iter().rev().find(|letter| letter.task == task);
        letter.map(|letter| self.letter(letter))
    }

    /// `GET /v1/dlq/stats`.
    pub(super) fn rest_dlq_stats(&self) -> Value {
        let (Some(oldest), Some(newest)) = (self.dead_letters.front(), self.dead_letters.back())
        else {
            return json!([]);
        };
        let count = self.dead_letters.len();
        json!([{
            "dlq_reason": REASON,
            "total_entries": count,
            "pending": count,
            "manually_resolved": 0,
            "permanent_failures": 0,
            "cancelled": 0,
            "oldest_entry": naive(oldest.at),
            "newest_entry": naive(newest.at),
            // Upstream gives a number that means nothing.
            "avg_resolution_time_minutes": 0.0,
        }])
    }
}
