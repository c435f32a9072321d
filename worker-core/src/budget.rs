//! Permits: how many handlers run at a time, over all backends.

use std::{fmt, sync::Arc};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The one budget of a worker.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    /// What is left after the minimum shares.
    shared: Arc<Semaphore>,
}

/// What a backend may take of it.
#[derive(Clone, Debug)]
pub(crate) struct Share {
    shared: Arc<Semaphore>,
    /// The backend's minimum share, which nobody else can take.
    reserved: Option<Arc<Semaphore>>,
    /// The backend's cap.
    cap: Option<Arc<Semaphore>>,
}

/// The right to run one handler; given back when dropped.
pub(crate) struct Permit {
    _held: [Option<OwnedSemaphorePermit>; 3],
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Permit")
    }
}

impl Budget {
    /// A budget of `total` permits, of which `reserved` go to minimum shares.
    pub(crate) fn new(total: usize, reserved: usize) -> Self {
        let shared = total.saturating_sub(reserved).min(Semaphore::MAX_PERMITS);
        Self { shared: Arc::new(Semaphore::new(shared)) }
    }

    pub(crate) fn share(&self, minimum: usize, cap: Option<usize>) -> Share {
        Share {
            shared: Arc::clone(&self.shared),
            reserved: (minimum > 0).then(|| Arc::new(Semaphore::new(minimum))),
            cap: cap.map(|cap| Arc::new(Semaphore::new(cap.max(1)))),
        }
    }

    pub(crate) fn free(&self) -> usize {
        self.shared.available_permits()
    }
}

type Held = Option<OwnedSemaphorePermit>;

fn try_one(semaphore: Option<&Arc<Semaphore>>) -> Option<Held> {
    match semaphore {
        Some(semaphore) => Arc::clone(semaphore).try_acquire_owned().ok().map(Some),
        None => Some(None),
    }
}

async fn one(semaphore: Option<&Arc<Semaphore>>) -> Held {
    match semaphore {
        // It is never closed.
        Some(semaphore) => Arc::clone(semaphore).acquire_owned().await.ok(),
        None => None,
    }
}

impl Share {
    /// A permit, if one is free now.
    pub(crate) fn try_acquire(&self, route: Option<&Arc<Semaphore>>) -> Option<Permit> {
        let route = try_one(route)?;
        let cap = try_one(self.cap.as_ref())?;
        let reserved = self.reserved.as_ref().and_then(|semaphore| try_one(Some(semaphore)));
        let total = match reserved {
            Some(permit) => permit,
            None => try_one(Some(&self.shared))?,
        };
        Some(Permit { _held: [route, cap, total] })
    }

    /// Waits for a permit. The narrowest limit is taken first, so that nobody holds what all
    /// want while waiting for what few want.
    ///
    /// # Cancel safety
    /// Dropping the future loses the place in the queue and nothing else.
    pub(crate) async fn acquire(&self, route: Option<&Arc<Semaphore>>) -> Permit {
        let route = one(route).await;
        let cap = one(self.cap.as_ref()).await;
        let total = match &self.reserved {
            Some(reserved) => tokio::select! {
                biased;
                permit = one(Some(reserved)) => permit,
                permit = one(Some(&self.shared)) => permit,
            },
            None => one(Some(&self.shared)).await,
        };
        Permit { _held: [route, cap, total] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn minimum_shares_and_caps() {
        let budget = Budget::new(4, 1);
        let greedy = budget.share(0, Some(2));
        let modest = budget.share(1, None);
        let a = [greedy.try_acquire(None).unwrap(), greedy.try_acquire(None).unwrap()];
        assert!(greedy.try_acquire(None).is_none(), "its cap is 2");
        let b = [modest.try_acquire(None).unwrap(), modest.try_acquire(None).unwrap()];
        assert!(modest.try_acquire(None).is_none(), "one reserved, one shared");
        drop(a);
        assert!(modest.try_acquire(None).is_some());
        drop(b);
        let route = Arc::new(Semaphore::new(1));
        let first = modest.acquire(Some(&route)).await;
        assert!(modest.try_acquire(Some(&route)).is_none(), "the route's cap is 1");
        drop(first);
        modest.acquire(Some(&route)).await;
    }
}
