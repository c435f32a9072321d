//! Upstream's worker in this process, from its start to its end.

use std::{sync::Arc, time::Duration};

use journeyman_core::{Error, ErrorKind};
use tasker_worker::{
    WorkerBootstrap, WorkerCore, WorkerSystemHandle,
    worker::{
        EventRouter, FfiDispatchChannel, FfiDispatchChannelConfig, WorkerCommand,
        WorkerCommandSender, services::CheckpointService,
    },
};
use tokio::{
    runtime::Handle,
    sync::{Mutex, mpsc, oneshot, watch},
    task::JoinHandle,
};

use crate::{
    background::Background,
    callback::{Callback, Places},
    database,
    drain::{Drain, Moved, refusal},
    health::LiveMonitor,
    quiet::Quiet,
    settings::Settings,
};

/// How often upstream is asked how it is.
const REFRESH: Duration = Duration::from_secs(2);

/// How long each part of the end may take.
const PART: Duration = Duration::from_secs(10);

/// Upstream's worker while it runs.
pub(crate) struct Running {
    runtime: Background,
    system: WorkerSystemHandle,
    channel: Arc<FfiDispatchChannel>,
    router: Arc<EventRouter>,
    commands: WorkerCommandSender,
    drain: Drain,
    places: Places,
    watcher: JoinHandle<()>,
    /// Whether the end of the claiming was asked for.
    stopping: watch::Sender<bool>,
    claiming: Option<oneshot::Receiver<()>>,
    monitor: LiveMonitor,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("channel", &self.channel).finish_non_exhaustive()
    }
}

impl Running {
    /// Starts it: as upstream's other consumers do it (Tasker sheet, section 3.3).
    ///
    /// # Errors
    /// The database cannot be used, or upstream refuses to start. No text has the password.
    ///
    /// # Cancel safety
    /// When it is dropped, what was started ends.
    pub(crate) async fn start(settings: &Settings, monitor: &LiveMonitor) -> Result<Self, Error> {
        database::check(settings.database()).await?;
        let runtime = Background::new()?;
        let handle = runtime.handle().clone();
        let mut system = bootstrap(&handle, settings).await?;
        let dispatch = system.take_dispatch_handles().ok_or_else(|| {
            Error::new(ErrorKind::Internal, "start", "Tasker gave no dispatch channel")
        })?;
        let core = system.worker_core.lock().await;
        let publisher = core.domain_event_publisher();
        let router = core.event_router().ok_or_else(|| {
            Error::new(ErrorKind::Internal, "start", "Tasker's worker has no event router")
        })?;
        let commands = core.command_sender().clone();
        let pool = core.context.database_pool().clone();
        drop(core);

        let callback = Callback::new(publisher, Arc::clone(&router), handle.clone());
        let places = callback.places();
        let config = channel_config(settings, handle.clone());
        let channel = FfiDispatchChannel::new(
            dispatch.dispatch_receiver,
            dispatch.completion_sender,
            config,
            Arc::new(callback),
        )
        .with_checkpoint_support(CheckpointService::new(pool), dispatch.dispatch_sender);
        let channel = Arc::new(channel);
        let drain = Drain::start(
            Arc::clone(&channel),
            settings.config().max_waiting,
            handle.clone(),
            monitor.counts(),
        )?;
        monitor.watch(&channel);
        let (stopping, stops) = watch::channel(false);
        let watcher = handle.spawn(watch_over(
            Arc::clone(&system.worker_core),
            commands.clone(),
            drain.sender(),
            monitor.clone(),
            stops,
        ));
        monitor.state("running", None);
        Ok(Self {
            runtime,
            system,
            channel,
            router,
            commands,
            drain,
            places,
            watcher,
            stopping,
            claiming: None,
            monitor: monitor.clone(),
        })
    }

    /// Where upstream runs.
    pub(crate) fn handle(&self) -> &Handle {
        self.runtime.handle()
    }

    /// Its dispatch channel.
    pub(crate) fn channel(&self) -> &Arc<FfiDispatchChannel> {
        &self.channel
    }

    /// What publishes its events.
    pub(crate) fn router(&self) -> &Arc<EventRouter> {
        &self.router
    }

    /// What was claimed.
    pub(crate) fn drain(&mut self) -> &mut Drain {
        &mut self.drain
    }

