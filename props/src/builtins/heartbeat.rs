//! The built-in heartbeat (Halloween sheet, section 5.1).

use std::{sync::Arc, time::Duration};

use journeyman_core::{JobError, Router};
use journeyman_halloween::{ArgText, CommandMeta, Prop, PublishOptions, QoS, ValueError};
use serde::{Deserialize, Deserializer, de};

use crate::{Factory, PropContext, PropWorker, worker};

/// The modes that it has.
const MODES: [&str; 3] = ["idle", "armed", "firing"];

/// How long `fire` takes when nobody says so.
const FIRE: Duration = Duration::from_millis(500);

/// The factory of the heartbeat.
pub(crate) fn heartbeat() -> impl Factory {
    worker::<Heartbeat>()
}

struct Heartbeat {
    context: PropContext,
    interval: Duration,
}

#[derive(Deserialize)]
struct Settings {
    #[serde(default = "five", deserialize_with = "seconds")]
    tick_interval: Duration,
}

fn five() -> Duration {
    Duration::from_secs(5)
}

/// Whole seconds as Python's `int()` takes them: a number, cut off, or a text.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Number {
        Whole(i64),
        Float(f64),
        Text(String),
    }
    let read = Number::deserialize(deserializer);
    let number = match read {
        Ok(Number::Whole(number)) => Some(number),
        Ok(Number::Float(number)) if number.is_finite() => Some(number as i64),
        Ok(Number::Text(text)) => text.trim().parse().ok(),
        _ => None,
    };
    // Upstream ticks without a pause at 0.
    let seconds = number.and_then(|number| u64::try_from(number).ok()).filter(|s| *s > 0);
    seconds.map(Duration::from_secs).ok_or_else(|| de::Error::custom("give whole seconds, from 1"))
}

impl PropWorker for Heartbeat {
    type Config = Settings;

    fn new(context: PropContext, settings: Settings) -> Result<Self, JobError> {
        Ok(Self { context, interval: settings.tick_interval })
    }

    fn router(self: &Arc<Self>) -> Router {
        Router::new().route("ping", ping).route("set_mode", set_mode).route("fire", fire)
    }

    async fn start(&self) -> Result<(), JobError> {
        let (prop, interval) = (self.context.prop().clone(), self.interval);
        self.context.spawn("ticker", async move {
            let mut tick = 0u64;
            loop {
                prop.telemetry("tick", &tick).await?;
                tick += 1;
                tokio::time::sleep(interval).await;
            }
            #[expect(unreachable_code, reason = "says which type the errors have")]
            Ok::<(), JobError>(())
        });
        Ok(())
    }
}

async fn ping(ArgText(arg): ArgText, prop: Prop) -> Result<(), JobError> {
    let answer = arg.filter(|arg| !arg.is_empty());
    prop.telemetry("pong", answer.as_deref().unwrap_or("ok")).await
}

async fn set_mode(ArgText(arg): ArgText, meta: CommandMeta, prop: Prop) -> Result<(), JobError> {
    let arg = arg.filter(|arg| !arg.is_empty());
    let mode = arg.as_deref().unwrap_or("idle").trim();
    if MODES.contains(&mode) {
        let options = PublishOptions::new().qos(QoS::AtLeastOnce);
        return prop.telemetry_with("mode", mode, options).await;
    }
    let shown: String = mode.chars().take(60).collect();
    let text = format!("invalid mode '{shown}'");
    if meta.wants_answer() {
        let text = format!("{text}: give one of {}", MODES.join(", "));
        return Err(ValueError::new(text).into());
    }
    // To the byte what upstream says.
    prop.publish_status("error", &text).await
}

async fn fire(ArgText(arg): ArgText, prop: Prop) -> Result<(), JobError> {
    let given = arg.and_then(|arg| arg.trim().parse::<u64>().ok());
    let time = given.map_or(FIRE, Duration::from_millis);
    prop.telemetry("event", &format!("fire start {}ms", time.as_millis())).await?;
    tokio::time::sleep(time).await;
    prop.telemetry("event", "fire end").await
}
