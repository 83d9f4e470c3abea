//! What the entities of an account know of one another: popular destinations, and whose own log there is.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use weir_detection::entity::EntityKey;
use weir_detection::prevalence::{Prevalence, Users, shard_of};

use super::layout::{decode, encode};
use super::{ATTEMPTS, EngineError, RENEWED, expiry, failed};
use crate::store::{Key, Saved, Store, Stored};

/// An account seen from one of its entities.
pub(super) struct Account<'a, S> {
    pub(super) store: &'a S,
    pub(super) entity: &'a EntityKey,
}

impl<S: Store> Account<'_, S> {
    /// Who else pushes to these destinations.
    pub(super) async fn users(&self, destinations: &[u64]) -> Result<HashMap<u64, Users>, EngineError> {
        let by_shard = by_shard(destinations);
        if by_shard.is_empty() {
            return Ok(HashMap::new());
        }
        let keys: Vec<Key> = by_shard.keys().map(|shard| shard_key(self.entity, *shard)).collect();
        let loaded = self.store.load(&keys).await.map_err(|source| failed(self.entity, source))?;
        let mut users = HashMap::new();
        for (stored, destinations) in loaded.into_iter().zip(by_shard.into_values()) {
            let Some(stored) = stored else { continue };
            let shard = self.decode(&stored)?;
            let entity = self.entity.hash64();
            users.extend(destinations.into_iter().map(|it| (it, shard.users(it, entity))));
        }
        Ok(users)
    }

    /// Notes that the entity pushes to these destinations.
    pub(super) async fn note(&self, destinations: &[u64], now: i64) -> Result<(), EngineError> {
        for (shard, destinations) in by_shard(destinations) {
            self.note_in(shard, &destinations, now).await?;
        }
        Ok(())
    }

    async fn note_in(&self, shard: u64, destinations: &[u64], now: i64) -> Result<(), EngineError> {
        let key = shard_key(self.entity, shard);
        for _ in 0..ATTEMPTS {
            let loaded = self.store.load(std::slice::from_ref(&key)).await;
            let stored = loaded.map_err(|source| failed(self.entity, source))?.into_iter().next().flatten();
            let mut prevalence = match &stored {
                Some(stored) => self.decode(stored)?,
                None => Prevalence::default(),
            };
            let mut news = false;
            for destination in destinations {
                news |= prevalence.note(*destination, self.entity.hash64());
            }
            if !news {
                return Ok(());
            }
            let body = encode(&prevalence).map_err(|source| self.unreadable(source))?;
            let version = stored.map(|stored| stored.version);
            let saved = self.store.save(&key, &body, version, expiry(now)).await;
            if saved.map_err(|source| failed(self.entity, source))? != Saved::Lost {
                return Ok(());
            }
        }
        Err(EngineError::Contended { entity: key.partition })
    }

    /// Whether an address has an interface whose own log is read.
    pub(super) async fn is_logged(&self, address: &str) -> Result<bool, EngineError> {
        let loaded = self.store.load(&[self.address_key(address)]).await;
        Ok(loaded.map_err(|source| failed(self.entity, source))?.iter().any(Option::is_some))
    }

    /// Notes that the entity's own log is read, so that a NAT gateway's log does not count it again, for as long as its
    /// document is kept.
    pub(super) async fn log_addresses(&self, addresses: &[IpAddr], now: i64) -> Result<(), EngineError> {
        if super::behind(self.entity).is_some() {
            return Ok(());
        }
        let keys: Vec<Key> = addresses.iter().map(|address| self.address_key(&address.to_string())).collect();
        let loaded = self.store.load(&keys).await.map_err(|source| failed(self.entity, source))?;
        let fresh = expiry(now.saturating_sub(RENEWED / 2));
        for (key, stored) in keys.iter().zip(loaded) {
            let is_noted =
                |stored: &Stored| stored.body == self.entity.id.as_bytes() && stored.expires >= fresh;
            if stored.as_ref().is_some_and(is_noted) {
                continue;
            }
            let version = stored.map(|stored| stored.version);
            // Another entity that says the same at once is as good a reason.
            let saved = self.store.save(key, self.entity.id.as_bytes(), version, expiry(now)).await;
            saved.map_err(|source| failed(self.entity, source))?;
        }
        Ok(())
    }

    /// The entities whose own addresses these are, by their ids.
    pub(super) async fn owners(&self, addresses: &[IpAddr]) -> Result<Vec<String>, EngineError> {
        let keys: Vec<Key> = addresses.iter().map(|address| self.address_key(&address.to_string())).collect();
        let loaded = self.store.load(&keys).await.map_err(|source| failed(self.entity, source))?;
        Ok(loaded.into_iter().flatten().filter_map(|stored| String::from_utf8(stored.body).ok()).collect())
    }

    fn address_key(&self, address: &str) -> Key {
        Key { partition: format!("{}/address/{address}", self.entity.account), sort: "logged".to_owned() }
    }

    fn decode(&self, stored: &Stored) -> Result<Prevalence, EngineError> {
        decode(&stored.body).map_err(|source| self.unreadable(source))
    }

    fn unreadable(&self, source: postcard::Error) -> EngineError {
        EngineError::Document { what: "prevalence", entity: self.entity.account.clone(), source }
    }
}

/// Where a shard of the account's prevalence is.
pub(crate) fn shard_key(entity: &EntityKey, shard: u64) -> Key {
    Key { partition: format!("{}/prevalence", entity.account), sort: format!("{shard:02x}") }
}

fn by_shard(destinations: &[u64]) -> BTreeMap<u64, Vec<u64>> {
    let mut by_shard: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    for destination in destinations {
        by_shard.entry(shard_of(*destination)).or_default().push(*destination);
    }
    by_shard
}
