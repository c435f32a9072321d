//! The URL of a target, taken apart and checked.

use std::fmt;

use journeyman_core::Error;
use tokio_tungstenite::tungstenite::http::Uri;

use crate::error::Snippet;

const REMEDY: &str =
    "write it as mqtt://HOST[:PORT], mqtts://HOST[:PORT], ws://HOST[:PORT]/PATH or wss://…";

/// A checked URL.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub(crate) secure: bool,
    /// Path and query, where MQTT runs over WebSocket.
    pub(crate) path: Option<String>,
    /// Without the brackets of an IPv6 address.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Endpoint {
    pub(crate) fn parse(url: &str) -> Result<Self, Error> {
        let bad = |message: String| {
            Error::config(message).with_context("url", redact(url)).with_remedy(REMEDY)
        };
        let Some((scheme, _)) = url.split_once("://") else {
            return Err(bad(
                "the URL has no scheme; `mqtt`, `mqtts`, `ws` and `wss` are accepted".to_owned()
            ));
        };
        let (secure, websocket, default_port) = match scheme.to_ascii_lowercase().as_str() {
            "mqtt" => (false, false, 1883),
            "mqtts" => (true, false, 8883),
            "ws" => (false, true, 80),
            "wss" => (true, true, 443),
            other => {
                return Err(bad(format!(
                    "the URL scheme `{}` is not supported; `mqtt`, `mqtts`, `ws` and `wss` are",
                    Snippet(other.as_bytes(), 50)
                )));
            }
        };
        if url.contains('#') {
            return Err(bad("the URL has a fragment (`#…`)".to_owned()));
        }
        // The library's error type stays out of the chain.
        let uri: Uri = url.parse().map_err(|error| {
            bad("the URL is malformed".to_owned()).with_source(format!("{error}"))
        })?;
        let authority = uri.authority().ok_or_else(|| bad("the URL has no host".to_owned()))?;
        if authority.as_str().contains('@') {
            return Err(bad("the URL holds credentials".to_owned())
                .with_remedy("take them out; they are settings of their own"));
        }
        let host = authority.host();
        let bare = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
        if bare.is_empty() {
            return Err(bad("the URL has no host".to_owned()));
        }
        let port = match authority.as_str()[host.len()..].strip_prefix(':') {
            None | Some("") => default_port,
            Some(text) => match text.parse() {
                Ok(port) if port != 0 => port,
                _ => {
                    let text = Snippet(text.as_bytes(), 50);
                    return Err(bad(format!("the port `{text}` is not a number from 1 to 65535")));
                }
            },
        };
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let path = match (websocket, path) {
            (false, "" | "/") => None,
            (false, _) => return Err(bad("the URL has a path, which MQTT does not".to_owned())),
            (true, "" | "/") => Some("/mqtt".to_owned()),
            (true, path) if path.starts_with('/') => Some(path.to_owned()),
            (true, query) => Some(format!("/mqtt{query}")),
        };
        Ok(Self { secure, path, host: bare.to_owned(), port })
    }

    pub(crate) fn scheme(&self) -> &'static str {
        match (self.path.is_some(), self.secure) {
            (false, false) => "mqtt",
            (false, true) => "mqtts",
            (true, false) => "ws",
            (true, true) => "wss",
        }
    }

    /// `HOST:PORT`, with brackets where the host is an IPv6 address.
    pub(crate) fn authority(&self) -> String {
        let Self { host, port, .. } = self;
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme(), self.authority())?;
        let path = self.path.as_deref().unwrap_or_default();
        f.write_str(path.split('?').next().unwrap_or_default())
    }
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
    let text = match scheme {
        Some(scheme) => format!("{scheme}://{rest}"),
        None => rest.to_owned(),
    };
    Snippet(text.as_bytes(), 200).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        let cases = [
            ("mqtt://h", "h", 1883, None, "mqtt://h:1883"),
            ("MQTTS://h/", "h", 8883, None, "mqtts://h:8883"),
            ("ws://h", "h", 80, Some("/mqtt"), "ws://h:80/mqtt"),
            ("ws://h?a=b", "h", 80, Some("/mqtt?a=b"), "ws://h:80/mqtt"),
            ("wss://h/x?a=b", "h", 443, Some("/x?a=b"), "wss://h:443/x"),
            ("mqtt://[::1]:9", "::1", 9, None, "mqtt://[::1]:9"),
            ("mqtt://h:", "h", 1883, None, "mqtt://h:1883"),
        ];
        for (url, host, port, path, shown) in cases {
            let endpoint = Endpoint::parse(url).unwrap();
            assert_eq!(
                (&*endpoint.host, endpoint.port, endpoint.path.as_deref()),
                (host, port, path),
                "{url}"
            );
            assert_eq!(endpoint.to_string(), shown);
        }
    }

    #[test]
    fn refusals_name_the_fault() {
        let cases = [
            ("http://h/", "`http` is not supported"),
            ("localhost:1883", "no scheme"),
            ("", "no scheme"),
            ("mqtt://", "malformed"),
            ("mqtt://h:0", "`0` is not a number"),
            ("mqtt://h:99999", "`99999` is not a number"),
            ("mqtt://h/x", "has a path"),
            ("ws://h/#x", "fragment"),
            ("mqtt://u:s3cret@h", "credentials"),
            ("mqtt://h h", "malformed"),
            ("ws://h/\r\nX: y", "malformed"),
        ];
        for (url, expected) in cases {
            let error = Endpoint::parse(url).unwrap_err();
            let text = error.to_string();
            assert!(text.contains(expected), "{url}: {text}");
            assert!(!text.contains('\n') && !text.contains("s3cret"), "{text}");
            assert!(!error.is_temporary() && error.remedy().is_some(), "{url}");
        }
    }
}
