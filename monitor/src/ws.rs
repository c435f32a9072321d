//! WebSocket, the server's side. By hand, since axum's is on another version of the library.

use std::{pin::pin, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::{SinkExt, Stream, StreamExt};
use hyper_util::rt::TokioIo;
use tokio::{sync::OwnedSemaphorePermit, time::timeout};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        handshake::derive_accept_key,
        protocol::{CloseFrame, Role, WebSocketConfig, frame::coding::CloseCode},
    },
};

use crate::{problem::Problem, shared::Shared};

/// What a client may send; it is not looked at.
const INBOUND: usize = 4096;

/// How much may wait for a client, in bytes.
const OUTBOUND: usize = 4 * 1024 * 1024;

/// How long a client may take for one message.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whether the request asks for a WebSocket.
pub(crate) fn is_upgrade(headers: &HeaderMap) -> bool {
    has(headers, &header::UPGRADE, "websocket")
}

fn has(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|part| part.trim().eq_ignore_ascii_case(word))
}

/// Accepts a WebSocket and sends it what the stream gives, until one of them ends. What the client sends
/// is not looked at.
///
/// # Errors
/// The request is no proper handshake, or too many streams are open.
pub(crate) fn serve<S>(
    shared: &Arc<Shared>,
    mut request: Request,
    feed: S,
) -> Result<Response, Problem>
where
    S: Stream<Item = Arc<str>> + Send + 'static,
{
    let headers = request.headers();
    let key = headers.get(header::SEC_WEBSOCKET_KEY).map(|key| derive_accept_key(key.as_bytes()));
    let (true, true, Some(key)) =
        (is_upgrade(headers), has(headers, &header::CONNECTION, "upgrade"), key)
    else {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "this is no WebSocket handshake")
            .remedy("connect with a WebSocket client, or use the Server-Sent Events"));
    };
    if !has(headers, &header::SEC_WEBSOCKET_VERSION, "13") {
        return Err(Problem::new(
            StatusCode::UPGRADE_REQUIRED,
            "only version 13 of the WebSocket protocol is spoken here",
        ));
    }
    let place = place(shared)?;
    let upgrade = hyper::upgrade::on(&mut request);
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        match upgrade.await {
            Ok(io) => push(TokioIo::new(io), &shared, feed).await,
            Err(error) => tracing::debug!(%error, "a WebSocket of the monitor was not opened"),
        }
        drop(place);
    });
    let accept = HeaderValue::from_str(&key).map_err(|_| {
        Problem::new(StatusCode::BAD_REQUEST, "the key of the handshake is not readable")
    })?;
    let mut response = (StatusCode::SWITCHING_PROTOCOLS, Body::empty()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    Ok(response)
}

/// A place for one more stream.
///
/// # Errors
/// There is none.
pub(crate) fn place(shared: &Shared) -> Result<OwnedSemaphorePermit, Problem> {
    Arc::clone(&shared.streams).try_acquire_owned().map_err(|_| {
        let mut problem =
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too many live streams are open");
        problem.retry_after = Some(5);
        problem
    })
}

async fn push<S>(io: TokioIo<hyper::upgrade::Upgraded>, shared: &Shared, feed: S)
where
    S: Stream<Item = Arc<str>>,
{
    let config = WebSocketConfig::default()
        .max_message_size(Some(INBOUND))
        .max_frame_size(Some(INBOUND))
        .max_write_buffer_size(OUTBOUND);
    let mut socket = WebSocketStream::from_raw_socket(io, Role::Server, Some(config)).await;
    let mut feed = pin!(feed.fuse());
    let code = loop {
        tokio::select! {
            message = feed.next() => {
                let Some(message) = message else { break CloseCode::Away };
                let send = socket.send(Message::text(&*message));
                match timeout(PATIENCE, send).await {
                    Ok(Ok(())) => {}
                    // Gone, or it does not read.
                    Ok(Err(_)) | Err(_) => return,
                }
            }
            said = socket.next() => match said {
                Some(Ok(Message::Close(_))) | Some(Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
            () = shared.closed() => break CloseCode::Away,
        }
    };
    let frame = CloseFrame { code, reason: "the monitor ends".into() };
    let _ = timeout(PATIENCE, socket.close(Some(frame))).await;
}
