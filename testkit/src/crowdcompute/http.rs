//! The HTTP server: small enough to be written by hand, and so it answers as the real one's
//! server does (CrowdCompute sheet, section 11).

use super::api::{self, Answer};
use super::clock;
use super::config::Era;
use super::shared::Shared;
use super::upgrade::{self, Request};
use crate::http::until_stopped;
use crate::ws::frames::{self, Incoming, Reader};
use bytes::BytesMut;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

/// Connections at a time; more wait in the system's queue.
const MAX_CONNECTIONS: usize = 256;
/// The largest message that somebody may send to the push socket, where nothing is read.
const MAX_MESSAGE: usize = 64 << 10;
const MAX_BODY: usize = 1 << 20;
/// For a request and for its answer.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) async fn serve(
    shared: Arc<Shared>,
    listener: TcpListener,
    mut stopped: watch::Receiver<bool>,
) {
    let url = listener.local_addr().map(|addr| addr.to_string()).unwrap_or_default();
    let url: Arc<str> = url.into();
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = until_stopped(&mut stopped) => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if connections.len() < MAX_CONNECTIONS => {
                match accepted {
                    Ok((stream, _)) => {
                        let (shared, url) = (Arc::clone(&shared), Arc::clone(&url));
                        // What goes wrong with a connection ends that connection.
                        connections.spawn(async move { _ = connection(&shared, stream, &url).await });
                    }
                    // Out of file descriptors, most likely: let some connections end first.
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                }
            }
        }
    }
    drop(listener);
    connections.shutdown().await;
}

async fn connection(shared: &Shared, mut stream: TcpStream, url: &str) -> io::Result<()> {
    let late = |_| io::Error::from(io::ErrorKind::TimedOut);
    let mut buffer = BytesMut::new();
    loop {
        let request = upgrade::read_request(&mut stream, &mut buffer);
        let request = timeout(PATIENCE, request).await.map_err(late)??;
        if request.target.split('?').next() == Some("/ws")
            && let Ok(accept) = request.accept()
        {
            return push(shared, stream, buffer, &accept).await;
        }
        timeout(PATIENCE, skip_body(&request, &mut stream, &mut buffer)).await.map_err(late)??;
        let close =
            request.header("connection").is_some_and(|value| value.eq_ignore_ascii_case(b"close"));
        let (mut answer, allow) = answer(shared, &request, url);
        let length = answer.body.len();
        if request.method == "HEAD" {
            answer.body.clear();
        }
        let head = format!(
            "HTTP/1.1 {} {}\r\ndate: {}\r\nserver: uvicorn\r\n{}content-length: {length}\r\n\
             content-type: {}\r\n{}\r\n",
            answer.status,
            phrase(answer.status),
            clock::http_date(clock::now()),
            allow.map(|methods| format!("allow: {methods}\r\n")).unwrap_or_default(),
            answer.kind,
            if close { "connection: close\r\n" } else { "" },
        );
        let response = [head, answer.body].concat();
        let write = stream.write_all(response.as_bytes());
        timeout(PATIENCE, write).await.map_err(late)??;
        if close {
            return stream.shutdown().await;
        }
    }
}

async fn skip_body(
    request: &Request,
    stream: &mut TcpStream,
    buffer: &mut BytesMut,
) -> io::Result<()> {
    let length = request
        .header("content-length")
        .map(|value| std::str::from_utf8(value).ok().and_then(|text| text.parse::<usize>().ok()));
    let refused = request.header("transfer-encoding").is_some();
    let length = match length {
        None if !refused => 0,
        Some(Some(length)) if length <= MAX_BODY && !refused => length,
        _ => return Err(io::ErrorKind::InvalidData.into()),
    };
    while buffer.len() < length {
        if stream.read_buf(buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    let _ = buffer.split_to(length);
    Ok(())
}

fn phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        _ => "Unknown",
    }
}

/// The routes: method, path with `{}` for one segment, whether today's era alone has it.
const ROUTES: &[(&str, &str, bool)] = &[
    ("GET", "/", false),
    ("GET", "/api/stats", false),
    ("GET", "/api/jobs", false),
    ("GET", "/api/jobs/{}", false),
    ("GET", "/api/workers", false),
    ("GET", "/api/workers/{}/failures", false),
    ("GET", "/api/websocket-stats", false),
    ("DELETE", "/api/database/clear", true),
    ("DELETE", "/api/workers/{}", true),
    ("GET", "/api/checkpoints/job/{}", true),
    ("GET", "/api/checkpoints/recovery-events", true),
    ("GET", "/api/scheduling-info", true),
    ("GET", "/api/pipeline/jobs", true),
    ("GET", "/api/pipeline/job/{}", true),
    ("GET", "/api/scheduler/algorithms", true),
    ("GET", "/api/scheduler/config", true),
    ("POST", "/api/scheduler/config", true),
    ("GET", "/api/scheduler/config/{}", true),
    ("POST", "/api/scheduler/activate/{}", true),
    ("GET", "/api/scheduler/stats", true),
    ("GET", "/api/evaluation/metrics", true),
    ("GET", "/api/evaluation/job/{}", true),
    ("GET", "/api/evaluation/load-distribution", true),
    ("GET", "/api/evaluation/throughput-history", true),
    ("GET", "/api/evaluation/worker-performance", true),
    ("POST", "/api/tasks/{}/kill", true),
];

