//! The stand-in daemon as a local server.

use std::{
    cell::OnceCell,
    path::{Path, PathBuf},
};

use journeyman_testkit::moor::{self as testkit, Daemon, Era, Event, Events, Files, StartError};

use super::{
    answers::{self, Command},
    console::Console,
    listen,
};
use crate::{
    dev::{CurveArg, DevArgs, EraArg, quoted},
    exit::{Code, Failure},
    folder::TempFolder,
    output::say,
    signals::Signals,
};

pub(super) async fn dev(args: DevArgs) -> Result<Code, Failure> {
    let signals = Signals::new()?;
    let console = Console::new(args.no_prompt);
    let folder = Folder::of(&args)?;
    let (daemon, taken) = start(&args, &folder).await?;
    if let Some(taken) = taken {
        console.tell(format_args!("Not the usual sockets: {taken}"))?;
    }
    console.tell(introduction(&daemon))?;
    let events = daemon.events();
    let code = Prompt { daemon: &daemon, console, events, signals, code: Code::Ok }.run().await;
    daemon.shutdown().await;
    let code = code?;
    console.tell(match &folder.given {
        Some(path) => format!("stopped; the keys are in {}", path.display()),
        None => "stopped; nothing was kept".to_owned(),
    })?;
    Ok(code)
}

/// Where keys are, and sockets if they have no other place.
struct Folder {
    given: Option<PathBuf>,
    /// Made when it is needed.
    temporary: OnceCell<TempFolder>,
}

impl Folder {
    fn of(args: &DevArgs) -> Result<Self, Failure> {
        // Workers are started in other folders.
        let given = args.folder.as_ref().map(std::path::absolute).transpose();
        let given = given.map_err(|error| Failure::usage(format!("--folder: {error}")))?;
        Ok(Self { given, temporary: OnceCell::new() })
    }

    fn path(&self) -> Result<&Path, Failure> {
        if let Some(path) = &self.given {
            return Ok(path);
        }
        if self.temporary.get().is_none() {
            let _ = self.temporary.set(TempFolder::new("moor")?);
        }
        let made = self.temporary.get().map(TempFolder::path);
        made.ok_or_else(|| Failure::failed("there is no folder"))
    }
}

/// Starts it; if it had to give way to another daemon, also why.
async fn start(args: &DevArgs, folder: &Folder) -> Result<(Daemon, Option<StartError>), Failure> {
    let failed = |error: StartError| {
        Failure::failed(format!(
            "{error}; choose other addresses with --listen, port 0 is a free one"
        ))
    };
    if let Some(text) = &args.listen {
        let (requests, responses) = listen::addresses(text)?;
        let daemon = Daemon::start(configure(args, folder, requests, responses)?).await;
        return daemon.map(|daemon| (daemon, None)).map_err(failed);
    }
    if !cfg!(unix) {
        // There is nothing that is usual.
        let any = || "tcp://127.0.0.1:0".to_owned();
        let daemon = Daemon::start(configure(args, folder, any(), any())?).await;
        return daemon.map(|daemon| (daemon, None)).map_err(failed);
    }
    let sockets = |place: &Path| {
        let at = |name: &str| format!("ipc://{}", place.join(name).display());
        configure(args, folder, at("moor_workers_request.sock"), at("moor_workers_response.sock"))
    };
    match Daemon::start(sockets(Path::new("/tmp"))?).await {
        Ok(daemon) => Ok((daemon, None)),
        // Another daemon has them, perhaps a real one.
        Err(taken) => {
            let daemon = Daemon::start(sockets(folder.path()?)?).await;
            daemon.map(|daemon| (daemon, Some(taken))).map_err(failed)
        }
    }
}

