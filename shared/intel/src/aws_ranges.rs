//! The addresses of AWS by service, as AWS publishes them.
//!
//! # Source
//! <https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-ranges.html>: `ip-ranges.json`.

use std::net::IpAddr;

use serde::Deserialize;

use crate::{aws_services::is_external_egress, cidr::Cidr, ranges::RangeSet};

/// Where traffic is no external egress although the log names no service.
#[derive(Clone, Debug, Default)]
pub struct AwsRanges {
    inside: RangeSet,
    prefixes: usize,
}

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    prefixes: Vec<Prefix<'a>>,
    #[serde(borrow, default, rename = "ipv6_prefixes")]
    v6_prefixes: Vec<Prefix<'a>>,
}

#[derive(Deserialize)]
struct Prefix<'a> {
    #[serde(alias = "ipv6_prefix")]
    ip_prefix: &'a str,
    service: &'a str,
}

impl AwsRanges {
    /// Reads `ip-ranges.json`.
    ///
    /// An address that is of several services is inside where one of them is: the narrower block is the one that
    /// says what an address is for.
    ///
    /// # Errors
    /// Another document, a broken one, or a prefix that is no CIDR.
    pub fn parse(json: &[u8]) -> Result<Self, serde_json::Error> {
        let document: Document<'_> = serde_json::from_slice(json)?;
        let all = || document.prefixes.iter().chain(&document.v6_prefixes);
        let inside = all()
            .filter(|prefix| !is_external_egress(prefix.service))
            .map(|prefix| prefix.ip_prefix.parse::<Cidr>().map_err(serde::de::Error::custom))
            .collect::<Result<RangeSet, serde_json::Error>>()?;
        Ok(Self { inside, prefixes: all().count() })
    }

    /// Whether an address is of a service whose traffic is no external egress, see [`is_external_egress`].
    #[must_use]
    pub fn is_inside(&self, ip: IpAddr) -> bool {
        self.inside.contains(ip)
    }

    /// Those addresses.
    #[must_use]
    pub const fn inside(&self) -> &RangeSet {
        &self.inside
    }

    /// Prefixes of all services.
    #[must_use]
    pub const fn prefixes(&self) -> usize {
        self.prefixes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn storage_is_inside_and_where_tunnels_end_is_outside_in_both_versions() {
        let json = br#"{"syncToken": "1", "createDate": "2026-11-20-22-03-07",
            "prefixes": [
                {"ip_prefix": "203.0.113.0/24", "region": "us-east-1", "service": "AMAZON"},
                {"ip_prefix": "203.0.113.64/26", "region": "us-east-1", "service": "S3"},
                {"ip_prefix": "198.51.100.0/24", "region": "GLOBAL", "service": "GLOBALACCELERATOR"}],
            "ipv6_prefixes": [
                {"ipv6_prefix": "2001:db8:1::/48", "region": "eu-west-1", "service": "DYNAMODB"},
                {"ipv6_prefix": "2001:db8:2::/48", "region": "eu-west-1", "service": "EC2"}]}"#;

        let ranges = AwsRanges::parse(json).unwrap();

        for (ip, inside) in [
            ("203.0.113.64", true),
            ("203.0.113.63", false),
            ("198.51.100.1", false),
            ("2001:db8:1::1", true),
            ("2001:db8:2::1", false),
        ] {
            assert_eq!(ranges.is_inside(ip.parse().unwrap()), inside, "{ip}");
        }
        assert_eq!(ranges.prefixes(), 5);
        assert!(AwsRanges::parse(&json[..200]).is_err(), "cut off");
    }
}
