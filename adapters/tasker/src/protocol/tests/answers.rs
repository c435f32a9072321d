use journeyman_core::{
    Extensions, JobErrorKind,
    job::{Body, OutEvent},
};

use super::{
    events::{definition, delivery, event, id, row},
    *,
};
use crate::{
    Json,
    outcome::{Custom, HandlerVersion},
    returns::CheckpointYield,
    wire::DeliveryMode,
};

fn bench() -> Bench {
    Bench::new(Config::default())
}

#[test]
fn a_step_is_a_job_and_its_value_a_result() {
    let mut bench = bench();
    let (token, job) = bench.job(&event(1, "gv.add"));
    assert_eq!((&*job.route, job.attempt, job.redelivered), ("gv.add", Some(1), Some(false)));
    assert_eq!(job.timeout, Some(Duration::from_millis(29_500)), "before the channel's 30 s");
    assert_eq!(*job.id, *id(2, 1).to_string());
    let trace = format!("00-{}-{:016x}-01", id(3, 1).simple(), id(2, 1).as_u64_pair().1);
    assert_eq!(job.traceparent.as_deref(), Some(&*trace));
    let args: Value = job.payload.exact().unwrap();
    assert_eq!(args, json!({"x": 1}));
    bench.advance(Duration::from_millis(250));
    bench.succeed(token, &job, &json!({"sum": 3}));
    assert_eq!(bench.settled, []);
    let result = bench.result();
    assert_eq!((result.step_uuid, result.success, &*result.status), (id(2, 1), true, "completed"));
    assert_eq!(result.result, json!({"sum": 3}).into());
    let metadata = &result.metadata;
    assert_eq!(metadata.execution_time_ms, 250);
    assert_eq!(
        (metadata.worker_id.as_deref(), metadata.worker_hostname.as_deref()),
        (Some("w"), Some("h"))
    );
    assert_eq!(metadata.started_at.as_ref().unwrap().as_str(), "2026-11-21T13:29:24.000000000Z");
    assert_eq!(metadata.completed_at.as_ref().unwrap().as_str(), "2026-11-21T13:29:24.250000000Z");
    assert_eq!(metadata.custom["attempt"], Json::new(&1).unwrap());
    bench.answered(token, true);
    assert_eq!(bench.settled, [(token, Settlement::Written)]);
    let stats = bench.stats();
    assert_eq!((stats.taken, stats.completed, stats.failed, stats.pending), (1, 1, 0, 0));
}

#[test]
fn results_become_objects_unless_told_otherwise() {
    for (value, wrapped) in [
        (json!(5), json!({"value": 5})),
        (json!([1]), json!({"value": [1]})),
        (json!(null), json!({})),
        (json!({"value": 1}), json!({"value": 1})),
    ] {
        for wrap in [true, false] {
            let mut bench = Bench::new(Config::default().wrap_results(wrap));
            let (token, job) = bench.job(&event(1, "gv.add"));
            bench.succeed(token, &job, &value);
            let expected = if wrap { &wrapped } else { &value };
            assert_eq!(bench.result().result, expected.clone().into(), "{value} {wrap}");
        }
    }
}

#[test]
fn every_kind_of_error_has_its_word_and_its_mind() {
    use JobErrorKind as Kind;
    let mut bench = bench();
    for (n, (kind, word, retryable)) in [
        (Kind::Failed, "handler_error", true),
        (Kind::RetryAfter, "retryable_error", true),
        (Kind::Rejected, "permanent_error", false),
        (Kind::TimedOut, "handler_timeout", true),
        (Kind::Cancelled, "cancelled", true),
        (Kind::BadInput, "validation_error", false),
        (Kind::Panicked, "handler_panic", false),
        (Kind::NoRoute, "handler_not_found", false),
        (Kind::Overloaded, "worker_overloaded", true),
        (Kind::HandedBack, "worker_shutdown", true),
    ]
    .into_iter()
    .enumerate()
    {
        let (token, _) = bench.job(&event(n as u32, "gv.add"));
        let result = bench.fail(token, JobError::new(kind, "no"));
        let error = result.error.unwrap();
        assert_eq!(error.error_type.as_deref(), Some(word), "{kind:?}");
        assert_eq!(
            (error.retryable, result.metadata.retryable),
            (retryable, retryable),
            "{kind:?}"
        );
        assert_eq!((result.success, &*result.status), (false, "failed"));
        assert!(result.result.is_object());
        bench.answered(token, true);
    }
    assert_eq!(JobErrorKind::ALL.len(), 10);
    let (token, _) = bench.job(&event(20, "gv.add"));
    let stopped = bench.fail(token, JobError::cancelled("the worker stops").temporary());
    assert_eq!(stopped.metadata.error_type.as_deref(), Some("worker_shutdown"));
    assert_eq!(bench.stats().failed, 10);
}