fn configure(
    args: &DevArgs,
    folder: &Folder,
    requests: String,
    responses: String,
) -> Result<testkit::Config, Failure> {
    let enrollment = listen::enrollment(&requests, &responses);
    let mut config = match args.era {
        Some(EraArg::Paseto) => testkit::Config::paseto(),
        _ => testkit::Config::curve(),
    };
    if config.era == Era::Paseto && args.curve.is_some() {
        return Err(Failure::usage("--curve is for `--era curve`; the PASETO era never encrypts"));
    }
    config = config.endpoints(requests, responses);
    config = match args.curve {
        None | Some(CurveArg::Auto) => config,
        Some(CurveArg::On) => config.encrypted(true),
        Some(CurveArg::Off) => config.encrypted(false),
    };
    let encrypted = config.is_encrypted();
    config = config.enrollment(enrollment.filter(|_| encrypted));
    if let Some(token) = &args.token {
        if config.enrollment.is_none() {
            return Err(Failure::usage(
                "--token is the one to enroll with, and at this daemon nobody enrolls; leave it \
                 away, or give a `--listen tcp://…` of `--era curve`",
            ));
        }
        config = config.enrollment_token(token.as_str());
    }
    let keys = config.era == Era::Paseto || encrypted || args.folder.is_some();
    Ok(if keys { config.folder(folder.path()?) } else { config })
}

fn introduction(daemon: &Daemon) -> String {
    use std::fmt::Write as _;

    // Where there are none, none are named.
    let files = daemon.files().unwrap_or_else(|| Files::new(""));
    let (era, access) = match (daemon.era(), daemon.is_encrypted(), daemon.enrollment()) {
        (Era::Paseto, ..) => (
            "PASETO era (until October 2025)",
            format!("for those who sign with {}", files.signing_key().display()),
        ),
        (Era::Curve, true, Some(enrollment)) => (
            "CURVE era (today's)",
            format!(
                "encrypted; keys enroll at {enrollment} with the token in {}",
                files.enrollment_token().display()
            ),
        ),
        (Era::Curve, true, None) => (
            "CURVE era (today's)",
            "encrypted; any key that knows the daemon's, nobody enrolls".to_owned(),
        ),
        (Era::Curve, false, _) => {
            ("CURVE era (today's)", "for whoever can open the sockets; not encrypted".to_owned())
        }
    };
    let uri = listen::uri(daemon);
    let (requests, responses) =
        (listen::reachable(daemon.requests()), listen::reachable(daemon.responses()));
    let mut text = String::new();
    // Writing into a text does not fail.
    let open = daemon.era() == Era::Curve && daemon.enrollment().is_none();
    if open && !(listen::is_local(daemon.requests()) && listen::is_local(daemon.responses())) {
        text.push_str("Careful: others can reach these ports, and whoever can may attach.\n");
    }
    let _ = write!(
        text,
        "\
A stand-in mooR daemon, {era}, in memory. Ctrl-C stops it.
  requests   {requests}
  responses  {responses}
  access     {access}

Serve it with built-in handlers, in another terminal:
  journeyman run --connect '{uri}' --handler echo
or see whether a worker could:
  journeyman doctor '{uri}'{enroll}
For a worker of yours:
  export WORKER_REQUEST_ADDR={requests_word}
  export WORKER_RESPONSE_ADDR={responses_word}
",
        enroll = if daemon.enrollment().is_some() { " --enroll" } else { "" },
        requests_word = quoted(&requests),
        responses_word = quoted(&responses),
    );
    if daemon.era() == Era::Paseto {
        let (private, public) = (files.signing_key(), files.verifying_key());
        let _ = writeln!(
            text,
            "  export WORKER_PRIVATE_KEY={}\n  export WORKER_PUBLIC_KEY={}\n  (a Python worker \
             needs {}, the same key in the form of OpenSSL)",
            quoted(&private.display().to_string()),
            quoted(&public.display().to_string()),
            files.signing_key_v1().display(),
        );
    }
    text.push_str("\nThen ask it, here (`help` tells what else there is):\n  ");
    text.push_str("worker_request(\"echo\", {\"Hello\", #2, [1 -> 2.5]})\n");
    text
}

/// Reads calls and prints answers.
struct Prompt<'a> {
    daemon: &'a Daemon,
    console: Console,
    events: Events,
    signals: Signals,
    code: Code,
}

/// What ended a wait.
enum Waited<T> {
    Done(T),
    Interrupted,
}

