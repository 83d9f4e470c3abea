//! What hosts and containers tell, and what that says of the interfaces that carry their traffic.
//!
//! A host has one document (`<account>/host/<name>`). What it suspects is an item (`host`) beside the document of each
//! interface or instance that is its, and beside each of its addresses until somebody is known to have them. An incident
//! of a host whose interface is known is told by the interface's document, so that both are one incident, whichever
//! speaks first.

use std::collections::BTreeMap;
use std::net::IpAddr;

use weir_detection::baseline::Usual;
use weir_detection::entity::{EntityInfo, EntityKey};
use weir_detection::finding::Finding;
use weir_detection::host::{
    Beside, HostItem, HostState, REMEMBERED, close, host_key, host_of, name_of, report, step,
};
use weir_detection::prevalence::Users;
use weir_detection::state::{EntityState, HOUR};
use weir_detection::step::{Around, tell_host};
use weir_intel::inventory::Inventory;
use weir_records::Telemetry;

use super::account::Account;
use super::layout::{decode, encode};
use super::waiting::Ends;
use super::{ATTEMPTS, Alert, Engine, EngineError, Read, Run, failed, state_key};
use crate::store::{Key, Saved, Store};

/// What came of a batch of one host.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hosted {
    /// Alerts that this delivery has to send and then to [confirm](Engine::confirm) under the entity beside each: the
    /// host's own, or the interface's that carries its traffic.
    pub alerts: Vec<(EntityKey, Alert)>,
    /// Findings that are kept for the record: info ones and those of a dry run.
    pub recorded: Vec<Finding>,
    /// The batch was in the document already.
    pub repeated: bool,
    /// Records that were taken in.
    pub taken: u64,
    /// Records whose bucket was judged before they came.
    pub late: u64,
    /// Records that say nothing of a program, a container, or a counter with a time.
    pub unused: u64,
    /// Buckets judged.
    pub windows: u64,
    /// Races lost.
    pub conflicts: u32,
    /// Unsent alerts that another delivery still has time to send.
    pub elsewhere: usize,
}

/// Records by the host that they speak of; those that name none are of `fallback`.
#[must_use]
pub fn by_host<'t>(
    batch: impl IntoIterator<Item = &'t Telemetry>,
    fallback: &str,
) -> BTreeMap<String, Vec<&'t Telemetry>> {
    let mut hosts: BTreeMap<String, Vec<&Telemetry>> = BTreeMap::new();
    for telemetry in batch {
        let host = host_of(telemetry).unwrap_or_else(|| fallback.to_owned());
        hosts.entry(host).or_default().push(telemetry);
    }
    hosts
}

