//! Where a ZeroMQ socket is: `tcp://` and `ipc://`.

use std::{fmt, str::FromStr};

/// The longest path of an `ipc://` endpoint, in bytes: what the address of a Unix socket holds,
/// without its terminating zero.
pub const MAX_IPC_PATH: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// An address: `tcp://host:port` (IPv6 in brackets), `ipc:///path`, or `ipc://@name` in the
/// abstract namespace of Linux.
///
/// A wildcard host (`tcp://*:7896`) and port 0 parse, since servers bind them;
/// [`check_connect`](Self::check_connect) refuses them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint(Address);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Address {
    Tcp {
        /// Without brackets.
        host: String,
        port: u16,
    },
    /// As in the URI: a path, or `@name`.
    Ipc(String),
}

impl Endpoint {
    /// The endpoint of a TCP port. IPv6 addresses without brackets.
    pub fn tcp(host: impl Into<String>, port: u16) -> Self {
        Self(Address::Tcp { host: host.into(), port })
    }

    /// Whether it is a TCP port.
    pub fn is_tcp(&self) -> bool {
        matches!(self.0, Address::Tcp { .. })
    }

    /// Whether it is a Unix socket.
    pub fn is_ipc(&self) -> bool {
        matches!(self.0, Address::Ipc(_))
    }

    /// The file of a Unix socket; `None` for TCP and for abstract names, which have no file.
    pub fn ipc_path(&self) -> Option<&std::path::Path> {
        match &self.0 {
            Address::Ipc(path) if !path.starts_with('@') => Some(path.as_ref()),
            _ => None,
        }
    }

    /// Whether one can connect there.
    ///
    /// # Errors
    /// The host is a wildcard, or the port is 0: addresses to bind, not to connect to.
    pub fn check_connect(&self) -> Result<(), EndpointError> {
        let problem = match &self.0 {
            Address::Tcp { host, .. } if host == "*" => Problem::Wildcard,
            Address::Tcp { port: 0, .. } => Problem::PortZero,
            _ => return Ok(()),
        };
        Err(EndpointError { text: self.to_string(), problem })
    }

    pub(crate) fn address(&self) -> &Address {
        &self.0
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Address::Tcp { host, port } if host.contains(':') => write!(f, "tcp://[{host}]:{port}"),
            Address::Tcp { host, port } => write!(f, "tcp://{host}:{port}"),
            Address::Ipc(path) => write!(f, "ipc://{path}"),
        }
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let error = |problem| EndpointError { text: text.to_owned(), problem };
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(error(Problem::NoScheme));
        };
        match scheme {
            "tcp" => tcp(rest).map_err(error),
            "ipc" => ipc(rest).map_err(error),
            _ => Err(error(Problem::Scheme)),
        }
    }
}

fn tcp(rest: &str) -> Result<Endpoint, Problem> {
    let Some((host, port)) = rest.rsplit_once(':') else { return Err(Problem::NoPort) };
    let host = match host.strip_prefix('[') {
        Some(inner) => match inner.strip_suffix(']') {
            Some(address) if address.contains(':') => address,
            _ => return Err(Problem::Brackets),
        },
        None if host.contains(':') || host.contains(']') => return Err(Problem::Brackets),
        None => host,
    };
    if host.is_empty() || host.contains(|c: char| c.is_whitespace() || matches!(c, '/' | '@' | ';'))
    {
        return Err(Problem::Host);
    }
    // `parse` alone would take "+1".
    if port.is_empty() || !port.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Problem::Port);
    }
    let port = port.parse().map_err(|_| Problem::Port)?;
    Ok(Endpoint::tcp(host, port))
}

fn ipc(rest: &str) -> Result<Endpoint, Problem> {
    if !cfg!(unix) {
        return Err(Problem::NoUnixSockets);
    }
    if rest.is_empty() || rest == "@" || rest == "*" || rest.contains('\0') {
        return Err(Problem::Path);
    }
    if rest.starts_with('@') && !cfg!(target_os = "linux") {
        return Err(Problem::Abstract);
    }
    if rest.len() > MAX_IPC_PATH {
        return Err(Problem::LongPath);
    }
    Ok(Endpoint(Address::Ipc(rest.to_owned())))
}

