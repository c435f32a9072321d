//! How fast, and at which CPU cost: messages to ourselves through a broker, beside a bare
//! `rumqttc` on the same broker.
//!
//! `cargo run --release -p journeyman-mqtt --example mqtt_throughput [mqtt://HOST:PORT]`
//!
//! Without a URL a mosquitto is started, if there is one. The CPU time is that of the client's
//! thread alone (Linux only: it is read from `/proc`).

use std::{
    future::poll_fn,
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use bytes::Bytes;
use journeyman_core::transport::{Event, Goodbye, Lane, Tag, Transport};
use journeyman_mqtt::{MqttMessage, MqttTarget, MqttTransport, Protocol, Publish, QoS, Subscribe};

const TIME: Duration = Duration::from_secs(2);
const PAYLOAD: usize = 100;

fn main() {
    let broker = std::env::args().nth(1).is_none().then(Broker::start);
    let url = match &broker {
        Some(broker) => format!("mqtt://127.0.0.1:{}", broker.port),
        None => std::env::args().nth(1).unwrap_or_default(),
    };
    println!("{PAYLOAD} bytes, {TIME:?} each; medians of three, interleaved");
    for (qos, in_flight) in
        [(QoS::AtMostOnce, 1), (QoS::AtMostOnce, 16), (QoS::AtLeastOnce, 1), (QoS::AtLeastOnce, 16)]
    {
        let mut results: [Vec<Figures>; 3] = Default::default();
        for _ in 0..3 {
            results[0].push(run(ours(&url, Protocol::V311, qos, in_flight)));
            results[1].push(run(ours(&url, Protocol::V5, qos, in_flight)));
            results[2].push(run(bare(&url, qos, in_flight)));
        }
        for (name, mut figures) in ["3.1.1", "5", "rumqttc 3.1.1"].into_iter().zip(results) {
            figures.sort_by(|a, b| a.rate.total_cmp(&b.rate));
            let Figures { rate, cpu, p50, p99 } = &figures[1];
            println!(
                "QoS {} {in_flight:2} in flight, {name:13}: {rate:7.0}/s, {cpu:5.1} us CPU each, \
                 p50 {p50:5.0} us, p99 {p99:5.0} us",
                qos.number()
            );
        }
    }
    drop(broker);
}

#[derive(Debug)]
struct Figures {
    rate: f64,
    /// Microseconds for one round.
    cpu: f64,
    p50: f64,
    p99: f64,
}

/// Counts rounds and their times.
struct Meter {
    start: Instant,
    cpu: f64,
    open: std::collections::VecDeque<Instant>,
    times: Vec<f64>,
}

impl Meter {
    fn new() -> Self {
        let (open, times) = (Default::default(), Vec::with_capacity(1 << 20));
        Self { start: Instant::now(), cpu: cpu(), open, times }
    }

    fn begin(&mut self) {
        self.open.push_back(Instant::now());
    }

    /// A round is over. False when the time is.
    fn end(&mut self) -> bool {
        let begun = self.open.pop_front().expect("a round was begun");
        self.times.push(begun.elapsed().as_secs_f64() * 1e6);
        !self.times.len().is_multiple_of(64) || self.start.elapsed() < TIME
    }

    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    fn figures(mut self) -> Figures {
        let rounds = self.times.len() as f64;
        let rate = rounds / self.start.elapsed().as_secs_f64();
        let cpu = (cpu() - self.cpu) / rounds;
        self.times.sort_by(f64::total_cmp);
        let at = |part: usize| self.times[self.times.len() * part / 100];
        Figures { rate, cpu, p50: at(50), p99: at(99) }
    }
}

/// The CPU time of the calling thread, in microseconds.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds: f64 = stat.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(f64::NAN);
    nanoseconds / 1e3
}

fn run(future: impl Future<Output = Figures>) -> Figures {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(future)
}

async fn ours(url: &str, protocol: Protocol, qos: QoS, in_flight: usize) -> Figures {
    let mut transport = MqttTransport::default();
    transport.connect(MqttTarget::new(url).protocol(protocol)).await.expect("connect");
    let subscribe = MqttMessage::Subscribe(Subscribe::one("journeyman/throughput", qos));
    transport.send(Lane::MAIN, Some(Tag(0)), subscribe).expect("send");
    while !matches!(poll_fn(|cx| transport.poll_event(cx)).await, Event::Reply { .. }) {}
    let payload = Bytes::from(vec![7; PAYLOAD]);
    let publish = |transport: &mut MqttTransport, tag: u64| {
        let publish = Publish::new("journeyman/throughput", payload.clone()).qos(qos);
        transport.send(Lane::MAIN, Some(Tag(tag)), MqttMessage::Publish(publish)).expect("send");
    };
    let mut meter = Meter::new();
    let mut tag = 1;
    for _ in 0..in_flight {
        meter.begin();
        publish(&mut transport, tag);
        tag += 1;
    }
    loop {
        match poll_fn(|cx| transport.poll_event(cx)).await {
            Event::Received { message: MqttMessage::Delivery(_), .. } => {
                if !meter.end() {
                    break;
                }
                meter.begin();
                publish(&mut transport, tag);
                tag += 1;
            }
            Event::Closed(closed) => panic!("{}", closed.error),
            _ => {}
        }
    }
    let figures = meter.figures();
    transport.close(Goodbye::default()).await;
    figures
}

async fn bare(url: &str, qos: QoS, in_flight: usize) -> Figures {
    use rumqttc::{AsyncClient, Event, MqttOptions, NetworkOptions, Packet};
    let address = url.trim_start_matches("mqtt://");
    let (host, port) = address.rsplit_once(':').unwrap_or((address, "1883"));
    let options = MqttOptions::new("bare", host, port.parse().expect("a port"));
    let (client, mut events) = AsyncClient::new(options, 1024);
    let mut network = NetworkOptions::new();
    network.set_tcp_nodelay(true);
    events.set_network_options(network);
    let qos = rumqttc::qos(qos.number()).expect("a QoS");
    client.try_subscribe("journeyman/bare", qos).expect("room");
    let payload = Bytes::from(vec![7; PAYLOAD]);
    let publish = || {
        // What a publish costs everybody: a payload of its own.
        client.try_publish("journeyman/bare", qos, false, payload.to_vec()).expect("room");
    };
    while !matches!(events.poll().await.expect("poll"), Event::Incoming(Packet::SubAck(_))) {}
    let mut meter = Meter::new();
    for _ in 0..in_flight {
        meter.begin();
        publish();
    }
    loop {
        if let Event::Incoming(Packet::Publish(_)) = events.poll().await.expect("poll") {
            if !meter.end() {
                break;
            }
            meter.begin();
            publish();
        }
    }
    meter.figures()
}

/// A mosquitto for as long as this runs.
struct Broker {
    child: Child,
    port: u16,
    folder: std::path::PathBuf,
}

impl Broker {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        drop(listener);
        let folder = std::env::temp_dir().join(format!("journeyman-mqtt-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder for the configuration");
        let config = folder.join("mosquitto.conf");
        let text =
            format!("listener {port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n");
        std::fs::write(&config, text).expect("the configuration can be written");
        let start = |program: &str| {
            Command::new(program).arg("-c").arg(&config).stderr(Stdio::null()).spawn()
        };
        let child = start("mosquitto")
            .or_else(|_| start("/usr/sbin/mosquitto"))
            .expect("install mosquitto, or name a broker: mqtt://HOST:PORT");
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::sleep(Duration::from_millis(10));
        }
        Self { child, port, folder }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        drop(std::fs::remove_dir_all(&self.folder));
    }
}
