//! Short ways to drive the transport, a peer that follows a script, and real brokers.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "helpers of tests panic, too")]

pub(crate) mod mosquitto;
pub(crate) mod peer;

use std::{
    future::{Future, poll_fn},
    time::Duration,
};

use journeyman_core::{
    Error,
    transport::{Closed, Event, Lane, Tag, Transport},
};
use journeyman_mqtt::{
    Connack, Delivery, MqttMessage, MqttTarget, MqttTransport, Publish, QoS, Suback, Subscribe,
};
use tokio::time::timeout;

/// Far above what anything here takes; a test that gets there has failed.
pub(crate) const LONG: Duration = Duration::from_secs(60);

pub(crate) async fn soon<F: Future>(future: F) -> F::Output {
    timeout(LONG, future).await.expect("took too long")
}

/// The next event.
pub(crate) async fn event(transport: &mut MqttTransport) -> Event<MqttMessage> {
    soon(poll_fn(|cx| transport.poll_event(cx))).await
}

/// The next event that is more than a sign of life.
pub(crate) async fn news(transport: &mut MqttTransport) -> Event<MqttMessage> {
    soon(async {
        loop {
            match event(transport).await {
                Event::Alive => {}
                event => return event,
            }
        }
    })
    .await
}

/// Connects; the first event is the CONNACK.
pub(crate) async fn connected(
    transport: &mut MqttTransport,
    target: MqttTarget,
) -> Result<Connack, Error> {
    soon(transport.connect(target)).await?;
    match event(transport).await {
        Event::Received { message: MqttMessage::Connack(connack), .. } => Ok(*connack),
        other => panic!("{other:?}"),
    }
}

/// A new connection.
pub(crate) async fn open(target: MqttTarget) -> MqttTransport {
    let mut transport = MqttTransport::default();
    connected(&mut transport, target).await.unwrap();
    transport
}

pub(crate) fn send(transport: &mut MqttTransport, message: MqttMessage) {
    transport.send(Lane::MAIN, None, message).unwrap();
}

pub(crate) fn send_tagged(transport: &mut MqttTransport, tag: u64, message: MqttMessage) {
    transport.send(Lane::MAIN, Some(Tag(tag)), message).unwrap();
}

pub(crate) fn publish(topic: &str, payload: impl Into<Vec<u8>>, qos: QoS) -> MqttMessage {
    MqttMessage::Publish(Publish::new(topic, payload.into()).qos(qos))
}

/// Publishes and waits for the acknowledgement; nothing else may come.
pub(crate) async fn published(transport: &mut MqttTransport, publish: Publish) {
    send_tagged(transport, 77, MqttMessage::Publish(publish));
    match news(transport).await {
        Event::Sent { tag: Tag(77) } => {}
        other => panic!("{other:?}"),
    }
}

/// Subscribes and waits for the answer; nothing else may come.
pub(crate) async fn subscribed(transport: &mut MqttTransport, subscribe: Subscribe) -> Suback {
    send_tagged(transport, 78, MqttMessage::Subscribe(subscribe));
    match news(transport).await {
        Event::Reply { tag: Tag(78), message: MqttMessage::Suback(suback) } => suback,
        other => panic!("{other:?}"),
    }
}

/// The next event, which has to be a delivery.
pub(crate) async fn delivery(transport: &mut MqttTransport) -> Delivery {
    match news(transport).await {
        Event::Received { message: MqttMessage::Delivery(delivery), .. } => delivery,
        other => panic!("{other:?}"),
    }
}

/// The end of the connection; other events are passed over.
pub(crate) async fn closed(transport: &mut MqttTransport) -> Closed {
    soon(async {
        loop {
            if let Event::Closed(closed) = event(transport).await {
                assert!(!transport.is_connected());
                return closed;
            }
        }
    })
    .await
}

/// Runs the other side of a test while the client polls. What the client reports meanwhile is
/// given back.
pub(crate) async fn while_polling<F: Future>(
    transport: &mut MqttTransport,
    future: F,
) -> (F::Output, Vec<Event<MqttMessage>>) {
    let mut events = Vec::new();
    let output = soon(async {
        let mut future = std::pin::pin!(future);
        loop {
            tokio::select! {
                output = &mut future => return output,
                event = poll_fn(|cx| transport.poll_event(cx)) => events.push(event),
            }
        }
    })
    .await;
    (output, events)
}

/// Bytes that are different wherever one looks.
pub(crate) fn pattern(length: usize, seed: usize) -> Vec<u8> {
    let mut state = seed as u32 ^ 0x9e37_79b9;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..length).map(|_| next()).collect()
}

/// A folder that is removed when dropped.
pub(crate) struct Folder(pub(crate) std::path::PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("journeyman-mqtt-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
