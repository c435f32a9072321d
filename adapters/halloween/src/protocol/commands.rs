//! Commands and other messages that come in.

use std::sync::Arc;

use bytes::Bytes;
use journeyman_core::protocol::{Cx, IncomingJob};
use journeyman_mqtt::{Delivery, MqttMessage, Publish, QoS};

use super::{
    MAIN, Open, Prop, odd,
    work::{Ack, Answer, Call, Redelivery},
};
use crate::{
    argument,
    command::{self, Arg, Command},
    config::Retained,
    extract::{CommandMeta, Extra, Meta},
    outcome::TextCodec,
    profile::EMPTY_COMMAND,
    subscription,
};

/// A longer action is no route: nobody types it, and its name would be in every log.
const MAX_ACTION: usize = 1024;

/// The name of the user property that carries a trace (as W3C has it for AMQP and MQTT).
const TRACEPARENT: &str = "traceparent";

impl Prop {
    pub(super) fn delivery(&mut self, cx: &mut Cx<'_, MqttMessage>, delivery: Delivery) {
        let is_command = *delivery.topic == *self.topics.command;
        let watch = self.subscriptions.iter();
        let watch = watch
            .filter(|_| !is_command)
            .find(|watch| subscription::matches(&watch.subscription.filter, &delivery.topic))
            .map(|watch| Arc::clone(&watch.route));
        if !is_command && watch.is_none() {
            self.acknowledge(cx, &delivery);
            return cx.ignored(odd("a message of a topic that was not subscribed to"));
        }
        if self.draining && delivery.ack.is_some() {
            // Unacknowledged, it comes again after the next start.
            return;
        }
        if self.is_again(&delivery) {
            return;
        }
        match watch {
            Some(route) => self.other(cx, delivery, route),
            None => self.command(cx, delivery),
        }
    }

    fn command(&mut self, cx: &mut Cx<'_, MqttMessage>, delivery: Delivery) {
        if delivery.retain && !self.runs_retained(cx, &delivery) {
            return self.acknowledge(cx, &delivery);
        }
        if delivery.payload.is_empty() && self.cleared > 0 {
            self.cleared -= 1;
            return self.acknowledge(cx, &delivery);
        }
        let parsed = command::parse(&delivery.payload, self.config.form, self.config.params);
        let Some(Command { action, arg }) = parsed else {
            self.warn(cx, EMPTY_COMMAND);
            return self.acknowledge(cx, &delivery);
        };
        if action.len() > MAX_ACTION {
            let shown = shorten(&action);
            self.warn(cx, &format!("Unknown action: {shown}…"));
            return self.acknowledge(cx, &delivery);
        }
        let route = Arc::from(&*self.routes.of(&action));
        self.accept(cx, delivery, route, Some(action), arg);
    }

    fn other(&mut self, cx: &mut Cx<'_, MqttMessage>, delivery: Delivery, route: Arc<str>) {
        self.accept(cx, delivery, route, None, None);
    }

    fn accept(
        &mut self,
        cx: &mut Cx<'_, MqttMessage>,
        delivery: Delivery,
        route: Arc<str>,
        action: Option<String>,
        arg: Option<Arg>,
    ) {
        let Delivery { topic, payload, qos, retain, dup, properties, ack, .. } = delivery;
        let properties = *properties.unwrap_or_default();
        let answer = properties
            .response_topic
            .map(|topic| Answer { topic, correlation_data: properties.correlation_data });
        self.count += 1;
        let arguments = match &action {
            Some(_) => argument::payload(arg.as_ref(), self.config.form),
            None => argument::from_bytes(&payload),
        };
        let codec = TextCodec { form: self.config.form, answer: answer.is_some() };
        let id = format!("{}-{}", self.handle.id(), self.count);
        let mut job = IncomingJob::boxed(id, Arc::clone(&route), arguments, Arc::new(codec));
        // QoS 0 has no such flag.
        job.redelivered = (qos > QoS::AtMostOnce).then_some(dup);
        let traceparent = properties.user.iter().find(|(name, _)| name == TRACEPARENT);
        job.traceparent = traceparent.map(|(_, value)| value.as_str().into());
        let redelivery = ack.is_some().then(|| Redelivery {
            topic: topic.clone(),
            // A copy: the buffer that it is a part of may be large.
            payload: Bytes::copy_from_slice(&payload),
        });
        let meta = Meta {
            prop: self.handle.id().into(),
            topic: topic.into(),
            action: action.clone(),
            arg,
            payload,
            qos,
            retain,
            dup,
            wants_answer: answer.is_some(),
            user: properties.user,
        };
        job.extensions
            .insert(Extra { meta: CommandMeta(Arc::new(meta)), prop: self.handle.clone() });
        let token = cx.accept(job);
        let call = Call {
            action,
            route,
            answer,
            ack: ack.map_or(Ack::None, Ack::Open),
            redelivery,
            sent: None,
            acking: false,
            apologised: false,
        };
        self.jobs.insert(token, call);
    }

    /// What is done with a command that the broker kept; true if it is to run.
    fn runs_retained(&mut self, cx: &mut Cx<'_, MqttMessage>, delivery: &Delivery) -> bool {
        let known = self.retained.as_ref() == Some(&delivery.payload);
        if !known {
            self.retained = Some(Bytes::copy_from_slice(&delivery.payload));
        }
        let action = || {
            command::parse(&delivery.payload, self.config.form, self.config.params)
                .map_or_else(String::new, |command| shorten(&command.action))
        };
        match self.config.retained {
            Retained::Run => !known,
            Retained::Ignore => {
                // After every reconnect it comes again; one warning is enough.
                if !known {
                    let text = format!("Retained command ignored: {}", action());
                    self.warn(cx, &text);
                }
                false
            }
            Retained::Clear => {
                let text = format!("Retained command cleared: {}", action());
                self.warn(cx, &text);
                // It comes back to us as a command like any other.
                self.cleared = self.cleared.saturating_add(1);
                let clear = Publish::new(&*self.topics.command, Bytes::new());
                let clear = clear.qos(QoS::AtLeastOnce).retain(true);
                let tag = self.book.open(Open::Publish(clear.clone()));
                cx.send(MAIN, Some(tag), MqttMessage::Publish(clear));
                false
            }
        }
    }

    /// Acknowledges a message that is no job.
    fn acknowledge(&mut self, cx: &mut Cx<'_, MqttMessage>, delivery: &Delivery) {
        if let Some(ack) = delivery.ack {
            cx.send(MAIN, None, MqttMessage::Ack(ack));
        }
    }
}

fn shorten(action: &str) -> String {
    let mut end = action.len().min(MAX_ACTION);
    while !action.is_char_boundary(end) {
        end -= 1;
    }
    action[..end].to_owned()
}
