//! What the settings of all adapters have in common: how durations and sizes are written, how the
//! options of a URI and environment variables are read, and how a wrong setting is reported.

mod env;
mod error;
pub mod units;
mod uri;

pub use self::env::variables;
pub use self::error::ConfigError;
pub use self::uri::{no_secret, options, redacted};
