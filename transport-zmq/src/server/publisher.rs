//! A PUB socket that binds.

use std::time::Duration;

use journeyman_core::Error;
use omq_tokio::{Message, Socket, SocketType};
use tokio::time::timeout;

use super::{PeerEvents, ServerConfig, bind, socket_failed};
use crate::{Endpoint, Frames};

/// How long one peer that does not read may hold up the others.
const ROOM: Duration = Duration::from_millis(100);

/// A PUB socket. Dropping it closes it.
#[derive(Debug)]
pub struct PubServer {
    socket: Socket,
    endpoint: Endpoint,
}

impl PubServer {
    /// Binds; a file that a dead process left at an `ipc://` path is replaced.
    ///
    /// # Errors
    /// The address cannot be bound.
    pub async fn bind(endpoint: &Endpoint, config: &ServerConfig) -> Result<Self, Error> {
        let (socket, endpoint) = bind(SocketType::Pub, endpoint, config).await?;
        Ok(Self { socket, endpoint })
    }

    /// Where it is bound, with the port that the system gave for port 0.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// What happens to peers from now on.
    pub fn events(&self) -> PeerEvents {
        PeerEvents::of(&self.socket)
    }

    /// Waits until this many subscriptions have come in, over all time; `false` after the limit.
    pub async fn subscribed(&self, count: u64, limit: Duration) -> bool {
        self.socket.wait_subscribed(count, limit).await.is_ok()
    }

    /// Publishes; the first frame is the topic. Drops the message for peers whose queue is full.
    /// With CURVE that queue is short, and this waits up to 100 ms for room in it; then the
    /// message is dropped for all peers.
    ///
    /// # Errors
    /// The socket is closed.
    pub async fn publish(&self, frames: Frames) -> Result<(), Error> {
        match timeout(ROOM, self.socket.send(Message::multipart(frames.0))).await {
            Ok(sent) => sent.map_err(|error| socket_failed("publish", &error)),
            Err(_) => Ok(()),
        }
    }

    /// Closes it, after what is queued was written (for at most a second).
    pub async fn close(self) {
        if let Err(error) = self.socket.close().await {
            tracing::debug!(%error, "closing a PUB socket failed");
        }
    }
}
