//! The host as a process of its own: it can be killed, and its memory is nobody else's.

use std::{
    env, fs,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::SocketAddr,
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Condvar, Mutex},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use journeyman_core::{JobError, Router, extract::State};
use journeyman_halloween::{Ack, ArgText, CommandMeta, Config, discovery::Toggles};
use journeyman_props::{Instance, PropContext, PropHost, PropWorker};
use serde::Deserialize;

use crate::{PATIENCE, many::Problem};

/// Says which host a process is to be.
const ROLE: &str = "JOURNEYMAN_FIELD_ROLE";

/// Whether this process is a host; then it has been one.
pub(crate) fn played() -> Option<Result<(), Problem>> {
    let role = env::var(ROLE).ok()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    Some(runtime.map_err(Problem::from).and_then(|runtime| runtime.block_on(play(&role))))
}

async fn play(role: &str) -> Result<(), Problem> {
    let words: Vec<_> = role.split(' ').collect();
    let host = match words[..] {
        ["counting", broker, ack, props] => counting(broker.parse()?, ack, props.parse()?),
        ["bad", broker, root] => crate::bad::host(broker.parse()?, Path::new(root))?,
        ["document", root] => document(Path::new(root))?,
        _ => return Err(format!("{ROLE} is {role:?}").into()),
    };
    let host = host.reload(false).start()?;
    let control = host.control().clone();
    if control.started().await {
        println!("started");
    }
    let over = tokio::task::spawn_blocking(|| io::stdin().read_to_end(&mut Vec::new()));
    // Closed or broken: nobody wants us any more.
    let _ = over.await;
    control.shutdown();
    host.wait().await?;
    println!("stopped");
    Ok(())
}

/// Props that tell, on standard output, which command they run, and return its argument.
fn counting(broker: SocketAddr, ack: &str, props: usize) -> PropHost {
    let mut config = Config::new(broker.ip().to_string()).port(broker.port()).client_id("house");
    config.username = Some(String::new());
    config.ack = if ack == "settled" { Ack::Settled } else { Ack::Receipt };
    config.reconnect_interval = Duration::from_millis(50);
    let mut toggles = Toggles::default();
    toggles.builtins.disable = vec!["heartbeat".to_owned()];
    let host = PropHost::new(config).toggles(toggles);
    (0..props).fold(host, |host, n| host.register(format!("prop-{n}"), work))
}

fn work(_: &PropContext) -> Result<Instance, JobError> {
    let work = async |meta: CommandMeta, ArgText(arg): ArgText| {
        let arg = arg.unwrap_or_default();
        let line = format!("ran {} {arg} {}\n", meta.prop_id(), u8::from(meta.dup()));
        // In one piece. Before the work, so that what is cut off counts.
        let _ = io::stdout().lock().write_all(line.as_bytes());
        tokio::time::sleep(Duration::from_millis(2)).await;
        arg
    };
    Ok(Instance::new(Router::new().route("work", work), ()))
}

/// The host of the seed document: its broker and toggles come from the environment, its props from
/// a folder; the prop of the document is registered.
fn document(root: &Path) -> Result<PropHost, Problem> {
    let config = Config::from_env()?;
    let toggles = Toggles::from_env(config.profile)?;
    Ok(PropHost::new(config).root(root).toggles(toggles).worker::<ExampleProp>("example_prop"))
}

/// The document's example: it ticks, answers, and commands others.
struct ExampleProp {
    context: PropContext,
    settings: Settings,
}

#[derive(Deserialize)]
#[serde(default)]
struct Settings {
    tick_interval: u64,
    enabled: bool,
    targets: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { tick_interval: 5, enabled: true, targets: Vec::new() }
    }
}

impl PropWorker for ExampleProp {
    type Config = Settings;

    fn new(context: PropContext, settings: Settings) -> Result<Self, JobError> {
        Ok(Self { context, settings })
    }

    fn router(self: &Arc<Self>) -> Router {
        Router::new().route("ping", ping).route("fire", fire)
    }

