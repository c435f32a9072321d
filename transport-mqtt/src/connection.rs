//! One open connection: the client, its socket and its timers, driven by polling.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use journeyman_core::transport::{Event, Goodbye};
use tokio::{
    io::AsyncWrite,
    time::{Instant, Sleep, sleep_until, timeout},
};

use crate::{
    MqttConfig, MqttMessage, MqttStats, Protocol, ReasonCode, client::Client, codec, error::Loss,
    link::Link,
};

/// While the broker keeps us busy reading, what is queued is written after this many packets.
const PACKETS_PER_FLUSH: u32 = 32;
/// While there is always something to read, the clock is looked at after this many packets.
const PACKETS_PER_TICK: u32 = 64;
/// While so few bytes wait to be written, whoever sends gets the chance to add some.
const GATHER: usize = 4 << 10;
/// How often in a row, and for how long, as long as there is more each time.
const GATHER_TURNS: u32 = 32;
const GATHER_TIME: Duration = Duration::from_micros(200);
/// After this many packets that nobody has to hear of, other tasks get their turn.
const PACKETS_PER_POLL: u32 = 1024;

#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) client: Client,
    pub(crate) link: Link,
    keep_alive: Option<Duration>,
    /// When we sent a PINGREQ after which nothing has come.
    asked: Option<Instant>,
    /// Since when the socket takes nothing, and how far writing had come then.
    blocked: Option<(Instant, u64)>,
    /// Writing failed, and since when. What the broker sent before is still read: it may say why.
    write_error: Option<(Loss, Instant)>,
    /// What is gathered for one write: how much there was at the last look, how many looks there
    /// were, and when the first was.
    gathering: Option<(u64, u32, Instant)>,
    packets_since_flush: u32,
    packets_since_tick: u32,
    /// `None` until something is to be watched for.
    timer: Option<Pin<Box<Sleep>>>,
}

impl Connection {
    pub(crate) fn new(client: Client, link: Link, keep_alive: Option<Duration>) -> Self {
        Self {
            client,
            link,
            keep_alive,
            asked: None,
            blocked: None,
            write_error: None,
            gathering: None,
            packets_since_flush: 0,
            packets_since_tick: 0,
            timer: None,
        }
    }

    pub(crate) fn queued(&self) -> usize {
        self.client.queued(&self.link.output)
    }

