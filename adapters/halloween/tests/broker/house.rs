//! A house with one observer, and short ways to start props in it.

use std::time::Duration;

use journeyman_core::{Router, StartedWorker, Worker, session::SessionState};
use journeyman_halloween::{ArgText, Config, Prop, PropConfig};
use journeyman_mqtt::{MqttTransport, Protocol, Publish, QoS, Subscribe};

use crate::support::{LONG, delivery, mosquitto::Mosquitto, open, published, subscribed};

/// Takes everybody, and forgets nothing when it is killed.
pub(crate) const LASTING: &str = "listener {port} 127.0.0.1\nallow_anonymous true\n\
    persistence true\npersistence_location {folder}/\nautosave_on_changes true\n\
    autosave_interval 1\n";

pub(crate) fn config(broker: &Mosquitto) -> Config {
    Config::new("127.0.0.1")
        .port(broker.address.port())
        .credentials("", "")
        .reconnect_interval(Duration::from_millis(50))
}

async fn echo(arg: ArgText) -> Option<String> {
    arg.0
}

async fn tick(prop: Prop) -> Result<(), journeyman_core::JobError> {
    prop.telemetry("tick", &1).await
}

/// What the props here can do.
pub(crate) fn router() -> Router {
    Router::new().route("echo", echo).route("tick", tick)
}

pub(crate) fn start(prop: PropConfig) -> StartedWorker {
    Worker::new(router()).serve(prop).start().unwrap()
}

pub(crate) fn fogger(config: Config) -> PropConfig {
    PropConfig::new(config, "fogger")
}

/// Waits until all sessions are ready.
pub(crate) async fn ready(worker: &StartedWorker) {
    tokio::time::timeout(LONG, worker.control().ready()).await.unwrap().unwrap();
}

/// Waits until the state of the first session is like that.
pub(crate) async fn until_state(
    worker: &StartedWorker,
    wanted: impl FnMut(&SessionState) -> bool,
) -> SessionState {
    let mut states = worker.control().states().remove(0);
    tokio::time::timeout(LONG, states.wait_for(wanted)).await.unwrap().unwrap().clone()
}

/// Somebody who sees everything in the house, and says things in it.
pub(crate) struct Observer {
    sees: MqttTransport,
    says: MqttTransport,
}

impl Observer {
    pub(crate) async fn new(broker: &Mosquitto) -> Self {
        let mut sees = broker.client(Protocol::V311).await;
        let all = Subscribe::one("halloween/#", QoS::AtLeastOnce);
        subscribed(&mut sees, all).await;
        Self { sees, says: broker.client(Protocol::V311).await }
    }

    /// The next message: topic below `halloween/`, payload, retained.
    pub(crate) async fn next(&mut self) -> (String, String, bool) {
        let got = delivery(&mut self.sees).await;
        let topic = got.topic.strip_prefix("halloween/").unwrap().to_owned();
        (topic, String::from_utf8_lossy(&got.payload).into_owned(), got.retain)
    }

    /// Waits for a message; others are passed over.
    pub(crate) async fn until(&mut self, topic: &str, payload: &str) {
        loop {
            let (seen, said, _) = self.next().await;
            if seen == topic && said == payload {
                return;
            }
        }
    }

    pub(crate) async fn command(&mut self, id: &str, text: &str) {
        let publish = Publish::new(format!("halloween/{id}/cmd"), text.to_owned());
        published(&mut self.says, publish.qos(QoS::AtLeastOnce)).await;
    }

    /// A prop answers.
    pub(crate) async fn asks(&mut self, id: &str, word: &str) {
        self.command(id, &format!("echo {word}")).await;
        self.until(&format!("{id}/telemetry/echo"), word).await;
    }
}

/// What is retained now.
pub(crate) async fn retained(broker: &Mosquitto, topic: &str) -> String {
    let mut client = open(broker.target(Protocol::V311)).await;
    let filter = Subscribe::one(format!("halloween/{topic}"), QoS::AtLeastOnce);
    crate::support::send(&mut client, journeyman_mqtt::MqttMessage::Subscribe(filter));
    loop {
        use journeyman_core::transport::Event;
        use journeyman_mqtt::MqttMessage;
        if let Event::Received { message: MqttMessage::Delivery(got), .. } =
            crate::support::news(&mut client).await
        {
            return String::from_utf8_lossy(&got.payload).into_owned();
        }
    }
}
