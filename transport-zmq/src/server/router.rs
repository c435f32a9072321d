//! A ROUTER socket that binds and is seen by its peers as a REP.

use bytes::Bytes;
use journeyman_core::{Error, ErrorKind};
use omq_tokio::{Error as EngineError, Message, Socket, SocketType};

use super::{PeerEvents, ServerConfig, bind, socket_failed};
use crate::{Endpoint, Frames};

/// The name of a peer's connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PeerId(Bytes);

/// A ROUTER socket that takes requests of REQ and DEALER peers and answers them, in any order. A
/// peer that needs the order of a REP gets it by being answered in the order of its requests.
/// Dropping it closes it.
#[derive(Debug)]
pub struct RouterServer {
    socket: Socket,
    endpoint: Endpoint,
}

impl RouterServer {
    /// Binds; a file that a dead process left at an `ipc://` path is replaced.
    ///
    /// # Errors
    /// The address cannot be bound.
    pub async fn bind(endpoint: &Endpoint, config: &ServerConfig) -> Result<Self, Error> {
        let (socket, endpoint) = bind(SocketType::Router, endpoint, config).await?;
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

    /// The next request, without its routing frame and delimiter. One without the delimiter is
    /// dropped, as a REP of libzmq does it.
    ///
    /// # Errors
    /// The socket is closed.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    pub async fn receive(&self) -> Result<(PeerId, Frames), Error> {
        loop {
            let message = self.socket.recv().await;
            let message = message.map_err(|error| socket_failed("receive", &error))?;
            if let Some(request) = request(&message) {
                return Ok(request);
            }
        }
    }

    /// A request that is here already.
    pub fn try_receive(&self) -> Option<(PeerId, Frames)> {
        while let Ok(message) = self.socket.try_recv() {
            let request = request(&message);
            if request.is_some() {
                return request;
            }
        }
        None
    }

    /// Sends a reply, with its delimiter. Waits while the queue of that peer is full.
    ///
    /// # Errors
    /// The peer is gone, or the socket is closed.
    pub async fn reply(&self, peer: &PeerId, frames: Frames) -> Result<(), Error> {
        let delimited = [peer.0.clone(), Bytes::new()].into_iter().chain(frames.0);
        self.send(Message::multipart(delimited)).await
    }

    /// Sends frames to a peer as they are, without a delimiter: for tests of peers that break
    /// the rules.
    ///
    /// # Errors
    /// As [`reply`](Self::reply).
    pub async fn send_raw(&self, peer: &PeerId, frames: Frames) -> Result<(), Error> {
        self.send(Message::multipart([peer.0.clone()].into_iter().chain(frames.0))).await
    }

    async fn send(&self, message: Message) -> Result<(), Error> {
        self.socket.send(message).await.map_err(|error| match error {
            EngineError::Unroutable => {
                Error::new(ErrorKind::Disconnected, "reply", "the peer is gone")
            }
            error => socket_failed("reply", &error),
        })
    }

    /// Closes it, after what is queued was written (for at most a second).
    pub async fn close(self) {
        if let Err(error) = self.socket.close().await {
            tracing::debug!(%error, "closing a ROUTER socket failed");
        }
    }
}

fn request(message: &Message) -> Option<(PeerId, Frames)> {
    let peer = message.part_bytes(0)?;
    if message.len() < 3 || message.part_slice(1).is_none_or(|delimiter| !delimiter.is_empty()) {
        tracing::debug!(frames = message.len(), "a request without a delimiter was dropped");
        return None;
    }
    let frames = (2..message.len()).filter_map(|i| message.part_bytes(i)).collect();
    Some((PeerId(peer), Frames(frames)))
}
