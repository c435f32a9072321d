//! The binding side, for stand-ins and tests: [`PubServer`] and [`RouterServer`], with CURVE and
//! an allow-list.
//!
//! They run on `omq-tokio`, the driver of the same project as the client's engine; tasks of their
//! own do their work, on the tokio runtime that they are bound in.

mod events;
mod publisher;
mod router;

use std::{fmt, sync::Arc};

use journeyman_core::{Error, ErrorKind};
use omq_tokio::{CurveServerOptions, Options, Socket, SocketType};

use crate::{CurveKeys, CurvePublicKey, Endpoint};

pub use events::{PeerEvent, PeerEvents};
pub use publisher::PubServer;
pub use router::{PeerId, RouterServer};

/// How a server binds.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServerConfig {
    /// Encrypts, and says who may connect. `None`: neither.
    pub curve: Option<CurveServer>,
    /// The messages that wait for one peer; a [`PubServer`] drops beyond that. Default 1000, as
    /// libzmq has it.
    pub send_hwm: u32,
    /// The messages that wait to be received. Default 1000, as libzmq has it.
    pub receive_hwm: u32,
    /// The largest message from a peer, in bytes. Default: no limit, as libzmq has it.
    pub max_message_size: Option<usize>,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self { curve: None, send_hwm: 1000, receive_hwm: 1000, max_message_size: None }
    }
}

impl ServerConfig {
    /// Encrypts, and says who may connect.
    #[must_use]
    pub fn curve(mut self, curve: CurveServer) -> Self {
        self.curve = Some(curve);
        self
    }

    /// Sets the queue per peer, in messages.
    #[must_use]
    pub fn send_hwm(mut self, messages: u32) -> Self {
        self.send_hwm = messages;
        self
    }

    fn socket(&self, kind: SocketType) -> Socket {
        let mut options = Options::new()
            .send_hwm(self.send_hwm)
            .recv_hwm(self.receive_hwm)
            .linger(std::time::Duration::from_secs(1))
            // Only messages count towards the high-water mark, as in libzmq: by default this
            // engine's PUB also drops what would make more than 2 MiB wait.
            .transmit_slot_cap(1 << 30)
            .router_mandatory(true);
        if let Some(max) = self.max_message_size {
            options = options.max_message_size(max);
        }
        if let Some(CurveServer { keys, allow }) = self.curve.clone() {
            let policy = CurveServerOptions::new()
                .authenticator(move |peer| allow(&CurvePublicKey::from_bytes(peer.public_key)));
            options = options.curve_server_with_options(keys.engine(), policy);
            // Under encryption this engine's PUB drops what would make more than 64 messages wait
            // for a peer, whatever the high-water mark is. `PubServer::publish` waits instead.
            options.xpub_nodrop = kind == SocketType::Pub;
        }
        Socket::new(kind, options)
    }
}

type Allow = Arc<dyn Fn(&CurvePublicKey) -> bool + Send + Sync>;

/// The keys of a server and its answer to who may connect: what libzmq asks a ZAP handler.
#[derive(Clone)]
pub struct CurveServer {
    keys: CurveKeys,
    allow: Allow,
}

impl CurveServer {
    /// Lets in everybody who knows our public key: libzmq without a ZAP handler.
    pub fn open(keys: CurveKeys) -> Self {
        Self::allow_if(keys, |_| true)
    }

    /// Asks for each connection; one that is refused gets the status 400, as a ZAP handler of
    /// mooR gives it (mooR sheet, section 7.2).
    pub fn allow_if<F>(keys: CurveKeys, allow: F) -> Self
    where
        F: Fn(&CurvePublicKey) -> bool + Send + Sync + 'static,
    {
        Self { keys, allow: Arc::new(allow) }
    }
}

impl fmt::Debug for CurveServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CurveServer").field("keys", &self.keys).finish_non_exhaustive()
    }
}

async fn bind(
    kind: SocketType,
    endpoint: &Endpoint,
    config: &ServerConfig,
) -> Result<(Socket, Endpoint), Error> {
    let socket = config.socket(kind);
    let failed = |message: String| {
        Error::new(ErrorKind::Io, "bind", message).with_context("address", endpoint)
    };
    let bound = socket.bind(endpoint.to_string().as_str()).await;
    let bound = bound.map_err(|error| failed(format!("the address cannot be bound: {error}")))?;
    let bound: Endpoint = bound.to_string().parse().map_err(|error| failed(format!("{error}")))?;
    Ok((socket, bound))
}

fn socket_failed(operation: &'static str, error: &omq_tokio::Error) -> Error {
    Error::new(ErrorKind::Disconnected, operation, format!("the socket failed: {error}"))
}
