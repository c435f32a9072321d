//! The stand-in orchestrator of the demo.

use std::time::Duration;

use journeyman_core::{JobError, JobErrorKind, Route, Router, Scope, Serve, Value};
use journeyman_tasker::{Config, Dependencies, TaskerWorker, error_type};
use journeyman_testkit::tasker::{self as testkit, Bridge, Channel, Orchestrator, TaskState};
use serde_json::Map;
use tokio::task::JoinHandle;

use super::{Boxed, StandIn, values};
use crate::{
    exit::Failure,
    systems::{Call, CallArgs, Ended, Fault, json},
};

/// How long a task may take before the demo calls it lost.
const PATIENCE: Duration = Duration::from_secs(30);
/// By this word, the other systems of the demo are kept from what only steps of a workflow have.
const GRANT: &str = "tasker";
const NAMESPACE: &str = "demo";
const VERSION: &str = "1.0.0";
/// Tasks that are kept; of those that are over, hundreds of thousands would be.
const TASKS: usize = 1000;

/// A workflow of this system alone: two of the handlers that all systems share run side by side, and a
/// third one gets the results of both.
const DIAMOND: &str = "workflow.diamond";
const PAIR: &str = "workflow.pair";

pub(super) struct TaskerStandIn {
    channel: Channel,
    backend: Option<TaskerWorker<Bridge>>,
    clock: JoinHandle<()>,
}

impl TaskerStandIn {
    /// With one template for each of these routes: a workflow of one step, tried once.
    pub(super) fn start(routes: &[String]) -> Result<Self, Failure> {
        let mut config = testkit::Config::quick();
        config.limits.tasks = TASKS;
        config.limits.events = TASKS;
        let mut core = Orchestrator::new(config);
        let once = serde_json::json!({"max_attempts": 1});
        let template = |name: &str, steps: serde_json::Value| {
            // JSON is YAML.
            serde_json::json!({"name": name, "namespace_name": NAMESPACE, "version": VERSION, "steps": steps})
                .to_string()
        };
        let mut templates: Vec<_> = routes
            .iter()
            .map(|route| {
                let step = serde_json::json!({"name": route, "handler": {"callable": route}, "retry": once});
                template(route, serde_json::json!([step]))
            })
            .collect();
        let steps = serde_json::json!([
            {"name": "sum", "handler": {"callable": "math.add"}},
            {"name": "product", "handler": {"callable": "math.mul"}},
            {"name": "both", "handler": {"callable": PAIR}, "dependencies": ["sum", "product"]},
        ]);
        templates.push(template(DIAMOND, steps));
        for text in templates {
            core.register_template(&text)
                .map_err(|error| Failure::failed(format!("the stand-in's template: {error}")))?;
        }
        let channel = Channel::new(core);
        let config = Config::new().worker_id("demo");
        let backend = TaskerWorker::new(config, Bridge::new(channel.clone()));
        let time = channel.clone();
        let clock = tokio::spawn(async move { time.follow_time().await });
        Ok(Self { channel, backend: Some(backend), clock })
    }
}

/// A value that the wire carries as JSON.
fn plain(value: &Value) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// The results of the two steps above.
async fn pair(above: Dependencies) -> Result<Vec<i64>, JobError> {
    Ok(vec![above.get("sum")?, above.get("product")?])
}

/// What no object can be travels as one with this member.
fn bare(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(mut members) if members.len() == 1 => {
            members.remove("value").unwrap_or(serde_json::Value::Object(members))
        }
        value => value,
    }
}

impl StandIn for TaskerStandIn {
    fn place(&self) -> String {
        "in this process, no port: an orchestrator and its dispatch channel".to_owned()
    }

    fn road(&self) -> String {
        "tasks".to_owned()
    }

    fn backend(&mut self) -> Result<Serve, Failure> {
        let taken = self.backend.take();
        taken
            .map(|backend| Serve::new(backend).scope(Scope::new().grant(GRANT)))
            .ok_or_else(|| Failure::failed("the backend was taken already"))
    }

    fn carries(&self, value: &Value) -> bool {
        values::carries(value)
    }

    fn same(&self, sent: &Value, got: &Value) -> bool {
        json::same(sent, got)
    }

    fn code(&self, kind: JobErrorKind) -> &'static str {
        error_type(&JobError::new(kind, ""))
    }

    fn shows_progress(&self) -> bool {
        false
    }

    /// The template says it, in whole seconds.
    fn takes_time_limits(&self) -> bool {
        false
    }

    fn extend(&self, router: Router) -> Router {
        router.route(PAIR, Route::new(pair).requires(GRANT))
    }

    fn own_jobs(&self, turn: i64) -> Vec<(Call, Value)> {
        let args = vec![("a", turn.into()), ("b", 3.into())];
        let args = CallArgs::Named(args);
        let call = Call { route: DIAMOND, args, timeout: None, watch: false };
        vec![(call, vec![Value::Int(turn + 3), Value::Int(turn * 3)].into())]
    }

    fn submit<'a>(&'a self, call: &'a Call) -> Boxed<'a, Result<Ended, String>> {
        Box::pin(async move {
            let context = match &call.args {
                // A result that is no object comes back as one, and so the value goes.
                CallArgs::Value(value) => serde_json::json!({"value": plain(value)}),
                CallArgs::Named(pairs) => pairs
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), plain(value)))
                    .collect::<Map<_, _>>()
                    .into(),
            };
            let task = self
                .channel
                .with(|core| core.start_task(NAMESPACE, call.route, VERSION, context))
                .map_err(|error| error.to_string())?;
            let settled = self.channel.wait_for(|core| core.is_settled(task));
            tokio::time::timeout(PATIENCE, settled)
                .await
                .map_err(|_| format!("the task did not end within {PATIENCE:?}"))?;
            let info = self.channel.with(|core| {
                let info = core.task(task);
                // A blocked task is kept for whoever repairs it: here nobody does.
                let _ = core.cancel_task(task);
                info
            });
            let info = info.ok_or("the task was forgotten")?;
            let last = info.steps.last().ok_or("the task has no steps")?;
            let result = last.result.as_ref().ok_or("the last step has no result")?;
            let outcome = match (&info.state, &result.error) {
                (TaskState::Complete, _) => Ok(Value::from(bare(result.result.clone()))),
                (TaskState::BlockedByFailures, Some(error)) => {
                    let code = result.metadata.error_code.clone().or(error.error_type.clone());
                    let code = code.unwrap_or_default();
                    Err(Fault { code, message: error.message.clone() })
                }
                (state, _) => return Err(format!("the task is {state}")),
            };
            Ok(Ended { outcome, progress: Vec::new() })
        })
    }

    fn stop(&self) -> Boxed<'_, ()> {
        self.clock.abort();
        self.channel.close();
        Box::pin(async {})
    }
}
