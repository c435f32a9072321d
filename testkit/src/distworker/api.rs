//! The HTTP API (DistWorker sheet, section 8.1).

use super::go_duration;
use super::openai;
use super::proto::FileInfo;
use super::state::{Draft, QueueRecord, Shared, Stats, WorkerInfo};
use super::structs;
use super::task::{CancelError, SubmitError, Task, Waiters};
use crate::http;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use uuid::Uuid;

type App = State<Arc<Shared>>;

/// Serves until the stop; requests in flight end with their waiters.
pub(crate) async fn serve(
    shared: Arc<Shared>,
    listener: TcpListener,
    stopped: watch::Receiver<bool>,
) {
    let grace = shared.config.timers.close_deadline;
    http::serve(router(shared), listener, stopped, grace).await;
}

fn router(shared: Arc<Shared>) -> Router {
    let mut app = Router::new()
        .route("/api/v1/tasks", post(create_task).get(list_tasks))
        .route("/api/v1/tasks/{id}", get(get_task).delete(cancel_task))
        .route("/api/v1/queues", post(create_queue).get(list_queues))
        .route("/api/v1/queues/{name}", get(get_queue).put(update_queue).delete(delete_queue))
        .route("/api/v1/queues/{name}/stats", get(not_implemented))
        .route("/api/v1/workers", get(list_workers))
        .route("/api/v1/workers/{id}", delete(not_implemented))
        .route("/api/v1/provisioners", get(not_implemented))
        .route("/health", get(health))
        .route("/metrics", get(metrics));
    if let Some(queues) = &shared.config.openai {
        app = openai::routes(app, queues);
    }
    app.fallback(async || (StatusCode::NOT_FOUND, "404 page not found"))
        .method_not_allowed_fallback(async || (StatusCode::NOT_FOUND, "404 page not found"))
        .layer(DefaultBodyLimit::max(shared.config.limits.message_bytes))
        .with_state(shared)
}

pub(crate) fn error(status: StatusCode, text: impl Into<String>) -> Response {
    (status, Json(json!({"error": text.into()}))).into_response()
}

pub(crate) fn submit_error(refusal: &SubmitError) -> Response {
    let status = match refusal {
        SubmitError::Full | SubmitError::Stopped => StatusCode::SERVICE_UNAVAILABLE,
        SubmitError::NoQueue | SubmitError::BadInput(_) => StatusCode::BAD_REQUEST,
    };
    error(status, refusal.to_string())
}

#[derive(Deserialize)]
struct CreateTask {
    #[serde(default)]
    queue: String,
    metadata: Option<Map<String, Value>>,
    input: Option<Map<String, Value>>,
    #[serde(default)]
    timeout: String,
    #[serde(default)]
    retry: i32,
    // Sent by nobody over this route in 0.0.6; refused instead of dropped.
    files: Option<Vec<FileRef>>,
}

#[derive(Deserialize)]
struct FileRef {
    #[serde(default)]
    file_id: String,
    #[serde(default)]
    filename: String,
    #[serde(default)]
    content_type: String,
    #[serde(default)]
    size: i64,
    #[serde(default)]
    storage_url: String,
}

impl From<FileRef> for FileInfo {
    fn from(file: FileRef) -> Self {
        let FileRef { file_id, filename, content_type, size, storage_url } = file;
        Self { file_id, filename, content_type, size, storage_url }
    }
}

fn draft(task: CreateTask) -> Result<(String, Draft), String> {
    let encode = |map: Option<Map<String, Value>>| {
        map.map(|map| structs::from_json(&map)).transpose().map_err(|error| error.to_string())
    };
    let timeout_ms =
        if task.timeout.is_empty() { 0 } else { go_duration::parse_ms(&task.timeout)? };
    let draft = Draft {
        metadata: encode(task.metadata)?,
        input: encode(task.input)?,
        timeout_ms,
        max_retry: u32::try_from(task.retry).unwrap_or(0),
        files: task.files.unwrap_or_default().into_iter().map(Into::into).collect(),
    };
    Ok((task.queue, draft))
}

