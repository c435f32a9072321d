//! An adapter for a system of your own, whole, in one file: a transport, a protocol and a
//! backend. The chapter "Write your own adapter" of the book walks through it.
//!
//! The system is a server that hands out jobs over TCP, one line of text per message:
//!
//! ```text
//! worker -> server   HELLO <token>              first
//! server -> worker   WELCOME                    the token is right; else it closes
//! server -> worker   JOB <id> <name> <JSON>
//! worker -> server   PROGRESS <id> <percent>
//! worker -> server   DONE <id> <JSON>           the end of a job
//! worker -> server   FAIL <id> <text>           the other end of a job
//! server -> worker   CANCEL <id>                the end must still be sent
//! worker -> server   BYE                        no more jobs, please
//! ```
//!
//! Run it with `cargo run --example custom_adapter`.

use journeyman::prelude::*;

/// Bytes to and from the server. It knows lines and sockets, and nothing of jobs.
mod transport {
    use std::{
        collections::VecDeque,
        pin::Pin,
        task::{Context, Poll, ready},
    };

    use journeyman::{
        Error, ErrorKind,
        core::transport::{Closed, Event, Goodbye, Lane, Tag, Transport},
    };
    use tokio::{
        io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf},
        net::TcpStream,
    };

    /// The longest line, in bytes, either way. Without a limit, a peer could fill our memory.
    pub(crate) const MAX_LINE: usize = 64 << 10;
    /// With this much waiting to be written, outcomes stay with their jobs.
    const SOFT_LIMIT: usize = 256 << 10;
    /// With this much, `send` refuses.
    const HARD_LIMIT: usize = 4 << 20;

    #[derive(Debug, Default)]
    pub(crate) struct LineTransport {
        stream: Option<TcpStream>,
        inbound: Vec<u8>,
        outbound: VecDeque<u8>,
        /// Tags, and how many bytes from now on must be written before they are reported.
        tags: VecDeque<(Tag, usize)>,
    }

    fn broken(error: std::io::Error) -> Error {
        Error::new(ErrorKind::Disconnected, "exchange lines", "the connection broke")
            .with_source(error)
    }

    impl LineTransport {
        /// The next whole line that was read, without its end.
        fn line(&mut self) -> Option<Result<String, Error>> {
            let wrong = |text: &str| {
                Some(Err(Error::new(ErrorKind::PeerMisbehaved, "exchange lines", text)))
            };
            let Some(end) = self.inbound.iter().position(|byte| *byte == b'\n') else {
                return match self.inbound.len() > MAX_LINE {
                    true => wrong("the server sent a line that is too long"),
                    false => None,
                };
            };
            let line = self.inbound.drain(..=end).take(end).collect();
            match String::from_utf8(line) {
                Ok(line) => Some(Ok(line)),
                Err(_) => wrong("the server sent a line that is not UTF-8 text"),
            }
        }

        fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
            let Some(stream) = &mut self.stream else { return Poll::Pending };
            while !self.outbound.is_empty() {
                let (chunk, _) = self.outbound.as_slices();
                let written = ready!(Pin::new(&mut *stream).poll_write(cx, chunk))?;
                self.outbound.drain(..written);
                for (_, left) in &mut self.tags {
                    *left = left.saturating_sub(written);
                }
            }
            Poll::Ready(Ok(()))
        }

        fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
            let Some(stream) = &mut self.stream else { return Poll::Pending };
            let mut chunk = [0; 4096];
            let mut buffer = ReadBuf::new(&mut chunk);
            ready!(Pin::new(stream).poll_read(cx, &mut buffer))?;
            match buffer.filled() {
                [] => Poll::Ready(Err(std::io::ErrorKind::UnexpectedEof.into())),
                bytes => {
                    self.inbound.extend_from_slice(bytes);
                    Poll::Ready(Ok(()))
                }
            }
        }

        fn closed(&mut self, error: Error, clean: bool) -> Poll<Event<String>> {
            self.abort();
            Poll::Ready(Event::Closed(Closed { code: None, error, clean }))
        }
    }

    impl Transport for LineTransport {
        type Target = String;
        type Message = String;

        async fn connect(&mut self, address: String) -> Result<(), Error> {
            self.abort();
            let stream = TcpStream::connect(&address).await.map_err(|error| {
                Error::new(ErrorKind::Unreachable, "connect", "no TCP connection")
                    .with_context("address", address)
                    .with_remedy("start the server, or correct the address")
                    .with_source(error)
            })?;
            self.stream = Some(stream);
            Ok(())
        }

        fn has_room(&self, _lane: Lane) -> bool {
            self.outbound.len() < SOFT_LIMIT
        }

        fn send(&mut self, _lane: Lane, tag: Option<Tag>, line: String) -> Result<(), Error> {
            if line.len() > MAX_LINE || self.outbound.len() + line.len() > HARD_LIMIT {
                return Err(Error::new(ErrorKind::TooLarge, "send", "a line or the queue is full"));
            }
            self.outbound.extend(line.bytes().chain([b'\n']));
            self.tags.extend(tag.map(|tag| (tag, self.outbound.len())));
            Ok(())
        }

        /// Nothing is lost when polling stops: whatever was read or queued stays in the buffers.
        fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Event<String>> {
            loop {
                if let Poll::Ready(Err(error)) = self.poll_write(cx) {
                    return self.closed(broken(error), false);
                }
                if let Some((tag, _)) = self.tags.pop_front_if(|(_, left)| *left == 0) {
                    return Poll::Ready(Event::Sent { tag });
                }
                match self.line() {
                    Some(Ok(message)) => {
                        return Poll::Ready(Event::Received { lane: Lane::MAIN, message });
                    }
                    Some(Err(error)) => return self.closed(error, false),
                    None => {}
                }
                if let Err(error) = ready!(self.poll_read(cx)) {
                    let clean = error.kind() == std::io::ErrorKind::UnexpectedEof;
                    return self.closed(broken(error), clean);
                }
            }
        }

        async fn close(&mut self, _goodbye: Goodbye) {
            let Some(mut stream) = self.stream.take() else { return };
            // Whatever goes wrong now, the connection ends.
            let _ = stream.write_all(self.outbound.make_contiguous()).await;
            let _ = stream.shutdown().await;
            self.abort();
        }

        fn abort(&mut self) {
            *self = Self::default();
        }
    }
}

