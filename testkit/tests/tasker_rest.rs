//! The REST API of the stand-in orchestrator: every recorded request to the server is made again,
//! and must be answered alike, ids and times apart.

// The lint's exception for tests sees only functions that are marked as such.
#![allow(clippy::unwrap_used)]

#[path = "tasker_support/alike.rs"]
mod alike;
mod http_support;
#[path = "tasker_support/replay.rs"]
mod replay;
mod tasker_support;

use std::net::SocketAddr;
use std::time::Duration;

use alike::Alike;
use http_support::{Answer, get, http, raw};
use journeyman_testkit::tasker::{Channel, Config, Orchestrator, Server, Staleness};
use journeyman_testkit::vectors::Vector;
use replay::{answer_all, answers, recorded_tasks};
use serde_json::{Value, json};
use tasker_support::{RECORDED, template, vectors};

/// What is different on purpose: line, path (a part of it), reason.
const DIFFERENT: [(&str, &str, &str); 10] = [
    ("http/005", "/status", "it was asked between two transitions, which are one here"),
    ("http/005", "/ready_steps", "as above"),
    ("http/005", "/execution_status", "as above"),
    ("http/005", "/recommended_action", "as above"),
    ("http/005", "/steps/0/current_state", "as above"),
    ("http/005", "/steps/0/ready_for_execution", "as above"),
    ("http/005", "/pending_steps", "as above"),
    ("server/10", "/checks/command_processor/message", "there are no such processors"),
    ("server/10", "/info", "there are no pools"),
    ("server/11", "/0", "another number of tasks, and a number that means nothing"),
];

struct Front {
    channel: Channel,
    server: Server,
    alike: Alike,
}

impl Front {
    async fn start(config: Config) -> Self {
        let mut core = Orchestrator::new(config);
        for name in RECORDED {
            core.register_template(&template(&format!("{name}.yaml"))).unwrap();
        }
        let channel = Channel::new(core);
        let server = Server::start(channel.clone(), ([127, 0, 0, 1], 0).into()).await.unwrap();
        Self { channel, server, alike: Alike::default() }
    }

    fn addr(&self) -> SocketAddr {
        self.server.addr()
    }

    /// Makes a recorded request again; its answer must be alike.
    async fn again(&mut self, line: &Vector) {
        // "REST GET /v1/tasks", with "server" in between where it says whose API it is.
        let mut words =
            line.channel().split(' ').filter(|word| !matches!(*word, "REST" | "server"));
        let (method, target) = (words.next().unwrap(), words.next().unwrap());
        let target = self.alike.translate(target);
        let body = line.text("text");
        let answer = http(self.addr(), method, &target, body).await;
        let mut theirs = line.value["decoded"].clone();
        if line.id.contains("POST") {
            undo(&mut theirs["response"]);
        }
        assert_eq!(theirs["status"], answer.status, "{}: {}", line.id, answer.body);
        let id = line.id.split(' ').next().unwrap();
        let known = DIFFERENT.iter().filter(|(of, ..)| *of == id).map(|(_, path, _)| *path);
        self.alike.compare(
            &line.id,
            &theirs["response"],
            &answer.json(),
            &known.collect::<Vec<_>>(),
        );
    }
}

/// Some tasks were answered for when the worker had their first step already; here no worker has.
fn undo(task: &mut Value) {
    let Some(steps) = task.get_mut("steps").and_then(Value::as_array_mut) else { return };
    let taken =
        ["in_progress", "enqueued_for_orchestration", "enqueued_as_error_for_orchestration"];
    for step in steps {
        if taken.contains(&step["current_state"].as_str().unwrap()) {
            step["current_state"] = json!("enqueued");
            step["attempts"] = json!(0);
            step["last_attempted_at"] = json!(null);
        }
    }
    task["in_progress_steps"] = json!(0);
}

