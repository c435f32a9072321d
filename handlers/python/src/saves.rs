//! Checkpoints on their way to the foreman.

use std::{collections::BTreeMap, future::Future, pin::Pin, time::Duration};

use journeyman_core::Value;
use journeyman_crowdcompute::{Checkpoint, Checkpoints, NotStored, Raw};
use journeyman_executor::Checkpoint as State;

use crate::json;

/// When upstream's worker makes the first one (CrowdCompute sheet, section 14.6).
const FIRST: Duration = Duration::from_millis(500);

/// The variable that tells how far a task is.
const PROGRESS: &str = "progress_percent";

/// Names and values as JSON text.
type Variables = BTreeMap<String, String>;

type Sending = Pin<Box<dyn Future<Output = Result<(), Option<NotStored>>> + Send>>;

/// Sends the states of one task, one after the other: the whole first, then what has changed since
/// the last one that the foreman has. While one is under way, of later ones the latest is kept.
pub(crate) struct Saves {
    checkpoints: Checkpoints,
    every: Duration,
    names: Vec<String>,
    /// What the foreman has, if anything.
    stored: Option<Variables>,
    waiting: Option<State>,
    sending: Option<(Sending, Variables)>,
    /// This foreman takes none.
    hopeless: bool,
}

impl Saves {
    pub(crate) fn new(checkpoints: Checkpoints, every: Duration, names: &[String]) -> Self {
        let mut names = names.to_vec();
        if !names.iter().any(|name| name == PROGRESS) {
            names.push(PROGRESS.to_owned());
        }
        Self {
            checkpoints,
            every,
            names,
            stored: None,
            waiting: None,
            sending: None,
            hopeless: false,
        }
    }

    pub(crate) fn first(&self) -> Duration {
        FIRST
    }

    pub(crate) fn every(&self) -> Duration {
        self.every
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    /// Takes a state of the task.
    pub(crate) fn offer(&mut self, state: State) {
        if !self.hopeless {
            self.waiting = Some(state);
        }
    }

    /// Goes on with what there is to send; completes when one was sent and answered.
    ///
    /// # Cancel safety
    /// Nothing is lost when it is dropped: the next call goes on.
    pub(crate) async fn work(saves: &mut Option<Self>) {
        match saves {
            Some(saves) => saves.go_on().await,
            None => std::future::pending().await,
        }
    }

    async fn go_on(&mut self) {
        while self.sending.is_none() {
            match self.waiting.take() {
                Some(state) => self.sending = self.begin(&state),
                None => std::future::pending().await,
            }
        }
        let Some((sending, _)) = &mut self.sending else { return };
        let sent = sending.await;
        let variables = self.sending.take().map(|(_, variables)| variables);
        match sent {
            Ok(()) => self.stored = variables,
            Err(problem) => {
                if let Some(problem) = problem {
                    tracing::warn!(%problem, "a checkpoint was not stored");
                }
                // What later ones would build on is not there: the next one is whole again.
                self.stored = None;
                self.hopeless = problem == Some(NotStored::NotKnown);
            }
        }
    }

    fn begin(&self, state: &State) -> Option<(Sending, Variables)> {
        let variables = variables(state);
        let (message, is_base) = difference(self.stored.as_ref(), &variables);
        let percent = Raw::new(&state.progress).ok().and_then(|raw| raw.to_value().ok());
        let percent = percent.as_ref().and_then(json::number);
        let checkpoint = match Checkpoint::state(&message, percent.unwrap_or(0.0)) {
            Ok(checkpoint) if is_base => checkpoint,
            Ok(checkpoint) => checkpoint.delta(),
            Err(error) => {
                tracing::warn!(%error, "a checkpoint was not sent");
                return None;
            }
        };
        let checkpoints = self.checkpoints.clone();
        let sending: Sending = Box::pin(async move {
            let receipt = checkpoints.send(checkpoint).await.map_err(|_| None)?;
            receipt.stored().await.map(drop).map_err(Some)
        });
        Some((sending, variables))
    }
}

/// The variables of a state; a foreman wants at least one (CrowdCompute sheet, section 14.6).
fn variables(state: &State) -> Variables {
    let mut variables: Variables = state.state.iter().cloned().collect();
    if variables.is_empty() {
        variables.insert(PROGRESS.to_owned(), "0.0".to_owned());
    }
    variables
}

/// What has to be sent, and whether that is the whole.
fn difference(stored: Option<&Variables>, now: &Variables) -> (Value, bool) {
    // A variable that is gone cannot be said in a change.
    let stored = stored.filter(|stored| stored.keys().all(|name| now.contains_key(name)));
    let changed = now
        .iter()
        .filter(|(name, text)| stored.is_none_or(|stored| stored.get(*name) != Some(*text)));
    let pairs = changed.filter_map(|(name, text)| {
        let value = Raw::new(text).ok()?.to_value().ok()?;
        Some((Value::from(name.as_str()), value))
    });
    (Value::Map(pairs.collect()), stored.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Variables {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn the_first_is_whole_and_later_ones_are_what_has_changed() {
        let first = of(&[("i", "1"), ("total", "[1, NaN]")]);
        let (value, is_base) = difference(None, &first);
        assert!(is_base && value.get("i") == Some(&Value::Int(1)));
        assert!(matches!(value.get("total"), Some(Value::List(items)) if items.len() == 2));
        let second = of(&[("i", "2"), ("total", "[1, NaN]")]);
        let (value, is_base) = difference(Some(&first), &second);
        assert_eq!((value, is_base), (Value::object([("i", Value::Int(2))]), false));
        // One that is gone: all of it again.
        let (value, is_base) = difference(Some(&first), &of(&[("i", "2")]));
        assert_eq!((value, is_base), (Value::object([("i", Value::Int(2))]), true));
    }

    #[test]
    fn a_state_is_never_empty() {
        let state = State { progress: "0".to_owned(), state: Vec::new(), skipped: Vec::new() };
        assert_eq!(variables(&state), of(&[("progress_percent", "0.0")]));
    }
}
