//! Step events as JSON, to be changed as a test needs them.

use serde_json::{Value, json};
use uuid::Uuid;

/// The first delivery of the step of this number, in the form of upstream's Python package.
pub(crate) fn event(number: u32, callable: &str) -> Value {
    delivery(number, 1, callable)
}

/// One delivery of a step. Ids follow from the numbers.
pub(crate) fn delivery(number: u32, delivery: u32, callable: &str) -> Value {
    let (task, step) = (id(1, number), id(2, number));
    let dispatch = id(0x100 + delivery, number);
    let at = "2026-11-21T13:29:24.452603";
    json!({
        "event_id": id(0x1000 + delivery, number),
        "task_uuid": task,
        "step_uuid": step,
        "correlation_id": dispatch,
        "trace_id": dispatch,
        "span_id": format!("span-{step}"),
        "task_correlation_id": id(3, number),
        "task_sequence_step": {
            "task": {
                "task": {
                    "task_uuid": task, "named_task_uuid": id(4, 1), "complete": false,
                    "requested_at": at, "initiator": "test", "source_system": "test",
                    "reason": "test", "tags": [], "context": {"x": number},
                    "identity_hash": "0123456789abcdef", "priority": 0, "created_at": at,
                    "updated_at": at, "correlation_id": id(3, number),
                    "parent_correlation_id": null
                },
                "task_name": "demo", "task_version": "1.0.0", "namespace_name": "gv"
            },
            "workflow_step": {
                "workflow_step_uuid": step, "task_uuid": task, "named_step_uuid": id(5, 1),
                "name": "one", "template_step_name": "one", "retryable": true, "max_attempts": 3,
                "attempts": null, "in_process": false, "processed": false, "processed_at": null,
                "last_attempted_at": null, "backoff_request_seconds": null, "inputs": null,
                "results": null, "checkpoint": null, "created_at": at, "updated_at": at
            },
            "dependency_results": {},
            "step_definition": {
                "name": "one", "description": null,
                "handler": {
                    "callable": callable, "method": null, "resolver": null, "initialization": {}
                },
                "type": "standard", "system_dependency": null, "dependencies": [],
                "retry": {
                    "retryable": true, "max_attempts": 3, "backoff": "exponential",
                    "backoff_base_ms": 1000, "max_backoff_ms": 30000
                },
                "timeout_seconds": null, "publishes_events": [], "batch_config": null
            }
        }
    })
}

/// The id of a kind of thing with a number.
pub(crate) fn id(kind: u32, number: u32) -> Uuid {
    Uuid::from_u64_pair(u64::from(kind) << 32 | 0x4000, 0x8000_0000_0000_0000 | u64::from(number))
}

/// The step of an event.
pub(crate) fn definition(event: &mut Value) -> &mut Value {
    &mut event["task_sequence_step"]["step_definition"]
}

/// The row of an event.
pub(crate) fn row(event: &mut Value) -> &mut Value {
    &mut event["task_sequence_step"]["workflow_step"]
}
