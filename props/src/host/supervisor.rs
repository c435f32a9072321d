//! Keeps one prop running.

use std::{
    panic::AssertUnwindSafe,
    pin::pin,
    sync::Arc,
    time::{Duration, SystemTime},
};

use futures_util::FutureExt as _;
use journeyman_core::JobError;
use journeyman_halloween::error_text;
use tokio::{sync::mpsc, time::Instant};

use super::{
    bus,
    run::{Env, Over, Run, is_refusal},
    shared::{Done, Order, Stop, What, reached},
    spec::Spec,
};
use crate::{ControlError, PropState, panic::panicked};

/// A run that lasted so long was a good one: the next failure begins a new row.
const GOOD_RUN: Duration = Duration::from_secs(60);

/// How long a prop that could not be made may take to say so.
const SAYING: Duration = Duration::from_secs(5);

/// The supervisor of one prop; as a task of its own, so that none waits for another.
pub(super) struct Supervisor {
    pub(super) env: Arc<Env>,
    pub(super) spec: Arc<Spec>,
    pub(super) orders: mpsc::Receiver<Order>,
    /// Those who wait for it to run, or to fail.
    pub(super) waiters: Vec<Done>,
    /// Failures in a row.
    pub(super) failures: u32,
    /// An order that waits for the end of the run.
    pub(super) pending: Option<Order>,
}

/// What comes next.
enum Next {
    Start,
    Wait { error: JobError, said: bool },
    Obey(Order),
    Idle,
}

impl Supervisor {
    /// Runs until the prop is gone or the host stops.
    pub(super) async fn run(mut self) {
        let mut next = Some(Next::Start);
        while let Some(step) = next {
            let done = AssertUnwindSafe(self.step(step)).catch_unwind().await;
            next = done.unwrap_or_else(|panic| {
                // Nothing of the prop's is run here but what it does when it is dropped.
                let failed = Next::Wait { error: panicked(&*panic), said: false };
                Some(self.pending.take().map_or(failed, Next::Obey))
            });
        }
    }

    /// Does one thing, and says what comes next; nothing at the end.
    async fn step(&mut self, next: Next) -> Option<Next> {
        Some(match next {
            Next::Start => self.attempt().await,
            Next::Wait { error, said } => self.wait(error, said).await,
            Next::Idle => Next::Obey(self.order().await),
            Next::Obey(order) => return self.obey(order),
        })
    }

    fn obey(&mut self, Order { what, done }: Order) -> Option<Next> {
        let id = &self.spec.id;
        Some(match what {
            What::Start | What::Restart => {
                self.failures = 0;
                self.waiters.extend(done);
                Next::Start
            }
            What::Replace(spec) => {
                let by_hand = self.is_stopped();
                self.env.shared.update(id, |status| {
                    (status.name, status.kind) = (Arc::clone(&spec.name), spec.kind);
                });
                self.spec = spec;
                self.failures = 0;
                if by_hand {
                    tell(done, Ok(()));
                    return Some(Next::Idle);
                }
                self.waiters.extend(done);
                Next::Start
            }
            What::Stop => {
                tracing::info!(prop = %id, "stopped");
                self.set(PropState::Stopped);
                tell(done, Ok(()));
                Next::Idle
            }
            What::Quit => {
                tracing::info!(prop = %id, "stopped");
                self.orders.close();
                self.env.shared.leave(id);
                tell(done, Ok(()));
                return None;
            }
        })
    }

    /// One run, until it fails or something else is wanted.
    async fn attempt(&mut self) -> Next {
        let id = Arc::clone(&self.spec.id);
        self.env.shared.update(&id, |status| status.runs += 1);
        self.set(PropState::Starting);
        let run = Run::new(Arc::clone(&self.env), Arc::clone(&self.spec));
        let mut run = match self.unless_ordered(run).await {
            Ok(Ok(run)) => run,
            Ok(Err(error)) => return Next::Wait { error, said: false },
            Err(order) => return Next::Obey(order),
        };
        let started = self.serve(&mut run).await;
        let (end, since) = match started {
            Ok(since) => (self.watch(&mut run).await, Some(since)),
            Err(end) => (end, None),
        };
        if let End::Over(Over::Failed(error)) = &end {
            run.say(error).await;
        }
        self.set(PropState::Stopping);
        let end = match end {
            End::Ordered(order) => {
                self.pending = Some(order);
                None
            }
            End::Over(over) => Some(over),
        };
        let ended = run.stop().await;
        if since.is_some_and(|since| since.elapsed() >= GOOD_RUN) {
            self.failures = 0;
        }
        if let Some(order) = self.pending.take() {
            return Next::Obey(order);
        }
        match (end, ended) {
            (Some(Over::Failed(error)), _) => Next::Wait { error, said: true },
            (Some(Over::Session), Err(error)) if is_refusal(&error) => {
                self.refused(error.to_string()).await;
                Next::Idle
            }
            (Some(Over::Session), Err(error)) => {
                Next::Wait { error: JobError::from(error), said: true }
            }
            (Some(Over::Session), Ok(())) => {
                Next::Wait { error: JobError::failed("its session ended"), said: true }
            }
            (Some(Over::Exit) | None, _) => {
                tracing::info!(prop = %id, "stopped by itself");
                self.set(PropState::Stopped);
                self.settle(&Err(ControlError::NotStarted {
                    id: id.to_string(),
                    error: "it stopped by itself".to_owned(),
                }));
                Next::Idle
            }
        }
    }

