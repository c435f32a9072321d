//! An independent client, to command props and to watch the bus.

mod drive_v311;
mod drive_v5;
mod inbox;
mod options;

use std::{fmt, net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::{
    sync::{Mutex, watch},
    time::timeout,
};

use self::inbox::{Inbox, Progress};
use super::message::{Message, Properties, QoS, Version};

pub use self::{inbox::Seen, options::ClientOptions};

/// A client of another library than ours, MQTT 3.1.1 or 5.
///
/// It keeps everything that it is sent, in order, and waits for what a test names. When its
/// connection breaks it connects again every 50 ms, subscribes again, and goes on; so it can
/// watch a broker that is killed and restarted. All waiting has a limit
/// ([`ClientOptions::patience`]). A drop ends it without DISCONNECT, so its will is published.
#[derive(Debug)]
pub struct Client {
    sender: Sender,
    inbox: Arc<Inbox>,
    client_id: Arc<str>,
    patience: Duration,
    /// One publish, subscribe or unsubscribe at a time, so that its answer is known.
    turn: Mutex<()>,
    end: watch::Sender<bool>,
}

#[derive(Clone)]
pub(super) enum Sender {
    V311(rumqttc::AsyncClient),
    V5(rumqttc::v5::AsyncClient),
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V311(_) => "V311",
            Self::V5(_) => "V5",
        })
    }
}

/// What went wrong with a client.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientError {
    /// The first CONNECT was refused.
    Refused {
        /// The code of the CONNACK, of its version of the protocol.
        code: u8,
    },
    /// The first connection failed otherwise.
    NotConnected(String),
    /// The connection broke before there was an answer.
    Disconnected,
    /// What was waited for did not come in time.
    Timeout {
        /// What.
        waiting_for: String,
        /// The last messages that came, as text.
        last_seen: Vec<String>,
    },
    /// The client has ended.
    Ended,
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { code } => write!(f, "the broker refused the CONNECT ({code:#04x})"),
            Self::NotConnected(error) => write!(f, "no connection to the broker: {error}"),
            Self::Disconnected => f.write_str("the connection broke before there was an answer"),
            Self::Timeout { waiting_for, last_seen } => {
                write!(f, "in vain waited for {waiting_for}; the last messages were {last_seen:?}")
            }
            Self::Ended => f.write_str("the client has ended"),
        }
    }
}

impl std::error::Error for ClientError {}

impl Client {
    /// Connects, and returns when the broker has accepted.
    ///
    /// # Errors
    ///
    /// If the broker refuses, or is not there, or does not answer in time.
    pub async fn connect(addr: SocketAddr, options: ClientOptions) -> Result<Self, ClientError> {
        let inbox = Arc::new(Inbox::default());
        let (end, ended) = watch::channel(false);
        let client_id: Arc<str> = options.client_id.as_str().into();
        let patience = options.patience;
        let sender = match options.version {
            Version::V311 => drive_v311::start(addr, options, Arc::clone(&inbox), ended),
            Version::V5 => drive_v5::start(addr, options, Arc::clone(&inbox), ended),
        };
        let client = Self { sender, inbox, client_id, patience, turn: Mutex::default(), end };
        let connected = |progress: &Progress| {
            if progress.connected {
                return Some(Ok(()));
            }
            progress.error.clone().map(Err)
        };
        client.progress("the CONNACK", connected).await??;
        Ok(client)
    }

