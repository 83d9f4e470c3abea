//! Lookups to the entities that asked.

use std::collections::BTreeMap;
use std::net::IpAddr;

use foldhash::{HashMap, HashSet};
use weir_intel::{Intel, names};
use weir_records::Lookup;
use weir_records::text::Text;

use super::entities::Entities;
use crate::entity::{EntityInfo, EntityKey, name_hash};
use crate::lookups::Note;
use crate::observation::Observations;

/// Lookups that were not handed out yet, by who asked.
#[derive(Default)]
pub(super) struct Asked(BTreeMap<Asker, Vec<Note>>);

/// Who asked, as the log says it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Asker {
    account: String,
    instance: Option<String>,
    address: Option<IpAddr>,
    vpc: Option<String>,
    region: Option<String>,
}

impl Asked {
    /// Adds one; false for one that nobody here asked: it came from another network through an endpoint.
    pub(super) fn push(&mut self, lookup: &Lookup<'_>) -> bool {
        let text = |text: &Option<Text<'_>>| text.as_ref().map(|text| text.as_str().to_owned());
        if lookup.endpoint.is_some() || lookup.instance.is_none() && lookup.source.is_none() {
            return false;
        }
        let asker = Asker {
            account: text(&lookup.account).unwrap_or_else(|| "-".to_owned()),
            instance: text(&lookup.instance),
            address: lookup.source,
            vpc: text(&lookup.vpc),
            region: text(&lookup.region),
        };
        let note = Note {
            time: lookup.time,
            name: name_hash(&lookup.name),
            listed: names::find(&lookup.name),
            answers: lookup.addresses().collect(),
        };
        self.0.entry(asker).or_default().push(note);
        true
    }

    /// Hands out what was asked before `until` (all, for `None`), one value an entity, sorted by key.
    pub(super) fn take(
        &mut self,
        until: Option<i64>,
        entities: &Entities,
        intel: &Intel,
    ) -> Vec<Observations> {
        let mut by_key: BTreeMap<EntityKey, Observations> = BTreeMap::new();
        if self.0.is_empty() {
            return Vec::new();
        }
        let known = Known::of(entities);
        for (asker, notes) in &mut self.0 {
            let taken: Vec<Note> =
                notes.extract_if(.., |note| until.is_none_or(|until| note.time < until)).collect();
            if taken.is_empty() {
                continue;
            }
            let (key, info) = known.entity(asker, intel);
            by_key.entry(key.clone()).or_insert_with(|| Observations::of(key, info)).lookups.extend(taken);
        }
        self.0.retain(|_, notes| !notes.is_empty());
        by_key.into_values().collect()
    }
}

/// Adds lookups to the observations of one bucket, sorted by key.
pub(super) fn join(observations: &mut Vec<Observations>, asked: Vec<Observations>) {
    for asked in asked {
        match observations.binary_search_by(|have| have.key.cmp(&asked.key)) {
            Ok(at) => {
                if let Some(have) = observations.get_mut(at) {
                    have.lookups.extend(asked.lookups);
                }
            }
            Err(at) => observations.insert(at, asked),
        }
    }
}

/// The entities of which flows were seen.
struct Known<'a> {
    keys: HashSet<(&'a str, &'a str)>,
    by_address: HashMap<(&'a str, IpAddr), &'a EntityKey>,
}

impl<'a> Known<'a> {
    fn of(entities: &'a Entities) -> Self {
        let own = || entities.iter().filter(|entity| !entity.intermediate && entity.behind.is_none());
        let addresses =
            own().flat_map(|entity| entity.info.addresses.iter().map(move |ip| (*ip, &entity.key)));
        Self {
            keys: own().map(|entity| (&*entity.key.account, &*entity.key.id)).collect(),
            by_address: addresses.map(|(ip, key)| ((&*key.account, ip), key)).collect(),
        }
    }

