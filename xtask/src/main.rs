//! `cargo xtask`: the tasks of this repository, with nothing to install but Rust.

mod check;
mod docs;
mod env;
mod examples;
mod features;
mod msrv;
mod python;
mod report;
mod run;
mod schema;
mod sections;
mod tasker_live;
mod test;
mod vectors;

use std::{path::Path, process::ExitCode};

use report::Report;

const HELP: &str = "\
The tasks of this repository.

Usage: cargo xtask <TASK>

Tasks:
  test      All tests, in all packages with all features, their documentation's examples and the
            example programs that need no server. Makes its own virtual environment for the tests
            that need Python; what cannot run here is skipped aloud, with the line that mends it.
  check     Formatting, lints, documentation, every feature alone, the minimum Rust version, links
            of the book, copies of the golden vectors.
  ci        Both.
  examples  The example programs alone.
  links     The links of the book and the other documents alone.
  vectors   The copies of the golden vectors alone.
  schema    Generates the FlatBuffers code of mooR again, after a change of its schema. With --check,
            it only compares. Its first run builds a generator for some minutes.
  tasker-live test|up|down|build|cached|lint|wanted
            The real Tasker: its published server, a private PostgreSQL 15 and our worker. `test` runs
            all workflows end to end, `up` leaves it running until `down`; `build` only builds (the
            first time for some minutes), `cached` says whether that was done, `lint` checks the
            workspace adapters/tasker-live, `wanted` says whether `ci` would run it here: when it is
            cached, or the change touches it.

What tests print is shown of those programs that fail; with JOURNEYMAN_TEST_VERBOSE=1, of all.
The last line says `N passed, N failed, N skipped`; the exit code is 1 when something failed.
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let mut report = Report::default();
    match args.as_slice() {
        ["test"] => test::run(root, &mut report),
        ["check"] => check::run(root, &mut report),
        ["ci"] => {
            test::run(root, &mut report);
            check::run(root, &mut report);
            tasker_live::ci(root, &mut report);
        }
        ["examples"] => examples::run(root, &mut report),
        ["links"] => docs::run(root, &mut report),
        ["vectors"] => vectors::run(root, &mut report),
        ["schema"] => schema::run(root, false, &mut report),
        ["schema", "--check"] => schema::run(root, true, &mut report),
        [
            "tasker-live",
            task @ ("build" | "cached" | "down" | "lint" | "test" | "up" | "wanted"),
        ] => {
            tasker_live::run(root, task, &mut report);
        }
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("unknown task: {}\n", args.join(" "));
            eprint!("{HELP}");
            return ExitCode::from(2);
        }
    }
    report.print();
    if report.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
