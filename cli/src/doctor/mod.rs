//! `journeyman doctor`: whether a server can be worked for, step by step.

mod clock;
mod network;
mod registration;

use std::{path::PathBuf, time::Duration};

use clap::Args;
use journeyman_core::{
    Error,
    capability::{Capabilities, Need, Support},
    extract::FromJob,
};

pub(crate) use clock::{clock, rfc3339};
pub(crate) use network::{dial, resolve, web_socket};
pub(crate) use registration::{Trial, register};

use crate::{
    duration,
    exit::{Code, Failure},
    output::{say, table},
    run::Plan,
    systems,
};

/// Looks step by step whether a server can be worked for, and says what to do if not
///
/// It registers for a moment. A server that gives it a job of others gets that job back as failed,
/// so that it can be tried again. On an MQTT bus it publishes as a prop that does not exist, and
/// removes what it leaves there. `--no-register` stops before that. For Tasker, which has no
/// registration, it looks at templates, Tasker's own file and the server's REST API.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  journeyman doctor 'distworker+http://127.0.0.1:8081?provisioner=dev'
  journeyman doctor --config worker.toml --no-register
  journeyman doctor 'moor+ipc:///tmp/moor_workers_request.sock'
  journeyman doctor 'moor+tcp://host?token_file=enrollment-token' --enroll
  journeyman doctor 'halloween+mqtt://broker:1883?username=worker'
  journeyman doctor crowdcompute+ws://foreman:9000 --require-sandbox
  journeyman doctor 'tasker+http://server:8080?template_path=config/tasks'
  journeyman doctor 'distworker+http://127.0.0.1:8081?provisioner=dev' \\
      --submit-to http://127.0.0.1:8080 --queue echo

Exit codes: 0 all well, 2 the configuration, 3 not reachable, 4 refused, 1 anything else.")]
pub(crate) struct DoctorArgs {
    /// The server
    #[arg(value_name = "URI", required_unless_present = "config", conflicts_with = "config")]
    uri: Option<String>,
    /// A configuration file of `run`; all its servers are looked at
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Do not register
    #[arg(long)]
    pub(crate) no_register: bool,
    /// mooR: enroll where that is needed, and keep the identity as a worker would
    #[arg(long, conflicts_with = "no_register")]
    pub(crate) enroll: bool,
    /// Submit an echo job there, for DistWorker the HTTP API: http://HOST:8080; for CrowdCompute
    /// the foreman: crowdcompute+ws://HOST:9000
    #[arg(long, value_name = "URI", requires = "queue", conflicts_with = "no_register")]
    pub(crate) submit_to: Option<String>,
    /// The queue of the echo job; it must be one of the provisioner's. CrowdCompute: the name of
    /// its function
    #[arg(long, value_name = "QUEUE", requires = "submit_to")]
    pub(crate) queue: Option<String>,
    /// CrowdCompute: the Python interpreter to look at [JOURNEYMAN_PYTHON; default: found in PATH]
    #[arg(long, value_name = "PATH")]
    pub(crate) python: Option<PathBuf>,
    /// CrowdCompute: a part of the sandbox for Python tasks that is not available is a failure
    #[arg(long)]
    pub(crate) require_sandbox: bool,
    /// How long each step may take
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration::parse)]
    pub(crate) timeout: Duration,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Check {
    first: Option<(Code, String)>,
    left_open: Option<String>,
    broken_output: bool,
}

impl Check {
    fn line(&mut self, word: &str, step: &str, text: &str) {
        let (mut word, mut step) = (word, step);
        for text in wrap(text) {
            self.broken_output |= say(format_args!("  {word:<8}{step:<15}{text}")).is_err();
            (word, step) = ("", "");
        }
    }

    /// A step went well.
    pub(crate) fn ok(&mut self, step: &str, text: impl AsRef<str>) {
        self.line("ok", step, text.as_ref());
    }

    /// A step went well, but something about it should be changed.
    pub(crate) fn warn(&mut self, step: &str, text: impl AsRef<str>) {
        self.line("warning", step, text.as_ref());
    }

    /// A step could not be done, and that is no fault.
    pub(crate) fn skipped(&mut self, step: &str, why: impl AsRef<str>) {
        self.line("-", step, why.as_ref());
    }

    /// A step could not be done, and what comes after it neither.
    pub(crate) fn left_open(&mut self, step: &str) {
        self.left_open.get_or_insert_with(|| step.to_owned());
    }

