//! The program `journeyman`: see it work, measure it, run it, test against it.

mod bench;
mod completions;
mod demo;
mod dev;
mod doctor;
mod duration;
mod exit;
mod folder;
mod handlers;
mod http;
mod logging;
mod output;
#[cfg(unix)]
mod pc_worker;
mod props;
#[cfg(unix)]
mod python;
#[cfg(not(unix))]
#[path = "python_none.rs"]
mod python;
mod run;
mod signals;
mod submit;
mod systems;

use std::{future::Future, process::ExitCode, time::Duration};

use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::exit::{Code, Failure};

/// Works for systems that already exist: one worker, the wire protocols of many masters.
///
/// Without a command, `journeyman` runs the demo.
#[derive(Debug, Parser)]
#[command(name = "journeyman", version, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    #[command(flatten)]
    log: logging::LogArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

const AFTER_HELP: &str = "\
Examples:
  journeyman                             see one worker serve every built-in system
  journeyman dev --as distworker         a local server to work against
  journeyman dev --as moor               another one, with a prompt for worker_request(…)
  journeyman dev --as halloween          a broker for props, and all that goes over it
  journeyman dev --as crowdcompute       a foreman, and what its workers and clients do
  journeyman dev --as tasker             workflows, each task as a tree
  journeyman run --connect 'distworker+http://127.0.0.1:8081?provisioner=dev'
  journeyman run --connect 'moor+ipc:///tmp/moor_workers_request.sock' --handler echo
  journeyman props --root props --host 127.0.0.1      the host of Halloween props
  journeyman pc-worker --foreman-url ws://127.0.0.1:9000          a CrowdCompute worker
  journeyman submit --to http://127.0.0.1:8080 echo '{\"hello\":\"world\"}' --wait
  journeyman doctor 'distworker+http://127.0.0.1:8081?provisioner=dev'

`journeyman help COMMAND` tells more, `journeyman help exit-codes` what exit codes mean.";

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::DemoArgs),
    Bench(bench::BenchArgs),
    Run(run::RunArgs),
    Props(props::PropsArgs),
    #[cfg(unix)]
    PcWorker(pc_worker::PcWorkerArgs),
    Dev(dev::DevArgs),
    Submit(submit::SubmitArgs),
    Doctor(doctor::DoctorArgs),
    Completions(completions::CompletionsArgs),
    /// Prints what the exit codes mean
    #[command(long_about = exit::TABLE)]
    ExitCodes,
    /// The worker under test, as a process of its own
    #[command(hide = true)]
    BenchWorker(bench::WorkerArgs),
}

fn main() -> ExitCode {
    let matches = Cli::command().get_matches();
    let done = match Cli::from_arg_matches(&matches) {
        Ok(cli) => start(cli, &matches),
        Err(error) => Err(Failure::usage(error.to_string())),
    };
    match done {
        Ok(code) => code.into(),
        Err(failure) => {
            failure.print();
            failure.code.into()
        }
    }
}

fn start(cli: Cli, matches: &ArgMatches) -> Result<Code, Failure> {
    let command = cli.command.unwrap_or_else(|| Command::Demo(demo::DemoArgs::default()));
    // What a command prints is its output; workers have nothing else to tell than their log.
    let log = match &command {
        Command::Run(_) => "info",
        #[cfg(unix)]
        Command::PcWorker(_) => "info",
        Command::Props(args) => args.log(),
        _ => "off",
    };
    logging::start(&cli.log, log)?;
    match command {
        Command::Demo(args) => on_all_cores(demo::demo(args)),
        Command::Bench(args) => on_one_core(bench::bench(args)),
        Command::BenchWorker(args) => bench::worker(&args),
        Command::Run(args) => {
            let at = matches.subcommand_matches("run");
            on_all_cores(run::run(run::Plan::new(&args, at)?))
        }
        Command::Props(args) => on_all_cores(props::props(args)),
        #[cfg(unix)]
        Command::PcWorker(args) => on_all_cores(pc_worker::pc_worker(args)),
        Command::Dev(args) => on_all_cores(dev::dev(args)),
        Command::Submit(args) => on_one_core(submit::submit(args)),
        Command::Doctor(args) => on_one_core(doctor::doctor(args)),
        Command::Completions(args) => completions::print(&args),
        Command::ExitCodes => output::say(exit::TABLE).map(|()| Code::Ok),
    }
}

fn on_all_cores(main: impl Future<Output = Result<Code, Failure>>) -> Result<Code, Failure> {
    drive(&mut tokio::runtime::Builder::new_multi_thread(), main)
}

fn on_one_core(main: impl Future<Output = Result<Code, Failure>>) -> Result<Code, Failure> {
    drive(&mut tokio::runtime::Builder::new_current_thread(), main)
}

fn drive<T>(
    builder: &mut tokio::runtime::Builder,
    main: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let runtime = builder
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("the runtime does not start: {error}")))?;
    let done = runtime.block_on(main);
    // A handler that does not stop must not keep the program.
    runtime.shutdown_timeout(Duration::from_millis(100));
    done
}
