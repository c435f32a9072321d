//! The handle of a prop: what it publishes from inside of handlers and beside them.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use journeyman_core::{Job, JobError, backend::Commands, capability::Need, extract::FromJob};
use journeyman_mqtt::{Publish, QoS};
use serde::Serialize;

use crate::{
    PropCommand, PublishOptions,
    command::Form,
    extract::{PROP, extra},
};

/// A prop, as its handlers and tasks see it: the counterpart of upstream's base class. Clones are
/// the same prop.
///
/// All methods wait until the session has room, and no longer: nothing waits for the broker. While
/// the broker is away, messages with QoS 0 are lost, as upstream's are, and those with QoS 1 or 2,
/// or retained ones, are kept (at most
/// [`Config::offline_queue`](crate::Config::offline_queue)) and sent in their order after the
/// reconnect. They return an error when the value has no text form, when a topic would hold a
/// wildcard, and when the session is gone or not there yet; and when they are dropped, the message
/// was either queued or not sent at all.
#[derive(Clone)]
pub struct Prop(Arc<Inner>);

struct Inner {
    id: Arc<str>,
    form: Form,
    commands: OnceLock<Commands>,
}

impl Prop {
    /// A prop whose session is not there yet.
    pub(crate) fn new(id: Arc<str>, form: Form) -> Self {
        Self(Arc::new(Inner { id, form, commands: OnceLock::new() }))
    }

    pub(crate) fn attach(&self, commands: Commands) {
        // A configuration makes one session.
        let _ = self.0.commands.set(commands);
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    pub(crate) fn shared_id(&self) -> &Arc<str> {
        &self.0.id
    }

    /// Publishes telemetry under a key, which may hold slashes: QoS 0, not retained.
    ///
    /// # Errors
    /// See [`Prop`].
    pub async fn telemetry<T: Serialize + ?Sized>(
        &self,
        key: &str,
        value: &T,
    ) -> Result<(), JobError> {
        self.telemetry_with(key, value, PublishOptions::new()).await
    }

    /// As [`telemetry`](Self::telemetry), with QoS and retained flag.
    ///
    /// # Errors
    /// See [`Prop`].
    pub async fn telemetry_with<T: Serialize + ?Sized>(
        &self,
        key: &str,
        value: &T,
        options: PublishOptions,
    ) -> Result<(), JobError> {
        self.send(PropCommand::telemetry(self.id(), self.0.form, key, value, options)?).await
    }

    /// Publishes a status under a key: QoS 0, not retained.
    ///
    /// # Errors
    /// See [`Prop`].
    pub async fn publish_status<T: Serialize + ?Sized>(
        &self,
        key: &str,
        value: &T,
    ) -> Result<(), JobError> {
        self.publish_status_with(key, value, PublishOptions::new()).await
    }

    /// As [`publish_status`](Self::publish_status), with QoS and retained flag.
    ///
    /// # Errors
    /// See [`Prop`].
    pub async fn publish_status_with<T: Serialize + ?Sized>(
        &self,
        key: &str,
        value: &T,
        options: PublishOptions,
    ) -> Result<(), JobError> {
        self.send(PropCommand::status(self.id(), self.0.form, key, value, options)?).await
    }

    /// The name that [`publish_status`](Self::publish_status) has in the seed profile.
    ///
    /// # Errors
    /// See [`Prop`].
    pub async fn status<T: Serialize + ?Sized>(
        &self,
        key: &str,
        value: &T,
    ) -> Result<(), JobError> {
        self.publish_status(key, value).await
    }

    /// Publishes the prop's state: QoS 0, not retained.
    ///
    /// # Errors
    /// See [`Prop`].
    pub async fn publish_state<T: Serialize + ?Sized>(&self, state: &T) -> Result<(), JobError> {
        self.publish_state_with(state, PublishOptions::new()).await
    }

    /// As [`publish_state`](Self::publish_state), with QoS and retained flag.
    ///
    /// # Errors
    /// See [`Prop`].
    pub async fn publish_state_with<T: Serialize + ?Sized>(
        &self,
        state: &T,
        options: PublishOptions,
    ) -> Result<(), JobError> {
        self.send(PropCommand::state(self.id(), self.0.form, state, options)?).await
    }

    /// Sends a command to a prop, with QoS 1. `&()` stands for no arguments.
    ///
    /// # Errors
    /// See [`Prop`].
    pub async fn command<T: Serialize + ?Sized>(
        &self,
        target: &str,
        action: &str,
        args: &T,
    ) -> Result<(), JobError> {
        self.command_with(target, action, args, QoS::AtLeastOnce).await
    }

    /// As [`command`](Self::command), with a QoS.
    ///
    /// # Errors
    /// See [`Prop`].
    pub async fn command_with<T: Serialize + ?Sized>(
        &self,
        target: &str,
        action: &str,
        args: &T,
        qos: QoS,
    ) -> Result<(), JobError> {
        self.send(PropCommand::command(target, action, args, qos)?).await
    }

    /// Sends a command to firmware, which reads `params` where props read `args`: it has both.
    ///
    /// # Errors
    /// See [`Prop`].
    pub async fn device_command<T: Serialize + ?Sized>(
        &self,
        target: &str,
        action: &str,
        params: &T,
    ) -> Result<(), JobError> {
        let command = PropCommand::device_command(target, action, params, QoS::AtLeastOnce)?;
        self.send(command).await
    }

    /// Sends one command to several props, in their order, with QoS 1.
    ///
    /// # Errors
    /// See [`Prop`].
    pub async fn broadcast<T: Serialize + ?Sized>(
        &self,
        targets: &[&str],
        action: &str,
        args: &T,
    ) -> Result<(), JobError> {
        let targets = targets.iter().copied();
        self.send(PropCommand::broadcast(targets, action, args, QoS::AtLeastOnce)?).await
    }

    /// Publishes anything.
    ///
    /// # Errors
    /// See [`Prop`].
    pub async fn publish(&self, message: Publish) -> Result<(), JobError> {
        self.send(PropCommand::raw(message)?).await
    }

    /// Says that the prop has stopped (`offline`, `stopped`), without ending its session: it goes
    /// on answering commands, as upstream's does.
    ///
    /// # Errors
    /// See [`Prop`].
    pub async fn announce_stop(&self) -> Result<(), JobError> {
        self.send(PropCommand::Stop).await
    }

    /// Says that the prop is there again (`online`, `started`).
    ///
    /// # Errors
    /// See [`Prop`].
    pub async fn announce_start(&self) -> Result<(), JobError> {
        self.send(PropCommand::Start).await
    }

    /// Hands the session a command.
    ///
    /// # Errors
    /// See [`Prop`].
    pub async fn send(&self, command: PropCommand) -> Result<(), JobError> {
        let Some(commands) = self.0.commands.get() else {
            let message = format!("the prop `{}` has not been started", self.id());
            return Err(JobError::failed(message).temporary());
        };
        commands.send(command.boxed()).await.map_err(JobError::from)
    }
}

impl fmt::Debug for Prop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Prop").field(&self.0.id).finish()
    }
}

impl FromJob for Prop {
    const NEEDS: &'static [Need] = &[Need::Extension(PROP)];

    fn from_job(job: &Job) -> Result<Self, JobError> {
        extra(job).map(|extra| extra.prop.clone())
    }
}
