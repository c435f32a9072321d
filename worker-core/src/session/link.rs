//! The connection: made, lost, made again.

use super::*;

impl<T, P> Session<T, P>
where
    T: Transport,
    P: Protocol<Target = T::Target, Message = T::Message>,
{
    pub(super) fn connect(&mut self, now: Instant) {
        let target = match self.protocol.target(SystemTime::now()) {
            Ok(target) => target,
            Err(error) if error.is_temporary() => return self.disconnected(lost(error)),
            Err(error) => return self.fail(error),
        };
        let Some(mut transport) = self.transport.take() else { return };
        let limit = self.config.connect_timeout;
        self.rt.stats.set_state(SessionState::Connecting { attempt: self.attempt + 1 });
        tracing::debug!(?target, attempt = self.attempt + 1, "connecting");
        let future = Box::pin(async move {
            let result = match tokio::time::timeout(limit, transport.connect(target)).await {
                Ok(result) => result,
                Err(_) => {
                    transport.abort();
                    let message = format!("no connection within {limit:?}");
                    Err(Error::new(ErrorKind::Timeout, "connect", message))
                }
            };
            (transport, result)
        });
        // The limit is kept by the future; this one only notices if it is not.
        self.link = Link::Connecting { future, until: now + limit * 2 + Duration::from_secs(1) };
    }

    pub(super) fn connected(&mut self) {
        let now = self.now;
        self.epoch += 1;
        self.rt.stats.connected();
        self.rt.stats.set_state(match self.phase {
            Phase::Serving => SessionState::Registering,
            _ => SessionState::Draining,
        });
        self.link = Link::Up(Up {
            ready_by: Some(now + self.config.ready_timeout),
            ready_since: None,
            last_inbound: now,
        });
        self.drive(Input::Connected);
        // A new connection knows nothing of the drain that an older one was told of.
        if !matches!(self.phase, Phase::Serving) {
            self.drive(Input::Drain);
        }
    }

    /// The connection or the attempt failed: wait, then try again.
    pub(super) fn disconnected(&mut self, closed: Closed) {
        let was_up = match std::mem::replace(&mut self.link, Link::Gone) {
            Link::Up(up) => {
                // A connection that held for a while starts the row anew; one that was closed
                // at once does not, so that a server which accepts and closes is not flooded.
                let held = |since| self.now.duration_since(since) >= self.config.backoff.base;
                if up.ready_since.is_some_and(held) {
                    self.attempt = 0;
                }
                true
            }
            _ => false,
        };
        if let Some(transport) = &mut self.transport {
            transport.abort();
        }
        let closed = self.protocol.explain(closed);
        self.credit = None;
        self.offers = 0;
        self.rt.stats.set_error(&closed.error);
        if matches!(self.phase, Phase::Farewell { .. }) {
            // Everything is settled, and the peer was quicker to go.
            self.end.get_or_insert(Ok(()));
        }
        if self.end.is_some() {
            return;
        }
        let lasting = !closed.error.is_temporary();
        let text = closed.error.to_string();
        let limit = self.config.max_attempts.filter(|_| !self.away);
        let spent = limit.is_some_and(|limit| self.attempt >= limit);
        if lasting || spent {
            let error = match lasting {
                true => closed.error,
                false => {
                    let attempts = self.attempt + 1;
                    let message = match attempts {
                        1 => "gave up after the first failed attempt".to_owned(),
                        n => format!("gave up after {n} failed attempts"),
                    };
                    Error::new(closed.error.kind(), "connect", message)
                        .with_source(closed.error)
                        .permanent()
                }
            };
            return self.fail(error);
        }
        if self.away {
            self.attempt = 0;
            self.stay_away();
        } else if self.has_reason_to_connect() {
            let delay = self.config.backoff.delay(self.attempt, &mut self.rng);
            self.attempt = self.attempt.saturating_add(1);
            tracing::warn!(error = %text, "disconnected; next attempt in {delay:?}");
            self.link = Link::Waiting { until: self.now + delay };
            if matches!(self.phase, Phase::Serving) {
                let attempt = self.attempt + 1;
                self.rt.stats.set_state(SessionState::Waiting { attempt, delay, error: text });
            }
        }
        if was_up {
            self.drive(Input::Disconnected { closed });
            self.orphan();
        }
    }

    /// A draining session needs a connection only for results that still count.
    pub(super) fn has_reason_to_connect(&self) -> bool {
        matches!(self.phase, Phase::Serving) || self.rt.capabilities.late_results
    }

    /// Jobs of the lost connection whose results cannot count any more may be told to stop.
    pub(super) fn orphan(&self) {
        if !self.config.cancel_orphans || self.rt.capabilities.late_results {
            return;
        }
        for token in self.ledger.tokens() {
            if let Some(job) = self.ledger.get(token).and_then(|entry| entry.job.as_ref()) {
                job.cancel(CancelReason::ConnectionLost);
            }
        }
    }

    pub(super) fn reconnect(&mut self, error: Error) {
        if matches!(self.link, Link::Up(_)) {
            self.disconnected(lost(error));
        }
    }

    /// Somebody asked for a new connection, and does not want to wait for it.
    pub(super) fn connect_anew(&mut self, error: Error) {
        let was_away = std::mem::take(&mut self.away);
        match self.link {
            Link::Up(_) => self.disconnected(lost(error)),
            Link::Waiting { .. } | Link::Away => self.link = Link::Waiting { until: self.now },
            Link::Connecting { .. } if was_away && matches!(self.phase, Phase::Serving) => {
                self.rt.stats.set_state(SessionState::Connecting { attempt: self.attempt + 1 });
            }
            Link::Connecting { .. } | Link::Gone => {}
        }
    }

    /// Somebody asked to stay away. What comes of an attempt under way is not used.
    pub(super) fn disconnect(&mut self) {
        if self.away || !matches!(self.phase, Phase::Serving) {
            return;
        }
        tracing::info!("disconnected on request");
        self.away = true;
        match self.link {
            Link::Up(_) => self.disconnected(lost(asked_to_disconnect())),
            Link::Waiting { .. } => self.stay_away(),
            Link::Connecting { .. } => self.rt.stats.set_state(SessionState::Disconnected),
            Link::Away | Link::Gone => {}
        }
    }

    fn stay_away(&mut self) {
        self.link = Link::Away;
        self.rt.stats.set_state(SessionState::Disconnected);
    }

    /// Connects again at once, since the target has changed.
    pub(super) fn redial(&mut self) {
        if !matches!(self.link, Link::Up(_)) {
            return;
        }
        self.redials += 1;
        if self.redials > REDIALS {
            let message = format!("{REDIALS} new connections in a row led to no registration");
            return self.reconnect(Error::new(ErrorKind::Refused, "register", message));
        }
        if let Some(transport) = &mut self.transport {
            transport.abort();
        }
        self.link = Link::Waiting { until: self.now };
    }

    pub(super) fn event(&mut self, event: Event<T::Message>) {
        if let Link::Up(up) = &mut self.link
            && !matches!(event, Event::Sent { .. } | Event::Failed { .. })
        {
            up.last_inbound = self.now;
        }
        match event {
            Event::Received { lane, message } => self.drive(Input::Received { lane, message }),
            Event::Sent { tag } => self.drive(Input::Sent { tag }),
            Event::Reply { tag, message } => self.drive(Input::Reply { tag, message }),
            Event::Failed { tag, error } => self.drive(Input::Failed { tag, error }),
            Event::Alive => self.drive(Input::Alive),
            Event::Closed(closed) => self.disconnected(closed),
        }
    }

    pub(super) fn is_ready(&self) -> bool {
        matches!(&self.link, Link::Up(up) if up.ready_since.is_some())
    }
}
