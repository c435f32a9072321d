//! What the demo prints.

use std::time::Duration;

use comfy_table::{Cell, CellAlignment};
use journeyman_core::StartedWorker;
use serde::Serialize;

use super::{DemoArgs, Show};
use crate::{
    exit::Failure,
    output::{say, table as empty_table},
};

/// A line of `--json`.
#[derive(Serialize)]
struct Line {
    backend: &'static str,
    jobs: u64,
    ok: u64,
    failed: u64,
    p50_us: u64,
    p99_us: u64,
}

/// Says what is going on.
pub(super) fn introduce(shows: &[Show], once: bool) -> Result<(), Failure> {
    let end = if once { "One round." } else { "Ctrl-C ends it." };
    say(format_args!("One worker serves {} systems at once with the same handlers:", shows.len()))?;
    for show in shows {
        let Show { name, stand_in, .. } = show;
        say(format_args!("  {name:<13} {}; jobs go in by {}", stand_in.place(), stand_in.road()))?;
    }
    say(format_args!("Jobs are of all kinds, and every result is checked. {end}\n"))
}

/// All numbers; with a worker that runs, also how its connections are.
pub(super) fn table(shows: &[Show], worker: Option<&StartedWorker>) -> String {
    // Narrow enough for 80 columns: a line that wraps could not be drawn over.
    let mut table = empty_table([
        "system",
        "ready",
        "jobs",
        "ok",
        "failed as
expected",
        "wrong",
        "in
flight",
        "p50",
        "p99",
    ]);
    let snapshot = worker.map(|worker| worker.control().snapshot());
    for show in shows {
        let numbers = show.tally.numbers();
        let connections = match &snapshot {
            None => "-".to_owned(),
            Some(snapshot) => {
                let own = snapshot.sessions.iter().filter(|session| session.backend == show.name);
                let (ready, all) = own.fold((0, 0), |(ready, all), session| {
                    (ready + usize::from(session.ready), all + 1)
                });
                format!("{ready}/{all}")
            }
        };
        let numeric = [
            numbers.jobs().to_string(),
            numbers.ok.to_string(),
            numbers.failed_as_expected.to_string(),
            numbers.wrong.to_string(),
            numbers.in_flight.to_string(),
            short(numbers.p50),
            short(numbers.p99),
        ];
        let mut row = vec![Cell::new(show.name), Cell::new(connections)];
        row.extend(numeric.map(|text| Cell::new(text).set_alignment(CellAlignment::Right)));
        table.add_row(row);
    }
    table.to_string()
}

fn short(duration: Duration) -> String {
    match duration.as_micros() {
        micros @ 0..1000 => format!("{micros} µs"),
        micros => format!("{:.1} ms", micros as f64 / 1000.0),
    }
}

pub(super) fn json(shows: &[Show]) -> Result<(), Failure> {
    for show in shows {
        let numbers = show.tally.numbers();
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let line = Line {
            backend: show.name,
            jobs: numbers.jobs(),
            ok: numbers.ok + numbers.failed_as_expected,
            failed: numbers.wrong,
            p50_us: micros(numbers.p50),
            p99_us: micros(numbers.p99),
        };
        let line =
            serde_json::to_string(&line).map_err(|error| Failure::failed(error.to_string()))?;
        say(line)?;
    }
    Ok(())
}

/// The end: whether all was right, what was not, and what to try next.
pub(super) fn conclude(
    args: &DemoArgs,
    shows: &[Show],
    interrupted: bool,
) -> Result<bool, Failure> {
    let wrong: u64 = shows.iter().map(|show| show.tally.numbers().wrong).sum();
    for what in shows.iter().flat_map(|show| show.tally.told()) {
        eprintln!("wrong: {what}");
    }
    if args.json {
        return Ok(wrong == 0);
    }
    let drawn = args.once && std::io::IsTerminal::is_terminal(&std::io::stdout()) && !interrupted;
    if !drawn {
        say(format_args!("\n{}", table(shows, None)))?;
    }
    let jobs: u64 = shows.iter().map(|show| show.tally.numbers().jobs()).sum();
    match wrong {
        0 => say(format_args!("\nAll {jobs} results were right."))?,
        wrong => say(format_args!("\n{wrong} of {jobs} results were wrong; the first are above."))?,
    }
    say("\
`ok` came back with the right value; `failed as expected` were sent to fail (a wrong argument, an
unknown name, a time limit) and did so with the right code (none for crowdcompute, which tries them
again for ever); `ready` counts connections; jobs that sleep on purpose are not in p50 and p99.

What next:
  journeyman dev --as distworker       a local server to work against, with all it needs printed
  journeyman dev --as moor             another one, with a prompt for worker_request(…)
  journeyman dev --as halloween        a broker for props, and all that goes over it
  journeyman dev --as crowdcompute     a foreman, with its dashboard's API
  journeyman dev --as tasker           workflows: templates of yours, each task as a tree
  journeyman bench                     how fast, and how much of it is ours
  journeyman help                      everything else")?;
    Ok(wrong == 0)
}
