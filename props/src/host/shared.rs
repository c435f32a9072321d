//! What supervisors, manager and control have in common.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use journeyman_halloween::discovery::LeftOut;
use tokio::sync::{mpsc, oneshot, watch};

use super::spec::{Spec, Trouble};
use crate::{ControlError, PropState, PropStatus, Reloaded};

/// Orders that may wait for a prop that is busy with another.
const ORDERS: usize = 16;

/// Whether the host goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stop {
    #[default]
    No,
    /// In good order.
    Drain,
    /// As fast as it can be.
    Hurry,
}

/// Waits until a watched value is like that, or nobody changes it any more. (The borrow that
/// `wait_for` returns cannot be kept over an await.)
pub(crate) async fn reached<T>(value: &mut watch::Receiver<T>, is: impl FnMut(&T) -> bool) {
    let _ = value.wait_for(is).await;
}

/// Tells how a request went.
pub(crate) type Done = oneshot::Sender<Result<(), ControlError>>;

/// Hears how a request went.
pub(crate) type End = oneshot::Receiver<Result<(), ControlError>>;

/// What a prop's supervisor is told.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) what: What,
    pub(crate) done: Option<Done>,
}

#[derive(Clone, Debug)]
pub(crate) enum What {
    Start,
    Stop,
    Restart,
    /// Its files have changed.
    Replace(Arc<Spec>),
    /// It is gone, or the host stops.
    Quit,
}

/// A request to look for changes. The answer has what was begun, and the ends to wait for.
pub(crate) type ReloadRequest = oneshot::Sender<Begun>;

/// A reload that was begun.
#[derive(Debug, Default)]
pub(crate) struct Begun {
    pub(crate) report: Reloaded,
    pub(crate) pending: Vec<(Arc<str>, End)>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    props: Mutex<BTreeMap<Arc<str>, Slot>>,
    /// What was found and does not run.
    rest: Mutex<Rest>,
    /// Counts changes of any status.
    version: watch::Sender<u64>,
    pub(crate) stop: watch::Sender<Stop>,
    /// Every prop has had its first attempt.
    pub(crate) started: watch::Sender<bool>,
    /// The manager has ended.
    pub(crate) over: watch::Sender<bool>,
    pub(crate) reloads: mpsc::Sender<ReloadRequest>,
}

#[derive(Debug, Default)]
struct Rest {
    left_out: Vec<LeftOut>,
    troubles: Vec<Trouble>,
}

#[derive(Debug)]
struct Slot {
    status: PropStatus,
    orders: mpsc::Sender<Order>,
}

impl Shared {
    pub(crate) fn new(reloads: mpsc::Sender<ReloadRequest>) -> Self {
        Self {
            props: Mutex::default(),
            rest: Mutex::default(),
            version: watch::Sender::default(),
            stop: watch::Sender::default(),
            started: watch::Sender::default(),
            over: watch::Sender::default(),
            reloads,
        }
    }

    /// Takes a prop in. Returns where its orders come from.
    pub(crate) fn enter(&self, spec: &Spec) -> mpsc::Receiver<Order> {
        let (orders, received) = mpsc::channel(ORDERS);
        let status = PropStatus {
            id: Arc::clone(&spec.id),
            name: Arc::clone(&spec.name),
            kind: spec.kind,
            state: PropState::Starting,
            connected: false,
            runs: 0,
            since: SystemTime::now(),
        };
        self.lock().insert(Arc::clone(&spec.id), Slot { status, orders });
        self.changed();
        received
    }

    /// Forgets a prop that is gone, unless another one has its id by now: that one's orders would
    /// still be taken.
    pub(crate) fn leave(&self, id: &str) {
        let mut props = self.lock();
        if props.get(id).is_some_and(|slot| slot.orders.is_closed()) {
            props.remove(id);
        }
        drop(props);
        self.changed();
    }

    pub(crate) fn update(&self, id: &str, change: impl FnOnce(&mut PropStatus)) {
        if let Some(slot) = self.lock().get_mut(id) {
            change(&mut slot.status);
        }
        self.changed();
    }

    /// Whether a prop is in such a state.
    pub(crate) fn state(&self, id: &str, is: impl FnOnce(&PropState) -> bool) -> bool {
        self.lock().get(id).is_some_and(|slot| is(&slot.status.state))
    }

    pub(crate) fn list(&self) -> Vec<PropStatus> {
        self.lock().values().map(|slot| slot.status.clone()).collect()
    }

    /// The orders of the prop with this id or, without one, of the only one with this name.
    pub(crate) fn orders(&self, id: &str) -> Option<(Arc<str>, mpsc::Sender<Order>)> {
        let props = self.lock();
        let slot = props.get(id).or_else(|| {
            let mut named = props.values().filter(|slot| &*slot.status.name == id);
            named.next().filter(|_| named.next().is_none())
        })?;
        Some((Arc::clone(&slot.status.id), slot.orders.clone()))
    }

    pub(crate) fn set_rest(&self, left_out: Vec<LeftOut>, troubles: Vec<Trouble>) {
        *self.rest() = Rest { left_out, troubles };
        self.changed();
    }

    pub(crate) fn left_out(&self) -> Vec<LeftOut> {
        self.rest().left_out.clone()
    }

    pub(crate) fn problems(&self) -> Vec<String> {
        self.rest().troubles.iter().map(Trouble::to_string).collect()
    }

    /// Why a prop that somebody asked for does not run.
    pub(crate) fn hint(&self, id: &str) -> String {
        let rest = self.rest();
        let trouble = rest.troubles.iter().find(|it| it.name == id || it.id.as_deref() == Some(id));
        if let Some(trouble) = trouble {
            return trouble.text.clone();
        }
        let named = |it: &&LeftOut| it.name == id || it.id.as_deref() == Some(id);
        if let Some(left_out) = rest.left_out.iter().find(named) {
            return left_out.reason.text();
        }
        drop(rest);
        let props = self.lock();
        let known: Vec<&str> = props.keys().take(20).map(|id| &**id).collect();
        match known.as_slice() {
            [] => "there are none".to_owned(),
            known if known.len() < props.len() => {
                format!("known are {}, and {} more", known.join(", "), props.len() - known.len())
            }
            known => format!("known are {}", known.join(", ")),
        }
    }

    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    pub(crate) fn stop(&self, how: Stop) {
        self.stop.send_if_modified(|stop| {
            let more = how > *stop;
            *stop = how.max(*stop);
            more
        });
    }

    pub(crate) fn changed(&self) {
        self.version.send_modify(|version| *version = version.wrapping_add(1));
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Arc<str>, Slot>> {
        self.props.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rest(&self) -> MutexGuard<'_, Rest> {
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
