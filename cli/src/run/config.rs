//! The configuration file.
//!
//! An error names the line and what is wrong, and never shows the line: a token may be in it.

use std::{collections::BTreeMap, path::Path, time::Duration};

use serde::Deserialize;

use super::{Connection, Plan};
use crate::{
    duration,
    exit::Failure,
    handlers::{self, Entry},
    systems,
};

/// The largest file, in bytes.
const MAX_FILE: u64 = 1 << 20;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    worker: WorkerSection,
    #[serde(default)]
    backend: Vec<toml::Spanned<toml::Table>>,
    handlers: Option<BTreeMap<String, Entry>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WorkerSection {
    concurrency: Option<usize>,
    #[serde(default, deserialize_with = "duration::deserialize")]
    drain_timeout: Option<Duration>,
    #[serde(default, deserialize_with = "duration::deserialize")]
    cancel_grace: Option<Duration>,
    #[serde(default, deserialize_with = "duration::deserialize")]
    time_limit: Option<Duration>,
}

/// What every backend has, beside what its system says.
#[derive(Debug, Deserialize)]
struct Common {
    r#type: String,
    #[serde(default)]
    grant: Vec<String>,
    routes: Option<Vec<String>>,
    cap: Option<usize>,
    #[serde(default)]
    minimum: usize,
}

const COMMON: [&str; 5] = ["type", "grant", "routes", "cap", "minimum"];

pub(super) fn read(path: &Path) -> Result<Plan, Failure> {
    let shown = path.display();
    let cannot = |why: &dyn std::fmt::Display| {
        Failure::usage(format!("{shown}: the configuration file cannot be read: {why}"))
    };
    let size = std::fs::metadata(path).map_err(|error| cannot(&error))?.len();
    if size > MAX_FILE {
        return Err(cannot(&format!("it has {size} bytes, and at most {MAX_FILE} are read")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| cannot(&error))?;
    parse(&text).map_err(|failure| Failure::usage(format!("{shown}, {}", failure.message())))
}

fn line(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

fn parse(text: &str) -> Result<Plan, Failure> {
    let file: File = toml::from_str(text).map_err(|error| {
        // Not its `Display`, which shows the line.
        let at = error.span().map_or(1, |span| line(text, span.start));
        Failure::usage(format!("line {at}: {}", error.message()))
    })?;
    if file.backend.is_empty() {
        return Err(Failure::usage(
            "line 1: there is no [[backend]]; write one with `type = \"distworker\"` and its \
             settings",
        ));
    }
    let mut connections = Vec::new();
    for section in file.backend {
        let at = line(text, section.span().start);
        connections.push(connection(section.into_inner()).map_err(|failure| {
            Failure::usage(format!("line {at}: [[backend]]: {}", failure.message()))
        })?);
    }
    let handlers = match file.handlers {
        None => handlers::defaults(),
        Some(entries) => {
            let mut bindings = Vec::new();
            for (pattern, entry) in entries {
                bindings.extend(handlers::from_entry(&pattern, entry).map_err(|failure| {
                    Failure::usage(format!("[handlers]: {}", failure.message()))
                })?);
            }
            bindings
        }
    };
    let worker = file.worker;
    if worker.concurrency == Some(0) {
        return Err(Failure::usage("[worker]: `concurrency` is 0; nothing would ever run"));
    }
    Ok(Plan {
        connections,
        handlers,
        concurrency: worker.concurrency,
        drain: worker.drain_timeout,
        grace: worker.cancel_grace,
        time_limit: worker.time_limit,
    })
}

fn connection(mut section: toml::Table) -> Result<Connection, Failure> {
    let mut common = toml::Table::new();
    for key in COMMON {
        if let Some(value) = section.remove(key) {
            common.insert(key.to_owned(), value);
        }
    }
    let common: Common = common
        .try_into()
        .map_err(|error: toml::de::Error| Failure::usage(error.message().to_owned()))?;
    for word in &common.grant {
        handlers::check_grant(word)?;
    }
    let target = systems::named(&common.r#type)?.target_of_section(section)?;
    Ok(Connection {
        target,
        grants: common.grant,
        routes: common.routes,
        cap: common.cap,
        minimum: common.minimum,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
[worker]
concurrency = 3
drain_timeout = "5s"

[[backend]]
type = "distworker"
controller_url = "http://127.0.0.1:1"
provisioner = "p"
worker_token = "s3cret"
grant = ["exec"]
routes = ["echo"]
cap = 2

[handlers]
echo = "echo"
convert = { exec = ["/bin/cat"] }
"#;

    fn refused(text: &str) -> String {
        let Err(failure) = parse(text) else { panic!("it was accepted") };
        assert!(!failure.message().contains("s3cret"), "{}", failure.message());
        failure.message().to_owned()
    }

    #[test]
    fn a_file_becomes_a_plan() {
        let plan = parse(GOOD).unwrap();
        assert_eq!(plan.concurrency, Some(3));
        assert_eq!(plan.drain, Some(Duration::from_secs(5)));
        assert_eq!(plan.handlers.len(), 2);
        let connection = &plan.connections[0];
        assert_eq!(connection.grants, ["exec"]);
        assert_eq!(connection.cap, Some(2));
        assert!(connection.target.describe().contains("provisioner p"));
        plan.check().unwrap();
    }

    #[test]
    fn errors_name_the_line_and_never_show_it() {
        let broken = GOOD.replace("worker_token = \"s3cret\"", "worker_token = \"s3cret");
        assert!(refused(&broken).starts_with("line 10: "), "{}", refused(&broken));
        let broken = GOOD.replace("worker_token = \"s3cret\"", "worker_token = s3cret");
        assert!(refused(&broken).starts_with("line 10: "), "{}", refused(&broken));
        let broken = GOOD.replace("worker_token = ", "worker_tokn = ");
        assert!(refused(&broken).contains("worker_tokn"), "{}", refused(&broken));
        assert!(refused(&broken).starts_with("line 6: [[backend]]"), "{}", refused(&broken));
        let broken = GOOD.replace("\"distworker\"", "\"nope\"");
        assert!(refused(&broken).contains("no system `nope`"), "{}", refused(&broken));
        let broken = GOOD.replace("[\"exec\"]", "[\"all\"]");
        assert!(refused(&broken).contains("no grant `all`"), "{}", refused(&broken));
        assert!(refused("[worker]\nconcurency = 1").starts_with("line 2: unknown field"));
        assert!(refused("").contains("no [[backend]]"));
        let broken = GOOD.replace("http://127", "ftp://127");
        assert!(refused(&broken).contains("controller_url"), "{}", refused(&broken));
    }

    #[test]
    fn programs_need_a_grant() {
        let plan = parse(&GOOD.replace("grant = [\"exec\"]", "")).unwrap();
        let failure = plan.check().unwrap_err();
        assert!(failure.message().contains("`convert` starts a program"), "{}", failure.message());
        // One word does not stand for the other.
        let http = GOOD.replace("{ exec = [\"/bin/cat\"] }", "{ http = {} }");
        let failure = parse(&http).unwrap().check().unwrap_err();
        assert!(failure.message().contains("add `--grant http`"), "{}", failure.message());
        parse(&http.replace("[\"exec\"]", "[\"http\"]")).unwrap().check().unwrap();
    }
}
