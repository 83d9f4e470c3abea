use proptest::prelude::*;
use serde_json::{Value, json};
use weir_detection::finding::Activity;

use super::*;
use crate::sample::{any_finding, bare, flood, relay};

fn message(finding: &Finding) -> SnsMessage {
    to_sns(finding, &Product::default()).unwrap()
}

fn ocsf(message: &SnsMessage) -> Value {
    let parts: Value = serde_json::from_str(&message.message).unwrap();
    serde_json::from_str(parts["default"].as_str().unwrap()).unwrap()
}

#[test]
fn machines_get_the_whole_document_and_people_get_text() {
    let message = message(&relay());
    let whole = to_ocsf(&relay(), &Product::default()).to_json().unwrap();
    assert_eq!(ocsf(&message), serde_json::from_str::<Value>(&whole).unwrap());
    let parts: Value = serde_json::from_str(&message.message).unwrap();
    assert_eq!(parts["email"], json!(to_text(&relay(), &Product::default())));
    assert_eq!(
        parts["sms"],
        json!(
            "Weir [HIGH] Back-connect relay on i-0a1b2c3d4e5f60718 at 600 kbit/s, $0.07 so far, $17.52 a month at \
             this rate. 123456789012, eu-central-1"
        )
    );
}

#[test]
fn the_subject_says_how_bad_what_and_where() {
    let title = "[HIGH] Back-connect relay on i-0a1b2c3d4e5f60718 at 600 kbit/s (123456789012, eu-central-1)";
    assert_eq!(message(&relay()).subject, title);
    let ended = Finding { activity: Activity::Close, ..flood() };
    assert_eq!(message(&ended).subject, "[MEDIUM, ended] UDP flood from eni-0123456789abcdef0");
    let long = Finding { title: "é\r\nx".repeat(400), ..relay() };
    let subject = message(&long).subject;
    assert_eq!(subject.len(), 99);
    assert!(subject.starts_with("[HIGH] ?\\u{d}\\u{a}x?"), "{subject}");
}

#[test]
fn a_filter_policy_has_ten_attributes_to_work_with_and_none_is_empty() {
    let shown = |finding: &Finding| {
        let attributes = message(finding).attributes;
        attributes.iter().map(|a| format!("{}:{}={}", a.name, a.data_type, a.value)).collect::<Vec<_>>()
    };
    let expected = [
        "severity:String=high",
        "severity_id:Number=4",
        "finding_type:String=bandwidth-hijacking/relay",
        "rule_id:String=AN0084",
        "activity:String=Create",
        "account_id:String=123456789012",
        "region:String=eu-central-1",
        "entity_type:String=instance",
        "mode:String=live",
        "technique:String=T1496.002",
    ];
    assert_eq!(shown(&relay()), expected);
    assert!(shown(&bare()).iter().all(|attribute| !attribute.starts_with("account_id")));
}

#[test]
fn a_finding_with_a_megabyte_of_facts_fits_and_keeps_its_verdict() {
    let mut finding = relay();
    finding.contributions[0].facts = vec!["ratio 1.04 at \u{1} \"quoted\" \u{1f680}; ".repeat(100); 400];
    let size: usize = finding.contributions[0].facts.iter().map(String::len).sum();
    assert!(size > 1_000_000, "{size}");
    let message = message(&finding);
    assert!(message.size() <= SIZE_LIMIT, "{}", message.size());
    let written = ocsf(&message);
    let whole = ocsf(&self::message(&relay()));
    for verdict in
        ["severity_id", "confidence_score", "time", "finding_info", "cloud", "resources", "observables"]
    {
        assert_eq!(written[verdict], whole[verdict], "{verdict}");
    }
    assert_eq!(written["unmapped"]["weir"]["why"], whole["unmapped"]["weir"]["why"]);
    assert_eq!(written["evidences"].as_array().unwrap().len(), 3);
    assert_eq!(written["metadata"]["is_truncated"], json!(true));
    assert!(written["metadata"]["untruncated_size"].as_u64().unwrap() > 1_000_000);
}

#[test]
fn what_fits_is_not_shortened_and_what_does_not_loses_its_series_first() {
    let mut finding = relay();
    // Grown until one more fact of this length would not fit.
    finding.description = "x".repeat(100);
    let spare = SIZE_LIMIT - message(&finding).size();
    finding.contributions[0].facts.push("y".repeat(spare - 310 - 20));
    let fits = message(&finding);
    assert!(fits.size() <= SIZE_LIMIT && ocsf(&fits)["metadata"].get("is_truncated").is_none());
    assert_eq!(ocsf(&fits)["unmapped"]["weir"]["series"].as_array().unwrap().len(), 36);

    finding.contributions[0].facts.push("z".repeat(400));
    let cut = ocsf(&message(&finding));
    assert_eq!(cut["unmapped"]["weir"].get("series"), None);
    assert_eq!(cut["metadata"]["is_truncated"], json!(true));
    assert_eq!(cut["unmapped"]["weir"]["contributions"][0]["facts"].as_array().unwrap().len(), 4);
}

#[test]
fn a_finding_whose_every_text_is_enormous_still_fits() {
    let huge = "\u{202e}\u{1}\"🚀".repeat(1_000);
    let mut finding = relay();
    finding.uid.clone_from(&huge);
    finding.analytic.clone_from(&huge);
    finding.title.clone_from(&huge);
    finding.description.clone_from(&huge);
    finding.why = vec![huge.clone(); 20];
    finding.would_raise = vec![huge.clone(); 20];
    finding.settings = (0..50).map(|place| (format!("{place}{huge}"), huge.clone())).collect();
    let subject = &mut finding.subject;
    subject.instance = Some(huge.clone());
    subject.account = Some(huge.clone());
    subject.region = Some(huge.clone());
    subject.interfaces = vec![huge.clone(); 20];
    subject.tags = vec![huge.clone(); 20];
    for remote in &mut finding.remotes {
        remote.organisation = Some(huge.clone());
    }
    let message = message(&finding);
    assert!(message.size() <= SIZE_LIMIT, "{}", message.size());
    assert_eq!(ocsf(&message)["severity_id"], json!(4));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_finding_gives_a_message_that_sns_accepts(finding in any_finding()) {
        let message = message(&finding);
        prop_assert!(message.size() <= SIZE_LIMIT);
        prop_assert!(message.subject.len() < 100);
        prop_assert!(message.subject.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{:?}", message.subject);
        prop_assert!(message.subject.starts_with('['));
        prop_assert!(!message.message.contains(char::is_control));
        prop_assert!(message.attributes.len() <= 10);
        for attribute in &message.attributes {
            prop_assert!(!attribute.value.is_empty() && !attribute.value.contains(char::is_control));
        }
        prop_assert_eq!(&ocsf(&message)["severity_id"], &json!(finding.severity as u8));
    }
}
