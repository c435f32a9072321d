//! An orchestrator in this process, a worker on it, and what both make of a task.

use std::{error::Error, fmt, fs, path::Path, time::Duration};

use journeyman::{
    StartedWorker,
    prelude::*,
    tasker::{Config, TaskerWorker, template::Templates},
};
use journeyman_testkit::tasker::{
    self as testkit, Bridge, Channel, Orchestrator, StepState, TaskInfo, TaskState,
};
use serde_json::Value;
use tokio::task::JoinHandle;
use uuid::Uuid;

/// How long a workflow may take; only one that hangs takes that long.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Stage {
    channel: Channel,
    worker: StartedWorker,
    clock: JoinHandle<()>,
    wrong: Vec<String>,
}

impl Stage {
    /// Registers the templates of a folder and starts a worker with these handlers.
    pub(crate) async fn new(folder: &Path, router: Router) -> Result<Self, Box<dyn Error>> {
        let templates = Templates::load(folder)?;
        // Retries come at once, but for those that ask for a delay.
        let mut core = Orchestrator::new(testkit::Config::quick());
        for loaded in templates.iter() {
            core.register_template(&fs::read_to_string(loaded.file())?)?;
        }
        println!("{} templates from {}", templates.len(), folder.display());
        let channel = Channel::new(core);

        // With the real thing, the channel is Tasker's own, and nothing else changes.
        let steps = Bridge::new(channel.clone());
        let config = Config::from_env()?.worker_id("example");
        // Checked before the start: each step of each template has a handler.
        let backend = TaskerWorker::new(config, steps).templates(templates);
        let worker = Worker::new(router).serve(backend).start()?;
        worker.control().ready().await?;

        let time = channel.clone();
        let clock = tokio::spawn(async move { time.follow_time().await });
        Ok(Self { channel, worker, clock, wrong: Vec::new() })
    }

    /// Starts a task.
    pub(crate) fn start(&self, template: &str, context: Value) -> Result<Uuid, Box<dyn Error>> {
        let (namespace, name) = template.split_once('/').unwrap_or(("default", template));
        println!("\n{template} of {context}");
        Ok(self.channel.with(|core| core.start_task(namespace, name, "1.0.0", context))?)
    }

    /// Waits until nothing more happens to a task, and shows it.
    pub(crate) async fn finish(&self, task: Uuid) -> Result<TaskInfo, Box<dyn Error>> {
        self.wait(task, |core| core.is_settled(task)).await?;
        self.show(task);
        let info = self.channel.with(|core| core.task(task));
        info.ok_or_else(|| "the orchestrator forgot the task".into())
    }

    /// Waits until a step is in a state, and shows its task.
    pub(crate) async fn until(
        &self,
        task: Uuid,
        step: &str,
        wanted: StepState,
    ) -> Result<(), Box<dyn Error>> {
        let is = |core: &Orchestrator| {
            core.step_states(task).any(|(name, state)| name == step && state == wanted)
        };
        self.wait(task, is).await?;
        self.show(task);
        Ok(())
    }

    async fn wait(
        &self,
        task: Uuid,
        wanted: impl FnMut(&Orchestrator) -> bool,
    ) -> Result<(), Box<dyn Error>> {
        tokio::time::timeout(PATIENCE, self.channel.wait_for(wanted)).await.map_err(|_| {
            self.show(task);
            format!("nothing came of that within {PATIENCE:?}").into()
        })
    }

    fn show(&self, task: Uuid) {
        for line in self.channel.with(|core| core.tree(task)) {
            println!("  {line}");
        }
    }

    /// The events that came over the in-process bus: name and payload.
    pub(crate) fn events(&self) -> Vec<(String, Value)> {
        self.channel.with(|core| {
            let events = std::iter::from_fn(|| core.poll_bus());
            events
                .map(|event| (event.name.clone(), event.to_json()["payload"]["payload"].take()))
                .collect()
        })
    }

    /// Looks at what came out of a task: its state, and the results of steps.
    pub(crate) fn expect<'a, V: Into<Value>>(
        &mut self,
        task: &TaskInfo,
        state: TaskState,
        results: impl IntoIterator<Item = (&'a str, V)>,
    ) {
        let wrong = self.wrong.len();
        if task.state != state {
            self.note("the task", &task.state, &state);
        }
        let mut right = Vec::new();
        for (step, wanted) in results {
            let (got, wanted) = (shown(task.result(step).map(bare)), shown(Some(&wanted.into())));
            match got == wanted {
                true => right.push(step),
                false => self.note(step, &got, &wanted),
            }
        }
        if self.wrong.len() == wrong {
            let and = if right.is_empty() { "" } else { "; right: " };
            println!("  as expected: {state}{and}{}", right.join(", "));
        }
    }

    fn note(&mut self, what: &str, got: &impl fmt::Display, wanted: &impl fmt::Display) {
        println!("  WRONG: {what}: {got}, but it should be {wanted}");
        self.wrong.push(format!("{what}: {got}, not {wanted}"));
    }

    /// Says what there is, and keeps it for the end if it is not what is wanted.
    pub(crate) fn check<T: fmt::Display + PartialEq>(&mut self, what: &str, got: &T, wanted: &T) {
        match got == wanted {
            true => println!("  {what}: {got}"),
            false => self.note(what, got, wanted),
        }
    }

    /// Ends everything in good order; an error if something was not as expected.
    pub(crate) async fn end(self) -> Result<(), Box<dyn Error>> {
        self.worker.control().drain();
        let summary = self.worker.wait().await?;
        self.clock.abort();
        let sum = |count: fn(&journeyman::core::snapshot::RouteSnapshot) -> u64| -> u64 {
            summary.snapshot.routes.iter().map(count).sum()
        };
        println!("\n{} steps done, {} failed on purpose", sum(|r| r.ok), sum(|r| r.failed));
        match self.wrong.as_slice() {
            [] => Ok(()),
            wrong => Err(wrong.join("\n").into()),
        }
    }
}

/// A result that is no object comes as an object with one member.
fn bare(result: &Value) -> &Value {
    match result.as_object() {
        Some(members) if members.len() == 1 => members.get("value").unwrap_or(result),
        _ => result,
    }
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "no result".to_owned(), Value::to_string)
}
