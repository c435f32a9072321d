//! The foreman's tables: what the real one has in memory and what it has in its database.

use super::config::{Era, ForemanConfig};
use super::events::{Event, EventLog};
use super::faults::{Faults, Target};
use super::link::{Command, Link};
use super::store::Store;
use super::tables::{Client, Connection, Failure, JobRow, Pending, TaskRow, WorkerRow};
use super::view::{TaskState, WorkerState};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;

#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) config: Arc<ForemanConfig>,
    pub(crate) era: Era,
    pub(crate) log: Arc<EventLog>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) store: Option<Store>,
    pub(crate) stopped: bool,
    pub(crate) next_connection: u64,
    pub(crate) connections: BTreeMap<u64, Connection>,
    /// Which connection a worker id stands for.
    pub(crate) table: HashMap<Arc<str>, u64>,
    pub(crate) available: BTreeSet<Arc<str>>,
    pub(crate) workers: HashMap<Arc<str>, WorkerRow>,
    pub(crate) order: Vec<Arc<str>>,
    /// Tasks per worker that it is to answer.
    pub(crate) assigned: HashMap<Arc<str>, BTreeSet<Arc<str>>>,
    pub(crate) next_seq: u64,
    pub(crate) jobs: HashMap<Arc<str>, JobRow>,
    pub(crate) jobs_by_seq: BTreeMap<u64, Arc<str>>,
    pub(crate) tasks: HashMap<Arc<str>, TaskRow>,
    pub(crate) pending: Pending,
    /// Tasks per [`TaskState`].
    pub(crate) counts: [usize; 4],
    /// Who waits for which job; jobs without an id have an entry, too. Entries of clients that sent
    /// several jobs stay when the client goes, all but one (CrowdCompute sheet, section 11).
    pub(crate) clients: HashMap<Option<Arc<str>>, Client>,
    pub(crate) failures: VecDeque<Failure>,
    pub(crate) next_failure: u64,
    pub(crate) kept_bytes: usize,
}

impl Core {
    pub(crate) fn new(config: Arc<ForemanConfig>, log: Arc<EventLog>, faults: Arc<Faults>) -> Self {
        let era = config.era;
        Self {
            config,
            era,
            log,
            faults,
            store: None,
            stopped: false,
            next_connection: 1,
            connections: BTreeMap::new(),
            table: HashMap::new(),
            available: BTreeSet::new(),
            workers: HashMap::new(),
            order: Vec::new(),
            assigned: HashMap::new(),
            next_seq: 0,
            jobs: HashMap::new(),
            jobs_by_seq: BTreeMap::new(),
            tasks: HashMap::new(),
            pending: Pending::new(era),
            counts: [0; 4],
            clients: HashMap::new(),
            failures: VecDeque::new(),
            next_failure: 1,
            kept_bytes: 0,
        }
    }

    /// A connection came; `None` if there are too many.
    pub(crate) fn open(&mut self, peer: SocketAddr, link: Arc<Link>) -> Option<u64> {
        if self.stopped || self.connections.len() >= self.config.limits.connections {
            return None;
        }
        let number = self.next_connection;
        self.next_connection += 1;
        self.connections.insert(number, Connection { link, workers: Vec::new() });
        self.log.push(Event::Connected { connection: number, peer });
        Some(number)
    }

    /// A connection is gone.
    pub(crate) fn close(&mut self, number: u64, reason: String) {
        let Some(connection) = self.connections.remove(&number) else { return };
        let mut gone = None;
        for id in connection.workers {
            if self.table.get(&id) != Some(&number) {
                // Another connection has taken the id over.
                continue;
            }
            self.table.remove(&id);
            self.available.remove(&id);
            if let Some(row) = self.workers.get_mut(&id) {
                row.status = WorkerState::Offline;
            }
            self.save_worker(&id);
            gone.get_or_insert(id);
        }
        let mut entries = self
            .clients
            .iter_mut()
            .filter(|(_, client)| matches!(client, Client::Connection(at) if *at == number));
        let one = entries.next().map(|(job, _)| job.clone());
        // The rest stays in the real one; here it only counts.
        entries.for_each(|(_, client)| *client = Client::Gone);
        if let Some(job) = one {
            self.clients.remove(&job);
        }
        if self.clients.len() > self.config.limits.connections {
            self.clients.retain(|_, client| !matches!(client, Client::Gone));
        }
        self.log.push(Event::Disconnected { connection: number, worker_id: gone, reason });
    }

    /// The worker that is registered under this connection.
    pub(crate) fn worker_of(&self, number: u64) -> Option<Arc<str>> {
        let connection = self.connections.get(&number)?;
        connection.workers.iter().find(|id| self.table.get(*id) == Some(&number)).cloned()
    }

    pub(crate) fn link_of(&self, worker: &str) -> Option<(u64, Arc<Link>)> {
        let number = *self.table.get(worker)?;
        self.connections.get(&number).map(|connection| (number, Arc::clone(&connection.link)))
    }

    pub(crate) fn ignored(&self, connection: u64, reason: impl Into<String>) {
        self.log.push(Event::Ignored { connection, reason: reason.into() });
    }

