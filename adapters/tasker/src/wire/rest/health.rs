//! Health and metrics of servers and workers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::TimeText;

/// `/health`, `/health/live`, `/health/ready` and `/health/detailed`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Health {
    /// Such as `healthy`, `alive`, `ready`.
    pub status: String,
    /// When.
    pub timestamp: TimeText,
    /// The worker, if it is one; another id than that in transitions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker_id: Option<String>,
    /// What it says besides: checks, versions, pools.
    #[serde(flatten)]
    pub more: BTreeMap<String, Value>,
}

/// `/metrics/worker`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MetricsReport {
    /// By name.
    pub metrics: BTreeMap<String, Metric>,
    /// When.
    pub timestamp: TimeText,
    /// The worker.
    pub worker_id: String,
}

/// One metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Metric {
    /// Its value.
    pub value: f64,
    /// `counter` or `gauge`.
    pub metric_type: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// For people.
    pub help: String,
}

/// `/metrics/events`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EventStats {
    /// Events by way of delivery.
    pub router: RouterStats,
    /// Events inside of the process.
    pub in_process_bus: BusStats,
    /// When.
    pub captured_at: TimeText,
    /// The worker.
    pub worker_id: String,
}

/// Events by way of delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RouterStats {
    /// All.
    pub total_routed: u64,
    /// Durable ones.
    pub durable_routed: u64,
    /// Fast ones.
    pub fast_routed: u64,
    /// Both.
    pub broadcast_routed: u64,
    /// Fast ones that failed.
    pub fast_delivery_errors: u64,
    /// Those that failed.
    pub routing_errors: u64,
}

/// Events inside of the process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BusStats {
    /// All.
    pub total_events_dispatched: u64,
    /// To handlers in Rust.
    pub rust_handler_dispatches: u64,
    /// To other languages.
    pub ffi_channel_dispatches: u64,
    /// Handlers in Rust that failed.
    pub rust_handler_errors: u64,
    /// Those that other languages lost.
    pub ffi_channel_drops: u64,
    /// Patterns of Rust's.
    pub rust_subscriber_patterns: u64,
    /// Handlers of Rust's.
    pub rust_handler_count: u64,
    /// Receivers of other languages.
    pub ffi_subscriber_count: u64,
}
