//! Whose incidents somebody waits to hear the end of: an entity that fell silent has no batch that would end them.
//!
//! The engine keeps one item of them; a schedule goes through it by [`Engine::due`] and [`Engine::close`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use weir_detection::Finding;
use weir_detection::entity::EntityKey;
use weir_detection::host::{Beside, HostState};
use weir_detection::incident;
use weir_detection::observation::bucket_of;
use weir_detection::settings;
use weir_detection::state::EntityState;

use super::document::{Document, Remembered};
use super::hosts::is_host;
use super::layout::{decode, encode};
use super::{ATTEMPTS, Alert, Engine, EngineError, Read, Run, failed};
use crate::store::{Key, Saved, Store};

/// Entities remembered at most, so that noting one costs some twenty write units at most; one more is told of its end by
/// its own next batch alone.
const MOST: usize = 512;

/// Wall time after which what belongs to a bucket is on its way no more, beside the lateness, milliseconds.
const SETTLED: i64 = 3_600_000;

/// Entities with an incident that was told, and the time before which none of theirs ends, ms since the epoch.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Waiting {
    pub(crate) entities: BTreeMap<EntityKey, i64>,
}

impl Waiting {
    /// Whose it is, where it cannot be read.
    pub(crate) fn owner() -> EntityKey {
        EntityKey { account: "-".to_owned(), id: "incidents".to_owned() }
    }

    /// Where it is kept.
    pub(crate) fn key() -> Key {
        Key { partition: "incidents".to_owned(), sort: "open".to_owned() }
    }
}

/// When the first incident of a document ends, if nothing more is seen of it; `None` where nobody waits for that.
pub(crate) trait Ends {
    fn ends(&self, settings: &settings::Incident) -> Option<i64>;
}

impl Ends for EntityState {
    fn ends(&self, settings: &settings::Incident) -> Option<i64> {
        self.incidents.iter().filter_map(|incident| incident.ends(settings)).min()
    }
}

impl Ends for HostState {
    fn ends(&self, settings: &settings::Incident) -> Option<i64> {
        self.incidents.iter().filter_map(|(_, incident)| incident.ends(settings)).min()
    }
}

/// What came of looking for an end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Closed {
    /// Alerts to send and then to [confirm](Engine::confirm).
    pub alerts: Vec<Alert>,
    /// Findings that are kept for the record.
    pub recorded: Vec<Finding>,
}

impl<S: Store> Engine<S> {
    /// The entities of which an incident may be over by the wall clock of `run`: nothing was seen of it for
    /// `incident/quiet`, or what was told of it is not known to be sent. Each is to be [closed](Self::close).
    ///
    /// # Errors
    ///
    /// As [`EngineError`] says.
    pub async fn due(&self, run: &Run<'_>) -> Result<Vec<EntityKey>, EngineError> {
        let settled = settled(run);
        let waiting = self.waiting().await?;
        Ok(waiting
            .entities
            .into_iter()
            .filter(|(_, due)| *due <= settled)
            .map(|(entity, _)| entity)
            .collect())
    }

    /// Ends what is over of one entity, and takes over what its document has to say and nobody is sending.
    ///
    /// One at a time, so that whoever has little time has sent what it claimed when the time is up, and so that an
    /// entity whose document cannot be read holds up no other.
    ///
    /// # Errors
    ///
    /// As [`EngineError`] says; the same call goes on where it broke off.
    pub async fn close(&self, entity: &EntityKey, run: &Run<'_>) -> Result<Closed, EngineError> {
        let mut closed = Closed::default();
        let until = bucket_of(settled(run));
        let next = if is_host(entity) {
            self.close_host(entity, until, run, &mut closed).await?
        } else {
            self.close_entity(entity, until, run, &mut closed).await?
        };
        self.wait_for(entity, next).await?;
        Ok(closed)
    }

    /// Returns when the next incident of the entity may end.
    async fn close_entity(
        &self,
        entity: &EntityKey,
        until: i64,
        run: &Run<'_>,
        closed: &mut Closed,
    ) -> Result<Option<i64>, EngineError> {
        for lost in 0..ATTEMPTS {
            let Read { mut document, version, led } = self.read_led(entity).await?;
            let settings = run.settings.of_entity(entity, &document.state.info, run.intel).clone();
            let host = led.host.as_ref();
            let ended = incident::close(&mut document.state, entity, until, host, &settings, run.intel);
            if self.told(entity, &mut document, version, ended, run, closed).await? {
                // What was told now is looked after until it is known to be sent.
                let unsent = document.has_unsent().then_some(until);
                return Ok(unsent.or_else(|| document.state.ends(&settings.incident)));
            }
            (self.pause)(lost + 1).await;
        }
        Err(EngineError::Contended { entity: entity.id.clone() })
    }