    /// The connections that are meant.
    pub(crate) fn targets(&self, target: Target<'_>) -> Vec<Arc<Link>> {
        let all = self.connections.iter();
        match target {
            Target::All => all.map(|(_, connection)| Arc::clone(&connection.link)).collect(),
            Target::Workers => all
                .filter(|(number, _)| self.worker_of(**number).is_some())
                .map(|(_, connection)| Arc::clone(&connection.link))
                .collect(),
            Target::Worker(id) => self.link_of(id).into_iter().map(|(_, link)| link).collect(),
            Target::Connection(number) => {
                let connection = self.connections.get(&number);
                connection.map(|connection| Arc::clone(&connection.link)).into_iter().collect()
            }
        }
    }

    /// Moves a task from one state to another, in all the places that know of it.
    pub(crate) fn set_state(&mut self, id: &Arc<str>, state: TaskState) {
        let Some(task) = self.tasks.get_mut(id) else { return };
        self.counts[task.state as usize] -= 1;
        self.counts[state as usize] += 1;
        if task.state == TaskState::Pending {
            self.pending.remove(task.seq, id);
        }
        task.state = state;
        if state == TaskState::Pending {
            let (seq, stage) = (task.seq, task.stage);
            let code = self.jobs.get(&task.job).and_then(|job| job.stages.get(stage));
            // Today's foreman passes over tasks whose code it has forgotten; the seed era's takes
            // them and then has nothing to send.
            if self.era.is_seed() || code.is_some_and(|stage| stage.code.is_some()) {
                self.pending.insert(seq, id);
            }
        }
    }

    /// Takes a task from a worker.
    pub(crate) fn release(&mut self, id: &Arc<str>, worker: &str) {
        if let Some(task) = self.tasks.get_mut(id) {
            task.assigned.retain(|other| &**other != worker);
        }
        if let Some(tasks) = self.assigned.get_mut(worker) {
            tasks.remove(id);
            if tasks.is_empty() {
                self.assigned.remove(worker);
            }
        }
    }

    /// Plays a restart: memory is lost, the database stays.
    pub(crate) fn restart(&mut self) {
        for connection in self.connections.values() {
            connection.link.command(Command::Abort("the foreman restarted"));
        }
        self.forget_memory();
        self.log.push(Event::Restarted);
    }

    /// What a foreman that has just started does not know.
    pub(crate) fn forget_memory(&mut self) {
        self.table.clear();
        self.available.clear();
        self.clients.clear();
        if !self.config.keep_code {
            for stage in self.jobs.values_mut().flat_map(|job| &mut job.stages) {
                self.kept_bytes =
                    self.kept_bytes.saturating_sub(stage.code.take().map_or(0, |code| code.len()));
            }
        }
        self.pending = Pending::new(self.era);
        let pending: Vec<Arc<str>> = self
            .tasks
            .iter()
            .filter(|(_, task)| task.state == TaskState::Pending)
            .map(|(id, _)| Arc::clone(id))
            .collect();
        for id in pending {
            self.set_state(&id, TaskState::Pending);
        }
    }

    /// Ends everything.
    pub(crate) fn stop(&mut self) {
        self.stopped = true;
        // Those who wait for jobs learn that they wait in vain.
        self.clients.clear();
    }

    /// Forgets finished jobs, oldest first, until a job with so many tasks can be kept.
    pub(crate) fn make_room(&mut self, tasks: usize) -> bool {
        let max = self.config.limits.tasks;
        let room = |core: &Self| core.tasks.len() + tasks <= max && core.jobs.len() < max;
        if tasks > max || room(self) {
            return tasks <= max;
        }
        let finished: Vec<u64> = self
            .jobs_by_seq
            .iter()
            .filter(|(_, id)| self.jobs.get(*id).is_some_and(|job| job.remaining == 0))
            .map(|(seq, _)| *seq)
            .collect();
        for seq in finished {
            if room(self) {
                return true;
            }
            self.forget_job(seq);
        }
        room(self)
    }

    fn forget_job(&mut self, seq: u64) {
        let Some(id) = self.jobs_by_seq.remove(&seq) else { return };
        let Some(job) = self.jobs.remove(&id) else { return };
        self.kept_bytes = self.kept_bytes.saturating_sub(job.bytes());
        for id in &job.tasks {
            let Some(task) = self.tasks.remove(id) else { continue };
            self.counts[task.state as usize] -= 1;
            self.pending.remove(task.seq, id);
            self.kept_bytes = self.kept_bytes.saturating_sub(task.bytes());
        }
        self.clients.remove(&Some(id));
    }

    /// Forgets everything that is in the database, as its HTTP API can be told to.
    pub(crate) fn clear(&mut self) {
        let jobs: Vec<u64> = self.jobs_by_seq.keys().copied().collect();
        for seq in jobs {
            self.forget_job(seq);
        }
        self.assigned.clear();
        self.failures.clear();
        self.workers.retain(|id, _| self.table.contains_key(id));
        self.order.retain(|id| self.table.contains_key(id));
        self.save_all();
    }
}
