//! A fog machine: a prop with a state, and hardware that has to be off when nobody watches it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use journeyman::{
    Args, Cancel, JobError, Router, State,
    props::{PropContext, PropWorker},
};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// The longest puff in milliseconds.
    longest_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { longest_ms: 5_000 }
    }
}

/// What stands in for a relay.
#[derive(Debug, Default)]
struct Relay(AtomicBool);

impl Relay {
    fn switch(&self, on: bool) {
        if self.0.swap(on, SeqCst) != on {
            println!("fogger: the relay is {}", if on { "ON" } else { "off" });
        }
    }
}

pub(crate) struct Fogger {
    context: PropContext,
    settings: Settings,
    relay: Relay,
}

impl PropWorker for Fogger {
    type Config = Settings;

    fn new(context: PropContext, settings: Settings) -> Result<Self, JobError> {
        Ok(Self { context, settings, relay: Relay::default() })
    }

    fn router(self: &Arc<Self>) -> Router {
        Router::new().route("start", puff)
    }

    async fn start(&self) -> Result<(), JobError> {
        self.context.prop().publish_state("idle").await
    }

    /// Whatever was under way: the relay is off when the prop has stopped.
    async fn stop(&self) -> Result<(), JobError> {
        self.relay.switch(false);
        Ok(())
    }
}

/// Commands of one prop run one after the other; those of others do not wait for them. What it
/// returns goes to `telemetry/start` or, where the command asked for an answer (MQTT 5), back to
/// whoever asked.
async fn puff(
    Args(ms): Args<Option<u64>>,
    cancel: Cancel,
    State(this): State<Arc<Fogger>>,
) -> Result<u64, JobError> {
    let (ms, longest) = (ms.unwrap_or(500), this.settings.longest_ms);
    if ms > longest {
        return Err(JobError::bad_input(format!("{ms} ms of fog; {longest} are the most")));
    }
    let prop = this.context.prop();
    prop.publish_state("fogging").await?;
    this.relay.switch(true);
    tokio::select! {
        _ = cancel.cancelled() => {}
        () = tokio::time::sleep(Duration::from_millis(ms)) => {}
    }
    this.relay.switch(false);
    prop.publish_state("idle").await?;
    Ok(ms)
}
