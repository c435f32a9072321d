//! Halloween props, in three variants, on the stand-in broker.

mod backend;
mod book;
mod errors;
mod master;

use journeyman_core::{JobError, JobErrorKind, Value, capability::Capabilities};
use journeyman_halloween::{Ack, Config, Form, MqttVersion};
use journeyman_testkit::{
    conformance::{BoxFuture, Fault, Harness, Master, Setup},
    halloween::User,
};

use super::pyjson;

/// What is spoken, and what the broker keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bus {
    /// MQTT 5: commands ask for answers. The broker keeps them until they are done.
    Settled,
    /// MQTT 5: as above, but commands are acknowledged when they come in.
    Receipt,
    /// MQTT 3.1.1, texts in JSON: results are telemetry. The broker keeps commands until they are
    /// done, and its acknowledgements tell when one is.
    Old,
}

impl Bus {
    fn keeps(self) -> bool {
        self != Self::Receipt
    }

    fn form(self) -> Form {
        if self == Self::Old { Form::Json } else { Form::Python }
    }

    /// The settings of its props, but for where the broker is.
    fn config(self) -> Config {
        let (user, password) = user();
        let config = Config::new("127.0.0.1").credentials(user, password).client_id(master::HOST);
        let config = config.form(self.form()).ack(match self.keeps() {
            true => Ack::Settled,
            false => Ack::Receipt,
        });
        config.mqtt(if self == Self::Old { MqttVersion::V311 } else { MqttVersion::V5 })
    }
}

/// The one of the broker's users that the props are.
fn user() -> (String, String) {
    let users = User::halloween();
    let worker = users.into_iter().find(|user| user.name == "worker");
    let worker = worker.expect("the props' broker has a user for them");
    (worker.name, worker.password)
}

/// Halloween.
#[derive(Debug)]
pub(crate) struct HalloweenHarness(pub(crate) Bus);

impl Harness for HalloweenHarness {
    fn name(&self) -> &str {
        match self.0 {
            Bus::Settled => "halloween",
            Bus::Receipt => "halloween_receipt",
            Bus::Old => "halloween_v311",
        }
    }

    fn capabilities(&self) -> Capabilities {
        let config = self.0.config().max_message_size(Setup::default().max_message);
        journeyman_halloween::capabilities(&config)
    }

    fn code(&self, error: &JobError) -> String {
        errors::code(error).to_owned()
    }

    fn shows_text(&self, error: &JobError) -> bool {
        error.kind() != JobErrorKind::NoRoute
    }

    /// Without a subscription nothing comes; and where the broker keeps commands, this one stays.
    fn tells_late_jobs(&self) -> bool {
        false
    }

    /// An MQTT 5 broker knows what is too large.
    fn spares_worker(&self) -> bool {
        self.0 != Bus::Old
    }

    fn forgets(&self) -> bool {
        false
    }

    /// MQTT 3.1.1 has nothing by which an error could name its command.
    fn tells_jobs_apart(&self) -> bool {
        self.0 != Bus::Old
    }

    fn redelivers(&self) -> bool {
        false
    }

    /// An answer has QoS 1, and telemetry has no confirmation at all: both are sent again when the
    /// connection broke before they were surely out.
    fn repeats_answers(&self) -> bool {
        true
    }

    fn carried(&self, value: &Value) -> Option<Value> {
        pyjson::carries(value).then(|| value.clone())
    }

    /// No argument is an empty list; and a text that is JSON is read as such, unless the bus is all
    /// JSON (Halloween sheet, section 3.1, and the table of call shapes).
    fn arguments(&self, arguments: &Value) -> Value {
        match arguments {
            Value::Null => Value::List(Vec::new()),
            Value::String(text) if self.0.form() == Form::Python => {
                pyjson::parse(text).unwrap_or_else(|| arguments.clone())
            }
            _ => arguments.clone(),
        }
    }

    fn can(&self, fault: Fault) -> bool {
        match fault {
            Fault::Goodbye
            | Fault::HoldRegistrations
            | Fault::ReleaseRegistrations
            | Fault::Garbage
            | Fault::Down
            | Fault::Up => true,
            // Jobs have no names on this wire: two deliveries are two jobs.
            Fault::DeliverTwice => false,
            // Where the broker keeps nothing, nobody can tell which commands were lost.
            Fault::Cut | Fault::Silence | Fault::BrokenFraming => self.0.keeps(),
            // Commands that are run a second time cannot be told from others on 3.1.1.
            Fault::Blackhole | Fault::Throttle(_) | Fault::GoodNetwork => self.has_network(),
            other => panic!("a new fault, {other:?}, needs an answer"),
        }
    }

    fn has_network(&self) -> bool {
        self.0 == Bus::Settled
    }

    fn secrets(&self) -> Vec<String> {
        vec![user().1]
    }

    fn start(&self, setup: Setup) -> BoxFuture<'_, Result<Box<dyn Master>, String>> {
        Box::pin(async move {
            let master = master::HalloweenMaster::start(self.0, setup).await?;
            Ok(Box::new(master) as Box<dyn Master>)
        })
    }
}
