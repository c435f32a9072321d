//! The worker as a whole.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    pin::pin,
    sync::{Arc, OnceLock},
    time::SystemTime,
};

use journeyman_core::{
    Error, ErrorKind, StartedWorker, Summary, Worker, WorkerControl, shutdown_signal,
};
use journeyman_crowdcompute::{CrowdWorker, DeviceSpecs, MetricsHandle, Registrations};
use journeyman_monitor::{Listening, Monitor, MonitorConfig, compat::Compat};
use tokio::{
    net::TcpListener,
    task::{JoinSet, spawn_blocking},
};

use crate::{
    MonitorSettings, Python, Settings,
    activity::Activity,
    facts::{WorkerFacts, worker_id},
    machine, sections,
    settings::address,
    siblings,
};

/// A worker before it starts.
#[derive(Debug)]
#[must_use]
pub struct PcWorker {
    settings: Settings,
}

/// A worker that runs. Dropping it stops it without a drain.
#[derive(Debug)]
#[must_use]
pub struct Running {
    worker: StartedWorker,
    python: Interpreters,
    registrations: Registrations,
    monitor: Option<SocketAddr>,
    /// The monitor and the meter.
    tasks: JoinSet<()>,
}

/// Ends with the worker, however that ends: handlers that still run would keep their interpreters.
#[derive(Debug)]
struct Interpreters(Python);

impl Drop for Interpreters {
    fn drop(&mut self) {
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let python = self.0.clone();
            runtime.spawn(async move { python.shutdown().await });
        }
    }
}

impl PcWorker {
    /// A worker with these settings.
    pub fn new(settings: impl Into<Settings>) -> Self {
        Self { settings: settings.into() }
    }

    /// Starts everything: the interpreters, the registrations, the monitor. It does not wait for the
    /// foreman: [`WorkerControl::ready`] does.
    ///
    /// # Errors
    /// A setting cannot be, Python or its sandbox cannot be had as it is wanted, there is nothing to
    /// run tasks with, or the port of the monitor cannot be had. Nothing runs then.
    pub async fn start(self) -> Result<Running, Error> {
        self.settings.validate()?;
        let address = self.address().await?;
        if let Some(address) = address {
            // Before a foreman hears of us.
            try_port(address).await?;
        }
        let python = Interpreters(Python::start(&self.settings).await?);
        self.start_with(python, address).await
    }

    async fn start_with(
        self,
        interpreters: Interpreters,
        address: Option<SocketAddr>,
    ) -> Result<Running, Error> {
        let python = &interpreters.0;
        let Settings {
            crowd, monitor, token, insecure_open, drain_timeout, router, metrics, ..
        } = self.settings;
        if let Some(why) = python.missing() {
            if crowd.native.is_empty() {
                return Err(Error::config(format!(
                    "there is nothing to run tasks with: no native handler, and no Python: {why}"
                ))
                .with_remedy("a worker needs at least one of the two"));
            }
            tracing::warn!("native handlers only: {why}");
        }
        let specs = measured(python).await?;
        let (meter, activity) = (MetricsHandle::new(), Activity::default());
        let backend = CrowdWorker::new(crowd.clone()).device_specs(specs).metrics(meter.clone());
        let registrations = backend.registrations();
        let worker = Worker::new(python.serve(router).layer(activity.clone()))
            .serve(backend)
            .concurrency(crowd.max_concurrent_tasks)
            .drain_timeout(drain_timeout)
            .start()?;
        let mut tasks = JoinSet::new();
        tasks.spawn(machine::measure(meter, crowd.heartbeat_interval));
        siblings::watch(worker.control(), &mut tasks);
        let mut listens = None;
        if let (Some(settings), Some(address)) = (monitor, address) {
            let at = Arc::new(OnceLock::new());
            let facts = WorkerFacts {
                control: worker.control().clone(),
                registrations: registrations.clone(),
                activity,
                config: crowd.clone(),
                started_at: SystemTime::now(),
                address: Arc::clone(&at),
            };
            let mut config = monitor_config(settings, facts)
                .address(address)
                .insecure_open(insecure_open)
                .worker_id(worker_id(&crowd, &registrations));
            if let Some(token) = token {
                config = config.token(token);
            }
            if let Some(metrics) = metrics {
                config = config.metrics(move || (metrics.0)());
            }
            let config = sections::add(config, python, registrations.clone());
            let monitor = Monitor::new(worker.control().clone(), config).bind().await?;
            listens = Some(monitor.local_addr());
            // It was not set before.
            let _ = at.set(monitor.local_addr());
            tasks.spawn(serve(monitor));
        }
        Ok(Running { worker, python: interpreters, registrations, monitor: listens, tasks })
    }

