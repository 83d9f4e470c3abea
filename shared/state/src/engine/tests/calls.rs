//! Calls beside flows: what led to an interface raises what its traffic says, whichever comes first.

use weir_detection::finding::{Group, Severity};
use weir_detection::settings::Settings;
use weir_intel::Intel;
use weir_records::ApiCall;
use weir_records::api_call::{Trail, read};

use super::traffic::{ENTITY, START, batch, minute, scan};
use super::{Bench, NOW, Run};
use crate::resident::Resident;

/// A launch of the interface by somebody who probed before.
fn probed_launch() -> Vec<String> {
    let at = |minutes: i64| {
        let seconds = START / 1_000 - 60 * minutes;
        let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        assert_eq!(days, 20_798, "the date below is that of the traffic");
        format!("2026-12-11T{:02}:{:02}:{:02}Z", rest / 3_600, rest / 60 % 60, rest % 60)
    };
    let call = |minutes: i64, more: &str| {
        format!(
            r#"{{"eventTime":"{}","eventName":"RunInstances","eventSource":"ec2.amazonaws.com","eventID":"e{minutes}","awsRegion":"eu-west-1","recipientAccountId":"123456789012","sourceIPAddress":"203.0.113.9","userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::123456789012:user/lee"}}{more}}}"#,
            at(minutes)
        )
    };
    let dry = r#","errorCode":"Client.DryRunOperation""#;
    let made = format!(
        r#","responseElements":{{"instancesSet":{{"items":[{{"instanceId":"i-1","networkInterfaceSet":{{"items":[{{"networkInterfaceId":"{ENTITY}"}}]}}}}]}}}}"#
    );
    vec![call(9, dry), call(8, dry), call(7, dry), call(6, &made)]
}

fn calls(texts: &[String]) -> Vec<ApiCall<'_>> {
    let call = |text| match read(text, None) {
        Trail::Call(call) => *call,
        other => panic!("no call: {other:?}"),
    };
    texts.iter().map(|text| call(text.as_str())).collect()
}

/// Severities told when the calls come before this minute; scans are at minutes 150 and 200.
fn told(calls_before: i64) -> [Vec<Severity>; 2] {
    let (settings, intel) = (Settings::default(), Intel::default());
    let texts = probed_launch();
    let bench = Bench::new();
    let mut resident = Resident::default();
    let (mut alerted, mut said) = (Vec::new(), Vec::new());
    for n in 0..260 {
        if n == calls_before {
            let run = Run { batch: 1, settings: &settings, intel: &intel, now: NOW, deadline: NOW };
            let observe = || {
                crate::finish_now(bench.engine.observe("123456789012", &calls(&texts), &run))
                    .unwrap()
                    .unwrap()
            };
            assert_eq!(observe().changed, 2, "the instance and its interface");
            assert_eq!(observe().changed, 0, "a batch that comes again changes nothing");
            for call in calls(&texts) {
                resident.observe(&call, &settings, &intel).unwrap();
            }
        }
        let observed =
            batch(&[minute(n), if n == 150 || n == 200 { scan(n, 26) } else { Vec::new() }].concat());
        alerted.extend(bench.apply(n as u64 + 1, &observed, NOW).unwrap().alerts);
        said.extend(resident.apply(&observed, &settings, &intel).unwrap().findings);
    }
    let high = said.iter().find(|finding| finding.severity == Severity::High);
    if let Some(high) = high {
        let context = high.contributions.iter().find(|have| have.group == Group::Context).unwrap();
        assert!(
            context.facts.iter().any(|fact| fact.contains("user/lee from 203.0.113.9")),
            "{:?}",
            context.facts
        );
    }
    [
        alerted.into_iter().map(|alert| alert.finding.severity).collect(),
        said.into_iter().map(|finding| finding.severity).collect(),
    ]
}

#[test]
fn a_prelude_raises_an_incident_and_one_that_comes_late_has_it_told_again() {
    for (calls_before, expected) in [
        (i64::MAX, vec![Severity::Medium]),
        (10, vec![Severity::High]),
        (180, vec![Severity::Medium, Severity::High]),
    ] {
        let [alerted, said] = told(calls_before);
        assert_eq!(said, expected, "calls before minute {calls_before}");
        assert_eq!(alerted, expected, "over the engine, calls before minute {calls_before}");
    }
}
