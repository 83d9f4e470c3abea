//! What Weir knows about addresses and machines before it sees traffic: lists and inventory.
//!
//! No I/O: bytes come in, look-ups go out.

pub mod aws_services;
pub mod cidr;
pub mod inventory;
pub mod ranges;
pub mod special;

use std::net::IpAddr;

pub use cidr::{Cidr, CidrError};
pub use inventory::Inventory;
pub use ranges::{LineError, RangeSet};

/// Lists and inventory together.
#[derive(Debug, Default)]
pub struct Intel {
    /// Tor relays.
    pub tor: RangeSet,
    /// VPN exits.
    pub vpn: RangeSet,
    /// Open and paid proxies.
    pub proxy: RangeSet,
    /// Interfaces and instances.
    pub inventory: Inventory,
}

impl Intel {
    /// The list that holds an address: `tor` before `proxy` before `vpn`.
    pub fn label(&self, ip: IpAddr) -> Option<&'static str> {
        if self.tor.contains(ip) {
            Some("tor")
        } else if self.proxy.contains(ip) {
            Some("proxy")
        } else if self.vpn.contains(ip) {
            Some("vpn")
        } else {
            None
        }
    }

    /// Whether any address list was given.
    pub fn has_lists(&self) -> bool {
        !(self.tor.is_empty() && self.vpn.is_empty() && self.proxy.is_empty())
    }
}
