//! The smallest worker: one handler, no network.
//!
//! Run it with `cargo run --example hello`.

use journeyman::{memory::Memory, prelude::*};
use serde::Deserialize;

#[derive(Deserialize)]
struct Greeting {
    name: String,
}

async fn hello(Args(greeting): Args<Greeting>) -> String {
    format!("Hello, {}!", greeting.name)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let (backend, client) = Memory::new();
    let worker = Worker::new(Router::new().route("hello", hello)).serve(backend).start()?;

    // The same handler takes its argument by name, in order, or alone.
    let by_name = Value::object([("name", "Ada")]);
    let answers: [String; 3] = [
        client.call("hello", &by_name).await?,
        client.call("hello", &["Grace"]).await?,
        client.call("hello", "Edsger").await?,
    ];
    println!("{}", answers.join("\n"));
    assert_eq!(answers, ["Hello, Ada!", "Hello, Grace!", "Hello, Edsger!"]);

    worker.control().drain();
    worker.wait().await?;
    Ok(())
}
