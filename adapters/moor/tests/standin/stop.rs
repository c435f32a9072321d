//! The end of a worker that has requests in flight.

use std::{sync::Arc, time::Duration};

use journeyman_core::{Router, extract::State, session::SessionState};
use journeyman_moor::Era;
use journeyman_testkit::moor::{Broadcast, Value};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::support::{
    Folder, config, daemon, echo, echo_router, raised, session, start, state, stop, until, within,
    works,
};

async fn gated(State(gate): State<Arc<Semaphore>>) -> &'static str {
    gate.acquire().await.expect("it stays open").forget();
    "through"
}

async fn for_ever() {
    std::future::pending::<()>().await;
}

fn router(gate: &Arc<Semaphore>) -> Router {
    let router = Router::new().route("echo", echo).route("gated", gated);
    router.route("for_ever", for_ever).state(Arc::clone(gate))
}

#[tokio::test]
async fn requests_in_flight_end_and_nothing_is_left_at_the_daemon() {
    for era in [Era::Curve, Era::Paseto] {
        let folder = Folder::new();
        let daemon = daemon(era, &folder).await;
        let gate = Arc::new(Semaphore::new(0));
        let worker = start(router(&gate), config(&daemon)).await;
        let submit = |name: &str| daemon.submit(name, &[], None).unwrap();
        let through: Vec<_> = (0..10).map(|_| submit("gated")).collect();
        let stopped: Vec<_> = (0..10).map(|_| submit("for_ever")).collect();
        until("all run", || worker.control().snapshot().running == 20).await;
        worker.control().drain_within(Duration::from_millis(500));
        state(&worker, |state| *state == SessionState::Draining).await;
        let late = submit("echo");
        gate.add_permits(through.len());
        let summary = within("the end of the worker", worker.wait()).await.unwrap();
        // All of it is known at this very moment.
        assert!(daemon.workers().is_empty(), "{:?}", daemon.workers());
        assert_eq!((daemon.outstanding(), daemon.stats().detaches), (0, 3));
        assert_eq!(daemon.stats().detached_requests, 0, "answered, not given up");
        for request in through {
            assert_eq!(within("one let through", request).await, Ok(Value::str("through")));
        }
        for request in stopped.into_iter().chain([late]) {
            assert_eq!(raised(within("one that was stopped", request).await).code, "E_EXEC");
        }
        let counts = summary.snapshot.sessions[0].counts;
        assert_eq!((counts.accepted, counts.ok, counts.failed, counts.dropped), (21, 10, 11, 0));
    }
}

#[tokio::test]
async fn a_forced_stop_answers_and_detaches_too() {
    let folder = Folder::new();
    let daemon = daemon(Era::Curve, &folder).await;
    let gate = Arc::new(Semaphore::new(0));
    let worker = start(router(&gate), config(&daemon)).await;
    let request = daemon.submit("gated", &[], None).unwrap();
    until("it runs", || worker.control().snapshot().running == 1).await;
    worker.control().abort();
    within("the end of the worker", worker.wait()).await.unwrap();
    assert!(daemon.workers().is_empty());
    let failure = raised(within("the request", request).await);
    assert_eq!(failure.to_string(), "E_EXEC (Internal error: the worker stops)");
}

#[tokio::test]
async fn only_our_own_please_die_ends_us() {
    for era in [Era::Curve, Era::Paseto] {
        let folder = Folder::new();
        let daemon = daemon(era, &folder).await;
        let gate = Arc::new(Semaphore::new(0));
        let worker = start(router(&gate), config(&daemon)).await;
        let id = daemon.registered()[0].id;
        daemon.publish_please_die(Uuid::new_v4());
        if era == Era::Paseto {
            // Our id, and somebody else's token.
            let token = daemon.signing_key().worker_token(Uuid::new_v4());
            daemon.publish(&Broadcast::PleaseDie { worker_id: id, token: Some(token) });
        }
        works(&daemon).await;
        assert_eq!(session(&worker).state, "ready");
        assert_eq!(session(&worker).counts.ignored, u64::from(era == Era::Paseto));

        let request = daemon.submit("gated", &[], None).unwrap();
        until("it runs", || worker.control().snapshot().running == 1).await;
        daemon.publish_please_die(id);
        state(&worker, |state| *state == SessionState::Draining).await;
        gate.add_permits(1);
        within("the end of the worker", worker.wait()).await.unwrap();
        assert_eq!(within("the request", request).await, Ok(Value::str("through")));
        assert!(daemon.workers().is_empty());
    }
}

#[tokio::test]
async fn two_workers_of_a_type_share_and_one_may_go() {
    let folder = Folder::new();
    let daemon = daemon(Era::Curve, &folder).await;
    let first = start(echo_router(), config(&daemon)).await;
    let second = start(echo_router(), config(&daemon)).await;
    assert_eq!(daemon.workers()[0].workers, 2);
    let requests: Vec<_> = (0..20).map(|_| daemon.submit("echo", &[], None).unwrap()).collect();
    let ids: std::collections::BTreeSet<_> =
        requests.iter().map(|request| request.worker_id()).collect();
    assert_eq!(ids.len(), 2);
    for request in requests {
        assert_eq!(within("an echo", request).await, Ok(Value::List(Vec::new())));
    }
    stop(first).await.unwrap();
    assert_eq!(daemon.workers()[0].workers, 1);
    for _ in 0..10 {
        works(&daemon).await;
    }
    stop(second).await.unwrap();
}
