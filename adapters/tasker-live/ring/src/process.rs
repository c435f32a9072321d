//! Programs that the ring starts, and stops again whatever happens.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

/// A program that runs. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Process {
    name: String,
    child: Child,
    log: PathBuf,
    /// Whether it ends with us.
    is_ours: bool,
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.is_ours {
            self.signal(Signal::KILL);
        }
    }
}

impl Process {
    /// Starts it; what it prints goes to the end of `log`.
    pub(crate) fn start(name: &str, command: &mut Command, log: &Path) -> Result<Self, String> {
        let cannot = |error: std::io::Error| format!("{name} does not start: {error}");
        let file = File::options().create(true).append(true).open(log).map_err(cannot)?;
        let errors = file.try_clone().map_err(cannot)?;
        // A group of its own: Ctrl-C is for the ring, which stops its programs in their order.
        let child = command
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(errors)
            .process_group(0)
            .spawn()
            .map_err(cannot)?;
        Ok(Self { name: name.to_owned(), child, log: log.to_owned(), is_ours: true })
    }

    /// An error with the end of the log when it has ended.
    pub(crate) fn still_runs(&mut self) -> Result<(), String> {
        match self.child.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => {
                Err(format!("{} has ended ({status}):\n{}", self.name, self.tail()))
            }
            Err(error) => Err(format!("{}: {error}", self.name)),
        }
    }

    /// The last lines that it printed.
    pub(crate) fn tail(&self) -> String {
        let text = std::fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<_> = text.lines().rev().take(15).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// Sends a signal, unless it has ended.
    pub(crate) fn signal(&self, signal: Signal) {
        let pid = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(pid) = pid {
            // An error means that it has just ended.
            let _ = kill_process(pid, signal);
        }
    }

    /// Sends a signal and waits for the end.
    pub(crate) async fn stop(
        mut self,
        signal: Signal,
        limit: Duration,
    ) -> Result<ExitStatus, String> {
        self.signal(signal);
        self.ended(limit).await
    }

    /// Waits for the end.
    pub(crate) async fn ended(&mut self, limit: Duration) -> Result<ExitStatus, String> {
        match tokio::time::timeout(limit, self.child.wait()).await {
            Ok(status) => status.map_err(|error| format!("{}: {error}", self.name)),
            Err(_) => Err(format!("{} did not end within {limit:?}:\n{}", self.name, self.tail())),
        }
    }

    /// Lets it run after the ring has ended; `down` stops it by its id.
    pub(crate) fn leave(mut self) -> Option<u32> {
        self.is_ours = false;
        self.child.id()
    }
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> Result<u16, String> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).map_err(|e| e.to_string())?;
    listener.local_addr().map(|address| address.port()).map_err(|error| error.to_string())
}