#[tokio::test]
async fn the_recorded_requests() {
    let mut lines = vectors("http.jsonl");
    lines.take_where("the worker's API, which is the adapter's", |line| {
        line.id.starts_with("worker/")
    });
    let mut config = Config::default();
    config.completion_timeout = Duration::from_secs(3);
    let mut front = Front::start(config).await;
    let number = |line: &Vector| -> u32 { line.id[5..8].parse().unwrap_or(u32::MAX) };

    // All are submitted before the worker takes the first step.
    front.channel.with(|core| core.pause_claims(true));
    for line in lines.take_where("submissions", |line| number(line) < 18) {
        front.again(&line).await;
    }
    front.channel.with(|core| core.pause_claims(false));
    // The recorded worker answers; afterwards the retry of a blocked task becomes due.
    let mut events = vectors("step_events.jsonl");
    let mut results = vectors("step_results.jsonl");
    let mut checkpoints = vectors("checkpoints_and_metrics.jsonl");
    let tasks = recorded_tasks(&mut events);
    let mut answers = answers(&mut results, &mut checkpoints);
    results.take_where("of another run", |line| line.id.starts_with("native/"));
    front.channel.with(|core| answer_all(core, tasks, front.alike.ids(), &mut answers));
    front.channel.advance(Duration::from_secs(20));

    for line in lines.take_where("the same run, in its order", |line| number(line) < 100) {
        front.again(&line).await;
    }
    for line in lines.take_where("health", |line| line.id.contains("GET /health")) {
        front.again(&line).await;
    }
    front.alike.finish();
    let differences = front.alike.differences();
    assert_eq!(differences, DIFFERENT.len() - 1, "a difference is gone, or is new");
    front.server.stop().await;

    // Another run: tasks that were given up.
    let mut config = Config::default();
    let (steps_in_process, detection_every) =
        (Duration::from_secs(60), Duration::from_secs(13 * 60));
    let staleness = Staleness { steps_in_process, detection_every, ..Staleness::default() };
    config.staleness = Some(staleness);
    let mut front = Front::start(config).await;
    for number in 0..30 {
        let context = json!({ "k": number });
        let name = if number == 0 { "no_answer" } else { "events" };
        front.channel.with(|core| core.start_task("gv", name, "1.0.0", context)).unwrap();
    }
    front.channel.with(|core| {
        while let Some(event) = core.poll() {
            if event.step_name() != "silent" {
                tasker_support::succeed(core, &event, json!({ "echo": {} }));
            }
        }
    });
    front.channel.advance(Duration::from_secs(13 * 60));
    for line in lines.take_where("dead letters", |line| line.id.contains("GET /v1/dlq")) {
        front.again(&line).await;
    }
    front.alike.finish();
    assert_eq!(front.alike.differences(), 1);
    let line = lines.take_where("a long list", |_| true).remove(0);
    let theirs = &line.value["decoded"]["response"];
    let ours = get(front.addr(), "/v1/tasks?limit=1").await.json();
    assert_eq!(ours["tasks"].as_array().unwrap().len(), theirs["tasks"].as_array().unwrap().len());
    let mut first = theirs["tasks"][0].clone();
    first["context"] = ours["tasks"][0]["context"].clone();
    front.alike.shape(&line.id, &first, &ours["tasks"][0]);
    front.alike.shape(&line.id, &theirs["pagination"], &ours["pagination"]);
    assert_eq!(ours["pagination"]["has_next"], true);
    front.server.stop().await;
    assert_eq!(lines.finish(), 81);
}

fn body(name: &str, version: &str) -> Value {
    json!({
        "name": name, "namespace": "gv", "version": version, "context": { "even_number": 2 },
        "initiator": "test", "source_system": "test", "reason": "test",
    })
}

fn code(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["error"]["code"].as_str().unwrap_or(&answer.body).to_owned())
}

