//! What a server learns about its peers.

use bytes::Bytes;
use omq_tokio::{MonitorEvent, MonitorRecvError, MonitorStream, Socket};

/// Something happened to a peer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PeerEvent {
    /// Its handshake is done.
    Connected {
        /// A number for this connection.
        connection: u64,
    },
    /// It subscribed; what is published from now on reaches it.
    Subscribed {
        /// The number of its connection.
        connection: u64,
        /// The topic, a prefix.
        topic: Bytes,
    },
    /// It took a subscription back.
    Unsubscribed {
        /// The number of its connection.
        connection: u64,
        /// The topic.
        topic: Bytes,
    },
    /// Its connection is gone.
    Disconnected {
        /// The number of its connection.
        connection: u64,
    },
    /// Somebody connected and did not get through the handshake.
    Refused {
        /// Why.
        reason: String,
    },
    /// This many events were lost, since nobody took them in time.
    Missed(u64),
}

/// The events of one server, from the moment they were asked for. At most 256 wait.
#[derive(Debug)]
pub struct PeerEvents(MonitorStream);

impl PeerEvents {
    pub(super) fn of(socket: &Socket) -> Self {
        Self(socket.monitor())
    }

    /// The next event; `None` when the server is closed.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<PeerEvent> {
        loop {
            let event = match self.0.recv().await {
                Ok(event) => event,
                Err(MonitorRecvError::Lagged(missed)) => return Some(PeerEvent::Missed(missed)),
                Err(_) => return None,
            };
            return Some(match event {
                MonitorEvent::HandshakeSucceeded { peer, .. } => {
                    PeerEvent::Connected { connection: peer.connection_id }
                }
                MonitorEvent::SubscribeReceived { connection_id, prefix } => {
                    PeerEvent::Subscribed { connection: connection_id, topic: prefix }
                }
                MonitorEvent::UnsubscribeReceived { connection_id, prefix } => {
                    PeerEvent::Unsubscribed { connection: connection_id, topic: prefix }
                }
                MonitorEvent::Disconnected { peer, .. } => {
                    PeerEvent::Disconnected { connection: peer.connection_id }
                }
                MonitorEvent::HandshakeFailed { reason, .. } => PeerEvent::Refused { reason },
                MonitorEvent::Closed => return None,
                _ => continue,
            });
        }
    }
}
