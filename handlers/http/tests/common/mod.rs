//! A worker with the handler, servers to ask, and a resolver that says what it is told.
#![allow(dead_code, reason = "each test file uses its part")]

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, atomic::AtomicUsize, atomic::Ordering},
    time::Duration,
};

use journeyman_core::{
    JobError, JobErrorKind, Router, StartedWorker, Value, Worker,
    memory::{Memory, MemoryClient, Submission},
};
use journeyman_http::{HttpConfig, HttpHandler, Resolver, Resolving};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Status, headers, body.
pub(crate) type Answer = (u16, Vec<(String, String)>, String);

/// A worker whose route `http` is the handler.
pub(crate) struct Rig {
    pub(crate) client: MemoryClient,
    pub(crate) worker: StartedWorker,
}

impl Rig {
    pub(crate) fn new(config: &HttpConfig) -> Self {
        Self::serving(HttpHandler::new(config).expect("a good configuration"))
    }

    /// With names that resolve as told, and nothing else.
    pub(crate) fn with_names(config: &HttpConfig, names: Names) -> Self {
        Self::serving(HttpHandler::with_resolver(config, names).expect("a good configuration"))
    }

    fn serving(handler: HttpHandler) -> Self {
        let (memory, client) = Memory::new();
        let router = Router::new().route("http", handler);
        let worker = Worker::new(router).serve(memory).concurrency(256).start().expect("a worker");
        Self { client, worker }
    }

    pub(crate) async fn ask(&self, args: impl serde::Serialize) -> Result<Answer, JobError> {
        within("an answer", self.client.call("http", &args)).await
    }

    pub(crate) async fn get(&self, url: &str) -> Result<Answer, JobError> {
        self.ask(("GET", url)).await
    }

    pub(crate) async fn fails(&self, url: &str) -> JobError {
        self.get(url).await.expect_err("it must not be answered")
    }

    /// With a deadline of the job.
    pub(crate) async fn get_within(&self, url: &str, limit: Duration) -> Result<Value, JobError> {
        let args = Value::List(vec!["GET".into(), url.into()]);
        let job = Submission::new("http").args(args).timeout(limit);
        within("an answer", self.client.submit(job).await).await
    }
}

/// Loopback is open, as the servers of the tests are there.
pub(crate) fn local() -> HttpConfig {
    HttpConfig::default().allow_private_at(["127.0.0.1".parse().unwrap()])
}

pub(crate) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(Duration::from_secs(20), future).await {
        Ok(value) => value,
        Err(_) => panic!("waited in vain: {what}"),
    }
}

pub(crate) fn assert_denied(error: &JobError) {
    assert_eq!(error.kind(), JobErrorKind::Rejected, "{error:?}");
    assert_eq!(error.code(), Some("E_PERM"), "{error:?}");
    assert!(!error.is_temporary());
}

/// Serves a router; the base URL has no slash at its end.
pub(crate) async fn serve(router: axum::Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("http://{address}")
}

pub(crate) fn port(base: &str) -> u16 {
    base.rsplit_once(':').unwrap().1.parse().unwrap()
}

/// A server of raw bytes. Each connection's request head is read, then `answer` has it.
pub(crate) async fn raw<F, Fut>(answer: F) -> String
where
    F: Fn(String, TcpStream) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = Arc::clone(&answer);
            tokio::spawn(async move {
                let head = head(&mut stream).await;
                answer(head, stream).await;
            });
        }
    });
    format!("http://{address}")
}

/// Reads up to the empty line.
pub(crate) async fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(head).unwrap()
}

/// Answers each request with these bytes, and closes.
pub(crate) async fn canned(bytes: &'static [u8]) -> String {
    raw(move |_, mut stream| async move {
        let _ = stream.write_all(bytes).await;
        let _ = stream.shutdown().await;
    })
    .await
}

/// Names that resolve as told: the first question gets the first answer, the last answer stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    answers: Arc<Mutex<HashMap<String, Vec<Vec<IpAddr>>>>>,
    asked: Arc<AtomicUsize>,
}

impl Names {
    pub(crate) fn with(self, name: &str, answers: &[&[&str]]) -> Self {
        let parse = |list: &&[&str]| list.iter().map(|text| text.parse().unwrap()).collect();
        let mut answers: Vec<Vec<IpAddr>> = answers.iter().map(parse).collect();
        answers.reverse();
        self.answers.lock().unwrap().insert(name.to_owned(), answers);
        self
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Resolver for Names {
    fn resolve(&self, host: &str) -> Resolving {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().unwrap();
        let found = answers.get_mut(host).map(|list| match list.len() {
            1 => list[0].clone(),
            _ => list.pop().unwrap_or_default(),
        });
        Box::pin(async move {
            found.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "nobody has that name"))
        })
    }
}
