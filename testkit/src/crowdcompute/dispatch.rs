//! Who gets which task (CrowdCompute sheet, sections 8.1, 15 and 16).

use super::clock;
use super::core::Core;
use super::events::Event;
use super::json;
use super::message;
use super::results;
use super::tables::{Needs, TaskRow};
use super::view::{TaskState, WorkerState};
use std::sync::Arc;

/// What a worker gets in front of its code that says that it can not be traced (CrowdCompute
/// sheet, section 14.1). The real foreman also calls these functions from inside of the code.
const INSTRUMENTS: &str = "_ckpt_state = {}\n\n\
    def _ckpt_update(state):\n    _ckpt_state.update(state)\n\n\
    def _ckpt_get_state():\n    return dict(_ckpt_state)\n\n";

impl Core {
    /// The worker has nothing to do: it gets the next task.
    pub(crate) fn free(&mut self, worker: &Arc<str>) {
        self.available.insert(Arc::clone(worker));
        if !self.era.is_seed() {
            self.take_back();
        }
        self.assign_next(worker);
    }

    /// Tasks of workers that are not connected become pending (CrowdCompute sheet, section 16).
    fn take_back(&mut self) {
        let gone = self.assigned.keys().filter(|worker| !self.table.contains_key(*worker));
        let gone: Vec<Arc<str>> = gone.cloned().collect();
        for worker in gone {
            for task in self.assigned.remove(&worker).unwrap_or_default() {
                self.release(&task, &worker);
                let free =
                    |row: &TaskRow| row.state == TaskState::Assigned && row.assigned.is_empty();
                if self.tasks.get(&task).is_some_and(free) {
                    self.set_state(&task, TaskState::Pending);
                }
                self.save_task(&task);
                self.log
                    .push(Event::TaskTakenBack { worker_id: Arc::clone(&worker), task_id: task });
            }
        }
    }

    /// Gives a worker the task that is next, if there is one.
    pub(crate) fn assign_next(&mut self, worker: &Arc<str>) {
        if self.faults.mute() {
            return;
        }
        let slots = self.faults.slots();
        loop {
            if let Some(task) = self.pending.first() {
                let code = self
                    .tasks
                    .get(&task)
                    .and_then(|row| self.jobs.get(&row.job)?.stages.get(row.stage)?.code.as_ref());
                // The seed era's foreman takes the oldest task; without code it has nothing.
                if code.is_none() {
                    return;
                }
                if !self.assign(worker, &task) {
                    return;
                }
            } else if self.era.kills() && self.assigned.get(worker).is_none_or(|own| own.is_empty())
            {
                let Some(task) = self.to_copy(worker) else { return };
                if !self.assign(worker, &task) {
                    return;
                }
            } else {
                return;
            }
            if self.assigned.get(worker).is_none_or(|tasks| tasks.len() >= slots) {
                return;
            }
        }
    }

    /// The oldest task that one other worker is at (CrowdCompute sheet, section 18.1).
    fn to_copy(&self, worker: &Arc<str>) -> Option<Arc<str>> {
        let running = self.assigned.values().flatten();
        let rows = running.filter_map(|id| Some((id, self.tasks.get(id)?)));
        let alone = rows.filter(|(_, row)| {
            row.state == TaskState::Assigned
                && row.assigned.len() == 1
                && !row.assigned.contains(worker)
                && self.has_code(row)
        });
        alone.min_by_key(|(_, row)| row.seq).map(|(id, _)| Arc::clone(id))
    }

    fn has_code(&self, task: &TaskRow) -> bool {
        let stage = self.jobs.get(&task.job).and_then(|job| job.stages.get(task.stage));
        stage.is_some_and(|stage| stage.code.is_some())
    }

    /// Sends a task to a worker.
    pub(crate) fn assign(&mut self, worker: &Arc<str>, id: &Arc<str>) -> bool {
        let Some((connection, link)) = self.link_of(worker) else { return false };
        let instrumented = self.workers.get(worker).is_some_and(|row| row.instrumented);
        let Some(text) = self.assignment(id, instrumented) else { return false };
        self.set_state(id, TaskState::Assigned);
        let Some(task) = self.tasks.get_mut(id) else { return false };
        if !task.assigned.contains(worker) {
            task.assigned.push(Arc::clone(worker));
        }
        task.worker = Some(Arc::clone(worker));
        task.deliveries += 1;
        let delivery = task.deliveries;
        self.assigned.entry(Arc::clone(worker)).or_default().insert(Arc::clone(id));
        self.available.remove(worker);
        if let Some(row) = self.workers.get_mut(worker) {
            row.status = WorkerState::Busy;
            row.current_task = Some(Arc::clone(id));
            row.last_seen = clock::now();
        }
        self.save_task(id);
        self.save_worker(worker);
        self.log.push(Event::TaskAssigned {
            connection,
            worker_id: Arc::clone(worker),
            task_id: Arc::clone(id),
            delivery,
        });
        let delay = self.faults.assign_delay();
        link.send_after(delay, &text);
        if self.faults.deliver_twice() {
            link.send_after(delay, &text);
        }
        true
    }

    /// The `assign_task` message of a task.
    fn assignment(&self, id: &str, instrumented: bool) -> Option<String> {
        let task = self.tasks.get(id)?;
        let stage = self.jobs.get(&task.job)?.stages.get(task.stage)?;
        let code = stage.code.as_ref()?;
        let changed = (instrumented && stage.saves_state)
            .then(|| json::parse(code).ok())
            .flatten()
            .and_then(|code| Some(json::quote(&format!("{INSTRUMENTS}{}", code.as_str()?))));
        let code = changed.as_deref().unwrap_or(code);
        let args = self.arguments(id)?;
        let metadata = stage.metadata.as_deref();
        let metadata = metadata.map(|json| format!(", \"task_metadata\": {json}"));
        let data = format!(
            "{{\"func_code\": {code}, \"task_args\": [{args}], \"task_id\": {}{}}}",
            json::quote(id),
            metadata.unwrap_or_default(),
        );
        Some(message::write("assign_task", &data, Some(&task.job)))
    }

    /// The argument of a task, with the results of the stage before where it wants them
    /// (CrowdCompute sheet, section 17).
    pub(crate) fn arguments(&self, id: &str) -> Option<String> {
        let task = self.tasks.get(id)?;
        let job = self.jobs.get(&task.job)?;
        if !job.stages.get(task.stage)?.pass_upstream {
            return Some(task.args.to_string());
        }
        let before: Vec<&Arc<str>> = match &task.needs {
            Needs::Nothing => return Some(task.args.to_string()),
            Needs::Tasks(ids) => ids.iter().collect(),
            Needs::StageBefore => {
                let of_it = |id: &&Arc<str>| {
                    self.tasks.get(*id).is_some_and(|other| other.stage + 1 == task.stage)
                };
                job.tasks.iter().filter(of_it).collect()
            }
        };
        let results = before.into_iter().filter_map(|id| {
            let stored = self.tasks.get(id)?.stored.as_ref()?;
            Some(format!("{}: {}", json::quote(id), results::delivered(stored)))
        });
        let results: Vec<String> = results.collect();
        Some(format!(
            "{{\"original_args\": {}, \"upstream_results\": {{{}}}}}",
            task.args,
            results.join(", ")
        ))
    }
}
