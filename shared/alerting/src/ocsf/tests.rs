use std::path::Path;
use std::sync::LazyLock;

use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::sample::{ACTIVITIES, any_finding, bare, flood, hosted, relay};
use weir_detection::finding::{Kernel, Mode, Role, Subject};

static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let file = "../../tests/schemas/ocsf/detection_finding-1.8.0-cloud.schema.json";
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    jsonschema::draft202012::new(&serde_json::from_str(&text).unwrap()).unwrap()
});

fn value(finding: &Finding) -> Value {
    serde_json::from_str(&to_ocsf(finding, &Product::default()).to_json().unwrap()).unwrap()
}

fn complaints(value: &Value) -> Vec<String> {
    SCHEMA.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Paths of nulls and of empty strings, lists and objects, evidence text apart.
fn absences(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Null => found.push(path.to_owned()),
        Value::Array(items) => {
            for item in items {
                absences(item, &format!("{path}[]"), found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                absences(member, &format!("{path}.{name}"), found);
            }
        }
        _ => {}
    }
    let empty = match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    };
    if empty {
        found.push(path.to_owned());
    }
}

fn holds_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(holds_null),
        Value::Object(members) => members.values().any(holds_null),
        _ => false,
    }
}

#[test]
fn findings_of_every_kernel_and_activity_are_valid_whatever_is_known_of_the_entity() {
    for kernel in Kernel::ALL {
        for activity in ACTIVITIES {
            for known in [relay(), hosted(), flood(), bare()] {
                let finding = Finding { kernel, activity, ..known };
                assert_eq!(complaints(&value(&finding)), Vec::<String>::new(), "{kernel:?} {activity:?}");
            }
        }
    }
}

#[test]
fn the_schema_refuses_what_it_should() {
    let spoil = |change: fn(&mut Value)| {
        let mut spoilt = value(&relay());
        change(&mut spoilt);
        complaints(&spoilt)
    };
    assert_ne!(spoil(|finding| finding["verdict"] = json!("hijack")), Vec::<String>::new());
    assert_ne!(spoil(|finding| finding["severity_id"] = json!(42)), Vec::<String>::new());
    assert_ne!(
        spoil(|finding| finding["evidences"] = json!([{"name": "only a name"}])),
        Vec::<String>::new()
    );
    assert_ne!(spoil(|finding| finding["device"]["ip"] = json!("10.0.0")), Vec::<String>::new());
    assert_ne!(
        spoil(|finding| {
            finding.as_object_mut().unwrap().remove("finding_info");
        }),
        Vec::<String>::new()
    );
}

#[test]
fn who_is_behind_it_is_named_with_its_file_and_its_container() {
    let found = value(&hosted());
    let evidences = found["evidences"].as_array().unwrap();
    let [.., program, container] = &evidences[..] else { panic!("{evidences:?}") };

    assert_eq!(program["actor"]["process"]["file"]["path"], json!("/tmp/.x/pawns-cli"));
    assert_eq!(container["container"]["image"]["name"], json!("honeygain/honeygain:latest"));
    assert_eq!(found["device"]["hostname"], json!("web-7"));
}

#[test]
fn nothing_unknown_is_written_down() {
    for finding in [relay(), hosted(), flood(), bare()] {
        let mut found = Vec::new();
        absences(&value(&finding), "", &mut found);
        assert_eq!(found, Vec::<String>::new());
    }
    let empty = Some(String::new());
    let subject =
        Subject { account: empty.clone(), instance: empty, tags: vec![String::new()], ..bare().subject };
    let written = value(&Finding { subject, ..bare() });
    assert_eq!(written["cloud"], json!({"provider": "AWS"}));
    for absent in ["resources", "device", "evidences", "observables"] {
        assert_eq!(written.get(absent), None, "{absent}");
    }
}