    /// Where the monitor is to listen.
    async fn address(&self) -> Result<Option<SocketAddr>, Error> {
        let (host, port) = (self.settings.crowd.api_host.as_str(), self.settings.crowd.api_port);
        if self.settings.monitor.is_none() {
            return Ok(None);
        }
        if let Some(ip) = address(host) {
            return Ok(Some(SocketAddr::new(ip, port)));
        }
        let found = tokio::net::lookup_host((host, port)).await;
        let found = found.map(|mut addresses| addresses.next());
        let unknown = |why: String| {
            Error::config(format!("`api_host` = {host:?}: {why}"))
                .with_remedy("give an address of this machine with --api-host, such as 127.0.0.1")
        };
        match found {
            Ok(Some(address)) => Ok(Some(address)),
            Ok(None) => Err(unknown("the name has no address".to_owned())),
            Err(error) => Err(unknown(format!("the name cannot be looked up ({error})"))),
        }
    }

    /// Runs until `shutdown` completes, then finishes the tasks in work.
    ///
    /// # Errors
    /// As [`start`](Self::start), or the worker gave up.
    pub async fn run_until(self, shutdown: impl Future<Output = ()>) -> Result<Summary, Error> {
        self.start().await?.run_until(shutdown).await
    }

    /// Runs on a runtime of its own until SIGTERM or Ctrl-C, then finishes the tasks in work; a second
    /// signal cuts that short. For programs without a runtime.
    ///
    /// # Errors
    /// As [`run_until`](Self::run_until), or there can be no runtime.
    pub fn run(self) -> Result<Summary, Error> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(|error| {
            Error::new(ErrorKind::Io, "start", "there can be no runtime").with_source(error)
        })?;
        runtime.block_on(async {
            let running = self.start().await?;
            let control = running.control().clone();
            let second = async {
                shutdown_signal().await;
                shutdown_signal().await;
                control.abort();
                std::future::pending::<Infallible>().await
            };
            tokio::select! {
                summary = running.run_until(shutdown_signal()) => summary,
                never = second => match never {},
            }
        })
    }
}

impl Running {
    /// Watches and steers it.
    pub fn control(&self) -> &WorkerControl {
        self.worker.control()
    }

    /// Where the monitor listens, if there is one.
    pub fn monitor_addr(&self) -> Option<SocketAddr> {
        self.monitor
    }

    /// What runs the code of tasks.
    pub fn python(&self) -> &Python {
        &self.python.0
    }

    /// The interpreters, if there are any.
    #[cfg(unix)]
    pub fn executor(&self) -> Option<&journeyman_executor::Executor> {
        self.python.0.executor()
    }

    /// What the registrations are doing.
    pub fn registrations(&self) -> &Registrations {
        &self.registrations
    }

    /// Waits until `shutdown` completes, then finishes the tasks in work, closes the monitor and ends
    /// all interpreters. Also ends when the worker does by itself.
    ///
    /// # Errors
    /// The worker gave up.
    ///
    /// # Cancel safety
    /// Dropping the future stops everything without a drain.
    pub async fn run_until(self, shutdown: impl Future<Output = ()>) -> Result<Summary, Error> {
        let Self { worker, python, mut tasks, .. } = self;
        let control = worker.control().clone();
        let mut ended = pin!(worker.wait());
        let summary = tokio::select! {
            biased;
            () = shutdown => {
                control.drain();
                ended.await
            }
            summary = &mut ended => summary,
        };
        python.0.shutdown().await;
        tasks.shutdown().await;
        summary
    }
}

/// What the foreman is told about the machine.
async fn measured(python: &Python) -> Result<DeviceSpecs, Error> {
    let specs = spawn_blocking(machine::specs).await;
    let mut specs = specs.map_err(|error| {
        Error::new(ErrorKind::Internal, "start", "the machine was not measured").with_source(error)
    })?;
    specs.python_version = python.version();
    Ok(specs)
}

fn monitor_config(settings: MonitorSettings, facts: WorkerFacts) -> MonitorConfig {
    let compat = Compat::new(facts).wildcard_cors(settings.wildcard_cors);
    let mut config = MonitorConfig::new()
        .name(settings.name.unwrap_or_else(|| "CrowdCompute worker".to_owned()))
        .read_only(settings.read_only)
        .compat(compat);
    for host in settings.allow_hosts {
        config = config.allow_host(host);
    }
    for origin in settings.allow_origins {
        config = config.allow_origin(origin);
    }
    config
}

async fn serve(monitor: Listening) {
    let never = monitor.serve().await;
    match never {}
}

/// Whether the port can be had.
async fn try_port(address: SocketAddr) -> Result<(), Error> {
    let Err(error) = TcpListener::bind(address).await else { return Ok(()) };
    let remedy = match error.kind() {
        io::ErrorKind::AddrInUse => {
            "stop what listens there, or choose another port with --api-port"
        }
        io::ErrorKind::PermissionDenied => "choose a port above 1023 with --api-port",
        io::ErrorKind::AddrNotAvailable => "choose an address of this machine with --api-host",
        _ => "choose another address with --api-host and --api-port",
    };
    let text = format!("the monitor cannot listen on {address}");
    Err(Error::new(ErrorKind::Config, "start", text).with_source(error).with_remedy(remedy))
}
