//! A worker of Tasker workflows whose handlers are programs.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    journeyman_tasker_live::main_with(journeyman_core::Router::new()).await
}
