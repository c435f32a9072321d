//! Points in time as texts, kept as they came.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

const DAY: u64 = 86_400;

/// A point in time as Tasker writes it: without a zone in rows of the database
/// (`2026-11-21T13:15:28.963910`, UTC is meant), with one elsewhere (RFC 3339). The text is kept, so
/// that it goes out as it came in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TimeText(String);

impl TimeText {
    /// In UTC with a zone, as results have it; to the nanosecond. Times before 1970 become 1970.
    pub fn rfc3339(at: SystemTime) -> Self {
        let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut text = seconds(since.as_secs());
        text.push('.');
        digits(&mut text, since.subsec_nanos().into(), 9);
        text.push('Z');
        Self(text)
    }

    /// In UTC without a zone, as rows of the database have it; to the microsecond.
    pub fn naive(at: SystemTime) -> Self {
        let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut text = seconds(since.as_secs());
        text.push('.');
        digits(&mut text, since.subsec_micros().into(), 6);
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The time, if the text is one between 1970 and 9999. Without a zone, UTC is meant.
    pub fn time(&self) -> Option<SystemTime> {
        let (date, rest) = self.0.split_once(['T', ' '])?;
        let mut date = date.splitn(3, '-');
        let (year, month, day) = (field(date.next()?)?, field(date.next()?)?, field(date.next()?)?);
        let zone = rest.find(['Z', '+', '-']);
        let (clock, zone) = rest.split_at(zone.unwrap_or(rest.len()));
        let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
        let mut clock = clock.splitn(3, ':');
        let (hour, minute, second) =
            (field(clock.next()?)?, field(clock.next()?)?, field(clock.next()?)?);
        let sound = (1970..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=31).contains(&day)
            && hour < 24
            && minute < 60
            && second < 61;
        if !sound {
            return None;
        }
        let seconds = days(year, month, day)? * DAY + hour * 3600 + minute * 60 + second;
        let at = UNIX_EPOCH + Duration::new(seconds, nanos(fraction)?);
        match zone.as_bytes() {
            [] | b"Z" => Some(at),
            [sign, ..] => {
                let (hours, minutes) = zone[1..].split_once(':')?;
                let offset = Duration::from_secs(field(hours)? * 3600 + field(minutes)? * 60);
                match sign {
                    b'+' => at.checked_sub(offset),
                    _ => at.checked_add(offset),
                }
            }
        }
    }
}

impl From<&str> for TimeText {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Display for TimeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Digits and nothing else.
fn field(text: &str) -> Option<u64> {
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// The digits behind the point as nanoseconds.
fn nanos(fraction: &str) -> Option<u32> {
    if fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{fraction:0<9}").parse().ok()
}

/// Date and time of day. The calendar repeats every 400 years, which begin in March for this, so
/// that the leap day is the last.
fn seconds(since: u64) -> String {
    let (days, rest) = (since / DAY, since % DAY);
    let shifted = days + 719_468;
    let (era, day) = (shifted / 146_097, shifted % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + u64::from(month <= 2);
    // Written by hand: each result has two, and `format!` would be most of what they cost.
    let mut text = String::with_capacity("2026-11-21T13:29:24.853758048Z".len());
    digits(&mut text, year, 4);
    for (separator, number) in
        [('-', month), ('-', of_month), ('T', rest / 3600), (':', rest / 60 % 60), (':', rest % 60)]
    {
        text.push(separator);
        digits(&mut text, number, 2);
    }
    text
}

/// A number with leading zeros; of a larger one the last digits.
fn digits(text: &mut String, number: u64, count: u32) {
    for place in (0..count).rev() {
        let digit = number / 10_u64.pow(place) % 10;
        text.push(char::from(b'0' + digit as u8));
    }
}

/// Days since 1970.
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    let year = year - u64::from(month <= 2);
    let (era, of_era) = (year / 400, year % 400);
    let month = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * month + 2) / 5 + day - 1;
    let of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    (era * 146_097 + of_era).checked_sub(719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_times() {
        let at = UNIX_EPOCH + Duration::new(1_795_267_764, 853_758_048);
        let text = TimeText::rfc3339(at);
        assert_eq!(text.as_str(), "2026-11-21T13:29:24.853758048Z");
        assert_eq!(text.time(), Some(at));
        let naive = TimeText::naive(at);
        assert_eq!(naive.as_str(), "2026-11-21T13:29:24.853758");
        assert_eq!(naive.time(), Some(UNIX_EPOCH + Duration::new(1_795_267_764, 853_758_000)));
        for other in ["2026-11-21T14:29:24.853758048+01:00", "2026-11-21 12:59:24.853758048-00:30"]
        {
            assert_eq!(TimeText::from(other).time(), Some(at), "{other}");
        }
        for (secs, text) in [
            (0, "1970-01-01T00:00:00.000000000Z"),
            (951_782_400, "2000-02-29T00:00:00.000000000Z"),
            (4_107_542_400, "2100-03-01T00:00:00.000000000Z"),
        ] {
            let at = UNIX_EPOCH + Duration::from_secs(secs);
            assert_eq!(TimeText::rfc3339(at).as_str(), text);
            assert_eq!(TimeText::from(text).time(), Some(at));
        }
        for wrong in [
            "",
            "x",
            "2026-13-01T00:00:00",
            "2026-11-21",
            "1969-12-31T23:59:59Z",
            "2026-11-21T13:29:24+0100",
            "2026-11-21T13:29:24.1234567890Z",
            "+026-11-21T13:29:24",
        ] {
            assert_eq!(TimeText::from(wrong).time(), None, "{wrong}");
        }
    }
}
