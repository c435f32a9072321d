//! What the DistWorker examples share: settings from the environment, with help when they are
//! missing, and a log on stderr.

use std::process::ExitCode;

use journeyman::{Error, Summary, distworker::Config};

const VARIABLES: &str = "\
Settings are environment variables:
  DISTWORKER_CONTROLLER_URL   worker port of the controller, such as http://localhost:8081
  DISTWORKER_PROVISIONER      name of a provisioner in the controller's configuration
  DISTWORKER_WORKER_TOKEN     the token of that provisioner
  DISTWORKER_WORKER_ID        only for workers that the controller starts: it sets all four
More of them, such as DISTWORKER_CONNECTIONS, are in `journeyman::distworker::config::KEYS`.
RUST_LOG=debug shows more of what happens.";

/// Reads the settings. When something is missing or wrong, says so, and how to do it right.
pub(crate) fn config(about: &str) -> Result<Config, ExitCode> {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::builder()
                .with_default_directive(tracing_subscriber::filter::LevelFilter::INFO.into())
                .from_env_lossy(),
        )
        .with_writer(std::io::stderr)
        .init();
    let config = Config::from_env().and_then(|config| config.validate().map(|()| config));
    config.map_err(|error| {
        eprintln!("{error}\n\n{about}\n\n{VARIABLES}");
        ExitCode::from(2)
    })
}

/// Says how the run went.
pub(crate) fn finish(result: Result<Summary, Error>) -> ExitCode {
    match result {
        Ok(summary) => {
            for session in &summary.snapshot.sessions {
                let counts = session.counts;
                println!(
                    "connection {}: {} ok, {} failed",
                    session.index, counts.ok, counts.failed
                );
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}
