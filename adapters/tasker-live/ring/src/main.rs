//! Starts Tasker's server, its database and our worker, and tries all workflows end to end. `cargo
//! xtask tasker-live` builds and calls it:
//!
//! `tasker-ring test|up|down PROGRAMS PGMQ STATE`, with the folder of the programs, the folder of
//! the queue's SQL, and the file in which `up` writes what `down` stops.

mod postgres;
mod process;
mod report;
mod rest;
mod ring;
mod scenarios;
mod standin;
mod state;

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use report::Report;
use ring::{Options, Ring, Worker};

/// Set to keep the folder with the logs after a test.
const KEEP: &str = "JOURNEYMAN_TASKER_LIVE_KEEP";

#[tokio::main]
async fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [task, programs, pgmq, state] = args.as_slice() else {
        eprintln!("usage: tasker-ring test|up|down PROGRAMS PGMQ STATE");
        return ExitCode::from(2);
    };
    let (programs, pgmq, state) = (Path::new(programs), Path::new(pgmq), Path::new(state));
    let ended = match task.as_str() {
        "test" => test(programs, pgmq).await,
        "up" => up(programs, pgmq, state).await.map(|()| ExitCode::SUCCESS),
        "down" => state::down(state).await.map(|()| ExitCode::SUCCESS),
        other => Err(format!("no task `{other}`")),
    };
    ended.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}

/// A new folder of our own.
fn folder() -> Result<PathBuf, String> {
    let id = std::process::id();
    let folder = std::env::temp_dir().join(format!("journeyman-tasker-live-{id}"));
    // One of an earlier process that had the same id, and was killed.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}

async fn test(programs: &Path, pgmq: &Path) -> Result<ExitCode, String> {
    let folder = folder()?;
    let ended = test_in(&folder, programs, pgmq).await;
    match std::env::var_os(KEEP) {
        Some(_) => println!("kept: {}", folder.display()),
        None => drop(fs::remove_dir_all(&folder)),
    }
    ended
}

async fn test_in(folder: &Path, programs: &Path, pgmq: &Path) -> Result<ExitCode, String> {
    let mut report = Report::new();
    let started = tokio::select! {
        started = Ring::start(folder, programs, pgmq) => started,
        () = journeyman_core::shutdown_signal() => return Ok(ExitCode::from(130)),
    };
    let mut ring = match started {
        Ok(ring) => ring,
        Err(error) => {
            report.check::<&str>("database and server start", Err(error));
            report.end();
            return Ok(ExitCode::FAILURE);
        }
    };
    report.check("database and server start", Ok(""));
    let interrupted = tokio::select! {
        () = scenarios::run(&mut ring, &mut report) => false,
        () = journeyman_core::shutdown_signal() => true,
    };
    let stopped = ring.stop().await;
    if interrupted {
        return Ok(ExitCode::from(130));
    }
    report.check("database and server stop", stopped.map(|()| ""));
    Ok(if report.end() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn up(programs: &Path, pgmq: &Path, state: &Path) -> Result<(), String> {
    if state.exists() {
        return Err(format!("{} is there: call `down` first", state.display()));
    }
    let folder = folder()?;
    let result = async {
        let ring = Ring::start(&folder, programs, pgmq).await?;
        let worker = Worker::start(&ring, &Options::new("worker-gv", "gv")).await?;
        let told = format!(
            "server   {}\nmonitor  http://{}/dashboard\ndatabase {}\nlogs     {}",
            ring.server_url(),
            worker.monitor(),
            ring.postgres.url(),
            folder.display()
        );
        let mut ids: Vec<_> = worker.leave().into_iter().collect();
        ids.extend(ring.leave());
        state::write(state, &folder, &ids)?;
        println!("{told}\n\nTo stop all of it: cargo xtask tasker-live down");
        Ok(())
    };
    let result = result.await;
    if result.is_err() {
        let _ = fs::remove_dir_all(&folder);
    }
    result
}
