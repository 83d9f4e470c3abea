//! The engine over the memory store, with traffic of a scanner and of a quiet host.

mod calls;
mod delivery;
mod ends;
mod faults;
mod hosts;
mod names;
mod poison;
mod teach;
pub(crate) mod traffic;

use weir_detection::entity::EntityKey;
use weir_detection::observation::Observations;
use weir_detection::settings::Settings;
use weir_intel::Intel;

use super::document::Document;
use super::{Applied, Engine, EngineError, Run};
use crate::memory::MemoryStore;
use crate::store::Store;
use traffic::ENTITY;

/// A wall clock for tests, and how long a delivery lives.
pub(crate) const NOW: i64 = 1_800_000_000_000;
const LIFE: i64 = 10_000;

/// An engine with settings and intelligence of its own.
pub(crate) struct Bench<S> {
    engine: Engine<S>,
    settings: Settings,
    intel: Intel,
}

impl Bench<MemoryStore> {
    pub(crate) fn new() -> Self {
        Self::over(MemoryStore::new())
    }
}

impl<S: Store> Bench<S> {
    fn over(store: S) -> Self {
        Self { engine: Engine::new(store), settings: Settings::default(), intel: Intel::default() }
    }

    pub(crate) fn apply(
        &self,
        batch: u64,
        observed: &Observations,
        now: i64,
    ) -> Result<Applied, EngineError> {
        let run = Run { batch, settings: &self.settings, intel: &self.intel, now, deadline: now + LIFE };
        crate::finish_now(self.engine.apply(observed, &run)).unwrap()
    }

    pub(crate) const fn engine(&self) -> &Engine<S> {
        &self.engine
    }

    fn confirm(&self, applied: &Applied) {
        let sent: Vec<u64> = applied.alerts.iter().map(|alert| alert.id).collect();
        crate::finish_now(self.engine.confirm(&key(), &sent, NOW)).unwrap().unwrap();
    }

    pub(crate) fn document(&self) -> Document {
        crate::finish_now(self.engine.read(&key())).unwrap().unwrap().0
    }
}

pub(crate) fn key() -> EntityKey {
    EntityKey { account: "123456789012".to_owned(), id: ENTITY.to_owned() }
}
