//! Workers that the daemon does not want, or cannot understand.

use journeyman_moor::Era;
use journeyman_testkit::moor::{Daemon, SigningKey};

use crate::support::{Folder, begin, config, daemon, echo_router, failure};

async fn pair(era: Era) -> (Folder, Daemon) {
    let folder = Folder::new();
    let daemon = daemon(era, &folder).await;
    (folder, daemon)
}

#[tokio::test]
async fn todays_worker_at_a_daemon_of_the_paseto_era() {
    let (_folder, daemon) = pair(Era::Paseto).await;
    let wrong = config(&daemon).era(Era::Curve);
    let error = failure(begin(echo_router(), wrong)).await;
    assert!(error.contains("`era` to \"paseto\""), "{error}");
    assert!(daemon.registered().is_empty());
}

#[tokio::test]
async fn a_worker_of_the_paseto_era_at_todays_daemon() {
    let (folder, daemon) = pair(Era::Curve).await;
    let key = folder.join("key.pem");
    std::fs::write(&key, SigningKey::generate().to_pem_v1()).unwrap();
    let wrong = config(&daemon).era(Era::Paseto).private_key(key);
    let error = failure(begin(echo_router(), wrong)).await;
    assert!(error.contains("`era` to \"curve\""), "{error}");
    assert!(daemon.registered().is_empty());
}

#[tokio::test]
async fn another_daemons_key() {
    let (folder, daemon) = pair(Era::Paseto).await;
    let key = folder.join("key.pem");
    std::fs::write(&key, SigningKey::generate().to_pem_v2()).unwrap();
    let error = failure(begin(echo_router(), config(&daemon).private_key(key))).await;
    assert!(error.contains("Unable to verify worker token"), "{error}");
    assert!(error.contains("`private_key`"), "{error}");
    assert_eq!(daemon.stats().auth_failed, 1, "tried once");
}

#[tokio::test]
async fn both_forms_of_the_key_file_are_read() {
    let (_folder, daemon) = pair(Era::Paseto).await;
    let files = daemon.files().unwrap();
    for key in [files.signing_key(), files.signing_key_v1()] {
        let config = config(&daemon).private_key(key);
        let worker = crate::support::start(echo_router(), config).await;
        crate::support::works(&daemon).await;
        crate::support::stop(worker).await.unwrap();
    }
}
