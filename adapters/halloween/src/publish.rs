//! What a prop publishes by itself.

use std::{any::Any, fmt, sync::Arc};

use bytes::Bytes;
use journeyman_core::JobError;
use journeyman_mqtt::{Publish, QoS};
use serde::Serialize;

use crate::{
    command::Form,
    outcome::value_text,
    profile::{WILDCARDS, command_topic, state_topic, status_topic, telemetry_topic},
    pytext,
};

/// Something that a call was wrong about. Its name is Python's, since it is what the bus sees when
/// a handler fails because of it (`status/error` = `ValueError: …`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueError(String);

impl ValueError {
    /// An error with this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ValueError {}

/// QoS and retained flag of a message. The default is QoS 0, not retained. Also an extension of
/// events (`Events::publish_with`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PublishOptions {
    /// How hard to try.
    pub qos: QoS,
    /// Whether the broker keeps it.
    pub retain: bool,
}

impl PublishOptions {
    /// QoS 0, not retained.
    pub const fn new() -> Self {
        Self { qos: QoS::AtMostOnce, retain: false }
    }

    /// Sets the QoS.
    #[must_use]
    pub fn qos(mut self, qos: QoS) -> Self {
        self.qos = qos;
        self
    }

    /// Lets the broker keep it.
    #[must_use]
    pub fn retained(mut self) -> Self {
        self.retain = true;
        self
    }
}

/// What a prop can be told to do, as its session takes it. The methods of [`Prop`](crate::Prop)
/// make these.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum PropCommand {
    /// Publish telemetry; it counts against the prop's limit.
    Telemetry(Publish),
    /// Publish a status, a state, a command for somebody else, or anything.
    Publish(Publish),
    /// Publish one message to several topics, in their order.
    Broadcast(Vec<Publish>),
    /// Say that the prop has stopped (`offline`, `stopped`). It goes on answering commands, as
    /// upstream's does.
    Stop,
    /// Say that it is there again (`online`, `started`).
    Start,
    /// Drop this, once everything that was said before is on its way or kept.
    Flush(Flushed),
    /// The prop is about to stop: with `ack` = `settled`, commands that are given back from now on
    /// stay with the broker. What is given back by a prop that goes on is a failure, after a few
    /// seconds. Otherwise as [`Flush`](Self::Flush).
    Leave(Flushed),
}

/// Something whose owner sees that it is dropped, as the sender of a channel, for
/// [`PropCommand::Flush`]. It is dropped, too, when the session ends before.
///
/// A session hears of its end on another road than it hears what to say. So whoever wants to say
/// something last flushes first, and then ends it.
#[derive(Clone)]
pub struct Flushed(Arc<dyn Any + Send + Sync>);

impl Flushed {
    /// Keeps this until the flush is done.
    pub fn new(guard: impl Any + Send + Sync) -> Self {
        Self(Arc::new(guard))
    }
}

impl PartialEq for Flushed {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Flushed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flushed")
    }
}

impl PropCommand {
    /// Telemetry under a key, which may hold slashes.
    ///
    /// # Errors
    /// The value has no text form, or the key holds a wildcard.
    pub fn telemetry<T: Serialize + ?Sized>(
        id: &str,
        form: Form,
        key: &str,
        value: &T,
        options: PublishOptions,
    ) -> Result<Self, JobError> {
        message(telemetry_topic(id, key), value, form, options).map(Self::Telemetry)
    }

    /// A status under a key.
    ///
    /// # Errors
    /// As [`telemetry`](Self::telemetry).
    pub fn status<T: Serialize + ?Sized>(
        id: &str,
        form: Form,
        key: &str,
        value: &T,
        options: PublishOptions,
    ) -> Result<Self, JobError> {
        message(status_topic(id, key), value, form, options).map(Self::Publish)
    }

    /// The prop's state.
    ///
    /// # Errors
    /// The state has no text form.
    pub fn state<T: Serialize + ?Sized>(
        id: &str,
        form: Form,
        state: &T,
        options: PublishOptions,
    ) -> Result<Self, JobError> {
        message(state_topic(id), state, form, options).map(Self::Publish)
    }

    /// A command for another prop, or for this one.
    ///
    /// # Errors
    /// The arguments have no JSON form, or the target holds a wildcard.
    pub fn command<T: Serialize + ?Sized>(
        target: &str,
        action: &str,
        args: &T,
        qos: QoS,
    ) -> Result<Self, JobError> {
        let payload = command_payload(action, args, false)?;
        to_prop(target, payload, qos).map(Self::Publish)
    }

    /// A command for the firmware, which reads `params` where props read `args` (Halloween sheet,
    /// section 8): it has both.
    ///
    /// # Errors
    /// As [`command`](Self::command).
    pub fn device_command<T: Serialize + ?Sized>(
        target: &str,
        action: &str,
        params: &T,
        qos: QoS,
    ) -> Result<Self, JobError> {
        let payload = command_payload(action, params, true)?;
        to_prop(target, payload, qos).map(Self::Publish)
    }

    /// One command for several props, in their order.
    ///
    /// # Errors
    /// As [`command`](Self::command); nothing is sent then.
    pub fn broadcast<'a, T: Serialize + ?Sized>(
        targets: impl IntoIterator<Item = &'a str>,
        action: &str,
        args: &T,
        qos: QoS,
    ) -> Result<Self, JobError> {
        let payload = command_payload(action, args, false)?;
        let messages: Result<_, _> =
            targets.into_iter().map(|target| to_prop(target, payload.clone(), qos)).collect();
        messages.map(Self::Broadcast)
    }

    /// Any message.
    ///
    /// # Errors
    /// The topic holds a wildcard, or is none.
    pub fn raw(publish: Publish) -> Result<Self, JobError> {
        check_topic(&publish.topic)?;
        Ok(Self::Publish(publish))
    }

    pub(crate) fn boxed(self) -> Box<dyn Any + Send> {
        Box::new(self)
    }
}

fn message<T: Serialize + ?Sized>(
    topic: String,
    value: &T,
    form: Form,
    options: PublishOptions,
) -> Result<Publish, JobError> {
    check_topic(&topic)?;
    let payload = value_text(value, form)?;
    Ok(Publish::new(topic, payload).qos(options.qos).retain(options.retain))
}

fn to_prop(target: &str, payload: Bytes, qos: QoS) -> Result<Publish, JobError> {
    let topic = command_topic(target);
    check_topic(&topic)?;
    Ok(Publish::new(topic, payload).qos(qos))
}

/// The text of a command: upstream's keys, in its order, in Python's JSON style.
fn command_payload<T: Serialize + ?Sized>(
    action: &str,
    args: &T,
    params: bool,
) -> Result<Bytes, JobError> {
    let mut text = String::from("{\"action\": ");
    pytext::json_str(&mut text, action);
    let args = pytext::to_json(args)?;
    text.push_str(", \"args\": ");
    text.push_str(&args);
    if params {
        text.push_str(", \"params\": ");
        text.push_str(&args);
    }
    text.push('}');
    Ok(text.into())
}

/// Whether a topic can be published to.
pub(crate) fn check_topic(topic: &str) -> Result<(), ValueError> {
    match topic {
        topic if topic.contains(['+', '#']) => Err(ValueError::new(WILDCARDS)),
        topic if topic.is_empty() || topic.len() > usize::from(u16::MAX) => {
            Err(ValueError::new("Publish topic must have 1 to 65535 bytes."))
        }
        topic if topic.contains('\0') => {
            Err(ValueError::new("Publish topic cannot contain a NUL character."))
        }
        _ => Ok(()),
    }
}
