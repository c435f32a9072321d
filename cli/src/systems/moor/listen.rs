//! Where the local daemon listens, and how a worker says that.

use std::fmt::Write as _;

use journeyman_moor::{Config, ConfigError};
use journeyman_testkit::moor::{Daemon, Era, Files};
use journeyman_zmq::Endpoint;

use crate::exit::Failure;

/// The port of the requests by convention, and the port of the enrollment that goes with it.
const CONVENTION: (&str, u16) = (":7896", 7900);

/// The two addresses of `--listen`: `REQUESTS,RESPONSES`, or just the first where the second
/// follows from it.
pub(super) fn addresses(text: &str) -> Result<(String, String), Failure> {
    const FORM: &str = "write REQUESTS,RESPONSES, such as tcp://127.0.0.1:7896,tcp://127.0.0.1:7897 \
                        or ipc:///tmp/request.sock,ipc:///tmp/response.sock";
    let wrong = |problem: &dyn std::fmt::Display| {
        Failure::usage(format!("--listen {text}: {problem}; {FORM}"))
    };
    let (requests, responses) = match text.split_once(',') {
        Some((requests, responses)) => (requests.trim().to_owned(), responses.trim().to_owned()),
        // Any free port will do for both.
        None if text.starts_with("tcp://") && text.ends_with(":0") => {
            (text.to_owned(), text.to_owned())
        }
        None => {
            let config = follow(text).map_err(|error| match error.key() {
                "uri" => wrong(&"this is neither tcp:// nor ipc://"),
                _ => wrong(&error),
            })?;
            (config.request_address, config.response_address)
        }
    };
    for address in [&requests, &responses] {
        address.parse::<Endpoint>().map_err(|error| wrong(&error))?;
    }
    Ok((requests, responses))
}

/// The settings that follow from the address of the requests.
fn follow(requests: &str) -> Result<Config, ConfigError> {
    Config::from_uri(&format!("moor+{requests}"))
}

/// Where workers enroll at a daemon with this address: at the usual port if the address is the
/// usual one, else at any free one.
pub(super) fn enrollment(requests: &str, responses: &str) -> Option<String> {
    let tcp = [responses, requests].into_iter().find(|address| address.starts_with("tcp://"))?;
    let (host, _) = tcp.rsplit_once(':')?;
    let port = if requests.ends_with(CONVENTION.0) { CONVENTION.1 } else { 0 };
    Some(format!("{host}:{port}"))
}

/// An address as one can connect to it from this machine.
pub(super) fn reachable(address: &str) -> String {
    ["tcp://*:", "tcp://0.0.0.0:"]
        .iter()
        .find_map(|any| address.strip_prefix(any))
        .map_or_else(|| address.to_owned(), |port| format!("tcp://127.0.0.1:{port}"))
}

/// Whether only this machine can reach it.
pub(super) fn is_local(address: &str) -> bool {
    ["ipc://", "tcp://127.", "tcp://localhost:", "tcp://[::1]:"]
        .iter()
        .any(|start| address.starts_with(start))
}

/// The URI for workers of this daemon.
pub(super) fn uri(daemon: &Daemon) -> String {
    let (requests, responses) = (reachable(daemon.requests()), reachable(daemon.responses()));
    let mut uri = format!("moor+{requests}");
    let mut separator = '?';
    let mut option = |name: &str, value: &str| {
        // Writing into a text does not fail.
        let _ = write!(uri, "{separator}{name}={}", encoded(value));
        separator = '&';
    };
    if !follow(&requests).is_ok_and(|config| config.response_address == responses) {
        option("response", &responses);
    }
    // Where there are none, none are named.
    let files = daemon.files().unwrap_or_else(|| Files::new(""));
    let derived = requests.starts_with("tcp://") || responses.starts_with("tcp://");
    match (daemon.era(), daemon.is_encrypted()) {
        (Era::Paseto, _) => {
            option("era", "paseto");
            option("private_key", &files.signing_key().display().to_string());
        }
        (Era::Curve, true) => {
            if !derived {
                option("curve", "on");
            }
            match daemon.enrollment() {
                Some(enrollment) => {
                    option("enrollment", &reachable(enrollment));
                    option("token_file", &files.enrollment_token().display().to_string());
                }
                None => option("daemon_public_key", &daemon.public_key().to_z85()),
            }
            option(
                "data_dir",
                &files.allowed_hosts().with_file_name("worker").display().to_string(),
            );
        }
        (Era::Curve, false) if derived => option("curve", "off"),
        (Era::Curve, false) => {}
    }
    uri
}

/// The value of an option of a URI, which is also safe between `'` of a shell.
fn encoded(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'.' | b'_' | b'/' | b':' => {
                out.push(char::from(byte));
            }
            byte => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_gives_the_other() {
        let both = |text: &str| addresses(text).unwrap();
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(both("tcp://*:7896"), pair("tcp://*:7896", "tcp://*:7897"));
        assert_eq!(both("tcp://127.0.0.1:0"), pair("tcp://127.0.0.1:0", "tcp://127.0.0.1:0"));
        assert_eq!(both("tcp://h:1, tcp://h:9"), pair("tcp://h:1", "tcp://h:9"));
        assert_eq!(
            both("ipc:///tmp/a_request.sock"),
            pair("ipc:///tmp/a_request.sock", "ipc:///tmp/a_response.sock")
        );
        let refused = |text: &str| addresses(text).unwrap_err().message().to_owned();
        assert!(refused("127.0.0.1:1").contains("neither tcp:// nor ipc://"));
        assert!(refused("ipc:///tmp/a.sock").contains("REQUESTS,RESPONSES"));
        assert!(refused("tcp://h:1,h:2").contains("h:2"), "{}", refused("tcp://h:1,h:2"));
    }

    #[test]
    fn enrollment_is_at_the_usual_port_with_the_usual_others() {
        let at = |a: &str, b: &str| enrollment(a, b).unwrap_or_default();
        assert_eq!(at("tcp://h:7896", "tcp://h:7897"), "tcp://h:7900");
        assert_eq!(at("tcp://h:0", "tcp://h:0"), "tcp://h:0");
        assert_eq!(enrollment("ipc:///a", "ipc:///b"), None);
    }

    #[test]
    fn values_of_options_survive() {
        assert_eq!(encoded("/tmp/a b&c'%"), "/tmp/a%20b%26c%27%25");
        assert_eq!(reachable("tcp://0.0.0.0:1"), "tcp://127.0.0.1:1");
        assert!(is_local("tcp://127.0.0.1:1") && !is_local("tcp://0.0.0.0:1"));
    }
}
