//! Values of one kind by their keys, read on demand and written when they changed.

use foldhash::fast::RandomState;
use hashbrown::HashMap;
use serde::Serialize;
use serde::de::DeserializeOwned;
use weir_detection::entity::EntityKey;

use crate::embedded::EmbeddedStore;
use crate::engine::document::{Document, Remembered};
use crate::engine::layout::{decode, encode};
use crate::engine::{EngineError, state_key};
use crate::store::{Key, Saved, Store, StoreError, Stored};

/// Values in memory; an absent one is its default.
#[derive(Debug)]
pub(super) struct Shelf<T> {
    held: HashMap<Key, Held<T>, RandomState>,
}

#[derive(Debug)]
struct Held<T> {
    value: T,
    owner: EntityKey,
    changed: bool,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { held: HashMap::default() }
    }
}

impl<T: Default + Serialize + DeserializeOwned> Shelf<T> {
    /// Whether none was asked for yet.
    pub(super) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// A value, for reading.
    pub(super) fn get(
        &mut self,
        file: Option<&EmbeddedStore>,
        owner: &EntityKey,
        key: &Key,
    ) -> Result<&T, EngineError> {
        Ok(&self.held(file, owner, key)?.value)
    }

    /// A value that was read before.
    pub(super) fn peek(&self, key: &Key) -> Option<&T> {
        self.held.get(key).map(|held| &held.value)
    }

    /// A value, for changing.
    pub(super) fn change(
        &mut self,
        file: Option<&EmbeddedStore>,
        owner: &EntityKey,
        key: &Key,
    ) -> Result<&mut T, EngineError> {
        let held = self.held(file, owner, key)?;
        held.changed = true;
        Ok(&mut held.value)
    }

    /// Writes what changed.
    pub(super) fn save(&mut self, file: &EmbeddedStore) -> Result<(), EngineError> {
        for (key, held) in self.held.iter_mut().filter(|(_, held)| held.changed) {
            let body = encode(&held.value).map_err(|source| unreadable(&held.owner, source))?;
            save(file, &held.owner, key, &body)?;
            held.changed = false;
        }
        Ok(())
    }

    fn held(
        &mut self,
        file: Option<&EmbeddedStore>,
        owner: &EntityKey,
        key: &Key,
    ) -> Result<&mut Held<T>, EngineError> {
        use hashbrown::hash_map::EntryRef;
        match self.held.entry_ref(key) {
            EntryRef::Occupied(held) => Ok(held.into_mut()),
            EntryRef::Vacant(place) => {
                let stored = load(file, owner, key)?;
                let value = match stored {
                    Some(stored) => decode(&stored.body).map_err(|source| unreadable(owner, source))?,
                    None => T::default(),
                };
                Ok(place.insert_entry(Held { value, owner: owner.clone(), changed: false }).into_mut())
            }
        }
    }
}

/// An entity's document from the file, or a new one.
pub(super) fn document<S: Remembered>(
    file: Option<&EmbeddedStore>,
    entity: &EntityKey,
) -> Result<Document<S>, EngineError>
where
    Document<S>: Default,
{
    match load(file, entity, &state_key(entity))? {
        Some(stored) => Document::decode(&stored.body).map_err(|source| unreadable(entity, source)),
        None => Ok(Document::default()),
    }
}

/// The same out of what is in memory, to be put back there.
pub(super) fn taken<S: Remembered>(
    memory: &mut foldhash::HashMap<EntityKey, Document<S>>,
    file: Option<&EmbeddedStore>,
    entity: &EntityKey,
) -> Result<Document<S>, EngineError>
where
    Document<S>: Default,
{
    memory.remove(entity).map_or_else(|| document(file, entity), Ok)
}

/// Replaces what the file holds: this process is its only writer.
pub(super) fn save(
    file: &EmbeddedStore,
    entity: &EntityKey,
    key: &Key,
    body: &[u8],
) -> Result<(), EngineError> {
    let version = load(Some(file), entity, key)?.map(|stored| stored.version);
    match now(file.save(key, body, version, None)).map_err(|source| failed(entity, source))? {
        Saved::Done(_) => Ok(()),
        Saved::Lost => Err(EngineError::Contended { entity: entity.id.clone() }),
    }
}

pub(super) fn unreadable(entity: &EntityKey, source: postcard::Error) -> EngineError {
    EngineError::Document { what: "state", entity: entity.id.clone(), source }
}

fn load(file: Option<&EmbeddedStore>, entity: &EntityKey, key: &Key) -> Result<Option<Stored>, EngineError> {
    let Some(file) = file else { return Ok(None) };
    let loaded = now(file.load(std::slice::from_ref(key))).map_err(|source| failed(entity, source))?;
    Ok(loaded.into_iter().next().flatten())
}

fn failed(entity: &EntityKey, source: StoreError) -> EngineError {
    EngineError::Store { entity: entity.id.clone(), source }
}

/// The embedded store never waits.
fn now<T>(future: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    crate::finish_now(future)
        .unwrap_or_else(|| Err(StoreError::Unavailable { source: "the embedded store waited".into() }))
}
