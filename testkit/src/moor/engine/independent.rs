//! Sockets of the `zeromq` crate, which shares nothing with the adapter's engine.

use bytes::Bytes;
use futures_util::FutureExt as _;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use zeromq::{
    PubSocket, RouterSocket, Socket as _, SocketRecv as _, SocketSend as _, ZmqError, ZmqMessage,
};

pub(crate) struct Publisher(Mutex<PubSocket>);

impl fmt::Debug for Publisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publisher").finish_non_exhaustive()
    }
}

impl Publisher {
    pub(super) async fn bind(endpoint: &str) -> Result<(Self, String), String> {
        let mut socket = PubSocket::new();
        let bound = socket.bind(endpoint).await.map_err(|e| format!("{endpoint}: {e}"))?;
        Ok((Self(Mutex::new(socket)), bound.to_string()))
    }

    pub(super) fn publish(&self, frames: Vec<Bytes>) {
        let Ok(message) = ZmqMessage::try_from(frames) else { return };
        let mut socket = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Only puts it into a queue, so it is done at the first look. What fails is dropped.
        let _ = socket.send(message).now_or_never();
    }

    pub(super) async fn close(self) {
        let socket = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        // Waits until the listener is gone; dropping it would remove an ipc file some time later.
        socket.close().await;
    }
}

/// Routing frames and delimiter of a request.
#[derive(Debug)]
pub(crate) struct Envelope(VecDeque<Bytes>);

pub(crate) struct Responder(RouterSocket);

impl fmt::Debug for Responder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Responder").finish_non_exhaustive()
    }
}

impl Responder {
    pub(super) async fn bind(endpoint: &str) -> Result<(Self, String), String> {
        let mut socket = RouterSocket::new();
        let bound = socket.bind(endpoint).await.map_err(|e| format!("{endpoint}: {e}"))?;
        Ok((Self(socket), bound.to_string()))
    }

    pub(super) async fn next(&mut self) -> Option<(Envelope, Vec<Bytes>)> {
        loop {
            let message = match self.0.recv().await {
                Ok(message) => message,
                Err(ZmqError::NoMessage) => return None,
                // One peer's trouble.
                Err(_) => continue,
            };
            let mut frames = message.into_vecdeque();
            // The first frame is the name of the peer and may not be the delimiter. A request
            // without a delimiter is dropped, as a REP of libzmq does.
            let delimiter = frames.iter().skip(1).position(Bytes::is_empty);
            if let Some(delimiter) = delimiter {
                let body = frames.split_off(delimiter + 2);
                return Some((Envelope(frames), body.into()));
            }
        }
    }

    pub(super) fn answer(&mut self, envelope: Envelope, frame: Bytes) {
        let mut frames = envelope.0;
        frames.push_back(frame);
        let Ok(message) = ZmqMessage::try_from(frames) else { return };
        // Waits only if a hundred thousand answers wait for this peer already.
        let _ = self.0.send(message).now_or_never();
    }

    pub(super) async fn close(self) {
        self.0.close().await;
    }
}
