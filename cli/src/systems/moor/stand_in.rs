//! The stand-in daemon of the demo.

use std::time::Duration;

use journeyman_core::{JobErrorKind, Serve, Value};
use journeyman_moor::{Config, Curve, error_variant};
use journeyman_testkit::moor::{self as testkit, Daemon, Failure as MooFailure};
use tokio::time::timeout;

use super::{Boxed, StandIn, values};
use crate::{
    exit::Failure,
    folder::TempFolder,
    systems::{Call, CallArgs, Ended, Fault},
};

/// How long a job may take before the demo calls it lost.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct MoorStandIn {
    daemon: Daemon,
    place: String,
    backend: Option<Config>,
    /// Where its sockets are.
    _folder: Option<TempFolder>,
}

impl MoorStandIn {
    /// Over Unix sockets where there are any, else over loopback TCP, without encryption.
    pub(super) async fn start() -> Result<Self, Failure> {
        let config = testkit::Config::curve();
        let (config, folder) = if cfg!(unix) {
            let folder = TempFolder::new("moor")?;
            (config.ipc(folder.path()), Some(folder))
        } else {
            (config.enrollment(None).encrypted(false), None)
        };
        let daemon =
            Daemon::start(config).await.map_err(|error| Failure::failed(error.to_string()))?;
        let backend = Config::new(daemon.requests(), daemon.responses()).curve(Curve::Off);
        let place = match &folder {
            Some(folder) => format!("ipc sockets in {}", folder.path().display()),
            None => format!("{} and {}", daemon.requests(), daemon.responses()),
        };
        Ok(Self { daemon, place, backend: Some(backend), _folder: folder })
    }
}

/// What MOO code catches (mooR sheet, section 9).
fn raised(kind: JobErrorKind) -> &'static str {
    match error_variant(kind) {
        "WorkerInternalError" | "WorkerDetached" => "E_EXEC",
        "WorkerRequestTimedOut" => "E_QUOTA",
        "NoWorkerAvailable" => "E_TYPE",
        _ => "E_INVARG",
    }
}

impl StandIn for MoorStandIn {
    fn place(&self) -> String {
        self.place.clone()
    }

    fn road(&self) -> String {
        "MOO's worker_request()".to_owned()
    }

    fn backend(&mut self) -> Result<Serve, Failure> {
        let taken = self.backend.take();
        taken.map(Serve::new).ok_or_else(|| Failure::failed("the backend was taken already"))
    }

    fn carries(&self, value: &Value) -> bool {
        values::moo(value).is_some()
    }

    fn same(&self, sent: &Value, got: &Value) -> bool {
        values::same(sent, got)
    }

    fn code(&self, kind: JobErrorKind) -> &'static str {
        raised(kind)
    }

    /// The wire has a fixed set of errors; what is of no other kind is an invalid argument.
    fn own_code(&self, _code: &'static str) -> &'static str {
        raised(JobErrorKind::Failed)
    }

    fn shows_progress(&self) -> bool {
        false
    }

    fn submit<'a>(&'a self, call: &'a Call) -> Boxed<'a, Result<Ended, String>> {
        Box::pin(async move {
            // As MOO code would write it: numbers one after the other, options in a map.
            let arguments = match &call.args {
                CallArgs::Value(value) => vec![value.clone()],
                CallArgs::Named(pairs) if call.route.starts_with("math.") => {
                    pairs.iter().map(|(_, value)| value.clone()).collect()
                }
                CallArgs::Named(pairs) => vec![Value::object(pairs.iter().cloned())],
            };
            let arguments: Option<Vec<_>> = arguments.iter().map(values::moo).collect();
            let arguments = arguments.ok_or("MOO has no such value")?;
            let answered = match self.daemon.submit(call.route, &arguments, call.timeout) {
                Ok(ticket) => timeout(PATIENCE, ticket)
                    .await
                    .map_err(|_| format!("no answer within {PATIENCE:?}"))?,
                Err(failure) => Err(failure),
            };
            let outcome = match answered {
                Ok(result) => Ok(values::value(&result)),
                Err(MooFailure::Moo(error)) => {
                    Err(Fault { code: error.code.to_owned(), message: error.message })
                }
                Err(other) => return Err(other.to_string()),
            };
            // Echo gives the list back.
            let outcome = match (outcome, &call.args) {
                (Ok(Value::List(mut items)), CallArgs::Value(_)) if items.len() == 1 => {
                    Ok(items.remove(0))
                }
                (outcome, _) => outcome,
            };
            Ok(Ended { outcome, progress: Vec::new() })
        })
    }

    fn stop(&self) -> Boxed<'_, ()> {
        Box::pin(self.daemon.down())
    }
}
