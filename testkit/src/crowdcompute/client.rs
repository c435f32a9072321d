//! A client of a foreman, speaking as the Python library does (CrowdCompute sheet, sections 9 and
//! 17).

use super::job::{Job, JobError, Stage};
use super::json::{self, Value};
use super::message;
use crate::ws::frames::{self, Incoming, Reader};
use crate::ws::handshake;
use bytes::{Bytes, BytesMut};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use uuid::Uuid;

/// The largest message that is read.
const MAX_MESSAGE: usize = 256 << 20;
const MAX_HEAD: usize = 16 << 10;
const CONNECT: Duration = Duration::from_secs(10);
const CLOSE: Duration = Duration::from_secs(10);
/// Messages that wait to be written.
const UNSENT: usize = 64;

/// A client that is connected to a foreman. Several jobs may be under way at a time. Dropping it
/// closes the connection; what its jobs still give is lost then.
#[derive(Debug)]
pub struct Client {
    out: mpsc::Sender<Bytes>,
    jobs: Arc<Mutex<Jobs>>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Jobs {
    waiting: HashMap<String, Waiting>,
    over: bool,
}

#[derive(Debug)]
struct Waiting {
    accepted: Option<oneshot::Sender<()>>,
    end: oneshot::Sender<Result<Vec<String>, JobError>>,
}

impl Client {
    /// Connects to `ws://HOST:PORT`, with any path behind it.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for another URL; the I/O errors of connecting; `InvalidData` where nobody
    /// speaks WebSocket. Cancel safe: a dropped call leaves nothing behind.
    pub async fn connect(url: &str) -> io::Result<Self> {
        let invalid = |text: &str| io::Error::new(io::ErrorKind::InvalidInput, text.to_owned());
        let rest = url.strip_prefix("ws://");
        let rest = rest.ok_or_else(|| invalid("a foreman's URL begins with `ws://`"))?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        if authority.is_empty() || !rest.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(invalid("a foreman's URL looks like `ws://HOST:PORT`"));
        }
        let address = match authority.rsplit_once(':') {
            Some((_, port)) if port.parse::<u16>().is_ok() => authority.to_owned(),
            _ => format!("{authority}:9000"),
        };
        let connect = async {
            let mut stream = TcpStream::connect(&address).await?;
            let _ = stream.set_nodelay(true);
            let key = handshake::new_key();
            let request = format!(
                "GET /{path} HTTP/1.1\r\nHost: {authority}\r\nUpgrade: websocket\r\n\
                 Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n\
                 Sec-WebSocket-Version: 13\r\n\r\n"
            );
            stream.write_all(request.as_bytes()).await?;
            let rest = read_answer(&mut stream, &key).await?;
            io::Result::Ok((stream, rest))
        };
        let connected = timeout(CONNECT, connect).await;
        let (stream, rest) = connected.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        let (out, unsent) = mpsc::channel(UNSENT);
        let jobs = Arc::<Mutex<Jobs>>::default();
        let reader = Reader::of_server(rest, MAX_MESSAGE);
        let task = tokio::spawn(run(stream, reader, unsent, Arc::clone(&jobs)));
        Ok(Self { out, jobs, task })
    }

    /// Submits a job under a new id.
    ///
    /// # Errors
    ///
    /// `InvalidInput` if an argument or the metadata is no JSON; `NotConnected` if the connection
    /// is over. That the foreman refuses the job shows in [`ClientJob::results`].
    pub async fn submit(&self, job: &Job) -> io::Result<ClientJob> {
        self.submit_as(&Uuid::new_v4().to_string(), job).await
    }

    /// Submits a job under an id of the caller's.
    ///
    /// # Errors
    ///
    /// As [`submit`](Self::submit).
    pub async fn submit_as(&self, id: &str, job: &Job) -> io::Result<ClientJob> {
        let mut data = format!("{{{}, \"total_tasks\": {}", function(job)?, job.args_list.len());
        if let Some(metadata) = metadata(job)? {
            // `write!` to a string does not fail.
            _ = write!(data, ", \"task_metadata\": {metadata}");
        }
        data.push('}');
        self.send(id, "submit_job", &data).await
    }

    /// Submits a pipeline under a new id.
    ///
    /// # Errors
    ///
    /// As [`submit`](Self::submit).
    pub async fn submit_pipeline(&self, stages: &[Stage]) -> io::Result<ClientJob> {
        let mut list = String::new();
        for stage in stages {
            if !list.is_empty() {
                list.push_str(", ");
            }
            _ = write!(
                list,
                "{{{}, \"pass_upstream_results\": {}, \"task_metadata\": {}, \"name\": null}}",
                function(&stage.job)?,
                stage.pass_upstream_results,
                metadata(&stage.job)?.unwrap_or_else(|| "null".to_owned()),
            );
        }
        let tasks: usize = stages.iter().map(|stage| stage.job.args_list.len()).sum();
        let data = format!(
            "{{\"stages\": [{list}], \"total_tasks\": {tasks}, \"total_stages\": {}, \
             \"dependency_map\": null, \"task_metadata\": null}}",
            stages.len()
        );
        self.send(&Uuid::new_v4().to_string(), "submit_pipeline_job", &data).await
    }

