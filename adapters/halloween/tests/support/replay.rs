//! Replaying a recording of a whole session.

use std::collections::BTreeMap;

use journeyman_halloween::{Config, PropCommand, PublishOptions, QoS};
use journeyman_testkit::vectors::{Vector, Vectors};
use serde_json::Value as Json;

use super::{
    broker::Spec,
    different::{is_different, payload, said},
    house::{House, Said},
};

/// The lines of a file.
pub fn load(file: &str) -> Vectors {
    Vectors::load(format!("{}/testdata/{file}.jsonl", env!("CARGO_MANIFEST_DIR")))
}

/// What is not the adapter's: packets that the transport sends and answers by itself.
pub const TRANSPORT: [&str; 8] =
    ["CONNACK", "SUBACK", "PUBACK", "PINGREQ", "PINGRESP", "TCP_EOF", "TCP_CONNECT", "DISCONNECT"];

/// Replays a recording: what came in is handed over, what went out has to be what we say.
pub struct Replay {
    file: &'static str,
    pub house: House,
    /// How often the broker accepted us.
    connections: u32,
    retained: BTreeMap<String, Vec<u8>>,
    /// Lines of upstream that we have no word for, because we do otherwise.
    pub different: usize,
    /// What the recorder itself did to the broker.
    pub recorder: usize,
    pub transport: usize,
    pub checked: usize,
}

impl Replay {
    /// Of a house that the broker accepted so often already.
    pub fn new(file: &'static str, house: House, connections: u32) -> Self {
        Self {
            file,
            house,
            connections,
            retained: BTreeMap::new(),
            different: 0,
            recorder: 0,
            transport: 0,
            checked: 0,
        }
    }

    pub fn run(file: &'static str, config: Config, lines: usize) -> Self {
        let mut replay = Self::new(file, House::new(config), 0);
        let mut vectors = load(file);
        while let Some(line) = vectors.take_next("replayed") {
            replay.line(&line);
        }
        assert_eq!(vectors.finish(), lines);
        assert_eq!(
            replay.different + replay.recorder + replay.transport + replay.checked,
            lines,
            "every line is of one kind"
        );
        if file == "kill9_head" {
            // It was killed in the middle of a command, whose end it therefore did not say.
            let end = Said::new("halloween/probe/telemetry/slow", "end", 0, false);
            assert!(replay.expect(&end));
        }
        if file == "session_seed_py310" {
            // What takes the place of the lines that we do otherwise.
            let probe = |topic: &str, payload: &str, qos, retain| {
                Said::new(&format!("halloween/probe/{topic}"), payload, qos, retain)
            };
            for said in [
                probe("telemetry/sync", "str:'v' main_thread=False", 0, false),
                probe("telemetry/ret", "1", 0, true),
                probe("telemetry/q1ret", "1", 1, true),
                probe("state", "playing", 0, false),
                probe("state", "armed", 1, true),
            ] {
                assert!(replay.expect(&said), "{said:?}");
            }
        }
        let left = replay.house.take();
        assert!(left.is_empty(), "{file}: said and not recorded: {left:?}");
        replay
    }

    pub fn line(&mut self, line: &Vector) {
        if is_different(self.file, line) {
            self.different += 1;
            return;
        }
        match line.text("packet") {
            "CONNECT" => self.connect(line),
            "SUBSCRIBE" => self.subscribe(line),
            "CONNACK" => {
                self.transport += 1;
                if line.value["decoded"]["return_code"] == 0 {
                    self.connack();
                }
            }
            packet if TRANSPORT.contains(&packet) => self.transport += 1,
            "PUBLISH" | "" if line.from_worker() => self.worker_said(line),
            "PUBLISH" | "" => self.worker_heard(line),
            other => panic!("{}: {other}", line.id),
        }
    }

    fn connect(&mut self, line: &Vector) {
        self.checked += 1;
        let (target, decoded) = (self.house.host_target(), &line.value["decoded"]);
        assert_eq!(target.client_id.as_deref(), decoded["client_id"].as_str(), "{}", line.id);
        assert_eq!(target.keep_alive.as_secs(), decoded["keepalive"].as_u64().unwrap());
        assert_eq!(decoded["clean_session"], target.clean_session);
        assert_eq!(target.username.as_deref(), decoded["username"].as_str());
        assert_eq!(decoded["has_password"], target.password.is_some());
        let (will, recorded) = (self.house.host_will(), &decoded["will"]);
        assert_eq!(recorded["topic"], will.topic);
        assert_eq!(recorded["payload_text"].as_str().unwrap().as_bytes(), will.payload);
        assert_eq!(
            (&recorded["qos"], &recorded["retain"]),
            (&will.qos.into(), &will.retain.into())
        );
    }

