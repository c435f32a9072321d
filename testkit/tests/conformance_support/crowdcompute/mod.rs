//! CrowdCompute, in both eras, on the stand-in foreman.

mod backend;
mod errors;
mod master;

use journeyman_core::{JobError, Value, capability::Capabilities};
use journeyman_crowdcompute::{Config, EraSetting, Native};
use journeyman_testkit::{
    conformance::{BoxFuture, Fault, Harness, Master, Setup},
    crowdcompute::Era,
};

use super::pyjson;

/// CrowdCompute.
#[derive(Debug)]
pub(crate) struct CrowdComputeHarness(pub(crate) Era);

/// The settings of its worker, but for where the foreman is.
fn config(era: Era, setup: &Setup) -> Config {
    let era = match era {
        Era::Seed => EraSetting::Seed,
        _ => EraSetting::Auto,
    };
    let mut config = Config::default().worker_id("conformance").era(era);
    for route in &setup.routes {
        config = config.native(Native::named(function(route)).route(route));
    }
    config.max_concurrent_tasks(setup.parallel).max_message_size(setup.max_message)
}

/// The function that a route serves: Python's names have no dots.
fn function(route: &str) -> String {
    route.replace('.', "_")
}

impl Harness for CrowdComputeHarness {
    fn name(&self) -> &str {
        match self.0 {
            Era::Seed => "crowdcompute_seed",
            _ => "crowdcompute",
        }
    }

    fn capabilities(&self) -> Capabilities {
        journeyman_crowdcompute::capabilities(&config(self.0, &Setup::default()))
    }

    fn code(&self, error: &JobError) -> String {
        errors::code(error.kind()).to_owned()
    }

    fn is_lost(&self, code: &str, _message: &str) -> bool {
        code == errors::LOST
    }

    /// What was written when a connection broke may have arrived.
    fn repeats_answers(&self) -> bool {
        true
    }

    /// An answer would bring the next task.
    fn tells_late_jobs(&self) -> bool {
        false
    }

    /// A foreman has no use for a result of a task that it does not know, but does not say so.
    fn forgets(&self) -> bool {
        false
    }

    /// Today's foreman gives the task of an id that is not connected to the next one that is free,
    /// another registration of the same worker included (CrowdCompute sheet, section 16).
    fn takes_back(&self) -> bool {
        self.0 != Era::Seed
    }

    fn carried(&self, value: &Value) -> Option<Value> {
        pyjson::carries(value).then(|| value.clone())
    }

    /// The only argument is in a list already, and nobody would put it into one more.
    fn takes(&self, arguments: &Value) -> bool {
        let wrapped = matches!(arguments, Value::List(items) if items.len() == 1);
        !wrapped && pyjson::carries(arguments)
    }

    /// A task has one argument.
    fn arguments(&self, arguments: &Value) -> Value {
        Value::List(vec![arguments.clone()])
    }

    fn can(&self, fault: Fault) -> bool {
        match fault {
            // A foreman answers no registration, so there is nothing to hold back.
            Fault::HoldRegistrations | Fault::ReleaseRegistrations => false,
            Fault::Cut
            | Fault::Goodbye
            | Fault::Silence
            | Fault::DeliverTwice
            | Fault::Garbage
            | Fault::BrokenFraming
            | Fault::Down
            | Fault::Up
            | Fault::Blackhole
            | Fault::Throttle(_)
            | Fault::GoodNetwork => true,
            other => panic!("a new fault, {other:?}, needs an answer"),
        }
    }

    fn has_network(&self) -> bool {
        true
    }

    fn start(&self, setup: Setup) -> BoxFuture<'_, Result<Box<dyn Master>, String>> {
        Box::pin(async move {
            let master = master::CrowdComputeMaster::start(self.0, setup).await?;
            Ok(Box::new(master) as Box<dyn Master>)
        })
    }
}
