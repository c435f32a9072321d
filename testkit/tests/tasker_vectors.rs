//! The recorded run of the real server, replayed: its worker's answers are given, and what comes of
//! them must be what came of them then, ids and times apart.

// The lint's exception for tests sees only functions that are marked as such.
#![allow(clippy::unwrap_used)]

#[path = "tasker_support/replay.rs"]
mod replay;
mod tasker_support;

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use journeyman_testkit::tasker::{
    Delivery, Event, Orchestrator, StepInfo, StepState, TaskRequest, TaskState,
};
use journeyman_testkit::vectors::{Vector, Vectors};
use replay::{
    Replayed, answers, id, orchestrator, recorded_tasks, replay, settled, text, translate,
};
use serde_json::{Value, json};
use tasker_support::{poll_all, template, testdata, vectors};
use uuid::Uuid;

#[test]
fn the_recorded_run() {
    let mut events = vectors("step_events.jsonl");
    let mut results = vectors("step_results.jsonl");
    let mut checkpoints = vectors("checkpoints_and_metrics.jsonl");
    let recorded = recorded_tasks(&mut events);
    assert_eq!(events.finish(), 60);
    let mut answers = answers(&mut results, &mut checkpoints);
    assert_eq!(checkpoints.finish(), 13);
    let mut done: Vec<Replayed> =
        recorded.into_iter().map(|task| replay(task, &mut answers)).collect();
    assert_eq!(done.len(), 19);
    assert!(answers.results.is_empty() && answers.yields.is_empty() && answers.twice.is_empty());
    assert!(answers.silence.is_empty());

    native(&mut results);
    assert_eq!(results.finish(), 62);
    domain_events(&done);
    pointers(&done);
    end_states(&mut done);
    transitions(&mut done);
    killed(&mut done);
}

/// What upstream's own service answers for handlers of all sorts.
fn native(results: &mut Vectors) {
    let lines = results.take_where("native", |line| line.id.starts_with("native/"));
    let mut by_step: HashMap<String, Value> = lines
        .iter()
        .map(|line| (line.value["decoded"]["step"].as_str().unwrap().to_owned(), text(line)))
        .collect();
    let mut core = orchestrator();
    let task = core.start_task("gvn", "native", "1.0.0", json!({ "z": 1 })).unwrap();
    for event in poll_all(&mut core) {
        let mut result = by_step.remove(event.step_name()).unwrap();
        result["step_uuid"] = json!(event.step_uuid.to_string());
        assert!(core.complete(event.event_id, &result), "{}", event.step_name());
    }
    assert!(by_step.is_empty());
    assert_eq!(core.task_state(task), Some(TaskState::BlockedByFailures));
    // One try each, so what could be tried again is at its end, too.
    for (step, state) in core.step_states(task) {
        let good = matches!(step, "n_ok" | "n_method");
        let expected = if good { StepState::Complete } else { StepState::Error };
        assert_eq!(state, expected, "{step}");
    }
}

