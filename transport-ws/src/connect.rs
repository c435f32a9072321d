//! From a target to an upgraded connection: name resolution, TCP, proxy, TLS, upgrade.

use std::{io, net::SocketAddr, sync::Arc};

use journeyman_core::{Error, ErrorKind};
use rustls::ClientConfig;
use tokio::{
    net::TcpStream,
    time::{Instant, timeout_at},
};
use tokio_rustls::TlsConnector;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::protocol::{Role, WebSocketConfig},
};

use crate::{
    TlsConfig, WsConfig, WsTarget,
    endpoint::Endpoint,
    error::{connecting, tls_handshake},
    stream::{Metered, Stream},
    tls,
    upgrade::{self, Upgrade},
};

/// The most addresses of one name that are tried.
const MAX_ADDRESSES: usize = 16;

/// The TLS library's form of the configuration that was used last. Making it reads the system's
/// roots; keeping it also keeps session tickets.
#[derive(Default)]
pub(crate) struct TlsCache(Option<(TlsConfig, Arc<ClientConfig>)>);

impl TlsCache {
    async fn get(&mut self, config: &TlsConfig) -> Result<Arc<ClientConfig>, Error> {
        if let Some((known, made)) = &self.0
            && known == config
        {
            return Ok(made.clone());
        }
        let wanted = config.clone();
        let made = tokio::task::spawn_blocking(move || tls::client_config(&wanted))
            .await
            .map_err(|error| {
                Error::new(ErrorKind::Internal, "connect", "setting up TLS failed")
                    .with_source(error)
            })??;
        self.0 = Some((config.clone(), made.clone()));
        Ok(made)
    }
}

/// Makes one connection, within the time that the configuration allows.
pub(crate) async fn connect(
    target: &WsTarget,
    config: &WsConfig,
    cache: &mut TlsCache,
) -> Result<WebSocketStream<Stream>, Error> {
    config.validate()?;
    let endpoint = Endpoint::parse(&target.url)?;
    let upgrade = Upgrade::new(target, &endpoint)?;
    let start = Instant::now();
    // A limit that no clock can reach is none.
    let deadline = start.checked_add(config.connect_timeout);
    let mut step = "setting up";
    let attempt = establish(target, &endpoint, &upgrade, cache, deadline, &mut step);
    let result = match deadline {
        Some(deadline) => timeout_at(deadline, attempt).await,
        None => Ok(attempt.await),
    };
    let (stream, rest) = result
        .unwrap_or_else(|_| {
            Err(Error::new(
                ErrorKind::Timeout,
                "connect",
                format!("no connection within {:?}: {step} took too long", config.connect_timeout),
            )
            .with_remedy("check host, port and firewall, or raise `connect_timeout`"))
        })
        .map_err(|error| error.with_context("url", &endpoint))?;
    tracing::debug!(url = %endpoint, elapsed = ?start.elapsed(), "WebSocket connected");
    let config = Some(library_config(config));
    Ok(WebSocketStream::from_partially_read(stream, rest, Role::Client, config).await)
}

async fn establish(
    target: &WsTarget,
    endpoint: &Endpoint,
    upgrade: &Upgrade,
    cache: &mut TlsCache,
    deadline: Option<Instant>,
    step: &mut &'static str,
) -> Result<(Stream, Vec<u8>), Error> {
    let tls = if endpoint.secure {
        Some((cache.get(&target.tls).await?, tls::server_name(&target.tls, endpoint)?))
    } else {
        None
    };
    let (host, port) = match &target.proxy {
        Some(proxy) => (proxy.host.as_str(), proxy.port),
        None => (endpoint.host.as_str(), endpoint.port),
    };
    let mut tcp = dial(host, port, deadline, step).await.map_err(|error| {
        if target.proxy.is_some() { error.with_context("proxy", host) } else { error }
    })?;
    tcp.set_nodelay(true).map_err(|error| connecting("setting TCP_NODELAY", error))?;
    if let Some(proxy) = &target.proxy {
        *step = "the tunnel through the proxy";
        upgrade::tunnel(&mut tcp, proxy, endpoint).await?;
    }
    let tcp = Metered::new(tcp);
    let mut stream = match tls {
        None => Stream::Plain(tcp),
        Some((config, name)) => {
            *step = "the TLS handshake";
            let connector = TlsConnector::from(config);
            let stream = connector.connect(name, tcp).await.map_err(tls_handshake)?;
            Stream::Tls(Box::new(stream))
        }
    };
    *step = "the WebSocket handshake";
    let rest = upgrade.run(&mut stream).await?;
    Ok((stream, rest))
}

/// Resolves the name and tries its addresses in turn. Each address but the last gets a fair share
/// of the time that is left, so that one that swallows packets does not hide one that answers.
async fn dial(
    host: &str,
    port: u16,
    deadline: Option<Instant>,
    step: &mut &'static str,
) -> Result<TcpStream, Error> {
    *step = "name resolution";
    let found = tokio::net::lookup_host((host, port)).await.map_err(|error| {
        Error::new(ErrorKind::Unreachable, "connect", "the host name cannot be resolved")
            .with_context("host", host)
            .with_remedy("check the spelling of the host, and this machine's DNS")
            .with_source(error)
    })?;
    let addresses: Vec<SocketAddr> = found.take(MAX_ADDRESSES).collect();
    *step = "the TCP connection";
    let mut last = None;
    for (index, address) in addresses.iter().enumerate() {
        let left = u32::try_from(addresses.len() - index).unwrap_or(u32::MAX);
        let now = Instant::now();
        let share = deadline.map(|deadline| now + deadline.saturating_duration_since(now) / left);
        let attempt = TcpStream::connect(address);
        let result = match share {
            Some(share) if left > 1 => timeout_at(share, attempt)
                .await
                .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())),
            _ => attempt.await,
        };
        match result {
            Ok(stream) => return Ok(stream),
            Err(error) => last = Some((address, error)),
        }
    }
    Err(match last {
        Some((address, error)) => {
            connecting("the TCP connection", error).with_context("address", address)
        }
        None => Error::new(ErrorKind::Unreachable, "connect", "the host name has no address")
            .with_context("host", host)
            .with_remedy("check the spelling of the host, and this machine's DNS"),
    })
}

/// The library's form of our limits.
fn library_config(config: &WsConfig) -> WebSocketConfig {
    // We write at most `write_buffer_size` and one message between two complete flushes, so this
    // is never reached by messages; it bounds what answers to pings can pile up.
    let max_write = config
        .write_buffer_size
        .saturating_mul(2)
        .saturating_add(config.max_message_size)
        .saturating_add(64 << 10);
    WebSocketConfig::default()
        .read_buffer_size(config.read_buffer_size)
        .write_buffer_size(config.write_buffer_size)
        .max_write_buffer_size(max_write)
        .max_message_size(Some(config.max_message_size))
        .max_frame_size(Some(config.max_frame_size))
}
