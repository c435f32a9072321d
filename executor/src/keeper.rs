//! The thread that starts and buries processes.
//!
//! A child is told to die with its parent, and to the kernel that is the thread which started it.
//! So one thread starts them all and lives as long as the executor. It also waits for those that
//! end, so that none stays as a zombie, and needs no runtime for it.

use std::{
    collections::HashMap,
    io,
    os::{
        fd::OwnedFd,
        unix::process::{CommandExt as _, ExitStatusExt as _},
    },
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid,
};
use tokio::sync::oneshot;

use crate::{config::User, scratch, scratch::Root};

/// How long a process that closed its pipe has to end by itself, so that its status can be told.
const GRACE: Duration = Duration::from_millis(200);
const GLANCE: Duration = Duration::from_millis(2);

/// How interpreters are started.
#[derive(Debug)]
pub(crate) struct Recipe {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
    pub(crate) environment: Vec<(String, std::ffi::OsString)>,
    pub(crate) user: Option<User>,
}

/// A process and the host's ends of its pipes.
#[derive(Debug)]
pub(crate) struct Started {
    pub(crate) pid: Pid,
    pub(crate) requests: OwnedFd,
    pub(crate) answers: OwnedFd,
    pub(crate) output: OwnedFd,
}

enum Order {
    Start { folder: PathBuf, reply: oneshot::Sender<io::Result<Started>> },
    Bury { pid: Pid, folder: PathBuf, reply: Option<oneshot::Sender<String>> },
    Stop(oneshot::Sender<()>),
}

/// Orders to the thread. It ends, after killing what is left, when all of these are gone.
#[derive(Clone, Debug)]
pub(crate) struct Keeper(Sender<Order>);

impl Keeper {
    pub(crate) fn start(recipe: Recipe, root: Arc<Root>) -> io::Result<Self> {
        let (orders, inbox) = channel();
        let (graves, cleaners) = (Vec::new(), Vec::new());
        let state = State { recipe, root, children: HashMap::new(), graves, cleaners };
        std::thread::Builder::new()
            .name("journeyman-python".to_owned())
            .spawn(move || state.run(&inbox))?;
        Ok(Self(orders))
    }