    async fn send(&self, id: &str, kind: &str, data: &str) -> io::Result<ClientJob> {
        let (accepted_in, accepted) = oneshot::channel();
        let (end_in, end) = oneshot::channel();
        let over = {
            let mut jobs = lock(&self.jobs);
            let waiting = Waiting { accepted: Some(accepted_in), end: end_in };
            jobs.waiting.insert(id.to_owned(), waiting);
            jobs.over
        };
        let text = message::write(kind, data, Some(id));
        if over || self.out.send(frame(frames::TEXT, text.as_bytes())).await.is_err() {
            lock(&self.jobs).waiting.remove(id);
            return Err(io::ErrorKind::NotConnected.into());
        }
        Ok(ClientJob { id: id.to_owned(), accepted: Some(accepted), end })
    }

    /// Whether the connection still stands, as far as is known.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        !lock(&self.jobs).over
    }

    /// Says goodbye and waits until the connection is closed, for 10 s at most.
    pub async fn close(self) {
        let Self { out, task, .. } = self;
        drop(out);
        // A task that panicked has ended as well.
        let _ = task.await;
    }
}

/// A job that a [`Client`] has submitted.
#[derive(Debug)]
pub struct ClientJob {
    id: String,
    accepted: Option<oneshot::Receiver<()>>,
    end: oneshot::Receiver<Result<Vec<String>, JobError>>,
}

impl ClientJob {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Waits until the foreman has accepted the job. Results may come before that (CrowdCompute
    /// sheet, section 8.1); then this says so at once. False if the job was refused or the
    /// connection is gone. Cancel safe.
    pub async fn accepted(&mut self) -> bool {
        let Some(accepted) = &mut self.accepted else { return true };
        let yes = accepted.await.is_ok();
        if yes {
            self.accepted = None;
        }
        yes
    }

    /// Waits for the results: one JSON text per task, as the foreman has sent them (what Python
    /// adds to JSON may be in it).
    ///
    /// # Errors
    ///
    /// The foreman refused the job, or the connection is gone.
    pub async fn results(self) -> Result<Vec<String>, JobError> {
        self.end.await.unwrap_or(Err(JobError::Gone))
    }
}

/// The members `func_code` and `args_list`.
fn function(job: &Job) -> io::Result<String> {
    let args = job.args_list.iter().map(|text| python("argument", text));
    let args: Vec<String> = args.collect::<io::Result<_>>()?;
    Ok(format!("\"func_code\": {}, \"args_list\": [{}]", json::quote(&job.code), args.join(", ")))
}

fn metadata(job: &Job) -> io::Result<Option<String>> {
    job.metadata.as_ref().map(|text| python("metadata", text)).transpose()
}

fn python(what: &str, text: &str) -> io::Result<String> {
    match json::parse(text) {
        Ok(value) => Ok(json::write(&value)),
        Err(wrong) => {
            let text = format!("{what} `{text:.80}` is not JSON: {wrong}");
            Err(io::Error::new(io::ErrorKind::InvalidInput, text))
        }
    }
}

fn lock(jobs: &Mutex<Jobs>) -> MutexGuard<'_, Jobs> {
    jobs.lock().unwrap_or_else(PoisonError::into_inner)
}

fn frame(opcode: u8, payload: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(payload.len() + 14);
    frames::put_masked(opcode, payload, fastrand::u32(..).to_be_bytes(), &mut out);
    out.freeze()
}

