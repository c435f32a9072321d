//! What a program prints.

use journeyman_core::{JobError, Value};
use journeyman_exec::{Answer, OUTPUT, shown};
use journeyman_halloween::{PublishOptions, QoS};
use serde::{Deserialize, Deserializer, de};

/// The most props that one broadcast reaches.
const MAX_TARGETS: usize = 1000;

/// A line of a program.
#[derive(Debug)]
pub(super) enum Line {
    /// It is about the command in work.
    Answer {
        /// Which one it means, if it says so.
        id: Option<String>,
        answer: Answer,
    },
    /// Something for the bus.
    Word(Word),
    /// It wants to be stopped, and not started again.
    Exit,
}

/// Something for the bus.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Word {
    Telemetry { key: String, value: Value, options: PublishOptions },
    Status { key: String, value: Value, options: PublishOptions },
    State { value: Value, options: PublishOptions },
    Command { target: String, action: String, args: Value, qos: QoS, device: bool },
    Broadcast { targets: Vec<String>, action: String, args: Value, qos: QoS },
}

/// All keys of a line. What an answer holds is read in a second pass.
#[derive(Deserialize)]
struct Keys {
    id: Option<String>,
    #[serde(default, deserialize_with = "there")]
    result: bool,
    #[serde(default, deserialize_with = "there")]
    error: bool,
    #[serde(default, deserialize_with = "there")]
    progress: bool,
    telemetry: Option<Keyed>,
    status: Option<Keyed>,
    state: Option<State>,
    command: Option<Command>,
    broadcast: Option<Broadcast>,
    #[serde(default)]
    exit: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keyed {
    key: String,
    value: Value,
    #[serde(default, deserialize_with = "level")]
    qos: QoS,
    #[serde(default)]
    retain: bool,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "`state` is a text, or an object with `value`, `qos` and `retain`")]
enum State {
    Text(String),
    Whole(WholeState),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WholeState {
    value: Value,
    #[serde(default, deserialize_with = "level")]
    qos: QoS,
    #[serde(default)]
    retain: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Command {
    target: String,
    action: String,
    #[serde(default)]
    args: Value,
    #[serde(default = "at_least_once", deserialize_with = "level")]
    qos: QoS,
    #[serde(default)]
    device: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Broadcast {
    targets: Vec<String>,
    action: String,
    #[serde(default)]
    args: Value,
    #[serde(default = "at_least_once", deserialize_with = "level")]
    qos: QoS,
}

/// A key that is there counts, whatever it holds.
fn there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    de::IgnoredAny::deserialize(deserializer).map(|_| true)
}

fn level<'de, D: Deserializer<'de>>(deserializer: D) -> Result<QoS, D::Error> {
    let number = u8::deserialize(deserializer)?;
    QoS::from_number(number).ok_or_else(|| de::Error::custom("`qos` is 0, 1 or 2"))
}

/// As upstream's `command` has it (Halloween sheet, section 4.1).
fn at_least_once() -> QoS {
    QoS::AtLeastOnce
}

impl Line {
    /// Reads a line.
    ///
    /// # Errors
    /// It is none of those that a prop's program prints: what is wrong, how it begins, and what to
    /// do.
    pub(super) fn read(line: &[u8]) -> Result<Self, JobError> {
        let wrong = |problem: &str| {
            JobError::failed(format!(
                "the program printed a line that is no message ({problem}): {}; print one of \
                 `result`, `error`, `progress`, `telemetry`, `status`, `state`, `command`, \
                 `broadcast` and `exit` as a JSON object in one line, and anything else to \
                 standard error",
                shown(line)
            ))
            .with_code(OUTPUT)
        };
        let keys: Keys = serde_json::from_slice(line).map_err(|error| wrong(&error.to_string()))?;
        let answer = keys.result || keys.error || keys.progress;
        let options = |qos, retain| {
            let options = PublishOptions::new().qos(qos);
            if retain { options.retained() } else { options }
        };
        let mut words = Vec::new();
        if let Some(Keyed { key, value, qos, retain }) = keys.telemetry {
            words.push(Word::Telemetry { key, value, options: options(qos, retain) });
        }
        if let Some(Keyed { key, value, qos, retain }) = keys.status {
            words.push(Word::Status { key, value, options: options(qos, retain) });
        }
        match keys.state {
            Some(State::Text(text)) => {
                words.push(Word::State { value: text.into(), options: PublishOptions::new() });
            }
            Some(State::Whole(WholeState { value, qos, retain })) => {
                words.push(Word::State { value, options: options(qos, retain) });
            }
            None => {}
        }
        if let Some(Command { target, action, args, qos, device }) = keys.command {
            words.push(Word::Command { target, action, args, qos, device });
        }
        if let Some(Broadcast { targets, action, args, qos }) = keys.broadcast {
            if targets.len() > MAX_TARGETS {
                return Err(wrong(&format!("more than {MAX_TARGETS} targets")));
            }
            words.push(Word::Broadcast { targets, action, args, qos });
        }
        // A line says one thing: what order would two have?
        match (answer, words.pop(), keys.exit, words.is_empty()) {
            (true, None, false, _) => {
                let answer = Answer::read(line)?;
                Ok(Self::Answer { id: keys.id, answer })
            }
            (false, Some(word), false, true) => Ok(Self::Word(word)),
            (false, None, true, _) => Ok(Self::Exit),
            (false, None, false, _) => Err(wrong("it has none of the keys")),
            _ => Err(wrong("it says more than one thing")),
        }
    }
}
