//! Interfaces, instances and instance types as `aws ec2 describe-…` prints them.

mod class;
mod document;

use std::net::IpAddr;

pub use class::InterfaceClass;
use foldhash::HashMap;

/// One network interface.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Interface {
    /// `eni-…`.
    pub id: String,
    /// What it is for.
    pub class: InterfaceClass,
    /// `InterfaceType` as AWS names it.
    pub interface_type: Option<String>,
    /// Who made it, where that was a service or another account.
    pub requester: Option<String>,
    /// Whether a service manages it.
    pub managed: bool,
    /// Free text; AWS services say here what theirs are for.
    pub description: Option<String>,
    /// The instance that it is attached to.
    pub instance: Option<String>,
    /// Since when, in ms since the epoch.
    pub attached: Option<i64>,
    /// Private addresses of both versions, in the file's order.
    pub private: Vec<IpAddr>,
    /// Public IPv4 address.
    pub public: Option<IpAddr>,
    /// `vpc-…`.
    pub vpc: Option<String>,
    /// `subnet-…`.
    pub subnet: Option<String>,
    /// `key=value`, sorted.
    pub tags: Vec<String>,
}

/// One instance.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Instance {
    /// `i-…`.
    pub id: String,
    /// Instance type, `c5n.large`.
    pub instance_type: Option<String>,
    /// When it was last started, in ms since the epoch.
    pub launched: Option<i64>,
    /// `key=value`, sorted.
    pub tags: Vec<String>,
    /// Its auto scaling group.
    pub scaling_group: Option<String>,
    /// Its launch template, `lt-…`.
    pub launch_template: Option<String>,
    /// Its interfaces, sorted.
    pub interfaces: Vec<String>,
    /// Public IPv4 address.
    pub public: Option<IpAddr>,
}

impl Instance {
    /// The instance family: the type up to its dot.
    #[must_use]
    pub fn family(&self) -> Option<&str> {
        self.instance_type.as_deref()?.split('.').next()
    }
}

/// What an instance type can carry, all its network cards together.
///
/// # Units
/// Gbit/s.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bandwidth {
    /// What it may use all the time.
    pub baseline: f64,
    /// What it may use for a while.
    pub peak: f64,
}

/// Everything that inventory files said.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    interfaces: HashMap<String, Interface>,
    instances: HashMap<String, Instance>,
    types: HashMap<String, Bandwidth>,
    /// Private address to interfaces: two VPCs may use the same one.
    addresses: HashMap<IpAddr, Vec<String>>,
    /// When the oldest of the files that say so was up to date, in ms since the epoch.
    updated: Option<i64>,
}

impl Inventory {
    /// Adds one file; what a later file says of a thing replaces what an earlier one said, field by field.
    ///
    /// # Shape
    /// One or more JSON objects with any of `Reservations`, `NetworkInterfaces` and `InstanceTypes`; every field is
    /// optional and unknown ones are ignored.
    ///
    /// # Errors
    /// Text that is no JSON of that shape, with its line; nothing of it is then added.
    pub fn merge(&mut self, json: &[u8]) -> Result<(), serde_json::Error> {
        let files: Vec<document::File> =
            serde_json::Deserializer::from_slice(json).into_iter().collect::<Result<_, _>>()?;
        for file in files {
            file.add_to(self);
        }
        Ok(())
    }

    /// The class of an interface, where a file told it.
    #[must_use]
    pub fn interface_class(&self, id: &str) -> Option<InterfaceClass> {
        self.interfaces.get(id).map(|interface| interface.class)
    }

    /// The class of an interface by its record's `interface-type`, where that says more than that it is one, else
    /// by the files.
    #[must_use]
    pub fn classify(&self, id: &str, interface_type: Option<&str>) -> Option<InterfaceClass> {
        let named = interface_type.map(InterfaceClass::from_type);
        named.filter(|class| *class != InterfaceClass::Other).or_else(|| self.interface_class(id)).or(named)
    }

    /// An interface, where a file told it.
    #[must_use]
    pub fn interface(&self, id: &str) -> Option<&Interface> {
        self.interfaces.get(id)
    }