    /// The next event, or how the connection ended.
    pub(crate) fn poll_event(
        &mut self,
        cx: &mut Context<'_>,
        config: &MqttConfig,
        stats: &mut MqttStats,
    ) -> Poll<Result<Event<MqttMessage>, Loss>> {
        for _ in 0..PACKETS_PER_POLL {
            if let Some(event) = self.client.events.pop_front() {
                return Poll::Ready(Ok(event));
            }
            self.client.feed(config, &mut self.link.output);
            if self.link.output.is_busy()
                && self.write_error.is_none()
                && self.packets_since_flush >= PACKETS_PER_FLUSH
            {
                self.packets_since_flush = 0;
                self.poll_write(cx, config);
                continue;
            }
            if self.packets_since_tick >= PACKETS_PER_TICK {
                // A broker that floods us must not hide behind its flood, nor wait in vain for our
                // PINGREQ: the timer below is only reached when there is nothing to read.
                self.packets_since_tick = 0;
                let now = Instant::now();
                if self.timer.as_ref().is_none_or(|timer| timer.deadline() <= now) {
                    self.tick(now, config)?;
                }
            }
            if !self.client.may_read() {
                if let Some((loss, _)) = self.write_error.take() {
                    return Poll::Ready(Err(loss));
                }
            } else if let Poll::Ready(packet) = self.link.poll_packet(cx) {
                let packet = packet?;
                self.packets_since_flush += 1;
                self.packets_since_tick += 1;
                let now = self.link.last_in;
                self.client.handle(packet, now, &mut self.link.output, stats)?;
                continue;
            }
            // Nothing to read for now: the moment to write what was gathered.
            let (replying, waiting) = (!self.client.may_read(), self.client.has_waiting());
            if self.link.output.is_busy() && self.write_error.is_none() {
                if self.may_gather() {
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                self.packets_since_flush = 0;
                self.client.unanswered = 0;
                let written = self.poll_write(cx, config);
                let more = written && (waiting || replying);
                if more || !self.client.events.is_empty() || self.write_error.is_some() {
                    // A failed write mostly has its reason on the reading side.
                    continue;
                }
            }
            ready!(self.poll_timer(cx, config))?;
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Whether to wait for one turn of other tasks before writing, since deliveries were handed over
    /// that have no answer yet. An acknowledgement goes out with the answer of a handler that is
    /// quick, so, and the answers of a row of such handlers together: a write to a socket costs as
    /// much as a dozen of them.
    fn may_gather(&mut self) -> bool {
        let output = &self.link.output;
        let expecting = self.client.unanswered > 0;
        if !expecting || self.blocked.is_some() || output.len() == 0 || output.len() >= GATHER {
            self.gathering = None;
            return false;
        }
        let put = output.put();
        let (turns, since) = match self.gathering {
            None => (0, Instant::now()),
            Some((before, turns, since)) if before != put && turns < GATHER_TURNS => (turns, since),
            Some(_) => (GATHER_TURNS, Instant::now()),
        };
        if turns == GATHER_TURNS || (turns > 0 && since.elapsed() >= GATHER_TIME) {
            self.gathering = None;
            return false;
        }
        self.gathering = Some((put, turns + 1, since));
        true
    }

    /// Writes what is in the output and reports what is out. True when all of it is. An error is
    /// kept.
    fn poll_write(&mut self, cx: &mut Context<'_>, config: &MqttConfig) -> bool {
        if self.write_error.is_some() {
            return false;
        }
        let result = self.link.poll_flush(cx);
        self.client.flushed(&mut self.link.output, self.link.last_out);
        match result {
            Poll::Ready(Ok(())) => {
                self.blocked = None;
                self.watch_answers(config);
                true
            }
            Poll::Ready(Err(loss)) => {
                let now = Instant::now();
                self.write_error = Some((loss, now));
                self.wake_by(after(now, config.close_timeout));
                false
            }
            Poll::Pending => {
                let progress = self.link.output.progress();
                if self.blocked.is_none_or(|(_, before)| before != progress) {
                    let now = Instant::now();
                    self.blocked = Some((now, progress));
                    if let Some(limit) = config.write_stall {
                        self.wake_by(after(now, limit));
                    }
                }
                false
            }
        }
    }

    /// Something was written that wants an answer.
    fn watch_answers(&mut self, config: &MqttConfig) {
        if let Some(limit) = config.ack_timeout
            && !self.client.flights().is_empty()
        {
            // What was written before has the timer set already; so this only matters for the
            // first, and costs a comparison for the others.
            self.wake_by(after(self.link.last_out, limit));
        }
    }

    /// Sees to it that the timer fires by then. One that fires too early costs one look.
    fn wake_by(&mut self, due: Instant) {
        if let Some(timer) = &mut self.timer
            && timer.deadline() > due
        {
            timer.as_mut().reset(due);
        }
    }

    /// Looks at the clock only when the timer fires: what is due is computed from when bytes last
    /// went through, so traffic costs no timer operation. Ready when something is to be written,
    /// or the connection is given up.
    fn poll_timer(&mut self, cx: &mut Context<'_>, config: &MqttConfig) -> Poll<Result<(), Loss>> {
        loop {
            self.packets_since_tick = 0;
            let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(Instant::now())));
            ready!(timer.as_mut().poll(cx));
            if self.tick(Instant::now(), config)? {
                return Poll::Ready(Ok(()));
            }
        }
    }

    /// Does what is due, and sets the timer to what is due next. True when there is something to
    /// write.
    fn tick(&mut self, now: Instant, config: &MqttConfig) -> Result<bool, Loss> {
        let mut next = after(now, Duration::from_secs(3600));
        if let Some((loss, since)) = self.write_error.take() {
            next = after(since, config.close_timeout);
            if now >= next {
                return Err(loss);
            }
            self.write_error = Some((loss, since));
        }
        if let (Some((since, _)), Some(limit)) = (self.blocked, config.write_stall) {
            let due = after(since, limit);
            if now >= due {
                return Err(Loss::Stalled { limit, queued: self.queued() });
            }
            next = next.min(due);
        }
        if let Some(limit) = config.ack_timeout {
            let flights = self.client.flights();
            if let Some((id, flight)) = flights.overdue(now, limit) {
                let what = flight.request.waits_for();
                return Err(Loss::NoAnswer { limit, what, id });
            }
            // What is written from now on is due no earlier than this.
            next = next.min(after(flights.oldest().unwrap_or(now), limit));
        }
        let ping = self.keep_alive(now, &mut next, config)?;
        if ping {
            self.link.output.packet(codec::pingreq);
        }
        if let Some(timer) = &mut self.timer {
            timer.as_mut().reset(next.max(now + Duration::from_millis(1)));
        }
        Ok(ping)
    }

    /// Whether a PINGREQ is due; and when to look again.
    fn keep_alive(
        &mut self,
        now: Instant,
        next: &mut Instant,
        config: &MqttConfig,
    ) -> Result<bool, Loss> {
        let Some(keep_alive) = self.keep_alive else { return Ok(false) };
        // The broker wants packets from us within the keep-alive; bytes from it are what shows
        // that it lives. So silence of either side is a reason to ask.
        let interval = keep_alive * 3 / 4;
        if self.asked.is_some_and(|asked| self.link.last_in >= asked) {
            self.asked = None;
        }
        if let Some(asked) = self.asked {
            let due = after(asked, config.ping_timeout);
            if now >= due {
                return Err(Loss::Silent(config.ping_timeout));
            }
            // The answer may come any time, and the next PINGREQ is due an interval after this.
            *next = (*next).min(due).min(after(now, interval));
            return Ok(false);
        }
        let due = after(self.link.last_in.min(self.link.last_out), interval);
        if now < due {
            *next = (*next).min(due);
            return Ok(false);
        }
        self.asked = Some(now);
        *next = (*next).min(after(now, config.ping_timeout)).min(after(now, interval));
        Ok(true)
    }

    /// Says goodbye and waits for the broker to close.
    pub(crate) async fn finish(&mut self, goodbye: &Goodbye, config: &MqttConfig) {
        self.client.closing = true;
        let mut stats = MqttStats::default();
        // Reading goes on: what waits for the window needs acknowledgements, and a broker that
        // cannot write may not read either.
        let open = poll_fn(|cx| {
            loop {
                self.client.events.clear();
                self.client.feed(config, &mut self.link.output);
                if self.client.may_read()
                    && let Poll::Ready(packet) = self.link.poll_packet(cx)
                {
                    let (now, output) = (self.link.last_in, &mut self.link.output);
                    let handled = packet
                        .and_then(|packet| self.client.handle(packet, now, output, &mut stats));
                    if handled.is_err() {
                        return Poll::Ready(false);
                    }
                    continue;
                }
                let written = self.poll_write(cx, config);
                if self.write_error.is_some() {
                    return Poll::Ready(false);
                }
                if !written && self.link.output.is_busy() {
                    return Poll::Pending;
                }
                if !self.client.has_waiting() {
                    return Poll::Ready(true);
                }
                let before = self.link.output.len();
                self.client.feed(config, &mut self.link.output);
                if self.link.output.len() == before {
                    return Poll::Pending;
                }
            }
        })
        .await;
        if !open {
            return;
        }
        let code = goodbye.code.and_then(|code| u8::try_from(code).ok()).map(ReasonCode);
        let code = code.unwrap_or(ReasonCode::SUCCESS);
        let protocol = self.client.protocol;
        self.link.output.packet(|to| codec::disconnect(to, protocol, code, &goodbye.reason));
        let farewell = async {
            if poll_fn(|cx| self.link.poll_flush(cx)).await.is_err() {
                return;
            }
            // The peer may be gone already.
            let _ = poll_fn(|cx| Pin::new(&mut self.link.stream).poll_shutdown(cx)).await;
            poll_fn(|cx| self.link.poll_end(cx)).await;
        };
        // A broker that does not close has had its time.
        let _ = timeout(config.close_timeout, farewell).await;
    }

    /// Tells an MQTT 5 broker why we go, as far as that is possible without waiting.
    pub(crate) fn tell(&mut self, loss: &Loss, cx: &mut Context<'_>) {
        if let (Protocol::V5, Some(code)) = (self.client.protocol, loss.code()) {
            self.link.output.packet(|to| codec::disconnect(to, Protocol::V5, code, ""));
            let _ = self.link.poll_flush(cx);
        }
    }
}

/// A moment later; "for ever" is a year.
fn after(instant: Instant, duration: Duration) -> Instant {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
    instant + duration.min(YEAR)
}
