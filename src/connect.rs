//! From a URI to a backend.

use crate::{Error, ErrorKind, Serve};

/// Makes a system's backend from what stands behind its scheme.
type Make = fn(&str) -> Result<Serve, Error>;

/// A system whose URIs are known: its name, the feature that builds it in, and how.
struct System {
    name: &'static str,
    make: Option<Make>,
}

/// The systems that have an adapter. The name is the scheme up to its `+`, and the feature.
const SYSTEMS: &[System] = &[
    System { name: "distworker", make: DISTWORKER },
    System { name: "moor", make: MOOR },
    System { name: "halloween", make: HALLOWEEN },
    System { name: "crowdcompute", make: CROWDCOMPUTE },
];

#[cfg(feature = "distworker")]
const DISTWORKER: Option<Make> =
    Some(|uri| Ok(Serve::new(crate::distworker::Config::from_uri(uri)?)));
#[cfg(not(feature = "distworker"))]
const DISTWORKER: Option<Make> = None;

#[cfg(feature = "moor")]
const MOOR: Option<Make> = Some(|uri| Ok(Serve::new(crate::moor::Config::from_uri(uri)?)));
#[cfg(not(feature = "moor"))]
const MOOR: Option<Make> = None;

#[cfg(feature = "halloween")]
const HALLOWEEN: Option<Make> =
    Some(|uri| Ok(Serve::new(crate::halloween::Config::from_uri(uri)?)));
#[cfg(not(feature = "halloween"))]
const HALLOWEEN: Option<Make> = None;

#[cfg(feature = "crowdcompute")]
const CROWDCOMPUTE: Option<Make> =
    Some(|uri| Ok(Serve::new(crate::crowdcompute::Config::from_uri(uri)?)));
#[cfg(not(feature = "crowdcompute"))]
const CROWDCOMPUTE: Option<Make> = None;

/// A backend from a URI such as `distworker+http://host:8081?provisioner=p&token_env=NAME`. The
/// scheme says which system it is; the rest is that adapter's own, see its `Config::from_uri`.
///
/// No connection is made yet: that is done by the worker that serves it.
///
/// ```no_run
/// # use journeyman::{Error, Router, Worker, shutdown_signal};
/// # async fn run(router: Router) -> Result<(), Error> {
/// let backend = journeyman::connect("distworker+http://localhost:8081?provisioner=default")?;
/// Worker::new(router).serve(backend).run_until(shutdown_signal()).await?;
/// # Ok(()) }
/// ```
///
/// # Errors
/// The scheme is no system's, its adapter is not built in (the error names the feature), or the
/// adapter finds the URI wrong. No error repeats more of the URI than its scheme.
pub fn connect(uri: &str) -> Result<Serve, Error> {
    let scheme = scheme(uri).ok_or_else(|| {
        Error::config("the URI has no scheme").with_remedy(
            "write it as SYSTEM+PROTOCOL://HOST:PORT?OPTIONS, such as \
             distworker+http://HOST:8081?provisioner=NAME",
        )
    })?;
    let name = scheme.split('+').next().unwrap_or(scheme);
    match SYSTEMS.iter().find(|system| system.name.eq_ignore_ascii_case(name)) {
        Some(System { make: Some(make), .. }) => make(uri),
        Some(System { name, make: None }) => Err(Error::new(
            ErrorKind::Unsupported,
            "configure",
            format!("the adapter for {name} is not built into this program"),
        )
        .with_remedy(format!("enable the feature `{name}` of the crate `journeyman`"))),
        None if name == "memory" => Err(Error::config("the in-memory backend has no URI")
            .with_remedy("make it with `journeyman::memory::Memory::new`")),
        None if name.eq_ignore_ascii_case("tasker") => Err(Error::config(
            "Tasker has no wire to connect to: its steps come over a channel inside of the process",
        )
        .with_remedy(
            "enable the feature `tasker` and make the backend with \
             `journeyman::tasker::TaskerWorker::new`",
        )),
        None => Err(Error::config(format!("no system has the scheme `{scheme}`"))
            .with_remedy(format!("known are: {}", known()))),
    }
}

/// What stands before `:`, if it is a scheme by RFC 3986, section 3.1. Anything else may be a
/// host or a secret, and is not shown.
fn scheme(uri: &str) -> Option<&str> {
    let (scheme, _) = uri.split_once(':')?;
    let valid = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'-' | b'.');
    let first = scheme.bytes().next()?;
    let valid = first.is_ascii_alphabetic() && scheme.len() <= 64 && scheme.bytes().all(valid);
    valid.then_some(scheme)
}

fn known() -> String {
    SYSTEMS.iter().map(|system| format!("{}+…", system.name)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(uri: &str) -> String {
        connect(uri).unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_system_is_said_without_repeating_the_uri() {
        assert!(error("tcp://user:hunter2@host").contains("no system has the scheme `tcp`"));
        assert!(error("hunter2").contains("has no scheme"));
        assert!(error("hunter2/x:y").contains("has no scheme"));
        for uri in ["tcp://user:hunter2@host", "hunter2", "hunter2/x:y", "memory:hunter2"] {
            assert!(!error(uri).contains("hunter2"), "{uri}: {}", error(uri));
        }
        assert!(error("memory:").contains("Memory::new"));
        assert!(error("tasker:?max_wait=5s").contains("TaskerWorker::new"));
    }

    #[cfg(feature = "distworker")]
    #[test]
    fn the_scheme_picks_the_adapter() {
        let serve = connect("distworker+http://127.0.0.1:8081?provisioner=p").unwrap();
        assert!(format!("{serve:?}").contains("distworker"));
        assert!(error("distworker+http://127.0.0.1:8081?nonsense=1").contains("nonsense"));
    }

    #[cfg(feature = "moor")]
    #[test]
    fn a_daemon_is_found_by_its_sockets() {
        let serve = connect("moor+ipc:///tmp/moor_workers_request.sock").unwrap();
        assert!(format!("{serve:?}").contains("moor"));
        assert!(error("moor+tcp://127.0.0.1?nonsense=1").contains("nonsense"));
    }

    #[cfg(feature = "halloween")]
    #[test]
    fn a_prop_is_found_by_its_broker() {
        let serve = connect("halloween+mqtt://127.0.0.1:1883?prop=fogger").unwrap();
        assert!(format!("{serve:?}").contains("halloween"));
        assert!(error("halloween+mqtt://127.0.0.1?nonsense=1").contains("nonsense"));
    }

    #[cfg(feature = "crowdcompute")]
    #[test]
    fn a_foreman_is_found_by_its_socket() {
        let serve = connect("crowdcompute+ws://127.0.0.1:9000?max_concurrent_tasks=2").unwrap();
        assert!(format!("{serve:?}").contains("crowdcompute"));
        assert!(connect("crowdcompute+wss://foreman.example").is_ok());
        assert!(error("crowdcompute+ws://127.0.0.1:9000?nonsense=1").contains("nonsense"));
        assert!(error("crowdcompute+http://127.0.0.1:9000").contains("crowdcompute+ws"));
    }

    #[cfg(not(feature = "crowdcompute"))]
    #[test]
    fn another_missing_feature_is_named() {
        let error = error("crowdcompute+ws://127.0.0.1:9000");
        assert!(error.contains("feature `crowdcompute`"), "{error}");
    }

    #[cfg(not(feature = "distworker"))]
    #[test]
    fn a_missing_feature_is_named() {
        let error = error("distworker+http://127.0.0.1:8081");
        assert!(error.contains("feature `distworker`"), "{error}");
    }
}
