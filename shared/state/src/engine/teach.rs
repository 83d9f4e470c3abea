//! What a backfill learned of a time before the documents of a store, into these documents.
//!
//! The lessons are the documents that a run over history left in another store. Each is merged such that merging it
//! again changes nothing, and what a live entity does now stays as it is: so a backfill that dies anywhere is repeated,
//! and none alerts.

use std::net::IpAddr;

use serde::Serialize;
use serde::de::DeserializeOwned;
use weir_detection::baseline::{Baseline, Peers, Slot, peer_group};
use weir_detection::entity::EntityKey;
use weir_detection::prelude::{AccountCalls, Prelude};
use weir_detection::prevalence::{Prevalence, SHARDS};
use weir_detection::state::EntityState;
use weir_detection::state::HOUR;

use super::account::{Account, shard_key};
use super::baselines::{entity_key, peers_key, slot_key};
use super::calls::{calls_entity, calls_key, prelude_key};
use super::layout::{decode, encode};
use super::{ATTEMPTS, Engine, EngineError, Run, behind, expiry, failed, state_key};
use crate::store::{Key, Saved, Store, Stored};

/// What became of the lessons of one entity.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Taught {
    /// Items that changed.
    pub changed: usize,
    /// The group whose baseline its peers share.
    pub group: Option<String>,
    /// Its traffic is counted at its own interface, so that there was nothing to teach.
    pub counted_elsewhere: bool,
}

impl<S: Store> Engine<S> {
    /// From when on a store learns an entity by itself, ms since the epoch: history is taught up to there. `None` where
    /// it does not know the entity.
    ///
    /// # Errors
    ///
    /// As for [`Engine::apply`].
    pub async fn known_since(&self, entity: &EntityKey) -> Result<Option<i64>, EngineError> {
        let loaded = self.store.load(&[state_key(entity), entity_key(entity)]).await;
        let mut loaded = loaded.map_err(|source| failed(entity, source))?.into_iter();
        let (document, _) = self.document::<EntityState>(entity, loaded.next().flatten())?;
        let first_seen = Some(document.state.first_seen).filter(|first| *first != 0);
        let baseline: Option<Baseline> = read(entity, "baseline", loaded.next().flatten().as_ref())?;
        let learned = baseline.and_then(|baseline| baseline.history().first());
        let since = [first_seen, learned].into_iter().flatten().min();
        Ok(since.map(|since| since.div_euclid(HOUR) * HOUR))
    }

    /// Teaches an entity what `lessons` holds of it: baselines first, its document last, since that says from when on it
    /// is known.
    ///
    /// # Errors
    ///
    /// As for [`Engine::apply`]; it can be repeated.
    pub async fn teach<L: Store>(
        &self,
        lessons: &L,
        entity: &EntityKey,
        run: &Run<'_>,
    ) -> Result<Taught, EngineError> {
        let account = Account { store: &self.store, entity };
        if let Some(address) = behind(entity)
            && account.is_logged(address).await?
        {
            return Ok(Taught { counted_elsewhere: true, ..Taught::default() });
        }
        let lesson = lesson(lessons, entity, &state_key(entity)).await?;
        let Some(lesson) = lesson else { return Ok(Taught::default()) };
        let earlier = self.document::<EntityState>(entity, Some(lesson))?.0.state;
        let half_life = run.settings.baseline.half_life;
        let slots = Slot::all().map(|slot| slot_key(entity, slot));
        let mut changed = 0;
        for key in slots.chain([entity_key(entity)]) {
            let merge = |mine: &mut Baseline, theirs: &Baseline| mine.merge_earlier(theirs, half_life);
            changed += usize::from(self.merge_item(lessons, entity, &key, None, merge).await?);
        }
        let addresses: &[IpAddr] = &earlier.info.addresses;
        account.log_addresses(addresses, run.now).await?;
        let group = peer_group(entity, &earlier.info, earlier.info.known_instance(&run.intel.inventory));
        for lost in 0..ATTEMPTS {
            let (mut document, version) = self.read(entity).await?;
            let news = if version.is_none() {
                document.state = earlier.without_incidents();
                earlier.first_seen != 0
            } else {
                document.state.learn_earlier(&earlier)
            };
            if !news || self.write(entity, &mut document, version, run.now).await? {
                changed += usize::from(news);
                return Ok(Taught { changed, group: Some(group), counted_elsewhere: false });
            }
            (self.pause)(lost + 1).await;
        }
        Err(EngineError::Contended { entity: entity.id.clone() })
    }

