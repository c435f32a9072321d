//! A worker that becomes the one of a recorded answer.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::SystemTime,
};

use journeyman_core::Value as Any;
use journeyman_monitor::compat::{Config, Era, Facts, Stats, Task};
use serde_json::Value;

/// The worker of a recorded answer.
#[derive(Clone)]
pub(crate) struct Recorded(pub(crate) Arc<Mutex<Now>>, pub(crate) Arc<AtomicUsize>);

#[derive(Clone)]
pub(crate) struct Now {
    pub(crate) era: Era,
    pub(crate) id: String,
    pub(crate) connected: bool,
    pub(crate) task: Option<Task>,
    pub(crate) stats: Stats,
    pub(crate) config: Config,
}

impl Recorded {
    pub(crate) fn new(era: Era) -> Self {
        let stats = Stats {
            tasks_completed: 0,
            tasks_failed: 0,
            total_execution_time: 0.0,
            completed_execution_time: 0.0,
            started_at: SystemTime::now(),
        };
        let now = Now {
            era,
            id: "worker-http-1".to_owned(),
            connected: true,
            task: None,
            stats,
            config: Config::new("worker-http-1"),
        };
        Self(Arc::new(Mutex::new(now)), Arc::default())
    }

    pub(crate) fn now(&self) -> Now {
        self.0.lock().unwrap().clone()
    }

    /// Becomes the worker that gave this answer.
    pub(crate) fn become_like(&self, body: &str) {
        let said: Value = serde_json::from_str(body).unwrap();
        let mut now = self.0.lock().unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        now.id = text(&said["worker_id"]);
        now.connected = match &said["status"] {
            Value::Null => said["is_connected"] == true,
            status => status == "online",
        };
        now.task = match &said["current_task"] {
            Value::Null => None,
            Value::String(id) => Some(Task {
                task_id: id.clone(),
                job_id: "not shown".to_owned(),
                metadata: None,
                is_resume: false,
            }),
            task => Some(Task {
                task_id: text(&task["task_id"]),
                job_id: text(&task["job_id"]),
                metadata: metadata(body),
                is_resume: task["is_resume"] == true,
            }),
        };
        let stats = &said["stats"];
        let completed = stats["tasks_completed"].as_u64().unwrap();
        now.stats = Stats {
            tasks_completed: completed,
            tasks_failed: stats["tasks_failed"].as_u64().unwrap(),
            total_execution_time: stats["total_execution_time"].as_f64().unwrap(),
            completed_execution_time: completed_time(stats, completed),
            started_at: local(&text(&stats["started_at"])),
        };
        if let Value::Object(config) = &said["config"] {
            now.config = Config {
                foreman_url: text(&config["foreman_url"]),
                max_concurrent_tasks: config["max_concurrent_tasks"].as_u64().unwrap() as u32,
                auto_restart: config["auto_restart"].as_bool().unwrap(),
                heartbeat_interval: config["heartbeat_interval"].as_u64().unwrap(),
                api_host: text(&config["api_host"]),
                api_port: config["api_port"].as_u64().unwrap() as u16,
                worker_id: text(&config["worker_id"]),
            };
        }
    }
}

/// The sum whose mean is the average that was said. Several sums round to the same mean: one that
/// divides back to it is taken.
fn completed_time(stats: &Value, completed: u64) -> f64 {
    let average = stats["avg_task_duration_sec"].as_f64().unwrap_or(0.0);
    let product = average * completed as f64;
    let candidates = [product, product.next_up(), product.next_down()];
    let exact = |sum: &&f64| completed == 0 || **sum / completed as f64 == average;
    *candidates.iter().find(exact).unwrap()
}

/// The task's metadata in the order in which it came, which `serde_json` does not keep.
fn metadata(body: &str) -> Option<Any> {
    let all: Any = serde_json::from_str(body).unwrap();
    all.get("current_task")?.get("task_metadata").cloned()
}

pub(crate) fn local(text: &str) -> SystemTime {
    let time: jiff::civil::DateTime = text.parse().unwrap();
    time.to_zoned(jiff::tz::TimeZone::system()).unwrap().timestamp().into()
}

impl Facts for Recorded {
    fn era(&self) -> Era {
        self.now().era
    }

    fn worker_id(&self) -> String {
        self.now().id
    }

    fn is_connected(&self) -> bool {
        self.now().connected
    }

    fn current_task(&self) -> Option<Task> {
        self.now().task
    }

    fn stats(&self) -> Stats {
        self.now().stats
    }

    fn config(&self) -> Config {
        self.now().config
    }

    fn restart(&self) {
        self.1.fetch_add(1, SeqCst);
    }
}
