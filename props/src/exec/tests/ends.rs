//! How runs come to their ends.

use std::time::Instant;

use journeyman_exec::Program;

use super::*;

/// A child beside the program. Both tell their numbers.
const CHILD: &str = r#"sleep 1000 & echo "{\"state\":\"$$ $!\"}"; "#;

/// Neither the program nor its child wants to stop.
const STUBBORN: &str = r#"
    trap '' TERM
    sh -c 'trap "" TERM; while :; do sleep 0.1; done' &
    echo "{\"state\":\"$$ $!\"}"
    while :; do sleep 0.1; done
"#;

#[tokio::test]
async fn a_crash_fails_the_command_and_the_run() {
    let script = format!("{CHILD} read -r line; echo out of fog >&2; exit 3");
    let mut rig = Rig::shell(&script).await;
    let pids = rig.state().await;
    let error = rig.command("fog").await.unwrap_err();
    assert_eq!(
        error,
        "EXEC_FAILED: the program ended with exit status: 3 before it had answered `fog`"
    );
    assert_eq!(
        rig.failure().await,
        "EXEC_FAILED: the program ended with exit status: 3; its standard error ends with: out of \
         fog"
    );
    wait_until_ended(&pids).await;
    // What comes before the next run is not lost without a word.
    let error = rig.command("fog").await.unwrap_err();
    assert!(error.contains("does not run"), "{error}");
    rig.stop().await.unwrap();
}

#[tokio::test]
async fn every_end_is_a_failure_but_a_stop() {
    for (script, wanted) in [
        ("exit 0", "the program ended with exit status: 0"),
        ("kill -9 $$", "the program ended with signal: 9"),
        ("exec >&-; cat > /dev/null", "the program closed its standard output"),
        ("sleep 1000 & exit 4", "the program ended with exit status: 4"),
    ] {
        let mut rig = Rig::shell(script).await;
        let failure = rig.failure().await;
        assert!(failure.contains(wanted), "{script}: {failure}");
        rig.stop().await.unwrap();
    }
}

