//! Routes, and the server itself.

use std::io;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::error::ApiError;
use super::query::{Action, DlqQuery, TaskQuery, TemplateQuery};
use crate::http;
use crate::tasker::channel::Channel;
use crate::tasker::start::TaskRequest;

/// For requests in flight when the server stops.
const GRACE: Duration = Duration::from_secs(5);

/// The REST API in front of an orchestrator (Tasker sheet, section 15), without TLS and without
/// authentication: for the loopback address.
///
/// Bodies are those that were recorded; what was not recorded follows the sheet. Like the real
/// server it takes `page` and `per_page` in lists of tasks and passes `limit` and `offset` over,
/// and calls a task `pending` there until it is complete. It has no `/v1/analytics`, no writes
/// below `/v1/dlq`, no `/config` (off by default upstream, too), and `/metrics` has names of its
/// own.
///
/// It does not move the clock: that is [`Channel::follow_time`] or
/// [`Channel::advance`](Channel::advance).
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use journeyman_testkit::tasker::{Channel, Orchestrator, Server};
///
/// let channel = Channel::new(Orchestrator::default());
/// let server = Server::start(channel, ([127, 0, 0, 1], 0).into()).await?;
/// println!("POST {}/v1/tasks", server.url());
/// server.stop().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Server {
    addr: SocketAddr,
    stop: watch::Sender<bool>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Server {
    /// Binds the address and serves on the current tokio runtime. Port 0 lets the system choose.
    ///
    /// # Errors
    ///
    /// The I/O error of an address that can not be bound.
    pub async fn start(channel: Channel, listen: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let addr = listener.local_addr()?;
        let (stop, stopped) = watch::channel(false);
        let serving = http::serve(router(channel), listener, stopped, GRACE);
        Ok(Self { addr, stop, task: Mutex::new(Some(tokio::spawn(serving))) })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Its base URL, such as `http://127.0.0.1:8080`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Stops: requests in flight are answered, within 5 s; the port is free when this returns.
    /// Not cancel safe: a dropped call leaves the stop to go on by itself.
    pub async fn stop(&self) {
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.stop.send_replace(true);
        if let Some(task) = task {
            // A task that panicked has ended as well.
            let _ = task.await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

type App = State<Channel>;
type Answer = Result<Json<Value>, ApiError>;

fn router(channel: Channel) -> Router {
    let limit = channel.look(|core| core.config().limits.message_bytes);
    let steps = "/v1/tasks/{task}/workflow_steps";
    Router::new()
        .route("/v1/tasks", get(list_tasks).post(create_task))
        .route("/v1/tasks/{task}", get(get_task).delete(cancel_task))
        .route("/v1/tasks/{task}/summary", get(get_summary))
        .route(steps, get(list_steps))
        .route(&format!("{steps}/{{step}}"), get(get_step).patch(change_step))
        .route(&format!("{steps}/{{step}}/audit"), get(get_audit))
        .route("/v1/templates", get(list_templates))
        .route("/v1/templates/{namespace}/{name}/{version}", get(get_template))
        .route("/v1/dlq", get(list_dlq))
        .route("/v1/dlq/stats", get(dlq_stats))
        .route("/v1/dlq/task/{task}", get(get_dead))
        .route("/health", get(health))
        .route("/health/live", get(alive))
        .route("/health/ready", get(ready))
        .route("/health/detailed", get(ready))
        .route("/metrics", get(metrics))
        .layer(DefaultBodyLimit::max(limit))
        .with_state(channel)
}

fn task_id(text: &str) -> Result<Uuid, ApiError> {
    text.parse().map_err(|_| ApiError::bad_request("Invalid task UUID format"))
}

fn ids(task: &str, step: &str) -> Result<(Uuid, Uuid), ApiError> {
    let step = step.parse().map_err(|_| ApiError::bad_request("Invalid step UUID format"));
    Ok((task_id(task)?, step?))
}

fn found(value: Option<Value>) -> Answer {
    value.map(Json).ok_or_else(ApiError::resource)
}

// A body that is no JSON, or lacks members, is refused by axum in its own words, as upstream.
async fn create_task(State(channel): App, Json(request): Json<TaskRequest>) -> Answer {
    found(channel.with(|core| {
        let task = core.submit(request)?;
        Ok::<_, ApiError>(core.rest_task(task))
    })?)
}

async fn list_tasks(State(channel): App, Query(query): Query<TaskQuery>) -> Answer {
    let (page, per_page) = query.window().map_err(ApiError::bad_request)?;
    Ok(Json(channel.look(|core| core.rest_tasks(&query, page, per_page))))
}

async fn get_task(State(channel): App, Path(task): Path<String>) -> Answer {
    let task = task_id(&task)?;
    found(channel.look(|core| core.rest_task(task)))
}

async fn cancel_task(State(channel): App, Path(task): Path<String>) -> Answer {
    let task = task_id(&task)?;
    found(channel.with(|core| {
        core.cancel_task(task)?;
        Ok::<_, ApiError>(core.rest_cancelled(task))
    })?)
}

async fn get_summary(State(channel): App, Path(task): Path<String>) -> Answer {
    let task = task_id(&task)?;
    found(channel.look(|core| core.rest_summary(task)))
}

async fn list_steps(State(channel): App, Path(task): Path<String>) -> Answer {
    let task = task_id(&task)?;
    found(channel.look(|core| core.rest_steps(task)))
}

async fn get_step(State(channel): App, Path((task, step)): Path<(String, String)>) -> Answer {
    let (task, step) = ids(&task, &step)?;
    channel.look(|core| core.rest_step(task, step)).map(Json)
}

async fn get_audit(State(channel): App, Path((task, step)): Path<(String, String)>) -> Answer {
    let (task, step) = ids(&task, &step)?;
    channel.look(|core| core.rest_audit(task, step)).map(Json)
}

async fn change_step(
    State(channel): App,
    Path((task, step)): Path<(String, String)>,
    Json(action): Json<Action>,
) -> Answer {
    let (task, step) = ids(&task, &step)?;
    channel.with(|core| {
        // It must be a step of this task before anything is done with it.
        core.rest_step(task, step)?;
        match action {
            Action::ResetForRetry { .. } => core.reset_step(step)?,
            Action::ResolveManually { .. } => core.resolve_step_manually(step)?,
            Action::CompleteManually { mut completion_data, reason, completed_by } => {
                let custom = completion_data.custom();
                let result = completion_data.result;
                core.complete_by_hand(step, result, custom, &completed_by, &reason)?;
            }
        }
        core.rest_step(task, step).map(Json)
    })
}

async fn list_templates(State(channel): App, Query(query): Query<TemplateQuery>) -> Json<Value> {
    Json(channel.look(|core| core.rest_templates(query.namespace.as_deref())))
}

async fn get_template(
    State(channel): App,
    Path(key): Path<(String, String, String)>,
) -> Result<Json<Value>, ApiError> {
    let (namespace, name, version) = &key;
    let missing = format!("Template not found: {namespace}/{name}/{version}");
    let template = channel.look(|core| core.rest_template(&key));
    template.map(Json).ok_or_else(|| ApiError::not_found(missing))
}

async fn list_dlq(State(channel): App, Query(query): Query<DlqQuery>) -> Json<Value> {
    let (skip, limit) = query.window();
    Json(channel.look(|core| core.rest_dlq(skip, limit)))
}

async fn dlq_stats(State(channel): App) -> Json<Value> {
    Json(channel.look(|core| core.rest_dlq_stats()))
}

async fn get_dead(State(channel): App, Path(task): Path<String>) -> Answer {
    let task = task_id(&task)?;
    found(channel.look(|core| core.rest_dead(task)))
}

async fn health(State(channel): App) -> Json<Value> {
    Json(channel.look(|core| core.rest_health("healthy")))
}

async fn alive(State(channel): App) -> Json<Value> {
    Json(channel.look(|core| core.rest_health("alive")))
}

async fn ready(State(channel): App) -> Json<Value> {
    Json(channel.look(|core| core.rest_ready()))
}

async fn metrics(State(channel): App) -> Response {
    let text = channel.look(|core| core.rest_metrics());
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}
