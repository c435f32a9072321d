//! Bytes as text: the wire has no bytes. Written as standard base64 with padding; read also with
//! the URL-safe alphabet and without padding, as protobuf's own JSON form does it.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

pub(super) use base64::engine::general_purpose::STANDARD;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const ANY_STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const ANY_URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

pub(super) fn decode(text: &str) -> Result<Vec<u8>, base64::DecodeError> {
    let url_safe = text.bytes().any(|byte| byte == b'-' || byte == b'_');
    if url_safe { ANY_URL_SAFE.decode(text) } else { ANY_STANDARD.decode(text) }
}
