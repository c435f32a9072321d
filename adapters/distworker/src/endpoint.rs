//! From the URL that a user gives to the one that is connected to (DistWorker sheet, sections 0
//! and 1).

use std::fmt;

pub use journeyman_core::settings::redacted;

/// What is put behind the base path of the controller.
const WORKER_PATH: &str = "/worker/v1/ws";
/// The path in the quick start of DistWorker's own README, which no release ever served.
const README_PATH: &str = "/ws";

/// Where the workers of a controller connect to.
///
/// - `http://HOST:PORT/base` and `https://…`, as the released SDK takes them: the base path is
///   kept, `/` at its end trimmed, and `/worker/v1/ws` appended.
/// - `ws://HOST:PORT` and `wss://…`: the same. A path that ends in `/worker/v1/ws` already is kept
///   as it is. A path that ends in `/ws` otherwise, such as `ws://HOST:PORT/ws` in the quick start
///   of DistWorker's README, has that end replaced, since no release serves it.
///
/// The query string is kept. Fragments, user names and passwords are refused. The port is the
/// usual one of the scheme, 80 or 443, when it is not given; controllers listen for workers on
/// 8081 by default.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    secure: bool,
    /// As in the URL; IPv6 addresses with their brackets.
    host: String,
    port: Option<u16>,
    /// With the leading `/`, and the query if there is one.
    target: String,
}

impl Endpoint {
    /// Reads the URL of a controller.
    ///
    /// # Errors
    /// [`EndpointError`], which says what is wrong with it and what is accepted.
    pub fn parse(controller_url: &str) -> Result<Self, EndpointError> {
        let fail = |problem| Err(EndpointError { url: redacted(controller_url), problem });
        let Some((scheme, rest)) = controller_url.split_once("://") else {
            return fail(Problem::NoScheme);
        };
        let (secure, web_socket) = match scheme.to_ascii_lowercase().as_str() {
            "http" => (false, false),
            "https" => (true, false),
            "ws" => (false, true),
            "wss" => (true, true),
            _ => return fail(Problem::Scheme),
        };
        if !rest.bytes().all(|byte| byte.is_ascii_graphic()) {
            return fail(Problem::Character);
        }
        if rest.contains('#') {
            return fail(Problem::Fragment);
        }
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path_and_query) = rest.split_at(end);
        if authority.contains('@') {
            return fail(Problem::Credentials);
        }
        let Some((host, port)) = split_authority(authority) else {
            return fail(Problem::Authority);
        };
        let (path, query) = match path_and_query.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path_and_query, None),
        };
        let mut target = worker_path(path, web_socket);
        if let Some(query) = query {
            target.push('?');
            target.push_str(query);
        }
        Ok(Self { secure, host: host.to_owned(), port, target })
    }

    /// Whether TLS is to be used.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// The host name or address; an IPv6 address without its brackets.
    pub fn host(&self) -> &str {
        self.host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(&self.host)
    }

    /// The port, that of the scheme when the URL gives none.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(if self.secure { 443 } else { 80 })
    }

    /// Path and query of the request.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The URL to connect to: `ws://` or `wss://`.
    pub fn url(&self) -> String {
        let scheme = if self.secure { "wss" } else { "ws" };
        match self.port {
            Some(port) => format!("{scheme}://{}:{port}{}", self.host, self.target),
            None => format!("{scheme}://{}{}", self.host, self.target),
        }
    }
}

/// The query can carry a secret, so it is not shown.
impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({})", redacted(&self.url()))
    }
}

fn worker_path(path: &str, web_socket: bool) -> String {
    let base = path.trim_end_matches('/');
    let base = match web_socket {
        true if base.ends_with(WORKER_PATH) => return base.to_owned(),
        true => base.strip_suffix(README_PATH).unwrap_or(base).trim_end_matches('/'),
        false => base,
    };
    format!("{base}{WORKER_PATH}")
}

/// Host and port; the host must be there, and the port a number when there is a colon.
fn split_authority(authority: &str) -> Option<(&str, Option<u16>)> {
    let host_end = if authority.starts_with('[') {
        authority.find(']')? + 1
    } else {
        authority.find(':').unwrap_or(authority.len())
    };
    let (host, port) = authority.split_at(host_end);
    let valid = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host.bytes().all(|c| c.is_ascii_alphanumeric() || b"-._~%".contains(&c))
        }
    };
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => None,
        Some(digits) if digits.bytes().all(|digit| digit.is_ascii_digit()) => {
            Some(digits.parse::<u16>().ok().filter(|port| *port != 0)?)
        }
        _ => return None,
    };
    valid.then_some((host, port))
}

/// A URL that is not one of a controller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointError {
    /// Without what could be a secret.
    url: String,
    problem: Problem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Problem {
    NoScheme,
    Scheme,
    Character,
    Fragment,
    Credentials,
    Authority,
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problem = match self.problem {
            Problem::NoScheme => "has no scheme; write http://HOST:PORT or https://HOST:PORT",
            Problem::Scheme => {
                "has a scheme that is not supported; use http://, https://, ws:// or wss://"
            }
            Problem::Character => {
                "holds a space, a control character or a letter beyond ASCII; percent-encode it"
            }
            Problem::Fragment => "has a fragment; remove the part from # on",
            Problem::Credentials => {
                "holds a user name or password; remove the part up to @, the worker token is set \
                 on its own"
            }
            Problem::Authority => {
                "has no valid host and port; write HOST, HOST:PORT or [IPV6]:PORT, with a port \
                 from 1 to 65535"
            }
        };
        write!(f, "the controller URL {:?} {problem}", self.url)
    }
}

