//! What an account holds in a region: the entries of `describe-…`, each with the time at which it was described.
//!
//! Of two entries for one thing the later described one counts, whoever wrote it: so refreshes that meet can be put
//! together in any order and lose nothing.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::entries::{Attachment, Described, Instance, InstanceType, Interface};

/// How long what is gone is remembered: its last records come late. Milliseconds.
const KEPT: i64 = 86_400_000;

/// The inventory of one account and region.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ledger {
    /// When the last refresh that saw everything began, milliseconds since the epoch.
    pub(crate) complete: Option<i64>,
    instances: BTreeMap<String, Entry<Instance>>,
    interfaces: BTreeMap<String, Entry<Interface>>,
    types: BTreeMap<String, Entry<InstanceType>>,
}

/// A thing as it was at a time.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Entry<T> {
    /// When it was described, milliseconds since the epoch.
    #[serde(rename = "Seen")]
    seen: i64,
    /// It was not there then.
    #[serde(default, rename = "Gone", skip_serializing_if = "std::ops::Not::not")]
    gone: bool,
    #[serde(flatten)]
    is: T,
}

/// What was asked about, by id.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Ids {
    pub(crate) instances: BTreeSet<String>,
    pub(crate) interfaces: BTreeSet<String>,
}

impl Ids {
    pub(crate) fn is_empty(&self) -> bool {
        self.instances.is_empty() && self.interfaces.is_empty()
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.instances.extend(other.instances);
        self.interfaces.extend(other.interfaces);
    }
}

impl Ledger {
    /// Notes what a description that began at `seen` holds.
    pub(crate) fn note(&mut self, described: Described, seen: i64) {
        let is_gone = |instance: &Instance| instance.state.as_deref() == Some("terminated");
        for is in described.instances {
            put(&mut self.instances, is.id.clone(), Entry { seen, gone: is_gone(&is), is });
        }
        for is in described.interfaces {
            put(&mut self.interfaces, is.id.clone(), Entry { seen, gone: false, is });
        }
        for is in described.types {
            put(&mut self.types, is.name.clone(), Entry { seen, gone: false, is });
        }
    }

    /// Takes over what another ledger knows better.
    pub(crate) fn merge(&mut self, other: Self) {
        self.complete = self.complete.max(other.complete);
        other.instances.into_iter().for_each(|(id, entry)| put(&mut self.instances, id, entry));
        other.interfaces.into_iter().for_each(|(id, entry)| put(&mut self.interfaces, id, entry));
        other.types.into_iter().for_each(|(id, entry)| put(&mut self.types, id, entry));
    }

    /// Everything there was has been described since `began`: the rest is gone, and what was long gone is forgotten.
    pub(crate) fn close(&mut self, began: i64) {
        self.complete = self.complete.max(Some(began));
        lapse(&mut self.instances, began, |_| true);
        lapse(&mut self.interfaces, began, |_| true);
    }

    /// All there is of these has been described since `began`: what was not found is gone.
    pub(crate) fn close_only(&mut self, ids: &Ids, began: i64) {
        lapse(&mut self.instances, began, |instance| ids.instances.contains(&instance.id));
        lapse(&mut self.interfaces, began, |interface| {
            ids.interfaces.contains(&interface.id)
                || interface.instance().is_some_and(|id| ids.instances.contains(id))
        });
    }

    /// The interfaces that are, or last were, attached to these instances.
    pub(crate) fn interfaces_of(&self, instances: &BTreeSet<String>) -> impl Iterator<Item = &str> {
        let entries = self.interfaces.values().filter(|entry| !entry.gone);
        entries
            .filter(|entry| entry.is.instance().is_some_and(|id| instances.contains(id)))
            .map(|entry| entry.is.id.as_str())
    }

    /// Instance types in use of which nothing is known.
    pub(crate) fn unknown_types(&self) -> BTreeSet<String> {
        let used = self.instances.values().filter_map(|entry| entry.is.instance_type.as_ref());
        used.filter(|name| !self.types.contains_key(*name)).cloned().collect()
    }

    /// Instances and interfaces that are there.
    pub(crate) fn len(&self) -> usize {
        self.instances.values().filter(|entry| !entry.gone).count()
            + self.interfaces.values().filter(|entry| !entry.gone).count()
    }

    /// The file, in the shape that `aws ec2 describe-…` prints.
    pub(crate) fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(&Written {
            updated: self.complete.and_then(|time| Timestamp::from_millisecond(time).ok()),
            reservations: [Reservation { instances: self.instances.values().collect() }],
            network_interfaces: self.interfaces.values().collect(),
            instance_types: self.types.values().collect(),
        })
    }

    /// Reads such a file.
    pub(crate) fn from_json(json: &[u8]) -> serde_json::Result<Self> {
        let read: Read = serde_json::from_slice(json)?;
        let instances = read.reservations.into_iter().flat_map(|reservation| reservation.instances);
        let by = |entry: Entry<Instance>| (entry.is.id.clone(), entry);
        Ok(Self {
            complete: read.updated.map(Timestamp::as_millisecond),
            instances: instances.map(by).collect(),
            interfaces: read
                .network_interfaces
                .into_iter()
                .map(|entry| (entry.is.id.clone(), entry))
                .collect(),
            types: read.instance_types.into_iter().map(|entry| (entry.is.name.clone(), entry)).collect(),
        })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Written<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    updated: Option<Timestamp>,
    reservations: [Reservation<&'a Entry<Instance>>; 1],
    network_interfaces: Vec<&'a Entry<Interface>>,
    instance_types: Vec<&'a Entry<InstanceType>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Read {
    #[serde(default)]
    updated: Option<Timestamp>,
    reservations: Vec<Reservation<Entry<Instance>>>,
    network_interfaces: Vec<Entry<Interface>>,
    instance_types: Vec<Entry<InstanceType>>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Reservation<T> {
    instances: Vec<T>,
}

/// What an entry leaves behind when the thing is gone.
trait Leave {
    fn leave(&mut self);
}

impl Leave for Instance {
    fn leave(&mut self) {
        self.public = None;
    }
}

impl Leave for Interface {
    /// Its addresses are free for others.
    fn leave(&mut self) {
        self.private.clear();
        self.v6.clear();
        self.association = None;
    }
}

impl Interface {
    fn instance(&self) -> Option<&str> {
        self.attachment.as_ref().map(|Attachment { instance, .. }| instance.as_deref()).unwrap_or_default()
    }
}

fn put<T>(entries: &mut BTreeMap<String, Entry<T>>, id: String, new: Entry<T>) {
    match entries.entry(id) {
        std::collections::btree_map::Entry::Vacant(place) => {
            place.insert(new);
        }
        // Both orders of two that were described in one millisecond end the same: what is gone stays gone.
        std::collections::btree_map::Entry::Occupied(mut place) => {
            let have = place.get();
            if (new.seen, new.gone) > (have.seen, have.gone) {
                place.insert(new);
            }
        }
    }
}

fn lapse<T: Leave>(entries: &mut BTreeMap<String, Entry<T>>, began: i64, concerns: impl Fn(&T) -> bool) {
    entries.retain(|_, entry| {
        if entry.seen < began && concerns(&entry.is) {
            if entry.gone {
                return began - entry.seen < KEPT;
            }
            (entry.seen, entry.gone) = (began, true);
            entry.is.leave();
        }
        true
    });
}
