//! Enrollment (mooR sheet, sections 3.4 and 7.5).

use super::super::flat::{Reader, Result, limits, required};
use super::super::write;
use super::{DecodeError, build};
use bytes::Bytes;

/// A worker asks to be enrolled. Every field may be absent on the wire; the daemon says so then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnrollmentRequest {
    /// The shared secret.
    pub token: Option<String>,
    /// The worker's public key, 40 characters of Z85.
    pub public_key: Option<String>,
    /// Free text.
    pub service_type: Option<String>,
    /// Free text.
    pub hostname: Option<String>,
}

impl EnrollmentRequest {
    /// The frame that carries it.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let fields = [&self.token, &self.public_key, &self.service_type, &self.hostname];
        build(|out| {
            let fields =
                fields.map(|text| text.as_ref().map(|t| out.create_string(t).as_union_value()));
            write::fields(out, &fields)
        })
    }

    /// Reads one.
    ///
    /// # Errors
    ///
    /// If the frame is no table, or a field no text.
    pub fn decode(frame: &[u8]) -> std::result::Result<Self, DecodeError> {
        let read = || -> Result<Self> {
            let limits = limits(frame.len());
            let mut reader = Reader::new(frame, &limits);
            let root = reader.root()?;
            let slots: [_; 4] = reader.slots(root)?;
            let mut text =
                |at: Option<usize>| at.map(|at| reader.text(at).map(str::to_owned)).transpose();
            let [token, public_key, service_type, hostname] = slots;
            Ok(Self {
                token: text(token)?,
                public_key: text(public_key)?,
                service_type: text(service_type)?,
                hostname: text(hostname)?,
            })
        };
        Ok(read()?)
    }
}

/// The daemon's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnrollmentResponse {
    /// The key is allowed from now on.
    Enrolled {
        /// What the daemon calls the service; not the worker id.
        service_uuid: String,
        /// The daemon's public key, 40 characters of Z85.
        daemon_public_key: String,
    },
    /// Nothing happened.
    Refused(String),
}

impl EnrollmentResponse {
    /// The frame that carries it.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        build(|out| match self {
            Self::Enrolled { service_uuid, daemon_public_key } => {
                let uuid = out.create_string(service_uuid).as_union_value();
                let key = out.create_string(daemon_public_key).as_union_value();
                write::fields_and_bool(out, true, &[Some(uuid), Some(key), None])
            }
            Self::Refused(error) => {
                let error = out.create_string(error).as_union_value();
                write::fields_and_bool(out, false, &[None, None, Some(error)])
            }
        })
    }

    /// Reads one.
    ///
    /// # Errors
    ///
    /// If the frame is no answer.
    pub fn decode(frame: &[u8]) -> std::result::Result<Self, DecodeError> {
        let read = || -> Result<Self> {
            let limits = limits(frame.len());
            let mut reader = Reader::new(frame, &limits);
            let root = reader.root()?;
            let [success, uuid, key, error] = reader.slots(root)?;
            let success = reader.byte(success)? != 0;
            let mut text = |at, name| reader.text(required(at, name)?).map(str::to_owned);
            Ok(if success {
                Self::Enrolled {
                    service_uuid: text(uuid, "EnrollmentResponse::service_uuid()")?,
                    daemon_public_key: text(key, "EnrollmentResponse::daemon_curve_public_key()")?,
                }
            } else {
                Self::Refused(text(error, "EnrollmentResponse::error()")?)
            })
        };
        Ok(read()?)
    }
}
