//! Times as text.

use std::time::{Duration, SystemTime};

use jiff::{Timestamp, tz::TimeZone};

/// RFC 3339, UTC, milliseconds: `2026-11-21T13:34:32.906Z`.
pub(crate) fn utc(time: SystemTime) -> String {
    format!("{:.3}", timestamp(time))
}

/// What Python's `datetime.now().isoformat()` writes: local time, microseconds (left out when they are
/// zero), no zone.
pub(crate) fn python_local(time: SystemTime) -> String {
    python(timestamp(time), TimeZone::system())
}

fn python(time: Timestamp, zone: TimeZone) -> String {
    let time = time.to_zoned(zone).datetime();
    let text = time.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    match time.subsec_nanosecond() / 1000 {
        0 => text,
        micros => format!("{text}.{micros:06}"),
    }
}

/// Times that do not fit (before the year -9999, after 9999) become 1970: nothing measured is there.
fn timestamp(time: SystemTime) -> Timestamp {
    Timestamp::try_from(time).unwrap_or_default()
}

/// Milliseconds since 1970; 0 before it.
pub(crate) fn millis(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_micros(1_795_268_072_906_214);
        assert_eq!(utc(at), "2026-11-21T13:34:32.906Z");
        assert_eq!(utc(SystemTime::UNIX_EPOCH), "1970-01-01T00:00:00.000Z");
        assert_eq!(millis(at), 1_795_268_072_906);
        assert_eq!(millis(SystemTime::UNIX_EPOCH - Duration::from_secs(1)), 0);
    }

    #[test]
    fn local_times_are_written_as_python_does() {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let at =
            |micros: i64| Timestamp::from_microsecond(1_795_268_072_000_000_i64 + micros).unwrap();
        assert_eq!(python(at(906_214), TimeZone::UTC), "2026-11-21T13:34:32.906214");
        assert_eq!(python(at(14), zone.clone()), "2026-11-21T15:34:32.000014");
        assert_eq!(python(at(0), zone), "2026-11-21T15:34:32");
    }
}
