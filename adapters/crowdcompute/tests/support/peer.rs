//! One worker of a recording: the state machine, and what a session and a machine would add to it.

use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, UNIX_EPOCH},
};

use journeyman_core::{
    Error, ErrorKind, JobError,
    protocol::{Action, IncomingJob, Input, Outcome, Protocol, Token},
    sans_io::Driver,
    transport::{Closed, Lane, Tag},
};
use journeyman_crowdcompute::{
    Checkpoint, Config, CrowdCompute, CrowdWorker, DeviceSpecs, EraSetting, FAILED, Metrics,
    MetricsHandle, PLAIN_ERROR, PythonResult, PythonTask, RESUMED, Raw,
};
use journeyman_testkit::vectors::unhex;
use journeyman_ws::WsMessage;
use serde_json::{Value as Json, json};

const INTERVAL: Duration = Duration::from_secs(5);

/// How the worker of a recording is set up.
#[derive(Clone, Copy)]
pub struct Setup {
    pub era: EraSetting,
    pub compat: bool,
}

pub struct Peer {
    driver: Driver<CrowdCompute>,
    metrics: MetricsHandle,
    compat: bool,
    jobs: HashMap<String, (Token, IncomingJob)>,
    /// What was said and not looked at: its tag and text.
    said: VecDeque<(Option<Tag>, String)>,
    heartbeats: VecDeque<String>,
    pub ignored: Vec<String>,
    up: bool,
}

impl Peer {
    pub fn new(worker_id: &str, specs: &Json, setup: Setup) -> Self {
        let config = Config::new("ws://foreman:9000")
            .worker_id(worker_id)
            .era(setup.era)
            .compat(setup.compat)
            .fresh_id(Some(false))
            .heartbeat_interval(INTERVAL);
        let metrics = MetricsHandle::new();
        let specs: DeviceSpecs = match specs.is_object() {
            true => serde_json::from_value(specs.clone()).unwrap(),
            false => DeviceSpecs::default(),
        };
        let worker = CrowdWorker::new(config).device_specs(specs).metrics(metrics.clone());
        let protocol = worker.protocols(0).unwrap().remove(0);
        Self {
            driver: Driver::new(protocol, UNIX_EPOCH, 1),
            metrics,
            compat: setup.compat,
            jobs: HashMap::new(),
            said: VecDeque::new(),
            heartbeats: VecDeque::new(),
            ignored: Vec::new(),
            up: false,
        }
    }

    fn input(&mut self, input: Input<WsMessage>) {
        let actions = self.driver.handle(input);
        self.take(actions);
    }

    fn take(&mut self, actions: Vec<Action<WsMessage>>) {
        for action in actions {
            match action {
                Action::Send { tag, message: WsMessage::Text(text), .. } => {
                    let text = text.to_string();
                    match is_heartbeat(&text) {
                        true => self.heartbeats.push_back(text),
                        false => self.said.push_back((tag, text)),
                    }
                }
                Action::Send { message: WsMessage::Ping(_), .. } => {}
                Action::Job(token, job) => {
                    self.jobs.insert(job.id.to_string(), (token, job));
                }
                Action::Ignored(error) => self.ignored.push(error.to_string()),
                Action::Ready | Action::Merged(_) | Action::Settled(..) | Action::Cancel(..) => {}
                Action::Requeue(token, outcome) => {
                    // Nobody of the recordings loses an answer on its way.
                    panic!("requeued: {token:?} {outcome:?}");
                }
                other => panic!("unexpected: {other:?}"),
            }
        }
    }

    /// What the machine of the recording measured.
    pub fn measure(&self, heartbeat: &str) {
        let message: Json = serde_json::from_str(heartbeat).unwrap();
        let data = &message["data"];
        let data = data.get("performance_metrics").unwrap_or(data);
        self.metrics.set(Metrics {
            cpu_usage_percent: data["cpu_usage_percent"].as_f64(),
            ram_available_mb: data["ram_available_mb"].as_f64(),
            battery_level: data["battery_level"].as_f64(),
            is_charging: data["is_charging"].as_bool(),
            network_speed_mbps: data["network_speed_mbps"].as_f64(),
            storage_available_gb: data["storage_available_gb"].as_f64(),
            timestamp: data["timestamp"].as_str().map(str::to_owned),
        });
    }

    pub fn connect(&mut self) {
        self.up = true;
        self.input(Input::Connected);
    }

    /// The registration was written, and the foreman lives.
    pub fn registered(&mut self) {
        self.input(Input::Sent { tag: Tag(0) });
        self.input(Input::Alive);
    }

    pub fn is_up(&self) -> bool {
        self.up
    }

