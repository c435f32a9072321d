//! Steering a host that runs.

use std::{fmt, sync::Arc};

use journeyman_halloween::discovery::LeftOut;
use tokio::sync::{oneshot, watch};

use super::shared::{Begun, Order, Shared, Stop, What, reached};
use crate::{ControlError, PropStatus, Reloaded};

/// Shows and steers the props of a running host. Clones are the same host.
#[derive(Clone)]
pub struct HostControl(pub(super) Arc<Shared>);

impl fmt::Debug for HostControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostControl").field("props", &self.props().len()).finish_non_exhaustive()
    }
}

impl HostControl {
    /// All props that run, or would if they could, by id.
    pub fn props(&self) -> Vec<PropStatus> {
        self.0.list()
    }

    /// One of them, by its id.
    pub fn prop(&self, id: &str) -> Option<PropStatus> {
        self.props().into_iter().find(|status| &*status.id == id)
    }

    /// What was found and left out on purpose: switched off, without a worker, a Python class.
    pub fn left_out(&self) -> Vec<LeftOut> {
        self.0.left_out()
    }

    /// What cannot run, or not as its files say: one text each.
    pub fn problems(&self) -> Vec<String> {
        self.0.problems()
    }

    /// Starts a prop that was stopped, or waits after a failure. Returns when its commands are
    /// taken; at once where they are. `id` is an id, or the name of a folder that only one has.
    ///
    /// # Errors
    /// There is no such prop, it fails to start (it is tried again after a while all the same), or
    /// it is told something else before it has started.
    ///
    /// # Cancel safety
    /// When it is dropped, the order may have been given, and is carried out then.
    pub async fn start(&self, id: &str) -> Result<(), ControlError> {
        self.order(id, What::Start).await
    }

    /// Stops a prop in good order. It stays stopped until it is started, also when its files change.
    ///
    /// # Errors
    /// There is no such prop.
    ///
    /// # Cancel safety
    /// As [`start`](Self::start).
    pub async fn stop(&self, id: &str) -> Result<(), ControlError> {
        self.order(id, What::Stop).await
    }

    /// Stops a prop in good order if it runs, and starts it.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    ///
    /// # Cancel safety
    /// As [`start`](Self::start).
    pub async fn restart(&self, id: &str) -> Result<(), ControlError> {
        self.order(id, What::Restart).await
    }

    /// Looks for props anew: starts new ones, stops those that are gone, restarts those whose
    /// configuration or program has changed, and leaves the others alone. Returns when all of that
    /// is done; a prop that fails is in the report.
    ///
    /// # Errors
    /// The host stops.
    ///
    /// # Cancel safety
    /// As [`start`](Self::start).
    pub async fn reload(&self) -> Result<Reloaded, ControlError> {
        let begun = self.begin_reload().await?;
        Ok(self.finish_reload(begun, None).await)
    }

    pub(crate) async fn begin_reload(&self) -> Result<Begun, ControlError> {
        let (sender, begun) = oneshot::channel();
        let mut over = self.0.over.subscribe();
        let asked = async {
            self.0.reloads.send(sender).await.ok()?;
            begun.await.ok()
        };
        tokio::select! {
            biased;
            begun = asked => begun.ok_or(ControlError::HostStopped),
            () = reached(&mut over, |over| *over) => Err(ControlError::HostStopped),
        }
    }

    /// Waits for the ends of a reload, but not for that of the prop that waits.
    pub(crate) async fn finish_reload(&self, begun: Begun, but: Option<&str>) -> Reloaded {
        let Begun { mut report, pending } = begun;
        for (id, end) in pending {
            if but == Some(&*id) {
                continue;
            }
            if let Ok(Err(ControlError::NotStarted { .. })) = end.await {
                report.failed.push(id.to_string());
            }
        }
        report
    }

    /// Waits until every prop has had its first start, good or bad. False when the host stops
    /// before.
    ///
    /// # Cancel safety
    /// It may be dropped and called again.
    pub async fn started(&self) -> bool {
        let (mut started, mut over) = (self.0.started.subscribe(), self.0.over.subscribe());
        tokio::select! {
            biased;
            () = reached(&mut started, |started| *started) => true,
            () = reached(&mut over, |over| *over) => false,
        }
    }

    /// Tells of every change of any prop's status.
    pub fn watch(&self) -> Changed {
        Changed(self.0.watch())
    }

    /// Waits until the props are like that, and returns them.
    ///
    /// # Errors
    /// The host has stopped, and they are not.
    ///
    /// # Cancel safety
    /// It may be dropped and called again.
    pub async fn wait_for(
        &self,
        mut reached: impl FnMut(&[PropStatus]) -> bool,
    ) -> Result<Vec<PropStatus>, ControlError> {
        let mut changed = self.watch();
        loop {
            // Looked at first: what it says does not change any more once it is true.
            let over = *self.0.over.borrow();
            let props = self.props();
            if reached(&props) {
                return Ok(props);
            }
            if over {
                return Err(ControlError::HostStopped);
            }
            changed.changed().await;
        }
    }

    /// Stops the host in good order; see [`StartedHost::wait`](crate::StartedHost::wait).
    pub fn shutdown(&self) {
        self.0.stop(Stop::Drain);
    }

    /// Cuts a stop short: running commands are dropped at once, and a clean-up gets a second.
    pub fn abort(&self) {
        self.0.stop(Stop::Hurry);
    }

    async fn order(&self, id: &str, what: What) -> Result<(), ControlError> {
        let stops = || *self.0.stop.borrow() > Stop::No;
        if stops() {
            return Err(ControlError::HostStopped);
        }
        let Some((id, orders)) = self.0.orders(id) else {
            let hint = self.0.hint(id);
            return Err(ControlError::Unknown { id: id.to_owned(), hint });
        };
        let (sender, done) = oneshot::channel();
        let _ = orders.send(Order { what, done: Some(sender) }).await;
        done.await.unwrap_or_else(|_| match stops() {
            true => Err(ControlError::HostStopped),
            false => Err(ControlError::Superseded { id: id.to_string() }),
        })
    }
}

/// Tells of changes; see [`HostControl::watch`].
#[derive(Clone, Debug)]
pub struct Changed(watch::Receiver<u64>);

impl Changed {
    /// Waits until something has changed since the last call. Several changes may be one.
    ///
    /// # Cancel safety
    /// It may be dropped and called again.
    pub async fn changed(&mut self) {
        if self.0.changed().await.is_err() {
            // The host is gone altogether.
            std::future::pending::<()>().await;
        }
    }
}
