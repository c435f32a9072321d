//! Durations and sizes as people write them.

use std::fmt;
use std::time::Duration;

use serde::de::{self, Deserializer, Visitor};

/// What a duration looks like, for error messages.
pub const DURATION_FORM: &str =
    "give seconds as a number, or a text such as \"500ms\", \"5s\" or \"1m30s\"";
/// What a size looks like, for error messages.
pub const SIZE_FORM: &str = "give bytes as a number, or a text such as \"512KiB\" or \"16MiB\"";

/// Reads `5`, `0.5` (seconds), `500ms`, `1m30s`, `2h`.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    if let Some(plain) = seconds(rest) {
        return Some(plain);
    }
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let unit_start = rest.find(|c: char| c != '.' && !c.is_ascii_digit())?;
        let (number, after) = rest.split_at(unit_start);
        let unit_end = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_end);
        let factor = match unit {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return None,
        };
        let part = Duration::try_from_secs_f64(decimal(number)? * factor).ok()?;
        total = total.checked_add(part)?;
        rest = after;
    }
    (!text.trim().is_empty()).then_some(total)
}

fn seconds(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(decimal(text)?).ok()
}

/// Digits with at most one point; not what else `f64` reads, such as `inf` and `1e9`.
fn decimal(text: &str) -> Option<f64> {
    let digits = text.bytes().any(|c| c.is_ascii_digit());
    let only = text.bytes().all(|c| c.is_ascii_digit() || c == b'.');
    if digits && only { text.parse().ok() } else { None }
}

/// Reads `65536`, `64KiB`, `16MiB`, `1GiB`.
pub fn parse_size(text: &str) -> Option<usize> {
    let text = text.trim();
    let digits_end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(digits_end);
    let factor: usize = match unit.trim_start() {
        "" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    digits.parse::<usize>().ok()?.checked_mul(factor)
}

/// For `#[serde(deserialize_with)]`: seconds as a number, or a text as in [`parse_duration`].
///
/// # Errors
/// It is neither.
pub fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    struct Form;
    impl Visitor<'_> for Form {
        type Value = Duration;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a duration ({DURATION_FORM})")
        }

        fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<Duration, E> {
            Ok(Duration::from_secs(seconds))
        }

        fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Duration, E> {
            let unexpected = de::Unexpected::Signed(seconds);
            u64::try_from(seconds)
                .map(Duration::from_secs)
                .map_err(|_| E::invalid_value(unexpected, &self))
        }

        fn visit_f64<E: de::Error>(self, seconds: f64) -> Result<Duration, E> {
            let unexpected = de::Unexpected::Float(seconds);
            Duration::try_from_secs_f64(seconds).map_err(|_| E::invalid_value(unexpected, &self))
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Duration, E> {
            parse_duration(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
        }
    }
    deserializer.deserialize_any(Form)
}

/// For `#[serde(deserialize_with)]`: bytes as a number, or a text as in [`parse_size`].
///
/// # Errors
/// It is neither.
pub fn size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    struct Form;
    impl Visitor<'_> for Form {
        type Value = usize;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a size ({SIZE_FORM})")
        }

        fn visit_u64<E: de::Error>(self, bytes: u64) -> Result<usize, E> {
            let unexpected = de::Unexpected::Unsigned(bytes);
            usize::try_from(bytes).map_err(|_| E::invalid_value(unexpected, &self))
        }

        fn visit_i64<E: de::Error>(self, bytes: i64) -> Result<usize, E> {
            let unexpected = de::Unexpected::Signed(bytes);
            usize::try_from(bytes).map_err(|_| E::invalid_value(unexpected, &self))
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<usize, E> {
            parse_size(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
        }
    }
    deserializer.deserialize_any(Form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_seconds_or_have_units() {
        for (text, millis) in [
            ("5", 5000),
            ("0.5", 500),
            (" 5.0 ", 5000),
            ("500ms", 500),
            ("1m30s", 90_000),
            ("2h", 7_200_000),
            ("1.5s", 1500),
            ("0", 0),
        ] {
            assert_eq!(parse_duration(text), Some(Duration::from_millis(millis)), "{text}");
        }
        for bad in [
            "",
            " ",
            "s",
            "5x",
            "-1",
            "1e9",
            "inf",
            "NaN",
            "1.2.3",
            "5 s x",
            ".",
            "5d",
            "99999999999999999999999",
        ] {
            assert_eq!(parse_duration(bad), None, "{bad}");
        }
    }

    #[test]
    fn sizes_are_bytes_or_have_units() {
        for (text, bytes) in [("1", 1), ("64KiB", 65_536), ("16 MiB", 16 << 20), ("1GiB", 1 << 30)]
        {
            assert_eq!(parse_size(text), Some(bytes), "{text}");
        }
        for bad in ["", "MiB", "-1", "1.5MiB", "1MB", "99999999999999999999", "9999999999999999GiB"]
        {
            assert_eq!(parse_size(bad), None, "{bad}");
        }
    }
}
