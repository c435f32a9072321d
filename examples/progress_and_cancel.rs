//! A long job that tells how far it is and stops when it is told to.
//!
//! Run it with `cargo run --example progress_and_cancel`.

use std::time::Duration;

use journeyman::{
    JobErrorKind,
    memory::{Memory, Submission, Update},
    prelude::*,
};

/// Handles a number of rows, a row at a time.
async fn import(
    Args(rows): Args<u32>,
    progress: Progress,
    cancel: Cancel,
) -> Result<u32, JobError> {
    for row in 0..rows {
        // The cheapest way to stop early: at a point where nothing is half done.
        cancel.check()?;
        progress.message(f64::from(row) / f64::from(rows), format!("row {row} of {rows}"));
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(rows)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let (backend, client) = Memory::new();
    let worker = Worker::new(Router::new().route("import", import)).serve(backend).start()?;

    let mut job = client.submit(Submission::new("import").args(5).watched()).await;
    println!("imported {:?} rows", (&mut job).await?);
    let mut seen = 0;
    while let Some(Update::Progress { fraction, message, .. }) = job.update().await {
        println!("  {:3.0} %: {}", fraction.unwrap_or(0.0) * 100.0, message.unwrap_or_default());
        seen += 1;
    }
    assert_eq!(seen, 5);

    // This one would take a quarter of an hour; it is cancelled after its first report.
    let mut job = client.submit(Submission::new("import").args(1_000_000).watched()).await;
    job.update().await;
    client.cancel(job.id()).await;
    let error = job.await.expect_err("it must fail");
    println!("cancelled: {error}");
    assert_eq!(error.kind(), JobErrorKind::Cancelled);

    worker.control().drain();
    worker.wait().await?;
    Ok(())
}
