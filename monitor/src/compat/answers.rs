//! The bodies of upstream's answers.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use futures_util::Stream;
use journeyman_core::Value;
use tokio::time::{MissedTickBehavior, interval};

use super::{
    facts::{Config, Era, Facts, Stats, Task},
    json::{Style, text},
};
use crate::{clean::without_users, clock, shared::Shared};

fn object<const N: usize>(pairs: [(&str, Value); N]) -> Value {
    Value::object(pairs)
}

fn push(object: &mut Value, key: &str, value: Value) {
    if let Value::Map(pairs) = object {
        pairs.push((key.into(), value));
    }
}

fn count(number: u64) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

/// `GET /`.
pub(crate) fn status(facts: &dyn Facts) -> String {
    let task = facts.current_task();
    let status = object([
        ("worker_id", facts.worker_id().into()),
        ("status", if facts.is_connected() { "online" } else { "offline" }.into()),
        ("current_task", task.map_or(Value::Null, |task| task.task_id.into())),
        ("stats", numbers(&facts.stats(), facts.era())),
        ("config", settings(&facts.config())),
    ]);
    text(&status, Style::Compact)
}

/// `GET /stats`.
pub(crate) fn stats(facts: &dyn Facts) -> String {
    text(&statistics(facts, SystemTime::now()), Style::Compact)
}

/// What is pushed.
pub(crate) fn pushed(facts: &dyn Facts, now: SystemTime) -> String {
    let mut value = statistics(facts, now);
    push(&mut value, "timestamp", clock::python_local(now).into());
    text(&value, Style::Spaced)
}

fn statistics(facts: &dyn Facts, now: SystemTime) -> Value {
    let (era, stats) = (facts.era(), facts.stats());
    let task = facts.current_task();
    let uptime = now.duration_since(stats.started_at).unwrap_or(Duration::ZERO);
    object([
        ("worker_id", facts.worker_id().into()),
        ("is_connected", facts.is_connected().into()),
        ("current_task", task.map_or(Value::Null, |task| current(task, era))),
        ("stats", numbers(&stats, era)),
        ("uptime", Value::Float(uptime.as_micros() as f64 / 1e6)),
    ])
}

fn current(task: Task, era: Era) -> Value {
    let mut value = object([("task_id", task.task_id.into()), ("job_id", task.job_id.into())]);
    if era == Era::Head {
        let metadata = task.metadata.unwrap_or_else(|| Value::Map(Vec::new()));
        push(&mut value, "task_metadata", metadata);
        if task.is_resume {
            push(&mut value, "is_resume", true.into());
        }
    }
    value
}

fn numbers(stats: &Stats, era: Era) -> Value {
    let (completed, failed) = (stats.tasks_completed, stats.tasks_failed);
    let mut value = object([
        ("tasks_completed", count(completed)),
        ("tasks_failed", count(failed)),
        ("total_execution_time", Value::Float(stats.total_execution_time)),
        ("started_at", clock::python_local(stats.started_at).into()),
    ]);
    if era == Era::Head {
        let share = |part: f64, of: u64, none| if of == 0 { none } else { part / of as f64 };
        let rate = share(completed as f64, completed.saturating_add(failed), 1.0);
        let average = share(stats.completed_execution_time, completed, 0.0);
        push(&mut value, "success_rate", Value::Float(rate));
        push(&mut value, "avg_task_duration_sec", Value::Float(average));
    }
    value
}

fn settings(config: &Config) -> Value {
    object([
        ("worker_id", config.worker_id.clone().into()),
        ("foreman_url", without_secrets(&config.foreman_url).into()),
        ("max_concurrent_tasks", count(config.max_concurrent_tasks.into())),
        ("auto_restart", config.auto_restart.into()),
        ("heartbeat_interval", count(config.heartbeat_interval)),
        ("api_host", config.api_host.clone().into()),
        ("api_port", count(config.api_port.into())),
    ])
}

/// A URL without what may be secret: a user and password, and what stands behind its path.
fn without_secrets(url: &str) -> String {
    without_users(url.split(['?', '#']).next().unwrap_or_default()).into_owned()
}

/// The title of the description and of its pages.
pub(crate) fn title(worker_id: &str) -> String {
    format!("CrowdCompute Worker - {worker_id}")
}

/// `GET /openapi.json`.
pub(crate) fn open_api(worker_id: &str) -> String {
    let answer = |kind: &str, schema: Value| {
        let content = object([(kind, object([("schema", schema)]))]);
        let well = object([("description", "Successful Response".into()), ("content", content)]);
        ("responses", object([("200", well)]))
    };
    let nothing = || Value::Map(Vec::new());
    let plain = |summary: &str, id: &str| {
        object([
            ("summary", summary.into()),
            ("operationId", id.into()),
            answer("application/json", nothing()),
        ])
    };
    let page = object([
        ("summary", "Dashboard".into()),
        ("description", "Worker dashboard page".into()),
        ("operationId", "dashboard_dashboard_get".into()),
        answer("text/html", object([("type", "string".into())])),
    ]);
    let description = object([
        ("openapi", "3.1.0".into()),
        (
            "info",
            object([
                ("title", title(worker_id).into()),
                ("description", "FastAPI-based worker for distributed computing".into()),
                ("version", "1.0.0".into()),
            ]),
        ),
        (
            "paths",
            object([
                ("/", object([("get", plain("Root", "root__get"))])),
                ("/stats", object([("get", plain("Get Stats", "get_stats_stats_get"))])),
                (
                    "/restart",
                    object([("post", plain("Restart Worker", "restart_worker_restart_post"))]),
                ),
                ("/dashboard", object([("get", page)])),
            ]),
        ),
    ]);
    text(&description, Style::Compact)
}

/// The body of an answer to a request that was not served.
pub(crate) fn detail(why: &str) -> String {
    text(&object([("detail", why.into())]), Style::Compact)
}

/// What `WS /ws` pushes: at once, then again and again.
pub(crate) fn pushes(
    shared: Arc<Shared>,
    every: Duration,
) -> impl Stream<Item = Arc<str>> + Send + 'static {
    let mut timer = interval(every);
    timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    futures_util::stream::unfold((shared, timer), async |(shared, mut timer)| {
        timer.tick().await;
        let text = pushed(shared.compat()?.facts(), SystemTime::now());
        Some((Arc::from(text), (shared, timer)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_the_url_are_not_shown() {
        for (url, shown) in [
            ("ws://user:secret@host:9000/a@b", "ws://host:9000/a@b"),
            ("ws://host:9000", "ws://host:9000"),
            ("ws://host/a?token=secret", "ws://host/a"),
            ("ws://host/a#secret", "ws://host/a"),
        ] {
            assert_eq!(without_secrets(url), shown);
        }
    }

    #[test]
    fn a_resumed_task_says_so() {
        let task = Task {
            task_id: "t".to_owned(),
            job_id: "j".to_owned(),
            metadata: None,
            is_resume: true,
        };
        assert_eq!(
            text(&current(task.clone(), Era::Head), Style::Compact),
            r#"{"task_id":"t","job_id":"j","task_metadata":{},"is_resume":true}"#
        );
        assert_eq!(
            text(&current(task, Era::Seed), Style::Compact),
            r#"{"task_id":"t","job_id":"j"}"#
        );
    }
}
