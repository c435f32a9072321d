//! Registrations that come back soon after each other.
//!
//! When one of them has reached the foreman again, the others do not wait for the end of their backoff:
//! today's foreman takes back the tasks of every id that is not connected as soon as any worker is free
//! (CrowdCompute sheet, section 16), and those run twice. One that is back waits a moment for the others,
//! with its answers; so they are woken as soon as it has a connection.

use journeyman_core::{WorkerControl, session::SessionState};
use tokio::task::JoinSet;

/// Watches all registrations; the tasks end with the worker.
pub(crate) fn watch(control: &WorkerControl, tasks: &mut JoinSet<()>) {
    if control.states().len() < 2 {
        return;
    }
    for mut state in control.states() {
        let control = control.clone();
        tasks.spawn(async move {
            // An error means that the worker is gone.
            while state.wait_for(is_connected).await.is_ok() {
                wake_those_that_wait(&control);
                if state.wait_for(|state| !is_connected(state)).await.is_err() {
                    return;
                }
            }
        });
    }
}

fn is_connected(state: &SessionState) -> bool {
    matches!(state, SessionState::Registering | SessionState::Ready)
}

fn wake_those_that_wait(control: &WorkerControl) {
    for (place, state) in control.states().iter().enumerate() {
        let waits = matches!(*state.borrow(), SessionState::Waiting { .. });
        if waits && let Some(session) = control.session(place) {
            session.reconnect();
        }
    }
}
