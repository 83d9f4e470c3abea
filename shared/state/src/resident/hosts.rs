//! Hosts of one run, and the interfaces that carry their traffic.

use std::net::IpAddr;

use weir_detection::Finding;
use weir_detection::baseline::Usual;
use weir_detection::entity::EntityKey;
use weir_detection::host::{Beside, HostItem, HostState, close, host_key, report, step};
use weir_detection::prevalence::Users;
use weir_detection::settings::Settings;
use weir_detection::state::{EntityState, HOUR};
use weir_detection::step::{Around, tell_host};
use weir_intel::Intel;
use weir_intel::inventory::Inventory;
use weir_records::Telemetry;

use super::{Resident, shelf};
use crate::engine::EngineError;
use crate::engine::calls::prelude_key;
use crate::engine::hosts::{host_item_key, ids, is_due};
use crate::engine::waiting::Ends;

/// Logs of hosts name no account.
const ACCOUNT: &str = "-";

/// The host of logs that name none.
const UNNAMED: &str = "-";

/// What came of a batch of one host.
#[derive(Debug, Default)]
pub struct Hosted {
    /// What is to be reported, for the record or loudly, with whom it is of: the host, or the interface that carries
    /// its traffic.
    pub findings: Vec<(EntityKey, Finding)>,
    /// Buckets judged.
    pub windows: u64,
    /// Records whose bucket was judged before they came.
    pub late: u64,
}

impl Resident {
    /// Takes records of one host into its document, as [`by_host`](crate::by_host) groups them; every record before
    /// `complete` is here.
    ///
    /// # Errors
    ///
    /// As for [`apply`](Self::apply).
    pub fn hosts(
        &mut self,
        host: &str,
        batch: &[&Telemetry],
        complete: Option<i64>,
        settings: &Settings,
        intel: &Intel,
    ) -> Result<Hosted, EngineError> {
        let key = host_key(ACCOUNT, host);
        let mut document = shelf::taken(&mut self.hosts, self.file.as_ref(), &key)?;
        let own = settings.of_host(&key, &document.state, intel);
        let beside = Beside { settings: own, intel };
        let outcome = step(&mut document.state, batch, complete, &beside);
        let mut hosted =
            Hosted { windows: outcome.windows, late: outcome.admitted.late, ..Hosted::default() };
        let held = self.held(&key, &document.state);
        let addresses: Vec<IpAddr> = held.iter().map(|(ip, _)| *ip).collect();
        let ties = self.ties(&document.state, &addresses, intel);
        let cases = outcome.cases.iter();
        let news: Vec<Finding> = cases
            .filter_map(|case| report(&mut document.state, &key, case, !ties.is_empty(), &beside))
            .collect();
        let until = document.state.closed;
        let ended = close(&mut document.state, &key, until, !ties.is_empty(), &beside);
        hosted.findings.extend(ended.into_iter().map(|finding| (key.clone(), finding)));
        let item = document.state.item(&key, &beside);
        if is_due(&document.state, &item) || !news.is_empty() {
            document.state.written = (item.print(), document.state.latest);
            let known = ids(&document.state, &addresses, &intel.inventory).into_iter();
            let named = known.chain(ties.iter().map(|tie| tie.id.clone())).map(|id| (id, 0));
            for (id, seen) in held.iter().map(|(ip, seen)| (ip.to_string(), *seen)).chain(named) {
                let place = host_item_key(ACCOUNT, &id);
                *self.host_items.change(self.file.as_ref(), &key, &place)? =
                    HostItem { seen, ..item.clone() };
            }
        }
        let due = document.state.ends(&settings.incident);
        self.hosts.insert(key.clone(), document);
        self.wait_for(&key, due)?;
        match ties.first() {
            Some(tie) if !news.is_empty() => {
                let told = self.tell_tied(tie, &item, settings, intel)?;
                hosted.findings.extend(told.map(|finding| (tie.clone(), finding)));
            }
            _ => hosted.findings.extend(news.into_iter().map(|finding| (key.clone(), finding))),
        }
        Ok(hosted)
    }

    /// Hosts met in this run.
    #[must_use]
    pub fn host_count(&self) -> usize {
        self.hosts.len()
    }

