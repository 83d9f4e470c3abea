//! Baselines in items of their own: written once an hour, read once an hour.

use std::collections::HashMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use weir_detection::baseline::{Baseline, Histories, Peers, Slot, Usual, peer_group, usual};
use weir_detection::entity::EntityKey;
use weir_detection::state::{EntityState, HOUR};

use super::layout::{decode, encode};
use super::{ATTEMPTS, EngineError, Run, failed, partition};
use crate::store::{Key, Saved, Store, Stored};

/// An entity's baselines and those of its peers.
pub(super) struct Baselines<'a, S> {
    pub(super) store: &'a S,
    pub(super) entity: &'a EntityKey,
    pub(super) run: &'a Run<'a>,
}

impl<S: Store> Baselines<'_, S> {
    /// What is usual in these hours since the epoch.
    pub(super) async fn usual(
        &self,
        state: &EntityState,
        hours: &[i64],
    ) -> Result<HashMap<i64, Usual>, EngineError> {
        let mut known = HashMap::new();
        for &hour in hours {
            let now = hour.saturating_mul(HOUR);
            let keys = [
                entity_key(self.entity),
                slot_key(self.entity, Slot::of(now, self.run.settings)),
                peers_key(&self.peer_group(state)),
            ];
            let loaded = self.store.load(&keys).await.map_err(|source| failed(self.entity, source))?;
            let [own, slot, peers] = <[Option<Stored>; 3]>::try_from(loaded).unwrap_or_default();
            let (own, slot) = (self.read::<Baseline>(own.as_ref())?, self.read::<Baseline>(slot.as_ref())?);
            let peers = self.read::<Peers>(peers.as_ref())?;
            let histories = Histories { slot: slot.as_ref(), entity: own.as_ref(), peers: peers.as_ref() };
            known.insert(hour, usual(&histories, state.first_seen, now, self.run.settings));
        }
        Ok(known)
    }

    /// Learns the hours that the stored document calls finished; learning one twice changes nothing.
    pub(super) async fn learn(&self, state: &EntityState) -> Result<(), EngineError> {
        let half_life = self.run.settings.baseline.half_life;
        for pending in state.season.finished() {
            let slot = Slot::of(pending.start(), self.run.settings);
            for key in [entity_key(self.entity), slot_key(self.entity, slot)] {
                self.change::<Baseline>(&key, |baseline| {
                    baseline.merge_hour(pending, half_life);
                })
                .await?;
            }
            let learning = state.season.usual_of(pending.start()).facts.state;
            if Peers::wants(self.entity.hash64(), pending, learning) {
                let key = peers_key(&self.peer_group(state));
                let entity = self.entity.hash64();
                self.change::<Peers>(&key, |peers| {
                    peers.merge_hour(entity, pending, half_life);
                })
                .await?;
            }
        }
        Ok(())
    }

    fn peer_group(&self, state: &EntityState) -> String {
        let instance = state.info.known_instance(&self.run.intel.inventory);
        peer_group(self.entity, &state.info, instance)
    }

    /// Reads, changes and writes an item; one that the change leaves as it was is not written.
    async fn change<T>(&self, key: &Key, change: impl Fn(&mut T)) -> Result<(), EngineError>
    where
        T: Clone + Default + PartialEq + Serialize + DeserializeOwned,
    {
        for _ in 0..ATTEMPTS {
            let loaded = self.store.load(std::slice::from_ref(key)).await;
            let stored = loaded.map_err(|source| failed(self.entity, source))?.into_iter().next().flatten();
            let before = self.read::<T>(stored.as_ref())?;
            let mut after = before.clone().unwrap_or_default();
            change(&mut after);
            if before.as_ref() == Some(&after) {
                return Ok(());
            }
            let body = encode(&after).map_err(|source| self.unreadable(source))?;
            let version = stored.map(|stored| stored.version);
            let saved = self.store.save(key, &body, version, None).await;
            if saved.map_err(|source| failed(self.entity, source))? != Saved::Lost {
                return Ok(());
            }
        }
        Err(EngineError::Contended { entity: key.partition.clone() })
    }

    fn read<T: DeserializeOwned>(&self, stored: Option<&Stored>) -> Result<Option<T>, EngineError> {
        stored.map(|stored| decode(&stored.body)).transpose().map_err(|source| self.unreadable(source))
    }

    fn unreadable(&self, source: postcard::Error) -> EngineError {
        EngineError::Document { what: "baseline", entity: self.entity.id.clone(), source }
    }
}

/// Where an entity's baseline of all hours is.
pub(crate) fn entity_key(entity: &EntityKey) -> Key {
    Key { partition: partition(entity), sort: "baseline".to_owned() }
}

/// Where its baseline of one slot of the week is.
pub(crate) fn slot_key(entity: &EntityKey, slot: Slot) -> Key {
    Key { partition: partition(entity), sort: format!("baseline/{:02}", slot.index()) }
}

/// Where the baseline of a peer group is.
pub(crate) fn peers_key(group: &str) -> Key {
    Key { partition: format!("{group}/peers"), sort: "baseline".to_owned() }
}
