//! CURVE key files (mooR sheet, section 7.3).

use journeyman_core::Secret;
use journeyman_zmq::{CurveKeys, CurvePublicKey};

use super::KeyError;

/// The key behind `name=` in the text of a key file. Z85 text may itself hold a `=`.
fn value<'a>(text: &'a str, name: &str) -> Result<&'a str, KeyError> {
    let mut names = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((found, value)) = line.split_once('=') else {
            return Err(KeyError::new(format!("has a line that is not `{name}=KEY`")));
        };
        if found.trim() == name {
            return Ok(value.trim());
        }
        names.push(found.trim().chars().take(20).collect::<String>());
    }
    let other = match names.as_slice() {
        [] => "it is empty".to_owned(),
        names => format!("it has `{}`", names.join("`, `")),
    };
    Err(KeyError::new(format!("has no line `{name}=KEY`; {other}")))
}

/// The key pair of a file with a line `secret=`.
///
/// # Errors
/// There is no such line, or it holds no key.
pub fn read_secret(text: &str) -> Result<CurveKeys, KeyError> {
    let key = value(text, "secret")?;
    CurveKeys::from_secret_z85(key)
        .map_err(|error| KeyError::new(format!("its secret key cannot be used: {error}")))
}

/// The key of a file with a line `public=`.
///
/// # Errors
/// There is no such line, or it holds no key.
pub fn read_public(text: &str) -> Result<CurvePublicKey, KeyError> {
    let key = value(text, "public")?;
    CurvePublicKey::from_z85(key)
        .map_err(|error| KeyError::new(format!("its public key cannot be used: {error}")))
}

/// The text of a secret key file.
pub fn secret_text(service_type: &str, keys: &CurveKeys) -> Secret {
    let secret = keys.secret_z85();
    let mut text = format!("# CURVE secret key of {service_type}\nsecret=").into_bytes();
    text.extend_from_slice(secret.expose());
    text.push(b'\n');
    Secret::from_bytes(text)
}

/// The text of a public key file.
pub fn public_text(service_type: &str, keys: &CurveKeys) -> String {
    format!("# CURVE public key of {service_type}\npublic={}\n", keys.public().to_z85())
}
