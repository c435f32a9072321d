//! From tasks to jobs.

use std::sync::Arc;

use journeyman_core::{
    job::CancelReason,
    protocol::{Cx, IncomingJob},
};
use journeyman_ws::WsMessage;
use sha2::{Digest, Sha256};

use super::{CrowdCompute, MAX_TASKS, Task, odd, refusals::Refusal};
use crate::{
    Era,
    call::TaskArgs,
    pyjson::Raw,
    source::{self, Function},
    status::CurrentTask,
    task::{PythonTask, Resume, TaskMetadata},
    wire::{AssignTask, Kind, Message, ResumeTask, TaskRef},
};

/// What routes of code that is to be run as sent begin with: `python.NAME`. Serve them all with
/// `python.#`, or with the router's fallback.
pub const PYTHON_ROUTE: &str = "python.";

/// The route of code in which no function was found.
pub const UNNAMED: &str = "python._";

/// Names that upstream's worker of today passes over.
const CONTROLS: [&str; 3] = ["pause", "resume", "kill"];

/// Names that the wrapper of upstream's client library defines before the user's function. Upstream's
/// own worker takes the first of them (CrowdCompute sheet, section 17).
const WRAPPER: [&str; 2] = ["_ckpt_update", "_ckpt_get_state"];

/// What the foreman is told about code that is no source.
const PACKED: &str = "func_code is no Python source but something packed (hexadecimal digits or \
                      base64, such as a cloudpickle); this worker takes source text, as foremen \
                      send it";

/// A task as it came, in whichever message.
#[derive(Debug)]
pub(super) struct Incoming {
    task_id: String,
    source: String,
    args: Raw,
    metadata: Option<Raw>,
    resume: Option<Resume>,
}

impl From<AssignTask> for Incoming {
    fn from(task: AssignTask) -> Self {
        Self {
            task_id: task.task_id,
            source: task.func_code,
            args: task.task_args,
            metadata: task.task_metadata,
            resume: None,
        }
    }
}

impl From<ResumeTask> for Incoming {
    fn from(task: ResumeTask) -> Self {
        Self {
            task_id: task.task_id,
            source: task.func_code,
            args: task.task_args.unwrap_or_else(|| Raw::checked("[]")),
            metadata: task.task_metadata,
            resume: Some(Resume {
                checkpoint_state: task.checkpoint_state,
                task_kwargs: task.task_kwargs,
                progress_percent: task.progress_percent,
                checkpoint_count: task.checkpoint_count,
                recovery_status: task.recovery_status,
            }),
        }
    }
}

impl CrowdCompute {
    pub(super) fn assign(
        &mut self,
        cx: &mut Cx<'_, WsMessage>,
        task: Incoming,
        job_id: Option<String>,
    ) {
        // Only a worker that is registered gets tasks.
        self.ready(cx);
        if self.draining {
            return self.hold(cx, TaskRef { task_id: task.task_id, job_id });
        }
        // It comes because the result before it has arrived.
        self.confirm(cx);
        if self.tasks.len() >= MAX_TASKS && cx.find(&task.task_id).is_none() {
            // No answer: an answer would bring the next one at once.
            return cx.ignored(odd(&format!("a task, although it has {MAX_TASKS} of them here")));
        }
        if source::is_packed(&task.source) && !self.config.compat {
            cx.ignored(odd("a task whose code is packed, and not source"));
            return self.refuse(cx, TaskRef { task_id: task.task_id, job_id }, PACKED.to_owned());
        }
        let (job, function) = self.job(task, job_id);
        let current = CurrentTask {
            task_id: Arc::clone(&job.task_id),
            job_id: job.job_id.clone(),
            metadata: job.metadata.json.clone(),
            is_resume: job.resume.is_some(),
        };
        let incoming = self.incoming(job, function.as_ref());
        let token = cx.accept(incoming);
        self.count += 1;
        let serial = self.count;
        // Delivered again while in work, it is the one that is here.
        self.tasks.entry(token).or_insert_with(|| Task::new(current, serial));
        self.show();
    }

