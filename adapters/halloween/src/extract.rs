//! What a command has besides its argument.

use std::sync::Arc;

use bytes::Bytes;
use journeyman_core::{Job, JobError, capability::Need, extract::FromJob};
use journeyman_mqtt::QoS;

use crate::{Prop, command::Arg};

pub(crate) const COMMAND: &str = "halloween.command";
pub(crate) const PROP: &str = "halloween.prop";

/// What the protocol puts beside the argument.
#[derive(Debug)]
pub(crate) struct Extra {
    pub(crate) meta: CommandMeta,
    pub(crate) prop: Prop,
}

/// How a command came in. Clones share everything.
#[derive(Clone, Debug)]
pub struct CommandMeta(pub(crate) Arc<Meta>);

#[derive(Debug)]
pub(crate) struct Meta {
    pub(crate) prop: Arc<str>,
    pub(crate) topic: Arc<str>,
    pub(crate) action: Option<String>,
    pub(crate) arg: Option<Arg>,
    pub(crate) payload: Bytes,
    pub(crate) qos: QoS,
    pub(crate) retain: bool,
    pub(crate) dup: bool,
    pub(crate) wants_answer: bool,
    pub(crate) user: Vec<(String, String)>,
}

impl CommandMeta {
    /// The id of the prop that it is for.
    pub fn prop_id(&self) -> &str {
        &self.0.prop
    }

    /// The topic that it was published to.
    pub fn topic(&self) -> &str {
        &self.0.topic
    }

    /// The action as it was sent; `None` for a message of another topic.
    pub fn action(&self) -> Option<&str> {
        self.0.action.as_deref()
    }

    /// The argument; `None` without one, and for a message of another topic.
    pub fn arg(&self) -> Option<&Arg> {
        self.0.arg.as_ref()
    }

    /// The payload as it was sent.
    pub fn payload(&self) -> &Bytes {
        &self.0.payload
    }

    /// The QoS that it was delivered with.
    pub fn qos(&self) -> QoS {
        self.0.qos
    }

    /// Whether the broker kept it from before the subscription.
    pub fn retain(&self) -> bool {
        self.0.retain
    }

    /// Whether the broker says that it may have delivered it before.
    pub fn dup(&self) -> bool {
        self.0.dup
    }

    /// Whether it asked for an answer (MQTT 5).
    pub fn wants_answer(&self) -> bool {
        self.0.wants_answer
    }

    /// The names and values that the sender added (MQTT 5).
    pub fn user(&self) -> &[(String, String)] {
        &self.0.user
    }
}

impl FromJob for CommandMeta {
    const NEEDS: &'static [Need] = &[Need::Extension(COMMAND)];

    fn from_job(job: &Job) -> Result<Self, JobError> {
        extra(job).map(|extra| extra.meta.clone())
    }
}

/// The argument exactly as upstream's handlers get it (Halloween sheet, section 3.1): a text, or
/// nothing. `Args` reads it as what it means instead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArgText(pub Option<String>);

impl FromJob for ArgText {
    const NEEDS: &'static [Need] = &[Need::Extension(COMMAND)];

    fn from_job(job: &Job) -> Result<Self, JobError> {
        let meta = &extra(job)?.meta;
        Ok(Self(meta.arg().map(|arg| arg.text().into_owned())))
    }
}

pub(crate) fn extra(job: &Job) -> Result<&Extra, JobError> {
    let absent = || JobError::bad_input("the job did not come from a Halloween broker");
    job.extensions().get::<Extra>().ok_or_else(absent)
}