    /// Takes records of many hosts, each as [`hosts`](Self::hosts) does.
    ///
    /// # Errors
    ///
    /// As for [`apply`](Self::apply).
    pub fn all_hosts(
        &mut self,
        telemetry: &[Telemetry],
        complete: Option<i64>,
        settings: &Settings,
        intel: &Intel,
    ) -> Result<Hosted, EngineError> {
        let mut all = Hosted::default();
        for (host, batch) in crate::by_host(telemetry, UNNAMED) {
            let hosted = self.hosts(&host, &batch, complete, settings, intel)?;
            all.findings.extend(hosted.findings);
            (all.windows, all.late) = (all.windows + hosted.windows, all.late + hosted.late);
        }
        Ok(all)
    }

    /// What the host behind an entity suspects.
    pub(super) fn host_item(
        &mut self,
        key: &EntityKey,
        state: &EntityState,
        inventory: &Inventory,
    ) -> Result<Option<HostItem>, EngineError> {
        if self.hosts.is_empty() && self.file.is_none() {
            return Ok(None);
        }
        let info = &state.info;
        let names =
            std::iter::once(key.id.clone()).chain(info.instance.clone()).chain(info.interface.clone());
        let names: Vec<String> = names.chain(info.addresses.iter().map(ToString::to_string)).collect();
        for name in names {
            let item = self.host_items.get(self.file.as_ref(), key, &host_item_key(ACCOUNT, &name))?;
            // A host that was not seen with the address since the entity has it had it before.
            let before = item.seen != 0 && item.seen < state.first_seen - HOUR;
            if !item.is_empty() && !before {
                let launched = info.known_instance(inventory).and_then(|instance| instance.launched);
                return Ok(item.clone().since(launched));
            }
        }
        Ok(None)
    }

    /// The host's addresses that no other host was seen with since, and when it was.
    pub(super) fn held(&mut self, key: &EntityKey, state: &HostState) -> Vec<(IpAddr, i64)> {
        let mut held = Vec::new();
        for (ip, seen) in state.own_addresses() {
            let (holder, at) = self.holders.entry(ip).or_insert_with(|| (key.clone(), seen));
            if holder == key || *at <= seen {
                (*holder, *at) = (key.clone(), seen);
                held.push((ip, seen));
            }
        }
        held
    }

    /// Entities that carry the host's traffic: by a name of theirs, else by an address that one alone has.
    pub(super) fn ties(&self, state: &HostState, addresses: &[IpAddr], intel: &Intel) -> Vec<EntityKey> {
        let ids = ids(state, addresses, &intel.inventory);
        let is_address = |key: &EntityKey| key.id.parse::<std::net::IpAddr>().is_ok();
        let has = |name: &Option<String>| name.as_ref().is_some_and(|name| ids.contains(name));
        let mut named: Vec<EntityKey> = Vec::new();
        let mut addressed: Vec<EntityKey> = Vec::new();
        for (key, document) in &self.entities {
            let info = &document.state.info;
            if ids.contains(&key.id) || has(&info.instance) || has(&info.interface) {
                named.push(key.clone());
            } else if info.addresses.iter().any(|address| addresses.contains(address)) {
                addressed.push(key.clone());
            }
        }
        named.sort();
        addressed.sort_by_key(|key| (is_address(key), key.clone()));
        // Two networks may use the same address: which of them is the host's is then not known.
        if addressed.iter().filter(|key| !is_address(key)).count() > 1 {
            addressed.clear();
        }
        named.extend(addressed);
        named
    }

    fn tell_tied(
        &mut self,
        tie: &EntityKey,
        item: &HostItem,
        settings: &Settings,
        intel: &Intel,
    ) -> Result<Option<Finding>, EngineError> {
        let prelude = self.preludes.get(self.file.as_ref(), tie, &prelude_key(&tie.account, tie.called()))?;
        let Some(document) = self.entities.get_mut(tie) else { return Ok(None) };
        let around = Around {
            prelude: Some(prelude),
            host: Some(item),
            users: &|_| Users::default(),
            usual: &|_| Usual::default(),
            settings: settings.of_entity(tie, &document.state.info, intel),
            intel,
        };
        let told = tell_host(&mut document.state, tie, &around);
        let due = document.state.ends(&settings.incident);
        self.wait_for(tie, due)?;
        Ok(told)
    }
}