    /// A step failed. The first failure makes the exit code.
    pub(crate) fn failed(&mut self, code: Code, step: &str, what: impl AsRef<str>, remedy: &str) {
        self.first.get_or_insert_with(|| (code, step.to_owned()));
        self.line("FAILED", step, what.as_ref());
        if !remedy.is_empty() {
            self.line("", "", &format!("what to do: {remedy}"));
        }
    }

    /// A step failed with an error of the framework.
    pub(crate) fn error(&mut self, step: &str, error: &Error) {
        let code = crate::exit::code_of(error.kind());
        let error = telling(error);
        let mut text = error.message().to_owned();
        let context: Vec<_> =
            error.context().map(|(key, value)| format!("{key}: {value}")).collect();
        if !context.is_empty() {
            text = format!("{text} ({})", context.join(", "));
        }
        if let Some(source) = std::error::Error::source(error) {
            text = format!("{text}: {source}");
        }
        // Whoever reads this has done the first half already.
        let remedy = error.remedy().unwrap_or_default();
        let remedy =
            remedy.trim_start_matches("run `journeyman doctor` with the same settings, and ");
        self.failed(code, step, text, remedy);
    }
}

/// Lines of at most 76 characters, so that with what stands before them they fit a screen; words
/// stay whole.
fn wrap(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= 76 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The error that says what to do, which can be underneath one that only says that we gave up.
fn telling(error: &Error) -> &Error {
    let mut next = Some(error);
    while let Some(candidate) = next {
        if candidate.remedy().is_some() {
            return candidate;
        }
        next = std::error::Error::source(candidate).and_then(|source| source.downcast_ref());
    }
    error
}

pub(crate) async fn doctor(args: DoctorArgs) -> Result<Code, Failure> {
    let targets = match (&args.uri, &args.config) {
        (Some(uri), _) => systems::from_uri(uri).map(|target| vec![target]),
        (None, Some(path)) => Plan::from_file(path)
            .map(|plan| plan.connections.into_iter().map(|connection| connection.target).collect()),
        (None, None) => Err(Failure::usage("give a URI or --config FILE")),
    };
    let mut check = Check::default();
    let targets = match targets {
        Ok(targets) => targets,
        Err(failure) => {
            check.failed(failure.code, "configuration", failure.message(), "");
            return Ok(failure.code);
        }
    };
    for target in targets {
        say(target.describe())?;
        check.ok("configuration", "complete");
        target.check(&mut check, &args).await;
        if check.broken_output {
            return Err(Failure::silent());
        }
        say("")?;
        say(offers(&target.capabilities()))?;
        say(needs(&target.capabilities(), target.extractors()))?;
    }
    match check.first {
        None => match check.left_open {
            None => say("All well."),
            Some(step) => say(format_args!("Nothing wrong as far as `{step}`, above; no further.")),
        }
        .map(|()| Code::Ok),
        Some((code, step)) => {
            say(format_args!("Not well: begin with `{step}`, above.")).map(|()| code)
        }
    }
}

/// What a backend offers.
fn offers(capabilities: &Capabilities) -> String {
    let mut table = table(["what it offers", ""]);
    for (name, text) in capabilities.rows() {
        table.add_row([name, &text]);
    }
    table.to_string()
}

/// How what handlers can ask for is met.
fn needs(capabilities: &Capabilities, own: Vec<(&str, &[Need])>) -> String {
    use journeyman_core::job::{Cancel, Deadline, Events, Progress};

    let mut table = table(["a handler that takes", "gets it"]);
    let rows: [(&str, &[Need]); 6] = [
        ("Progress", Progress::NEEDS),
        ("Cancel", Cancel::NEEDS),
        ("Deadline", Deadline::NEEDS),
        ("Events", Events::NEEDS),
        ("JobInfo: attempt", &[Need::Attempt]),
        ("JobInfo: redelivered", &[Need::Redelivered]),
    ];
    for (name, needs) in rows.into_iter().chain(own) {
        let support = needs.iter().map(|need| capabilities.support(need));
        table.add_row([name, &worst(support)]);
    }
    table.to_string()
}

/// The least of several supports, in words.
fn worst(supports: impl Iterator<Item = Support>) -> String {
    let mut text = "native".to_owned();
    for support in supports {
        match support {
            Support::Native => {}
            Support::Emulated(by) => text = format!("emulated by {by}"),
            Support::Refused(why) => return format!("refused: {why}"),
        }
    }
    text
}
