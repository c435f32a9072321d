//! What a monitor is told.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use journeyman_core::{Error, Secret};

use crate::{compat::Compat, section::Section};

/// Where it listens by default: loopback, with the port of CrowdCompute's worker.
pub const DEFAULT_ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8001);

/// The shortest token that is taken, in bytes.
const SHORTEST_TOKEN: usize = 16;

pub(crate) type SectionOf = Arc<dyn Fn() -> Section + Send + Sync>;
pub(crate) type TextOf = Arc<dyn Fn() -> String + Send + Sync>;

/// The settings of a monitor.
#[derive(Clone)]
pub struct MonitorConfig {
    pub(crate) address: SocketAddr,
    pub(crate) token: Option<Secret>,
    pub(crate) insecure_open: bool,
    pub(crate) read_only: bool,
    pub(crate) allowed_hosts: Vec<String>,
    pub(crate) allowed_origins: Vec<String>,
    pub(crate) name: String,
    pub(crate) worker_id: Option<String>,
    pub(crate) rate: f64,
    pub(crate) burst: u32,
    pub(crate) sections: Vec<SectionOf>,
    pub(crate) metrics: Option<TextOf>,
    pub(crate) compat: Option<Compat>,
}

impl Default for MonitorConfig {
    fn default() -> Self {
        Self {
            address: DEFAULT_ADDRESS,
            token: None,
            insecure_open: false,
            read_only: false,
            allowed_hosts: Vec::new(),
            allowed_origins: Vec::new(),
            name: "Journeyman worker".to_owned(),
            worker_id: None,
            rate: 50.0,
            burst: 200,
            sections: Vec::new(),
            metrics: None,
            compat: None,
        }
    }
}

impl fmt::Debug for MonitorConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MonitorConfig")
            .field("address", &self.address)
            .field("token", &self.token)
            .field("insecure_open", &self.insecure_open)
            .field("read_only", &self.read_only)
            .field("allowed_hosts", &self.allowed_hosts)
            .field("allowed_origins", &self.allowed_origins)
            .field("name", &self.name)
            .field("compat", &self.compat)
            .finish_non_exhaustive()
    }
}

impl MonitorConfig {
    /// Loopback, port 8001, no token.
    pub fn new() -> Self {
        Self::default()
    }

    /// Where it listens; port 0 takes a free one. On any address but loopback a token is wanted.
    #[must_use]
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Wants this token for everything but health: as `Authorization: Bearer …`, or given once on the
    /// login page of the dashboard. At least 16 bytes.
    #[must_use]
    pub fn token(mut self, token: impl Into<Secret>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Lets everybody in who reaches the address, without a token. Whoever does can stop the worker and
    /// read what its jobs print.
    #[must_use]
    pub fn insecure_open(mut self, open: bool) -> Self {
        self.insecure_open = open;
        self
    }

    /// Shows, and steers nothing.
    #[must_use]
    pub fn read_only(mut self, read_only: bool) -> Self {
        self.read_only = read_only;
        self
    }

    /// A host name by which it may be asked, besides `localhost` and IP addresses: the name of the
    /// machine, or of a proxy before it. Without a port.
    #[must_use]
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.allowed_hosts.push(host.into().to_ascii_lowercase());
        self
    }

    /// A web origin (`https://status.example.org`) whose pages may steer the worker, besides its own.
    #[must_use]
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.allowed_origins.push(origin.into().to_ascii_lowercase());
        self
    }

    /// What the dashboard calls the worker. Default: `Journeyman worker`.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The id of the worker, shown beside its name.
    #[must_use]
    pub fn worker_id(mut self, id: impl Into<String>) -> Self {
        self.worker_id = Some(id.into());
        self
    }

    /// How many requests a second one address may make, and how many at once. Default 50 and 200.
    #[must_use]
    pub fn rate_limit(mut self, per_second: f64, burst: u32) -> Self {
        (self.rate, self.burst) = (per_second, burst.max(1));
        self
    }

    /// Shows something that the monitor cannot know by itself. It is asked about once a second, while
    /// somebody looks, so it should be quick.
    #[must_use]
    pub fn section(mut self, section: impl Fn() -> Section + Send + Sync + 'static) -> Self {
        self.sections.push(Arc::new(section));
        self
    }

    /// Where the text of `/metrics` comes from when the process has a Prometheus recorder; for
    /// example `move || metrics.render()`. The monitor adds what only it measures. Without this, it
    /// writes what the snapshot tells.
    #[must_use]
    pub fn metrics(mut self, text: impl Fn() -> String + Send + Sync + 'static) -> Self {
        self.metrics = Some(Arc::new(text));
        self
    }

    /// Serves the HTTP API of CrowdCompute's own worker, too.
    #[must_use]
    pub fn compat(mut self, compat: Compat) -> Self {
        self.compat = Some(compat);
        self
    }

    /// Whether this is safe to open.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match &self.token {
            Some(token) if token.expose().len() < SHORTEST_TOKEN => Err(Error::config(format!(
                "the monitor's token is shorter than {SHORTEST_TOKEN} bytes"
            ))
            .with_remedy("take a long random one, such as of `openssl rand -hex 24`")),
            None if !self.address.ip().is_loopback() && !self.insecure_open => {
                Err(Error::config(format!(
                    "the monitor would listen on {}, which others can reach, without a token",
                    self.address
                ))
                .with_remedy(
                    "set a token, listen on 127.0.0.1, or set `insecure_open` if everybody may \
                     steer this worker",
                ))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(config: &MonitorConfig) -> Option<String> {
        config.check().err().map(|error| error.to_string())
    }

    fn everywhere() -> MonitorConfig {
        MonitorConfig::new().address("0.0.0.0:8001".parse().unwrap())
    }

    #[test]
    fn an_address_that_others_reach_wants_a_token() {
        assert_eq!(refusal(&MonitorConfig::new()), None);
        assert_eq!(refusal(&MonitorConfig::new().address("[::1]:1".parse().unwrap())), None);
        for address in ["0.0.0.0:8001", "[::]:8001", "192.168.1.2:8001"] {
            let config = MonitorConfig::new().address(address.parse().unwrap());
            let text = refusal(&config).unwrap();
            assert!(text.contains(address) && text.contains("insecure_open"), "{text}");
        }
        assert_eq!(refusal(&everywhere().token("0123456789abcdef")), None);
        assert_eq!(refusal(&everywhere().insecure_open(true)), None);
    }

    #[test]
    fn a_short_token_is_refused_everywhere() {
        for token in ["", "short", "0123456789abcde"] {
            for config in [MonitorConfig::new(), everywhere().insecure_open(true)] {
                let text = refusal(&config.token(token)).unwrap();
                assert!(text.contains("shorter than 16") && !text.contains("0123"), "{text}");
            }
        }
    }

    #[test]
    fn the_token_is_not_in_the_debug_text() {
        let text = format!("{:?}", everywhere().token("0123456789abcdef"));
        assert!(text.contains("Secret(set)") && !text.contains("0123"), "{text}");
    }
}
