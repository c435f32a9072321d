//! `cargo xtask tasker-live`: Tasker's server, its database and our worker, end to end.
//!
//! It is a workspace of its own with more than 500 crates. What is built of it lies in a cache
//! outside of the clone, so that another clone need not build it once more.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    report::Report,
    run::{self, cargo},
};

/// Where the cache is.
const CACHE: &str = "JOURNEYMAN_TASKER_LIVE_CACHE";

/// The workspace.
const FOLDER: &str = "adapters/tasker-live";

/// What is built: our two packages, and the published crate with the server.
const PACKAGES: [&str; 3] =
    ["journeyman-tasker-live", "journeyman-tasker-ring", "tasker-orchestration"];
const PROGRAMS: [&str; 4] =
    ["journeyman-tasker-worker", "tasker-ring", "tasker-ring-worker", "tasker-server"];

pub(crate) fn run(root: &Path, task: &str, report: &mut Report) {
    let done = match task {
        "build" => build(root),
        "cached" => cached(),
        "wanted" => wanted(root).map(|why| println!("{why}")),
        "lint" => lint(root),
        _ => ring(root, task, report),
    };
    report.check(&format!("tasker-live {task}"), done);
}

/// What a change touches that wants the ring to be run.
const TOUCHES: [&str; 3] = [FOLDER, "adapters/tasker", "xtask/src/tasker_live.rs"];
/// What a change is compared with.
const BASE: &str = "JOURNEYMAN_CI_BASE";

/// Runs the ring where that is quick or needed, and says aloud when it does not.
pub(crate) fn ci(root: &Path, report: &mut Report) {
    match wanted(root) {
        Err(why_not) => report.skip(format!("tasker-live: {why_not}")),
        Ok(why) => {
            println!("\n== tasker-live: {why}");
            // Not its lints: they compile all of it once more.
            run(root, "test", report);
        }
    }
}

/// Why the ring is to be run here. The error is why it is not.
fn wanted(root: &Path) -> Result<String, String> {
    if cached().is_ok() {
        return Ok("its parts are cached".to_owned());
    }
    match touched(root)? {
        true => Ok("the change touches it".to_owned()),
        false => Err("not run: nothing of it is cached, and the change does not touch it; \
                      `cargo xtask tasker-live test` runs it"
            .to_owned()),
    }
}

/// Whether the change touches it: what came since `JOURNEYMAN_CI_BASE`, else since the branch
/// `main` of the repository that this is a clone of, else the last commit.
fn touched(root: &Path) -> Result<bool, String> {
    let git = |arguments: &[&str]| {
        run::output(Command::new("git").current_dir(root).args(arguments))
            .map(|text| text.trim().to_owned())
    };
    let head = git(&["rev-parse", "HEAD"])?;
    let base = match env::var(BASE) {
        Ok(base) => base,
        Err(_) => match git(&["merge-base", "HEAD", "origin/main"]) {
            Ok(base) if base != head => base,
            _ => "HEAD~1".to_owned(),
        },
    };
    let range = format!("{base}..HEAD");
    let mut arguments = vec!["diff", "--name-only", &range, "--"];
    arguments.extend(TOUCHES);
    Ok(!git(&arguments)?.is_empty())
}

/// Says whether a build is quick; for those that would rather not wait.
fn cached() -> Result<(), String> {
    let program = target()?.join("debug").join("tasker-server");
    match program.exists() {
        true => Ok(()),
        false => Err(format!(
            "{} is not there; `cargo xtask tasker-live build` takes some \
                              minutes",
            program.display()
        )),
    }
}

fn cache() -> Result<PathBuf, String> {
    if let Some(folder) = env::var_os(CACHE) {
        return Ok(folder.into());
    }
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || Some(PathBuf::from(env::var_os("HOME")?).join(".cache"));
    let cache = cache.or_else(home).ok_or_else(|| format!("no HOME; set {CACHE} to a folder"))?;
    Ok(cache.join("journeyman").join("tasker-live"))
}

fn target() -> Result<PathBuf, String> {
    Ok(cache()?.join("target"))
}

