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
  journeyman submit --to crowdcompute+ws://127.0.0.1:9000 square.py 1 2 3
  journeyman submit --to crowdcompute+ws://127.0.0.1:9000 tools.py --function count '\"a text\"'
  journeyman submit --to tasker+http://127.0.0.1:8080 shop/order '{\"item\":7}' --wait

With --wait the exit code tells the outcome: 0 done, 1 failed, 5 not finished in time. Without it,
0 means accepted.

To a CrowdCompute foreman goes a file of Python and one argument or more: its function is called
once for each, and the results are printed in that order, one JSON value per line. Such jobs are
always waited for, because a foreman drops results that nobody waits for; --wait=TIME or --timeout
ends that. A task that fails is tried again without end, and clients are not told.

To a Tasker server goes the name of a template, NAMESPACE/NAME[/VERSION], and the task's context. With
--wait its state and the result or error of each step are printed, else its id. A second task of the
same template with the same context is refused, unless --metadata has another idempotency_key; it can
also have priority, tags, reason, initiator, source_system, correlation_id.")]
pub(crate) struct SubmitArgs {
    /// Where jobs go: for DistWorker its HTTP API, http://HOST:8080; for CrowdCompute
    /// crowdcompute+ws://HOST:9000; for Tasker the server's REST API, tasker+http://HOST:8080
    #[arg(long, value_name = "URI")]
    pub(crate) to: String,
    /// The queue, which is the name of the job; for CrowdCompute a file of Python; for Tasker a
    /// template
    #[arg(value_name = "QUEUE|FILE|TEMPLATE")]
    pub(crate) queue: String,
    /// The input, as a JSON object [default: {}]; for CrowdCompute an argument of each task, any
    /// JSON; for Tasker the context
    #[arg(value_name = "JSON", allow_negative_numbers = true)]
    pub(crate) input: Vec<String>,
    /// The metadata, as a JSON object; for CrowdCompute, `task_metadata`; for Tasker, more members of
    /// the request
    #[arg(long, value_name = "JSON")]
    pub(crate) metadata: Option<String>,
    /// The time limit of the job, such as 30s; for CrowdCompute of each task, and without
    /// --wait=TIME also of the waiting
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
    /// The function to call [default: the first one in the file]
    #[arg(long, value_name = "NAME", help_heading = "CrowdCompute")]
    pub(crate) function: Option<String>,
    /// Send the file without a look at it
    #[arg(long, help_heading = "CrowdCompute")]
    pub(crate) no_check: bool,
}

pub(crate) async fn submit(args: SubmitArgs) -> Result<Code, Failure> {
    let Some(system) = systems::all().into_iter().find(|system| system.takes_jobs_at(&args.to))
    else {
        return Err(Failure::usage(format!(
            "`{}` is not the address of an API; write http://HOST:8080, which is DistWorker's, \
             crowdcompute+ws://HOST:9000, or tasker+http://HOST:8080",
            journeyman_distworker::endpoint::redacted(&args.to)
        )));
    };
    system.submit(args).await
}
