//! The transport: connections one after the other, and what is kept between them.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    task::{Context, Poll},
};

use journeyman_core::{
    Error, ErrorKind,
    transport::{Closed, Event, Goodbye, Lane, Tag, Transport},
};
use journeyman_tls::TlsCache;

use crate::{
    MqttConfig, MqttMessage, MqttStats, MqttTarget, Protocol, check,
    client::{Client, Saved},
    connect::connect,
    connection::Connection,
    endpoint::Endpoint,
    flights::Request,
};

/// An MQTT client connection.
///
/// It has one lane, [`Lane::MAIN`], and reports all kinds of events; which ones for which message
/// is in the table of [`MqttMessage`]. Everything happens inside
/// [`poll_event`](Transport::poll_event): while nobody polls, no keep-alive is sent.
///
/// One [`connect`](Transport::connect) is one attempt, and every connection begins without
/// subscriptions: subscribe after each connect, unless the broker kept the session
/// ([`Connack::session_present`](crate::Connack::session_present)).
///
/// # Cancel safety
/// - `connect`: dropping the future leaves the transport disconnected.
/// - `send`, `has_room` and `abort` do not wait.
/// - `poll_event`: polling may stop at any time; nothing is lost, and the next poll goes on where
///   this one stopped.
/// - `close`: dropping the future drops the connection at once, with what was not yet written and
///   without a DISCONNECT, so that the broker publishes the will.
pub struct MqttTransport {
    config: MqttConfig,
    tls: TlsCache,
    /// The client id where the target names none.
    own_id: String,
    stats: MqttStats,
    connection: Option<Box<Open>>,
    /// State of the last session, if the broker may still have it.
    saved: Option<(SessionKey, Saved)>,
}

/// Whose session it is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SessionKey {
    endpoint: String,
    client_id: String,
    protocol: Protocol,
}

struct Open {
    connection: Connection,
    key: SessionKey,
}

impl MqttTransport {
    /// A transport that is not connected. The configuration is checked by `connect`.
    pub fn new(config: MqttConfig) -> Self {
        Self {
            config,
            tls: TlsCache::default(),
            own_id: random_id(),
            stats: MqttStats::default(),
            connection: None,
            saved: None,
        }
    }

    /// The configuration.
    pub fn config(&self) -> &MqttConfig {
        &self.config
    }

    /// Whether there is a connection. It may be one whose end was not yet noticed or reported.
    pub fn is_connected(&self) -> bool {
        self.connection.is_some()
    }

    /// How many bytes wait to be written or, where they are kept until then, acknowledged.
    pub fn queued_bytes(&self) -> usize {
        self.connection.as_ref().map_or(0, |open| open.connection.queued())
    }

    /// How many publishes with QoS 1 and 2 wait for their acknowledgement.
    pub fn in_flight(&self) -> usize {
        self.connection.as_ref().map_or(0, |open| open.connection.client.in_flight())
    }

    /// The tags that the publishes which this connection sends again had on the last one.
    pub(crate) fn resent(&self) -> &[Option<Tag>] {
        self.connection.as_ref().map_or(&[], |open| &open.connection.client.resent)
    }

    /// What was counted since the transport was made.
    pub fn stats(&self) -> MqttStats {
        self.stats
    }

    /// The client id of targets that name none: made at random, the same for all connections of
    /// this transport.
    pub fn own_client_id(&self) -> &str {
        &self.own_id
    }

    /// Drops the connection and keeps what belongs to the session.
    fn disconnect(&mut self) {
        if let Some(open) = self.connection.take()
            && let Some(saved) = open.connection.client.into_saved()
        {
            self.saved = Some((open.key, saved));
        }
    }
}

struct Disconnecting<'a>(&'a mut MqttTransport);

impl Drop for Disconnecting<'_> {
    fn drop(&mut self) {
        self.0.disconnect();
    }
}

/// 23 letters and digits, which is what every broker has to accept (MQTT 3.1.1 and 5, section
/// 3.1.3.1).
fn random_id() -> String {
    const DIGITS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut id = "journeyman".to_owned();
    // The keys of the standard library's hash maps are random, and that is all that is needed.
    let mut bits = u128::from(RandomState::new().hash_one(1)) << 64
        | u128::from(RandomState::new().hash_one(2));
    for _ in 0..13 {
        id.push(char::from(DIGITS[(bits & 31) as usize]));
        bits >>= 5;
    }
    id
}

impl Default for MqttTransport {
    fn default() -> Self {
        Self::new(MqttConfig::default())
    }
}

impl fmt::Debug for MqttTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MqttTransport")
            .field("config", &self.config)
            .field("connected", &self.is_connected())
            .field("queued_bytes", &self.queued_bytes())
            .field("stats", &self.stats)
            .finish_non_exhaustive()
    }
}

impl Transport for MqttTransport {
    type Target = MqttTarget;
    type Message = MqttMessage;

