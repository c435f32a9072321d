//! Which hosts may be reached.

use std::{fmt, net::IpAddr};

use crate::{
    host::{AllowPrivate, Host, HostRule},
    ranges,
};

/// A host that may not be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Denied(pub(crate) String);

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Denied {}

/// The rules of one handler.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) allow: Vec<HostRule>,
    pub(crate) deny: Vec<HostRule>,
    pub(crate) private: AllowPrivate,
}

impl Rules {
    /// Checks the host of a URL as far as it is known before its name is resolved.
    pub(crate) fn host(&self, host: &Host) -> Result<(), Denied> {
        let name = match host {
            Host::Address(address) => {
                return self.address(None, *address).map_err(|why| {
                    Denied(format!("requests to {address} are not allowed: {why}"))
                });
            }
            Host::Name(name) => name,
        };
        let denied = |why: &str| Err(Denied(format!("requests to {name} are not allowed: {why}")));
        if self.deny.iter().any(|rule| rule.names(name)) {
            return denied("it is on the deny list");
        }
        // If networks are listed, its addresses decide.
        let may = self.allow.is_empty()
            || self.allow.iter().any(|rule| rule.is_network() || rule.names(name));
        if may { Ok(()) } else { denied("it is not on the allow list") }
    }

    /// Checks an address, before it is connected to; `name` is what was resolved to it.
    pub(crate) fn address(&self, name: Option<&str>, address: IpAddr) -> Result<(), &'static str> {
        if self.deny.iter().any(|rule| rule.holds(address)) {
            return Err("it is on the deny list");
        }
        if !self.allow.is_empty() {
            let listed =
                |rule: &HostRule| rule.holds(address) || name.is_some_and(|name| rule.names(name));
            if !self.allow.iter().any(listed) {
                return Err("it is not on the allow list");
            }
        }
        if ranges::is_metadata(address) && !self.opens_exactly(address) {
            return Err("clouds keep secrets there");
        }
        if let Some(what) = ranges::special(address)
            && !self.opens(name, address)
        {
            return Err(what);
        }
        // Whoever opens a range of IPv6 has not opened all of IPv4 that can be reached through it.
        match address {
            IpAddr::V6(outer) => match ranges::embedded(outer) {
                Some(inner) => self.embedded(name, inner.into()),
                None => Ok(()),
            },
            IpAddr::V4(_) => Ok(()),
        }
    }

    /// As for an address, except that the allow list need not name it: it named the outer one.
    fn embedded(&self, name: Option<&str>, inner: IpAddr) -> Result<(), &'static str> {
        let lax =
            Self { allow: Vec::new(), deny: self.deny.clone(), private: self.private.clone() };
        lax.address(name, inner)
    }

    /// Whether a special address was opened.
    fn opens(&self, name: Option<&str>, address: IpAddr) -> bool {
        let by_rule =
            |rule: &HostRule| rule.holds(address) || name.is_some_and(|name| rule.names(name));
        // To put a private network on the allow list has no other meaning.
        self.allow.iter().any(|rule| rule.holds(address))
            || match &self.private {
                AllowPrivate::None => false,
                AllowPrivate::Only(rules) => rules.iter().any(by_rule),
                AllowPrivate::All => true,
            }
    }

    fn opens_exactly(&self, address: IpAddr) -> bool {
        let listed: &[HostRule] = match &self.private {
            AllowPrivate::Only(rules) => rules,
            _ => &[],
        };
        self.allow.iter().chain(listed).any(|rule| rule.is_exactly(address))
    }
}

#[cfg(test)]
mod tests {
    use reqwest::Url;

    use super::*;
    use crate::host::host_of;

    fn rules(allow: &[&str], deny: &[&str], private: AllowPrivate) -> Rules {
        let parse = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        Rules { allow: parse(allow), deny: parse(deny), private }
    }

    fn only(texts: &[&str]) -> AllowPrivate {
        AllowPrivate::Only(texts.iter().map(|text| text.parse().unwrap()).collect())
    }

    fn host(url: &str) -> Host {
        host_of(&Url::parse(url).unwrap()).unwrap()
    }

    fn may(rules: &Rules, url: &str) -> bool {
        rules.host(&host(url)).is_ok()
    }

