//! Running programs.

use std::{
    env,
    ffi::OsStr,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

/// The cargo that runs us.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).stdin(Stdio::null());
    command
}

/// Runs it and shows what it prints. The error is how it ended.
pub(crate) fn show(title: &str, command: &mut Command) -> Result<(), String> {
    println!("\n== {title}");
    match command.status() {
        Ok(status) => ended(status),
        Err(error) => Err(could_not_start(command, &error)),
    }
}

/// Runs it, shows what it prints and hands each line of its standard output to `line`.
pub(crate) fn watch(
    title: &str,
    command: &mut Command,
    mut line: impl FnMut(&str),
) -> Result<(), String> {
    println!("\n== {title}");
    let started = command.stdout(Stdio::piped()).spawn();
    let mut child = started.map_err(|error| could_not_start(command, &error))?;
    if let Some(stdout) = child.stdout.take() {
        let mut stdout = BufReader::new(stdout);
        let mut bytes = Vec::new();
        // Not `lines`: what a test prints need not be text.
        while stdout.read_until(b'\n', &mut bytes).is_ok_and(|read| read > 0) {
            let text = String::from_utf8_lossy(&bytes);
            print!("{text}");
            line(text.trim_end());
            bytes.clear();
        }
    }
    child.wait().map_err(|error| error.to_string()).and_then(ended)
}

/// Runs it and returns what it printed.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| could_not_start(command, &error))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
    }
}

/// Waits for its end, and kills it when that takes too long.
pub(crate) fn within(child: &mut Child, limit: Duration) -> Result<(), String> {
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return ended(status),
            Ok(None) if start.elapsed() < limit => thread::sleep(Duration::from_millis(20)),
            Ok(None) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("did not end within {limit:?}"));
            }
            Err(error) => return Err(error.to_string()),
        }
    }
}

/// What cargo knows about the packages of the workspace and, with `deps`, all they depend on.
pub(crate) fn metadata(root: &Path, deps: bool) -> Result<Value, String> {
    let mut command = cargo(root);
    command.args(["metadata", "--format-version", "1", "--all-features"]);
    if !deps {
        command.arg("--no-deps");
    }
    serde_json::from_str(&output(&mut command)?).map_err(|error| error.to_string())
}

/// Where cargo puts what it builds.
pub(crate) fn target(root: &Path) -> Result<PathBuf, String> {
    let metadata = metadata(root, false)?;
    let target = metadata["target_directory"].as_str();
    target.map(PathBuf::from).ok_or_else(|| "cargo names no target folder".to_owned())
}

fn could_not_start(command: &Command, error: &std::io::Error) -> String {
    let program: &OsStr = command.get_program();
    format!("could not start {}: {error}", program.display())
}

fn ended(status: ExitStatus) -> Result<(), String> {
    match status.success() {
        true => Ok(()),
        false => Err(format!("ended with {status}")),
    }
}
