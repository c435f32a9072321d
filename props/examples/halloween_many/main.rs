//! Many props in one host: how long they take to start, what memory each takes, how fast they answer
//! when commands come for all of them, and whether two that are held up disturb the others.
//!
//! Needs the program `mosquitto`, which it starts itself:
//!
//! ```text
//! cargo run --release -p journeyman-props --example halloween_many -- --props 500 --rate 10000
//! ```
//!
//! Options, each with a number: `--props`, `--rate` (commands per second over all props), `--phase`
//! and `--block` (milliseconds), `--qos` (0 or 1).

use std::process::ExitCode;

use journeyman_testkit::halloween::Mosquitto;

mod many;

use many::{Plan, Problem};

fn plan() -> Result<Plan, Problem> {
    let mut plan = Plan {
        broker: ([127, 0, 0, 1], 0).into(),
        props: 500,
        rate: 10_000,
        phase: 10_000,
        block: 10_000,
        qos: 0,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let number = words.next().ok_or_else(|| format!("{word}: give a number"))?;
        let wrong = |_| format!("{word} {number}: give a number");
        let value: u64 = number.parse().map_err(wrong)?;
        match word.as_str() {
            "--props" if value >= 3 => plan.props = usize::try_from(value)?,
            "--rate" if value >= 1 => plan.rate = value,
            "--phase" if value >= 1 => plan.phase = value,
            "--block" => plan.block = value,
            "--qos" if value < 2 => plan.qos = u8::try_from(value)?,
            _ => return Err(format!("{word} {number} cannot be; see the top of the file").into()),
        }
    }
    Ok(plan)
}

fn main() -> ExitCode {
    let done = many::played().unwrap_or_else(|| {
        let plan = plan()?;
        let mosquitto = Mosquitto::find("halloween_many").ok_or("there is no mosquitto")?;
        println!("{plan:?}\n");
        many::measure(&mosquitto, plan)?.print();
        Ok(())
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("halloween_many: {error}");
            ExitCode::FAILURE
        }
    }
}
