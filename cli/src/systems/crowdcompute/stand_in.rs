//! The stand-in foreman of the demo.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use journeyman_core::{JobErrorKind, Router, Scope, Serve, Value};
use journeyman_crowdcompute::{Config, Native, PYTHON_ROUTE};
use journeyman_testkit::crowdcompute::{Era, Foreman, ForemanConfig};

use super::{
    Boxed, StandIn,
    client::{Client, Job, Said},
    values,
};
use crate::{
    exit::Failure,
    python::Pool,
    systems::{Call, CallArgs, Ended, json},
};

/// How long a job may take before the demo calls it lost.
const PATIENCE: Duration = Duration::from_secs(30);
/// By this word, the other systems of the demo are kept from what only jobs of this one have.
const GRANT: &str = "python";
/// Python tasks at a time.
const PROCESSES: usize = 2;

/// Python tasks: their name here, and their source.
const PROGRAMS: [(&str, &str); 3] = [
    ("python.square", "def square(x):\n    return x * x\n"),
    ("python.power", "def power(x):\n    return 2 ** x\n"),
    (
        "python.words",
        "import re\n\ndef words(text):\n    return sorted(set(re.findall(r'\\w+', text)))\n",
    ),
];

pub(super) struct CrowdComputeStandIn {
    foreman: Foreman,
    config: Config,
    taken: bool,
    python: Result<Pool, String>,
    idle: Mutex<Vec<Client>>,
}

/// The function of a route: names have no dots there.
fn function(route: &str) -> String {
    route.replace('.', "_")
}

impl CrowdComputeStandIn {
    pub(super) async fn start(routes: &[String], connections: usize) -> Result<Self, Failure> {
        let foreman = Foreman::start(ForemanConfig::new(Era::Head))
            .await
            .map_err(|error| Failure::failed(format!("the stand-in foreman: {error}")))?;
        let mut config = Config::new(foreman.url()).worker_id("demo");
        config.max_concurrent_tasks = connections;
        config.native = routes.iter().map(|route| Native::named(function(route))).collect();
        let python = Pool::start(PROCESSES).await;
        Ok(Self { foreman, config, taken: false, python, idle: Mutex::default() })
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Client>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn results(&self, job: &Job) -> Result<Vec<Value>, String> {
        let text = |failure: Failure| failure.message().to_owned();
        let idle = self.idle().pop();
        let mut client = match idle {
            Some(client) => client,
            None => Client::connect(&self.config, PATIENCE).await.map_err(text)?,
        };
        client.submit(job).map_err(|error| error.to_string())?;
        let ended = tokio::time::timeout(PATIENCE, async {
            loop {
                match client.next(job).await.map_err(text)? {
                    Said::Accepted => {}
                    Said::Results(results) => return Ok(results),
                    Said::Refused(why) => return Err(why),
                }
            }
        });
        let results = ended.await.map_err(|_| format!("no results within {PATIENCE:?}"))??;
        self.idle().push(client);
        Ok(results)
    }
}

impl StandIn for CrowdComputeStandIn {
    fn place(&self) -> String {
        match &self.python {
            Ok(pool) => format!("{}, {}", self.foreman.url(), pool.describe()),
            Err(_) => format!("{}, native handlers only: no Python", self.foreman.url()),
        }
    }

    fn road(&self) -> String {
        "a client's WebSocket".to_owned()
    }

    fn backend(&mut self) -> Result<Serve, Failure> {
        match std::mem::replace(&mut self.taken, true) {
            false => Ok(Serve::new(self.config.clone()).scope(Scope::new().grant(GRANT))),
            true => Err(Failure::failed("the backend was taken already")),
        }
    }

    fn carries(&self, value: &Value) -> bool {
        values::carries(value)
    }

    fn same(&self, sent: &Value, got: &Value) -> bool {
        json::same(sent, got)
    }

    fn code(&self, _kind: JobErrorKind) -> &'static str {
        // The wire has a text only, and clients do not see it.
        "task_error"
    }

    /// A foreman gives a task that failed out again, at once and for ever.
    fn ends_failed_jobs(&self) -> bool {
        false
    }

    fn shows_progress(&self) -> bool {
        false
    }

    fn takes_time_limits(&self) -> bool {
        false
    }

    fn extend(&self, router: Router) -> Router {
        match &self.python {
            Ok(pool) => router.route(format!("{PYTHON_ROUTE}#"), pool.route().requires(GRANT)),
            Err(_) => router,
        }
    }

    fn own_jobs(&self, turn: i64) -> Vec<(Call, Value)> {
        let call = |route, value: Value| Call {
            route,
            args: CallArgs::Value(value),
            timeout: None,
            watch: false,
        };
        let (text, words) = ("to be or not to be", ["be", "not", "or", "to"]);
        let big = Value::integer("1267650600228229401496703205376").unwrap_or_default();
        match &self.python {
            Err(_) => Vec::new(),
            Ok(_) => vec![
                (call("python.square", turn.into()), Value::Int(turn * turn)),
                (call("python.power", 100.into()), big),
                (call("python.words", text.into()), Value::List(words.map(Value::from).into())),
            ],
        }
    }

    fn submit<'a>(&'a self, call: &'a Call) -> Boxed<'a, Result<Ended, String>> {
        Box::pin(async move {
            let argument = match &call.args {
                CallArgs::Value(value) => values::json(value),
                CallArgs::Named(pairs) => {
                    values::json(&Value::object(pairs.iter().map(|(k, v)| (*k, v.clone()))))
                }
            };
            let program = PROGRAMS.iter().find(|(route, _)| *route == call.route);
            let code = match program {
                Some((_, source)) => (*source).to_owned(),
                None => format!(
                    "def {}(*args, **kwargs):\n    raise NotImplementedError('not in Python')\n",
                    function(call.route)
                ),
            };
            let job = Job::new(code, vec![argument]);
            let mut results = self.results(&job).await?;
            let value = match (results.pop(), results.is_empty()) {
                (Some(value), true) => value,
                _ => return Err("not one result for one argument".to_owned()),
            };
            let value = match value {
                // Echo gives the list of its arguments back.
                Value::List(mut items) if call.route == "echo" && items.len() == 1 => {
                    items.remove(0)
                }
                // Today's foreman says in each object who made it.
                Value::Map(mut pairs) if call.route != "echo" => {
                    pairs.retain(|(key, _)| key.as_str() != Some("worker_id"));
                    Value::Map(pairs)
                }
                value => value,
            };
            Ok(Ended { outcome: Ok(value), progress: Vec::new() })
        })
    }

    fn stop(&self) -> Boxed<'_, ()> {
        Box::pin(async {
            self.idle().clear();
            if let Ok(pool) = &self.python {
                pool.stop().await;
            }
            self.foreman.stop().await;
        })
    }
}
