//! The two stages of a stop: no new jobs and time to finish, then cancel.
//!
//! Run it with `cargo run --example graceful_shutdown`; it stops itself. With `-- wait` it goes on
//! until Ctrl-C or SIGTERM.

use std::time::Duration;

use journeyman::{JobErrorKind, memory::Memory, memory::Submission, prelude::*};

/// Ends within the drain time.
async fn short() -> &'static str {
    tokio::time::sleep(Duration::from_millis(50)).await;
    "done"
}

/// Does not end by itself, but tidies up when it is told to stop.
async fn long(cancel: Cancel) -> Result<(), JobError> {
    let reason = cancel.cancelled().await;
    println!("long: told to stop ({}), tidying up", reason.as_str());
    Err(JobError::cancelled("stopped half way"))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let (backend, client) = Memory::new();
    let worker = Worker::new(Router::new().route("short", short).route("long", long))
        .serve(backend)
        .drain_timeout(Duration::from_millis(200))
        .cancel_grace(Duration::from_secs(1))
        .start()?;
    let mut state = worker.control().states().remove(0);

    let jobs = [
        client.submit(Submission::new("short")).await,
        client.submit(Submission::new("long")).await,
    ];
    while worker.control().snapshot().running < 2 {
        tokio::task::yield_now().await;
    }

    if std::env::args().any(|arg| arg == "wait") {
        println!("press Ctrl-C");
        shutdown_signal().await;
    }
    println!("draining");
    worker.control().drain();
    state.wait_for(|state| state.as_str() == "draining").await?;
    // While it drains, a backend that can take jobs back gets new ones back.
    let late = client.submit(Submission::new("short")).await;
    let summary = worker.wait().await?;

    let [short, long] = jobs;
    assert_eq!(short.await?, Value::from("done"));
    for job in [long, late] {
        let error = job.await.expect_err("it must fail");
        println!("{:?}: {error}", error.kind());
        assert_eq!(error.kind(), JobErrorKind::HandedBack);
    }
    println!("stopped; {} handlers still run", summary.unfinished);
    assert_eq!(summary.unfinished, 0);
    Ok(())
}
