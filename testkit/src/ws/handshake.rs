//! The headers that turn HTTP into a WebSocket, RFC 6455, section 4.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest;

/// Checks the upgrade headers and answers with the value of `Sec-WebSocket-Accept`.
pub(crate) fn accept_key(headers: &[httparse::Header<'_>]) -> Result<String, &'static str> {
    let has = |name: &str, token: &str| {
        headers
            .iter()
            .filter(|header| header.name.eq_ignore_ascii_case(name))
            .flat_map(|header| header.value.split(|byte| *byte == b','))
            .any(|value| value.trim_ascii().eq_ignore_ascii_case(token.as_bytes()))
    };
    if !has("connection", "upgrade") {
        return Err("'upgrade' token not found in 'Connection' header");
    }
    if !has("upgrade", "websocket") {
        return Err("'websocket' token not found in 'Upgrade' header");
    }
    if !has("sec-websocket-version", "13") {
        return Err("unsupported version: 13 not found in 'Sec-WebSocket-Version' header");
    }
    let key = headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("sec-websocket-key"))
        .map(|header| header.value.trim_ascii())
        .filter(|key| STANDARD.decode(key).is_ok_and(|bytes| bytes.len() == 16));
    let Some(key) = key else {
        return Err("'Sec-WebSocket-Key' header must be 16 bytes in base64");
    };
    Ok(accept_value(key))
}

/// What a server answers to the key of a client.
pub(crate) fn accept_value(key: &[u8]) -> String {
    let mut context = digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY);
    context.update(key);
    context.update(b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    STANDARD.encode(context.finish())
}

/// A key for a client. It proves nothing and need not be hard to guess.
pub(crate) fn new_key() -> String {
    STANDARD.encode(fastrand::u128(..).to_be_bytes())
}
