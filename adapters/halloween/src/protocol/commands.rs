//! Commands and other messages that come in.

use std::sync::Arc;

use bytes::Bytes;
use journeyman_core::{
    Error, ErrorKind,
    protocol::{Cx, IncomingJob},
};
use journeyman_mqtt::{Delivery, MqttMessage, Properties, Publish, QoS, filter_matches};

use super::{
    MAIN, Open, Prop, odd,
    work::{Ack, Answer, Call, Redelivery},
};
use crate::{
    argument,
    command::{self, Arg, Command},
    config::Retained,
    extract::{CommandMeta, Extra, Meta},
    profile::EMPTY_COMMAND,
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
            .find(|watch| filter_matches(&watch.subscription.filter, &delivery.topic))
            .map(|watch| Arc::clone(&watch.route));
        if !is_command && watch.is_none() {
            self.acknowledge(cx, &delivery);
            return cx.ignored(odd("a message of a topic that was not subscribed to"));
        }
        if self.draining && delivery.ack.is_some() {
            // Unacknowledged, it comes again after the next start.
            return;
        }
        if let Some(size) = delivery.oversize {
            return self.too_large(cx, &delivery, size);
        }
        if self.is_again(&delivery) {
            return;
        }
        match watch {
            Some(route) => self.other(cx, delivery, route),
            None => self.command(cx, delivery),
        }
    }

    /// It cannot be run, and if it were not acknowledged, the broker would deliver it for ever.
    fn too_large(&mut self, cx: &mut Cx<'_, MqttMessage>, delivery: &Delivery, size: usize) {
        let (topic, limit) = (&delivery.topic, self.config.max_message_size);
        let text = format!("a message of {size} bytes on {topic}; the limit is {limit}");
        self.error(cx, &format!("ValueError: {text}"));
        self.acknowledge(cx, delivery);
        let error = Error::new(ErrorKind::TooLarge, "receive", text);
        cx.ignored(error.with_remedy("raise `max_message_size`, or send less"));
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
        let name = self.routes.of(&action);
        // Mostly the one that was there last.
        if *self.route != *name {
            self.route = Arc::from(&*name);
        }
        let route = Arc::clone(&self.route);
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
        let (answer, user) = match properties {
            None => (None, Vec::new()),
            Some(properties) => {
                let Properties { response_topic, correlation_data, user, .. } = *properties;
                (response_topic.map(|topic| Answer { topic, correlation_data }), user)
            }
        };
        self.count += 1;
        let arguments = match &action {
            Some(_) => argument::payload(arg.as_ref(), self.config.form),
            None => argument::from_bytes(&payload),
        };
        let codec = Arc::clone(if answer.is_some() { &self.codecs.1 } else { &self.codecs.0 });
        let id = job_id(&mut self.id, self.handle.id(), self.count);
        let mut job = IncomingJob::boxed(id, Arc::clone(&route), arguments, codec);
        // QoS 0 has no such flag.
        job.redelivered = (qos > QoS::AtMostOnce).then_some(dup);
        let traceparent = user.iter().find(|(name, _)| name == TRACEPARENT);
        job.traceparent = traceparent.map(|(_, value)| value.as_str().into());
        let redelivery = ack.is_some().then(|| Redelivery {
            topic: topic.as_str().into(),
            // A copy: the buffer that it is a part of may be large.
            payload: Bytes::copy_from_slice(&payload),
        });
        // Commands have one topic, which is there already.
        let topic = match action {
            Some(_) => Arc::clone(&self.topics.command),
            None => topic.into(),
        };
        let meta = Meta {
            prop: Arc::clone(self.handle.shared_id()),
            topic,
            action,
            arg,
            payload,
            qos,
            retain,
            dup,
            wants_answer: answer.is_some(),
            user,
        };
        let meta = Arc::new(meta);
        let extra = Extra { meta: CommandMeta(Arc::clone(&meta)), prop: self.handle.clone() };
        job.extensions.insert(extra);
        let token = cx.accept(job);
        let call = Call {
            meta,
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

/// The prop's id and a number. `buffer` is one that is used over and over: every command has one,
/// and `format!` would be the dearest part of taking it in.
fn job_id(buffer: &mut String, prop: &str, count: u64) -> Arc<str> {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = count;
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    buffer.clear();
    buffer.push_str(prop);
    buffer.push('-');
    buffer.extend(digits[at..].iter().map(|digit| char::from(*digit)));
    buffer.as_str().into()
}

fn shorten(action: &str) -> String {
    let mut end = action.len().min(MAX_ACTION);
    while !action.is_char_boundary(end) {
        end -= 1;
    }
    action[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_are_numbered() {
        let mut buffer = String::new();
        for count in [0, 7, 10, 1234, u64::MAX] {
            assert_eq!(*job_id(&mut buffer, "x", count), format!("x-{count}"));
        }
    }
}
