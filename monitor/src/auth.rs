//! Who may come in.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::http::{HeaderMap, HeaderValue, header};
use journeyman_core::Secret;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// How long a browser stays known.
const LASTS: Duration = Duration::from_secs(12 * 3600);

/// Browsers that are known at a time.
const MOST: usize = 64;

/// The token, and the browsers that gave it once.
pub(crate) struct Door {
    /// Digests are compared and not tokens, so that the time it takes tells nothing of the token.
    token: Option<[u8; 32]>,
    /// The name of the cookie. Browsers send cookies to all ports of a host, and two workers on one
    /// machine are two monitors.
    cookie: String,
    browsers: Mutex<HashMap<String, Instant>>,
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_open() { "Door(open)" } else { "Door(token)" })
    }
}

impl Door {
    pub(crate) fn new(token: Option<&Secret>, port: u16) -> Self {
        let token = token.map(|token| digest(token.expose()));
        let cookie = format!("journeyman_monitor_{port}");
        Self { token, cookie, browsers: Mutex::default() }
    }

    /// Whether nobody needs a token.
    pub(crate) fn is_open(&self) -> bool {
        self.token.is_none()
    }

    /// Whether this is the token.
    pub(crate) fn knows(&self, token: &[u8]) -> bool {
        self.token.is_none_or(|right| right == digest(token))
    }

    /// What these headers say of their sender.
    pub(crate) fn visitor(&self, headers: &HeaderMap, now: Instant) -> Visitor {
        if self.is_open() {
            return Visitor::Known;
        }
        if let Some(given) = headers.get(header::AUTHORIZATION) {
            let token = given.as_bytes().split_at_checked(7);
            let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case(b"bearer "));
            return match token.is_some_and(|(_, token)| self.knows(token.trim_ascii())) {
                true => Visitor::Known,
                false => Visitor::Wrong,
            };
        }
        let browsers = self.browsers.lock().unwrap_or_else(PoisonError::into_inner);
        let known = self.cookies(headers).any(|cookie| {
            browsers.get(cookie).is_some_and(|since| now.duration_since(*since) < LASTS)
        });
        if known { Visitor::Known } else { Visitor::Unknown }
    }

    /// Remembers a browser; the cookie that it gets.
    pub(crate) fn welcome(&self, now: Instant) -> HeaderValue {
        // 244 random bits.
        let id = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let mut browsers = self.browsers.lock().unwrap_or_else(PoisonError::into_inner);
        browsers.retain(|_, since| now.duration_since(*since) < LASTS);
        if browsers.len() >= MOST
            && let Some((oldest, _)) = browsers.iter().min_by_key(|(_, since)| **since)
        {
            let oldest = oldest.clone();
            browsers.remove(&oldest);
        }
        let cookie = self.cookie(&id, LASTS.as_secs());
        browsers.insert(id, now);
        cookie
    }

    /// Forgets the browser of these headers; the cookie that removes its own.
    pub(crate) fn farewell(&self, headers: &HeaderMap) -> HeaderValue {
        let mut browsers = self.browsers.lock().unwrap_or_else(PoisonError::into_inner);
        for cookie in self.cookies(headers) {
            browsers.remove(cookie);
        }
        self.cookie("", 0)
    }

    /// Not for scripts, and not sent along by pages of others.
    fn cookie(&self, id: &str, seconds: u64) -> HeaderValue {
        let name = &self.cookie;
        let text = format!("{name}={id}; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}");
        // Hexadecimal digits: it always fits.
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
    }

    fn cookies<'a>(&self, headers: &'a HeaderMap) -> impl Iterator<Item = &'a str> {
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        lines.flat_map(|line| line.split(';')).filter_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            (name == self.cookie).then_some(value)
        })
    }
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Visitor {
    Known,
    /// It said nothing of itself.
    Unknown,
    /// What it gave is wrong.
    Wrong,
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &'static str, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())])
    }

    #[test]
    fn the_token_opens() {
        let door = Door::new(Some(&Secret::new("0123456789abcdef")), 8001);
        let now = Instant::now();
        let visitor = |value: &str| door.visitor(&with("authorization", value), now);
        assert_eq!(visitor("Bearer 0123456789abcdef"), Visitor::Known);
        assert_eq!(visitor("bearer  0123456789abcdef "), Visitor::Known);
        for wrong in [
            "",
            "Bearer",
            "Bearer ",
            "Basic 0123456789abcdef",
            "0123456789abcdef",
            "Bearer 0123456789abcdeF",
            "Bearer 0123456789abcdef0",
        ] {
            assert_eq!(visitor(wrong), Visitor::Wrong, "{wrong}");
        }
        assert_eq!(door.visitor(&HeaderMap::new(), now), Visitor::Unknown);
        assert_eq!(Door::new(None, 8001).visitor(&HeaderMap::new(), now), Visitor::Known);
        assert!(!format!("{door:?}").contains("0123"));
    }

    #[test]
    fn a_browser_stays_known_for_a_while() {
        let door = Door::new(Some(&Secret::new("0123456789abcdef")), 8001);
        let now = Instant::now();
        let cookie = door.welcome(now);
        let text = cookie.to_str().unwrap();
        assert!(text.contains("HttpOnly") && text.contains("SameSite=Strict"), "{text}");
        let pair = text.split(';').next().unwrap();
        let headers = with("cookie", &format!("other=1; {pair}"));
        assert_eq!(door.visitor(&headers, now + LASTS / 2), Visitor::Known);
        assert_eq!(door.visitor(&headers, now + LASTS), Visitor::Unknown);
        let neighbour = Door::new(Some(&Secret::new("0123456789abcdef")), 8002);
        assert_ne!(
            neighbour.welcome(now).to_str().unwrap().split('=').next(),
            pair.split('=').next()
        );
        door.farewell(&headers);
        assert_eq!(door.visitor(&headers, now), Visitor::Unknown);
        for wrong in
            ["journeyman_monitor_8001=", "journeyman_monitor_8001=0123456789abcdef", "x", "=;;="]
        {
            assert_eq!(door.visitor(&with("cookie", wrong), now), Visitor::Unknown, "{wrong}");
        }
    }

    #[test]
    fn the_number_of_browsers_is_bounded() {
        let door = Door::new(Some(&Secret::new("0123456789abcdef")), 8001);
        let start = Instant::now();
        for i in 0..1000 {
            door.welcome(start + Duration::from_millis(i));
        }
        assert_eq!(door.browsers.lock().unwrap().len(), MOST);
    }
}
