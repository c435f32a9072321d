//! Echo commands over a broker.

use std::{
    collections::VecDeque,
    path::Path,
    time::{Duration, Instant},
};

use bytes::Bytes;
use journeyman_core::{Router, Worker, snapshot::Histogram};
use journeyman_halloween::{Config, profile};
use journeyman_mqtt::{MqttConfig, MqttTarget, Publish, QoS, Subscribe};
use tokio::{io::AsyncReadExt, process::Command, time::timeout};

use super::{Boxed, broker::BenchBroker, client::Client};
use crate::{
    bench::{Child, Payload, Peer, PeerArgs, Peers, Sample, WorkerArgs, echo},
    exit::{Code, Failure},
    output::say,
};

/// The QoS of the commands.
pub(super) const ROADS: &[&str] = &["QoS 0", "QoS 1"];

/// A prop on `paho-mqtt`.
const PYTHON: &str = include_str!("echo.py");
/// What it imports.
const IMPORTS: &str = "import paho.mqtt.client as mqtt; mqtt.CallbackAPIVersion";

/// How long nothing may happen before a command counts as lost.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long it may take to connect.
const CONNECT: Duration = Duration::from_secs(10);

/// Where commands for a prop go.
pub(super) fn command_topic(prop: &str) -> String {
    profile::command_topic(prop)
}

/// Where its answers go.
pub(super) fn answer_topic(prop: &str) -> String {
    profile::telemetry_topic(prop, "echo")
}

/// The answer to an echo command: Python's text of what was sent.
pub(super) fn answer(bytes: usize) -> String {
    format!("{{'data': '{}'}}", Payload::new(bytes).data)
}

fn command(bytes: usize) -> String {
    format!(r#"{{"action": "echo", "args": {{"data": "{}"}}}}"#, Payload::new(bytes).data)
}

/// The prop of a peer.
fn name(peer: Peer) -> &'static str {
    match peer {
        Peer::Framework => "framework",
        Peer::Raw => "raw",
        Peer::Python => "python",
    }
}

pub(super) struct HalloweenPeers {
    broker: BenchBroker,
    stands: Vec<(Peer, Child)>,
    dashboard: Client,
    qos: QoS,
    command: Bytes,
    answer: Bytes,
    window: usize,
    notes: Vec<String>,
}

impl HalloweenPeers {
    pub(super) async fn start(args: PeerArgs) -> Result<Self, Failure> {
        let broker = BenchBroker::start().await?;
        let address = broker.address();
        let mut notes = vec![broker.describe()];
        let mut stands = Vec::new();
        for peer in [Peer::Framework, Peer::Raw] {
            let worker = WorkerArgs {
                backend: "halloween".to_owned(),
                peer,
                url: format!("halloween+mqtt://{address}?prop={}&username=", name(peer)),
                provisioner: String::new(),
                queue: name(peer).to_owned(),
                connections: args.window,
                payload: args.payload,
                threads: args.threads,
            };
            stands.push((peer, Child::worker(&worker, "").await?));
        }
        let chosen = args.python.is_some();
        match python(args.python.as_deref()).await? {
            Ok(python) => {
                let mut command = Command::new(python);
                let (host, port) = (address.ip().to_string(), address.port().to_string());
                command.args(["-c", PYTHON, &host, &port, name(Peer::Python)]);
                stands.push((Peer::Python, Child::start(command, "").await?));
            }
            Err(what) if chosen => notes.push(format!("the Python prop is SKIPPED: {what}")),
            Err(_) => notes.push(
                "no Python prop: no `python3` in PATH has paho-mqtt 2; --python PATH measures one"
                    .to_owned(),
            ),
        }
        let mut dashboard = dashboard(&broker.url()).await?;
        for (peer, _) in &stands {
            let subscribe = Subscribe::one(answer_topic(name(*peer)), QoS::AtMostOnce);
            dashboard.subscribe(subscribe).await?;
        }
        let qos = if args.road == ROADS[0] { QoS::AtMostOnce } else { QoS::AtLeastOnce };
        Ok(Self {
            broker,
            stands,
            dashboard,
            qos,
            command: command(args.payload).into(),
            answer: answer(args.payload).into(),
            window: args.window,
            notes,
        })
    }

