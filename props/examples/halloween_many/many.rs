//! The measurement: broker, host and load are three processes.

use std::{
    env,
    error::Error,
    fs,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    time::{Duration, Instant},
};

use journeyman_testkit::halloween::{Mosquitto, MosquittoConfig};

#[path = "host.rs"]
mod host;
#[path = "load.rs"]
mod load;
#[path = "wire.rs"]
pub(crate) mod wire;

pub(crate) use load::{Figures, Measured, Plan};

pub(crate) type Problem = Box<dyn Error + Send + Sync>;

/// Says which part of it a process is.
const ROLE: &str = "HALLOWEEN_MANY_ROLE";

/// Whether this process is a part of the measurement; then it has done that part.
pub(crate) fn played() -> Option<Result<(), Problem>> {
    let role = env::var(ROLE).ok()?;
    Some(play(&role))
}

fn play(role: &str) -> Result<(), Problem> {
    match role.split_once(' ') {
        Some(("load", plan)) => {
            let measured = load::run(&serde_json::from_str(plan)?)?;
            println!("{}", serde_json::to_string(&measured)?);
            Ok(())
        }
        Some(("host", rest)) => {
            let (broker, props) = rest.split_once(' ').ok_or("broker and props are missing")?;
            host::run(broker.parse()?, props.parse()?)
        }
        _ => Err(format!("{ROLE} is {role:?}").into()),
    }
}

fn part(role: &str) -> Result<Command, Problem> {
    let mut command = Command::new(env::current_exe()?);
    command.env(ROLE, role).stdout(Stdio::piped());
    Ok(command)
}

/// A host in a process of its own. Killed when dropped.
struct Host {
    child: Child,
    stdin: Option<ChildStdin>,
    /// By its own clock.
    up: Duration,
    running: usize,
    /// With the start of the process.
    up_in_all: Duration,
}

impl Host {
    fn start(broker: SocketAddr, props: usize) -> Result<Self, Problem> {
        let begin = Instant::now();
        let mut child = part(&format!("host {broker} {props}"))?.stdin(Stdio::piped()).spawn()?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().ok_or("there is no output")?;
        let mut host =
            Self { child, stdin, up: Duration::ZERO, running: 0, up_in_all: Duration::ZERO };
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let mut words = line.split_whitespace().skip(1).map(str::parse);
        let (Some(Ok(millis)), Some(Ok(running))) = (words.next(), words.next()) else {
            return Err(format!("the host says {line:?}").into());
        };
        host.up = Duration::from_millis(millis);
        host.up_in_all = begin.elapsed();
        host.running = usize::try_from(running)?;
        Ok(host)
    }

    fn status(&self, key: &str) -> Option<u64> {
        let text = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix(key))?;
        line.trim_start_matches(':').split_whitespace().next()?.parse().ok()
    }

    /// Ends in good order, and returns how long that took.
    fn stop(mut self) -> Result<Duration, Problem> {
        let begin = Instant::now();
        drop(self.stdin.take());
        let status = self.child.wait()?;
        if !status.success() {
            return Err(format!("the host ended with {status}").into());
        }
        Ok(begin.elapsed())
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What one run of everything gave. Memory in KiB, where the system tells.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) props: usize,
    pub(crate) running: usize,
    pub(crate) up: Duration,
    pub(crate) up_in_all: Duration,
    pub(crate) down: Duration,
    /// With one prop, with all of them, and after the load.
    pub(crate) memory: [u64; 3],
    pub(crate) threads: u64,
    pub(crate) load: Measured,
}

/// Runs it all.
///
/// # Errors
/// A part of it does not run.
pub(crate) fn measure(mosquitto: &Path, mut plan: Plan) -> Result<Report, Problem> {
    let mut config = MosquittoConfig::default();
    // Nothing is to be dropped for want of room: commands wait where a prop is held up.
    config.max_queued = Some(1_000_000);
    let broker = Mosquitto::start(mosquitto, &config)?;
    plan.broker = broker.addr();
    let alone = Host::start(broker.addr(), 1)?;
    let one = alone.status("VmRSS").unwrap_or_default();
    alone.stop()?;
    let host = Host::start(broker.addr(), plan.props)?;
    let idle = host.status("VmRSS").unwrap_or_default();
    let output = part(&format!("load {}", serde_json::to_string(&plan)?))?
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("the load ended with {}", output.status).into());
    }
    let load = serde_json::from_slice(&output.stdout)?;
    let loaded = host.status("VmRSS").unwrap_or_default();
    let threads = host.status("Threads").unwrap_or_default();
    let (up, up_in_all, running) = (host.up, host.up_in_all, host.running);
    let down = host.stop()?;
    let memory = [one, idle, loaded];
    Ok(Report { props: plan.props, running, up, up_in_all, down, memory, threads, load })
}

impl Report {
    /// What a prop takes, in KiB.
    pub(crate) fn per_prop(&self) -> u64 {
        let more = self.memory[1].saturating_sub(self.memory[0]);
        more / (self.props as u64 - 1).max(1)
    }

    /// For people.
    pub(crate) fn print(&self) {
        let Self { props, running, up, up_in_all, down, memory: [one, idle, loaded], .. } = self;
        println!("props                 {running} of {props} running");
        println!("start until all run   {up:.2?}; with the start of the process {up_in_all:.2?}");
        println!("stop in good order    {down:.2?}");
        println!(
            "memory (resident)     one prop {one} KiB, all {idle} KiB: {} KiB each; after the load \
             {loaded} KiB",
            self.per_prop()
        );
        println!("threads of the host   {}", self.threads);
        println!(
            "load                  {} commands/s sent, {} acknowledged; the publisher was at most \
             {:.1} ms late; {} answers too many",
            self.load.rate,
            self.load.acknowledged,
            self.load.behind as f64 / 1000.0,
            self.load.odd
        );
        println!(
            "\n{:<30}{:>8}{:>9}{:>10}{:>10}{:>10}{:>11}",
            "times in ms", "sent", "answered", "p50", "p99", "p99.9", "max"
        );
        let groups = [
            ("others", &self.load.others),
            ("prop that sleeps", &self.load.sleeping),
            ("prop that blocks", &self.load.blocking),
        ];
        for (name, phases) in groups {
            for (phase, figures) in ["before", "while held up", "after"].iter().zip(phases) {
                let Figures { sent, answered, p50, p99, p999, max } = figures;
                let ms = |us: &u64| format!("{:.2}", *us as f64 / 1000.0);
                println!(
                    "{:<30}{sent:>8}{answered:>9}{:>10}{:>10}{:>10}{:>11}",
                    format!("{name}, {phase}"),
                    ms(p50),
                    ms(p99),
                    ms(p999),
                    ms(max)
                );
            }
        }
    }
}
