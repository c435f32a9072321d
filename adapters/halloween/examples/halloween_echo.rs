//! What a prop costs: commands that are echoed, beside a bare `rumqttc` that does the same, on one
//! mosquitto.
//!
//! `cargo run --release -p journeyman-halloween --example halloween_echo [SECONDS]`
//!
//! Both are processes of their own with one thread; the CPU time is theirs (Linux only: it is read
//! from `/proc`). The figures of mosquitto and of who asks are in the rate, and the same for both.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a program, not the adapter")]

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use bytes::Bytes;
use journeyman_core::{
    Router, Worker,
    transport::{Event, Lane, Transport},
};
use journeyman_halloween::{ArgText, Config, PropConfig};
use journeyman_mqtt::{MqttMessage, MqttTarget, MqttTransport, Publish, QoS, Subscribe};

const PAYLOAD: &str = "echo 0123456789012345678901234567890123456789";

fn main() {
    let mut args = std::env::args().skip(1);
    let first = args.next();
    let port = args.next().and_then(|port| port.parse().ok());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    match (first.as_deref(), port) {
        (Some("prop"), Some(port)) => runtime.block_on(prop(port)),
        (Some("bare"), Some(port)) => runtime.block_on(bare(port)),
        (seconds, _) => {
            let seconds = seconds.and_then(|text| text.parse().ok()).unwrap_or(2);
            runtime.block_on(measure(Duration::from_secs(seconds)));
        }
    }
}

async fn echo(arg: ArgText) -> Option<String> {
    arg.0
}

async fn prop(port: u16) {
    let config = Config::new("127.0.0.1").port(port).credentials("", "");
    let worker = Worker::new(Router::new().route("echo", echo));
    worker.serve(PropConfig::new(config, "prop")).run().await.unwrap();
}

/// The same in the shortest way.
async fn bare(port: u16) {
    let mut options = rumqttc::MqttOptions::new("bare", "127.0.0.1", port);
    options.set_keep_alive(Duration::from_secs(30));
    let (client, mut events) = rumqttc::AsyncClient::new(options, 1000);
    let mut network = rumqttc::NetworkOptions::new();
    network.set_tcp_nodelay(true);
    events.set_network_options(network);
    client.subscribe("halloween/bare/cmd", rumqttc::QoS::AtLeastOnce).await.unwrap();
    loop {
        if let rumqttc::Event::Incoming(rumqttc::Packet::Publish(command)) =
            events.poll().await.unwrap()
        {
            let text = std::str::from_utf8(&command.payload).unwrap();
            let answer = text.split_once(' ').unwrap().1.to_owned();
            let (topic, qos) = ("halloween/bare/telemetry/echo", rumqttc::QoS::AtMostOnce);
            client.try_publish(topic, qos, false, answer).unwrap();
        }
    }
}

/// A broker and what asks, in one process; each echo in another.
async fn measure(time: Duration) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let file = std::env::temp_dir().join(format!("halloween-echo-{port}.conf"));
    // As upstream's broker; without it, each QoS 1 exchange takes 44 ms.
    let rules = format!("listener {port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n");
    std::fs::write(&file, rules).unwrap();
    let mut broker = Command::new("mosquitto");
    let broker = broker.arg("-c").arg(&file).stdout(Stdio::null()).stderr(Stdio::null());
    let _broker = Process(broker.spawn().unwrap());
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {}
    drop(std::fs::remove_file(file));
    println!("{} bytes, {time:?} each; medians of three, interleaved", PAYLOAD.len());
    for (qos, in_flight) in
        [(QoS::AtMostOnce, 1), (QoS::AtMostOnce, 16), (QoS::AtLeastOnce, 1), (QoS::AtLeastOnce, 16)]
    {
        let mut results = [Vec::new(), Vec::new()];
        for _ in 0..3 {
            for (who, results) in ["prop", "bare"].into_iter().zip(&mut results) {
                results.push(round(port, who, qos, in_flight, time).await);
            }
        }
        for (who, mut figures) in ["prop", "bare"].into_iter().zip(results) {
            figures.sort_by(|a: &Figures, b| a.rate.total_cmp(&b.rate));
            let Figures { rate, cpu, p50, p99 } = &figures[1];
            println!(
                "QoS {} {in_flight:2} in flight, {who}: {rate:7.0}/s, {cpu:5.1} us CPU each, p50 \
                 {p50:5.0} us, p99 {p99:5.0} us",
                qos.number()
            );
        }
    }
}

struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Process {
    /// Its CPU time in microseconds.
    fn cpu(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/schedstat", self.0.id()));
        let stat = stat.unwrap_or_default();
        stat.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(f64::NAN) / 1e3
    }
}

struct Figures {
    rate: f64,
    cpu: f64,
    p50: f64,
    p99: f64,
}

async fn next(transport: &mut MqttTransport) -> Event<MqttMessage> {
    std::future::poll_fn(|cx| transport.poll_event(cx)).await
}

/// Waits for a message of this topic.
async fn until(transport: &mut MqttTransport, topic: &str) {
    loop {
        if let Event::Received { message: MqttMessage::Delivery(got), .. } = next(transport).await
            && got.topic == topic
        {
            return;
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
async fn round(port: u16, who: &str, qos: QoS, in_flight: usize, time: Duration) -> Figures {
    let mut transport = MqttTransport::default();
    transport.connect(MqttTarget::new(format!("mqtt://127.0.0.1:{port}"))).await.unwrap();
    let process = Command::new(std::env::current_exe().unwrap())
        .args([who, &port.to_string()])
        .spawn()
        .unwrap();
    let process = Process(process);
    let answer = format!("halloween/{who}/telemetry/echo");
    let answers = Subscribe::one(answer.as_str(), QoS::AtMostOnce);
    transport.send(Lane::MAIN, None, MqttMessage::Subscribe(answers)).unwrap();
    let command = || {
        let publish =
            Publish::new(format!("halloween/{who}/cmd"), Bytes::from_static(PAYLOAD.as_bytes()));
        MqttMessage::Publish(publish.qos(qos))
    };
    // Until it is there, and warm.
    let patience = Duration::from_millis(100);
    while tokio::time::timeout(patience, async {
        transport.send(Lane::MAIN, None, command()).unwrap();
        until(&mut transport, &answer).await;
    })
    .await
    .is_err()
    {}
    for _ in 0..500 {
        transport.send(Lane::MAIN, None, command()).unwrap();
        until(&mut transport, &answer).await;
    }
    let (start, cpu) = (Instant::now(), process.cpu());
    let mut times = Vec::with_capacity(1 << 18);
    let mut open = std::collections::VecDeque::new();
    for _ in 0..in_flight {
        transport.send(Lane::MAIN, None, command()).unwrap();
        open.push_back(Instant::now());
    }
    while start.elapsed() < time {
        until(&mut transport, &answer).await;
        times.push(open.pop_front().unwrap().elapsed().as_secs_f64() * 1e6);
        transport.send(Lane::MAIN, None, command()).unwrap();
        open.push_back(Instant::now());
    }
    let count = times.len() as f64;
    let rate = count / start.elapsed().as_secs_f64();
    let cpu = (process.cpu() - cpu) / count;
    times.sort_by(f64::total_cmp);
    let at = |part: usize| times[times.len() * part / 100];
    Figures { rate, cpu, p50: at(50), p99: at(99) }
}
