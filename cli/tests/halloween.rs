//! The local broker, and built-in handlers as a prop beside it.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

#[path = "support/house.rs"]
mod house;
mod support;

use journeyman_testkit::halloween::{Client, ClientOptions, QoS};
use support::{Folder, Running, journeyman};
use tokio::runtime::Runtime;

/// A local broker.
struct Dev {
    server: Running,
    runtime: Runtime,
    /// Where it listens.
    address: String,
    /// All that it said at its start.
    introduction: Vec<String>,
}

impl Dev {
    fn start(args: &[&str]) -> Self {
        let mut all = vec!["dev", "--as", "halloween", "--listen", "127.0.0.1:0"];
        all.extend(args);
        let mut server = Running::start(journeyman(&all));
        let line = server.line("  broker ");
        let address = line.split_whitespace().last().unwrap().to_owned();
        let mut introduction = Vec::new();
        loop {
            let line = server.line("");
            if line == "What happens:" {
                break;
            }
            introduction.push(line);
        }
        let runtime = Runtime::new().unwrap();
        Self { server, runtime, address, introduction }
    }

    fn client(&self, options: ClientOptions) -> Client {
        let address = self.address.parse().unwrap();
        self.runtime.block_on(Client::connect(address, options)).unwrap()
    }

    /// The line of the introduction that has this in it.
    fn told(&self, part: &str) -> &str {
        let found = self.introduction.iter().find(|line| line.contains(part));
        found.unwrap_or_else(|| panic!("{part}: {:#?}", self.introduction))
    }
}

#[test]
fn everything_that_happens_is_a_line() {
    let mut dev = Dev::start(&[]);
    dev.told("everybody, with any user name or none");
    let port = dev.address.rsplit(':').next().unwrap().to_owned();
    dev.told(&format!("mosquitto_sub -h 127.0.0.1 -p {port} -v -t 'halloween/#'"));
    dev.told(&format!("export MQTT_HOST=127.0.0.1 MQTT_PORT={port}"));
    dev.told(&format!("props --root examples/halloween/props --host 127.0.0.1 --port {port}"));
    let uri = dev.told("journeyman run").split('\'').nth(1).unwrap().to_owned();

    let mut worker = Running::start(journeyman(&["run", "--connect", &uri, "--handler", "echo"]));
    worker.line("ready: 1 sessions");
    let online = dev.server.line("availability  demo");
    assert!(online.ends_with("online  (retained)"), "{online}");
    let visitor = dev.client(ClientOptions::v311().client_id("visitor"));
    let publish = |topic: &str, payload: &str, qos| {
        dev.runtime.block_on(visitor.command(topic, payload.to_owned(), qos)).unwrap();
    };
    publish("halloween/demo/cmd", "{\"action\": \"echo\", \"args\": {\"a\": 1}}", QoS::AtMostOnce);
    let command = dev.server.line("command       demo");
    assert!(command.ends_with("(from visitor)"), "{command}");
    let answer = dev.server.line("telemetry     demo/telemetry/echo");
    assert!(answer.ends_with("{'a': 1}"), "{answer}");
    publish("halloween/demo/cmd", "nonsense \u{1b}[2J", QoS::AtLeastOnce);
    let command = dev.server.line("command       demo");
    assert!(command.contains("nonsense \\u{1b}[2J") && command.contains("QoS 1"), "{command}");
    let warning = dev.server.line("status        demo/status/warn");
    assert!(warning.ends_with("Unknown action: nonsense"), "{warning}");
    publish("halloween/nobody/cmd", "ping", QoS::AtMostOnce);
    let lost = dev.server.line("command       nobody");
    assert!(lost.contains("NOBODY has subscribed to it"), "{lost}");
    worker.interrupt();
    let offline = dev.server.line("availability  demo");
    assert!(offline.ends_with("offline  (retained)"), "{offline}");
    dev.server.line("it said DISCONNECT");
    assert_eq!(worker.ended().code(), Some(0), "{}", worker.rest());
    dev.server.interrupt();
    assert_eq!(dev.server.ended().code(), Some(0), "{}", dev.server.rest());
    assert!(dev.server.rest().ends_with("stopped; nothing was kept"), "{}", dev.server.rest());
}

