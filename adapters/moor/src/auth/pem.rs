//! The text form of key files (RFC 7468).

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::KeyError;

/// The first PEM block of a text: its label, and what it holds.
pub(super) fn first(text: &str) -> Result<(String, Vec<u8>), KeyError> {
    let mut lines = text.lines().map(str::trim);
    let label = lines
        .find_map(|line| line.strip_prefix("-----BEGIN ")?.strip_suffix("-----"))
        .ok_or_else(|| {
            KeyError::new("is no PEM file: there is no line `-----BEGIN PRIVATE KEY-----`")
        })?
        .to_owned();
    let end = format!("-----END {label}-----");
    let mut body = String::new();
    loop {
        match lines.next() {
            Some(line) if line == end => break,
            Some(line) => body.push_str(line),
            None => return Err(KeyError::new(format!("is cut off: the line `{end}` is missing"))),
        }
    }
    let bytes = STANDARD
        .decode(body)
        .map_err(|_| KeyError::new("is damaged: what stands in the PEM block is no base64"))?;
    Ok((label, bytes))
}
