//! Interfaces and instances as `aws ec2 describe-…` prints them.

use foldhash::HashMap;
use serde::Deserialize;

/// What an interface is for: whose traffic it carries follows from it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum InterfaceClass {
    /// An instance, a task or a function of the account: traffic starts or ends here.
    Workload,
    /// NAT gateway.
    Nat,
    /// Network, application or gateway load balancer.
    LoadBalancer,
    /// VPC endpoint.
    Endpoint,
    /// Transit gateway attachment.
    TransitGateway,
    /// Network firewall.
    Firewall,
}

/// One instance.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Instance {
    /// Instance type, `c5n.large`.
    pub instance_type: Option<String>,
    /// `key=value`, sorted.
    pub tags: Vec<String>,
}

/// Everything that inventory files said.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    interfaces: HashMap<String, InterfaceClass>,
    instances: HashMap<String, Instance>,
}

impl InterfaceClass {
    /// The class of an interface type, as `interface-type` (flow logs version 11) and `InterfaceType` name it.
    pub fn from_type(interface_type: &str) -> Self {
        match interface_type {
            "nat_gateway" | "natGateway" => Self::Nat,
            "network_load_balancer" | "gateway_load_balancer" | "load_balancer" => Self::LoadBalancer,
            "vpc_endpoint" | "gateway_load_balancer_endpoint" => Self::Endpoint,
            "transit_gateway" => Self::TransitGateway,
            _ => Self::Workload,
        }
    }

    /// Older interfaces say only `interface`; their description tells.
    fn from_description(description: &str) -> Option<Self> {
        let starts = |prefix: &str| description.starts_with(prefix);
        if starts("ELB ") {
            Some(Self::LoadBalancer)
        } else if starts("Interface for NAT Gateway") {
            Some(Self::Nat)
        } else if starts("VPC Endpoint Interface") {
            Some(Self::Endpoint)
        } else if starts("Network Interface for Transit Gateway") {
            Some(Self::TransitGateway)
        } else if starts("AWSServiceRoleForNetworkFirewall") || description.contains("firewall") {
            Some(Self::Firewall)
        } else {
            None
        }
    }
}

impl Inventory {
    /// Adds one file's interfaces and instances; unknown keys are ignored, every field is optional.
    ///
    /// # Errors
    ///
    /// Returns the JSON error when the text is no JSON object of the expected shape.
    pub fn merge(&mut self, json: &[u8]) -> Result<(), serde_json::Error> {
        let file: File = serde_json::from_slice(json)?;
        for interface in file.network_interfaces {
            let Some(id) = interface.network_interface_id else { continue };
            let class = interface
                .interface_type
                .as_deref()
                .map(InterfaceClass::from_type)
                .filter(|class| *class != InterfaceClass::Workload)
                .or_else(|| InterfaceClass::from_description(interface.description.as_deref()?))
                .unwrap_or(InterfaceClass::Workload);
            self.interfaces.insert(id, class);
        }
        for instance in file.reservations.into_iter().flat_map(|reservation| reservation.instances) {
            let Some(id) = instance.instance_id else { continue };
            let mut tags: Vec<_> =
                instance.tags.into_iter().map(|tag| format!("{}={}", tag.key, tag.value)).collect();
            tags.sort_unstable();
            self.instances.insert(id, Instance { instance_type: instance.instance_type, tags });
        }
        Ok(())
    }

    /// The class of an interface, where a file told it.
    pub fn interface_class(&self, interface: &str) -> Option<InterfaceClass> {
        self.interfaces.get(interface).copied()
    }

    /// An instance, where a file told it.
    pub fn instance(&self, id: &str) -> Option<&Instance> {
        self.instances.get(id)
    }

    /// Whether no file told anything.
    pub fn is_empty(&self) -> bool {
        self.interfaces.is_empty() && self.instances.is_empty()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[derive(Default)]
struct File {
    network_interfaces: Vec<InterfaceEntry>,
    reservations: Vec<Reservation>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct InterfaceEntry {
    network_interface_id: Option<String>,
    interface_type: Option<String>,
    description: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Reservation {
    instances: Vec<InstanceEntry>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct InstanceEntry {
    instance_id: Option<String>,
    instance_type: Option<String>,
    tags: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Tag {
    key: String,
    value: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_interface_is_told_by_its_description_and_files_add_up() {
        let mut inventory = Inventory::default();
        inventory
            .merge(br#"{"NetworkInterfaces":[{"NetworkInterfaceId":"eni-1","InterfaceType":"interface","Description":"ELB net/a/b"},
                {"NetworkInterfaceId":"eni-2","InterfaceType":"nat_gateway"},{"NetworkInterfaceId":"eni-3","Future":1}]}"#)
            .unwrap();
        inventory
            .merge(br#"{"Reservations":[{"Instances":[{"InstanceId":"i-1","InstanceType":"t3.small","Tags":[{"Key":"role","Value":"turn"}]}]}]}"#)
            .unwrap();

        assert_eq!(inventory.interface_class("eni-1"), Some(InterfaceClass::LoadBalancer));
        assert_eq!(inventory.interface_class("eni-2"), Some(InterfaceClass::Nat));
        assert_eq!(inventory.interface_class("eni-3"), Some(InterfaceClass::Workload));
        assert_eq!(inventory.instance("i-1").unwrap().tags, ["role=turn"]);
        assert!(inventory.merge(b"{").is_err());
    }
}
