//! Signals of the operating system.

use super::HostControl;

/// Reloads on every SIGHUP, where there is such a thing. Never ends.
pub(super) async fn reload_on_hangup(control: &HostControl) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::hangup()) {
            Ok(mut hangup) => {
                while hangup.recv().await.is_some() {
                    match control.begin_reload().await {
                        Ok(begun) if begun.report.is_empty() => {
                            tracing::info!("SIGHUP: nothing has changed");
                        }
                        Ok(_) => tracing::info!("SIGHUP: reloading"),
                        Err(error) => tracing::warn!("SIGHUP: {error}"),
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "SIGHUP does not reload"),
        }
    }
    #[cfg(not(unix))]
    let _ = control;
    std::future::pending::<()>().await;
}
