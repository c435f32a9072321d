//! One run of a prop, from its constructor to `offline`.

use std::{sync::Arc, time::Duration};

use journeyman_core::{Error, ErrorKind, JobError, StartedWorker, Worker, session::SessionState};
use journeyman_halloween::{HostHandle, PropConfig, SharedConnection, error_text};
use tokio::sync::{Semaphore, watch};

use super::{
    bus,
    settings::Settings,
    shared::{Shared, Stop, reached},
    spec::Spec,
};
use crate::{
    Instance, Life, PropContext,
    context::Ending,
    gate::Gate,
    panic::{caught, panicked},
};

/// How long tasks may take to end once they are cancelled, and handlers once they are dropped.
const CANCEL: Duration = Duration::from_secs(5);

/// How long the session may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(5);

/// How long a prop that connects keeps others from doing so.
const CONNECT_TURN: Duration = Duration::from_secs(2);

/// What all props of a host share.
#[derive(Debug)]
pub(super) struct Env {
    pub(super) settings: Settings,
    pub(super) shared: Arc<Shared>,
    pub(super) host: HostHandle,
    /// The connection of all of them, where they share one.
    pub(super) connection: Option<SharedConnection>,
    /// Constructors that may run at a time: they may block.
    pub(super) making: Arc<Semaphore>,
    /// Props that may connect at a time: a broker has only so much room for those who knock.
    pub(super) connecting: Arc<Semaphore>,
}

impl Env {
    /// The session of a prop.
    pub(super) fn backend(&self, id: &Arc<str>) -> PropConfig {
        PropConfig::new(self.settings.config.clone(), Arc::clone(id))
            .connection(self.connection.clone())
    }
}

/// How a run ended by itself.
#[derive(Debug)]
pub(super) enum Over {
    /// It is to be started again.
    Failed(JobError),
    /// It wants to stop.
    Exit,
    /// Its session has ended; its end says why.
    Session,
}

/// Cancels the tasks of a run that is dropped in the middle.
struct Tasks(PropContext);

impl Drop for Tasks {
    fn drop(&mut self) {
        self.0.end_by_host();
        self.0.drop_tasks();
    }
}

/// A run that has a session.
pub(super) struct Run {
    env: Arc<Env>,
    tasks: Tasks,
    life: Box<dyn Life>,
    /// `start` was called: so `stop` will be.
    begun: bool,
    gate: Gate,
    worker: StartedWorker,
    session: watch::Receiver<SessionState>,
    ending: watch::Receiver<Ending>,
}

impl Run {
    /// Makes the prop and starts its session.
    pub(super) async fn new(env: Arc<Env>, spec: Arc<Spec>) -> Result<Self, JobError> {
        let backend = env.backend(&spec.id);
        let (name, folder) = (Arc::clone(&spec.name), spec.folder.clone());
        let document = Arc::clone(&spec.config);
        let tasks = Tasks(PropContext::new(backend.handle(), name, folder, document));
        let Instance { router, subscriptions, life } = make(&env, spec, &tasks.0).await?;
        let gate = Gate::default();
        let backend = subscriptions.into_iter().fold(backend, PropConfig::subscribe);
        let worker = Worker::new(router.layer(gate.clone()))
            .serve(backend)
            .drain_timeout(GOODBYE.min(env.settings.drain))
            .cancel_grace(CANCEL)
            .start()?;
        let Some(session) = worker.control().states().pop() else {
            return Err(JobError::failed("the prop has no session"));
        };
        let ending = tasks.0.watch_ending();
        Ok(Self { env, tasks, life, begun: false, gate, worker, session, ending })
    }

    fn context(&self) -> &PropContext {
        &self.tasks.0
    }

    /// Waits until the prop is there on the bus.
    pub(super) async fn ready(&mut self) -> Result<(), Over> {
        let turns = Arc::clone(&self.env.connecting);
        // Nobody closes it.
        let mut turn = turns.acquire().await.ok();
        let started = tokio::time::Instant::now();
        loop {
            {
                let state = self.session.borrow_and_update();
                if state.is_ready() {
                    return Ok(());
                }
                if state.is_over() {
                    return Err(Over::Session);
                }
            }
            tokio::select! {
                biased;
                over = ended(&mut self.ending) => return Err(over),
                _ = self.session.changed() => {}
                () = tokio::time::sleep_until(started + CONNECT_TURN), if turn.is_some() => {
                    turn = None;
                }
            }
        }
    }

    /// Starts the prop, and lets its commands run.
    pub(super) async fn start(&mut self) -> Result<(), Over> {
        self.begun = true;
        let limit = self.env.settings.start_limit;
        let start = tokio::time::timeout(limit, caught(async { self.life.start().await }));
        let over = async {
            let session = reached(&mut self.session, SessionState::is_over);
            tokio::select! {
                biased;
                over = ended(&mut self.ending) => over,
                () = session => Over::Session,
            }
        };
        tokio::select! {
            biased;
            started = start => match started {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return Err(Over::Failed(error)),
                Err(_) => {
                    let text = format!("the start took longer than {limit:?}");
                    return Err(Over::Failed(JobError::timed_out(text)));
                }
            },
            over = over => return Err(over),
        }
        self.gate.open();
        Ok(())
    }

