//! The smallest prop that does something: it counts, answers `ping`, and commands another prop.

use std::{sync::Arc, time::Duration};

use journeyman::{
    JobError, Router, State,
    halloween::ArgText,
    props::{PropContext, PropWorker},
};
use serde::Deserialize;

/// `config.json` in its folder.
#[derive(Debug, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    /// Seconds between two ticks.
    tick_interval: f64,
    /// Whom `fire` commands.
    fogger: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self { tick_interval: 5.0, fogger: "fogger".to_owned() }
    }
}

pub(crate) struct ExampleProp {
    context: PropContext,
    settings: Settings,
}

impl PropWorker for ExampleProp {
    type Config = Settings;

    fn new(context: PropContext, settings: Settings) -> Result<Self, JobError> {
        if !(0.01..=3600.0).contains(&settings.tick_interval) {
            let given = settings.tick_interval;
            return Err(JobError::bad_input(format!(
                "`tick_interval` is {given}; give seconds from 0.01 to 3600"
            )));
        }
        Ok(Self { context, settings })
    }

    fn router(self: &Arc<Self>) -> Router {
        Router::new().route("ping", ping).route("fire", fire)
    }

    async fn start(&self) -> Result<(), JobError> {
        let prop = self.context.prop().clone();
        let interval = Duration::from_secs_f64(self.settings.tick_interval);
        // Ends with the prop. An error, or a panic, would be said on `status/error`.
        self.context.spawn("ticker", async move {
            let mut ticks = tokio::time::interval(interval);
            for tick in 0_u64.. {
                ticks.tick().await;
                prop.telemetry("tick", &tick).await?;
            }
            Ok::<(), JobError>(())
        });
        Ok(())
    }
}

/// The argument is a text as it was sent; a value that a handler returns would go to
/// `telemetry/ping`.
async fn ping(ArgText(arg): ArgText, State(this): State<Arc<ExampleProp>>) -> Result<(), JobError> {
    let answer = arg.filter(|text| !text.is_empty()).unwrap_or_else(|| "ok".to_owned());
    this.context.prop().telemetry("pong", &answer).await
}

async fn fire(ArgText(arg): ArgText, State(this): State<Arc<ExampleProp>>) -> Result<(), JobError> {
    this.context.prop().command(&this.settings.fogger, "start", &arg).await
}
