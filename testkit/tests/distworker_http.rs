//! The HTTP API (DistWorker sheet, section 8).

#![allow(clippy::unwrap_used)]

mod distworker_support;

use distworker_support::*;
use journeyman_testkit::distworker::{Clock, Controller, Event, Limits, NewTask, OpenAi, Target};
use serde_json::{Value, json};
use std::net::SocketAddr;

async fn post(addr: SocketAddr, target: &str, body: Value) -> Answer {
    http(addr, "POST", target, &body.to_string()).await
}

async fn get(addr: SocketAddr, target: &str) -> Answer {
    http(addr, "GET", target, "").await
}

async fn controller() -> Controller {
    let openai = OpenAi {
        chat_completions_queue: "llm/chat".to_owned(),
        completions_queue: "llm/text".to_owned(),
        embeddings_queue: "llm/embed".to_owned(),
    };
    start(config().clock(Clock::fixed(DATE_UNIX)).timers(quiet()).openai(openai)).await
}

#[tokio::test]
async fn a_task_by_http_from_submission_to_result() {
    let controller = controller().await;
    let api = controller.api_addr();
    let body = json!({
        "queue": "math.add", "metadata": {"prio": "high"}, "input": {"a": 2, "b": 3.5, "c": null},
        "timeout": "1m30s", "retry": 2,
    });
    let created = post(api, "/api/v1/tasks", body).await;
    assert_eq!(created.status, 200);
    let created = created.json();
    let id = created["task_id"].as_str().unwrap().to_owned();
    assert_eq!(
        created,
        json!({
            "task_id": id, "status": "pending", "queue": "math.add",
            "metadata": {"prio": "high"}, "input": {"a": 2, "b": 3.5, "c": null},
            "worker_id": "", "timeout": 90_000, "created_at": DATE_UNIX, "started_at": null,
            "completed_at": null, "max_retry": 2, "retried": 0, "webhook_url": "",
        })
    );
    let mut peer = Peer::register(&controller, "static", STATIC_TOKEN).await;
    let assigned = peer.assign().await;
    assert_eq!((assigned.task_id.as_str(), assigned.timeout_ms), (&*id, 90_000));
    assert_eq!(assigned.input, to_struct(&json!({"a": 2.0, "b": 3.5, "c": null})));
    let shown = get(api, &format!("/api/v1/tasks/{id}")).await.json();
    assert_eq!((&shown["status"], &shown["started_at"]), (&json!("processing"), &json!(DATE_UNIX)));
    let mut events = controller.events_from_now();
    peer.send(&complete(&id, &json!({"sum": 5.5, "nan": [1e300, 3.0]}))).await;
    event(&mut events, "end", |e| matches!(e, Event::TaskCompleted { .. })).await;
    let shown = get(api, &format!("/api/v1/tasks/{id}")).await.json();
    assert_eq!((&shown["status"], &shown["result"]["sum"]), (&json!("finished"), &json!(5.5)));
    assert_eq!(shown["result"]["nan"].to_string(), "[1e+300,3]");
}

#[tokio::test]
async fn waiting_ends_at_the_first_answer_or_the_limit_but_not_at_a_cancellation() {
    let controller = controller().await;
    let api = controller.api_addr();
    let mut peer = Peer::register(&controller, "static", STATIC_TOKEN).await;
    let submit = |wait: &str, retry: u32| {
        let target = format!("/api/v1/tasks?wait={wait}");
        let body = json!({"queue": "math.add", "retry": retry});
        tokio::spawn(async move { post(api, &target, body).await })
    };
    // For ever, until done.
    let waiting = submit("-1", 0);
    let id = peer.assign().await.task_id;
    peer.send(&complete(&id, &json!({"ok": 1}))).await;
    let answer = within("answer", waiting).await.unwrap();
    assert_eq!((answer.status, &answer.json()["result"]), (200, &json!({"ok": 1})));
    // A failure that is retried ends the wait as well; the task is pending again, with an error.
    let waiting = submit("15000", 1);
    let id = peer.assign().await.task_id;
    peer.send(&failed(&id, "E1", "first")).await;
    let answer = within("answer", waiting).await.unwrap().json();
    assert_eq!((&answer["status"], &answer["error"]["code"]), (&json!("pending"), &json!("E1")));
    assert_eq!(answer["retried"], json!(1));
    let id = peer.assign().await.task_id;
    // At the limit: as it is, still 200. A cancellation in between wakes nobody.
    let waiting = submit("300", 0);
    let mut events = controller.events();
    let mut submitted = Vec::new();
    while submitted.len() < 3 {
        let next = event(&mut events, "task", |e| matches!(e, Event::TaskSubmitted { .. })).await;
        let Event::TaskSubmitted { task_id, .. } = next else { unreachable!() };
        submitted.push(task_id);
    }
    let begun = std::time::Instant::now();
    let cancelled = http(api, "DELETE", &format!("/api/v1/tasks/{}", submitted[2]), "").await;
    assert_eq!(
        cancelled.json(),
        json!({"task_id": submitted[2].to_string(), "status": "finished"})
    );
    let answer = within("answer", waiting).await.unwrap();
    assert!(begun.elapsed() >= std::time::Duration::from_millis(200), "{:?}", begun.elapsed());
    assert_eq!((answer.status, &answer.json()["error"]["code"]), (200, &json!("CANCELLED")));
    peer.send(&complete(&id, &Value::Null)).await;
}

