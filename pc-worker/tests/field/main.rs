//! The whole worker in the field: foremen that are killed, restarts in the middle of a task, hostile
//! tasks, bad input, tasks longer than a foreman's patience. Foremen that are killed and workers
//! whose memory is looked at are processes of their own: this program again, in another role.
//!
//! Each trial prints its figures: run it with `--nocapture` to read them.

#![allow(clippy::unwrap_used)]

use std::process::ExitCode;

#[cfg(unix)]
mod bad;
#[cfg(unix)]
mod folder;
#[cfg(unix)]
mod foreman;
#[cfg(unix)]
mod hostile;
#[cfg(unix)]
mod kills;
#[cfg(unix)]
mod long;
#[cfg(unix)]
#[path = "../../examples/pc_speed/process.rs"]
mod process;
#[cfg(unix)]
mod restart;
#[cfg(unix)]
#[path = "../../examples/pc_speed/speed.rs"]
mod speed;
#[cfg(unix)]
#[path = "../support/mod.rs"]
mod support;
#[cfg(unix)]
mod targets;
#[cfg(unix)]
#[path = "../../examples/pc_speed/worker.rs"]
mod worker;

#[cfg(unix)]
fn main() -> ExitCode {
    use journeyman_testkit::crowdcompute::Era;
    use libtest_mimic::Arguments;

    if let Some(played) = worker::played().or_else(foreman::played).or_else(bad::played) {
        return match played {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        };
    }
    let trials = vec![
        trial("kills_seed", || async { kills::run(Era::Seed) }),
        trial("kills_head", || async { kills::run(Era::Head) }),
        trial("restart_in_the_middle_seed", || restart::run(Era::Seed)),
        trial("restart_in_the_middle_head", || restart::run(Era::Head)),
        trial("hostile_tasks", hostile::run),
        trial("bad_messages", bad::messages),
        trial("bad_tasks_seed", || bad::tasks(Era::Seed)),
        trial("bad_tasks_head", || bad::tasks(Era::Head)),
        trial("bad_surroundings", bad::surroundings),
        trial("longer_than_the_ping_timeout", long::pings),
        trial("killed_tasks", long::kills),
        trial("speed_is_measured", speed_is_measured),
    ];
    let mut arguments = Arguments::from_args();
    // Each takes the whole machine.
    arguments.test_threads.get_or_insert(1);
    libtest_mimic::run(&arguments, trials).exit_code()
}

#[cfg(not(unix))]
fn main() -> ExitCode {
    println!("Python tasks are run on Unix systems only");
    ExitCode::SUCCESS
}

/// A test on a runtime of its own, which is skipped aloud without Python.
#[cfg(unix)]
fn trial<F: Future<Output = ()>>(
    name: &'static str,
    test: impl FnOnce() -> F + Send + 'static,
) -> libtest_mimic::Trial {
    libtest_mimic::Trial::test(name, move || {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            if support::has_python(name).await {
                println!("\n{name}:");
                test().await;
            }
        });
        Ok(())
    })
}

/// The measurement of the example, small.
#[cfg(unix)]
async fn speed_is_measured() {
    use journeyman_testkit::crowdcompute::Era;

    let folder = folder::Folder::new();
    for (era, native) in [(Era::Seed, false), (Era::Head, true)] {
        let load = speed::Load { era, registrations: 2, native, tasks: 400 };
        let figures = speed::measure(load, &folder.path).await.unwrap();
        println!("  {era:?}, native {native}: {figures}");
        assert_eq!(figures.times.len(), 400);
        assert!(figures.interpreters > 0 && figures.worker > 0 && figures.python > 0);
        assert_eq!(process::working_in(&folder.path), [0_u32; 0], "left over");
    }
}
