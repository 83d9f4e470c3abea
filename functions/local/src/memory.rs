//! The entities' documents of one run, in memory.

use weir_detection::entity::EntityKey;
use weir_detection::finding::Finding;
use weir_detection::observation::Observations;
use weir_detection::prevalence::{Prevalence, SHARDS, shard_of};
use weir_detection::settings::Settings;
use weir_detection::state::EntityState;
use weir_detection::step::{Around, admit, step};

/// The entities' documents.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) entities: foldhash::HashMap<EntityKey, EntityState>,
    prevalence: foldhash::HashMap<String, Vec<Prevalence>>,
    pub(crate) windows: u64,
}

impl Memory {
    pub(crate) fn apply(
        &mut self,
        batch: &[Observations],
        settings: &Settings,
        intel: &weir_intel::Intel,
        findings: &mut Vec<Finding>,
    ) {
        for observed in batch {
            let key = &observed.key;
            let state = self.entities.entry(key.clone()).or_default();
            let shards = self
                .prevalence
                .entry(key.account.clone())
                .or_insert_with(|| vec![Prevalence::default(); SHARDS as usize]);
            let entity = key.hash64();
            admit(state, observed);
            let popular = |destination: u64| {
                shards
                    .get(shard_of(destination) as usize)
                    .is_some_and(|shard| shard.is_popular(destination, entity))
            };
            let outcome = step(state, key, &Around { popular: &popular, settings, intel });
            self.windows += outcome.windows;
            findings.extend(outcome.findings);
            for destination in outcome.notes {
                if let Some(shard) = shards.get_mut(shard_of(destination) as usize) {
                    shard.note(destination, entity);
                }
            }
        }
    }
}
