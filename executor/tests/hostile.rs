//! Tasks that attack the worker, in `testdata/hostile`: each gives the clear end that its first
//! lines name, the worker goes on, and nothing reaches the next task.
//!
//! As root they run once more as an ordinary user, in a process of its own.

#![allow(clippy::unwrap_used)]

mod support;

use journeyman_executor::{Executor, FailureKind, Limits, Reuse, Task};
use std::{
    os::unix::{
        fs::MetadataExt as _,
        net::{UnixDatagram, UnixListener},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use support::{interpreters, json, name_of};

const NOBODY: u32 = 65534;
/// Set in the process that runs as an ordinary user; names a folder that it can read.
const FOLDER: &str = "JOURNEYMAN_TEST_HOSTILE";

struct Attack {
    name: String,
    expected: Vec<String>,
    source: String,
}

impl Attack {
    fn task(&self, arguments: &str) -> Task {
        let task = Task::new(self.source.as_str(), arguments);
        // Only what is expected to run into a limit of time has a tight one: on a busy machine,
        // all others take as long as they take.
        if self.expected.iter().any(|end| end == "kind: timeout") {
            task.wall(Duration::from_secs(1)).cpu(Duration::from_millis(500))
        } else {
            task
        }
    }
}

fn attacks(folder: &Path) -> Vec<Attack> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "py") {
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        let marks = ["# result: ", "# error: ", "# kind: "];
        let expected: Vec<String> = source
            .lines()
            .take_while(|line| marks.iter().any(|mark| line.starts_with(mark)))
            .map(|line| line.trim_start_matches("# ").to_owned())
            .collect();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(!expected.is_empty(), "{name}: says not what must come of it");
        found.push(Attack { name, expected, source });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(found.len() >= 130, "{} attacks", found.len());
    found
}

fn own_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/hostile")
}

type Look = (String, String);

/// What attacks aim at.
struct Targets {
    folder: PathBuf,
    /// A file that tasks may read, and that belongs to this user.
    given: PathBuf,
    before: Vec<Look>,
    _listener: std::net::TcpListener,
    _unix: UnixListener,
    _datagrams: UnixDatagram,
    sibling: std::process::Child,
    arguments: String,
}

