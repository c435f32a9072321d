//! What can be done to one client, or to all, on purpose.

use std::sync::{Arc, atomic::Ordering};

use bytes::Bytes;

use super::{
    broker::Broker,
    core::Change,
    encode::{self, Delivery},
    events::Cause,
    link::{End, Link},
    message::{Message, QoS, Version},
    tree::Key,
};

impl Broker {
    /// Ends a client's connection; an MQTT 5 client is told the reason code. Its will is
    /// published. False if it is not connected.
    pub fn disconnect(&self, client_id: &str, code: u8) -> bool {
        self.on(client_id, |change, key| change.end(key, code, Cause::OnPurpose))
    }

    /// Does as if another client came under this id: the connection ends, MQTT 5 clients are
    /// told 0x8E, and the will is published. False if it is not connected.
    pub fn take_over(&self, client_id: &str) -> bool {
        self.on(client_id, |change, key| change.take_over(key))
    }

    /// Cuts a client's connection without a word. Its will is published. False if it is not
    /// connected.
    pub fn cut(&self, client_id: &str) -> bool {
        self.link(client_id).is_some_and(|link| {
            link.finish(End::Now, Cause::OnPurpose);
            true
        })
    }

    /// Sends these bytes to a client, whatever they are. False if it is not connected.
    pub fn send_raw(&self, client_id: &str, bytes: &[u8]) -> bool {
        self.link(client_id).is_some_and(|link| {
            link.put(|out| out.extend_from_slice(bytes));
            link.wake();
            true
        })
    }

    /// Sends a client the first half of a PUBLISH and closes its connection. False if it is not
    /// connected.
    pub fn close_mid_packet(&self, client_id: &str) -> bool {
        let version = self.client(client_id).map_or(Version::V311, |client| client.version);
        let message = Message::new("halloween/mid/packet", Bytes::from_static(&[b'x'; 64]));
        let delivery = Delivery {
            qos: QoS::AtMostOnce,
            retain: false,
            dup: false,
            id: 0,
            subscription_ids: &[],
            expiry: None,
        };
        self.link(client_id).is_some_and(|link| {
            link.put(|out| {
                let start = out.len();
                let whole = encode::publish(out, version, &message, delivery);
                out.truncate(start + whole / 2);
            });
            link.finish(End::Flush, Cause::OnPurpose);
            true
        })
    }

    /// Makes a client's connection half open: nothing is read from it or written to it any more,
    /// and it is not closed. False if it is not connected.
    pub fn freeze(&self, client_id: &str) -> bool {
        self.link(client_id).inspect(|link| link.freeze(true)).is_some()
    }

    /// Ends [`freeze`](Self::freeze).
    pub fn thaw(&self, client_id: &str) -> bool {
        self.link(client_id).inspect(|link| link.freeze(false)).is_some()
    }

    /// Makes the whole broker stand still, as a SIGSTOP would, or go on: connections are still
    /// accepted, but nothing is read or written.
    pub fn set_frozen(&self, frozen: bool) {
        // Under the lock: a connection that comes meanwhile is in the map, or sees the switch.
        let links = self.shared.links();
        self.shared.frozen.store(frozen, Ordering::Relaxed);
        for link in links.values() {
            link.freeze(frozen);
        }
    }

    fn link(&self, client_id: &str) -> Option<Arc<Link>> {
        let core = self.shared.look();
        let key = core.by_id.get(client_id)?;
        core.sessions.get(key)?.link.clone()
    }

    fn on(&self, client_id: &str, work: impl FnOnce(&mut Change<'_>, Key) -> bool) -> bool {
        self.shared.change(|change| {
            let key = change.core.by_id.get(client_id).copied();
            key.is_some_and(|key| work(change, key))
        })
    }
}
