//! The file that takes the part of the foreman's database.
//!
//! One JSON object per line; later lines change what earlier ones say. A line is handed to the
//! system before what it says can be seen from outside, so a killed process loses nothing; a line
//! that was cut by the kill is dropped at the next start. Then the file is written anew.

use super::core::Core;
use super::json::{self, Value as Python};
use super::tables::{CHECKPOINTS, Failure, JobRow, Needs, StageRow, TaskRow, WorkerRow};
use super::view::{Checkpoint, TaskState, WorkerState};
use crate::vectors::unhex;
use serde_json::{Map, Value, json};
use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Debug)]
pub(crate) struct Store {
    file: File,
    path: PathBuf,
    /// The first write that failed: from then on the file is behind.
    pub(crate) broken: Option<String>,
}

impl Store {
    fn line(&mut self, line: &Value) {
        if self.broken.is_none() {
            // One write, so that a kill cuts at most this line.
            if let Err(error) = self.file.write_all(format!("{line}\n").as_bytes()) {
                self.broken = Some(format!("{}: {error}", self.path.display()));
            }
        }
    }
}

impl Core {
    /// Reads the file, if there is one, writes it anew, and keeps it up to date from now on.
    pub(crate) fn open_store(&mut self, path: &Path) -> io::Result<()> {
        match fs::read_to_string(path) {
            Ok(text) => self.load(path, &text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        self.forget_memory();
        let new = path.with_extension("new");
        let file = OpenOptions::new().create(true).write(true).truncate(true).open(&new)?;
        self.store = Some(Store { file, path: path.to_owned(), broken: None });
        self.save_all();
        fs::rename(&new, path)
    }

    fn load(&mut self, path: &Path, text: &str) -> io::Result<()> {
        let count = text.lines().count();
        for (at, line) in text.lines().enumerate() {
            let wrong = |what: &str| {
                let text = format!("{}:{}: {what}", path.display(), at + 1);
                io::Error::new(io::ErrorKind::InvalidData, text)
            };
            let Ok(value) = serde_json::from_str::<Value>(line) else {
                // The end of a killed process.
                if at + 1 == count {
                    break;
                }
                return Err(wrong("not JSON"));
            };
            self.load_line(&value).ok_or_else(|| wrong("not a line of this file"))?;
        }
        Ok(())
    }

    fn load_line(&mut self, line: &Value) -> Option<()> {
        let (kind, row) = line.as_object()?.iter().next()?;
        match kind.as_str() {
            "job" => self.load_job(row),
            "job_end" => {
                let job = self.jobs.get_mut(row["id"].as_str()?)?;
                job.completed_at = row["at"].as_i64();
                Some(())
            }
            "task" => self.load_task(row),
            "result" => self.load_result(row),
            "worker" => self.load_worker(row),
            "failure" => {
                let failure = Failure {
                    id: row["id"].as_u64()?,
                    worker: row["worker"].as_str()?.into(),
                    task: row["task"].as_str()?.into(),
                    job: row["job"].as_str()?.into(),
                    error: row["error"].as_str()?.into(),
                    at: row["at"].as_i64()?,
                };
                self.next_failure = self.next_failure.max(failure.id + 1);
                self.failures.push_back(failure);
                if self.failures.len() > super::tables::FAILURES {
                    self.failures.pop_front();
                }
                Some(())
            }
            _ => None,
        }
    }

    fn load_job(&mut self, row: &Value) -> Option<()> {
        let id: Arc<str> = row["id"].as_str()?.into();
        let seq = row["seq"].as_u64()?;
        let text = |value: &Value| value.as_str().map(Arc::<str>::from);
        let stages: Vec<StageRow> = row["stages"]
            .as_array()?
            .iter()
            .map(|stage| StageRow {
                code: text(&stage["code"]),
                metadata: text(&stage["metadata"]),
                saves_state: stage["saves_state"] == true,
                pass_upstream: stage["pass_upstream"] == true,
                remaining: 0,
            })
            .collect();
        let mut job = JobRow {
            seq,
            total_tasks: row["total_tasks"].as_i64()?,
            completed_tasks: 0,
            created_at: row["created_at"].as_i64()?,
            completed_at: row["completed_at"].as_i64(),
            checkpointing: row["checkpointing"] == true,
            pipeline: row["pipeline"] == true,
            mapped: row["mapped"] == true,
            stages,
            tasks: Vec::new(),
            remaining: 0,
            accept_later: false,
        };
        self.kept_bytes += job.bytes();
        self.next_seq = self.next_seq.max(seq);
        for task in row["tasks"].as_array()? {
            let task_id: Arc<str> = task["id"].as_str()?.into();
            let stage = usize::try_from(task["stage"].as_u64()?).ok()?;
            job.stages.get_mut(stage)?.remaining += 1;
            let needs = match &task["needs"] {
                Value::Null => Needs::Nothing,
                Value::Array(ids) => Needs::Tasks(ids.iter().filter_map(text).collect()),
                _ => Needs::StageBefore,
            };
            let seq = task["seq"].as_u64()?;
            self.next_seq = self.next_seq.max(seq);
            let row =
                TaskRow::new(seq, Arc::clone(&id), stage, task["args"].as_str()?.into(), needs);
            self.kept_bytes += row.bytes();
            job.tasks.push(Arc::clone(&task_id));
            job.remaining += 1;
            self.insert_task(&task_id, row);
        }
        self.jobs_by_seq.insert(seq, Arc::clone(&id));
        self.jobs.insert(id, job);
        Some(())
    }

    fn load_task(&mut self, row: &Value) -> Option<()> {
        let (id, _) = self.tasks.get_key_value(row["id"].as_str()?)?;
        let id = Arc::clone(id);
        let workers = |value: &Value| -> Option<Vec<Arc<str>>> {
            value.as_array()?.iter().map(|id| id.as_str().map(Arc::from)).collect()
        };
        let assigned = workers(&row["assigned"])?;
        let before = self.tasks.get(&id)?.assigned.clone();
        for worker in before {
            self.release(&id, &worker);
        }
        for worker in &assigned {
            self.assigned.entry(Arc::clone(worker)).or_default().insert(Arc::clone(&id));
        }
        self.set_state(&id, TaskState::of(row["state"].as_str()?)?);
        let task = self.tasks.get_mut(&id)?;
        let bytes = task.bytes();
        task.assigned = assigned;
        task.worker = row["worker"].as_str().map(Arc::from);
        task.deliveries = row["deliveries"].as_u64()?;
        task.error_count = row["error_count"].as_u64()?;
        task.errors = row["errors"]
            .as_array()?
            .iter()
            .filter_map(|text| text.as_str().map(Arc::from))
            .collect();
        task.checkpoint_count = row["checkpoint_count"].as_u64()?;
        task.progress = row["progress"].as_f64()?;
        if let Some(last) = row["checkpoint"].as_object() {
            let checkpoint = Checkpoint {
                id: last["id"].as_i64()?,
                is_base: last["is_base"] == true,
                data: unhex(last["data"].as_str()?)?,
                progress_percent: task.progress,
            };
            let at = last["at"].as_i64()?;
            if task.checkpoints.back().is_none_or(|(_, before)| *before != at) {
                task.checkpoints.push_back((checkpoint, at));
            }
            if task.checkpoints.len() > CHECKPOINTS {
                task.checkpoints.pop_front();
            }
        }
        self.kept_bytes = (self.kept_bytes + task.bytes()).saturating_sub(bytes);
        Some(())
    }

    fn load_result(&mut self, row: &Value) -> Option<()> {
        let (id, _) = self.tasks.get_key_value(row["id"].as_str()?)?;
        let id = Arc::clone(id);
        let workers = self.tasks.get(&id)?.assigned.clone();
        let worker = row["worker"].as_str()?;
        if self.tasks.get(&id)?.state == TaskState::Completed {
            return Some(());
        }
        for other in workers {
            self.release(&id, &other);
        }
        self.set_state(&id, TaskState::Completed);
        let task = self.tasks.get_mut(&id)?;
        task.worker = Some(worker.into());
        task.raw = Some(row["raw"].as_str()?.into());
        let Ok(Python::Str(stored)) = json::parse(row["stored"].as_str()?) else { return None };
        self.kept_bytes += stored.len() + task.raw.as_ref()?.len();
        task.stored = Some(stored);
        task.completed_at = row["at"].as_i64();
        task.progress = 100.0;
        let job = self.jobs.get_mut(&task.job)?;
        job.completed_tasks += 1;
        job.remaining -= 1;
        job.stages.get_mut(task.stage)?.remaining -= 1;
        Some(())
    }

    fn load_worker(&mut self, row: &Value) -> Option<()> {
        let id: Arc<str> = row["id"].as_str()?.into();
        let parsed = |value: &Value| value.as_str().and_then(|text| json::parse(text).ok());
        if !self.workers.contains_key(&id) {
            self.order.push(Arc::clone(&id));
        }
        let states = [WorkerState::Online, WorkerState::Busy, WorkerState::Offline];
        let status = states.into_iter().find(|state| row["status"] == state.name())?;
        let worker = WorkerRow {
            status,
            last_seen: row["last_seen"].as_i64()?,
            current_task: row["current_task"].as_str().map(Arc::from),
            completed: row["completed"].as_u64()?,
            failed: row["failed"].as_u64()?,
            registrations: row["registrations"].as_u64()?,
            heartbeats: row["heartbeats"].as_u64()?,
            specs: parsed(&row["specs"]),
            metrics: parsed(&row["metrics"]),
            instrumented: row["instrumented"] == true,
        };
        self.workers.insert(id, worker);
        Some(())
    }

    fn write(&mut self, line: impl FnOnce(&Self) -> Option<Value>) {
        if self.store.is_none() {
            return;
        }
        let line = line(self);
        if let (Some(store), Some(line)) = (&mut self.store, line) {
            store.line(&line);
        }
    }

    /// Everything, as a new database.
    pub(crate) fn save_all(&mut self) {
        let Some(store) = &mut self.store else { return };
        if let Err(error) = store.file.set_len(0) {
            store.broken = Some(format!("{}: {error}", store.path.display()));
        }
        if let Err(error) = io::Seek::rewind(&mut store.file) {
            store.broken = Some(format!("{}: {error}", store.path.display()));
        }
        for id in self.order.clone() {
            self.save_worker(&id);
        }
        let jobs: Vec<Arc<str>> = self.jobs_by_seq.values().cloned().collect();
        for id in jobs {
            self.save_job(&id);
            let tasks = self.jobs.get(&id).map(|job| job.tasks.clone()).unwrap_or_default();
            for task in tasks {
                let row = self.tasks.get(&task);
                if row.is_some_and(|row| row.deliveries > 0 || row.state != TaskState::Blocked) {
                    self.save_task(&task);
                }
                self.save_result(&task);
            }
        }
        let failures: VecDeque<Failure> = self.failures.clone();
        for failure in &failures {
            self.save_failure(failure);
        }
    }

    /// A new job with its tasks.
    pub(crate) fn save_job(&mut self, id: &str) {
        self.write(|core| {
            let job = core.jobs.get(id)?;
            let keep = core.config.keep_code;
            let stage = |stage: &StageRow| {
                json!({
                    "code": stage.code.as_deref().filter(|_| keep),
                    "metadata": stage.metadata.as_deref(),
                    "saves_state": stage.saves_state,
                    "pass_upstream": stage.pass_upstream,
                })
            };
            let task = |id: &Arc<str>| {
                let task = core.tasks.get(id)?;
                let needs = match &task.needs {
                    Needs::Nothing => Value::Null,
                    Needs::StageBefore => Value::Bool(true),
                    Needs::Tasks(ids) => ids.iter().map(|id| Value::from(&**id)).collect(),
                };
                Some(json!({
                    "id": &**id, "seq": task.seq, "stage": task.stage, "args": &*task.args,
                    "needs": needs,
                }))
            };
            Some(json!({"job": {
                "id": id,
                "seq": job.seq,
                "total_tasks": job.total_tasks,
                "created_at": job.created_at,
                "completed_at": job.completed_at,
                "checkpointing": job.checkpointing,
                "pipeline": job.pipeline,
                "mapped": job.mapped,
                "stages": job.stages.iter().map(stage).collect::<Vec<_>>(),
                "tasks": job.tasks.iter().filter_map(task).collect::<Vec<_>>(),
            }}))
        });
    }

    /// The results of a job were delivered.
    pub(crate) fn save_job_end(&mut self, id: &str) {
        self.write(|core| {
            let at = core.jobs.get(id)?.completed_at;
            Some(json!({"job_end": {"id": id, "at": at}}))
        });
    }

    /// What changes about a task before its result.
    pub(crate) fn save_task(&mut self, id: &str) {
        self.write(|core| {
            let task = core.tasks.get(id)?;
            if task.state == TaskState::Completed {
                return None;
            }
            let texts = |texts: &mut dyn Iterator<Item = &Arc<str>>| -> Value {
                texts.map(|text| Value::from(&**text)).collect()
            };
            let last = task.checkpoints.back().map(|(last, at)| {
                let hex: String = last.data.iter().map(|byte| format!("{byte:02x}")).collect();
                json!({"id": last.id, "is_base": last.is_base, "data": hex, "at": at})
            });
            let mut row = Map::new();
            row.insert("id".to_owned(), id.into());
            row.insert("state".to_owned(), task.state.name().into());
            row.insert("assigned".to_owned(), texts(&mut task.assigned.iter()));
            row.insert("worker".to_owned(), task.worker.as_deref().into());
            row.insert("deliveries".to_owned(), task.deliveries.into());
            row.insert("error_count".to_owned(), task.error_count.into());
            row.insert("errors".to_owned(), texts(&mut task.errors.iter()));
            row.insert("checkpoint_count".to_owned(), task.checkpoint_count.into());
            row.insert("progress".to_owned(), task.progress.into());
            row.insert("checkpoint".to_owned(), last.unwrap_or_default());
            Some(json!({"task": row}))
        });
    }

    /// The result of a task, if it has one.
    pub(crate) fn save_result(&mut self, id: &str) {
        self.write(|core| {
            let task = core.tasks.get(id)?;
            let stored = json::write(&Python::Str(task.stored.clone()?));
            Some(json!({"result": {
                "id": id,
                "worker": task.worker.as_deref(),
                "raw": task.raw.as_deref(),
                "stored": stored,
                "at": task.completed_at,
            }}))
        });
    }

    pub(crate) fn save_worker(&mut self, id: &str) {
        self.write(|core| {
            let row = core.workers.get(id)?;
            Some(json!({"worker": {
                "id": id,
                "status": row.status.name(),
                "last_seen": row.last_seen,
                "current_task": row.current_task.as_deref(),
                "completed": row.completed,
                "failed": row.failed,
                "registrations": row.registrations,
                "heartbeats": row.heartbeats,
                "specs": row.specs.as_ref().map(json::write),
                "metrics": row.metrics.as_ref().map(json::write),
                "instrumented": row.instrumented,
            }}))
        });
    }

    pub(crate) fn save_failure(&mut self, failure: &Failure) {
        self.write(|_| {
            Some(json!({"failure": {
                "id": failure.id,
                "worker": &*failure.worker,
                "task": &*failure.task,
                "job": &*failure.job,
                "error": &*failure.error,
                "at": failure.at,
            }}))
        });
    }
}
