//! The date text of a registration, `YYYYMMDDTHHMMSSZ` (DistWorker sheet, section 3).

/// Reads the text as milliseconds since the Unix epoch. Fractional seconds are let through as
/// the real controller's date parser lets them through.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let (fixed, tail) = bytes.split_at_checked(15)?;
    let fraction_ms = match tail {
        b"Z" => 0,
        [b'.' | b',', digits @ .., b'Z'] => {
            if digits.is_empty() || digits.len() > 18 || !digits.iter().all(u8::is_ascii_digit) {
                return None;
            }
            let padded = digits.iter().copied().chain(std::iter::repeat(b'0')).take(3);
            padded.fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'))
        }
        _ => return None,
    };
    let (day, clock) = (&fixed[..8], &fixed[9..]);
    if fixed[8] != b'T' {
        return None;
    }
    let year = number(&day[..4])?;
    let month = number(&day[4..6])?;
    let date = number(&day[6..])?;
    let (hour, minute, second) =
        (number(&clock[..2])?, number(&clock[2..4])?, number(&clock[4..])?);
    let ok = (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&date)
        && hour < 24
        && minute < 60
        && second < 60;
    if !ok {
        return None;
    }
    let days = days_from_civil(year, month, date);
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + fraction_ms)
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, digit| {
        digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0'))
    })
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar. Years start in March here, so that
/// the leap day is the last day of its year.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let month_index = (month + 9) % 12;
    let day_of_year = (153 * month_index + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_instants() {
        assert_eq!(parse("19700101T000000Z"), Some(0));
        assert_eq!(parse("20261121T133451Z"), Some(1_795_268_091_000));
        assert_eq!(parse("20000229T235959Z"), Some(951_868_799_000));
        assert_eq!(parse("20261121T133505.5Z"), Some(1_795_268_105_500));
        assert_eq!(parse("20261121T133505.0625Z"), Some(1_795_268_105_062));
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in [
            "",
            "Z",
            "2026-11-21T13:35:03Z",
            "20261121T133505",
            "20261121 133505Z",
            "20261121T133505.Z",
            "20261121T133505+Z",
            "20261321T133505Z",
            "20260230T133505Z",
            "20230229T000000Z",
            "20261121T243505Z",
            "20261121T136005Z",
            "20261121T133560Z",
            "2026112\u{e9}T33505Z",
            "20261121T133505Zx",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
