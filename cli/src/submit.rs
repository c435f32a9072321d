//! `journeyman submit`: the submitting side, for trying things out.

use std::time::Duration;

use clap::Args;

use crate::{
    duration,
    exit::{Code, Failure},
    systems,
};

/// Submits a job to a server and prints what becomes of it
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  journeyman submit --to http://127.0.0.1:8080 echo '{\"hello\":\"world\"}' --wait
  journeyman submit --to http://127.0.0.1:8080 math.add '{\"a\":2,\"b\":3}' --wait=10s
  journeyman submit --to http://127.0.0.1:8080 sleep '{\"seconds\":60}' --timeout 5s --wait

With --wait the exit code tells the outcome: 0 done, 1 failed, 5 not finished in time. Without it,
0 means accepted.")]
pub(crate) struct SubmitArgs {
    /// The server's API, for DistWorker http://HOST:8080
    #[arg(long, value_name = "URI")]
    pub(crate) to: String,
    /// The queue, which is the name of the job
    pub(crate) queue: String,
    /// The input, as a JSON object
    #[arg(value_name = "JSON", default_value = "{}")]
    pub(crate) input: String,
    /// The metadata, as a JSON object
    #[arg(long, value_name = "JSON")]
    pub(crate) metadata: Option<String>,
    /// The time limit of the job, such as 30s
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    pub(crate) timeout: Option<Duration>,
    /// How often the server tries again after a failure
    #[arg(long, value_name = "N")]
    pub(crate) retry: Option<u32>,
    /// Wait for the end; with `=TIME` at most so long
    #[arg(
        long, value_name = "TIME", num_args = 0..=1, require_equals = true,
        value_parser = duration::parse, default_missing_value = "87600h"
    )]
    pub(crate) wait: Option<Duration>,
}

pub(crate) async fn submit(args: SubmitArgs) -> Result<Code, Failure> {
    let Some(system) = systems::all().into_iter().find(|system| system.takes_jobs_at(&args.to))
    else {
        return Err(Failure::usage(format!(
            "`{}` is not the address of an API; write http://HOST:8080, which is DistWorker's",
            journeyman_distworker::endpoint::redacted(&args.to)
        )));
    };
    system.submit(args).await
}
