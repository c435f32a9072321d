//! The sockets of a daemon, over either of two ZeroMQ implementations.

mod fast;
mod independent;

use super::config::Engine;
use bytes::Bytes;
use journeyman_zmq::server::CurveServer;
use std::path::Path;

/// A PUB socket.
#[derive(Debug)]
pub(crate) enum Publisher {
    Independent(independent::Publisher),
    Fast(fast::Publisher),
}

/// A socket that answers requests in their order, one at a time: a ROUTER that is served as a
/// REP is.
#[derive(Debug)]
pub(crate) enum Responder {
    Independent(independent::Responder),
    Fast(fast::Responder),
}

/// Who asked.
#[derive(Debug)]
pub(crate) enum Peer {
    Independent(independent::Envelope),
    Fast(journeyman_zmq::server::PeerId),
}

/// Somebody subscribed, or took that back.
#[derive(Debug)]
pub(crate) struct Subscription {
    pub(crate) on: bool,
    pub(crate) topic: Bytes,
}

/// Told about subscriptions, where the engine tells.
pub(crate) type OnSubscription = Box<dyn FnMut(Subscription) + Send>;

/// How to bind.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    pub(crate) engine: Engine,
    pub(crate) curve: Option<CurveServer>,
    pub(crate) message_bytes: usize,
}

impl Binding {
    fn is_fast(&self) -> bool {
        match self.engine {
            Engine::Fast => true,
            Engine::Independent => false,
            Engine::Auto => self.curve.is_some(),
        }
    }

    fn check(&self, endpoint: &str) -> Result<(), String> {
        if self.curve.is_some() && !self.is_fast() {
            let text = "the independent engine has no encryption; take Engine::Auto or \
                        Engine::Fast, or switch encryption off";
            return Err(format!("{endpoint}: {text}"));
        }
        Ok(())
    }

    /// Binds a PUB socket. Returns where it is bound.
    pub(crate) async fn publisher(
        &self,
        endpoint: &str,
        on_subscription: OnSubscription,
    ) -> Result<(Publisher, String), String> {
        self.check(endpoint)?;
        free_path(endpoint)?;
        if self.is_fast() {
            let (socket, bound) = fast::Publisher::bind(self, endpoint, on_subscription).await?;
            return Ok((Publisher::Fast(socket), bound));
        }
        let (socket, bound) = independent::Publisher::bind(endpoint).await?;
        Ok((Publisher::Independent(socket), bound))
    }

    /// Binds a socket that answers. Returns where it is bound.
    pub(crate) async fn responder(&self, endpoint: &str) -> Result<(Responder, String), String> {
        self.check(endpoint)?;
        free_path(endpoint)?;
        if self.is_fast() {
            let (socket, bound) = fast::Responder::bind(self, endpoint).await?;
            return Ok((Responder::Fast(socket), bound));
        }
        let (socket, bound) = independent::Responder::bind(endpoint).await?;
        Ok((Responder::Independent(socket), bound))
    }
}

/// Removes the file that a dead process left at an ipc path.
fn free_path(endpoint: &str) -> Result<(), String> {
    let Some(path) = endpoint.strip_prefix("ipc://").filter(|path| !path.starts_with('@')) else {
        return Ok(());
    };
    let path = Path::new(path);
    if !path.exists() {
        return Ok(());
    }
    #[cfg(unix)]
    {
        use std::io::ErrorKind;
        use std::os::unix::{fs::FileTypeExt as _, net::UnixStream};
        let is_socket = path.metadata().is_ok_and(|data| data.file_type().is_socket());
        let connected = UnixStream::connect(path);
        let dead = matches!(&connected, Err(e) if e.kind() == ErrorKind::ConnectionRefused);
        if is_socket && dead {
            return std::fs::remove_file(path).map_err(|error| format!("{endpoint}: {error}"));
        }
    }
    Err(format!("{endpoint}: there is something already, and it is no left-over socket"))
}

impl Publisher {
    /// Publishes without waiting. What a queue has no room for is dropped, as PUB does.
    pub(crate) fn publish(&self, frames: Vec<Bytes>) {
        match self {
            Self::Independent(socket) => socket.publish(frames),
            Self::Fast(socket) => socket.publish(frames),
        }
    }

    /// Closes it; the address is free afterwards.
    pub(crate) async fn close(self) {
        match self {
            Self::Independent(socket) => socket.close().await,
            Self::Fast(socket) => socket.close().await,
        }
    }
}

impl Responder {
    /// The next request, without routing frames and delimiter; `None` if the socket failed.
    /// Cancel safe.
    pub(crate) async fn next(&mut self) -> Option<(Peer, Vec<Bytes>)> {
        match self {
            Self::Independent(socket) => {
                let (peer, frames) = socket.next().await?;
                Some((Peer::Independent(peer), frames))
            }
            Self::Fast(socket) => {
                let (peer, frames) = socket.next().await?;
                Some((Peer::Fast(peer), frames))
            }
        }
    }

    /// Answers. An answer to a peer that is gone, or that does not read, is dropped.
    pub(crate) async fn answer(&mut self, peer: Peer, frame: Bytes) {
        match (self, peer) {
            (Self::Independent(socket), Peer::Independent(peer)) => {
                socket.answer(peer, frame).await;
            }
            (Self::Fast(socket), Peer::Fast(peer)) => socket.answer(&peer, frame).await,
            // Peers come from the socket that they go back to.
            _ => {}
        }
    }

    /// Closes it; the address is free afterwards.
    pub(crate) async fn close(self) {
        match self {
            Self::Independent(socket) => socket.close().await,
            Self::Fast(socket) => socket.close().await,
        }
    }
}
