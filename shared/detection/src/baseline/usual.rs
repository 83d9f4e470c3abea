//! Whose history to judge by.

use serde::{Deserialize, Serialize};

use super::history::{ENOUGH, History};
use super::{Baseline, Peers};
use crate::finding::{BaselineFacts, BaselineLevel, Learning};
use crate::settings::Settings;
use crate::state::DAY;

/// Samples from which the 99th percentile means something (threats.md 2.2).
const ENOUGH_FOR_P99: u32 = 300;

/// Buckets of an hour.
const AN_HOUR: u64 = 12;

/// The histories that bear on an entity in one hour; those that do not exist are `None`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Histories<'a> {
    /// The entity in this slot of the week.
    pub slot: Option<&'a Baseline>,
    /// The entity at all hours.
    pub entity: Option<&'a Baseline>,
    /// Its peer group.
    pub peers: Option<&'a Peers>,
}

/// What is usual for an entity in one hour; read once an hour and kept in its document.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Usual {
    /// State, level and percentiles; nothing observed yet.
    pub facts: BaselineFacts,
    /// 99th percentile of the entity at all hours, at least `p99`: what it is seen to do at some hour.
    pub peak: u64,
    /// 75th percentile of the entity at all hours, however young it is; 0 where too little was seen.
    pub upper: u64,
    /// The most that a bucket of this hour may be learned as.
    pub ceiling: Option<u64>,
}

impl Usual {
    /// The facts with what was seen: the mean bytes of the last 12 buckets.
    #[must_use]
    pub const fn observing(self, mean: u64) -> BaselineFacts {
        BaselineFacts { observed: mean, ..self.facts }
    }

    /// Whether there is a history to judge by.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.facts.level != BaselineLevel::Absolute
    }
}

/// What is usual for an entity in the hour of `now`.
///
/// The ladder: its own slot, itself at all hours, its peers, nothing. Its own history counts from the warm-up on
/// (state provisional), the slot from 60 samples (300 where the threshold is the 99th percentile): five working days.
/// Until a slot has them, the higher of slot and all hours is usual, so that three nights of backups are usual at
/// night although they are rare in the day.
///
/// # Units
/// `first_seen` and `now` in ms since the epoch.
#[must_use]
pub fn usual(histories: &Histories<'_>, first_seen: i64, now: i64, settings: &Settings) -> Usual {
    let age = now.saturating_sub(first_seen).max(0);
    let slot = histories.slot.map(Baseline::history);
    let own = histories.entity.map(Baseline::history).filter(|own| own.has(ENOUGH));
    let state = state(own, age, settings);
    let facts = |level, percentiles: Percentiles| BaselineFacts {
        state,
        level,
        samples: percentiles.samples,
        age_days: age as f32 / DAY as f32,
        p50: percentiles.p50,
        p90: percentiles.p90,
        p95: percentiles.p95,
        p99: percentiles.p99,
        observed: 0,
    };
    let (facts, peak) = match own.filter(|_| state != Learning::Learning) {
        Some(own) => {
            let all_hours = Percentiles::of(own);
            let (level, chosen) = match slot {
                Some(slot) if slot.has(enough(settings)) => (BaselineLevel::Slot, Percentiles::of(slot)),
                Some(slot) => (BaselineLevel::Entity, all_hours.or_higher(Percentiles::of(slot))),
                None => (BaselineLevel::Entity, all_hours),
            };
            (facts(level, chosen), all_hours.p99.max(chosen.p99))
        }
        None => match histories.peers.and_then(Peers::history) {
            Some(peers) => {
                let peers = Percentiles::of(peers);
                (facts(BaselineLevel::Group, peers), peers.p99)
            }
            None => (facts(BaselineLevel::Absolute, Percentiles::default()), 0),
        },
    };
    let upper = own.map_or(0, |own| own.whole().percentile(75));
    Usual { facts, peak, upper, ceiling: ceiling(slot, own, state, settings) }
}

fn state(own: Option<&History>, age: i64, settings: &Settings) -> Learning {
    match own {
        Some(own) if age >= settings.baseline.mature && own.learned() >= ENOUGH_FOR_P99 => Learning::Mature,
        Some(_) if age >= settings.baseline.warm_up => Learning::Provisional,
        _ => Learning::Learning,
    }
}

const fn enough(settings: &Settings) -> u32 {
    if settings.an0084.traffic_egress_threshold.percentile >= 99 { ENOUGH_FOR_P99 } else { ENOUGH }
}

/// What an hour adds to at most the floor of the volume kernel is never a finding, and may be learned as it is.
fn ceiling(
    slot: Option<&History>,
    own: Option<&History>,
    state: Learning,
    settings: &Settings,
) -> Option<u64> {
    if state == Learning::Learning {
        return None;
    }
    let learned = slot.and_then(History::ceiling).or_else(|| own.and_then(History::ceiling))?;
    Some(learned.max(settings.an0084.traffic_egress_threshold.min_bytes / AN_HOUR))
}

#[derive(Clone, Copy, Default)]
struct Percentiles {
    samples: u32,
    p50: u64,
    p90: u64,
    p95: u64,
    p99: u64,
}

impl Percentiles {
    fn of(history: &History) -> Self {
        let sketch = history.whole();
        let [p50, p90, p95, p99] = [50, 90, 95, 99].map(|percent| sketch.percentile(percent));
        Self { samples: sketch.samples(), p50, p90, p95, p99 }
    }

    fn or_higher(self, other: Self) -> Self {
        Self {
            samples: self.samples,
            p50: self.p50.max(other.p50),
            p90: self.p90.max(other.p90),
            p95: self.p95.max(other.p95),
            p99: self.p99.max(other.p99),
        }
    }
}

#[cfg(test)]
mod tests;
