//! Reading.

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    journal::Entry,
    problem::Problem,
    sample::Sample,
    server::App,
    shared::lock,
    view::{ActiveView, CapabilityTable, Outputs, Overview, RecentView, RouteView, SessionView},
};

/// The jobs that the worker knows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Jobs {
    /// Those that have not ended, at most 50 of each session, with what they printed so far; null when a
    /// session did not answer in time.
    active: Option<Vec<ActiveView>>,
    /// Those that ended, oldest first, at most 100.
    recent: Vec<RecentView>,
}

/// Everything at one moment.
#[utoipa::path(get, path = "/api/v1/snapshot", tag = "status", responses((status = 200, body = Overview)))]
pub(crate) async fn snapshot(State(shared): App) -> Json<Overview> {
    Json(shared.overview(0, Outputs::Counted).await)
}

/// The sessions: connections, states, counts.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "status", responses((status = 200, body = [SessionView])))]
pub(crate) async fn sessions(State(shared): App) -> Json<Vec<SessionView>> {
    Json(shared.sessions(&shared.control.snapshot()))
}

/// The routes: results and times.
#[utoipa::path(get, path = "/api/v1/routes", tag = "status", responses((status = 200, body = [RouteView])))]
pub(crate) async fn routes(State(shared): App) -> Json<Vec<RouteView>> {
    Json(shared.control.snapshot().routes.iter().map(Into::into).collect())
}

/// Jobs that run, and jobs that ended.
#[utoipa::path(get, path = "/api/v1/jobs", tag = "status", responses((status = 200, body = Jobs)))]
pub(crate) async fn jobs(State(shared): App) -> Json<Jobs> {
    let active = shared.active(Outputs::Included).await;
    let recent = shared.control.snapshot().recent;
    let recent = recent.iter().map(|job| RecentView::new(job, Outputs::Counted)).collect();
    Json(Jobs { active, recent })
}

/// A job that ended, with what it printed.
#[utoipa::path(
    get, path = "/api/v1/jobs/{number}", tag = "status",
    params(("number" = u64, Path, description = "Its number, as in the list")),
    responses(
        (status = 200, body = RecentView),
        (status = 404, description = "It is not among the latest hundred", body = Problem),
    ),
)]
pub(crate) async fn job(
    State(shared): App,
    number: Result<Path<u64>, PathRejection>,
) -> Result<Json<RecentView>, Problem> {
    let Path(number) = number?;
    let recent = shared.control.snapshot().recent;
    let job = recent.iter().find(|job| job.number == number);
    job.map(|job| Json(RecentView::new(job, Outputs::Included)))
        .ok_or_else(|| Problem::not_found(format!("job {number} is not among the latest hundred")))
}

/// What each backend offers.
#[utoipa::path(
    get, path = "/api/v1/capabilities", tag = "status",
    responses((status = 200, body = [CapabilityTable])),
)]
pub(crate) async fn capabilities(State(shared): App) -> Json<Vec<CapabilityTable>> {
    Json(shared.capabilities())
}

/// The last ten minutes, second by second.
#[utoipa::path(get, path = "/api/v1/history", tag = "status", responses((status = 200, body = [Sample])))]
pub(crate) async fn history(State(shared): App) -> Json<Vec<Sample>> {
    Json(lock(&shared.history).iter().cloned().collect())
}

/// What happened: changes of state and commands, the latest two hundred.
#[utoipa::path(get, path = "/api/v1/events", tag = "status", responses((status = 200, body = [Entry])))]
pub(crate) async fn events(State(shared): App) -> Json<Vec<Entry>> {
    Json(shared.journal.after(0))
}
