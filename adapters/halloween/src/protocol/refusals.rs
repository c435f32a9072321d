//! Giving up on a broker that says no.

use journeyman_core::{Error, ErrorKind, transport::Closed};
use journeyman_mqtt::ReasonCode;

/// Counts refusals in a row. Upstream tries wrong credentials for ever, and nobody notices
/// (Halloween sheet, section 1); but a broker that is being set up may refuse us for a moment.
#[derive(Debug)]
pub(super) struct Refusals {
    count: u32,
    limit: u32,
}

impl Refusals {
    pub(super) fn new(limit: u32) -> Self {
        Self { count: 0, limit: limit.max(1) }
    }

    /// It went well.
    pub(super) fn clear(&mut self) {
        self.count = 0;
    }

    /// Counts one; true while there are tries left.
    pub(super) fn again(&mut self) -> bool {
        self.count = self.count.saturating_add(1);
        self.count < self.limit
    }

    pub(super) fn limit(&self) -> u32 {
        self.limit
    }

    /// Refused credentials end the session after the last try, not at the first.
    pub(super) fn explain(&mut self, mut closed: Closed) -> Closed {
        let code = ReasonCode::of(&closed.error);
        let credentials = [ReasonCode::BAD_CREDENTIALS, ReasonCode::NOT_AUTHORIZED];
        if closed.error.is_temporary() || !code.is_some_and(|code| credentials.contains(&code)) {
            return closed;
        }
        if self.again() {
            closed.error = closed.error.temporary();
            return closed;
        }
        let message =
            format!("{}, {} times in a row: giving up", closed.error.message(), self.count);
        closed.error = Error::new(ErrorKind::Refused, "connect", message)
            .permanent()
            .with_source(closed.error)
            .with_remedy("correct user name and password, then start it again");
        closed
    }
}
