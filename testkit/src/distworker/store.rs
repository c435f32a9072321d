//! The records of tasks, bounded.

use super::config::Limits;
use super::task::{Status, Task, Waiters};
use std::collections::{BTreeMap, VecDeque};
use uuid::Uuid;

#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) task: Task,
    pub(crate) waiters: Option<Box<Waiters>>,
    /// Place in the ring of finished tasks.
    place: Option<u64>,
    weight: usize,
}

/// All tasks, ordered by id and so by age. Finished ones are forgotten oldest first.
#[derive(Debug)]
pub(crate) struct Store {
    records: BTreeMap<Uuid, Record>,
    finished: VecDeque<(Uuid, u64)>,
    finished_bytes: usize,
    live: usize,
    live_bytes: usize,
    next_place: u64,
    limits: Limits,
}

impl Store {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            records: BTreeMap::new(),
            finished: VecDeque::new(),
            finished_bytes: 0,
            live: 0,
            live_bytes: 0,
            next_place: 0,
            limits,
        }
    }

    /// Tasks that are not finished.
    pub(crate) fn live(&self) -> usize {
        self.live
    }

    /// Finished tasks that are remembered.
    pub(crate) fn finished(&self) -> usize {
        self.records.len() - self.live
    }

    /// Whether a task of this weight still fits.
    pub(crate) fn has_room(&self, weight: usize) -> bool {
        self.live < self.limits.live_tasks
            && self.live_bytes.saturating_add(weight) <= self.limits.live_bytes
    }

    /// Adds a pending task.
    pub(crate) fn insert(&mut self, task: Task, waiters: Option<Box<Waiters>>) {
        let weight = task.weight();
        self.live += 1;
        self.live_bytes += weight;
        self.records.insert(task.id, Record { task, waiters, place: None, weight });
    }

    pub(crate) fn get(&self, id: Uuid) -> Option<&Task> {
        self.records.get(&id).map(|record| &record.task)
    }

    /// Tasks from the newest to the oldest.
    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &Task> {
        self.records.values().rev().map(|record| &record.task)
    }

    /// Changes a task and keeps the accounts.
    pub(crate) fn update<R>(
        &mut self,
        id: Uuid,
        change: impl FnOnce(&mut Record) -> R,
    ) -> Option<R> {
        let record = self.records.get_mut(&id)?;
        let was_finished = record.place.is_some();
        let answer = change(record);
        let weight = record.task.weight();
        if was_finished {
            self.finished_bytes -= record.weight;
        } else {
            self.live -= 1;
            self.live_bytes -= record.weight;
        }
        record.weight = weight;
        if record.task.status == Status::Finished {
            self.finished_bytes += weight;
            if !was_finished {
                record.place = Some(self.next_place);
                self.finished.push_back((id, self.next_place));
                self.next_place += 1;
            }
            self.forget();
        } else {
            record.place = None;
            self.live += 1;
            self.live_bytes += weight;
        }
        Some(answer)
    }

    fn forget(&mut self) {
        // The ring may hold stale places of tasks that were queued again; the second condition
        // bounds those, too.
        while self.finished() > self.limits.finished_tasks
            || self.finished.len() > self.limits.finished_tasks.saturating_mul(2)
            || self.finished_bytes > self.limits.finished_bytes
        {
            let Some((id, place)) = self.finished.pop_front() else { return };
            let current = self.records.get(&id).is_some_and(|record| record.place == Some(place));
            if current && let Some(record) = self.records.remove(&id) {
                self.finished_bytes -= record.weight;
            }
        }
    }

    /// Ids of all tasks in this state.
    pub(crate) fn ids(&self, status: Status) -> Vec<Uuid> {
        let matching = self.records.values().filter(|record| record.task.status == status);
        matching.map(|record| record.task.id).collect()
    }

    /// Lets go of everybody who waits.
    pub(crate) fn drop_waiters(&mut self) {
        for record in self.records.values_mut() {
            record.waiters = None;
        }
    }
}

/// Makes UUIDv7 ids that grow, also within one millisecond.
#[derive(Debug)]
pub(crate) struct Ids {
    last_ms: u64,
    counter: u16,
    random: u64,
}

impl Ids {
    pub(crate) fn new() -> Self {
        let (high, low) = Uuid::new_v4().as_u64_pair();
        Self { last_ms: 0, counter: 0, random: (high ^ low) | 1 }
    }

