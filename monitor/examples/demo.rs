//! The dashboard with something to show, without any server.
//!
//! ```text
//! cargo run -p journeyman-monitor --example demo -- [idle|busy|failing|crowded|unreachable] [--compat] [ADDRESS]
//! ```

use std::{
    error::Error as StdError,
    net::SocketAddr,
    task::{Context, Poll},
    time::{Duration, Instant, SystemTime},
};

use journeyman_core::{
    Error, ErrorKind, JobError, Router, Serve, Value, Worker, WorkerControl,
    backend::{Backend, SessionConfig, Sessions},
    capability::{Capabilities, Intake},
    job::{Cancel, Output, Progress},
    memory::{Memory, MemoryClient, Submission},
    protocol::{Cx, Input, Protocol},
    shutdown_signal,
    transport::{Event, Goodbye, Lane, Tag, Transport},
};
use journeyman_monitor::{
    Monitor, MonitorConfig, Section, Status,
    compat::{Compat, Config, Era, Facts, Stats, Task},
};
use tokio::time::sleep;

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Idle,
    Busy,
    Failing,
    Crowded,
    Unreachable,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn StdError + Send + Sync>> {
    let mut mode = Mode::Busy;
    let mut compat = false;
    let mut address: SocketAddr = journeyman_monitor::DEFAULT_ADDRESS;
    let mut worker_id = "worker-7f3a".to_owned();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "idle" => mode = Mode::Idle,
            "busy" => mode = Mode::Busy,
            "failing" => mode = Mode::Failing,
            "crowded" => mode = Mode::Crowded,
            "unreachable" => mode = Mode::Unreachable,
            "--compat" => compat = true,
            "--id" => worker_id = arguments.next().unwrap_or_default(),
            other => address = other.parse()?,
        }
    }
    let (first, client) = Memory::new();
    let (second, other) = Memory::new();
    let mut worker = Worker::new(router(mode == Mode::Failing))
        .serve(Serve::new(first.name("tasks")))
        .serve(Serve::new(second.name("orders")))
        .concurrency(16);
    if mode == Mode::Unreachable {
        let (lone, _) = Memory::new();
        worker = Worker::new(router(false))
            .serve(lone.name("orders"))
            .serve(Unreachable)
            .concurrency(16);
    }
    let mut crowd = Vec::new();
    if mode == Mode::Crowded {
        worker = Worker::new(router(false)).concurrency(24);
        for i in 0..12 {
            let (memory, client) = Memory::new();
            worker =
                worker.serve(memory.name(format!("foreman-{i:02}.of-a-site-with-a-long-name")));
            crowd.push(client);
        }
    }
    let worker = worker.start()?;
    let control = worker.control().clone();
    let mut config =
        MonitorConfig::new().address(address).worker_id(&worker_id).section(sandbox).section(pool);
    if compat {
        let facts = Demo { id: worker_id, control: control.clone(), since: SystemTime::now() };
        config = config.name("CrowdCompute Worker").compat(Compat::new(facts));
    }
    let monitor = Monitor::new(control.clone(), config).bind().await?;
    println!("http://{}/dashboard", monitor.local_addr());
    tokio::spawn(monitor.serve());
    if matches!(mode, Mode::Busy | Mode::Failing) {
        tokio::spawn(load(client, 1));
        tokio::spawn(load(other, 2));
    }
    for (i, client) in crowd.into_iter().enumerate() {
        tokio::spawn(long_ones(client, i));
    }
    tokio::select! {
        () = shutdown_signal() => control.abort(),
        () = until_over(&control) => {}
    }
    worker.wait().await?;
    Ok(())
}

async fn until_over(control: &WorkerControl) {
    for mut state in control.states() {
        let _ = state.wait_for(|state| state.is_over()).await;
    }
}