    /// The entity that asked: as its flows name it, else by the instance that the log or the inventory names, else by
    /// interface or address.
    fn entity(&self, asker: &Asker, intel: &Intel) -> (EntityKey, EntityInfo) {
        let account = asker.account.as_str();
        let interface = asker.address.and_then(|ip| intel.inventory.interface_at(ip, asker.vpc.as_deref()));
        let instance = asker.instance.as_deref().or_else(|| interface.and_then(|it| it.instance.as_deref()));
        let named = instance.filter(|id| self.keys.contains(&(account, id)));
        let by_flows = || asker.address.and_then(|ip| self.by_address.get(&(account, ip)));
        let address = asker.address.map(|ip| ip.to_string()).unwrap_or_default();
        let id = match (named, by_flows()) {
            (Some(id), _) => id,
            (None, Some(key)) => key.id.as_str(),
            (None, None) => instance.or_else(|| interface.map(|it| it.id.as_str())).unwrap_or(&address),
        };
        // No address: that would claim that its own flow log is read.
        let info = EntityInfo {
            region: asker.region.clone(),
            instance: instance.map(ToOwned::to_owned),
            interface: interface.map(|it| it.id.clone()),
            vpc: asker.vpc.clone(),
            ..EntityInfo::default()
        };
        (EntityKey { account: account.to_owned(), id: id.to_owned() }, info)
    }
}

#[cfg(test)]
mod tests {
    use weir_records::{Flow, lookup};

    use super::*;
    use crate::collect::Collector;
    use crate::settings::Settings;

    const TIME: i64 = 1_780_300_800_000;

    fn line(source: &str, ids: &str) -> String {
        format!(
            r#"{{"account_id":"1","vpc_id":"vpc-1","query_timestamp":"2026-06-01T08:00:00Z","query_name":"a.example.",
            "answers":[{{"Rdata":"203.0.113.9","Type":"A"}}],"srcaddr":"{source}","srcids":{{{ids}}}}}"#
        )
    }

    /// Who is told of a lookup, in a batch with or without a flow of `eni-1` at 10.0.0.5.
    fn told(source: &str, ids: &str, instance: Option<&str>, has_flow: bool) -> Vec<String> {
        let inventory = br#"{"NetworkInterfaces":[
            {"NetworkInterfaceId":"eni-7","PrivateIpAddress":"10.0.0.7","VpcId":"vpc-1","Attachment":{"InstanceId":"i-7"}},
            {"NetworkInterfaceId":"eni-8","PrivateIpAddress":"10.0.0.8","VpcId":"vpc-1"}]}"#;
        let (intel, faults) = Intel::load([("inventory.json", inventory.to_vec())]);
        assert!(faults.is_empty(), "{faults:?}");
        let settings = Settings::default();
        let mut collector = Collector::new(&settings, &intel);
        if has_flow {
            let (from, to) = ("10.0.0.5".parse().unwrap(), "203.0.113.9".parse().unwrap());
            let flow = Flow::between(from, to, TIME, TIME + 59_000);
            collector.push(&Flow { account: Some("1"), interface: Some("eni-1"), instance, ..flow });
        }
        collector.push_lookup(&lookup::read(&line(source, ids)).unwrap());
        let taken = collector.take_batch();
        let told = taken.into_iter().filter(|observed| !observed.lookups.is_empty());
        told.map(|observed| {
            assert_eq!(observed.lookups[0].answers, ["203.0.113.9".parse::<IpAddr>().unwrap()]);
            assert_eq!(observed.buckets.is_empty(), !has_flow);
            observed.key.id
        })
        .collect()
    }

    #[test]
    fn a_lookup_is_told_to_the_entity_that_its_flows_belong_to() {
        let instance = r#""instance":"i-5""#;
        assert_eq!(told("10.0.0.5", instance, Some("i-5"), true), ["i-5"]);
        // A flow log of version 2 names no instance: its entity is the interface with the address.
        assert_eq!(told("10.0.0.5", instance, None, true), ["eni-1"]);
    }

    #[test]
    fn without_flows_the_log_the_inventory_or_the_address_names_it_and_strangers_are_nobody() {
        for (source, ids, expected) in [
            ("10.0.0.5", r#""instance":"i-5""#, vec!["i-5"]),
            ("10.0.0.7", "", vec!["i-7"]),
            ("10.0.0.8", "", vec!["eni-8"]),
            ("10.0.0.9", "", vec!["10.0.0.9"]),
            ("192.168.1.1", r#""resolver_endpoint":"rslvr-in-1""#, vec![]),
        ] {
            assert_eq!(told(source, ids, None, false), expected, "{source} {ids}");
        }
    }

    #[test]
    fn a_lookup_waits_for_the_bucket_that_it_is_in() {
        let (settings, intel) = (Settings::default(), Intel::default());
        let mut collector = Collector::new(&settings, &intel);
        collector.push_lookup(&lookup::read(&line("10.0.0.5", "")).unwrap());
        assert!(collector.take(Some(TIME)).is_empty());
        assert_eq!(collector.take(Some(TIME + 1)).concat().len(), 1);
        assert!(collector.take(None).is_empty());
    }
}
