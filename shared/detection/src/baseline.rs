//! What is usual: external egress per five-minute bucket, by season, with an age.
//!
//! A finished hour of an entity ([`Pending`]) is merged into three stores, each an item of its own: the [`Slot`] of
//! the week that it falls into, the entity at all hours, and now and then its [`Peers`]. Once an hour they are read
//! and [`usual`] says what to judge by: the slot, the entity, its peers, or nothing but fixed floors.
//!
//! What an attacker can teach is bounded: see [`History::ceiling`].

mod history;
mod peers;
mod pending;
mod slot;
mod usual;

pub use history::History;
pub use peers::{Peers, peer_group};
pub use pending::Pending;
use serde::{Deserialize, Serialize};
pub use slot::Slot;
pub use usual::{Histories, Usual, usual};

/// Score from which a kernel's verdict makes its buckets no example to learn from (threats.md 2.2).
pub const ANOMALOUS: f32 = 0.5;

/// Hours of which it is known whether they were merged.
const REMEMBERED: i64 = 64;

/// One entity's history, in one slot or at all hours.
///
/// Merging the same finished hour again changes nothing; hours merge in any order to the same baseline, within the
/// last 64 hours and eight half-lives.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Baseline {
    history: History,
    /// Bit `i`: the hour `i` before the latest was merged.
    merged: u64,
}

/// What became of an hour.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Merged {
    /// It was learned.
    Now,
    /// It had been learned before; nothing changed.
    Before,
    /// It is too old to tell whether it had been; nothing changed.
    TooLate,
}

impl Baseline {
    /// Learns a finished hour, once.
    ///
    /// # Units
    /// `half_life` in ms.
    pub fn merge_hour(&mut self, pending: &Pending, half_life: i64) -> Merged {
        let hour = pending.hour();
        let latest = self.history.latest().unwrap_or(hour);
        let ahead = hour.saturating_sub(latest).max(0);
        let back = latest.saturating_sub(hour).max(0);
        if back >= REMEMBERED {
            return Merged::TooLate;
        }
        let merged = shifted(self.merged, ahead);
        let bit = 1_u64 << back;
        if merged & bit != 0 {
            return Merged::Before;
        }
        self.merged = merged | bit;
        self.history.learn(hour, pending.samples(), half_life);
        Merged::Now
    }

    /// Adds a history of other hours, as a backfill gathers them apart.
    ///
    /// # Units
    /// `half_life` in ms.
    pub fn merge(&mut self, other: &Self, half_life: i64) {
        let (mine, theirs) = (self.history.latest(), other.history.latest());
        let latest = mine.max(theirs);
        let aligned = |merged, own: Option<i64>| match (latest, own) {
            (Some(latest), Some(own)) => shifted(merged, latest.saturating_sub(own)),
            _ => merged,
        };
        self.merged = aligned(self.merged, mine) | aligned(other.merged, theirs);
        self.history.merge(&other.history, half_life);
    }

    /// Adds the history of a time before its own, as a backfill gathers it; whether it did.
    ///
    /// A history that reaches into its own hours is left out, since it may be in there: adding one twice is adding it
    /// once.
    ///
    /// # Units
    /// `half_life` in ms.
    pub fn merge_earlier(&mut self, earlier: &Self, half_life: i64) -> bool {
        let earlier_than = self.history.is_later_than(&earlier.history);
        if earlier_than {
            self.merge(earlier, half_life);
        }
        earlier_than
    }

    /// What it has learned.
    #[must_use]
    pub const fn history(&self) -> &History {
        &self.history
    }
}

fn shifted(merged: u64, hours: i64) -> u64 {
    u32::try_from(hours).ok().and_then(|hours| merged.checked_shl(hours)).unwrap_or(0)
}

#[cfg(test)]
mod tests;
