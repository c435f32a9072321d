//! From a target to an upgraded connection: name resolution, TCP, proxy, TLS, upgrade.

use journeyman_core::{Error, ErrorKind};
use journeyman_tls::{TlsCache, dial};
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::protocol::{Role, WebSocketConfig},
};

use crate::{
    WsConfig, WsTarget,
    endpoint::Endpoint,
    error::{HUNG_UP, connecting, tls_handshake},
    stream::{Metered, Stream},
    upgrade::{self, Upgrade},
};

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
        Some((cache.get(&target.tls).await?, target.tls.name_for(&endpoint.host)?))
    } else {
        None
    };
    let (host, port) = match &target.proxy {
        Some(proxy) => (proxy.host.as_str(), proxy.port),
        None => (endpoint.host.as_str(), endpoint.port),
    };
    let mut tcp = dial(host, port, deadline, step, HUNG_UP).await.map_err(|error| {
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
