//! What a store has learned of an entity, for people to look at.

use weir_detection::baseline::{Baseline, Histories, Peers, Slot, Usual, peer_group, usual};
use weir_detection::entity::EntityKey;
use weir_detection::state::EntityState;

use super::baselines::{entity_key, peers_key, slot_key};
use super::teach::read;
use super::{Engine, EngineError, Run, failed, state_key};
use crate::store::{Store, Stored};

/// An entity and its baselines.
#[derive(Clone, Debug, PartialEq)]
pub struct Learned {
    /// Its document.
    pub state: EntityState,
    /// What is usual at the time that was asked for.
    pub usual: Usual,
    /// Its history at all hours.
    pub all_hours: Baseline,
    /// Its history by the slots of the week that have one.
    pub slots: Vec<(Slot, Baseline)>,
    /// Its peer group.
    pub group: String,
}

impl<S: Store> Engine<S> {
    /// What is known of an entity at `run.now`; `None` where it has no document.
    ///
    /// # Errors
    ///
    /// As for [`Engine::apply`].
    pub async fn learned(&self, entity: &EntityKey, run: &Run<'_>) -> Result<Option<Learned>, EngineError> {
        let keys: Vec<_> = [state_key(entity), entity_key(entity)]
            .into_iter()
            .chain(Slot::all().map(|slot| slot_key(entity, slot)))
            .collect();
        let loaded = self.store.load(&keys).await.map_err(|source| failed(entity, source))?;
        let mut loaded = loaded.into_iter();
        let Some(stored) = loaded.next().flatten() else { return Ok(None) };
        let (document, _) = self.document(entity, Some(stored))?;
        let state: EntityState = document.state;
        let baseline = |stored: Option<Stored>| read::<Baseline>(entity, "baseline", stored.as_ref());
        let all_hours = baseline(loaded.next().flatten())?;
        let mut slots = Vec::new();
        for (slot, stored) in Slot::all().zip(loaded) {
            slots.extend(baseline(stored)?.map(|baseline| (slot, baseline)));
        }
        let group = peer_group(entity, &state.info, state.info.known_instance(&run.intel.inventory));
        let loaded = self.store.load(&[peers_key(&group)]).await.map_err(|source| failed(entity, source))?;
        let peers: Option<Peers> = read(entity, "baseline", loaded.first().and_then(Option::as_ref))?;
        let now = Slot::of(run.now, run.settings);
        let histories = Histories {
            slot: slots.iter().find(|(slot, _)| *slot == now).map(|(_, baseline)| baseline),
            entity: all_hours.as_ref(),
            peers: peers.as_ref(),
        };
        let usual = usual(&histories, state.first_seen, run.now, run.settings);
        Ok(Some(Learned { usual, all_hours: all_hours.unwrap_or_default(), slots, group, state }))
    }
}
