//! The answers of the HTTP API (CrowdCompute sheet, sections 11 and 16.1).

use super::clock::iso;
use super::core::Core;
use super::extras::KillError;
use super::json::{Value as Python, quote, write};
use super::tables::{Failure, JobRow};
use super::view::TaskState;
use std::fmt::Write as _;
use std::sync::Arc;

/// An answer: status, content type, body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(body: impl Into<String>) -> Self {
        Self { status: 200, kind: "application/json", body: body.into() }
    }

    pub(crate) fn detail(status: u16, detail: &str) -> Self {
        let body = format!("{{\"detail\":{}}}", text(detail));
        Self { status, kind: "application/json", body }
    }
}

/// A text as this API writes it: not ASCII only.
fn text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn maybe(value: Option<&str>) -> String {
    value.map_or_else(|| "null".to_owned(), text)
}

fn time(micros: Option<i64>) -> String {
    micros.map_or_else(|| "null".to_owned(), |micros| format!("\"{}\"", iso(micros)))
}

fn list(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    format!("[{}]", items.join(","))
}

/// A number as Python writes floats.
fn float(number: f64) -> String {
    write(&Python::Float(number))
}

impl Core {
    pub(crate) fn api_stats(&self) -> String {
        let completed = self.jobs.values().filter(|job| job.completed_at.is_some()).count();
        let online = self.order.iter().filter_map(|id| self.workers.get(id));
        let online = online.filter(|row| row.status == super::view::WorkerState::Online).count();
        format!(
            "{{\"total_jobs\":{},\"pending_jobs\":0,\"running_jobs\":{},\"completed_jobs\":{completed},\
             \"failed_jobs\":0,\"total_tasks\":{},\"completed_tasks\":{},\"failed_tasks\":0,\
             \"online_workers\":{online}}}",
            self.jobs.len(),
            self.jobs.len() - completed,
            self.tasks.len(),
            self.counts[TaskState::Completed as usize],
        )
    }

    /// Newest first.
    pub(crate) fn api_jobs(&self, skip: usize, limit: usize, pipelines: bool) -> String {
        let jobs = self.jobs_by_seq.values().rev().filter_map(|id| Some((id, self.jobs.get(id)?)));
        let jobs = jobs.filter(|(_, job)| !pipelines || job.pipeline);
        list(jobs.skip(skip).take(limit).map(|(id, job)| job_json(id, job)))
    }

    pub(crate) fn api_job(&self, id: &str, pipelines: bool) -> Answer {
        let job = self.jobs.get(id).filter(|job| !pipelines || job.pipeline);
        match job {
            Some(job) => Answer::json(job_json(id, job)),
            None => Answer::detail(404, "Job not found"),
        }
    }

    pub(crate) fn api_workers(&self) -> String {
        list(self.order.iter().filter_map(|id| {
            let row = self.workers.get(id)?;
            let mut out = format!(
                "{{\"id\":{},\"status\":\"{}\",\"last_seen\":\"{}\",\"current_task_id\":{},\
                 \"total_tasks_completed\":{},\"total_tasks_failed\":{}",
                text(id),
                row.status.name(),
                iso(row.last_seen),
                maybe(row.current_task.as_deref()),
                row.completed,
                row.failed,
            );
            if !self.era.is_seed() {
                let specs = |key: &str| row.specs.as_ref().and_then(|specs| specs.get(key));
                let metric = |key: &str| row.metrics.as_ref().and_then(|all| all.get(key));
                for key in [
                    "device_type",
                    "os_type",
                    "cpu_model",
                    "cpu_cores",
                    "cpu_threads",
                    "cpu_frequency_mhz",
                    "ram_total_mb",
                    "ram_available_mb",
                    "gpu_model",
                    "battery_level",
                    "is_charging",
                ] {
                    let known = ["ram_available_mb", "battery_level", "is_charging"];
                    let newer = metric(key).filter(|_| known.contains(&key));
                    let value =
                        newer.or_else(|| specs(key)).map_or_else(|| "null".to_owned(), write);
                    // `write!` to a string does not fail.
                    _ = write!(out, ",\"{key}\":{value}");
                }
                out.push_str(",\"device_score\":55.0");
            }
            out.push('}');
            Some(out)
        }))
    }

