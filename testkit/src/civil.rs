//! The calendar, in UTC.

/// Year, month, day, hour, minute, second of a time in microseconds since the Unix epoch.
pub(crate) fn civil(micros: i64) -> [i64; 6] {
    let seconds = micros.div_euclid(1_000_000);
    let (days, clock) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Years start in March here, so that the leap day is the last of its year.
    let shifted = days + 719_468;
    let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    [year, month, date, clock / 3600, clock / 60 % 60, clock % 60]
}
