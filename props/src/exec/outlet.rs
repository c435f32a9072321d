//! Where what a program says goes to.

use journeyman_core::JobError;
use journeyman_halloween::{PropCommand, error_text};

use super::line::Word;
use crate::{BoxFuture, PropContext};

/// The run of the prop, as its program reaches it.
pub(super) trait Outlet: Send + Sync + 'static {
    /// The prop's id, for the log.
    fn id(&self) -> &str;

    /// Publishes something; waits until the session has room.
    fn say(&self, word: Word) -> BoxFuture<'_, Result<(), JobError>>;

    /// Says on `status/error` what was wrong, as far as there is somebody to say it to.
    fn complain<'a>(&'a self, error: &'a JobError) -> BoxFuture<'a, ()>;

    /// The run is over.
    fn fail(&self, error: JobError);

    /// The prop wants to stop.
    fn exit(&self);
}

impl Outlet for PropContext {
    fn id(&self) -> &str {
        self.id()
    }

    fn say(&self, word: Word) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async move {
            let prop = self.prop();
            match word {
                Word::Telemetry { key, value, options } => {
                    prop.telemetry_with(&key, &value, options).await
                }
                Word::Status { key, value, options } => {
                    prop.publish_status_with(&key, &value, options).await
                }
                Word::State { value, options } => prop.publish_state_with(&value, options).await,
                Word::Command { target, action, args, qos, device: false } => {
                    prop.command_with(&target, &action, &args, qos).await
                }
                Word::Command { target, action, args, qos, device: true } => {
                    prop.send(PropCommand::device_command(&target, &action, &args, qos)?).await
                }
                Word::Broadcast { targets, action, args, qos } => {
                    let targets = targets.iter().map(String::as_str);
                    prop.send(PropCommand::broadcast(targets, &action, &args, qos)?).await
                }
            }
        })
    }

    fn complain<'a>(&'a self, error: &'a JobError) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let text = error_text(error);
            tracing::warn!(prop = self.id(), "{text}");
            if let Err(error) = self.prop().publish_status("error", &text).await {
                tracing::debug!(prop = self.id(), %error, "nobody to say it to");
            }
        })
    }

    fn fail(&self, error: JobError) {
        self.fail(error);
    }

    fn exit(&self) {
        self.exit();
    }
}
