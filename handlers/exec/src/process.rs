//! A program that runs.

use std::{io, process::ExitStatus, time::Duration};

use tokio::{
    process::{Child, ChildStderr, ChildStdin, ChildStdout},
    time::timeout,
};

use crate::{Group, Tail};

/// How much of the end of standard error is kept, in bytes.
const TAIL: usize = 4 << 10;
/// How long output is waited for that children of an ended program may still hold back.
const REST_GRACE: Duration = Duration::from_millis(500);

/// A started program. When it is dropped, the program and all that it has started are killed.
#[derive(Debug)]
pub struct Process {
    child: Child,
    group: Group,
    stderr: Tail<ChildStderr>,
    ended: bool,
}

/// What happens to a program beside what it says on standard output.
#[derive(Debug)]
pub enum Happened<'a> {
    /// It wrote this to standard error; nothing when it has closed it.
    Stderr(&'a [u8]),
    /// It has ended. What it has started may go on.
    Ended,
}

impl Process {
    pub(crate) fn new(mut child: Child) -> Option<Self> {
        let group = Group::of(&child);
        let stderr = Tail::new(child.stderr.take()?, TAIL);
        Some(Self { child, group, stderr, ended: false })
    }

    /// Its number; `None` once it was waited for.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Its standard input, once. It is closed by dropping it.
    pub fn take_stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// Its standard output, once.
    pub fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// Waits until it writes to standard error, or ends, which is told once. Standard error must be
    /// read, or the program stands still when the pipe is full.
    ///
    /// # Cancel safety
    /// Nothing is lost when it is dropped.
    pub async fn happened(&mut self) -> Happened<'_> {
        tokio::select! {
            new = self.stderr.read() => Happened::Stderr(new),
            // An error means that there is nothing to wait for.
            _ = self.child.wait(), if !self.ended => {
                self.ended = true;
                Happened::Ended
            }
        }
    }

    /// Whether its end was seen.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// Waits until it has ended, at most so long, and reads standard error meanwhile. Whether it has.
    ///
    /// # Cancel safety
    /// It may be dropped and called again at any time.
    pub async fn exit(&mut self, limit: Duration) -> bool {
        let ended = async {
            while !self.ended {
                self.happened().await;
            }
        };
        // Not in time: it goes on.
        let _ = timeout(limit, ended).await;
        self.ended
    }

    /// Asks it, and all that it has started, to stop (SIGTERM).
    pub fn terminate(&self) {
        self.group.terminate();
    }

    /// Kills what is left of it and of all that it has started, and waits for its end.
    ///
    /// # Errors
    /// It cannot be waited for.
    ///
    /// # Cancel safety
    /// It may be dropped and called again at any time.
    pub async fn end(&mut self) -> io::Result<ExitStatus> {
        self.group.kill();
        // For systems without groups. An error means that it has ended.
        let _ = self.child.start_kill();
        let status = self.child.wait().await;
        self.ended = true;
        status
    }

    /// Its standard error, for those who want to read the rest of it themselves.
    pub fn stderr(&mut self) -> &mut Tail<ChildStderr> {
        &mut self.stderr
    }

    /// The end of its standard error, what is still on its way included. For a program that has
    /// ended.
    ///
    /// # Cancel safety
    /// It may be dropped and called again at any time.
    pub async fn last_words(&mut self) -> String {
        let rest = async {
            while self.stderr.is_open() {
                self.stderr.read().await;
            }
        };
        // What has left the group may hold it open for ever.
        let _ = timeout(REST_GRACE, rest).await;
        self.stderr.text()
    }
}

/// Whatever happens to its owner: nothing of the program survives it.
impl Drop for Process {
    fn drop(&mut self) {
        self.group.kill();
    }
}
