//! Our own routes, and their description.

mod control;
pub(crate) mod login;
mod status;
mod stream;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use utoipa::{
    OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{assets, compat, health, metrics, problem::Problem, server::App, shared::Shared};

/// Where the description is.
pub(crate) const SPEC: &str = "/api/v1/openapi.json";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Journeyman monitor",
        description = "Status and control of a worker. Times are RFC 3339 in UTC, durations are \
                       seconds.",
    ),
    tags(
        (name = "status", description = "What the worker does"),
        (name = "control", description = "Steering it. A command is carried out in its own time: watch the state"),
        (name = "health", description = "For supervisors; without a token"),
    ),
    security(("token" = [])),
    modifiers(&Token),
)]
struct Description;

struct Token;

impl utoipa::Modify for Token {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        let components = description.components.get_or_insert_default();
        components.add_security_scheme("token", scheme);
    }
}

/// Everything but compat.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let described = OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(status::snapshot))
        .routes(routes!(status::sessions))
        .routes(routes!(status::routes))
        .routes(routes!(status::jobs))
        .routes(routes!(status::job))
        .routes(routes!(status::capabilities))
        .routes(routes!(status::history))
        .routes(routes!(status::events))
        .routes(routes!(stream::events))
        .routes(routes!(stream::socket))
        .routes(routes!(control::all))
        .routes(routes!(control::one))
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(metrics::metrics));
    let (router, description) = described.split_for_parts();
    let router = router
        .route(SPEC, get(async || Json(description)))
        .route("/", get(async || Redirect::to("/dashboard")))
        .route("/dashboard", get(assets::dashboard))
        .route("/assets/{name}", get(assets::file))
        .route(login::PATH, get(login::show).post(login::enter))
        .route(login::OUT, axum::routing::post(login::leave));
    #[cfg(feature = "docs")]
    let router = router
        .route("/api/v1/docs", get(async || crate::docs::swagger("Journeyman monitor", SPEC)))
        .route("/api/v1/redoc", get(async || crate::docs::redoc("Journeyman monitor", SPEC)))
        .route("/assets/docs/{name}", get(crate::docs::file));
    router
        .method_not_allowed_fallback(async || {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this path has no such method")
        })
        .fallback(nothing)
        .with_state(shared)
}

async fn nothing(State(shared): App) -> Response {
    match shared.compat() {
        Some(_) => compat::unknown(),
        None => Problem::not_found("there is no such path")
            .remedy(format!("see {SPEC} for those that are"))
            .into_response(),
    }
}
