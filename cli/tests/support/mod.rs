//! The program as a child process, and its output line by line.
// Each test program uses its own part of it.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::{
    io::{BufRead, BufReader, Read, Write},
    path::PathBuf,
    process::{Child, ChildStdin, Command, ExitStatus, Output, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

/// How long anything may take; only a failing test waits that long.
const PATIENCE: Duration = Duration::from_secs(60);

/// The token of a `dev` server without `--token`.
pub const TOKEN: &str = "journeyman-dev";

/// The program, without settings of whoever runs the tests.
pub fn journeyman(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_journeyman"));
    command.args(args).stdin(Stdio::null());
    for name in [
        "RUST_LOG",
        "DISTWORKER_WORKER_TOKEN",
        "DISTWORKER_CONTROLLER_URL",
        "MOOR_ENROLLMENT_TOKEN",
        "DATABASE_URL",
        "WORKSPACE_PATH",
    ] {
        command.env_remove(name);
    }
    for (name, _) in std::env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        let settings = [
            "MQTT_",
            "HALLOWEEN_",
            "WORKER_",
            "CROWDCOMPUTE_",
            "TASKER_",
            "JOURNEYMAN_MONITOR_",
            "JOURNEYMAN_TASKER_",
        ];
        // Of the executor's, which interpreter the tests are to use is kept.
        let limits = text.starts_with("JOURNEYMAN_PYTHON_");
        if limits || settings.iter().any(|start| text.starts_with(start)) {
            command.env_remove(name);
        }
    }
    command
}

/// Runs it to its end.
pub fn output(args: &[&str]) -> Output {
    journeyman(args).output().unwrap()
}

/// The exit code, standard output and standard error of a run.
pub fn run(command: &mut Command) -> (i32, String, String) {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// The program while it runs; killed when dropped.
pub struct Running {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

fn forward(stream: impl Read + Send + 'static, sender: std::sync::mpsc::Sender<String>) {
    thread::spawn(move || {
        for line in BufReader::new(stream).lines() {
            let Ok(line) = line else { return };
            if sender.send(line).is_err() {
                return;
            }
        }
    });
}

impl Running {
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        forward(child.stdout.take().unwrap(), sender.clone());
        forward(child.stderr.take().unwrap(), sender);
        Self { child, lines, seen: Vec::new() }
    }

    /// Waits for a line of either output that contains this text.
    pub fn line(&mut self, wanted: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    self.seen.push(line.clone());
                    if line.contains(wanted) {
                        return line;
                    }
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("no line with {wanted:?} in:\n{}", self.seen.join("\n"));
                }
            }
        }
    }

    /// Everything that it said so far, and until its end.
    pub fn rest(&mut self) -> String {
        let deadline = Instant::now() + PATIENCE;
        while let Ok(line) =
            self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now()))
        {
            self.seen.push(line);
        }
        self.seen.join("\n")
    }

    pub fn interrupt(&self) {
        self.signal(rustix::process::Signal::INT);
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Waits for its end.
    pub fn ended(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "it does not end:\n{}", self.seen.join("\n"));
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A `dev` server.
pub struct Dev {
    pub server: Running,
    /// Where workers connect.
    pub worker: String,
    /// Where jobs are submitted.
    pub api: String,
}

impl Dev {
    pub fn start(queues: &[&str]) -> Self {
        let any = "127.0.0.1:0";
        let mut args = vec!["dev", "--as", "distworker", "--listen", any, "--api-listen", any];
        for queue in queues {
            args.extend(["--queue", queue]);
        }
        let mut server = Running::start(journeyman(&args));
        let last = |line: String| line.split_whitespace().last().unwrap().to_owned();
        let worker = last(server.line("workers connect to"));
        let api = last(server.line("HTTP API"));
        server.line("What happens:");
        Self { server, worker, api }
    }

    pub fn uri(&self) -> String {
        format!("distworker+{}?provisioner=dev", self.worker)
    }

    /// `run` against it, ready.
    pub fn worker(&self, args: &[&str]) -> Running {
        let uri = self.uri();
        let mut all = vec!["run", "--connect", uri.as_str()];
        all.extend(args);
        let mut command = journeyman(&all);
        command.env("DISTWORKER_WORKER_TOKEN", TOKEN);
        let mut worker = Running::start(command);
        worker.line("ready: 1 sessions");
        worker
    }

    /// Submits and waits; the exit code and the task.
    pub fn submit(&self, queue: &str, input: &str, args: &[&str]) -> (i32, serde_json::Value) {
        let mut all = vec!["submit", "--to", self.api.as_str(), queue, input];
        all.extend(args);
        let (code, stdout, stderr) = run(&mut journeyman(&all));
        let task = serde_json::from_str(&stdout);
        (code, task.unwrap_or_else(|error| panic!("{error}: {stdout}\n{stderr}")))
    }
}

/// A folder that is removed at the end.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("journeyman-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    /// Writes a file and returns its path.
    pub fn file(&self, name: &str, content: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A `dev` server for mooR, with its prompt in a pipe.
pub struct MoorDev {
    pub server: Running,
    stdin: Option<ChildStdin>,
    /// What it says to connect with.
    pub uri: String,
}

impl MoorDev {
    pub fn start(args: &[&str]) -> Self {
        let mut all = vec!["dev", "--as", "moor"];
        all.extend(args);
        let mut command = journeyman(&all);
        command.stdin(Stdio::piped());
        let mut server = Running::start(command);
        let stdin = server.child.stdin.take();
        let line = server.line("journeyman doctor '");
        let uri = line.split('\'').nth(1).unwrap().to_owned();
        server.line("worker_request(");
        Self { server, stdin, uri }
    }

    /// `run` against it, ready.
    pub fn worker(&self, args: &[&str]) -> Running {
        let mut all = vec!["run", "--connect", self.uri.as_str()];
        all.extend(args);
        let mut worker = Running::start(journeyman(&all));
        worker.line("ready: 1 sessions");
        worker
    }

    /// Types a line.
    pub fn say(&mut self, line: &str) {
        writeln!(self.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    /// Types a line and gives the answer, which contains this.
    pub fn ask(&mut self, line: &str, answer: &str) -> String {
        self.say(line);
        self.server.line(answer)
    }

    /// The end of its input.
    pub fn hang_up(&mut self) {
        self.stdin = None;
    }
}

impl Drop for MoorDev {
    fn drop(&mut self) {
        // In good order, so that it removes its sockets and keys; else it is killed after a while.
        self.hang_up();
        let deadline = Instant::now() + Duration::from_secs(2);
        while Instant::now() < deadline && self.server.child.try_wait().is_ok_and(|s| s.is_none()) {
            thread::sleep(Duration::from_millis(5));
        }
    }
}