fn domain_events(done: &[Replayed]) {
    let mut lines = vectors("domain_events.jsonl");
    for replayed in done {
        let mut ours: BTreeMap<String, Value> = BTreeMap::new();
        for event in replayed.core.domain_events() {
            let way = if event.delivery == Delivery::Fast { "fast" } else { "durable" };
            let key = format!("{way}/{}", event.name);
            assert!(ours.insert(key, event.to_json()).is_none());
        }
        let fast = ours.keys().filter(|key| key.starts_with("fast/")).count();
        let of_task = |line: &Vector| id(&text(line)["metadata"]["task_uuid"]) == replayed.recorded;
        let mut theirs = BTreeMap::new();
        while let Some(line) = lines.left().iter().find(|line| of_task(line)) {
            let line_id = line.id.clone();
            let line = lines.take(&line_id, "declared events");
            theirs.insert(line.id.clone(), replayed.translate(&text(&line)));
        }
        let settle_all = |events: BTreeMap<String, Value>| -> BTreeMap<String, Value> {
            events.into_iter().map(|(key, event)| (key, settled(event))).collect()
        };
        assert_eq!(settle_all(ours), settle_all(theirs), "{}", replayed.name);
        assert_eq!(fast, if replayed.name == "events" { 2 } else { 0 });
    }
    // A second run of the same workflow, with a long text.
    for name in ["order.accepted", "order.both"] {
        let line = lines.take(&format!("durable/{name}-2"), "long events");
        let theirs = text(&line);
        let mut core = orchestrator();
        let task = &theirs["payload"]["task_sequence_step"]["task"]["task"];
        let mut request = TaskRequest::new("gv", "events", "1.0.0", task["context"].clone());
        for (place, key) in [
            (&mut request.initiator, "initiator"),
            (&mut request.source_system, "source_system"),
            (&mut request.reason, "reason"),
        ] {
            *place = task[key].as_str().unwrap().to_owned();
        }
        request.correlation_id = Some(id(&task["correlation_id"]));
        let task = core.submit(request).unwrap();
        let event = core.poll().unwrap();
        let ids = HashMap::from([
            (id(&theirs["metadata"]["task_uuid"]), task),
            (id(&theirs["metadata"]["step_uuid"]), event.step_uuid),
        ]);
        let theirs = translate(&theirs, &ids);
        assert!(core.complete(event.event_id, &theirs["payload"]["execution_result"]));
        let ours = core
            .domain_events()
            .find(|event| event.name == name && event.delivery == Delivery::Durable)
            .unwrap();
        assert_eq!(settled(ours.to_json()), settled(theirs), "{}", line.id);
    }
    assert_eq!(lines.finish(), 7);
}

/// What the real server said of its tasks and steps in the end.
fn end_states(done: &mut [Replayed]) {
    let mut lines = vectors("http.jsonl");
    for replayed in done {
        // The retry of a blocked task has become due meanwhile.
        replayed.core.advance(Duration::from_secs(10));
        let path = format!("/v1/tasks/{}", replayed.recorded);
        let taken = |channel: String| {
            move |line: &Vector| *line.id < *"http/054" && line.channel() == channel
        };
        if replayed.info().context.get("crash").is_some() {
            continue;
        }
        for line in lines.take_where("tasks", taken(format!("REST GET {path}"))) {
            let theirs = &line.value["decoded"]["response"];
            let info = replayed.info();
            let counts = info.counts;
            for (key, ours) in [
                ("total_steps", counts.total),
                ("pending_steps", counts.pending),
                ("in_progress_steps", counts.in_progress),
                ("completed_steps", counts.completed),
                ("failed_steps", counts.failed),
                ("ready_steps", counts.ready),
            ] {
                assert_eq!(theirs[key], ours, "{}: {key}", line.id);
            }
            assert_eq!(theirs["status"], info.state.word(), "{}", line.id);
            assert_eq!(theirs["execution_status"], counts.execution().word(), "{}", line.id);
        }
        for line in lines.take_where("steps", taken(format!("REST GET {path}/workflow_steps"))) {
            let theirs = line.value["decoded"]["response"].as_array().unwrap();
            assert_eq!(theirs.len(), replayed.info().steps.len(), "{}", line.id);
            for theirs in theirs {
                let name = theirs["name"].as_str().unwrap();
                compare_step(theirs, &replayed.step(name), replayed, &line.id);
            }
        }
    }
    lines.take_where("the API itself, in `tasker_rest`", |_| true);
    assert_eq!(lines.finish(), 81);
}

fn compare_step(theirs: &Value, ours: &StepInfo, replayed: &Replayed, at: &str) {
    let name = &ours.name;
    let done = ours.parents.iter().filter(|parent| replayed.step(parent).state.is_done());
    for (key, value) in [
        ("current_state", json!(ours.state.word())),
        ("attempts", json!(ours.attempts)),
        ("max_attempts", json!(ours.definition.retry.max_attempts)),
        ("dependencies_satisfied", json!(ours.dependencies_satisfied)),
        ("retry_eligible", json!(ours.retry_eligible)),
        ("ready_for_execution", json!(ours.ready)),
        ("total_parents", json!(ours.parents.len())),
        ("completed_parents", json!(done.count())),
    ] {
        assert_eq!(theirs[key], value, "{at}: {name}: {key}");
    }
    let at_time = |key: &str| theirs[key].as_str();
    assert_eq!(at_time("last_failure_at").is_some(), ours.last_failure.is_some(), "{at}: {name}");
    let seconds = |text: &str| -> f64 {
        let (minutes, seconds) = text[14..].trim_end_matches('Z').split_once(':').unwrap();
        minutes.parse::<f64>().unwrap() * 60.0 + seconds.parse::<f64>().unwrap()
    };
    let delay =
        seconds(at_time("next_retry_at").unwrap()) - seconds(at_time("last_attempted_at").unwrap());
    assert_eq!(Some(delay.round() as u32), ours.backoff_seconds, "{at}: {name}");
    let result = settled(ours.result.as_ref().unwrap().to_json());
    assert_eq!(settled(replayed.translate(&theirs["results"])), result, "{at}: {name}");
}

