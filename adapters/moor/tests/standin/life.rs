//! A daemon that is restarted, that falls silent, or whose replies get lost.

use std::{sync::Arc, time::Duration};

use journeyman_core::{
    Router,
    extract::State,
    job::{Cancel, CancelReason},
};
use journeyman_moor::Era;
use journeyman_testkit::moor::{self as standin, Event, Failure, MessageKind};
use tokio::sync::mpsc;

use crate::support::{
    Folder, begin, config, daemon, daemon_with, echo, echo_router, raised, session, start, state,
    stop, until, within, works,
};

/// Backoff, the connection, the grace of the subscription, and a machine that is busy.
const BACK_AGAIN: Duration = Duration::from_secs(5);

/// Says why it was told to stop.
async fn stoppable(State(reasons): State<mpsc::Sender<CancelReason>>, cancel: Cancel) {
    let reason = cancel.cancelled().await;
    let _ = reasons.send(reason).await;
}

#[tokio::test]
async fn after_a_restart_the_worker_is_there_again() {
    for era in [Era::Curve, Era::Paseto] {
        let folder = Folder::new();
        let daemon = daemon(era, &folder).await;
        let (reasons, mut told) = mpsc::channel(1);
        let router = Router::new().route("echo", echo).route("stoppable", stoppable).state(reasons);
        let worker = start(router, config(&daemon)).await;
        for round in 0..3 {
            let request = daemon.submit("stoppable", &[], None).unwrap();
            until("it runs", || worker.control().snapshot().running == 1).await;
            daemon.restart().await.unwrap();
            assert_eq!(within("the request", request).await, Err(Failure::Lost));
            let back = tokio::time::timeout(BACK_AGAIN, daemon.attached("echo", 1)).await;
            back.unwrap_or_else(|_| panic!("not back after {BACK_AGAIN:?} in round {round}"));
            // Nobody waits for that any more.
            let reason = within("a reason", told.recv()).await;
            assert_eq!(reason, Some(CancelReason::Forgotten));
            until("it is settled", || session(&worker).counts.in_flight == 0).await;
            assert_eq!(session(&worker).counts.dropped, round + 1);
            // Of each type one: the old ids are gone.
            let alone = |daemon: &standin::Daemon| daemon.registered().len() == 2;
            within("only the new ids", daemon.until(alone)).await;
            works(&daemon).await;
        }
        stop(worker).await.unwrap();
    }
}

#[tokio::test]
async fn a_daemon_that_never_pings_is_left_and_tried_again() {
    let folder = Folder::new();
    let daemon = daemon(Era::Curve, &folder).await;
    let config = config(&daemon).ping_timeout(Duration::from_millis(300));
    let worker = start(echo_router(), config).await;
    works(&daemon).await;
    daemon.faults().set_silent_pings(true);
    until("a new connection", || session(&worker).counts.connections > 1).await;
    let error = session(&worker).last_error.unwrap();
    assert!(error.contains("no ping for 300ms"), "{error}");
    daemon.faults().set_silent_pings(false);
    within("ready", worker.control().ready()).await.unwrap();
    works(&daemon).await;
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn a_lost_reply_to_an_attach() {
    let folder = Folder::new();
    let daemon = daemon(Era::Curve, &folder).await;
    daemon.faults().drop_replies(MessageKind::Attach, 1);
    let config = config(&daemon).reply_timeout(Duration::from_millis(200));
    let worker = start(echo_router(), config).await;
    let stats = daemon.stats();
    assert_eq!((stats.attaches, stats.forgotten, stats.replies_dropped), (1, 0, 1));
    assert_eq!(session(&worker).counts.connections, 1);
    works(&daemon).await;
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn lost_replies_to_pongs() {
    let folder = Folder::new();
    let daemon = daemon(Era::Curve, &folder).await;
    let config = config(&daemon).reply_timeout(Duration::from_millis(200));
    let worker = start(echo_router(), config).await;
    daemon.faults().drop_replies(MessageKind::Pong, 3);
    within("they are lost", daemon.until(|daemon| daemon.stats().replies_dropped == 3)).await;
    let pongs = daemon.stats().pongs;
    within("pongs again", daemon.until(|daemon| daemon.stats().pongs > pongs + 5)).await;
    let stats = daemon.stats();
    assert_eq!((stats.attaches, stats.pong_attaches), (1, 0));
    works(&daemon).await;
    assert_eq!(session(&worker).counts.connections, 1);
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn a_lost_reply_to_a_result() {
    for standin in [standin::Config::curve(), standin::Config::paseto()] {
        let folder = Folder::new();
        // With pings as rare as the real ones: the reply to a pong would be taken for the lost one.
        let daemon = daemon_with(standin.ipc(folder.path()).folder(folder.join("daemon"))).await;
        let config = config(&daemon).reply_timeout(Duration::from_millis(200));
        let worker = start(echo_router(), config).await;
        daemon.faults().drop_replies(MessageKind::Result, 1);
        works(&daemon).await;
        // It is sent once more, since nobody can know that it had arrived.
        within("the second", daemon.until(|daemon| daemon.stats().unknown_requests == 1)).await;
        until("it is settled", || session(&worker).counts.in_flight == 0).await;
        let counts = session(&worker).counts;
        assert_eq!((counts.ok, counts.dropped, counts.connections), (0, 1, 1));
        works(&daemon).await;
        stop(worker).await.unwrap();
    }
}

#[tokio::test]
async fn a_lost_reply_to_the_detach() {
    let folder = Folder::new();
    let daemon = daemon(Era::Curve, &folder).await;
    let config = config(&daemon).reply_timeout(Duration::from_millis(200));
    let worker = start(echo_router(), config).await;
    daemon.faults().drop_replies(MessageKind::Detach, 1);
    stop(worker).await.unwrap();
    assert!(daemon.workers().is_empty());
    assert_eq!(daemon.stats().detaches, 2, "said again");
}

#[tokio::test]
async fn a_result_that_the_daemon_refuses_becomes_an_error() {
    let folder = Folder::new();
    let daemon = daemon(Era::Curve, &folder).await;
    let worker = start(echo_router(), config(&daemon)).await;
    daemon.faults().refuse_results(1);
    let outcome = within("an answer", daemon.request("echo", &[], None)).await;
    let failure = raised(outcome);
    assert_eq!(failure.code, "E_EXEC");
    let text = "the daemon refused the result: Failed to decode var: refused on purpose";
    assert!(failure.message.contains(text), "{failure}");
    assert_eq!((daemon.stats().invalid, daemon.outstanding()), (1, 0));
    works(&daemon).await;
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn a_worker_that_was_forgotten_comes_back_by_a_pong() {
    let folder = Folder::new();
    let daemon = Arc::new(daemon(Era::Curve, &folder).await);
    let worker = begin(echo_router(), config(&daemon));
    // Not even the first message is acted upon.
    daemon.faults().set_mute_registrations(true);
    state(&worker, |state| state.as_str() == "registering").await;
    assert!(daemon.registered().is_empty());
    let mut events = daemon.events_from_now();
    daemon.faults().set_mute_registrations(false);
    let attached = |event: &Event| matches!(event, Event::Attached { .. });
    within("registered", events.wait_for(attached)).await;
    within("ready", worker.control().ready()).await.unwrap();
    works(&daemon).await;
    stop(worker).await.unwrap();
}
