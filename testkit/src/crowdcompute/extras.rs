//! Checkpoints, killing, and what a foreman could send but never does by itself (CrowdCompute
//! sheet, sections 14.6, 15.3 and 18.1).

use super::clock;
use super::core::Core;
use super::events::Event;
use super::json::{self, Value};
use super::message::{self, Message};
use super::tables::CHECKPOINTS;
use super::view::{Checkpoint, TaskState, WorkerState};
use crate::vectors::unhex;
use crate::ws::frames;
use std::fmt;
use std::sync::Arc;

/// What `resume_task` carries beside the task's own code and id.
#[derive(Clone, Debug, PartialEq)]
pub struct Resume {
    /// A JSON object: variables and their values.
    pub checkpoint_state: String,
    /// How far the task is.
    pub progress_percent: f64,
    /// How many checkpoints there are.
    pub checkpoint_count: u64,
    /// The form with `task_metadata`, `recovery_status` and the two counters.
    pub extended: bool,
}

/// Why a task was not killed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KillError {
    /// This foreman can not kill.
    Unsupported,
    /// There is no such task.
    NotFound,
    /// Nobody is at it; its state.
    NotRunning(TaskState),
    /// Who is at it is not connected.
    Unreachable,
}

impl fmt::Display for KillError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsupported => f.write_str("this foreman can not kill tasks"),
            Self::NotFound => f.write_str("there is no such task"),
            Self::NotRunning(state) => {
                write!(f, "the task is not currently running but {}", state.name())
            }
            Self::Unreachable => f.write_str("the workers that are at the task are not connected"),
        }
    }
}

impl std::error::Error for KillError {}

impl Core {
    /// Takes a task from everybody, for good.
    pub(crate) fn withdraw(&mut self, task_id: &str) {
        let Some((id, task)) = self.tasks.get_key_value(task_id) else { return };
        if task.state == TaskState::Completed {
            return;
        }
        let (id, workers) = (Arc::clone(id), task.assigned.clone());
        for worker in workers {
            self.release(&id, &worker);
        }
        self.set_state(&id, TaskState::Blocked);
        self.save_task(&id);
    }

    pub(crate) fn checkpoint(&mut self, connection: u64, worker: &Arc<str>, message: &Message) {
        let stored = self.store_checkpoint(worker, &message.data);
        match stored {
            Err(reason) => self.ignored(connection, format!("checkpoint: {reason}")),
            Ok((task, number)) => {
                if self.faults.no_acks() {
                    return;
                }
                let Some((_, link)) = self.link_of(worker) else { return };
                let data =
                    format!("{{\"task_id\": {}, \"checkpoint_id\": {number}}}", json::quote(&task));
                let job = self.tasks.get(&task).map(|row| Arc::clone(&row.job));
                let job = message.job_id.as_str().or(job.as_deref());
                let text = message::write("checkpoint_ack", &data, job);
                link.send(frames::TEXT, text.as_bytes());
            }
        }
    }

    fn store_checkpoint(
        &mut self,
        worker: &Arc<str>,
        data: &Value,
    ) -> Result<(Arc<str>, i64), String> {
        let field = |name: &str| data.get(name).ok_or_else(|| format!("no `{name}`"));
        let task_id = field("task_id")?.as_str().ok_or("`task_id` is no text")?;
        let is_base = !field("is_base")?.is_falsy();
        let hex = field("delta_data_hex")?.as_str().ok_or("`delta_data_hex` is no text")?;
        let progress_percent =
            field("progress_percent")?.as_f64().ok_or("`progress_percent` is no number")?;
        let id = field("checkpoint_id")?.as_i64().ok_or("`checkpoint_id` is no whole number")?;
        let bytes = unhex(hex).ok_or("`delta_data_hex` is not hexadecimal")?;
        let Some((task_id, _)) = self.tasks.get_key_value(task_id) else {
            return Err("there is no such task".to_owned());
        };
        let task_id = Arc::clone(task_id);
        if self.kept_bytes + bytes.len() > self.config.limits.kept_bytes {
            return Err("the stand-in can not keep more".to_owned());
        }
        let Some(task) = self.tasks.get_mut(&task_id) else { return Err(String::new()) };
        self.kept_bytes += bytes.len();
        if task.checkpoints.len() == CHECKPOINTS
            && let Some((oldest, _)) = task.checkpoints.pop_front()
        {
            self.kept_bytes = self.kept_bytes.saturating_sub(oldest.data.len());
        }
        let checkpoint = Checkpoint { id, is_base, data: bytes, progress_percent };
        task.checkpoints.push_back((checkpoint, clock::now()));
        task.checkpoint_count += 1;
        task.progress = progress_percent;
        self.save_task(&task_id);
        self.log.push(Event::Checkpoint {
            worker_id: Arc::clone(worker),
            task_id: Arc::clone(&task_id),
            checkpoint_id: id,
        });
        Ok((task_id, id))
    }

