//! Lookups of an entity before, beside and without its flows.

use weir_detection::entity::{EntityInfo, name_hash};
use weir_detection::lookups::Note;
use weir_intel::names;

use super::traffic::{START, batch, minute};
use super::*;

/// Lookups of a name, an hour apart.
fn asked(name: &str) -> Observations {
    let note = |time| Note { time, name: name_hash(name), listed: names::find(name), answers: Vec::new() };
    let lookups = vec![note(START), note(START + 3_600_000)];
    Observations { lookups, ..Observations::of(key(), EntityInfo::default()) }
}

#[test]
fn an_unknown_entity_is_remembered_for_a_name_of_proxyware_and_for_no_other() {
    let bench = Bench::new();
    let applied = bench.apply(1, &asked("example.org"), NOW).unwrap();
    assert!(applied.alerts.is_empty() && bench.document() == Document::default());

    let alerts = bench.apply(2, &asked("proxy.packetstream.io"), NOW).unwrap().alerts;
    assert_eq!(alerts.len(), 1);
    assert!(alerts[0].finding.uid.ends_with("-name"), "{}", alerts[0].finding.uid);
    // Whatever is delivered again says nothing new.
    for batch in [2, 3] {
        let again = bench.apply(batch, &asked("proxy.packetstream.io"), NOW + 2 * LIFE).unwrap();
        assert!(again.alerts.iter().all(|alert| alert.id == alerts[0].id));
    }
}

#[test]
fn an_entity_whose_lookups_came_first_still_tells_that_its_own_log_is_read() {
    let bench = Bench::new();
    bench.apply(1, &asked("proxy.packetstream.io"), NOW).unwrap();
    let behind = EntityKey { account: key().account, id: "10.0.0.5@eni-nat".to_owned() };
    let gateways = Observations { key: behind, ..batch(&minute(0)) };
    assert!(!bench.apply(2, &gateways, NOW).unwrap().counted_elsewhere);

    bench.apply(3, &batch(&minute(1)), NOW).unwrap();

    assert!(bench.apply(4, &gateways, NOW).unwrap().counted_elsewhere);
}
