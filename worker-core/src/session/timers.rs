//! What happens because time has passed.

use super::*;

impl<T, P> Session<T, P>
where
    T: Transport,
    P: Protocol<Target = T::Target, Message = T::Message>,
{
    /// The next thing that is due.
    pub(super) fn due(&mut self) -> Option<Instant> {
        let link = match &self.link {
            Link::Waiting { until } | Link::Connecting { until, .. } => Some(*until),
            Link::Up(up) => {
                let silence = self.config.max_silence.map(|silence| up.last_inbound + silence);
                earliest(up.ready_by, silence)
            }
            Link::Away | Link::Gone => None,
        };
        let phase = match self.phase {
            Phase::Serving => None,
            Phase::Draining { until } | Phase::Forced { until } | Phase::Farewell { until } => {
                Some(until)
            }
        };
        let up = matches!(self.link, Link::Up(_));
        let protocol = up.then(|| self.protocol.next_deadline()).flatten();
        [link, phase, protocol, self.ledger.next_deadline()].into_iter().flatten().min()
    }

    /// Sets the timer to the next thing that is due. A timer that fires too early does no harm,
    /// so it is moved only when it would fire too late.
    pub(super) fn arm(&mut self) {
        // With nothing due, a timer that has fired must not stay elapsed.
        let due = self.due().unwrap_or(self.now + Duration::from_secs(24 * 3600));
        if due < self.armed || self.sleep.is_elapsed() {
            self.armed = due;
            self.sleep.as_mut().reset(due.into());
        }
    }

    pub(super) fn timers(&mut self) {
        let now = self.now;
        while let Some(token) = self.ledger.expired(now) {
            if let Some(job) = self.ledger.get(token).and_then(|entry| entry.job.as_ref()) {
                job.cancel(CancelReason::Deadline);
            }
            self.deliver(token, Err(JobError::timed_out("the job ran past its deadline")));
        }
        match &self.link {
            Link::Waiting { until } if *until <= now => self.connect(now),
            Link::Connecting { until, .. } if *until <= now => {
                // Its transport went with it: dropping the future disconnects.
                self.fail(Error::new(
                    ErrorKind::Internal,
                    "connect",
                    "the connect limit of the transport did not hold",
                ));
            }
            Link::Up(up) => {
                let silent = self.config.max_silence.filter(|s| up.last_inbound + *s <= now);
                if up.ready_by.is_some_and(|by| by <= now) {
                    let error = Error::new(
                        ErrorKind::Timeout,
                        "register",
                        format!("no confirmation within {:?}", self.config.ready_timeout),
                    );
                    self.reconnect(error);
                } else if let Some(silence) = silent {
                    let message = format!("no sign of life for {silence:?}");
                    self.reconnect(Error::new(ErrorKind::Timeout, "watchdog", message));
                } else if self.protocol.next_deadline().is_some_and(|due| due <= now) {
                    self.drive(Input::Deadline);
                }
            }
            _ => {}
        }
        match self.phase {
            Phase::Draining { until } if until <= now => self.force(now),
            Phase::Forced { until } if until <= now => {
                for token in self.ledger.tokens() {
                    self.drop_outcome(token, DropReason::Stopped);
                }
            }
            Phase::Farewell { until } if until <= now => self.end = Some(Ok(())),
            _ => {}
        }
    }
}