    /// Teaches a peer group; whether anything changed.
    ///
    /// # Errors
    ///
    /// As for [`Engine::apply`].
    pub async fn teach_peers<L: Store>(
        &self,
        lessons: &L,
        group: &str,
        run: &Run<'_>,
    ) -> Result<bool, EngineError> {
        let owner = EntityKey { account: group.to_owned(), id: "peers".to_owned() };
        let half_life = run.settings.baseline.half_life;
        let merge = |mine: &mut Peers, theirs: &Peers| mine.merge_earlier(theirs, half_life);
        self.merge_item(lessons, &owner, &peers_key(group), None, merge).await
    }

    /// Teaches an account who pushes where, and who calls what and from where; returns how many items changed.
    ///
    /// What led to instances within the last week is put beside them, where nothing newer is there.
    ///
    /// # Errors
    ///
    /// As for [`Engine::apply`].
    pub async fn teach_account<L: Store>(
        &self,
        lessons: &L,
        account: &str,
        run: &Run<'_>,
    ) -> Result<usize, EngineError> {
        let owner = calls_entity(account);
        let mut changed = 0;
        for shard in 0..SHARDS {
            let key = shard_key(&owner, shard);
            let merge = |mine: &mut Prevalence, theirs: &Prevalence| mine.learn_earlier(theirs);
            changed += usize::from(self.merge_item(lessons, &owner, &key, expiry(run.now), merge).await?);
        }
        let key = calls_key(account);
        let Some(stored) = lesson(lessons, &owner, &key).await? else { return Ok(changed) };
        let calls: Option<AccountCalls> = read(&owner, "calls", Some(&stored))?;
        for update in calls.iter().flat_map(AccountCalls::preludes).filter(|it| it.prelude.counts(run.now)) {
            for id in &update.ids {
                let newer = |mine: &mut Prelude, theirs: &Prelude| {
                    let is_newer = mine.touched < theirs.touched;
                    if is_newer {
                        mine.clone_from(theirs);
                    }
                    is_newer
                };
                let item = prelude_key(account, id);
                changed += usize::from(
                    self.change_item(&owner, &item, expiry(run.now), &update.prelude, newer).await?,
                );
            }
        }
        let merge = |mine: &mut AccountCalls, theirs: &AccountCalls| {
            if *mine == AccountCalls::default() {
                *mine = theirs.without_incidents();
                return true;
            }
            mine.learn_earlier(theirs)
        };
        changed += usize::from(self.merge_item(lessons, &owner, &key, expiry(run.now), merge).await?);
        Ok(changed)
    }

    /// Merges the lesson of one item; whether that changed it.
    async fn merge_item<L, T>(
        &self,
        lessons: &L,
        owner: &EntityKey,
        key: &Key,
        expires: Option<i64>,
        merge: impl Fn(&mut T, &T) -> bool,
    ) -> Result<bool, EngineError>
    where
        L: Store,
        T: Default + Serialize + DeserializeOwned,
    {
        let stored = lesson(lessons, owner, key).await?;
        match read::<T>(owner, "lesson", stored.as_ref())? {
            Some(theirs) => self.change_item(owner, key, expires, &theirs, merge).await,
            None => Ok(false),
        }
    }

    async fn change_item<T>(
        &self,
        owner: &EntityKey,
        key: &Key,
        expires: Option<i64>,
        theirs: &T,
        merge: impl Fn(&mut T, &T) -> bool,
    ) -> Result<bool, EngineError>
    where
        T: Default + Serialize + DeserializeOwned,
    {
        for lost in 0..ATTEMPTS {
            let stored = lesson(&self.store, owner, key).await?;
            let mut mine = read::<T>(owner, "item", stored.as_ref())?.unwrap_or_default();
            if !merge(&mut mine, theirs) {
                return Ok(false);
            }
            let body = encode(&mine).map_err(|source| unreadable(owner, "item", source))?;
            let version = stored.map(|stored| stored.version);
            let saved = self.store.save(key, &body, version, expires).await;
            if saved.map_err(|source| failed(owner, source))? != Saved::Lost {
                return Ok(true);
            }
            (self.pause)(lost + 1).await;
        }
        Err(EngineError::Contended { entity: key.partition.clone() })
    }
}

async fn lesson<L: Store>(lessons: &L, owner: &EntityKey, key: &Key) -> Result<Option<Stored>, EngineError> {
    let loaded = lessons.load(std::slice::from_ref(key)).await;
    Ok(loaded.map_err(|source| failed(owner, source))?.into_iter().next().flatten())
}

pub(super) fn read<T: DeserializeOwned>(
    owner: &EntityKey,
    what: &'static str,
    stored: Option<&Stored>,
) -> Result<Option<T>, EngineError> {
    let value = stored.map(|stored| decode(&stored.body)).transpose();
    value.map_err(|source| unreadable(owner, what, source))
}

fn unreadable(owner: &EntityKey, what: &'static str, source: postcard::Error) -> EngineError {
    EngineError::Document { what, entity: owner.id.clone(), source }
}