    async fn start(&self) -> Result<(), JobError> {
        let prop = self.context.prop().clone();
        let interval = Duration::from_secs(self.settings.tick_interval.max(1));
        self.context.spawn("ticker", async move {
            for tick in 0_u64.. {
                prop.telemetry("tick", &tick).await?;
                tokio::time::sleep(interval).await;
            }
            Ok::<_, JobError>(())
        });
        if self.settings.enabled {
            let targets: Vec<_> = self.settings.targets.iter().map(String::as_str).collect();
            self.context.prop().broadcast(&targets, "set_mode", "armed").await?;
        }
        Ok(())
    }
}

async fn ping(State(this): State<Arc<ExampleProp>>, ArgText(arg): ArgText) -> Result<(), JobError> {
    let text = arg.filter(|arg| !arg.is_empty()).unwrap_or_else(|| "ok".to_owned());
    this.context.prop().telemetry("pong", &text).await
}

async fn fire(State(this): State<Arc<ExampleProp>>, ArgText(arg): ArgText) -> Result<(), JobError> {
    this.context.prop().command("fogger", "start", &arg).await
}

/// What a host has told.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Prop, command, and whether the broker said that it might be again; in order.
    pub(crate) ran: Vec<(String, u32, bool)>,
    pub(crate) started: bool,
    pub(crate) stopped: bool,
}

/// A host in another process. Killed when dropped.
pub(crate) struct House {
    child: Child,
    stdin: Option<ChildStdin>,
    told: Arc<(Mutex<Told>, Condvar)>,
    reader: Option<JoinHandle<()>>,
}

impl House {
    /// Starts one, and waits until all its props have had their start.
    pub(crate) fn start(role: &str, vars: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        command.env(ROLE, role).env("RUST_BACKTRACE", "0").envs(vars.iter().copied());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let told = Arc::<(Mutex<Told>, Condvar)>::default();
        let writer = Arc::clone(&told);
        let reader = std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let words: Vec<_> = line.split(' ').collect();
                let mut told = writer.0.lock().unwrap();
                match words[..] {
                    ["ran", prop, n, dup] => {
                        told.ran.push((prop.to_owned(), n.parse().unwrap(), dup == "1"));
                    }
                    ["started"] => told.started = true,
                    ["stopped"] => told.stopped = true,
                    _ => panic!("the host says {line:?}"),
                }
                writer.1.notify_all();
            }
        });
        let house = Self { child, stdin, told, reader: Some(reader) };
        house.wait("the start", |told| told.started);
        house
    }

    /// How many commands it has run.
    pub(crate) fn ran(&self) -> usize {
        self.told.0.lock().unwrap().ran.len()
    }

    pub(crate) fn wait(&self, what: &str, is: impl Fn(&Told) -> bool) {
        let begin = Instant::now();
        let mut told = self.told.0.lock().unwrap();
        while !is(&told) {
            let left = PATIENCE.saturating_sub(begin.elapsed());
            assert!(!left.is_zero(), "waited {PATIENCE:?} in vain for {what}");
            told = self.told.1.wait_timeout(told, left.min(Duration::from_secs(1))).unwrap().0;
        }
    }

    /// Resident memory in KiB, where the system tells.
    pub(crate) fn resident(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        line.split_whitespace().nth(1)?.parse().ok()
    }

    /// Kills it without warning, and returns all that it told.
    pub(crate) fn kill(mut self) -> Told {
        self.child.kill().unwrap();
        self.end()
    }

    /// Ends it in good order, and returns all that it told.
    pub(crate) fn stop(mut self) -> Told {
        drop(self.stdin.take());
        let begin = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(begin.elapsed() < PATIENCE, "the host does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
        self.end()
    }

    fn end(&mut self) -> Told {
        self.child.wait().unwrap();
        self.reader.take().unwrap().join().expect("the host says what it may");
        std::mem::take(&mut *self.told.0.lock().unwrap())
    }
}

impl Drop for House {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
