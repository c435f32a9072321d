//! The protocol: what happened goes in, what to do comes out.

use super::*;

impl<T, P> Session<T, P>
where
    T: Transport,
    P: Protocol<Target = T::Target, Message = T::Message>,
{
    pub(super) fn drive(&mut self, input: Input<T::Message>) {
        // Carrying out an action can make an input (a job refused at once): in turn, not nested.
        if self.driving {
            self.inputs.push_back(input);
            return;
        }
        self.driving = true;
        let mut next = Some(input);
        while let Some(input) = next {
            let mut actions = std::mem::take(&mut self.actions);
            let mut cx = Cx {
                now: self.now,
                wall: None,
                epoch: self.epoch,
                ledger: &mut self.ledger,
                rng: &mut self.rng,
                actions: &mut actions,
            };
            self.protocol.handle(&mut cx, input);
            for action in actions.drain(..) {
                self.act(action);
            }
            self.actions = actions;
            next = self.inputs.pop_front();
        }
        self.driving = false;
    }

    pub(super) fn act(&mut self, action: Action<T::Message>) {
        match action {
            Action::Send { lane, tag, message } => {
                let sent = match (&self.link, &mut self.transport) {
                    (Link::Up(_), Some(transport)) => transport.send(lane, tag, message),
                    _ => Err(Error::new(ErrorKind::Disconnected, "send", "not connected")),
                };
                if let Err(error) = sent {
                    match tag {
                        Some(tag) => self.drive(Input::Failed { tag, error }),
                        None => tracing::warn!(%error, "a message could not be sent"),
                    }
                }
            }
            Action::Job(token, job) => self.start(token, job),
            Action::Merged(token) => {
                // It was asked for, perhaps, but needs no permit: ask for another one.
                self.credit = None;
                self.rt.stats.merged();
                if let Some(entry) = self.ledger.get(token) {
                    tracing::info!(job = %entry.id, "delivered again while in flight: merged");
                }
            }
            Action::Cancel(token, reason) => {
                if let Some(job) = self.ledger.get(token).and_then(|entry| entry.job.as_ref()) {
                    job.cancel(reason);
                }
            }
            Action::Ready => self.ready(),
            Action::NotReady(error) => {
                tracing::warn!(%error, "the registration is lost");
                self.rt.stats.set_error(&error);
                if let Link::Up(up) = &mut self.link {
                    up.ready_since = None;
                    up.ready_by = Some(self.now + self.config.ready_timeout);
                }
                if matches!(self.phase, Phase::Serving) {
                    self.rt.stats.set_state(SessionState::Registering);
                }
            }
            Action::Settled(token, settlement) => self.settled(token, settlement),
            Action::Requeue(token, outcome) => self.enqueue(token, outcome),
            Action::Reconnect(error) => self.reconnect(error),
            Action::Redial => self.redial(),
            Action::Fail(error) => self.fail(error),
            Action::Finish(reason) => {
                tracing::info!(reason, "the session ends");
                self.drain(self.now + self.config.close_timeout);
            }
            Action::Close(goodbye) => {
                self.goodbye = Some(goodbye);
                self.end.get_or_insert(Ok(()));
            }
            Action::Store(name, content) => {
                // Small and rare: not worth a thread.
                if let Err(error) = self.config.store.store(&name, &content) {
                    tracing::error!(%error, name, "could not be stored");
                }
            }
            Action::Ignored(error) => {
                self.rt.stats.ignored();
                tracing::warn!(%error, "a message of the peer was ignored");
            }
        }
    }

    pub(super) fn ready(&mut self) {
        let Link::Up(up) = &mut self.link else { return };
        if up.ready_since.is_some() {
            return;
        }
        up.ready_by = None;
        up.ready_since = Some(self.now);
        self.redials = 0;
        tracing::info!(connection = self.epoch, "ready");
        if matches!(self.phase, Phase::Serving) {
            self.rt.stats.set_state(SessionState::Ready);
        }
        self.offers = self.outbox.len();
    }
}
