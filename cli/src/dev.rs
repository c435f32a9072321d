//! `journeyman dev`: a stand-in server as a local server.

use std::net::SocketAddr;

use clap::Args;

use crate::{
    exit::{Code, Failure},
    systems,
};

/// Runs the stand-in of a system as a local server to develop a worker against
///
/// It checks what the real server checks and refuses what it refuses, keeps everything in memory,
/// prints how to connect and how to submit, and then everything that happens.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  journeyman dev --as distworker
  journeyman dev --as distworker --listen 127.0.0.1:9001 --queue resize --queue text.upper")]
pub(crate) struct DevArgs {
    /// The system to stand in for: distworker
    #[arg(long = "as", value_name = "SYSTEM")]
    system: String,
    /// Where workers connect; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8081")]
    pub(crate) listen: SocketAddr,
    /// Where jobs are submitted; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) api_listen: SocketAddr,
    /// The token that workers must have
    #[arg(long, default_value = DevArgs::TOKEN)]
    pub(crate) token: String,
    /// A queue that workers get jobs of; may be repeated. Default: the names of the built-in
    /// handlers
    #[arg(long = "queue", value_name = "QUEUE")]
    pub(crate) queues: Vec<String>,
}

impl DevArgs {
    /// The token without `--token`: known to everybody, so good for loopback only.
    pub(crate) const TOKEN: &'static str = "journeyman-dev";
}

pub(crate) async fn dev(args: DevArgs) -> Result<Code, Failure> {
    systems::named(&args.system)?.dev(args).await
}