fn router(failing: bool) -> Router {
    let quick = move |Numbers(n): Numbers| async move {
        sleep(Duration::from_millis(3 + n % 60)).await;
        match failing && n % 10 < 7 || n % 37 == 0 {
            true => Err(JobError::failed(format!(
                "division by zero\n  File \"task.py\", line {}, in ratio\n    return done / total",
                10 + n % 30
            ))),
            false => Ok(Value::Int(n as i64)),
        }
    };
    let render = |output: Output, progress: Progress, cancel: Cancel| async move {
        for i in 0..100u32 {
            cancel.check()?;
            output.write(&format!("frame {i:03}: 1920x1080, {} samples\n", 64 + i));
            progress.message(f64::from(i) / 100.0, format!("frame {i} of 100"));
            sleep(Duration::from_millis(120)).await;
        }
        Ok::<_, JobError>(())
    };
    let train = move |output: Output, cancel: Cancel| async move {
        output.write("loading the data\n");
        tokio::select! {
            _ = cancel.cancelled() => {}
            () = sleep(Duration::from_secs(9)) => {}
        }
        Err::<(), _>(match failing {
            true => JobError::failed("MemoryError: 2.1 GiB wanted, 512 MiB allowed"),
            false => JobError::timed_out("the job ran past its deadline"),
        })
    };
    Router::new()
        .route("stats.ratio", quick)
        .route("render.scene", render)
        .route("model.train", train)
        .route("text.*", async || sleep(Duration::from_millis(2)).await)
}

/// The number that a job came with.
struct Numbers(u64);

impl journeyman_core::extract::FromJob for Numbers {
    fn from_job(job: &journeyman_core::Job) -> Result<Self, JobError> {
        job.extract::<journeyman_core::extract::Args<u64>>().map(|args| Self(args.0))
    }
}

async fn load(client: MemoryClient, seed: u64) {
    let start = Instant::now();
    for round in 0u64.. {
        // A day in a minute: sometimes more, sometimes less.
        let phase = (start.elapsed().as_secs_f64() / 20.0 + seed as f64).sin();
        let number = (round * 7919 + seed * 104_729) % 1009;
        let submission = match round % 211 {
            0 => Submission::new("render.scene"),
            40 => Submission::new("model.train").timeout(Duration::from_secs(12)),
            150 => Submission::new("unknown.job"),
            n if n % 3 == 0 => Submission::new("text.upper"),
            _ => Submission::new("stats.ratio").args(number as i64),
        };
        let id = format!("job-{seed}{round:05x}_task_{}", round % 4);
        drop(client.submit(submission.id(id)).await);
        sleep(Duration::from_secs_f64(0.08 - 0.06 * phase)).await;
    }
}

/// Names and texts that no page is made for: long, turned around, with the codes of a terminal.
async fn long_ones(client: MemoryClient, seed: usize) {
    for round in 0u64.. {
        let id = match round % 4 {
            0 => format!("{}-{seed}-{round}", "0123456789abcdef".repeat(12)),
            1 => format!("\u{202e}gnp.exe-{seed}-{round}"),
            2 => format!("\u{1b}[31m<b onclick=alert(1)>{seed}-{round}</b>"),
            _ => format!("任务-{seed}-{round}"),
        };
        let submission = match round % 8 {
            0..=2 => Submission::new("render.scene"),
            3 => Submission::new("text.upper"),
            4 => Submission::new(format!("unknown.{}", "very.".repeat(60))),
            _ => Submission::new("stats.ratio").args(37i64 * seed as i64),
        };
        drop(client.submit(submission.id(id)).await);
        sleep(Duration::from_secs(2)).await;
    }
}