    /// Brings a run to where its commands are taken.
    async fn serve(&mut self, run: &mut Run) -> Result<Instant, End> {
        let up = async {
            run.ready().await?;
            run.start().await
        };
        match self.unless_ordered(up).await {
            Ok(Ok(())) => {}
            Ok(Err(over)) => return Err(End::Over(over)),
            Err(order) => return Err(End::Ordered(order)),
        }
        self.env.shared.update(&self.spec.id, |status| status.connected = true);
        self.set(PropState::Running);
        tracing::info!(prop = %self.spec.id, "started");
        self.settle(&Ok(()));
        Ok(Instant::now())
    }

    async fn watch(&mut self, run: &mut Run) -> End {
        let mut connected = true;
        loop {
            match self.unless_ordered(run.next(connected)).await {
                Ok(Ok(now)) => {
                    connected = now;
                    self.env.shared.update(&self.spec.id, |status| status.connected = now);
                }
                Ok(Err(over)) => return End::Over(over),
                Err(order) => return End::Ordered(order),
            }
        }
    }

    /// Says that a run failed, and waits before the next.
    async fn wait(&mut self, error: JobError, said: bool) -> Next {
        let text = error_text(&error);
        let backoff = self.env.settings.backoff.bound(self.failures);
        // So that a house full of props that failed together does not come back in step.
        let jittered = backoff.mul_f64(0.5 + fastrand::f64() / 2.0);
        let delay = error.delay().unwrap_or(jittered);
        self.failures = self.failures.saturating_add(1);
        let until = Instant::now() + delay;
        let id = Arc::clone(&self.spec.id);
        tracing::warn!(prop = %id, "failed: {text}; next attempt in {delay:.1?}");
        self.set(PropState::Waiting { error: text.clone(), delay });
        self.settle(&Err(ControlError::NotStarted { id: id.to_string(), error: text.clone() }));
        let env = Arc::clone(&self.env);
        let pause = async {
            // An error means that the host's session is gone, and with it the host.
            let _ = env.host.warn(format!("{id}: {text}; next attempt in {delay:.1?}")).await;
            if !said {
                let saying = bus::say_failure(env.backend(&id), &text);
                if let Ok(Err(error)) = tokio::time::timeout(SAYING, saying).await {
                    tracing::warn!(prop = %id, %error, "nothing can be said on its topics");
                }
            }
            tokio::time::sleep_until(until).await;
        };
        let mut pause = pin!(pause);
        tokio::select! {
            biased;
            order = self.order() => Next::Obey(order),
            () = &mut pause => Next::Start,
        }
    }

    /// The broker does not want it.
    async fn refused(&mut self, error: String) {
        let id = Arc::clone(&self.spec.id);
        tracing::error!(prop = %id, "failed for good: {error}");
        self.set(PropState::Failed { error: error.clone() });
        let _ = self.env.host.error(format!("{id}: {error}")).await;
        self.settle(&Err(ControlError::NotStarted { id: id.to_string(), error }));
    }

    /// Waits for something of a run, unless an order comes that ends the run.
    async fn unless_ordered<T>(&mut self, future: impl Future<Output = T>) -> Result<T, Order> {
        let mut future = pin!(future);
        loop {
            tokio::select! {
                biased;
                order = self.order() => match order.what {
                    // It does already, or is about to.
                    What::Start => match self.is_running() {
                        true => tell(order.done, Ok(())),
                        false => self.waiters.extend(order.done),
                    },
                    _ => {
                        let id = self.spec.id.to_string();
                        self.settle(&Err(ControlError::Superseded { id }));
                        return Err(order);
                    }
                },
                done = &mut future => return Ok(done),
            }
        }
    }

    /// The next order; the end of the host is one.
    ///
    /// # Cancel safety
    /// It may be dropped and called again.
    async fn order(&mut self) -> Order {
        let mut stop = self.env.shared.stop.subscribe();
        tokio::select! {
            biased;
            () = reached(&mut stop, |stop| *stop > Stop::No) => Order { what: What::Quit, done: None },
            order = self.orders.recv() => order.unwrap_or(Order { what: What::Quit, done: None }),
        }
    }

    /// Tells all who wait for the prop to run.
    fn settle(&mut self, result: &Result<(), ControlError>) {
        for waiter in self.waiters.drain(..) {
            // They may have gone.
            let _ = waiter.send(result.clone());
        }
    }

    fn set(&self, state: PropState) {
        self.env.shared.update(&self.spec.id, |status| {
            status.connected &= matches!(state, PropState::Running);
            status.state = state;
            status.since = SystemTime::now();
        });
    }

    fn is_running(&self) -> bool {
        self.env.shared.state(&self.spec.id, PropState::is_running)
    }

    fn is_stopped(&self) -> bool {
        self.env.shared.state(&self.spec.id, |state| matches!(state, PropState::Stopped))
    }
}

enum End {
    Over(Over),
    Ordered(Order),
}

fn tell(done: Option<Done>, result: Result<(), ControlError>) {
    if let Some(done) = done {
        // Whoever asked may have gone.
        let _ = done.send(result);
    }
}
