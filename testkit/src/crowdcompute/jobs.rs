//! Jobs: submission, pipelines, results (CrowdCompute sheet, sections 8.1, 9 and 17).

use super::clock;
use super::core::Core;
use super::events::Event;
use super::job::JobError;
use super::json::{self, Value};
use super::message::{self, Kind, Message};
use super::results;
use super::tables::{Client, JobRow, MAX_ID, Needs, Reaction, StageRow, TaskRow};
use super::view::TaskState;
use crate::ws::frames;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::oneshot;

/// A stage as it is submitted.
#[derive(Debug)]
pub(crate) struct NewStage {
    /// JSON text.
    pub(crate) code: String,
    /// JSON texts.
    pub(crate) args: Vec<String>,
    pub(crate) metadata: Option<Value>,
    pub(crate) pass_upstream: bool,
}

/// A job as it is submitted.
#[derive(Debug)]
pub(crate) struct NewJob {
    pub(crate) stages: Vec<NewStage>,
    pub(crate) total_tasks: i64,
    pub(crate) pipeline: bool,
    /// Which tasks wait for which, where the client says it.
    pub(crate) needs: Option<HashMap<String, Vec<String>>>,
}

impl NewJob {
    /// Reads the data of a submission. The error is what the client is told.
    fn read(kind: Kind, data: &Value) -> Result<Self, String> {
        let field = |of: &Value, name: &str| {
            of.get(name).cloned().ok_or_else(|| format!("Missing required field: '{name}'"))
        };
        let number = |name: &str| {
            let value = field(data, name)?;
            value.as_i64().ok_or_else(|| format!("'{name}' is {} and not int", value.type_name()))
        };
        let args = |of: &Value| {
            let args = field(of, "args_list")?;
            let items = args.as_list();
            let items = items.ok_or_else(|| format!("'{}' is no list", args.type_name()))?;
            Ok::<_, String>(items.iter().map(json::write).collect())
        };
        if kind != Kind::SubmitPipelineJob {
            let stage = NewStage {
                code: json::write(&field(data, "func_code")?),
                args: args(data)?,
                metadata: data.get("task_metadata").cloned(),
                pass_upstream: false,
            };
            let total_tasks = number("total_tasks")?;
            return Ok(Self { stages: vec![stage], total_tasks, pipeline: false, needs: None });
        }
        let stages = field(data, "stages")?;
        let common = data.get("task_metadata");
        let stage = |stage: &Value| {
            Ok::<_, String>(NewStage {
                code: json::write(&field(stage, "func_code")?),
                args: args(stage)?,
                metadata: stage
                    .get("task_metadata")
                    .filter(|own| !own.is_falsy())
                    .or(common)
                    .cloned(),
                pass_upstream: stage
                    .get("pass_upstream_results")
                    .is_some_and(|pass| !pass.is_falsy()),
            })
        };
        let stages = stages.as_list().ok_or("'stages' is no list")?;
        let stages: Vec<NewStage> = stages.iter().map(stage).collect::<Result<_, _>>()?;
        let needs = match data.get("dependency_map") {
            Some(Value::Dict(members)) if !members.is_empty() => {
                let text = |value: &Value| value.as_str().map(str::to_owned);
                let one = |(key, ids): &(json::Text, Value)| {
                    let ids: Vec<String> = ids.as_list()?.iter().filter_map(text).collect();
                    Some((key.as_str()?.to_owned(), ids))
                };
                Some(members.iter().filter_map(one).collect())
            }
            _ => None,
        };
        Ok(Self { stages, total_tasks: number("total_tasks")?, pipeline: true, needs })
    }
}

impl Core {
    /// A message on a connection whose first message was a submission.
    pub(crate) fn client_message(&mut self, connection: u64, message: &Message) -> Reaction {
        match message.kind {
            Kind::SubmitJob | Kind::SubmitBroadcastJob | Kind::SubmitPipelineJob => {
                self.submission(connection, message);
                Reaction::Stay
            }
            Kind::Disconnect => Reaction::Close,
            other => {
                self.ignored(connection, format!("{other:?} from a client is not handled"));
                Reaction::Stay
            }
        }
    }

    fn submission(&mut self, connection: u64, message: &Message) {
        let id = message.job_id.as_str().map(Arc::<str>::from);
        let job = NewJob::read(message.kind, &message.data);
        if job.is_ok() {
            // Who submits is remembered before the database refuses.
            self.clients.insert(id.clone(), Client::Connection(connection));
        }
        let outcome = match (&id, job) {
            (Some(id), Ok(job)) => self.submit(id, job),
            (None, Ok(_)) if message.job_id == Value::Null => {
                Err("(sqlite3.IntegrityError) NOT NULL constraint failed: jobs.id".to_owned())
            }
            (None, Ok(_)) => Err("the stand-in takes only texts as 'job_id'".to_owned()),
            (_, Err(error)) => Err(error),
        };
        let Some(link) = self.connections.get(&connection).map(|row| Arc::clone(&row.link)) else {
            return;
        };
        match outcome {
            Ok(()) => {
                let held = id.as_ref().and_then(|id| self.jobs.get(id));
                if let Some(id) = id.as_ref().filter(|_| !held.is_some_and(|job| job.accept_later))
                {
                    link.send(frames::TEXT, accepted(id).as_bytes());
                }
            }
            Err(error) => {
                let data = format!("{{\"error\": {}}}", json::quote(&error));
                // The id goes back as it came.
                let text = message::write_for("job_error", &data, &json::write(&message.job_id));
                link.send(frames::TEXT, text.as_bytes());
                self.log.push(Event::JobRefused { job_id: id, error });
            }
        }
    }

