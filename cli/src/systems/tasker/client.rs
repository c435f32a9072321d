//! A client of a server's REST API (Tasker sheet, section 15).

use std::time::Duration;

use journeyman_tasker::wire::rest::{ApiError, StepView, TaskRequest, TaskView, TemplateList};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::{
    exit::{Code, Failure},
    http::Http,
    output::{clean, cut},
};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How much of an answer is shown that is not understood, in characters.
const SHOWN: usize = 200;
const SCHEME: &str = "tasker+";

/// Whether this is the address of an API.
pub(super) fn is_api(uri: &str) -> bool {
    uri.get(..SCHEME.len()).is_some_and(|start| start.eq_ignore_ascii_case(SCHEME))
}

/// One server.
#[derive(Debug)]
pub(super) struct Client {
    http: Http,
    patience: Duration,
}

/// An answer that is no success.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) message: String,
}

/// Why there is no answer, or not the one that was wanted.
#[derive(Debug)]
pub(super) enum Problem {
    /// The server said no.
    Refused(Refusal),
    /// Anything else.
    Failed(Failure),
}

impl Client {
    /// A client for `tasker+http://HOST:PORT`.
    pub(super) fn new(uri: &str) -> Result<Self, Failure> {
        let url = if is_api(uri) { &uri[SCHEME.len()..] } else { uri };
        Ok(Self { http: Http::new(url)?, patience: PATIENCE })
    }

    /// Each answer may take so long.
    pub(super) fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// `http://HOST:PORT`.
    pub(super) fn url(&self) -> String {
        self.http.url()
    }

    /// Starts a task.
    pub(super) async fn start(&self, request: &TaskRequest) -> Result<TaskView, Problem> {
        let body = serde_json::to_vec(request)
            .map_err(|error| Problem::Failed(Failure::usage(error.to_string())))?;
        self.call("POST", "/v1/tasks", body).await
    }

    /// A task, in its true state.
    pub(super) async fn task(&self, task: Uuid) -> Result<TaskView, Problem> {
        self.get(&format!("/v1/tasks/{task}")).await
    }

    /// The steps of a task, with their results.
    pub(super) async fn steps(&self, task: Uuid) -> Result<Vec<StepView>, Problem> {
        self.get(&format!("/v1/tasks/{task}/workflow_steps")).await
    }

    /// The templates that workers registered.
    pub(super) async fn templates(&self) -> Result<TemplateList, Problem> {
        self.get("/v1/templates").await
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Problem> {
        self.call("GET", path, Vec::new()).await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: &str,
        path: &str,
        body: Vec<u8>,
    ) -> Result<T, Problem> {
        let answer = self.http.request(method, path, body, Some(self.patience)).await;
        let answer = answer.map_err(Problem::Failed)?;
        if answer.status == 200 {
            return serde_json::from_slice(&answer.body).map_err(|error| {
                Problem::Failed(Failure::failed(format!(
                    "{}: the answer to {method} {path} is not that of a Tasker server: {error}",
                    self.url()
                )))
            });
        }
        let message = match serde_json::from_slice::<ApiError>(&answer.body) {
            Ok(said) => said.error.message,
            // Some refusals are plain text.
            Err(_) => String::from_utf8_lossy(&answer.body).trim().to_owned(),
        };
        let message = cut(&clean(&message), SHOWN);
        Err(Problem::Refused(Refusal { status: answer.status, message }))
    }
}

impl Problem {
    /// As the end of the program.
    pub(super) fn into_failure(self, url: &str) -> Failure {
        let Refusal { status, message } = match self {
            Self::Failed(failure) => return failure,
            Self::Refused(refusal) => refusal,
        };
        let said = if message.is_empty() { String::new() } else { format!(": {message}") };
        let hint = match status {
            401 | 403 => {
                "; this program has no key for it: use `tasker-ctl`, or a server without \
                 authentication"
            }
            404 => {
                "; is this the address of a Tasker server? Its REST API is at port 8080 by default"
            }
            _ => "",
        };
        let code = if (400..500).contains(&status) { Code::Refused } else { Code::Failed };
        Failure::new(code, format!("{url}: HTTP {status}{said}{hint}"))
    }
}
