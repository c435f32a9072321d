//! The real mosquitto as a child process.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use uuid::Uuid;

use super::{acl::Acl, config::User, reserved::ReservedPort};

/// How long a start or an end may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it is looked whether it has come so far.
const STEP: Duration = Duration::from_millis(5);

/// How a [`Mosquitto`] is set up. The default takes everybody and keeps nothing.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct MosquittoConfig {
    /// Who may connect; empty: everybody. With users, nobody else may.
    pub users: Vec<User>,
    /// Who may do what.
    pub acl: Option<Acl>,
    /// Whether sessions and retained messages are kept, in the folder of this broker, every
    /// `autosave` messages and at an orderly end.
    pub persistence: bool,
    /// With persistence: after how many changes they are kept. `None`: only at the end, and when
    /// asked by [`save`](Mosquitto::save).
    pub autosave: Option<u32>,
    /// Whether it has a WebSocket listener besides.
    pub websocket: bool,
    /// QoS 1 and 2 messages under way to one client; mosquitto's default is 20.
    pub max_inflight: Option<u16>,
    /// QoS 1 and 2 messages that wait for one client; mosquitto's default is 1000.
    pub max_queued: Option<u32>,
    /// Further lines of its configuration, each with its newline.
    pub extra: String,
}

impl MosquittoConfig {
    /// As the props' broker is set up (Halloween sheet, section 7): users with the passwords of
    /// the golden vectors, and rules.
    #[must_use]
    pub fn halloween() -> Self {
        Self { users: User::halloween(), acl: Some(Acl::halloween()), ..Self::default() }
    }
}

/// A running mosquitto with a folder and a free port of its own. Killed when dropped.
///
/// Its methods block for some milliseconds.
#[derive(Debug)]
pub struct Mosquitto {
    program: PathBuf,
    folder: PathBuf,
    addr: ReservedPort,
    websocket: Option<ReservedPort>,
    child: Child,
}

impl Mosquitto {
    /// The program, or `None` after saying aloud that the test of this name is skipped.
    ///
    /// # Panics
    ///
    /// If the skip can not be written to the file that `JOURNEYMAN_SKIP_LOG` names: a skip must
    /// not be silent.
    #[must_use]
    pub fn find(test: &str) -> Option<PathBuf> {
        let found = program("mosquitto");
        if found.is_none() {
            let line = format!(
                "SKIPPED: {test}: there is no program `mosquitto`; install the package of that \
                 name"
            );
            println!("{line}");
            if let Some(path) = std::env::var_os("JOURNEYMAN_SKIP_LOG") {
                let log = OpenOptions::new().create(true).append(true).open(path);
                // In one write: tests run side by side and append to the same file.
                log.and_then(|mut log| log.write_all(format!("{line}\n").as_bytes()))
                    .unwrap_or_else(|error| panic!("JOURNEYMAN_SKIP_LOG: {error}"));
            }
        }
        found
    }

    /// Starts one. It accepts connections when this returns.
    ///
    /// # Errors
    ///
    /// If it does not come up; the error has its log.
    pub fn start(program: &Path, config: &MosquittoConfig) -> io::Result<Self> {
        let folder = std::env::temp_dir().join(format!("mosquitto-{}", Uuid::new_v4().simple()));
        fs::create_dir(&folder)?;
        let started = Self::start_in(program, &folder, config);
        if started.is_err() {
            // The first error counts.
            let _ = fs::remove_dir_all(&folder);
        }
        started
    }

    fn start_in(program: &Path, folder: &Path, config: &MosquittoConfig) -> io::Result<Self> {
        write_users(folder, config)?;
        let addr = ReservedPort::local()?;
        let websocket = if config.websocket { Some(ReservedPort::local()?) } else { None };
        let text = text(folder, config, addr.addr(), websocket.as_ref().map(ReservedPort::addr));
        fs::write(folder.join("mosquitto.conf"), text)?;
        let child = up(program, folder)?;
        Ok(Self { program: program.to_owned(), folder: folder.to_owned(), addr, websocket, child })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr.addr()
    }