/// The cargo of the other workspace.
fn live(root: &Path, arguments: &[&str]) -> Result<Command, String> {
    let target = target()?;
    fs::create_dir_all(&target).map_err(|error| format!("{}: {error}", target.display()))?;
    let mut command = cargo(&root.join(FOLDER));
    command.args(arguments);
    command.env("CARGO_TARGET_DIR", &target).env_remove("RUSTFLAGS");
    // The queries of Tasker's crates were checked when they were published (Tasker sheet, section
    // 2); a database in the environment would be asked again.
    command.env("SQLX_OFFLINE", "true").env_remove("DATABASE_URL");
    Ok(command)
}

fn build(root: &Path) -> Result<(), String> {
    if run::output(Command::new("protoc").arg("--version")).is_err() {
        return Err("there is no `protoc`; on Debian: apt-get install protobuf-compiler".to_owned());
    }
    // All of it at once: alone, each part would want other features of the same crates.
    let mut arguments = vec!["build", "--locked"];
    arguments.extend(PACKAGES.iter().flat_map(|package| ["--package", package]));
    arguments.extend(PROGRAMS.iter().flat_map(|program| ["--bin", program]));
    run::show("tasker-live: build (the first time for minutes)", &mut live(root, &arguments)?)
}

/// Formatting, lints, documentation and the tests that need no server.
fn lint(root: &Path) -> Result<(), String> {
    run::show(
        "tasker-live: formatting",
        &mut live(root, &["fmt", "-p", PACKAGES[0], "-p", PACKAGES[1], "--check"])?,
    )?;
    let clippy = ["clippy", "--locked", "--workspace", "--all-targets", "--", "--deny", "warnings"];
    run::show("tasker-live: lints", &mut live(root, &clippy)?)?;
    let mut doc = live(root, &["doc", "--locked", "--workspace", "--no-deps"])?;
    run::show("tasker-live: documentation", doc.env("RUSTDOCFLAGS", "--deny warnings"))?;
    let mut test = live(root, &["test", "--locked", "--workspace"])?;
    run::show("tasker-live: tests without a server", &mut test)
}

fn ring(root: &Path, task: &str, report: &mut Report) -> Result<(), String> {
    if task != "down" {
        build(root)?;
    }
    let programs = target()?.join("debug");
    let mut command = Command::new(programs.join("tasker-ring"));
    command.arg(task).arg(&programs).arg(queue(root)?).arg(cache()?.join("up.json"));
    // A handler of the ring panics on purpose.
    command.env("RUST_BACKTRACE", "0");
    let mut result = None;
    let ended = run::watch(&format!("tasker-live: {task}"), &mut command, |line| {
        println!("{line}");
        if let Some(name) = line.strip_prefix("FAILED  ") {
            report.fail(format!("tasker-live: {name}"));
        }
        result = counts(line).or(result);
    });
    if let Some((passed, _)) = result {
        report.passed += passed;
    }
    match (task, result) {
        // Its failures are told one by one.
        ("test", Some((_, failed))) if failed > 0 => Ok(()),
        ("test", None) => ended.and(Err("it did not come to its end".to_owned())),
        _ => ended,
    }
}

/// Reads `tasker-live: 30 passed, 0 failed`.
fn counts(line: &str) -> Option<(usize, usize)> {
    let (passed, failed) = line.strip_prefix("tasker-live: ")?.split_once(" passed, ")?;
    Some((passed.parse().ok()?, failed.strip_suffix(" failed")?.parse().ok()?))
}

/// The folder with the SQL of the queue: in the sources of a crate, which is never compiled.
fn queue(root: &Path) -> Result<PathBuf, String> {
    let mut command = live(root, &["metadata", "--format-version", "1", "--locked"])?;
    let text = run::output(&mut command)?;
    let metadata: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let folder = |package: &serde_json::Value| {
        let manifest = Path::new(package["manifest_path"].as_str()?);
        let folder = manifest.parent()?.join("src/install/embedded");
        (package["name"] == "pgmq" && folder.join("sql/pgmq.sql").exists()).then_some(folder)
    };
    packages
        .iter()
        .find_map(folder)
        .ok_or_else(|| format!("no crate `pgmq` in {FOLDER}/Cargo.lock has the SQL of the queue"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_read() {
        assert_eq!(counts("tasker-live: 30 passed, 2 failed"), Some((30, 2)));
        assert_eq!(counts("tasker-live: what?"), None);
    }
}
