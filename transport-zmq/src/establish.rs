//! From an address to a socket whose handshake is done and whose subscription is effective.

use std::{future::poll_fn, sync::Arc, time::Duration};

use journeyman_core::Error;
use omq_proto::{
    MechanismSetup, SocketType,
    proto::{Command, ConnectionConfig, Role as EngineRole},
};
use tokio::time::{sleep, timeout};

use crate::{
    LaneTarget, Role, ZmqConfig, error,
    scan::{GREETING, Scanner},
    socket::{Socket, SocketError, ping},
    stream::Stream,
};

/// How many PINGs have to be answered, one after another, before a subscription counts as read.
/// libzmq answers a PING while it works through what one read gave it, and hands the subscription
/// on after that. The answer to the second one proves that it came to that.
const PINGS: u32 = 2;

/// How far it got; what a failure means depends on it.
#[derive(Debug)]
pub(crate) struct Progress {
    pub(crate) stage: Stage,
    /// The first bytes of the peer: its greeting, or what it sent instead.
    pub(crate) greeting: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The operating system connects.
    Connecting,
    /// The peer's greeting is not complete.
    Greeting,
    /// This many frames of the security handshake came.
    Security { frames: u32 },
    /// The handshake is done; the peer has to answer our PING.
    Subscribing,
}

/// Connects one lane.
///
/// # Cancel safety
/// Dropping the future closes the connection.
pub(crate) async fn establish(target: LaneTarget, config: Arc<ZmqConfig>) -> Result<Socket, Error> {
    let mut progress = Progress { stage: Stage::Connecting, greeting: Vec::new() };
    let limit = config.handshake_timeout;
    match timeout(limit, attempt(&target, &config, &mut progress)).await {
        Ok(Ok(socket)) => Ok(socket),
        Ok(Err(failed)) => Err(error::connecting(&target, &progress, failed)),
        Err(_) => Err(error::connecting_took_too_long(&target, &progress, limit)),
    }
}

async fn attempt(
    target: &LaneTarget,
    config: &ZmqConfig,
    progress: &mut Progress,
) -> Result<Socket, SocketError> {
    let stream = Stream::connect(target.endpoint.address()).await?;
    progress.stage = Stage::Greeting;
    let mut socket = Socket::new(stream, codec(target), config);
    let mut scanner = Scanner::new();
    while !socket.codec.is_ready() {
        receive(&mut socket, &mut scanner, progress).await?;
    }
    socket.ready();
    // The peer's last word may have come together with its first: ours is still to be written.
    poll_fn(|cx| socket.poll_flush(cx)).await?;
    if let Role::Subscribe(topics) = &target.role {
        subscribe(&mut socket, &mut scanner, progress, topics, config).await?;
    }
    Ok(socket)
}

fn codec(target: &LaneTarget) -> ConnectionConfig {
    let socket_type = match target.role {
        Role::Subscribe(_) => SocketType::Sub,
        Role::Request => SocketType::Dealer,
    };
    let mechanism = match &target.curve {
        None => MechanismSetup::Null,
        Some(curve) => MechanismSetup::CurveClient {
            our_keypair: curve.keys.engine(),
            server_public: curve.server_key.engine(),
        },
    };
    ConnectionConfig::new(EngineRole::Client, socket_type).mechanism(mechanism)
}

/// Writes what is queued, reads once and feeds the engine frame by frame. Returns whether, after
/// the handshake, a frame came that was no PING: a PONG or a message.
async fn receive(
    socket: &mut Socket,
    scanner: &mut Scanner,
    progress: &mut Progress,
) -> Result<bool, SocketError> {
    poll_fn(|cx| socket.poll_flush(cx)).await?;
    let mut chunk = poll_fn(|cx| socket.poll_chunk(cx)).await?;
    let missing = GREETING - progress.greeting.len();
    progress.greeting.extend_from_slice(&chunk[..missing.min(chunk.len())]);
    let mut answered = false;
    while !chunk.is_empty() {
        let (used, complete) = scanner.next(&chunk);
        let (was_ready, pongs) = (socket.codec.is_ready(), socket.pongs());
        socket.feed(chunk.split_to(used))?;
        if !complete {
            continue;
        }
        answered |= was_ready && socket.pongs() == pongs;
        progress.stage = match progress.stage {
            Stage::Greeting => Stage::Security { frames: 0 },
            Stage::Security { frames } => Stage::Security { frames: frames.saturating_add(1) },
            stage => stage,
        };
    }
    Ok(answered)
}

/// Subscribes, and waits until that is effective. The crate's documentation says how we know.
async fn subscribe(
    socket: &mut Socket,
    scanner: &mut Scanner,
    progress: &mut Progress,
    topics: &[bytes::Bytes],
    config: &ZmqConfig,
) -> Result<(), SocketError> {
    progress.stage = Stage::Subscribing;
    for topic in topics {
        socket.command(&Command::Subscribe(topic.clone()))?;
    }
    let settle: Duration;
    if socket.codec.peer_minor() == 0 {
        poll_fn(|cx| socket.poll_flush(cx)).await?;
        settle = config.subscription_grace;
    } else {
        for _ in 0..PINGS {
            socket.command(&ping())?;
            while !receive(socket, scanner, progress).await? {}
        }
        settle = config.subscription_settle;
    }
    if !settle.is_zero() {
        sleep(settle).await;
    }
    Ok(())
}
