//! A private PostgreSQL 15, with the queue that Tasker needs (Tasker sheet, section 14).
//!
//! Its extensions are SQL, which has to be in the server's share folder. The server finds that
//! folder by the place of its own program: a copy of both makes it our own.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    time::Duration,
};

use rustix::process::Signal;
use sqlx::{Connection, PgConnection, PgPool};
use tokio::process::Command;

use crate::process::{Process, free_port};

const VERSION: &str = "15";
const USER: &str = "tasker";
const DATABASE: &str = "tasker";

/// The password, which must be in no log. Nobody else reaches the server.
pub(crate) const PASSWORD: &str = "r1ng-s3cret-w0rd";

/// A server with its own folder and port.
#[derive(Debug)]
pub(crate) struct Postgres {
    folder: PathBuf,
    port: u16,
    user: Option<(u32, u32)>,
    process: Option<Process>,
}

impl Postgres {
    /// Makes it: a copy of the installed one, extensions, a new cluster.
    pub(crate) async fn new(folder: &Path, pgmq: &Path) -> Result<Self, String> {
        let root = Path::new("/usr");
        let programs = root.join("lib/postgresql").join(VERSION);
        let share = root.join("share/postgresql").join(VERSION);
        if !programs.join("bin/initdb").exists() {
            return Err(format!(
                "there is no PostgreSQL {VERSION} in {}; on Debian 12: apt-get install \
                 postgresql-15",
                programs.display()
            ));
        }
        let copy = folder.join("usr");
        copy_tree(&programs, &copy.join("lib/postgresql").join(VERSION))?;
        let our_share = copy.join("share/postgresql").join(VERSION);
        copy_tree(&share, &our_share)?;
        extensions(&our_share.join("extension"), pgmq)?;
        let user = user()?;
        let mut server =
            Self { folder: folder.to_owned(), port: free_port()?, user, process: None };
        server.make_cluster().await?;
        server.start().await?;
        server.migrate().await?;
        Ok(server)
    }

