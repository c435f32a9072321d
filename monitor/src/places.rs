//! How many connections there are, in all and of one address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::rate::network;

/// Places for connections.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    all: Arc<Semaphore>,
    of_one: usize,
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A place that is taken; free again when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    _one_of_all: OwnedSemaphorePermit,
    address: IpAddr,
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Places {
    pub(crate) fn new(all: usize, of_one: usize) -> Self {
        Self { all: Arc::new(Semaphore::new(all)), of_one, taken: Arc::default() }
    }

    /// A place for a connection of whatever address, when there is one.
    pub(crate) async fn any(&self) -> Option<OwnedSemaphorePermit> {
        // It is never closed.
        Arc::clone(&self.all).acquire_owned().await.ok()
    }

    /// Gives the place to a connection of this address; `None` if it has as many as it may.
    pub(crate) fn give(&self, place: OwnedSemaphorePermit, address: IpAddr) -> Option<Place> {
        let address = network(address);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(address).or_default();
        if *count >= self.of_one {
            return None;
        }
        *count += 1;
        Some(Place { _one_of_all: place, address, taken: Arc::clone(&self.taken) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_address_does_not_take_all() {
        let places = Places::new(4, 2);
        let (one, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let give = async |address| places.give(places.any().await.unwrap(), address);
        let first = give(one).await.unwrap();
        let _second = give(one).await.unwrap();
        assert!(give(one).await.is_none());
        let _third = give(other).await.unwrap();
        drop(first);
        let _again = give(one).await.unwrap();
        assert_eq!(places.all.available_permits(), 1);
        drop((_second, _again, _third));
        assert!(places.taken.lock().unwrap().is_empty());
        assert_eq!(places.all.available_permits(), 4);
    }
}