/// What the lines mean: a state machine without socket, clock and task.
mod protocol {
    use std::{
        collections::HashMap,
        sync::Arc,
        time::{Instant, SystemTime},
    };

    use journeyman::{
        Error, ErrorKind, Secret,
        core::{
            job::{Body, CancelReason, Codec, Role},
            payload::Json,
            protocol::{Cx, DropReason, IncomingJob, Input, Outcome, Protocol, Settlement, Token},
            transport::{Closed, Goodbye, Lane, Tag},
        },
    };

    /// Turns results into JSON text. It runs in the job's task, not in the session's.
    #[derive(Debug)]
    pub(crate) struct JsonCodec;

    impl Codec for JsonCodec {
        fn encode(&self, _role: Role, value: &dyn erased_serde::Serialize) -> Result<Body, Error> {
            // Line ends inside of text are escaped by JSON, so a value is always one line.
            serde_json::to_vec(value)
                .map(|json| Body::Bytes(json.into()))
                .map_err(|error| Error::new(ErrorKind::Codec, "encode", error.to_string()))
        }
    }

    #[derive(Debug)]
    pub(crate) struct LineProtocol {
        address: String,
        token: Secret,
        welcome: bool,
        codec: Arc<dyn Codec>,
        /// The jobs in flight: their ids on the wire.
        jobs: HashMap<Token, String>,
    }

    impl LineProtocol {
        pub(crate) fn new(address: String, token: Secret) -> Self {
            let codec = Arc::new(JsonCodec);
            Self { address, token, welcome: false, codec, jobs: HashMap::new() }
        }

