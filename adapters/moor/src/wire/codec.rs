//! How a handler's value becomes the message that ends its request.

use std::sync::Arc;

use journeyman_core::{
    Error, ErrorKind, erased_serde,
    job::{Body, Codec, Role},
};
use uuid::Uuid;

use super::{Limits, Speaker};

/// Writes the whole message around a result, in the job's own task.
#[derive(Clone, Debug)]
pub struct ResultCodec {
    /// Who answers.
    pub speaker: Arc<Speaker>,
    /// What is answered.
    pub request: Uuid,
    /// Limits on the value.
    pub limits: Limits,
}

impl Codec for ResultCodec {
    fn encode(&self, role: Role, value: &dyn erased_serde::Serialize) -> Result<Body, Error> {
        match role {
            Role::Result => {}
            // Progress is shown by this worker alone, which does not look at the data.
            Role::Progress => return Ok(Body::Empty),
            _ => {
                let text = "a mooR request has a result and no events";
                return Err(Error::new(ErrorKind::Unsupported, "encode", text));
            }
        }
        self.speaker
            .result(self.request, value, &self.limits)
            .map(Body::Bytes)
            .map_err(|error| Error::new(ErrorKind::Codec, "encode", error.to_string()))
    }
}
