//! What goes by the clock: looking into a channel that does not wake us, cleaning up, ages.

use std::time::Instant;

use journeyman_core::protocol::Cx;

use super::{MAIN, SWEEP, Step, Tasker};
use crate::channel::{ChannelMessage, ChannelMetrics};

impl Tasker {
    /// Sets when to look next. A channel that wakes us is looked at all the same, now and then.
    pub(super) fn look_again(&mut self, now: Instant) {
        let wait = match self.info.wakes {
            true => self.config.fallback_poll,
            false => self.look_every,
        };
        self.look_at = (!wait.is_zero()).then(|| now + wait);
    }

    pub(super) fn deadline(&mut self, cx: &mut Cx<'_, ChannelMessage>) {
        let now = cx.now();
        if self.look_at.is_some_and(|due| due <= now) {
            // The longer nothing comes, the less often it is looked at.
            self.look_every = (self.look_every * 2).min(self.config.max_poll_interval);
            self.look_again(now);
            cx.send(MAIN, None, ChannelMessage::Look);
        }
        if self.sweep_at.is_some_and(|due| due <= now) {
            self.sweep_at = Some(now + self.config.sweep_interval);
            if !self.sweeping {
                self.sweeping = true;
                cx.send(MAIN, Some(SWEEP), ChannelMessage::Sweep);
            }
            self.starve(now);
            self.show_ages(now);
        }
    }

    /// Says once of each step that it waits or runs for too long.
    fn starve(&mut self, now: Instant) {
        let threshold = self.config.starvation_threshold;
        let mut count = 0;
        for step in self.steps.values_mut() {
            let age = now.saturating_duration_since(step.taken);
            if age > threshold && !step.starving && step.sent.is_none() {
                step.starving = true;
                count += 1;
                tracing::warn!(
                    step = step.event.step.workflow_step.name,
                    step_uuid = %step.event.step_uuid,
                    correlation_id = %step.event.step.task().correlation_id,
                    "unanswered for {age:?}"
                );
            }
        }
        self.monitor.update(|stats| stats.starved += count);
        self.meters.starved.increment(count);
    }

    pub(super) fn swept(&mut self, timed_out: usize, metrics: ChannelMetrics) {
        self.sweeping = false;
        if timed_out > 0 {
            tracing::warn!(timed_out, "the channel failed steps that stayed unanswered");
        }
        let timed_out = u64::try_from(timed_out).unwrap_or(u64::MAX);
        self.meters.timed_out.increment(timed_out);
        self.monitor.update(|stats| {
            stats.timed_out += timed_out;
            stats.channel = metrics;
        });
    }

    /// Shows how many steps are in hand.
    pub(super) fn show(&self, now: Instant) {
        let pending = self.steps.len();
        // Ages are looked at by the clock: they want a look at every step.
        match pending {
            0 => self.show_ages(now),
            _ => self.monitor.update(|stats| stats.pending = pending),
        }
    }

    fn show_ages(&self, now: Instant) {
        let threshold = self.config.starvation_threshold;
        let age = |step: &Step| now.saturating_duration_since(step.taken);
        let oldest = self.steps.values().max_by_key(|step| age(step));
        let starving = self.steps.values().filter(|step| age(step) > threshold).count();
        self.meters.pending.set(self.steps.len() as f64);
        self.meters.starving.set(starving as f64);
        self.meters.oldest.set(oldest.map(age).unwrap_or_default().as_secs_f64());
        self.monitor.update(|stats| {
            stats.pending = self.steps.len();
            stats.starving = starving;
            stats.oldest_pending = oldest.map(age);
            stats.oldest_event = oldest.map(|step| step.event.event_id);
        });
    }
}