        fn received(&mut self, cx: &mut Cx<'_, String>, line: &str) {
            let mut words = line.splitn(4, ' ');
            match (words.next(), words.next(), words.next(), words.next()) {
                (Some("WELCOME"), None, ..) => {
                    self.welcome = true;
                    cx.ready();
                }
                (Some("JOB"), Some(id), Some(name), json) => {
                    let args = Json::new(json.unwrap_or_default().to_owned());
                    let job = IncomingJob::new(id, name, args, Arc::clone(&self.codec));
                    self.jobs.insert(cx.accept(job), id.to_owned());
                }
                (Some("CANCEL"), Some(id), None, _) => {
                    let job = self.jobs.iter().find(|(_, other)| *other == id);
                    // It may have ended a moment ago: then its end is on the way already.
                    if let Some((token, _)) = job {
                        cx.cancel(*token, CancelReason::Server);
                    }
                }
                // Counted and logged; the connection goes on.
                _ => cx.ignored(Error::new(
                    ErrorKind::PeerMisbehaved,
                    "receive",
                    "the server sent a line that is no message",
                )),
            }
        }

        fn outcome(&self, cx: &mut Cx<'_, String>, token: Token, outcome: Outcome) {
            let Some(id) = self.jobs.get(&token) else {
                // Of an earlier connection: this server would not know it any more.
                return cx.settled(token, Settlement::Dropped(DropReason::ConnectionLost));
            };
            let line = match outcome.map(|completion| completion.body) {
                Ok(Body::Bytes(json)) => format!("DONE {id} {}", String::from_utf8_lossy(&json)),
                Ok(_) => format!("DONE {id} null"),
                Err(error) => format!("FAIL {id} {}", error.message().replace('\n', " ")),
            };
            // The tag comes back as `Sent` when the line is written.
            cx.send(Lane::MAIN, Some(Tag(token.as_u64())), line);
        }

        fn settle(&mut self, cx: &mut Cx<'_, String>, tag: Tag, settlement: Settlement) {
            let token = Token::from_u64(tag.0);
            if self.jobs.remove(&token).is_some() {
                cx.settled(token, settlement);
            }
        }
    }

    impl Protocol for LineProtocol {
        type Target = String;
        type Message = String;

        fn target(&mut self, _now: SystemTime) -> Result<String, Error> {
            Ok(self.address.clone())
        }

        fn handle(&mut self, cx: &mut Cx<'_, String>, input: Input<String>) {
            match input {
                Input::Connected => {
                    self.welcome = false;
                    let token = String::from_utf8_lossy(self.token.expose());
                    cx.send(Lane::MAIN, None, format!("HELLO {token}"));
                }
                Input::Received { message, .. } => self.received(cx, &message),
                Input::Outcome { token, outcome } => self.outcome(cx, token, outcome),
                Input::Sent { tag } => self.settle(cx, tag, Settlement::Written),
                Input::Failed { tag, .. } => {
                    self.settle(cx, tag, Settlement::Dropped(DropReason::ConnectionLost));
                }
                Input::Progress { token, update } => {
                    if let (Some(id), Some(done)) = (self.jobs.get(&token), update.fraction) {
                        cx.send(Lane::MAIN, None, format!("PROGRESS {id} {:.0}", done * 100.0));
                    }
                }
                // The ends of jobs that were queued and not written are lost; the rest of the
                // jobs is the session's to drop, since we say that no late result counts.
                Input::Disconnected { .. } => {
                    for (token, _) in self.jobs.drain() {
                        cx.settled(token, Settlement::Dropped(DropReason::ConnectionLost));
                    }
                }
                Input::Drain => cx.send(Lane::MAIN, None, "BYE".to_owned()),
                Input::Goodbye => cx.close(Goodbye::default()),
                _ => {}
            }
        }

        /// This system has no heartbeat and no timer.
        fn next_deadline(&self) -> Option<Instant> {
            None
        }

        /// The server says nothing when it refuses a token. We know what it means.
        fn explain(&mut self, closed: Closed) -> Closed {
            if self.welcome || !closed.clean {
                return closed;
            }
            let error =
                Error::new(ErrorKind::Refused, "register", "the server closed instead of WELCOME")
                    .with_remedy("check the token")
                    .with_source(closed.error)
                    .permanent();
            Closed { error, ..closed }
        }
    }
}

/// The settings, which are the backend that a worker serves.
mod backend {
    use journeyman::{
        Error, Secret,
        core::{
            backend::{Backend, SessionConfig, Sessions},
            capability::{Capabilities, Intake},
        },
    };

    use super::{protocol::LineProtocol, transport::LineTransport, transport::MAX_LINE};

