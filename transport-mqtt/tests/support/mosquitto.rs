//! A real mosquitto as a child process.

use std::{
    io::Write as _,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use journeyman_mqtt::{MqttTarget, MqttTransport, Protocol};

use super::{Folder, LONG};

/// The program, or `None` after saying that the test is skipped.
pub(crate) fn program(test: &str) -> Option<PathBuf> {
    program_named("mosquitto", test)
}

pub(crate) fn program_named(name: &str, test: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders =
        std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    let found = folders.map(|folder| folder.join(name)).find(|program| program.is_file());
    if found.is_none() {
        let line = format!(
            "SKIPPED: {}::mosquitto::{test}: there is no program `{name}`; install \
             the package `mosquitto`",
            env!("CARGO_PKG_NAME")
        );
        println!("{line}");
        if let Some(path) = std::env::var_os("JOURNEYMAN_SKIP_LOG") {
            let mut log = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
            // In one write: tests run side by side and append to the same file.
            log.write_all(format!("{line}\n").as_bytes()).unwrap();
        }
    }
    found
}

/// A running broker, killed when dropped.
pub(crate) struct Mosquitto {
    program: PathBuf,
    pub(crate) folder: Folder,
    pub(crate) address: SocketAddr,
    child: Child,
}

impl Mosquitto {
    /// Starts a broker. `{port}` and `{folder}` in the configuration are filled in; with another
    /// listener, `{port2}`.
    pub(crate) fn start(program: &Path, config: &str) -> Self {
        Self::start_in(program, Folder::new(), config)
    }

    /// Starts a broker that takes everybody.
    pub(crate) fn open(program: &Path) -> Self {
        Self::start(program, "listener {port} 127.0.0.1\nallow_anonymous true\n")
    }

    pub(crate) fn start_in(program: &Path, folder: Folder, config: &str) -> Self {
        // Ports come from the system; somebody else may take one before the broker does.
        loop {
            let ports = [free_port(), free_port()];
            let text = config
                .replace("{port2}", &ports[1].to_string())
                .replace("{port}", &ports[0].to_string())
                .replace("{folder}", &folder.0.display().to_string());
            // Started by root, it would become a user who may not read the folder.
            folder.write("mosquitto.conf", format!("user root\nlog_dest stderr\n{text}"));
            let mut child = spawn(program, &folder);
            if listens(&mut child, &folder) {
                let address = SocketAddr::from(([127, 0, 0, 1], ports[0]));
                return Self { program: program.to_owned(), folder, address, child };
            }
            let log = std::fs::read_to_string(folder.0.join("log")).unwrap_or_default();
            assert!(log.contains("Address already in use"), "mosquitto does not start: {log}");
        }
    }

    pub(crate) fn target(&self, protocol: Protocol) -> MqttTarget {
        MqttTarget::new(format!("mqtt://{}", self.address)).protocol(protocol)
    }

    pub(crate) async fn client(&self, protocol: Protocol) -> MqttTransport {
        super::open(self.target(protocol)).await
    }

    /// Kills it without warning (SIGKILL).
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again after [`kill`](Self::kill), on the same port.
    pub(crate) fn restart(&mut self) {
        let start = Instant::now();
        loop {
            self.child = spawn(&self.program, &self.folder);
            if listens(&mut self.child, &self.folder) {
                return;
            }
            assert!(start.elapsed() < LONG, "mosquitto does not come back");
        }
    }

    /// Another address of the broker: the port after this text in its configuration.
    pub(crate) fn port_of(&self, before: &str) -> u16 {
        let config = std::fs::read_to_string(self.folder.0.join("mosquitto.conf")).unwrap();
        let rest = config.split(before).nth(1).unwrap();
        rest.split_whitespace().next().unwrap().parse().unwrap()
    }

    /// Stops the process without ending it, and lets it go on.
    pub(crate) fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn spawn(program: &Path, folder: &Folder) -> Child {
    let log = std::fs::File::create(folder.0.join("log")).unwrap();
    Command::new(program)
        .arg("-c")
        .arg(folder.0.join("mosquitto.conf"))
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Waits until the broker listens. False when it ended instead.
fn listens(child: &mut Child, folder: &Folder) -> bool {
    let start = Instant::now();
    loop {
        // Not by connecting: it could be somebody else who listens there.
        let log = std::fs::read_to_string(folder.0.join("log")).unwrap_or_default();
        if log.contains(" running") {
            return true;
        }
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        assert!(start.elapsed() < LONG, "mosquitto does not listen: {log}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
