//! Which era a foreman is of, found out without registering.
//!
//! A foreman of the seed closes the connection at a message whose type it does not know; one of
//! today logs it and goes on (CrowdCompute sheet, sections 2.1 and 12).

use std::{future::poll_fn, time::Duration};

use journeyman_core::{
    Error,
    transport::{Event, Lane, Transport},
};
use journeyman_crowdcompute::{Connection, Era};
use journeyman_ws::{WsMessage, WsTransport};
use tokio::time::timeout;

/// A type that no foreman knows.
const UNKNOWN: &str = r#"{"type": "journeyman_doctor", "data": {}, "job_id": null}"#;

/// How long a foreman that is going to close may take for it.
const GRACE: Duration = Duration::from_secs(1);

/// Asks a foreman. `None` when it is neither: it closed in a way that none of them does.
///
/// # Errors
/// It cannot be reached.
pub(super) async fn probe(to: Connection, limit: Duration) -> Result<Option<Era>, Error> {
    let mut ws = to.ws;
    ws.connect_timeout = limit;
    let mut transport = WsTransport::new(ws);
    transport.connect(to.target).await?;
    transport.send(Lane::MAIN, None, WsMessage::from(UNKNOWN))?;
    let closed = timeout(GRACE.min(limit), async {
        loop {
            if let Event::Closed(closed) = poll_fn(|cx| transport.poll_event(cx)).await {
                return closed;
            }
        }
    })
    .await;
    transport.abort();
    Ok(match closed {
        Err(_) => Some(Era::Head),
        Ok(closed) if closed.clean => Some(Era::Seed),
        Ok(_) => None,
    })
}
