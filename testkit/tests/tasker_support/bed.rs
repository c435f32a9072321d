//! The adapter as a worker of the stand-in.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use journeyman_core::{StartedWorker, Worker};
use journeyman_tasker::{Config as Settings, TaskerWorker};
use journeyman_testkit::tasker::{Bridge, Channel, Config, Orchestrator, TaskInfo};
use serde_json::Value;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::handlers::router;
use crate::tasker_support::{RECORDED, template};

const PATIENCE: Duration = Duration::from_secs(3600);

/// A batch whose convergence adds up what its workers did.
const SUMS: &str = "
name: sums
namespace_name: t
version: '1'
steps:
  - name: analyze
    type: batchable
    handler: {callable: gv.analyze, initialization: {worker_template_name: work}}
  - name: work
    type: batch_worker
    dependencies: [analyze]
    handler: {callable: gv.batch_work}
    batch_config: {batch_size: 10, parallelism: 3, cursor_field: row, worker_template: work,
                   failure_strategy: continue_on_failure}
  - name: total
    type: deferred_convergence
    dependencies: [work]
    handler: {callable: t.aggregate}
";

/// A worker on a channel, and the orchestrator's clock. Use it where tokio's time is paused.
pub(crate) struct Bed {
    pub(crate) channel: Channel,
    worker: StartedWorker,
    clock: JoinHandle<()>,
}

impl Bed {
    pub(crate) fn start(config: Config, concurrency: usize) -> Self {
        let mut core = Orchestrator::new(config);
        for file in RECORDED {
            core.register_template(&template(&format!("{file}.yaml"))).unwrap();
        }
        core.register_template(SUMS).unwrap();
        for name in ["slow", "large"] {
            let yaml = format!(
                "name: {name}\nnamespace_name: t\nversion: '1'\nsteps:\n  \
                 - {{name: s, handler: {{callable: t.{name}}}}}\n"
            );
            core.register_template(&yaml).unwrap();
        }
        let channel = Channel::new(core);
        let clock = tokio::spawn({
            let channel = channel.clone();
            async move { channel.follow_time().await }
        });
        let backend = TaskerWorker::new(Settings::new(), Bridge::new(channel.clone()));
        let worker = Worker::new(router()).serve(backend).concurrency(concurrency);
        Self { channel, worker: worker.start().unwrap(), clock }
    }

    pub(crate) fn submit(&self, namespace: &str, name: &str, context: Value) -> Uuid {
        let version = match (namespace, name) {
            ("t", _) => "1",
            (_, "batch") => "1.2.0",
            _ => "1.0.0",
        };
        self.channel.with(|core| core.start_task(namespace, name, version, context)).unwrap()
    }

    pub(crate) async fn end(&self, task: Uuid) -> TaskInfo {
        let settled = self.channel.wait_for(|core| core.is_settled(task));
        if tokio::time::timeout(PATIENCE, settled).await.is_err() {
            panic!("no end: {:#?}", self.channel.look(|core| core.tree(task)));
        }
        self.channel.look(|core| core.task(task)).unwrap()
    }

    pub(crate) async fn run(&self, namespace: &str, name: &str, context: Value) -> TaskInfo {
        let task = self.submit(namespace, name, context);
        self.end(task).await
    }

    /// Stops the worker, which must leave nothing behind.
    pub(crate) async fn stop(self) {
        self.worker.control().drain();
        tokio::time::timeout(PATIENCE, self.worker.wait()).await.unwrap().unwrap();
        assert_eq!(self.channel.metrics().pending_count, 0);
        self.clock.abort();
    }
}
