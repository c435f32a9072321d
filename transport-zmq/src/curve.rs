//! Keys of CURVE, the encryption of ZeroMQ (its RFC 26).

use std::{fmt, str::FromStr};

use journeyman_core::Secret;
use omq_proto::{
    CurveKeypair, CurvePublicKey as EnginePublicKey, CurveSecretKey as EngineSecretKey, proto::z85,
};

/// The characters of a key in Z85, the printable form of ZeroMQ keys (its RFC 32).
pub const Z85_KEY_LEN: usize = 40;

/// A public key: 32 bytes, printed as 40 characters of Z85.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CurvePublicKey([u8; 32]);

impl CurvePublicKey {
    /// A key from its bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads 40 characters of Z85.
    ///
    /// # Errors
    /// The length is another, or a character is not of Z85.
    pub fn from_z85(text: &str) -> Result<Self, KeyError> {
        decode(text).map(Self)
    }

    /// The 40 characters of Z85.
    pub fn to_z85(&self) -> String {
        encode(&self.0)
    }

    pub(crate) fn engine(self) -> EnginePublicKey {
        EnginePublicKey::from_bytes(self.0)
    }
}

impl fmt::Display for CurvePublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_z85())
    }
}

impl fmt::Debug for CurvePublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CurvePublicKey({self})")
    }
}

impl FromStr for CurvePublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        Self::from_z85(text)
    }
}

/// A key pair. Its `Debug` shows the public key only; the memory of the secret is overwritten
/// when it is dropped.
#[derive(Clone)]
pub struct CurveKeys(CurveKeypair);

impl CurveKeys {
    /// A new pair, from the randomness of the operating system.
    pub fn generate() -> Self {
        Self(CurveKeypair::generate())
    }

    /// The pair of a secret key in Z85.
    ///
    /// # Errors
    /// The length is not 40 characters, or a character is not of Z85. The error shows nothing of
    /// the text.
    pub fn from_secret_z85(text: &str) -> Result<Self, KeyError> {
        let secret = EngineSecretKey::from_bytes(decode(text)?);
        Ok(Self(CurveKeypair { public: secret.derive_public(), secret }))
    }

    /// The pair of a secret key in Z85, from a [`Secret`].
    ///
    /// # Errors
    /// As [`from_secret_z85`](Self::from_secret_z85).
    pub fn from_secret(secret: &Secret) -> Result<Self, KeyError> {
        Self::from_secret_z85(std::str::from_utf8(secret.expose()).map_err(|_| KeyError::Text)?)
    }

    /// The public key.
    pub fn public(&self) -> CurvePublicKey {
        CurvePublicKey(*self.0.public.as_bytes())
    }

    /// The secret key in Z85, for key files.
    pub fn secret_z85(&self) -> Secret {
        Secret::new(encode(self.0.secret.as_bytes()))
    }

    pub(crate) fn engine(&self) -> CurveKeypair {
        self.0.clone()
    }
}

impl fmt::Debug for CurveKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CurveKeys").field("public", &self.public()).finish_non_exhaustive()
    }
}

/// Why a text is no key. It never shows the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// It does not have 40 bytes, but this many.
    Length(usize),
    /// It has characters that Z85 does not have, or stands for a number that is too large.
    Text,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length(found) => {
                write!(f, "a CURVE key has {Z85_KEY_LEN} characters of Z85, this one has {found}")
            }
            Self::Text => f.write_str("the CURVE key is not Z85 (ZeroMQ RFC 32)"),
        }
    }
}

impl std::error::Error for KeyError {}

fn decode(text: &str) -> Result<[u8; 32], KeyError> {
    if text.len() != Z85_KEY_LEN {
        return Err(KeyError::Length(text.len()));
    }
    z85::decode(text).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(KeyError::Text)
}

fn encode(bytes: &[u8; 32]) -> String {
    // Fails for lengths that are no multiple of four only.
    z85::encode(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pair of the manual page of libzmq's zmq_curve.
    const PUBLIC: &str = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID";
    const SECRET: &str = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs";

    #[test]
    fn a_known_pair() {
        let keys = CurveKeys::from_secret_z85(SECRET).unwrap();
        assert_eq!(keys.public().to_string(), PUBLIC);
        assert_eq!(keys.secret_z85().expose(), SECRET.as_bytes());
        assert_eq!(PUBLIC.parse::<CurvePublicKey>().unwrap(), keys.public());
        let again = CurveKeys::from_secret(&Secret::new(SECRET)).unwrap();
        assert_eq!(again.public(), keys.public());
    }

    #[test]
    fn the_secret_does_not_print() {
        let keys = CurveKeys::generate();
        let secret = String::from_utf8(keys.secret_z85().expose().to_vec()).unwrap();
        let printed = format!("{keys:?}");
        assert!(printed.contains(&keys.public().to_z85()) && !printed.contains(&secret));
        assert_ne!(CurveKeys::generate().public(), keys.public());
    }

    #[test]
    fn what_is_no_key_says_why() {
        assert_eq!(CurvePublicKey::from_z85("short"), Err(KeyError::Length(5)));
        let bad = PUBLIC.replace('@', "~");
        assert_eq!(CurvePublicKey::from_z85(&bad), Err(KeyError::Text));
        // 85^5 is more than 2^32, so five of the last character stand for no four bytes.
        assert_eq!(CurvePublicKey::from_z85(&"#".repeat(40)), Err(KeyError::Text));
        assert!(CurveKeys::from_secret_z85("ä").is_err());
        assert!(CurveKeys::from_secret(&Secret::from_bytes([0xff; 40])).is_err());
    }
}
