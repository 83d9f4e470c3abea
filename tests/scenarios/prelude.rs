//! The shipped scenario with calls beside its flows: what leads to a hijack raises it, administration raises nobody.

use std::collections::BTreeMap;

use serde_json::Value;
use weir_detection::finding::Severity;
use weir_tests::scenario::trail::{administration, preludes, rollout};

use crate::judged::Judged;

/// Trails over the same flows.
pub(crate) const SEEDS: u64 = 5;

pub(crate) const ACCOUNT: &str = "602673609652";

#[test]
fn preludes_raise_the_right_incidents_and_administration_raises_nobody() {
    let world = Judged::shipped();
    let labels = &world.labels;
    let guilty = |entity: &str| world.is_guilty(entity);
    let flows = world.observed();
    let plain = world.told(&flows, &[]);
    let medium = plain.values().filter(|severity| **severity == Severity::Medium).count();
    assert!(medium >= 10, "{medium} of the hijacks are medium by their traffic");
    let mut changed = Vec::new();
    for seed in 1..=SEEDS {
        let calm = administration(labels, ACCOUNT, seed);
        let quiet = world.told(&flows, &calm);
        assert_eq!(quiet, plain, "seed {seed}: administration changes nothing");

        let busy = in_order([calm.clone(), rollout(labels, ACCOUNT, seed)]);
        let hectic = world.told(&flows, &busy);
        // Where it meets an innocent host that its own traffic told of at low, it reads as a theft would.
        let same = hectic.keys().eq(plain.keys());
        assert!(same, "seed {seed}: calls alone tell of nobody: {:?}", hectic.keys().collect::<Vec<_>>());
        let raised: Vec<_> = hectic
            .iter()
            .filter(|(id, at)| !guilty(id) && **at >= Severity::Medium)
            .map(|(id, _)| id)
            .collect();
        assert!(raised.iter().all(|id| plain[*id] == Severity::Low), "seed {seed}: {raised:?}");
        let of_guilty = |told: &BTreeMap<String, Severity>| {
            told.iter()
                .filter(|(entity, _)| guilty(entity))
                .map(|(id, at)| (id.clone(), *at))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            of_guilty(&hectic),
            of_guilty(&plain),
            "seed {seed}: a rollout elsewhere raises no hijack"
        );

        let calls = in_order([calm.clone(), preludes(labels, ACCOUNT, seed)]);
        let led = world.told(&flows, &calls);
        let mut high = 0;
        for (entity, severity) in &plain {
            let raised = led[entity];
            let expected =
                if *severity == Severity::Medium && guilty(entity) { Severity::High } else { *severity };
            assert!(raised >= expected, "seed {seed}: {entity} is {raised:?}, was {severity:?}");
            high += usize::from(raised >= Severity::High && guilty(entity));
        }
        let accused: Vec<_> = led
            .iter()
            .filter(|(entity, severity)| **severity >= Severity::Medium && !guilty(entity))
            .collect();
        assert!(accused.is_empty(), "seed {seed}: {accused:?}");
        changed.push(format!(
            "seed {seed}: {} calls of administration: nobody raised; {} with a rollout: {} innocent raised to medium, \
             of {} told; {} with preludes: {high} hijacks at high, of {medium} at medium without calls, {} innocent",
            calm.len(),
            busy.len(),
            raised.len(),
            plain.keys().filter(|id| !guilty(id)).count(),
            calls.len(),
            accused.len()
        ));
    }
    eprintln!("{}", changed.join("\n"));
}

pub(crate) fn in_order(calls: [Vec<(i64, Value)>; 2]) -> Vec<(i64, Value)> {
    let mut calls = calls.concat();
    calls.sort_by_key(|(time, _)| *time);
    calls
}