/// Reads the answer to the upgrade; returns what came behind it.
async fn read_answer(stream: &mut TcpStream, key: &str) -> io::Result<BytesMut> {
    let invalid = |text: String| io::Error::new(io::ErrorKind::InvalidData, text);
    let mut buffer = BytesMut::new();
    loop {
        if stream.read_buf(&mut buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut response = httparse::Response::new(&mut headers);
        let status = response.parse(&buffer);
        match status.map_err(|error| invalid(format!("not a WebSocket: {error}")))? {
            httparse::Status::Partial if buffer.len() < MAX_HEAD => {}
            httparse::Status::Partial => return Err(invalid("endless headers".to_owned())),
            httparse::Status::Complete(length) => {
                let status = response.code.unwrap_or_default();
                if status != 101 {
                    return Err(invalid(format!("no WebSocket there: HTTP status {status}")));
                }
                let wanted = handshake::accept_value(key.as_bytes());
                let right = response.headers.iter().any(|header| {
                    header.name.eq_ignore_ascii_case("sec-websocket-accept")
                        && header.value.trim_ascii() == wanted.as_bytes()
                });
                if !right {
                    return Err(invalid("the WebSocket key was not answered".to_owned()));
                }
                let _ = buffer.split_to(length);
                return Ok(buffer);
            }
        }
    }
}

/// Ends all jobs when the connection is over, also when its task is aborted.
struct Ending(Arc<Mutex<Jobs>>);

impl Drop for Ending {
    fn drop(&mut self) {
        let mut jobs = lock(&self.0);
        jobs.over = true;
        // Those who wait see that their sender is gone.
        jobs.waiting.clear();
    }
}

async fn run(
    mut stream: TcpStream,
    mut reader: Reader,
    mut unsent: mpsc::Receiver<Bytes>,
    jobs: Arc<Mutex<Jobs>>,
) {
    let ending = Ending(jobs);
    let mut out = BytesMut::new();
    let (mut read, mut write) = stream.split();
    loop {
        match drain(&mut reader, &mut out, &ending.0) {
            Ok(true) => {}
            // A goodbye, or something that is no WebSocket: answered if the socket takes it.
            Ok(false) | Err(_) => {
                let _ = timeout(CLOSE, write.write_all(&out)).await;
                return;
            }
        }
        tokio::select! {
            written = write.write_buf(&mut out), if !out.is_empty() => {
                if written.is_err() {
                    return;
                }
            }
            next = unsent.recv(), if out.len() < MAX_HEAD => match next {
                Some(frame) => out.extend_from_slice(&frame),
                None => {
                    out.extend_from_slice(&frame(frames::CLOSE, &1000_u16.to_be_bytes()));
                    let goodbye = async {
                        write.write_all(&out).await?;
                        let mut sink = [0; 4096];
                        while read.read(&mut sink).await? > 0 {}
                        io::Result::Ok(())
                    };
                    let _ = timeout(CLOSE, goodbye).await;
                    return;
                }
            },
            count = read.read_buf(reader.buffer()) => {
                if !count.is_ok_and(|count| count > 0) {
                    return;
                }
            }
        }
    }
}

/// Handles what has arrived. False after a close frame.
fn drain(reader: &mut Reader, out: &mut BytesMut, jobs: &Mutex<Jobs>) -> Result<bool, ()> {
    while let Some(incoming) = reader.next().map_err(|_| ())? {
        match incoming {
            Incoming::Ping(payload) => out.extend_from_slice(&frame(frames::PONG, &payload)),
            Incoming::Pong(_) => {}
            Incoming::Close { code } => {
                let code = code.map(u16::to_be_bytes);
                out.extend_from_slice(&frame(frames::CLOSE, code.as_ref().map_or(&[], |c| c)));
                return Ok(false);
            }
            Incoming::Message { payload, .. } => {
                if let Ok(text) = std::str::from_utf8(&payload)
                    && let Ok(message) = json::parse(text)
                {
                    on_message(&message, out, jobs);
                }
            }
        }
    }
    Ok(true)
}

fn on_message(message: &Value, out: &mut BytesMut, jobs: &Mutex<Jobs>) {
    let kind = message.get("type").and_then(Value::as_str).unwrap_or_default();
    let data = message.get("data");
    let id = message.get("job_id").and_then(Value::as_str).unwrap_or_default();
    match kind {
        "ping" => {
            let pong = message::write("pong", "{}", None);
            out.extend_from_slice(&frame(frames::TEXT, pong.as_bytes()));
        }
        "job_accepted" => {
            if let Some(job) = lock(jobs).waiting.get_mut(id)
                && let Some(accepted) = job.accepted.take()
            {
                // An error means that nobody waits any more.
                let _ = accepted.send(());
            }
        }
        "job_results" => {
            let results = data.and_then(|data| data.get("results")).and_then(Value::as_list);
            if let (Some(results), Some(job)) = (results, lock(jobs).waiting.remove(id)) {
                if let Some(accepted) = job.accepted {
                    let _ = accepted.send(());
                }
                let _ = job.end.send(Ok(results.iter().map(json::write).collect()));
            }
        }
        "job_error" => {
            let error = data.and_then(|data| data.get("error")).and_then(Value::as_str);
            if let Some(job) = lock(jobs).waiting.remove(id) {
                let error = error.unwrap_or("it does not say why").to_owned();
                let _ = job.end.send(Err(JobError::Refused(error)));
            }
        }
        _ => {}
    }
}
