//! `journeyman demo`: see one worker serve every built-in system.

mod plan;
mod tally;
mod values;
mod view;

use std::time::Duration;

use clap::Args;
use futures_util::StreamExt;
use journeyman_core::{StartedWorker, Worker};

use crate::{
    exit::{Code, Failure},
    handlers,
    output::Redrawn,
    signals::Signals,
    systems::{self, StandIn},
};
use plan::DemoJob;
use tally::Tally;

/// Shows one worker serving every built-in system at once
///
/// It starts the stand-in server of each system on free loopback ports, connects one worker to all
/// of them, submits jobs through each system's own client side and checks every result. It runs
/// until Ctrl-C.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  journeyman demo                 a live table, until Ctrl-C
  journeyman demo --once          one round; exit code 0 only if every result was right
  journeyman demo --once --json   one JSON object per line and system")]
pub(crate) struct DemoArgs {
    /// End after one round of jobs
    #[arg(long)]
    once: bool,
    /// Print a JSON object per system and round instead of a table
    #[arg(long)]
    json: bool,
    /// Jobs per system and round
    #[arg(long, default_value_t = Self::JOBS, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    jobs: u32,
}

impl DemoArgs {
    const JOBS: u32 = 400;
}

impl Default for DemoArgs {
    fn default() -> Self {
        Self { once: false, json: false, jobs: Self::JOBS }
    }
}

/// Connections to a system that gives one job per connection.
const CONNECTIONS: usize = 4;
/// Jobs of one system that are under way at a time.
const WINDOW: usize = 8;
/// How long registering may take; on loopback it takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two pictures.
const REDRAW: Duration = Duration::from_millis(250);
/// Between two jobs of one submitter, so that a demo that runs for long leaves the machine alone.
const PACE: Duration = Duration::from_millis(20);

/// One system in the demo.
struct Show {
    name: &'static str,
    stand_in: Box<dyn StandIn>,
    tally: Tally,
}

pub(crate) async fn demo(args: DemoArgs) -> Result<Code, Failure> {
    let mut signals = Signals::new()?;
    let mut routes = handlers::names();
    routes.push(plan::NOBODY.to_owned());
    let bindings = handlers::with_plain_names(handlers::defaults());
    let mut router = handlers::router(bindings, &[]);
    let (mut backends, mut shows) = (Vec::new(), Vec::new());
    for system in systems::all() {
        let mut stand_in = system.stand_in(&routes, CONNECTIONS).await?;
        backends.push(stand_in.backend()?);
        router = stand_in.extend(router);
        shows.push(Show { name: system.name(), stand_in, tally: Tally::default() });
    }
    let worker = Worker::new(router).drain_timeout(Duration::from_secs(10));
    let worker = backends.into_iter().fold(worker, Worker::serve).start()?;
    match tokio::time::timeout(PATIENCE, worker.control().ready()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => return Err(Failure::failed(format!("the worker ended: {error}"))),
        Err(_) => return Err(Failure::failed("the worker was not ready in time")),
    }
    if !args.json {
        view::introduce(&shows, args.once)?;
    }
    let interrupted = tokio::select! {
        done = rounds(&args, &shows, &worker) => done.map(|()| false)?,
        () = signals.next() => true,
    };
    worker.control().drain();
    tokio::select! {
        ended = worker.wait() => drop(ended?),
        () = signals.next() => return Ok(Code::Interrupted),
    }
    for show in &shows {
        show.stand_in.stop().await;
    }
    let all_right = view::conclude(&args, &shows, interrupted)?;
    Ok(match (all_right, interrupted && args.once) {
        (_, true) => Code::Interrupted,
        (true, false) => Code::Ok,
        (false, false) => Code::Failed,
    })
}

/// One round, or rounds without end.
async fn rounds(args: &DemoArgs, shows: &[Show], worker: &StartedWorker) -> Result<(), Failure> {
    let mut picture = Redrawn::new();
    for number in 0.. {
        let round =
            futures_util::future::join_all(shows.iter().map(|show| round(args, show, number)));
        if picture.is_live() && !args.json {
            let draw = async {
                let mut ticks = tokio::time::interval(REDRAW);
                loop {
                    ticks.tick().await;
                    picture.draw(&view::table(shows, Some(worker)))?;
                }
            };
            tokio::select! {
                biased;
                _ = round => {}
                failed = draw => return failed,
            }
        } else {
            round.await;
        }
        if args.json {
            view::json(shows)?;
        }
        if args.once {
            if picture.is_live() && !args.json {
                picture.draw(&view::table(shows, Some(worker)))?;
            }
            return Ok(());
        }
    }
    Ok(())
}

/// One round of one system.
async fn round(args: &DemoArgs, show: &Show, number: u32) {
    let jobs = plan::round(&*show.stand_in, args.jobs, number);
    futures_util::stream::iter(jobs)
        .for_each_concurrent(WINDOW, |job| async move {
            play(show, &job).await;
            if !args.once {
                tokio::time::sleep(PACE).await;
            }
        })
        .await;
}

/// Submits a job and judges what comes back.
async fn play(show: &Show, job: &DemoJob) {
    let running = show.tally.start();
    let ended = show.stand_in.submit(&job.call).await;
    let took = running.took();
    let verdict = job.judge(&*show.stand_in, ended);
    running.finish(verdict.map_err(|what| format!("{}: {what}", show.name)), job.is_quick(), took);
}