impl Prompt<'_> {
    async fn run(mut self) -> Result<Code, Failure> {
        let mut lines = self.console.lines();
        loop {
            self.console.prompt()?;
            let line = match self.until(lines.next(), true).await? {
                Waited::Done(line) => line,
                Waited::Interrupted => {
                    self.end_prompt()?;
                    let cut_short = self.console == Console::Pipe;
                    return Ok(if cut_short { Code::Interrupted } else { Code::Ok });
                }
            };
            let command = match line {
                None => {
                    self.end_prompt()?;
                    return Ok(self.code);
                }
                Some(Err(problem)) => return Err(Failure::usage(problem)),
                Some(Ok(line)) => answers::parse(&line),
            };
            match command {
                Ok(Command::Quit) => return Ok(self.code),
                Ok(command) => {
                    if let Waited::Interrupted = self.carry_out(command).await? {
                        return Ok(Code::Interrupted);
                    }
                }
                Err(problem) => {
                    say(problem)?;
                    self.remember(Code::Usage);
                }
            }
        }
    }

    /// The answer to a command. It can be interrupted; at a terminal that ends only the wait.
    async fn carry_out(&mut self, command: Command) -> Result<Waited<()>, Failure> {
        match command {
            Command::Nothing | Command::Quit => {}
            Command::Help => say(answers::HELP)?,
            Command::Workers => say(format_args!("=> {}", self.daemon.workers_value()))?,
            Command::Restart => match self.daemon.restart().await {
                Ok(()) => say("restarted; workers register again with the next ping")?,
                Err(error) => return Err(Failure::failed(error.to_string())),
            },
            Command::Wait(name) => {
                let attached = self.daemon.attached(&name, 1);
                return match self.until(attached, false).await? {
                    Waited::Done(()) => Ok(Waited::Done(())),
                    Waited::Interrupted => self.interrupted("not waiting any more"),
                };
            }
            Command::Request { call, note } => {
                if let Some(note) = note {
                    self.console.tell(format_args!("({note})"))?;
                }
                let asked = self.daemon.call(&call);
                match self.until(asked, false).await? {
                    Waited::Done(Ok(value)) => say(format_args!("=> {value}"))?,
                    Waited::Done(Err(failure)) => {
                        say(failure)?;
                        self.remember(Code::Failed);
                    }
                    Waited::Interrupted => {
                        return self.interrupted("the task is killed; its worker is not told");
                    }
                }
            }
        }
        Ok(Waited::Done(()))
    }

    fn interrupted(&self, text: &str) -> Result<Waited<()>, Failure> {
        if self.console != Console::Terminal {
            return Ok(Waited::Interrupted);
        }
        say(format_args!("\n{text}"))?;
        Ok(Waited::Done(()))
    }

    /// Waits for something, and tells what happens meanwhile; `prompted` if a prompt is shown.
    async fn until<T>(
        &mut self,
        done: impl Future<Output = T>,
        prompted: bool,
    ) -> Result<Waited<T>, Failure> {
        let mut done = std::pin::pin!(done);
        loop {
            tokio::select! {
                biased;
                event = self.events.next() => {
                    if is_news(&event, self.console) {
                        self.console.news(event)?;
                        if prompted {
                            self.console.prompt()?;
                        }
                    }
                }
                done = &mut done => return Ok(Waited::Done(done)),
                () = self.signals.next() => return Ok(Waited::Interrupted),
            }
        }
    }

    /// The worst of all lines.
    fn remember(&mut self, code: Code) {
        let worse = self.code == Code::Ok || code == Code::Usage;
        // At a terminal, everybody sees how it went.
        if worse && self.console == Console::Pipe {
            self.code = code;
        }
    }

    /// The shell goes on in a line of its own.
    fn end_prompt(&self) -> Result<(), Failure> {
        if self.console == Console::Terminal { say("") } else { Ok(()) }
    }
}

/// Whether an event is worth a line. Where there is a prompt, requests and answers are seen there.
fn is_news(event: &Event, console: Console) -> bool {
    let of_request =
        matches!(event, Event::Requested { .. } | Event::Completed { .. } | Event::Failed { .. });
    let of_socket = matches!(event, Event::Subscribed { .. } | Event::Unsubscribed { .. });
    let of_restart = matches!(event, Event::Stopped | Event::Restarted);
    match console {
        Console::Log => !of_socket,
        Console::Terminal | Console::Pipe => !(of_request || of_socket || of_restart),
    }
}
