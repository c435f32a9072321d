//! The stand-in controller of the demo.

use std::time::Duration;

use journeyman_core::{JobErrorKind, Serve, Value};
use journeyman_distworker::{Config, error_code, structs};
use journeyman_testkit::distworker::{self as testkit, Controller, NewTask, Provisioner, Task};
use serde_json::{Map, json};

use super::{Boxed, StandIn, values};
use crate::{
    exit::Failure,
    http::Http,
    systems::{Call, CallArgs, Ended, Fault},
};

const PROVISIONER: &str = "demo";
/// Nobody outside can reach the ports, and the server ends with the program.
const TOKEN: &str = "demo-token";
/// How long a job may take before the demo calls it lost.
const PATIENCE: Duration = Duration::from_secs(30);
/// Large enough for everything the demo sends.
const MAX_INPUT: usize = 16 << 20;

pub(super) struct DistWorkerStandIn {
    controller: Controller,
    http: Http,
    backend: Option<Config>,
}

impl DistWorkerStandIn {
    pub(super) async fn start(routes: Vec<String>, connections: usize) -> Result<Self, Failure> {
        let config = testkit::Config::default()
            .provisioner(PROVISIONER, Provisioner::shared_token(TOKEN, routes))
            .task_events(false);
        let controller = Controller::start(config)
            .await
            .map_err(|error| Failure::failed(format!("the stand-in does not start: {error}")))?;
        let http = Http::new(&controller.api_url())?;
        let backend = Config::new(controller.worker_url(), PROVISIONER)
            .worker_token(TOKEN)
            .connections(connections);
        Ok(Self { controller, http, backend: Some(backend) })
    }

    /// As a client of the HTTP API does it.
    async fn over_http(
        &self,
        call: &Call,
        input: Map<String, serde_json::Value>,
    ) -> Result<Ended, String> {
        let mut task = json!({"queue": call.route, "input": input});
        if let Some(limit) = call.timeout {
            task["timeout"] = format!("{}ms", limit.as_millis()).into();
        }
        let path = format!("/api/v1/tasks?wait={}", PATIENCE.as_millis());
        let answer = self
            .http
            .request("POST", &path, task.to_string().into_bytes(), Some(PATIENCE * 2))
            .await
            .map_err(|failure| failure.message().to_owned())?;
        let task: serde_json::Value = serde_json::from_slice(&answer.body)
            .map_err(|error| format!("HTTP {}: {error}", answer.status))?;
        if answer.status != 200 || task["status"] != "finished" {
            return Err(format!("HTTP {}, the task is {}", answer.status, task["status"]));
        }
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let outcome = match task.get("error") {
            Some(error) => {
                Err(Fault { code: text(&error["code"]), message: text(&error["message"]) })
            }
            None => Ok(Value::from(task["result"].clone())),
        };
        Ok(Ended { outcome, progress: Vec::new() })
    }

    /// In this process: for progress, which the HTTP API does not show, and for numbers that JSON
    /// does not have.
    async fn directly(&self, call: &Call, input: &Value) -> Result<Ended, String> {
        let submitted = match values::json(input) {
            Some(input) => {
                let mut task = NewTask::new(call.route).input(input).with_progress();
                if let Some(limit) = call.timeout {
                    task = task.timeout_ms(i64::try_from(limit.as_millis()).unwrap_or(i64::MAX));
                }
                self.controller.submit(task)
            }
            None => {
                let input = structs::encode_object(input, "value", MAX_INPUT)
                    .map_err(|error| error.to_string())?;
                self.controller.submit_raw(call.route, input.unwrap_or_default())
            }
        };
        let mut task = submitted.map_err(|error| error.to_string())?;
        let mut progress = Vec::new();
        let end = async {
            while let Some(update) = task.progress().await {
                progress.push(f64::from(update.progress));
            }
            task.wait().await
        };
        let Task { result, error, .. } = tokio::time::timeout(PATIENCE, end)
            .await
            .map_err(|_| format!("the task did not end within {PATIENCE:?}"))?
            .map_err(|error| error.to_string())?;
        let outcome = match (error, result) {
            (Some(error), _) => Err(Fault { code: error.code, message: error.message }),
            (None, Some(bytes)) => {
                Ok(structs::from_bytes(&bytes).map_err(|error| error.to_string())?)
            }
            (None, None) => Ok(Value::Null),
        };
        Ok(Ended { outcome, progress })
    }
}

impl StandIn for DistWorkerStandIn {
    fn place(&self) -> String {
        format!(
            "worker port {}, HTTP API {}",
            self.controller.worker_addr(),
            self.controller.api_addr()
        )
    }

    fn road(&self) -> String {
        "its HTTP API".to_owned()
    }

    fn backend(&mut self) -> Result<Serve, Failure> {
        let taken = self.backend.take();
        taken.map(Serve::new).ok_or_else(|| Failure::failed("the backend was taken already"))
    }

    fn carries(&self, value: &Value) -> bool {
        values::carries(value)
    }

    fn same(&self, sent: &Value, got: &Value) -> bool {
        values::same(sent, got)
    }

    fn code(&self, kind: JobErrorKind) -> &'static str {
        error_code(kind)
    }

    fn submit<'a>(&'a self, call: &'a Call) -> Boxed<'a, Result<Ended, String>> {
        Box::pin(async move {
            // The wire has objects only.
            let (input, key) = match &call.args {
                CallArgs::Value(value) => (Value::object([("value", value.clone())]), "value"),
                CallArgs::Named(pairs) => (Value::object(pairs.iter().cloned()), "result"),
            };
            let mut ended = match (values::json(&input), call.watch) {
                (Some(serde_json::Value::Object(input)), false) => {
                    self.over_http(call, input).await?
                }
                _ => self.directly(call, &input).await?,
            };
            // What is no object comes back wrapped, as it went.
            if let Ok(Value::Map(pairs)) = &mut ended.outcome
                && let [(name, _)] = &pairs[..]
                && name.as_str() == Some(key)
                && let Some((_, value)) = pairs.pop()
            {
                ended.outcome = Ok(value);
            }
            Ok(ended)
        })
    }

    fn stop(&self) -> Boxed<'_, ()> {
        Box::pin(self.controller.shutdown())
    }
}
