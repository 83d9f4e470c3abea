//! Whose external egress a record is.
//!
//! The rules are those of the detection's collector, without what only detecting needs; a test holds
//! the two together.

use std::net::IpAddr;

use foldhash::{HashMap, HashSet};
use weir_detection::settings::Settings;
use weir_intel::Intel;
use weir_intel::inventory::InterfaceClass;
use weir_intel::special::is_private;
use weir_records::{Action, Direction, Flow};

/// Addresses remembered of one interface.
const OWN: usize = 16;

/// Tells whose a record is, and whether it is external egress.
pub(super) struct Egress<'a> {
    settings: &'a Settings,
    intel: &'a Intel,
    interfaces: Vec<Interface>,
    entities: Vec<Entity>,
    by_interface: HashMap<String, u32>,
    by_entity: HashMap<String, u32>,
    /// Addresses whose own interface writes logs: what a NAT gateway says of them would count twice.
    logged: HashSet<IpAddr>,
    /// The last interface: records come in runs of one interface.
    last: (String, u32),
}

/// What a record adds to an entity.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Share {
    pub(super) entity: u32,
    /// 0 for a record that is no external egress: the entity lives, and is silent.
    pub(super) bytes: u64,
}

struct Interface {
    entity: u32,
    own: Vec<IpAddr>,
    /// Traffic passes through: it belongs to others.
    intermediate: bool,
}

struct Entity {
    name: String,
    intermediate: bool,
    /// Known from a NAT gateway's log alone.
    behind: Option<IpAddr>,
}

impl<'a> Egress<'a> {
    pub(super) fn new(settings: &'a Settings, intel: &'a Intel) -> Self {
        Self {
            settings,
            intel,
            interfaces: Vec::new(),
            entities: Vec::new(),
            by_interface: HashMap::default(),
            by_entity: HashMap::default(),
            logged: HashSet::default(),
            last: (String::new(), u32::MAX),
        }
    }

    /// The share of a record; `None` for one that only passes through.
    pub(super) fn share(&mut self, flow: &Flow<'_>) -> Option<Share> {
        let index = self.interface(flow);
        let interface = self.interfaces.get_mut(index as usize)?;
        if flow.instance.is_none() && !interface.intermediate && is_translated(flow) {
            interface.intermediate = true;
            if let Some(entity) = self.entities.get_mut(interface.entity as usize) {
                entity.intermediate = true;
            }
        }
        let (entity, egress) = if interface.intermediate {
            self.behind(flow)?
        } else {
            let egress = match flow.direction {
                Some(direction) => direction == Direction::Egress,
                None => interface.guess_egress(flow),
            };
            let local = if egress { flow.src } else { flow.dst };
            if interface.own.len() < OWN && !interface.own.contains(&local) {
                interface.own.push(local);
                self.logged.insert(local);
            }
            (interface.entity, egress)
        };
        let counts = egress && flow.action != Some(Action::Reject) && self.leaves(flow);
        Some(Share { entity, bytes: if counts { flow.bytes.unwrap_or(0) } else { 0 } })
    }

    /// The entity's name; `None` where its traffic is counted at another interface.
    pub(super) fn name(&self, entity: u32) -> Option<&str> {
        let entity = self.entities.get(entity as usize)?;
        let elsewhere =
            entity.intermediate || entity.behind.is_some_and(|address| self.logged.contains(&address));
        (!elsewhere).then_some(entity.name.as_str())
    }

    fn leaves(&self, flow: &Flow<'_>) -> bool {
        let remote = flow.pkt_dst.unwrap_or(flow.dst);
        self.intel.is_external(remote, flow.dst_service, &self.settings.networks.own)
    }

    /// A record that a NAT gateway wrote about an address behind it.
    fn behind(&mut self, flow: &Flow<'_>) -> Option<(u32, bool)> {
        let (address, egress) = match (flow.pkt_src, flow.pkt_dst) {
            (_, Some(remote)) if remote != flow.dst && is_private(flow.src) => (flow.src, true),
            (Some(remote), _) if remote != flow.src && is_private(flow.dst) => (flow.dst, false),
            _ => return None,
        };
        if self.logged.contains(&address) {
            return None;
        }
        let name = format!("{address}@{}", flow.interface.unwrap_or("-"));
        Some((self.entity(name, Some(address)), egress))
    }

    fn interface(&mut self, flow: &Flow<'_>) -> u32 {
        let name = flow.interface.or(flow.instance).unwrap_or("-");
        if self.last.0 == name {
            return self.last.1;
        }
        let index = match self.by_interface.get(name) {
            Some(index) => *index,
            None => {
                let index = self.interfaces.len() as u32;
                let entity = self.entity(flow.instance.unwrap_or(name).to_owned(), None);
                let intermediate = passes_through(flow, self.intel, name);
                self.interfaces.push(Interface { entity, own: Vec::new(), intermediate });
                self.by_interface.insert(name.to_owned(), index);
                index
            }
        };
        self.last.0.clear();
        self.last.0.push_str(name);
        self.last.1 = index;
        index
    }

    fn entity(&mut self, name: String, behind: Option<IpAddr>) -> u32 {
        if let Some(entity) = self.by_entity.get(&name) {
            return *entity;
        }
        let entity = self.entities.len() as u32;
        self.by_entity.insert(name.clone(), entity);
        self.entities.push(Entity { name, intermediate: false, behind });
        entity
    }
}

impl Interface {
    /// Without `flow-direction`: the address that every record shares is the interface's.
    fn guess_egress(&self, flow: &Flow<'_>) -> bool {
        if self.own.contains(&flow.src) {
            return true;
        }
        if self.own.contains(&flow.dst) {
            return false;
        }
        is_private(flow.src) || !is_private(flow.dst)
    }
}

/// Whether the packet's own outside address differs from the one on the interface.
fn is_translated(flow: &Flow<'_>) -> bool {
    flow.pkt_dst.is_some_and(|address| address != flow.dst && !is_private(address))
        || flow.pkt_src.is_some_and(|address| address != flow.src && !is_private(address))
}

/// Interfaces whose traffic is counted where it starts: NAT, load balancers, endpoints, transit gateways.
fn passes_through(flow: &Flow<'_>, intel: &Intel, interface: &str) -> bool {
    matches!(
        intel.inventory.classify(interface, flow.interface_type),
        Some(
            InterfaceClass::Nat
                | InterfaceClass::LoadBalancer
                | InterfaceClass::Endpoint
                | InterfaceClass::TransitGateway
                | InterfaceClass::Firewall
        )
    )
}

#[cfg(test)]
mod tests;
