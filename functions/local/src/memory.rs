//! The entities' documents of one run, in memory.

use weir_detection::entity::EntityKey;
use weir_detection::finding::Finding;
use weir_detection::observation::{BUCKET, Observations};
use weir_detection::settings::Settings;
use weir_detection::shared::Shared;
use weir_detection::state::EntityState;
use weir_detection::step::step;

/// The entities' documents.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) entities: foldhash::HashMap<EntityKey, EntityState>,
    shared: foldhash::HashMap<String, Shared>,
    pub(crate) windows: u64,
}

impl Memory {
    pub(crate) fn apply(
        &mut self,
        bucket: &[Observations],
        settings: &Settings,
        intel: &weir_intel::Intel,
        findings: &mut Vec<Finding>,
    ) {
        for observed in bucket {
            self.windows += 1;
            let Some(start) = observed.complete_until.map(|until| until - BUCKET) else { continue };
            let state = self.entities.entry(observed.key.clone()).or_default();
            let shared = self.shared.entry(observed.key.account.clone()).or_default();
            findings.extend(step(state, observed, start, shared, settings, intel));
        }
    }
}