    /// Tells those who are at a task to kill it.
    pub(crate) fn kill(&mut self, task_id: &str) -> Result<usize, KillError> {
        if !self.era.kills() {
            return Err(KillError::Unsupported);
        }
        let Some((id, task)) = self.tasks.get_key_value(task_id) else {
            return Err(KillError::NotFound);
        };
        if task.state != TaskState::Assigned {
            return Err(KillError::NotRunning(task.state));
        }
        let (id, workers) = (Arc::clone(id), task.assigned.clone());
        let told = workers.iter().filter(|worker| self.send_kill(worker, &id)).count();
        if told == 0 { Err(KillError::Unreachable) } else { Ok(told) }
    }

    /// Tells one worker to kill a task.
    pub(crate) fn send_kill(&self, worker: &Arc<str>, id: &Arc<str>) -> bool {
        let Some((_, link)) = self.link_of(worker) else { return false };
        let Some(task) = self.tasks.get(id) else { return false };
        let data = format!("{{\"task_id\": {}}}", json::quote(id));
        link.send(frames::TEXT, message::write("kill_task", &data, Some(&task.job)).as_bytes());
        self.log.push(Event::KillSent { worker_id: Arc::clone(worker), task_id: Arc::clone(id) });
        true
    }

    pub(crate) fn kill_ack(&mut self, connection: u64, worker: &Arc<str>, message: &Message) {
        let Some(sent) = message.data.get("task_id").and_then(Value::as_str) else {
            return self.ignored(connection, "`kill_ack` without a `task_id`");
        };
        self.log.push(Event::KillAcknowledged {
            worker_id: Arc::clone(worker),
            task_id: sent.chars().take(200).collect(),
        });
        let id: Arc<str> = sent.into();
        self.release(&id, worker);
        if let Some(row) = self.workers.get_mut(worker) {
            row.status = WorkerState::Online;
            row.last_seen = clock::now();
        }
        let alone = self
            .tasks
            .get(&id)
            .is_some_and(|task| task.state == TaskState::Assigned && task.assigned.is_empty());
        if alone {
            self.set_state(&id, TaskState::Pending);
            self.save_task(&id);
        }
        self.save_worker(worker);
        self.free(worker);
    }

    /// Sends a task as `resume_task` to a worker, which is given it unless it has it already.
    pub(crate) fn resume(&mut self, worker: &str, task_id: &str, resume: &Resume) -> bool {
        let Some((_, link)) = self.link_of(worker) else { return false };
        let Some((id, task)) = self.tasks.get_key_value(task_id) else { return false };
        let Some(job) = self.jobs.get(&task.job) else { return false };
        let Some(code) = job.stages.get(task.stage).and_then(|stage| stage.code.clone()) else {
            return false;
        };
        if task.state == TaskState::Completed {
            return false;
        }
        let (id, job_id) = (Arc::clone(id), Arc::clone(&task.job));
        // Unlike in `assign_task`, an argument that is a list is not put into another list.
        let list = json::parse(&task.args).is_ok_and(|args| args.as_list().is_some());
        let args = if list { task.args.to_string() } else { format!("[{}]", task.args) };
        let mut progress = String::new();
        json::float(resume.progress_percent, &mut progress);
        let mut data = format!(
            "{{\"task_id\": {}, \"func_code\": {code}, \"checkpoint_state\": {}, \"task_args\": \
             {args}, \"task_kwargs\": {{}}, \"progress_percent\": {progress}, \
             \"checkpoint_count\": {}",
            json::quote(&id),
            resume.checkpoint_state,
            resume.checkpoint_count,
        );
        if resume.extended {
            data.push_str(
                ", \"task_metadata\": {}, \"recovery_status\": \"resumed\", \
                 \"base_checkpoint_count\": 1, \"delta_checkpoint_count\": 0",
            );
        }
        data.push('}');
        let text = message::write("resume_task", &data, Some(&job_id));
        let Some((worker, _)) = self.workers.get_key_value(worker) else { return false };
        let worker = Arc::clone(worker);
        let before = self.tasks.get(&id).map(|task| task.assigned.clone()).unwrap_or_default();
        for other in before.iter().filter(|other| **other != worker) {
            self.release(&id, other);
        }
        self.set_state(&id, TaskState::Assigned);
        if let Some(task) = self.tasks.get_mut(&id) {
            if !task.assigned.contains(&worker) {
                task.assigned.push(Arc::clone(&worker));
            }
            task.worker = Some(Arc::clone(&worker));
            task.deliveries += 1;
        }
        self.assigned.entry(Arc::clone(&worker)).or_default().insert(Arc::clone(&id));
        self.available.remove(&worker);
        self.save_task(&id);
        link.send(frames::TEXT, text.as_bytes());
        true
    }
}
