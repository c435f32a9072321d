//! Sockets of `journeyman-zmq`.

use super::{Binding, OnSubscription, Subscription};
use bytes::Bytes;
use journeyman_zmq::server::{
    PeerEvent, PeerEvents, PeerId, PubServer, RouterServer, ServerConfig,
};
use journeyman_zmq::{Endpoint, Frames};
use std::collections::HashMap;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Messages that may wait for the publishing task; what comes beyond is dropped.
const QUEUE: usize = 100_000;

fn config(binding: &Binding) -> ServerConfig {
    let mut config = ServerConfig::default();
    config.curve.clone_from(&binding.curve);
    config.max_message_size = Some(binding.message_bytes);
    config
}

fn endpoint(text: &str) -> Result<Endpoint, String> {
    text.parse().map_err(|error| format!("{error}"))
}

#[derive(Debug)]
pub(crate) struct Publisher {
    queue: mpsc::Sender<Vec<Bytes>>,
    task: JoinHandle<()>,
}

impl Publisher {
    pub(super) async fn bind(
        binding: &Binding,
        text: &str,
        on_subscription: OnSubscription,
    ) -> Result<(Self, String), String> {
        let socket = PubServer::bind(&endpoint(text)?, &config(binding)).await;
        let socket = socket.map_err(|error| error.to_string())?;
        let bound = socket.endpoint().to_string();
        let events = tokio::spawn(watch(socket.events(), on_subscription));
        let (queue, waiting) = mpsc::channel(QUEUE);
        let task = tokio::spawn(async move {
            publish(&socket, waiting).await;
            socket.close().await;
            events.abort();
        });
        Ok((Self { queue, task }, bound))
    }

    pub(super) fn publish(&self, frames: Vec<Bytes>) {
        let _ = self.queue.try_send(frames);
    }

    pub(super) async fn close(self) {
        drop(self.queue);
        // A task that panicked has ended as well.
        let _ = self.task.await;
    }
}

/// Publishes until nobody can give anything more.
async fn publish(socket: &PubServer, mut waiting: mpsc::Receiver<Vec<Bytes>>) {
    while let Some(frames) = waiting.recv().await {
        if socket.publish(Frames(frames)).await.is_err() {
            return;
        }
    }
}

async fn watch(mut events: PeerEvents, mut on_subscription: OnSubscription) {
    // What is subscribed by whom, so that a lost connection takes it back.
    let mut topics: HashMap<u64, Vec<Bytes>> = HashMap::new();
    while let Some(event) = events.next().await {
        match event {
            PeerEvent::Subscribed { connection, topic } => {
                topics.entry(connection).or_default().push(topic.clone());
                on_subscription(Subscription { on: true, topic });
            }
            PeerEvent::Unsubscribed { connection, topic } => {
                let mine = topics.entry(connection).or_default();
                if let Some(at) = mine.iter().position(|other| *other == topic) {
                    mine.swap_remove(at);
                    on_subscription(Subscription { on: false, topic });
                }
            }
            PeerEvent::Disconnected { connection } => {
                for topic in topics.remove(&connection).unwrap_or_default() {
                    on_subscription(Subscription { on: false, topic });
                }
            }
            _ => {}
        }
    }
}

#[derive(Debug)]
pub(crate) struct Responder(RouterServer);

impl Responder {
    pub(super) async fn bind(binding: &Binding, text: &str) -> Result<(Self, String), String> {
        let socket = RouterServer::bind(&endpoint(text)?, &config(binding)).await;
        let socket = socket.map_err(|error| error.to_string())?;
        let bound = socket.endpoint().to_string();
        Ok((Self(socket), bound))
    }

    pub(super) async fn next(&self) -> Option<(PeerId, Vec<Bytes>)> {
        let (peer, frames) = self.0.receive().await.ok()?;
        Some((peer, frames.0))
    }

    pub(super) async fn answer(&self, peer: &PeerId, frame: Bytes) {
        // The peer is gone.
        let _ = self.0.reply(peer, Frames(vec![frame])).await;
    }

    pub(super) async fn close(self) {
        self.0.close().await;
    }
}
