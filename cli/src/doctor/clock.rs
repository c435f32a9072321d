//! How far the clocks are apart.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Check;
use crate::{
    exit::{Code, Failure},
    http::Http,
};

const STEP: &str = "clock";

/// Asks each of these servers for the time, until one tells it, in the `Date` header of any
/// answer. `allowed` is what the registration bears.
pub(crate) async fn clock(check: &mut Check, urls: &[String], allowed: Duration, limit: Duration) {
    for url in urls {
        let Ok(Some((server, ours))) = ask(url, limit).await else { continue };
        let (apart, word) = match server.duration_since(ours) {
            Ok(ahead) => (ahead, "ahead of"),
            Err(behind) => (behind.duration(), "behind"),
        };
        let text = match apart.as_secs() {
            // The header has whole seconds.
            0 | 1 => "both clocks agree to a second".to_owned(),
            seconds => format!("the server's is {seconds} s {word} this machine's"),
        };
        if apart > allowed {
            check.failed(
                Code::Refused,
                STEP,
                format!("{text}; at most {} s are accepted", allowed.as_secs()),
                "set both clocks by NTP",
            );
        } else {
            check.ok(STEP, text);
        }
        return;
    }
    check.skipped(STEP, "the server does not tell its time; more than 5 minutes would be refused");
}

/// The server's time, and ours in the middle of the exchange.
async fn ask(url: &str, limit: Duration) -> Result<Option<(SystemTime, SystemTime)>, Failure> {
    let before = SystemTime::now();
    let answer = Http::new(url)?.request("GET", "/", Vec::new(), Some(limit)).await?;
    let round_trip = before.elapsed().unwrap_or_default();
    let server = answer.date.as_deref().and_then(parse);
    Ok(server.map(|server| (server, before + round_trip / 2)))
}

/// Reads the usual form of an HTTP date: `Sun, 06 Nov 1994 08:49:37 GMT`.
fn parse(text: &str) -> Option<SystemTime> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (_, rest) = text.split_once(", ")?;
    let mut parts = rest.split(' ');
    let day: u64 = parts.next()?.parse().ok().filter(|day| (1..=31).contains(day))?;
    let name = parts.next()?;
    let month = MONTHS.iter().position(|month| *month == name)? as u64 + 1;
    let year: u64 = parts.next()?.parse().ok().filter(|year| (1970..=9999).contains(year))?;
    let mut clock = parts.next()?.split(':').map(|part| part.parse::<u64>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    if parts.next()? != "GMT" || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // Years that begin in March have their leap day at the end.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leaps = year / 4 - year / 100 + year / 400;
    let days = year * 365 + leaps + (153 * month + 2) / 5 + day - 1 - 719_468;
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second;
    Some(UNIX_EPOCH + Duration::from_secs(seconds))
}

/// A time as RFC 3339 text in UTC, to the second.
pub(crate) fn rfc3339(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    // As above: years that begin in March.
    let days = days + 719_468;
    let (cycle, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = cycle * 400 + year + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}+00:00")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rfc_3339() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00+00:00"),
            (951_868_799, "2000-02-29T23:59:59+00:00"),
            (1_735_689_599, "2024-12-31T23:59:59+00:00"),
            (1_795_268_091, "2026-11-21T13:34:51+00:00"),
        ] {
            assert_eq!(rfc3339(UNIX_EPOCH + Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn dates() {
        for (text, seconds) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Sat, 21 Nov 2026 13:34:51 GMT", 1_795_268_091),
            ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799),
        ] {
            assert_eq!(parse(text), Some(UNIX_EPOCH + Duration::from_secs(seconds)), "{text}");
        }
        for bad in [
            "",
            "x, y",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 99 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 99999999999999999999 08:49:37 GMT",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
