//! Jobs in flight, and how their outcomes reach the bus.

use std::sync::Arc;

use bytes::Bytes;
use journeyman_core::{
    Error, ErrorKind, JobErrorKind,
    job::{Body, Completion},
    protocol::{Cx, DropReason, Outcome, Settlement, Token},
    transport::Tag,
};
use journeyman_mqtt::{AckId, Delivery, MqttMessage, Properties, Publish, QoS};

use super::{
    MAIN, Prop,
    returned::{self, Returned},
};
use crate::{
    extract::Meta,
    outcome::error_text,
    profile::{status_topic, telemetry_topic},
    pytext,
};

/// What is known about a job.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) meta: Arc<Meta>,
    pub(super) route: Arc<str>,
    pub(super) answer: Option<Answer>,
    pub(super) ack: Ack,
    pub(super) redelivery: Option<Redelivery>,
    /// The outcome that is on its way, in case the connection does not last.
    pub(super) sent: Option<Outcome>,
    /// It says nothing but its acknowledgement, which is on its way.
    pub(super) acking: bool,
    /// Its result could not be published, and an error takes its place.
    pub(super) apologised: bool,
}

/// Where an answer is expected (MQTT 5).
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) topic: String,
    pub(super) correlation_data: Option<Bytes>,
}

/// What the broker is owed for a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ack {
    /// Nothing.
    None,
    /// An acknowledgement on this connection.
    Open(AckId),
    /// The connection is gone; the broker will deliver the command again.
    Lost,
}

/// By what a command is known again when the broker delivers it a second time: MQTT gives it no
/// name that outlives a connection.
#[derive(Debug)]
pub(super) struct Redelivery {
    pub(super) topic: Box<str>,
    pub(super) payload: Bytes,
}

impl Prop {
    /// Whether a message is one that is in work already, delivered again after a reconnect. It is
    /// not run a second time then, and its acknowledgement goes to the present connection.
    pub(super) fn is_again(&mut self, delivery: &Delivery) -> bool {
        let Some(ack) = delivery.ack.filter(|_| delivery.dup) else { return false };
        let same = |call: &Call| {
            call.ack == Ack::Lost
                && call.redelivery.as_ref().is_some_and(|known| {
                    known.payload == delivery.payload && *known.topic == *delivery.topic
                })
        };
        // Of several that are the same, the oldest comes first, as it does at the broker.
        let found = self.jobs.iter().filter(|(_, call)| same(call));
        let Some(token) = found.map(|(token, _)| *token).min_by_key(|token| token.as_u64()) else {
            return false;
        };
        if let Some(call) = self.jobs.get_mut(&token) {
            call.ack = Ack::Open(ack);
        }
        tracing::info!(prop = self.handle.id(), "a command was delivered again while in work");
        true
    }

    pub(super) fn outcome(&mut self, cx: &mut Cx<'_, MqttMessage>, token: Token, outcome: Outcome) {
        let Some(call) = self.jobs.get(&token) else {
            return cx.settled(token, Settlement::Dropped(DropReason::Unknown));
        };
        let handed_back =
            outcome.as_ref().is_err_and(|error| error.kind() == JobErrorKind::HandedBack);
        if handed_back && call.ack == Ack::None && call.meta.action.is_none() {
            // A message that the prop watched: whoever published it asked for nothing.
            self.jobs.remove(&token);
            return cx.settled(token, Settlement::Written);
        }
        if handed_back && call.ack != Ack::None {
            // Without an acknowledgement it stays with the broker.
            if let Some(Call { ack: Ack::Open(ack), answer, .. }) = self.jobs.remove(&token)
                && let Err(error) = &outcome
            {
                let (until, text) = (cx.now() + returned::WAIT, error_text(error));
                self.hand_back(Returned { until, ack, text, answer });
            }
            return cx.settled(token, Settlement::Written);
        }
        let id = self.handle.id();
        let (message, beside) = match &outcome {
            Ok(completion) => (result(id, call, completion), None),
            Err(error) => {
                let text = match (error.kind(), &call.meta.action) {
                    (JobErrorKind::NoRoute, Some(action)) => format!("Unknown action: {action}"),
                    _ => error_text(error),
                };
                let key = match error.kind() {
                    JobErrorKind::NoRoute => "warn",
                    _ => "error",
                };
                let status = Publish::new(status_topic(id, key), text.clone());
                match &call.answer {
                    Some(answer) => (Some(answer.error(&text)), Some(status)),
                    None => (Some(status), None),
                }
            }
        };
        if let Some(beside) = beside {
            cx.send(MAIN, None, MqttMessage::Publish(beside));
        }
        self.deliver(cx, token, outcome, message);
    }