    pub(crate) fn api_failures(&self, worker: &str) -> String {
        let of_it = self.failures.iter().rev().filter(|failure| *failure.worker == *worker);
        let failures: Vec<&Failure> = of_it.collect();
        let checkpoint = if self.era.is_seed() {
            ""
        } else {
            ",\"checkpoint_available\":false,\"latest_checkpoint_data\":null"
        };
        let total = failures.len();
        let row = self.workers.get(worker);
        let tasks = row.map_or(0, |row| row.completed + row.failed);
        let rate = if tasks == 0 { 0.0 } else { total as f64 / tasks as f64 };
        let items = list(failures.into_iter().map(|failure| {
            format!(
                "{{\"id\":{},\"worker_id\":{},\"task_id\":{},\"job_id\":{},\"error_message\":{},\
                 \"failed_at\":\"{}\"{checkpoint}}}",
                failure.id,
                text(&failure.worker),
                text(&failure.task),
                text(&failure.job),
                text(&failure.error),
                iso(failure.at),
            )
        }));
        format!(
            "{{\"worker_id\":{0},\"failures\":{items},\"stats\":{{\"worker_id\":{0},\
             \"total_failures\":{total},\"total_tasks\":{tasks},\"failure_rate\":{1}}}}}",
            text(worker),
            float(rate),
        )
    }

