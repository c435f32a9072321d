//! What may come in and cannot work: what happens then, with the very texts. The book's page on Tasker
//! has the list.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

#[path = "support/events.rs"]
mod events;

use std::time::Duration;

use events::{definition, delivery, event, id, row};
use journeyman_core::{JobError, Router, StartedWorker, Worker, extract::Args};
use journeyman_tasker::{
    CheckpointYield, Config, Custom, Json, Monitor, Step, TaskerWorker,
    channel::memory::{Answer, MemoryHost, Rules, channel},
    config::upstream::{Upstream, WORKER_KEYS},
    template::{TaskTemplate, Templates},
    wire::StepExecutionResult,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// Everything here ends long before; a test that hangs must not.
const LIMIT: Duration = Duration::from_secs(60);

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(LIMIT, future).await.expect("no end within the limit")
}

struct Rig {
    host: MemoryHost,
    worker: StartedWorker,
    monitor: Monitor,
}

impl Rig {
    fn new() -> Self {
        let router = Router::new()
            .route("gv.number", async |Args(x): Args<f64>| x)
            .route("gv.any", async |Args(x): Args<Value>| x)
            .route("gv.raw", async |step: Step| step.context().cloned().unwrap_or_default())
            .route("gv.five", async || 5)
            .route("gv.empty", async || json!({}))
            .route("gv.counts", async || {
                json!({"batch_processing_outcome": {"type": "create_batches",
                    "worker_template_name": "w", "worker_count": 2, "total_items": 5,
                    "cursor_configs": []}})
            })
            .route("gv.nul", async || -> Result<(), JobError> {
                Err(JobError::failed("a\0b").with_code("C\0").with_details("d\0"))
            })
            .route("gv.yields", async || CheckpointYield::new("c\0", 1))
            .route("gv.custom", async || -> Result<(), JobError> {
                Custom::default().set("deep", &nested(200)).map(|_| ())
            })
            .route("gv.waits", std::future::pending::<()>);
        let (end, host) = channel(Rules::default());
        let backend = TaskerWorker::new(Config::default(), end);
        let monitor = backend.monitor();
        let worker = Worker::new(router)
            .serve(backend)
            .drain_timeout(Duration::ZERO)
            .cancel_grace(Duration::ZERO)
            .start();
        Self { host, worker: worker.unwrap(), monitor }
    }

    async fn text(&self, text: &str) {
        assert!(within(self.host.dispatch_text(text)).await);
    }

    async fn result(&mut self) -> (Uuid, StepExecutionResult) {
        match within(self.host.answer()).await {
            Some(Answer::Completed { event_id, result }) => (event_id, *result),
            other => panic!("no result: {other:?}"),
        }
    }

    /// Dispatches a step and gives its error: type, message, and whether it may be tried again.
    async fn error(&mut self, event: &Value) -> (String, String, bool) {
        self.text(&event.to_string()).await;
        let (event_id, result) = self.result().await;
        assert_eq!(event_id.to_string(), event["event_id"].as_str().unwrap());
        assert_eq!(result.step_uuid.to_string(), event["step_uuid"].as_str().unwrap());
        let error = result.error.unwrap();
        assert_eq!(error.retryable, result.metadata.retryable);
        (error.error_type.unwrap(), error.message, error.retryable)
    }

    /// The same with a context of this text.
    async fn with_context(&mut self, number: u32, callable: &str, context: &str) -> String {
        let text = event(number, callable).to_string();
        let own = format!("\"context\":{{\"x\":{number}}}");
        assert!(text.contains(&own));
        self.text(&text.replace(&own, &format!("\"context\":{context}"))).await;
        let (_, result) = self.result().await;
        match result.error {
            None => result.result.as_str().to_owned(),
            Some(error) => {
                assert!(!error.retryable, "{}", error.message);
                format!("{}: {}", error.error_type.unwrap(), error.message)
            }
        }
    }