    /// Waits until something is over, or the connection came or went: then says whether it is there.
    ///
    /// # Cancel safety
    /// It may be dropped and called again.
    pub(super) async fn next(&mut self, connected: bool) -> Result<bool, Over> {
        let changed =
            self.session.wait_for(|state| state.is_over() || state.is_ready() != connected);
        tokio::select! {
            biased;
            over = ended(&mut self.ending) => Err(over),
            state = changed => match state.as_deref() {
                Ok(state) if !state.is_over() => Ok(state.is_ready()),
                _ => Err(Over::Session),
            },
        }
    }

    /// Says on `status/error` why the run is over.
    pub(super) async fn say(&self, error: &JobError) {
        // An error means that there is nobody who could say it; the log has it in any case.
        let _ = self.context().prop().publish_status("error", &error_text(error)).await;
    }

    /// Ends the run in good order.
    ///
    /// # Errors
    /// The session had ended before, with this error.
    pub(super) async fn stop(mut self) -> Result<(), Error> {
        let env = Arc::clone(&self.env);
        let Settings { config, drain, stop_limit, .. } = &env.settings;
        let id = self.context().id();
        // What the gate gives back from now on stays with the broker, where it keeps commands.
        bus::leave(self.context().prop(), GOODBYE).await;
        self.gate.close();
        self.context().end_by_host();
        if !within(&env.shared, *drain, Duration::ZERO, self.gate.empty()).await {
            let left = self.gate.inside();
            tracing::warn!(prop = id, "{left} command(s) did not end within {drain:?}: dropped");
            self.gate.force();
            // They are dropped as soon as they wait for something.
            within(&env.shared, CANCEL, Duration::ZERO, self.gate.empty()).await;
        }
        let left = self.context().end_tasks(CANCEL).await;
        if left > 0 {
            tracing::warn!(prop = id, "{left} task(s) block and cannot be cancelled");
        }
        if self.begun {
            self.clean_up(*stop_limit).await;
        }
        let prop = self.context().prop().clone();
        let control = self.worker.control().clone();
        bus::flush(&prop, GOODBYE).await;
        let how = *env.shared.stop.borrow();
        match how {
            Stop::Hurry => {
                bus::say_offline(&prop, config, &mut self.session, GOODBYE).await;
                control.abort();
            }
            Stop::No | Stop::Drain => control.drain(),
        }
        let summary = self.worker.wait().await?;
        if summary.unfinished > 0 {
            let prop = prop.id();
            tracing::warn!(prop, "{} blocking command(s) go on", summary.unfinished);
        }
        Ok(())
    }

    async fn clean_up(&self, limit: Duration) {
        let mut ended = Ok(());
        let stop = async { ended = caught(async { self.life.stop().await }).await };
        // Even in a hurry: it is what switches the hardware off.
        let in_time = within(&self.env.shared, limit, Duration::from_secs(1), stop).await;
        let error = match ended {
            Ok(()) if in_time => return,
            Ok(()) => JobError::timed_out(format!("the clean-up took longer than {limit:?}")),
            Err(error) => error,
        };
        let text = error_text(&error);
        tracing::warn!(prop = self.context().id(), "clean-up: {text}");
        self.say(&error).await;
    }
}

/// Makes an instance where blocking is allowed.
async fn make(env: &Env, spec: Arc<Spec>, context: &PropContext) -> Result<Instance, JobError> {
    let limit = env.settings.start_limit;
    let late = || JobError::timed_out(format!("the constructor took longer than {limit:?}"));
    let making = Arc::clone(&env.making);
    let context = context.clone();
    let made = async move {
        // Nobody closes it.
        let turn = making.acquire_owned().await.ok();
        let made = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            spec.factory.make(&context)
        });
        match made.await {
            Ok(made) => made,
            Err(error) => Err(match error.try_into_panic() {
                Ok(panic) => panicked(&*panic),
                Err(_) => JobError::cancelled("the runtime stops"),
            }),
        }
    };
    tokio::time::timeout(limit, made).await.unwrap_or_else(|_| Err(late()))
}

/// Waits until the prop wants its run to end.
async fn ended(ending: &mut watch::Receiver<Ending>) -> Over {
    let over = ending.wait_for(|it| !matches!(it, Ending::Running)).await;
    match over.as_deref() {
        Ok(Ending::Failed(error)) => Over::Failed(error.clone()),
        // The context is ours: it is not gone, and nobody else says that the host stops it.
        _ => Over::Exit,
    }
}

/// Waits for something, at most for so long; and once the host is in a hurry, only for so long
/// more. Returns whether it came.
async fn within(
    shared: &Shared,
    limit: Duration,
    in_hurry: Duration,
    future: impl Future<Output = ()>,
) -> bool {
    let mut stop = shared.stop.subscribe();
    let hurry = async {
        reached(&mut stop, |stop| *stop == Stop::Hurry).await;
        tokio::time::sleep(in_hurry).await;
    };
    tokio::select! {
        biased;
        () = future => true,
        () = tokio::time::sleep(limit) => false,
        () = hurry => false,
    }
}

/// Whether an end of a session is the broker's last word, not a bug of ours.
pub(super) fn is_refusal(error: &Error) -> bool {
    error.kind() != ErrorKind::Internal
}
