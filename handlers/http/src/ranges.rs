//! Addresses that are not of the public internet, after the special-purpose registries of IANA
//! (RFC 6890 and its updates).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

type V4 = (Ipv4Addr, u32, &'static str);
type V6 = (Ipv6Addr, u32, &'static str);

const fn v4(a: u8, b: u8, c: u8, bits: u32, what: &'static str) -> V4 {
    (Ipv4Addr::new(a, b, c, 0), bits, what)
}

const fn v6(start: [u16; 6], bits: u32, what: &'static str) -> V6 {
    let [a, b, c, d, e, f] = start;
    (Ipv6Addr::new(a, b, c, d, e, f, 0, 0), bits, what)
}

const SPECIAL_V4: [V4; 16] = [
    v4(0, 0, 0, 8, "an unspecified address"),
    v4(10, 0, 0, 8, "a private address"),
    v4(100, 64, 0, 10, "an address inside a carrier's network"),
    v4(127, 0, 0, 8, "a loopback address"),
    v4(169, 254, 0, 16, "a link-local address"),
    v4(172, 16, 0, 12, "a private address"),
    v4(192, 0, 0, 24, "an address for protocols"),
    v4(192, 0, 2, 24, "an address for documentation"),
    v4(192, 88, 99, 24, "a 6to4 relay address"),
    v4(192, 168, 0, 16, "a private address"),
    v4(198, 18, 0, 15, "an address for benchmarks"),
    v4(198, 51, 100, 24, "an address for documentation"),
    v4(203, 0, 113, 24, "an address for documentation"),
    v4(224, 0, 0, 4, "a multicast address"),
    // Before 240/4, to be named right.
    (Ipv4Addr::BROADCAST, 32, "the broadcast address"),
    v4(240, 0, 0, 4, "a reserved address"),
];

/// In an order in which the first hit names it best.
const SPECIAL_V6: [V6; 14] = [
    (Ipv6Addr::UNSPECIFIED, 128, "an unspecified address"),
    (Ipv6Addr::LOCALHOST, 128, "a loopback address"),
    v6([0, 0, 0, 0, 0, 0xffff], 96, "an IPv4 address in IPv6 form"),
    v6([0, 0, 0, 0, 0, 0], 96, "an IPv4 address in IPv6 form"),
    v6([0x64, 0xff9b, 0, 0, 0, 0], 96, "a NAT64 address"),
    v6([0x64, 0xff9b, 1, 0, 0, 0], 48, "a NAT64 address"),
    v6([0xfc00, 0, 0, 0, 0, 0], 7, "a private (unique local) address"),
    v6([0xfe80, 0, 0, 0, 0, 0], 10, "a link-local address"),
    v6([0xfec0, 0, 0, 0, 0, 0], 10, "a private (site-local) address"),
    v6([0xff00, 0, 0, 0, 0, 0], 8, "a multicast address"),
    // Teredo, benchmarks and ORCHID are all inside.
    v6([0x2001, 0, 0, 0, 0, 0], 23, "an address for protocols"),
    v6([0x2001, 0xdb8, 0, 0, 0, 0], 32, "an address for documentation"),
    v6([0x2002, 0, 0, 0, 0, 0], 16, "a 6to4 address"),
    v6([0x3fff, 0, 0, 0, 0, 0], 20, "an address for documentation"),
];

/// Where clouds hand out the credentials of their machines. Some of them are not even special
/// addresses.
const METADATA: [IpAddr; 8] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 2)),
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 23)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
];

/// What an address is, if it is not one of the public internet.
pub(crate) fn special(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => SPECIAL_V4
            .iter()
            .find(|(start, bits, _)| {
                same(address.to_bits().into(), start.to_bits().into(), 32, *bits)
            })
            .map(|(_, _, what)| *what),
        IpAddr::V6(address) => SPECIAL_V6
            .iter()
            .find(|(start, bits, _)| same(address.to_bits(), start.to_bits(), 128, *bits))
            .map(|(_, _, what)| *what)
            // Nothing else is given out to anyone yet.
            .or_else(|| (address.segments()[0] >> 13 != 1).then_some("a reserved address")),
    }
}