    async fn until(&self, reached: impl Fn(&Self) -> bool) {
        within(async {
            while !reached(self) {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}

fn nested(levels: usize) -> Json {
    Json::parse(format!("{}{}", "[".repeat(levels), "]".repeat(levels))).unwrap()
}

fn typed(number: u32, callable: &str, kind: &str) -> Value {
    let mut event = event(number, callable);
    definition(&mut event)["type"] = json!(kind);
    event
}

#[tokio::test]
async fn results_that_the_server_would_misunderstand_or_lose() {
    let mut rig = Rig::new();
    for (event, expected) in [
        (
            typed(1, "gv.five", "decision"),
            "a decision step returns an object with the member `decision_point_outcome`, not a number",
        ),
        (
            typed(2, "gv.empty", "decision"),
            "the result of a decision step has no member `decision_point_outcome`; return a `Decision`",
        ),
        (
            typed(3, "gv.empty", "batchable"),
            "the result of a batchable step has no member `batch_processing_outcome`; return `Batches`",
        ),
        (
            typed(4, "gv.counts", "batchable"),
            "`worker_count` is 2, but there are 0 `cursor_configs`",
        ),
        (event(5, "gv.yields"), "the checkpoint cannot be kept: a text has the character NUL"),
        (event(6, "gv.custom"), "`deep` cannot be kept: it has more than 100 levels of nesting"),
    ] {
        let (kind, message, retryable) = rig.error(&event).await;
        assert!(message.contains(expected), "{message}");
        assert_eq!((&*kind, retryable), ("permanent_error", false));
    }
    // An error that has what cannot be stored is told all the same.
    rig.text(&event(7, "gv.nul").to_string()).await;
    let (_, result) = rig.result().await;
    assert_eq!(result.error.unwrap().message, "a\u{fffd}b");
    assert_eq!(result.metadata.error_code.as_deref(), Some("C\u{fffd}"));
    let left_out = result.metadata.context["details"].as_str();
    assert!(left_out.starts_with("\"(left out: a text has the character NUL"), "{left_out}");
}

#[tokio::test]
async fn contexts_of_any_size_depth_and_number() {
    let mut rig = Rig::new();
    // What only passes through stays as it is.
    let big = format!("{{\"big\":\"{}\"}}", "x".repeat(1 << 20));
    assert!(rig.with_context(1, "gv.raw", &big).await == big, "a megabyte");
    let digits =
        "{\"n\":0.1000000000000000055511151231257827,\"m\":123456789012345678901234567890}";
    assert_eq!(rig.with_context(2, "gv.raw", digits).await, digits);
    // Deep, and larger than any number: a handler that wants values gets an error, not a crash.
    let deep = nested(100_000);
    let error = rig.with_context(3, "gv.any", deep.as_str()).await;
    assert!(
        error.starts_with("validation_error: ") && error.contains("recursion limit"),
        "{error}"
    );
    let error = rig.with_context(4, "gv.number", "1e999").await;
    assert!(error.starts_with("validation_error: ") && error.contains("out of range"), "{error}");
    // One that hands it on is told, since the server could not read it.
    let lost = "permanent_error: the result cannot be sent: ";
    for (number, context, expected) in [
        (5, deep.as_str(), "it has more than 100 levels of nesting"),
        (6, "{\"n\":1e999}", "number out of range"),
        (7, "{\"t\":\"\\u0000\"}", "a text has the character NUL, which PostgreSQL cannot store"),
    ] {
        let error = rig.with_context(number, "gv.raw", context).await;
        assert!(error.starts_with(lost) && error.contains(expected), "{error}");
    }
    // Nothing at all.
    assert_eq!(rig.with_context(8, "gv.any", "null").await, "{}");
}

#[tokio::test]
async fn events_that_cannot_be_used_are_answered_as_far_as_they_can_be() {
    let mut rig = Rig::new();
    let change = |number: u32, change: &dyn Fn(&mut Value)| {
        let mut event = event(number, "gv.five");
        change(&mut event);
        event
    };
    let mut unknown = typed(1, "gv.other", "standard");
    definition(&mut unknown)["handler"]["resolver"] = json!("class_lookup");
    let (kind, message, retryable) = rig.error(&unknown).await;
    assert_eq!((&*kind, retryable), ("handler_not_found", false));
    assert!(
        message
            .starts_with("Handler not found: gv.other: no handler for `gv.other`; there are gv."),
        "{message}"
    );
    for (event, expected) in [
        (
            change(2, &|event| definition(event)["type"] = json!("quantum")),
            "the step event cannot be used: unknown variant `quantum`, expected one of `standard`",
        ),
        (
            change(3, &|event| row(event)["attempts"] = json!(5_000_000_000_i64)),
            "the step event cannot be used: invalid value: integer `5000000000`, expected i32",
        ),
        (
            change(4, &|event| drop(event["task_sequence_step"].take())),
            "the step event cannot be used: missing field `task_sequence_step`",
        ),
        (
            change(5, &|event| row(event)["workflow_step_uuid"] = json!(id(2, 99))),
            "the step event cannot be used: the event names the step 00000002-",
        ),
        (
            change(6, &|event| event["task_uuid"] = json!("x".repeat(1 << 20))),
            "the step event cannot be used: UUID parsing failed",
        ),
    ] {
        let (kind, message, retryable) = rig.error(&event).await;
        assert!(message.starts_with(expected), "{message}");
        assert!(message.len() < 2000, "{}", message.len());
        assert_eq!((&*kind, retryable), ("invalid_event", false));
    }
    // An attempt before the first is the first.
    rig.text(&change(7, &|event| row(event)["attempts"] = json!(-3)).to_string()).await;
    assert_eq!(rig.result().await.1.metadata.custom["attempt"], json!(1).into());
    // Nothing is known of these: they are counted, and the next step is answered.
    let without_id = change(8, &|event| event["event_id"] = json!(7));
    for text in ["", "{", "5", "[]", "{}", "\u{0}", &without_id.to_string(), &"[".repeat(1 << 20)] {
        rig.text(text).await;
    }
    rig.text(&event(9, "gv.five").to_string()).await;
    assert!(rig.result().await.1.success);
    let stats = rig.monitor.snapshot();
    assert_eq!((stats.unusable, stats.unresolved), (5 + 8, 1));
}

#[tokio::test]
async fn events_that_come_twice_or_after_the_stop() {
    let mut rig = Rig::new();
    // The same event twice, and a new one of the same step: one run, whose end answers both events.
    for event in [event(1, "gv.waits"), event(1, "gv.waits"), delivery(1, 2, "gv.waits")] {
        rig.text(&event.to_string()).await;
    }
    rig.until(|rig| rig.monitor.snapshot().merged == 2).await;
    assert_eq!(rig.monitor.snapshot().pending, 1);
    rig.worker.control().drain();
    let mut answered = Vec::new();
    for _ in 0..2 {
        let (event_id, result) = rig.result().await;
        answered.push(event_id.to_string());
        let error = result.error.unwrap();
        assert!(error.retryable);
        assert_eq!(error.message, "the worker stops");
        assert_eq!(error.error_type.as_deref(), Some("worker_shutdown"));
    }
    let first = event(1, "gv.waits")["event_id"].as_str().map(str::to_owned);
    assert_eq!(answered, [first.unwrap(), id(0x1002, 1).to_string()]);
    // No worker is there any more, and no step is taken.
    within(rig.worker.wait()).await.unwrap();
    assert!(!within(rig.host.dispatch_text(&event(2, "gv.five").to_string())).await);
    assert_eq!(within(rig.host.answer()).await, None);
}

#[test]
fn templates_say_file_line_and_key() {
    let head = "name: shop\nnamespace_name: shop\nversion: \"1\"\nsteps:\n";
    let step = |name: &str, after: &str| {
        format!("  - {{name: {name}, handler: {{callable: gv.{name}}}, dependencies: [{after}]}}\n")
    };
    for (steps, expected) in [
        (
            step("a", "b") + &step("b", "a"),
            "shop.yaml:5: `steps[0].dependencies`: the steps form a cycle: a -> b -> a",
        ),
        (
            step("a", "nowhere"),
            "shop.yaml:5: `steps[0].dependencies[0]`: there is no step `nowhere`; there are a",
        ),
        (
            "  - name: a\n   handler: {callable: x}\n".to_owned(),
            "shop.yaml:6: `steps[1]`: is not YAML: while parsing a block collection",
        ),
        (
            "  - {name: a, handler: {callable: [1]}}\n".to_owned(),
            "shop.yaml:5: `steps[0].handler.callable`: invalid type: sequence, expected a string",
        ),
    ] {
        let error = TaskTemplate::parse("shop.yaml", &format!("{head}{steps}")).unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
    }
    let loaded = TaskTemplate::parse("shop.yaml", &format!("{head}{}", step("a", ""))).unwrap();
    let (end, _host) = channel(Rules::default());
    let backend = TaskerWorker::new(Config::default(), end);
    let backend = backend.templates(Templates::new([loaded]).unwrap());
    let router = Router::new().route("gv.b", async || 5);
    let error = Worker::new(router).serve(backend).start().err().unwrap().to_string();
    let expected =
        "shop.yaml:5: `steps[0].handler.callable`: no handler for `gv.a`; there are gv.b";
    assert!(error.contains(expected), "{error}");
}

#[test]
fn configurations_tell_all_at_once_and_no_secret() {
    let errors = Upstream::check("tasker.toml", "[common.database]\nurl = \"x\"\n").unwrap_err();
    assert_eq!(errors.iter().count(), WORKER_KEYS.len() - 1);
    let text = errors.to_string();
    assert!(text.contains("`common.database.pool.max_connections`: is missing in tasker.toml"));
    assert!(text.contains("`worker.mpsc_channels.in_process_events`: is missing in tasker.toml"));
    // Of another kind: what stands there is not shown.
    let toml = "worker = 5\n[common]\nbackoff = \"hunter2\"\n[common.database]\npool = \
                { max_connections = \"hunter2\" }\n";
    let text = Upstream::check("tasker.toml", toml).unwrap_err().to_string();
    assert!(text.contains("`common.database.pool.max_connections`: must be a whole number"));
    assert!(text.contains("`common.backoff.jitter_enabled`: is missing"));
    assert!(text.contains("`worker.worker_id`: is missing") && !text.contains("hunter2"), "{text}");
    let config = Config::new().database_url("postgresql://tasker:hunter2@");
    let error = config.validate_live().unwrap_err().to_string();
    assert_eq!(
        error,
        "`database_url`: must have a host and the name of a database\n\
         `config_path`: is missing; give the path of Tasker's TOML file (environment: \
         TASKER_CONFIG_PATH)"
    );
}