impl<S: Store> Engine<S> {
    /// Takes records of one host into its document, as [`by_host`] groups them.
    ///
    /// What others should know is written before the document, and is such that writing it twice changes nothing; so a
    /// delivery that dies anywhere can be repeated.
    ///
    /// # Errors
    ///
    /// As [`EngineError`] says; the batch is then not applied, or it is and will be recognised.
    pub async fn hosts(
        &self,
        account: &str,
        host: &str,
        batch: &[&Telemetry],
        run: &Run<'_>,
    ) -> Result<Hosted, EngineError> {
        let key = host_key(account, host);
        let latest = batch.iter().filter_map(|telemetry| telemetry.time()).max().unwrap_or(0);
        // What was claimed in an interface's document before a race for the host's was lost is still to be sent.
        let mut claimed = Vec::new();
        for lost in 0..ATTEMPTS {
            let (mut document, version) = self.read::<HostState>(&key).await?;
            let mut hosted = Hosted { conflicts: lost, ..Hosted::default() };
            let settings = run.settings.of_host(&key, &document.state, run.intel);
            let beside = Beside { settings, intel: run.intel };
            let mut changed = false;
            let waited_for = document.state.ends(&settings.incident).is_some();
            if document.holds(run.batch) {
                hosted.repeated = true;
                // The delivery that told an interface may have died before it sent.
                if let Some(tie) = self.ties(&key, &document.state, run).await?.first() {
                    self.claim_tied(tie, run, &mut hosted).await?;
                }
            } else {
                let outcome = step(&mut document.state, batch, None, &beside);
                (hosted.taken, hosted.late) = (outcome.admitted.taken, outcome.admitted.late);
                (hosted.unused, hosted.windows) = (outcome.admitted.unused, outcome.windows);
                changed = hosted.taken + hosted.late > 0;
                if changed {
                    document.note_batch(run.batch, latest);
                }
                let item = document.state.item(&key, &beside);
                let is_over =
                    document.state.ends(&settings.incident).is_some_and(|end| end <= document.state.closed);
                let wanted = is_over || !outcome.cases.is_empty() || is_due(&document.state, &item);
                let ties = if wanted { self.ties(&key, &document.state, run).await? } else { Vec::new() };
                let tied = !ties.is_empty();
                let news: Vec<Finding> = outcome
                    .cases
                    .iter()
                    .filter_map(|case| report(&mut document.state, &key, case, tied, &beside))
                    .collect();
                let until = document.state.closed;
                let ended = close(&mut document.state, &key, until, tied, &beside);
                hosted.recorded.extend(document.queue(ended));
                let item = HostItem { thread: document.state.thread.clone(), ..item };
                if wanted && is_due(&document.state, &item) {
                    self.tell_beside(&key, &document.state, &item, &ties, run).await?;
                    document.state.written = (item.print(), document.state.latest);
                }
                match ties.first() {
                    Some(tie) if !news.is_empty() => {
                        self.tell_tied(&key, tie, &item, &news, run, &mut hosted).await?;
                    }
                    _ => hosted.recorded.extend(document.queue(news)),
                }
            }
            let (alerts, elsewhere) = document.claim(run.now, run.deadline);
            changed |= !alerts.is_empty();
            hosted.elsewhere += elsewhere;
            claimed.append(&mut hosted.alerts);
            if let Some(due) = document.state.ends(&settings.incident).filter(|_| !waited_for) {
                self.wait_for(&key, Some(due)).await?;
            }
            if !changed || self.write(&key, &mut document, version, run.now).await? {
                hosted.alerts = claimed;
                hosted.alerts.extend(alerts.into_iter().map(|alert| (key.clone(), alert)));
                return Ok(hosted);
            }
            (self.pause)(lost + 1).await;
        }
        Err(EngineError::Contended { entity: key.id })
    }

    /// Entities that carry the host's traffic and whose flows are known, the surest first.
    pub(super) async fn ties(
        &self,
        key: &EntityKey,
        state: &HostState,
        run: &Run<'_>,
    ) -> Result<Vec<EntityKey>, EngineError> {
        let account = Account { store: &self.store, entity: key };
        let addresses: Vec<IpAddr> = self.held(key, state).await?.into_iter().map(|(ip, _)| ip).collect();
        let mut ids = ids(state, &addresses, &run.intel.inventory);
        ids.extend(account.owners(&addresses).await?);
        ids.extend(addresses.iter().map(ToString::to_string));
        let mut ties: Vec<EntityKey> = Vec::new();
        for id in ids {
            let tie = EntityKey { account: key.account.clone(), id };
            if !ties.contains(&tie) {
                ties.push(tie);
            }
        }
        let keys: Vec<Key> = ties.iter().map(state_key).collect();
        let loaded = self.store.load(&keys).await.map_err(|source| failed(key, source))?;
        Ok(ties.into_iter().zip(loaded).filter_map(|(tie, stored)| stored.map(|_| tie)).collect())
    }

