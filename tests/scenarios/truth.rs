//! Labels, inventory and lists agree with the rows.

use std::collections::BTreeSet;

use weir_tests::scenario::run::generate;
use weir_tests::scenario::world::{ALL, World};

use crate::{files, made, number, small};

#[test]
fn every_hijack_is_labelled_with_a_victim_that_acts_in_its_time() {
    let mut world = small(&ALL, 44);
    world.longest = 2.0;
    let (labels, rows) = made(&world);
    let kinds: BTreeSet<&str> = labels.hijacks.iter().map(|h| h.kind.as_str()).collect();
    assert_eq!(kinds, ALL.iter().map(|k| k.name()).collect());
    for hijack in &labels.hijacks {
        assert!(hijack.start_ms < hijack.end_ms && hijack.end_ms <= labels.end_ms, "{hijack:?}");
        let (victim, address) = (&hijack.interface, &hijack.addresses[0]);
        let acts = rows.iter().any(|r| {
            (&r["interface-id"] == victim || &r["pkt-srcaddr"] == address)
                && (hijack.start_ms..hijack.end_ms).contains(&(number(r, "start") * 1000))
        });
        assert!(acts, "nothing of {hijack:?} is in the rows");
        let entity = labels.entities.iter().find(|e| &e.interface == victim).unwrap();
        assert!(
            entity.hijacked
                && entity.benign_days <= (hijack.start_ms - labels.start_ms).max(0) as f64 / 864e5
        );
    }
}

#[test]
fn the_inventory_knows_every_interface_and_the_lists_hold_the_tor_relay_s_peers() {
    let folder = tempfile::tempdir().unwrap();
    let (labels, _) = generate(&small(&ALL, 44), folder.path()).unwrap();
    let all = files(folder.path());
    let inventory: serde_json::Value = serde_json::from_slice(&all["intel/inventory.json"]).unwrap();
    let interfaces = inventory["NetworkInterfaces"].as_array().unwrap();
    let ids: BTreeSet<&str> = interfaces.iter().map(|i| i["NetworkInterfaceId"].as_str().unwrap()).collect();
    assert_eq!(ids, labels.entities.iter().map(|e| e.interface.as_str()).collect());
    let kinds: BTreeSet<&str> = interfaces.iter().map(|i| i["InterfaceType"].as_str().unwrap()).collect();
    assert!(
        kinds
            .is_superset(&["nat_gateway", "network_load_balancer", "vpc_endpoint", "transit_gateway"].into())
    );

    let (labels, rows) = made(&small(&[weir_tests::scenario::world::Kind::TorRelay], 1));
    let list = String::from_utf8(all["intel/tor.txt"].clone()).unwrap();
    let tor: BTreeSet<&str> = list.lines().collect();
    let peers = rows
        .iter()
        .filter(|r| r["interface-id"] == labels.hijacks[0].interface && tor.contains(r["dstaddr"].as_str()));
    assert!(peers.count() > 100);
}

#[test]
fn a_calm_world_has_no_hijack_and_counts_all_its_life() {
    let mut world = World::named("calm").unwrap();
    (world.days, world.entities, world.busy) = (2, 20, 0.02);
    let (labels, _) = made(&world);
    assert!(labels.hijacks.is_empty() && labels.entities.iter().all(|e| !e.hijacked));
    let days: f64 = labels.entities.iter().map(|e| e.benign_days).sum();
    assert!((30.0..=40.0).contains(&days), "{days}");
    let shared = labels.entities.iter().filter(|e| e.entity.starts_with("eni-"));
    assert_eq!(shared.map(|e| e.benign_days).collect::<Vec<_>>(), [0.0; 4], "a NAT gateway is no entity");
}