    fn program(&self, name: &str) -> Command {
        let bin = self.folder.join("usr/lib/postgresql").join(VERSION).join("bin");
        let mut command = Command::new(bin.join(name));
        command.env_clear().env("PATH", "/usr/bin:/bin").env("TZ", "UTC").current_dir("/");
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    async fn make_cluster(&self) -> Result<(), String> {
        let text = |error: std::io::Error| error.to_string();
        let (data, word) = (self.data(), self.folder.join("word"));
        fs::create_dir(&data).map_err(text)?;
        fs::set_permissions(&data, fs::Permissions::from_mode(0o700)).map_err(text)?;
        fs::write(&word, PASSWORD).map_err(text)?;
        if let Some((user, group)) = self.user {
            chown(&data, Some(user), Some(group)).map_err(text)?;
            chown(&word, Some(user), Some(group)).map_err(text)?;
        }
        let mut init = self.program("initdb");
        init.arg("-D").arg(&data).arg("--pwfile").arg(&word);
        init.args(["-U", USER, "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync"]);
        let output = init.output().await.map_err(text)?;
        let _ = fs::remove_file(&word);
        match output.status.success() {
            true => Ok(()),
            false => Err(format!("initdb: {}", String::from_utf8_lossy(&output.stderr))),
        }
    }

    /// Starts the server and waits until it answers.
    pub(crate) async fn start(&mut self) -> Result<(), String> {
        let mut server = self.program("postgres");
        server.arg("-D").arg(self.data());
        for setting in [
            "listen_addresses=127.0.0.1",
            &format!("port={}", self.port),
            "unix_socket_directories=",
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "max_connections=200",
            "shared_buffers=32MB",
            "jit=off",
        ] {
            server.args(["-c", setting]);
        }
        let log = self.folder.join("postgres.log");
        let mut process = Process::start("PostgreSQL", &mut server, &log)?;
        let url = self.address("postgres", PASSWORD);
        let start = std::time::Instant::now();
        loop {
            process.still_runs()?;
            match PgConnection::connect(&url).await {
                Ok(connection) => {
                    let _ = connection.close().await;
                    break;
                }
                Err(error) if start.elapsed() > Duration::from_secs(60) => {
                    return Err(format!("PostgreSQL does not answer: {error}"));
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
        self.process = Some(process);
        Ok(())
    }

    async fn migrate(&self) -> Result<(), String> {
        let text = |error: sqlx::Error| error.to_string();
        let mut first =
            PgConnection::connect(&self.address("postgres", PASSWORD)).await.map_err(text)?;
        sqlx::query("create database tasker").execute(&mut first).await.map_err(text)?;
        let _ = first.close().await;
        let pool = self.pool().await?;
        let done = tasker_shared::database::migrator::run_all_migrations(&pool).await;
        pool.close().await;
        done.map(drop).map_err(|error| format!("Tasker's migrations: {error}"))
    }

    /// Some connections of our own.
    pub(crate) async fn pool(&self) -> Result<PgPool, String> {
        PgPool::connect(&self.url()).await.map_err(|error| error.to_string())
    }

    /// The address of Tasker's database.
    pub(crate) fn url(&self) -> String {
        self.address(DATABASE, PASSWORD)
    }

    /// The address with another password.
    pub(crate) fn url_with(&self, password: &str) -> String {
        self.address(DATABASE, password)
    }

    fn address(&self, database: &str, password: &str) -> String {
        format!("postgresql://{USER}:{password}@127.0.0.1:{}/{database}", self.port)
    }

    /// Stops it: connections are ended, and what was done is kept.
    pub(crate) async fn stop(&mut self) -> Result<(), String> {
        match self.process.take() {
            Some(process) => process.stop(Signal::INT, Duration::from_secs(60)).await.map(drop),
            None => Ok(()),
        }
    }

    /// The program that runs.
    pub(crate) fn take(mut self) -> Option<Process> {
        self.process.take()
    }
}

/// Whom the server runs as: it refuses to be root.
fn user() -> Result<Option<(u32, u32)>, String> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").map_err(|error| error.to_string())?;
    let named = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut ids = line.split(':').skip(2).map(|id| id.parse().ok());
        Some((ids.next()??, ids.next()??))
    };
    named("postgres")
        .or_else(|| named("nobody"))
        .map(Some)
        .ok_or_else(|| "PostgreSQL does not run as root, and there is no other user".to_owned())
}

fn extensions(folder: &Path, pgmq: &Path) -> Result<(), String> {
    let cannot = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let read = |path: PathBuf| fs::read_to_string(&path).map_err(|error| cannot(&path, error));
    let control = read(pgmq.join("pgmq.control"))?;
    let version = control
        .lines()
        .find_map(|line| line.strip_prefix("default_version"))
        .and_then(|rest| rest.split('\'').nth(1))
        .ok_or("pgmq.control names no version")?
        .to_owned();
    // It names a library that does not exist.
    let lines = control.lines().filter(|line| !line.starts_with("module_pathname"));
    let control = lines.collect::<Vec<_>>().join("\n") + "\n";
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata");
    for (name, text) in [
        ("pgmq.control".to_owned(), control),
        (format!("pgmq--{version}.sql"), read(pgmq.join("sql/pgmq.sql"))?),
        ("pg_uuidv7.control".to_owned(), read(ours.join("pg_uuidv7.control"))?),
        ("pg_uuidv7--1.0.sql".to_owned(), read(ours.join("pg_uuidv7--1.0.sql"))?),
    ] {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| cannot(&path, error))?;
    }
    Ok(())
}

/// Copies files and folders. Links become what they point to; those that point to nothing, and the
/// code for a compiler that is switched off, are left out.
fn copy_tree(from: &Path, to: &Path) -> Result<(), String> {
    let cannot = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    fs::create_dir_all(to).map_err(|error| cannot(to, error))?;
    for entry in fs::read_dir(from).map_err(|error| cannot(from, error))? {
        let path = entry.map_err(|error| cannot(from, error))?.path();
        let Some(name) = path.file_name() else { continue };
        let target = to.join(name);
        match fs::metadata(&path) {
            Ok(about) if about.is_dir() && name != "bitcode" => copy_tree(&path, &target)?,
            Ok(about) if about.is_file() => {
                fs::copy(&path, &target).map_err(|error| cannot(&path, error))?;
            }
            _ => {}
        }
    }
    Ok(())
}
