//! What each analytic says of logs in their own formats, and of what looks like it and is not.

mod containers;
mod countries;
mod disguises;
mod linux;
mod lives;
mod macos;
mod size;
mod windows;

use std::collections::BTreeMap;

use weir_intel::Intel;
use weir_records::{Entry, ReadOptions, RecordReader, Telemetry};

use super::{Beside, HostState, host_key, host_of, report, step};
use crate::finding::{Finding, Severity};
use crate::settings::Settings;

/// 2026-11-24 02:21:22 UTC, in seconds.
const START: i64 = 1_795_486_882;

/// Everything that is told of a log, whoever the hosts in it are.
fn findings_with(log: &str, values: &[(&str, &str)], intel: &Intel) -> Vec<Finding> {
    let settings = Settings::from_values(values.iter().copied()).unwrap();
    let mut reader = RecordReader::open(log.as_bytes(), &ReadOptions::default()).unwrap();
    let mut hosts: BTreeMap<String, Vec<Telemetry>> = BTreeMap::new();
    while let Some(entry) = reader.next().unwrap() {
        match entry {
            Entry::Telemetry(telemetry) => {
                let host = host_of(&telemetry).unwrap_or_default();
                hosts.entry(host).or_default().push(*telemetry);
            }
            Entry::Reject(reject) => panic!("refused: {reject:?}"),
            _ => {}
        }
    }
    let mut findings = Vec::new();
    for (host, telemetry) in hosts {
        let mut state = HostState::default();
        let key = host_key("-", &host);
        let own = settings.of_host(&key, &state, intel);
        let beside = Beside { settings: own, intel };
        let batch: Vec<&Telemetry> = telemetry.iter().collect();
        let complete = telemetry.iter().filter_map(Telemetry::time).max().map(|last| last + 600_000);
        let cases = step(&mut state, &batch, complete, &beside).cases;
        findings.extend(cases.iter().filter_map(|case| report(&mut state, &key, case, false, &beside)));
    }
    findings
}

/// The loudest severity that alerts, and the analytic.
fn told(log: &str, values: &[(&str, &str)]) -> Option<(Severity, String)> {
    let findings = findings_with(log, values, &Intel::default());
    let alerts = findings.into_iter().filter(|finding| finding.severity > Severity::Info);
    alerts.max_by_key(|finding| finding.severity).map(|finding| (finding.severity, finding.analytic))
}

/// Holds each log against what is to be told of it.
fn hold(analytic: &str, cases: &[(&str, String, Option<Severity>)]) {
    let mut wrong = Vec::new();
    for (name, log, expected) in cases {
        let found = told(log, &[]);
        let expected = expected.map(|severity| (severity, analytic.to_owned()));
        if found != expected {
            let told = findings_with(log, &[], &Intel::default());
            let told: Vec<&str> = told.iter().map(|finding| finding.description.as_str()).collect();
            wrong.push(format!("{name}: expected {expected:?}, found {found:?}: {told:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
