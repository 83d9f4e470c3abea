//! Documents decoded and in memory, for one process that owns its state: a replay, a backtest.
//!
//! The same steps as the [engine](crate::engine) takes, without the races: what an entity needs is read from
//! the file when it is first met and written when the run is over.

mod ends;
mod hosts;
mod shards;
mod shelf;

use std::net::IpAddr;

use foldhash::HashMap;
use foldhash::fast::RandomState;
use weir_detection::Finding;
use weir_detection::baseline::{Baseline, Histories, Peers, Pending, Slot, Usual, peer_group, usual};
use weir_detection::entity::{EntityKey, address_hash};
use weir_detection::finding::{Kernel, Role};
use weir_detection::host::{HostItem, HostState};
use weir_detection::observation::Observations;
use weir_detection::prelude::{AccountCalls, Prelude, Update, observe};
use weir_detection::prevalence::{Prevalence, shard_of};
use weir_detection::settings::Settings;
use weir_detection::state::{EntityState, HOUR};
use weir_detection::step::{Around, admit, asked, step};
use weir_intel::Intel;
use weir_records::ApiCall;

use crate::embedded::EmbeddedStore;
use crate::engine::baselines::{entity_key, peers_key, slot_key};
use crate::engine::calls::{calls_entity, calls_key, prelude_key};
use crate::engine::document::Document;
use crate::engine::waiting::{Ends, Waiting};
use crate::engine::{EngineError, state_key};
pub use hosts::Hosted as ResidentHosted;
use shards::Shards;
use shelf::Shelf;

/// All documents of one run.
#[derive(Debug, Default)]
pub struct Resident {
    file: Option<EmbeddedStore>,
    entities: HashMap<EntityKey, Document>,
    prevalence: Shelf<Prevalence>,
    shards: Shards,
    baselines: Shelf<Baseline>,
    peers: Shelf<Peers>,
    calls: Shelf<AccountCalls>,
    preludes: Shelf<Prelude>,
    hosts: HashMap<EntityKey, Document<HostState>>,
    host_items: Shelf<HostItem>,
    /// Who was last seen with an address, and when.
    holders: HashMap<IpAddr, (EntityKey, i64)>,
    waiting: Shelf<Waiting>,
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

    /// The file, where there is one; what was learned since the last [`flush`](Self::flush) is not in it yet.
    pub const fn file(&self) -> Option<&EmbeddedStore> {
        self.file.as_ref()
    }