    /// The host's addresses that no other host was seen with since, and when it was.
    async fn held(&self, key: &EntityKey, state: &HostState) -> Result<Vec<(IpAddr, i64)>, EngineError> {
        let own: Vec<(IpAddr, i64)> = state.own_addresses().collect();
        let keys: Vec<Key> = own.iter().map(|(ip, _)| address_item_key(&key.account, *ip)).collect();
        let loaded = self.store.load(&keys).await.map_err(|source| failed(key, source))?;
        let mut held = Vec::new();
        for ((ip, seen), stored) in own.into_iter().zip(loaded) {
            let there: Option<HostItem> = match stored {
                Some(stored) => Some(decode(&stored.body).map_err(|source| unreadable(key, source))?),
                None => None,
            };
            if there.is_none_or(|there| there.yields_to(name_of(key), seen)) {
                held.push((ip, seen));
            }
        }
        Ok(held)
    }

    /// Writes what the host suspects beside all that may be its.
    async fn tell_beside(
        &self,
        key: &EntityKey,
        state: &HostState,
        item: &HostItem,
        ties: &[EntityKey],
        run: &Run<'_>,
    ) -> Result<(), EngineError> {
        let held = self.held(key, state).await?;
        let addresses: Vec<IpAddr> = held.iter().map(|(ip, _)| *ip).collect();
        let ids = ids(state, &addresses, &run.intel.inventory);
        let ids = ids.into_iter().chain(ties.iter().map(|tie| tie.id.clone()));
        let mut keys: Vec<Key> = ids.map(|id| host_item_key(&key.account, &id)).collect();
        keys.sort();
        keys.dedup();
        for place in keys {
            self.put(key, &place, item, run.now).await?;
        }
        for (address, seen) in held {
            let item = HostItem { seen, ..item.clone() };
            self.put(key, &address_item_key(&key.account, address), &item, run.now).await?;
        }
        Ok(())
    }

    async fn put(&self, owner: &EntityKey, key: &Key, item: &HostItem, now: i64) -> Result<(), EngineError> {
        let body = encode(item).map_err(|source| unreadable(owner, source))?;
        let kept = now.saturating_add(REMEMBERED).div_euclid(1_000);
        for _ in 0..ATTEMPTS {
            let loaded = self.store.load(std::slice::from_ref(key)).await;
            let stored = loaded.map_err(|source| failed(owner, source))?.into_iter().next().flatten();
            if stored.as_ref().is_some_and(|stored| stored.body == body) {
                return Ok(());
            }
            let saved = self.store.save(key, &body, stored.map(|stored| stored.version), Some(kept)).await;
            if saved.map_err(|source| failed(owner, source))? != Saved::Lost {
                return Ok(());
            }
        }
        Err(EngineError::Contended { entity: owner.id.clone() })
    }

    /// What a host told of addresses that are now known to be an entity's; it is kept beside the entity from now on.
    pub(super) async fn adopt(
        &self,
        entity: &EntityKey,
        info: &EntityInfo,
        first_seen: i64,
        run: &Run<'_>,
    ) -> Result<Option<HostItem>, EngineError> {
        let addresses = info.addresses.iter();
        let keys: Vec<Key> = addresses.map(|address| address_item_key(&entity.account, *address)).collect();
        let loaded = self.store.load(&keys).await.map_err(|source| failed(entity, source))?;
        let Some(stored) = loaded.into_iter().flatten().next() else { return Ok(None) };
        let item: HostItem = decode(&stored.body).map_err(|source| unreadable(entity, source))?;
        let launched = info.known_instance(&run.intel.inventory).and_then(|instance| instance.launched);
        let Some(item) = item.since(launched) else { return Ok(None) };
        // Without an inventory: a host that was not seen with the address since the interface has it had it before.
        if launched.is_none() && item.seen < first_seen - HOUR {
            return Ok(None);
        }
        let item = HostItem { seen: 0, ..item };
        self.put(entity, &host_item_key(&entity.account, &entity.id), &item, run.now).await?;
        Ok(Some(item))
    }

