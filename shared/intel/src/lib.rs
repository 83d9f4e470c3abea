//! What Weir knows about addresses and machines before it sees traffic: lists, country and network, inventory.
//!
//! No I/O: bytes come in, look-ups go out.

pub mod aws_services;
pub mod catalogue;
pub mod cidr;
pub mod geo;
pub mod inventory;
pub mod lists;
mod load;
pub mod ranges;
pub mod special;

use std::net::IpAddr;

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
    /// Tor relays.
    pub tor: RangeSet,
    /// VPN exits.
    pub vpn: RangeSet,
    /// Open and paid proxies.
    pub proxy: RangeSet,
    /// When the lists were made.
    pub updated: Updated,
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

    /// The list that holds an address; of several the one that says most.
    #[must_use]
    pub fn list_of(&self, ip: IpAddr) -> Option<ListKind> {
        ListKind::ALL.into_iter().find(|kind| self.list(*kind).contains(ip))
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
            ListKind::Proxy => &self.proxy,
            ListKind::Vpn => &self.vpn,
        }
    }
}
