//! One worker connection, from the HTTP request to the end of the socket.

use super::config::Timers;
use super::faults::Target;
use super::link::{Command, Link};
use super::state::Shared;
use super::upgrade::{self, Verdict};
use crate::ws::frames::{self, Incoming, Reader, Violation};
use bytes::{Buf as _, BytesMut};
use std::future::{Future as _, poll_fn};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWrite as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until, timeout};
use uuid::Uuid;

/// Unsent bytes beyond which nothing more is read, so that a peer which only talks and never
/// listens can not make the stand-in hoard its pongs.
const MAX_UNSENT: usize = 256 * 1024;

/// Room made for each read.
const READ_ROOM: usize = 16 * 1024;

/// Serves one accepted socket until it ends.
pub(crate) async fn serve(shared: Arc<Shared>, stream: TcpStream, peer: SocketAddr) {
    let link = Arc::new(Link::default());
    let Some(number) = shared.open(peer, Arc::clone(&link)) else { return };
    let mut closing = Closing { shared, number, reason: "the controller stopped".to_owned() };
    closing.reason = run(&closing.shared, stream, number, &link).await;
}

/// Takes the connection out of the state, also when the task is aborted.
struct Closing {
    shared: Arc<Shared>,
    number: u64,
    reason: String,
}

impl Drop for Closing {
    fn drop(&mut self) {
        self.shared.close(self.number, std::mem::take(&mut self.reason));
    }
}

async fn run(shared: &Shared, mut stream: TcpStream, number: u64, link: &Link) -> String {
    // Small frames must not wait for the acknowledgement of earlier ones; a socket that can not
    // be told so still works.
    let _ = stream.set_nodelay(true);
    let mut buffer = BytesMut::new();
    let limit = shared.config.timers.upgrade_deadline;
    let request = upgrade::read_request(&mut stream, &mut buffer);
    let response = match timeout(limit, request).await {
        Err(_) => return "no HTTP request in time".to_owned(),
        Ok(Err(error)) => return format!("no HTTP request: {error}"),
        Ok(Ok(Verdict::Upgrade(response))) => response,
        Ok(Ok(Verdict::Answer { response, why })) => {
            shared.not_upgraded(number, why);
            let answer = async {
                stream.write_all(&response).await?;
                stream.shutdown().await
            };
            return match timeout(limit, answer).await {
                Ok(Ok(())) => "answered as plain HTTP".to_owned(),
                Ok(Err(error)) => format!("HTTP answer failed: {error}"),
                Err(_) => "HTTP answer not read in time".to_owned(),
            };
        }
    };
    let now = Instant::now();
    let timers = &shared.config.timers;
    let mut out = BytesMut::from(&response[..]);
    if !shared.faults.silent_pings() {
        frames::put_frame(frames::PING, &[], &mut out);
    }
    let mut connection = Connection {
        shared,
        number,
        link,
        stream,
        reader: Reader::new(buffer, shared.config.limits.message_bytes),
        out,
        phase: Phase::Unregistered,
        next_ping: now + timers.ping_interval,
        last_heard: now,
        last_pong: now,
        next_look: now + timers.watchdog_interval,
        blocked_since: None,
        handover: None,
        taken_back: false,
        close_by: None,
        frozen: false,
        finish: None,
        linger: false,
    };
    let reason = connection.run().await;
    if connection.linger {
        // Closing with unread bytes would reset the connection, and the peer would never see
        // the close frame that names its mistake.
        let drain = async {
            connection.stream.shutdown().await?;
            let mut sink = [0; 4096];
            while connection.stream.read(&mut sink).await? > 0 {}
            std::io::Result::Ok(())
        };
        let _ = timeout(timers.close_deadline, drain).await;
    }
    reason
}

enum Phase {
    Unregistered,
    /// Accepted; the response goes out at this time, or never.
    Waiting(Option<Instant>),
    Registered,
}

struct Connection<'a> {
    shared: &'a Shared,
    number: u64,
    link: &'a Link,
    stream: TcpStream,
    reader: Reader,
    out: BytesMut,
    phase: Phase,
    next_ping: Instant,
    /// Last data message or pong.
    last_heard: Instant,
    last_pong: Instant,
    next_look: Instant,
    /// Since when the peer has not read all there is.
    blocked_since: Option<Instant>,
    /// The assignment that is among the unsent bytes.
    handover: Option<(Uuid, Instant)>,
    taken_back: bool,
    /// A close frame is out: until when its answer may take.
    close_by: Option<Instant>,
    frozen: bool,
    /// Ends as soon as everything is sent.
    finish: Option<String>,
    /// Reads on for a while after the end.
    linger: bool,
}

/// Why the connection's task woke up.
enum Wake {
    Mail,
    Data,
    Timer,
    End(String),
}

