//! Database, server and workers of one run, in a temporary folder.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rustix::process::Signal;
use tokio::process::Command;

use crate::{
    postgres::Postgres,
    process::{Process, free_port},
    rest::{Rest, get},
};

/// How long a program may take until it answers.
const START: Duration = Duration::from_secs(90);

/// The recorded templates whose handlers the ring has.
const RECORDED: [&str; 14] = [
    "batch",
    "checkpoint",
    "decision",
    "diamond",
    "errors",
    "events",
    "events_fail",
    "exhaust",
    "linear",
    "method",
    "mixed_dag",
    "permanent",
    "timeout",
    "tree",
];

/// Everything that the ring starts, apart from the workers.
#[derive(Debug)]
pub(crate) struct Ring {
    pub(crate) folder: PathBuf,
    /// Where the programs are.
    pub(crate) programs: PathBuf,
    pub(crate) postgres: Postgres,
    server: Option<Process>,
    server_port: u16,
}

impl Ring {
    /// Starts database and server. `folder` is empty.
    pub(crate) async fn start(folder: &Path, programs: &Path, pgmq: &Path) -> Result<Self, String> {
        let text = |error: std::io::Error| format!("{}: {error}", folder.display());
        // The database runs as another user, who has to get through.
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).map_err(text)?;
        lay_out(folder)?;
        let postgres = Postgres::new(folder, pgmq).await?;
        let mut ring = Self {
            folder: folder.to_owned(),
            programs: programs.to_owned(),
            postgres,
            server: None,
            server_port: free_port()?,
        };
        ring.start_server().await?;
        Ok(ring)
    }

    /// Starts the server and waits until it answers.
    pub(crate) async fn start_server(&mut self) -> Result<(), String> {
        let mut command = self.command("tasker-server", "tasker.toml");
        command.env("TASKER_WEB_BIND_ADDRESS", format!("127.0.0.1:{}", self.server_port));
        command.env("RUST_LOG", "info");
        let mut process = Process::start("server", &mut command, &self.log("server"))?;
        let start = Instant::now();
        while !get(&format!("{}/health", self.server_url())).await {
            process.still_runs()?;
            if start.elapsed() > START {
                return Err(format!("the server does not answer:\n{}", process.tail()));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.server = Some(process);
        Ok(())
    }

    /// Kills the server, as a crash does.
    pub(crate) async fn kill_server(&mut self) -> Result<(), String> {
        match self.server.take() {
            Some(server) => server.stop(Signal::KILL, START).await.map(drop),
            None => Ok(()),
        }
    }

    /// Where the server listens.
    pub(crate) fn server_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.server_port)
    }

    /// Its API.
    pub(crate) fn rest(&self) -> Rest {
        Rest::new(self.server_url())
    }

    /// The log of a program.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.log"))
    }

    /// A program with the environment that Tasker reads, and nothing else of ours.
    pub(crate) fn command(&self, program: &str, config: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("TASKER_CONFIG_PATH", self.folder.join(config))
            .env("TASKER_ENV", "test")
            .env("DATABASE_URL", self.postgres.url())
            // Upstream looks for a file `.env` from here upwards.
            .current_dir(&self.folder);
        command
    }

    /// Stops server and database.
    pub(crate) async fn stop(&mut self) -> Result<(), String> {
        if let Some(server) = self.server.take() {
            server.stop(Signal::TERM, Duration::from_secs(30)).await?;
        }
        self.postgres.stop().await
    }

    /// Lets server and database run on; their ids.
    pub(crate) fn leave(self) -> Vec<u32> {
        let database = self.postgres.take();
        [self.server, database].into_iter().flatten().filter_map(Process::leave).collect()
    }
}

/// Templates and configuration files.
fn lay_out(folder: &Path) -> Result<(), String> {
    let text = |error: std::io::Error| error.to_string();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let recorded = here.join("../../tasker/testdata");
    for namespace in ["gv", "slow", "late", "programs"] {
        let target = folder.join("templates").join(namespace);
        fs::create_dir_all(&target).map_err(text)?;
        for entry in fs::read_dir(here.join("templates").join(namespace)).map_err(text)? {
            let path = entry.map_err(text)?.path();
            fs::copy(&path, target.join(path.file_name().unwrap_or_default())).map_err(text)?;
        }
    }
    for name in RECORDED {
        let file = format!("{name}.yaml");
        let from = recorded.join("templates").join(&file);
        fs::copy(from, folder.join("templates/gv").join(file)).map_err(text)?;
    }
    let config = fs::read_to_string(recorded.join("example_config.toml")).map_err(text)?;
    // The workers have monitors of their own, and two of Tasker's would want the same port.
    let (rest, web) = config.split_once("[worker.web]").ok_or("the file has no [worker.web]")?;
    let web = web.replacen("enabled = true", "enabled = false", 1);
    let config = format!("{rest}[worker.web]{web}")
        .replace("detection_interval_seconds = 60", "detection_interval_seconds = 30")
        .replace("steps_in_process_minutes = 30", "steps_in_process_minutes = 1");
    fs::write(folder.join("tasker.toml"), &config).map_err(text)?;
    let small = config.replace("dispatch_buffer_size = 100", "dispatch_buffer_size = 10");
    fs::write(folder.join("small.toml"), small).map_err(text)?;
    let broken: Vec<_> = config
        .lines()
        .filter(|line| !line.starts_with("worker_type") && !line.starts_with("pgmq ="))
        .collect();
    fs::write(folder.join("broken.toml"), broken.join("\n")).map_err(text)
}

