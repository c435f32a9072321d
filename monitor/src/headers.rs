//! Headers that every answer gets.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, header, uri::Authority},
    response::Response,
};

/// An answer that is a page of ours: what it may load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// Scripts and styles of ours, and nothing else.
    Plain,
    /// As plain, and styles that its scripts write into the page: the documentation viewers do. Scripts
    /// stay ours.
    #[cfg_attr(not(feature = "docs"), allow(dead_code))]
    Documentation,
}

const ALWAYS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    (HeaderName::from_static("x-robots-tag"), "noindex"),
];

/// Adds what keeps browsers from doing more with the answer than they should.
pub(crate) fn secure(response: &mut Response, host: Option<&Authority>) {
    let page = response.extensions().get::<Page>().copied();
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Where everybody may read (compat), the browser is told so by its CORS headers.
    if !headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
        headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        set_policy(headers, page, host);
    }
}

fn set_policy(headers: &mut HeaderMap, page: Option<Page>, host: Option<&Authority>) {
    let text = match page {
        None => "default-src 'none'; frame-ancestors 'none'".to_owned(),
        Some(page) => policy(page, host),
    };
    if let Ok(value) = HeaderValue::from_str(&text) {
        headers.insert(header::CONTENT_SECURITY_POLICY, value);
    }
}

fn policy(page: Page, host: Option<&Authority>) -> String {
    // Some browsers do not take a WebSocket of the same host for 'self'.
    let sockets = host.map_or_else(String::new, |host| format!(" ws://{host} wss://{host}"));
    let styles = match page {
        Page::Plain => "'self'",
        Page::Documentation => "'self' 'unsafe-inline'",
    };
    let workers = match page {
        Page::Plain => "",
        Page::Documentation => "worker-src blob:; ",
    };
    format!(
        "default-src 'none'; script-src 'self'; style-src {styles}; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'{sockets}; {workers}form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, response::IntoResponse};

    use super::*;

    #[test]
    fn scripts_are_always_ours() {
        for page in [Page::Plain, Page::Documentation] {
            let host = "worker:1".parse().unwrap();
            let text = policy(page, Some(&host));
            assert!(text.contains("script-src 'self';"), "{text}");
            assert!(!text.contains("unsafe-eval") && !text.contains('*'), "{text}");
            assert!(text.contains("connect-src 'self' ws://worker:1 wss://worker:1;"), "{text}");
            assert_eq!(text.contains("unsafe-inline"), page == Page::Documentation);
        }
    }

    #[test]
    fn every_answer_is_guarded() {
        let mut response = Body::empty().into_response();
        secure(&mut response, None);
        let headers = response.headers();
        assert_eq!(
            headers["content-security-policy"],
            "default-src 'none'; frame-ancestors 'none'"
        );
        assert_eq!(headers["x-frame-options"], "DENY");
        assert_eq!(headers["cross-origin-resource-policy"], "same-origin");
        assert_eq!(headers["cache-control"], "no-store");
        let mut open = ([("access-control-allow-origin", "*")], "").into_response();
        secure(&mut open, None);
        assert!(!open.headers().contains_key("cross-origin-resource-policy"));
    }
}
