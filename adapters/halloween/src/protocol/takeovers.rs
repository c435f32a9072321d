//! Noticing that another client has our client id.
//!
//! A broker that gets a second connection with one id ends the first. Two clients with one id so
//! throw each other out about once a second, for ever, and the availability of both flaps with it
//! (Halloween sheet, section 6). Who backs off leaves the other one in peace, and the log tells the
//! user what to change.

use std::time::{Duration, Instant, SystemTime};

use journeyman_core::{Error, ErrorKind, protocol::Cx, transport::Closed};
use journeyman_mqtt::{MqttMessage, ReasonCode};

use crate::config::{Config, shorten};

/// A connection that ends before that, without a word, may have been taken over.
const SHORT: Duration = Duration::from_secs(3);
/// One that held for so long ends the row.
const HELD: Duration = Duration::from_secs(60);
/// MQTT 3.1.1 has no word for it, and a broker that is killed looks the same: so many in a row,
/// each found running again at the first attempt, are none.
const CHANCES: u32 = 5;
/// The longest waits, in reconnect intervals: where the broker said what it was, and where it did
/// not.
const LONGEST: (u32, u32) = (120, 20);

const REMEDY: &str = "give every host a `client_id` of its own, or leave it away to have one made";

#[derive(Debug)]
pub(super) struct Takeovers {
    /// The id was given by the user; made-up ones are nobody else's.
    named: bool,
    interval: Duration,
    ready_at: Option<Instant>,
    count: u32,
    wait_until: Option<SystemTime>,
}

impl Takeovers {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            named: config.client_id.is_some(),
            interval: config.reconnect_interval,
            ready_at: None,
            count: 0,
            wait_until: None,
        }
    }

    pub(super) fn ready(&mut self, now: Instant) {
        self.ready_at = Some(now);
    }

    /// A broker that is not there has not taken anything over.
    pub(super) fn explain(&mut self, closed: &Closed) {
        if closed.error.kind() == ErrorKind::Unreachable {
            self.count = 0;
        }
    }

    /// A connection is gone.
    pub(super) fn lost(&mut self, cx: &mut Cx<'_, MqttMessage>, closed: &Closed, client_id: &str) {
        let ready_at = self.ready_at.take();
        let lived = ready_at.map_or(Duration::ZERO, |at| cx.now().saturating_duration_since(at));
        let told = ReasonCode::of(&closed.error) == Some(ReasonCode::SESSION_TAKEN_OVER);
        if lived >= HELD {
            self.count = 0;
        }
        let wordless = closed.error.kind() == ErrorKind::Disconnected && !closed.clean;
        let suspicious = self.named && wordless && lived < SHORT;
        if !told && !suspicious {
            return;
        }
        self.count = self.count.saturating_add(1);
        let chances = if told { 1 } else { CHANCES };
        let Some(doubled) = self.count.checked_sub(chances) else { return };
        let longest = if told { LONGEST.0 } else { LONGEST.1 };
        let intervals = 1_u32.checked_shl(doubled).unwrap_or(longest).clamp(1, longest);
        let wait = self.interval.saturating_mul(intervals);
        self.wait_until = cx.wall().checked_add(wait);
        let (times, client_id) = (self.count, shorten(client_id));
        if told {
            tracing::warn!(
                client_id,
                times,
                ?wait,
                "another client has connected with our client id, and the broker ended our \
                 connection; {REMEDY}"
            );
        } else {
            tracing::warn!(
                client_id,
                times,
                ?wait,
                "the broker ends our connections right after it has accepted them, as it does when \
                 another client has our client id; {REMEDY}"
            );
        }
    }

    /// Whether it is time to try again.
    ///
    /// # Errors
    /// Temporary, as long as it is not.
    pub(super) fn may_connect(&mut self, now: SystemTime, client_id: &str) -> Result<(), Error> {
        let Some(until) = self.wait_until else { return Ok(()) };
        // A clock that was set back must not make the wait longer than it ever is.
        let left = until.duration_since(now).unwrap_or_default();
        if left.is_zero() || left > self.interval.saturating_mul(LONGEST.0) {
            self.wait_until = None;
            return Ok(());
        }
        let message =
            format!("another client seems to have our client id; waiting {left:.1?} more");
        Err(Error::new(ErrorKind::Refused, "connect", message)
            .with_context("client id", shorten(client_id))
            .with_remedy(REMEDY))
    }
}