impl Connection<'_> {
    fn timers(&self) -> &Timers {
        &self.shared.config.timers
    }

    async fn run(&mut self) -> String {
        let opening = self.stream.write_all(&self.out);
        match timeout(self.shared.config.timers.write_deadline, opening).await {
            Err(_) => return "HTTP answer not read in time".to_owned(),
            Ok(Err(error)) => return format!("HTTP answer failed: {error}"),
            Ok(Ok(())) => self.out.clear(),
        }
        let mut sleep = pin!(sleep_until(self.next_deadline()));
        // Frames may have come right behind the HTTP request.
        if let Err(reason) = self.read_frames() {
            return reason;
        }
        loop {
            let wake = poll_fn(|cx| self.poll(cx, sleep.as_mut())).await;
            let outcome = match wake {
                Wake::End(reason) => return reason,
                Wake::Mail => self.take_mail(),
                Wake::Data => self.read_frames(),
                Wake::Timer => Ok(()),
            };
            if let Err(reason) = outcome {
                return reason;
            }
            let now = Instant::now();
            // Looked at after every step: a peer that always has something to say would
            // otherwise keep the timer from being polled.
            if now >= sleep.deadline()
                && let Err(reason) = self.on_time(now)
            {
                return reason;
            }
            let next = self.next_deadline();
            // Later deadlines are found out when the sleep ends; moving it each time is costly.
            if next < sleep.deadline() || now >= sleep.deadline() {
                sleep.as_mut().reset(next);
            }
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>, sleep: Pin<&mut Sleep>) -> Poll<Wake> {
        self.link.register(cx.waker());
        if self.link.is_dirty() {
            return Poll::Ready(Wake::Mail);
        }
        if self.frozen {
            return Poll::Pending;
        }
        let was_blocked = self.blocked_since.is_some();
        if let Poll::Ready(Err(reason)) = self.poll_flush(cx) {
            return Poll::Ready(Wake::End(reason));
        }
        if !was_blocked && self.blocked_since.is_some() {
            // There is a new deadline, which the timer has to learn of.
            return Poll::Ready(Wake::Timer);
        }
        if self.out.is_empty()
            && let Some(reason) = self.finish.take()
        {
            return Poll::Ready(Wake::End(reason));
        }
        if self.finish.is_none() && self.out.len() < MAX_UNSENT {
            let buffer = self.reader.buffer();
            buffer.reserve(READ_ROOM);
            match pin!(self.stream.read_buf(buffer)).poll(cx) {
                Poll::Ready(Ok(0)) => {
                    let reason = "the worker closed the socket without a close frame".to_owned();
                    return Poll::Ready(Wake::End(reason));
                }
                Poll::Ready(Ok(_)) => return Poll::Ready(Wake::Data),
                Poll::Ready(Err(error)) => {
                    return Poll::Ready(Wake::End(format!("read failed: {error}")));
                }
                Poll::Pending => {}
            }
        }
        sleep.poll(cx).map(|()| Wake::Timer)
    }

    /// Writes what there is; `Ready` once all of it is out.
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), String>> {
        while !self.out.is_empty() {
            match Pin::new(&mut self.stream).poll_write(cx, &self.out) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err("write failed: no room".to_owned())),
                Poll::Ready(Ok(count)) => self.out.advance(count),
                Poll::Ready(Err(error)) => {
                    return Poll::Ready(Err(format!("write failed: {error}")));
                }
                Poll::Pending => {
                    self.blocked_since.get_or_insert_with(Instant::now);
                    return Poll::Pending;
                }
            }
        }
        self.blocked_since = None;
        self.handover = None;
        if std::mem::take(&mut self.taken_back) {
            self.shared.unstall(self.number);
        }
        Poll::Ready(Ok(()))
    }

    fn take_mail(&mut self) -> Result<(), String> {
        let Some((commands, assignment)) = self.link.take(&mut self.out) else { return Ok(()) };
        if let Some(id) = assignment {
            self.handover = Some((id, Instant::now()));
        }
        for command in commands {
            match command {
                Command::Close { code, reason } => {
                    frames::put_close(Some(code), &reason, &mut self.out);
                    self.close_by = Some(Instant::now() + self.timers().close_deadline);
                }
                Command::Abort => {
                    // What was sent before the abort counts as sent, as far as the socket takes
                    // it: whoever has seen the event of an assignment may rely on that.
                    let _ = self.stream.try_write(&self.out);
                    return Err("aborted by the test".to_owned());
                }
                Command::Reset => {
                    // Without it the socket is closed in the ordinary way, which is close enough.
                    let _ = self.stream.set_zero_linger();
                    return Err("reset by the test".to_owned());
                }
                Command::Freeze => self.frozen = true,
                Command::Thaw => {
                    self.frozen = false;
                    let now = Instant::now();
                    (self.last_heard, self.last_pong) = (now, now);
                    self.blocked_since = None;
                }
            }
        }
        Ok(())
    }

    fn read_frames(&mut self) -> Result<(), String> {
        // Mail posted by our own handling is seen at the next look; no need to be woken for it.
        self.link.busy();
        loop {
            match self.reader.next() {
                Ok(None) => return Ok(()),
                Ok(Some(incoming)) => self.on_frame(incoming)?,
                Err(Violation { code, text }) => {
                    frames::put_close(Some(code), &text, &mut self.out);
                    self.finish = Some(format!("the worker broke the framing: {text}"));
                    self.linger = true;
                    return Ok(());
                }
            }
            if self.finish.is_some() {
                return Ok(());
            }
        }
    }

    fn on_frame(&mut self, incoming: Incoming) -> Result<(), String> {
        match incoming {
            Incoming::Ping(payload) => frames::put_frame(frames::PONG, &payload, &mut self.out),
            Incoming::Pong(_) => {
                let now = Instant::now();
                (self.last_heard, self.last_pong) = (now, now);
            }
            Incoming::Close { code } => {
                if self.close_by.is_none() {
                    frames::put_close(code, "", &mut self.out);
                }
                let code = code.map_or_else(|| "no code".to_owned(), |code| code.to_string());
                self.finish = Some(format!("the worker closed with {code}"));
            }
            // Behind our own close frame nothing counts any more.
            Incoming::Message { .. } if self.close_by.is_some() => {}
            Incoming::Message { binary, payload } => {
                self.last_heard = Instant::now();
                match self.phase {
                    Phase::Unregistered => return self.register(binary, payload),
                    _ if binary => self.shared.message(self.number, payload),
                    _ => self.shared.ignored(self.number, "not a binary message".to_owned()),
                }
            }
        }
        Ok(())
    }

    fn register(&mut self, binary: bool, payload: bytes::Bytes) -> Result<(), String> {
        if let Err(reason) = self.shared.register(self.number, binary, payload) {
            self.shared.refused(self.number, reason);
            return Err("registration refused".to_owned());
        }
        let delay = self.shared.faults.register_delay();
        self.phase = if self.shared.faults.mute_registrations() {
            Phase::Waiting(None)
        } else if delay.is_zero() {
            self.shared.activate(self.number);
            Phase::Registered
        } else {
            Phase::Waiting(Some(Instant::now() + delay))
        };
        Ok(())
    }

    /// The earliest of all deadlines.
    fn next_deadline(&self) -> Instant {
        let timers = self.timers();
        let mut next =
            self.next_ping.min(self.next_look).min(self.last_heard + timers.read_deadline);
        let mut consider = |deadline: Option<Instant>| {
            if let Some(deadline) = deadline {
                next = next.min(deadline);
            }
        };
        if let Phase::Waiting(due) = self.phase {
            consider(due);
        }
        if let Some(since) = self.blocked_since {
            consider(Some(since + timers.write_deadline));
            consider(self.handover.map(|(_, since)| since + timers.handover_deadline));
        }
        consider(self.close_by);
        next
    }

    fn on_time(&mut self, now: Instant) -> Result<(), String> {
        if self.frozen {
            // Looked at again in a while; nothing is due for a connection that plays dead.
            self.last_heard = now;
            self.last_pong = now;
            self.next_ping = now + self.timers().ping_interval;
            self.next_look = now + self.timers().watchdog_interval;
            return Ok(());
        }
        let passed = |since: Instant, limit: Duration| now.duration_since(since) >= limit;
        if self.close_by.is_some_and(|deadline| now >= deadline) {
            return Err("closed by the test; the worker did not answer the close".to_owned());
        }
        if passed(self.last_heard, self.timers().read_deadline) {
            return Err("read deadline: neither data nor pong in time".to_owned());
        }
        if now >= self.next_look {
            self.next_look = now + self.timers().watchdog_interval;
            if passed(self.last_pong, self.timers().pong_deadline) {
                return Err("watchdog: no pong in time".to_owned());
            }
        }
        if let Some(since) = self.blocked_since {
            if passed(since, self.timers().write_deadline) {
                return Err("write deadline: the worker does not read".to_owned());
            }
            if let Some((id, since)) = self.handover
                && passed(since, self.timers().handover_deadline)
            {
                self.handover = None;
                self.taken_back = true;
                self.shared.take_back(self.number, id);
            }
        }
        if let Phase::Waiting(Some(due)) = self.phase
            && now >= due
        {
            self.phase = Phase::Registered;
            self.shared.activate(self.number);
        }
        if now >= self.next_ping {
            self.next_ping = now + self.timers().ping_interval;
            if !self.shared.faults.silent_pings() && self.close_by.is_none() {
                frames::put_frame(frames::PING, &[], &mut self.out);
            }
        }
        Ok(())
    }
}

impl Shared {
    /// Sends one command to all connections that are meant, and counts them.
    pub(crate) fn command(&self, target: Target<'_>, command: &Command) -> usize {
        self.each_link(target, |link| link.command(command.clone()))
    }
}
