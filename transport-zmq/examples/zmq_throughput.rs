//! How fast, and at which CPU cost: exchanges over a DEALER, and what a SUB receives.
//!
//! `cargo run --release -p journeyman-zmq --features server --example zmq_throughput`
//!
//! The server runs in a thread with a runtime of its own, so that the client's CPU time can be
//! told apart (Linux only: it is read from `/proc`).

use std::{
    future::poll_fn,
    time::{Duration, Instant},
};

use bytes::Bytes;
use journeyman_core::transport::{Event, Goodbye, Lane, Tag, Transport};
use journeyman_zmq::{
    Endpoint, Frames, LaneTarget, ZmqConfig, ZmqTarget, ZmqTransport,
    server::{PubServer, RouterServer, ServerConfig},
};
use tokio::sync::oneshot;

const RESPONSES: Lane = Lane("responses");
const REQUESTS: Lane = Lane("requests");
const TIME: Duration = Duration::from_secs(3);

fn main() {
    let folder = std::env::temp_dir().join(format!("journeyman-zmq-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for sockets can be made");
    let ipc = |name: &str| format!("ipc://{}", folder.join(name).display());
    for endpoint in ["tcp://127.0.0.1:0".to_owned(), ipc("router")] {
        for in_flight in [1, 16, 64] {
            exchanges(&endpoint, in_flight);
        }
    }
    for endpoint in ["tcp://127.0.0.1:0".to_owned(), ipc("pub")] {
        subscription(&endpoint);
    }
    let _ = std::fs::remove_dir_all(folder);
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// The CPU time of the calling thread, in microseconds.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds: f64 = stat.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(f64::NAN);
    nanoseconds / 1e3
}

fn frames() -> Frames {
    // What a result of mooR looks like in size: worker id and a small FlatBuffer.
    Frames(vec![Bytes::from(vec![7; 16]), Bytes::from(vec![8; 100])])
}

/// Runs a server in a thread; gives its address and what stops it.
fn serve<F, S>(
    endpoint: &str,
    server: F,
) -> (Endpoint, oneshot::Sender<()>, std::thread::JoinHandle<()>)
where
    F: FnOnce(Endpoint, oneshot::Sender<Endpoint>) -> S + Send + 'static,
    S: Future<Output = ()>,
{
    let endpoint: Endpoint = endpoint.parse().expect("an endpoint");
    let (bound, address) = oneshot::channel();
    let (stop, stopped) = oneshot::channel();
    let thread = std::thread::spawn(move || {
        runtime().block_on(async {
            tokio::select! {
                () = server(endpoint, bound) => {}
                _ = stopped => {}
            }
        });
    });
    (address.blocking_recv().expect("the server binds"), stop, thread)
}

fn exchanges(endpoint: &str, in_flight: usize) {
    let (endpoint, stop, thread) = serve(endpoint, |endpoint, bound| async move {
        let router = RouterServer::bind(&endpoint, &ServerConfig::default()).await.expect("bind");
        bound.send(router.endpoint().clone()).expect("somebody waits");
        let reply = Frames(vec![Bytes::from_static(&[9; 60])]);
        loop {
            let (peer, _) = router.receive().await.expect("receive");
            if router.reply(&peer, reply.clone()).await.is_err() {
                return;
            }
        }
    });
    runtime().block_on(async {
        let mut transport = ZmqTransport::new(ZmqConfig::default());
        let target = ZmqTarget::new([LaneTarget::request(RESPONSES, endpoint.clone())]);
        transport.connect(target).await.expect("connect");
        let message = frames();
        let mut next = 0;
        let (start, cpu_start) = (Instant::now(), cpu());
        for _ in 0..in_flight {
            transport.send(RESPONSES, Some(Tag(next)), message.clone()).expect("send");
            next += 1;
        }
        let mut done = 0u64;
        while !done.is_multiple_of(64) || start.elapsed() < TIME {
            match poll_fn(|cx| transport.poll_event(cx)).await {
                Event::Reply { tag, .. } => assert_eq!(tag.0, done),
                Event::Alive => continue,
                other => panic!("{other:?}"),
            }
            done += 1;
            transport.send(RESPONSES, Some(Tag(next)), message.clone()).expect("send");
            next += 1;
        }
        let (seconds, used) = (start.elapsed().as_secs_f64(), cpu() - cpu_start);
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let done = done as f64;
        let scheme = if endpoint.is_tcp() { "tcp" } else { "ipc" };
        let rate = done / seconds;
        println!(
            "{scheme} {in_flight:3} in flight: {rate:9.0} exchanges/s, {:.2} us CPU of the client each",
            used / done
        );
        transport.close(Goodbye::default()).await;
    });
    let _ = stop.send(());
    thread.join().expect("the server ends");
}

fn subscription(endpoint: &str) {
    let (endpoint, stop, thread) = serve(endpoint, |endpoint, bound| async move {
        let config = ServerConfig::default().send_hwm(100_000);
        let publisher = PubServer::bind(&endpoint, &config).await.expect("bind");
        bound.send(publisher.endpoint().clone()).expect("somebody waits");
        publisher.subscribed(1, TIME).await;
        let message = Frames(vec![Bytes::from_static(b"workers"), Bytes::from_static(&[9; 200])]);
        loop {
            for _ in 0..64 {
                publisher.publish(message.clone()).await.expect("publish");
            }
            tokio::task::yield_now().await;
        }
    });
    runtime().block_on(async {
        let mut transport = ZmqTransport::new(ZmqConfig::default());
        let lane = LaneTarget::subscribe(REQUESTS, endpoint.clone(), ["workers"]);
        transport.connect(ZmqTarget::new([lane])).await.expect("connect");
        let (start, cpu_start) = (Instant::now(), cpu());
        let mut received = 0u64;
        while !received.is_multiple_of(64) || start.elapsed() < TIME {
            match poll_fn(|cx| transport.poll_event(cx)).await {
                Event::Received { .. } => received += 1,
                Event::Alive => {}
                other => panic!("{other:?}"),
            }
        }
        let (seconds, used) = (start.elapsed().as_secs_f64(), cpu() - cpu_start);
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let received = received as f64;
        let scheme = if endpoint.is_tcp() { "tcp" } else { "ipc" };
        let rate = received / seconds;
        println!("{scheme} SUB: {rate:9.0} messages/s, {:.2} us CPU each", used / received);
        transport.close(Goodbye::default()).await;
    });
    let _ = stop.send(());
    thread.join().expect("the server ends");
}
