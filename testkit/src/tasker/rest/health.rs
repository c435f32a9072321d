//! How the server is.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::tasker::orchestrator::Orchestrator;
use crate::tasker::time::with_offset;

fn check(message: &str) -> Value {
    json!({ "status": "healthy", "message": message, "duration_ms": 0 })
}

fn pool() -> Value {
    json!({
        "active_connections": 0,
        "idle_connections": 1,
        "max_connections": 1,
        "utilization_percent": 0.0,
        "total_acquires": 0,
        "slow_acquires": 0,
        "acquire_errors": 0,
        "average_acquire_time_ms": 0.0,
        "max_acquire_time_ms": 0.0,
    })
}

impl Orchestrator {
    /// `GET /health` and, with another word, `/health/live`.
    pub(super) fn rest_health(&self, status: &str) -> Value {
        json!({ "status": status, "timestamp": with_offset(self.now) })
    }

    /// `GET /health/ready` and `/health/detailed`.
    pub(super) fn rest_ready(&self) -> Value {
        json!({
            "status": "ready",
            "timestamp": with_offset(self.now),
            "checks": {
                "web_database": check("web_database connected"),
                "orchestration_database": check("orchestration_database connected"),
                "circuit_breaker": check("Circuit breaker state: Closed"),
                "orchestration_system": check("Operational state: Normal"),
                "command_processor": check("Command processor responsive"),
            },
            "info": {
                "version": "0.1.8",
                "environment": "test",
                "operational_state": "Normal",
                "web_database_pool_size": 1,
                "orchestration_database_pool_size": 1,
                "circuit_breaker_state": "Closed",
                "pool_utilization": { "tasker_pool": pool(), "pgmq_pool": pool() },
            },
        })
    }

    /// `GET /metrics`, for Prometheus.
    pub(super) fn rest_metrics(&self) -> String {
        let mut tasks: BTreeMap<&str, u64> = BTreeMap::new();
        for task in self.tasks.values() {
            *tasks.entry(task.state.word()).or_default() += 1;
        }
        let mut text = "# TYPE tasker_standin_tasks gauge\n".to_owned();
        // Writing to a text does not fail.
        for (state, count) in tasks {
            let _ = writeln!(text, "tasker_standin_tasks{{state=\"{state}\"}} {count}");
        }
        let metrics = self.metrics();
        for (name, kind, count) in [
            ("dispatch_pending", "gauge", metrics.pending_count as u64),
            ("dispatch_buffered", "gauge", metrics.buffered as u64),
            ("queue_messages", "gauge", metrics.queued as u64),
            ("steps_lost_total", "counter", metrics.lost),
        ] {
            let name = format!("tasker_standin_{name}");
            let _ = writeln!(text, "# TYPE {name} {kind}\n{name} {count}");
        }
        text
    }
}