#[tokio::test]
async fn the_last_words_of_a_program_are_heard() {
    let mut rig = Rig::shell(r#"echo '{"state":"off"}'; exit 1"#).await;
    assert_eq!(rig.state().await, "off");
    assert!(rig.failure().await.contains("exit status: 1"));
}

#[tokio::test]
async fn a_program_that_does_not_exist_is_an_error_of_the_start() {
    let rig = Rig::new(Program::new("/no/such/program"), LONG);
    let error = rig.run.start().await.unwrap_err();
    assert_eq!(error.code(), Some("EXEC_NOT_STARTED"));
    assert!(error.message().contains("/no/such/program"), "{error}");
    rig.stop().await.unwrap();
}

#[tokio::test]
async fn an_endless_line_ends_the_run() {
    let mut rig = Rig::shell("head -c 2000000 /dev/zero | tr '\\0' x; cat > /dev/null").await;
    let failure = rig.failure().await;
    assert_eq!(failure, "EXEC_OUTPUT: the program printed a line of more than 1048576 bytes");
    rig.stop().await.unwrap();
}

#[tokio::test]
async fn a_flood_ends_the_run() {
    let mut rig = Rig::shell(r#"yes '{"telemetry":{"key":"k","value":1}}'"#).await;
    let command = rig.submit("x").await;
    let failure = loop {
        match rig.next().await {
            Heard::Said(_) => {}
            Heard::Failed(failure) => break failure,
            other => panic!("{other:?}"),
        }
    };
    assert!(failure.contains("more than 10000 lines"), "{failure}");
    within(command).await.unwrap_err();
    rig.stop().await.unwrap();
}

#[tokio::test]
async fn a_program_that_does_not_answer_is_of_no_use_any_more() {
    let script = format!("{CHILD} while read -r line; do :; done");
    let mut rig = Rig::limited(&script, Duration::from_millis(300)).await;
    let pids = rig.state().await;
    let error = rig.command("think").await.unwrap_err();
    assert_eq!(error, "TimeoutError: the program did not answer `think` within 300ms");
    let failure = rig.failure().await;
    assert!(failure.contains("what it is doing is unknown"), "{failure}");
    let error = rig.command("think").await.unwrap_err();
    assert!(error.contains("does not run"), "{error}");
    rig.stop().await.unwrap();
    wait_until_ended(&pids).await;
}

#[tokio::test]
async fn the_limit_of_the_job_counts_too() {
    let rig = Rig::shell("while read -r line; do :; done").await;
    let submission = Submission::new("x").timeout(Duration::from_millis(300));
    let error = within(rig.client.submit(submission).await).await.unwrap_err();
    assert_eq!(error.kind(), journeyman_core::JobErrorKind::TimedOut, "{error}");
}

#[tokio::test]
async fn a_program_that_does_not_listen_can_still_talk() {
    let mut rig = Rig::shell(
        r#"exec <&-; echo '{"state":"deaf"}'; while :; do echo '{"state":"on"}'; sleep 0.05; done"#,
    )
    .await;
    assert_eq!(rig.state().await, "deaf");
    for _ in 0..2 {
        let error = rig.command("hear").await.unwrap_err();
        assert!(error.contains("closed its standard input"), "{error}");
    }
    assert_eq!(rig.state().await, "on");
    rig.stop().await.unwrap();
}

#[tokio::test]
async fn a_stop_lets_the_program_clean_up() {
    let script = format!(
        r#"{CHILD} while read -r line; do echo '{{"result":1}}'; done; echo '{{"state":"off"}}'"#
    );
    let mut rig = Rig::shell(&script).await;
    let pids = rig.state().await;
    assert_eq!(rig.command("x").await, Ok(1.into()));
    rig.stop().await.unwrap();
    assert_eq!(rig.state().await, "off");
    assert!(is_gone(pids.split(' ').next().unwrap()), "its entry is gone as well");
    wait_until_ended(&pids).await;
    assert!(rig.heard.try_recv().is_err(), "a stop is no failure");
}

#[tokio::test]
async fn a_stop_asks_again_and_kills_at_last() {
    let start = Instant::now();
    let mut polite =
        Rig::shell(r#"trap 'exit 0' TERM; echo '{"state":"on"}'; while :; do sleep 0.1; done"#)
            .await;
    polite.state().await;
    let mut rig = Rig::shell(STUBBORN).await;
    let pids = rig.state().await;
    let (asked, killed) = tokio::join!(polite.stop(), rig.stop());
    asked.unwrap();
    let error = killed.unwrap_err();
    assert!(error.contains("did not end within 4s"), "{error}");
    assert!(start.elapsed() >= Duration::from_secs(4));
    assert!(is_gone(pids.split(' ').next().unwrap()), "its entry is gone as well");
    wait_until_ended(&pids).await;
}

#[tokio::test]
async fn a_stop_ends_the_command_in_work() {
    let mut rig = Rig::shell(r#"read -r line; echo '{"state":"working"}'; cat > /dev/null"#).await;
    let command = rig.submit("x").await;
    rig.state().await;
    rig.stop().await.unwrap();
    assert_eq!(error_text(&within(command).await.unwrap_err()), "CancelledError: the prop stops");
}

#[tokio::test]
async fn a_run_that_is_dropped_stops_by_itself() {
    let script = format!("{CHILD} cat > /dev/null");
    let mut rig = Rig::shell(&script).await;
    let pids = rig.state().await;
    drop(rig.run);
    wait_until_ended(&pids).await;
}

#[tokio::test]
async fn a_runtime_that_ends_leaves_nobody_behind() {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut rig = Rig::shell(STUBBORN).await;
            sender.send(rig.state().await).unwrap();
        });
    });
    wait_until_ended(&receiver.recv().unwrap()).await;
}