    #[test]
    fn odd_notations_are_addresses() {
        let rules = rules(&[], &[], AllowPrivate::None);
        for url in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0177.0.0.1/",
            "http://0x7f.0.0.1/",
            "http://127.0.0.1./",
            "http://１２７.０.０.１/",
            "http://%31%32%37.0.0.1/",
            "http://[::1]/",
            "http://[0:0:0:0:0:0:0:1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:7f00:1]/",
            "http://169.254.169.254/latest/meta-data",
            "http://0/",
            "https://10.0.0.1:8443/",
        ] {
            assert!(!may(&rules, url), "{url}");
        }
        assert!(may(&rules, "http://1.1.1.1/"));
        assert!(may(&rules, "http://[2606:4700::1111]/"));
    }

    #[test]
    fn lists_of_names() {
        let rules =
            rules(&["example.org", "*.example.org"], &["bad.example.org"], AllowPrivate::None);
        for good in ["http://example.org/", "http://EXAMPLE.org./", "http://a.b.example.org/"] {
            assert!(may(&rules, good), "{good}");
        }
        for bad in [
            "http://bad.example.org/",
            "http://bad.example.org./",
            "http://notexample.org/",
            "http://example.org.evil.test/",
            "http://1.1.1.1/",
        ] {
            assert!(!may(&rules, bad), "{bad}");
        }
        let ip = "1.1.1.1".parse().unwrap();
        assert!(rules.address(Some("example.org"), ip).is_ok());
        // A name of the public list does not open the private network.
        assert!(rules.address(Some("example.org"), "10.0.0.1".parse().unwrap()).is_err());
    }

    #[test]
    fn private_networks_are_opened_by_name_or_address() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let by_network = rules(&[], &[], only(&["10.0.0.0/8"]));
        assert!(may(&by_network, "http://10.2.3.4/"));
        assert!(may(&by_network, "http://1.1.1.1/"));
        assert!(!may(&by_network, "http://192.168.0.1/"));
        let by_name = rules(&[], &["10.9.0.0/16"], only(&["intranet.example.org"]));
        assert!(by_name.address(Some("intranet.example.org"), address("10.2.3.4")).is_ok());
        assert!(by_name.address(Some("intranet.example.org"), address("10.9.3.4")).is_err());
        assert!(by_name.address(Some("other.example.org"), address("10.2.3.4")).is_err());
        assert!(by_name.address(None, address("10.2.3.4")).is_err());
        let listed = rules(&["10.0.0.0/8"], &[], AllowPrivate::None);
        assert!(may(&listed, "http://10.2.3.4/"));
        assert!(!may(&listed, "http://1.1.1.1/"));
        assert!(listed.address(Some("x.test"), address("10.2.3.4")).is_ok());
        assert!(listed.address(Some("x.test"), address("1.1.1.1")).is_err());
    }

    #[test]
    fn metadata_needs_its_own_address() {
        for private in [AllowPrivate::All, only(&["169.254.0.0/16", "0.0.0.0/0", "m.internal"])] {
            let rules = rules(&[], &[], private);
            let metadata = "169.254.169.254".parse().unwrap();
            assert!(rules.address(Some("m.internal"), metadata).is_err());
            assert!(rules.address(None, "168.63.129.16".parse().unwrap()).is_err());
            assert!(rules.address(None, "169.254.1.1".parse().unwrap()).is_ok());
        }
        let rules = rules(&[], &[], only(&["169.254.169.254"]));
        assert!(may(&rules, "http://169.254.169.254/"));
    }

    #[test]
    fn what_is_inside_ipv6_is_checked_too() {
        let open = rules(&[], &[], only(&["64:ff9b::/96", "::ffff:0:0/96"]));
        assert!(may(&open, "http://[64:ff9b::1.1.1.1]/"));
        assert!(!may(&open, "http://[64:ff9b::10.0.0.1]/"));
        assert!(!may(&open, "http://[::ffff:127.0.0.1]/"));
        let all = rules(&[], &["10.0.0.0/8"], AllowPrivate::All);
        assert!(may(&all, "http://[::ffff:127.0.0.1]/"));
        assert!(!may(&all, "http://[::ffff:10.0.0.1]/"));
        assert!(!may(&all, "http://[64:ff9b::a9fe:a9fe]/"));
    }
}
