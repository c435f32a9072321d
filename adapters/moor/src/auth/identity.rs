//! What an enrollment gave (mooR sheet, section 7.3).

use std::time::{SystemTime, UNIX_EPOCH};

use journeyman_core::Secret;
use journeyman_zmq::CurvePublicKey;
use serde::{Deserialize, Serialize};

use super::KeyError;

/// An enrolled identity, in the form of its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The id that the daemon gave to the key. It is not the id of a worker.
    pub service_uuid: String,
    /// What the worker called itself.
    pub service_type: String,
    /// The host that it enrolled from.
    pub hostname: String,
    /// The daemon's public key, as Z85.
    pub daemon_curve_public_key: String,
    /// When that was (RFC 3339).
    pub enrolled_at: String,
}

impl Identity {
    /// From the text of an identity file.
    ///
    /// # Errors
    /// It is not one, or its key is none.
    pub fn from_json(text: &str) -> Result<Self, KeyError> {
        let identity: Self = serde_json::from_str(text)
            .map_err(|error| KeyError::new(format!("is no identity file: {error}")))?;
        identity.daemon_key()?;
        Ok(identity)
    }

    /// The text of its file.
    pub fn to_json(&self) -> Secret {
        // A struct of texts cannot fail.
        Secret::new(serde_json::to_string_pretty(self).unwrap_or_default())
    }

    /// The daemon's public key.
    ///
    /// # Errors
    /// It is not Z85 text of 40 characters.
    pub fn daemon_key(&self) -> Result<CurvePublicKey, KeyError> {
        CurvePublicKey::from_z85(&self.daemon_curve_public_key).map_err(|error| {
            KeyError::new(format!("`daemon_curve_public_key` cannot be used: {error}"))
        })
    }
}

/// A time as RFC 3339 text in UTC, to the second.
pub(crate) fn rfc3339(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}+00:00")
}

/// Year, month and day of a number of days since 1970-01-01. The year is taken to begin in March,
/// so that the leap day comes last.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let of_month = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + u64::from(month <= 2), month, of_month)
}
