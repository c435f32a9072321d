//! How to test handlers: as plain functions where that is enough, and on the in-memory backend for
//! everything that the framework does around them: reading arguments, errors, deadlines,
//! progress, layers.
//!
//! The program runs its tests; in a crate of yours they are `#[tokio::test]` functions, and a
//! paused clock (`start_paused = true`) makes the one with the deadline take no time.
//!
//! Run it with `cargo run --example testing_a_handler`.

use std::time::Duration;

use journeyman::{
    JobErrorKind, StartedWorker,
    core::payload::Json,
    memory::{Memory, MemoryClient, Submission},
    prelude::*,
};
use serde::{Deserialize, Serialize};

// --- what is tested ---

#[derive(Deserialize)]
struct Order {
    item: String,
    #[serde(default = "one")]
    count: u32,
}

fn one() -> u32 {
    1
}

#[derive(Debug, Serialize, Deserialize, PartialEq)]
struct Receipt {
    text: String,
    cents: u64,
}

/// Prices by item, given to the router as state: a test gives others.
#[derive(Clone)]
struct Prices(&'static [(&'static str, u64)]);

async fn order(
    Args(order): Args<Order>,
    State(prices): State<Prices>,
) -> Result<Receipt, JobError> {
    let price = prices.0.iter().find(|(item, _)| *item == order.item);
    let Some((_, cents)) = price else {
        return Err(JobError::rejected(format!("there is no {}", order.item)).with_code("NO_ITEM"));
    };
    let cents = u64::from(order.count) * cents;
    Ok(Receipt { text: format!("{} x {}", order.count, order.item), cents })
}

async fn never() {
    std::future::pending::<()>().await;
}

fn router(prices: Prices) -> Router {
    Router::new().route("shop.order", order).route("shop.never", never).state(prices)
}

// --- the tests ---

fn start() -> (StartedWorker, MemoryClient) {
    let (backend, client) = Memory::new();
    let router = router(Prices(&[("apple", 30)]));
    // Handlers that do not stop when told to are dropped after this time.
    let grace = Duration::from_millis(50);
    let worker = Worker::new(router).serve(backend).cancel_grace(grace).start();
    (worker.expect("the routes and their needs are right"), client)
}

/// A handler is a function: its logic needs no worker.
async fn the_function_alone() {
    let order_of_two = Args(Order { item: "apple".to_owned(), count: 2 });
    let receipt = order(order_of_two, State(Prices(&[("apple", 30)]))).await;
    assert_eq!(receipt.expect("there are apples").cents, 60);
}

/// With the arguments as a server would send them, defaults included.
async fn arguments_and_result(client: &MemoryClient) {
    let args = Json::new(r#"{"item": "apple"}"#);
    let job = client.submit(Submission::new("shop.order").payload(args)).await;
    let expected = Value::object([("text", Value::from("1 x apple")), ("cents", Value::from(30))]);
    assert_eq!(job.await.expect("there are apples"), expected);
}

/// What the server's people will see.
async fn errors(client: &MemoryClient) {
    let error = client.call::<Receipt>("shop.order", &("pear", 1)).await.expect_err("it must fail");
    assert_eq!((error.kind(), error.code()), (JobErrorKind::Rejected, Some("NO_ITEM")));
    let error =
        client.call::<Receipt>("shop.order", &("apple", -1)).await.expect_err("it must fail");
    assert_eq!(error.kind(), JobErrorKind::BadInput);
    let error = client.call::<Receipt>("shop.refund", &()).await.expect_err("it must fail");
    assert_eq!(error.kind(), JobErrorKind::NoRoute);
}

/// The framework keeps deadlines; the handler has to do nothing for it.
async fn the_deadline(client: &MemoryClient) {
    let job = Submission::new("shop.never").timeout(Duration::from_millis(10));
    let error = client.submit(job).await.await.expect_err("it must fail");
    assert_eq!(error.kind(), JobErrorKind::TimedOut);
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    the_function_alone().await;
    let (worker, client) = start();
    arguments_and_result(&client).await;
    errors(&client).await;
    the_deadline(&client).await;
    let counts = worker.control().snapshot().sessions[0].counts;
    assert_eq!((counts.ok, counts.failed), (1, 4));
    println!("all tests passed: {} jobs ok, {} failed as expected", counts.ok, counts.failed);
    worker.control().drain();
    worker.wait().await?;
    Ok(())
}
