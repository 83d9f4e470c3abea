//! What is usual among entities of one kind, for those too young to have a usual of their own.

use serde::{Deserialize, Serialize};
use weir_intel::inventory::Instance;

use super::history::{ENOUGH, History};
use super::{Merged, Pending};
use crate::counter::{Counter, Filter};
use crate::entity::{EntityInfo, EntityKey, mix};
use crate::finding::Learning;

/// Entities that make a group.
const MEMBERS: u32 = 3;

/// Hours over which it is remembered who taught what.
const SPAN: i64 = 12;

/// Hours of a day.
const DAY_HOURS: i64 = 24;

/// The history of a peer group.
///
/// Each member teaches one hour a day, drawn by a hash, so that a group of a thousand costs forty writes an hour and
/// weighs its members alike. Only members past their warm-up teach: a fleet of new hosts that all do the same is a
/// suspicion and no usage.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Peers {
    history: History,
    members: Counter,
    /// Twelve-hour span and what was taught in it, latest first.
    taught: [(i64, Filter); 2],
}

impl Peers {
    /// Whether an entity teaches its peers this hour: once a day, and never while it learns itself.
    #[must_use]
    pub fn wants(entity: u64, pending: &Pending, state: Learning) -> bool {
        let hour = pending.hour();
        let day = hour.div_euclid(DAY_HOURS);
        let drawn = mix(entity ^ mix(day.unsigned_abs())) % DAY_HOURS.unsigned_abs();
        state != Learning::Learning && drawn == hour.rem_euclid(DAY_HOURS).unsigned_abs()
    }

    /// Learns a finished hour of an entity, once.
    ///
    /// Which hours were learned is kept in a small filter: one hour in ten of a group of hundreds may be taken for
    /// one that was learned before, and is then left out.
    ///
    /// # Units
    /// `entity` is [`EntityKey::hash64`]; `half_life` in ms.
    pub fn merge_hour(&mut self, entity: u64, pending: &Pending, half_life: i64) -> Merged {
        let span = pending.hour().div_euclid(SPAN);
        let [latest, before] = &mut self.taught;
        if span > latest.0 {
            let old = std::mem::take(latest);
            *before = if old.0 + 1 == span { old } else { (span - 1, Filter::default()) };
            latest.0 = span;
        }
        let Some((_, filter)) = self.taught.iter_mut().find(|(have, _)| *have == span) else {
            return Merged::TooLate;
        };
        let print = mix(entity ^ mix(pending.hour().unsigned_abs()));
        if filter.contains(print) {
            return Merged::Before;
        }
        filter.insert(print);
        self.members.insert(mix(entity));
        self.history.learn(pending.hour(), pending.samples(), half_life);
        Merged::Now
    }

    /// Adds what members taught in a time before its own, once; whether it did. See [`super::Baseline::merge_earlier`].
    ///
    /// # Units
    /// `half_life` in ms.
    pub fn merge_earlier(&mut self, earlier: &Self, half_life: i64) -> bool {
        let earlier_than = self.history.is_later_than(&earlier.history);
        if earlier_than {
            self.members.merge(&earlier.members);
            self.history.merge(&earlier.history, half_life);
        }
        earlier_than
    }

    /// What the members taught, once there are enough of both.
    #[must_use]
    pub fn history(&self) -> Option<&History> {
        (self.members.count() >= MEMBERS && self.history.has(ENOUGH)).then_some(&self.history)
    }
}

/// The name of an entity's peer group: its scaling group, else its launch template, else its VPC and instance family.
///
/// What is unknown reads `unknown`: entities without an inventory are then judged by their whole VPC, which is wide
/// and therefore slow to call anything unusual.
#[must_use]
pub fn peer_group(key: &EntityKey, info: &EntityInfo, instance: Option<&Instance>) -> String {
    let known = |text: Option<&str>| text.unwrap_or("unknown").to_owned();
    let region = known(info.region.as_deref());
    let kind = if let Some(group) = instance.and_then(|instance| instance.scaling_group.as_deref()) {
        format!("scaling/{group}")
    } else if let Some(template) = instance.and_then(|instance| instance.launch_template.as_deref()) {
        format!("template/{template}")
    } else {
        let family = known(instance.and_then(Instance::family));
        format!("vpc/{}/{family}", known(info.vpc.as_deref()))
    };
    format!("{}/{region}/{kind}", key.account)
}

#[cfg(test)]
mod tests;
