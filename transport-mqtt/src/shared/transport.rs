//! The transport of one session over the shared connection.

use std::{
    fmt,
    sync::Arc,
    task::{Context, Poll},
};

use journeyman_core::{
    Error, ErrorKind,
    transport::{Event, Goodbye, Lane, Tag, Transport},
};

use super::{Hub, Ticket};
use crate::{MqttMessage, MqttTarget};

/// The part of one session in the connection of a [`Hub`].
///
/// It works like an [`MqttTransport`](crate::MqttTransport); what differs is in the documentation
/// of [`Hub`]. The connection is driven by a task of the hub, not by polling this.
///
/// # Cancel safety
/// - `connect`: dropping the future leaves the transport disconnected; the attempt goes on for
///   others that wait for it.
/// - `send`, `has_room` and `abort` do not wait.
/// - `poll_event`: nothing is lost.
/// - `close`: when the future of the last session is dropped, the hub goes on saying goodbye by
///   itself, for at most 10 s.
pub struct SharedTransport {
    hub: Hub,
    ticket: Option<Ticket>,
}

impl SharedTransport {
    pub(super) fn new(hub: Hub) -> Self {
        Self { hub, ticket: None }
    }

    /// Whether there is a connection. It may be one whose end was not yet reported.
    pub fn is_connected(&self) -> bool {
        self.ticket.is_some()
    }
}

impl fmt::Debug for SharedTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedTransport")
            .field("hub", &self.hub)
            .field("connected", &self.is_connected())
            .finish()
    }
}

impl Transport for SharedTransport {
    type Target = MqttTarget;
    type Message = MqttMessage;

    /// Takes part in the connection, which is made if it is not there. The first event is the
    /// broker's [`Connack`](crate::Connack).
    ///
    /// # Errors
    /// As those of [`MqttTransport`](crate::MqttTransport); all sessions that waited for an attempt
    /// get the same. `Config` when the target is another broker, version or user than the hub's.
    async fn connect(&mut self, target: MqttTarget) -> Result<(), Error> {
        self.ticket = None;
        target.validate()?;
        self.ticket = Some(self.hub.0.join(target).await?);
        Ok(())
    }

    fn has_room(&self, _lane: Lane) -> bool {
        self.ticket.is_none() || self.hub.0.has_room()
    }

    /// Queues a message.
    ///
    /// # Errors
    /// As those of [`MqttTransport`](crate::MqttTransport), and `Unsupported` for what a shared
    /// connection cannot do.
    fn send(&mut self, lane: Lane, tag: Option<Tag>, message: MqttMessage) -> Result<(), Error> {
        if lane != Lane::MAIN {
            let message = format!("MQTT has no lane `{}`", lane.0);
            return Err(Error::new(ErrorKind::Internal, "send", message));
        }
        let Some(ticket) = &self.ticket else {
            return Err(Error::new(ErrorKind::Disconnected, "send", "there is no connection"));
        };
        self.hub.0.send(ticket.seat, tag, message)
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Event<MqttMessage>> {
        let Some(ticket) = &self.ticket else { return Poll::Pending };
        let (event, freed) = ticket.inbox.poll(cx);
        if freed {
            self.hub.0.driver.wake();
        }
        if let Poll::Ready(Event::Closed(_)) = &event {
            self.ticket = None;
        }
        event
    }

    /// Leaves. What was sent before is written by the hub. The last session to leave waits for the
    /// end of the connection: its goodbye is the broker's.
    async fn close(&mut self, goodbye: Goodbye) {
        let Some(ticket) = self.ticket.take() else { return };
        let hub = Arc::clone(&self.hub.0);
        let mut ended = hub.ended.subscribe();
        if hub.leave(ticket.seat, Some(goodbye)) {
            // It cannot close: the hub holds the sender.
            drop(ended.changed().await);
        }
    }

    /// Leaves without a goodbye: the will of the target is published.
    fn abort(&mut self) {
        self.ticket = None;
    }
}
