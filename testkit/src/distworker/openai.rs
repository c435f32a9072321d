//! The OpenAI-compatible endpoints (DistWorker sheet, section 8.2): tasks in disguise.

use super::api::{error, submit_error};
use super::config::OpenAi;
use super::state::{Draft, Shared};
use super::structs;
use super::task::{Progress, Waiters};
use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use bytes::Bytes;
use futures_util::stream;
use serde_json::{Map, Value};
use std::convert::Infallible;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

pub(crate) fn routes(app: Router<Arc<Shared>>, queues: &OpenAi) -> Router<Arc<Shared>> {
    let endpoint = |queue: &str, may_stream: bool| {
        let queue: Arc<str> = queue.into();
        post(move |State(shared): State<Arc<Shared>>, body: Bytes| {
            let queue = Arc::clone(&queue);
            async move { answer(&shared, &queue, may_stream, &body).await }
        })
    };
    app.route("/openai/v1/chat/completions", endpoint(&queues.chat_completions_queue, true))
        .route("/openai/v1/completions", endpoint(&queues.completions_queue, true))
        .route("/openai/v1/embeddings", endpoint(&queues.embeddings_queue, false))
}

/// Fields whose type the controller knows, and what it expects there.
fn check(request: &Map<String, Value>) -> Result<(), String> {
    type Test = fn(&Value) -> bool;
    let known: [(&str, Test, &str); 8] = [
        ("model", Value::is_string, "a string"),
        ("stream", Value::is_boolean, "a boolean"),
        ("messages", Value::is_array, "an array"),
        ("temperature", Value::is_number, "a number"),
        ("top_p", Value::is_number, "a number"),
        ("max_tokens", Value::is_i64, "an integer"),
        ("n", Value::is_i64, "an integer"),
        ("user", Value::is_string, "a string"),
    ];
    for (name, test, expected) in known {
        if request.get(name).is_some_and(|value| !value.is_null() && !test(value)) {
            return Err(format!("`{name}` must be {expected}"));
        }
    }
    Ok(())
}

async fn answer(shared: &Shared, queue: &str, may_stream: bool, body: &[u8]) -> Response {
    let bad = |text: String| error(StatusCode::BAD_REQUEST, text);
    let request = match serde_json::from_slice::<Map<String, Value>>(body) {
        Ok(request) => request,
        Err(error) => return bad(error.to_string()),
    };
    if let Err(text) = check(&request) {
        return bad(text);
    }
    let input = match structs::from_json(&request) {
        Ok(input) => input,
        Err(error) => return bad(error.to_string()),
    };
    let streamed = may_stream && request.get("stream").and_then(Value::as_bool).unwrap_or(false);
    let draft = Draft { input: Some(input), ..Draft::default() };
    if streamed {
        let (sender, receiver) = mpsc::channel(shared.config.limits.progress.max(1));
        let waiters = Waiters { progress: Some(sender), ..Waiters::default() };
        match shared.enter(queue, draft, Some(Box::new(waiters))) {
            Ok(_) => event_stream(receiver),
            Err(refusal) => submit_error(&refusal),
        }
    } else {
        let (sender, receiver) = oneshot::channel();
        let waiters = Waiters { answer: Some(sender), ..Waiters::default() };
        if let Err(refusal) = shared.enter(queue, draft, Some(Box::new(waiters))) {
            return submit_error(&refusal);
        }
        match receiver.await {
            // A failed task has no result and is answered with `null` all the same.
            Ok(task) => Json(task.result_json()).into_response(),
            Err(_) => error(StatusCode::SERVICE_UNAVAILABLE, "the controller was stopped"),
        }
    }
}

/// One event per progress message with data; the channel ends with the first terminal message.
fn event_stream(receiver: mpsc::Receiver<Progress>) -> Response {
    let events = stream::unfold(Some(receiver), async |receiver| {
        let mut receiver = receiver?;
        loop {
            match receiver.recv().await {
                Some(progress) if progress.data.is_some() => {
                    let event = format!("data: {}\n\n", progress.data_json());
                    return Some((Ok::<_, Infallible>(event), Some(receiver)));
                }
                Some(_) => {}
                None => return Some((Ok("data: [DONE]\n\n".to_owned()), None)),
            }
        }
    });
    ([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(events)).into_response()
}
