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
            Control::Reconnect => self.reconnect(Error::new(
                ErrorKind::Disconnected,
                "reconnect",
                "asked to reconnect",
            )),
        }
    }

    pub(super) fn drain(&mut self, until: Instant) {
        match self.phase {
            Phase::Serving => {
                tracing::info!(in_flight = self.ledger.len(), "draining");
                self.phase = Phase::Draining { until };
                self.credit = None;
                self.rt.stats.set_state(SessionState::Draining);
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