#[tokio::test]
async fn requests_that_are_refused() {
    let front = Front::start(Config::default()).await;
    let addr = front.addr();
    let post =
        |body: Value| async move { http(addr, "POST", "/v1/tasks", &body.to_string()).await };
    let good = post(body("linear", "1.0.0")).await;
    assert_eq!(good.status, 200, "{}", good.body);
    let task = good.json()["task_uuid"].as_str().unwrap().to_owned();
    let step = good.json()["steps"][0]["workflow_step_uuid"].as_str().unwrap().to_owned();
    let is = |status: u16, code: &str| (status, code.to_owned());

    assert_eq!(code(&post(body("linear", "1.0.0")).await), is(409, "CONFLICT"));
    assert_eq!(code(&post(body("linear", "2.0.0")).await), is(404, "NOT_FOUND"));
    let nil = uuid::Uuid::nil();
    let steps = format!("/v1/tasks/{task}/workflow_steps");
    for (target, status, word) in [
        ("/v1/tasks/not-a-uuid".to_owned(), 400, "BAD_REQUEST"),
        (format!("/v1/tasks/{nil}"), 404, "NOT_FOUND"),
        (format!("/v1/tasks/{nil}/summary"), 404, "NOT_FOUND"),
        (format!("/v1/tasks/{nil}/workflow_steps"), 404, "NOT_FOUND"),
        (format!("{steps}/{nil}"), 404, "NOT_FOUND"),
        (format!("{steps}/x"), 400, "BAD_REQUEST"),
        (format!("/v1/tasks/{nil}/workflow_steps/{step}"), 404, "NOT_FOUND"),
        ("/v1/templates/gv/linear/9".to_owned(), 404, "NOT_FOUND"),
        ("/v1/tasks?per_page=0".to_owned(), 400, "BAD_REQUEST"),
        ("/v1/tasks?per_page=101".to_owned(), 400, "BAD_REQUEST"),
        ("/v1/tasks?page=0".to_owned(), 400, "BAD_REQUEST"),
    ] {
        assert_eq!(code(&get(addr, &target).await), is(status, word), "{target}");
    }
    assert_eq!(get(addr, "/v1/tasks?page=x").await.status, 400);
    assert_eq!(get(addr, "/v2/tasks").await.status, 404);
    assert_eq!(get(addr, "/config").await.status, 404);
    assert_eq!(http(addr, "PUT", "/v1/tasks", "{}").await.status, 405);

    // What is no sound body, in the words of the real server's own parser.
    for (change, value, why) in [
        ("priority", json!(101), "`priority` is not from -100 to 100"),
        ("correlation_id", json!("x"), "no UUID"),
        ("requested_at", json!("2026-01-01T00:00:00Z"), "no time without a zone"),
        ("tags", json!("x"), "expected a sequence"),
        ("reason", json!(null), "expected a string"),
    ] {
        let mut wrong = body("diamond", "1.0.0");
        wrong[change] = value;
        let answer = post(wrong).await;
        assert_eq!(answer.status, 422, "{change}");
        assert!(answer.body.starts_with("Failed to deserialize the JSON body"), "{}", answer.body);
        assert!(answer.body.contains(why), "{change}: {}", answer.body);
    }
    assert_eq!(http(addr, "POST", "/v1/tasks", "{").await.status, 400);
    let plain =
        "POST /v1/tasks HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}";
    assert_eq!(raw(addr, plain.as_bytes()).await.status, 415);

    // Actions.
    let patch = |target: String, body: Value| async move {
        http(addr, "PATCH", &target, &body.to_string()).await
    };
    let one = format!("{steps}/{step}");
    let reset = json!({ "action_type": "reset_for_retry", "reason": "r", "reset_by": "me" });
    assert_eq!(code(&patch(one.clone(), reset.clone()).await), is(400, "BAD_REQUEST"));
    let foreign = format!("/v1/tasks/{nil}/workflow_steps/{step}");
    assert_eq!(code(&patch(foreign, reset).await), is(404, "NOT_FOUND"));
    let unknown = json!({ "action_type": "explode", "reason": "r" });
    assert_eq!(patch(one.clone(), unknown).await.status, 422);
    let incomplete = json!({ "action_type": "resolve_manually", "reason": "r" });
    let answer = patch(one.clone(), incomplete).await;
    assert!(answer.status == 422 && answer.body.contains("resolved_by"), "{}", answer.body);
    let by_hand = json!({
        "action_type": "complete_manually", "reason": "r", "completed_by": "me",
        "completion_data": { "result": { "value": 4 }, "metadata": { "ticket": 7 } },
    });
    let answer = patch(one.clone(), by_hand).await.json();
    assert_eq!(answer["current_state"], "complete");
    assert_eq!(answer["results"]["metadata"]["custom"]["ticket"], 7);
    let resolve = json!({ "action_type": "resolve_manually", "reason": "r", "resolved_by": "me" });
    assert_eq!(code(&patch(one, resolve).await), is(400, "BAD_REQUEST"));

    let cancel = format!("/v1/tasks/{task}");
    assert_eq!(http(addr, "DELETE", &cancel, "").await.status, 200);
    assert_eq!(code(&http(addr, "DELETE", &cancel, "").await), is(400, "BAD_REQUEST"));
    front.server.stop().await;
    assert!(tokio::net::TcpStream::connect(addr).await.is_err());
}

