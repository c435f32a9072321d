//! Tokens of the PASETO era and the key that signs them (mooR sheet, sections 6.1 and 6.2).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use std::fmt;
use uuid::Uuid;

const HEADER: &str = "v4.public.";
const FOOTER: &[u8] = b"key-id:moor_worker";
const SIGNATURE: usize = 64;
/// DER in front of the seed, PKCS#8 version 1.
const V1: &[u8] = &[
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];
/// DER in front of the seed, PKCS#8 version 2.
const V2: &[u8] = &[
    0x30, 0x51, 0x02, 0x01, 0x01, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];
/// DER between the seed and the public key, version 2.
const V2_PUBLIC: &[u8] = &[0x81, 0x21, 0x00];
/// DER in front of a public key on its own.
const PUBLIC: &[u8] = &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// The Ed25519 key pair of a daemon. Workers of the PASETO era sign with it, too. It does not
/// print.
pub struct SigningKey {
    seed: [u8; 32],
    pair: Ed25519KeyPair,
}

impl Clone for SigningKey {
    fn clone(&self) -> Self {
        // The seed has been a key before.
        Self::from_seed(self.seed)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").finish_non_exhaustive()
    }
}

impl SigningKey {
    /// A new key.
    ///
    /// # Panics
    ///
    /// If the operating system has no randomness to give.
    #[must_use]
    pub fn generate() -> Self {
        let mut seed = [0; 32];
        SystemRandom::new().fill(&mut seed).expect("the system's random numbers");
        Self::from_seed(seed)
    }

    /// The key of a 32-byte seed.
    ///
    /// # Panics
    ///
    /// Never: every seed is a key.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).expect("32 bytes are a seed");
        Self { seed, pair }
    }

    /// Reads a `PRIVATE KEY` in PEM, PKCS#8 of version 1 or 2.
    ///
    /// # Errors
    ///
    /// If it is something else; the text says what was looked for.
    pub fn from_pem(text: &str) -> Result<Self, String> {
        let wanted = "a PEM block PRIVATE KEY with an Ed25519 key in PKCS#8, version 1 or 2";
        let der = pem_der(text, "PRIVATE KEY").ok_or_else(|| format!("no {wanted}"))?;
        let seed = der.strip_prefix(V1).or_else(|| der.strip_prefix(V2));
        let seed = seed.and_then(|rest| rest.first_chunk::<32>());
        let length = [V1.len() + 32, V2.len() + 32 + V2_PUBLIC.len() + 32].contains(&der.len());
        match seed {
            Some(seed) if length => Ok(Self::from_seed(*seed)),
            _ => Err(format!("the key is not {wanted}")),
        }
    }

    /// The private key as OpenSSL writes it: PKCS#8 version 1.
    #[must_use]
    pub fn to_pem_v1(&self) -> String {
        pem("PRIVATE KEY", &[V1, &self.seed].concat())
    }

    /// The private key as the daemon writes it: PKCS#8 version 2, with the public key in it.
    #[must_use]
    pub fn to_pem_v2(&self) -> String {
        pem("PRIVATE KEY", &[V2, &self.seed, V2_PUBLIC, self.public()].concat())
    }

    /// The public key.
    #[must_use]
    pub fn public_pem(&self) -> String {
        pem("PUBLIC KEY", &[PUBLIC, self.public()].concat())
    }

    fn public(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    /// The token of a worker.
    #[must_use]
    pub fn worker_token(&self, worker_id: Uuid) -> String {
        self.token(worker_id.to_string().as_bytes(), FOOTER)
    }

    /// A token with any message and footer, for what a daemon has to refuse.
    #[must_use]
    pub fn token(&self, message: &[u8], footer: &[u8]) -> String {
        let signature = self.pair.sign(&pae(&[HEADER.as_bytes(), message, footer, b""]));
        let body = [message, signature.as_ref()].concat();
        let mut token = format!("{HEADER}{}", URL_SAFE_NO_PAD.encode(body));
        if !footer.is_empty() {
            token.push('.');
            token.push_str(&URL_SAFE_NO_PAD.encode(footer));
        }
        token
    }

    /// The message of a worker's token that this key has signed.
    pub(crate) fn verify(&self, token: &str) -> Result<Vec<u8>, BadToken> {
        let rest = token.strip_prefix(HEADER).ok_or(BadToken::Refused)?;
        let (body, footer) = rest.split_once('.').unwrap_or((rest, ""));
        let body = URL_SAFE_NO_PAD.decode(body).map_err(|_| BadToken::Refused)?;
        // Upstream cuts the signature off before it looks at anything else.
        let Some((message, signature)) = body.split_last_chunk::<SIGNATURE>() else {
            return Err(BadToken::Short);
        };
        let footer = URL_SAFE_NO_PAD.decode(footer).map_err(|_| BadToken::Refused)?;
        if footer != FOOTER {
            return Err(BadToken::Refused);
        }
        let signed = pae(&[HEADER.as_bytes(), message, &footer, b""]);
        UnparsedPublicKey::new(&ED25519, self.public())
            .verify(&signed, signature)
            .map_err(|_| BadToken::Refused)?;
        Ok(message.to_vec())
    }
}

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadToken {
    /// It is none of ours.
    Refused,
    /// It is too short for a signature, which the real daemon does not survive.
    Short,
}

