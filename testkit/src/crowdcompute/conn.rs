//! One connection on the port of workers and clients, from the HTTP request to the end of the
//! socket.

use super::clock;
use super::config::{Limits, Timers};
use super::link::{Command, Link};
use super::message::{self, Kind};
use super::shared::Shared;
use super::tables::Reaction;
use super::upgrade::{self, Verdict};
use crate::ws::frames::{self, Incoming, Reader, Violation};
use bytes::{Bytes, BytesMut};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};

/// Unsent bytes beyond which nothing more is read, so that a peer which only talks and never
/// listens can not make the stand-in hoard its pongs.
const MAX_UNSENT: usize = 256 * 1024;
/// Room made for each read.
const READ_ROOM: usize = 16 * 1024;
/// A peer that was told to go and has sent nothing for so long has nothing more to say.
const QUIET: Duration = Duration::from_millis(250);
/// When there is no deadline.
const LATER: Duration = Duration::from_secs(3600);

/// Serves one accepted socket until it ends.
pub(crate) async fn serve(shared: Arc<Shared>, stream: TcpStream, peer: SocketAddr) {
    let link = Arc::new(Link::new(shared.config.limits.unsent_bytes));
    let Some(number) = shared.with(|core| core.open(peer, Arc::clone(&link))) else { return };
    let mut closing = Closing { shared, number, reason: "the foreman stopped".to_owned() };
    closing.reason = run(&closing.shared, stream, number, &link).await;
}

/// Takes the connection out of the tables, also when the task is aborted.
struct Closing {
    shared: Arc<Shared>,
    number: u64,
    reason: String,
}

impl Drop for Closing {
    fn drop(&mut self) {
        let reason = std::mem::take(&mut self.reason);
        self.shared.with(|core| core.close(self.number, reason));
    }
}

async fn run(shared: &Shared, mut stream: TcpStream, number: u64, link: &Link) -> String {
    // Small frames must not wait for the acknowledgement of earlier ones; a socket that can not
    // be told so still works.
    let _ = stream.set_nodelay(true);
    let Timers { upgrade_deadline, close_deadline, ping_interval, .. } = shared.config.timers;
    let Limits { message_bytes, .. } = shared.config.limits;
    let mut buffer = BytesMut::new();
    let request = upgrade::read_request(&mut stream, &mut buffer);
    let verdict = match timeout(upgrade_deadline, request).await {
        Err(_) => return "no HTTP request in time".to_owned(),
        Ok(Err(error)) => return format!("no HTTP request: {error}"),
        Ok(Ok(request)) => upgrade::judge(&request, shared.faults.refuse()),
    };
    let response = match verdict {
        Verdict::Upgrade(response) => response,
        Verdict::Answer { response, why } => {
            shared.not_upgraded(number, why);
            let answer = async {
                stream.write_all(&response).await?;
                stream.shutdown().await
            };
            return match timeout(upgrade_deadline, answer).await {
                Ok(Ok(())) => "answered as plain HTTP".to_owned(),
                Ok(Err(error)) => format!("HTTP answer failed: {error}"),
                Err(_) => "HTTP answer not read in time".to_owned(),
            };
        }
    };
    let mut connection = Connection {
        shared,
        number,
        link,
        stream,
        reader: Reader::new(buffer, message_bytes),
        out: BytesMut::from(&response[..]),
        role: None,
        next_ping: ping_interval.map(|interval| Instant::now() + interval),
        ping: None,
        close_by: None,
        frozen: false,
        finish: None,
        linger: false,
    };
    let reason = connection.run().await;
    if connection.linger {
        // Closing with unread bytes would reset the connection, and the peer would never see
        // the close frame.
        let drain = async {
            connection.stream.shutdown().await?;
            let mut sink = [0; 4096];
            while let Ok(count) = timeout(QUIET, connection.stream.read(&mut sink)).await
                && count? > 0
            {}
            std::io::Result::Ok(())
        };
        let _ = timeout(close_deadline, drain).await;
    }
    reason
}

/// What the first message made of the peer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Worker,
    Client,
}

