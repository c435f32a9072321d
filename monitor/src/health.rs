//! Health, for supervisors. It is answered without a token, so it says no more than it must.

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    server::App,
    shared::{is_live, is_ready},
};

/// Whether the process should go on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Live {
    /// False when every session has ended: nothing will come of this worker any more.
    live: bool,
}

/// Whether the worker takes jobs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ready {
    /// True when every session is provably receiving, and none is paused.
    ready: bool,
    /// The sessions' states, in their order; `paused` for one that is ready and paused.
    sessions: Vec<&'static str>,
}

/// Whether the process should go on.
#[utoipa::path(
    get, path = "/health/live", tag = "health", security(()),
    responses(
        (status = 200, description = "It should", body = Live),
        (status = 503, description = "Every session has ended", body = Live),
    ),
)]
pub(crate) async fn live(State(shared): App) -> impl IntoResponse {
    let live = is_live(&shared.control.states());
    (status(live), Json(Live { live }))
}

/// Whether the worker takes jobs.
#[utoipa::path(
    get, path = "/health/ready", tag = "health", security(()),
    responses(
        (status = 200, description = "Every session is provably receiving", body = Ready),
        (status = 503, description = "One is not, or is paused", body = Ready),
    ),
)]
pub(crate) async fn ready(State(shared): App) -> impl IntoResponse {
    let snapshot = shared.control.snapshot();
    let ready = is_ready(&snapshot);
    let sessions = snapshot.sessions.iter();
    let sessions = sessions
        .map(|session| if session.ready && session.paused { "paused" } else { session.state })
        .collect();
    (status(ready), Json(Ready { ready, sessions }))
}

fn status(well: bool) -> StatusCode {
    if well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}
