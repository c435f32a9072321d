//! What `up` leaves running, so that `down` can stop it.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};

/// How long a program may take to end.
const END: Duration = Duration::from_secs(30);

#[derive(Debug, Deserialize, Serialize)]
struct State {
    folder: PathBuf,
    /// In the order in which they are stopped.
    programs: Vec<Program>,
}

/// A process: its id may be another's by now, its start tells.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Program {
    id: i32,
    start: String,
}

impl Program {
    fn of(id: i32) -> Option<Self> {
        let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The name before it may hold anything, but the last bracket is behind it.
        let start = text.rsplit_once(')')?.1.split_whitespace().nth(19)?.to_owned();
        Some(Self { id, start })
    }

    fn runs(&self) -> bool {
        Self::of(self.id).as_ref() == Some(self)
    }

    fn signal(&self, signal: Signal) {
        if let Some(pid) = Pid::from_raw(self.id).filter(|_| self.runs()) {
            // An error means that it has just ended.
            let _ = kill_process(pid, signal);
        }
    }
}

/// Writes down what runs.
pub(crate) fn write(path: &Path, folder: &Path, ids: &[u32]) -> Result<(), String> {
    let ids = ids.iter().filter_map(|id| i32::try_from(*id).ok());
    let state =
        State { folder: folder.to_owned(), programs: ids.filter_map(Program::of).collect() };
    let text = serde_json::to_string_pretty(&state).map_err(|error| error.to_string())?;
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Stops it.
pub(crate) async fn down(path: &Path) -> Result<(), String> {
    let Ok(text) = fs::read_to_string(path) else {
        println!("nothing runs");
        return Ok(());
    };
    let state: State =
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    for program in &state.programs {
        // For the database, the signal that does not wait for its clients; the others take it as
        // Ctrl-C.
        program.signal(Signal::INT);
        let start = Instant::now();
        while program.runs() {
            if start.elapsed() > END {
                program.signal(Signal::KILL);
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    let name = state.folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    // Not whatever the file says.
    if name.starts_with("journeyman-tasker-live-") {
        let _ = fs::remove_dir_all(&state.folder);
    }
    fs::remove_file(path).map_err(|error| error.to_string())?;
    println!("stopped: {} programs", state.programs.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_known_by_its_start() {
        let own = Program::of(i32::try_from(std::process::id()).unwrap()).unwrap();
        assert!(own.runs());
        assert!(!Program { start: "1".to_owned(), ..own }.runs());
    }
}
