//! Who a worker is to its daemon: a signed token in the PASETO era, CURVE keys and an enrolled
//! identity today.

mod error;
mod files;
mod identity;
mod pem;
mod signing_key;
mod token;
mod z85_file;

pub use error::KeyError;
pub use files::{DataDir, open_to_others};
pub use identity::Identity;
pub(crate) use identity::rfc3339;
pub use signing_key::SigningKey;
pub use token::{FOOTER, Token};
pub use z85_file::{public_text, read_public, read_secret, secret_text};

#[cfg(test)]
mod tests;