/// As a worker that runs Python shows its sandbox.
fn sandbox() -> Section {
    Section::new("Sandbox")
        .fact("Wall clock", "active: 300 s", Status::Good)
        .fact("Processor time", "active: 300 s", Status::Good)
        .fact("Memory", "active: 1024 MiB", Status::Good)
        .fact("Threads", "active: 64", Status::Good)
        .fact("Open files", "active: 256", Status::Good)
        .fact("File size", "active: 256 MiB", Status::Good)
        .fact("Disk", "active: 512 MiB", Status::Good)
        .fact("Session", "active", Status::Good)
        .fact("Killed with the worker", "active", Status::Good)
        .fact("Environment", "active: empty", Status::Good)
        .fact("Capabilities", "active", Status::Good)
        .fact("New privileges", "active", Status::Good)
        .fact(
            "Files",
            "not available: this kernel has no Landlock (it is 5.4; 5.13 is the first that has)",
            Status::Warning,
        )
        .fact("System calls", "active", Status::Good)
        .fact("Network", "active: no sockets", Status::Good)
        .fact("Processes", "active: no fork, no exec", Status::Good)
}

fn pool() -> Section {
    Section::new("Python")
        .fact("Interpreter", "/usr/bin/python3.11 (CPython 3.11.2)", Status::Plain)
        .fact("Busy", "3 of 4", Status::Plain)
        .fact("Idle", "1", Status::Plain)
        .fact("Ready, without a task yet", "1", Status::Plain)
        .fact("Started", "17", Status::Plain)
        .fact("Replaced", "12 (other source 9, tasks 2, memory 1)", Status::Plain)
        .fact("Died in a task", "0", Status::Plain)
        .fact("Killed", "2", Status::Plain)
}

struct Demo {
    id: String,
    control: WorkerControl,
    since: SystemTime,
}

impl Facts for Demo {
    fn era(&self) -> Era {
        Era::Head
    }

    fn worker_id(&self) -> String {
        self.id.clone()
    }

    fn is_connected(&self) -> bool {
        self.control.snapshot().sessions.iter().any(|session| session.ready)
    }

    fn current_task(&self) -> Option<Task> {
        None
    }

    fn stats(&self) -> Stats {
        let snapshot = self.control.snapshot();
        let spent: f64 = snapshot.routes.iter().map(|route| route.spent.as_secs_f64()).sum();
        Stats {
            tasks_completed: snapshot.routes.iter().map(|route| route.ok).sum(),
            tasks_failed: snapshot.routes.iter().map(|route| route.failed).sum(),
            total_execution_time: spent,
            completed_execution_time: spent,
            started_at: self.since,
        }
    }

    fn config(&self) -> Config {
        Config::new(&self.id)
    }

    fn restart(&self) {
        self.control.reconnect();
    }
}

// --- a server that nobody can reach ---

struct Unreachable;

struct Nowhere;

impl Backend for Unreachable {
    fn name(&self) -> String {
        "tasks".to_owned()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::new(Intake::OnePerRegistration)
    }

    fn sessions(self: Box<Self>, sessions: &mut Sessions) -> Result<(), Error> {
        sessions.add(Nowhere, Nowhere, SessionConfig::default());
        Ok(())
    }
}

impl Transport for Nowhere {
    type Target = ();
    type Message = ();

    async fn connect(&mut self, (): ()) -> Result<(), Error> {
        let text = "ws://foreman.example.org:9000/worker/ws: connection refused";
        Err(Error::new(ErrorKind::Unreachable, "connect", text))
    }

    fn has_room(&self, _lane: Lane) -> bool {
        true
    }

    fn send(&mut self, _lane: Lane, _tag: Option<Tag>, (): ()) -> Result<(), Error> {
        Ok(())
    }

    fn poll_event(&mut self, _cx: &mut Context<'_>) -> Poll<Event<()>> {
        Poll::Pending
    }

    async fn close(&mut self, _goodbye: Goodbye) {}

    fn abort(&mut self) {}
}

impl Protocol for Nowhere {
    type Target = ();
    type Message = ();

    fn target(&mut self, _now: SystemTime) -> Result<(), Error> {
        Ok(())
    }

    fn handle(&mut self, _cx: &mut Cx<'_, ()>, _input: Input<()>) {}

    fn next_deadline(&self) -> Option<Instant> {
        None
    }
}