#[test]
fn what_the_handler_said_about_trying_again_counts() {
    let mut bench = bench();
    let mut n = 100;
    let mut retryable = |error: JobError, change: &dyn Fn(&mut Value)| {
        n += 1;
        let mut event = event(n, "gv.add");
        change(&mut event);
        let (token, _) = bench.job(&event);
        let result = bench.fail(token, error);
        assert_eq!(result.metadata.retryable, result.error.unwrap().retryable);
        (result.metadata.retryable, result.metadata.error_type.unwrap())
    };
    let yes = |word: &str| (true, word.to_owned());
    let no = |word: &str| (false, word.to_owned());
    let same = |_: &mut Value| {};
    assert_eq!(retryable(JobError::failed("x").permanent(), &same), no("permanent_error"));
    assert_eq!(retryable(JobError::failed("x").temporary(), &same), yes("handler_error"));
    assert_eq!(retryable(JobError::rejected("x").temporary(), &same), yes("retryable_error"));
    let never = JobError::retry_after(Duration::ZERO, "x").permanent();
    assert_eq!(retryable(never, &same), no("permanent_error"));
    // A template that forbids retries, or its row in the database, wins.
    let template = |event: &mut Value| definition(event)["retry"]["retryable"] = json!(false);
    assert_eq!(retryable(JobError::failed("x"), &template), no("handler_error"));
    let row = |event: &mut Value| row(event)["retryable"] = json!(false);
    assert_eq!(retryable(JobError::failed("x").temporary(), &row), no("handler_error"));
    assert_eq!(retryable(JobError::retry_after(Duration::ZERO, "x"), &row), no("retryable_error"));
}

#[test]
fn a_delay_is_asked_for_with_the_header_that_counts() {
    let mut bench = bench();
    for (n, (millis, seconds)) in
        [(0, "0"), (1, "1"), (7000, "7"), (7001, "8")].into_iter().enumerate()
    {
        let (token, _) = bench.job(&event(n as u32, "gv.add"));
        let delay = Duration::from_millis(millis);
        let result = bench.fail(token, JobError::retry_after(delay, "busy").with_code("HTTP_429"));
        let metadata = result.orchestration_metadata.unwrap();
        assert_eq!(metadata.headers["Retry-After"], seconds);
        assert_eq!(metadata.backoff_hint.unwrap().delay_seconds.to_string(), seconds);
        assert_eq!(result.error.unwrap().status_code, Some(429));
        assert_eq!(result.metadata.error_code.as_deref(), Some("HTTP_429"));
    }
    // Not where there will be no retry.
    let (token, _) = bench.job(&event(9, "gv.add"));
    let error = JobError::retry_after(Duration::from_secs(1), "busy").permanent();
    let metadata = bench.fail(token, error).orchestration_metadata.unwrap();
    assert!(metadata.headers.is_empty() && metadata.backoff_hint.is_none());
}

