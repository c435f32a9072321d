//! The messages of both eras: bytes to types and back, without I/O.
//!
//! What a daemon sends is read lazily: [`broadcast`] looks at what concerns every worker, and
//! [`Request::arguments`] checks the arguments of a request of ours. What passed that check is read
//! straight from the buffer, as often as wanted ([`Arguments`]). A result is written in one pass by
//! [`ResultCodec`], in the job's own task.

mod args;
mod broadcast;
mod builder;
mod check;
mod codec;
mod encode;
mod enrollment;
mod era;
mod error;
mod kinds;
mod node;
mod parts;
mod reply;
mod scalar;
mod serializer;
mod speaker;
#[cfg(test)]
mod tests;
mod worker_error;

pub use args::Arguments;
pub use broadcast::{Broadcast, Request, broadcast, broadcast_for};
pub use codec::ResultCodec;
pub use enrollment::{EnrollmentRequest, EnrollmentResponse};
pub use era::{Era, Limits};
pub use error::WireError;
pub use reply::{Reply, reply};
pub use speaker::Speaker;
pub use worker_error::WorkerError;

/// The topic of every broadcast (mooR sheet, section 3.3).
pub const TOPIC: &[u8] = b"workers";

/// Checks and reads one value of a buffer of this length.
pub(crate) fn read_value(
    var: journeyman_moor_schema::var::VarRef<'_>,
    era: Era,
    length: usize,
    limits: &Limits,
) -> Result<crate::var::Var, WireError> {
    use serde::Deserialize;
    let node = node::WireNode { var, era };
    check::value(node, length, limits)?;
    let value = crate::var::Var::deserialize(crate::var::de::NodeDeserializer(node))?;
    Ok(value)
}