    /// Starts an interpreter in this folder.
    pub(crate) async fn spawn(&self, folder: PathBuf) -> io::Result<Started> {
        let (reply, answer) = oneshot::channel();
        let gone = || io::Error::other("the executor was shut down");
        self.0.send(Order::Start { folder, reply }).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    /// Kills a process with its group now, waits for it and removes its folder later.
    pub(crate) fn bury(&self, pid: Pid, folder: PathBuf) {
        kill(pid);
        // Without the thread, everything was buried already.
        let _ = self.0.send(Order::Bury { pid, folder, reply: None });
    }

    /// Waits for a process that seems to have ended, and says how; kills it if it has not.
    pub(crate) async fn autopsy(&self, pid: Pid, folder: PathBuf) -> String {
        let (reply, answer) = oneshot::channel();
        let _ = self.0.send(Order::Bury { pid, folder, reply: Some(reply) });
        answer.await.unwrap_or_else(|_| "ended".to_owned())
    }

    /// Kills everything, waits for it, and removes all folders.
    pub(crate) async fn stop(&self) {
        let (reply, answer) = oneshot::channel();
        if self.0.send(Order::Stop(reply)).is_ok() {
            let _ = answer.await;
        }
    }
}

/// The process, and its group if it leads one already.
pub(crate) fn kill(pid: Pid) {
    // Errors mean that nobody is there. The number is not another's: nobody has waited for it yet.
    let _ = kill_process_group(pid, Signal::KILL);
    let _ = kill_process(pid, Signal::KILL);
}

struct Grave {
    pid: Pid,
    child: Child,
    folder: PathBuf,
    reply: Option<oneshot::Sender<String>>,
    /// When it is killed, if it has not ended; `None` if it was.
    patience: Option<Instant>,
}

struct State {
    recipe: Recipe,
    root: Arc<Root>,
    children: HashMap<Pid, Child>,
    graves: Vec<Grave>,
    /// Threads that remove folders.
    cleaners: Vec<JoinHandle<()>>,
}

impl State {
    fn run(mut self, inbox: &Receiver<Order>) {
        let mut stopped = None;
        loop {
            let order = if self.graves.is_empty() {
                inbox.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                inbox.recv_timeout(GLANCE)
            };
            match order {
                Ok(Order::Start { folder, reply }) => self.spawn(folder, reply),
                Ok(Order::Bury { pid, folder, reply }) => self.bury(pid, folder, reply),
                Ok(Order::Stop(reply)) => {
                    stopped = Some(reply);
                    break;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.cleaners.retain(|cleaner| !cleaner.is_finished());
            self.graves.retain_mut(|grave| !grave.closed(&mut self.cleaners));
        }
        self.end();
        if let Some(reply) = stopped {
            let _ = reply.send(());
        }
    }

    fn spawn(&mut self, folder: PathBuf, reply: oneshot::Sender<io::Result<Started>>) {
        if reply.is_closed() {
            scratch::remove(&folder);
            return;
        }
        let result = self.spawn_in(&folder);
        if let Err(Ok(started)) = reply.send(result) {
            // Nobody waits for it any more.
            kill(started.pid);
            self.bury(started.pid, folder, None);
        }
    }

    fn spawn_in(&mut self, folder: &PathBuf) -> io::Result<Started> {
        let recipe = &self.recipe;
        let mut command = Command::new(&recipe.program);
        command
            .args(&recipe.arguments)
            .env_clear()
            .envs(recipe.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(user) = recipe.user {
            command.uid(user.uid).gid(user.gid);
        }
        let mut child = command.spawn()?;
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        match (pid, child.stdin.take(), child.stdout.take(), child.stderr.take()) {
            (Some(pid), Some(requests), Some(answers), Some(output)) => {
                self.children.insert(pid, child);
                Ok(Started {
                    pid,
                    requests: requests.into(),
                    answers: answers.into(),
                    output: output.into(),
                })
            }
            _ => Err(io::Error::other("the process has no pipes")),
        }
    }

    fn bury(&mut self, pid: Pid, folder: PathBuf, reply: Option<oneshot::Sender<String>>) {
        let Some(child) = self.children.remove(&pid) else { return };
        let patience = reply.is_some().then(|| Instant::now() + GRACE);
        if patience.is_none() {
            kill(pid);
        }
        self.graves.push(Grave { pid, child, folder, reply, patience });
    }

    /// Kills all that is left and waits for it: nothing survives the executor.
    fn end(mut self) {
        for (pid, child) in self.children.drain() {
            kill(pid);
            let folder = PathBuf::new();
            self.graves.push(Grave { pid, child, folder, reply: None, patience: None });
        }
        for mut grave in self.graves {
            kill(grave.pid);
            let _ = grave.child.wait();
        }
        for cleaner in self.cleaners {
            let _ = cleaner.join();
        }
        self.root.remove();
    }
}

impl Grave {
    /// Whether it has ended; then it is reaped, and its folder about to be removed.
    fn closed(&mut self, cleaners: &mut Vec<JoinHandle<()>>) -> bool {
        if !has_ended(self.pid) {
            if self.patience.is_some_and(|end| Instant::now() >= end) {
                self.patience = None;
                kill(self.pid);
            }
            return false;
        }
        // Whoever is left of its group. Before it is waited for: until then, its number is nobody
        // else's.
        let _ = kill_process_group(self.pid, Signal::KILL);
        let status = match self.child.try_wait() {
            Ok(Some(status)) => how(status, self.patience.is_none() && self.reply.is_some()),
            Ok(None) => return false,
            Err(error) => format!("ended ({error})"),
        };
        // What hostile code made may take long to remove, and others wait for this thread.
        if scratch::is_used(&self.folder) {
            let folder = self.folder.clone();
            let work = move || scratch::remove(&folder);
            match std::thread::Builder::new().name("journeyman-scratch".to_owned()).spawn(work) {
                Ok(cleaner) => cleaners.push(cleaner),
                Err(_) => scratch::remove(&self.folder),
            }
        } else {
            scratch::remove(&self.folder);
        }
        if let Some(reply) = self.reply.take() {
            let _ = reply.send(status);
        }
        true
    }
}

/// Whether it has ended; it can still be waited for.
fn has_ended(pid: Pid) -> bool {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    waitid(WaitId::Pid(pid), options).map_or(true, |status| status.is_some())
}

fn how(status: ExitStatus, by_us: bool) -> String {
    match (status.signal(), status.code()) {
        (Some(_), _) if by_us => "closed its pipe to the worker".to_owned(),
        (Some(signal), _) => {
            let meaning = match signal {
                4 => " (SIGILL, an illegal instruction)",
                6 => " (SIGABRT, it gave up)",
                7 => " (SIGBUS, a crash)",
                8 => " (SIGFPE)",
                9 => " (SIGKILL: by itself, or by the system, which may be out of memory)",
                11 => " (SIGSEGV, a crash)",
                15 => " (SIGTERM)",
                24 => " (SIGXCPU)",
                31 => " (SIGSYS, a forbidden system call)",
                _ => "",
            };
            format!("was killed by signal {signal}{meaning}")
        }
        (None, Some(code)) => format!("ended with status {code}"),
        (None, None) => "ended".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_it_ended() {
        assert_eq!(how(ExitStatus::from_raw(3 << 8), false), "ended with status 3");
        assert!(how(ExitStatus::from_raw(11), false).contains("signal 11 (SIGSEGV"));
        assert_eq!(how(ExitStatus::from_raw(9), true), "closed its pipe to the worker");
    }
}