#[test]
fn failures_tell_what_happened() {
    let mut bench = bench();
    let (token, _) = bench.job(&event(1, "gv.add"));
    let parse = "x".parse::<i64>().unwrap_err();
    let details = journeyman_core::Value::object([("card", "4711")]);
    let error = JobError::from(parse).with_details(details).with_code("BAD_CARD");
    let result = bench.fail(token, error);
    let context = &result.metadata.context;
    let text = |key: &str| context[key].read::<String>().unwrap();
    assert_eq!((text("card"), text("handler_name")), ("4711".to_owned(), "gv.add".to_owned()));
    assert_eq!(
        (text("error"), text("task_uuid")),
        ("ParseIntError".to_owned(), id(1, 1).to_string())
    );
    assert_eq!(&result.error.as_ref().unwrap().context, context);
    assert_eq!(result.metadata.error_code.as_deref(), Some("BAD_CARD"));
    assert_eq!(result.error.unwrap().message, "invalid digit found in string");

    let mut slow = event(2, "gv.add");
    definition(&mut slow)["timeout_seconds"] = json!(2);
    let (token, job) = bench.job(&slow);
    assert_eq!(job.timeout, Some(Duration::from_secs(2)));
    let result = bench.fail(token, JobError::timed_out("deadline passed"));
    assert_eq!(result.error.unwrap().message, "Handler timed out after 2000ms");
    assert_eq!(result.metadata.context["timeout_ms"], Json::new(&2000).unwrap());

    let (token, _) = bench.job(&event(3, "gv.add"));
    let result = bench.fail(token, JobError::panicked("the handler panicked: boom"));
    assert_eq!(result.error.unwrap().message, "Handler panicked: boom");

    let (token, _) = bench.job(&event(4, "gv.add"));
    let result = bench.fail(token, JobError::failed("é".repeat(1 << 20)));
    assert!(result.error.unwrap().message.len() < 17 << 10);
}

#[test]
fn limits_come_from_the_template_the_settings_and_the_channel() {
    let limit = |config: Config, timeout: Duration, seconds: Option<u32>| {
        let rules = Rules { completion_timeout: timeout, ..Rules::default() };
        let mut bench = Bench::on(config, rules);
        let mut event = event(1, "gv.add");
        definition(&mut event)["timeout_seconds"] = json!(seconds);
        bench.job(&event).1.timeout
    };
    let hour = Duration::from_secs(3600);
    let secs = |secs| Some(Duration::from_secs(secs));
    assert_eq!(limit(Config::default(), hour, None), secs(30));
    assert_eq!(limit(Config::default(), hour, Some(90)), secs(90));
    assert_eq!(limit(Config::default().step_timeout(None), hour, Some(1)), secs(1));
    // What the channel would fail first is too long.
    let almost = Some(hour - Duration::from_millis(500));
    assert_eq!(limit(Config::default().step_timeout(None), hour, None), almost);
    assert_eq!(limit(Config::default(), hour, Some(7200)), almost);
}

#[test]
fn what_stands_beside_a_value_survives() {
    let mut bench = bench();
    let (token, job) = bench.job(&event(1, "gv.add"));
    let body = job.codec.encode(Role::Result, &json!({})).unwrap();
    let extensions = Extensions::new()
        .with(HandlerVersion("2.1".to_owned()))
        .with(Custom::default().set("probe", "rust").unwrap());
    bench.outcome(token, Ok(Completion { body, extensions }));
    let result = bench.result();
    assert_eq!(result.metadata.handler_version.as_deref(), Some("2.1"));
    assert_eq!(result.metadata.custom["probe"], Json::new("rust").unwrap());
    assert_eq!(result.metadata.custom.len(), 3);
    // Values that did not come from the codec are good, too.
    for (n, (body, expected)) in [
        (Body::Empty, json!({})),
        (Body::Bytes("{\"a\":1}".into()), json!({"a": 1})),
        (Body::Value(journeyman_core::Value::object([("a", 1)])), json!({"a": 1})),
    ]
    .into_iter()
    .enumerate()
    {
        let (token, _) = bench.job(&event(10 + n as u32, "gv.add"));
        bench.outcome(token, Ok(Completion { body, ..Completion::default() }));
        assert_eq!(bench.result().result, expected.into());
    }
    let (token, _) = bench.job(&event(20, "gv.add"));
    bench.outcome(token, Ok(Completion { body: Body::Bytes("{".into()), ..Completion::default() }));
    assert!(bench.result().error.unwrap().message.starts_with("the result cannot be sent: "));
}