    /// Sends what an outcome says, or just the acknowledgement of its command.
    fn deliver(
        &mut self,
        cx: &mut Cx<'_, MqttMessage>,
        token: Token,
        outcome: Outcome,
        message: Option<Publish>,
    ) {
        let Some(call) = self.jobs.get_mut(&token) else { return };
        match (message, call.ack) {
            (Some(message), _) => {
                call.sent = Some(outcome);
                let tag = match message.qos {
                    QoS::AtMostOnce => Tag(token.as_u64()),
                    _ => self.book.job(token),
                };
                cx.send(MAIN, Some(tag), MqttMessage::Publish(message));
            }
            (None, Ack::Open(ack)) => {
                call.sent = Some(outcome);
                call.acking = true;
                cx.send(MAIN, Some(Tag(token.as_u64())), MqttMessage::Ack(ack));
            }
            (None, _) => {
                self.jobs.remove(&token);
                cx.settled(token, Settlement::Written);
            }
        }
    }

    /// What an outcome said is out: now its command is done.
    pub(super) fn job_sent(&mut self, cx: &mut Cx<'_, MqttMessage>, token: Token) {
        if self.jobs.get(&token).is_none_or(|call| call.sent.is_none()) {
            return;
        }
        let Some(call) = self.jobs.remove(&token) else { return };
        if let Ack::Open(ack) = call.ack
            && !call.acking
        {
            cx.send(MAIN, None, MqttMessage::Ack(ack));
        }
        let confirmed = call.answer.is_some() && !call.apologised;
        cx.settled(token, if confirmed { Settlement::Confirmed } else { Settlement::Written });
    }

    /// What an outcome said could not be sent: too large, or not allowed.
    pub(super) fn job_failed(&mut self, cx: &mut Cx<'_, MqttMessage>, token: Token, error: &Error) {
        let id = self.handle.id();
        let Some(call) = self.jobs.get_mut(&token) else { return };
        let Some(outcome) = call.sent.take() else { return };
        if error.kind() == ErrorKind::Disconnected {
            call.ack = lost(call.ack);
            return cx.requeue(token, outcome);
        }
        if call.acking {
            // It came too late for this connection: the broker delivers the command again.
            self.jobs.remove(&token);
            return cx.settled(token, Settlement::Dropped(DropReason::ConnectionLost));
        }
        if !call.apologised {
            call.apologised = true;
            let text =
                format!("RESULT_NOT_SENDABLE: the result was not published: {}", error.message());
            let status = Publish::new(status_topic(id, "error"), text.clone());
            let apology = match &call.answer {
                // Whoever asked for an answer would wait for ever.
                Some(answer) => {
                    let apology = answer.error(&text);
                    cx.send(MAIN, None, MqttMessage::Publish(status));
                    apology
                }
                None => status,
            };
            return self.deliver(cx, token, outcome, Some(apology));
        }
        if let Some(call) = self.jobs.remove(&token)
            && let Ack::Open(ack) = call.ack
        {
            // To run it again would help nobody.
            cx.send(MAIN, None, MqttMessage::Ack(ack));
        }
        cx.settled(token, Settlement::Dropped(DropReason::Unknown));
    }

    /// The connection is gone: outcomes that were on their way are offered again.
    pub(super) fn jobs_disconnected(&mut self, cx: &mut Cx<'_, MqttMessage>) {
        let mut again: Vec<_> = Vec::new();
        for (token, call) in &mut self.jobs {
            call.ack = lost(call.ack);
            (call.acking, call.apologised) = (false, false);
            if let Some(outcome) = call.sent.take() {
                again.push((*token, outcome));
            }
        }
        again.sort_by_key(|(token, _)| token.as_u64());
        for (token, outcome) in again {
            cx.requeue(token, outcome);
        }
    }
}

fn lost(ack: Ack) -> Ack {
    match ack {
        Ack::Open(_) => Ack::Lost,
        other => other,
    }
}

/// What a result says, if anything.
fn result(id: &str, call: &Call, completion: &Completion) -> Option<Publish> {
    let payload = match &completion.body {
        Body::Bytes(bytes) => Some(bytes.clone()),
        _ => None,
    };
    match &call.answer {
        Some(answer) => Some(answer.ok(payload.unwrap_or_else(|| Bytes::from_static(b"null")))),
        None => payload.map(|payload| {
            let topic = match call.route.contains(['+', '#', '\0']) {
                false => telemetry_topic(id, &call.route),
                // A route can be named like no topic.
                true => telemetry_topic(id, &call.route.replace(['+', '#', '\0'], "_")),
            };
            Publish::new(topic, payload)
        }),
    }
}

impl Answer {
    fn ok(&self, payload: Bytes) -> Publish {
        self.message(payload, "ok")
    }

    pub(super) fn error(&self, text: &str) -> Publish {
        let mut payload = String::from("{\"error\": ");
        pytext::json_str(&mut payload, text);
        payload.push('}');
        self.message(payload.into(), "error")
    }

    fn message(&self, payload: Bytes, status: &str) -> Publish {
        let mut properties =
            Properties::new().utf8().content_type("application/json").user("status", status);
        properties.correlation_data.clone_from(&self.correlation_data);
        Publish::new(&self.topic, payload).qos(QoS::AtLeastOnce).properties(properties)
    }
}
