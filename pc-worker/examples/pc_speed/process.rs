//! Other processes: what they say, and what the system tells about them.

#![allow(dead_code)] // not everybody who uses this file uses all of it

use std::{
    fs,
    io::{self, BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Condvar, Mutex},
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// Nothing takes longer on any machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// What a process has said.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) at: Instant,
    pub(crate) words: Vec<String>,
}

impl Line {
    pub(crate) fn is(&self, first: &str) -> bool {
        self.words.first().is_some_and(|word| word == first)
    }

    /// A word behind the first, as a number.
    pub(crate) fn number(&self, at: usize) -> u64 {
        let word = self.words.get(at).map(String::as_str).unwrap_or_default();
        word.parse().unwrap_or_else(|_| panic!("no number: word {at} of {:?}", self.words))
    }
}

type Log = Arc<(Mutex<Vec<Line>>, Condvar)>;

/// A process that says lines of words. Killed when dropped.
pub(crate) struct Process {
    child: Child,
    stdin: Option<ChildStdin>,
    log: Log,
    reader: Option<JoinHandle<()>>,
}

impl Process {
    pub(crate) fn start(mut command: Command) -> io::Result<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let stdout = BufReader::new(stdout.ok_or_else(|| io::Error::other("no pipe"))?);
        let log = Log::default();
        let writer = Arc::clone(&log);
        let reader = std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let words = line.split(' ').map(str::to_owned).collect();
                let line = Line { at: Instant::now(), words };
                lock(&writer).push(line);
                writer.1.notify_all();
            }
        });
        Ok(Self { child, stdin, log, reader: Some(reader) })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn say(&mut self, line: &str) {
        let said = self.stdin.as_mut().map(|stdin| stdin.write_all(format!("{line}\n").as_bytes()));
        assert!(matches!(said, Some(Ok(()))), "it does not listen any more to {line}: {said:?}");
    }

    /// Waits until it is so, and returns what that gave.
    pub(crate) fn wait<T>(&self, what: &str, look: impl Fn(&[Line]) -> Option<T>) -> T {
        let begin = Instant::now();
        let mut lines = lock(&self.log);
        loop {
            if let Some(found) = look(&lines) {
                return found;
            }
            let over = self.reader.as_ref().is_none_or(JoinHandle::is_finished);
            assert!(!over, "it ended while somebody waited for {what}: {:?}", lines.last());
            let left = PATIENCE.saturating_sub(begin.elapsed());
            if left.is_zero() {
                let last = &lines[lines.len().saturating_sub(20)..];
                panic!("waited {PATIENCE:?} in vain for {what}; last of all: {last:#?}");
            }
            let left = left.min(Duration::from_millis(500));
            lines = match self.log.1.wait_timeout(lines, left) {
                Ok((lines, _)) => lines,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
    }

    /// The next line that begins with this word, in answer to a command.
    pub(crate) fn ask(&mut self, command: &str, answer: &str) -> Line {
        let seen = lock(&self.log).len();
        self.say(command);
        self.wait(command, |lines| lines[seen..].iter().find(|line| line.is(answer)).cloned())
    }

    /// Everything that it has said so far.
    pub(crate) fn lines(&self) -> Vec<Line> {
        lock(&self.log).clone()
    }

    /// Kills it without warning, and returns all that it said.
    pub(crate) fn kill(mut self) -> Vec<Line> {
        // On Unix this is SIGKILL. It may have ended already.
        let _ = self.child.kill();
        self.ended()
    }

    /// Ends it in good order, and returns all that it said.
    pub(crate) fn end(mut self) -> Vec<Line> {
        drop(self.stdin.take());
        let begin = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) {
            assert!(begin.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
        self.ended()
    }

    fn ended(&mut self) -> Vec<Line> {
        // An error means that it was waited for already.
        let _ = self.child.wait();
        if let Some(reader) = self.reader.take() {
            assert!(reader.join().is_ok(), "the reader panicked");
        }
        std::mem::take(&mut lock(&self.log))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lock(log: &Log) -> std::sync::MutexGuard<'_, Vec<Line>> {
    log.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Resident memory in KiB; 0 where the system does not tell.
pub(crate) fn resident(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

/// Processor time, from the kernel's count in nanoseconds; that of threads that have ended is not
/// in it.
pub(crate) fn cpu(pid: u32) -> Duration {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let spent = threads.filter_map(|task| fs::read_to_string(task.path().join("schedstat")).ok());
    let nanos = spent.filter_map(|text| text.split(' ').next()?.parse::<u64>().ok()).sum();
    Duration::from_nanos(nanos)
}

/// All processes that the system shows.
fn all() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// Processes that this one has started.
pub(crate) fn children(parent: u32) -> Vec<u32> {
    let is_child = |pid: &u32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // Name in brackets, state, parent.
        let field = stat.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').nth(1));
        field.and_then(|field| field.parse().ok()) == Some(parent)
    };
    all().filter(is_child).collect()
}

/// Processes that work in this folder, or below it.
pub(crate) fn working_in(folder: &Path) -> Vec<u32> {
    let is_there = |pid: &u32| {
        fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|path| path.starts_with(folder))
    };
    all().filter(is_there).collect()
}