async fn create_task(
    State(shared): App,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let multipart = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("multipart/form-data"));
    if multipart {
        // Broken in 0.0.6: the JSON is looked for in the body that was already consumed.
        return error(StatusCode::BAD_REQUEST, "EOF");
    }
    let wait = match query.get("wait").map_or(Ok(0), |wait| wait.parse::<i64>()) {
        Ok(wait) => wait,
        Err(_) => {
            return error(StatusCode::BAD_REQUEST, "`wait` is a number of milliseconds, or -1");
        }
    };
    let task = match serde_json::from_slice::<CreateTask>(&body) {
        Ok(task) => task,
        Err(bad) => return error(StatusCode::BAD_REQUEST, bad.to_string()),
    };
    let (queue, draft) = match draft(task) {
        Ok(parts) => parts,
        Err(bad) => return error(StatusCode::BAD_REQUEST, bad),
    };
    let (sender, receiver) = oneshot::channel();
    let waiters =
        (wait != 0).then(|| Box::new(Waiters { answer: Some(sender), ..Waiters::default() }));
    let id = match shared.enter(&queue, draft, waiters) {
        Ok(id) => id,
        Err(refusal) => return submit_error(&refusal),
    };
    // The first terminal message ends the wait, a cancellation does not; at the limit the task
    // is shown as it is then.
    let answered = match u64::try_from(wait) {
        Ok(0) => None,
        Ok(limit) => {
            let limit = Duration::from_millis(limit);
            tokio::time::timeout(limit, receiver).await.ok().and_then(Result::ok)
        }
        Err(_) => receiver.await.ok(),
    };
    match answered.or_else(|| shared.task(id)) {
        Some(task) => Json(task.to_json()).into_response(),
        None => error(StatusCode::NOT_FOUND, "Task not found"),
    }
}

fn parse(id: &str) -> Option<Uuid> {
    super::store::parse_id(id)
}

async fn get_task(State(shared): App, Path(id): Path<String>) -> Response {
    match parse(&id).and_then(|id| shared.task(id)) {
        Some(task) => Json(task.to_json()).into_response(),
        None => error(StatusCode::NOT_FOUND, "Task not found"),
    }
}

async fn cancel_task(State(shared): App, Path(id): Path<String>) -> Response {
    let done = parse(&id).ok_or(CancelError::NotFound).and_then(|id| shared.cancel(id));
    match done {
        Ok(()) => Json(json!({"task_id": id, "status": "finished"})).into_response(),
        Err(CancelError::NotFound) => error(StatusCode::NOT_FOUND, "Task not found"),
        Err(bad @ CancelError::Finished) => error(StatusCode::BAD_REQUEST, bad.to_string()),
    }
}

async fn list_tasks(
    State(shared): App,
    Query(query): Query<HashMap<String, String>>,
) -> Json<Value> {
    // Numbers that are none, or out of range, count as absent.
    let number = |name: &str| {
        query.get(name).and_then(|text| text.parse::<usize>().ok()).filter(|number| *number > 0)
    };
    let page = number("page").unwrap_or(1);
    let limit = number("limit").unwrap_or(20).min(100);
    let queue = query.get("queue").map(String::as_str).filter(|queue| !queue.is_empty());
    let (tasks, total) = shared.tasks(queue, (page - 1).saturating_mul(limit), limit);
    let tasks: Vec<Value> = tasks.iter().map(Task::to_json).collect();
    Json(json!({
        "tasks": tasks,
        "pagination": {
            "page": page,
            "limit": limit,
            "total": total,
            "total_pages": total.div_ceil(limit),
        },
    }))
}

async fn list_workers(State(shared): App) -> Json<Value> {
    let seconds = |ms: Option<i64>| ms.map(|ms| ms.div_euclid(1000));
    let show = |worker: WorkerInfo| {
        json!({
            "worker_id": &*worker.worker_id,
            "status": worker.status,
            "queues": worker.queues,
            "connected_at": seconds(worker.connected_at),
            "last_heartbeat": seconds(worker.last_heartbeat),
            "provisioner_name": &*worker.provisioner,
            "resource_info": worker.resource_info,
        })
    };
    let workers: Vec<Value> = shared.workers().into_iter().map(show).collect();
    Json(json!({"workers": workers}))
}

async fn not_implemented() -> Response {
    error(StatusCode::NOT_IMPLEMENTED, "Not implemented")
}

// Queue records are informational: tasks for other queues are accepted all the same.

#[derive(Deserialize)]
struct QueueBody {
    #[serde(default)]
    name: String,
    #[serde(default)]
    description: String,
}