#[test]
fn a_checkpoint_ends_a_delivery_and_the_next_is_a_new_job() {
    let mut bench = bench();
    let (token, _) = bench.job(&event(1, "gv.add"));
    let checkpoint =
        CheckpointYield::new(&10, 10).unwrap().accumulated(&json!({"sum": 5})).unwrap();
    let mut completion = Completion::default();
    completion.extensions.insert(checkpoint);
    bench.outcome(token, Ok(completion));
    let Some((_, ChannelMessage::Checkpoint(event_id, data))) = bench.sent.pop() else { panic!() };
    assert_eq!((event_id, data.step_uuid, data.items_processed), (id(0x1001, 1), id(2, 1), 10));
    assert_eq!(
        (data.cursor, data.accumulated_results),
        (Json::new(&10).unwrap(), Some(json!({"sum": 5}).into()))
    );
    // The step may come again before the answer to the yield does.
    let mut next = delivery(1, 2, "gv.add");
    row(&mut next)["checkpoint"] = json!({"cursor": 10, "items_processed": 10, "step_uuid": id(2, 1), "accumulated_results": null});
    let (again, _) = bench.job(&next);
    assert_ne!(token, again);
    bench.answered(token, true);
    assert_eq!(
        (bench.settled.pop(), bench.stats().checkpoints),
        (Some((token, Settlement::Written)), 1)
    );
    // One that the channel refuses leaves the step unanswered: a failure takes its place.
    let (token, _) = bench.job(&event(2, "gv.add"));
    let mut completion = Completion::default();
    completion.extensions.insert(CheckpointYield::new(&10, 10).unwrap());
    bench.outcome(token, Ok(completion));
    bench.sent.clear();
    bench.answered(token, false);
    assert_eq!((bench.settled.pop(), bench.stats().refused), (Some((token, DROPPED)), 1));
    let result = bench.result();
    assert_eq!((result.step_uuid, result.metadata.retryable), (id(2, 2), true));
    assert_eq!(result.metadata.error_type.as_deref(), Some("checkpoint_error"));
    // One that is too large is a failure.
    let mut small = Bench::new(Config::default().max_result_size(1_usize << 10));
    let (token, _) = small.job(&event(1, "gv.add"));
    let mut completion = Completion::default();
    completion.extensions.insert(CheckpointYield::new(&"x".repeat(2000), 1).unwrap());
    small.outcome(token, Ok(completion));
    let error = small.result().error.unwrap();
    assert!(!error.retryable && error.message.contains("max_result_size"), "{}", error.message);
}

#[test]
fn answers_that_the_channel_does_not_take_are_counted() {
    let mut bench = bench();
    let (token, job) = bench.job(&event(1, "gv.add"));
    bench.succeed(token, &job, &json!(1));
    bench.answered(token, false);
    assert_eq!((bench.settled.pop(), bench.stats().refused), (Some((token, DROPPED)), 1));
    // An answer to nothing changes nothing.
    bench.answered(token, true);
    let (token, _) = bench.job(&event(2, "gv.add"));
    bench.answered(token, true);
    assert_eq!((bench.settled.len(), bench.ignored.len()), (0, 1));
    bench.message(ChannelMessage::Answered(true));
    bench.input(Input::Reply { tag: Tag(1), message: ChannelMessage::Look });
    assert_eq!(bench.ignored.len(), 3);
}

#[test]
fn the_same_step_again_answers_the_event_that_counts() {
    let mut bench = bench();
    let (token, job) = bench.job(&event(1, "gv.add"));
    bench.step(&delivery(1, 2, "gv.add"));
    assert_eq!((bench.jobs.len(), bench.merged, bench.stats().merged), (0, 1, 1));
    bench.succeed(token, &job, &json!(1));
    let Some((_, ChannelMessage::Complete(event_id, _))) = bench.sent.pop() else { panic!() };
    assert_eq!(event_id, id(0x1002, 1));
}

