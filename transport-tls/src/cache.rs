//! The TLS library's form of a configuration.

use std::{fmt, sync::Arc};

use journeyman_core::{Error, ErrorKind};
use rustls::ClientConfig;

use crate::{TlsConfig, config};

/// The TLS library's form of the configuration that was used last. Making it reads the system's
/// roots; keeping it also keeps session tickets.
#[derive(Default)]
pub struct TlsCache(Option<(TlsConfig, Arc<ClientConfig>)>);

impl TlsCache {
    /// The library's form of a configuration.
    ///
    /// # Errors
    /// The certificates or the key cannot be used; the error names the field.
    ///
    /// # Cancel safety
    /// Dropping the future keeps what was there.
    pub async fn get(&mut self, config: &TlsConfig) -> Result<Arc<ClientConfig>, Error> {
        if let Some((known, made)) = &self.0
            && known == config
        {
            return Ok(made.clone());
        }
        let wanted = config.clone();
        let made = tokio::task::spawn_blocking(move || config::client_config(&wanted))
            .await
            .map_err(|error| {
                Error::new(ErrorKind::Internal, "connect", "setting up TLS failed")
                    .with_source(error)
            })??;
        self.0 = Some((config.clone(), made.clone()));
        Ok(made)
    }
}

impl fmt::Debug for TlsCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "TlsCache(made)" } else { "TlsCache(empty)" })
    }
}
