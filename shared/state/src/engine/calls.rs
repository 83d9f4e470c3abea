//! Calls of an account's API, and what they say of its instances.
//!
//! An account has one document of its calls (`<account>/calls`), and each instance that they touched a small item
//! beside its own document (`<account>/<instance>`, `prelude`), so that whoever steps the instance reads both at once
//! and never the account's.

use weir_detection::entity::EntityKey;
use weir_detection::finding::Finding;
use weir_detection::prelude::{AccountCalls, Noted, Prelude, REMEMBERED, observe};
use weir_detection::state::EntityState;
use weir_records::ApiCall;

use super::layout::{decode, encode};
use super::{ATTEMPTS, Alert, Engine, EngineError, Run, expiry, failed};
use crate::store::{Key, Saved, Store};

/// What came of a batch of calls.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    /// Instances and interfaces whose prelude changed.
    pub changed: usize,
    /// Alerts about the account that this delivery has to send and then to [confirm](Engine::confirm) under
    /// [`calls_entity`].
    pub alerts: Vec<Alert>,
    /// Findings that are kept for the record.
    pub recorded: Vec<Finding>,
    /// Unsent alerts that another delivery still has time to send.
    pub elsewhere: usize,
    /// The calls changed nothing: they were taken in before, or say nothing.
    pub repeated: bool,
    /// Races lost.
    pub conflicts: u32,
}

impl<S: Store> Engine<S> {
    /// Takes calls of one account into its document, and what they say to the instances that they touched.
    ///
    /// The instances' items are written before the document and are the same whoever writes them; the document knows
    /// the events that it holds. So a batch that comes again, whole or in part, changes nothing.
    ///
    /// # Errors
    ///
    /// As [`EngineError`] says; the batch can be delivered again.
    pub async fn observe(
        &self,
        account: &str,
        batch: &[ApiCall<'_>],
        run: &Run<'_>,
    ) -> Result<Observed, EngineError> {
        let observed = self
            .change(account, run.now, |calls| {
                let mut all = Noted::default();
                for call in batch {
                    let noted = observe(calls, call, run.settings, run.intel);
                    all.updates.extend(noted.updates);
                    all.findings.extend(noted.findings);
                }
                all
            })
            .await?;
        let owner = calls_entity(account);
        for lost in 0..ATTEMPTS {
            let (mut document, version) = self.read::<EntityState>(&owner).await?;
            let (alerts, elsewhere) = document.claim(run.now, run.deadline);
            let observed = Observed { alerts, elsewhere, ..observed.clone() };
            if observed.alerts.is_empty() || self.write(&owner, &mut document, version, run.now).await? {
                return Ok(observed);
            }
            (self.pause)(lost + 1).await;
        }
        Err(EngineError::Contended { entity: account.to_owned() })
    }

    /// Notes where a relay pushes to, so that its twins are known.
    pub(super) async fn note_gateways(
        &self,
        entity: &EntityKey,
        finding: &Finding,
        time: i64,
        now: i64,
    ) -> Result<(), EngineError> {
        let gateways: Vec<u64> = crate::resident::gateways(finding).collect();
        let note = |calls: &mut AccountCalls| Noted {
            updates: calls.note_gateways(entity.called(), &gateways, time),
            findings: Vec::new(),
        };
        self.change(&entity.account, now, note).await.map(drop)
    }

    async fn change(
        &self,
        account: &str,
        now: i64,
        mut change: impl FnMut(&mut AccountCalls) -> Noted,
    ) -> Result<Observed, EngineError> {
        let owner = calls_entity(account);
        let key = calls_key(account);
        let unreadable = |source| EngineError::Document { what: "calls", entity: account.to_owned(), source };
        for lost in 0..ATTEMPTS {
            let loaded = self.store.load(std::slice::from_ref(&key)).await;
            let stored = loaded.map_err(|source| failed(&owner, source))?.into_iter().next().flatten();
            let before: AccountCalls = match &stored {
                Some(stored) => decode(&stored.body).map_err(unreadable)?,
                None => AccountCalls::default(),
            };
            let mut calls = before.clone();
            let Noted { updates, findings } = change(&mut calls);
            if calls == before {
                return Ok(Observed { repeated: true, conflicts: lost, ..Observed::default() });
            }
            let mut changed = 0;
            for update in &updates {
                changed += update.ids.len();
                for id in &update.ids {
                    self.lead(account, id, &update.prelude, now).await?;
                }
            }
            // An alert is named by its incident and report: written down twice it is one.
            let recorded = self.queue(&owner, findings, now).await?;
            let body = encode(&calls).map_err(unreadable)?;
            let version = stored.map(|stored| stored.version);
            let saved = self.store.save(&key, &body, version, expiry(now)).await;
            if saved.map_err(|source| failed(&owner, source))? != Saved::Lost {
                return Ok(Observed { changed, recorded, conflicts: lost, ..Observed::default() });
            }
            (self.pause)(lost + 1).await;
        }
        Err(EngineError::Contended { entity: account.to_owned() })
    }

    /// Writes down what has to be sent; returns what is only for the record.
    async fn queue(
        &self,
        owner: &EntityKey,
        findings: Vec<Finding>,
        now: i64,
    ) -> Result<Vec<Finding>, EngineError> {
        if findings.is_empty() {
            return Ok(Vec::new());
        }
        for lost in 0..ATTEMPTS {
            let (mut document, version) = self.read::<EntityState>(owner).await?;
            let recorded = document.queue(findings.clone());
            if recorded.len() == findings.len() || self.write(owner, &mut document, version, now).await? {
                return Ok(recorded);
            }
            (self.pause)(lost + 1).await;
        }
        Err(EngineError::Contended { entity: owner.account.clone() })
    }

    /// Writes what led to an instance; the later of two stays.
    async fn lead(&self, account: &str, id: &str, prelude: &Prelude, now: i64) -> Result<(), EngineError> {
        let owner = EntityKey { account: account.to_owned(), id: id.to_owned() };
        let key = prelude_key(account, id);
        let unreadable = |source| EngineError::Document { what: "prelude", entity: id.to_owned(), source };
        let body = encode(prelude).map_err(unreadable)?;
        for _ in 0..ATTEMPTS {
            let loaded = self.store.load(std::slice::from_ref(&key)).await;
            let stored = loaded.map_err(|source| failed(&owner, source))?.into_iter().next().flatten();
            if stored.as_ref().is_some_and(|stored| stored.body == body) {
                return Ok(());
            }
            let version = stored.map(|stored| stored.version);
            let kept = now.saturating_add(REMEMBERED).div_euclid(1_000);
            let saved = self.store.save(&key, &body, version, Some(kept)).await;
            if saved.map_err(|source| failed(&owner, source))? != Saved::Lost {
                return Ok(());
            }
        }
        Err(EngineError::Contended { entity: id.to_owned() })
    }
}

/// The name under which an account's own alerts wait to be sent and are confirmed.
pub fn calls_entity(account: &str) -> EntityKey {
    EntityKey { account: account.to_owned(), id: "calls".to_owned() }
}

/// Where the document of an account's calls is.
pub(crate) fn calls_key(account: &str) -> Key {
    Key { partition: format!("{account}/calls"), sort: "calls".to_owned() }
}

/// Where the prelude of an instance or interface is: beside its document.
pub(crate) fn prelude_key(account: &str, id: &str) -> Key {
    Key { partition: format!("{account}/{id}"), sort: "prelude".to_owned() }
}
