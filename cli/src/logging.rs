//! The log, on standard error.

use clap::{Args, ValueEnum};
use tracing_subscriber::EnvFilter;

use crate::exit::Failure;

/// How the log is written.
#[derive(Debug, Default, Args)]
pub(crate) struct LogArgs {
    /// What is logged to standard error: `info`, or by target: `warn,journeyman_core=debug`
    ///
    /// Without it, the variable RUST_LOG counts. `run`, `props` and `pc-worker` log `info` by default, the
    /// other commands log nothing.
    #[arg(long, value_name = "FILTER", global = true, help_heading = "Log")]
    log: Option<String>,
    /// How the log is written
    #[arg(long, value_enum, default_value_t, global = true, help_heading = "Log")]
    log_format: LogFormat,
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum LogFormat {
    /// A line for people
    #[default]
    Text,
    /// A JSON object per line
    Json,
}

/// Starts the log.
pub(crate) fn start(args: &LogArgs, default: &str) -> Result<(), Failure> {
    let variable = std::env::var("RUST_LOG").ok().filter(|text| !text.is_empty());
    let text = args.log.clone().or(variable).unwrap_or_else(|| default.to_owned());
    let filter = EnvFilter::try_new(&text).map_err(|error| {
        Failure::usage(format!(
            "the log filter `{text}` cannot be read: {error}; write it as `info` or \
             `warn,journeyman_core=debug`"
        ))
    })?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()));
    let started = match args.log_format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    };
    started.map_err(|error| Failure::failed(format!("the log does not start: {error}")))
}
