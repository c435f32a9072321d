//! The stand-in orchestrator, and before it a channel with faults.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use journeyman_core::{JobError, Serve, Value};
use journeyman_testkit::{
    conformance::{BoxFuture, Ended, Fault, Master, NewJob, Setup, Ticket, TicketWriter},
    proxy::Faults,
    tasker::{Channel, Config, Orchestrator, TaskInfo, TaskState},
};
use tokio::{sync::watch, task::JoinHandle};
use uuid::Uuid;

use super::{
    super::pyjson,
    Way,
    backend::Quick,
    errors,
    rough::{Rates, Rough},
    switches::Switches,
};

const NAMESPACE: &str = "conf";
const VERSION: &str = "1";

pub(super) struct TaskerMaster {
    way: Way,
    setup: Setup,
    switches: Switches,
    /// Ends when the orchestrator is gone, or the worker.
    over: watch::Sender<()>,
    house: Mutex<House>,
}

/// What goes away with the orchestrator.
#[derive(Default)]
struct House {
    templates: BTreeSet<String>,
    clock: Option<JoinHandle<()>>,
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(clock) = &self.clock {
            clock.abort();
        }
    }
}

impl House {
    fn open(channel: Channel) -> Self {
        let clock = tokio::spawn(async move { channel.follow_time().await });
        Self { templates: BTreeSet::new(), clock: Some(clock) }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Retries without a wait, and no events that time out: what is lost is told by the channel.
fn orchestrator(seed: u64) -> Channel {
    let mut config = Config::quick();
    config.completion_timeout = Duration::from_secs(3600);
    config.seed = seed;
    Channel::new(Orchestrator::new(config))
}

fn template(job: &NewJob) -> (String, String) {
    // The wire has whole seconds.
    let timeout = job.timeout.map(|timeout| timeout.as_secs().max(1));
    let attempts = job.retries + 1;
    let name = format!("{} {attempts} {}", job.route, timeout.unwrap_or_default());
    let limit = timeout.map_or_else(String::new, |n| format!("    timeout_seconds: {n}\n"));
    let text = format!(
        "name: {name}\nnamespace_name: {NAMESPACE}\nversion: '{VERSION}'\nsteps:\n  - name: step\n    \
         handler: {{callable: {}}}\n{limit}    retry: {{max_attempts: {attempts}}}\n",
        job.route
    );
    (name, text)
}

impl TaskerMaster {
    pub(super) fn start(way: Way, setup: Setup) -> Self {
        let network = setup.network.as_ref();
        let channel = orchestrator(network.map_or(1, |network| network.seed));
        let switches = Switches::new(channel.clone(), way.kind());
        if let Some(network) = network.filter(|network| network.faults != Faults::none()) {
            let rates = Rates::random(network.seed, network.faults.random_cuts.is_some());
            switches.set_rough(Some(Rough::new(network.seed, rates)));
        }
        let house = Mutex::new(House::open(channel));
        Self { way, setup, switches, over: watch::channel(()).0, house }
    }

    fn take(&self, job: &NewJob) -> Result<Ticket, String> {
        let context = json(&job.args).ok_or("JSON has no such value")?;
        let channel = self.switches.channel().ok_or("nobody is there")?;
        let (name, text) = template(job);
        let mut house = lock(&self.house);
        let (task, step) = channel.with(|core| {
            if house.templates.insert(name.clone()) {
                core.register_template(&text).map_err(|error| error.to_string())?;
            }
            let task = core.start_task(NAMESPACE, &name, VERSION, context);
            let task = task.map_err(|error| error.to_string())?;
            Ok::<_, String>((task, core.steps(task)[0].uuid))
        })?;
        drop(house);
        let (writer, ticket) = Ticket::new(task.to_string());
        let follow = Follow { channel, task, step, writer };
        let (lost, farewells) = (self.switches.lost(), self.switches.farewells());
        tokio::spawn(follow.run(lost, farewells, self.over.subscribe()));
        Ok(ticket)
    }

    fn carry_out(&self, fault: Fault) {
        let faults = |work: fn(&mut Orchestrator)| {
            if let Some(channel) = self.switches.channel() {
                channel.with(work);
            }
        };
        match fault {
            Fault::Cut => self.switches.cut(),
            Fault::DeliverTwice => faults(|core| core.faults().events_twice = u32::MAX),
            Fault::Garbage => GARBAGE.iter().for_each(|text| self.switches.stray(*text)),
            Fault::Down => {
                self.switches.replace(None);
                self.over.send_replace(());
                *lock(&self.house) = House::default();
                self.switches.count_anew();
            }
            Fault::Up => {
                let channel = orchestrator(2);
                *lock(&self.house) = House::open(channel.clone());
                self.switches.replace(Some(channel));
            }
            Fault::GoodNetwork => self.switches.set_rough(None),
            other => panic!("a new fault, {other:?}, needs an answer"),
        }
    }
}

/// Waits for the end of one task.
struct Follow {
    channel: Channel,
    task: Uuid,
    step: Uuid,
    writer: TicketWriter,
}

impl Follow {
    async fn run(
        mut self,
        mut lost: watch::Receiver<std::collections::HashSet<Uuid>>,
        mut farewells: watch::Receiver<u64>,
        mut over: watch::Receiver<()>,
    ) {
        tokio::select! {
            biased;
            () = self.channel.wait_for(|core| core.is_settled(self.task)) => {
                let info = self.channel.with(|core| core.task(self.task));
                self.writer.end(info.map_or(Ended::Lost, |info| ended(&info)));
            }
            // An error means that nobody asks any more.
            _ = lost.wait_for(|lost| lost.contains(&self.step)) => {
                let code = errors::LOST.to_owned();
                self.writer.end(Ended::Failed { code, message: String::new() });
            }
            // Nobody is there to do it, or nobody to tell.
            _ = farewells.changed() => {}
            _ = over.changed() => {}
        }
    }
}

fn ended(info: &TaskInfo) -> Ended {
    let result = info.steps[0].result.as_deref();
    match (info.state, result) {
        (TaskState::Complete, Some(result)) => Ended::Ok(value(&result.result)),
        (TaskState::Cancelled, _) => {
            let code = errors::code(&JobError::cancelled(""));
            Ended::Failed { code, message: String::new() }
        }
        (TaskState::BlockedByFailures, Some(result)) => {
            let (code, message) = errors::seen(result);
            Ended::Failed { code, message }
        }
        other => panic!("no end of a task: {other:?}"),
    }
}

/// Number by number: text would leave it to a library how exactly a float is read.
fn json(value: &Value) -> Option<serde_json::Value> {
    use serde_json::{Map, Number, Value as Json};
    Some(match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(value) => Json::Number((*value).into()),
        Value::BigInt(value) => Json::Number(value.as_str().parse::<u64>().ok()?.into()),
        Value::Float(value) => Json::Number(Number::from_f64(*value)?),
        Value::String(text) => Json::String(text.clone()),
        Value::List(items) => Json::Array(items.iter().map(json).collect::<Option<_>>()?),
        Value::Map(pairs) => {
            let pair =
                |(key, value): &(Value, Value)| Some((key.as_str()?.to_owned(), json(value)?));
            Json::Object(pairs.iter().map(pair).collect::<Option<Map<_, _>>>()?)
        }
        _ => return None,
    })
}

fn value(json: &serde_json::Value) -> Value {
    pyjson::parse(&json.to_string()).expect("JSON is JSON")
}

/// What is no event: no JSON, no object, nothing in it, and the ids of an event that nobody knows.
const GARBAGE: [&str; 7] = [
    "",
    "[1, 2",
    "[]",
    "{}",
    r#"{"event_id": 7, "step_uuid": "x", "task_sequence_step": null}"#,
    r#"{"event_id": "6e7a9d6e-0d9f-4b53-9f6e-0d9f4b539f6e"}"#,
    r#"{"event_id": "6e7a9d6e-0d9f-4b53-9f6e-0d9f4b539f6f", "step_uuid": "019aa684-1c3e-7000-8000-000000000001"}"#,
];

impl Master for TaskerMaster {
    fn serve(&self) -> Serve {
        let config = self.way.config(&self.setup);
        Serve::new(Quick::new(config, self.switches.clone(), self.setup.backoff))
    }

