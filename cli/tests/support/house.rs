//! A broker in this process, and somebody who listens there.
// Each test program uses its own part of it.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::net::SocketAddr;

use journeyman_testkit::halloween::{
    Broker, BrokerConfig, Client, ClientOptions, Event, QoS, Seen,
};
use tokio::runtime::Runtime;

/// A broker and a client that has subscribed to everything.
pub struct House {
    pub runtime: Runtime,
    pub broker: Broker,
    pub visitor: Client,
}

impl House {
    pub fn start(config: BrokerConfig) -> Self {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(2).enable_all().build().unwrap();
        let admin = config.users.iter().find(|user| user.name == "admin");
        let mut options = ClientOptions::v311().client_id("visitor");
        if let Some(admin) = admin {
            options = options.login(&admin.name, &admin.password);
        }
        let (broker, visitor) = runtime.block_on(async {
            let broker = Broker::start(config).await.unwrap();
            let visitor = Client::connect(broker.addr(), options).await.unwrap();
            visitor.subscribe("halloween/#", QoS::AtLeastOnce).await.unwrap();
            (broker, visitor)
        });
        Self { runtime, broker, visitor }
    }

    pub fn addr(&self) -> SocketAddr {
        self.broker.addr()
    }

    /// The options of `props` that lead here.
    pub fn options(&self) -> [String; 4] {
        let at = self.addr();
        ["--host".into(), at.ip().to_string(), "--port".into(), at.port().to_string()]
    }

    pub fn command(&self, id: &str, payload: &str) {
        let topic = format!("halloween/{id}/cmd");
        let sent = self.visitor.command(&topic, payload.to_owned(), QoS::AtLeastOnce);
        self.runtime.block_on(sent).unwrap();
    }

    /// Waits for a message, behind the last that was waited for.
    pub fn sees(&self, topic: &str, payload: &str) {
        self.runtime.block_on(self.visitor.wait_for(topic, payload)).unwrap();
    }

    /// Waits for a message of this topic, behind the last that was waited for.
    pub fn hears(&self, topic: &str) -> Seen {
        let wanted = |seen: &Seen| &*seen.topic == topic;
        self.runtime.block_on(self.visitor.wait_where(topic, wanted)).unwrap()
    }

    /// What the broker keeps for a topic, as text.
    pub fn retained(&self, topic: &str) -> Option<String> {
        let message = self.broker.retained(topic)?;
        Some(String::from_utf8(message.payload.to_vec()).unwrap())
    }

    /// Waits for an event, from the start of the broker on.
    pub fn event(&self, wanted: impl FnMut(&Event) -> bool) -> Event {
        let mut events = self.broker.events();
        self.runtime.block_on(async {
            let found =
                tokio::time::timeout(std::time::Duration::from_secs(30), events.wait_for(wanted));
            found.await.unwrap()
        })
    }
}
