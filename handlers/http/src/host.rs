//! Hosts: of URLs, and as the settings name them.

use std::{fmt, net::IpAddr, str::FromStr};

use ipnet::IpNet;
use journeyman_core::settings::ConfigError;
use reqwest::Url;
use serde::{Deserialize, Deserializer, de};

/// A host or several: `host.example.org`, `*.example.org` (every name below it, not itself), an
/// address, or a network such as `10.0.0.0/8`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostRule(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Name(String),
    /// With the leading dot.
    Below(String),
    Network(IpNet),
}

impl HostRule {
    pub(crate) fn names(&self, host: &str) -> bool {
        match &self.0 {
            Kind::Name(name) => name == host,
            Kind::Below(end) => host.len() > end.len() && host.ends_with(end.as_str()),
            Kind::Network(_) => false,
        }
    }

    pub(crate) fn holds(&self, address: IpAddr) -> bool {
        matches!(&self.0, Kind::Network(network) if network.contains(&address))
    }

    /// Whether it is this address and no other.
    pub(crate) fn is_exactly(&self, address: IpAddr) -> bool {
        matches!(&self.0, Kind::Network(network)
            if network.prefix_len() == network.max_prefix_len() && network.addr() == address)
    }

    pub(crate) fn is_network(&self) -> bool {
        matches!(self.0, Kind::Network(_))
    }
}

impl FromStr for HostRule {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let wrong = || {
            ConfigError::new(
                "host",
                text,
                "give a name such as host.example.org or *.example.org, an address, or a network \
                 such as 10.0.0.0/8",
            )
        };
        let text = text.trim();
        if text.contains('/') {
            let network: IpNet = text.parse().map_err(|_| wrong())?;
            return Ok(Self(Kind::Network(network.trunc())));
        }
        let (below, name) = match text.strip_prefix("*.") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let shown = match name.parse::<IpAddr>() {
            Ok(IpAddr::V6(address)) => format!("[{address}]"),
            _ => name.to_owned(),
        };
        // As a URL reads it: in lower case, punycode, and any notation of an address.
        let url = Url::parse(&format!("http://{shown}/")).map_err(|_| wrong())?;
        let host = host_of(&url).ok_or_else(wrong)?;
        let plain = url.port().is_none() && url.path() == "/" && url.username().is_empty();
        if !plain || shown.contains(['*', '@', '?', '#', ':', '\\']) && !shown.starts_with('[') {
            return Err(wrong());
        }
        Ok(Self(match host {
            Host::Address(_) if below => return Err(wrong()),
            Host::Address(address) => Kind::Network(address.into()),
            Host::Name(name) if below => Kind::Below(format!(".{name}")),
            Host::Name(name) => Kind::Name(name),
        }))
    }
}

impl fmt::Display for HostRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Name(name) => f.write_str(name),
            Kind::Below(end) => write!(f, "*{end}"),
            Kind::Network(network) => write!(f, "{network}"),
        }
    }
}

impl<'de> Deserialize<'de> for HostRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'_, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// Which addresses that are not of the public internet may be reached. In a configuration file:
/// `true`, `false` or a list of hosts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "BoolOrList")]
#[non_exhaustive]
pub enum AllowPrivate {
    /// None.
    #[default]
    None,
    /// Those of these hosts.
    Only(Vec<HostRule>),
    /// All, but not the metadata services of clouds.
    All,
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "`true`, `false` or a list of hosts: names such as \
                               host.example.org or *.example.org, addresses, or networks such as \
                               10.0.0.0/8"
)]
enum BoolOrList {
    Bool(bool),
    List(Vec<HostRule>),
}

impl From<BoolOrList> for AllowPrivate {
    fn from(value: BoolOrList) -> Self {
        match value {
            BoolOrList::Bool(false) => Self::None,
            BoolOrList::Bool(true) => Self::All,
            BoolOrList::List(rules) => Self::Only(rules),
        }
    }
}

/// The host of a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// In lower case, without a dot at its end.
    Name(String),
    Address(IpAddr),
}

/// The host of a URL. The URL library has already normalised odd notations of addresses.
pub(crate) fn host_of(url: &Url) -> Option<Host> {
    let host = url.host_str()?;
    let inside = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if let Ok(address) = inside.parse() {
        return Some(Host::Address(address));
    }
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    (!name.is_empty()).then_some(Host::Name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_as_urls_read_hosts() {
        for (text, shown) in [
            ("Example.ORG", "example.org"),
            ("example.org.", "example.org"),
            (" *.Example.org ", "*.example.org"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("10.1.2.3/8", "10.0.0.0/8"),
            ("10.1.2.3", "10.1.2.3/32"),
            ("0x7f.1", "127.0.0.1/32"),
            ("::1", "::1/128"),
            ("[fe80::1]", "fe80::1/128"),
            ("fc00::/7", "fc00::/7"),
        ] {
            let rule: HostRule = text.parse().unwrap();
            assert_eq!(rule.to_string(), shown, "{text}");
        }
        for bad in [
            "",
            "*",
            "*.",
            "a*b",
            "*.10.0.0.1",
            "http://h",
            "h:80",
            "u@h",
            "h/x",
            "1.2.3.4/33",
            "a b",
            ".",
            "h?x",
            "h#x",
        ] {
            let error = bad.parse::<HostRule>().unwrap_err();
            assert!(error.to_string().contains("10.0.0.0/8"), "{bad}");
        }
    }

    #[test]
    fn private_in_a_file() {
        #[derive(Deserialize)]
        struct File {
            p: AllowPrivate,
        }
        let read = |text: &str| toml::from_str::<File>(text).map(|file| file.p);
        assert_eq!(read("p = true").unwrap(), AllowPrivate::All);
        assert_eq!(read("p = false").unwrap(), AllowPrivate::None);
        assert_eq!(
            read("p = ['10.0.0.0/8', 'h']").unwrap(),
            AllowPrivate::Only(vec!["10.0.0.0/8".parse().unwrap(), "h".parse().unwrap()])
        );
        assert!(read("p = ['a b']").unwrap_err().message().contains("a list of hosts"));
    }
}
