//! The URL of a target, taken apart and checked.

use std::fmt;

use journeyman_core::Error;
use tokio_tungstenite::tungstenite::http::Uri;

const REMEDY: &str = "write it as ws://HOST[:PORT][/PATH] or wss://HOST[:PORT][/PATH]";

/// A checked `ws://` or `wss://` URL.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub(crate) secure: bool,
    /// Without the brackets of an IPv6 address.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Path and query, as the request line wants it.
    pub(crate) path: String,
}

impl Endpoint {
    pub(crate) fn parse(url: &str) -> Result<Self, Error> {
        let bad = |message: String| {
            Error::config(message).with_context("url", redact(url)).with_remedy(REMEDY)
        };
        let Some((scheme, _)) = url.split_once("://") else {
            return Err(bad("the URL has no scheme; `ws://` and `wss://` are accepted".to_owned()));
        };
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "ws" => false,
            "wss" => true,
            other => {
                return Err(bad(format!(
                    "the URL scheme `{}` is not supported; `ws://` and `wss://` are accepted",
                    snip(other)
                )));
            }
        };
        if url.contains('#') {
            return Err(bad("the URL has a fragment (`#…`), which WebSocket forbids".to_owned()));
        }
        let uri: Uri = url
            .parse()
            .map_err(|error| bad("the URL is malformed".to_owned()).with_source(UriError(error)))?;
        let authority = uri.authority().ok_or_else(|| bad("the URL has no host".to_owned()))?;
        if authority.as_str().contains('@') {
            return Err(bad("the URL holds credentials".to_owned()).with_remedy(
                "take them out; secrets belong into headers, which are read from files or variables",
            ));
        }
        let host = authority.host();
        let host = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
        if host.is_empty() {
            return Err(bad("the URL has no host".to_owned()));
        }
        let after_host = &authority.as_str()[authority.host().len()..];
        let port = match after_host.strip_prefix(':') {
            None | Some("") => default_port(secure),
            Some(text) => match text.parse() {
                Ok(port) if port != 0 => port,
                _ => {
                    return Err(bad(format!(
                        "the port `{}` is not a number from 1 to 65535",
                        snip(text)
                    )));
                }
            },
        };
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        // `ws://host?x` parses to a path and query without a path.
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Ok(Self { secure, host: host.to_owned(), port, path })
    }

    /// `HOST:PORT`, with brackets where the host is an IPv6 address.
    pub(crate) fn authority(&self) -> String {
        join(&self.host, self.port)
    }

    /// The value of the `Host` header: the port only where it is not the scheme's own.
    pub(crate) fn host_header(&self) -> String {
        if self.port != default_port(self.secure) {
            self.authority()
        } else if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "wss" } else { "ws" };
        let path = self.path.split('?').next().unwrap_or_default();
        write!(f, "{scheme}://{}{path}", self.authority())
    }
}

/// `HOST:PORT`, with brackets where the host is an IPv6 address.
pub(crate) fn join(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// The URL without what can hold secrets: user information, query, fragment; and not too long.
pub(crate) fn redact(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, url),
    };
    let authority_end = rest.find('/').unwrap_or(rest.len());
    let rest = match rest[..authority_end].rfind('@') {
        Some(at) => &rest[at + 1..],
        None => rest,
    };
    match scheme {
        Some(scheme) => snip(&format!("{scheme}://{rest}")),
        None => snip(rest),
    }
}

fn default_port(secure: bool) -> u16 {
    if secure { 443 } else { 80 }
}

/// A printable piece of a text that may be huge or odd.
fn snip(text: &str) -> String {
    const MAX: usize = 200;
    let mut piece: String = text.chars().take(MAX).flat_map(char::escape_debug).collect();
    if text.chars().nth(MAX).is_some() {
        piece.push('…');
    }
    piece
}

/// Keeps the library's type out of the error chain.
#[derive(Debug)]
struct UriError(tokio_tungstenite::tungstenite::http::uri::InvalidUri);

impl fmt::Display for UriError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for UriError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        let cases = [
            ("ws://h", "h", 80, "/", "h"),
            ("WSS://h", "h", 443, "/", "h"),
            ("ws://h:8081/worker/v1/ws?a=b", "h", 8081, "/worker/v1/ws?a=b", "h:8081"),
            ("ws://h?a=b", "h", 80, "/?a=b", "h"),
            ("ws://[::1]:9/x", "::1", 9, "/x", "[::1]:9"),
            ("wss://[::1]", "::1", 443, "/", "[::1]"),
            ("ws://h:/", "h", 80, "/", "h"),
        ];
        for (url, host, port, path, header) in cases {
            let endpoint = Endpoint::parse(url).unwrap();
            assert_eq!(
                (&*endpoint.host, endpoint.port, &*endpoint.path),
                (host, port, path),
                "{url}"
            );
            assert_eq!(endpoint.host_header(), header, "{url}");
            assert!(!endpoint.to_string().contains('?'));
        }
    }

    #[test]
    fn refusals_name_the_fault() {
        let cases = [
            ("http://h/", "`http` is not supported"),
            ("localhost:8081", "no scheme"),
            ("", "no scheme"),
            ("ws://", "malformed"),
            ("ws://h:0/", "`0` is not a number"),
            ("ws://h:99999/", "`99999` is not a number"),
            ("ws://h/#x", "fragment"),
            ("ws://u:p@h/", "credentials"),
            ("ws://h h/", "malformed"),
            ("ws://h/\r\nX: y", "malformed"),
        ];
        for (url, expected) in cases {
            let error = Endpoint::parse(url).unwrap_err();
            assert!(error.to_string().contains(expected), "{url}: {error}");
            assert!(!error.to_string().contains('\n'), "{url}");
            assert!(!error.is_temporary() && error.remedy().is_some(), "{url}");
        }
    }
}
