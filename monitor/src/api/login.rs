//! The login page: a browser gives the token once and gets a cookie. It has no script.

use std::{
    net::IpAddr,
    time::{Duration, Instant},
};

use axum::{
    body::to_bytes,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};
use tokio::time::timeout;

use crate::{guard::too_often, headers::Page, problem::Problem, server::App};

/// Where the token is given.
pub(crate) const PATH: &str = "/login";

/// Where the browser is forgotten.
pub(crate) const OUT: &str = "/logout";

/// The largest form, in bytes.
const FORM: usize = 8 * 1024;

/// How long the form may take.
const PATIENCE: Duration = Duration::from_secs(10);

const STYLE: &str = include_str!("../../assets/login.css");

pub(crate) async fn show(State(shared): App) -> Response {
    match shared.door.is_open() {
        true => Redirect::to("/dashboard").into_response(),
        false => page(None),
    }
}

/// The page, with what was wrong before.
pub(crate) fn page(wrong: Option<&str>) -> Response {
    let wrong = wrong
        .map_or_else(String::new, |text| format!("<p class=\"wrong\" role=\"alert\">{text}</p>"));
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>Worker monitor: log in</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1>Worker monitor</h1>\n<p>This monitor wants its token.</p>\n{wrong}\
         <form method=\"post\" action=\"{PATH}\">\n<label for=\"token\">Token</label>\n\
         <input id=\"token\" name=\"token\" type=\"password\" autocomplete=\"current-password\" \
         required autofocus>\n<button type=\"submit\">Log in</button>\n</form>\n</main>\n</body>\n\
         </html>\n"
    );
    let digest = BASE64_STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    let mut response = (StatusCode::UNAUTHORIZED, kind, html).into_response();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response.extensions_mut().insert(Page::Plain);
    response
}

pub(crate) async fn enter(State(shared): App, request: Request) -> Response {
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0);
    let now = Instant::now();
    if let Some(peer) = peer
        && !shared.failures.has(peer, now)
    {
        return too_often("wrong tokens", Duration::from_secs(5)).into_response();
    }
    let token = match timeout(PATIENCE, to_bytes(request.into_body(), FORM)).await {
        Ok(Ok(form)) => field(&form, "token").unwrap_or_default(),
        Ok(Err(_)) => {
            return Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "the form is too large")
                .into_response();
        }
        Err(_) => {
            return Problem::new(StatusCode::REQUEST_TIMEOUT, "the form took too long")
                .into_response();
        }
    };
    if !shared.door.knows(&token) {
        if let Some(peer) = peer {
            let _ = shared.failures.take(peer, now);
            tracing::warn!(%peer, "a wrong token was given to the monitor");
        }
        return page(Some("That is not the token."));
    }
    let mut response = Redirect::to("/dashboard").into_response();
    response.headers_mut().insert(header::SET_COOKIE, shared.door.welcome(now));
    response
}

pub(crate) async fn leave(State(shared): App, headers: HeaderMap) -> Response {
    let mut response = Redirect::to("/dashboard").into_response();
    response.headers_mut().insert(header::SET_COOKIE, shared.door.farewell(&headers));
    response
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// A field of a form.
fn field(form: &[u8], name: &str) -> Option<Vec<u8>> {
    form.split(|byte| *byte == b'&').find_map(|pair| {
        let at = pair.iter().position(|byte| *byte == b'=')?;
        (decode(&pair[..at]) == name.as_bytes()).then(|| decode(&pair[at + 1..]))
    })
}

fn decode(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, tail @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high << 4 | low);
                    rest = tail;
                }
                _ => bytes.push(b'%'),
            },
            (byte, _) => bytes.push(*byte),
        }
    }
    bytes
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_read() {
        assert_eq!(field(b"a=1&token=x%26y+z%zz%", "token").unwrap(), b"x&y z%zz%");
        assert_eq!(field(b"%74oken=1", "token").unwrap(), b"1");
        assert_eq!(field(b"token", "token"), None);
        assert_eq!(field(b"", "token"), None);
        assert_eq!(field(b"token=", "token").unwrap(), b"");
    }
}
