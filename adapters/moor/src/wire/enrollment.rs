//! The enrollment of a CURVE key (mooR sheet, section 7.5): one frame each way, without encryption.

use std::fmt;

use bytes::Bytes;
use journeyman_core::Secret;
use journeyman_moor_schema::curve;
use planus::ReadAsRoot;

use super::{WireError, builder::build_always};

/// Asks for a key to be let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrollmentRequest {
    /// The token of the daemon's operator.
    pub token: Secret,
    /// The public key of the worker: Z85, 40 characters.
    pub curve_public_key: String,
    /// What it is for, as a text for people, such as `echo-worker`.
    pub service_type: String,
    /// Where it runs.
    pub hostname: String,
}

impl EnrollmentRequest {
    /// The frame.
    pub fn encode(&self) -> Bytes {
        let token = String::from_utf8_lossy(self.token.expose());
        build_always(|b| {
            curve::EnrollmentRequest::create(
                b,
                &*token,
                &*self.curve_public_key,
                &*self.service_type,
                &*self.hostname,
            )
        })
    }

    /// Reads a frame.
    ///
    /// # Errors
    /// It is no such message.
    pub fn decode(frame: &[u8]) -> Result<Self, WireError> {
        let read = || {
            let request = curve::EnrollmentRequestRef::read_as_root(frame)?;
            Ok::<_, planus::Error>(Self {
                token: Secret::new(request.enrollment_token()?),
                curve_public_key: request.curve_public_key()?.to_owned(),
                service_type: request.service_type()?.to_owned(),
                hostname: request.hostname()?.to_owned(),
            })
        };
        read().map_err(|error| WireError::from(error).within("enrollment request"))
    }
}

/// What comes back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnrollmentResponse {
    /// Whether the key was let in.
    pub success: bool,
    /// The id under which the daemon keeps the key; not the worker id. Present on success.
    pub service_uuid: Option<String>,
    /// The public key of the daemon: Z85, 40 characters. Present on success.
    pub daemon_curve_public_key: Option<String>,
    /// Why not. Present on failure.
    pub error: Option<String>,
}

impl EnrollmentResponse {
    /// The frame.
    pub fn encode(&self) -> Bytes {
        build_always(|b| {
            curve::EnrollmentResponse::create(
                b,
                self.success,
                self.service_uuid.as_deref(),
                self.daemon_curve_public_key.as_deref(),
                self.error.as_deref(),
            )
        })
    }

    /// Reads a frame.
    ///
    /// # Errors
    /// It is no such message.
    pub fn decode(frame: &[u8]) -> Result<Self, WireError> {
        let read = || {
            let response = curve::EnrollmentResponseRef::read_as_root(frame)?;
            let owned = |text: Option<&str>| text.map(ToOwned::to_owned);
            Ok::<_, planus::Error>(Self {
                success: response.success()?,
                service_uuid: owned(response.service_uuid()?),
                daemon_curve_public_key: owned(response.daemon_curve_public_key()?),
                error: owned(response.error()?),
            })
        };
        read().map_err(|error| WireError::from(error).within("enrollment response"))
    }
}

impl fmt::Display for EnrollmentResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.error, self.success) {
            (_, true) => f.write_str("enrolled"),
            (Some(error), false) => write!(f, "refused: {error}"),
            (None, false) => f.write_str("refused without a reason"),
        }
    }
}