/// Transitions on purpose different from the recorded ones.
const DIFFERENT: [(&str, &str); 1] =
    [("task-transition/linear/8", "it names step l1 although l2 came: a race in the real server")];

fn transitions(done: &mut [Replayed]) {
    let mut lines = vectors("db_transitions.jsonl");
    for replayed in done {
        let (core, task) = (&mut replayed.core, replayed.task);
        // What an operator did.
        let only_step = core.steps(task)[0].uuid;
        match replayed.name.as_str() {
            "exhaust" => {
                let by_hand = json!({ "by": "hand" });
                core.complete_step_manually(only_step, by_hand, "ops", "done by hand").unwrap();
            }
            "permanent" => core.reset_step(only_step).unwrap(),
            _ => {}
        }
        if replayed.info().context.get("crash").is_some() {
            continue;
        }
        let (name, info) = (&replayed.name, replayed.info());
        for step in &info.steps {
            let prefix = format!("step-transition/{name}/{}/", step.name);
            let mut count = 0;
            while let Some(line) = take(&mut lines, &format!("{prefix}{}", count + 1)) {
                let ours = &step.transitions[count];
                count += 1;
                let decoded = &line.value["decoded"];
                assert_eq!(decoded["from"], json!(ours.from.map(StepState::word)), "{}", line.id);
                assert_eq!(decoded["to"], ours.to.word(), "{}", line.id);
                assert_eq!(decoded["sort_key"], count, "{}", line.id);
                let (theirs, ours) = (replayed.translate(&text(&line)), ours.metadata());
                assert_eq!(unpack(theirs), unpack(ours), "{}", line.id);
            }
            assert!(count == 0 || count == step.transitions.len(), "{prefix}: we have more");
        }
        let mut count = 0;
        while let Some(line) = take(&mut lines, &format!("task-transition/{name}/{}", count + 1)) {
            let ours = &info.transitions[count];
            count += 1;
            let decoded = &line.value["decoded"];
            assert_eq!(decoded["from"], json!(ours.from.map(TaskState::word)), "{}", line.id);
            assert_eq!(decoded["to"], ours.to.word(), "{}", line.id);
            let theirs = settled(replayed.translate(&text(&line)));
            let same = theirs == settled(ours.metadata());
            let known = DIFFERENT.iter().any(|(id, _)| *id == line.id);
            assert!(same != known, "{}: {theirs} and {}", line.id, ours.metadata());
        }
        assert!(count == 0 || count == info.transitions.len(), "{name}: we have more");
    }
    assert_eq!(lines.finish(), 94);
}

fn take(lines: &mut Vectors, id: &str) -> Option<Vector> {
    let there = lines.left().iter().any(|line| line.id == id);
    there.then(|| lines.take(id, "transitions"))
}

/// Metadata of a transition with its inner JSON read.
fn unpack(mut metadata: Value) -> Value {
    if let Some(event) = metadata["event"].as_str() {
        metadata["event"] = serde_json::from_str(event).unwrap();
    }
    let data = &mut metadata["event"]["data"];
    if data["metadata"]["custom"]["manually_completed"] == true {
        // Its times are those of the moment of the action.
        for key in ["started_at", "completed_at"] {
            assert!(data["metadata"][key].as_str().unwrap().ends_with('Z'));
            data["metadata"][key] = json!("(time)");
        }
    }
    settled(metadata)
}

