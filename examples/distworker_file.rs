//! A DistWorker worker that processes files: it fetches those that have an absolute address,
//! looks at them, and reports.
//!
//! ```text
//! DISTWORKER_CONTROLLER_URL=http://localhost:8081 DISTWORKER_PROVISIONER=default \
//! DISTWORKER_WORKER_TOKEN=secret cargo run --example distworker_file --features distworker
//! ```
//!
//! Release 0.0.6 of the controller cannot hand out files itself, and tells a relative path for
//! those on its own disk. Where files are stored elsewhere, `storage_url` is absolute, and that is
//! what this worker fetches.
//!
//! What a submitter writes there is not to be trusted: only `http` and `https` are fetched, never
//! more than the size limit, redirects lead to neither another kind of address nor from `https`
//! to `http`, and `FILE_WORKER_HOSTS` can say which hosts are meant.

mod distworker_common;

use std::{process::ExitCode, sync::Arc, time::Duration};

use base64::Engine as _;
use journeyman::{
    Args, Cancel, JobError, Reply, Router, State, Worker,
    distworker::{FileInfo, ResultFiles, Task},
};
use reqwest::{Client, Url, redirect};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

const ABOUT: &str = "\
A DistWorker worker that processes the files of its tasks. Its queue:
  file.inspect   size, SHA-256, and lines and words of text or width and height of a PNG image;
                 files come with the task, or as {\"urls\": [\"https://…\"]}
Besides the settings below:
  FILE_WORKER_MAX_BYTES   the largest file that is fetched, in bytes (default 67108864, 64 MiB)
  FILE_WORKER_HOSTS       hosts to fetch from, such as store.example,localhost:9000 (default: any)";

const REDIRECTS: usize = 5;

/// Fetches files within limits.
#[derive(Clone)]
struct Fetcher {
    client: Client,
    max_bytes: u64,
    hosts: Option<Arc<[String]>>,
}

impl Fetcher {
    fn from_env() -> Result<Self, String> {
        let max_bytes = match std::env::var("FILE_WORKER_MAX_BYTES") {
            Ok(text) => text.parse().map_err(|_| {
                format!("FILE_WORKER_MAX_BYTES is {text:?}; give a whole number of bytes")
            })?,
            Err(_) => 64 << 20,
        };
        let hosts: Option<Arc<[String]>> = std::env::var("FILE_WORKER_HOSTS")
            .ok()
            .map(|text| text.split(',').map(|host| host.trim().to_owned()).collect());
        let allowed = hosts.clone();
        let redirects = redirect::Policy::custom(move |attempt| {
            let downgrade = attempt
                .previous()
                .last()
                .is_some_and(|from| from.scheme() == "https" && attempt.url().scheme() != "https");
            if attempt.previous().len() > REDIRECTS {
                attempt.error("too many redirects")
            } else if downgrade {
                attempt.error("a redirect from https to another scheme")
            } else {
                match check(attempt.url(), allowed.as_deref()) {
                    Ok(()) => attempt.follow(),
                    Err(problem) => attempt.error(problem),
                }
            }
        });
        let client = Client::builder()
            .redirect(redirects)
            .connect_timeout(Duration::from_secs(10))
            .read_timeout(Duration::from_secs(30))
            .build()
            .map_err(|error| format!("no HTTP client: {error}"))?;
        Ok(Self { client, max_bytes, hosts })
    }

    /// The content of a file; `progress` is told how much of it is there, 0.0 to 1.0.
    async fn fetch(&self, url: &str, mut progress: impl FnMut(f64)) -> Result<Vec<u8>, JobError> {
        let parsed = Url::parse(url)
            .map_err(|error| JobError::bad_input(format!("{url:?} is no address: {error}")))?;
        check(&parsed, self.hosts.as_deref())
            .map_err(|problem| JobError::bad_input(format!("{url:?}: {problem}")))?;
        let mut response = self.client.get(parsed).send().await?.error_for_status()?;
        // A redirect that leads out of HTTP comes back as it is.
        if !response.status().is_success() {
            return Err(JobError::failed(format!("{url:?} answered {}", response.status())));
        }
        let announced = response.content_length();
        if announced.is_some_and(|length| length > self.max_bytes) {
            return Err(self.too_large(url));
        }
        let mut content = Vec::new();
        // What a server announces and what it sends are two things: count.
        while let Some(chunk) = response.chunk().await? {
            if content.len() as u64 + chunk.len() as u64 > self.max_bytes {
                return Err(self.too_large(url));
            }
            content.extend_from_slice(&chunk);
            if let Some(length) = announced.filter(|length| *length > 0) {
                progress(content.len() as f64 / length as f64);
            }
        }
        Ok(content)
    }

    fn too_large(&self, url: &str) -> JobError {
        let limit = self.max_bytes;
        JobError::rejected(format!("{url:?} is larger than the limit of {limit} bytes"))
            .with_code("FILE_TOO_LARGE")
    }
}

/// Whether an address may be fetched.
fn check(url: &Url, hosts: Option<&[String]>) -> Result<(), String> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("the scheme `{}` is not fetched; http and https are", url.scheme()));
    }
    let host = url.host_str().unwrap_or_default();
    let with_port = url.port().map(|port| format!("{host}:{port}"));
    let listed = |listed: &String| *listed == host || Some(listed) == with_port.as_ref();
    match hosts {
        Some(hosts) if !hosts.iter().any(listed) => {
            Err(format!("the host `{host}` is not in FILE_WORKER_HOSTS"))
        }
        _ => Ok(()),
    }
}

