//! `journeyman run`: serves the built-in handlers on real servers.

mod config;

use std::{path::PathBuf, time::Duration};

use clap::{ArgMatches, Args};
use journeyman_core::{Scope, Serve, Worker, session::SessionState};

use crate::{
    duration,
    exit::{Code, Failure},
    handlers::{self, Binding},
    signals::Signals,
    systems::{self, Target},
};

/// Serves built-in handlers and programs on real servers
///
/// Handlers: `echo`; `sleep` (seconds, steps); `fail` (message, code, kind, retry_after_ms);
/// `math.add`, `sub`, `mul`, `div`, `rem`, `pow`, `sqrt`, `abs`, `sum`, `mean`, `min`, `max`;
/// `http` (method, url, body, headers), which makes HTTP requests; and `exec:PROGRAM`, any
/// program. Without --handler all are served that need no grant.
///
/// A program gets each job as one JSON line on standard input,
/// {"id","route","attempt","args","deadline_ms"}, and answers with JSON lines on standard output:
/// {"progress":0.5,"message":"..."} as often as it likes, then {"result":...} or
/// {"error":{"message","code","retry_after_ms"}}. An exit code other than 0 without a result is a
/// failure; standard error is shown with it. It is killed with all that it has started when its
/// job is over, is cancelled or runs out of time.
///
/// `http` and `exec` are for servers that are granted them. `http` reaches only addresses of the
/// public internet, unless the variables JOURNEYMAN_HTTP_ALLOW, _DENY and _ALLOW_PRIVATE (lists of
/// hosts and networks) say otherwise; more of them are in the book, chapter "Configuration".
///
/// A CrowdCompute foreman sends Python functions. Here no Python runs: a handler serves the
/// functions of its name, whatever their code (`math.add` those called `math_add`), and others fail.
/// `journeyman pc-worker` runs the code. The steps of a Tasker workflow come over a channel inside of
/// a process that has Tasker's own crates, and so from the program journeyman-tasker-worker.
///
/// The first Ctrl-C (or SIGTERM) drains: no more jobs are taken, those under way may finish. The
/// second one aborts.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  DISTWORKER_WORKER_TOKEN=secret journeyman run \\
      --connect 'distworker+http://127.0.0.1:8081?provisioner=static&connections=4'
  journeyman run --connect 'distworker+https://host?provisioner=p&token_file=/run/token' \\
      --grant exec --handler echo --handler 'convert=exec:/usr/bin/prog arg'
  journeyman run --connect 'moor+ipc:///tmp/moor_workers_request.sock' \\
      --handler echo --grant http --handler curl=http
  journeyman run --connect 'moor+tcp://host?token_file=enrollment-token' --handler 'math.*'
  journeyman run --connect 'crowdcompute+ws://host:9000?max_concurrent_tasks=4' --handler echo
  journeyman run --config worker.toml --log-format json

