//! Switches that make the stand-in misbehave on purpose.

use std::{
    sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering},
    time::Duration,
};

/// Live switches, all off at start. Obtained from [`Broker::faults`](super::Broker::faults); what
/// is done to one client is a method of the broker.
#[derive(Debug, Default)]
pub struct Faults {
    refuse_connects: AtomicU64,
    refuse_code: AtomicU8,
    refuse_subscriptions: AtomicU64,
    refuse_subscription_code: AtomicU8,
    drop_acks: AtomicU64,
    deliver_twice: AtomicBool,
    suback_delay_us: AtomicU64,
    connack_delay_us: AtomicU64,
    close_new: AtomicBool,
    no_pingresp: AtomicBool,
    forget_sessions: AtomicBool,
}

fn takes(counter: &AtomicU64) -> bool {
    let less = |count: u64| count.checked_sub(1);
    counter.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
}

fn micros(delay: Duration) -> u64 {
    u64::try_from(delay.as_micros()).unwrap_or(u64::MAX)
}

impl Faults {
    /// The next `count` CONNECTs are refused with this code: for MQTT 5 a reason code such as
    /// 0x88 (server unavailable), which is translated for 3.1.1, or 1 to 5 for 3.1.1 as it is.
    pub fn refuse_connects(&self, count: u64, code: u8) {
        self.refuse_code.store(code, Ordering::Relaxed);
        self.refuse_connects.store(count, Ordering::Relaxed);
    }

    pub(crate) fn refuses_connect(&self) -> Option<u8> {
        takes(&self.refuse_connects).then(|| self.refuse_code.load(Ordering::Relaxed))
    }

    /// The next `count` filters are refused with this reason code (0x80 for 3.1.1).
    pub fn refuse_subscriptions(&self, count: u64, code: u8) {
        self.refuse_subscription_code.store(code.max(0x80), Ordering::Relaxed);
        self.refuse_subscriptions.store(count, Ordering::Relaxed);
    }

    pub(crate) fn refuses_subscription(&self) -> Option<u8> {
        let code = || self.refuse_subscription_code.load(Ordering::Relaxed);
        takes(&self.refuse_subscriptions).then(code)
    }

    /// The next `count` PUBACKs and PUBRECs are not sent. Their messages are passed on.
    pub fn drop_acks(&self, count: u64) {
        self.drop_acks.store(count, Ordering::Relaxed);
    }

    pub(crate) fn drops_ack(&self) -> bool {
        takes(&self.drop_acks)
    }

    /// Every live message is delivered twice, under two packet ids.
    pub fn set_deliver_twice(&self, on: bool) {
        self.deliver_twice.store(on, Ordering::Relaxed);
    }

    pub(crate) fn deliver_twice(&self) -> bool {
        self.deliver_twice.load(Ordering::Relaxed)
    }

    /// Each SUBACK comes only after `delay`; what is published meanwhile may come before it.
    pub fn set_suback_delay(&self, delay: Duration) {
        self.suback_delay_us.store(micros(delay), Ordering::Relaxed);
    }

    pub(crate) fn suback_delay(&self) -> Duration {
        Duration::from_micros(self.suback_delay_us.load(Ordering::Relaxed))
    }

    /// A CONNECT is looked at only after `delay`.
    pub fn set_connack_delay(&self, delay: Duration) {
        self.connack_delay_us.store(micros(delay), Ordering::Relaxed);
    }

    pub(crate) fn connack_delay(&self) -> Duration {
        Duration::from_micros(self.connack_delay_us.load(Ordering::Relaxed))
    }

    /// New TCP connections are closed at once.
    pub fn set_close_new(&self, on: bool) {
        self.close_new.store(on, Ordering::Relaxed);
    }

    pub(crate) fn close_new(&self) -> bool {
        self.close_new.load(Ordering::Relaxed)
    }

    /// Pings are not answered.
    pub fn set_no_pingresp(&self, on: bool) {
        self.no_pingresp.store(on, Ordering::Relaxed);
    }

    pub(crate) fn no_pingresp(&self) -> bool {
        self.no_pingresp.load(Ordering::Relaxed)
    }

    /// Clients that ask for their session get a new one.
    pub fn set_forget_sessions(&self, on: bool) {
        self.forget_sessions.store(on, Ordering::Relaxed);
    }

    pub(crate) fn forget_sessions(&self) -> bool {
        self.forget_sessions.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counted_switches() {
        let faults = Faults::default();
        assert_eq!(faults.refuses_connect(), None);
        faults.refuse_connects(1, 0x88);
        assert_eq!((faults.refuses_connect(), faults.refuses_connect()), (Some(0x88), None));
        faults.refuse_subscriptions(1, 0);
        assert_eq!(faults.refuses_subscription(), Some(0x80));
        faults.drop_acks(2);
        assert!(faults.drops_ack() && faults.drops_ack() && !faults.drops_ack());
    }
}
