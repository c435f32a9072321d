//! A worker with the handlers of the ring.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    journeyman_tasker_live::main_with(journeyman_tasker_ring::handlers::router()).await
}