    /// Connects and resolves at the CONNACK. The first event is
    /// [`MqttMessage::Connack`].
    ///
    /// # Errors
    /// `Config` for what the target or the configuration can never do; `Unreachable` for name
    /// resolution and TCP; `Tls`; `Refused` when the broker does not accept us, with a
    /// [`ReasonCode`](crate::ReasonCode) where it says why (permanent for wrong credentials and
    /// the like: a protocol that wants to try again all the same can say so in
    /// [`explain`](journeyman_core::protocol::Protocol::explain)); `PeerMisbehaved` when it is no
    /// broker; `Timeout`.
    async fn connect(&mut self, target: MqttTarget) -> Result<(), Error> {
        self.disconnect();
        self.config.validate()?;
        target.validate()?;
        let endpoint = Endpoint::parse(&target.url)?;
        let id = target.client_id.as_deref().unwrap_or(&self.own_id);
        let (link, connack) = connect(&target, &endpoint, id, &self.config, &mut self.tls).await?;
        let client_id = connack.client_id.clone().unwrap_or_else(|| id.to_owned());
        let key = SessionKey {
            endpoint: endpoint.to_string(),
            client_id: client_id.clone(),
            protocol: target.protocol,
        };
        let saved = match self.saved.take() {
            Some((of, saved)) if of == key && !target.clean_session => saved,
            _ => Saved::default(),
        };
        let keep_alive = connack.keep_alive.unwrap_or(target.keep_alive_seconds());
        let keep_alive =
            (keep_alive > 0).then(|| std::time::Duration::from_secs(keep_alive.into()));
        let client = Client::new(&target, client_id, &self.config, connack, saved);
        let connection = Connection::new(client, link, keep_alive);
        self.connection = Some(Box::new(Open { connection, key }));
        Ok(())
    }

    fn has_room(&self, _lane: Lane) -> bool {
        self.queued_bytes() < self.config.send_queue_soft_limit
    }

    /// Queues a message.
    ///
    /// # Errors
    /// `Disconnected` without a connection. `TooLarge`, permanent, for a packet above the broker's
    /// or our limit; `TooLarge`, temporary, when the queue is full. `Codec` for a topic, filter or
    /// property that the wire cannot carry, `Unsupported` for what this broker or this version of
    /// MQTT does not have. `Internal` for a lane other than [`Lane::MAIN`] and for messages that
    /// only come from the broker. The connection goes on in all cases.
    fn send(&mut self, lane: Lane, tag: Option<Tag>, message: MqttMessage) -> Result<(), Error> {
        if lane != Lane::MAIN {
            let message = format!("MQTT has no lane `{}`", lane.0);
            return Err(Error::new(ErrorKind::Internal, "send", message));
        }
        let Some(open) = &mut self.connection else {
            return Err(Error::new(ErrorKind::Disconnected, "send", "there is no connection"));
        };
        let Connection { client, link, .. } = &mut open.connection;
        let (config, output, stats) = (&self.config, &mut link.output, &mut self.stats);
        let (protocol, limits) = (client.protocol, &client.limits);
        match message {
            MqttMessage::Publish(publish) => {
                let size = check::publish(&publish, protocol, limits)?;
                client.publish(publish, tag, size, config, output, stats)
            }
            MqttMessage::Subscribe(subscribe) => {
                let packet = check::subscribe(&subscribe, protocol, limits)?;
                let filters = subscribe.filters.into_iter().map(|filter| filter.filter).collect();
                client.request(Request::Subscribe { filters }, tag, &packet, config, output)
            }
            MqttMessage::Unsubscribe(filters) => {
                let packet = check::unsubscribe(&filters, protocol, limits)?;
                client.request(Request::Unsubscribe { filters }, tag, &packet, config, output)
            }
            MqttMessage::Ack(ack) => {
                client.acknowledge(ack, tag, output, stats);
                Ok(())
            }
            MqttMessage::Connack(_)
            | MqttMessage::Delivery(_)
            | MqttMessage::Suback(_)
            | MqttMessage::Unsuback(_) => {
                Err(Error::new(ErrorKind::Internal, "send", "only a broker sends such a message"))
            }
        }
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Event<MqttMessage>> {
        let Some(open) = &mut self.connection else {
            return Poll::Pending;
        };
        let connection = &mut open.connection;
        match connection.poll_event(cx, &self.config, &mut self.stats) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(event)) => Poll::Ready(event),
            Poll::Ready(Err(loss)) => {
                connection.tell(&loss, cx);
                let closed: Closed = loss.closed(&connection.client.client_id);
                self.disconnect();
                Poll::Ready(Event::Closed(closed))
            }
        }
    }

    /// Writes what is queued, sends a DISCONNECT, which makes the broker drop the will, and waits
    /// at most `close_timeout` for it to close. Publishes that wait for the window wait for it
    /// here, too; those that are written are not waited for. What arrives meanwhile is not
    /// acknowledged. How long writing the queue may take is for the caller to bound.
    ///
    /// With MQTT 5, [`Goodbye::code`] is the reason code of the DISCONNECT (0x04 asks for the will
    /// in spite of it), and the reason is passed on.
    async fn close(&mut self, goodbye: Goodbye) {
        // However this ends, also when it is dropped, the connection is gone and what belongs to
        // the session is kept.
        let guard = Disconnecting(self);
        if let Some(open) = &mut guard.0.connection {
            open.connection.finish(&goodbye, &guard.0.config).await;
        }
    }

    /// Drops the connection without a DISCONNECT: the broker publishes the will.
    fn abort(&mut self) {
        self.disconnect();
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    #[test]
    fn own_ids_are_short_plain_and_different() {
        let ids: std::collections::HashSet<String> = (0..1000).map(|_| random_id()).collect();
        assert_eq!(ids.len(), 1000);
        for id in ids {
            assert_eq!(id.len(), 23);
            assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
        }
    }

    #[test]
    fn the_future_of_connect_and_close_can_move() {
        fn check<T: Send>(_: T) {}
        let mut transport = MqttTransport::default();
        check(Transport::connect(&mut transport, MqttTarget::new("mqtt://h")));
        check(Transport::close(&mut transport, Goodbye::default()));
    }

    #[test]
    fn without_a_connection() {
        let mut transport = MqttTransport::default();
        let message = MqttMessage::Publish(crate::Publish::new("t", "x"));
        let error = transport.send(Lane::MAIN, None, message).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Disconnected);
        let mut cx = Context::from_waker(Waker::noop());
        assert!(transport.poll_event(&mut cx).is_pending());
        assert!(format!("{transport:?}").contains("connected: false"));
    }
}
