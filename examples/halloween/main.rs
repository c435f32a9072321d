//! A host of props: three workers in Rust, those of the folder `props` that are programs, and the
//! built-in heartbeat.
//!
//! ```text
//! journeyman dev --as halloween                          # a broker, in another terminal
//! cargo run --example halloween --features halloween
//! ```
//!
//! Then, on that broker:
//!
//! ```text
//! mosquitto_sub -v -t 'halloween/#'
//! mosquitto_pub -t halloween/example_prop/cmd -m 'ping hello'    # telemetry/pong hello
//! mosquitto_pub -t halloween/example_prop/cmd -m 'fire 750'      # commands the fogger
//! mosquitto_pub -t halloween/director/cmd -m 'show'              # commands both
//! ```

mod director;
mod example_prop;
mod fogger;

use std::{path::PathBuf, process::ExitCode};

use journeyman::{
    halloween::{Config, discovery::Toggles},
    props::PropHost,
};

/// The folder with the props: the first argument, or the one beside this file.
fn root() -> PathBuf {
    let given = std::env::args_os().nth(1).map(PathBuf::from);
    given.unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/examples/halloween/props").into())
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::builder()
                .with_default_directive(tracing_subscriber::filter::LevelFilter::INFO.into())
                .from_env_lossy(),
        )
        .with_writer(std::io::stderr)
        .init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), journeyman::Error> {
    // The variables of upstream's host: MQTT_HOST, MQTT_WORKER_USER, MQTT_WORKER_PW, …
    let mut config = Config::from_env()?;
    if std::env::var_os("MQTT_HOST").is_none() {
        config.host = "127.0.0.1".to_owned();
    }
    let toggles = Toggles::from_env(config.profile)?;
    PropHost::new(config)
        .root(root())
        .toggles(toggles)
        .worker::<example_prop::ExampleProp>("example_prop")
        .worker::<fogger::Fogger>("fogger")
        .worker::<director::Director>("director")
        .run()
        .await?;
    Ok(())
}