struct Connection<'a> {
    shared: &'a Shared,
    number: u64,
    link: &'a Link,
    stream: TcpStream,
    reader: Reader,
    out: BytesMut,
    role: Option<Role>,
    next_ping: Option<Instant>,
    /// The ping that is not answered yet, and until when that may take.
    ping: Option<([u8; 4], Instant)>,
    /// A close frame is out: until when its answer may take.
    close_by: Option<Instant>,
    frozen: bool,
    /// Ends as soon as everything is sent.
    finish: Option<String>,
    /// Reads on for a while after the end.
    linger: bool,
}

impl Connection<'_> {
    async fn run(&mut self) -> String {
        // Frames may have come right behind the HTTP request.
        if let Err(reason) = self.read_frames() {
            return reason;
        }
        loop {
            // What does not fit yet stays where it is counted.
            let (commands, due) = if self.frozen || self.out.len() >= MAX_UNSENT {
                (self.link.take_commands(), None)
            } else {
                self.link.take(&mut self.out)
            };
            for command in commands {
                if let Err(reason) = self.obey(command) {
                    return reason;
                }
            }
            if self.out.is_empty()
                && let Some(reason) = self.finish.take()
            {
                return reason;
            }
            let (mut read, mut write) = self.stream.split();
            let reading = !self.frozen && self.finish.is_none() && self.out.len() < MAX_UNSENT;
            let writing = !self.frozen && !self.out.is_empty();
            let deadlines = [self.next_ping, self.ping.map(|(_, by)| by), self.close_by, due];
            let next = deadlines.into_iter().flatten().min();
            let next = next.unwrap_or_else(|| Instant::now() + LATER);
            self.reader.buffer().reserve(READ_ROOM);
            tokio::select! {
                biased;
                written = write.write_buf(&mut self.out), if writing => {
                    if let Err(error) = written {
                        return format!("write failed: {error}");
                    }
                }
                () = self.link.changed() => {}
                count = read.read_buf(self.reader.buffer()), if reading => match count {
                    Ok(0) => return "the peer closed the socket without a close frame".to_owned(),
                    Ok(_) => {
                        if let Err(reason) = self.read_frames() {
                            return reason;
                        }
                    }
                    Err(error) => return format!("read failed: {error}"),
                },
                () = sleep_until(next) => {}
            }
            // Looked at after every step: a peer that always has something to say would
            // otherwise keep the timer from being seen.
            if let Err(reason) = self.on_time(Instant::now()) {
                return reason;
            }
        }
    }

    fn obey(&mut self, command: Command) -> Result<(), String> {
        match command {
            Command::Close { code, reason } => self.say_goodbye(code, &reason),
            Command::Abort(why) => {
                // What was sent before the abort counts as sent, as far as the socket takes it:
                // whoever has seen the event of an assignment may rely on that.
                let _ = self.stream.try_write(&self.out);
                return Err(why.to_owned());
            }
            Command::Reset => {
                // Without it the socket is closed in the ordinary way, which is close enough.
                let _ = self.stream.set_zero_linger();
                return Err("reset by the test".to_owned());
            }
            Command::Freeze => self.frozen = true,
            Command::Thaw => {
                self.frozen = false;
                self.ping = None;
                let interval = self.shared.config.timers.ping_interval;
                self.next_ping = interval.map(|interval| Instant::now() + interval);
            }
        }
        Ok(())
    }

    /// Sends a close frame; the socket ends with its answer.
    fn say_goodbye(&mut self, code: u16, reason: &str) {
        if self.close_by.is_none() {
            frames::put_close(Some(code), reason, &mut self.out);
            self.close_by = Some(Instant::now() + self.shared.config.timers.close_deadline);
        }
    }

    fn read_frames(&mut self) -> Result<(), String> {
        while self.finish.is_none() {
            match self.reader.next() {
                Ok(None) => return Ok(()),
                Ok(Some(incoming)) => self.on_frame(incoming)?,
                Err(Violation { code, text }) => self.fail(code, format!("broken framing: {text}")),
            }
        }
        Ok(())
    }

    /// Ends the connection with this code, without waiting for an answer.
    fn fail(&mut self, code: u16, why: String) {
        if self.close_by.is_none() {
            frames::put_close(Some(code), "", &mut self.out);
        }
        self.finish = Some(why);
        self.linger = true;
    }

    fn on_frame(&mut self, incoming: Incoming) -> Result<(), String> {
        match incoming {
            Incoming::Ping(payload) => {
                if !self.shared.faults.no_pongs() {
                    frames::put_frame(frames::PONG, &payload, &mut self.out);
                }
            }
            Incoming::Pong(payload) => {
                if self.ping.is_some_and(|(sent, _)| sent[..] == payload[..]) {
                    self.ping = None;
                    let interval = self.shared.config.timers.ping_interval;
                    self.next_ping = interval.map(|interval| Instant::now() + interval);
                }
            }
            Incoming::Close { code } => {
                if self.close_by.is_none() {
                    frames::put_close(code, "", &mut self.out);
                }
                let code = code.map_or_else(|| "no code".to_owned(), |code| code.to_string());
                self.finish = Some(format!("the peer closed with {code}"));
            }
            // Behind our own close frame nothing counts any more.
            Incoming::Message { .. } if self.close_by.is_some() => {}
            Incoming::Message { binary, payload } => return self.on_message(binary, &payload),
        }
        Ok(())
    }

    fn on_message(&mut self, binary: bool, payload: &Bytes) -> Result<(), String> {
        let era = self.shared.config.era;
        let text = match std::str::from_utf8(payload) {
            Ok(text) => text,
            Err(_) if binary => "",
            Err(_) => {
                self.fail(1007, "a text message that is not UTF-8".to_owned());
                return Ok(());
            }
        };
        let message = match message::read(era, text) {
            Ok(message) => message,
            Err(reason) => {
                self.shared.ignored(self.number, reason);
                if era.is_seed() {
                    self.say_goodbye(1000, "");
                }
                return Ok(());
            }
        };
        let submits = matches!(
            message.kind,
            Kind::SubmitJob | Kind::SubmitBroadcastJob | Kind::SubmitPipelineJob
        );
        let role = match self.role {
            Some(role) => role,
            None if message.kind == Kind::WorkerReady => Role::Worker,
            None if submits => Role::Client,
            None => {
                let reason = format!("{:?} is no first message", message.kind);
                self.shared.ignored(self.number, reason);
                self.say_goodbye(1000, "");
                return Ok(());
            }
        };
        self.role = Some(role);
        let reaction = self.shared.with(|core| match role {
            Role::Worker => core.worker_message(self.number, &message),
            Role::Client => core.client_message(self.number, &message),
        });
        match reaction {
            Reaction::Stay => {}
            Reaction::Close => self.say_goodbye(1000, ""),
            Reaction::Abort(why) => return Err(why.to_owned()),
        }
        Ok(())
    }

    fn on_time(&mut self, now: Instant) -> Result<(), String> {
        if self.frozen {
            return Ok(());
        }
        if self.close_by.is_some_and(|by| now >= by) {
            return Err("the peer did not answer the close".to_owned());
        }
        if self.ping.is_some_and(|(_, by)| now >= by) && self.finish.is_none() {
            self.ping = None;
            self.next_ping = None;
            frames::put_close(Some(1011), "keepalive ping timeout", &mut self.out);
            self.finish = Some("no pong in time".to_owned());
            self.linger = true;
        }
        if self.next_ping.is_some_and(|at| now >= at) {
            let timers = &self.shared.config.timers;
            if self.shared.faults.silent_pings() {
                self.next_ping = timers.ping_interval.map(|interval| now + interval);
            } else {
                let payload = fastrand::u32(..).to_be_bytes();
                frames::put_frame(frames::PING, &payload, &mut self.out);
                self.ping = Some((payload, now + timers.ping_timeout));
                self.next_ping = None;
            }
        }
        Ok(())
    }
}

/// The headers that the real server adds to its answer to the upgrade.
pub(crate) fn server_headers() -> String {
    format!("Date: {}\r\nServer: Python/3.11 websockets/12.0\r\n", clock::http_date(clock::now()))
}
