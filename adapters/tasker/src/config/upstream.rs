//! The configuration file of Tasker itself (Tasker sheet, section 13).
//!
//! Upstream's loader wants nearly every key, has no defaults, names one missing key at a time, and
//! ends the process for a bad value in the environment. [`Upstream::check`] looks before that, and
//! says everything at once.

mod keys;

use std::path::Path;

use journeyman_core::Secret;
use toml::{Table, Value};

use super::{ConfigError, ConfigErrors};

pub use keys::{Kind, VARIABLES, WORKER_KEYS};

/// Whole numbers that have a range.
const RANGES: &[(&str, i64, i64)] = &[
    ("worker.mpsc_channels.handler_dispatch.dispatch_buffer_size", 10, i64::MAX),
    ("worker.mpsc_channels.handler_dispatch.completion_buffer_size", 10, i64::MAX),
    ("worker.mpsc_channels.handler_dispatch.handler_timeout_ms", 1000, 3_600_000),
    ("worker.mpsc_channels.handler_dispatch.max_concurrent_handlers", 1, 10_000),
];

const MODES: [&str; 3] = ["Hybrid", "EventDrivenOnly", "PollingOnly"];
const BACKENDS: [&str; 2] = ["pgmq", "rabbitmq"];

/// Values that are shown in messages are cut to this.
const SHOWN: usize = 60;

/// What matters here of Tasker's configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Upstream {
    /// Steps that upstream holds claimed and not taken. When it is full, upstream loses steps
    /// (Tasker sheet, section 19), so it is emptied at once.
    pub dispatch_buffer_size: usize,
    /// Results that wait for the database.
    pub completion_buffer_size: usize,
}

impl Upstream {
    /// Checks the text of a file for a worker. `file` is for messages.
    ///
    /// # Errors
    /// It is no TOML; else all keys that are missing or of another kind, all numbers out of range,
    /// and all names for `${NAME}` that upstream does not know.
    pub fn check(file: impl AsRef<Path>, text: &str) -> Result<Self, ConfigErrors> {
        let file = file.as_ref().display();
        let table: Table = text.parse().map_err(|error: toml::de::Error| {
            let line = error.span().map_or(1, |span| {
                text.as_bytes()[..span.start.min(text.len())]
                    .iter()
                    .filter(|b| **b == b'\n')
                    .count()
                    + 1
            });
            // Its own message shows the line, which may hold a password.
            ConfigError::bare(&format!("{file}:{line}"), format!("is no TOML: {}", error.message()))
        })?;
        let mut found = Vec::new();
        for (key, kind) in WORKER_KEYS {
            match get(&table, key) {
                None => found.push(ConfigError::bare(key, format!("is missing in {file}"))),
                Some(value) if !kind.takes(value) => {
                    // The value is not shown: in a wrong place it may be a password.
                    found.push(ConfigError::bare(key, kind.wanted()));
                }
                Some(_) => {}
            }
        }
        for (key, min, max) in RANGES {
            if let Some(Value::Integer(value)) = get(&table, key)
                && !(min..=max).contains(&value)
            {
                let problem = match *max {
                    i64::MAX => format!("must be at least {min}"),
                    max => format!("must be from {min} to {max}"),
                };
                found.push(ConfigError::new(key, value, problem));
            }
        }
        word(&table, "worker.event_systems.worker.deployment_mode", &MODES, &mut found);
        word(&table, "common.queues.backend", &BACKENDS, &mut found);
        substitutions("", &Value::Table(table.clone()), &mut found);
        ConfigErrors::check(found)?;
        let size = |key: &str| match get(&table, key) {
            Some(Value::Integer(value)) => usize::try_from(*value).unwrap_or(usize::MAX),
            _ => 0,
        };
        Ok(Self {
            dispatch_buffer_size: size(RANGES[0].0),
            completion_buffer_size: size(RANGES[1].0),
        })
    }
}

fn get<'a>(table: &'a Table, key: &str) -> Option<&'a Value> {
    let (first, rest) = key.split_once('.').map_or((key, None), |(f, r)| (f, Some(r)));
    match (table.get(first)?, rest) {
        (value, None) => Some(value),
        (Value::Table(table), Some(rest)) => get(table, rest),
        _ => None,
    }
}

fn word(table: &Table, key: &str, words: &[&str], found: &mut Vec<ConfigError>) {
    if let Some(Value::String(text)) = get(table, key)
        && !text.starts_with("${")
        && !words.contains(&text.as_str())
    {
        let shown: String = text.chars().take(SHOWN).collect();
        found.push(ConfigError::new(key, shown, format!("give one of {}", words.join(", "))));
    }
}

/// Finds names for `${NAME}` that upstream does not put in.
fn substitutions(at: &str, value: &Value, found: &mut Vec<ConfigError>) {
    let under = |key: &str| match at {
        "" => key.to_owned(),
        at => format!("{at}.{key}"),
    };
    match value {
        Value::Table(table) => {
            table.iter().for_each(|(key, value)| substitutions(&under(key), value, found));
        }
        Value::Array(items) => {
            let keys = (0..items.len()).map(|i| format!("{at}[{i}]"));
            keys.zip(items).for_each(|(key, value)| substitutions(&key, value, found));
        }
        Value::String(text) => {
            for part in text.split("${").skip(1) {
                let name = part.split([':', '}']).next().unwrap_or_default();
                if !VARIABLES.contains(&name) {
                    let shown: String = name.chars().take(SHOWN).collect();
                    let problem = format!(
                        "names `{shown}`, which Tasker does not put in; it knows {}",
                        VARIABLES.join(", ")
                    );
                    found.push(ConfigError::bare(at, problem));
                }
            }
        }
        _ => {}
    }
}

/// Checks the address of a database by upstream's rules, which end the process when they are broken.
/// What is wrong is told without the address: a password is in it.
///
/// # Errors
/// It is not `postgresql://`, has a user without a password, or a password with `@`.
pub fn check_database_url(key: &str, url: &Secret) -> Result<(), ConfigError> {
    let wrong = |problem: &str| Err(ConfigError::bare(key, problem));
    let Ok(text) = str::from_utf8(url.expose()) else { return wrong("is not valid UTF-8 text") };
    let Some(rest) = text.strip_prefix("postgresql://") else {
        return wrong("must begin with `postgresql://`");
    };
    let (authority, name) = rest.split_once('/').unwrap_or((rest, ""));
    let at_signs = rest.matches('@').count();
    if at_signs > 1 {
        return wrong("has more than one `@`; Tasker takes no password with `@` in it");
    }
    if at_signs == 1 && !authority.contains('@') {
        return wrong("has a `/` before its `@`; write it as %2F");
    }
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    if !user.is_empty()
        && user.split_once(':').is_none_or(|(user, word)| user.is_empty() || word.is_empty())
    {
        return wrong("has a user without a password; Tasker takes both or none");
    }
    if host.is_empty() || name.is_empty() {
        return wrong("must have a host and the name of a database");
    }
    Ok(())
}
