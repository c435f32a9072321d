//! What the registrations are doing, for whoever shows it.

use std::sync::{Arc, Mutex, PoisonError};

use crate::{Era, pyjson::Raw};

/// One registration at the foreman.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Registration {
    /// The id that it is registered under, or was last.
    pub worker_id: String,
    /// Whether it is registered now, as far as anybody can tell.
    pub registered: bool,
    /// The era of the foreman, where it is known.
    pub era: Option<Era>,
    /// Its tasks in work, the oldest first.
    pub tasks: Vec<CurrentTask>,
    /// Something here needs its id: a task in work, or an answer that is not through.
    pub(crate) owes: bool,
}

/// A task in work.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CurrentTask {
    /// The foreman's id of the task.
    pub task_id: Arc<str>,
    /// The job that it belongs to.
    pub job_id: Option<Arc<str>>,
    /// What the client said besides, as it came.
    pub metadata: Option<Raw>,
    /// Whether it goes on from a checkpoint.
    pub is_resume: bool,
}

/// The registrations of one worker, as they are now. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Registrations(Arc<Mutex<Vec<Arc<Mutex<Registration>>>>>);

impl Registrations {
    /// All of them, in the order of their numbers. Empty until the worker is started.
    pub fn snapshot(&self) -> Vec<Registration> {
        let list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.iter().map(|one| one.lock().unwrap_or_else(PoisonError::into_inner).clone()).collect()
    }

    /// Adds one, which its protocol keeps true.
    pub(crate) fn add(&self) -> Shared {
        let own = Arc::default();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&own));
        Shared { own, all: self.clone() }
    }
}

/// A registration that is shown.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    own: Arc<Mutex<Registration>>,
    all: Registrations,
}

impl Shared {
    pub(crate) fn update(&self, change: impl FnOnce(&mut Registration)) {
        change(&mut self.own.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Whether another one is not registered, and has something that needs its id.
    pub(crate) fn others_owe(&self) -> bool {
        let list = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.iter().filter(|other| !Arc::ptr_eq(other, &self.own)).any(|other| {
            let other = other.lock().unwrap_or_else(PoisonError::into_inner);
            other.owes && !other.registered
        })
    }
}
