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
        let (principal, launched) = (own.principal, own.prelude.touched);
        let print =
            |ids: &[String]| self.prints.iter().find(|print| ids.iter().any(|id| hash(id) == print.instance));
        let Some(mine) = print(&own.ids) else { return Vec::new() };
        let is_twin = |ids: &[String]| {
            print(ids)
                .is_some_and(|other| other.gateways.iter().any(|gateway| mine.gateways.contains(gateway)))
        };
        let twins: Vec<bool> = self
            .touched
            .iter()
            .map(|have| {
                have.principal == principal
                    && have.prelude.launched
                    && (have.prelude.touched - launched).abs() <= DAY
                    && is_twin(&have.ids)
            })
            .collect();
        let count = twins.iter().filter(|is| **is).count() as u16;
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
