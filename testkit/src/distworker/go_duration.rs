//! Go duration texts such as `1m30s`, `1.5h` or `300ms`, as the HTTP API takes them.

const NANOS_PER_MS: i128 = 1_000_000;

/// Reads a Go duration as whole milliseconds, rounded toward zero.
///
/// # Errors
///
/// A text that is no duration, or one beyond ±292 years, is refused with a message that shows it.
pub(crate) fn parse_ms(text: &str) -> Result<i64, String> {
    let nanos = parse_nanos(text).ok_or_else(|| {
        format!("{text:?} is not a duration; write it like 30s, 1m30s, 1.5h or 300ms")
    })?;
    // Go holds a duration in 64 bits of nanoseconds.
    if i64::try_from(nanos).is_err() {
        return Err(format!("{text:?} is too long for a duration"));
    }
    i64::try_from(nanos / NANOS_PER_MS).map_err(|_| format!("{text:?} is too long for a duration"))
}

fn parse_nanos(text: &str) -> Option<i128> {
    let (negative, mut rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let (whole, after) = digits(rest);
        let (fraction, after) = match after.strip_prefix('.') {
            Some(after) => digits(after),
            None => ("", after),
        };
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let end = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
        let unit = unit_nanos(&after[..end])?;
        total = total.checked_add(scaled(whole, fraction, unit)?)?;
        rest = &after[end..];
    }
    Some(if negative { -total } else { total })
}

fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

fn scaled(whole: &str, fraction: &str, unit: i128) -> Option<i128> {
    // Twenty digits are beyond 64 bits whatever the unit; the bound keeps the sums in range.
    if whole.len() > 20 {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let mut nanos = whole.checked_mul(unit)?;
    let mut step = unit;
    for digit in fraction.bytes().take(18) {
        nanos += i128::from(digit - b'0') * step / 10;
        step /= 10;
    }
    Some(nanos)
}

fn unit_nanos(unit: &str) -> Option<i128> {
    Some(match unit {
        "ns" => 1,
        // Both micro signs of Unicode.
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => NANOS_PER_MS,
        "s" => 1_000 * NANOS_PER_MS,
        "m" => 60_000 * NANOS_PER_MS,
        "h" => 3_600_000 * NANOS_PER_MS,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_of_the_api() {
        for (text, ms) in [
            ("30s", 30_000),
            ("1m30s", 90_000),
            ("1.5h", 5_400_000),
            ("300ms", 300),
            ("0", 0),
            ("-2s", -2_000),
            ("+1s", 1_000),
            (".5s", 500),
            ("1.s", 1_000),
            ("1h0m0.25s", 3_600_250),
            ("1500us", 1),
            ("2500\u{b5}s", 2),
            ("2h45m", 9_900_000),
        ] {
            assert_eq!(parse_ms(text), Ok(ms), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in ["", "-", "30", "s", "1x", ".s", "1m 30s", "1d", "3e2s", "9999999h", "\u{e9}"] {
            let error = parse_ms(text).unwrap_err();
            assert!(error.contains(&format!("{text:?}")), "{error}");
        }
        assert!(parse_ms(&"9".repeat(500)).is_err());
        assert!(parse_ms(&format!("{}h", "9".repeat(20))).is_err());
    }
}