    /// Looks at the source, and by whose rules it is to be run.
    fn job(&self, task: Incoming, job_id: Option<String>) -> (PythonTask, Option<Function>) {
        let Incoming { task_id, source, args, metadata, resume } = task;
        let metadata = TaskMetadata::read(metadata);
        let function = self.pick(&source, &metadata);
        let task = PythonTask {
            task_id: task_id.into(),
            job_id: job_id.map(Into::into),
            sha256: Sha256::digest(source.as_bytes()).into(),
            source: source.into(),
            era: self.era().unwrap_or(Era::Head),
            compat: self.config.compat,
            function: function.as_ref().map(|function| function.name.as_str().into()),
            task_args_json: args,
            metadata: Arc::new(metadata),
            resume: resume.map(Arc::new),
            max_result: self.limit(),
        };
        (task, function)
    }

    /// The function that is meant.
    fn pick(&self, source: &str, metadata: &TaskMetadata) -> Option<Function> {
        let functions = source::functions(source);
        let passed_over: &[&[&str]] = match (self.era(), self.config.compat) {
            (Some(Era::Seed), _) => &[],
            (_, true) => &[&CONTROLS],
            (_, false) => &[&CONTROLS, &WRAPPER],
        };
        let named = metadata.func_name.as_deref().filter(|name| source::is_name(name));
        match named.filter(|_| !self.config.compat) {
            // It may be there although it was not seen.
            Some(name) => functions
                .into_iter()
                .find(|function| function.name == name)
                .or_else(|| Some(Function { name: name.to_owned(), params: Vec::new() })),
            None => functions.into_iter().find(|function| {
                !passed_over.iter().any(|names| names.contains(&function.name.as_str()))
            }),
        }
    }

    fn incoming(&self, task: PythonTask, function: Option<&Function>) -> IncomingJob {
        let native = &self.config.native;
        let handler = |name| native.iter().find_map(|native| native.handler(name, &task.sha256));
        let route: Arc<str> = match function.map(|function| function.name.as_str()) {
            Some(name) => match handler(name) {
                Some(handler) => handler.into(),
                None => format!("{PYTHON_ROUTE}{name}").into(),
            },
            None => UNNAMED.into(),
        };
        let original = task.resume.as_ref().and_then(|resume| resume.original_args());
        let args = original.as_ref().unwrap_or(&task.task_args_json);
        let payload = TaskArgs::new(args, function);
        let codec = Arc::clone(&self.codec);
        let mut job = IncomingJob::new(Arc::clone(&task.task_id), route, payload, codec);
        job.extensions.insert(task);
        job
    }

    /// Answers a task that does not become a job: at once for the first time, later and later
    /// after that.
    pub(super) fn refuse(&mut self, cx: &mut Cx<'_, WsMessage>, task: TaskRef, text: String) {
        self.ready(cx);
        if self.draining {
            return self.hold(cx, task);
        }
        self.confirm(cx);
        if let Some(refusal) = self.refusals.add(cx.now(), Refusal { task, text }) {
            self.give_back(cx, &refusal.task, refusal.text);
        }
    }

    /// Keeps a task that came during the drain, to be given back at the very end: an answer now
    /// would bring the next one.
    fn hold(&mut self, cx: &mut Cx<'_, WsMessage>, task: TaskRef) {
        if self.held.iter().any(|held| held.task_id == task.task_id) {
            return;
        }
        if self.held.len() == MAX_TASKS {
            return cx.ignored(odd("tasks without end to a worker that stops"));
        }
        self.held.push_back(task);
    }

    /// Stops a task, where a server of the kill branch wants it (sheet, section 18.1).
    pub(super) fn kill(&mut self, cx: &mut Cx<'_, WsMessage>, task: TaskRef) {
        if self.config.era.fixed() == Some(Era::Seed) {
            let kind = Kind::KillTask;
            return cx.ignored(odd(&format!("a `{kind}`, which one of the seed does not know")));
        }
        self.prove();
        let waiting = self.refusals.remove(&task.task_id);
        let before = self.held.len();
        self.held.retain(|held| held.task_id != task.task_id);
        let held = self.held.len() < before;
        if !waiting && !held {
            if let Some(token) = cx.find(&task.task_id)
                && let Some(known) = self.tasks.get_mut(&token)
            {
                known.killed = true;
                return cx.cancel(token, CancelReason::Server);
            }
            let mut known = self.tasks.values();
            if known.any(|known| *known.current.task_id == *task.task_id) {
                // Its end is on its way already.
                return;
            }
        }
        // Nothing runs here: the foreman frees the worker for it.
        self.say(cx, None, &Message::KillAck(task.task_id), task.job_id.as_deref());
    }
}
