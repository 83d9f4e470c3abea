//! Whose traffic it is.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use weir_intel::inventory::{Instance, Interface, Inventory};

/// The name under which an entity's state is kept.
///
/// An instance where the log or an inventory names one, else the interface, else an address behind a NAT gateway: what
/// takes over an interface or an address is another entity.
/// Account and region are part of it, so that equal ids of two accounts stay two entities.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct EntityKey {
    /// Account, or "-".
    pub account: String,
    /// `i-…`, `eni-…`, or an address behind NAT as `10.0.0.5@eni-…`, with `/i-…` where an inventory tells whose it is.
    pub id: String,
}

/// What the records say about an entity beside its traffic.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct EntityInfo {
    /// Region.
    pub region: Option<String>,
    /// Instance.
    pub instance: Option<String>,
    /// Interface.
    pub interface: Option<String>,
    /// VPC.
    pub vpc: Option<String>,
    /// Subnet.
    pub subnet: Option<String>,
    /// Own addresses seen, at most four.
    pub addresses: Vec<IpAddr>,
}

impl EntityKey {
    /// A stable 64-bit hash (FNV-1a), the same on every machine and in every run.
    pub fn hash64(&self) -> u64 {
        let mut hash = fnv(0xcbf2_9ce4_8422_2325, self.account.as_bytes());
        hash = fnv(hash, b"/");
        fnv(hash, self.id.as_bytes())
    }

    /// The name that calls know the entity by: of a host behind a NAT gateway its instance, where an inventory tells
    /// it, else the id.
    #[must_use]
    pub fn called(&self) -> &str {
        let behind = self.id.split_once('@').and_then(|(_, gateway)| gateway.split_once('/'));
        behind.map_or(&*self.id, |(_, instance)| instance)
    }
}

impl EntityInfo {
    /// Adds what another batch says.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in [
            (&mut self.region, &other.region),
            (&mut self.instance, &other.instance),
            (&mut self.interface, &other.interface),
            (&mut self.vpc, &other.vpc),
            (&mut self.subnet, &other.subnet),
        ] {
            if mine.is_none() {
                mine.clone_from(theirs);
            }
        }
        for address in &other.addresses {
            if self.addresses.len() < 4 && !self.addresses.contains(address) {
                self.addresses.push(*address);
            }
        }
        self.addresses.sort_unstable();
    }
}

impl EntityInfo {
    /// The interface, where an inventory knows it: by its id, or by the address of a host behind a NAT gateway.
    pub fn known_interface<'a>(&self, inventory: &'a Inventory) -> Option<&'a Interface> {
        if let Some(id) = &self.interface {
            return inventory.interface(id);
        }
        let address = *self.addresses.first()?;
        let here = inventory.interface_at(address, self.vpc.as_deref());
        // The gateway may stand in a VPC of its own.
        here.or_else(|| inventory.interface_at(address, None))
    }

    /// What the entity goes by: its key's id, its instance, its interface.
    pub fn names<'a>(&'a self, key: &'a EntityKey, inventory: &'a Inventory) -> Vec<&'a str> {
        let interface = self.known_interface(inventory);
        let instance = self.instance.as_deref().or_else(|| interface?.instance.as_deref());
        let named = self.interface.as_deref().or_else(|| interface.map(|known| &*known.id));
        std::iter::once(&*key.id).chain(instance).chain(named).collect()
    }

    /// The instance, where an inventory knows it.
    pub fn known_instance<'a>(&self, inventory: &'a Inventory) -> Option<&'a Instance> {
        let id = match &self.instance {
            Some(id) => id,
            None => self.known_interface(inventory)?.instance.as_ref()?,
        };
        inventory.instance(id)
    }
}

/// A stable hash of an address.
pub fn address_hash(ip: IpAddr) -> u64 {
    let seed = 0x9e37_79b9_7f4a_7c15;
    match ip {
        IpAddr::V4(v4) => mix(seed ^ u64::from(u32::from(v4))),
        IpAddr::V6(v6) => {
            let bits = u128::from(v6);
            mix(mix(seed ^ (bits >> 64) as u64) ^ bits as u64)
        }
    }
}

/// The finaliser of splitmix64: every input bit reaches every output bit.
pub const fn mix(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A stable hash of a name.
pub fn name_hash(name: &str) -> u64 {
    mix(fnv(0xcbf2_9ce4_8422_2325, name.as_bytes()))
}

fn fnv(mut hash: u64, bytes: &[u8]) -> u64 {
    for &byte in bytes {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_behind_a_gateway_is_known_by_its_address_even_where_the_gateway_is_in_another_vpc() {
        let mut inventory = Inventory::default();
        inventory
            .merge(
                br#"{"Reservations":[{"OwnerId":"111122223333","Instances":[
                    {"InstanceId":"i-1","VpcId":"vpc-1","Tags":[{"Key":"role","Value":"relay"}],
                     "NetworkInterfaces":[{"NetworkInterfaceId":"eni-1","PrivateIpAddress":"10.0.0.5"}]},
                    {"InstanceId":"i-2","VpcId":"vpc-2",
                     "NetworkInterfaces":[{"NetworkInterfaceId":"eni-2","PrivateIpAddress":"10.0.0.6"}]},
                    {"InstanceId":"i-3","VpcId":"vpc-3",
                     "NetworkInterfaces":[{"NetworkInterfaceId":"eni-3","PrivateIpAddress":"10.0.0.6"}]}]}]}"#,
            )
            .unwrap();
        let known = |address: [u8; 4], vpc: &str| {
            let info = EntityInfo {
                vpc: Some(vpc.to_owned()),
                addresses: vec![address.into()],
                ..EntityInfo::default()
            };
            info.known_instance(&inventory).map(|instance| instance.tags.clone())
        };

        assert_eq!(known([10, 0, 0, 5], "vpc-1").unwrap(), ["role=relay"]);
        assert_eq!(known([10, 0, 0, 5], "vpc-egress").unwrap(), ["role=relay"]);
        assert_eq!(known([10, 0, 0, 6], "vpc-egress"), None, "two hosts have it");
        assert!(known([10, 0, 0, 6], "vpc-2").is_some());
    }
}
