//! Workers that come with the host.

mod heartbeat;
mod host_control;

pub(crate) use heartbeat::heartbeat;
pub(crate) use host_control::host_control;

/// The name of the built-in worker that shows that the host lives (Halloween sheet, section 5.1).
/// Its id is `worker_host_heartbeat`; in the profile seed, `heartbeat`.
pub const HEARTBEAT: &str = "heartbeat";

/// The name and id of the built-in worker whose commands steer the host. It is there only where
/// [`PropHost::control`](crate::PropHost::control) says so.
///
/// | action | argument | result |
/// |---|---|---|
/// | `list` | none | what [`HostControl::props`](crate::HostControl::props) gives |
/// | `start`, `stop`, `restart` | an id | the prop's status |
/// | `reload` | none | what was done |
///
/// Results are telemetry under the name of the action or, where the command asked for it (MQTT 5),
/// answers.
pub const HOST_CONTROL: &str = "host_control";
