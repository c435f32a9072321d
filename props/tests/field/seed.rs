//! The commands of the seed document, typed as they are there, and what it prints.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Condvar, Mutex},
    time::{Duration, Instant},
};

use journeyman_testkit::halloween::{Mosquitto, MosquittoConfig};

use crate::{Folder, PATIENCE, house::House};

/// `config.json` as in the document.
const CONFIG: &str = r#"{
  "tick_interval": 3,
  "enabled": true,
  "targets": ["fogger", "coffin_jumper"]
}
"#;

/// A command as somebody types it. The port is added: the test's broker does not have 1883.
fn typed(broker: SocketAddr, line: &str) -> Command {
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("exec {line} -p {}", broker.port()));
    command
}

fn publish(broker: SocketAddr, line: &str) {
    let status = typed(broker, line).status().unwrap();
    assert!(status.success(), "{line}: {status}");
}

/// `mosquitto_sub` in a terminal of its own.
struct Terminal {
    child: Child,
    shown: Arc<(Mutex<Vec<String>>, Condvar)>,
}

impl Terminal {
    /// Its subscription is there when this returns.
    fn open(broker: &Mosquitto, line: &str) -> Self {
        let subscribed = || broker.log().matches("Sending SUBACK to ").count();
        let before = subscribed();
        let mut child = typed(broker.addr(), line).stdout(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let shown = Arc::<(Mutex<Vec<String>>, Condvar)>::default();
        let writer = Arc::clone(&shown);
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                writer.0.lock().unwrap().push(line);
                writer.1.notify_all();
            }
        });
        let begin = Instant::now();
        while subscribed() == before {
            assert!(begin.elapsed() < PATIENCE, "{line} does not subscribe: {}", broker.log());
            std::thread::sleep(Duration::from_millis(5));
        }
        Self { child, shown }
    }

    /// Waits until this has been shown so often in all.
    fn shows(&self, line: &str, times: usize) {
        let begin = Instant::now();
        let mut shown = self.shown.0.lock().unwrap();
        while shown.iter().filter(|known| *known == line).count() < times {
            assert!(begin.elapsed() < PATIENCE, "in vain waited for {line:?}: {shown:#?}");
            shown = self.shown.1.wait_timeout(shown, Duration::from_secs(1)).unwrap().0;
        }
    }

    fn lines(&self) -> Vec<String> {
        self.shown.0.lock().unwrap().clone()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn broker(mosquitto: &Path) -> Mosquitto {
    let mut config = MosquittoConfig::default();
    // Subscriptions are in the log then.
    config.extra = "log_type all\n".to_owned();
    Mosquitto::start(mosquitto, &config).unwrap()
}

fn house(broker: &Mosquitto, root: &Folder, profile: &str, vars: &[(&str, &str)]) -> House {
    let port = broker.addr().port().to_string();
    let mut all =
        vec![("MQTT_HOST", "localhost"), ("MQTT_PORT", &*port), ("HALLOWEEN_PROFILE", profile)];
    all.extend(vars);
    House::start(&format!("document {}", root.0.display()), &all)
}

fn props() -> Folder {
    let root = Folder::new();
    let backend = root.0.join("example_prop/backend");
    fs::create_dir_all(&backend).unwrap();
    fs::write(backend.join("config.json"), CONFIG).unwrap();
    root
}

/// What the document has under "Testing the Example Worker", and what its example prop does.
pub(crate) fn commands(mosquitto: &Path, profile: &str) {
    // The built-in's id is one of the differences (Halloween sheet, section 0).
    let (id, begin) = match profile {
        "seed" => ("heartbeat", &["status/availability online"][..]),
        _ => ("worker_host_heartbeat", &["availability online", "state started"][..]),
    };
    let broker = broker(mosquitto);
    let addr = broker.addr();
    let typed = |line: &str| line.replace("halloween/heartbeat/", &format!("halloween/{id}/"));
    let said = |rest: &str| format!("halloween/{id}/{rest}");
    let bus =
        Terminal::open(&broker, &typed("mosquitto_sub -h localhost -v -t 'halloween/heartbeat/#'"));
    let others = Terminal::open(
        &broker,
        "mosquitto_sub -h localhost -v -t 'halloween/+/cmd' -t 'halloween/example_prop/#'",
    );
    let root = props();
    let host = house(&broker, &root, profile, &[]);

    bus.shows(&said("telemetry/tick 1"), 1);
    let first = begin.iter().copied().chain(["telemetry/tick 0", "telemetry/tick 1"]);
    let first: Vec<_> = first.map(said).collect();
    assert_eq!(bus.lines(), first, "{profile}: what is shown before anything is sent");

    for (line, shown, times) in [
        ("-m 'ping hello'", "telemetry/pong hello", 1),
        ("-m 'set_mode armed'", "telemetry/mode armed", 1),
        ("-m 'fire 750'", "telemetry/event fire start 750ms", 1),
        (r#"-m '{"action": "ping", "args": "hello"}'"#, "telemetry/pong hello", 2),
    ] {
        let line = format!("mosquitto_pub -h localhost -t 'halloween/heartbeat/cmd' {line}");
        publish(addr, &typed(&line));
        bus.shows(&said(shown), times);
    }
    // All of it, in its order, but for the ticks between.
    let lines = bus.lines().split_off(first.len());
    let of_us = |line: &String| !line.contains("/telemetry/tick ");
    let lines: Vec<_> = lines.into_iter().filter(of_us).collect();
    let expected = [
        "cmd ping hello",
        "telemetry/pong hello",
        "cmd set_mode armed",
        "telemetry/mode armed",
        "cmd fire 750",
        "telemetry/event fire start 750ms",
        r#"cmd {"action": "ping", "args": "hello"}"#,
        "telemetry/event fire end",
        "telemetry/pong hello",
    ];
    assert_eq!(lines, expected.map(said), "{profile}");

    // "Publishing Commands from Workers", with the document's configuration.
    for target in ["fogger", "coffin_jumper"] {
        let command = r#"{"action": "set_mode", "args": "armed"}"#;
        others.shows(&format!("halloween/{target}/cmd {command}"), 1);
    }
    let to_example = "mosquitto_pub -h localhost -t 'halloween/example_prop/cmd'";
    publish(addr, &format!("{to_example} -m 'ping'"));
    others.shows("halloween/example_prop/telemetry/pong ok", 1);
    publish(addr, &format!("{to_example} -m 'fire 750'"));
    others.shows(r#"halloween/fogger/cmd {"action": "start", "args": "750"}"#, 1);
    others.shows("halloween/example_prop/telemetry/tick 0", 1);
    host.stop();
    bus.shows(&said(&begin[0].replace("online", "offline")), 1);
}

/// The document's table of switches, and which of them goes first.
pub(crate) fn switches(mosquitto: &Path) {
    let broker = broker(mosquitto);
    let root = props();
    for (vars, runs) in [
        (&[("WORKER_BUILTINS_DISABLE", "heartbeat,smoketest")][..], false),
        (&[("WORKER_BUILTINS_ALLOW", "heartbeat")], true),
        (&[("WORKER_DISABLE_ALL_BUILTINS", "1")], false),
        (&[("WORKER_DISABLE_ALL_BUILTINS", "1"), ("WORKER_BUILTINS_ALLOW", "heartbeat")], false),
        (&[("WORKER_BUILTINS_ALLOW", "heartbeat"), ("WORKER_BUILTINS_DISABLE", "heartbeat")], true),
    ] {
        // Retained messages of the last host are not shown.
        let bus = Terminal::open(&broker, "mosquitto_sub -h localhost -v -R -t 'halloween/#'");
        let host = house(&broker, &root, "seed", vars);
        // After the start of all workers.
        bus.shows("halloween/worker_host/uptime 0", 1);
        bus.shows("halloween/example_prop/status/availability online", 1);
        let there = |line: &String| line.starts_with("halloween/heartbeat/");
        assert_eq!(bus.lines().iter().any(there), runs, "{vars:?}: {:#?}", bus.lines());
        host.stop();
    }
}
