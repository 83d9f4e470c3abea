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

    /// The states of all entities that were met in this run, in no order.
    pub fn states(&self) -> impl Iterator<Item = &EntityState> {
        self.entities.values().map(|document| &document.state)
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
        if !self.entities.contains_key(key) {
            let document = shelf::document(self.file.as_ref(), key)?;
            self.entities.insert(key.clone(), document);
        }
        let mut state =
            self.entities.get_mut(key).map(|it| std::mem::take(&mut it.state)).unwrap_or_default();
        let stepped = self.stepped(&mut state, observed, settings, intel);
        let kept = stepped.and_then(|(stepped, notes)| {
            self.keep(&mut state, key, &notes, settings, intel)?;
            Ok(stepped)
        });
        if let Some(document) = self.entities.get_mut(key) {
            document.state = state;
        }
        kept
    }

    /// What would be said if an entity in this state met these observations under these settings; nothing is kept.
    ///
    /// # Errors
    ///
    /// As [`apply`](Self::apply).
    pub fn probe(
        &mut self,
        state: &EntityState,
        observed: &Observations,
        settings: &Settings,
        intel: &Intel,
    ) -> Result<Vec<Finding>, EngineError> {
        let (stepped, _) = self.stepped(&mut state.clone(), observed, settings, intel)?;
        Ok(stepped.findings)
    }

    /// Steps a state; returns what came of it and what the account should know.
    fn stepped(
        &mut self,
        state: &mut EntityState,
        observed: &Observations,
        settings: &Settings,
        intel: &Intel,
    ) -> Result<(Stepped, Vec<u64>), EngineError> {
        let (key, file) = (&observed.key, self.file.as_ref());
        let late = admit(state, observed);
        let wanted = asked(state, settings);
        let entity = key.hash64();
        let mut users = HashMap::new();
        for destination in wanted.destinations {
            let shard = self.prevalence.get(file, key, shard_key(key, shard_of(destination)))?;
            users.insert(destination, shard.users(destination, entity));
        }
        let mut usuals: HashMap<i64, Usual> = HashMap::new();
        for hour in wanted.hours {
            let now = hour.saturating_mul(HOUR);
            self.baselines.get(file, key, entity_key(key))?;
            self.baselines.get(file, key, slot_key(key, Slot::of(now, settings)))?;
            let histories = Histories {
                entity: self.baselines.peek(&entity_key(key)),
                slot: self.baselines.peek(&slot_key(key, Slot::of(now, settings))),
                peers: Some(self.peers.get(file, key, peers_key(&group(state, key, intel)))?),
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
        Ok((Stepped { findings: outcome.findings, windows: outcome.windows, late }, outcome.notes))
    }

    /// Keeps what a step taught of destinations and of what is usual.
    fn keep(
        &mut self,
        state: &mut EntityState,
        key: &EntityKey,
        notes: &[u64],
        settings: &Settings,
        intel: &Intel,
    ) -> Result<(), EngineError> {
        let (file, entity) = (self.file.as_ref(), key.hash64());
        for &destination in notes {
            let shard = self.prevalence.change(file, key, shard_key(key, shard_of(destination)))?;
            shard.note(destination, entity);
        }
        let finished: Vec<Pending> = state.season.finished().to_vec();
        state.season.forget_finished();
        let group = group(state, key, intel);
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
        Ok(())
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

/// The peer group of an entity.
fn group(state: &EntityState, key: &EntityKey, intel: &Intel) -> String {
    let instance = state.info.instance.as_deref().and_then(|id| intel.inventory.instance(id));
    peer_group(key, &state.info, instance)
}

#[cfg(test)]
mod tests;