    /// Where it listens, as `mqtt://address:port`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("mqtt://{}", self.addr())
    }

    /// Its WebSocket listener, as `ws://address:port/mqtt`, if it has one.
    #[must_use]
    pub fn websocket_url(&self) -> Option<String> {
        self.websocket.as_ref().map(|reserved| format!("ws://{}/mqtt", reserved.addr()))
    }

    /// Its folder: configuration, log, and what it keeps.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has written to its log since it was started last.
    #[must_use]
    pub fn log(&self) -> String {
        read_log(&self.folder)
    }

    /// Kills it without warning (SIGKILL).
    ///
    /// # Errors
    ///
    /// As the operating system has them.
    pub fn kill(&mut self) -> io::Result<()> {
        self.child.kill()?;
        self.child.wait().map(drop)
    }

    /// Ends it in good order (SIGTERM) and waits for that.
    ///
    /// # Errors
    ///
    /// If it does not end within 20 s.
    pub fn stop(&mut self) -> io::Result<()> {
        self.signal("-TERM")?;
        let start = Instant::now();
        while self.child.try_wait()?.is_none() {
            if start.elapsed() > PATIENCE {
                return Err(io::Error::other("mosquitto does not end"));
            }
            sleep(STEP);
        }
        Ok(())
    }

    /// Starts it again after [`kill`](Self::kill) or [`stop`](Self::stop), at the same address.
    /// While it was down nobody else could take its port.
    ///
    /// # Errors
    ///
    /// If it does not come up.
    pub fn restart(&mut self) -> io::Result<()> {
        self.child = up(&self.program, &self.folder)?;
        Ok(())
    }

    /// Makes it write what it keeps (SIGUSR1), if it has persistence, and waits until the file is
    /// there anew.
    ///
    /// # Errors
    ///
    /// If the file does not come.
    pub fn save(&mut self) -> io::Result<()> {
        let file = self.folder.join("mosquitto.db");
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        self.signal("-USR1")?;
        let start = Instant::now();
        while !file.exists() {
            if start.elapsed() > PATIENCE {
                return Err(io::Error::other("mosquitto does not save"));
            }
            sleep(STEP);
        }
        Ok(())
    }

    /// Stops the process without ending it (SIGSTOP): its connections stay open, and nothing
    /// comes.
    ///
    /// # Errors
    ///
    /// As the operating system has them.
    pub fn sigstop(&self) -> io::Result<()> {
        self.signal("-STOP")
    }

    /// Lets it go on (SIGCONT).
    ///
    /// # Errors
    ///
    /// As the operating system has them.
    pub fn sigcont(&self) -> io::Result<()> {
        self.signal("-CONT")
    }

    fn signal(&self, signal: &str) -> io::Result<()> {
        let status = Command::new("kill").args([signal, &self.child.id().to_string()]).status()?;
        if status.success() {
            Ok(())
        } else {
            Err(io::Error::other(format!("`kill {signal}` failed: {status}")))
        }
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders =
        std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    folders.map(|folder| folder.join(name)).find(|program| program.is_file())
}

fn write_users(folder: &Path, config: &MosquittoConfig) -> io::Result<()> {
    if let Some(acl) = &config.acl {
        fs::write(folder.join("acl"), acl.to_mosquitto())?;
    }
    if config.users.is_empty() {
        return Ok(());
    }
    let file = folder.join("passwd");
    let lines = config.users.iter().map(|user| format!("{}:{}\n", user.name, user.password));
    fs::write(&file, lines.collect::<String>())?;
    let tool = program("mosquitto_passwd")
        .ok_or_else(|| io::Error::other("there is no program `mosquitto_passwd`"))?;
    // Replaces the passwords in the file by what it makes of them.
    let status = Command::new(tool).arg("-U").arg(&file).status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("`mosquitto_passwd` failed: {status}")))
    }
}

fn text(
    folder: &Path,
    config: &MosquittoConfig,
    addr: SocketAddr,
    websocket: Option<SocketAddr>,
) -> String {
    let folder = folder.display();
    // Started by root, it would become a user who may not read the folder.
    let mut text = format!("user root\nlog_dest stderr\nlistener {} {}\n", addr.port(), addr.ip());
    if let Some(addr) = websocket {
        let (port, ip) = (addr.port(), addr.ip());
        text += &format!("listener {port} {ip}\nprotocol websockets\n");
    }
    if config.users.is_empty() {
        text += "allow_anonymous true\n";
    } else {
        text += &format!("allow_anonymous false\npassword_file {folder}/passwd\n");
    }
    if config.acl.is_some() {
        text += &format!("acl_file {folder}/acl\n");
    }
    if config.persistence {
        text += &format!("persistence true\npersistence_location {folder}/\n");
        text += &match config.autosave {
            Some(changes) => format!("autosave_on_changes true\nautosave_interval {changes}\n"),
            None => "autosave_interval 0\n".to_owned(),
        };
    }
    if let Some(max) = config.max_inflight {
        text += &format!("max_inflight_messages {max}\n");
    }
    if let Some(max) = config.max_queued {
        text += &format!("max_queued_messages {max}\n");
    }
    // As in the sheet.
    text + "set_tcp_nodelay true\nmax_packet_size 10485760\n" + &config.extra
}

/// Starts it and waits until it listens.
fn up(program: &Path, folder: &Path) -> io::Result<Child> {
    let start = Instant::now();
    loop {
        let mut child = spawn(program, folder)?;
        if comes_up(&mut child, folder)? {
            return Ok(child);
        }
        // Another process that was being started may have held the listener of the last one for
        // a moment.
        let log = read_log(folder);
        if !log.contains("Address already in use") || start.elapsed() > PATIENCE {
            return Err(io::Error::other(format!("mosquitto does not start: {log}")));
        }
        sleep(STEP);
    }
}

fn spawn(program: &Path, folder: &Path) -> io::Result<Child> {
    let log = File::create(folder.join("log"))?;
    Command::new(program)
        .arg("-c")
        .arg(folder.join("mosquitto.conf"))
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
}

fn read_log(folder: &Path) -> String {
    // Bytes of a client's may be in it.
    fs::read(folder.join("log"))
        .map_or_else(|error| error.to_string(), |log| String::from_utf8_lossy(&log).into_owned())
}

/// Waits until the broker listens. False when it ended instead.
fn comes_up(child: &mut Child, folder: &Path) -> io::Result<bool> {
    let start = Instant::now();
    loop {
        // Not by connecting: it could be somebody else who listens there.
        if read_log(folder).contains(" running") {
            return Ok(true);
        }
        if child.try_wait()?.is_some() {
            return Ok(false);
        }
        if start.elapsed() > PATIENCE {
            let _ = child.kill();
            let _ = child.wait();
            return Ok(false);
        }
        sleep(STEP);
    }
}
