//! One run of a program: its start and its end.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use journeyman_core::JobError;
use journeyman_exec::Program;
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};

use super::{
    handler::{Request, ToProgram},
    outlet::Outlet,
    talk::Talk,
};
use crate::{BoxFuture, Life};

/// How a stop ends: with an error when the program had to be killed.
type Stopped = Result<(), JobError>;

/// A run of a program. Dropped without a stop, it stops by itself.
pub(super) struct Run {
    program: Program,
    outlet: Arc<dyn Outlet>,
    /// True when the program is to end.
    stop: watch::Sender<bool>,
    state: Mutex<State>,
}

enum State {
    /// Not started: the commands that will come.
    New(mpsc::Receiver<Request>),
    Started(JoinHandle<Stopped>),
    Over,
}

/// A run, and the handler of its commands.
pub(super) fn new(
    program: Program,
    timeout: Duration,
    outlet: Arc<dyn Outlet>,
) -> (Run, ToProgram) {
    // One is in work at a time, and the session has the others.
    let (requests, receiver) = mpsc::channel(1);
    let run = Run {
        program,
        outlet,
        stop: watch::Sender::new(false),
        state: Mutex::new(State::New(receiver)),
    };
    (run, ToProgram { requests, timeout })
}

impl Run {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spawn(&self) -> Result<(), JobError> {
        let mut state = self.state();
        let State::New(requests) = std::mem::replace(&mut *state, State::Over) else {
            return Err(JobError::failed("this run of the program is over"));
        };
        let talk = Talk::start(&self.program, Arc::clone(&self.outlet), requests)?;
        // Not a task of the context: those are cancelled before the program is told to stop.
        *state = State::Started(tokio::spawn(talk.run(self.stop.subscribe())));
        Ok(())
    }
}

impl Life for Run {
    fn start(&self) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async { self.spawn() })
    }

    fn stop(&self) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async {
            let state = std::mem::replace(&mut *self.state(), State::Over);
            let State::Started(task) = state else { return Ok(()) };
            self.stop.send_replace(true);
            // Dropped meanwhile, the task still comes to its end by itself.
            task.await.unwrap_or_else(|error| {
                Err(JobError::failed(format!("the task of the program is lost: {error}")))
            })
        })
    }
}
