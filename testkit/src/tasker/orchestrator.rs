//! The orchestrator: server, database and the worker's half of upstream, without any I/O.

use std::collections::{BTreeMap, BinaryHeap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::config::Config;
use super::definition::Template;
use super::dispatch::Dispatch;
use super::domain::DomainEvent;
use super::error::TemplateError;
use super::faults::Faults;
use super::ids::Ids;
use super::log::{Event, EventLog, Events};
use super::state::{Cause, StepState, StepTransition, TaskEvent, TaskState, TaskTransition};
use super::task::Task;
use super::template;
use super::time::{Micros, SECOND};
use super::timers::Timer;

/// Namespace, name, version.
pub(crate) type TemplateKey = (String, String, String);

/// A task that was given up.
#[derive(Debug)]
pub(crate) struct DeadLetter {
    pub(crate) id: Uuid,
    pub(crate) task: Uuid,
    /// In which state it was, and since when.
    pub(crate) state: TaskState,
    pub(crate) since: Micros,
    /// For how long it could have been in it.
    pub(crate) threshold: Micros,
    pub(crate) at: Micros,
}

/// Tasks, steps, queues and the dispatch channel, driven by calls and by a clock that moves only
/// when it is told to ([`advance`](Self::advance)).
///
/// What a real server does a moment later is done here before the call returns.
#[derive(Debug)]
pub struct Orchestrator {
    pub(crate) config: Config,
    pub(crate) now: Micros,
    pub(crate) start: Micros,
    pub(crate) ids: Ids,
    /// Id of the worker that owns the channel, as it shows in transitions.
    pub(crate) worker: Uuid,
    pub(crate) templates: BTreeMap<TemplateKey, (Uuid, Arc<Template>)>,
    /// Step names are global.
    pub(crate) named_steps: HashMap<String, Uuid>,
    /// By their number, which grows.
    pub(crate) tasks: BTreeMap<u64, Task>,
    pub(crate) next_task: u64,
    pub(crate) numbers: HashMap<Uuid, u64>,
    /// Task and place of each step.
    pub(crate) steps: HashMap<Uuid, (u64, usize)>,
    pub(crate) identities: HashMap<[u8; 32], u64>,
    pub(crate) dispatch: Dispatch,
    pub(crate) timers: BinaryHeap<Timer>,
    pub(crate) next_timer: u64,
    pub(crate) log: Arc<EventLog>,
    /// Domain events that are kept, the oldest first.
    pub(crate) published: VecDeque<DomainEvent>,
    /// Those of them that were not taken from the in-process bus yet.
    pub(crate) bus: VecDeque<DomainEvent>,
    pub(crate) dead_letters: VecDeque<DeadLetter>,
    pub(crate) faults: Faults,
}

impl Default for Orchestrator {
    fn default() -> Self {
        Self::new(Config::default())
    }
}

impl Orchestrator {
    /// An orchestrator without templates and tasks.
    #[must_use]
    pub fn new(config: Config) -> Self {
        let start = config.start_seconds.saturating_mul(SECOND);
        let mut ids = Ids::new(config.seed);
        let worker = ids.ordered(start);
        let log = Arc::new(EventLog::new(config.limits.events));
        Self {
            config,
            now: start,
            start,
            ids,
            worker,
            templates: BTreeMap::new(),
            named_steps: HashMap::new(),
            tasks: BTreeMap::new(),
            next_task: 0,
            numbers: HashMap::new(),
            steps: HashMap::new(),
            identities: HashMap::new(),
            dispatch: Dispatch::default(),
            timers: BinaryHeap::new(),
            next_timer: 0,
            log,
            published: VecDeque::new(),
            bus: VecDeque::new(),
            dead_letters: VecDeque::new(),
            faults: Faults::default(),
        }
    }

    /// Reads a template and registers it, in place of one with the same namespace, name and
    /// version. Tasks that run already keep the one that they were started with.
    ///
    /// # Errors
    ///
    /// When it is no YAML, or not a sound template: the first thing that is wrong, with its line.
    pub fn register_template(&mut self, yaml: &str) -> Result<Arc<Template>, TemplateError> {
        let template = template::read(yaml, self.config.limits.template_bytes)?;
        let key = (template.namespace.clone(), template.name.clone(), template.version.clone());
        let full = self.templates.len() >= self.config.limits.templates;
        if full && !self.templates.contains_key(&key) {
            let problem = format!("there are {} templates already", self.templates.len());
            return Err(TemplateError::new(0, "", problem));
        }
        for step in &template.steps {
            if !self.named_steps.contains_key(&step.name) {
                let id = self.ids.ordered(self.now);
                self.named_steps.insert(step.name.clone(), id);
            }
        }
        let template = Arc::new(template);
        let id = match self.templates.get(&key) {
            Some((id, _)) => *id,
            None => self.ids.ordered(self.now),
        };
        self.templates.insert(key, (id, Arc::clone(&template)));
        Ok(template)
    }

    /// The templates, ordered by namespace, name and version.
    pub fn templates(&self) -> impl Iterator<Item = &Arc<Template>> {
        self.templates.values().map(|(_, template)| template)
    }

    /// Time since the start of the clock.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        Duration::from_micros(u64::try_from(self.now - self.start).unwrap_or_default())
    }

    /// A reader of the event log, from the oldest event still there.
    #[must_use]
    pub fn events(&self) -> Events {
        Events::from_start(Arc::clone(&self.log))
    }

    pub(crate) fn log_length(&self) -> u64 {
        self.log.length()
    }

    /// Switches for misbehaviour.
    pub fn faults(&mut self) -> &mut Faults {
        &mut self.faults
    }

    /// The settings.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Tasks that were given up as stale, the oldest first.
    pub fn dead_letters(&self) -> impl Iterator<Item = Uuid> {
        self.dead_letters.iter().map(|letter| letter.task)
    }

    pub(crate) fn problem(&self, task: Uuid, text: impl Into<String>) {
        self.log.push(Event::Problem { task, text: text.into() });
    }

    /// Changes the state of a task.
    pub(crate) fn move_task(&mut self, number: u64, to: TaskState, event: TaskEvent) {
        let now = self.now;
        let Some(task) = self.tasks.get_mut(&number) else { return };
        let first = task.transitions.is_empty();
        let from = (!first).then_some(task.state);
        task.state = to;
        task.since = now;
        task.transitions.push(TaskTransition { from, to, at: now, event });
        self.log.push(Event::Task { task: task.uuid, name: Arc::clone(&task.name), from, to });
        self.watch(number);
    }

    /// Changes the state of a step.
    pub(crate) fn move_step(&mut self, number: u64, at: usize, to: StepState, cause: Cause) {
        let now = self.now;
        let Some(task) = self.tasks.get_mut(&number) else { return };
        let step = &mut task.steps[at];
        let first = step.transitions.is_empty();
        let from = (!first).then_some(step.state);
        step.state = to;
        step.transitions.push(StepTransition { from, to, at: now, cause });
        let (task, step, name) = (task.uuid, step.uuid, Arc::clone(&step.name));
        self.log.push(Event::Step { task, step, name, from, to });
    }
}