/// Why a text is no endpoint, or an endpoint not one to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointError {
    text: String,
    problem: Problem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Problem {
    NoScheme,
    Scheme,
    NoPort,
    Port,
    PortZero,
    Host,
    Brackets,
    Wildcard,
    Path,
    LongPath,
    Abstract,
    NoUnixSockets,
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no ZeroMQ address to use here: ", self.text.escape_debug())?;
        match self.problem {
            Problem::NoScheme => {
                f.write_str("it has no scheme; write `tcp://host:port` or `ipc:///path/to/socket`")
            }
            Problem::Scheme => f.write_str("only `tcp://` and `ipc://` are supported"),
            Problem::NoPort => f.write_str("the port is missing; write `tcp://host:port`"),
            Problem::Port => f.write_str("the port has to be a number up to 65535"),
            Problem::PortZero => {
                f.write_str("port 0 can be bound but not connected to; write the server's port")
            }
            Problem::Host => f.write_str("the host is missing or has characters no host has"),
            Problem::Brackets => {
                f.write_str("write an IPv6 address in brackets, as in `tcp://[::1]:7896`")
            }
            Problem::Wildcard => f.write_str(
                "`*` can be bound but not connected to; write the server's host name or address",
            ),
            Problem::Path => f.write_str("the path is missing; write `ipc:///path/to/socket`"),
            Problem::LongPath => write!(
                f,
                "the path of a Unix socket has at most {MAX_IPC_PATH} bytes; use a shorter one"
            ),
            Problem::Abstract => f.write_str("`ipc://@name` exists on Linux only; use a path"),
            Problem::NoUnixSockets => {
                f.write_str("this system has no Unix sockets for ZeroMQ; use `tcp://`")
            }
        }
    }
}

impl std::error::Error for EndpointError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_ones_come_back_as_written() {
        for text in [
            "tcp://127.0.0.1:7896",
            "tcp://moo.example.org:1",
            "tcp://[::1]:7896",
            "tcp://*:7896",
            "tcp://0.0.0.0:0",
            "ipc:///tmp/moor_workers_request.sock",
            "ipc://relative.sock",
        ] {
            let endpoint: Endpoint = text.parse().unwrap();
            assert_eq!(endpoint.to_string(), text);
            assert_eq!(endpoint.is_tcp(), text.starts_with("tcp"));
            assert_eq!(endpoint.is_ipc(), !endpoint.is_tcp());
        }
        assert_eq!("tcp://[::1]:7896".parse::<Endpoint>().unwrap(), Endpoint::tcp("::1", 7896));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn abstract_names_have_no_file() {
        let endpoint: Endpoint = "ipc://@moor".parse().unwrap();
        assert!(endpoint.is_ipc() && endpoint.ipc_path().is_none());
        let endpoint: Endpoint = "ipc:///a/b".parse().unwrap();
        assert_eq!(endpoint.ipc_path(), Some(std::path::Path::new("/a/b")));
    }

    #[test]
    fn bad_ones_say_what_is_wrong() {
        let long = format!("ipc:///{}", "x".repeat(200));
        for (text, part) in [
            ("", "no scheme"),
            ("127.0.0.1:7896", "no scheme"),
            ("http://host:1", "only `tcp://`"),
            ("inproc://x", "only `tcp://`"),
            ("tcp://host", "port is missing"),
            ("tcp://host:", "a number"),
            ("tcp://host:+1", "a number"),
            ("tcp://host:65536", "a number"),
            ("tcp://host:7896/", "a number"),
            ("tcp://:7896", "host is missing"),
            ("tcp://a b:7896", "host is missing"),
            ("tcp://::1:7896", "in brackets"),
            ("tcp://[::1:7896", "in brackets"),
            ("ipc://", "path is missing"),
            (&long, "at most"),
        ] {
            let error = text.parse::<Endpoint>().unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn what_only_servers_bind_is_not_connected_to() {
        let check = |text: &str| text.parse::<Endpoint>().unwrap().check_connect();
        assert!(check("tcp://*:1").unwrap_err().to_string().contains("`*` can be bound"));
        assert!(check("tcp://host:0").unwrap_err().to_string().contains("port 0"));
        assert!(check("tcp://host:1").is_ok() && check("ipc:///x").is_ok());
    }
}
