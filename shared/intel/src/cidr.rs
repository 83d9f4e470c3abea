//! One address block in CIDR notation, of either IP version.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// An address block; a lone address is a block of one.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Cidr {
    network: IpAddr,
    prefix: u8,
}

impl Cidr {
    /// The block of `prefix` leading bits that holds `address`; host bits are dropped.
    ///
    /// # Errors
    /// [`CidrError::Prefix`] when the prefix is longer than the address.
    pub fn new(address: IpAddr, prefix: u8) -> Result<Self, CidrError> {
        let longest = width(address);
        if prefix > longest {
            return Err(CidrError::Prefix { found: prefix.to_string(), longest });
        }
        let network = match address {
            IpAddr::V4(v4) => Ipv4Addr::from_bits(v4.to_bits() & mask_v4(prefix)).into(),
            IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & mask_v6(prefix)).into(),
        };
        Ok(Self { network, prefix })
    }

    /// The lowest address of the block.
    #[must_use]
    pub const fn network(self) -> IpAddr {
        self.network
    }

    /// How many leading bits the block's addresses share.
    #[must_use]
    pub const fn prefix(self) -> u8 {
        self.prefix
    }

    /// Whether `address` lies in the block; a v4-mapped v6 address counts as its v4 address.
    #[must_use]
    pub fn contains(self, address: IpAddr) -> bool {
        match (self.network, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(v4)) => v4.to_bits() & mask_v4(self.prefix) == network.to_bits(),
            (IpAddr::V6(network), IpAddr::V6(v6)) => v6.to_bits() & mask_v6(self.prefix) == network.to_bits(),
            _ => false,
        }
    }

    /// First and last address as v4 numbers, where this is a v4 block.
    pub(crate) fn bounds_v4(self) -> Option<(u32, u32)> {
        let IpAddr::V4(network) = self.network else { return None };
        let first = network.to_bits();
        Some((first, first | !mask_v4(self.prefix)))
    }

    /// First and last address as v6 numbers, where this is a v6 block.
    pub(crate) fn bounds_v6(self) -> Option<(u128, u128)> {
        let IpAddr::V6(network) = self.network else { return None };
        let first = network.to_bits();
        Some((first, first | !mask_v6(self.prefix)))
    }
}

impl FromStr for Cidr {
    type Err = CidrError;

    fn from_str(text: &str) -> Result<Self, CidrError> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
        let parsed: IpAddr = address.parse().map_err(|_| CidrError::Address { found: quoted(address) })?;
        let longest = width(parsed);
        let bits = match prefix {
            None => longest,
            // `u8::from_str` takes a leading plus sign, which no list writer means.
            Some(p) if p.starts_with('+') => return Err(CidrError::Prefix { found: quoted(p), longest }),
            Some(p) => p.parse().map_err(|_| CidrError::Prefix { found: quoted(p), longest })?,
        };
        // A mapped block of at least 96 bits is a v4 block in v6 clothes.
        match (parsed, parsed.to_canonical(), bits.checked_sub(96)) {
            (IpAddr::V6(_), mapped @ IpAddr::V4(_), Some(short)) if bits <= longest => {
                Self::new(mapped, short)
            }
            _ => Self::new(parsed, bits),
        }
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network, self.prefix)
    }
}

/// Why a text is no address block.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CidrError {
    /// The part before the slash is no address.
    #[error("expected an IPv4 or IPv6 address or CIDR, found {found}")]
    Address {
        /// The text, cut and escaped.
        found: String,
    },
    /// The part after the slash is no prefix length.
    #[error("expected a prefix length from 0 to {longest}, found {found}")]
    Prefix {
        /// The text, cut and escaped.
        found: String,
        /// The longest prefix of that address version.
        longest: u8,
    },
}

const fn width(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

fn mask_v4(prefix: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(prefix.min(32))).unwrap_or(0)
}

fn mask_v6(prefix: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(prefix.min(128))).unwrap_or(0)
}

/// At most 24 characters of hostile text, escaped, in quotes.
pub(crate) fn quoted(text: &str) -> String {
    let short: String = text.chars().take(24).collect();
    format!("{short:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cidr(text: &str) -> Cidr {
        text.parse().unwrap()
    }

    #[test]
    fn host_bits_are_dropped_and_a_lone_address_is_a_block_of_one() {
        assert_eq!(cidr("192.0.2.77/24").to_string(), "192.0.2.0/24");
        assert_eq!(cidr("2001:db8::5/32").to_string(), "2001:db8::/32");
        assert_eq!(cidr("198.51.100.7").to_string(), "198.51.100.7/32");
    }

    #[test]
    fn a_block_holds_its_first_and_last_address_and_not_the_neighbours() {
        let block = cidr("198.51.100.64/26");
        for (address, inside) in [
            ("198.51.100.63", false),
            ("198.51.100.64", true),
            ("198.51.100.127", true),
            ("198.51.100.128", false),
            ("::ffff:198.51.100.64", true),
            ("2001:db8::1", false),
        ] {
            assert_eq!(block.contains(address.parse().unwrap()), inside, "{address}");
        }
        assert!(cidr("0.0.0.0/0").contains("255.255.255.255".parse().unwrap()));
        assert!(cidr("::/0").contains("ffff::".parse().unwrap()));
    }

    #[test]
    fn a_v4_mapped_block_is_read_as_v4() {
        assert_eq!(cidr("::ffff:192.0.2.0/120"), cidr("192.0.2.0/24"));
    }

    #[test]
    fn broken_blocks_are_named_with_what_was_found() {
        for text in
            ["", "/", "1.2.3", "1.2.3.4/33", "1.2.3.4/+8", "1.2.3.4/", "::/129", "::ffff:1.2.3.4/200", "x/8"]
        {
            assert!(text.parse::<Cidr>().is_err(), "{text}");
        }
        assert_eq!(
            "10.0.0.0/40".parse::<Cidr>().unwrap_err().to_string(),
            "expected a prefix length from 0 to 32, found 40"
        );
    }
}
