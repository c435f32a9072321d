//! Where to connect to.

use std::path::Path;

use journeyman_core::settings::redacted;
use journeyman_ws::{ClientIdentity, Proxy, TlsConfig, WsTarget};

use super::{Config, ConfigError};

/// What upstream's worker appends to the foreman's URL. No foreman looks at it (CrowdCompute
/// sheet, section 1), but a proxy in front of one may.
const PATH: &str = "/worker/ws";

impl Config {
    /// The URL of the foreman's WebSocket for workers.
    ///
    /// # Errors
    /// [`ConfigError`] when `foreman_url` is not the URL of a WebSocket server.
    pub fn url(&self) -> Result<String, ConfigError> {
        let wrong = |problem: &str| {
            Err(ConfigError::new("foreman_url", redacted(&self.foreman_url), problem))
        };
        if self.foreman_url.is_empty() {
            return Err(ConfigError::bare("foreman_url", "is not set; give ws://HOST:9000"));
        }
        let (scheme, rest) = self.foreman_url.split_once("://").unwrap_or_default();
        if !["ws", "wss"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return wrong("give ws://HOST:9000, or wss:// through a proxy");
        }
        if rest.contains(['@', '?', '#']) || rest.chars().any(|c| c.is_control() || c == ' ') {
            return wrong("must have no user, query or fragment: the foreman knows none");
        }
        let authority = rest.split('/').next().unwrap_or_default();
        // What follows the brackets of an IPv6 address, or the name.
        let after = authority.rfind(']').map_or(authority, |end| &authority[end + 1..]);
        let (host, port) = after.rsplit_once(':').map_or((after, None), |(h, p)| (h, Some(p)));
        let no_host = host.is_empty() && !authority.contains(']');
        if no_host || port.is_some_and(|port| port.parse::<u16>().is_err()) {
            return wrong("has no valid host and port; give ws://HOST:9000");
        }
        let base = self.foreman_url.trim_end_matches('/');
        let base = base.strip_suffix(PATH).unwrap_or(base);
        Ok(format!("{base}{PATH}"))
    }

    /// The target of a connection. Reads the files that are named for TLS.
    ///
    /// # Errors
    /// [`ConfigError`] when the URL cannot be one, or a file cannot be read.
    pub fn target(&self) -> Result<WsTarget, ConfigError> {
        let mut tls = TlsConfig::default();
        if let Some(path) = &self.ca_file {
            tls.roots_pem = pem("ca_file", path)?;
        }
        if let (Some(cert), Some(key)) = (&self.cert_file, &self.key_file) {
            let (cert, key) = (pem("cert_file", cert)?, pem("key_file", key)?);
            tls.identity = Some(ClientIdentity::new(cert, key));
        }
        tls.danger_accept_any_certificate = self.danger_accept_any_certificate;
        let mut target = WsTarget::new(self.url()?).tls(tls);
        target.proxy = self.http_proxy()?;
        Ok(target)
    }

    /// The proxy to go through, if one is set.
    ///
    /// # Errors
    /// [`ConfigError`] when it is not `HOST:PORT`.
    pub fn http_proxy(&self) -> Result<Option<Proxy>, ConfigError> {
        let Some(text) = &self.proxy else { return Ok(None) };
        let address = text.strip_prefix("http://").unwrap_or(text).trim_end_matches('/');
        let parts = address.rsplit_once(':').filter(|(host, _)| !host.is_empty());
        match parts.and_then(|(host, port)| Some((host, port.parse().ok()?))) {
            // What stands before an `@` would be a secret.
            Some((host, port)) if !host.contains(['@', '/']) => Ok(Some(Proxy::new(host, port))),
            _ => Err(ConfigError::bare("proxy", "is not HOST:PORT of an HTTP proxy")),
        }
    }
}

fn pem(key: &str, path: &Path) -> Result<Vec<u8>, ConfigError> {
    std::fs::read(path).map_err(|error| {
        ConfigError::new(key, path.display(), format!("can not be read ({error})"))
    })
}
