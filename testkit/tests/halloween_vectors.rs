//! The recorded sessions of real hosts and firmware, replayed against the stand-in broker, and
//! against the real mosquitto where that is installed.
//!
//! Wire files are replayed byte by byte: what the host sent is sent, and what the recorded broker
//! answered must come, to the byte and in its order. Of bus and command files each message is
//! published again and must come out unchanged.

// The lint's exception for tests sees only functions that are marked as such.
#![allow(clippy::unwrap_used)]

mod halloween_support;

use std::{
    collections::{HashMap, VecDeque},
    path::Path,
};

use halloween_support::{
    Bed,
    raw::{Connect, Raw},
};
use journeyman_testkit::{
    halloween::{
        BrokerConfig, Client, ClientOptions, Message, Mosquitto, MosquittoConfig, Overlap, QoS,
        matches,
    },
    vectors::{Vector, Vectors, unhex},
};

const HOST: &str = "halloween/worker_host/availability";

fn load(name: &str) -> Vectors {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../adapters/halloween/testdata");
    Vectors::load(folder.join(format!("{name}.jsonl")))
}

fn admin() -> ClientOptions {
    ClientOptions::v5().login("admin", "test-admin-pw")
}

/// What the recording does not say: why the broker ended connections by itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// By its own rules: refused, taken over, keep alive.
    ByItself,
    /// It was killed.
    Killed,
    /// It was stopped in good order.
    Stopped,
}

/// The connections of one recording.
struct Replay {
    bed: Bed,
    ends: Ends,
    connections: HashMap<u64, Connection>,
    commander: Option<Client>,
    /// The broker was ended.
    down: bool,
}

struct Connection {
    raw: Raw,
    subscriptions: Vec<String>,
    /// Deliveries that come by themselves: what the host published to itself, and second copies.
    own: VecDeque<(String, Vec<u8>)>,
    has_will: bool,
    broker_ended: bool,
    host_ended: bool,
}

fn payload(line: &Vector) -> Vec<u8> {
    match line.value["payload_hex"].as_str() {
        Some(hex) => unhex(hex).unwrap(),
        None => line.text("payload_text").as_bytes().to_vec(),
    }
}

fn qos(line: &Vector) -> QoS {
    let number = line.value["qos"].as_u64().and_then(|number| u8::try_from(number).ok());
    number.and_then(QoS::from_number).unwrap()
}

impl Replay {
    fn new(bed: Bed, ends: Ends) -> Self {
        Self { bed, ends, connections: HashMap::new(), commander: None, down: false }
    }

    async fn up(&mut self) {
        if self.down {
            self.bed.restart().await;
            self.down = false;
        }
    }

    async fn connection(&mut self, number: u64) -> &mut Connection {
        if !self.connections.contains_key(&number) {
            self.up().await;
            let raw = Raw::open(self.bed.addr()).await;
            let connection = Connection {
                raw,
                subscriptions: Vec::new(),
                own: VecDeque::new(),
                has_will: false,
                broker_ended: false,
                host_ended: false,
            };
            self.connections.insert(number, connection);
        }
        self.connections.get_mut(&number).unwrap()
    }

    async fn line(&mut self, line: &Vector) {
        let number = line.value["conn"].as_u64().unwrap();
        let packet = line.text("packet");
        match (line.from_worker(), packet) {
            (true, "TCP_CONNECT") => {
                assert!(self.down, "{}: the broker was down", line.id);
                halloween_support::refused(self.bed.addr()).await;
            }
            (true, "TCP_EOF") => self.host_ends(number).await,
            (false, "TCP_EOF") => self.broker_ends(number, line).await,
            (true, _) => self.host_sends(number, line).await,
            (false, _) => self.broker_sends(number, line).await,
        }
    }

    async fn host_sends(&mut self, number: u64, line: &Vector) {
        // A recording that begins in the middle: the host was connected before.
        if line.text("packet") != "CONNECT" && !self.connections.contains_key(&number) {
            self.preface(number).await;
        }
        let connection = self.connection(number).await;
        connection.raw.send(&line.frame()).await;
        match line.text("packet") {
            "CONNECT" => connection.has_will = !line.value["decoded"]["will"].is_null(),
            "SUBSCRIBE" => {
                for filter in line.value["decoded"]["filters"].as_array().unwrap() {
                    connection.subscriptions.push(filter["filter"].as_str().unwrap().to_owned());
                }
            }
            "PUBLISH" => {
                let topic = line.text("topic");
                if connection.subscriptions.iter().any(|filter| matches(filter, topic)) {
                    connection.own.push_back((topic.to_owned(), payload(line)));
                }
            }
            _ => {}
        }
    }