#[tokio::test]
async fn lists_and_optional_members() {
    let front = Front::start(Config::default()).await;
    let addr = front.addr();
    let correlation = "7d444840-9dc0-11d1-b245-5ffdce74fad2";
    for number in 0..7 {
        let mut request = body("linear", "1.0.0");
        request["idempotency_key"] = json!(format!("k{number}"));
        request["initiator"] = json!(if number < 3 { "ann" } else { "bob" });
        request["tags"] = json!(["a", "b"]);
        request["priority"] = json!(-7);
        request["correlation_id"] = json!(correlation);
        request["parent_correlation_id"] = json!(null);
        request["requested_at"] = json!("2026-11-21T13:15:28.963910");
        request["options"] = json!({ "unknown": true });
        let answer = http(addr, "POST", "/v1/tasks", &request.to_string()).await.json();
        assert_eq!(answer["tags"], json!(["a", "b"]));
        assert_eq!(answer["priority"], -7);
        assert_eq!(answer["correlation_id"], correlation);
    }
    let event = front.channel.poll().unwrap().task_sequence_step();
    assert_eq!(event["task"]["task"]["requested_at"], "2026-11-21T13:15:28.963910");
    let list =
        |query: &'static str| async move { get(addr, &format!("/v1/tasks?{query}")).await.json() };
    for (query, tasks, total, pages, next, previous) in [
        ("", 7, 7, 1, false, false),
        ("per_page=3", 3, 7, 3, true, false),
        ("per_page=3&page=3", 1, 7, 3, false, true),
        ("per_page=3&page=9", 0, 7, 3, false, true),
        ("limit=2&offset=5", 7, 7, 1, false, false),
        ("initiator=ann", 3, 3, 1, false, false),
        ("namespace=gv&status=pending", 7, 7, 1, false, false),
        ("namespace=other", 0, 0, 0, false, false),
        ("status=completed", 0, 0, 0, false, false),
    ] {
        let answer = list(query).await;
        let pagination = &answer["pagination"];
        assert_eq!(answer["tasks"].as_array().unwrap().len(), tasks, "{query}");
        assert_eq!(pagination["total_count"], total, "{query}");
        assert_eq!(pagination["total_pages"], pages, "{query}");
        assert_eq!(pagination["has_next"], next, "{query}");
        assert_eq!(pagination["has_previous"], previous, "{query}");
    }
    let templates = get(addr, "/v1/templates?namespace=other").await.json();
    assert_eq!((&templates["total_count"], &templates["templates"]), (&json!(0), &json!([])));
    let metrics = get(addr, "/metrics").await;
    assert!(metrics.head.contains("text/plain; version=0.0.4"), "{}", metrics.head);
    assert!(metrics.body.contains("tasker_standin_tasks{state=\"steps_in_process\"} 7\n"));
    front.server.stop().await;
}