    /// Its id.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// CONNACKs so far.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.inbox.progress.borrow().connections
    }

    /// Whether it is connected now.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.inbox.progress.borrow().connected
    }

    /// Waits until it has connected `times` times, is connected, and has its subscriptions
    /// again.
    ///
    /// # Errors
    ///
    /// If that takes too long.
    pub async fn connected(&self, times: u64) -> Result<(), ClientError> {
        let ready = move |progress: &Progress| {
            let ready = progress.connected && progress.connections >= times;
            (ready && progress.resubscribing == 0).then_some(())
        };
        self.progress(&format!("connection {times}"), ready).await
    }

    /// Subscribes. Returns the code of the SUBACK: the QoS granted, or from 0x80 on why not.
    ///
    /// # Errors
    ///
    /// If there is no answer.
    pub async fn subscribe(&self, filter: &str, qos: QoS) -> Result<u8, ClientError> {
        let _turn = self.turn.lock().await;
        self.ready().await?;
        self.inbox.subscriptions().push((filter.to_owned(), qos));
        let before = self.counts();
        let sent = match &self.sender {
            Sender::V311(client) => client.subscribe(filter, qos.into()).await.is_ok(),
            Sender::V5(client) => client.subscribe(filter, qos.into()).await.is_ok(),
        };
        let answered =
            |progress: &Progress| (progress.subacks > before.subacks).then_some(progress.code);
        self.answer(sent, before.disconnections, &format!("the SUBACK of {filter}"), answered).await
    }

    /// Ends a subscription.
    ///
    /// # Errors
    ///
    /// If there is no answer.
    pub async fn unsubscribe(&self, filter: &str) -> Result<(), ClientError> {
        let _turn = self.turn.lock().await;
        self.ready().await?;
        self.inbox.subscriptions().retain(|(known, _)| known != filter);
        let before = self.counts();
        let sent = match &self.sender {
            Sender::V311(client) => client.unsubscribe(filter).await.is_ok(),
            Sender::V5(client) => client.unsubscribe(filter).await.is_ok(),
        };
        let answered = |progress: &Progress| (progress.unsubacks > before.unsubacks).then_some(());
        self.answer(sent, before.disconnections, &format!("the UNSUBACK of {filter}"), answered)
            .await
    }

    /// Publishes, and waits until the broker has acknowledged it; with QoS 0 until it is
    /// written. Returns the reason code of MQTT 5 (0x10: nobody is subscribed; 0x87: not
    /// authorized), or 0.
    ///
    /// # Errors
    ///
    /// If there is no answer. It may have arrived then.
    pub async fn publish(&self, message: Message) -> Result<u8, ClientError> {
        let _turn = self.turn.lock().await;
        self.ready().await?;
        let before = self.counts();
        let what = format!("the acknowledgement of a message to {}", message.topic);
        let qos = message.qos;
        let sent = self.hand_over(message).await;
        let answered = |progress: &Progress| {
            if qos == QoS::AtMostOnce {
                (progress.sent > before.sent).then_some(0)
            } else {
                (progress.acked > before.acked).then_some(progress.code)
            }
        };
        self.answer(sent, before.disconnections, &what, answered).await
    }

    /// Publishes without waiting for anything but room in the client's queue. What is in the
    /// queue is lost when the connection breaks.
    ///
    /// # Errors
    ///
    /// If the client has ended.
    pub async fn publish_soon(&self, message: Message) -> Result<(), ClientError> {
        if self.hand_over(message).await { Ok(()) } else { Err(ClientError::Ended) }
    }

    async fn hand_over(&self, message: Message) -> bool {
        let Message { topic, payload, qos, retain, properties } = message;
        match &self.sender {
            Sender::V311(client) => {
                client.publish_bytes(&*topic, qos.into(), retain, payload).await.is_ok()
            }
            Sender::V5(client) => {
                let (topic, qos) = (&*topic, qos.into());
                match properties {
                    None => client.publish(topic, qos, retain, payload).await.is_ok(),
                    Some(properties) => {
                        let properties = drive_v5::properties(&properties);
                        let send =
                            client.publish_with_properties(topic, qos, retain, payload, properties);
                        send.await.is_ok()
                    }
                }
            }
        }
    }

    /// Publishes a command, not retained, and waits for the broker's acknowledgement.
    ///
    /// # Errors
    ///
    /// As [`publish`](Self::publish).
    pub async fn command(
        &self,
        topic: &str,
        payload: impl Into<Bytes>,
        qos: QoS,
    ) -> Result<(), ClientError> {
        self.publish(Message::new(topic, payload).qos(qos)).await.map(drop)
    }

    /// MQTT 5: publishes a command (QoS 1) that asks for an answer, with a response topic of its
    /// own and correlation data, and returns the answer.
    ///
    /// # Errors
    ///
    /// As [`publish`](Self::publish), or if no answer comes in time.
    pub async fn request(
        &self,
        topic: &str,
        payload: impl Into<Bytes>,
    ) -> Result<Seen, ClientError> {
        // The one place where every client may read (Halloween sheet, section 7).
        let response_topic = format!("halloween/{}/response", self.client_id);
        if !self.inbox.subscriptions().iter().any(|(known, _)| *known == response_topic) {
            self.subscribe(&response_topic, QoS::AtLeastOnce).await?;
        }
        let correlation = Bytes::from(self.inbox.next_request().to_be_bytes().to_vec());
        let properties = Properties {
            response_topic: Some(response_topic.clone()),
            correlation_data: Some(correlation.clone()),
            ..Properties::default()
        };
        let start = self.inbox.end();
        let message = Message::new(topic, payload).qos(QoS::AtLeastOnce).properties(properties);
        self.publish(message).await?;
        let answer = |seen: &Seen| {
            let properties = seen.properties.as_ref();
            *seen.topic == *response_topic
                && properties.and_then(|given| given.correlation_data.as_ref())
                    == Some(&correlation)
        };
        let waiting_for = format!("the answer of {topic}");
        self.patiently(&waiting_for, self.inbox.find(start, answer)).await.map(|(_, seen)| seen)
    }

    /// Everything that came, in order.
    #[must_use]
    pub fn log(&self) -> Vec<Seen> {
        self.inbox.all()
    }

    /// Waits for a message with this payload under this topic, behind the one that the last wait
    /// found. What lies between is passed over; it stays in the [`log`](Self::log).
    ///
    /// # Errors
    ///
    /// If it does not come in time.
    pub async fn wait_for(
        &self,
        topic: &str,
        payload: impl AsRef<[u8]>,
    ) -> Result<Seen, ClientError> {
        let payload = payload.as_ref();
        let waiting_for = format!("{topic}: {}", payload.escape_ascii());
        let wanted = |seen: &Seen| *seen.topic == *topic && seen.payload == payload;
        self.wait_where(&waiting_for, wanted).await
    }

    /// Waits for the first message, behind the one that the last wait found, that `wanted`
    /// accepts. `waiting_for` is for the error.
    ///
    /// # Errors
    ///
    /// If it does not come in time.
    pub async fn wait_where(
        &self,
        waiting_for: &str,
        wanted: impl FnMut(&Seen) -> bool,
    ) -> Result<Seen, ClientError> {
        let start = self.inbox.cursor();
        let (at, seen) = self.patiently(waiting_for, self.inbox.find(start, wanted)).await?;
        self.inbox.set_cursor(at + 1);
        Ok(seen)
    }

    /// The next message behind the one that the last wait found.
    ///
    /// # Errors
    ///
    /// If it does not come in time.
    pub async fn next(&self) -> Result<Seen, ClientError> {
        self.wait_where("any message", |_| true).await
    }

    /// Ends with DISCONNECT: no will. Returns when it is written.
    pub async fn disconnect(self) {
        let sent = match &self.sender {
            Sender::V311(client) => client.disconnect().await.is_ok(),
            Sender::V5(client) => client.disconnect().await.is_ok(),
        };
        if sent {
            let ended = |progress: &Progress| progress.ended.then_some(());
            // It ends anyway.
            let _ = self.progress("the end", ended).await;
        }
    }

    /// Ends without DISCONNECT, and returns when the connection is closed.
    pub async fn abort(self) {
        self.end.send_replace(true);
        let _ = self.progress("the end", |progress| progress.ended.then_some(())).await;
    }

    fn counts(&self) -> Progress {
        self.inbox.progress.borrow().clone()
    }

    async fn ready(&self) -> Result<(), ClientError> {
        let ready =
            |progress: &Progress| (progress.connected && progress.resubscribing == 0).then_some(());
        self.progress("a connection", ready).await
    }

    async fn answer<R>(
        &self,
        sent: bool,
        broken: u64,
        what: &str,
        mut answered: impl FnMut(&Progress) -> Option<R>,
    ) -> Result<R, ClientError> {
        if !sent {
            return Err(ClientError::Ended);
        }
        self.progress(what, |progress| {
            answered(progress).map(Ok).or_else(|| {
                let broke = progress.disconnections > broken;
                broke.then_some(Err(ClientError::Disconnected))
            })
        })
        .await?
    }

    async fn progress<R>(
        &self,
        what: &str,
        mut wanted: impl FnMut(&Progress) -> Option<R>,
    ) -> Result<R, ClientError> {
        let mut progress = self.inbox.progress.subscribe();
        let found = async {
            loop {
                if let Some(result) = wanted(&progress.borrow_and_update()) {
                    return result;
                }
                // The sender is in our inbox, so there is always one.
                let _ = progress.changed().await;
            }
        };
        self.patiently(what, found).await
    }

    async fn patiently<R>(
        &self,
        waiting_for: &str,
        work: impl Future<Output = R>,
    ) -> Result<R, ClientError> {
        timeout(self.patience, work).await.map_err(|_| ClientError::Timeout {
            waiting_for: waiting_for.to_owned(),
            last_seen: self.inbox.last_few(),
        })
    }
}