    fn websocket_stats(&self) -> [(&'static str, usize); 5] {
        [
            ("connected_workers", self.table.len()),
            ("available_workers", self.available.len()),
            ("busy_workers", self.table.len() - self.available.len()),
            ("connected_clients", self.clients.len()),
            ("active_jobs", self.clients.len()),
        ]
    }

    pub(crate) fn api_websocket_stats(&self) -> String {
        let stats = self.websocket_stats().map(|(key, value)| format!("\"{key}\":{value}"));
        format!("{{{}}}", stats.join(","))
    }

    /// What the WebSocket of the HTTP port pushes: the text of a Python dictionary.
    pub(crate) fn api_push(&self) -> String {
        let stats = self.websocket_stats().map(|(key, value)| format!("'{key}': {value}"));
        format!("data: {{{}}}", stats.join(", "))
    }

    pub(crate) fn api_checkpoints(&self, id: &str) -> Answer {
        let Some(job) = self.jobs.get(id) else { return Answer::detail(404, "Job not found") };
        let mut total = 0;
        let tasks = list(job.tasks.iter().filter_map(|id| {
            let task = self.tasks.get(id)?;
            total += task.checkpoint_count;
            let status = task.worker.as_ref().and_then(|worker| self.workers.get(worker));
            let last = task.checkpoints.back().map(|(_, at)| *at);
            // What is known of when something happened is not much: all deltas show the time of
            // the last one, and base checkpoints do not show.
            let deltas = task.checkpoints.iter().zip(1_u64..).filter(|((one, _), _)| !one.is_base);
            let event = |kind: &str, description: &str, at: Option<i64>| {
                format!(
                    "{{\"type\":\"{kind}\",\"description\":{},\"timestamp\":{}}}",
                    text(description),
                    time(at)
                )
            };
            let mut timeline: Vec<String> = deltas
                .map(|((one, _), _)| {
                    event("delta_checkpoint", &format!("Checkpoint #{}", one.id), last)
                })
                .collect();
            for failure in self.failures.iter().filter(|failure| failure.task == *id) {
                let worker: String = failure.worker.chars().take(8).collect();
                let description = format!("Worker {worker}... failed");
                timeline.push(event("failure", &description, Some(failure.at)));
            }
            if task.state == TaskState::Completed {
                timeline.push(event("complete", "Task completed", task.completed_at));
            }
            let untouched = task.checkpoint_count == 0 && task.state != TaskState::Completed;
            Some(format!(
                "{{\"task_id\":{},\"worker_id\":{},\"worker_status\":{},\"status\":\"{}\",\
                 \"progress_percent\":{},\"checkpoint_count\":{},\"last_checkpoint_at\":{},\
                 \"resumed_from_checkpoint\":false,\"timeline\":[{}]}}",
                text(id),
                maybe(task.worker.as_deref()),
                maybe(status.map(|row| row.status.name())),
                task.state.name(),
                if untouched { "0".to_owned() } else { float(task.progress) },
                task.checkpoint_count,
                time(last),
                timeline.join(","),
            ))
        }));
        Answer::json(format!(
            "{{\"job_id\":{},\"job_status\":\"{}\",\"total_tasks\":{},\"completed_tasks\":{},\
             \"failed_tasks\":0,\"resumed_tasks\":0,\"total_checkpoints\":{total},\
             \"checkpointing_enabled\":{},\"tasks\":{tasks}}}",
            text(id),
            status(job),
            job.total_tasks,
            job.completed_tasks,
            job.checkpointing,
        ))
    }

    pub(crate) fn api_recovery_events(&self) -> String {
        list(self.failures.iter().rev().take(50).map(|failure| {
            format!(
                "{{\"timestamp\":\"{}\",\"event_type\":\"worker_failure\",\"task_id\":{},\
                 \"worker_id\":{},\"details\":{}}}",
                iso(failure.at),
                text(&failure.task),
                text(&failure.worker),
                text(&failure.error),
            )
        }))
    }

    pub(crate) fn api_kill(&mut self, id: &str) -> Answer {
        match self.kill(id) {
            Ok(_) => Answer::json(format!("{{\"status\":\"kill_sent\",\"task_id\":{}}}", text(id))),
            Err(KillError::Unsupported) => Answer::detail(404, "Not Found"),
            Err(KillError::NotFound) => Answer::detail(404, &format!("Task {id} not found")),
            Err(KillError::NotRunning(state)) => {
                let state = state.name();
                let detail = format!("Task {id} is not currently running (status={state})");
                Answer::detail(409, &detail)
            }
            Err(KillError::Unreachable) => {
                Answer::detail(503, &format!("No worker of task {id} can be reached"))
            }
        }
    }

    /// Takes a worker out of the database; a registered one goes on working.
    pub(crate) fn api_delete_worker(&mut self, id: &str) -> Answer {
        let Some((id, _)) = self.workers.get_key_value(id) else {
            return Answer::detail(404, "Worker not found");
        };
        let id: Arc<str> = Arc::clone(id);
        if !self.table.contains_key(&id) {
            self.workers.remove(&id);
            self.order.retain(|other| *other != id);
            self.save_all();
        }
        Answer::json(format!("{{\"message\":{}}}", text(&format!("Worker {id} deleted"))))
    }
}

fn status(job: &JobRow) -> &'static str {
    if job.completed_at.is_some() { "completed" } else { "running" }
}

fn job_json(id: &str, job: &JobRow) -> String {
    format!(
        "{{\"total_tasks\":{},\"id\":{},\"status\":\"{}\",\"completed_tasks\":{},\
         \"created_at\":\"{}\",\"completed_at\":{},\"error_message\":null}}",
        job.total_tasks,
        text(id),
        status(job),
        job.completed_tasks,
        iso(job.created_at),
        time(job.completed_at),
    )
}

/// The page: the real one is a dashboard.
pub(crate) fn page(url: &str) -> Answer {
    let body = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Stand-in foreman</title>\
         <h1>Stand-in foreman</h1><p>Workers and clients connect to <code>{}</code>.</p>\
         <ul><li><a href=\"/api/stats\">stats</a><li><a href=\"/api/jobs\">jobs</a>\
         <li><a href=\"/api/workers\">workers</a></ul></html>",
        quote(url).trim_matches('"')
    );
    Answer { status: 200, kind: "text/html; charset=utf-8", body }
}
