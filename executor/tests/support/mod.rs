//! What the tests share.

#![allow(dead_code)] // not every test file uses all of it

use journeyman_executor::{Config, Executor, Failure, FailureKind, StartError, Value};
use std::io::Write as _;

/// Settings from the environment, so that another interpreter can be tested.
pub(crate) fn config() -> Config {
    Config::from_env().unwrap().size(2).require_sandbox(cfg!(target_os = "linux"))
}

/// An executor, or `None` after saying that there is no Python.
pub(crate) async fn start(test: &str, config: Config) -> Option<Executor> {
    match Executor::start(config).await {
        Ok(executor) => Some(executor),
        Err(error @ StartError::NoPython { .. }) => {
            let line = format!("SKIPPED: journeyman-executor {test}: {error}");
            println!("{line}");
            if let Some(path) = std::env::var_os("JOURNEYMAN_SKIP_LOG") {
                let mut log =
                    std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
                log.write_all(format!("{line}\n").as_bytes()).unwrap();
            }
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// A path of this test process's own.
pub(crate) fn temp(name: &str) -> std::path::PathBuf {
    std::env::temp_dir().join(format!("journeyman-executor-{name}-{}", std::process::id()))
}

/// Waits until something holds; fails when that takes much longer than on the busiest machine.
pub(crate) async fn until(what: &str, holds: impl Fn() -> bool) {
    let begun = std::time::Instant::now();
    while !holds() {
        assert!(begun.elapsed().as_secs() < 60, "{what}");
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
}

/// The JSON text of a result.
pub(crate) fn json(result: Result<journeyman_executor::Done, Failure>) -> String {
    match result.unwrap().value {
        Value::Json(text) => text,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn kind(result: Result<journeyman_executor::Done, Failure>) -> FailureKind {
    result.unwrap_err().kind().clone()
}

/// The name of a failure, as the hostile tasks give it.
pub(crate) fn name_of(kind: &FailureKind) -> &'static str {
    match kind {
        FailureKind::Python(_) => "python",
        FailureKind::NotSerializable(_) => "not_serializable",
        FailureKind::ResultTooLarge { .. } => "result_too_large",
        FailureKind::TaskTooLarge { .. } => "task_too_large",
        FailureKind::Timeout { .. } => "timeout",
        FailureKind::CpuLimit { .. } => "cpu",
        FailureKind::MemoryLimit { .. } => "memory",
        FailureKind::ThreadLimit { .. } => "threads",
        FailureKind::DiskLimit { .. } => "disk",
        FailureKind::Cancelled => "cancelled",
        FailureKind::Died { .. } => "died",
        FailureKind::Misbehaved { .. } => "misbehaved",
        FailureKind::NotStarted { .. } => "not_started",
        _ => "unknown",
    }
}

/// Processes of this executor's kind that this test process started, or that lost their parent.
pub(crate) fn interpreters() -> Vec<(u32, String)> {
    let own = std::process::id();
    let Ok(folder) = std::fs::read_dir("/proc") else { return Vec::new() };
    let mut found = Vec::new();
    for entry in folder.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let read = |name: &str| {
            std::fs::read(entry.path().join(name))
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                .unwrap_or_default()
        };
        let stat = read("stat");
        let Some((_, fields)) = stat.rsplit_once(')') else { continue };
        let mut fields = fields.split_whitespace();
        let state = fields.next().unwrap_or_default().to_owned();
        let parent: u32 = fields.next().and_then(|field| field.parse().ok()).unwrap_or_default();
        // A zombie has no command line; one of ours is a child of ours.
        let ours = read("cmdline").contains("exec(marshal.loads(read") || state == "Z";
        if parent == own && ours {
            found.push((pid, state));
        }
    }
    found
}
