//! Fleet twins: instances of one launch campaign that push to the same gateways.

use serde::{Deserialize, Serialize};

use super::account::AccountCalls;
use super::{REMEMBERED, Update};
use crate::entity::name_hash as hash;
use crate::kernels::instance::Context;
use crate::state::DAY;

/// Instances that make a fleet (threats.md 6.5).
const FLEET: u16 = 3;

/// What a fleet adds: context that counts as a group of its own.
const WEIGHT: f64 = 0.4;

/// Gateways of one instance.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(super) struct Print {
    instance: u64,
    gateways: Vec<u64>,
    time: i64,
}

/// What twins add to a prelude.
pub(super) fn context(twins: u16) -> Option<Context> {
    (twins >= FLEET).then(|| Context {
        weight: WEIGHT,
        fact: format!("{twins} instances that one principal launched within a day push to the same gateway"),
    })
}

impl AccountCalls {
    /// Notes the gateways (address hashes) that a relaying instance pushes to; returns the preludes that this changes.
    pub fn note_gateways(&mut self, instance: &str, gateways: &[u64], time: i64) -> Vec<Update> {
        let own = hash(instance);
        self.prints.retain(|print| print.instance != own && time - print.time <= REMEMBERED);
        if self.prints.len() >= 256 {
            self.prints.remove(0);
        }
        let gateways = gateways.iter().take(8).copied().collect();
        self.prints.push(Print { instance: own, gateways, time });
        self.count_twins(instance)
    }

    fn count_twins(&mut self, instance: &str) -> Vec<Update> {
        let Some(own) = self.touched.iter().find(|have| have.ids.iter().any(|id| id == instance)) else {
            return Vec::new();
        };
        let (principal, Some(launched)) = (own.principal, own.prelude.launched) else { return Vec::new() };
        let print =
            |ids: &[String]| self.prints.iter().find(|print| ids.iter().any(|id| hash(id) == print.instance));
        let Some(mine) = print(&own.ids) else { return Vec::new() };
        let is_twin = |ids: &[String]| {
            print(ids)
                .is_some_and(|other| other.gateways.iter().any(|gateway| mine.gateways.contains(gateway)))
        };
        let launches: Vec<Option<i64>> = self
            .touched
            .iter()
            .map(|have| have.prelude.launched.filter(|_| have.principal == principal && is_twin(&have.ids)))
            .collect();
        // The day, this launch in it, that holds most of them.
        let of_day = |from: i64| move |time: &i64| (from..=from + DAY).contains(time);
        let days = launches.iter().flatten().copied().filter(|from| of_day(*from)(&launched));
        let holds = |from: &i64| launches.iter().flatten().filter(|time| of_day(*from)(time)).count();
        let Some(day) = days.max_by_key(holds) else { return Vec::new() };
        let count = holds(&day) as u16;
        let twins =
            launches.iter().map(|time| time.is_some_and(|time| of_day(day)(&time))).collect::<Vec<_>>();
        let mut updates = Vec::new();
        for (have, is_twin) in self.touched.iter_mut().zip(twins) {
            if is_twin && count >= FLEET && have.prelude.twins != count {
                have.prelude.twins = count;
                updates.push(Update { ids: have.ids.clone(), prelude: have.prelude.clone() });
            }
        }
        updates
    }
}
