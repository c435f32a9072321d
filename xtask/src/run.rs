//! Running programs.

use std::{
    env,
    ffi::OsStr,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, RecvTimeoutError},
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

/// Runs it and hands each line that it prints, on either channel, to `line`.
pub(crate) fn watch(
    title: &str,
    command: &mut Command,
    mut line: impl FnMut(&str),
) -> Result<(), String> {
    println!("\n== {title}");
    // One pipe for both, so that the lines stay in their order.
    let (reader, writer) = io::pipe().map_err(|error| error.to_string())?;
    let errors = writer.try_clone().map_err(|error| error.to_string())?;
    let started = command.stdout(writer).stderr(errors).spawn();
    let mut child = started.map_err(|error| could_not_start(command, &error))?;
    // The command has the other end of the pipe, which would never close.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || read_lines(reader, &sender));
    // Something that a test left behind may hold the pipe open for ever.
    let mut status = None;
    loop {
        match lines.recv_timeout(Duration::from_secs(1)) {
            Ok(text) => line(&text),
            Err(RecvTimeoutError::Timeout) if status.is_some() => break,
            Err(RecvTimeoutError::Timeout) => {
                status = child.try_wait().map_err(|error| error.to_string())?;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    child.wait().map_err(|error| error.to_string()).and_then(ended)
}

/// Not `BufRead::lines`: what a test prints need not be text.
fn read_lines(reader: impl Read, lines: &mpsc::Sender<String>) {
    let mut reader = BufReader::new(reader);
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes).is_ok_and(|read| read > 0) {
        let line = String::from_utf8_lossy(&bytes).trim_end().to_owned();
        if lines.send(line).is_err() {
            return;
        }
        bytes.clear();
    }
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

fn could_not_start(command: &Command, error: &io::Error) -> String {
    let program: &OsStr = command.get_program();
    format!("could not start {}: {error}", program.display())
}

fn ended(status: ExitStatus) -> Result<(), String> {
    match status.success() {
        true => Ok(()),
        false => Err(format!("ended with {status}")),
    }
}