#[test]
fn a_subscriber_finds_the_names_of_the_contract() {
    let finding = value(&relay());
    let cases = [
        ("/class_uid", json!(2004)),
        ("/type_uid", json!(200_401)),
        ("/severity_id", json!(4)),
        ("/status_id", json!(1)),
        ("/confidence_score", json!(86)),
        ("/is_alert", json!(true)),
        ("/time", json!(1_795_493_700_000_i64)),
        ("/finding_info/uid", json!("AN0084:123456789012:eu-central-1:i-0a1b2c3d4e5f60718:relay")),
        ("/finding_info/analytic/uid", json!("AN0084")),
        ("/finding_info/attacks/0/technique/uid", json!("T1496.002")),
        ("/finding_info/attacks/0/sub_technique/uid", json!("T1496.002")),
        ("/finding_info/related_analytics/0/uid", json!("DET0028")),
        ("/cloud/account/uid", json!("123456789012")),
        ("/cloud/region", json!("eu-central-1")),
        ("/resources/0/uid", json!("i-0a1b2c3d4e5f60718")),
        ("/resources/0/labels/1", json!("team=web")),
        ("/resources/2/type", json!("AWS::EC2::NetworkInterface")),
        ("/evidences/0/dst_endpoint/ip", json!("203.0.113.7")),
        ("/evidences/0/dst_endpoint/location/country", json!("NL")),
        ("/evidences/0/connection_info/direction_id", json!(2)),
        ("/evidences/0/data/bytes_out", json!(812_000_000)),
        ("/anomaly_analyses/0/anomalies/0/observations/0/value", json!("22500000")),
        ("/anomaly_analyses/0/baselines/3/observation_type", json!("p99")),
        ("/unmapped/weir/baseline/state", json!("mature")),
        ("/unmapped/weir/contributions/0/group", json!("structure")),
        ("/unmapped/weir/contributions/0/score", json!(0.91)),
        ("/unmapped/weir/settings/an0084~1mode", json!("live")),
    ];
    for (path, expected) in cases {
        assert_eq!(finding.pointer(path), Some(&expected), "{path}");
    }
}

#[test]
fn reports_of_one_incident_share_its_id_and_differ_in_their_own() {
    let first = value(&relay());
    let later = value(&Finding { activity: Activity::Update, count: 2, ..relay() });
    let last = value(&Finding { activity: Activity::Close, count: 3, ..relay() });
    assert_eq!(first["finding_info"]["uid"], last["finding_info"]["uid"]);
    assert_ne!(first["metadata"]["uid"], later["metadata"]["uid"]);
    assert_eq!(first["metadata"]["uid"], value(&relay())["metadata"]["uid"]);
    assert_eq!((&later["status_id"], &last["status_id"]), (&json!(2), &json!(4)));
}

#[test]
fn a_client_stands_at_the_source_and_the_served_port_at_the_entity() {
    let mut finding = relay();
    finding.remotes[0].role = Role::Client;
    let evidence = &value(&finding)["evidences"][0];
    assert_eq!(evidence["src_endpoint"]["ip"], json!("203.0.113.7"));
    assert_eq!(evidence["src_endpoint"].get("port"), None);
    assert_eq!(evidence["dst_endpoint"]["port"], json!(443));
    assert_eq!(evidence["dst_endpoint"]["instance_uid"], json!("i-0a1b2c3d4e5f60718"));
    assert_eq!(evidence["connection_info"]["direction_id"], json!(1));
}

#[test]
fn a_dry_run_finding_asks_nobody_to_act() {
    let finding = value(&Finding { mode: Mode::DryRun, ..relay() });
    assert_eq!(finding["is_alert"], json!(false));
    assert_eq!(finding["unmapped"]["weir"]["mode"], json!("dry-run"));
}

#[test]
fn a_suppressed_finding_says_by_what_and_asks_nobody_to_act() {
    let finding = value(&Finding { suppressed: Some("exports: nightly (data)".to_owned()), ..relay() });
    assert_eq!((&finding["is_alert"], &finding["status_id"]), (&json!(false), &json!(3)));
    assert_eq!(finding["unmapped"]["weir"]["suppressed"], json!("exports: nightly (data)"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_finding_is_valid_and_holds_no_null(finding in any_finding()) {
        let written = value(&finding);
        prop_assert_eq!(complaints(&written), Vec::<String>::new());
        prop_assert!(!holds_null(&written), "a null was written");
    }
}
