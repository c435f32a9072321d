//! The command line.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Parser, ValueEnum};
use journeyman_core::settings::units;

/// A worker of Tasker workflows (tasker-core 0.1.8) on Tasker's own crates
///
/// It reads the environment: TASKER_CONFIG_PATH (Tasker's merged TOML file), DATABASE_URL,
/// TASKER_ENV, TASKER_TEMPLATE_PATH, and the variables JOURNEYMAN_TASKER_* of the book, chapter
/// "Tasker". It claims the steps of the namespaces of its templates.
///
/// A step is done by the handler of its callable. A program gets each step as one JSON line on
/// standard input, {"id","route","attempt","args","deadline_ms"}, and answers with JSON lines on
/// standard output: {"progress":0.5}, then {"result":...} or
/// {"error":{"message","code","retry_after_ms"}}. It does not see the passwords of the environment.
///
/// The first Ctrl-C (or SIGTERM) drains: no more steps are claimed, those under way may finish. The
/// second one aborts.
#[derive(Clone, Debug, Default, Parser)]
#[command(
    version,
    after_help = "\
A configuration file:
  [worker]
  concurrency = 16
  drain_timeout = \"30s\"

  [handlers]
  \"order.check\" = \"exec:/usr/bin/check --json\"
  \"order.*\" = { exec = [\"/usr/bin/order\", \"an argument\"], concurrency = 2, timeout = \"1m\" }

Exit codes: 0 it stopped as it was told to; 1 it failed; 2 what it was started with is wrong;
130 it was aborted."
)]
pub(crate) struct Args {
    /// A configuration file, in TOML
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// A handler: CALLABLE=exec:PROGRAM ARGS, split at spaces; may be repeated
    #[arg(long = "handler", value_name = "HANDLER")]
    pub(crate) handlers: Vec<String>,
    /// Steps that run at a time [default: 64]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub(crate) concurrency: Option<u32>,
    /// How long steps under way may go on after the first Ctrl-C [default: 30s]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) drain: Option<Duration>,
    /// Starts a monitor (dashboard, health, metrics) at this address; its token is the variable
    /// JOURNEYMAN_MONITOR_TOKEN, which an address that is not loopback needs
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) monitor: Option<SocketAddr>,
    /// Checks configuration, templates, handlers and database, tells all that is wrong, and ends
    #[arg(long)]
    pub(crate) check: bool,
    /// What is logged to standard error: `info`, or by target; without it, RUST_LOG counts
    /// [default: warn,journeyman=info and some parts of Tasker's at error]
    #[arg(long, value_name = "FILTER")]
    pub(crate) log: Option<String>,
    /// How the log is written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) log_format: LogFormat,
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum LogFormat {
    /// A line for people
    #[default]
    Text,
    /// A JSON object per line
    Json,
}

fn duration(text: &str) -> Result<Duration, String> {
    units::parse_duration(text).ok_or_else(|| units::DURATION_FORM.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory;
        Args::command().debug_assert();
        let args = Args::parse_from(["w", "--drain", "5s", "--handler", "a=exec:b", "--check"]);
        assert_eq!(args.drain, Some(Duration::from_secs(5)));
        assert!(args.check && args.handlers == ["a=exec:b"]);
    }
}
