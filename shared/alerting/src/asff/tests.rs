use std::path::Path;
use std::sync::LazyLock;

use jsonschema::Validator;
use proptest::prelude::*;
use weir_detection::finding::Subject;

use super::*;
use crate::sample::{ACTIVITIES, any_finding, bare, ended, flood, hosted, relay};

static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let file = "../../tests/schemas/asff/aws_security_finding.schema.json";
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    jsonschema::draft202012::new(&serde_json::from_str(&text).unwrap()).unwrap()
});

fn hub() -> HubProduct {
    HubProduct::parse("arn:aws:securityhub:eu-central-1:999988887777:product/999988887777/default").unwrap()
}

fn value(finding: &Finding) -> Value {
    serde_json::from_str(&to_asff(finding, &Product::default(), &hub()).unwrap()).unwrap()
}

fn complaints(value: &Value) -> Vec<String> {
    SCHEMA.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn every_sample_is_a_finding_as_the_api_describes_it() {
    for finding in [relay(), flood(), bare(), hosted(), ended()] {
        assert_eq!(complaints(&value(&finding)), Vec::<String>::new(), "{}", finding.uid);
    }
    // The schema would not take just anything.
    let mut broken = value(&relay());
    broken["Title"] = "".into();
    broken["Resources"] = json!([]);
    let said = complaints(&broken).join("\n");
    assert!(said.contains("/Title") && said.contains("/Resources"), "{said}");
}

#[test]
fn only_the_default_product_of_one_account_is_taken() {
    for arn in [
        "arn:aws:securityhub:eu-central-1:999988887777:product/111122223333/default",
        "arn:aws:securityhub:eu-central-1:999988887777:product/aws/guardduty",
        "arn:aws:securityhub::999988887777:product/999988887777/default",
        "arn:aws:sns:eu-central-1:999988887777:product/999988887777/default",
        "arn:aws:securityhub:eu-central-1:99998888777:product/99998888777/default",
    ] {
        assert_eq!(HubProduct::parse(arn), None, "{arn}");
    }
    let china = "arn:aws-cn:securityhub:cn-north-1:999988887777:product/999988887777/default";
    assert_eq!(HubProduct::parse(china).unwrap().partition, "aws-cn");
}

#[test]
fn an_incident_of_another_account_is_of_the_account_that_imports_it_and_names_its_own() {
    let asff = value(&relay());

    assert_eq!(asff["AwsAccountId"], "999988887777", "Security Hub refuses any other");
    assert_eq!(asff["ProductFields"]["weir/account"], "123456789012");
    let instance = &asff["Resources"][0];
    assert_eq!(instance["Id"], "arn:aws:ec2:eu-central-1:123456789012:instance/i-0a1b2c3d4e5f60718");
    assert_eq!(instance["Type"], "AwsEc2Instance");
    assert_eq!(asff["Resources"][1]["Type"], "AwsEc2NetworkInterface");
}

#[test]
fn an_update_replaces_leaves_alone_what_customers_work_with_and_is_archived_with_its_incident() {
    let of = |activity, count| value(&Finding { activity, count, ..relay() });
    let [first, second, last] = [of(ACTIVITIES[0], 1), of(ACTIVITIES[1], 2), of(ACTIVITIES[2], 3)];

    assert_eq!((&first["Id"], &first["CreatedAt"]), (&last["Id"], &last["CreatedAt"]));
    let times: Vec<&str> = [&first, &second, &last].map(|asff| asff["UpdatedAt"].as_str().unwrap()).into();
    assert!(times[0] < times[1] && times[1] < times[2], "of one time, and yet later: {times:?}");
    assert_eq!((&first["Workflow"]["Status"], &first["Severity"]["Label"]), (&"NEW".into(), &"HIGH".into()));
    for update in [&second, &last] {
        let theirs = ["Workflow", "Severity", "Types", "Confidence"];
        assert!(theirs.iter().all(|name| update.get(name).is_none()), "{update}");
        assert_eq!(update["FindingProviderFields"]["Severity"]["Label"], "HIGH");
    }
    let states = [&first, &second, &last].map(|asff| asff["RecordState"].as_str().unwrap());
    assert_eq!(states, ["ACTIVE", "ACTIVE", "ARCHIVED"]);
}

#[test]
fn who_nobody_knows_by_an_id_is_a_host_an_address_or_the_account() {
    let of = |finding: &Finding| value(finding)["Resources"][0].clone();
    let stranger = Finding { subject: Subject::default(), host: None, actors: vec![], ..relay() };
    let named = Finding { host: Some("build-7".to_owned()), ..stranger.clone() };
    let subject = Subject { addresses: vec!["10.0.0.5".parse().unwrap()], ..Subject::default() };
    let seen = Finding { subject, ..stranger.clone() };

    assert_eq!((&of(&named)["Type"], &of(&named)["Id"]), (&"Other".into(), &"build-7".into()));
    assert_eq!((&of(&seen)["Type"], &of(&seen)["Id"]), (&"Other".into(), &"10.0.0.5".into()));
    assert_eq!(of(&stranger)["Id"], "AWS::::Account:999988887777");
    // What only looks like an id does not get into an ARN.
    let subject = Subject { instance: Some("i-0a1b2c3d/../x".to_owned()), ..Subject::default() };
    assert_eq!(of(&Finding { subject, ..stranger })["Type"], "AwsAccount");
}

#[test]
fn what_has_no_room_is_shortened_and_never_the_verdict() {
    let long = "x".repeat(4_000);
    let mut finding = relay();
    finding.description.clone_from(&long);
    finding.why = vec![long.clone(); 30];
    finding.would_raise = vec![long.clone(); 30];
    finding.subject.tags = (0..200).map(|n| format!("tag-{n}={long}")).collect();
    finding.contributions = vec![finding.contributions[0].clone(); 7];
    for share in &mut finding.contributions {
        share.facts = vec![long.clone(); 40];
    }
    finding.settings = vec![(long.clone(), long); 60];
    let text = to_asff(&finding, &Product::default(), &hub()).unwrap();
    let asff: Value = serde_json::from_str(&text).unwrap();

    assert!(text.len() <= FINDING_LIMIT, "{}", text.len());
    assert_eq!(complaints(&asff), Vec::<String>::new());
    assert_eq!(asff["Id"], finding.uid.as_str());
    assert_eq!(asff["FindingProviderFields"]["Severity"]["Label"], "HIGH");
}

proptest! {
    #[test]
    fn any_finding_is_one_that_security_hub_takes(finding in any_finding()) {
        let text = to_asff(&finding, &Product::default(), &hub()).unwrap();
        prop_assert!(text.len() <= FINDING_LIMIT);
        prop_assert_eq!(complaints(&serde_json::from_str(&text).unwrap()), Vec::<String>::new());
    }
}
