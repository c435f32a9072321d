//! A CrowdCompute worker as a program of one's own: a handler in Rust for one function, Python in a
//! sandbox for all others, and the monitor.
//!
//! ```text
//! cargo run --example crowdcompute --features full
//! ```
//!
//! It takes its settings from the environment: `CROWDCOMPUTE_FOREMAN_URL` (default
//! `ws://localhost:9000`), `CROWDCOMPUTE_WORKER_ID`, `CROWDCOMPUTE_MAX_CONCURRENT_TASKS`,
//! `CROWDCOMPUTE_API_PORT` (default 8001) and more; see the book. The dashboard is at
//! http://localhost:8001/dashboard. `journeyman pc-worker` does all of this, and more, without a line
//! of Rust.

use std::{error::Error, net::Ipv4Addr};

use journeyman::{
    crowdcompute::{Config, Native},
    monitor::{Monitor, MonitorConfig},
    prelude::*,
};

/// Takes the place of what clients send as `def double(x)`.
async fn double(Args(x): Args<i64>) -> Result<i64, JobError> {
    x.checked_mul(2).ok_or_else(|| JobError::bad_input(format!("{x} is too large to be doubled")))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let config = Config::from_env()?.native(Native::named("double"));
    let router = with_python(Router::new().route("double", double), &config).await;

    // A foreman gives one task at a time to each of the worker's registrations.
    let tasks = config.max_concurrent_tasks;
    let address = (Ipv4Addr::LOCALHOST, config.api_port).into();
    let worker = Worker::new(router).serve(config).concurrency(tasks).start()?;

    let control = worker.control().clone();
    let monitor = MonitorConfig::new().address(address).name("CrowdCompute worker");
    let monitor = Monitor::new(control.clone(), monitor).bind().await?;
    println!("dashboard: http://{}/dashboard", monitor.local_addr());

    tokio::spawn(async move {
        shutdown_signal().await;
        control.drain();
    });
    tokio::select! {
        summary = worker.wait() => {
            let routes = summary?.snapshot.routes;
            println!("done: {} tasks", routes.iter().map(|route| route.ok).sum::<u64>());
            Ok(())
        }
        never = monitor.serve() => match never {},
    }
}

/// Adds Python for the code of all other tasks, if there is an interpreter.
#[cfg(unix)]
async fn with_python(router: Router, config: &Config) -> Router {
    use journeyman::{executor::Executor, python::Python};

    let pool = journeyman::executor::Config::default().size(config.max_concurrent_tasks);
    match Executor::start(pool).await {
        Ok(executor) => {
            println!("Python tasks run in this sandbox:\n{}", executor.report());
            router.route("python.#", Python::new(executor))
        }
        Err(error) => {
            println!("only `double` is served: {error}");
            router
        }
    }
}

#[cfg(not(unix))]
async fn with_python(router: Router, _config: &Config) -> Router {
    println!("only `double` is served: Python tasks need a Unix system");
    router
}
