//! Tasks that are refused without becoming jobs, and so without the session's brake. The foreman
//! sends a refused task again at once, with no limit (CrowdCompute sheet, section 8.3): each further
//! refusal is held back for longer, and the registration is parked meanwhile.

use std::{
    collections::{HashMap, VecDeque},
    time::Instant,
};

use journeyman_core::Brake;

use crate::wire::TaskRef;

/// How many ids are remembered.
const REMEMBERED: usize = 256;

/// How many refusals are held back. A foreman has one task out per registration.
const MAX_WAITING: usize = 128;

/// A refusal: of what, and why.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) task: TaskRef,
    pub(super) text: String,
}

#[derive(Debug, Default)]
pub(super) struct Refusals {
    brake: Brake,
    counts: HashMap<String, u32>,
    order: VecDeque<String>,
    waiting: VecDeque<(Instant, Refusal)>,
}

impl Refusals {
    /// Notes a refusal; gives it back if it can go out at once.
    pub(super) fn add(&mut self, now: Instant, refusal: Refusal) -> Option<Refusal> {
        let before = self.count(&refusal.task.task_id);
        let delay = self.brake.delay(before);
        if delay.is_zero() {
            return Some(refusal);
        }
        // Sent twice, it is answered once.
        self.remove(&refusal.task.task_id);
        if self.waiting.len() == MAX_WAITING {
            self.waiting.pop_front();
        }
        self.waiting.push_back((now + delay, refusal));
        None
    }

    /// How often it was refused before.
    fn count(&mut self, task_id: &str) -> u32 {
        if let Some(count) = self.counts.get_mut(task_id) {
            let before = *count;
            *count = count.saturating_add(1);
            return before;
        }
        if self.order.len() == REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.counts.remove(&oldest);
        }
        self.counts.insert(task_id.to_owned(), 1);
        self.order.push_back(task_id.to_owned());
        0
    }

    /// Forgets one that is held back. Returns whether there was one.
    pub(super) fn remove(&mut self, task_id: &str) -> bool {
        let before = self.waiting.len();
        self.waiting.retain(|(_, refusal)| refusal.task.task_id != task_id);
        self.waiting.len() < before
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// When the next one goes out.
    pub(super) fn due(&self) -> Option<Instant> {
        self.waiting.iter().map(|(due, _)| *due).min()
    }

    /// Those that go out now; without a time, all.
    pub(super) fn take(&mut self, now: Option<Instant>) -> Vec<Refusal> {
        let (due, rest): (VecDeque<_>, _) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|(due, _)| now.is_none_or(|now| *due <= now));
        self.waiting = rest;
        due.into_iter().map(|(_, refusal)| refusal).collect()
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn refusal(id: &str) -> Refusal {
        let task = TaskRef { task_id: id.to_owned(), job_id: None };
        Refusal { task, text: "no".to_owned() }
    }

    #[test]
    fn the_first_goes_out_at_once_and_the_next_later_and_later() {
        let (start, mut refusals) = (Instant::now(), Refusals::default());
        assert!(refusals.add(start, refusal("a")).is_some());
        assert!(refusals.add(start, refusal("b")).is_some());
        for millis in [100, 200, 400] {
            assert!(refusals.add(start, refusal("a")).is_none());
            assert_eq!(refusals.due(), Some(start + Duration::from_millis(millis)));
            assert!(refusals.take(Some(start)).is_empty());
            assert_eq!(refusals.take(refusals.due()).len(), 1);
        }
        assert!(refusals.is_empty());
    }

    #[test]
    fn memory_is_bounded() {
        let (start, mut refusals) = (Instant::now(), Refusals::default());
        for round in 0..2 {
            for i in 0..REMEMBERED {
                assert_eq!(refusals.add(start, refusal(&format!("{i}"))).is_none(), round > 0);
            }
        }
        assert_eq!((refusals.counts.len(), refusals.waiting.len()), (REMEMBERED, MAX_WAITING));
        refusals.add(start, refusal("new"));
        assert_eq!(refusals.counts.len(), REMEMBERED);
        assert_eq!(refusals.take(None).len(), MAX_WAITING);
    }
}