/// The worker that was killed with a step in its hands.
fn killed(done: &mut [Replayed]) {
    let replayed = done.iter_mut().find(|task| task.info().context.get("crash").is_some()).unwrap();
    let (core, task) = (&mut replayed.core, replayed.task);
    core.restart_worker();
    core.advance(Duration::from_secs(29 * 60));
    assert_eq!(core.task_state(task), Some(TaskState::StepsInProcess));
    core.advance(Duration::from_secs(3 * 60));
    assert_eq!(core.task_state(task), Some(TaskState::Error));
    assert_eq!(core.step_states(task).next(), Some(("silent", StepState::InProgress)));
    assert_eq!(core.dead_letters().collect::<Vec<_>>(), [task]);
    assert!(core.poll().is_none());
}

/// Pointers in the queues: the same steps of a task in the same order, to the workers and back.
fn pointers(done: &[Replayed]) {
    let mut lines = vectors("queue_messages.jsonl");
    lines.take_where("LISTEN/NOTIFY is the database's; the stand-in has none", |line| {
        line.id.starts_with("notify/")
    });
    for (queue, wanted) in [
        ("worker_gv_queue", &[StepState::Enqueued][..]),
        (
            "orchestration_step_results",
            &[StepState::EnqueuedForOrchestration, StepState::EnqueuedAsErrorForOrchestration],
        ),
    ] {
        let mut theirs: HashMap<Uuid, Vec<Value>> = HashMap::new();
        let prefix = format!("pgmq/{queue}/");
        for line in lines.take_where("pointers", |line| line.id.starts_with(&prefix)) {
            let message = text(&line);
            theirs.entry(id(&message["task_uuid"])).or_default().push(message);
        }
        assert!(!theirs.is_empty());
        for (task, theirs) in theirs {
            let replayed = done.iter().find(|replayed| replayed.recorded == task).unwrap();
            let correlation = replayed.info().correlation_id.to_string();
            let mut events = replayed.core.events();
            let mut ours = Vec::new();
            while let Some(event) = events.try_next() {
                if let Event::Step { task, step, to, .. } = event
                    && wanted.contains(&to)
                {
                    ours.push(json!({
                        "task_uuid": task.to_string(), "step_uuid": step.to_string(),
                        "correlation_id": correlation,
                    }));
                }
            }
            let theirs: Vec<Value> =
                theirs.iter().map(|pointer| replayed.translate(pointer)).collect();
            assert_eq!(ours, theirs, "{queue}: {}", replayed.name);
        }
    }
    // Another run, with RabbitMQ: of a line of steps each comes back before the next goes out.
    let amqp = lines.take_where("pointers of another run", |line| line.id.starts_with("amqp/"));
    let texts: Vec<Value> = amqp.iter().map(text).collect();
    let mut core = orchestrator();
    let context = json!({ "even_number": 6 });
    let task = core.start_task("gv", "linear", "1.0.0", context).unwrap();
    tasker_support::run(&mut core);
    let mut events = core.events();
    let mut queues = Vec::new();
    while let Some(event) = events.try_next() {
        match event {
            Event::Step { to: StepState::Enqueued, .. } => queues.push("worker_gv_queue"),
            Event::Step { to: StepState::EnqueuedForOrchestration, .. } => {
                queues.push("orchestration_step_results");
            }
            _ => {}
        }
    }
    let theirs: Vec<&str> =
        amqp.iter().map(|line| line.value["decoded"]["routing_key"].as_str().unwrap()).collect();
    assert_eq!(queues[..theirs.len()], theirs);
    for pair in texts.chunks(2) {
        assert_eq!(pair[0], pair[1], "a step goes out and comes back under the same ids");
        assert_eq!(pair[0]["correlation_id"], texts[0]["correlation_id"], "the task's");
    }
    assert_eq!(core.task_state(task), Some(TaskState::Complete));
    assert_eq!(lines.finish(), 28);
}

#[test]
fn all_templates_parse_without_warnings() {
    let mut names = Vec::new();
    for file in std::fs::read_dir(testdata("templates")).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let mut core = Orchestrator::default();
        let read = core.register_template(&template(&name)).unwrap();
        assert!(read.warnings.is_empty(), "{name}: {:?}", read.warnings);
        assert!(!read.steps.is_empty());
        names.push(name);
    }
    assert_eq!(names.len(), 18);
}