    async fn preface(&mut self, number: u64) {
        let connect = Connect {
            keep_alive: 30,
            will: Some((HOST, "offline")),
            login: Some(("worker", "test-worker-pw")),
            ..Connect::new(4, "worker_host")
        };
        let connection = self.connection(number).await;
        connection.has_will = true;
        connection.raw.send(&connect.bytes()).await;
        assert_eq!(connection.raw.packet().await, [0x20, 2, 0, 0]);
    }

    async fn broker_sends(&mut self, number: u64, line: &Vector) {
        if line.text("packet") == "PUBLISH" {
            self.trigger(number, line).await;
        }
        let connection = self.connection(number).await;
        let got = connection.raw.packet().await;
        assert_eq!(got, line.frame(), "{}: {}", line.id, line.text("packet"));
    }

    /// Lets somebody else publish what the host was sent, unless it comes by itself.
    async fn trigger(&mut self, number: u64, line: &Vector) {
        let this = (line.text("topic").to_owned(), payload(line));
        let connection = self.connection(number).await;
        if let Some(at) = connection.own.iter().position(|own| *own == this) {
            connection.own.remove(at);
            return;
        }
        let Bed::Standin(broker) = &self.bed else {
            return self.command(&this, qos(line)).await;
        };
        if broker.config().overlap != Overlap::OnePerSubscription {
            return self.command(&this, qos(line)).await;
        }
        let connection = self.connection(number).await;
        let filters = connection.subscriptions.iter();
        let copies = filters.filter(|filter| matches(filter, &this.0)).count();
        for _ in 1..copies {
            connection.own.push_back(this.clone());
        }
        // That broker delivers at the QoS of the subscription.
        self.command(&this, QoS::AtMostOnce).await;
    }

    async fn command(&mut self, (topic, payload): &(String, Vec<u8>), qos: QoS) {
        if self.commander.is_none() {
            self.commander = Some(self.bed.client(admin()).await);
        }
        let commander = self.commander.as_ref().unwrap();
        commander.command(topic, payload.clone(), qos).await.unwrap();
    }

    async fn host_ends(&mut self, number: u64) {
        let Some(connection) = self.connections.get_mut(&number) else { return };
        connection.host_ended = true;
        if connection.broker_ended {
            return;
        }
        use tokio::io::AsyncWriteExt as _;
        connection.raw.stream.shutdown().await.unwrap();
    }

    async fn broker_ends(&mut self, number: u64, line: &Vector) {
        if !self.connections.contains_key(&number) && !self.down {
            if self.ends != Ends::ByItself {
                // The other end of an attempt while the broker was down.
                return;
            }
            self.preface(number).await;
        }
        let Some(connection) = self.connections.get_mut(&number) else { return };
        let by_itself = !connection.host_ended && self.ends == Ends::ByItself;
        if !connection.host_ended && !by_itself && !self.down {
            self.commander = None;
            match self.ends {
                Ends::Killed => self.bed.kill().await,
                _ => self.bed.stop().await,
            }
            self.down = true;
        }
        let connection = self.connections.get_mut(&number).unwrap();
        connection.broker_ended = true;
        let rest = connection.raw.end().await;
        assert!(rest.is_empty(), "{}: {rest:02x?} before the end", line.id);
        let will = connection.has_will && connection.host_ended;
        let others = self.connections.values().filter(|other| !other.broker_ended).count();
        if will && others == 0 {
            self.offline(&line.id).await;
        }
    }

    /// The will was published and kept.
    async fn offline(&mut self, id: &str) {
        let watcher = self.bed.client(admin()).await;
        watcher.subscribe(HOST, QoS::AtLeastOnce).await.unwrap();
        let seen = watcher.next().await.unwrap_or_else(|error| panic!("{id}: {error}"));
        assert_eq!(seen.text(), "offline", "{id}");
    }
}

async fn replay(name: &str, bed: Bed, ends: Ends) -> usize {
    let mut vectors = load(name);
    let mut replay = Replay::new(bed, ends);
    while let Some(line) = vectors.take_next("replay") {
        replay.line(&line).await;
    }
    vectors.finish()
}

fn keep_alive_soon() -> BrokerConfig {
    // 30 s times this.
    BrokerConfig { keep_alive_factor: 0.03, ..BrokerConfig::halloween() }
}

fn each_subscription() -> BrokerConfig {
    BrokerConfig {
        overlap: Overlap::OnePerSubscription,
        upgrade_qos: true,
        ..BrokerConfig::halloween()
    }
}

