//! Enrollment, keys and identities on disk, encrypted sockets (mooR sheet, section 7).

use std::{fs, path::Path, time::Duration};

use journeyman_moor::{Config, auth::DataDir};
use journeyman_testkit::moor::{self as standin, Daemon, Event};
use journeyman_zmq::CurveKeys;

use crate::support::{
    Folder, begin, daemon_with, echo_router, failing, failure, quick, session, start, stop, within,
    works,
};

const SERVICE: &str = "test-worker";

fn standin(folder: &Folder) -> standin::Config {
    standin::Config::curve().folder(folder.join("daemon")).timers(quick())
}

fn config(daemon: &Daemon, folder: &Folder) -> Config {
    let token = daemon.enrollment_token().unwrap();
    Config::new(daemon.requests(), daemon.responses())
        .enrollment_address(daemon.enrollment().unwrap())
        .enrollment_token(token)
        .data_dir(folder.join("worker"))
        .service_type(SERVICE)
        .reconnect_interval(Duration::from_millis(20))
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_worker_enrolls_once_and_keeps_its_identity() {
    let folder = Folder::new();
    let daemon = daemon_with(standin(&folder)).await;
    let files = DataDir::new(folder.join("worker"), SERVICE);
    let mut events = daemon.events();
    let worker = start(echo_router(), config(&daemon, &folder)).await;
    works(&daemon).await;
    stop(worker).await.unwrap();
    let enrolled = events.wait_for(|event| matches!(event, Event::Enrolled { .. }));
    let Event::Enrolled { service_type, service_uuid } = enrolled.await else { unreachable!() };
    assert_eq!(service_type, SERVICE);
    let identity = files.identity().unwrap().expect("it was stored");
    assert_eq!(identity.service_uuid, service_uuid.to_string());
    assert_eq!(identity.daemon_curve_public_key, daemon.public_key().to_z85());
    #[cfg(unix)]
    for name in ["curve.key", "identity.json"] {
        assert_eq!(mode(&files.file(name)), 0o600, "{name}");
    }
    assert!(files.file("curve.pub").exists());

    // The next start has no use for the token.
    daemon.set_enrollment_token("rotated").unwrap();
    let worker = start(echo_router(), config(&daemon, &folder).enrollment_token("old")).await;
    works(&daemon).await;
    stop(worker).await.unwrap();
    assert_eq!((daemon.stats().enrolled, daemon.stats().enrollments_refused), (1, 0));
}

#[tokio::test]
async fn a_restarted_daemon_still_knows_the_key() {
    let folder = Folder::new();
    let daemon = daemon_with(standin(&folder)).await;
    let worker = start(echo_router(), config(&daemon, &folder)).await;
    works(&daemon).await;
    daemon.restart().await.unwrap();
    within("back again", daemon.attached("echo", 1)).await;
    works(&daemon).await;
    assert_eq!(daemon.stats().enrolled, 1);
    stop(worker).await.unwrap();
}

/// A daemon at the same addresses with the same keys, that has forgotten whom it let in.
async fn forgetful(daemon: Daemon, folder: &Folder) -> Daemon {
    let allowed = daemon.files().unwrap().allowed_hosts();
    let again = standin(folder)
        .endpoints(daemon.requests(), daemon.responses())
        .enrollment(daemon.enrollment().map(str::to_owned));
    daemon.shutdown().await;
    for entry in fs::read_dir(allowed).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    daemon_with(again).await
}

#[tokio::test]
async fn a_stale_identity_is_named_and_renewed_on_demand() {
    let folder = Folder::new();
    let daemon = daemon_with(standin(&folder)).await;
    let worker = start(echo_router(), config(&daemon, &folder)).await;
    stop(worker).await.unwrap();
    let daemon = forgetful(daemon, &folder).await;

    let worker = begin(echo_router(), config(&daemon, &folder));
    let error = failing(&worker, 2).await;
    assert!(error.contains("does not let our CURVE key in"), "{error}");
    assert!(error.contains("delete the identity file") && error.contains("`reenroll`"), "{error}");
    assert_eq!(daemon.stats().enrolled, 0);
    stop(worker).await.unwrap();

    let worker = start(echo_router(), config(&daemon, &folder).reenroll(true)).await;
    works(&daemon).await;
    assert_eq!(daemon.stats().enrolled, 1);
    stop(worker).await.unwrap();
    // What it got is kept.
    let worker = start(echo_router(), config(&daemon, &folder)).await;
    works(&daemon).await;
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn a_worker_that_runs_enrolls_again_when_the_daemon_has_forgotten_it() {
    let folder = Folder::new();
    let daemon = daemon_with(standin(&folder)).await;
    let worker = start(echo_router(), config(&daemon, &folder).reenroll(true)).await;
    let daemon = forgetful(daemon, &folder).await;
    within("back again", daemon.attached("echo", 1)).await;
    works(&daemon).await;
    assert_eq!(daemon.stats().enrolled, 1);
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn a_key_that_is_not_enrolled_is_named_and_tried_again() {
    let folder = Folder::new();
    let daemon = daemon_with(standin(&folder)).await;
    let key = daemon.public_key().to_z85();
    let worker = begin(echo_router(), config(&daemon, &folder).daemon_public_key(key));
    let error = failing(&worker, 2).await;
    assert!(error.contains("does not let our CURVE key in"), "{error}");
    assert!(error.contains("`daemon_public_key`"), "{error}");
    let keys = DataDir::new(folder.join("worker"), SERVICE).existing_keys().unwrap().unwrap();
    daemon.allow(&keys.public()).unwrap();
    within("ready", worker.control().ready()).await.unwrap();
    works(&daemon).await;
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn another_daemons_public_key() {
    let folder = Folder::new();
    let daemon = daemon_with(standin(&folder)).await;
    let other = CurveKeys::generate().public().to_z85();
    let worker = begin(echo_router(), config(&daemon, &folder).daemon_public_key(other));
    let error = failing(&worker, 2).await;
    assert!(error.contains("`daemon_public_key`"), "{error}");
    assert!(daemon.registered().is_empty());
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn a_daemon_without_enrollment_lets_any_key_in() {
    let folder = Folder::new();
    let daemon = daemon_with(standin(&folder).enrollment(None)).await;
    let config = Config::new(daemon.requests(), daemon.responses())
        .daemon_public_key(daemon.public_key().to_z85())
        .data_dir(folder.join("worker"));
    let worker = start(echo_router(), config).await;
    works(&daemon).await;
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn a_refused_token_ends_the_worker_at_once() {
    let folder = Folder::new();
    let daemon = daemon_with(standin(&folder)).await;
    let wrong = config(&daemon, &folder).enrollment_token("not-the-t0ken");
    let error = failure(begin(echo_router(), wrong)).await;
    assert!(error.contains("Invalid enrollment token"), "{error}");
    assert!(error.contains("present token"), "{error}");
    assert!(!error.contains("not-the-t0ken"), "a secret is in {error}");
    assert_eq!(daemon.stats().enrollments_refused, 1, "tried once");
}

#[tokio::test]
async fn an_enrollment_service_that_comes_later() {
    let folder = Folder::new();
    let daemon = daemon_with(standin(&folder)).await;
    daemon.down().await;
    let worker = begin(echo_router(), config(&daemon, &folder));
    failing(&worker, 3).await;
    assert_eq!(session(&worker).counts.connections, 0);
    daemon.up().await.unwrap();
    within("ready", worker.control().ready()).await.unwrap();
    works(&daemon).await;
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn an_enrollment_service_that_never_comes() {
    let folder = Folder::new();
    let daemon = daemon_with(standin(&folder)).await;
    let config = config(&daemon, &folder).enrollment_attempts(3);
    daemon.down().await;
    let error = failure(begin(echo_router(), config)).await;
    assert!(error.contains("could not enroll at the daemon in 3 attempts"), "{error}");
    assert!(error.contains("`enrollment_address`"), "{error}");
}
