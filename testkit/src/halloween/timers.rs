//! What happens some time after a client has gone.

use std::{sync::Arc, time::Duration};

use tokio::{task::AbortHandle, time::sleep};

use super::{core::Shared, events::Event, tree::Key};

/// Publishes the will of a session after `delay` seconds, if there is one, and ends the session
/// after `expiry` (the will then at the latest); `u32::MAX` is never. Aborted when the client
/// comes back. `None` if there is nothing to do.
pub(crate) fn start(
    shared: &Arc<Shared>,
    key: Key,
    delay: Option<u32>,
    expiry: u32,
) -> Option<AbortHandle> {
    if delay.is_none() && expiry == u32::MAX {
        return None;
    }
    // Not to keep a broker alive that nobody holds any more.
    let shared = Arc::downgrade(shared);
    let task = async move {
        let delay = delay.map(|delay| delay.min(expiry));
        if let Some(delay) = delay {
            sleep(Duration::from_secs(delay.into())).await;
            let Some(shared) = shared.upgrade() else { return };
            shared.change(|change| {
                let session = change.core.sessions.get_mut(&key);
                let away = session.filter(|session| session.link.is_none());
                if let Some(will) = away.and_then(|session| session.will.take()) {
                    change.publish_will(key, will);
                }
            });
        }
        if expiry == u32::MAX {
            return;
        }
        sleep(Duration::from_secs((expiry - delay.unwrap_or(0)).into())).await;
        let Some(shared) = shared.upgrade() else { return };
        shared.change(|change| {
            let session = change.core.sessions.get(&key);
            if let Some(session) = session.filter(|session| session.link.is_none()) {
                let client_id = Arc::clone(&session.client_id);
                change.context.events.push(Event::Expired { client_id });
                change.forget(key);
            }
        });
    };
    Some(tokio::spawn(task).abort_handle())
}