fn same(a: u128, b: u128, width: u32, bits: u32) -> bool {
    (a ^ b) >> (width - bits) == 0
}

/// Whether clouds serve the secrets of a machine there.
pub(crate) fn is_metadata(address: IpAddr) -> bool {
    METADATA.contains(&address)
}

/// The IPv4 address that is reached through this IPv6 address, if it carries one.
pub(crate) fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let pair = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x64, 0xff9b, 1, _, _, _, high, low]
        | [0x2002, high, low, ..] => Some(pair(high, low)),
        // Teredo inverts it.
        [0x2001, 0, _, _, _, _, high, low] => Some(pair(!high, !low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_addresses_are_known() {
        for (address, word) in [
            ("0.0.0.0", "unspecified"),
            ("0.1.2.3", "unspecified"),
            ("10.255.255.255", "private"),
            ("100.64.0.1", "carrier"),
            ("100.127.255.255", "carrier"),
            ("127.0.0.1", "loopback"),
            ("127.255.255.254", "loopback"),
            ("169.254.169.254", "link-local"),
            ("172.16.0.1", "private"),
            ("172.31.255.255", "private"),
            ("192.0.0.8", "protocols"),
            ("192.0.2.1", "documentation"),
            ("192.88.99.1", "6to4"),
            ("192.168.1.1", "private"),
            ("198.18.0.1", "benchmarks"),
            ("198.19.255.255", "benchmarks"),
            ("198.51.100.7", "documentation"),
            ("203.0.113.7", "documentation"),
            ("224.0.0.1", "multicast"),
            ("239.255.255.255", "multicast"),
            ("240.0.0.1", "reserved"),
            ("255.255.255.255", "broadcast"),
            ("::", "unspecified"),
            ("::1", "loopback"),
            ("::127.0.0.1", "IPv4"),
            ("::ffff:127.0.0.1", "IPv4"),
            ("::ffff:8.8.8.8", "IPv4"),
            ("64:ff9b::a00:1", "NAT64"),
            ("64:ff9b:1::a00:1", "NAT64"),
            ("100::1", "reserved"),
            ("2001::1", "protocols"),
            ("2001:2::1", "protocols"),
            ("2001:20::1", "protocols"),
            ("2001:db8::1", "documentation"),
            ("2002:7f00:1::", "6to4"),
            ("3fff::1", "documentation"),
            ("4000::1", "reserved"),
            ("5f00::1", "reserved"),
            ("fc00::1", "unique local"),
            ("fd12::1", "unique local"),
            ("fe80::1", "link-local"),
            ("febf::1", "link-local"),
            ("fec0::1", "site-local"),
            ("ff02::1", "multicast"),
        ] {
            let what = special(address.parse().unwrap());
            assert!(what.is_some_and(|what| what.contains(word)), "{address}: {what:?}");
        }
    }

    #[test]
    fn public_addresses_are_none_of_them() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.1",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2606:4700::1111",
            "2a00:1450::1",
        ] {
            assert_eq!(special(address.parse().unwrap()), None, "{address}");
        }
    }

    #[test]
    fn ipv4_inside_ipv6_is_found() {
        for (address, inside) in [
            ("::ffff:10.0.0.1", Some("10.0.0.1")),
            ("::10.0.0.1", Some("10.0.0.1")),
            ("64:ff9b::169.254.169.254", Some("169.254.169.254")),
            ("64:ff9b:1::10.0.0.1", Some("10.0.0.1")),
            ("2002:7f00:1::5", Some("127.0.0.1")),
            ("2001:0:1:2:3:4:f5ff:fffe", Some("10.0.0.1")),
            ("::1", None),
            ("::", None),
            ("2a00::1", None),
        ] {
            let found = embedded(address.parse().unwrap());
            assert_eq!(found.map(|found| found.to_string()).as_deref(), inside, "{address}");
        }
    }
}