#[test]
fn what_cannot_be_a_job_is_answered_all_the_same() {
    let mut bench = bench();
    // No handler.
    bench.step(&event(1, "other.add"));
    let result = bench.result();
    assert_eq!((result.step_uuid, result.metadata.retryable), (id(2, 1), false));
    let message = result.error.unwrap().message;
    assert_eq!(message, "Handler not found: other.add: no handler for `other.add`; there are gv.#");
    // A method that is not there is not the method that is.
    let mut method = event(2, "gv.add");
    definition(&mut method)["handler"]["method"] = json!("refund");
    assert_eq!(&*bench.job(&method).1.route, "gv.add.refund");
    // Ids that contradict each other: the event's is the one to answer.
    let mut foreign = event(3, "gv.add");
    row(&mut foreign)["workflow_step_uuid"] = json!(id(2, 99));
    bench.step(&foreign);
    let result = bench.result();
    assert_eq!((result.step_uuid, &*result.status), (id(2, 3), "error"));
    assert!(result.error.unwrap().message.contains("the event names the step"));
    // A step of a kind that nobody knows.
    let mut strange = event(4, "gv.add");
    definition(&mut strange)["type"] = json!("quantum");
    bench.step(&strange);
    let result = bench.result();
    let error = result.error.unwrap();
    assert_eq!((result.step_uuid, error.retryable), (id(2, 4), false));
    assert!(error.message.contains("unknown variant `quantum`"), "{}", error.message);
    assert_eq!(error.error_type.as_deref(), Some("invalid_event"));
    // Nothing is known of it.
    for text in ["", "5", "[]", "{}", "{\"event_id\": 5}", "\u{0}"] {
        bench.message(ChannelMessage::Unreadable(StepEvent::parse(text).unwrap_err()));
    }
    assert_eq!((bench.answers(), bench.ignored.len()), (0, 8));
    let stats = bench.stats();
    assert_eq!((stats.unusable, stats.unresolved), (8, 1));
}

#[test]
fn handlers_publish_events() {
    let mut bench = bench();
    let mut declared = event(1, "gv.add");
    definition(&mut declared)["publishes_events"] = json!([
        {"name": "order.seen", "description": "x", "schema": {}, "delivery_mode": "fast"}
    ]);
    let (token, job) = bench.job(&declared);
    let mut publish = |name: &str, extensions: Extensions| {
        let body = job.codec.encode(Role::Event, &json!({"n": 1})).unwrap();
        let event = OutEvent { name: name.to_owned(), body, extensions };
        bench.input(Input::Event { token, event });
        bench.sent.pop()
    };
    let Some((None, ChannelMessage::Publish(event, mode))) =
        publish("order.seen", Extensions::new())
    else {
        panic!()
    };
    assert_eq!(mode, DeliveryMode::Fast);
    assert_eq!((event.event_id.get_version_num(), &*event.event_version), (7, "1.0"));
    assert_eq!(event.payload.payload, json!({"n": 1}).into());
    assert_eq!(event.payload.execution_result.status, "in_progress");
    let metadata = &event.metadata;
    assert_eq!((metadata.correlation_id, metadata.step_uuid), (id(3, 1), Some(id(2, 1))));
    assert_eq!((&*metadata.namespace, metadata.step_name.as_deref()), ("gv", Some("one")));
    assert_eq!(metadata.fired_at.as_str(), "2026-11-21T13:29:24.000000000Z");
    let with = |mode| Extensions::new().with(mode);
    let mode = |sent| match sent {
        Some((_, ChannelMessage::Publish(_, mode))) => Some(mode),
        _ => None,
    };
    assert_eq!(mode(publish("order.other", Extensions::new())), Some(DeliveryMode::Durable));
    assert_eq!(
        mode(publish("order.seen", with(DeliveryMode::Broadcast))),
        Some(DeliveryMode::Broadcast)
    );
    assert_eq!(mode(publish("NoName", Extensions::new())), None);
    assert_eq!(bench.stats().published, 3);
}