    fn submit(&self, job: NewJob) -> BoxFuture<'_, Result<Ticket, String>> {
        Box::pin(async move { self.take(&job) })
    }

    /// The server cancels the task; whoever has its step is not told.
    fn cancel<'a>(&'a self, id: &'a str) -> BoxFuture<'a, ()> {
        if let (Some(channel), Ok(task)) = (self.switches.channel(), id.parse()) {
            // It may have ended.
            let _ = channel.with(|core| core.cancel_task(task));
        }
        Box::pin(std::future::ready(()))
    }

    fn fault(&self, fault: Fault) -> BoxFuture<'_, ()> {
        Box::pin(async move { self.carry_out(fault) })
    }

    /// Nobody registers; a worker that holds the channel is all there is.
    fn registered(&self) -> usize {
        usize::from(self.switches.seen().connected)
    }

    fn answers(&self) -> u64 {
        self.switches.seen().answers
    }

    fn farewells(&self) -> Option<u64> {
        Some(self.switches.seen().farewells)
    }

    fn describe(&self) -> String {
        let mut last = VecDeque::new();
        if let Some(channel) = self.switches.channel() {
            let mut events = channel.events();
            while let Some(event) = events.try_next() {
                last.push_back(event.to_string());
                if last.len() > 60 {
                    last.pop_front();
                }
            }
        }
        format!("{:?}; last events: {last:#?}", self.switches.seen())
    }
}
