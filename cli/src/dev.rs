//! `journeyman dev`: a stand-in server as a local server.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use clap::{Args, ValueEnum};

use crate::{
    exit::{Code, Failure},
    systems,
};

/// Runs the stand-in of a system as a local server to develop a worker against
///
/// It checks what the real server checks and refuses what it refuses, keeps everything in memory,
/// prints how to connect and how to submit, and then everything that happens. That of mooR has a
/// prompt, which takes calls in MOO syntax: from a terminal, or line by line from a pipe. Then only
/// the answers go to standard output, and the exit code is 0 if all calls returned a value, 1 if
/// one raised an error, 2 if a line could not be understood. That of Halloween is an MQTT broker, for
/// 3.1.1 and 5. That of CrowdCompute is a foreman, with its HTTP API. That of Tasker is an orchestrator
/// with its REST API and a worker: it runs the templates of a folder and shows each task as a tree.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  journeyman dev --as distworker
  journeyman dev --as distworker --listen 127.0.0.1:9001 --queue resize --queue text.upper
  journeyman dev --as moor
  journeyman dev --as moor --listen tcp://127.0.0.1:7896        encrypted, with enrollment
  journeyman dev --as moor --era paseto --folder keys
  journeyman dev --as halloween
  journeyman dev --as halloween --rights                        users and rights of a real house
  journeyman dev --as crowdcompute --era seed
  journeyman dev --as tasker                                    sample workflows
  journeyman dev --as tasker --templates config/tasks           yours, every step played
  journeyman dev --as tasker --templates config/tasks --handler 'shop.*=exec:./shop.py'
  printf '%s\\n' 'wait(\"echo\")' 'worker_request(\"echo\", {1, #2})' | journeyman dev --as moor")]
pub(crate) struct DevArgs {
    /// The system to stand in for: distworker, moor, halloween, crowdcompute, tasker
    #[arg(long = "as", value_name = "SYSTEM")]
    system: String,
    /// Where workers connect; port 0 takes a free one. DistWorker: HOST:PORT [default:
    /// 127.0.0.1:8081]. mooR: REQUESTS[,RESPONSES], each tcp://HOST:PORT or ipc:///PATH [default:
    /// the two sockets in /tmp of a real daemon, or others if they are taken]. Halloween: IP:PORT
    /// [default: 127.0.0.1:1883, or another port if it is taken]. CrowdCompute: IP:PORT, also for
    /// clients [default: 127.0.0.1:9000]
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<String>,
    /// The token that workers must have; for mooR the one to enroll with [default: journeyman-dev;
    /// mooR: a random one]
    #[arg(long)]
    pub(crate) token: Option<String>,
    /// Where the HTTP API is; port 0 takes a free one [default: 127.0.0.1:8080; CrowdCompute: 8000]
    #[arg(long, value_name = "ADDR", help_heading = "DistWorker, CrowdCompute and Tasker")]
    pub(crate) api_listen: Option<SocketAddr>,
    /// A queue that workers get jobs of; may be repeated. Default: the names of the built-in
    /// handlers
    #[arg(long = "queue", value_name = "QUEUE", help_heading = "DistWorker")]
    pub(crate) queues: Vec<String>,
    /// Which generation of the wire: for mooR curve or paseto, for CrowdCompute head or seed
    /// [default: today's, which is curve, and head]
    #[arg(long, value_enum, help_heading = "mooR and CrowdCompute", hide_possible_values = true)]
    pub(crate) era: Option<EraArg>,
    /// Whether the sockets are encrypted: on, off, or as a real daemon decides it, which is on for
    /// tcp:// [default: auto]
    #[arg(long, value_enum, help_heading = "mooR")]
    pub(crate) curve: Option<CurveArg>,
    /// Where keys, the enrollment token and what enrolled are kept [default: a folder that is
    /// removed at the end]
    #[arg(long, value_name = "DIR", help_heading = "mooR")]
    pub(crate) folder: Option<PathBuf>,
    /// Do not read standard input, and run until Ctrl-C
    #[arg(long, help_heading = "mooR")]
    pub(crate) no_prompt: bool,
    /// Who may connect, and nobody else; may be repeated. Without one, everybody may
    #[arg(long = "user", value_name = "NAME:PASSWORD", help_heading = "Halloween")]
    pub(crate) users: Vec<String>,
    /// Users and rights of a real house: admin, dashboard, worker and device, and nobody else;
    /// their passwords are test-NAME-pw, unless --user gives others
    #[arg(long, help_heading = "Halloween")]
    pub(crate) rights: bool,
    /// What a client gets of a message that several of its subscriptions match [default:
    /// mosquitto]
    #[arg(long, value_enum, help_heading = "Halloween")]
    pub(crate) overlap: Option<OverlapArg>,
    /// The folder of the templates (.yml and .yaml, also in folders in it) [default: a few samples]
    #[arg(long, value_name = "DIR", help_heading = "Tasker")]
    pub(crate) templates: Option<PathBuf>,
    /// A handler: NAME, ROUTE=NAME or ROUTE=exec:PROGRAM ARGS; may be repeated. ROUTE=sample plays
    /// the steps. Default: every step is played that names no built-in handler
    #[arg(long = "handler", value_name = "HANDLER", help_heading = "Tasker")]
    pub(crate) handlers: Vec<String>,
    /// A configuration file of `run`, whose `[handlers]` are served
    #[arg(long, value_name = "FILE", help_heading = "Tasker", conflicts_with = "handlers")]
    pub(crate) config: Option<PathBuf>,
}