/// What a file turned out to be.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Content {
    Text { lines: usize, words: usize },
    Png { width: u32, height: u32 },
    Other,
}

#[derive(Serialize)]
struct Inspected {
    name: String,
    bytes: usize,
    sha256: String,
    #[serde(flatten)]
    content: Content,
}

fn inspect(name: &str, bytes: &[u8]) -> Inspected {
    let digest = Sha256::digest(bytes);
    Inspected {
        name: name.to_owned(),
        bytes: bytes.len(),
        sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        content: content(bytes),
    }
}

fn content(bytes: &[u8]) -> Content {
    // A PNG begins with 8 fixed bytes, then the IHDR chunk: length, name, width, height.
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n")
        && bytes.get(12..16) == Some(b"IHDR")
        && let Some(&[a, b, c, d, e, f, g, h]) = bytes[16..].first_chunk()
    {
        let (width, height) = (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]));
        return Content::Png { width, height };
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => {
            Content::Text { lines: text.lines().count(), words: text.split_whitespace().count() }
        }
        Err(_) => Content::Other,
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Input {
    urls: Vec<String>,
}

#[derive(Serialize)]
struct Report {
    files: Vec<Inspected>,
}

async fn inspect_files(
    task: Task,
    input: Option<Args<Input>>,
    State(fetcher): State<Fetcher>,
    cancel: Cancel,
) -> Result<Reply<Report>, JobError> {
    let mut sources = Vec::new();
    for file in &task.files() {
        let url = file.absolute_url().ok_or_else(|| {
            let text =
                "is on the controller's own disk, from where release 0.0.6 hands out nothing";
            JobError::rejected(format!("{:?} {text}", file.filename)).with_code("FILE_UNAVAILABLE")
        })?;
        sources.push((file.base_name().unwrap_or("file").to_owned(), url.to_owned()));
    }
    for url in input.unwrap_or_default().0.urls {
        let name = url.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("file");
        sources.push((name.to_owned(), url));
    }
    if sources.is_empty() {
        return Err(JobError::bad_input("no files came along, and `urls` names none"));
    }
    let count = sources.len() as f64;
    let mut files = Vec::new();
    for (index, (name, url)) in sources.iter().enumerate() {
        cancel.check()?;
        let percent = |part: f64| (index as f64 + part) / count * 100.0;
        let mut told = percent(0.0);
        let bytes = fetcher
            .fetch(url, |part| {
                // Not for every chunk: a few reports per file are enough.
                if percent(part) - told >= 5.0 {
                    told = percent(part);
                    task.send_task_progress(percent(part), format!("fetching {name}"));
                }
            })
            .await?;
        files.push(inspect(name, &bytes));
        task.send_task_progress(percent(1.0), format!("inspected {name}"));
    }
    let report = as_file(&files);
    Ok(Reply::new(Report { files }).with(ResultFiles(vec![report])))
}

/// The report as a file of the result. The controller stores what a worker says about its files,
/// not their content, so that the content is in the address itself; larger ones belong into a
/// store that the submitter can read.
fn as_file(files: &[Inspected]) -> FileInfo {
    let mut table = "name,bytes,sha256\n".to_owned();
    for Inspected { name, bytes, sha256, .. } in files {
        let name = name.replace('"', "\"\"");
        table.push_str(&format!("\"{name}\",{bytes},{sha256}\n"));
    }
    let content = base64::engine::general_purpose::STANDARD.encode(&table);
    FileInfo {
        file_id: "report".to_owned(),
        filename: "report.csv".to_owned(),
        content_type: "text/csv".to_owned(),
        size: table.len() as i64,
        storage_url: format!("data:text/csv;base64,{content}"),
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    // One cryptography library for the WebSocket and for fetching.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = match distworker_common::config(ABOUT) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let fetcher = match Fetcher::from_env() {
        Ok(fetcher) => fetcher,
        Err(problem) => {
            eprintln!("{problem}\n\n{ABOUT}");
            return ExitCode::from(2);
        }
    };
    let connections = config.connections;
    let router = Router::new().route("file.inspect", inspect_files).state(fetcher);
    let worker = Worker::new(router).serve(config).concurrency(connections);
    distworker_common::finish(worker.run().await)
}
