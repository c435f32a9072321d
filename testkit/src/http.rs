//! What the HTTP servers of the stand-ins share.

use axum::Router;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Ends at the stop, or when whoever stops is gone.
pub(crate) async fn until_stopped(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Serves until the stop. Requests in flight are given `grace`: a client that neither reads its
/// answer nor closes must not hold the stop up.
pub(crate) async fn serve(
    app: Router,
    listener: TcpListener,
    mut stopped: watch::Receiver<bool>,
    grace: Duration,
) {
    let mut stop = stopped.clone();
    let graceful = async move { until_stopped(&mut stop).await };
    let serving = axum::serve(listener, app).with_graceful_shutdown(graceful);
    let grace = async {
        until_stopped(&mut stopped).await;
        tokio::time::sleep(grace).await;
    };
    tokio::select! {
        _ = serving.into_future() => {}
        () = grace => {}
    }
}
