//! Registrations that are refused: the controller only closes the socket, so that the error must
//! name what it may have been. And what else keeps a worker from its controller.

use journeyman_core::{Error, ErrorKind, Router, Worker};
use journeyman_distworker::Config;
use journeyman_testkit::distworker::{Controller, Event};

use crate::support::{TOKEN, config, controller, event, within};

/// The error that ends a worker which tries only once.
async fn failure(config: Config) -> Error {
    let router = Router::new().route("echo", async || "x");
    let worker = Worker::new(router).serve(config.max_reconnect_attempts(0)).start();
    let ended = within("the end of the worker", worker.expect("settings that work").wait()).await;
    ended.expect_err("it tries only once")
}

/// Tries once, and says what the controller's log has and what the error says.
async fn refusal(controller: &Controller, config: Config) -> (String, Error) {
    let mut events = controller.events_from_now();
    let error = failure(config).await;
    let refused = event(&mut events, "a refusal", |e| matches!(e, Event::Refused { .. })).await;
    let Event::Refused { reason, .. } = refused else { panic!("{refused:?}") };
    (reason, error)
}

fn says(error: &Error, parts: &[&str]) {
    let text = error.to_string();
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in {text:?}");
    }
    assert!(!text.contains(TOKEN), "{text}");
}

const ALWAYS: [&str; 5] = [
    "the controller closed the connection instead of confirming the registration",
    "the worker token is wrong",
    "the clocks are more than 5 minutes apart",
    "the URL is not that of a worker port",
    "run `journeyman doctor`",
];

#[tokio::test]
async fn each_refusal_names_its_likely_causes() {
    let controller = controller().await;
    let static_config = || config(&controller);

    let (reason, error) = refusal(&controller, static_config().worker_token("wrong")).await;
    assert_eq!(reason, "signature mismatch");
    says(&error, &ALWAYS);
    says(&error, &["gave up after the first failed attempt", "in_a_row: 1", "backend: distworker"]);
    assert_eq!(error.kind(), ErrorKind::Refused);

    let unknown = Config::new(controller.worker_url(), "nobody").worker_token(TOKEN);
    let (reason, error) = refusal(&controller, unknown).await;
    assert_eq!(reason, "worker provisioner(\"nobody\") not found");
    says(&error, &ALWAYS);
    says(&error, &["the provisioner `nobody` is not in the controller's configuration"]);

    let started = Config::new(controller.worker_url(), "started").worker_token(TOKEN);
    let (reason, error) = refusal(&controller, started).await;
    assert_eq!(reason, "no worker id");
    says(&error, &ALWAYS);
    says(&error, &["or not of type `none`"]);

    let (reason, error) = refusal(&controller, static_config().worker_id("math-worker-001")).await;
    assert_eq!(reason, "worker not found (id=math-worker-001): worker session not found");
    says(&error, &ALWAYS);
    says(&error, &["the worker id was not handed out by this controller, or was used up"]);
    assert!(!error.is_temporary(), "a made-up id will be refused for ever");

    for minutes in [-10, 10] {
        controller.set_clock_offset_ms(minutes * 60_000);
        let (reason, error) = refusal(&controller, static_config()).await;
        assert_eq!(reason, "request timestamp too old or too far in future");
        says(&error, &ALWAYS);
    }
}

#[tokio::test]
async fn a_refused_static_worker_tries_again_and_gets_in_when_the_fault_is_mended() {
    let controller = controller().await;
    controller.set_clock_offset_ms(600_000);
    let mut events = controller.events_from_now();
    let router = Router::new().route("echo", async || "x");
    let worker = Worker::new(router).serve(config(&controller)).start().unwrap();
    for _ in 0..3 {
        event(&mut events, "a refusal", |e| matches!(e, Event::Refused { .. })).await;
    }
    controller.set_clock_offset_ms(0);
    within("ready", worker.control().ready()).await.unwrap();
    worker.control().drain();
    within("the end", worker.wait()).await.unwrap();
}

#[tokio::test]
async fn an_unreachable_controller_is_told_by_its_address() {
    let away = controller().await;
    let config = config(&away);
    let address = away.worker_addr().to_string();
    away.shutdown().await;
    let error = failure(config).await;
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    says(&error, &[&address, "refused", "gave up after the first failed attempt"]);
}

#[tokio::test]
async fn the_other_port_of_the_controller_is_told() {
    let controller = controller().await;
    let wrong = Config::new(controller.api_url(), "static").worker_token(TOKEN);
    let error = failure(wrong).await;
    assert_eq!(error.kind(), ErrorKind::Refused);
    says(&error, &["404", "worker/v1/ws"]);
}

#[test]
fn settings_that_cannot_work_stop_the_start() {
    for (config, text) in [
        (Config::new("ftp://h", "p").worker_token("t"), "use http://, https://, ws:// or wss://"),
        (Config::new("http://h", "").worker_token("t"), "`provisioner`: is not set"),
        (Config::new("http://h", "p"), "`worker_token`: is not set"),
    ] {
        let router = Router::new().route("echo", async || "x");
        let error = Worker::new(router).serve(config).start().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        says(&error, &[text]);
    }
}
