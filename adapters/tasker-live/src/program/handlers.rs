//! Programs as handlers, from the configuration file and the command line. The form is that of
//! `journeyman run`.

use std::{collections::BTreeMap, path::Path, time::Duration};

use journeyman_core::{Route, Router, layers::TimeoutLayer, settings::units};
use journeyman_exec::{ExecHandler, Program};
use serde::{Deserialize, Deserializer};

/// The largest configuration file, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// Variables that hold secrets. Programs do not see them.
const HIDDEN: [&str; 10] = [
    "DATABASE_URL",
    "PGMQ_DATABASE_URL",
    "RABBITMQ_URL",
    "REDIS_URL",
    "MEMCACHED_URL",
    "TASKER_API_KEY",
    "TASKER_AUTH_TOKEN",
    "TASKER_ORCHESTRATION_AUTH_TOKEN",
    "TASKER_WORKER_AUTH_TOKEN",
    super::MONITOR_TOKEN,
];

/// The configuration file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    pub(super) worker: Worker,
    #[serde(default)]
    handlers: BTreeMap<String, Entry>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Worker {
    pub(super) concurrency: Option<usize>,
    #[serde(default, deserialize_with = "maybe")]
    pub(super) drain_timeout: Option<Duration>,
    #[serde(default, deserialize_with = "maybe")]
    pub(super) cancel_grace: Option<Duration>,
    #[serde(default, deserialize_with = "maybe")]
    pub(super) time_limit: Option<Duration>,
}

fn maybe<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    units::duration(deserializer).map(Some)
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a handler: \"exec:PROGRAM ARGS\" or { exec = [\"PROGRAM\", …] }")]
enum Entry {
    Text(String),
    Table(Table),
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    exec: Vec<String>,
    concurrency: Option<usize>,
    #[serde(default, deserialize_with = "maybe")]
    timeout: Option<Duration>,
}

impl File {
    /// Reads it.
    ///
    /// # Errors
    /// It cannot be read or understood: with the line, which is not shown.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let shown = path.display();
        let cannot = |why: String| format!("{shown}: the configuration file cannot be read: {why}");
        let size = std::fs::metadata(path).map_err(|error| cannot(error.to_string()))?.len();
        if size > MAX_FILE {
            return Err(cannot(format!("it has {size} bytes, and at most {MAX_FILE} are read")));
        }
        let text = std::fs::read_to_string(path).map_err(|error| cannot(error.to_string()))?;
        toml::from_str(&text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let line = text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
            format!("{shown}, line {line}: {}", error.message())
        })
    }

    /// What is wrong with its numbers and handlers, and a router with the handlers that are sound.
    pub(super) fn router(self, more: &[String]) -> (Router, Vec<String>) {
        let mut problems = Vec::new();
        if self.worker.concurrency == Some(0) {
            problems.push("[worker]: `concurrency` is 0; nothing would ever run".to_owned());
        }
        let mut routes = BTreeMap::new();
        for (callable, entry) in self.handlers {
            let table = match entry {
                Entry::Text(text) => exec(&text),
                Entry::Table(table) => Ok(table),
            };
            add(&mut routes, &mut problems, "[handlers]", callable, table);
        }
        for text in more {
            match text.split_once('=') {
                Some((callable, program)) => {
                    let callable = callable.trim().to_owned();
                    add(&mut routes, &mut problems, "--handler", callable, exec(program.trim()));
                }
                None => {
                    problems.push(format!("--handler `{text}`: write CALLABLE=exec:PROGRAM ARGS"));
                }
            }
        }
        let router = routes
            .into_iter()
            .fold(Router::new(), |router, (callable, table)| router.route(callable, table.route()));
        (router, problems)
    }
}

fn exec(text: &str) -> Result<Table, String> {
    let words = text.strip_prefix("exec:").ok_or("write exec:PROGRAM ARGS")?;
    let exec = words.split_whitespace().map(ToOwned::to_owned).collect();
    Ok(Table { exec, ..Table::default() })
}

fn add(
    routes: &mut BTreeMap<String, Table>,
    problems: &mut Vec<String>,
    place: &str,
    callable: String,
    table: Result<Table, String>,
) {
    let mut wrong = |problem: &str| problems.push(format!("{place}: `{callable}`: {problem}"));
    match table {
        Err(problem) => wrong(&problem),
        Ok(_) if callable.is_empty() => wrong("the name of the callable is empty"),
        Ok(table) if table.exec.first().is_none_or(String::is_empty) => wrong("names no program"),
        Ok(Table { concurrency: Some(0), .. }) => {
            wrong("`concurrency` is 0; nothing would ever run");
        }
        Ok(table) => drop(routes.insert(callable, table)),
    }
}

impl Table {
    fn route(self) -> Route {
        let mut words = self.exec.into_iter();
        let program = Program::new(words.next().unwrap_or_default()).args(words).hide(HIDDEN);
        let mut route = Route::new(ExecHandler::new(program));
        if let Some(limit) = self.concurrency {
            route = route.concurrency(limit);
        }
        match self.timeout {
            Some(limit) => route.layer(TimeoutLayer::new(limit)),
            None => route,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(file: &str, more: &[&str]) -> Vec<String> {
        let more: Vec<_> = more.iter().map(|text| (*text).to_owned()).collect();
        toml::from_str::<File>(file).unwrap().router(&more).1
    }

    #[test]
    fn programs_become_handlers() {
        let file = "[worker]\nconcurrency = 3\n[handlers]\n'a.b' = 'exec:/bin/cat -u'\n\
                    'c.*' = { exec = ['/bin/x', 'a b'], concurrency = 2, timeout = '1m' }\n";
        assert_eq!(problems(file, &["d=exec:/bin/true"]), Vec::<String>::new());
    }

    #[test]
    fn everything_that_is_wrong_is_told() {
        let file = "[worker]\nconcurrency = 0\n[handlers]\na = '/bin/cat'\nb = { exec = [] }\n\
                    c = { exec = ['x'], concurrency = 0 }\n";
        let found = problems(file, &["d", "=exec:x", "e=exec:"]);
        assert_eq!(found.len(), 7, "{found:?}");
        assert!(found[1].contains("`a`: write exec:PROGRAM"), "{found:?}");
        assert!(toml::from_str::<File>("[handlers]\na = 3").is_err());
        assert!(toml::from_str::<File>("[wörker]").is_err());
    }
}
