//! By which name we were asked, and from which page.
//!
//! A browser lets a page of any site send requests to any address. Two checks keep such a page out:
//! the name in `Host` must be ours (a page that had its own name point at us carries that name there),
//! and what changes something, or opens a WebSocket, must come from our own pages.

use std::{net::IpAddr, str::FromStr};

use axum::http::{HeaderMap, HeaderName, Method, Uri, header, uri::Authority};

use crate::config::MonitorConfig;

/// The header `Host`, if there is exactly one and it is well-formed.
pub(crate) fn host(headers: &HeaderMap) -> Option<Authority> {
    let authority = Authority::from_str(only(headers, header::HOST)?).ok()?;
    // A user name has no business there.
    (!authority.as_str().contains('@')).then_some(authority)
}

fn only(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    if values.next().is_some() {
        return None;
    }
    value.to_str().ok()
}

/// Whether this is a name of ours. An IP address is: DNS rebinding needs a name.
pub(crate) fn is_ours(host: &Authority, config: &MonitorConfig) -> bool {
    let name = host.host().to_ascii_lowercase();
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(&name);
    let name = name.strip_suffix('.').unwrap_or(&name);
    bare.parse::<IpAddr>().is_ok()
        || name == "localhost"
        || config.allowed_hosts.iter().any(|allowed| allowed == name)
}

/// Whether a request with these headers comes from elsewhere: from a page that is not ours. A program
/// that is no browser sends no `Origin`.
pub(crate) fn is_foreign(
    headers: &HeaderMap,
    host: Option<&Authority>,
    config: &MonitorConfig,
) -> bool {
    if let Some(origin) = headers.get(header::ORIGIN) {
        let Ok(origin) = origin.to_str() else { return true };
        let origin = origin.to_ascii_lowercase();
        return !config.allowed_origins.contains(&origin) && !is_same(&origin, host);
    }
    // Newer browsers say it even where they send no origin.
    headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none")
}

fn is_same(origin: &str, host: Option<&Authority>) -> bool {
    let (Ok(origin), Some(host)) = (origin.parse::<Uri>(), host) else { return false };
    let default = match origin.scheme_str() {
        Some("http") => 80,
        Some("https") => 443,
        _ => return false,
    };
    let Some(authority) = origin.authority() else { return false };
    authority.host().eq_ignore_ascii_case(host.host())
        && authority.port_u16().unwrap_or(default) == host.port_u16().unwrap_or(default)
}

/// Whether the request changes something, or opens a channel that no browser guards by itself.
pub(crate) fn wants_origin(method: &Method, headers: &HeaderMap) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
        || headers.contains_key(header::UPGRADE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn names_of_ours() {
        let config = MonitorConfig::new().allow_host("Worker.example.org");
        let ours = |text: &str| is_ours(&text.parse().unwrap(), &config);
        for name in [
            "localhost",
            "localhost:8001",
            "LOCALHOST.",
            "127.0.0.1:99",
            "[::1]:8001",
            "10.1.2.3",
            "worker.example.org",
            "WORKER.example.org:443",
        ] {
            assert!(ours(name), "{name}");
        }
        for name in [
            "evil.example",
            "localhost.evil.example",
            "evil-localhost",
            "127.0.0.1.evil.example",
            "0x7f000001",
            "2130706433",
            "worker.example.org.evil",
            "example.org",
        ] {
            assert!(!ours(name), "{name}");
        }
    }

    #[test]
    fn the_host_header() {
        assert!(host(&headers(&[("host", "a:1")])).is_some());
        for bad in ["", "a b", "user@a", "a:1:2", "http://a/"] {
            assert!(host(&headers(&[("host", bad)])).is_none(), "{bad}");
        }
        let mut twice = headers(&[("host", "a")]);
        twice.append("host", "b".parse().unwrap());
        assert!(host(&twice).is_none());
        assert!(host(&headers(&[])).is_none());
    }

    #[test]
    fn pages_of_strangers() {
        let config = MonitorConfig::new().allow_origin("https://status.example.org");
        let ours: Authority = "localhost:8001".parse().unwrap();
        let foreign = |pairs: &[_]| is_foreign(&headers(pairs), Some(&ours), &config);
        for origin in [
            "http://evil.example",
            "null",
            "http://localhost",
            "http://localhost:8002",
            "file://",
            "http://localhost:8001.evil.example",
            "chrome-extension://abc",
            "\u{e9}",
            "http://status.example.org",
            "http://localhost:8001@evil.example",
        ] {
            assert!(foreign(&[("origin", origin)]), "{origin}");
        }
        for origin in
            ["http://localhost:8001", "HTTP://LOCALHOST:8001", "https://status.example.org"]
        {
            assert!(!foreign(&[("origin", origin)]), "{origin}");
        }
        assert!(!foreign(&[]));
        assert!(!foreign(&[("sec-fetch-site", "same-origin")]));
        assert!(!foreign(&[("sec-fetch-site", "none")]));
        assert!(foreign(&[("sec-fetch-site", "cross-site")]));
        assert!(foreign(&[("sec-fetch-site", "same-site")]));
        let bare: Authority = "worker.example.org".parse().unwrap();
        for scheme in ["http", "https"] {
            let headers = headers(&[("origin", &format!("{scheme}://worker.example.org"))]);
            assert!(!is_foreign(&headers, Some(&bare), &config), "{scheme}, behind a proxy");
            assert!(is_foreign(&headers, None, &config));
        }
    }
}
