//! A program and all that it starts.

use tokio::process::Child;

/// The process group of a program. On systems without process groups only the program itself is
/// killed, by the runtime.
#[derive(Debug)]
pub struct Group {
    #[cfg(unix)]
    leader: Option<rustix::process::Pid>,
}

impl Group {
    /// The group that this child leads: it was started with `process_group(0)` and has not been
    /// waited for.
    pub fn of(child: &Child) -> Self {
        #[cfg(unix)]
        {
            let id = child.id().and_then(|id| i32::try_from(id).ok());
            Self { leader: id.and_then(rustix::process::Pid::from_raw) }
        }
        #[cfg(not(unix))]
        {
            let _ = child;
            Self {}
        }
    }

    /// Asks all of it to stop (SIGTERM).
    pub fn terminate(&self) {
        #[cfg(unix)]
        if let Some(leader) = self.leader {
            // An error means that nobody is left.
            let _ = rustix::process::kill_process_group(leader, rustix::process::Signal::TERM);
        }
    }

    /// Kills all of it (SIGKILL), once: afterwards its number may be another's. The number stays
    /// taken while anybody of the group is left; if nobody is, it is not given out again within the
    /// moment between the end of the leader and this call, since numbers go round.
    pub fn kill(&mut self) {
        #[cfg(unix)]
        if let Some(leader) = self.leader.take() {
            let _ = rustix::process::kill_process_group(leader, rustix::process::Signal::KILL);
        }
    }
}
