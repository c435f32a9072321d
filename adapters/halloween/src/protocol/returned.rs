//! Commands that a handler gave back.
//!
//! A command that is not acknowledged stays with the broker, which delivers it again to the next
//! connection. That is right where the prop stops. Where it goes on, it would be fatal:
//! acknowledgements go out in the order in which commands came in, so those of later commands would
//! wait behind this one, and after some of them the broker would deliver nothing more. So after a
//! while, such a command has failed like any other.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use journeyman_core::protocol::Cx;
use journeyman_mqtt::{AckId, MqttMessage, Publish};

use super::{MAIN, Prop, work::Answer};
use crate::profile::status_topic;

/// How long a prop that gave something back may take to stop.
pub(super) const WAIT: Duration = Duration::from_secs(5);

/// A command that was given back on the present connection.
#[derive(Debug)]
pub(super) struct Returned {
    pub(super) until: Instant,
    pub(super) ack: AckId,
    /// What is said if the prop goes on after all.
    pub(super) text: String,
    pub(super) answer: Option<Answer>,
}

impl Prop {
    /// The prop is about to stop: what it gives back stays with the broker.
    pub(super) fn leave(&mut self) {
        self.leaving = true;
        self.returned = VecDeque::new();
    }

    pub(super) fn hand_back(&mut self, returned: Returned) {
        // The broker bounds what is not acknowledged.
        if !self.leaving && !self.draining {
            self.returned.push_back(returned);
        }
    }

    pub(super) fn returned_until(&self) -> Option<Instant> {
        self.returned.front().map(|first| first.until)
    }

    /// Ends those that were given back by a prop that goes on.
    pub(super) fn end_returned(&mut self, cx: &mut Cx<'_, MqttMessage>) {
        while let Some(first) = self.returned.pop_front_if(|first| first.until <= cx.now()) {
            let topic = status_topic(self.handle.id(), "error");
            cx.send(MAIN, None, MqttMessage::Publish(Publish::new(topic, first.text.clone())));
            if let Some(answer) = &first.answer {
                cx.send(MAIN, None, MqttMessage::Publish(answer.error(&first.text)));
            }
            cx.send(MAIN, None, MqttMessage::Ack(first.ack));
        }
    }
}
