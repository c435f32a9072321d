//! Times as the foreman writes them: local time without a zone; the stand-in lives in UTC.

use crate::civil::civil;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Microseconds since the Unix epoch.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

pub(crate) fn system(micros: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(u64::try_from(micros).unwrap_or_default())
}

/// As Python's `isoformat()`: microseconds, unless there are none.
pub(crate) fn iso(micros: i64) -> String {
    let [year, month, day, hour, minute, second] = civil(micros);
    let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    match micros.rem_euclid(1_000_000) {
        0 => text,
        rest => format!("{text}.{rest:06}"),
    }
}

/// The value of an HTTP `Date` header.
pub(crate) fn http_date(micros: i64) -> String {
    let [year, month, day, hour, minute, second] = civil(micros);
    let weekday = micros.div_euclid(86_400_000_000).rem_euclid(7);
    // The epoch was a Thursday.
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][weekday as usize];
    let months =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = months[(month - 1) as usize];
    format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days() {
        for (micros, iso_text, http) in [
            (0, "1970-01-01T00:00:00", "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_827_696_000_001, "2000-02-29T12:34:56.000001", "Tue, 29 Feb 2000 12:34:56 GMT"),
            (1_795_267_074_250_000, "2026-11-21T13:17:54.250000", "Sat, 21 Nov 2026 13:17:54 GMT"),
            (4_107_542_399_999_999, "2100-02-28T23:59:59.999999", "Sun, 28 Feb 2100 23:59:59 GMT"),
        ] {
            assert_eq!(iso(micros), iso_text);
            assert_eq!(http_date(micros), http);
        }
    }
}
