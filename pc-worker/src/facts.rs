//! What upstream's HTTP API tells, of this worker.

use std::{net::SocketAddr, sync::Arc, sync::OnceLock, time::SystemTime};

use journeyman_core::WorkerControl;
use journeyman_crowdcompute::{Config, Era, Registrations};
use journeyman_monitor::compat;

use crate::activity::Activity;

/// The worker as upstream's API sees it.
#[derive(Clone, Debug)]
pub(crate) struct WorkerFacts {
    pub(crate) control: WorkerControl,
    pub(crate) registrations: Registrations,
    pub(crate) activity: Activity,
    pub(crate) config: Config,
    pub(crate) started_at: SystemTime,
    /// Where the server listens, once it does.
    pub(crate) address: Arc<OnceLock<SocketAddr>>,
}

/// The id of the worker as its user knows it: that of the only registration, or what those of several
/// have in common.
pub(crate) fn worker_id(config: &Config, registrations: &Registrations) -> String {
    let ids: Vec<String> =
        registrations.snapshot().into_iter().map(|registration| registration.worker_id).collect();
    match ids.as_slice() {
        [] => config.worker_id.clone(),
        [only] => only.clone(),
        _ if !config.worker_id.is_empty() => config.worker_id.clone(),
        [first, ..] => first.rsplit_once('-').map_or(first.as_str(), |(id, _)| id).to_owned(),
    }
}

impl compat::Facts for WorkerFacts {
    fn era(&self) -> compat::Era {
        let seen = self.registrations.snapshot().into_iter().find_map(|one| one.era);
        match self.config.era.fixed().or(seen) {
            Some(Era::Seed) => compat::Era::Seed,
            // Where it is not known: today's answers have all that the seed's have, and more.
            _ => compat::Era::Head,
        }
    }

    fn worker_id(&self) -> String {
        worker_id(&self.config, &self.registrations)
    }

    fn is_connected(&self) -> bool {
        self.registrations.snapshot().iter().any(|one| one.registered)
    }

    fn current_task(&self) -> Option<compat::Task> {
        let task = self.activity.oldest()?;
        Some(compat::Task {
            task_id: task.task_id.to_string(),
            job_id: task.job_id.as_deref().unwrap_or_default().to_owned(),
            metadata: task.metadata.json.as_ref().and_then(|raw| raw.to_value().ok()),
            is_resume: task.resume.is_some(),
        })
    }

    fn stats(&self) -> compat::Stats {
        let totals = self.activity.totals();
        compat::Stats {
            tasks_completed: totals.completed,
            tasks_failed: totals.failed,
            total_execution_time: totals.time.as_secs_f64(),
            completed_execution_time: totals.completed_time.as_secs_f64(),
            started_at: self.started_at,
        }
    }

    fn config(&self) -> compat::Config {
        let mut shown = compat::Config::new(self.worker_id());
        shown.foreman_url.clone_from(&self.config.foreman_url);
        shown.max_concurrent_tasks =
            u32::try_from(self.config.max_concurrent_tasks).unwrap_or(u32::MAX);
        shown.auto_restart = self.config.auto_restart;
        shown.heartbeat_interval = self.config.heartbeat_interval.as_secs();
        shown.api_host.clone_from(&self.config.api_host);
        shown.api_port = self.address.get().map_or(self.config.api_port, SocketAddr::port);
        shown
    }

    fn restart(&self) {
        self.control.reconnect();
    }
}
