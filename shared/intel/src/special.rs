//! Which addresses are outside: the internet as threats.md section 3 draws it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::{Cidr, RangeSet};

/// Whether traffic with `ip` crosses the edge of the account's own networks.
///
/// Documentation ranges count as outside: published samples and tests use them as the internet.
pub fn is_external(ip: IpAddr, own: &RangeSet) -> bool {
    !is_private(ip) && !own.contains(ip)
}

/// Whether an address is private, shared (100.64/10), link-local, loopback, multicast or broadcast.
///
/// IPv4 addresses inside `::ffff:0:0/96` and `64:ff9b::/96` are judged as what they carry.
pub fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => is_private_v4(v4),
        IpAddr::V6(v6) => match carried(v6) {
            Some(v4) => is_private_v4(v4),
            None => {
                v6.is_loopback()
                    || v6.is_unspecified()
                    || v6.is_multicast()
                    || v6.is_unique_local()
                    || v6.is_unicast_link_local()
            }
        },
    }
}

/// Whether a block holds an address for which [`is_private`] is true.
pub fn touches_private(block: Cidr) -> bool {
    const PRIVATE: [(IpAddr, u8); 12] = [
        (IpAddr::V4(Ipv4Addr::new(0, 0, 0, 0)), 8),
        (IpAddr::V4(Ipv4Addr::new(10, 0, 0, 0)), 8),
        (IpAddr::V4(Ipv4Addr::new(100, 64, 0, 0)), 10),
        (IpAddr::V4(Ipv4Addr::LOCALHOST), 8),
        (IpAddr::V4(Ipv4Addr::new(169, 254, 0, 0)), 16),
        (IpAddr::V4(Ipv4Addr::new(172, 16, 0, 0)), 12),
        (IpAddr::V4(Ipv4Addr::new(192, 168, 0, 0)), 16),
        (IpAddr::V4(Ipv4Addr::new(224, 0, 0, 0)), 3),
        (IpAddr::V6(Ipv6Addr::UNSPECIFIED), 127),
        (IpAddr::V6(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0)), 7),
        (IpAddr::V6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0)), 10),
        (IpAddr::V6(Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0)), 8),
    ];
    PRIVATE
        .into_iter()
        .filter_map(|(network, prefix)| Cidr::new(network, prefix).ok())
        .any(|private| private.contains(block.network()) || block.contains(private.network()))
        || is_private(block.network())
}

fn is_private_v4(ip: Ipv4Addr) -> bool {
    let [a, b, ..] = ip.octets();
    ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || a == 0
        || a >= 224
        || (a == 100 && (64..128).contains(&b))
}

/// The IPv4 address that a mapped or NAT64 address carries.
fn carried(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    if let Some(v4) = ip.to_ipv4_mapped() {
        return Some(v4);
    }
    match ip.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edges_of_every_special_range_are_inside_and_their_neighbours_outside() {
        for inside in [
            "10.0.0.0",
            "10.255.255.255",
            "172.16.0.0",
            "172.31.255.255",
            "192.168.0.1",
            "100.64.0.0",
            "100.127.255.255",
            "169.254.169.254",
            "127.0.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "0.0.0.0",
            "::1",
            "fe80::1",
            "fd00::1",
            "fc00::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
        ] {
            assert!(is_private(inside.parse().unwrap()), "{inside}");
        }
        for outside in [
            "9.255.255.255",
            "11.0.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "100.63.255.255",
            "100.128.0.0",
            "223.255.255.255",
            "203.0.113.9",
            "2600::1",
            "64:ff9b::808:808",
        ] {
            assert!(!is_private(outside.parse().unwrap()), "{outside}");
        }
    }

    #[test]
    fn a_block_is_private_where_any_of_its_addresses_is() {
        for (block, private) in [
            ("192.160.0.0/12", true),
            ("192.168.4.0/24", true),
            ("172.0.0.0/11", true),
            ("::ffff:10.0.0.0/104", true),
            ("::/64", true),
            ("192.160.0.0/13", false),
            ("203.0.113.0/24", false),
            ("2001:db8::/32", false),
        ] {
            assert_eq!(touches_private(block.parse().unwrap()), private, "{block}");
        }
    }

    #[test]
    fn own_networks_are_inside() {
        let (own, errors) = RangeSet::parse("203.0.113.0/24");
        assert!(errors.is_empty());

        assert!(!is_external("203.0.113.9".parse().unwrap(), &own));
        assert!(is_external("203.0.114.9".parse().unwrap(), &own));
    }
}