    #[derive(Debug)]
    pub(crate) struct Lines {
        pub(crate) address: String,
        pub(crate) token: Secret,
    }

    impl Backend for Lines {
        fn name(&self) -> String {
            "lines".to_owned()
        }

        /// A contract: handlers that need more are refused at the start.
        fn capabilities(&self) -> Capabilities {
            let mut offered = Capabilities::new(Intake::Pushed);
            offered.progress = true;
            offered.cancel = true;
            offered.max_message = Some(MAX_LINE);
            offered
        }

        fn sessions(self: Box<Self>, sessions: &mut Sessions) -> Result<(), Error> {
            let protocol = LineProtocol::new(self.address, self.token);
            sessions.add(LineTransport::default(), protocol, SessionConfig::default());
            Ok(())
        }
    }
}

/// The other side, for this program and for tests.
mod server {
    use tokio::{
        io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
        net::{TcpListener, TcpStream, tcp::OwnedReadHalf, tcp::OwnedWriteHalf},
    };

    /// One worker, welcomed.
    pub(crate) struct Peer {
        lines: Lines<BufReader<OwnedReadHalf>>,
        writer: OwnedWriteHalf,
    }

    impl Peer {
        pub(crate) async fn accept(
            listener: &TcpListener,
            token: &str,
        ) -> std::io::Result<Option<Self>> {
            let (stream, _): (TcpStream, _) = listener.accept().await?;
            let (reader, writer) = stream.into_split();
            let mut peer = Self { lines: BufReader::new(reader).lines(), writer };
            if peer.next().await? != format!("HELLO {token}") {
                return Ok(None);
            }
            peer.send("WELCOME").await?;
            Ok(Some(peer))
        }

        pub(crate) async fn send(&mut self, line: &str) -> std::io::Result<()> {
            self.writer.write_all(format!("{line}\n").as_bytes()).await
        }

        pub(crate) async fn next(&mut self) -> std::io::Result<String> {
            let line = self.lines.next_line().await?.unwrap_or_default();
            println!("server got: {line}");
            Ok(line)
        }
    }
}

async fn add(Args((a, b)): Args<(i64, i64)>) -> i64 {
    a + b
}

async fn halves(Args(n): Args<u64>, progress: Progress) -> u64 {
    progress.report(0.5);
    n / 2
}

async fn wait(cancel: Cancel) -> Result<(), JobError> {
    cancel.cancelled().await;
    cancel.check()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let lines = |token: &str| backend::Lines {
        address: address.clone(),
        token: journeyman::Secret::new(token),
    };

    let router = Router::new().route("add", add).route("halves", halves).route("wait", wait);
    let worker = Worker::new(router).serve(lines("letmein")).start()?;
    let mut peer = server::Peer::accept(&listener, "letmein").await?.expect("the token is right");
    worker.control().ready().await?;

    peer.send("JOB 1 add [2,3]").await?;
    assert_eq!(peer.next().await?, "DONE 1 5");
    peer.send("JOB 2 halves 84").await?;
    assert_eq!(peer.next().await?, "PROGRESS 2 50");
    assert_eq!(peer.next().await?, "DONE 2 42");
    peer.send("JOB 3 wait").await?;
    peer.send("CANCEL 3").await?;
    assert_eq!(peer.next().await?, "FAIL 3 cancelled by the server");
    peer.send("JOB 4 nothing").await?;
    assert_eq!(peer.next().await?, "FAIL 4 no handler for `nothing`");
    peer.send("what?").await?;
    peer.send("JOB 5 add {}").await?;
    assert!(peer.next().await?.starts_with("FAIL 5 the arguments do not fit"));

    worker.control().drain();
    assert_eq!(peer.next().await?, "BYE");
    let counts = worker.wait().await?.snapshot.sessions[0].counts;
    assert_eq!((counts.ok, counts.failed, counts.ignored), (2, 3, 1));

    // A wrong token: the server says nothing, the protocol explains.
    let worker = Worker::new(Router::new().route("add", add)).serve(lines("wrong")).start()?;
    assert!(server::Peer::accept(&listener, "letmein").await?.is_none());
    let error = worker.wait().await.expect_err("it must fail");
    println!("refused as it should be: {error}");
    assert!(error.to_string().contains("check the token"), "{error}");
    Ok(())
}
