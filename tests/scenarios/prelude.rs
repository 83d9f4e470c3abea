//! The shipped scenario with calls beside its flows: what leads to a hijack raises it, administration raises nobody.

use std::collections::BTreeMap;

use serde_json::Value;
use weir_detection::collect::Collector;
use weir_detection::finding::Severity;
use weir_detection::observation::Observations;
use weir_detection::settings::Settings;
use weir_intel::Intel;
use weir_records::api_call::{Trail, read};
use weir_state::Resident;
use weir_tests::labels::Labels;
use weir_tests::scenario::trail::{administration, preludes, rollout};

use crate::batches::{intel, payloads, read as collect, scenario};

/// Trails over the same flows.
const SEEDS: u64 = 5;

const ACCOUNT: &str = "602673609652";

#[test]
fn preludes_raise_the_right_incidents_and_administration_raises_nobody() {
    let labels: Labels =
        serde_json::from_slice(&std::fs::read(scenario().join("labels.json")).unwrap()).unwrap();
    let guilty = |entity: &str| labels.hijacks.iter().any(|hijack| hijack.entity == entity);
    let (settings, intel) = (Settings::default(), intel());
    let flows = observed(&settings, &intel);
    let plain = told(&flows, &[], &settings, &intel);
    let medium = plain.values().filter(|severity| **severity == Severity::Medium).count();
    assert!(medium >= 10, "{medium} of the hijacks are medium by their traffic");
    let mut changed = Vec::new();
    for seed in 1..=SEEDS {
        let calm = administration(&labels, ACCOUNT, seed);
        let quiet = told(&flows, &calm, &settings, &intel);
        assert_eq!(quiet, plain, "seed {seed}: administration changes nothing");

        let busy = in_order([calm.clone(), rollout(&labels, ACCOUNT, seed)]);
        let hectic = told(&flows, &busy, &settings, &intel);
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

        let calls = in_order([calm.clone(), preludes(&labels, ACCOUNT, seed)]);
        let led = told(&flows, &calls, &settings, &intel);
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

fn in_order(calls: [Vec<(i64, Value)>; 2]) -> Vec<(i64, Value)> {
    let mut calls = calls.concat();
    calls.sort_by_key(|(time, _)| *time);
    calls
}

/// What the flows of the scenario come to, with the time at which each part is complete.
fn observed(settings: &Settings, intel: &Intel) -> Vec<(i64, Vec<Observations>)> {
    let mut collector = Collector::new(settings, intel);
    let mut observed = Vec::new();
    for ((time, _), lines) in payloads() {
        collect(&lines, &mut collector);
        observed
            .extend(collector.take(Some(time - settings.lateness)).into_iter().map(|window| (time, window)));
    }
    observed.extend(collector.take(None).into_iter().map(|window| (i64::MAX, window)));
    observed
}

/// Highest severity by entity, of what is told at low or above.
fn told(
    flows: &[(i64, Vec<Observations>)],
    calls: &[(i64, Value)],
    settings: &Settings,
    intel: &Intel,
) -> BTreeMap<String, Severity> {
    let mut resident = Resident::default();
    let mut calls = calls.iter().peekable();
    let mut told: BTreeMap<String, Severity> = BTreeMap::new();
    for (time, window) in flows {
        while let Some((_, call)) = calls.next_if(|(at, _)| at <= time) {
            let text = call.to_string();
            let Trail::Call(call) = read(&text, None) else { panic!("no call: {text}") };
            resident.observe(&call, settings, intel).unwrap();
        }
        for finding in window.iter().flat_map(|one| resident.apply(one, settings, intel).unwrap().findings) {
            let entity = finding.subject.instance.unwrap_or_default();
            if finding.severity > Severity::Info {
                let severity = told.entry(entity).or_insert(finding.severity);
                *severity = (*severity).max(finding.severity);
            }
        }
    }
    told
}
