//! The log, on standard error. Upstream's own would go to standard output.

use journeyman_core::Error;
use tracing_subscriber::EnvFilter;

use super::args::{Args, LogFormat};

/// Without a filter: what we do, and what Tasker's worker warns of. Some of its warnings say
/// nothing (Tasker sheet, section 19).
const DEFAULT: &str = "warn,journeyman=info,journeyman_core=info,journeyman_tasker=info,\
                       journeyman_tasker_live=info,sqlx=error,tasker_worker=error,\
                       tasker_shared=error,tasker_pgmq=error";

pub(super) fn start(args: &Args) -> Result<(), Error> {
    let variable = std::env::var("RUST_LOG").ok().filter(|text| !text.is_empty());
    let text = args.log.clone().or(variable).unwrap_or_else(|| DEFAULT.to_owned());
    let filter = EnvFilter::try_new(&text).map_err(|error| {
        Error::config(format!("the log filter `{text}` cannot be read: {error}"))
            .with_remedy("write it as `info` or `warn,journeyman_core=debug`")
    })?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()));
    let started = match args.log_format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    };
    started.map_err(|error| Error::config(format!("the log does not start: {error}")))
}