/// How a worker is started.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// Its name, for its log.
    pub(crate) name: &'static str,
    /// The folder of its templates.
    pub(crate) namespace: &'static str,
    /// Tasker's file.
    pub(crate) config: &'static str,
    /// The program.
    pub(crate) program: &'static str,
    /// Options of the command line.
    pub(crate) args: Vec<String>,
    /// What it logs.
    pub(crate) log: &'static str,
}

impl Options {
    pub(crate) fn new(name: &'static str, namespace: &'static str) -> Self {
        Self {
            name,
            namespace,
            config: "tasker.toml",
            program: "tasker-ring-worker",
            args: Vec::new(),
            log: "info,sqlx=warn",
        }
    }

    pub(crate) fn arg(mut self, arg: &str) -> Self {
        self.args.push(arg.to_owned());
        self
    }

    /// The command that starts it.
    pub(crate) fn command(&self, ring: &Ring) -> Command {
        let mut command = ring.command(self.program, self.config);
        command
            .env("TASKER_TEMPLATE_PATH", ring.folder.join("templates").join(self.namespace))
            .env("TASKER_WORKER_ID", self.name)
            .env("RUST_LOG", self.log)
            .args(&self.args);
        command
    }
}

/// A worker that runs.
#[derive(Debug)]
pub(crate) struct Worker {
    process: Process,
    monitor: SocketAddr,
}

impl Worker {
    /// Starts it and waits until it claims steps.
    pub(crate) async fn start(ring: &Ring, options: &Options) -> Result<Self, String> {
        let mut worker = Self::spawn(ring, options)?;
        worker.ready().await?;
        Ok(worker)
    }

    /// Starts it.
    pub(crate) fn spawn(ring: &Ring, options: &Options) -> Result<Self, String> {
        let monitor = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let mut command = options.command(ring);
        command.arg("--monitor").arg(monitor.to_string());
        let process = Process::start(options.name, &mut command, &ring.log(options.name))?;
        Ok(Self { process, monitor })
    }

    /// Waits until it claims steps.
    pub(crate) async fn ready(&mut self) -> Result<(), String> {
        let start = Instant::now();
        while !get(&format!("http://{}/health/ready", self.monitor)).await {
            self.process.still_runs()?;
            if start.elapsed() > START {
                return Err(format!("the worker is not ready:\n{}", self.process.tail()));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Where its monitor is.
    pub(crate) fn monitor(&self) -> SocketAddr {
        self.monitor
    }

    /// A number of its monitor, when it is there.
    pub(crate) async fn number(&self, name: &str) -> Option<f64> {
        let text = reqwest::get(format!("http://{}/metrics", self.monitor)).await.ok()?;
        let text = text.text().await.ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
        line.trim().parse().ok()
    }

    /// Waits until a number is as wanted.
    pub(crate) async fn until(
        &self,
        name: &str,
        wanted: impl Fn(f64) -> bool,
    ) -> Result<f64, String> {
        let start = Instant::now();
        loop {
            let value = self.number(name).await;
            match value {
                Some(value) if wanted(value) => return Ok(value),
                _ if start.elapsed() > Duration::from_secs(15) => {
                    return Err(format!("{name} is {value:?}"));
                }
                _ => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    /// Kills it, as a crash does.
    pub(crate) async fn kill(self) -> Result<(), String> {
        self.process.stop(Signal::KILL, START).await.map(drop)
    }

    /// Stops it as it should be stopped; how long that took.
    pub(crate) async fn stop(self) -> Result<Duration, String> {
        let start = Instant::now();
        let tail = self.process.tail();
        match self.process.stop(Signal::TERM, START).await? {
            status if status.success() => Ok(start.elapsed()),
            status => Err(format!("a stopped worker ended with {status}:\n{tail}")),
        }
    }

    /// Lets it run on; its id.
    pub(crate) fn leave(self) -> Option<u32> {
        self.process.leave()
    }
}
