//! What a client knows: what it was sent, and how far it is.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use tokio::sync::{Notify, watch};

use super::ClientError;
use crate::halloween::message::{Properties, QoS};

/// Messages that are kept.
const KEPT: usize = 1 << 18;
/// Bytes of payloads that are kept.
const KEPT_BYTES: usize = 256 << 20;
/// The pause before a new connection.
pub(super) const PAUSE: Duration = Duration::from_millis(50);

/// A message that came.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Seen {
    /// Where it was published.
    pub topic: Arc<str>,
    /// Its bytes.
    pub payload: Bytes,
    /// Quality of service of the delivery.
    pub qos: QoS,
    /// The retain flag of the delivery: it was there before the subscription.
    pub retain: bool,
    /// The broker says that it may have delivered it before.
    pub dup: bool,
    /// MQTT 5: what it carries besides.
    pub properties: Option<Arc<Properties>>,
    /// On which connection of this client, from 1.
    pub connection: u64,
    /// When.
    pub at: Instant,
}

impl Seen {
    /// The payload as text, bad UTF-8 replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.payload).into_owned()
    }
}

/// How far the connection is. Counts go over all connections.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress {
    pub(super) connections: u64,
    pub(super) disconnections: u64,
    pub(super) connected: bool,
    /// SUBACKs to come for what was subscribed on an earlier connection.
    pub(super) resubscribing: usize,
    /// QoS 0 messages that were written.
    pub(super) sent: u64,
    pub(super) acked: u64,
    pub(super) subacks: u64,
    pub(super) unsubacks: u64,
    /// Of the last answer.
    pub(super) code: u8,
    /// Why there is no connection.
    pub(super) error: Option<ClientError>,
    pub(super) ended: bool,
}

#[derive(Debug, Default)]
struct Log {
    /// The number of the first one that is there.
    first: u64,
    seen: VecDeque<Seen>,
    bytes: usize,
    cursor: u64,
}

#[derive(Debug, Default)]
pub(super) struct Inbox {
    log: Mutex<Log>,
    came: Notify,
    pub(super) progress: watch::Sender<Progress>,
    subscriptions: Mutex<Vec<(String, QoS)>>,
    requests: AtomicU64,
}

impl Inbox {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn subscriptions(&self) -> MutexGuard<'_, Vec<(String, QoS)>> {
        self.subscriptions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn next_request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Notes a CONNACK. Returns what is to be subscribed again.
    pub(super) fn connected(&self, session_present: bool) -> Vec<(String, QoS)> {
        let again = if session_present { Vec::new() } else { self.subscriptions().clone() };
        self.progress.send_modify(|progress| {
            progress.connections += 1;
            progress.connected = true;
            progress.resubscribing = again.len();
            progress.error = None;
        });
        again
    }

    pub(super) fn lost(&self, error: ClientError) {
        self.progress.send_modify(|progress| {
            if progress.connected {
                progress.disconnections += 1;
            }
            progress.connected = false;
            progress.resubscribing = 0;
            progress.error = Some(error);
        });
    }

    pub(super) fn ended(&self) {
        self.progress.send_modify(|progress| {
            progress.connected = false;
            progress.ended = true;
        });
    }

    pub(super) fn suback(&self, code: u8) {
        self.progress.send_modify(|progress| match progress.resubscribing.checked_sub(1) {
            Some(left) => progress.resubscribing = left,
            None => {
                progress.subacks += 1;
                progress.code = code;
            }
        });
    }

    pub(super) fn unsuback(&self) {
        self.progress.send_modify(|progress| progress.unsubacks += 1);
    }

    pub(super) fn acked(&self, code: u8) {
        self.progress.send_modify(|progress| {
            progress.acked += 1;
            progress.code = code;
        });
    }

    pub(super) fn sent(&self) {
        self.progress.send_modify(|progress| progress.sent += 1);
    }

    pub(super) fn came(&self, mut seen: Seen) {
        seen.connection = self.progress.borrow().connections;
        let mut log = self.log();
        log.bytes += seen.payload.len();
        log.seen.push_back(seen);
        while log.seen.len() > KEPT || log.bytes > KEPT_BYTES {
            let Some(old) = log.seen.pop_front() else { break };
            log.bytes -= old.payload.len();
            log.first += 1;
        }
        drop(log);
        self.came.notify_waiters();
    }

    pub(super) fn all(&self) -> Vec<Seen> {
        self.log().seen.iter().cloned().collect()
    }

    pub(super) fn last_few(&self) -> Vec<String> {
        let log = self.log();
        let few = log.seen.iter().rev().take(10).rev();
        few.map(|seen| {
            let shown = &seen.payload[..seen.payload.len().min(80)];
            format!("{}: {}", seen.topic, shown.escape_ascii())
        })
        .collect()
    }

    /// The number that the next message gets.
    pub(super) fn end(&self) -> u64 {
        let log = self.log();
        log.first + log.seen.len() as u64
    }

    pub(super) fn cursor(&self) -> u64 {
        self.log().cursor
    }

    pub(super) fn set_cursor(&self, cursor: u64) {
        self.log().cursor = cursor;
    }

    /// The first message from `start` on that `wanted` accepts, and its number.
    pub(super) async fn find(
        &self,
        mut start: u64,
        mut wanted: impl FnMut(&Seen) -> bool,
    ) -> (u64, Seen) {
        loop {
            let mut came = std::pin::pin!(self.came.notified());
            // Registered before the look, so what comes between is not slept over.
            came.as_mut().enable();
            {
                let log = self.log();
                start = start.max(log.first);
                let skip = usize::try_from(start - log.first).unwrap_or(usize::MAX);
                for seen in log.seen.iter().skip(skip) {
                    if wanted(seen) {
                        return (start, seen.clone());
                    }
                    start += 1;
                }
            }
            came.await;
        }
    }
}
