//! The JSON of `describe-instances`, `describe-network-interfaces` and `describe-instance-types`.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::Deserialize;

use super::{Bandwidth, Instance, Interface, Inventory};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct File {
    updated: Option<String>,
    reservations: Option<Vec<Reservation>>,
    network_interfaces: Option<Vec<InterfaceEntry>>,
    instance_types: Option<Vec<TypeEntry>>,
}

impl File {
    pub(super) fn add_to(self, inventory: &mut Inventory) {
        if let Some(updated) = time(self.updated) {
            inventory.updated = Some(inventory.updated.map_or(updated, |have| have.min(updated)));
        }
        for entry in self.instance_types.into_iter().flatten() {
            entry.add_to(inventory);
        }
        for entry in self.network_interfaces.into_iter().flatten() {
            entry.add_to(inventory, None, None);
        }
        let reservations = self.reservations.into_iter().flatten();
        for entry in reservations.flat_map(|reservation| reservation.instances.into_iter().flatten()) {
            entry.add_to(inventory);
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Reservation {
    instances: Option<Vec<InstanceEntry>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InstanceEntry {
    instance_id: Option<String>,
    instance_type: Option<String>,
    launch_time: Option<String>,
    public_ip_address: Option<String>,
    vpc_id: Option<String>,
    tags: Option<Vec<Tag>>,
    network_interfaces: Option<Vec<InterfaceEntry>>,
}

impl InstanceEntry {
    fn add_to(self, inventory: &mut Inventory) {
        let Some(id) = self.instance_id else { return };
        let tags = tags(self.tags);
        let tagged = |key: &str| {
            tags.iter().find_map(|tag| tag.strip_prefix(key)?.strip_prefix('=')).map(ToOwned::to_owned)
        };
        let instance = Instance {
            instance_type: self.instance_type,
            launched: time(self.launch_time),
            scaling_group: tagged("aws:autoscaling:groupName"),
            launch_template: tagged("aws:ec2launchtemplate:id"),
            public: address(self.public_ip_address),
            interfaces: Vec::new(),
            tags,
            id: id.clone(),
        };
        inventory.add_instance(instance);
        for entry in self.network_interfaces.into_iter().flatten() {
            entry.add_to(inventory, Some(&id), self.vpc_id.as_deref());
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InterfaceEntry {
    network_interface_id: Option<String>,
    interface_type: Option<String>,
    requester_id: Option<String>,
    requester_managed: Option<bool>,
    description: Option<String>,
    attachment: Option<Attachment>,
    association: Option<Association>,
    private_ip_address: Option<String>,
    private_ip_addresses: Option<Vec<PrivateAddress>>,
    #[serde(rename = "Ipv6Addresses")]
    v6_addresses: Option<Vec<V6Address>>,
    vpc_id: Option<String>,
    subnet_id: Option<String>,
    tag_set: Option<Vec<Tag>>,
}

impl InterfaceEntry {
    fn add_to(self, inventory: &mut Inventory, instance: Option<&str>, vpc: Option<&str>) {
        let Some(id) = self.network_interface_id else { return };
        let (attached_to, since) =
            self.attachment.map_or((None, None), |found| (found.instance_id, found.attach_time));
        let listed = self.private_ip_addresses.into_iter().flatten();
        let mut private = Vec::new();
        let all = std::iter::once(self.private_ip_address)
            .chain(listed.map(|entry| entry.private_ip_address))
            .chain(self.v6_addresses.into_iter().flatten().map(|entry| entry.address));
        for found in all.filter_map(address) {
            if !private.contains(&found) {
                private.push(found);
            }
        }
        inventory.add_interface(Interface {
            id,
            interface_type: self.interface_type,
            requester: self.requester_id,
            managed: self.requester_managed.unwrap_or(false),
            description: self.description.filter(|text| !text.is_empty()),
            instance: attached_to.or_else(|| instance.map(ToOwned::to_owned)),
            attached: time(since),
            private,
            public: address(self.association.and_then(|it| it.public_ip)),
            vpc: self.vpc_id.or_else(|| vpc.map(ToOwned::to_owned)),
            subnet: self.subnet_id,
            tags: tags(self.tag_set),
            ..Interface::default()
        });
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attachment {
    instance_id: Option<String>,
    attach_time: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Association {
    public_ip: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PrivateAddress {
    private_ip_address: Option<String>,
}

#[derive(Deserialize)]
struct V6Address {
    #[serde(rename = "Ipv6Address")]
    address: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    key: Option<String>,
    value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TypeEntry {
    instance_type: Option<String>,
    network_info: Option<NetworkInfo>,
}

impl TypeEntry {
    fn add_to(self, inventory: &mut Inventory) {
        let cards = self.network_info.and_then(|info| info.network_cards).unwrap_or_default();
        let sum = |figure: fn(&Card) -> Option<f64>| -> f64 { cards.iter().filter_map(figure).sum() };
        let bandwidth = Bandwidth { baseline: sum(|card| card.baseline), peak: sum(|card| card.peak) };
        // Old types say only "Low to Moderate": better no figure than none of a bit a second.
        if let (Some(name), true) = (self.instance_type, bandwidth.baseline > 0.0) {
            inventory.types.insert(name, bandwidth);
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NetworkInfo {
    network_cards: Option<Vec<Card>>,
}

#[derive(Deserialize)]
struct Card {
    #[serde(rename = "BaselineBandwidthInGbps")]
    baseline: Option<f64>,
    #[serde(rename = "PeakBandwidthInGbps")]
    peak: Option<f64>,
}

fn time(text: Option<String>) -> Option<i64> {
    text?.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

fn address(text: Option<String>) -> Option<IpAddr> {
    text?.parse().ok()
}

fn tags(entries: Option<Vec<Tag>>) -> Vec<String> {
    let mut tags: Vec<String> = entries
        .into_iter()
        .flatten()
        .filter_map(|tag| Some(format!("{}={}", tag.key?, tag.value.unwrap_or_default())))
        .collect();
    tags.sort_unstable();
    tags
}
