//! Signatures (DistWorker sheet, section 3).
//!
//! Only the registration is signed, with a key derived from the worker token and the UTC day.
//! There is no challenge: the controller accepts what was signed within five minutes of its own
//! clock.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use prost::Message as _;
use sha2::Sha256;

use crate::wire::{ResourceInfo, SignedWorkerRegister, WorkerRegister};

/// How far the clocks of worker and controller may be apart, in seconds.
pub const MAX_CLOCK_SKEW_SECS: u64 = 300;

/// The header that carries the date of a signed HTTP request.
pub const DATE_HEADER: &str = "x-distworker-date";

const TOKEN_PREFIX: &[u8] = b"DISTWORKER1";

/// One reading of the clock, as text `YYYYMMDDTHHMMSSZ`.
///
/// The date in a registration and the day in the key that signs it must be of the same reading:
/// two readings around midnight give a signature that the controller refuses.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DateStamp {
    text: [u8; 16],
}

impl DateStamp {
    /// The date in UTC; the fraction of the second is dropped. Times before 1970 give 1970-01-01
    /// 00:00, times after 9999 the last second of 9999: the format has no others.
    pub fn new(now: SystemTime) -> Self {
        const LAST: u64 = 253_402_300_799;
        let seconds = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()).min(LAST);
        let (year, month, day) = civil(seconds / 86_400);
        let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
        let mut text = *b"00000000T000000Z";
        put_decimal(&mut text[0..4], year);
        put_decimal(&mut text[4..6], month);
        put_decimal(&mut text[6..8], day);
        put_decimal(&mut text[9..11], hour);
        put_decimal(&mut text[11..13], minute);
        put_decimal(&mut text[13..15], second);
        Self { text }
    }

    /// `YYYYMMDDTHHMMSSZ`.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text).expect("digits and two letters are ASCII")
    }

    /// `YYYYMMDD`, what the key is derived from.
    pub fn day(&self) -> &str {
        &self.as_str()[..8]
    }
}

impl fmt::Display for DateStamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for DateStamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DateStamp({self})")
    }
}

/// Year, month and day of the Gregorian calendar, from days since 1970-01-01. Counts in years
/// that begin in March, so that the leap day is the last day of a year.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let era = days / 146_097;
    let of_era = days % 146_097;
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

fn put_decimal(digits: &mut [u8], mut number: u64) {
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// What a signature is for; it is part of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// The registration over the WebSocket.
    WebSocket,
    /// An HTTP request to the worker port.
    HttpRequest,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::WebSocket => b"distworker1_websocket",
            Self::HttpRequest => b"distworker1_request",
        }
    }
}

/// The key of one day: HMAC-SHA256 of `YYYYMMDD` under `DISTWORKER1` and the token.
pub fn date_key(token: &[u8], day: &str) -> [u8; 32] {
    hmac_sha256(&[TOKEN_PREFIX, token].concat(), day.as_bytes())
}

/// The key that signs for `purpose` on one day.
pub fn signing_key(token: &[u8], day: &str, purpose: Purpose) -> [u8; 32] {
    hmac_sha256(&date_key(token, day), purpose.label())
}

/// The signature of a registration: 32 raw bytes over exactly the bytes that are sent.
pub fn sign_registration(token: &[u8], day: &str, data: &[u8]) -> [u8; 32] {
    hmac_sha256(&signing_key(token, day, Purpose::WebSocket), data)
}

/// A signed registration. `now` is used for the date and for the key.
pub fn registration(
    token: &[u8],
    provisioner: &str,
    worker_id: &str,
    resource_info: Option<ResourceInfo>,
    now: SystemTime,
) -> WorkerRegister {
    let date = DateStamp::new(now);
    let data = SignedWorkerRegister {
        provisioner_name: provisioner.to_owned(),
        worker_id: worker_id.to_owned(),
        date: date.as_str().to_owned(),
        resource_info,
    }
    .encode_to_vec();
    let signature = sign_registration(token, date.day(), &data);
    WorkerRegister { data: data.into(), signature: Bytes::copy_from_slice(&signature) }
}

/// An HTTP request to be signed (DistWorker sheet, section 3.2).
///
/// Release 0.0.6 of the controller registers the only route that takes such requests in a way
/// that never answers; this is here for releases that mend it.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The method, in any case.
    pub method: &'a str,
    /// The path, with its leading `/`.
    pub path: &'a str,
    /// The raw query string, without `?`.
    pub query: &'a str,
    /// The headers to sign, in any order and case; [`DATE_HEADER`] must be among them.
    pub headers: &'a [(&'a str, &'a str)],
    /// The value of the `x-distworker-content-sha256` header, if the request has it.
    pub content_sha256: Option<&'a str>,
}

