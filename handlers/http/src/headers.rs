//! Headers of requests: those that a job may give, and those that may follow a redirect.

use journeyman_core::{JobError, Value};
use reqwest::{
    Url,
    header::{self, HeaderMap, HeaderName, HeaderValue},
};

use crate::args::bad;

/// The most headers of one request.
const MOST: usize = 256;

/// What belongs to the connection and not to the request; whoever could set it could smuggle a
/// second request past the rules.
const NOT_THEIRS: [HeaderName; 6] = [
    header::CONNECTION,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// What may go to an origin that the job did not name. A list of what is harmless, since nobody
/// knows all headers that hold a secret.
const TRAVEL: [HeaderName; 13] = [
    header::ACCEPT,
    header::ACCEPT_CHARSET,
    header::ACCEPT_ENCODING,
    header::ACCEPT_LANGUAGE,
    header::CACHE_CONTROL,
    header::CONTENT_ENCODING,
    header::CONTENT_LANGUAGE,
    header::CONTENT_TYPE,
    header::IF_MODIFIED_SINCE,
    header::IF_NONE_MATCH,
    header::PRAGMA,
    header::RANGE,
    header::USER_AGENT,
];

/// Reads a list of pairs, or an object.
pub(crate) fn read(value: &Value, url: &Url, body: usize) -> Result<HeaderMap, JobError> {
    let mut headers = HeaderMap::new();
    match value {
        Value::List(pairs) => {
            for pair in pairs {
                let Value::List(pair) = pair else {
                    return Err(bad("Header pair must be a list"));
                };
                let [name, value] = pair.as_slice() else {
                    return Err(bad("Header pair must have exactly two elements"));
                };
                add(&mut headers, name, value, url, body)?;
            }
        }
        Value::Map(pairs) => {
            for (name, value) in pairs {
                add(&mut headers, name, value, url, body)?;
            }
        }
        _ => return Err(bad("Headers must be a list")),
    }
    Ok(headers)
}

fn add(
    headers: &mut HeaderMap,
    name: &Value,
    value: &Value,
    url: &Url,
    body: usize,
) -> Result<(), JobError> {
    let (Some(name), Some(value)) = (name.as_str(), value.as_str()) else {
        return Err(bad("Header name and value must be strings"));
    };
    let shown = || name.chars().take(64).collect::<String>();
    let name = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| bad(format!("`{}` is not the name of a header", shown().escape_debug())))?;
    // Not the value: it may be a secret.
    let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| {
        bad(format!(
            "the value of header `{name}` has a line end or another character that no header \
             can carry"
        ))
    })?;
    if name == header::CONTENT_LENGTH || name == header::HOST {
        // Programs write them out of habit. Right, they change nothing; wrong, they are refused.
        let right = match name == header::HOST {
            true => names_host(url, &value),
            false => value.to_str().is_ok_and(|text| text.parse() == Ok(body)),
        };
        return match right {
            true => Ok(()),
            false => Err(bad(format!(
                "header `{name}` does not fit the request; leave it out, it is set from the URL \
                 and the body"
            ))),
        };
    }
    if NOT_THEIRS.contains(&name) || matches!(name.as_str(), "keep-alive" | "proxy-connection") {
        return Err(bad(format!("header `{name}` belongs to the connection; leave it out")));
    }
    if headers.len() == MOST {
        return Err(bad(format!("there are more than {MOST} headers")));
    }
    headers.append(name, value);
    Ok(())
}

fn names_host(url: &Url, value: &HeaderValue) -> bool {
    let (Ok(value), Some(host)) = (value.to_str(), url.host_str()) else { return false };
    let port = url.port_or_known_default().unwrap_or_default();
    value.eq_ignore_ascii_case(host) && url.port().is_none()
        || value.eq_ignore_ascii_case(&format!("{host}:{port}"))
}

/// Leaves what may go to another origin.
pub(crate) fn for_another_origin(headers: &mut HeaderMap) {
    drop_but(headers, |name| TRAVEL.contains(name));
}

/// Leaves what fits a request whose body was dropped.
pub(crate) fn without_body(headers: &mut HeaderMap) {
    drop_but(headers, |name| !name.as_str().starts_with("content-"));
}

fn drop_but(headers: &mut HeaderMap, keep: impl Fn(&HeaderName) -> bool) {
    let gone: Vec<_> = headers.keys().filter(|name| !keep(name)).cloned().collect();
    for name in gone {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str, value: &str) -> Result<HeaderMap, JobError> {
        let url = Url::parse("http://example.org:8080/").unwrap();
        let pair = Value::List(vec![name.into(), value.into()]);
        read(&Value::List(vec![pair]), &url, 3)
    }

    #[test]
    fn headers_that_could_smuggle_are_refused() {
        for name in [
            "Connection",
            "transfer-encoding",
            "TE",
            "Upgrade",
            "Keep-Alive",
            "Proxy-Authorization",
        ] {
            let error = one(name, "x").unwrap_err();
            assert!(error.message().contains("belongs to the connection"), "{name}: {error}");
        }
        for (name, value) in [
            ("X", "a\r\nB: c"),
            ("X", "a\nb"),
            ("X", "a\0"),
            ("X Y", "a"),
            ("", "a"),
            ("X:", "a"),
            ("Host", "internal.example.org"),
            ("Host", "example.org"),
            ("Content-Length", "4"),
            ("Content-Length", "-1"),
        ] {
            one(name, value).unwrap_err();
        }
        // They fit, and are set anyway.
        assert!(one("Host", "EXAMPLE.org:8080").unwrap().is_empty());
        assert!(one("Content-Length", "3").unwrap().is_empty());
        assert_eq!(one("X-Name", "Jürgen").unwrap()["x-name"].as_bytes(), "Jürgen".as_bytes());
    }

    #[test]
    fn there_is_a_limit() {
        let url = Url::parse("http://example.org/").unwrap();
        let pairs = |n: usize| {
            let pair = |i: usize| Value::List(vec![format!("x-{i}").into(), "v".into()]);
            Value::List((0..n).map(pair).collect())
        };
        assert_eq!(read(&pairs(256), &url, 0).unwrap().len(), 256);
        let error = read(&pairs(100_000), &url, 0).unwrap_err();
        assert!(error.message().contains("more than 256"), "{error}");
    }

    #[test]
    fn secrets_stay_with_their_origin() {
        let mut headers = one("X-Api-Key", "s").unwrap();
        headers.insert("authorization", HeaderValue::from_static("s"));
        headers.insert("cookie", HeaderValue::from_static("s"));
        headers.insert("accept", HeaderValue::from_static("a/b"));
        headers.insert("content-type", HeaderValue::from_static("a/b"));
        for_another_origin(&mut headers);
        assert_eq!(headers.keys_len(), 2);
        without_body(&mut headers);
        let left: Vec<_> = headers.keys().collect();
        assert_eq!(left, ["accept"]);
    }
}
