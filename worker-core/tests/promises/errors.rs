//! Promise 9: errors say whose fault it is; the end of a session is never silent.

use journeyman_core::{ErrorKind, Worker, session::SessionState};

use crate::fake::{Door, Fake, Msg, counts, router, state, stop};

#[tokio::test(start_paused = true)]
async fn a_protocol_that_fails_ends_its_session_with_the_error() {
    let (fake, mut server) = Fake::new();
    let worker = fake.start(router());
    let connection = server.registered().await;
    connection.send(Msg::Fatal);
    let failed = state(&worker, "failed").await;
    assert_eq!(failed, SessionState::Failed { error: "read: beyond repair".into() });
    let error = worker.wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PeerMisbehaved);
    assert_eq!(error.to_string(), "read: beyond repair (backend: fake)");
    assert_eq!(server.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_for_good_is_not_tried_again() {
    let (fake, server) = Fake::new();
    server.door(Door::RefuseForGood);
    let worker = fake.start(router());
    let error = worker.wait().await.unwrap_err();
    assert!(!error.is_temporary());
    assert_eq!(server.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_target_that_fails_for_a_while_is_asked_again_and_one_that_fails_for_good_is_not() {
    let (fake, server) = Fake::new();
    let worker = fake
        .with(|fake| {
            fake.habits.bad_target = Some(true);
            fake.config.max_attempts = Some(2);
        })
        .start(router());
    let error = worker.wait().await.unwrap_err().to_string();
    assert_eq!(error, "connect: gave up after 3 failed attempts (backend: fake): sign: no key");
    assert_eq!(server.attempts(), 0);

    let (fake, _server) = Fake::new();
    let worker = fake.with(|fake| fake.habits.bad_target = Some(false)).start(router());
    let error = worker.wait().await.unwrap_err().to_string();
    assert_eq!(error, "sign: no key (backend: fake)");
}

#[tokio::test(start_paused = true)]
async fn one_session_that_fails_leaves_the_others_alone_unless_told_otherwise() {
    for fail_fast in [false, true] {
        let (first, mut first_server) = Fake::new();
        let (second, mut second_server) = Fake::new();
        let worker = Worker::new(router()).serve(first).serve(second);
        let worker = if fail_fast { worker.fail_fast() } else { worker };
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let run = tokio::spawn(worker.run_until(async {
            let _ = stopped.await;
        }));
        let failing = first_server.registered().await;
        let mut healthy = second_server.registered().await;
        failing.send(Msg::Fatal);
        if fail_fast {
            assert_eq!(healthy.recv().await, Some(Msg::Draining));
        } else {
            healthy.send(Msg::job("a", "slow"));
            assert!(healthy.end().await.1.is_ok());
            stop.send(()).unwrap();
        }
        let error = run.await.unwrap().unwrap_err();
        assert_eq!(error.message(), "beyond repair");
    }
}

#[tokio::test(start_paused = true)]
async fn a_bug_in_a_protocol_ends_its_session_and_not_the_worker() {
    let (fake, mut server) = Fake::new();
    let worker = fake.start(router());
    let connection = server.registered().await;
    connection.send(Msg::Panic);
    state(&worker, "failed").await;
    let error = worker.wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert_eq!(
        error.to_string(),
        "session: the session panicked: a bug in the protocol (backend: fake)"
    );
}

#[tokio::test(start_paused = true)]
async fn nonsense_of_a_peer_is_counted_and_survived() {
    let (fake, mut server) = Fake::new();
    let worker = fake.start(router());
    let mut connection = server.registered().await;
    for _ in 0..1000 {
        connection.send(Msg::Noise);
        connection.send(Msg::Cancel("nobody".into()));
        connection.send(Msg::Welcome);
    }
    connection.send(Msg::job("a", "echo"));
    assert_eq!(connection.end().await.0, "a");
    assert_eq!(counts(&worker).ignored, 1000);
    stop(worker).await;
}
