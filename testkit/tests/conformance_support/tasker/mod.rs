//! Tasker, on the stand-in orchestrator. There is no wire: the way to the server is a channel, and
//! its faults are those of [`channel::FaultChannel`].

mod backend;
mod channel;
mod errors;
mod master;
mod rough;
mod switches;

use std::time::Duration;

use journeyman_core::{JobError, Secret, Value, capability::Capabilities};
use journeyman_tasker::{Config, channel::ChannelInfo};
use journeyman_testkit::conformance::{BoxFuture, Fault, Harness, Master, Setup};

use super::pyjson;

/// What the channel is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// It wakes its taker, publishes events and can be told to claim no more; results are objects.
    Woken,
    /// As upstream's `poll`: it has to be looked at, and is told nothing. Results are as handlers
    /// return them.
    Polled,
}

/// The password of a database that the settings name; nothing connects to it here.
const PASSWORD: &str = "conformance-password";

impl Way {
    fn kind(self) -> switches::Kind {
        let able = self == Self::Woken;
        switches::Kind { wakes: able, publishes: able, stops: able, timeout: None }
    }

    /// The settings of its worker. A step without a limit in its template has none at all, so that
    /// the worker's own can be seen.
    fn config(self, setup: &Setup) -> Config {
        let url = format!("postgresql://tasker:{PASSWORD}@localhost/tasker");
        Config::new()
            .worker_id("conformance")
            .step_timeout(None::<Duration>)
            .max_waiting(setup.max_waiting)
            .max_result_size(setup.max_message)
            .wrap_results(self == Self::Woken)
            .database_url(Secret::from(url))
    }
}

/// Tasker.
#[derive(Debug)]
pub(crate) struct TaskerHarness(pub(crate) Way);

impl Harness for TaskerHarness {
    fn name(&self) -> &str {
        match self.0 {
            Way::Woken => "tasker",
            Way::Polled => "tasker_polled",
        }
    }

    fn capabilities(&self) -> Capabilities {
        let kind = self.0.kind();
        let info = ChannelInfo::default().wakes(kind.wakes).publishes(kind.publishes);
        journeyman_tasker::capabilities(&self.0.config(&Setup::default()), &info)
    }

    fn code(&self, error: &JobError) -> String {
        errors::code(error)
    }

    fn is_lost(&self, code: &str, _message: &str) -> bool {
        [errors::LOST, errors::SPOILT].contains(&code)
    }

    /// An answer is to an event, and the channel refuses those that it does not know.
    fn offers_forgotten(&self) -> bool {
        true
    }

    /// A step that was not claimed stays in the queue, for the next worker. Where claims go on, it is
    /// answered.
    fn tells_late_jobs(&self) -> bool {
        !self.0.kind().stops
    }

    /// JSON, as upstream's library reads it and PostgreSQL stores it: whole numbers of 64 bits, no NaN,
    /// no negative zero, and no text with the character NUL. The stand-in would carry the last but one,
    /// and would not make an integer of 1e16.
    fn carried(&self, value: &Value) -> Option<Value> {
        fn is_stored(value: &Value) -> bool {
            match value {
                Value::Float(value) if *value == 0.0 => value.is_sign_positive(),
                Value::Float(value) => {
                    value.is_finite() && !(1e16..2_f64.powi(64)).contains(&value.abs())
                }
                Value::BigInt(value) => value.as_str().parse::<u64>().is_ok(),
                Value::String(text) => !text.contains('\0'),
                Value::List(items) => items.iter().all(is_stored),
                Value::Map(pairs) => {
                    pairs.iter().all(|(key, value)| is_stored(key) && is_stored(value))
                }
                _ => true,
            }
        }
        (pyjson::carries(value) && is_stored(value)).then(|| value.clone())
    }

    /// A result should be an object (Tasker sheet, section 6), so that it is made one.
    fn result(&self, value: &Value) -> Option<Value> {
        let carried = self.carried(value)?;
        Some(match (self.0, carried) {
            (Way::Polled, carried) | (Way::Woken, carried @ Value::Map(_)) => carried,
            (Way::Woken, Value::Null) => Value::Map(Vec::new()),
            (Way::Woken, carried) => Value::object([("value", carried)]),
        })
    }

    fn can(&self, fault: Fault) -> bool {
        match fault {
            Fault::Cut
            | Fault::DeliverTwice
            | Fault::Garbage
            | Fault::Down
            | Fault::Up
            | Fault::GoodNetwork => true,
            // A channel has one way to end, and one that is silent has nothing to do: there is no
            // heartbeat (Tasker sheet, section 7).
            Fault::Goodbye | Fault::Silence => false,
            // Nobody registers.
            Fault::HoldRegistrations | Fault::ReleaseRegistrations => false,
            // Events are not framed, and there is no network.
            Fault::BrokenFraming | Fault::Blackhole | Fault::Throttle(_) => false,
            other => panic!("a new fault, {other:?}, needs an answer"),
        }
    }

    fn is_seeded(&self) -> bool {
        true
    }

    fn secrets(&self) -> Vec<String> {
        vec![PASSWORD.to_owned()]
    }

    fn start(&self, setup: Setup) -> BoxFuture<'_, Result<Box<dyn Master>, String>> {
        let master = master::TaskerMaster::start(self.0, setup);
        Box::pin(async { Ok(Box::new(master) as Box<dyn Master>) })
    }
}
