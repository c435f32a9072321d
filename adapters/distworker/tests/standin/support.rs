//! A controller, a worker, and waiting with an end.

use std::{future::Future, sync::Arc, time::Duration};

use journeyman_core::{
    Error, Router, StartedWorker, Worker,
    backend::{Backend, Sessions},
    capability::Capabilities,
    session::SessionState,
    snapshot::SessionSnapshot,
};
use journeyman_distworker::{Config, Connection, DistWorker, ProcessMeter, capabilities, machine};
use journeyman_testkit::distworker::{
    self as standin, Controller, Event, Events, NewTask, Provisioner, Task, Timers,
};
use journeyman_ws::WsTransport;
use serde_json::Value;

pub(crate) const TOKEN: &str = "token-for-this-test";

/// The queues of the static provisioner.
pub(crate) const QUEUES: [&str; 4] = ["echo", "work", "math.add", "text/upper"];

/// Nothing here takes long; whoever waits longer than this waits for ever.
pub(crate) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(Duration::from_secs(20), future).await {
        Ok(value) => value,
        Err(_) => panic!("waited in vain: {what}"),
    }
}

/// A controller with a static provisioner, one that starts workers, and quick timers.
pub(crate) async fn controller() -> Controller {
    let timers = Timers { ping_interval: Duration::from_millis(50), ..Timers::default() };
    controller_with(standin::Config::default().timers(timers)).await
}

pub(crate) async fn controller_with(config: standin::Config) -> Controller {
    let config = config
        .provisioner("static", Provisioner::shared_token(TOKEN, QUEUES))
        .provisioner("started", Provisioner::command(["cmdq"]));
    Controller::start(config).await.expect("free ports")
}

pub(crate) fn config(controller: &Controller) -> Config {
    Config::new(controller.worker_url(), "static")
        .worker_token(TOKEN)
        .reconnect_interval(Duration::from_millis(20))
}

/// Starts a worker and waits until it is ready.
pub(crate) async fn start(router: Router, config: impl Backend) -> StartedWorker {
    let worker = Worker::new(router)
        .serve(config)
        .cancel_grace(Duration::from_millis(50))
        .start()
        .expect("a worker that can start");
    within("ready", worker.control().ready()).await.expect("ready");
    worker
}

/// Stops it in good order and says whether it went well.
pub(crate) async fn stop(worker: StartedWorker) -> Result<(), Error> {
    worker.control().drain();
    within("the end of the worker", worker.wait()).await.map(drop)
}

/// Submits a task and waits for its end.
pub(crate) async fn run(controller: &Controller, task: NewTask) -> Task {
    let mut handle = controller.submit(task).expect("a task");
    within("the end of a task", handle.wait()).await.expect("an end")
}

/// The result of a task that must succeed.
pub(crate) async fn result(controller: &Controller, queue: &str, input: Value) -> Value {
    let task = run(controller, NewTask::new(queue).input(input)).await;
    assert!(task.succeeded(), "{:?}", task.error);
    task.result_json()
}

/// Waits for an event and returns it.
pub(crate) async fn event(
    events: &mut Events,
    what: &str,
    wanted: impl FnMut(&Event) -> bool,
) -> Event {
    within(what, events.wait_for(wanted)).await
}

/// Waits until the first session is in a state like that.
pub(crate) async fn state(worker: &StartedWorker, wanted: impl FnMut(&SessionState) -> bool) {
    let mut states = worker.control().states();
    within("a state", states[0].wait_for(wanted)).await.expect("the session is watched");
}

pub(crate) fn session(worker: &StartedWorker) -> SessionSnapshot {
    worker.control().snapshot().sessions.swap_remove(0)
}

/// Every number as a double, as the wire has it.
pub(crate) fn doubles(value: Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().into(),
        Value::Array(items) => items.into_iter().map(doubles).collect(),
        Value::Object(fields) => fields.into_iter().map(|(k, v)| (k, doubles(v))).collect(),
        other => other,
    }
}

/// A configuration whose connection is changed before use: with shorter timers.
pub(crate) struct Tuned {
    pub(crate) config: Config,
    pub(crate) tune: fn(&mut Connection),
}

impl Backend for Tuned {
    fn name(&self) -> String {
        self.config.name()
    }

    fn capabilities(&self) -> Capabilities {
        capabilities(self.config.max_message_size)
    }

    fn sessions(self: Box<Self>, sessions: &mut Sessions) -> Result<(), Error> {
        let mut connection = self.config.connection()?;
        (self.tune)(&mut connection);
        let Connection { target, ws, session, .. } = connection;
        let machine = Arc::new(machine());
        let protocol = DistWorker::new(Arc::new(self.config), target, machine, ProcessMeter::new());
        sessions.add(WsTransport::new(ws), protocol, session);
        Ok(())
    }
}
