//! Nothing that is asked from the first moment on is lost (mooR sheet, section 8.2).

use std::sync::Arc;

use journeyman_core::Router;
use journeyman_moor::Era;
use journeyman_testkit::moor::{self as standin, Engine, Event, Outcome, Value};
use tokio::task::JoinSet;

use crate::support::{Folder, begin, config, daemon_with, echo, quick, stop, within};

const STARTS: usize = 1000;
const BATCH: usize = 50;

/// Starts workers. Each gets a request as soon as the daemon knows it, before it can know that.
async fn storm(standin: standin::Config) {
    let daemon = Arc::new(daemon_with(standin).await);
    let mut events = daemon.events_from_now();
    let asking = Arc::clone(&daemon);
    let asker = tokio::spawn(async move {
        let mut requests = JoinSet::<Outcome>::new();
        while requests.len() < STARTS {
            match events.next().await {
                Event::Attached { worker_type, by_pong, .. } => {
                    assert!(!by_pong, "{worker_type} had to wait for a ping");
                    let arguments = [Value::str(worker_type.as_ref())];
                    let request = asking.submit(&worker_type, &arguments, None);
                    requests.spawn(request.expect("it has just attached"));
                }
                Event::Missed(count) => panic!("{count} events were missed"),
                _ => {}
            }
        }
        requests.join_all().await
    });
    for batch in 1..=STARTS / BATCH {
        let mut workers = Vec::new();
        for number in 0..BATCH {
            let router = Router::new().route(format!("echo-{batch}-{number}"), echo);
            workers.push(begin(router, config(&daemon)));
        }
        let answered = (batch * BATCH) as u64;
        let what = format!("the answers of batch {batch}");
        within(&what, daemon.until(|daemon| daemon.stats().results >= answered)).await;
        let mut stopping = JoinSet::new();
        for worker in workers {
            stopping.spawn(stop(worker));
        }
        for stopped in stopping.join_all().await {
            stopped.unwrap();
        }
    }
    let outcomes = within("all answers", asker).await.unwrap();
    assert_eq!(outcomes.len(), STARTS);
    assert!(outcomes.iter().all(Result::is_ok));
    let stats = daemon.stats();
    assert_eq!((stats.attaches, stats.forgotten), (STARTS as u64, 0));
    assert_eq!(stats.detached_requests, 0);
    assert!(daemon.registered().is_empty(), "everybody has detached");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_pings_that_are_rare() {
    let folder = Folder::new();
    // The real daemon's: a ping every 5 s, so that most starts see none.
    storm(standin::Config::curve().ipc(folder.path())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_pings_that_are_rare_and_another_engine() {
    let folder = Folder::new();
    storm(standin::Config::curve().ipc(folder.path()).engine(Engine::Fast)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_pings_that_come_often() {
    let folder = Folder::new();
    let standin = standin::Config::paseto().folder(folder.path()).timers(quick());
    storm(standin).await;
}

#[tokio::test]
async fn the_addresses_may_come_to_life_later() {
    let folder = Folder::new();
    let daemon = crate::support::daemon(Era::Curve, &folder).await;
    daemon.down().await;
    let worker = begin(crate::support::echo_router(), config(&daemon));
    let error = crate::support::failing(&worker, 2).await;
    assert!(error.contains("moor_workers_re"), "{error}");
    daemon.up().await.unwrap();
    within("ready", worker.control().ready()).await.unwrap();
    crate::support::works(&daemon).await;
    stop(worker).await.unwrap();
}
