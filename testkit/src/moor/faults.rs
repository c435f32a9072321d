//! Switches that make the stand-in misbehave on purpose.

use super::messages::MessageKind;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Live switches, all off at start. Obtained from [`Daemon::faults`](super::Daemon::faults).
#[derive(Debug, Default)]
pub struct Faults {
    drops: Mutex<Drops>,
    any_drops: AtomicBool,
    delay_us: AtomicU64,
    silent_pings: AtomicBool,
    lambdas: AtomicBool,
    survive_short_tokens: AtomicBool,
    mute_registrations: AtomicBool,
    deliver_twice: AtomicBool,
    refuse_results: AtomicU64,
}

#[derive(Debug, Default)]
struct Drops {
    /// Numbers of messages.
    numbers: BTreeSet<u64>,
    /// How many more of each kind.
    kinds: Vec<(MessageKind, u64)>,
}

impl Faults {
    fn drops(&self) -> MutexGuard<'_, Drops> {
        self.drops.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The worker message with this number is acted upon but not answered. They are counted from
    /// 1, see [`Stats::messages`](super::Stats::messages).
    pub fn drop_reply_to(&self, number: u64) {
        self.drops().numbers.insert(number);
        self.any_drops.store(true, Ordering::Release);
    }

    /// The next `count` worker messages of this kind are acted upon but not answered. Zero ends
    /// that.
    pub fn drop_replies(&self, kind: MessageKind, count: u64) {
        let mut drops = self.drops();
        drops.kinds.retain(|(other, _)| *other != kind);
        drops.kinds.push((kind, count));
        self.any_drops.store(true, Ordering::Release);
    }

    /// Whether this answer is to be dropped. Counts.
    pub(crate) fn drops_reply(&self, number: u64, kind: Option<MessageKind>) -> bool {
        if !self.any_drops.load(Ordering::Acquire) {
            return false;
        }
        let mut drops = self.drops();
        let by_number = drops.numbers.remove(&number);
        let left = drops.kinds.iter_mut().find(|(other, left)| Some(*other) == kind && *left > 0);
        by_number || left.map(|(_, left)| *left -= 1).is_some()
    }

    /// Answers from now on wait this long; the daemon reads nothing else meanwhile, since it
    /// serves one message at a time.
    pub fn set_reply_delay(&self, delay: Duration) {
        let micros = u64::try_from(delay.as_micros()).unwrap_or(u64::MAX);
        self.delay_us.store(micros, Ordering::Relaxed);
    }

    pub(crate) fn reply_delay(&self) -> Duration {
        Duration::from_micros(self.delay_us.load(Ordering::Relaxed))
    }

    /// No pings are published.
    pub fn set_silent_pings(&self, on: bool) {
        self.silent_pings.store(on, Ordering::Relaxed);
    }

    pub(crate) fn silent_pings(&self) -> bool {
        self.silent_pings.load(Ordering::Relaxed)
    }

    /// Values that the real daemon refuses to send (lambdas; anonymous objects in the PASETO
    /// era) are sent nevertheless.
    pub fn set_send_unsendable(&self, on: bool) {
        self.lambdas.store(on, Ordering::Relaxed);
    }

    pub(crate) fn send_unsendable(&self) -> bool {
        self.lambdas.load(Ordering::Relaxed)
    }

    /// A token that is too short for a signature is refused. The real daemon of the PASETO era
    /// dies of it: no worker gets an answer any more until a restart (mooR sheet, section 6.3).
    pub fn set_survive_short_tokens(&self, on: bool) {
        self.survive_short_tokens.store(on, Ordering::Relaxed);
    }

    pub(crate) fn survive_short_tokens(&self) -> bool {
        self.survive_short_tokens.load(Ordering::Relaxed)
    }

    /// Attaches, and pongs of workers that are not registered, are neither acted upon nor
    /// answered.
    pub fn set_mute_registrations(&self, on: bool) {
        self.mute_registrations.store(on, Ordering::Relaxed);
    }

    pub(crate) fn mute_registrations(&self) -> bool {
        self.mute_registrations.load(Ordering::Relaxed)
    }

    /// The next `count` results are answered with `WorkerInvalidPayload`; their requests stay
    /// outstanding.
    pub fn refuse_results(&self, count: u64) {
        self.refuse_results.store(count, Ordering::Relaxed);
    }

    /// Whether this result is to be refused. Counts.
    pub(crate) fn refuses_result(&self) -> bool {
        let less = |count: u64| count.checked_sub(1);
        self.refuse_results.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }

    /// Each request is published twice, under the same id.
    pub fn set_deliver_twice(&self, on: bool) {
        self.deliver_twice.store(on, Ordering::Relaxed);
    }

    pub(crate) fn deliver_twice(&self) -> bool {
        self.deliver_twice.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_are_counted() {
        let faults = Faults::default();
        assert!(!faults.drops_reply(1, Some(MessageKind::Pong)));
        faults.drop_reply_to(3);
        faults.drop_replies(MessageKind::Pong, 2);
        let dropped = |number, kind| faults.drops_reply(number, kind);
        assert!(dropped(3, None) && !dropped(3, None));
        assert!(dropped(4, Some(MessageKind::Pong)) && !dropped(5, Some(MessageKind::Attach)));
        assert!(dropped(6, Some(MessageKind::Pong)) && !dropped(7, Some(MessageKind::Pong)));
        faults.drop_replies(MessageKind::Pong, 0);
        assert!(!dropped(8, Some(MessageKind::Pong)));
    }
}
