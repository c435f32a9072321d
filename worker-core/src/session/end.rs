//! The end of a session: drain, force, farewell.

use super::*;

impl<T, P> Session<T, P>
where
    T: Transport,
    P: Protocol<Target = T::Target, Message = T::Message>,
{
    pub(super) fn control(&mut self, control: Control) {
        match control {
            Control::Drain { until } => self.drain(until),
            Control::Reconnect => self.connect_anew(Error::new(
                ErrorKind::Disconnected,
                "reconnect",
                "asked to reconnect",
            )),
            Control::Disconnect => self.disconnect(),
            Control::Pause(paused) => {
                if self.rt.stats.set_paused(paused) != paused {
                    tracing::info!("{}", if paused { "paused" } else { "resumed" });
                }
            }
            // Whoever asked may have gone.
            Control::List { limit, to } => drop(to.send(self.active(limit))),
        }
    }

    /// The jobs that have not ended, the oldest first.
    fn active(&self, limit: usize) -> Vec<ActiveJob> {
        let tokens = self.ledger.tokens();
        let jobs = tokens.iter().filter_map(|token| self.ledger.get(*token)?.job.as_ref());
        let mut jobs: Vec<&Job> = jobs.collect();
        jobs.sort_by_key(|job| job.info().received_at);
        jobs.truncate(limit);
        jobs.iter().map(|job| ActiveJob::new(job, self.rt.stats.index, now())).collect()
    }

    pub(super) fn drain(&mut self, until: Instant) {
        match self.phase {
            Phase::Serving => {
                tracing::info!(in_flight = self.ledger.len(), "draining");
                self.phase = Phase::Draining { until };
                self.credit = None;
                // What is finished has to get home.
                self.away = false;
                if matches!(self.link, Link::Away) {
                    self.link = Link::Waiting { until: self.now };
                }
                self.rt.stats.set_state(SessionState::Draining);
                if self.rt.stats.is_paused() {
                    self.give_up_waiting();
                }
                if matches!(self.link, Link::Up(_)) {
                    self.drive(Input::Drain);
                } else if !self.has_reason_to_connect() {
                    self.link = Link::Gone;
                }
            }
            // A second request may only shorten the first.
            Phase::Draining { until: before } => {
                self.phase = Phase::Draining { until: until.min(before) };
            }
            Phase::Forced { .. } | Phase::Farewell { .. } => {}
        }
    }

    /// Ends the jobs that no handler has seen: in a paused session they would wait in vain.
    fn give_up_waiting(&mut self) {
        for token in self.ledger.tokens() {
            let Some(job) = self.ledger.get(token).and_then(|entry| entry.job.as_ref()) else {
                continue;
            };
            if job.is_waiting() {
                job.cancel(CancelReason::Shutdown);
                self.deliver(token, Err(self.hand_back()));
            }
        }
    }

    /// The drain time is over: every job that still runs ends now.
    pub(super) fn force(&mut self, now: Instant) {
        self.phase = Phase::Forced { until: now + self.config.close_timeout };
        for token in self.ledger.tokens() {
            if let Some(job) = self.ledger.get(token).and_then(|entry| entry.job.as_ref()) {
                job.cancel(CancelReason::Shutdown);
            }
            self.deliver(token, Err(self.hand_back()));
        }
    }

    /// Takes the step that the last one made possible, if any.
    pub(super) fn advance(&mut self) {
        if self.end.is_some() || matches!(self.phase, Phase::Serving | Phase::Farewell { .. }) {
            return;
        }
        if self.ledger.len() > 0 {
            return;
        }
        if !matches!(self.link, Link::Up(_)) {
            self.end = Some(Ok(()));
            return;
        }
        self.rt.stats.set_state(SessionState::Closing);
        self.phase = Phase::Farewell { until: self.now + self.config.close_timeout };
        self.drive(Input::Goodbye);
    }

    /// Ends the session for good because of an error.
    pub(super) fn fail(&mut self, error: Error) {
        tracing::error!(%error, "the session ends");
        self.rt.stats.set_error(&error);
        self.end = Some(Err(error));
    }

    pub(super) async fn finish(&mut self) {
        for token in self.ledger.tokens() {
            if let Some(job) = self.ledger.get(token).and_then(|entry| entry.job.as_ref()) {
                job.cancel(CancelReason::Shutdown);
            }
            self.drop_outcome(token, DropReason::Stopped);
        }
        self.rt.stats.set_depths(0, 0);
        self.link = Link::Gone;
        let Some(transport) = &mut self.transport else { return };
        if let Some(goodbye) = self.goodbye.take() {
            let close = transport.close(goodbye);
            if tokio::time::timeout(self.config.close_timeout, close).await.is_err() {
                tracing::warn!("the peer did not end the connection in time");
            }
        }
        transport.abort();
    }
}
