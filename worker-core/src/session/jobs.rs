//! Jobs: from acceptance to settlement.

use super::*;

impl<T, P> Session<T, P>
where
    T: Transport,
    P: Protocol<Target = T::Target, Message = T::Message>,
{
    pub(super) fn start(&mut self, token: Token, incoming: IncomingJob) {
        self.rt.stats.accepted();
        if !matches!(self.phase, Phase::Serving) {
            return self.refuse(token, &incoming, self.hand_back());
        }
        let route = match self.rt.table.find(&incoming.route, &self.rt.scope) {
            Lookup::Found(route) => Arc::clone(route),
            Lookup::Unknown => {
                return self.refuse(token, &incoming, JobError::no_route(&incoming.route));
            }
            Lookup::OutOfScope => {
                let error = format!("`{}` is not served to this backend", incoming.route);
                let error = JobError::new(crate::JobErrorKind::NoRoute, error);
                return self.refuse(token, &incoming, error);
            }
        };
        let failures = self.ledger.failures(&incoming.id);
        let delay = self.brake(&incoming.id);
        let limit = self.config.max_wait;
        let in_line = self.config.ordered && self.front.is_some();
        let (permit, admission) = match self.admit_now(&route, delay) {
            Some(permit) if !in_line => (Some(permit), Admission::Admitted),
            _ if self.is_overloaded() => return self.overloaded(token, &incoming),
            _ => {
                let (share, waiting) = (self.rt.share.clone(), Waiting::enter(&self.waiting));
                let wait = Wait { delay, share, limit, waiting };
                (None, Admission::Wait(Box::new(wait)))
            }
        };
        let received_at = self.now;
        let timeout = incoming.timeout.or(self.rt.time_limit);
        let deadline = timeout.and_then(|timeout| received_at.checked_add(timeout + delay));
        if let Some(deadline) = deadline {
            self.ledger.set_deadline(token, deadline);
        }
        let info = JobInfo {
            id: incoming.id,
            backend: Arc::clone(&self.rt.stats.backend),
            route: incoming.route,
            attempt: incoming.attempt.unwrap_or(failures + 1),
            redelivered: incoming.redelivered,
            deadline,
            enqueued_at: incoming.enqueued_at,
            received_at,
            traceparent: incoming.traceparent,
            retry_owner: self.rt.capabilities.retry,
        };
        let span = tracing::info_span!(
            "job", id = %info.id, route = %info.route, attempt = info.attempt,
            traceparent = info.traceparent.as_deref(),
            correlation_id = incoming.correlation_id.as_deref(),
        );
        let job = Job::new(job::Inner {
            info,
            payload: incoming.payload,
            codec: incoming.codec,
            extensions: incoming.extensions,
            besides: incoming.besides,
            route,
            token,
            home: Arc::clone(&self.home),
            cancel: job::CancelState::default(),
            retries: AtomicU32::new(0),
            seat: std::sync::Mutex::default(),
            shown: Default::default(),
        });
        if let Some(permit) = permit {
            job.admit(permit);
        }
        if let Some(entry) = self.ledger.get_mut(token) {
            entry.job = Some(job.clone());
        }
        let run = Run::new(job, admission);
        if !self.config.ordered {
            run.spawn(span);
        } else if self.front.is_none() {
            self.front = Some(token);
            run.spawn(span);
        } else {
            self.line.push_back((run, span));
        }
    }

    /// Where jobs run one after the other: starts the next one once this one has ended.
    pub(super) fn next_in_line(&mut self, ended: Token) {
        if self.front != Some(ended) {
            return;
        }
        self.front = None;
        while let Some((run, span)) = self.line.pop_front() {
            let Some(token) = run.token() else { continue };
            // One that waited past its deadline has ended already.
            if self.ledger.get(token).is_some_and(|entry| !entry.settling) {
                self.front = Some(token);
                run.spawn(span);
                return;
            }
        }
    }

    pub(super) fn admit_now(
        &mut self,
        route: &crate::router::RouteEntry,
        delay: Duration,
    ) -> Option<Permit> {
        let credit = self.credit.take();
        if !delay.is_zero() || self.rt.stats.is_paused() {
            return None;
        }
        match (credit, &route.permits) {
            (Some(permit), None) => Some(permit),
            // The route has a limit of its own: queue up for both together.
            (_, permits) => self.rt.share.try_acquire(permits.as_ref()),
        }
    }

    pub(super) fn is_overloaded(&self) -> bool {
        self.waiting.load(Ordering::Acquire) >= self.config.max_waiting
    }

    pub(super) fn overloaded(&mut self, token: Token, incoming: &IncomingJob) {
        let error = format!("{} jobs wait already", self.config.max_waiting);
        match self.rt.capabilities.overload {
            Overload::Refuse => self.refuse(token, incoming, JobError::overloaded(error)),
            Overload::HandBack => self.refuse(token, incoming, JobError::handed_back(error)),
            Overload::Delay(delay) => self.deliver_later(token, JobError::overloaded(error), delay),
        }
    }

    pub(super) fn hand_back(&self) -> JobError {
        match self.rt.capabilities.hand_back {
            true => JobError::handed_back("the worker stops"),
            false => JobError::cancelled("the worker stops").temporary(),
        }
    }

    /// Ends a job that no handler saw. The brake holds the answer back when the same job was
    /// refused before: some servers send it again at once, for ever.
    pub(super) fn refuse(&mut self, token: Token, incoming: &IncomingJob, error: JobError) {
        // It was asked for, perhaps, but needs no permit: ask for another one.
        self.credit = None;
        let delay = self.brake(&incoming.id);
        tracing::warn!(job = %incoming.id, route = %incoming.route, %error, "job refused");
        self.rt.remember_refused(incoming, &error, self.now);
        if delay.is_zero() {
            return self.deliver(token, Err(error));
        }
        self.deliver_later(token, error, delay);
    }

    /// Holds an answer back; at once, if as many are held back already as jobs may wait.
    pub(super) fn deliver_later(&mut self, token: Token, error: JobError, delay: Duration) {
        if self.held.load(Ordering::Acquire) >= self.config.max_waiting {
            return self.deliver(token, Err(error));
        }
        let held = Waiting::enter(&self.held);
        let reports = self.home.reports.clone();
        tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            drop(held);
            // An error means that the session is gone.
            let _ = reports.send(Report::Finished(token, Err(error))).await;
        });
    }

    /// How long a job of this id is held back because it failed before.
    pub(super) fn brake(&self, id: &str) -> Duration {
        match self.rt.capabilities.retry {
            RetryOwner::Server => self.config.brake.delay(self.ledger.failures(id)),
            RetryOwner::Worker => Duration::ZERO,
        }
    }

    pub(super) fn report(&mut self, report: Report) {
        match report {
            Report::Finished(token, outcome) => self.deliver(token, outcome),
            Report::Progress(token, update) => {
                if self.is_reachable(token) {
                    self.drive(Input::Progress { token, update });
                } else {
                    self.rt.stats.report_dropped();
                }
            }
            Report::Event(token, event) => {
                if self.is_reachable(token) {
                    self.drive(Input::Event { token, event });
                } else {
                    self.rt.stats.report_dropped();
                }
            }
            Report::Command(token, command) => {
                // One without a job is the protocol's to keep or drop while disconnected.
                if token.is_none_or(|token| self.is_reachable(token)) {
                    self.drive(Input::Command { token, command });
                }
            }
        }
    }

    /// Whether what a running job says now can reach its server.
    pub(super) fn is_reachable(&self, token: Token) -> bool {
        self.ledger.get(token).is_some_and(|entry| {
            !entry.settling
                && matches!(self.link, Link::Up(_))
                && (entry.epoch == self.epoch
                    || (self.rt.capabilities.late_results && self.is_ready()))
        })
    }

    /// The one place where a job ends: its first outcome counts, later ones are not seen.
    pub(super) fn deliver(&mut self, token: Token, outcome: Outcome) {
        let reachable = self.is_reachable(token);
        let error = outcome.as_ref().err().map(JobError::kind);
        let Some(entry) = self.ledger.settle(token, error) else { return };
        if let Some(job) = entry.job.take() {
            self.rt.remember(&job, &outcome, self.now);
        }
        if reachable {
            self.drive(Input::Outcome { token, outcome });
        } else if self.rt.capabilities.late_results {
            self.enqueue(token, outcome);
        } else {
            self.drop_outcome(token, DropReason::ConnectionLost);
            self.drive(Input::Dropped { token });
        }
        self.next_in_line(token);
    }

    pub(super) fn enqueue(&mut self, token: Token, outcome: Outcome) {
        if self.outbox.len() >= self.config.outbox.max(1)
            && let Some((oldest, _)) = self.outbox.pop_front()
        {
            self.offers = self.offers.saturating_sub(1);
            self.drop_outcome(oldest, DropReason::OutboxFull);
            self.drive(Input::Dropped { token: oldest });
        }
        self.outbox.push_back((token, outcome));
    }

    pub(super) fn settled(&mut self, token: Token, settlement: Settlement) {
        let confirmed = match settlement {
            Settlement::Written => false,
            Settlement::Confirmed => true,
            Settlement::Dropped(reason) => return self.drop_outcome(token, reason),
        };
        if let Some(entry) = self.ledger.remove(token) {
            self.rt.stats.settled(entry.error, confirmed);
        }
    }

    pub(super) fn drop_outcome(&mut self, token: Token, reason: DropReason) {
        if let Some(entry) = self.ledger.remove(token) {
            self.rt.stats.dropped(reason);
            tracing::warn!(job = %entry.id, reason = reason.as_str(), "outcome dropped");
        }
    }
}
