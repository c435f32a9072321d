//! What a task costs through the whole worker: `cargo run --release -p journeyman-pc-worker
//! --example pc_speed [TASKS]`.
//!
//! The foreman is a stand-in in this process, the worker is a process of its own. Both are on this
//! machine and share its processors.

use std::process::ExitCode;

#[cfg(unix)]
mod process;
#[cfg(unix)]
mod speed;
#[cfg(unix)]
mod worker;

#[cfg(unix)]
fn main() -> ExitCode {
    let done = worker::played().unwrap_or_else(measure);
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(unix)]
fn measure() -> worker::Outcome<()> {
    use journeyman_testkit::crowdcompute::Era;
    use speed::Load;

    let tasks = std::env::args().nth(1).map_or(Ok(20_000), |text| text.parse())?;
    let folder = std::env::temp_dir().join(format!("pc-speed-{}", std::process::id()));
    std::fs::create_dir(&folder)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(async {
        for native in [false, true] {
            for era in [Era::Seed, Era::Head] {
                for registrations in [1, 4] {
                    let load = Load { era, registrations, native, tasks };
                    let what = if native { "native" } else { "Python" };
                    let figures = speed::measure(load, &folder).await?;
                    println!("{what}, {era:?}, {registrations} registrations: {figures}");
                }
            }
        }
        Ok(())
    });
    std::fs::remove_dir_all(&folder)?;
    done
}

#[cfg(not(unix))]
fn main() -> ExitCode {
    println!("Python tasks are run on Unix systems only");
    ExitCode::SUCCESS
}