impl std::error::Error for EndpointError {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn url(controller: &str) -> String {
        Endpoint::parse(controller).unwrap().url()
    }

    #[test]
    fn http_urls_follow_the_released_sdk() {
        for (controller, expected) in [
            ("http://h:8081", "ws://h:8081/worker/v1/ws"),
            ("http://h:8081/", "ws://h:8081/worker/v1/ws"),
            ("https://h", "wss://h/worker/v1/ws"),
            ("HTTP://H:1/base/", "ws://H:1/base/worker/v1/ws"),
            ("http://h/a/b//", "ws://h/a/b/worker/v1/ws"),
            ("http://h?x=1&y=2", "ws://h/worker/v1/ws?x=1&y=2"),
            ("http://h/base/?x=/", "ws://h/base/worker/v1/ws?x=/"),
            ("http://h/ws", "ws://h/ws/worker/v1/ws"),
            ("http://[::1]:8081", "ws://[::1]:8081/worker/v1/ws"),
        ] {
            assert_eq!(url(controller), expected, "{controller}");
        }
    }

    #[test]
    fn web_socket_urls_of_the_readme_lead_to_the_released_path() {
        for (controller, expected) in [
            ("ws://localhost:8080/ws", "ws://localhost:8080/worker/v1/ws"),
            ("ws://localhost:8080/ws/", "ws://localhost:8080/worker/v1/ws"),
            ("ws://localhost:8080", "ws://localhost:8080/worker/v1/ws"),
            ("wss://h/base/ws?t=1", "wss://h/base/worker/v1/ws?t=1"),
            ("ws://h:8081/worker/v1/ws", "ws://h:8081/worker/v1/ws"),
            ("wss://h/base/worker/v1/ws/", "wss://h/base/worker/v1/ws"),
            ("ws://h/news", "ws://h/news/worker/v1/ws"),
        ] {
            assert_eq!(url(controller), expected, "{controller}");
        }
    }

    #[test]
    fn the_parts_are_there_for_the_transport() {
        let endpoint = Endpoint::parse("https://[::1]/b").unwrap();
        assert!(endpoint.is_secure());
        assert_eq!(endpoint.host(), "::1");
        assert_eq!(endpoint.port(), 443);
        assert_eq!(endpoint.target(), "/b/worker/v1/ws");
        let endpoint = Endpoint::parse("http://h").unwrap();
        assert_eq!((endpoint.host(), endpoint.port(), endpoint.is_secure()), ("h", 80, false));
    }

    #[test]
    fn what_is_refused_says_what_is_accepted() {
        let error = |url: &str| Endpoint::parse(url).unwrap_err().to_string();
        assert_eq!(
            error("ftp://h/x"),
            "the controller URL \"ftp://h/x\" has a scheme that is not supported; use http://, \
             https://, ws:// or wss://"
        );
        assert_eq!(
            error("localhost:8081"),
            "the controller URL \"localhost:8081\" has no scheme; write http://HOST:PORT or \
             https://HOST:PORT"
        );
        assert!(error("http://h/#x").contains("has a fragment"));
        assert!(error("http://h/a b").contains("percent-encode"));
        assert!(error("http://ü/").contains("percent-encode"));
        for bad in [
            "http://",
            "http:///x",
            "http://h:",
            "http://h:x",
            "http://h:70000",
            "http://h:0",
            "http://[::1",
            "http://[x]:1",
            "http://[::1]x",
            "http://a:b:1",
            "http://h:+1",
        ] {
            assert!(error(bad).contains("no valid host and port"), "{bad}");
        }
    }

    #[test]
    fn secrets_in_a_url_are_refused_and_not_repeated() {
        for url in ["http://user:hunter2@h/", "ftp://hunter2@h/", "http://h /?token=hunter2"] {
            let error = Endpoint::parse(url).unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{error}");
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
        let error = Endpoint::parse("http://user:hunter2@h/").unwrap_err().to_string();
        assert!(error.contains("remove the part up to @"), "{error}");
        let endpoint = Endpoint::parse("http://h/?token=hunter2").unwrap();
        assert_eq!(format!("{endpoint:?}"), "Endpoint(ws://h/worker/v1/ws?…)");
    }

    proptest! {
        #[test]
        fn any_text_gives_a_url_or_an_error(text in "((http|ws)s?://)?.{0,30}") {
            if let Ok(endpoint) = Endpoint::parse(&text) {
                let path = endpoint.target().split('?').next().unwrap_or_default();
                prop_assert!(path.ends_with(WORKER_PATH));
                // What comes out is taken as it is.
                prop_assert_eq!(url(&endpoint.url()), endpoint.url());
            }
        }
    }
}