    /// The interface with a private address; where several VPCs use it, the one in `vpc`, or none.
    #[must_use]
    pub fn interface_at(&self, address: IpAddr, vpc: Option<&str>) -> Option<&Interface> {
        let ids = self.addresses.get(&address.to_canonical())?;
        let mut fitting = ids
            .iter()
            .filter_map(|id| self.interfaces.get(id))
            .filter(|interface| vpc.is_none() || interface.vpc.as_deref() == vpc);
        let first = fitting.next()?;
        fitting.next().is_none().then_some(first)
    }

    /// An instance, where a file told it.
    #[must_use]
    pub fn instance(&self, id: &str) -> Option<&Instance> {
        self.instances.get(id)
    }

    /// What an instance type can carry, where a file told it.
    #[must_use]
    pub fn bandwidth(&self, instance_type: &str) -> Option<Bandwidth> {
        self.types.get(instance_type).copied()
    }

    /// When the account was described, in ms since the epoch: of several files that say so (`Updated`), the oldest.
    #[must_use]
    pub const fn updated(&self) -> Option<i64> {
        self.updated
    }

    /// The instance that an interface was attached to at `time` (ms since the epoch), where the files tell: what was
    /// before its present attachment they do not.
    #[must_use]
    pub fn instance_on(&self, interface: &str, time: i64) -> Option<&str> {
        let interface = self.interfaces.get(interface)?;
        let since = interface.attached.unwrap_or(i64::MIN);
        interface.instance.as_deref().filter(|_| time >= since)
    }

    /// What traffic may be counted of: the ids of instances, and of the interfaces that are no instance's.
    pub fn entities(&self) -> impl Iterator<Item = &str> {
        let alone = self.interfaces.values().filter(|interface| interface.instance.is_none());
        self.instances.keys().chain(alone.map(|interface| &interface.id)).map(String::as_str)
    }

    /// Whether no file told anything of interfaces and instances.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.interfaces.is_empty() && self.instances.is_empty()
    }

    fn add_interface(&mut self, new: Interface) {
        for address in &new.private {
            let ids = self.addresses.entry(*address).or_default();
            if !ids.contains(&new.id) {
                ids.push(new.id.clone());
            }
        }
        if let Some(instance) = &new.instance {
            let owner = self.instance_mut(instance);
            if let Err(at) = owner.interfaces.binary_search(&new.id) {
                owner.interfaces.insert(at, new.id.clone());
            }
        }
        let known = self.interfaces.entry(new.id.clone()).or_default();
        known.id = new.id;
        replace(&mut known.interface_type, new.interface_type);
        replace(&mut known.requester, new.requester);
        replace(&mut known.description, new.description);
        if new.instance.is_some() {
            let same = known.instance == new.instance;
            known.attached = new.attached.or(known.attached.filter(|_| same));
            known.instance = new.instance;
        }
        replace(&mut known.public, new.public);
        replace(&mut known.vpc, new.vpc);
        replace(&mut known.subnet, new.subnet);
        known.managed |= new.managed;
        if !new.private.is_empty() {
            known.private = new.private;
        }
        if !new.tags.is_empty() {
            known.tags = new.tags;
        }
        known.class = class::of(known);
    }

    fn add_instance(&mut self, new: Instance) {
        let known = self.instance_mut(&new.id);
        replace(&mut known.instance_type, new.instance_type);
        replace(&mut known.launched, new.launched);
        replace(&mut known.scaling_group, new.scaling_group);
        replace(&mut known.launch_template, new.launch_template);
        replace(&mut known.public, new.public);
        if !new.tags.is_empty() {
            known.tags = new.tags;
        }
    }

    fn instance_mut(&mut self, id: &str) -> &mut Instance {
        self.instances
            .entry(id.to_owned())
            .or_insert_with(|| Instance { id: id.to_owned(), ..Instance::default() })
    }
}

fn replace<T>(known: &mut Option<T>, new: Option<T>) {
    if new.is_some() {
        *known = new;
    }
}

#[cfg(test)]
mod tests;