/// Pre-authentication encoding of PASETO: counted, length-prefixed pieces.
fn pae(pieces: &[&[u8]]) -> Vec<u8> {
    let length = |count: usize| (count as u64 & i64::MAX as u64).to_le_bytes();
    let mut out = length(pieces.len()).to_vec();
    for piece in pieces {
        out.extend_from_slice(&length(piece.len()));
        out.extend_from_slice(piece);
    }
    out
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    for line in text.as_bytes().chunks(64) {
        out.push_str(&String::from_utf8_lossy(line));
        out.push('\n');
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}

fn pem_der(text: &str, label: &str) -> Option<Vec<u8>> {
    let (_, rest) = text.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let body: String = body.split_whitespace().collect();
    STANDARD.decode(body).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        SigningKey::from_seed([7; 32])
    }

    #[test]
    fn tokens_have_the_length_of_the_sheet_and_verify() {
        let id = Uuid::from_u128(0x1111_1111_2222_4333_8444_5555_5555_5555);
        let token = key().worker_token(id);
        assert_eq!(token.len(), 169);
        assert_eq!(key().verify(&token).unwrap(), id.to_string().as_bytes());
        assert_eq!(SigningKey::from_seed([8; 32]).verify(&token), Err(BadToken::Refused));
    }

    #[test]
    fn what_is_refused() {
        let id = Uuid::nil().to_string();
        let good = key().worker_token(Uuid::nil());
        for (bad, why) in [
            (key().token(id.as_bytes(), b"key-id:moor_host"), BadToken::Refused),
            (key().token(id.as_bytes(), b""), BadToken::Refused),
            (good.replace("public", "local"), BadToken::Refused),
            (format!("{good}A"), BadToken::Refused),
            (good.replacen("v4.public.M", "v4.public.N", 1), BadToken::Refused),
            (String::new(), BadToken::Refused),
            ("garbage".to_owned(), BadToken::Refused),
            ("v4.public.abc".to_owned(), BadToken::Short),
            ("v4.public.abc.a2V5LWlkOm1vb3Jfd29ya2Vy".to_owned(), BadToken::Short),
        ] {
            assert_eq!(key().verify(&bad), Err(why), "{bad}");
        }
    }

    #[test]
    fn key_files_of_both_versions_are_written_and_read() {
        let (v1, v2) = (key().to_pem_v1(), key().to_pem_v2());
        for text in [&v1, &v2] {
            assert_eq!(SigningKey::from_pem(text).unwrap().seed, [7; 32]);
        }
        assert_eq!(pem_der(&v1, "PRIVATE KEY").unwrap().len(), 48);
        assert_eq!(pem_der(&v2, "PRIVATE KEY").unwrap().len(), 83);
        assert_eq!(pem_der(&key().public_pem(), "PUBLIC KEY").unwrap().len(), 44);
        for wrong in ["", &key().public_pem(), &v1.replace("MC4C", "MC8C")] {
            assert!(SigningKey::from_pem(wrong).is_err(), "{wrong}");
        }
        assert!(!format!("{:?}", key()).contains('7'));
    }
}