    /// The same for a host.
    async fn close_host(
        &self,
        host: &EntityKey,
        until: i64,
        run: &Run<'_>,
        closed: &mut Closed,
    ) -> Result<Option<i64>, EngineError> {
        for lost in 0..ATTEMPTS {
            let (mut document, version) = self.read::<HostState>(host).await?;
            let settings = run.settings.of_host(host, &document.state, run.intel);
            let beside = Beside { settings, intel: run.intel };
            let tied = !self.ties(host, &document.state, run).await?.is_empty();
            let ended = weir_detection::host::close(&mut document.state, host, until, tied, &beside);
            if self.told(host, &mut document, version, ended, run, closed).await? {
                let unsent = document.has_unsent().then_some(until);
                return Ok(unsent.or_else(|| document.state.ends(&settings.incident)));
            }
            (self.pause)(lost + 1).await;
        }
        Err(EngineError::Contended { entity: host.id.clone() })
    }

    /// Writes down what is to be told of a document; whether nobody else wrote it in between.
    async fn told<D: Remembered>(
        &self,
        entity: &EntityKey,
        document: &mut Document<D>,
        version: Option<u64>,
        ended: Vec<Finding>,
        run: &Run<'_>,
        closed: &mut Closed,
    ) -> Result<bool, EngineError>
    where
        Document<D>: Default,
    {
        let changed = !ended.is_empty();
        let recorded = document.queue(ended);
        let (alerts, _) = document.claim(run.now, run.deadline);
        if version.is_none() || !changed && alerts.is_empty() {
            return Ok(true);
        }
        if !self.write(entity, document, version, run.now).await? {
            return Ok(false);
        }
        closed.recorded.extend(recorded);
        closed.alerts.extend(alerts);
        Ok(true)
    }

    /// Notes when the first incident of an entity may end; `None` where none is waited for any more.
    pub(super) async fn wait_for(&self, entity: &EntityKey, due: Option<i64>) -> Result<(), EngineError> {
        let key = Waiting::key();
        for lost in 0..ATTEMPTS {
            let loaded = self.store.load(std::slice::from_ref(&key)).await;
            let stored = loaded.map_err(|source| failed(entity, source))?.into_iter().next().flatten();
            let unreadable = |source| EngineError::Document {
                what: "list of incidents",
                entity: entity.id.clone(),
                source,
            };
            let mut waiting: Waiting = match &stored {
                Some(stored) => decode(&stored.body).map_err(unreadable)?,
                None => Waiting::default(),
            };
            let before = waiting.clone();
            match due {
                Some(due) if waiting.entities.len() < MOST || waiting.entities.contains_key(entity) => {
                    waiting.entities.insert(entity.clone(), due);
                }
                Some(_) => {}
                None => {
                    waiting.entities.remove(entity);
                }
            }
            if waiting == before {
                return Ok(());
            }
            let body = encode(&waiting).map_err(unreadable)?;
            let saved = self.store.save(&key, &body, stored.map(|stored| stored.version), None).await;
            if saved.map_err(|source| failed(entity, source))? != Saved::Lost {
                return Ok(());
            }
            (self.pause)(lost + 1).await;
        }
        Err(EngineError::Contended { entity: entity.id.clone() })
    }

    pub(super) async fn waiting(&self) -> Result<Waiting, EngineError> {
        let owner = Waiting::owner();
        let loaded = self.store.load(&[Waiting::key()]).await.map_err(|source| failed(&owner, source))?;
        let Some(stored) = loaded.into_iter().next().flatten() else { return Ok(Waiting::default()) };
        decode(&stored.body).map_err(|source| EngineError::Document {
            what: "list of incidents",
            entity: owner.id,
            source,
        })
    }
}

/// What belongs to a bucket before this time is on its way no more.
const fn settled(run: &Run<'_>) -> i64 {
    run.now - run.settings.lateness - SETTLED
}