#[test]
fn the_lines_to_try_have_the_user() {
    let mut dev = Dev::start(&["--user", "ghost:bo o"]);
    dev.told("ghost      bo o");
    dev.told("mosquitto_pub -h 127.0.0.1 -p ");
    dev.told(" -u ghost -P 'bo o' -t ");
    dev.told("MQTT_WORKER_PW='bo o' journeyman props");
    let line = dev.told("journeyman doctor").to_owned();
    assert!(line.contains("?username=ghost"), "{line}");
    let uri = line.split('\'').nth(3).unwrap();
    for (password, code) in [("bo o", 0), ("wrong", 4)] {
        let mut command = journeyman(&["doctor", uri]);
        let (got, stdout, stderr) = support::run(command.env("MQTT_WORKER_PW", password));
        assert_eq!(got, code, "{stdout}{stderr}");
    }
    dev.server.line("REFUSED");
}

#[test]
fn the_rights_of_a_real_house() {
    let mut dev = Dev::start(&["--rights", "--user", "worker:mine", "--overlap", "each"]);
    dev.told("with the rights of a real house");
    dev.told("worker     mine");
    dev.told("admin      test-admin-pw");
    dev.told("one copy for each of them");
    dev.told("-u admin -P test-admin-pw");
    let login = ("dashboard", "test-dashboard-pw");
    let client = dev.client(ClientOptions::v5().client_id("board").login(login.0, login.1));
    let denied = client.publish(journeyman_testkit::halloween::Message::new("elsewhere", "x"));
    dev.runtime.block_on(denied).unwrap();
    let line = dev.server.line("to publish to elsewhere");
    assert!(line.starts_with("REFUSED       board"), "{line}");
}

#[test]
fn a_port_that_is_taken() {
    let first = Dev::start(&[]);
    let args = ["dev", "--as", "halloween", "--listen", &first.address];
    let (code, _, stderr) = support::run(&mut journeyman(&args));
    assert_eq!(code, 1);
    assert!(stderr.contains("--listen") && stderr.contains(&first.address), "{stderr}");
    // Whether the usual one is taken or not, one of two finds it so.
    let start = || {
        let mut server = Running::start(journeyman(&["dev", "--as", "halloween"]));
        let line = server.line("  broker ");
        (server, line)
    };
    let (first, second) = (start(), start());
    assert_ne!(first.1, second.1);
}

#[test]
fn a_configuration_file_serves_a_prop() {
    let dev = Dev::start(&["--user", "worker:s3cret"]);
    let folder = Folder::new("halloween-config");
    let text = format!(
        "[[backend]]\ntype = \"halloween\"\nurl = \"mqtt://{}\"\nprop = \"adder\"\n\
         password_env = \"MY_PASSWORD\"\nmqtt = \"5\"\n\n[handlers]\nsum = \"math.sum\"\n",
        dev.address
    );
    let path = folder.file("worker.toml", &text);
    let mut command = journeyman(&["run", "--config", &path]);
    command.env("MY_PASSWORD", "s3cret");
    let mut worker = Running::start(command);
    worker.line("ready: 1 sessions");
    let client = dev.client(ClientOptions::v5().login("worker", "s3cret"));
    let asked = client.request("halloween/adder/cmd", "sum {\"values\": [1, 2, 3.5]}");
    let answer = dev.runtime.block_on(asked).unwrap();
    assert_eq!(answer.text(), "6.5");
    worker.interrupt();
    assert_eq!(worker.ended().code(), Some(0), "{}", worker.rest());
    assert!(!worker.rest().contains("s3cret"), "{}", worker.rest());
}
