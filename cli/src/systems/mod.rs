//! The systems that the program knows. Each is one file or folder here and one line in [`all`].

mod crowdcompute;
mod distworker;
mod halloween;
mod json;
mod memory;
mod moor;
mod tasker;

use std::{future::Future, pin::Pin, time::Duration};

use journeyman_core::{
    JobErrorKind, Router, Serve, Value,
    capability::{Capabilities, Need},
};

use crate::{
    bench::{PeerArgs, Peers, WorkerArgs},
    dev::DevArgs,
    doctor::{Check, DoctorArgs},
    exit::{Code, Failure},
    submit::SubmitArgs,
};

/// A future that is returned from a trait. It is awaited in `main` and need not be `Send`.
pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// All systems, in the order in which they are shown.
pub(crate) fn all() -> [&'static dyn System; 6] {
    [
        &memory::MemorySystem,
        &distworker::DistWorkerSystem,
        &moor::MoorSystem,
        &halloween::HalloweenSystem,
        &crowdcompute::CrowdComputeSystem,
        &tasker::TaskerSystem,
    ]
}

/// The system of this name.
pub(crate) fn named(name: &str) -> Result<&'static dyn System, Failure> {
    all().into_iter().find(|system| system.name() == name).ok_or_else(|| {
        let known: Vec<_> = all().iter().map(|system| system.name()).collect();
        Failure::usage(format!("there is no system `{name}`; known are {}", known.join(", ")))
    })
}

/// What is known about one system.
pub(crate) trait System: Sync {
    /// Its name, also as `type` in the configuration file.
    fn name(&self) -> &'static str;

    /// How its URIs look; `None` if there is nothing to connect to.
    fn uri_form(&self) -> Option<&'static str> {
        None
    }

    /// Whether a URI is one of its own.
    fn knows(&self, _uri: &str) -> bool {
        false
    }

    /// A server from a URI that it knows.
    fn target_of_uri(&self, _uri: &str) -> Result<Box<dyn Target>, Failure> {
        Err(self.nothing_to("connect to"))
    }

    /// A server from its section of the configuration file.
    fn target_of_section(&self, _section: toml::Table) -> Result<Box<dyn Target>, Failure> {
        Err(self.nothing_to("connect to"))
    }

    /// Starts the stand-in server in this process, with these names of jobs.
    fn stand_in(
        &self,
        routes: &[String],
        connections: usize,
    ) -> Boxed<'_, Result<Box<dyn StandIn>, Failure>>;

    /// The roads that `journeyman bench` measures one by one; one without a name if there is one
    /// only.
    fn roads(&self) -> &'static [&'static str] {
        &[""]
    }

    /// How many jobs `journeyman bench` has under way at a time, one measurement for each.
    fn windows(&self) -> &'static [u16] {
        &[8]
    }

    /// Starts what `journeyman bench` measures.
    fn bench(&self, args: PeerArgs) -> Boxed<'_, Result<Box<dyn Peers>, Failure>>;

    /// The main of the process under test.
    fn bench_worker<'a>(&'a self, args: &'a WorkerArgs) -> Boxed<'a, Result<Code, Failure>>;

    /// Runs the stand-in server as a local server.
    fn dev(&self, _args: DevArgs) -> Boxed<'_, Result<Code, Failure>> {
        let failure = self.nothing_to("run as a local server");
        Box::pin(async { Err(failure) })
    }

    /// Whether a URI is the address of its submitting side.
    fn takes_jobs_at(&self, _uri: &str) -> bool {
        false
    }

    /// Submits one job from outside.
    fn submit(&self, _args: SubmitArgs) -> Boxed<'_, Result<Code, Failure>> {
        let failure = self.nothing_to("submit to");
        Box::pin(async { Err(failure) })
    }

    fn nothing_to(&self, what: &str) -> Failure {
        Failure::usage(format!(
            "`{}` lives inside of one program; there is nothing to {what}",
            self.name()
        ))
    }
}