    /// Ends the run and gives the file back, as it was last flushed.
    pub fn into_file(self) -> Option<EmbeddedStore> {
        self.file
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
        // What an unknown entity asks for is no news, unless it is proxyware.
        let unknown = self.state(key).is_none_or(|state| state.latest == 0 && state.lookups.is_none());
        if unknown && !observed.lookups.is_empty() && !observed.is_news() {
            self.entities.remove(key);
            return Ok(Stepped::default());
        }
        let mut state =
            self.entities.get_mut(key).map(|it| std::mem::take(&mut it.state)).unwrap_or_default();
        let before = state.ends(&settings.incident);
        let stepped = self.stepped(&mut state, observed, settings, intel);
        let kept = stepped.and_then(|(stepped, notes)| {
            self.learn(&mut state, key, &notes, settings, intel)?;
            self.note_gateways(key, &stepped.findings, state.latest)?;
            Ok(stepped)
        });
        let due = state.ends(&settings.incident);
        if let Some(document) = self.entities.get_mut(key) {
            document.state = state;
        }
        if due != before {
            self.wait_for(key, due)?;
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
        let late = admit(state, observed).late;
        let settings = settings.of_entity(key, &state.info, intel);
        let wanted = asked(state, settings);
        let entity = key.hash64();
        let mut users = HashMap::with_capacity_and_hasher(wanted.destinations.len(), RandomState::default());
        for destination in wanted.destinations {
            let place = self.shards.of(key, shard_of(destination));
            let shard = self.prevalence.get(file, key, place)?;
            users.insert(destination, shard.users(destination, entity));
        }
        let mut usuals: HashMap<i64, Usual> = HashMap::default();
        for hour in wanted.hours {
            let now = hour.saturating_mul(HOUR);
            let (own, slot) = (entity_key(key), slot_key(key, Slot::of(now, settings)));
            self.baselines.get(file, key, &own)?;
            self.baselines.get(file, key, &slot)?;
            let histories = Histories {
                entity: self.baselines.peek(&own),
                slot: self.baselines.peek(&slot),
                peers: Some(self.peers.get(file, key, &peers_key(&group(state, key, intel)))?),
            };
            usuals.insert(hour, usual(&histories, state.first_seen, now, settings));
        }
        let host = self.host_item(key, state, &intel.inventory)?;
        let file = self.file.as_ref();
        let prelude = if self.preludes.is_empty() && file.is_none() {
            None
        } else {
            Some(self.preludes.get(file, key, &prelude_key(&key.account, key.called()))?)
        };
        let around = Around {
            prelude,
            host: host.as_ref(),
            users: &|destination| users.get(&destination).copied().unwrap_or_default(),
            usual: &|hour| usuals.get(&hour).copied().unwrap_or_default(),
            settings,
            intel,
        };
        let outcome = step(state, key, &around);
        Ok((Stepped { findings: outcome.findings, windows: outcome.windows, late }, outcome.notes))
    }

    /// Keeps what a step taught of destinations and of what is usual.
    fn learn(
        &mut self,
        state: &mut EntityState,
        key: &EntityKey,
        notes: &[u64],
        settings: &Settings,
        intel: &Intel,
    ) -> Result<(), EngineError> {
        let (file, entity) = (self.file.as_ref(), key.hash64());
        for &destination in notes {
            let place = self.shards.of(key, shard_of(destination));
            let shard = self.prevalence.change(file, key, place)?;
            shard.note(destination, entity);
        }
        let finished: Vec<Pending> = state.season.finished().to_vec();
        state.season.forget_finished();
        for pending in finished {
            let half_life = settings.baseline.half_life;
            let slot = slot_key(key, Slot::of(pending.start(), settings));
            for item in [&entity_key(key), &slot] {
                self.baselines.change(file, key, item)?.merge_hour(&pending, half_life);
            }
            let learning = state.season.usual_of(pending.start()).facts.state;
            if Peers::wants(entity, &pending, learning) {
                let group = peers_key(&group(state, key, intel));
                self.peers.change(file, key, &group)?.merge_hour(entity, &pending, half_life);
            }
        }
        Ok(())
    }

    /// Takes a call into its account's document, and what it says to the instances that it touched; returns what is to
    /// be reported of the account itself.
    ///
    /// # Errors
    ///
    /// As for [`Self::apply`].
    pub fn observe(
        &mut self,
        call: &ApiCall<'_>,
        settings: &Settings,
        intel: &Intel,
    ) -> Result<Vec<Finding>, EngineError> {
        let account = call.account.as_ref().map_or("-", |account| account.as_str()).to_owned();
        let owner = calls_entity(&account);
        let calls = self.calls.change(self.file.as_ref(), &owner, &calls_key(&owner.account))?;
        let noted = observe(calls, call, settings, intel);
        self.tell(&owner.account, noted.updates)?;
        Ok(noted.findings)
    }

    /// Tells the account which gateways a relay uses: instances that one caller launched may share them.
    fn note_gateways(
        &mut self,
        key: &EntityKey,
        findings: &[Finding],
        latest: i64,
    ) -> Result<(), EngineError> {
        let mut updates = Vec::new();
        for finding in findings.iter().filter(|finding| finding.kernel == Kernel::Relay) {
            let gateways: Vec<u64> = gateways(finding).collect();
            let calls = self.calls.change(self.file.as_ref(), key, &calls_key(&key.account))?;
            updates.extend(calls.note_gateways(key.called(), &gateways, latest));
        }
        self.tell(&key.account, updates)
    }

    /// Tells instances of an account what led to them, as [`observe`](weir_detection::prelude::observe) gives it.
    ///
    /// # Errors
    ///
    /// As for [`Self::apply`].
    pub fn tell(&mut self, account: &str, updates: Vec<Update>) -> Result<(), EngineError> {
        for update in updates {
            for id in update.ids {
                let key = prelude_key(account, &id);
                let owner = EntityKey { account: account.to_owned(), id };
                *self.preludes.change(self.file.as_ref(), &owner, &key)? = update.prelude.clone();
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
        for (host, document) in &mut self.hosts {
            let unreadable = |source| shelf::unreadable(host, source);
            let body = document.encode().map_err(unreadable)?;
            shelf::save(file, host, &state_key(host), &body)?;
        }
        self.host_items.save(file)?;
        self.prevalence.save(file)?;
        self.baselines.save(file)?;
        self.peers.save(file)?;
        self.calls.save(file)?;
        self.preludes.save(file)?;
        self.waiting.save(file)?;
        file.flush().map(drop).map_err(|source| EngineError::Store { entity: "the run".to_owned(), source })
    }
}

/// The gateways that a finding of a relay names, by their hashes.
pub(crate) fn gateways(finding: &Finding) -> impl Iterator<Item = u64> {
    let gateways = finding.remotes.iter().filter(|remote| remote.role == Role::Gateway);
    gateways.map(|remote| address_hash(remote.ip))
}

/// The peer group of an entity.
fn group(state: &EntityState, key: &EntityKey, intel: &Intel) -> String {
    peer_group(key, &state.info, state.info.known_instance(&intel.inventory))
}

#[cfg(test)]
mod tests;
