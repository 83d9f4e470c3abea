//! What an interface is for: whose traffic it carries follows from it.

use super::Interface;

/// What an interface is for.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum InterfaceClass {
    /// VPC endpoint.
    Endpoint,
    /// Network firewall.
    Firewall,
    /// An instance: traffic starts or ends here.
    Instance,
    /// Functions in a VPC share it.
    Lambda,
    /// Network, application, classic or gateway load balancer.
    LoadBalancer,
    /// NAT gateway.
    Nat,
    /// A task, a database, or nothing that is known: traffic starts or ends here.
    #[default]
    Other,
    /// Transit gateway attachment.
    TransitGateway,
}

impl InterfaceClass {
    /// The class of an interface type, as `interface-type` (flow logs version 11) and `InterfaceType` name it.
    ///
    /// A plain `interface` is [`Other`](Self::Other): what it is for, its description or attachment tells.
    #[must_use]
    pub fn from_type(interface_type: &str) -> Self {
        match interface_type {
            "nat_gateway" | "natGateway" => Self::Nat,
            "network_load_balancer" | "gateway_load_balancer" | "load_balancer" => Self::LoadBalancer,
            "vpc_endpoint" | "gateway_load_balancer_endpoint" => Self::Endpoint,
            "transit_gateway" => Self::TransitGateway,
            "lambda" => Self::Lambda,
            "efa" | "efa-only" | "branch" | "trunk" => Self::Instance,
            _ => Self::Other,
        }
    }

    /// Application and classic load balancers, and older interfaces of all kinds, say only `interface`.
    fn from_description(description: &str) -> Self {
        let starts = |prefix: &str| description.starts_with(prefix);
        if starts("ELB ") {
            Self::LoadBalancer
        } else if starts("Interface for NAT Gateway ") {
            Self::Nat
        } else if starts("VPC Endpoint Interface ") {
            Self::Endpoint
        } else if starts("Network Interface for Transit Gateway ") {
            Self::TransitGateway
        } else if starts("AWS Lambda VPC ENI") {
            Self::Lambda
        } else {
            Self::Other
        }
    }

    fn from_requester(requester: &str) -> Self {
        match requester {
            "amazon-elb" => Self::LoadBalancer,
            text if text.contains("AWSServiceRoleForNetworkFirewall") => Self::Firewall,
            _ => Self::Other,
        }
    }
}

/// The class of an interface by all that is known of it.
///
/// Anyone may write a description: it counts only on interfaces that a service manages, or that no instance uses.
pub(super) fn of(interface: &Interface) -> InterfaceClass {
    let text = |field: &Option<String>, class: fn(&str) -> InterfaceClass| field.as_deref().map(class);
    let attached = interface.instance.is_some();
    let firewall = interface.tags.iter().any(|tag| tag == "AWSNetworkFirewallManaged=true");
    [
        text(&interface.interface_type, InterfaceClass::from_type),
        firewall.then_some(InterfaceClass::Firewall),
        text(&interface.requester, InterfaceClass::from_requester),
        (interface.managed || !attached)
            .then(|| text(&interface.description, InterfaceClass::from_description))
            .flatten(),
        attached.then_some(InterfaceClass::Instance),
    ]
    .into_iter()
    .flatten()
    .find(|class| *class != InterfaceClass::Other)
    .unwrap_or_default()
}
