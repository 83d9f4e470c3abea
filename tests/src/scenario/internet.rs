//! The rest of the internet: who can be talked to, and at which address.
//!
//! Addresses are functions of the seed, so that two hosts that use the same service meet the same address,
//! and every class (hosting, residential, AWS, Tor) is drawn alike for hijacks and for benign services.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::calendar::{DAY, HOUR};
use super::dice::{Dice, mix};

/// How often known services change their addresses, all clients at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// Fixed addresses.
    Never,
    /// New addresses at midnight UTC.
    Daily,
    /// New addresses every 6 hours.
    SixHours,
}

/// Number of Tor relays in a world (all of them listed).
pub const TOR_RELAYS: u64 = 1500;
/// Number of web origins that can be visited.
const ORIGINS: u64 = 60_000;
/// First octets used for addresses outside AWS: unicast, never reserved or private in any part.
const OCTETS: [u8; 48] = [
    5, 23, 31, 37, 45, 46, 51, 62, 64, 66, 69, 72, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 91,
    93, 94, 95, 103, 104, 107, 109, 128, 130, 138, 141, 144, 146, 149, 159, 162, 176, 185, 188, 193, 212,
    217,
];

/// A well-known service, by name: registries, SaaS, AWS endpoints, partners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service(pub &'static str, pub Where);

/// Which address space a service lives in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// Its own network or a hosting company.
    Own,
    /// Addresses of a given AWS service name, as flow logs print it.
    Aws(&'static str),
}

/// The address universe of one world.
#[derive(Debug, Clone)]
pub struct Internet {
    seed: u64,
    rotation: Rotation,
}

impl Internet {
    /// A universe of its own for each seed.
    pub fn new(seed: u64, rotation: Rotation) -> Self {
        Self { seed, rotation }
    }

    /// One of a service's current addresses.
    pub fn service(&self, service: Service, now: i64, dice: &mut Dice) -> IpAddr {
        let epoch = match self.rotation {
            Rotation::Never => 0,
            Rotation::Daily => now.div_euclid(DAY),
            Rotation::SixHours => now.div_euclid(6 * HOUR),
        };
        let name = service.0.bytes().fold(7u64, |h, b| mix(&[h, u64::from(b)]));
        let bits = mix(&[self.seed, 1, name, epoch as u64, dice.below(4)]);
        IpAddr::V4(match service.1 {
            Where::Own => ordinary(bits),
            Where::Aws(tag) => aws(tag, bits),
        })
    }

    /// A web site, popular ones more often (frequency falls as one over rank).
    pub fn origin(&self, dice: &mut Dice, v6: bool) -> IpAddr {
        let rank = libm::pow(ORIGINS as f64, dice.unit()) as u64;
        self.site(rank, v6)
    }

    /// A web site, all of them alike: what a crawler's frontier looks like.
    pub fn frontier(&self, dice: &mut Dice, v6: bool) -> IpAddr {
        let rank = dice.below(ORIGINS);
        self.site(rank, v6)
    }

    /// A rented server somewhere: partners, stores, gateways, collectors.
    pub fn hosting(&self, dice: &mut Dice, v6: bool) -> IpAddr {
        let bits = dice.bits();
        if v6 {
            return v6_site(bits);
        }
        IpAddr::V4(if bits.is_multiple_of(3) { aws("EC2", bits >> 8) } else { ordinary(bits) })
    }

    /// An address of AWS Global Accelerator.
    pub fn accelerator(&self, dice: &mut Dice) -> IpAddr {
        IpAddr::V4(aws("GLOBALACCELERATOR", dice.bits()))
    }

    /// Somebody at home or on a phone.
    pub fn resident(&self, dice: &mut Dice) -> IpAddr {
        IpAddr::V4(ordinary(dice.bits()))
    }

    /// The n-th Tor relay.
    pub fn tor(&self, n: u64) -> IpAddr {
        IpAddr::V4(ordinary(mix(&[self.seed, 3, n % TOR_RELAYS])))
    }

    /// The n-th commercial VPN server network (a /26).
    pub fn vpn_network(&self, n: u64) -> Ipv4Addr {
        Ipv4Addr::from_bits(ordinary(mix(&[self.seed, 4, n])).to_bits() & !63)
    }

    /// The n-th listed open proxy.
    pub fn open_proxy(&self, n: u64) -> IpAddr {
        IpAddr::V4(ordinary(mix(&[self.seed, 5, n])))
    }

    fn site(&self, rank: u64, v6: bool) -> IpAddr {
        let bits = mix(&[self.seed, 2, rank]);
        if v6 {
            return v6_site(bits);
        }
        IpAddr::V4(match bits % 10 {
            0 => aws("CLOUDFRONT", bits >> 8),
            1 => aws("EC2", bits >> 8),
            _ => ordinary(bits),
        })
    }
}

