//! One prop as a program: the settings come from the environment
//! (`journeyman_halloween::config::KEYS`), of which `HALLOWEEN_PROP` is the id.
//!
//! `HALLOWEEN_PROP=probe MQTT_HOST=localhost cargo run -p journeyman-halloween --example halloween_prop`
//!
//! Its commands: `echo TEXT` answers with the text, `noop` with nothing, and `work NAME` takes
//! `PROP_WORK_MS` (20) milliseconds. Where `PROP_LOG` names a file, `work` writes there when it
//! begins, with the DUP flag of the command, and when it has ended. With `PROP_CPU`, the CPU time
//! that was used is printed at the end, which is when the standard input is closed.

#![allow(clippy::disallowed_methods, reason = "a program, not the adapter")]

use std::{
    fs::OpenOptions,
    io::{Read as _, Write as _},
    time::Duration,
};

use journeyman_core::{Error, JobError, Router, Worker};
use journeyman_halloween::{ArgText, CommandMeta, Config};

async fn echo(arg: ArgText) -> String {
    arg.0.unwrap_or_default()
}

async fn noop() {}

async fn work(arg: ArgText, meta: CommandMeta) -> Result<String, JobError> {
    let name = arg.0.unwrap_or_default();
    let log = std::env::var_os("PROP_LOG");
    let note = |line: String| match &log {
        Some(path) => {
            OpenOptions::new().create(true).append(true).open(path)?.write_all(line.as_bytes())
        }
        None => Ok(()),
    };
    note(format!("begin {name} {}\n", meta.dup()))?;
    let text = std::env::var("PROP_WORK_MS").ok();
    let milliseconds = text.and_then(|text| text.parse().ok()).unwrap_or(20);
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    note(format!("end {name}\n"))?;
    Ok(name)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = Config::from_env()?;
    let router = Router::new().route("echo", echo).route("noop", noop).route("work", work);
    let worker = Worker::new(router).serve(config).start()?;
    let control = worker.control().clone();
    // The standard input cannot be waited for without a thread.
    std::thread::spawn(move || {
        drop(std::io::stdin().read_to_end(&mut Vec::new()));
        control.drain();
    });
    worker.wait().await?;
    if std::env::var_os("PROP_CPU").is_some() {
        let stat = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
        println!("cpu_ns {}", stat.split(' ').next().unwrap_or_default());
    }
    Ok(())
}