    /// Takes over what an interface's document has to say and nobody is sending.
    async fn claim_tied(
        &self,
        tie: &EntityKey,
        run: &Run<'_>,
        hosted: &mut Hosted,
    ) -> Result<(), EngineError> {
        for lost in 0..ATTEMPTS {
            let (mut document, version) = self.read::<EntityState>(tie).await?;
            let (alerts, elsewhere) = document.claim(run.now, run.deadline);
            if alerts.is_empty() || self.write(tie, &mut document, version, run.now).await? {
                hosted.elsewhere += elsewhere;
                hosted.alerts.extend(alerts.into_iter().map(|alert| (tie.clone(), alert)));
                return Ok(());
            }
            (self.pause)(lost + 1).await;
        }
        Err(EngineError::Contended { entity: tie.id.clone() })
    }

    /// Has the interface's document tell what the host has news of.
    async fn tell_tied(
        &self,
        host: &EntityKey,
        tie: &EntityKey,
        item: &HostItem,
        news: &[Finding],
        run: &Run<'_>,
        hosted: &mut Hosted,
    ) -> Result<(), EngineError> {
        let batch = run.batch ^ host.hash64();
        let latest = news.iter().map(|finding| finding.time).max().unwrap_or(0);
        for lost in 0..ATTEMPTS {
            let Read { mut document, version, led } = self.read_led(tie).await?;
            if !document.holds(batch) {
                let around = Around {
                    prelude: led.prelude.as_ref(),
                    host: Some(item),
                    users: &|_| Users::default(),
                    usual: &|_| Usual::default(),
                    settings: run.settings.of_entity(tie, &document.state.info, run.intel),
                    intel: run.intel,
                };
                let finding = tell_host(&mut document.state, tie, &around);
                if let Some(due) = document.state.ends(&around.settings.incident) {
                    self.wait_for(tie, Some(due)).await?;
                }
                hosted.recorded.extend(document.queue(finding.into_iter().collect()));
                document.note_batch(batch, latest.max(document.state.closed));
            }
            let (alerts, elsewhere) = document.claim(run.now, run.deadline);
            if self.write(tie, &mut document, version, run.now).await? {
                hosted.elsewhere += elsewhere;
                hosted.alerts.extend(alerts.into_iter().map(|alert| (tie.clone(), alert)));
                return Ok(());
            }
            (self.pause)(lost + 1).await;
        }
        Err(EngineError::Contended { entity: tie.id.clone() })
    }
}

/// Whether what a host suspects should be written beside its interfaces: at once where it changed and accuses somebody,
/// else once an hour, since whom a host talks to changes all the time.
pub(crate) fn is_due(state: &HostState, item: &HostItem) -> bool {
    let (print, at) = state.written;
    !item.is_empty() && item.print() != print && (item.is_suspicious() || state.latest - at >= HOUR)
}

/// Names that flow logs may know a host by: those that its own logs or an inventory tell.
pub(crate) fn ids(state: &HostState, addresses: &[IpAddr], inventory: &Inventory) -> Vec<String> {
    let mut ids: Vec<String> = state.instance.iter().chain(&state.interface).cloned().collect();
    for address in addresses {
        if let Some(interface) = inventory.interface_at(*address, None) {
            ids.extend(interface.instance.clone());
            ids.push(interface.id.clone());
        }
    }
    ids.dedup();
    ids
}

fn unreadable(owner: &EntityKey, source: postcard::Error) -> EngineError {
    EngineError::Document { what: "host item", entity: owner.id.clone(), source }
}

/// Whether a key is that of a host, and not of an interface or instance.
pub(crate) fn is_host(entity: &EntityKey) -> bool {
    entity.id.starts_with("host/")
}

/// Where what a host suspects is kept: beside the document of an entity.
pub(crate) fn host_item_key(account: &str, id: &str) -> Key {
    Key { partition: format!("{account}/{id}"), sort: "host".to_owned() }
}

/// The same for an address that nobody is known to have yet.
fn address_item_key(account: &str, address: IpAddr) -> Key {
    Key { partition: format!("{account}/address/{address}"), sort: "host".to_owned() }
}