fn show_queue(name: &str, record: &QueueRecord) -> Value {
    json!({
        "name": name,
        "description": record.description,
        "status": "inactive",
        "created_at": record.created_at.div_euclid(1000),
        "updated_at": record.updated_at.div_euclid(1000),
    })
}

async fn create_queue(State(shared): App, body: Bytes) -> Response {
    let queue = match serde_json::from_slice::<QueueBody>(&body) {
        Ok(queue) if queue.name.is_empty() => {
            return error(StatusCode::BAD_REQUEST, "the queue has no name; set `name`");
        }
        Ok(queue) => queue,
        Err(bad) => return error(StatusCode::BAD_REQUEST, bad.to_string()),
    };
    let now = shared.config.clock.now_ms();
    let limit = shared.config.limits.records;
    shared.queue_records(|records| {
        if records.contains_key(&queue.name) {
            return error(StatusCode::CONFLICT, "Queue already exists");
        }
        if records.len() >= limit {
            return error(StatusCode::SERVICE_UNAVAILABLE, "too many queue records");
        }
        let description = queue.description;
        let record = QueueRecord { description, created_at: now, updated_at: now };
        let shown = show_queue(&queue.name, &record);
        records.insert(queue.name, record);
        (StatusCode::CREATED, Json(shown)).into_response()
    })
}

async fn list_queues(State(shared): App) -> Json<Value> {
    let queues: Vec<Value> = shared.queue_records(|records| {
        records.iter().map(|(name, record)| show_queue(name, record)).collect()
    });
    Json(json!({"queues": queues}))
}

fn queue_not_found() -> Response {
    error(StatusCode::NOT_FOUND, "Queue not found")
}

async fn get_queue(State(shared): App, Path(name): Path<String>) -> Response {
    let shown =
        shared.queue_records(|records| records.get(&name).map(|record| show_queue(&name, record)));
    shown.map_or_else(queue_not_found, |shown| Json(shown).into_response())
}

async fn update_queue(State(shared): App, Path(name): Path<String>, body: Bytes) -> Response {
    let queue = match serde_json::from_slice::<QueueBody>(&body) {
        Ok(queue) => queue,
        Err(bad) => return error(StatusCode::BAD_REQUEST, bad.to_string()),
    };
    let now = shared.config.clock.now_ms();
    let shown = shared.queue_records(|records| {
        let record = records.get_mut(&name)?;
        record.description = queue.description;
        record.updated_at = now;
        Some(show_queue(&name, record))
    });
    shown.map_or_else(queue_not_found, |shown| Json(shown).into_response())
}

async fn delete_queue(State(shared): App, Path(name): Path<String>) -> Response {
    match shared.queue_records(|records| records.remove(&name)) {
        Some(_) => StatusCode::NO_CONTENT.into_response(),
        None => queue_not_found(),
    }
}

async fn health(State(shared): App) -> Json<Value> {
    let stats = shared.stats();
    Json(json!({
        "status": "healthy",
        "timestamp": shared.config.clock.now_seconds(),
        "version": "0.0.6",
        "details": {"connections": stats.connections, "unfinished_tasks": stats.live_tasks},
    }))
}

async fn metrics(State(shared): App) -> Response {
    let text = prometheus(&shared.stats());
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

fn prometheus(stats: &Stats) -> String {
    let counters = [
        ("tasks_submitted", stats.submitted),
        ("tasks_assigned", stats.assigned),
        ("tasks_completed", stats.completed),
        ("tasks_failed", stats.failed),
        ("tasks_retried", stats.retried),
        ("tasks_cancelled", stats.cancelled),
        ("progress_messages", stats.progress),
        ("heartbeats", stats.heartbeats),
        ("ignored_messages", stats.ignored),
        ("registrations_accepted", stats.registered),
        ("registrations_refused", stats.refused),
    ];
    let gauges = [
        ("tasks_live", stats.live_tasks),
        ("tasks_finished_remembered", stats.finished_tasks),
        ("worker_connections", stats.connections),
    ];
    let mut text = String::new();
    // Writing to a String cannot fail.
    for (name, value) in counters {
        let name = format!("distworker_standin_{name}_total");
        let _ = writeln!(text, "# TYPE {name} counter\n{name} {value}");
    }
    for (name, value) in gauges {
        let name = format!("distworker_standin_{name}");
        let _ = writeln!(text, "# TYPE {name} gauge\n{name} {value}");
    }
    text
}
