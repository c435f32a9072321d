//! A session at the shared connection, seen from both sides.

use std::sync::Arc;

use super::{Inner, inbox::Inbox};
use crate::Publish;

/// The hub's side.
#[derive(Debug)]
pub(super) struct Seat {
    /// The name by which the session is known when it comes back.
    pub(super) name: Arc<str>,
    /// What is published when it is given up without a goodbye.
    pub(super) will: Option<Publish>,
    pub(super) inbox: Arc<Inbox>,
}

/// The session's side. When it is dropped, the session is given up.
pub(super) struct Ticket {
    pub(super) hub: Arc<Inner>,
    pub(super) seat: u64,
    pub(super) inbox: Arc<Inbox>,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.hub.leave(self.seat, None);
    }
}
