//! Saying things on the bus in order.
//!
//! A session is told to stop on another road than it is told what to publish, so that it may stop
//! first. So whoever stops it first waits until the last message is out: the payload of a message
//! tells when it is dropped, which is when it has been written (QoS 0) or confirmed (QoS 1).

use std::time::Duration;

use bytes::Bytes;
use journeyman_core::{Error, JobError, Router, Worker, session::SessionState};
use journeyman_halloween::{
    Config, Flushed, Prop, PropCommand, PropConfig, Publish, QoS,
    profile::{OFFLINE, status_topic},
};
use tokio::sync::{oneshot, watch};

use super::shared::reached;

/// A payload that tells when nobody needs it any more.
struct Told {
    text: Vec<u8>,
    _dropped: oneshot::Sender<()>,
}

impl AsRef<[u8]> for Told {
    fn as_ref(&self) -> &[u8] {
        &self.text
    }
}

/// Publishes something, and waits until it and everything before it is out; not when the session
/// is not there, and at most so long.
async fn publish_last(
    prop: &Prop,
    mut message: Publish,
    session: &mut watch::Receiver<SessionState>,
    limit: Duration,
) {
    if !session.borrow().is_ready() {
        return;
    }
    let (sender, dropped) = oneshot::channel();
    let payload = Bytes::from_owner(Told { text: message.payload.to_vec(), _dropped: sender });
    message.payload = payload;
    if prop.publish(message).await.is_err() {
        return;
    }
    let lost = reached(session, |state| !state.is_ready());
    tokio::select! {
        _ = dropped => {}
        () = lost => {}
        () = tokio::time::sleep(limit) => {
            tracing::warn!(prop = prop.id(), "the broker did not confirm `offline` in time");
        }
    }
}

/// Waits until the session has what was said before: what it is told after that comes behind it. At
/// most so long.
pub(super) async fn flush(prop: &Prop, limit: Duration) {
    through(prop, PropCommand::Flush, limit).await;
}

/// Tells the session that the prop is about to stop, and waits until it knows. At most so long.
pub(super) async fn leave(prop: &Prop, limit: Duration) {
    through(prop, PropCommand::Leave, limit).await;
}

async fn through(prop: &Prop, command: impl FnOnce(Flushed) -> PropCommand, limit: Duration) {
    let (sender, dropped) = oneshot::channel::<()>();
    let flushed = async {
        if prop.send(command(Flushed::new(sender))).await.is_ok() {
            // It only ever is dropped.
            let _ = dropped.await;
        }
    };
    if tokio::time::timeout(limit, flushed).await.is_err() {
        tracing::warn!(prop = prop.id(), "not all that it said last got out");
    }
}

/// Says that a prop is off, after everything else that it said, where its session is not to end in
/// good order.
pub(super) async fn say_offline(
    prop: &Prop,
    config: &Config,
    session: &mut watch::Receiver<SessionState>,
    limit: Duration,
) {
    let topic = config.profile.availability_topic(prop.id());
    let message = Publish::new(topic, OFFLINE).qos(QoS::AtLeastOnce).retain(true);
    publish_last(prop, message, session, limit).await;
}

/// Says on a prop's `status/error` why it could not be made: it has no session that could, so one is
/// made for that, which says `offline` and `stopped` and never `online`.
///
/// # Errors
/// The session cannot work.
///
/// # Cancel safety
/// When it is dropped, the session ends without a word, and the broker says `offline`.
pub(super) async fn say_failure(backend: PropConfig, text: &str) -> Result<(), Error> {
    let prop = backend.handle();
    let idle = async || Err::<(), _>(JobError::handed_back("the prop does not run"));
    let limit = Duration::from_secs(5);
    let worker = Worker::new(Router::new().fallback(idle)).serve(backend).drain_timeout(limit);
    let worker = worker.start()?;
    // Before it connects: then that is how it announces itself.
    let _ = prop.announce_stop().await;
    if worker.control().ready().await.is_ok()
        && let Some(mut session) = worker.control().states().pop()
    {
        let message = Publish::new(status_topic(prop.id(), "error"), text.to_owned());
        publish_last(&prop, message, &mut session, limit).await;
    }
    worker.control().drain();
    worker.wait().await.map(drop)
}
