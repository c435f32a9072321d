//! The two HMAC-SHA256 signatures of the protocol (DistWorker sheet, section 3).

use ring::hmac;

const WEBSOCKET: &[u8] = b"distworker1_websocket";
const REQUEST: &[u8] = b"distworker1_request";

/// Half-width of the window in which a signature's date counts.
pub(crate) const SKEW_MS: u64 = 5 * 60 * 1000;

fn mac(key: &[u8], data: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), data)
}

fn signing_key(token: &str, day: &str, purpose: &[u8]) -> hmac::Tag {
    let secret = [b"DISTWORKER1", token.as_bytes()].concat();
    let date_key = mac(&secret, day.as_bytes());
    mac(date_key.as_ref(), purpose)
}

/// The 32 raw bytes that sign a registration's `data`. `day` is `YYYYMMDD`.
#[must_use]
pub fn registration_signature(token: &str, day: &str, data: &[u8]) -> [u8; 32] {
    let tag = mac(signing_key(token, day, WEBSOCKET).as_ref(), data);
    let mut bytes = [0; 32];
    bytes.copy_from_slice(tag.as_ref());
    bytes
}

/// Whether `signature` signs `data`; compares in constant time.
pub(crate) fn verify_registration(token: &str, day: &str, data: &[u8], signature: &[u8]) -> bool {
    let key = signing_key(token, day, WEBSOCKET);
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, key.as_ref()), data, signature).is_ok()
}

/// The lower-case hexadecimal signature of a canonical file-download request
/// (DistWorker sheet, section 3.2).
#[must_use]
pub fn request_signature(token: &str, day: &str, canonical: &str) -> String {
    let tag = mac(signing_key(token, day, REQUEST).as_ref(), canonical.as_bytes());
    hex(tag.as_ref())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signature_of_the_sheet() {
        let signature =
            registration_signature("test-token-123", "20220830", b"test websocket data");
        assert_eq!(
            hex(&signature),
            "ebcb02f880b6593658f364c61fbcb86e9626ff194efa82ff71683bda887f39ea"
        );
        let verify = |token: &str, day: &str, signature: &[u8]| {
            verify_registration(token, day, b"test websocket data", signature)
        };
        assert!(verify("test-token-123", "20220830", &signature));
        assert!(!verify("test-token-124", "20220830", &signature));
        assert!(!verify("test-token-123", "20220831", &signature));
        assert!(!verify("test-token-123", "20220830", &signature[..31]));
        assert!(!verify("test-token-123", "20220830", b""));
        let mut flipped = signature;
        flipped[31] ^= 1;
        assert!(!verify("test-token-123", "20220830", &flipped));
    }
}
