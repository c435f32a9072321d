//! Errors as the server words them.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::tasker::error::{ActionError, StartError};

/// An answer that is an error.
#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl ApiError {
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code: "BAD_REQUEST", message: message.into() }
    }

    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, code: "NOT_FOUND", message: message.into() }
    }

    pub(super) fn resource() -> Self {
        Self::not_found("Resource not found")
    }
}

impl From<StartError> for ApiError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Invalid(problem) => Self::bad_request(problem),
            StartError::UnknownTemplate { namespace, name, version } => {
                Self::not_found(format!("Task template not found: {namespace}/{name}/{version}"))
            }
            StartError::Conflict => Self {
                status: StatusCode::CONFLICT,
                code: "CONFLICT",
                message: "A task with this identity already exists".to_owned(),
            },
            StartError::Full => Self {
                status: StatusCode::SERVICE_UNAVAILABLE,
                code: "SERVICE_UNAVAILABLE",
                message: error.to_string(),
            },
        }
    }
}

impl From<ActionError> for ApiError {
    fn from(error: ActionError) -> Self {
        match error {
            ActionError::NotFound => Self::resource(),
            ActionError::WrongState(_) => Self::bad_request(error.to_string()),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = json!({ "error": { "code": self.code, "message": self.message } });
        (self.status, Json(body)).into_response()
    }
}
