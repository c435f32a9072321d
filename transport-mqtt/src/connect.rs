//! From a target to an accepted connection: name resolution, TCP, TLS, WebSocket, CONNECT.

use std::{future::poll_fn, task::Poll};

use journeyman_core::{Error, ErrorKind};
use journeyman_tls::{TlsCache, dial};
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_tungstenite::{
    client_async_with_config,
    tungstenite::{
        client::IntoClientRequest,
        http::{HeaderValue, header::SEC_WEBSOCKET_PROTOCOL},
        protocol::WebSocketConfig,
    },
};

use crate::{
    MqttConfig, MqttTarget,
    codec::{self, ConnackPacket, ConnectFields, Packet},
    endpoint::Endpoint,
    error::{HUNG_UP, Loss, connecting, tls_handshake, upgrade},
    link::Link,
    reason::connect_refused,
    stream::{Socket, Stream, WsBytes},
};

/// Makes one connection, within the time that the configuration allows.
pub(crate) async fn connect(
    target: &MqttTarget,
    endpoint: &Endpoint,
    client_id: &str,
    config: &MqttConfig,
    cache: &mut TlsCache,
) -> Result<(Link, ConnackPacket), Error> {
    let start = Instant::now();
    // A limit that no clock can reach is none.
    let deadline = start.checked_add(config.connect_timeout);
    let mut step = "setting up";
    let attempt = async {
        let stream = establish(target, endpoint, config, cache, deadline, &mut step).await?;
        step = "the CONNACK";
        let mut link = Link::new(stream, target.protocol, config);
        let connack = exchange(&mut link, target, endpoint, client_id, config).await?;
        Ok((link, connack))
    };
    let result = match deadline {
        Some(deadline) => timeout_at(deadline, attempt).await,
        None => Ok(attempt.await),
    };
    let connected = result
        .unwrap_or_else(|_| {
            Err(Error::new(
                ErrorKind::Timeout,
                "connect",
                format!("no connection within {:?}: {step} took too long", config.connect_timeout),
            )
            .with_remedy("check host, port and firewall, or raise `connect_timeout`"))
        })
        .map_err(|error| error.with_context("url", endpoint))?;
    tracing::debug!(url = %endpoint, client_id, elapsed = ?start.elapsed(), "MQTT connected");
    Ok(connected)
}

/// CONNECT and CONNACK.
async fn exchange(
    link: &mut Link,
    target: &MqttTarget,
    endpoint: &Endpoint,
    client_id: &str,
    config: &MqttConfig,
) -> Result<ConnackPacket, Error> {
    let fields = ConnectFields {
        client_id,
        keep_alive: target.keep_alive_seconds(),
        maximum_packet_size: u32::try_from(config.max_incoming_packet).unwrap_or(u32::MAX),
    };
    link.output.packet(|to| codec::connect(to, target, &fields));
    let mut written = None;
    let answer = poll_fn(|cx| {
        if written.is_none()
            && let Poll::Ready(result) = link.poll_flush(cx)
        {
            written = Some(result);
        }
        // Who refuses us may close before it has read all; its answer is worth more than that.
        let answer = link.poll_packet(cx);
        match (&answer, &mut written) {
            (Poll::Pending | Poll::Ready(Err(_)), Some(Err(_))) => match written.take() {
                Some(Err(loss)) => Poll::Ready(Err(loss)),
                _ => answer,
            },
            _ => answer,
        }
    })
    .await;
    let first = link.first.take().unwrap_or_default();
    let connack = match answer {
        Ok(Packet::Connack(connack)) => connack,
        // `poll_packet` lets nothing else through.
        Ok(_) => return Err(Loss::Ended.connecting(endpoint, &first)),
        Err(loss) => return Err(loss.connecting(endpoint, &first)),
    };
    if connack.code.0 != 0 {
        return Err(connect_refused(connack.code, &connack.said)
            .with_context("client id", crate::error::Snippet(client_id.as_bytes(), 100)));
    }
    Ok(*connack)
}

async fn establish(
    target: &MqttTarget,
    endpoint: &Endpoint,
    config: &MqttConfig,
    cache: &mut TlsCache,
    deadline: Option<Instant>,
    step: &mut &'static str,
) -> Result<Stream, Error> {
    let tls = if endpoint.secure {
        Some((cache.get(&target.tls).await?, target.tls.name_for(&endpoint.host)?))
    } else {
        None
    };
    let tcp = dial(&endpoint.host, endpoint.port, deadline, step, HUNG_UP).await?;
    // Without it an exchange takes 40 ms more.
    tcp.set_nodelay(true).map_err(|error| connecting("setting TCP_NODELAY", error))?;
    let socket = match tls {
        None => Socket::Plain(tcp),
        Some((config, name)) => {
            *step = "the TLS handshake";
            let connector = TlsConnector::from(config);
            let stream = connector.connect(name, tcp).await.map_err(tls_handshake)?;
            Socket::Tls(Box::new(stream))
        }
    };
    let Some(path) = &endpoint.path else {
        return Ok(Stream::Socket(socket));
    };
    *step = "the WebSocket handshake";
    let scheme = endpoint.scheme();
    let mut request = format!("{scheme}://{}{path}", endpoint.authority())
        .into_client_request()
        .map_err(upgrade)?;
    request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static("mqtt"));
    // A message can hold many packets. What it may cost is bounded all the same.
    let limit = config.max_incoming_packet.saturating_mul(2).max(1 << 20);
    let library = WebSocketConfig::default()
        .read_buffer_size(config.read_buffer_size)
        .write_buffer_size(config.write_buffer_size)
        .max_write_buffer_size(config.write_buffer_size.saturating_add(1 << 20))
        .max_message_size(Some(limit))
        .max_frame_size(Some(limit));
    let (socket, _) =
        client_async_with_config(request, socket, Some(library)).await.map_err(upgrade)?;
    Ok(Stream::WebSocket(Box::new(WsBytes::new(socket))))
}