/// How a broker treats subscriptions that overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OverlapArg {
    /// As mosquitto 2.0: one copy for a client of 3.1.1, one for each subscription with MQTT 5
    Mosquitto,
    /// One copy
    One,
    /// One copy for each of them, which the standard allows
    Each,
}

/// The generations of a wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EraArg {
    /// mooR, today's
    Curve,
    /// mooR until October 2025: workers sign a token
    Paseto,
    /// CrowdCompute, today's
    Head,
    /// CrowdCompute, its first prototype
    Seed,
}

impl EraArg {
    /// The system that it is of.
    fn system(self) -> &'static str {
        match self {
            Self::Curve | Self::Paseto => "moor",
            Self::Head | Self::Seed => "crowdcompute",
        }
    }
}

/// When sockets are encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CurveArg {
    Auto,
    On,
    Off,
}

impl DevArgs {
    /// Refuses options that are another system's, since they would do nothing.
    fn check(&self) -> Result<(), Failure> {
        let api = match self.system.as_str() {
            system @ ("crowdcompute" | "tasker") => system,
            _ => "distworker",
        };
        let given = [
            ("--api-listen", api, self.api_listen.is_some()),
            ("--queue", "distworker", !self.queues.is_empty()),
            ("--curve", "moor", self.curve.is_some()),
            ("--folder", "moor", self.folder.is_some()),
            ("--no-prompt", "moor", self.no_prompt),
            ("--user", "halloween", !self.users.is_empty()),
            ("--rights", "halloween", self.rights),
            ("--overlap", "halloween", self.overlap.is_some()),
            ("--templates", "tasker", self.templates.is_some()),
            ("--handler", "tasker", !self.handlers.is_empty()),
            ("--config", "tasker", self.config.is_some()),
        ];
        let token = match self.system.as_str() {
            "halloween" => Some("props have a user name and a password: --user NAME:PASSWORD"),
            "crowdcompute" => Some("a foreman knows none: whoever reaches it is let in"),
            "tasker" => {
                Some("workers of Tasker share its database, and its API asks for none here")
            }
            _ => None,
        };
        if let (Some(why), true) = (token, self.token.is_some()) {
            return Err(Failure::usage(format!("--token is for other systems; {why}")));
        }
        if self.system == "tasker" && self.listen.is_some() {
            return Err(Failure::usage(
                "--listen is for other systems: no worker connects to a Tasker server; --api-listen \
                 says where the REST API is",
            ));
        }
        self.check_era()?;
        match given.into_iter().find(|(_, system, given)| *given && *system != self.system) {
            Some((option, system, _)) => Err(Failure::usage(format!(
                "{option} is an option of `--as {system}`; leave it away"
            ))),
            None => Ok(()),
        }
    }

    fn check_era(&self) -> Result<(), Failure> {
        let eras = match (self.era, self.system.as_str()) {
            (None, _) => return Ok(()),
            (Some(era), system) if era.system() == system => return Ok(()),
            (_, "moor") => "of mooR there are curve and paseto",
            (_, "crowdcompute") => "of CrowdCompute there are head and seed",
            _ => "--era is an option of `--as moor` and `--as crowdcompute`; leave it away",
        };
        Err(Failure::usage(eras))
    }
}

pub(crate) async fn dev(args: DevArgs) -> Result<Code, Failure> {
    let system = systems::named(&args.system)?;
    args.check()?;
    system.dev(args).await
}

/// An address as one can connect to it from this machine.
pub(crate) fn near(at: SocketAddr) -> SocketAddr {
    match at.ip().is_unspecified() {
        true => SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), at.port()),
        false => at,
    }
}

/// As one word of a shell.
pub(crate) fn quoted(text: &str) -> String {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./:".contains(&byte));
    if plain && !text.is_empty() {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