const WIRE: [(&str, Ends); 9] = [
    ("startup_head", Ends::ByItself),
    ("startup_seed_py310", Ends::ByItself),
    ("shutdown_sigterm_head", Ends::ByItself),
    ("broker_restart_sigterm_head", Ends::Stopped),
    ("broker_restart_sigkill_qos1_queue_head", Ends::Killed),
    ("bad_password_head", Ends::ByItself),
    ("two_hosts_same_client_id_head", Ends::ByItself),
    ("no_workers_client_id_worker_head", Ends::ByItself),
    ("reconnect_after_hang_head", Ends::ByItself),
];

#[tokio::test]
async fn wire_files() {
    for (name, ends) in WIRE {
        let config = match name {
            "reconnect_after_hang_head" => keep_alive_soon(),
            _ => BrokerConfig::halloween(),
        };
        replay(name, Bed::standin(config).await, ends).await;
    }
}

#[tokio::test]
async fn wire_file_of_another_broker() {
    let bed = Bed::standin(each_subscription()).await;
    replay("overlap_two_copies_head", bed, Ends::ByItself).await;
}

#[tokio::test]
async fn wire_files_at_mosquitto() {
    let Some(program) = Mosquitto::find("halloween_vectors::wire_files_at_mosquitto") else {
        return;
    };
    for (name, ends) in WIRE {
        // It would take 45 s; the behaviour table has the same with another keep alive.
        if name == "reconnect_after_hang_head" {
            continue;
        }
        replay(name, Bed::real(&program, &MosquittoConfig::halloween()), ends).await;
    }
}

const BUS: [&str; 21] = [
    "commands_head",
    "commands_seed_py310",
    "commands_seed_py312",
    "config_broken_head",
    "config_ok_head",
    "constructor_raises_head",
    "fallback_head",
    "firmware_commands_head",
    "firmware_start_head",
    "hang_will_head",
    "kill9_head",
    "real_tesla_bad_config_head",
    "real_tesla_start_head",
    "real_thriller_commands_head",
    "real_thriller_start_head",
    "retained_and_early_commands_head",
    "serial_dispatch_head",
    "session_seed_py310",
    "sigterm_during_sync_handler_head",
    "start_raises_head",
    "overlap_two_copies_head",
];

/// Everything that went over the bus in those runs goes through the stand-in unchanged, in both
/// versions of the protocol: topic, payload, QoS, and the retained set at the end.
#[tokio::test]
async fn bus_files() {
    for (at, name) in BUS.into_iter().enumerate() {
        let bed = Bed::standin(BrokerConfig::halloween()).await;
        let watcher = bed.client(admin()).await;
        watcher.subscribe("#", QoS::ExactlyOnce).await.unwrap();
        let version = halloween_support::BOTH[at % 2];
        let worker = ClientOptions::of(version).login("worker", "test-worker-pw");
        let worker = bed.client(worker).await;
        let mut vectors = load(name);
        let mut kept: HashMap<String, Vec<u8>> = HashMap::new();
        while let Some(line) = vectors.take_next("bus") {
            if line.value["topic"].is_null() || line.text("packet") == "SUBSCRIBE" {
                // A command without effect, or a packet that is no message.
                assert!(line.value["payload_text"].is_null(), "{}", line.id);
                continue;
            }
            let (topic, payload, qos) = (line.text("topic"), payload(&line), qos(&line));
            let retain = line.value["retain"].as_bool().unwrap();
            let message = Message::new(topic, payload.clone()).qos(qos).retain(retain);
            worker.publish(message).await.unwrap();
            let seen = watcher.next().await.unwrap();
            let expected = (topic, &payload[..], qos, false);
            let got = (&*seen.topic, &seen.payload[..], seen.qos, seen.retain);
            assert_eq!(got, expected, "{}", line.id);
            if retain {
                kept.insert(topic.to_owned(), payload);
            }
        }
        vectors.finish();
        kept.retain(|_, payload| !payload.is_empty());
        let Bed::Standin(broker) = &bed else { unreachable!() };
        let retained = broker.all_retained("#").into_iter();
        let retained: HashMap<String, Vec<u8>> =
            retained.map(|message| (message.topic.to_string(), message.payload.to_vec())).collect();
        assert_eq!(retained, kept, "{name}");
    }
}

/// Every file is replayed by one of the tests above.
#[test]
fn no_file_is_left_out() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../adapters/halloween/testdata");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(name) = name.strip_suffix(".jsonl") else { continue };
        let known = BUS.contains(&name) || WIRE.iter().any(|(wire, _)| *wire == name);
        assert!(known, "{name}");
    }
}
