//! The Ed25519 key pair of a PASETO-era daemon (mooR sheet, section 6.2).

use std::{fmt, path::Path};

use ed25519_dalek::{Signer as _, pkcs8::DecodePrivateKey as _};

use super::{KeyError, pem};

/// DER of a public Ed25519 key up to the key itself (RFC 8410, section 4).
const PUBLIC_PREFIX: [u8; 12] =
    [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// The key that workers sign their token with. It is the daemon's own private key: whoever holds
/// it can sign for clients and hosts as well.
#[derive(Clone)]
pub struct SigningKey(Box<ed25519_dalek::SigningKey>);

impl SigningKey {
    /// From the 32 bytes of an Ed25519 seed.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(Box::new(ed25519_dalek::SigningKey::from_bytes(seed)))
    }

    /// From the text of a PEM file with a PKCS#8 key, of version 1 (as OpenSSL makes it) or 2 (as
    /// the daemon's own `--generate-keypair` does).
    ///
    /// # Errors
    /// It holds something else; the error says what.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let (label, der) = pem::first(text)?;
        let other = match label.as_str() {
            "PRIVATE KEY" => {
                return ed25519_dalek::SigningKey::from_pkcs8_der(&der)
                    .map(|key| Self(Box::new(key)))
                    .map_err(|_| {
                        KeyError::new(
                            "is a private key, but not an Ed25519 key in PKCS#8 form, or it is \
                         damaged; make one with `openssl genpkey -algorithm ED25519` or with the \
                         daemon's `--generate-keypair`",
                        )
                    });
            }
            "PUBLIC KEY" => "is the public key; give the private one (moor-signing-key.pem)",
            "OPENSSH PRIVATE KEY" => {
                "is in the form of OpenSSH, which mooR does not read either; make one with \
                 `openssl genpkey -algorithm ED25519`"
            }
            "ENCRYPTED PRIVATE KEY" => {
                "is encrypted with a passphrase; write it without one: `openssl pkey -in FILE`"
            }
            label => {
                return Err(KeyError::new(format!(
                    "holds a PEM block `{}`, where `PRIVATE KEY` is wanted",
                    label.chars().take(40).collect::<String>()
                )));
            }
        };
        Err(KeyError::new(other))
    }

    /// From a PEM file. That others may read the file is worth a warning in the log.
    ///
    /// # Errors
    /// The file cannot be read, or does not hold such a key.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        Self::from_pem(&super::files::read_secret_file(path)?).map_err(|error| error.at(path))
    }

    /// The signature of a message, which is always the same for the same message.
    pub(super) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }

    /// Whether the text of a PEM file is the public key that goes with this one.
    ///
    /// # Errors
    /// It is no public Ed25519 key, or another one.
    pub fn check_public_pem(&self, text: &str) -> Result<(), KeyError> {
        let (label, der) = pem::first(text)?;
        if label == "PRIVATE KEY" {
            let problem = "is a private key; give the public one (moor-verifying-key.pem)";
            return Err(KeyError::new(problem));
        }
        let key = der.strip_prefix(&PUBLIC_PREFIX).filter(|key| key.len() == 32);
        match key {
            None => Err(KeyError::new("is no public Ed25519 key")),
            Some(key) if key == self.0.verifying_key().as_bytes() => Ok(()),
            Some(_) => Err(KeyError::new(
                "does not belong to the private key: the daemon would refuse every token",
            )),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(set)")
    }
}