impl Request<'_> {
    /// The text that is signed.
    pub fn canonical(&self) -> String {
        let headers = self.sorted_headers();
        let mut text = format!("{}\n{}\n{}\n", self.method.to_uppercase(), self.path, self.query);
        for (name, value) in &headers {
            text.push_str(name);
            text.push(':');
            text.push_str(value);
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&names(&headers));
        text.push('\n');
        text.push_str(self.content_sha256.unwrap_or("UNSIGNED-PAYLOAD"));
        text
    }

    /// The value of the `Authorization` header.
    pub fn authorization(&self, worker_id: &str, token: &[u8], day: &str) -> String {
        let names = names(&self.sorted_headers());
        let signature = sign_request(token, day, &self.canonical());
        format!(
            "DISTWORKER1_HMAC_SHA256 workerId={worker_id}, SignedHeaders={names}, \
             Signature={signature}"
        )
    }

    fn sorted_headers(&self) -> Vec<(String, &str)> {
        let mut headers: Vec<_> =
            self.headers.iter().map(|(name, value)| (name.to_lowercase(), value.trim())).collect();
        headers.sort_unstable();
        headers
    }
}

fn names(headers: &[(String, &str)]) -> String {
    headers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(";")
}

/// The signature of a canonical request text, in lower-case hexadecimal.
pub fn sign_request(token: &[u8], day: &str, canonical: &str) -> String {
    let key = signing_key(token, day, Purpose::HttpRequest);
    let mut hex = String::with_capacity(64);
    for byte in hmac_sha256(&key, canonical.as_bytes()) {
        for nibble in [byte >> 4, byte & 15] {
            hex.push(char::from_digit(nibble.into(), 16).expect("four bits are one digit"));
        }
    }
    hex
}

fn hmac_sha256(key: &[u8], data: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(data);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn stamp(seconds: u64) -> String {
        DateStamp::new(UNIX_EPOCH + Duration::from_secs(seconds)).to_string()
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(stamp(0), "19700101T000000Z");
        assert_eq!(stamp(951_782_399), "20000228T235959Z");
        assert_eq!(stamp(951_782_400), "20000229T000000Z");
        assert_eq!(stamp(951_868_800), "20000301T000000Z");
        assert_eq!(stamp(1_661_862_960), "20220830T123600Z");
        assert_eq!(stamp(1_767_225_599), "20251231T235959Z");
        assert_eq!(stamp(1_795_268_091), "20261121T133451Z");
        assert_eq!(stamp(4_107_542_400), "21000301T000000Z");
        assert_eq!(stamp(253_402_300_799), "99991231T235959Z");
    }

    #[test]
    fn dates_out_of_range_are_held_at_its_ends() {
        assert_eq!(stamp(253_402_300_800), "99991231T235959Z");
        let before = UNIX_EPOCH - Duration::from_secs(5);
        assert_eq!(DateStamp::new(before).as_str(), "19700101T000000Z");
        let late = UNIX_EPOCH + Duration::new(59, 999_999_999);
        assert_eq!(DateStamp::new(late).as_str(), "19700101T000059Z");
    }

    #[test]
    fn days_follow_each_other_without_a_gap() {
        let mut previous = civil(0);
        for days in 1..200_000 {
            let next = civil(days);
            let (year, month, day) = previous;
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let length = match month {
                2 => 28 + u64::from(leap),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            let expected = match (month, day) {
                (_, day) if day < length => (year, month, day + 1),
                (12, _) => (year + 1, 1, 1),
                _ => (year, month + 1, 1),
            };
            assert_eq!(next, expected);
            previous = next;
        }
    }

    #[test]
    fn one_reading_of_the_clock_gives_date_and_key() {
        // The last second of a day.
        let now = UNIX_EPOCH + Duration::new(1_767_225_599, 999_999_999);
        let register = registration(b"secret", "static", "", None, now);
        let signed = SignedWorkerRegister::decode(register.data.clone()).unwrap();
        assert_eq!(signed.date, "20251231T235959Z");
        assert_eq!(signed.provisioner_name, "static");
        assert_eq!(
            register.signature,
            sign_registration(b"secret", "20251231", &register.data)[..]
        );
    }

    #[test]
    fn the_registration_of_a_provisioned_worker_is_that_of_the_sheet() {
        let machine = ResourceInfo {
            hostname: "vm".to_owned(),
            cpu_cores: 2,
            memory_mb: 24105,
            additional: None,
        };
        let now = UNIX_EPOCH + Duration::from_secs(1_795_267_779);
        let register = registration(
            b"fd5e4704-046c-4861-861a-1dcd25e0b46f",
            "cmdprov",
            "cmdprov-ee8aa7ba-52e5-4366-834d-57c455785a4b",
            Some(machine),
            now,
        );
        assert_eq!(register.data.len(), 85);
        assert_eq!(register.signature[..4], [0x08, 0x22, 0x02, 0xde]);
        assert_eq!(register.signature[28..], [0x5c, 0x8c, 0x44, 0x9b]);
    }

    #[test]
    fn the_canonical_text_sorts_and_trims() {
        let request = Request {
            method: "get",
            path: "/f",
            query: "a=1",
            headers: &[("X-DistWorker-Date", " 20220830T123600Z "), ("Host", "h:1")],
            content_sha256: Some("abc"),
        };
        assert_eq!(
            request.canonical(),
            "GET\n/f\na=1\nhost:h:1\nx-distworker-date:20220830T123600Z\n\nhost;x-distworker-date\nabc"
        );
        let signature = sign_request(b"t", "20220830", &request.canonical());
        assert_eq!(
            request.authorization("w-1", b"t", "20220830"),
            format!(
                "DISTWORKER1_HMAC_SHA256 workerId=w-1, SignedHeaders=host;x-distworker-date, \
                 Signature={signature}"
            )
        );
    }
}