    /// A job from inside of the process.
    pub(crate) fn submit_local(
        &mut self,
        id: &Arc<str>,
        new: NewJob,
        end: oneshot::Sender<Result<Vec<String>, JobError>>,
    ) {
        if self.jobs.contains_key(id) {
            // The one who waits for the first job of this id goes on waiting.
            let error = "(sqlite3.IntegrityError) UNIQUE constraint failed: jobs.id".to_owned();
            // An error means that nobody waits any more.
            let _ = end.send(Err(JobError::Refused(error)));
            return;
        }
        self.clients.insert(Some(Arc::clone(id)), Client::Local(end));
        if let Err(error) = self.submit(id, new)
            && let Some(Client::Local(end)) = self.clients.remove(&Some(Arc::clone(id)))
        {
            let _ = end.send(Err(JobError::Refused(error)));
        }
    }

    /// Puts a job into the tables and gives each idle worker one of its tasks.
    pub(crate) fn submit(&mut self, id: &Arc<str>, new: NewJob) -> Result<(), String> {
        if self.jobs.contains_key(id) {
            return Err("(sqlite3.IntegrityError) UNIQUE constraint failed: jobs.id".to_owned());
        }
        if id.len() > MAX_ID {
            return Err(format!("the stand-in takes job ids of at most {MAX_ID} bytes"));
        }
        let size =
            |stage: &NewStage| stage.code.len() + stage.args.iter().map(String::len).sum::<usize>();
        let bytes: usize = new.stages.iter().map(size).sum();
        let count = new.stages.iter().map(|stage| stage.args.len()).sum();
        if !self.make_room(count) || self.kept_bytes + bytes > self.config.limits.kept_bytes {
            return Err("the stand-in can not keep more tasks".to_owned());
        }
        let seq = self.next_seq();
        let mapped = new.needs.is_some();
        let mut stages = Vec::new();
        let mut rows = Vec::new();
        for (at, stage) in new.stages.into_iter().enumerate() {
            let metadata = stage.metadata.filter(|metadata| !metadata.is_falsy());
            // The seed era does not know of metadata.
            let metadata = metadata.filter(|_| !self.era.is_seed());
            stages.push(StageRow {
                code: Some(stage.code.into()),
                saves_state: metadata
                    .as_ref()
                    .and_then(|metadata| metadata.get("checkpoint_state"))
                    .is_some_and(|names| !names.is_falsy()),
                metadata: metadata.as_ref().map(json::write).map(Arc::from),
                pass_upstream: stage.pass_upstream,
                remaining: stage.args.len(),
            });
            for (index, args) in stage.args.into_iter().enumerate() {
                let task_id: Arc<str> = if new.pipeline {
                    format!("{id}_task_{at}_{index}").into()
                } else {
                    format!("{id}_task_{index}").into()
                };
                let needs = match new.needs.as_ref().and_then(|all| all.get(&*task_id)) {
                    Some(ids) if !ids.is_empty() => {
                        Needs::Tasks(ids.iter().map(|id| id.as_str().into()).collect())
                    }
                    _ if at == 0 || mapped => Needs::Nothing,
                    _ => Needs::StageBefore,
                };
                rows.push((task_id, at, args, needs));
            }
        }
        if rows.iter().any(|(id, ..)| self.tasks.contains_key(id)) {
            return Err("(sqlite3.IntegrityError) UNIQUE constraint failed: tasks.id".to_owned());
        }
        let enabled = |stage: &StageRow| {
            let metadata = stage.metadata.as_deref().and_then(|json| json::parse(json).ok());
            let enabled = metadata.and_then(|all| all.get("checkpoint_enabled").cloned());
            enabled.is_some_and(|enabled| !enabled.is_falsy())
        };
        let job = JobRow {
            seq,
            total_tasks: new.total_tasks,
            completed_tasks: 0,
            created_at: clock::now(),
            completed_at: None,
            checkpointing: stages.iter().any(enabled),
            pipeline: new.pipeline,
            mapped,
            stages,
            tasks: rows.iter().map(|(id, ..)| Arc::clone(id)).collect(),
            remaining: rows.len(),
            accept_later: self.faults.accept_last() && !rows.is_empty(),
        };
        self.kept_bytes += job.bytes();
        self.jobs.insert(Arc::clone(id), job);
        self.jobs_by_seq.insert(seq, Arc::clone(id));
        let tasks = rows.len();
        for (task_id, stage, args, needs) in rows {
            let seq = self.next_seq();
            let row = TaskRow::new(seq, Arc::clone(id), stage, args.into(), needs);
            self.kept_bytes += row.bytes();
            self.insert_task(&task_id, row);
        }
        self.save_job(id);
        self.log.push(Event::JobSubmitted { job_id: Arc::clone(id), tasks });
        self.give_out(id);
        Ok(())
    }

