//! By which name we were asked, and from which page.
//!
//! A browser lets a page of any site send requests to any address. Two checks keep such a page out:
//! the name in `Host` must be ours (a page that had its own name point at us carries that name there),
//! and what changes something, or opens a WebSocket, must come from our own pages.

use std::{net::IpAddr, str::FromStr};

use axum::http::{HeaderMap, HeaderName, Method, Uri, header, uri::Authority};

use crate::config::MonitorConfig;

/// By which name we were asked: the header `Host`, if there is exactly one and it is well-formed, and
/// the first line of the request names no other.
pub(crate) fn host(headers: &HeaderMap, uri: &Uri) -> Option<Authority> {
    let authority = Authority::from_str(only(headers, header::HOST)?).ok()?;
    // A user name has no business there, and a port is a number.
    let plain = match authority.port_u16() {
        Some(port) => format!("{}:{port}", authority.host()),
        None => authority.host().to_owned(),
    };
    let is_plain = authority.as_str() == plain;
    let is_named_once = uri.authority().is_none_or(|other| *other == authority);
    (is_plain && is_named_once).then_some(authority)
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

/// Whether a browser asks for a page of another site that uses our answer as a part of itself: as a
/// script, a picture, a frame. A link that somebody follows is none.
pub(crate) fn is_part_of_foreign(headers: &HeaderMap, config: &MonitorConfig) -> bool {
    let says = |name, word| headers.get(name).is_some_and(|value| value == word);
    let site = |word| says("sec-fetch-site", word);
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    let is_allowed = origin.is_some_and(|origin| {
        config.allowed_origins.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin))
    });
    let is_link = says("sec-fetch-mode", "navigate") && says("sec-fetch-dest", "document");
    (site("cross-site") || site("same-site")) && !is_link && !is_allowed
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
        let path = Uri::from_static("/a");
        for good in ["a:1", "a", "[::1]:1", "[::1]", "A.b."] {
            assert!(host(&headers(&[("host", good)]), &path).is_some(), "{good}");
        }
        for bad in [
            "",
            "a b",
            "user@a",
            "a:1:2",
            "http://a/",
            "a:",
            "a:x",
            "a:;script-src",
            "a:99999",
            "a:01",
        ] {
            assert!(host(&headers(&[("host", bad)]), &path).is_none(), "{bad}");
        }
        let mut twice = headers(&[("host", "a")]);
        twice.append("host", "b".parse().unwrap());
        assert!(host(&twice, &path).is_none());
        assert!(host(&headers(&[]), &path).is_none());
        let named = |uri| host(&headers(&[("host", "a:1")]), &Uri::from_static(uri)).is_some();
        assert!(named("http://a:1/x"));
        assert!(!named("http://b:1/x"), "another name in the first line");
    }

    #[test]
    fn parts_of_foreign_pages() {
        let config = MonitorConfig::new().allow_origin("https://status.example.org");
        let part = |pairs: &[_]| is_part_of_foreign(&headers(pairs), &config);
        for site in ["cross-site", "same-site"] {
            let site = ("sec-fetch-site", site);
            let mode = |mode| ("sec-fetch-mode", mode);
            assert!(part(&[site]));
            assert!(part(&[site, mode("no-cors"), ("sec-fetch-dest", "image")]));
            assert!(part(&[site, mode("navigate"), ("sec-fetch-dest", "iframe")]));
            assert!(!part(&[site, mode("navigate"), ("sec-fetch-dest", "document")]));
            assert!(part(&[site, mode("cors"), ("origin", "http://evil.example")]));
            assert!(!part(&[site, mode("cors"), ("origin", "https://status.example.org")]));
        }
        for fine in ["same-origin", "none"] {
            assert!(!part(&[("sec-fetch-site", fine)]), "{fine}");
        }
        assert!(!part(&[]), "a program that is no browser");
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