    pub fn receive(&mut self, message: impl Into<WsMessage>) {
        self.input(Input::Received { lane: Lane::MAIN, message: message.into() });
    }

    pub fn lose(&mut self, code: u16) {
        // The recordings wait before they close, longer than a result is kept.
        let actions = self.driver.advance(Duration::from_secs(2));
        self.take(actions);
        self.up = false;
        self.heartbeats.clear();
        let error = Error::new(ErrorKind::Disconnected, "receive", "the end");
        let closed = Closed { code: Some(code), error, clean: code != 1006 };
        let closed = Protocol::explain(&mut self.driver.protocol, closed);
        self.input(Input::Disconnected { closed });
    }

    /// The next thing that was said, and that it was written.
    pub fn next(&mut self) -> Option<String> {
        let (tag, text) = self.said.pop_front()?;
        if let Some(tag) = tag.filter(|tag| tag.0 != 0) {
            self.input(Input::Sent { tag });
        }
        Some(text)
    }

    pub fn is_silent(&self) -> bool {
        self.said.is_empty()
    }

    /// A heartbeat, with these measurements.
    pub fn heartbeat(&mut self, recorded: &str) -> String {
        if self.heartbeats.is_empty() {
            self.measure(recorded);
            let actions = self.driver.advance(INTERVAL);
            self.take(actions);
        }
        self.heartbeats.pop_front().expect("a heartbeat")
    }

    /// The task of this id, in work.
    pub fn python(&self, task_id: &str) -> Option<PythonTask> {
        self.jobs.get(task_id)?.1.extensions.get::<PythonTask>().cloned()
    }

    /// Where the task of this id is sent to.
    pub fn route(&self, task_id: &str) -> &str {
        &self.jobs[task_id].1.route
    }

    pub fn has(&self, task_id: &str) -> bool {
        self.jobs.contains_key(task_id)
    }

    /// A task whose message was not recorded.
    pub fn assume(&mut self, task_id: &str, job_id: &str) {
        let data =
            json!({"func_code": "def f(x):\n    return x\n", "task_args": [1], "task_id": task_id});
        self.receive(json!({"type": "assign_task", "data": data, "job_id": job_id}).to_string());
    }

    fn end(&mut self, task_id: &str, outcome: Outcome) {
        let (token, _) = self.jobs.remove(task_id).expect("a job");
        let actions = self.driver.outcome(token, outcome);
        self.take(actions);
    }

    /// The task ends with this result, as the interpreter gives it to whoever ran it. `sent` is the
    /// recorded message.
    pub fn succeed(&mut self, task_id: &str, sent: &str, native: bool) {
        let raw = Raw::new(sent).unwrap().to_value().unwrap();
        let result = raw.get("data").and_then(|data| data.get("result")).unwrap();
        let result = match (native, result.as_str()) {
            // A text that holds JSON, else Python's text of a value that JSON cannot carry.
            (false, Some(text)) => match Raw::new(text) {
                Ok(_) => PythonResult::Json(text.to_owned()),
                Err(_) => PythonResult::Text(text.to_owned()),
            },
            _ => {
                let start = sent.find("\"result\": ").unwrap() + "\"result\": ".len();
                let end = sent.rfind(", \"task_id\"").unwrap();
                PythonResult::Json(sent[start..end].to_owned())
            }
        };
        self.end(task_id, result.completion());
    }

    /// The task fails with this text, prefix included.
    pub fn fail(&mut self, task_id: &str, text: &str) {
        let bare = [RESUMED, FAILED].iter().find_map(|prefix| text.strip_prefix(prefix));
        let error = match bare {
            Some(text) => JobError::failed(text),
            None => JobError::rejected(text).with_code(PLAIN_ERROR),
        };
        assert!(bare.is_none() || self.compat || text.starts_with(FAILED));
        self.end(task_id, Err(error));
    }

    pub fn stop(&mut self, task_id: &str) {
        self.end(task_id, Err(JobError::cancelled("cancelled by the server")));
    }

    pub fn checkpoint(&mut self, data: &Json) {
        let bytes = unhex(data["delta_data_hex"].as_str().unwrap()).unwrap();
        let size = data["state_size_bytes"].as_u64().unwrap_or_default();
        let percent = data["progress_percent"].as_f64().unwrap();
        let mut checkpoint = Checkpoint::packed(bytes, percent, size);
        if data["is_base"] == false {
            checkpoint = checkpoint.delta();
        }
        let (command, _) = checkpoint.command();
        let token = self.jobs[data["task_id"].as_str().unwrap()].0;
        self.input(Input::Command { token: Some(token), command });
    }
}

pub fn is_heartbeat(text: &str) -> bool {
    text.contains("\"status\": \"online\"")
}
