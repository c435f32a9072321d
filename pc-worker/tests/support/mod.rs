//! What the tests share.

#![allow(dead_code, unreachable_pub)] // not every test file uses all of it

use std::{io::Write as _, net::SocketAddr, time::Duration};

use journeyman_core::{Summary, extract::Args};
use journeyman_executor::Executor;
use journeyman_pc_worker::{PcWorker, Running, Settings, WorkerConfig};
use journeyman_testkit::crowdcompute::{Foreman, Job, JobHandle};
use serde_json::Value as Json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};

/// How long a test waits for what has to come.
pub const LONG: Duration = Duration::from_secs(30);

/// Whether there is a Python; says so if not.
pub async fn has_python(test: &str) -> bool {
    let config = journeyman_executor::Config::from_env().unwrap();
    match Executor::probe(config).await {
        Ok(_) => true,
        Err(error) => {
            let line = format!("SKIPPED: journeyman-pc-worker {test}: {error}");
            println!("{line}");
            if let Some(path) = std::env::var_os("JOURNEYMAN_SKIP_LOG") {
                let mut log =
                    std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
                log.write_all(format!("{line}\n").as_bytes()).unwrap();
            }
            false
        }
    }
}

/// Settings for a foreman on loopback, with quick reconnects and a monitor at a free port.
pub fn settings(url: &str) -> Settings {
    let config = WorkerConfig::new(url)
        .worker_id("w")
        .api_port(0)
        .heartbeat_interval(Duration::from_secs(1))
        .reconnect_interval(Duration::from_millis(20));
    let python = journeyman_executor::Config::from_env().unwrap();
    Settings::new(config).python(Some(python))
}

/// The native handler of the tests.
pub async fn double(Args(x): Args<i64>) -> i64 {
    2 * x
}

/// A worker in a task of its own.
pub struct Worker {
    pub control: journeyman_core::WorkerControl,
    pub monitor: Option<SocketAddr>,
    pub executor: Option<Executor>,
    stop: Option<oneshot::Sender<()>>,
    end: JoinHandle<Result<Summary, journeyman_core::Error>>,
}

impl Worker {
    /// Starts it and waits until the foreman has it.
    pub async fn ready(settings: Settings) -> Self {
        let worker = Self::run(PcWorker::new(settings).start().await.unwrap());
        timeout(LONG, worker.control.ready()).await.expect("it is not ready").unwrap();
        worker
    }

    pub fn run(running: Running) -> Self {
        let (stop, stopped) = oneshot::channel();
        Self {
            control: running.control().clone(),
            monitor: running.monitor_addr(),
            executor: running.executor().cloned(),
            stop: Some(stop),
            end: tokio::spawn(running.run_until(async {
                let _ = stopped.await;
            })),
        }
    }

    /// Stops it in good order.
    pub async fn stop(mut self) -> Summary {
        drop(self.stop.take());
        timeout(LONG, self.end).await.expect("it does not stop").unwrap().unwrap()
    }

    /// What `GET` tells at a path once it names a task.
    pub async fn busy(&self, path: &str) -> Json {
        let wait = async {
            loop {
                let told = self.get(path).await;
                if !told["current_task"].is_null() {
                    return told;
                }
            }
        };
        timeout(LONG, wait).await.expect("it is never busy")
    }

    pub async fn get(&self, path: &str) -> Json {
        let (status, body) = http(self.monitor.unwrap(), "GET", path, "").await;
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }
}

/// One HTTP request.
pub async fn http(address: SocketAddr, method: &str, path: &str, head: &str) -> (u16, String) {
    let ask = async {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
             Content-Length: 0\r\n{head}\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8(answer).unwrap()
    };
    let answer = timeout(LONG, ask).await.expect("no answer");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, body.to_owned())
}

/// A job of one function.
pub fn job(code: &str, args: &[&str]) -> Job {
    Job::new(code, args.iter().copied())
}

/// What the client of a job receives.
pub async fn results(job: JobHandle) -> Vec<String> {
    timeout(LONG, job.results()).await.expect("no results").unwrap()
}

/// Waits until this is so of the foreman.
pub async fn until(
    foreman: &Foreman,
    what: &str,
    is_so: impl FnMut(&journeyman_testkit::crowdcompute::State<'_>) -> bool,
) {
    timeout(LONG, foreman.wait_for(is_so)).await.unwrap_or_else(|_| {
        panic!("never: {what}; {:?}; {:?}", foreman.workers(), foreman.tasks());
    });
}

/// Waits until this is so.
pub async fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let wait = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(LONG, wait).await.unwrap_or_else(|_| panic!("never: {what}"));
}

pub fn is_there(pid: i32) -> bool {
    rustix::process::Pid::from_raw(pid)
        .is_some_and(|pid| rustix::process::test_kill_process(pid).is_ok())
}

/// What the task that runs has printed, once it has.
pub async fn printed(control: &journeyman_core::WorkerControl) -> String {
    let wait = async {
        loop {
            let output = control.active_jobs(1).await.pop().and_then(|job| job.output);
            if let Some(output) = output {
                return output.text.to_string();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(LONG, wait).await.expect("nothing was printed")
}