    fn connack(&mut self) {
        self.connections += 1;
        if self.connections == 1 {
            return self.house.connect_host();
        }
        // Upstream says nothing more than its ticks from here on, and hears nothing. We do all of it
        // again, on every CONNACK.
        assert!(self.house.take().is_empty());
        self.house.reconnect();
        let said = self.house.take();
        let says = |topic: &str, payload: &str| said.contains(&Said::new(topic, payload, 1, true));
        assert!(says("halloween/worker_host/availability", "online"));
        for (id, prop) in &self.house.props {
            assert!(prop.ready && says(&format!("halloween/{id}/availability"), "online"));
            assert!(says(&format!("halloween/{id}/state"), "started"));
        }
        assert_eq!(said.len(), 1 + 2 * self.house.props.len(), "{said:?}");
    }

    fn subscribe(&mut self, line: &Vector) {
        self.checked += 1;
        let filters = line.value["decoded"]["filters"].as_array().unwrap();
        let id = filters[0]["filter"].as_str().unwrap().split('/').nth(1).unwrap().to_owned();
        self.house.connect(&id);
        let ours = &self.house.prop(&id).filters;
        let recorded = filters.iter().map(|f| {
            (
                f["filter"].as_str().unwrap().to_owned(),
                u8::try_from(f["qos"].as_u64().unwrap()).unwrap(),
            )
        });
        assert_eq!(*ours, recorded.collect::<Vec<_>>(), "{}", line.id);
    }

    /// What was said next on this topic's prop, if it is this.
    fn expect(&mut self, wanted: &Said) -> bool {
        let at = self.house.said.iter().position(|said| said == wanted);
        at.and_then(|at| self.house.said.remove(at)).is_some()
    }

    fn worker_said(&mut self, line: &Vector) {
        let wanted = said(line);
        let topic = wanted.topic.clone();
        let levels: Vec<_> = topic.split('/').skip(1).collect();
        let text = String::from_utf8(wanted.payload.clone()).unwrap();
        if wanted.retain && wanted.payload.is_empty() {
            self.recorder += 1;
            return;
        }
        self.checked += 1;
        if line.text("notes").contains("the host's will") {
            assert_eq!(self.house.host_will(), wanted);
            // Upstream's workers stay `online` then, for ever. Ours have a will each.
            let ids: Vec<_> = self.house.props.keys().cloned().collect();
            for id in ids {
                let will = self.house.prop_will(&id);
                assert_eq!((&*will.payload, will.qos, will.retain), (&b"offline"[..], 1, true));
                assert!(will.topic.starts_with(&format!("halloween/{id}/")), "{}", will.topic);
            }
            return;
        }
        match (levels.as_slice(), text.as_str()) {
            (["worker_host", "availability"], "online") => self.house.connect_host(),
            (["worker_host", "uptime"], text) => {
                if !self.house.started {
                    let workers = self.house.props.len();
                    self.house.start_host(workers);
                }
                self.house.advance_host(text.parse().unwrap());
            }
            ([_, "status", "warn"], "No workers discovered") => self.house.start_host(0),
            ([id, .., "availability"], "online") if !self.house.props.contains_key(*id) => {
                self.house.connect(id);
                self.deliver_retained(id);
            }
            ([id, .., "availability"], "offline") if !self.house.prop(id).is_gone() => {
                self.house.leave(id);
            }
            _ => {}
        }
        if self.expect(&wanted) {
            return;
        }
        // Something that a worker says by itself.
        let mut options = PublishOptions::new().qos(QoS::from_number(wanted.qos).unwrap());
        options.retain = wanted.retain;
        let (id, form) = (levels[0], self.house.config.form);
        let command = match levels.as_slice() {
            [_, "telemetry", key @ ..] => {
                let key = key.join("/");
                match text.parse::<i64>() {
                    Ok(number) => PropCommand::telemetry(id, form, &key, &number, options),
                    Err(_) if text == "None" => {
                        PropCommand::telemetry(id, form, &key, &(), options)
                    }
                    Err(_) => PropCommand::telemetry(id, form, &key, &text, options),
                }
            }
            [_, "state"] => PropCommand::state(id, form, &text, options),
            ["sink", "cmd"] => {
                let args: Json = serde_json::from_str(&text).unwrap();
                PropCommand::command("sink", "n", &args["args"].as_i64(), options.qos)
            }
            _ => panic!("{}: {wanted:?} was not said: {:?}", line.id, self.house.said),
        };
        let speaker = if id == "sink" { "probe" } else { id };
        self.house.tell(speaker, command.unwrap());
        assert!(self.expect(&wanted), "{}: {:?}", line.id, self.house.said);
    }

    fn worker_heard(&mut self, line: &Vector) {
        self.checked += 1;
        let (recorded, body) = (said(line), payload(line));
        if recorded.retain {
            // Nobody is there yet, or nobody any more: the broker keeps it.
            self.retained.insert(recorded.topic, body);
            return;
        }
        let mut spec = Spec::new(&recorded.topic, body).qos(recorded.qos);
        // The very bytes that the broker sent.
        spec.raw = line.frames().into_iter().next();
        self.house.publish(spec);
    }

    fn deliver_retained(&mut self, id: &str) {
        let topic = format!("halloween/{id}/cmd");
        if let Some(payload) = self.retained.get(&topic) {
            let spec = Spec::new(&topic, payload).qos(1).retain();
            self.house.publish(spec);
        }
    }
}