impl Targets {
    fn new() -> Self {
        let name = format!("journeyman-hostile-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder).unwrap();
        let secret = folder.join("worker.toml");
        std::fs::write(&secret, "token = \"secret\"\n").unwrap();
        let given = folder.join("given.txt");
        std::fs::write(&given, "to be read\n").unwrap();
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let unix = UnixListener::bind(folder.join("stream")).unwrap();
        unix.set_nonblocking(true).unwrap();
        let datagrams = UnixDatagram::bind(folder.join("socket")).unwrap();
        datagrams.set_nonblocking(true).unwrap();
        let sibling = std::process::Command::new("sleep").arg("600").spawn().unwrap();
        let arguments = format!(
            "[{{\"host\": {}, \"sibling\": {}, \"port\": {}, \"socket\": {:?}, \"secret\": {:?}, \
             \"given\": {:?}, \"folder\": {:?}}}]",
            std::process::id(),
            sibling.id(),
            listener.local_addr().unwrap().port(),
            folder.join("socket"),
            secret,
            given,
            folder,
        );
        let before = Self::look(&folder, sibling.id());
        Self {
            folder,
            given,
            before,
            _listener: listener,
            _unix: unix,
            _datagrams: datagrams,
            sibling,
            arguments,
        }
    }

    /// Whatever tasks may not change.
    fn look(folder: &Path, sibling: u32) -> Vec<Look> {
        let own = std::process::id();
        let files =
            ["secret", "given"].iter().zip(["worker.toml", "given.txt"]).map(|(name, file)| {
                let path = folder.join(file);
                let meta = std::fs::metadata(&path).unwrap();
                let text = std::fs::read_to_string(path).unwrap();
                let times = (meta.mtime(), meta.mtime_nsec());
                (
                    (*name).to_owned(),
                    format!("{text:?} {:o} {times:?} {}", meta.mode(), meta.nlink()),
                )
            });
        let processes = [own, sibling].map(|pid| {
            let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
            let allowed = status.lines().find(|line| line.starts_with("Cpus_allowed:"));
            (pid.to_string(), allowed.unwrap_or_default().to_owned())
        });
        files.chain(processes).collect()
    }

    /// Nothing came of any attack.
    fn untouched(mut self) {
        let blocked = |error: std::io::Error| error.kind() == std::io::ErrorKind::WouldBlock;
        assert!(self._listener.accept().is_err_and(blocked), "somebody connected");
        assert!(self._unix.accept().is_err_and(blocked), "somebody connected");
        assert!(self._datagrams.recv(&mut [0]).is_err_and(blocked), "somebody sent something");
        assert!(self.sibling.try_wait().unwrap().is_none(), "somebody killed another process");
        assert_eq!(Self::look(&self.folder, self.sibling.id()), self.before);
        self.sibling.kill().unwrap();
        self.sibling.wait().unwrap();
        let mut left: Vec<String> = std::fs::read_dir(&self.folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        left.sort();
        assert_eq!(left, ["given.txt", "socket", "stream", "worker.toml"]);
        std::fs::remove_dir_all(&self.folder).unwrap();
    }
}

fn limits() -> Limits {
    Limits::default()
        .wall(Duration::from_secs(120))
        .cpu(Duration::from_secs(60))
        .memory(256 << 20)
        .threads(16)
        .open_files(64)
        .file_size(16 << 20)
        .disk(48 << 20)
        .disk_entries(3500)
        .result(2 << 20)
}

/// What an interpreter must be like for the task after an attack.
const NEXT: &str = "
import builtins, json, os, signal, sys, threading
def f(x):
    return [len('ab'), os.listdir('.'), len(os.environ), threading.active_count(),
            json.loads(json.dumps([1])), print('next') is None, sys.getrecursionlimit() < 10 ** 6,
            signal.getitimer(signal.ITIMER_REAL)[0], os.path.basename(os.getcwd()).isdigit()]
";

async fn attack(executor: &Executor, attack: &Attack, arguments: &str) -> Result<(), String> {
    let begun = Instant::now();
    let result = executor.run(&attack.task(arguments)).await;
    let took = begun.elapsed();
    let seen = match &result {
        Ok(done) => format!("result: {}", done.value.json().unwrap_or_default()),
        Err(failure) => format!("kind: {}: {failure}", name_of(failure.kind())),
    };
    let short: String = seen.chars().take(160).collect();
    println!(
        "{:<36} {:>7.1} ms  {}",
        attack.name,
        took.as_secs_f64() * 1e3,
        short.replace('\n', " ")
    );
    let meets = |expected: &String| match (expected.split_once(": "), &result) {
        (Some(("result", json)), Ok(done)) => done.value.json() == Some(json),
        (Some(("error", part)), Err(failure)) => {
            matches!(failure.kind(), FailureKind::Python(_)) && failure.to_string().contains(part)
        }
        (Some(("kind", name)), Err(failure)) => name_of(failure.kind()) == name,
        _ => false,
    };
    if !attack.expected.iter().any(meets) {
        return Err(format!("{}: expected {:?}, got {seen}", attack.name, attack.expected));
    }
    let output = match &result {
        Ok(done) => &done.output,
        Err(failure) => failure.output(),
    };
    let kept = executor.config().limits.output;
    // What was no UTF-8 may be longer as text.
    if output.text.len() > 3 * kept || (output.bytes > kept as u64 && !output.truncated) {
        return Err(format!("{}: {} bytes of output kept", attack.name, output.text.len()));
    }
    let next = json(executor.run(&Task::new(NEXT, "[1]")).await);
    if next != "[2, [], 0, 1, [1], true, true, 0.0, true]" {
        return Err(format!("{}: the next task sees {next}", attack.name));
    }
    let survives = ["python", "not_serializable", "result_too_large", "memory"];
    if matches!(&result, Err(failure) if !survives.contains(&name_of(failure.kind()))) {
        return Ok(());
    }
    // Of the same code, so that it may get the same interpreter; which may not even listen.
    let task = attack.task(arguments).wall(Duration::from_secs(2));
    let again = executor.run(&task).await;
    match &again {
        Err(failure) if matches!(failure.kind(), FailureKind::NotStarted { .. }) => {
            Err(format!("{}: the second time: {failure}", attack.name))
        }
        _ => Ok(()),
    }
}

async fn all_attacks(folder: &Path) {
    let targets = Targets::new();
    let config = support::config().size(4).limits(limits()).reuse(Reuse::SameSource);
    let config = config.readable([targets.given.clone()]);
    let Some(executor) = support::start("hostile tasks", config).await else {
        targets.untouched();
        return;
    };
    println!("{}", executor.report());
    assert!(executor.report().complete() || !cfg!(target_os = "linux"));
    let root = executor.config().scratch.clone().unwrap_or_else(std::env::temp_dir);
    let only = std::env::var("JOURNEYMAN_TEST_ATTACK").unwrap_or_default();
    let attacks: Vec<Attack> =
        attacks(folder).into_iter().filter(|one| one.name.contains(&only)).collect();
    let lane = async |number: usize, of: usize, threads: bool| {
        let mut wrong = Vec::new();
        let chosen = attacks.iter().filter(|one| one.name.starts_with("thread") == threads);
        for one in chosen.skip(number).step_by(of) {
            if let Err(problem) = attack(&executor, one, &targets.arguments).await {
                println!("WRONG: {problem}");
                wrong.push(problem);
            }
        }
        wrong
    };
    // Two at a time: many of them wait for their limits. Those with threads not: the kernel counts
    // them for the user, and one would keep the other from having any.
    let (first, second) = tokio::join!(lane(0, 2, false), lane(1, 2, false));
    let wrong = [first, second, lane(0, 1, true).await].concat();
    println!("{} attacks, {:?}", attacks.len(), executor.stats());
    targets.untouched();
    executor.shutdown().await;
    assert_eq!(interpreters(), [], "left over");
    let prefix = format!("journeyman-python-{}-", std::process::id());
    let left = std::fs::read_dir(root)
        .unwrap()
        .flatten()
        .find(|entry| entry.file_name().to_string_lossy().starts_with(&prefix));
    assert!(left.is_none(), "a scratch folder is left: {left:?}");
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), attacks.len(), wrong.join("\n"));
}

#[tokio::test]
async fn attacks_as_this_user() {
    match std::env::var_os(FOLDER) {
        Some(folder) => all_attacks(Path::new(&folder)).await,
        None => all_attacks(&own_folder()).await,
    }
}

#[test]
fn attacks_as_an_ordinary_user() {
    if !rustix::process::getuid().is_root() {
        // Then the other test is this one.
        return;
    }
    // Somewhere that anybody can read.
    let folder = std::env::temp_dir().join(format!("journeyman-attacks-{}", std::process::id()));
    std::fs::create_dir(&folder).unwrap();
    std::fs::copy(std::env::current_exe().unwrap(), folder.join("test")).unwrap();
    for entry in std::fs::read_dir(own_folder()).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
    }
    let output = std::process::Command::new(folder.join("test"))
        .args(["--exact", "attacks_as_this_user", "--nocapture"])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env(FOLDER, &folder)
        .env("JOURNEYMAN_TEST_ATTACK", std::env::var("JOURNEYMAN_TEST_ATTACK").unwrap_or_default())
        .current_dir("/")
        .uid(NOBODY)
        .gid(NOBODY)
        .output()
        .unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    println!("{}", String::from_utf8_lossy(&output.stdout));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
