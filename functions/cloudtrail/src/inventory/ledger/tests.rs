use super::super::entries::{Card, NetworkInfo, PrivateAddress};
use super::*;

fn instance(id: &str, instance_type: &str) -> Instance {
    Instance {
        id: id.to_owned(),
        instance_type: Some(instance_type.to_owned()),
        launched: None,
        state: Some("running".to_owned()),
        public: None,
        vpc: None,
        tags: Vec::new(),
    }
}

fn interface(id: &str, instance: &str, address: &str) -> Interface {
    let since = Timestamp::from_millisecond(1_795_000_000_000).ok();
    Interface {
        id: id.to_owned(),
        attachment: Some(Attachment { instance: Some(instance.to_owned()), since }),
        private: vec![PrivateAddress { address: address.to_owned() }],
        ..Interface::default()
    }
}

fn described(instances: &[(&str, &str)], interfaces: &[(&str, &str, &str)]) -> Described {
    Described {
        instances: instances.iter().map(|(id, kind)| instance(id, kind)).collect(),
        interfaces: interfaces.iter().map(|(id, on, address)| interface(id, on, address)).collect(),
        types: Vec::new(),
    }
}

fn noted(described: Described, seen: i64) -> Ledger {
    let mut ledger = Ledger::default();
    ledger.note(described, seen);
    ledger
}

/// As the detection reads it.
fn read(ledger: &Ledger) -> weir_intel::Inventory {
    let mut inventory = weir_intel::Inventory::default();
    inventory.merge(&ledger.to_json().unwrap()).unwrap();
    inventory
}

#[test]
fn refreshes_that_met_end_the_same_in_either_order_and_lose_nothing() {
    let full =
        noted(described(&[("i-1", "m5.large"), ("i-2", "m5.large")], &[("eni-1", "i-1", "10.0.0.1")]), 10);
    let launch = noted(described(&[("i-3", "m5.large")], &[("eni-1", "i-3", "10.0.0.1")]), 20);
    let change = noted(described(&[("i-2", "c5n.large")], &[]), 30);
    let merge = |parts: [&Ledger; 3]| {
        let mut whole = Ledger::default();
        parts.into_iter().for_each(|part| whole.merge(part.clone()));
        whole
    };
    let whole = merge([&full, &launch, &change]);

    assert_eq!(merge([&change, &full, &launch]), whole);
    assert_eq!(merge([&launch, &change, &full]), whole);
    assert_eq!(whole.len(), 4);
    let inventory = read(&whole);
    assert_eq!(inventory.instance("i-2").unwrap().family(), Some("c5n"));
    assert_eq!(inventory.interface("eni-1").unwrap().instance.as_deref(), Some("i-3"));
}

#[test]
fn what_a_full_refresh_did_not_see_is_gone_unless_it_came_since() {
    let mut ledger = noted(described(&[("i-old", "m5.large")], &[("eni-old", "i-old", "10.0.0.1")]), 10);
    ledger.note(described(&[("i-new", "m5.large")], &[("eni-new", "i-new", "10.0.0.1")]), 30);
    ledger.close(20);

    assert_eq!(ledger.len(), 2);
    // The address is that of the one that is there.
    let inventory = read(&ledger);
    assert_eq!(inventory.interface_at("10.0.0.1".parse().unwrap(), None).unwrap().id, "eni-new");
    // The last records of the one that is gone may still come.
    assert_eq!(inventory.interface("eni-old").unwrap().instance.as_deref(), Some("i-old"));

    ledger.close(20 + KEPT - 1);
    assert!(read(&ledger).instance("i-old").is_some());
    ledger.close(20 + KEPT);
    assert!(read(&ledger).instance("i-old").is_none() && read(&ledger).instance("i-new").is_some());
}

#[test]
fn a_look_at_some_ids_ends_only_those_and_what_was_attached_to_them() {
    let mut ledger = noted(
        described(
            &[("i-1", "m5.large"), ("i-2", "m5.large")],
            &[("eni-1", "i-1", "10.0.0.1"), ("eni-2", "i-2", "10.0.0.2")],
        ),
        10,
    );
    let ids = Ids { instances: ["i-1".to_owned()].into(), ..Ids::default() };
    assert_eq!(ledger.interfaces_of(&ids.instances).collect::<Vec<_>>(), ["eni-1"]);
    let terminated = Instance { state: Some("terminated".to_owned()), ..instance("i-1", "m5.large") };
    ledger.note(Described { instances: vec![terminated], ..Described::default() }, 20);
    ledger.close_only(&ids, 20);

    assert_eq!(ledger.len(), 2);
    assert!(read(&ledger).interface_at("10.0.0.1".parse().unwrap(), None).is_none());
    assert!(read(&ledger).interface_at("10.0.0.2".parse().unwrap(), None).is_some());
}

#[test]
fn a_file_reads_back_and_the_types_it_lacks_are_named() {
    let mut ledger = noted(described(&[("i-1", "c5n.large")], &[("eni-1", "i-1", "2001:db8::1")]), 10);
    ledger.close(5);
    assert_eq!(ledger.unknown_types(), ["c5n.large".to_owned()].into());
    let cards = vec![Card { baseline: Some(3.0), peak: Some(25.0) }];
    let types = vec![InstanceType { name: "c5n.large".to_owned(), network: NetworkInfo { cards } }];
    ledger.note(Described { types, ..Described::default() }, 10);
    assert!(ledger.unknown_types().is_empty());

    let again = Ledger::from_json(&ledger.to_json().unwrap()).unwrap();
    assert_eq!((again.complete, again.len()), (Some(5), 2));
    assert_eq!(again.to_json().unwrap(), ledger.to_json().unwrap());
    assert_eq!(read(&again).bandwidth("c5n.large").unwrap().baseline, 3.0);
}
