//! The token of a PASETO-era worker (mooR sheet, section 6.1).

use std::{fmt, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

use super::SigningKey;

const HEADER: &str = "v4.public.";

/// The footer that marks a worker's token. It is not JSON.
pub const FOOTER: &str = "key-id:moor_worker";

/// A signed worker token. One key and one worker id give exactly one token.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Arc<str>);

impl Token {
    /// Signs a worker id: PASETO v4.public over the id's lower-case text, without claims, with
    /// [`FOOTER`] and without an implicit assertion.
    pub fn sign(key: &SigningKey, worker_id: Uuid) -> Self {
        let message = worker_id.hyphenated().to_string();
        let signed =
            encode_pieces(&[HEADER.as_bytes(), message.as_bytes(), FOOTER.as_bytes(), b""]);
        let mut body = message.into_bytes();
        body.extend_from_slice(&key.sign(&signed));
        let body = URL_SAFE_NO_PAD.encode(body);
        let footer = URL_SAFE_NO_PAD.encode(FOOTER);
        Self(format!("{HEADER}{body}.{footer}").into())
    }

    /// The text that goes over the wire: 169 characters.
    pub fn expose(&self) -> &Arc<str> {
        &self.0
    }
}

/// It lets its holder speak for the worker.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(set)")
    }
}

/// PASETO's pre-authentication encoding (PASETO specification, section "Common implementation
/// details").
fn encode_pieces(pieces: &[&[u8]]) -> Vec<u8> {
    let length = |n: usize| (n as u64).to_le_bytes();
    let mut out = Vec::from(length(pieces.len()));
    for piece in pieces {
        out.extend(length(piece.len()));
        out.extend(*piece);
    }
    out
}