    /// Keeps `window` commands under way. Answers come in the order of the commands.
    async fn run(&mut self, peer: Peer, jobs: u64) -> Result<Sample, Failure> {
        let (commands, answers) = (command_topic(name(peer)), answer_topic(name(peer)));
        let (payload, qos) = (self.command.clone(), self.qos);
        let publish = || Publish::new(&commands, payload.clone()).qos(qos);
        let mut open: VecDeque<Instant> = VecDeque::with_capacity(self.window);
        let latency = Histogram::default();
        let (mut sent, mut done) = (0, 0);
        let start = Instant::now();
        while done < jobs {
            while sent < jobs && open.len() < self.window {
                open.push_back(Instant::now());
                self.dashboard.post(publish())?;
                sent += 1;
            }
            let message = timeout(PATIENCE, self.dashboard.message()).await.map_err(|_| {
                Failure::failed(format!("{peer:?}: no command was answered for {PATIENCE:?}"))
            })??;
            if message.topic != answers || message.payload != self.answer {
                return Err(Failure::failed(format!("{peer:?} gave a wrong answer")));
            }
            if let Some(begun) = open.pop_front() {
                latency.record(begun.elapsed());
            }
            done += 1;
        }
        let elapsed = start.elapsed();
        Ok(Sample { jobs, elapsed, p50: latency.quantile(0.5), p99: latency.quantile(0.99) })
    }
}

/// Who sends the commands and sees the answers.
async fn dashboard(url: &str) -> Result<Client, Failure> {
    let target = MqttTarget::new(url).client_id("dashboard");
    let (client, _) = Client::connect(MqttConfig::default(), target, CONNECT).await?;
    Ok(client)
}

/// An interpreter that can run the Python prop, or why there is none: the one that was chosen, else
/// any.
async fn python(chosen: Option<&Path>) -> Result<Result<std::path::PathBuf, String>, Failure> {
    let python = chosen.unwrap_or(Path::new("python3"));
    let tried = Command::new(python).args(["-c", IMPORTS]).output().await;
    let tried = match (tried, chosen) {
        (Ok(tried), _) => tried,
        (Err(error), None) => return Ok(Err(error.to_string())),
        (Err(error), Some(python)) => {
            return Err(Failure::usage(format!("--python {}: {error}", python.display())));
        }
    };
    if tried.status.success() {
        return Ok(Ok(python.to_owned()));
    }
    let said = String::from_utf8_lossy(&tried.stderr).into_owned();
    let last = said.lines().last().unwrap_or("it cannot be started");
    Ok(Err(format!("{last}; it needs the package paho-mqtt 2")))
}

impl Peers for HalloweenPeers {
    fn measure(&mut self, peer: Peer, jobs: u64) -> Boxed<'_, Result<Sample, Failure>> {
        Box::pin(self.run(peer, jobs))
    }

    fn peers(&self) -> Vec<Peer> {
        self.stands.iter().map(|(peer, _)| *peer).collect()
    }

    fn process(&self, peer: Peer) -> Option<&Child> {
        self.stands.iter().find(|(of, _)| *of == peer).map(|(_, child)| child)
    }

    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    fn stop(self: Box<Self>) -> Boxed<'static, ()> {
        Box::pin(async move {
            for (_, child) in self.stands {
                child.stop().await;
            }
            self.dashboard.close().await;
            self.broker.stop().await;
        })
    }
}

/// The prop under test.
pub(super) async fn worker(args: &WorkerArgs) -> Result<Code, Failure> {
    let config = Config::from_uri(&args.url).map_err(|error| Failure::usage(error.to_string()))?;
    if args.peer == Peer::Raw {
        return super::bare::serve(args, &config).await;
    }
    let router = Router::new().route("echo", echo);
    let worker = Worker::new(router).serve(config).start()?;
    worker.control().ready().await.map_err(Failure::failed)?;
    say("ready")?;
    end_of_input().await;
    worker.control().drain();
    worker.wait().await?;
    Ok(Code::Ok)
}

/// Waits until whoever started us lets go.
pub(super) async fn end_of_input() {
    let mut stdin = tokio::io::stdin();
    let mut buffer = [0; 64];
    while matches!(stdin.read(&mut buffer).await, Ok(1..)) {}
}