A configuration file:
  [worker]
  concurrency = 16
  drain_timeout = \"30s\"

  [[backend]]
  type = \"distworker\"
  controller_url = \"http://127.0.0.1:8081\"
  provisioner = \"static\"
  worker_token_env = \"DISTWORKER_WORKER_TOKEN\"
  connections = 4
  grant = [\"exec\", \"http\"]

  [handlers]
  echo = \"echo\"
  \"math.*\" = \"math.*\"
  convert = { exec = [\"/usr/bin/prog\", \"arg\"], concurrency = 2, timeout = \"1m\" }
  curl = { http = { timeout = \"10s\", deny = [\"*.example.org\"] } }")]
pub(crate) struct RunArgs {
    /// A server to work for; may be repeated
    #[arg(long, value_name = "URI", required_unless_present = "config", conflicts_with = "config")]
    connect: Vec<String>,
    /// A configuration file, in TOML
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A handler: NAME, ROUTE=NAME or ROUTE=exec:PROGRAM ARGS; may be repeated
    #[arg(long = "handler", value_name = "HANDLER", conflicts_with = "config")]
    handlers: Vec<String>,
    /// What the server of the --connect before it may reach besides: exec, http; may be repeated
    #[arg(long = "grant", value_name = "WORD", conflicts_with = "config")]
    grants: Vec<String>,
    /// Handlers that run at a time, over all servers [default: 64]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=65_536))]
    concurrency: Option<u32>,
    /// How long jobs under way may go on after the first Ctrl-C [default: 30s]
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    drain: Option<Duration>,
}

/// A server and what it may reach.
pub(crate) struct Connection {
    pub(crate) target: Box<dyn Target>,
    pub(crate) grants: Vec<String>,
    /// Patterns of the names of jobs that it may submit; `None` is all.
    pub(crate) routes: Option<Vec<String>>,
    pub(crate) cap: Option<usize>,
    pub(crate) minimum: usize,
}

impl Connection {
    /// A server that may reach what needs no grant.
    pub(crate) fn new(target: Box<dyn Target>) -> Self {
        Self { target, grants: Vec::new(), routes: None, cap: None, minimum: 0 }
    }

    fn serve(&self) -> Result<Serve, Failure> {
        let mut scope = self.grants.iter().fold(Scope::new(), Scope::grant);
        if let Some(routes) = &self.routes {
            scope = scope.routes(routes.iter().map(String::as_str));
        }
        let serve = self.target.serve()?.scope(scope).minimum(self.minimum);
        Ok(match self.cap {
            Some(cap) => serve.cap(cap),
            None => serve,
        })
    }
}

/// Everything that a worker is made of.
pub(crate) struct Plan {
    pub(crate) connections: Vec<Connection>,
    handlers: Vec<Binding>,
    concurrency: Option<usize>,
    drain: Option<Duration>,
    grace: Option<Duration>,
    time_limit: Option<Duration>,
}

impl Plan {
    /// From the command line, and the file that it names. `at` tells the order of the options.
    pub(crate) fn new(args: &RunArgs, at: Option<&ArgMatches>) -> Result<Self, Failure> {
        let mut plan = match &args.config {
            Some(path) => config::read(path)?,
            None => Self::from_options(args, at)?,
        };
        if let Some(permits) = args.concurrency {
            plan.concurrency = Some(permits as usize);
        }
        plan.drain = args.drain.or(plan.drain);
        if plan.connections.iter().any(|connection| !connection.target.takes_dots()) {
            plan.handlers = handlers::with_plain_names(plan.handlers);
        }
        plan.check()?;
        Ok(plan)
    }

    /// What a configuration file says.
    pub(crate) fn from_file(path: &std::path::Path) -> Result<Self, Failure> {
        config::read(path)
    }

    /// The handlers alone.
    pub(crate) fn into_handlers(self) -> Vec<Binding> {
        self.handlers
    }

    fn from_options(args: &RunArgs, at: Option<&ArgMatches>) -> Result<Self, Failure> {
        let mut connections = Vec::new();
        for uri in &args.connect {
            connections.push(Connection::new(systems::from_uri(uri)?));
        }
        let places = |name| -> Vec<usize> {
            at.and_then(|at| at.indices_of(name)).map(Iterator::collect).unwrap_or_default()
        };
        let connects = places("connect");
        for (word, place) in args.grants.iter().zip(places("grants")) {
            handlers::check_grant(word)?;
            let before = connects.iter().filter(|connect| **connect < place).count();
            let Some(connection) = before.checked_sub(1).and_then(|at| connections.get_mut(at))
            else {
                return Err(Failure::usage(format!(
                    "--grant {word} stands in front of every --connect; put it behind the one \
                     that it is for"
                )));
            };
            connection.grants.push(word.clone());
        }
        let mut handlers = Vec::new();
        for text in &args.handlers {
            handlers.extend(handlers::parse(text)?);
        }
        if handlers.is_empty() {
            handlers = handlers::defaults();
        }
        Ok(Self {
            connections,
            handlers,
            concurrency: None,
            drain: None,
            grace: None,
            time_limit: None,
        })
    }

    fn check(&self) -> Result<(), Failure> {
        for connection in &self.connections {
            // Before anything is said: some systems need another program.
            connection.target.serve()?;
        }
        for binding in &self.handlers {
            let Some((word, what)) = binding.needs_grant() else { continue };
            let granted = |connection: &Connection| connection.grants.iter().any(|g| g == word);
            if !self.connections.iter().any(granted) {
                return Err(Failure::usage(format!(
                    "handler `{}` {what}, and no server is granted that; add `--grant {word}` \
                     behind its --connect, or `grant = [\"{word}\"]` to its [[backend]]",
                    binding.pattern
                )));
            }
        }
        Ok(())
    }

    fn worker(self) -> Result<Worker, Failure> {
        let mut hidden: Vec<_> = self
            .connections
            .iter()
            .flat_map(|connection| connection.target.secret_variables())
            .collect();
        hidden.sort();
        hidden.dedup();
        let mut worker = Worker::new(handlers::router(self.handlers, &hidden));
        for connection in &self.connections {
            let granted = match connection.grants.as_slice() {
                [] => String::new(),
                words => format!("; it is granted {}", words.join(", ")),
            };
            tracing::info!("working for {}{granted}", connection.target.describe());
            worker = worker.serve(connection.serve()?);
        }
        if let Some(permits) = self.concurrency {
            worker = worker.concurrency(permits);
        }
        if let Some(limit) = self.drain {
            worker = worker.drain_timeout(limit);
        }
        if let Some(grace) = self.grace {
            worker = worker.cancel_grace(grace);
        }
        Ok(match self.time_limit {
            Some(limit) => worker.time_limit(limit),
            None => worker,
        })
    }
}

pub(crate) async fn run(plan: Plan) -> Result<Code, Failure> {
    let mut signals = Signals::new()?;
    let routes: Vec<_> = plan.handlers.iter().map(|binding| binding.pattern.clone()).collect();
    tracing::info!("serving {}", routes.join(", "));
    let worker = plan.worker()?.start()?;
    let control = worker.control().clone();
    let watch = async {
        let all_ready = control.ready().await;
        match all_ready {
            Ok(()) => tracing::info!("ready: {} sessions", control.states().len()),
            Err(error) => tracing::warn!("a session ended: {error}"),
        }
        std::future::pending::<()>().await;
    };
    let stopping = async {
        signals.next().await;
        let jobs: u64 =
            control.snapshot().sessions.iter().map(|session| session.counts.in_flight).sum();
        tracing::info!("stopping: {jobs} jobs under way may finish; once more aborts them");
        control.drain();
        signals.next().await;
        tracing::warn!("aborting");
        control.abort();
    };
    let over = async {
        for mut state in control.states() {
            // The sender lives as long as the control.
            let _ = state.wait_for(SessionState::is_over).await;
        }
    };
    let aborted = tokio::select! {
        biased;
        () = over => false,
        () = stopping => true,
        () = watch => false,
    };
    let summary = worker.wait().await?;
    let counts = summary.snapshot.sessions.iter().map(|session| session.counts);
    let (ok, failed) = counts.fold((0, 0), |(ok, failed), c| (ok + c.ok, failed + c.failed));
    tracing::info!("stopped: {ok} jobs done, {failed} failed");
    Ok(if aborted { Code::Interrupted } else { Code::Ok })
}