    pub(crate) fn next_seq(&mut self) -> u64 {
        self.next_seq += 1;
        self.next_seq
    }

    /// Puts a new task into all places that know of tasks.
    pub(crate) fn insert_task(&mut self, id: &Arc<str>, row: TaskRow) {
        let state = row.state;
        self.counts[state as usize] += 1;
        self.tasks.insert(Arc::clone(id), row);
        if state == TaskState::Pending {
            self.set_state(id, TaskState::Pending);
        }
    }

    /// At its submission idle workers get tasks of the job, one each.
    fn give_out(&mut self, job: &Arc<str>) {
        if self.faults.mute() {
            return;
        }
        let Some(row) = self.jobs.get(job) else { return };
        let mut tasks = row.tasks.clone();
        if !self.era.is_seed() {
            tasks.sort_unstable();
        }
        let pending =
            |id: &Arc<str>| self.tasks.get(id).is_some_and(|row| row.state == TaskState::Pending);
        tasks.retain(pending);
        let idle: Vec<Arc<str>> = self.available.iter().cloned().collect();
        for (worker, task) in idle.iter().zip(&tasks) {
            self.assign(worker, task);
        }
        let slots = self.faults.slots();
        if slots > 1 || self.era.kills() {
            for worker in &idle {
                if self.assigned.get(worker).is_none_or(|own| own.len() < slots) {
                    self.assign_next(worker);
                }
            }
        }
    }

    /// Sets tasks that waited for this one to pending.
    pub(crate) fn unblock(&mut self, job: &str, done: &str, stage: usize) {
        let Some(row) = self.jobs.get(job).filter(|job| job.pipeline) else { return };
        let completed = |id: &Arc<str>| {
            self.tasks.get(id).is_some_and(|task| task.state == TaskState::Completed)
        };
        let stage_done = row.stages.get(stage).is_some_and(|stage| stage.remaining == 0);
        if !stage_done && !row.mapped {
            return;
        }
        let ready = |id: &&Arc<str>| {
            let task = self.tasks.get(*id).filter(|task| task.state == TaskState::Blocked);
            task.is_some_and(|task| match &task.needs {
                Needs::Nothing => true,
                Needs::StageBefore => task.stage == stage + 1 && stage_done,
                Needs::Tasks(ids) => {
                    ids.iter().any(|id| **id == *done) && ids.iter().all(completed)
                }
            })
        };
        let ready: Vec<Arc<str>> = row.tasks.iter().filter(ready).cloned().collect();
        for id in ready {
            self.set_state(&id, TaskState::Pending);
            self.save_task(&id);
        }
    }

    /// Sends the results of a job if it is done.
    pub(crate) fn complete(&mut self, id: &str) {
        let Some((id, job)) = self.jobs.get_key_value(id) else { return };
        let done = job.remaining == 0
            && i128::from(job.completed_tasks) >= i128::from(job.total_tasks)
            && job.completed_at.is_none();
        if !done {
            return;
        }
        let id = Arc::clone(id);
        let mut tasks: Vec<&Arc<str>> = job.tasks.iter().collect();
        if job.pipeline {
            // Only the last stage, in the order of texts.
            let last = job.stages.len().saturating_sub(1);
            tasks.retain(|id| self.tasks.get(*id).is_some_and(|task| task.stage == last));
            tasks.sort_unstable();
        }
        let results = tasks.into_iter().filter_map(|id| self.tasks.get(id)?.stored.as_ref());
        let results: Vec<String> = results.map(results::delivered).collect();
        let accept_later = job.accept_later;
        let key = Some(Arc::clone(&id));
        let delivered = match self.clients.get(&key) {
            Some(Client::Connection(number)) => match self.connections.get(number) {
                Some(connection) => {
                    let data = format!("{{\"results\": [{}]}}", results.join(", "));
                    let text = message::write("job_results", &data, Some(&id));
                    connection.link.send(frames::TEXT, text.as_bytes());
                    if accept_later {
                        connection.link.send(frames::TEXT, accepted(&id).as_bytes());
                    }
                    true
                }
                None => false,
            },
            Some(Client::Local(_)) => match self.clients.remove(&key) {
                Some(Client::Local(end)) => end.send(Ok(results)).is_ok(),
                _ => false,
            },
            Some(Client::Gone) | None => false,
        };
        if delivered && let Some(job) = self.jobs.get_mut(&id) {
            job.completed_at = Some(clock::now());
            self.save_job_end(&id);
        }
        self.log.push(Event::JobCompleted { job_id: id, delivered });
    }
}

fn accepted(id: &str) -> String {
    let data = format!("{{\"job_id\": {}}}", json::quote(id));
    message::write("job_accepted", &data, Some(id))
}
