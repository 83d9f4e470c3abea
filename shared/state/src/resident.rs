//! Documents decoded and in memory, for one process that owns its state: a replay, a backtest.
//!
//! The same steps as the [engine](crate::engine) takes, without the races: what an entity needs is read from
//! the file when it is first met and written when the run is over.

mod shelf;

use std::collections::HashMap;

use weir_detection::Finding;
use weir_detection::baseline::{Baseline, Histories, Peers, Pending, Slot, Usual, peer_group, usual};
use weir_detection::entity::EntityKey;
use weir_detection::observation::Observations;
use weir_detection::prevalence::{Prevalence, shard_of};
use weir_detection::settings::Settings;
use weir_detection::state::{EntityState, HOUR};
use weir_detection::step::{Around, admit, asked, step};
use weir_intel::Intel;

use crate::embedded::EmbeddedStore;
use crate::engine::account::shard_key;
use crate::engine::baselines::{entity_key, peers_key, slot_key};
use crate::engine::document::Document;
use crate::engine::{EngineError, state_key};
use shelf::Shelf;

/// All documents of one run.
#[derive(Debug, Default)]
pub struct Resident {
    file: Option<EmbeddedStore>,
    entities: HashMap<EntityKey, Document>,
    prevalence: Shelf<Prevalence>,
    baselines: Shelf<Baseline>,
    peers: Shelf<Peers>,
}

/// What came of a batch for one entity.
#[derive(Debug, Default)]
pub struct Stepped {
    /// What is to be reported, for the record or loudly.
    pub findings: Vec<Finding>,
    /// Buckets judged.
    pub windows: u64,
    /// Buckets of the batch that had been judged before.
    pub late: u64,
}

impl Resident {
    /// Documents that are kept in a file between runs.
    pub fn over(file: EmbeddedStore) -> Self {
        Self { file: Some(file), ..Self::default() }
    }

    /// Entities met in this run.
    pub fn entities(&self) -> usize {
        self.entities.len()
    }

    /// The state of an entity that was met in this run.
    pub fn state(&self, entity: &EntityKey) -> Option<&EntityState> {
        self.entities.get(entity).map(|document| &document.state)
    }

    /// Applies one entity's part of a batch.
    ///
    /// # Errors
    ///
    /// [`EngineError`] when the file cannot be read, or holds what this version does not understand.
    pub fn apply(
        &mut self,
        observed: &Observations,
        settings: &Settings,
        intel: &Intel,
    ) -> Result<Stepped, EngineError> {
        let key = &observed.key;
        let file = self.file.as_ref();
        if !self.entities.contains_key(key) {
            self.entities.insert(key.clone(), shelf::document(file, key)?);
        }
        let Some(document) = self.entities.get_mut(key) else { return Ok(Stepped::default()) };
        let state = &mut document.state;
        // What an unknown entity asks for is no news, unless it is proxyware.
        if state.latest == 0 && state.lookups.is_none() && !observed.lookups.is_empty() && !observed.is_news()
        {
            self.entities.remove(key);
            return Ok(Stepped::default());
        }
        let late = admit(state, observed);
        let wanted = asked(state, settings);
        let entity = key.hash64();
        let mut users = HashMap::new();
        for destination in wanted.destinations {
            let shard = self.prevalence.get(file, key, shard_key(key, shard_of(destination)))?;
            users.insert(destination, shard.users(destination, entity));
        }
        let group = |state: &EntityState| {
            let instance = state.info.instance.as_deref().and_then(|id| intel.inventory.instance(id));
            peer_group(key, &state.info, instance)
        };
        let mut usuals: HashMap<i64, Usual> = HashMap::new();
        for hour in wanted.hours {
            let now = hour.saturating_mul(HOUR);
            self.baselines.get(file, key, entity_key(key))?;
            self.baselines.get(file, key, slot_key(key, Slot::of(now, settings)))?;
            let histories = Histories {
                entity: self.baselines.peek(&entity_key(key)),
                slot: self.baselines.peek(&slot_key(key, Slot::of(now, settings))),
                peers: Some(self.peers.get(file, key, peers_key(&group(state)))?),
            };
            usuals.insert(hour, usual(&histories, state.first_seen, now, settings));
        }
        let around = Around {
            users: &|destination| users.get(&destination).copied().unwrap_or_default(),
            usual: &|hour| usuals.get(&hour).copied().unwrap_or_default(),
            settings,
            intel,
        };
        let outcome = step(state, key, &around);
        for destination in outcome.notes {
            let shard = self.prevalence.change(file, key, shard_key(key, shard_of(destination)))?;
            shard.note(destination, entity);
        }
        let finished: Vec<Pending> = state.season.finished().to_vec();
        state.season.forget_finished();
        let group = group(state);
        for pending in finished {
            let half_life = settings.baseline.half_life;
            let slot = slot_key(key, Slot::of(pending.start(), settings));
            for item in [entity_key(key), slot] {
                self.baselines.change(file, key, item)?.merge_hour(&pending, half_life);
            }
            let learning = state.season.usual_of(pending.start()).facts.state;
            if Peers::wants(entity, &pending, learning) {
                self.peers.change(file, key, peers_key(&group))?.merge_hour(entity, &pending, half_life);
            }
        }
        Ok(Stepped { findings: outcome.findings, windows: outcome.windows, late })
    }

    /// Writes all that changed to the file, at once or not at all; nothing, where there is no file.
    ///
    /// # Errors
    ///
    /// [`EngineError`] when the file cannot be written; it is then as it was before.
    pub fn flush(&mut self) -> Result<(), EngineError> {
        let Some(file) = &self.file else { return Ok(()) };
        for (entity, document) in &mut self.entities {
            let unreadable = |source| shelf::unreadable(entity, source);
            let body = document.encode().map_err(unreadable)?;
            shelf::save(file, entity, &state_key(entity), &body)?;
        }
        self.prevalence.save(file)?;
        self.baselines.save(file)?;
        self.peers.save(file)?;
        file.flush().map(drop).map_err(|source| EngineError::Store { entity: "the run".to_owned(), source })
    }
}

#[cfg(test)]
mod tests;
