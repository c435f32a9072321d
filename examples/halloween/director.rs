//! A coordinator: it watches the states of all props, and commands two of them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use journeyman::{
    JobError, Router, State, Value,
    halloween::{CommandMeta, Subscription},
    props::{PropContext, PropWorker},
};
use serde::Deserialize;

/// `config.yaml` in its folder.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// What `show` does, in this order.
    cues: Vec<Cue>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cue {
    prop: String,
    action: String,
    #[serde(default)]
    args: Option<Value>,
}

pub(crate) struct Director {
    context: PropContext,
    settings: Settings,
    /// The last state of each prop.
    states: Mutex<BTreeMap<String, String>>,
}

impl PropWorker for Director {
    type Config = Settings;

    fn new(context: PropContext, settings: Settings) -> Result<Self, JobError> {
        Ok(Self { context, settings, states: Mutex::default() })
    }

    fn router(self: &Arc<Self>) -> Router {
        Router::new().route("show", show).route("states", states).route("heard", heard)
    }

    fn subscriptions(&self) -> Vec<Subscription> {
        vec![Subscription::new("halloween/+/state", "heard")]
    }
}

impl Director {
    fn states(&self) -> BTreeMap<String, String> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A state of any prop, also of those that were there before us: the broker keeps it.
async fn heard(meta: CommandMeta, State(this): State<Arc<Director>>) -> Result<(), JobError> {
    let prop = meta.topic().split('/').nth(1).unwrap_or_default().to_owned();
    if prop == this.context.id() {
        return Ok(());
    }
    let state = String::from_utf8_lossy(meta.payload()).into_owned();
    let fogging = state == "fogging";
    this.states.lock().unwrap_or_else(PoisonError::into_inner).insert(prop.clone(), state);
    if fogging {
        this.context.prop().telemetry("fog_by", &prop).await?;
    }
    Ok(())
}

/// What is known, to `telemetry/states`.
async fn states(State(this): State<Arc<Director>>) -> BTreeMap<String, String> {
    this.states()
}

async fn show(State(this): State<Arc<Director>>) -> Result<(), JobError> {
    let (prop, states) = (this.context.prop(), this.states());
    prop.publish_state("show").await?;
    for Cue { prop: target, action, args } in &this.settings.cues {
        let state = states.get(target).map(String::as_str);
        if matches!(state, None | Some("stopped")) {
            prop.publish_status("warn", &format!("{target} is not there")).await?;
        }
        prop.command(target, action, args).await?;
    }
    prop.publish_state("over").await
}
