//! How many requests the stand-in mooR daemon carries, with a bare worker on the same machine.
//!
//! ```text
//! cargo run --release -p journeyman-testkit --example moor_flood -- [IN-FLIGHT] [SECONDS]
//! ```
//!
//! The worker decodes nothing but the ids: it sends a canned result with them, and reads the
//! answers. Both run in this process, on one thread each.

use bytes::Bytes;
use journeyman_testkit::moor::{Broadcast, Config, Daemon, Engine, Identity, Value, WorkerMessage};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};
use uuid::Uuid;
use zeromq::{DealerSocket, Socket as _, SocketRecv as _, SocketSend as _, SubSocket, ZmqMessage};

type Failed = Box<dyn std::error::Error>;

const WORKER: Uuid = Uuid::from_u128(0xaaaa_aaaa_0000_4000_8000_0000_0000_0001);
/// Names of the two threads.
const DAEMON: &str = "flood-daemon";
const BARE: &str = "flood-worker";
/// Stands for the request in the canned frame.
const PLACE: Uuid = Uuid::from_u128(0x1234_5678_9abc_def0_1234_5678_9abc_def0);

fn main() -> Result<(), Failed> {
    let mut arguments = std::env::args().skip(1);
    let in_flight = arguments.next().map_or(Ok(64), |text| text.parse())?;
    let seconds = arguments.next().map_or(Ok(3), |text| text.parse())?;
    let folder = std::env::temp_dir().join(format!("moor-flood-{}", Uuid::new_v4().simple()));
    std::fs::create_dir_all(&folder)?;
    let plain = || Config::curve().encrypted(false).enrollment(None);
    for (engine, name) in [(Engine::Independent, "independent"), (Engine::Fast, "fast")] {
        for (config, place) in [(plain().ipc(&folder), "ipc"), (plain(), "tcp")] {
            let config = config.engine(engine).request_events(false);
            let runtime = |name: &str| {
                let mut builder = tokio::runtime::Builder::new_multi_thread();
                builder.worker_threads(1).thread_name(name).enable_all().build()
            };
            let (daemons, workers) = (runtime(DAEMON)?, runtime(BARE)?);
            let daemon = Arc::new(daemons.block_on(Daemon::start(config))?);
            let addresses = (daemon.requests().to_owned(), daemon.responses().to_owned());
            let answered = Arc::new(AtomicU64::new(0));
            let worker = workers.spawn(worker(addresses, Arc::clone(&answered)));
            daemons.block_on(async {
                while daemon.registered().is_empty() {
                    daemon.ping();
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            });
            let duration = Duration::from_secs(seconds);
            let (rate, daemon_us, worker_us) = flood(&daemons, &daemon, in_flight, duration);
            println!(
                "{name:12} {place}: {rate:9.0} requests/s, {in_flight} in flight, CPU each: daemon \
                 {daemon_us:5.2} µs, worker {worker_us:5.2} µs"
            );
            worker.abort();
            daemons.block_on(daemon.down());
        }
    }
    std::fs::remove_dir_all(folder)?;
    Ok(())
}

/// Requests per second, and microseconds of processor time for each: the daemon's with those who
/// ask, and the worker's.
fn flood(
    runtime: &tokio::runtime::Runtime,
    daemon: &Arc<Daemon>,
    in_flight: usize,
    duration: Duration,
) -> (f64, f64, f64) {
    let stop = Arc::new(AtomicBool::new(false));
    let done = Arc::new(AtomicU64::new(0));
    for _ in 0..in_flight {
        let (daemon, stop, done) = (Arc::clone(daemon), Arc::clone(&stop), Arc::clone(&done));
        runtime.spawn(async move {
            let arguments = [Value::str("hello"), Value::Int(1)];
            while !stop.load(Relaxed) {
                if daemon.request("flood", &arguments, None).await.is_ok() {
                    done.fetch_add(1, Relaxed);
                }
            }
        });
    }
    // To get going.
    std::thread::sleep(Duration::from_millis(300));
    let times = || [processor_time(DAEMON), processor_time(BARE)];
    let (begun, cpu, before) = (Instant::now(), times(), done.load(Relaxed));
    std::thread::sleep(duration);
    let count = (done.load(Relaxed) - before).max(1) as f64;
    let (elapsed, now) = (begun.elapsed(), times());
    stop.store(true, Relaxed);
    let each = |side: usize| now[side].saturating_sub(cpu[side]).as_secs_f64() * 1e6 / count;
    (count / elapsed.as_secs_f64(), each(0), each(1))
}

/// A worker that answers with a canned frame and does not wait for what the daemon says.
async fn worker((requests, responses): (String, String), answered: Arc<AtomicU64>) {
    let mut sub = SubSocket::new();
    let mut dealer = DealerSocket::new();
    let connected = async {
        sub.connect(&requests).await?;
        sub.subscribe("workers").await?;
        dealer.connect(&responses).await
    };
    connected.await.expect("the daemon is there");
    let era = journeyman_testkit::moor::Era::Curve;
    let identity = Identity::Id(WORKER);
    let message = |body: Bytes| {
        let id = Bytes::copy_from_slice(WORKER.as_bytes());
        ZmqMessage::try_from(vec![Bytes::new(), id, body]).expect("frames")
    };
    // The first broadcast shows that the subscription counts.
    let first = sub.recv().await.expect("a ping");
    assert_eq!(first.len(), 2);
    let attach =
        WorkerMessage::Attach { identity: identity.clone(), worker_type: "flood".to_owned() };
    dealer.send(message(attach.encode(era))).await.expect("sent");
    let value = Value::List(vec![Value::str("hello"), Value::Int(1)]);
    let canned = WorkerMessage::Result { identity, request: PLACE, value }.encode(era);
    let at = canned.windows(16).position(|bytes| bytes == PLACE.as_bytes()).expect("it is there");
    let (mut sender, mut receiver) = dealer.split();
    tokio::spawn(async move {
        while receiver.recv().await.is_ok() {
            answered.fetch_add(1, Relaxed);
        }
    });
    let mut place = None;
    while let Ok(frames) = sub.recv().await {
        let Some(body) = frames.get(1) else { continue };
        // All requests of the flood have one form, so that the id is always at one place.
        let place = match place {
            Some((length, place)) if body.len() == length => place,
            _ => match Broadcast::decode(era, body) {
                Ok(Broadcast::Request { id, .. }) => {
                    let found = body.windows(16).position(|bytes| bytes == id.as_bytes());
                    let found = found.expect("the id is in it");
                    place = Some((body.len(), found));
                    found
                }
                _ => continue,
            },
        };
        let mut result = canned.to_vec();
        result[at..at + 16].copy_from_slice(&body[place..place + 16]);
        if sender.send(message(result.into())).await.is_err() {
            return;
        }
    }
}

/// Processor time of the threads with this name, with hundredths of a second.
fn processor_time(name: &str) -> Duration {
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else { return Duration::ZERO };
    let ticks = |text: String| -> u64 {
        let (before, fields) = text.rsplit_once(')').unwrap_or_default();
        let mine = before.rsplit_once('(').is_some_and(|(_, comm)| comm == name);
        let times = fields.split_whitespace().skip(11).take(2);
        times.filter(|_| mine).filter_map(|field| field.parse::<u64>().ok()).sum()
    };
    let tasks = tasks.flatten().map(|task| std::fs::read_to_string(task.path().join("stat")));
    Duration::from_millis(tasks.flatten().map(ticks).sum::<u64>() * 10)
}
