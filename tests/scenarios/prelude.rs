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
use weir_tests::scenario::trail::{administration, preludes};

use crate::batches::{intel, payloads, read as collect, scenario};

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
    for seed in [1, 2] {
        let calm = administration(&labels, ACCOUNT, seed);
        let quiet = told(&flows, &calm, &settings, &intel);
        assert_eq!(quiet, plain, "seed {seed}: administration changes nothing");

        let mut calls = [calm, preludes(&labels, ACCOUNT, seed)].concat();
        calls.sort_by_key(|(time, _)| *time);
        let led = told(&flows, &calls, &settings, &intel);
        for (entity, severity) in &plain {
            let raised = led[entity];
            let expected =
                if *severity == Severity::Medium && guilty(entity) { Severity::High } else { *severity };
            assert!(raised >= expected, "seed {seed}: {entity} is {raised:?}, was {severity:?}");
        }
        let accused: Vec<_> = led
            .iter()
            .filter(|(entity, severity)| **severity >= Severity::Medium && !guilty(entity))
            .collect();
        assert!(accused.is_empty(), "seed {seed}: {accused:?}");
    }
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
