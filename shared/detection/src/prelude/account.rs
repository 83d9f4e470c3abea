//! What is remembered of an account's calls: one document, bounded whatever the account does.

use serde::{Deserialize, Serialize};

use super::fleet::Print;
use super::principal::Principal;
use super::{Prelude, REMEMBERED};
use crate::entity::name_hash as hash;
use crate::state::{DAY, Incident};

/// Callers kept; those that gave no reason to suspect them make room first.
pub(super) const PRINCIPALS: usize = 128;

/// Regions and instance families kept.
pub(super) const REGIONS: usize = 40;
/// See [`REGIONS`].
pub(super) const FAMILIES: usize = 64;

/// Instances kept that were touched within a week.
const TOUCHED: usize = 256;

/// Ids of watched events kept, so that one that is delivered twice counts once.
const EVENTS: usize = 2_048;

/// Days without compute after which a region or a family is new again.
const UNUSED: i64 = 90 * DAY;

/// An account's calls so far.
///
/// # Shape
///
/// Region and family are known by hash and latest use; an instance by its id and its interfaces.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct AccountCalls {
    /// Event time of the first call.
    pub first: i64,
    pub(super) principals: Vec<Principal>,
    pub(super) touched: Vec<Touched>,
    pub(super) prints: Vec<Print>,
    pub(super) keys: Vec<(u64, u64, i64)>,
    pub(super) blinded: Vec<(u64, Incident)>,
    /// Who deployed Weir, first and last.
    pub(super) deployers: Vec<(u64, i64, i64)>,
    pub(super) events: Vec<u32>,
    pub(super) regions: Vec<(u64, i64, i64)>,
    pub(super) families: Vec<(u64, i64, i64)>,
    pub(super) stopped: Vec<(u64, i64)>,
}

/// An instance that somebody launched or touched.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(super) struct Touched {
    pub(super) principal: u64,
    pub(super) ids: Vec<String>,
    pub(super) prelude: Prelude,
}

impl AccountCalls {
    /// Whether enough was watched for novelty to mean something.
    pub(super) fn is_settled(&self, time: i64) -> bool {
        time - self.first >= DAY
    }

    /// Whether an event was seen before.
    pub(super) fn is_repeat(&mut self, id: &str) -> bool {
        let id = hash(id) as u32;
        if self.events.contains(&id) {
            return true;
        }
        if self.events.len() >= EVENTS {
            self.events.drain(..EVENTS / 4);
        }
        self.events.push(id);
        false
    }

    /// The place of a caller, who is made known if need be.
    pub(super) fn principal(&mut self, name: &str, time: i64) -> usize {
        let hash = hash(name);
        if let Some(at) = self.principals.iter().position(|have| have.hash == hash) {
            return at;
        }
        if self.principals.len() >= PRINCIPALS {
            let rank =
                |have: &Principal| (!have.evidence.is_empty() && time - have.last <= REMEMBERED, have.last);
            if let Some(at) = (0..self.principals.len()).min_by_key(|at| self.principals.get(*at).map(rank)) {
                self.principals.swap_remove(at);
            }
        }
        self.principals.push(Principal::new(hash, name, time));
        self.principals.len() - 1
    }

    /// Notes compute in a region; true where there was none for 90 days.
    pub(super) fn is_new_region(&mut self, region: &str, time: i64) -> bool {
        let settled = self.is_settled(time);
        unused(&mut self.regions, hash(region), time, REGIONS) && settled
    }

    /// Notes the use of an instance family; true where it was not used for 90 days.
    pub(super) fn is_new_family(&mut self, family: &str, time: i64) -> bool {
        let settled = self.is_settled(time);
        unused(&mut self.families, hash(family), time, FAMILIES) && settled
    }

    /// Notes that an instance was stopped.
    pub(super) fn stop(&mut self, instance: &str, time: i64) {
        let hash = hash(instance);
        self.stopped.retain(|(have, _)| *have != hash);
        if self.stopped.len() >= TOUCHED {
            self.stopped.remove(0);
        }
        self.stopped.push((hash, time));
    }

    /// When an instance was stopped that is now started.
    pub(super) fn start(&mut self, instance: &str) -> Option<i64> {
        let hash = hash(instance);
        let at = self.stopped.iter().position(|(have, _)| *have == hash)?;
        Some(self.stopped.swap_remove(at).1)
    }

    /// Notes that a caller gave out a key.
    pub(super) fn give_key(&mut self, key: &str, giver: u64, time: i64) {
        if self.keys.len() >= 64 {
            self.keys.remove(0);
        }
        self.keys.push((hash(key), giver, time));
    }

    /// Who gave out a key within the week.
    pub(super) fn giver_of(&self, key: &str, time: i64) -> Option<u64> {
        let key = hash(key);
        self.keys
            .iter()
            .rev()
            .find(|(have, _, at)| *have == key && time - at <= REMEMBERED)
            .map(|(_, giver, _)| *giver)
    }

    /// Notes an instance under a caller, whose it is from now on.
    pub(super) fn touch(&mut self, touched: Touched) {
        let id = touched.ids.first().cloned();
        let time = touched.prelude.touched;
        self.touched
            .retain(|have| time - have.prelude.touched <= REMEMBERED && have.ids.first() != id.as_ref());
        if self.touched.len() >= TOUCHED {
            self.touched.remove(0);
        }
        self.touched.push(touched);
    }

    /// Instances that a caller touched last, or who it was given its key by.
    pub(super) fn touched_by(
        &mut self,
        principal: u64,
        parent: Option<u64>,
        time: i64,
    ) -> impl Iterator<Item = &mut Touched> {
        self.touched.iter_mut().filter(move |have| {
            (have.principal == principal || Some(have.principal) == parent)
                && time - have.prelude.touched <= DAY
        })
    }
}

/// New for the day of its first use, so that a second launch of the same morning is as new as the first.
fn unused(list: &mut Vec<(u64, i64, i64)>, what: u64, time: i64, keep: usize) -> bool {
    if let Some((_, first, last)) = list.iter_mut().find(|(have, ..)| *have == what) {
        if time - *last > UNUSED {
            *first = time;
        }
        *last = (*last).max(time);
        return time - *first < DAY;
    }
    if list.len() >= keep {
        list.remove(0);
    }
    list.push((what, time, time));
    true
}
