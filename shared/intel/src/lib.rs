//! What Weir knows about addresses and machines before it sees traffic: lists, country and network, inventory.
//!
//! No I/O: bytes come in, look-ups go out.

pub mod aws_ranges;
pub mod aws_services;
pub mod catalogue;
pub mod cidr;
pub mod feed;
pub mod geo;
pub mod inventory;
pub mod lists;
mod load;
pub mod ranges;
pub mod special;

use std::net::IpAddr;

pub use aws_ranges::AwsRanges;
pub use catalogue::Catalogue;
pub use cidr::{Cidr, CidrError};
pub use geo::{Asn, Country, Database};
pub use inventory::Inventory;
pub use lists::{AddressList, ListKind, Updated};
pub use load::{FileFault, FileFaultKind};
pub use ranges::{LineError, RangeSet};

/// Everything known about addresses and machines; what was not given answers nothing.
#[derive(Debug, Default)]
pub struct Intel {
    /// Tor relays of all kinds.
    pub tor: RangeSet,
    /// Tor relays from which traffic leaves.
    pub tor_exit: RangeSet,
    /// VPN exits.
    pub vpn: RangeSet,
    /// Open and paid proxies.
    pub proxy: RangeSet,
    /// When the lists were made.
    pub updated: Updated,
    /// The addresses of AWS.
    pub aws: AwsRanges,
    /// Countries.
    pub countries: Option<Database>,
    /// Networks.
    pub networks: Option<Database>,
    /// Interfaces and instances.
    pub inventory: Inventory,
    /// The shipped catalogue with one's own laid over it; `None` for the shipped one as it is.
    pub catalogue: Option<Catalogue>,
}

impl Intel {
    /// The catalogue of tools in force.
    #[must_use]
    pub fn tools(&self) -> &Catalogue {
        self.catalogue.as_ref().unwrap_or_else(|| Catalogue::shared())
    }

    /// The name of the list that holds an address: `tor` before `proxy` before `vpn`.
    #[must_use]
    pub fn label(&self, ip: IpAddr) -> Option<&'static str> {
        self.list_of(ip).map(ListKind::name)
    }

    /// The list that holds an address which an entity dialled; of several the one that says most.
    #[must_use]
    pub fn list_of(&self, ip: IpAddr) -> Option<ListKind> {
        ListKind::DIALLED.into_iter().find(|kind| self.list(*kind).contains(ip))
    }

    /// The list that holds an address from which an API was called.
    ///
    /// A relay that is no exit calls nobody on behalf of others; where the exits are not told apart, any relay
    /// stands for one.
    #[must_use]
    pub fn caller_list_of(&self, ip: IpAddr) -> Option<ListKind> {
        let listed = ListKind::CALLING.into_iter().find(|kind| self.list(*kind).contains(ip));
        listed.or_else(|| (self.tor_exit.is_empty() && self.tor.contains(ip)).then_some(ListKind::Tor))
    }

    /// Whether traffic with `ip` crosses the edge of what is the account's own: its networks, and the AWS services
    /// that work for it. `service` is what the log says; where it says nothing, the addresses of AWS do.
    #[must_use]
    pub fn is_external(&self, ip: IpAddr, service: Option<&str>, own: &RangeSet) -> bool {
        special::is_external(ip, own)
            && service.map_or_else(|| !self.aws.is_inside(ip), aws_services::is_external_egress)
    }

    /// Country of an address.
    #[must_use]
    pub fn country(&self, ip: IpAddr) -> Option<Country> {
        self.countries.as_ref()?.country(ip)
    }

    /// Network of an address.
    #[must_use]
    pub fn asn(&self, ip: IpAddr) -> Option<Asn> {
        self.networks.as_ref()?.asn(ip)
    }

    /// Whether any address list was given.
    #[must_use]
    pub const fn has_lists(&self) -> bool {
        !(self.tor.is_empty() && self.vpn.is_empty() && self.proxy.is_empty())
    }

    const fn list(&self, kind: ListKind) -> &RangeSet {
        match kind {
            ListKind::Tor => &self.tor,
            ListKind::TorExit => &self.tor_exit,
            ListKind::Proxy => &self.proxy,
            ListKind::Vpn => &self.vpn,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_of_aws_speak_where_a_log_names_no_service() {
        let json = r#"{"prefixes": [{"ip_prefix": "203.0.113.64/26", "service": "S3"}]}"#;
        let (intel, faults) = Intel::load([("ip-ranges.json", json.as_bytes().to_vec())]);
        assert!(faults.is_empty(), "{faults:?}");
        for (ip, service, external) in [
            ("203.0.113.64", None, false),
            ("203.0.113.63", None, true),
            ("203.0.113.64", Some("EC2"), true),
            ("203.0.113.63", Some("DYNAMODB"), false),
            ("10.0.0.1", None, false),
        ] {
            let ip = ip.parse().unwrap();
            assert_eq!(intel.is_external(ip, service, &RangeSet::default()), external, "{ip} {service:?}");
        }
    }
}
