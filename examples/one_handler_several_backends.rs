//! One worker, one handler, two systems at once: the in-memory backend and a DistWorker
//! controller over a real WebSocket. The controller is the stand-in of the test kit, in this
//! program; a real one is used in the same way.
//!
//! Run it with `cargo run --example one_handler_several_backends --features distworker`.

use journeyman::{distworker, memory::Memory, prelude::*};
use journeyman_testkit::distworker::{Config, Controller, NewTask, Provisioner};
use serde::Deserialize;

#[derive(Deserialize)]
struct Add {
    a: i64,
    b: i64,
}

/// Knows no backend: DistWorker sends an object, the memory client below a list.
async fn add(Args(Add { a, b }): Args<Add>, info: JobInfo) -> i64 {
    println!("job {} from {}: {a} + {b}", info.id, info.backend);
    a + b
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    // The stand-in controller: one provisioner, whose workers serve one queue.
    let provisioner = Provisioner::shared_token("a secret", ["math.add"]);
    let controller =
        Controller::start(Config::default().provisioner("example", provisioner)).await?;

    let (memory, client) = Memory::new();
    let config = distworker::Config::new(controller.worker_url(), "example")
        .worker_token("a secret")
        .connections(2);
    let worker = Worker::new(Router::new().route("math.add", add))
        .serve(memory)
        .serve(config)
        .concurrency(8)
        .start()?;
    worker.control().ready().await?;

    let sum: i64 = client.call("math.add", &(2, 3)).await?;
    assert_eq!(sum, 5);

    let input = serde_json::json!({"a": 40, "b": 2});
    let mut task = controller.submit(NewTask::new("math.add").input(input))?;
    let task = task.wait().await?;
    // The wire of DistWorker has only objects.
    assert_eq!(task.result_json(), serde_json::json!({"result": 42}));
    println!("the controller got {}", task.result_json());

    worker.control().drain();
    let summary = worker.wait().await?;
    for session in &summary.snapshot.sessions {
        println!("{} (session {}): {} ok", session.backend, session.index, session.counts.ok);
    }
    controller.shutdown().await;
    Ok(())
}
