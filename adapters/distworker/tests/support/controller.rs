//! What a controller checks of a registration, in its order (DistWorker sheet, section 3.1), for
//! the recorded cases. Shares nothing with the adapter but the message types.

use journeyman_distworker::wire::SignedWorkerRegister;

/// Provisioners of the recorded controller, and their tokens.
pub(crate) const TOKENS: [(&str, &str); 2] =
    [("static", "static-token-for-tests"), ("other", "other-token-for-tests")];
/// The one worker that the recorded controller started, and its token.
pub(crate) const PROVISIONED: (&str, &str) =
    ("cmdprov-ee8aa7ba-52e5-4366-834d-57c455785a4b", "fd5e4704-046c-4861-861a-1dcd25e0b46f");
const SKEW: i64 = 300;

/// The token that the controller checks with, or why it has none.
pub(crate) fn token(signed: &SignedWorkerRegister) -> Result<&'static str, &'static str> {
    if signed.worker_id.is_empty() {
        TOKENS
            .iter()
            .find(|(name, _)| *name == signed.provisioner_name)
            .map(|(_, token)| *token)
            .ok_or("provisioner not found")
    } else if signed.worker_id == PROVISIONED.0 {
        Ok(PROVISIONED.1)
    } else {
        Err("worker not found")
    }
}

/// Whether the date is within five minutes of `now` (Unix seconds), and of the right form.
pub(crate) fn date(date: &str, now: i64) -> Result<(), &'static str> {
    let seconds = unix(date).ok_or("invalid date format")?;
    if (seconds - now).abs() > SKEW {
        Err("timestamp too old or too far in future")
    } else {
        Ok(())
    }
}

/// Unix seconds of `YYYYMMDDTHHMMSSZ`, with the fraction that the controller happens to take.
pub(crate) fn unix(date: &str) -> Option<i64> {
    let body = date.strip_suffix('Z')?;
    let body = body.split_once('.').map_or(body, |(body, _)| body);
    let (day, time) = body.split_once('T')?;
    let number = |text: &str, at: usize, length: usize| -> Option<i64> {
        text.get(at..at + length)?.parse().ok()
    };
    if day.len() != 8 || time.len() != 6 {
        return None;
    }
    let (year, month) = (number(day, 0, 4)?, number(day, 4, 2)?);
    let lengths = |year: i64| {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        [31, 28 + i64::from(leap), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    };
    let years: i64 = (1970..year).map(|year| lengths(year).iter().sum::<i64>()).sum();
    let months: i64 = lengths(year).iter().take(usize::try_from(month).ok()?.checked_sub(1)?).sum();
    let days = years + months + number(day, 6, 2)? - 1;
    Some(
        days * 86_400
            + number(time, 0, 2)? * 3_600
            + number(time, 2, 2)? * 60
            + number(time, 4, 2)?,
    )
}
