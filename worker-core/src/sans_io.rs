//! Drives a protocol without a session: for tests with golden vectors and for fuzzing.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use crate::{
    ledger::Ledger,
    protocol::{Action, Cx, Input, Outcome, Protocol, Token},
};

/// A protocol with a clock that stands still until it is told to go on.
pub struct Driver<P: Protocol> {
    /// The protocol.
    pub protocol: P,
    now: Instant,
    wall: SystemTime,
    epoch: u64,
    ledger: Ledger,
    rng: fastrand::Rng,
}

impl<P: Protocol> fmt::Debug for Driver<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("epoch", &self.epoch)
            .field("jobs", &self.ledger.len())
            .finish()
    }
}

impl<P: Protocol> Driver<P> {
    /// Starts at this wall-clock time, with randomness from `seed`.
    pub fn new(protocol: P, wall: SystemTime, seed: u64) -> Self {
        let (ledger, rng) = (Ledger::default(), fastrand::Rng::with_seed(seed));
        Self { protocol, now: Instant::now(), wall, epoch: 0, ledger, rng }
    }

    /// Hands over an input and returns what the protocol wants done. What ends a job is noted.
    ///
    /// # Panics
    /// The protocol broke its contract: it settled a job that it was given no outcome of, or
    /// settled one twice.
    pub fn handle(&mut self, input: Input<P::Message>) -> Vec<Action<P::Message>> {
        match &input {
            Input::Connected => self.epoch += 1,
            Input::Outcome { token, .. } => {
                if let Some(entry) = self.ledger.get_mut(*token) {
                    entry.settling = true;
                }
            }
            _ => {}
        }
        let mut actions = Vec::new();
        let mut cx = Cx {
            now: self.now,
            wall: Some(self.wall),
            epoch: self.epoch,
            ledger: &mut self.ledger,
            rng: &mut self.rng,
            actions: &mut actions,
        };
        self.protocol.handle(&mut cx, input);
        for action in &actions {
            match action {
                Action::Settled(token, _) => {
                    let entry = self.ledger.remove(*token);
                    assert!(
                        entry.is_some_and(|entry| entry.settling),
                        "settled {token:?} twice or without an outcome"
                    );
                }
                Action::Requeue(token, _) => {
                    if let Some(entry) = self.ledger.get_mut(*token) {
                        entry.settling = false;
                    }
                }
                _ => {}
            }
        }
        actions
    }

    /// Ends a job.
    pub fn outcome(&mut self, token: Token, outcome: Outcome) -> Vec<Action<P::Message>> {
        self.handle(Input::Outcome { token, outcome })
    }

    /// Lets time pass; the protocol's deadlines are handed over as they come.
    pub fn advance(&mut self, duration: Duration) -> Vec<Action<P::Message>> {
        let end = self.now + duration;
        let mut actions = Vec::new();
        while let Some(due) = self.protocol.next_deadline().filter(|due| *due <= end) {
            let step = due.saturating_duration_since(self.now);
            self.now += step;
            self.wall += step;
            actions.extend(self.handle(Input::Deadline));
            if self.protocol.next_deadline() == Some(due) {
                break;
            }
        }
        self.wall += end.saturating_duration_since(self.now);
        self.now = end;
        actions
    }

    /// The jobs that are accepted and not settled: their tokens and ids.
    pub fn jobs(&self) -> Vec<(Token, Arc<str>)> {
        let tokens = self.ledger.tokens().into_iter();
        tokens.filter_map(|t| self.ledger.get(t).map(|entry| (t, Arc::clone(&entry.id)))).collect()
    }
}