/// A server that a worker can be connected to.
pub(crate) trait Target {
    /// Which one it is, for people; without secrets.
    fn describe(&self) -> String;

    /// What it offers.
    fn capabilities(&self) -> Capabilities;

    /// What its extractors need: their names, and that.
    fn extractors(&self) -> Vec<(&'static str, &'static [Need])>;

    /// Environment variables that hold its secrets.
    fn secret_variables(&self) -> Vec<String>;

    /// As a backend to serve.
    ///
    /// # Errors
    /// It takes another program to work for it.
    fn serve(&self) -> Result<Serve, Failure>;

    /// Whether names of its jobs can have dots.
    fn takes_dots(&self) -> bool {
        true
    }

    /// Looks step by step whether it can be worked for.
    fn check<'a>(&'a self, check: &'a mut Check, args: &'a DoctorArgs) -> Boxed<'a, ()>;
}

/// A server from a URI, of whatever system.
pub(crate) fn from_uri(uri: &str) -> Result<Box<dyn Target>, Failure> {
    let systems = all();
    let Some(system) = systems.iter().find(|system| system.knows(uri)) else {
        let scheme = uri.split_once("://").map_or("", |(scheme, _)| scheme);
        let forms: Vec<_> = systems.iter().filter_map(|system| system.uri_form()).collect();
        return Err(Failure::usage(format!(
            "no system has URIs that begin with `{}`; write one of: {}",
            scheme.chars().take(40).collect::<String>() + "://",
            forms.join(", ")
        )));
    };
    system.target_of_uri(uri)
}

/// A running stand-in server, and the submitting side of its system.
pub(crate) trait StandIn {
    /// Where it listens, for people.
    fn place(&self) -> String;

    /// How jobs are submitted to it, for people.
    fn road(&self) -> String;

    /// The backend that the worker serves; can be taken once.
    fn backend(&mut self) -> Result<Serve, Failure>;

    /// Whether its wire carries this value.
    fn carries(&self, value: &Value) -> bool;

    /// Whether a value that came back is the one that was sent, by what its wire can tell apart.
    fn same(&self, sent: &Value, got: &Value) -> bool;

    /// What a failed job shows as its code.
    fn code(&self, kind: JobErrorKind) -> &'static str;

    /// What a job that failed with a code of the handler's own shows as its code.
    fn own_code(&self, code: &'static str) -> &'static str {
        code
    }

    /// Whether a job that failed is over. Else its system tries it again without end.
    fn ends_failed_jobs(&self) -> bool {
        true
    }

    /// Whether its submitting side sees progress.
    fn shows_progress(&self) -> bool {
        true
    }

    /// Whether a job that is submitted can say how long it may take.
    fn takes_time_limits(&self) -> bool {
        true
    }

    /// Adds what serves jobs that only this system has.
    fn extend(&self, router: Router) -> Router {
        router
    }

    /// Jobs that only this system has, with what must come back; `turn` is a different number each
    /// time.
    fn own_jobs(&self, _turn: i64) -> Vec<(Call, Value)> {
        Vec::new()
    }

    /// Submits a job and waits for its end.
    fn submit<'a>(&'a self, call: &'a Call) -> Boxed<'a, Result<Ended, String>>;

    /// Stops it.
    fn stop(&self) -> Boxed<'_, ()>;
}

/// A job to submit, in words that every system can put into its own.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) route: &'static str,
    pub(crate) args: CallArgs,
    pub(crate) timeout: Option<Duration>,
    /// Whether progress is wanted.
    pub(crate) watch: bool,
}

/// Arguments in a form that does not depend on the system.
#[derive(Clone, Debug)]
pub(crate) enum CallArgs {
    /// One value, and what comes back is one, too.
    Value(Value),
    /// Named ones.
    Named(Vec<(&'static str, Value)>),
}

/// How a job ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) outcome: Result<Value, Fault>,
    pub(crate) progress: Vec<f64>,
}

/// The error of a job, as its submitter sees it.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) code: String,
    pub(crate) message: String,
}
