//! mooR, in four variants.

pub(crate) mod backend;
mod errors;
mod folder;
mod master;
mod secrets;
mod values;

use journeyman_core::{JobError, JobErrorKind, Value, capability::Capabilities};
use journeyman_testkit::conformance::{BoxFuture, Fault, Harness, Master, Setup};

pub(crate) use folder::Folder;

/// What workers and daemon speak, and over what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    /// Today's, over ipc.
    Ipc,
    /// Today's, over TCP without encryption.
    Tcp,
    /// Today's, over TCP with CURVE and enrollment.
    Curve,
    /// That of the PASETO era, over TCP.
    Paseto,
}

/// mooR.
#[derive(Debug)]
pub(crate) struct MoorHarness(pub(crate) Wire);

impl Harness for MoorHarness {
    fn name(&self) -> &str {
        match self.0 {
            Wire::Ipc => "moor_ipc",
            Wire::Tcp => "moor_tcp",
            Wire::Curve => "moor_curve",
            Wire::Paseto => "moor_paseto",
        }
    }

    fn capabilities(&self) -> Capabilities {
        journeyman_moor::capabilities(Setup::default().max_message)
    }

    fn code(&self, error: &JobError) -> String {
        errors::code(self.0, error)
    }

    /// The daemons of the PASETO era have fixed texts, and so has one error of today's.
    fn shows_text(&self, error: &JobError) -> bool {
        self.0 != Wire::Paseto && error.kind() != JobErrorKind::NoRoute
    }

    /// What is published while the subscription is down reaches nobody; it fails when the worker
    /// has come back and detached its old id.
    fn is_lost(&self, code: &str, message: &str) -> bool {
        // A handler can give the same error, with another text.
        let text = self.0 == Wire::Paseto || message.ends_with(" detached");
        code == errors::DETACHED && text
    }

    fn redelivers(&self) -> bool {
        false
    }

    /// A second answer does no harm, and one that got lost leaves a task waiting for ever (mooR
    /// sheet, section 12).
    fn repeats_answers(&self) -> bool {
        true
    }

    fn early_connections(&self) -> u64 {
        u64::from(self.0 == Wire::Curve)
    }

    fn carried(&self, value: &Value) -> Option<Value> {
        values::moo(value).map(values::value)
    }

    fn takes(&self, arguments: &Value) -> bool {
        self.carried(arguments).is_some()
    }

    fn arguments(&self, arguments: &Value) -> Value {
        Value::List(values::list(arguments).to_vec())
    }

    fn can(&self, fault: Fault) -> bool {
        // Connections over ipc can be neither cut nor frozen from outside of both processes.
        let tcp = self.0 != Wire::Ipc;
        match fault {
            Fault::HoldRegistrations
            | Fault::ReleaseRegistrations
            | Fault::DeliverTwice
            | Fault::Garbage
            | Fault::Down
            | Fault::Up => true,
            Fault::Cut
            | Fault::Goodbye
            | Fault::Silence
            | Fault::BrokenFraming
            | Fault::Blackhole
            | Fault::Throttle(_)
            | Fault::GoodNetwork => tcp,
            other => panic!("a new fault, {other:?}, needs an answer"),
        }
    }

    fn has_network(&self) -> bool {
        self.0 != Wire::Ipc
    }

    fn secrets(&self) -> Vec<String> {
        secrets::of(self.0)
    }

    fn start(&self, setup: Setup) -> BoxFuture<'_, Result<Box<dyn Master>, String>> {
        Box::pin(async move {
            let master = master::MoorMaster::start(self.0, setup).await?;
            Ok(Box::new(master) as Box<dyn Master>)
        })
    }
}