    /// Ends the claiming: what upstream's `stop` would do only together with all the rest. Its
    /// processor of commands is what claims; answers take another way and go on.
    pub(crate) fn stop_claiming(&mut self) {
        if self.claiming.is_some() {
            return;
        }
        self.stopping.send_replace(true);
        self.monitor.state("stopping", None);
        let (done, claiming) = oneshot::channel();
        let commands = self.commands.clone();
        self.handle().spawn(async move {
            let (resp, answer) = oneshot::channel();
            // What comes before it in the queue of commands is claimed and dispatched first.
            if commands.send(WorkerCommand::Shutdown { resp }).await.is_ok() {
                let _ = answer.await;
            }
            let _ = done.send(());
        });
        self.claiming = Some(claiming);
    }

    /// Ends everything, in the order in which nothing is lost.
    ///
    /// # Cancel safety
    /// When it is dropped, the rest ends at once.
    pub(crate) async fn end(mut self) {
        self.stop_claiming();
        if let Some(claiming) = self.claiming.take() {
            let _ = tokio::time::timeout(PART, claiming).await;
        }
        // A step that came after the last look is claimed, and nobody else may have it.
        for event in self.drain.end().await {
            let why = "the worker stops";
            let result = refusal(event.step_uuid, journeyman_tasker::WORKER_SHUTDOWN, why);
            let answer = self.channel.complete_async(event.event_id, result);
            let _ = tokio::time::timeout(PART, answer).await;
        }
        if !self.places.all_free(PART).await {
            tracing::warn!("some domain events were still on their way at the end");
        }
        self.watcher.abort();
        let _ = self.watcher.await;
        // The end of the channel is how upstream knows that the last result is there.
        drop(self.channel);
        let stop = async {
            if let Err(error) = self.system.stop().await {
                tracing::warn!(%error, "Tasker's servers did not stop cleanly");
            }
            if let Err(error) = self.system.worker_core.lock().await.stop().await {
                tracing::warn!(%error, "Tasker's worker did not stop cleanly");
            }
        };
        if tokio::time::timeout(4 * PART, stop).await.is_err() {
            tracing::warn!("Tasker's worker did not stop in time");
        }
        drop(self.system);
        self.runtime.end().await;
        self.monitor.state("stopped", None);
    }
}

fn channel_config(settings: &Settings, handle: Handle) -> FfiDispatchChannelConfig {
    let config = settings.config();
    let starving = u64::try_from(config.starvation_threshold.as_millis()).unwrap_or(u64::MAX);
    FfiDispatchChannelConfig::new(handle)
        .with_service_id("journeyman")
        .with_completion_timeout(config.channel_timeout(settings.templates().longest_timeout()))
        .with_starvation_threshold_ms(starving)
}

/// Upstream's own start, in its runtime and without secrets in the log.
async fn bootstrap(handle: &Handle, settings: &Settings) -> Result<WorkerSystemHandle, Error> {
    let url = settings.database();
    let text = String::from_utf8_lossy(url.expose()).into_owned();
    let secrets = database::password(&text).map(ToOwned::to_owned).into_iter().collect();
    let (quiet, inside) = (Quiet::new(secrets), handle.clone());
    // Upstream's future stays on one thread, and so does the log that it writes to.
    let starting = move || {
        tracing::subscriber::with_default(quiet, || inside.block_on(WorkerBootstrap::bootstrap()))
    };
    let failed = |what: &str| {
        let what = database::without(what, url);
        Error::new(ErrorKind::Unreachable, "start", format!("Tasker's worker: {what}"))
    };
    match handle.spawn_blocking(starting).await {
        Ok(Ok(system)) => Ok(system),
        Ok(Err(error)) => Err(failed(&error.to_string())),
        Err(error) => {
            // Upstream panics for values in the environment; they were checked before.
            Err(failed(&format!("it broke down while it started: {error}")).permanent())
        }
    }
}

/// Asks upstream how it is, and tells when it has ended by itself.
async fn watch_over(
    core: Arc<Mutex<WorkerCore>>,
    commands: WorkerCommandSender,
    ended: mpsc::UnboundedSender<Moved>,
    monitor: LiveMonitor,
    stopping: watch::Receiver<bool>,
) {
    let mut timer = tokio::time::interval(REFRESH);
    timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        timer.tick().await;
        if *stopping.borrow() {
            return;
        }
        if commands.is_closed() {
            let _ = ended.send(Moved::Ended("Tasker's worker has ended by itself".to_owned()));
            return;
        }
        let core = core.lock().await;
        if tokio::time::timeout(PART, monitor.refresh(&core)).await.is_err() {
            tracing::warn!("Tasker's worker does not say how it is");
        }
    }
}