/// The value of `{}` if the path is of this form; empty if the form has none.
fn fits<'a>(form: &str, path: &'a str) -> Option<&'a str> {
    let Some((before, after)) = form.split_once("{}") else { return (form == path).then_some("") };
    let value = path.strip_prefix(before)?.strip_suffix(after)?;
    (!value.is_empty() && !value.contains('/')).then_some(value)
}

fn exists(era: Era, form: &str, later: bool) -> bool {
    (!later || !era.is_seed()) && (form != "/api/tasks/{}/kill" || era.kills())
}

/// The answer, and the methods that the path has if it has not this one.
fn answer(shared: &Shared, request: &Request, url: &str) -> (Answer, Option<String>) {
    let era = shared.config.era;
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let path = decode(path);
    let here: Vec<_> = ROUTES
        .iter()
        .filter(|(_, form, later)| exists(era, form, *later) && fits(form, &path).is_some())
        .collect();
    let Some((_, form, _)) = here.iter().find(|(method, ..)| *method == request.method) else {
        if here.is_empty() {
            return (Answer::detail(404, "Not Found"), None);
        }
        // The methods of the first route that has the path.
        return (Answer::detail(405, "Method Not Allowed"), Some(here[0].0.to_owned()));
    };
    let value = fits(form, &path).unwrap_or_default();
    let number = |name: &str, otherwise: usize| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let mut values = pairs.filter(|(key, _)| *key == name).map(|(_, value)| value.parse());
        values.next().and_then(Result::ok).unwrap_or(otherwise)
    };
    let answer = match (request.method.as_str(), *form) {
        ("GET", "/") => api::page(url),
        ("GET", "/api/stats") => Answer::json(shared.look(|core| core.api_stats())),
        ("GET", "/api/jobs") => {
            let (skip, limit) = (number("skip", 0), number("limit", 100));
            Answer::json(shared.look(|core| core.api_jobs(skip, limit, false)))
        }
        ("GET", "/api/jobs/{}") => shared.look(|core| core.api_job(value, false)),
        ("GET", "/api/workers") => Answer::json(shared.look(|core| core.api_workers())),
        ("GET", "/api/workers/{}/failures") => {
            Answer::json(shared.look(|core| core.api_failures(value)))
        }
        ("GET", "/api/websocket-stats") => {
            Answer::json(shared.look(|core| core.api_websocket_stats()))
        }
        ("DELETE", "/api/database/clear") => {
            shared.with(super::core::Core::clear);
            Answer::json("{\"message\":\"Database cleared\"}")
        }
        ("DELETE", "/api/workers/{}") => shared.with(|core| core.api_delete_worker(value)),
        ("GET", "/api/checkpoints/job/{}") => shared.look(|core| core.api_checkpoints(value)),
        ("GET", "/api/checkpoints/recovery-events") => {
            Answer::json(shared.look(|core| core.api_recovery_events()))
        }
        ("GET", "/api/pipeline/jobs") => {
            Answer::json(shared.look(|core| core.api_jobs(0, usize::MAX, true)))
        }
        ("GET", "/api/pipeline/job/{}") => shared.look(|core| core.api_job(value, true)),
        ("POST", "/api/tasks/{}/kill") => shared.with(|core| core.api_kill(value)),
        _ => Answer::detail(501, "The stand-in does not have this"),
    };
    (answer, None)
}

/// Undoes `%XX`; what is no UTF-8 then stays as it came.
fn decode(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = path.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| path.to_owned())
}

/// The WebSocket that tells how many workers and clients there are, every 5 s.
async fn push(
    shared: &Shared,
    mut stream: TcpStream,
    rest: BytesMut,
    accept: &str,
) -> io::Result<()> {
    let response = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\ndate: {}\r\nserver: uvicorn\r\n\r\n",
        clock::http_date(clock::now())
    );
    let late = |_| io::Error::from(io::ErrorKind::TimedOut);
    timeout(PATIENCE, stream.write_all(response.as_bytes())).await.map_err(late)??;
    let mut reader = Reader::new(rest, MAX_MESSAGE);
    let mut tick = interval(shared.config.timers.push_interval);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut out = BytesMut::new();
    loop {
        let mut over = false;
        while let Some(incoming) = reader
            .next()
            .map_err(|violation| io::Error::new(io::ErrorKind::InvalidData, violation.text))?
        {
            match incoming {
                Incoming::Ping(payload) => frames::put_frame(frames::PONG, &payload, &mut out),
                Incoming::Close { code } => {
                    frames::put_close(code, "", &mut out);
                    over = true;
                }
                // Nothing is read from the peer.
                Incoming::Pong(_) | Incoming::Message { .. } => {}
            }
        }
        if !out.is_empty() {
            timeout(PATIENCE, stream.write_all(&out)).await.map_err(late)??;
            out.clear();
        }
        if over {
            return stream.shutdown().await;
        }
        tokio::select! {
            _ = tick.tick() => {
                let text = shared.look(|core| core.api_push());
                frames::put_frame(frames::TEXT, text.as_bytes(), &mut out);
            }
            count = stream.read_buf(reader.buffer()) => {
                if count? == 0 {
                    return Ok(());
                }
            }
        }
    }
}
