//! Live: what a dashboard shows, as it changes.

use std::{convert::Infallible, sync::Arc};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderName, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::StreamExt;

use crate::{problem::Problem, sample::feed, server::App, ws};

/// The live stream as Server-Sent Events: first a `hello` with everything (as `/api/v1/snapshot`, with
/// `history`, `events` and `capabilities`), then a `tick` each second and after each change, with what
/// came since the one before. Messages are JSON objects; `type` tells which.
#[utoipa::path(
    get, path = "/api/v1/stream", tag = "status",
    responses(
        (status = 200, description = "It goes on until one side ends it", body = String, content_type = "text/event-stream"),
        (status = 503, description = "Too many streams are open", body = Problem),
    ),
)]
pub(crate) async fn events(State(shared): App) -> Result<Response, Problem> {
    let place = ws::place(&shared)?;
    let stream = feed(shared).map(move |message| {
        // Held for as long as the stream.
        let _ = &place;
        Ok::<_, Infallible>(Bytes::from(format!("data: {message}\n\n")))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        // A proxy that collects answers would hold it back.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, Body::from_stream(stream)).into_response())
}

/// The live stream as a WebSocket: the same messages, one in each text frame. What the client sends is
/// not looked at.
#[utoipa::path(
    get, path = "/api/v1/ws", tag = "status",
    responses(
        (status = 101, description = "The WebSocket is open"),
        (status = 400, description = "No WebSocket handshake", body = Problem),
        (status = 403, description = "A page of another site asked", body = Problem),
        (status = 503, description = "Too many streams are open", body = Problem),
    ),
)]
pub(crate) async fn socket(State(shared): App, request: Request) -> Result<Response, Problem> {
    ws::serve(&shared, request, feed(Arc::clone(&shared)))
}
