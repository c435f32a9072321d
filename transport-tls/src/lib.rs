//! What the transports over TCP have in common: finding and dialling a host, TLS, and errors that
//! say what was wrong and what to do.
//!
//! Users of a transport see [`TlsConfig`] and [`ClientIdentity`] through it. The rest is for those
//! who write one; [`TlsCache`] is the only place where a type of the TLS library shows.

mod cache;
mod config;
mod dial;
mod error;

pub use cache::TlsCache;
pub use config::{ClientIdentity, TlsConfig};
pub use dial::dial;
pub use error::{broken, connecting, handshake, is_tls};
