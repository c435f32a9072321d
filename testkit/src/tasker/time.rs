//! Times as Tasker writes them. The stand-in counts microseconds since the Unix epoch, in UTC.

use serde::{Serialize, Serializer};

use crate::civil::civil;

/// Microseconds since the Unix epoch.
pub(crate) type Micros = i64;

pub(crate) const SECOND: Micros = 1_000_000;

/// A time that is written without a zone, as the database's rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Naive(pub(crate) Micros);

impl Serialize for Naive {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&naive(self.0))
    }
}

/// A time of day on a day, without a zone; of the fraction as many groups of three digits as are
/// needed.
pub(crate) fn naive(micros: Micros) -> String {
    let [year, month, day, hour, minute, second] = civil(micros);
    let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    match micros.rem_euclid(SECOND) {
        0 => text,
        rest if rest % 1000 == 0 => format!("{text}.{:03}", rest / 1000),
        rest => format!("{text}.{rest:06}"),
    }
}

/// RFC 3339 with `Z`, as results have it.
pub(crate) fn zulu(micros: Micros) -> String {
    naive(micros) + "Z"
}

/// RFC 3339 with an offset, as transitions have it.
pub(crate) fn with_offset(micros: Micros) -> String {
    naive(micros) + "+00:00"
}

/// Seconds since the epoch of a time that exists.
fn seconds([year, month, day, hour, minute, second]: [i64; 6]) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    // A leap second is let through, as upstream's parser does.
    let exists = (0..=9999).contains(&year)
        && (1..=days).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..=60).contains(&second);
    if !exists {
        return None;
    }
    let shifted = if month <= 2 { year - 1 } else { year };
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    let days = shifted.div_euclid(400) * 146_097 + day - 719_468;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

fn number(text: &str) -> Option<i64> {
    let sound = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if sound { text.parse().ok() } else { None }
}

/// `+01:30` or `+0130` in seconds.
fn offset(text: &str) -> Option<i64> {
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String = text.get(1..)?.chars().filter(|&letter| letter != ':').collect();
    let (hours, minutes) = (number(digits.get(..2)?)?, number(digits.get(2..)?)?);
    (digits.len() == 4 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Reads RFC 3339; a zone is needed.
pub(crate) fn parse_rfc3339(text: &str) -> Option<Micros> {
    if !text.is_ascii() {
        return None;
    }
    let (date, clock) = (text.get(..10)?, text.get(11..)?);
    if !matches!(text.as_bytes()[10], b'T' | b't' | b' ') {
        return None;
    }
    let at = clock.find(['Z', 'z', '+', '-'])?;
    let (clock, zone) = clock.split_at(at);
    let zone = match zone {
        "Z" | "z" => 0,
        zone => offset(zone)?,
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let micros = format!("{fraction:0<6}").get(..6)?.parse::<i64>().ok()?;
    let mut parts = date.split('-').chain(clock.split(':')).map(number);
    let mut fields = [0; 6];
    for field in &mut fields {
        *field = parts.next()??;
    }
    if parts.next().is_some() {
        return None;
    }
    Some((seconds(fields)? - zone) * SECOND + micros)
}

/// Reads the date of a `Retry-After` header, RFC 2822.
pub(crate) fn parse_rfc2822(text: &str) -> Option<Micros> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let text = text.split_once(',').map_or(text, |(_, rest)| rest);
    let mut words = text.split_ascii_whitespace();
    let day = number(words.next()?)?;
    let month = words.next()?;
    let month = MONTHS.iter().position(|name| name.eq_ignore_ascii_case(month))?;
    let year = number(words.next()?)?;
    let mut clock = words.next()?.split(':').map(number);
    let (hour, minute) = (clock.next()??, clock.next()??);
    let second = clock.next().unwrap_or(Some(0))?;
    let zone = match words.next()? {
        "GMT" | "UT" | "UTC" | "Z" => 0,
        zone => offset(zone)?,
    };
    let month = i64::try_from(month).ok()? + 1;
    Some((seconds([year, month, day, hour, minute, second])? - zone) * SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_and_read() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00"),
            (951_827_696_000_001, "2000-02-29T12:34:56.000001"),
            (1_795_267_074_250_000, "2026-11-21T13:17:54.250"),
            (4_107_542_399_999_999, "2100-02-28T23:59:59.999999"),
        ] {
            assert_eq!(naive(micros), text);
            assert_eq!(parse_rfc3339(&zulu(micros)), Some(micros));
            assert_eq!(parse_rfc3339(&with_offset(micros)), Some(micros));
        }
        let nanos = parse_rfc3339("2026-11-21T13:29:24.850759270Z");
        assert_eq!(nanos.map(naive).as_deref(), Some("2026-11-21T13:29:24.850759"));
        assert_eq!(parse_rfc3339("1970-01-01T01:00:00+01:00"), Some(0));
        for text in [
            "",
            "2026-11-21",
            "2026-11-21T13:17:54",
            "2026-13-21T13:17:54Z",
            "2026-02-29T00:00:00Z",
        ] {
            assert_eq!(parse_rfc3339(text), None, "{text:?}");
        }
    }

    #[test]
    fn header_dates() {
        let expected = Some(1_795_267_074_000_000);
        assert_eq!(parse_rfc2822("Sat, 21 Nov 2026 13:17:54 GMT"), expected);
        assert_eq!(parse_rfc2822("21 nov 2026 14:17:54 +0100"), expected);
        for text in ["", "soon", "31 Feb 2026 00:00:00 GMT", "21 Nov 2026 13:17:54"] {
            assert_eq!(parse_rfc2822(text), None, "{text:?}");
        }
    }
}