#[tokio::test]
async fn cancelling_is_possible_until_the_end() {
    let controller = controller().await;
    let api = controller.api_addr();
    let id = controller.submit(NewTask::new("q")).unwrap().id();
    let target = format!("/api/v1/tasks/{id}");
    assert_eq!(http(api, "DELETE", &target, "").await.status, 200);
    let again = http(api, "DELETE", &target, "").await;
    assert_eq!((again.status, again.json()), (400, json!({"error": "Task cannot be cancelled"})));
    for id in ["nope", "01a1fe51-5f20-7e00-b5bc-db423f66f8e2"] {
        for method in ["GET", "DELETE"] {
            let missing = http(api, method, &format!("/api/v1/tasks/{id}"), "").await;
            assert_eq!((missing.status, missing.json()), (404, json!({"error": "Task not found"})));
        }
    }
}

#[tokio::test]
async fn bad_submissions_are_refused_with_the_reason() {
    let controller = controller().await;
    let api = controller.api_addr();
    for (body, part) in [
        ("", "EOF"),
        ("{", "EOF"),
        ("[]", "expected"),
        (r#"{"input":{}}"#, "queue"),
        (r#"{"queue":1}"#, "invalid type"),
        (r#"{"queue":"q","input":[1]}"#, "invalid type"),
        (r#"{"queue":"q","timeout":"30"}"#, "\"30\" is not a duration"),
        (r#"{"queue":"q","timeout":30}"#, "invalid type"),
        (r#"{"queue":"q","retry":"x"}"#, "invalid type"),
    ] {
        let answer = http(api, "POST", "/api/v1/tasks", body).await;
        assert_eq!(answer.status, 400, "{body}");
        let error = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(error.contains(part), "{body}: {error}");
    }
    assert_eq!(post(api, "/api/v1/tasks?wait=soon", json!({"queue": "q"})).await.status, 400);
    let multipart =
        http_as(api, "POST", "/api/v1/tasks", "multipart/form-data; boundary=x", "--x--").await;
    assert_eq!((multipart.status, multipart.json()), (400, json!({"error": "EOF"})));
    assert_eq!(controller.stats().submitted, 0);
}

#[tokio::test]
async fn too_many_tasks_are_a_503() {
    let limits = Limits { live_tasks: 1, message_bytes: 1000, ..Limits::default() };
    let controller = start(config().limits(limits)).await;
    let api = controller.api_addr();
    assert_eq!(post(api, "/api/v1/tasks", json!({"queue": "q"})).await.status, 200);
    let full = post(api, "/api/v1/tasks", json!({"queue": "q"})).await;
    assert_eq!(full.status, 503);
    assert!(full.json()["error"].as_str().unwrap().contains("live_tasks"));
    let large = post(api, "/api/v1/tasks", json!({"queue": "q".repeat(1000)})).await;
    assert_eq!(large.status, 413);
}

#[tokio::test]
async fn lists_are_newest_first_in_pages() {
    let controller = controller().await;
    let api = controller.api_addr();
    let ids: Vec<String> = (0..25)
        .map(|at| {
            let queue = if at % 5 == 0 { "five" } else { "rest" };
            controller.submit(NewTask::new(queue)).unwrap().id().to_string()
        })
        .collect();
    let listed = |answer: &Value| -> Vec<String> {
        let tasks = answer["tasks"].as_array().unwrap();
        tasks.iter().map(|task| task["task_id"].as_str().unwrap().to_owned()).collect()
    };
    let newest = |ids: &[String]| ids.iter().rev().cloned().collect::<Vec<_>>();
    let all = get(api, "/api/v1/tasks?status=ignored").await.json();
    assert_eq!(listed(&all), newest(&ids[5..]));
    let pagination = json!({"page": 1, "limit": 20, "total": 25, "total_pages": 2});
    assert_eq!(all["pagination"], pagination);
    let second = get(api, "/api/v1/tasks?page=2").await.json();
    assert_eq!(listed(&second), newest(&ids[..5]));
    let five = get(api, "/api/v1/tasks?queue=five&limit=2&page=2").await.json();
    assert_eq!(listed(&five), [ids[10].clone(), ids[5].clone()]);
    let pagination = json!({"page": 2, "limit": 2, "total": 5, "total_pages": 3});
    assert_eq!(five["pagination"], pagination);
    let odd = get(api, "/api/v1/tasks?page=-1&limit=100000").await.json();
    assert_eq!((&odd["pagination"]["page"], &odd["pagination"]["limit"]), (&json!(1), &json!(100)));
    let far = get(api, &format!("/api/v1/tasks?page={}", u64::MAX)).await.json();
    assert_eq!(listed(&far), Vec::<String>::new());
}

#[tokio::test]
async fn workers_queues_health_metrics_and_the_rest() {
    let controller = controller().await;
    let api = controller.api_addr();
    let _peer = Peer::register(&controller, "other", OTHER_TOKEN).await;
    let workers = get(api, "/api/v1/workers").await.json();
    let worker = &workers["workers"][0];
    assert!(worker["worker_id"].as_str().unwrap().starts_with("other-"));
    assert_eq!(
        *worker,
        json!({
            "worker_id": worker["worker_id"], "status": "idle", "queues": ["math.*", "#", "solo"],
            "connected_at": DATE_UNIX, "last_heartbeat": DATE_UNIX, "provisioner_name": "other",
            "resource_info": {"hostname": "raw", "cpu_cores": 2, "memory_mb": 0},
        })
    );

    let queue = json!({"name": "a/b", "description": "first"});
    assert_eq!(post(api, "/api/v1/queues", queue.clone()).await.status, 201);
    assert_eq!(post(api, "/api/v1/queues", queue).await.status, 409);
    assert_eq!(post(api, "/api/v1/queues", json!({})).await.status, 400);
    let shown = get(api, "/api/v1/queues/a%2Fb").await.json();
    assert_eq!((&shown["status"], &shown["description"]), (&json!("inactive"), &json!("first")));
    let updated =
        http(api, "PUT", "/api/v1/queues/a%2Fb", r#"{"description":"second"}"#).await.json();
    assert_eq!(updated["description"], json!("second"));
    let listed = get(api, "/api/v1/queues").await.json();
    assert_eq!(listed["queues"].as_array().unwrap().len(), 1);
    assert_eq!(http(api, "DELETE", "/api/v1/queues/a%2Fb", "").await.status, 204);
    assert_eq!(get(api, "/api/v1/queues/a%2Fb").await.status, 404);

    for (method, target) in [
        ("DELETE", "/api/v1/workers/x"),
        ("GET", "/api/v1/provisioners"),
        ("GET", "/api/v1/queues/x/stats"),
    ] {
        let answer = http(api, method, target, "").await;
        assert_eq!((answer.status, answer.json()), (501, json!({"error": "Not implemented"})));
    }
    let health = get(api, "/health").await;
    assert_eq!((health.status, &health.json()["timestamp"]), (200, &json!(DATE_UNIX)));
    let metrics = get(api, "/metrics").await.body;
    assert!(metrics.contains("\ndistworker_standin_registrations_accepted_total 1\n"), "{metrics}");
    assert!(metrics.contains("\ndistworker_standin_worker_connections 1\n"), "{metrics}");
    for (method, target) in [("GET", "/"), ("PATCH", "/api/v1/tasks"), ("GET", "/worker/v1/ws")] {
        assert_eq!(http(api, method, target, "").await.status, 404, "{method} {target}");
    }
}

#[tokio::test]
async fn openai_requests_are_tasks_with_the_whole_request_as_input() {
    let controller = controller().await;
    let api = controller.api_addr();
    let mut peer = Peer::register(&controller, "static", STATIC_TOKEN).await;
    for (target, queue) in [
        ("/openai/v1/chat/completions", "llm/chat"),
        ("/openai/v1/completions", "llm/text"),
        ("/openai/v1/embeddings", "llm/embed"),
    ] {
        // Embeddings do not stream, whatever is asked.
        let stream = queue == "llm/embed";
        let request = json!({"model": "m", "stream": stream, "extra": {"x": [1]}});
        let sent = request.clone();
        let waiting = tokio::spawn(async move { post(api, target, sent).await });
        let task = peer.assign().await;
        assert_eq!((task.queue.as_str(), task.timeout_ms), (queue, 0));
        assert_eq!((task.input, task.metadata), (to_struct(&request), None));
        peer.send(&complete(&task.task_id, &json!({"object": "list", "n": 1}))).await;
        let answer = within("answer", waiting).await.unwrap();
        assert_eq!((answer.status, answer.json()), (200, json!({"object": "list", "n": 1})));
    }
    let waiting =
        tokio::spawn(
            async move { post(api, "/openai/v1/embeddings", json!({"model": "m"})).await },
        );
    let task = peer.assign().await;
    peer.send(&failed(&task.task_id, "E", "no model")).await;
    let answer = within("answer", waiting).await.unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (200, "null"));
    for body in ["nope", "[]", r#"{"model":1}"#, r#"{"messages":"x"}"#, r#"{"stream":"yes"}"#] {
        let bad = http(api, "POST", "/openai/v1/chat/completions", body).await;
        assert_eq!(bad.status, 400, "{body}");
    }
}

#[tokio::test]
async fn streams_carry_the_data_of_progress_until_the_first_terminal_message() {
    let controller = controller().await;
    let api = controller.api_addr();
    let mut peer = Peer::register(&controller, "static", STATIC_TOKEN).await;
    let ask = || {
        let request = json!({"model": "m", "stream": true});
        tokio::spawn(async move { post(api, "/openai/v1/chat/completions", request).await })
    };
    let waiting = ask();
    let id = peer.assign().await.task_id;
    let mut expected = String::new();
    for word in 0..200 {
        peer.send(&progress(&id, 0.0, "", &json!({"w": word}))).await;
        expected += &format!("data: {{\"w\":{word}}}\n\n");
    }
    // Without data there is nothing to stream.
    peer.send(&progress(&id, 0.5, "half", &Value::Null)).await;
    peer.send(&complete(&id, &Value::Null)).await;
    expected += "data: [DONE]\n\n";
    let answer = within("answer", waiting).await.unwrap();
    assert_eq!(answer.body, expected);
    assert!(answer.head.contains("application/x-ndjson"), "{}", answer.head);

    let waiting = ask();
    let id = peer.assign().await.task_id;
    peer.send(&failed(&id, "E", "")).await;
    peer.send(&progress(&id, 0.0, "", &json!({"late": true}))).await;
    let answer = within("answer", waiting).await.unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (200, "data: [DONE]\n\n"));
}

#[tokio::test]
async fn without_configuration_there_are_no_openai_endpoints() {
    let controller = start_quiet().await;
    let answer = post(controller.api_addr(), "/openai/v1/embeddings", json!({})).await;
    assert_eq!(answer.status, 404);
}

#[tokio::test]
async fn a_stop_ends_requests_that_wait() {
    let controller = controller().await;
    let api = controller.api_addr();
    let mut events = controller.events();
    let waiting =
        tokio::spawn(
            async move { post(api, "/api/v1/tasks?wait=-1", json!({"queue": "q"})).await },
        );
    event(&mut events, "task", |e| matches!(e, Event::TaskSubmitted { .. })).await;
    assert_eq!(controller.abort(Target::All), 0);
    within("stop", controller.shutdown()).await;
    let answer = within("answer", waiting).await.unwrap();
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("pending")));
}