    pub(crate) fn next(&mut self, now_ms: i64) -> Uuid {
        let now = u64::try_from(now_ms).unwrap_or(0);
        self.counter = (self.counter + 1) & 0xfff;
        if now > self.last_ms {
            self.last_ms = now;
            self.counter = 0;
        } else if self.counter == 0 {
            // More than 4096 in a millisecond, or a clock that stands: borrow the next one.
            self.last_ms += 1;
        }
        // xorshift64: these bits only have to differ, not to be secret.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        let [high, low] = self.counter.to_be_bytes();
        let mut tail = [0; 10];
        tail[..2].copy_from_slice(&[high, low]);
        tail[2..].copy_from_slice(&self.random.to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(self.last_ms, &tail).into_uuid()
    }
}

/// Reads a task id as the workers must send it: lower case, with dashes, nothing else.
pub(crate) fn parse_id(text: &str) -> Option<Uuid> {
    let canonical = text.len() == 36 && !text.bytes().any(|byte| byte.is_ascii_uppercase());
    canonical.then(|| Uuid::try_parse(text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn task(id: Uuid, input: usize) -> Task {
        Task {
            id,
            status: Status::Pending,
            queue: "q".into(),
            metadata: None,
            input: Some(Bytes::from(vec![0; input])),
            result: None,
            error: None,
            files: Vec::new(),
            result_files: Vec::new(),
            worker_id: None,
            timeout_ms: 0,
            created_at: 0,
            started_at: None,
            completed_at: None,
            max_retry: 0,
            retried: 0,
        }
    }

    fn set(store: &mut Store, id: Uuid, status: Status) {
        store.update(id, |record| record.task.status = status);
    }

    #[test]
    fn ids_grow_and_are_uuid_v7() {
        let mut ids = Ids::new();
        let made: Vec<Uuid> =
            (0..10_000).map(|at| ids.next(1_795_268_091_000 + at / 6000)).collect();
        assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(made.iter().all(|id| id.get_version_num() == 7));
        assert!(made.iter().all(|id| parse_id(&id.to_string()) == Some(*id)));
    }

    #[test]
    fn only_the_canonical_spelling_is_an_id() {
        let text = "01a1fe51-5f20-7e00-b5bc-db423f66f8e2";
        assert!(parse_id(text).is_some());
        for text in
            [&text.to_uppercase(), &text.replace('-', ""), &format!("{{{text}}}"), "", "nope"]
        {
            assert_eq!(parse_id(text), None, "{text}");
        }
    }

    #[test]
    fn finished_tasks_are_forgotten_oldest_first_by_count_and_bytes() {
        let limits = Limits { finished_tasks: 3, finished_bytes: 100, ..Limits::default() };
        let mut store = Store::new(limits);
        let mut ids = Ids::new();
        let made: Vec<Uuid> = (0..6).map(|_| ids.next(1)).collect();
        for id in &made {
            store.insert(task(*id, 10), None);
        }
        for id in &made {
            set(&mut store, *id, Status::Finished);
        }
        let kept: Vec<Uuid> = store.newest_first().map(|task| task.id).collect();
        assert_eq!(kept, [made[5], made[4], made[3]]);
        store.update(made[5], |record| record.task.result = Some(Bytes::from(vec![0; 75])));
        assert_eq!((store.finished(), store.finished_bytes), (2, 95));
        store.update(made[5], |record| record.task.result = Some(Bytes::from(vec![0; 200])));
        assert_eq!(
            (store.finished(), store.finished_bytes, store.live, store.live_bytes),
            (0, 0, 0, 0)
        );
    }

    #[test]
    fn a_task_that_is_queued_again_is_live_again() {
        let limits =
            Limits { finished_tasks: 2, live_tasks: 2, live_bytes: 25, ..Limits::default() };
        let mut store = Store::new(limits);
        let mut ids = Ids::new();
        let (first, second) = (ids.next(1), ids.next(1));
        store.insert(task(first, 10), None);
        for _ in 0..1000 {
            set(&mut store, first, Status::Finished);
            assert_eq!((store.live(), store.finished()), (0, 1));
            set(&mut store, first, Status::Pending);
            assert_eq!((store.live(), store.finished(), store.live_bytes), (1, 0, 10));
        }
        assert!(store.finished.len() <= 4);
        assert!(store.has_room(15) && !store.has_room(16));
        store.insert(task(second, 0), None);
        assert!(!store.has_room(0));
        assert_eq!(store.ids(Status::Pending), [first, second]);
    }
}