/// The AWS service that owns an address, as `pkt-src-aws-service` prints it, or `-`.
pub fn aws_service(address: IpAddr) -> &'static str {
    match address {
        IpAddr::V4(v4) => match v4.octets() {
            [52, 216..=219, ..] | [3, 5, ..] => "S3",
            [52, 119, 224..=239, _] => "DYNAMODB",
            [15, 197, ..] | [3, 33, ..] | [75, 2, ..] => "GLOBALACCELERATOR",
            [13, 224..=227, ..] | [99, 84..=87, ..] => "CLOUDFRONT",
            [52, 46 | 94, ..] => "AMAZON",
            [3, 64..=127, ..] | [18, 128..=255, ..] | [34, 192..=255, ..] | [54, 144..=255, ..] => "EC2",
            _ => "-",
        },
        IpAddr::V6(v6) => match v6.segments() {
            [0x2600, 0x9000, ..] => "CLOUDFRONT",
            [0x2600, 0x1f14, ..] => "EC2",
            _ => "-",
        },
    }
}

fn ordinary(bits: u64) -> Ipv4Addr {
    let first = OCTETS[(bits >> 32) as usize % OCTETS.len()];
    Ipv4Addr::new(first, (bits >> 16) as u8, (bits >> 8) as u8, bits as u8 | 1)
}

fn aws(tag: &str, bits: u64) -> Ipv4Addr {
    let [a, b, c, d] = [(bits >> 24) as u8, (bits >> 16) as u8, (bits >> 8) as u8, bits as u8];
    match (tag, a % 4) {
        ("S3", 0) => Ipv4Addr::new(3, 5, c, d),
        ("S3", _) => Ipv4Addr::new(52, 216 + b % 4, c, d),
        ("DYNAMODB", _) => Ipv4Addr::new(52, 119, 224 + c % 16, d),
        ("GLOBALACCELERATOR", 0) => Ipv4Addr::new(75, 2, c, d),
        ("GLOBALACCELERATOR", 1) => Ipv4Addr::new(3, 33, c, d),
        ("GLOBALACCELERATOR", _) => Ipv4Addr::new(15, 197, c, d),
        ("CLOUDFRONT", 0) => Ipv4Addr::new(99, 84 + b % 4, c, d),
        ("CLOUDFRONT", _) => Ipv4Addr::new(13, 224 + b % 4, c, d),
        ("AMAZON", _) => Ipv4Addr::new(52, if b % 2 == 0 { 46 } else { 94 }, c, d),
        (_, 0) => Ipv4Addr::new(3, 64 + b % 64, c, d),
        (_, 1) => Ipv4Addr::new(18, 128 + b % 128, c, d),
        (_, 2) => Ipv4Addr::new(34, 192 + b % 64, c, d),
        (_, _) => Ipv4Addr::new(54, 144 + b % 112, c, d),
    }
}

fn v6_site(bits: u64) -> IpAddr {
    let [a, b] = [(bits >> 48) as u16, (bits >> 32) as u16];
    let prefix = match bits % 6 {
        0 => [0x2600, 0x9000],
        1 => [0x2600, 0x1f14],
        2 => [0x2606, 0x4700],
        3 => [0x2a02, 0x4780 | (a & 15)],
        4 => [0x2a01, 0x04f8],
        _ => [0x2a00, 0x1450],
    };
    IpAddr::V6(Ipv6Addr::new(prefix[0], prefix[1], a, b, 0, 0, (bits >> 16) as u16, bits as u16 | 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aws_addresses_carry_their_own_tag() {
        let mut dice = Dice::new(3, &[]);
        for tag in ["S3", "DYNAMODB", "GLOBALACCELERATOR", "CLOUDFRONT", "AMAZON", "EC2"] {
            for _ in 0..200 {
                assert_eq!(aws_service(IpAddr::V4(aws(tag, dice.bits()))), tag);
            }
        }
        for _ in 0..2000 {
            assert_eq!(aws_service(IpAddr::V4(ordinary(dice.bits()))), "-");
        }
    }

    #[test]
    fn a_rotating_service_moves_for_all_clients_at_once() {
        let net = Internet::new(9, Rotation::SixHours);
        let service = Service("registry", Where::Own);
        let seen = |now: i64, label: u64| {
            let mut dice = Dice::new(label, &[]);
            let mut all: Vec<_> = (0..64).map(|_| net.service(service, now, &mut dice)).collect();
            all.sort();
            all.dedup();
            all
        };
        assert_eq!(seen(0, 1), seen(6 * HOUR - 1, 2));
        assert!(seen(6 * HOUR, 1).iter().all(|a| !seen(0, 1).contains(a)));
    }
}
