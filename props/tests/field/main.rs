//! The host in the field: at a real mosquitto, with the programs that people type, with kills, and
//! with many props. The host is a process of its own: this program again, in another role.

#![allow(clippy::unwrap_used)]

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use journeyman_testkit::halloween::Mosquitto;
use libtest_mimic::{Arguments, Failed, Trial};

mod bad;
mod broker;
mod house;
mod kills;
#[path = "../../examples/halloween_many/many.rs"]
mod many;
mod publisher;
mod seed;

/// Nothing below takes longer on any machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder that goes away.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("field-{:016x}", fastrand::u64(..)));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn main() -> ExitCode {
    if let Some(played) = house::played().or_else(many::played) {
        return match played {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        };
    }
    let trials = vec![
        with_mosquitto("kills_settled", |mosquitto| kills::run(mosquitto, "settled")),
        with_mosquitto("kills_receipt", |mosquitto| kills::run(mosquitto, "receipt")),
        with_clients("seed_commands_seed", |mosquitto| seed::commands(mosquitto, "seed")),
        with_clients("seed_commands_head", |mosquitto| seed::commands(mosquitto, "head")),
        with_clients("seed_switches", seed::switches),
        with_mosquitto("bad_input_has_its_message", bad::run),
        with_mosquitto("many_props_and_two_held_up", many_props),
    ];
    let mut arguments = Arguments::from_args();
    // Each takes the whole machine.
    arguments.test_threads.get_or_insert(1);
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A test that is skipped aloud without mosquitto.
fn with_mosquitto(name: &'static str, test: fn(&Path)) -> Trial {
    Trial::test(name, move || {
        if let Some(mosquitto) = Mosquitto::find(name) {
            test(&mosquitto);
        }
        Ok::<_, Failed>(())
    })
}

/// A test that is skipped aloud without mosquitto or its clients.
fn with_clients(name: &'static str, test: fn(&Path)) -> Trial {
    Trial::test(name, move || {
        let there = |program: &&str| {
            let path = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
        };
        let missing = ["mosquitto_pub", "mosquitto_sub"].into_iter().find(|it| !there(it));
        match (Mosquitto::find(name), missing) {
            (Some(mosquitto), None) => test(&mosquitto),
            (None, _) => {}
            (Some(_), Some(program)) => skipped(name, program),
        }
        Ok::<_, Failed>(())
    })
}

fn skipped(name: &str, program: &str) {
    let line = format!(
        "SKIPPED: {name}: there is no program `{program}`; install the package mosquitto-clients"
    );
    println!("{line}");
    if let Some(path) = std::env::var_os("JOURNEYMAN_SKIP_LOG") {
        let mut log = OpenOptions::new().create(true).append(true).open(path).unwrap();
        // In one write: tests run side by side and append to the same file.
        log.write_all(format!("{line}\n").as_bytes()).unwrap();
    }
}

/// The measurement of the example, small: everything is answered, and those that are held up delay
/// nobody else by as much as they are held up.
fn many_props(mosquitto: &Path) {
    const BLOCK: u64 = 4_000;
    let plan = many::Plan {
        broker: ([127, 0, 0, 1], 0).into(),
        props: 50,
        rate: 500,
        phase: 3_000,
        block: BLOCK,
        qos: 1,
    };
    let report = many::measure(mosquitto, plan).unwrap();
    report.print();
    assert_eq!(report.running, report.props);
    let load = &report.load;
    assert_eq!(load.odd, 0);
    for figures in load.others.iter().chain(&load.sleeping).chain(&load.blocking) {
        assert_eq!(figures.answered, figures.sent);
    }
    for held in [&load.sleeping[1], &load.blocking[1]] {
        assert!(held.max >= BLOCK * 900, "it was not held up: {held:?}");
    }
    for figures in &load.others {
        assert!(figures.p99 < BLOCK * 500, "others waited, too: {figures:?}");
    }
}
