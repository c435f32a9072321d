//! How a request fails.

use journeyman_moor_schema::{common, worker as table};
use planus::{Builder, Offset};

/// The error that ends a request. What MOO code sees of it is in the mooR sheet, section 9; a daemon
/// of the PASETO era throws the text away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkerError {
    /// `E_PERM`.
    PermissionDenied(String),
    /// `E_INVARG`, "Invalid request".
    InvalidRequest(String),
    /// `E_EXEC`, "Internal error".
    InternalError(String),
    /// `E_QUOTA`.
    RequestTimedOut(String),
    /// `E_INVARG`, "Request error".
    RequestError(String),
    /// `E_EXEC`, "Worker detached".
    Detached(String),
    /// `E_TYPE`; it holds the worker type.
    NoWorkerAvailable(String),
}

impl WorkerError {
    /// Its name on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::PermissionDenied(_) => "WorkerPermissionDenied",
            Self::InvalidRequest(_) => "WorkerInvalidRequest",
            Self::InternalError(_) => "WorkerInternalError",
            Self::RequestTimedOut(_) => "WorkerRequestTimedOut",
            Self::RequestError(_) => "WorkerRequestError",
            Self::Detached(_) => "WorkerDetached",
            Self::NoWorkerAvailable(_) => "NoWorkerAvailable",
        }
    }

    /// Its text.
    pub fn text(&self) -> &str {
        match self {
            Self::PermissionDenied(text)
            | Self::InvalidRequest(text)
            | Self::InternalError(text)
            | Self::RequestTimedOut(text)
            | Self::RequestError(text)
            | Self::Detached(text)
            | Self::NoWorkerAvailable(text) => text,
        }
    }

    pub(super) fn write(&self, b: &mut Builder) -> Offset<table::WorkerError> {
        use table::WorkerErrorUnion as Union;
        let text = self.text();
        macro_rules! with_message {
            ($table:ident, $create:ident) => {{
                let error = table::$table::create(b, text);
                Union::$create(b, error)
            }};
        }
        let error = match self {
            Self::PermissionDenied(_) => {
                with_message!(WorkerPermissionDenied, create_worker_permission_denied)
            }
            Self::InvalidRequest(_) => {
                with_message!(WorkerInvalidRequest, create_worker_invalid_request)
            }
            Self::InternalError(_) => {
                with_message!(WorkerInternalError, create_worker_internal_error)
            }
            Self::RequestTimedOut(_) => {
                with_message!(WorkerRequestTimedOut, create_worker_request_timed_out)
            }
            Self::RequestError(_) => {
                with_message!(WorkerRequestError, create_worker_request_error)
            }
            Self::Detached(_) => with_message!(WorkerDetached, create_worker_detached),
            Self::NoWorkerAvailable(_) => {
                let symbol = common::Symbol::create(b, text);
                let error = table::NoWorkerAvailable::create(b, symbol);
                Union::create_no_worker_available(b, error)
            }
        };
        table::WorkerError::create(b, error)
    }
}

impl std::fmt::Display for WorkerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.name(), self.text())
    }
}
