//! Hosts beside the flows of their interfaces.

use serde_json::{Value, json};

use super::run::{events, text, weir};

/// Findings of the shipped scenario, with more files beside it.
fn replayed(more: &[&str]) -> Vec<Value> {
    let (intel, flows) = (events().join("scenario/intel"), events().join("scenario/flow-logs"));
    let mut arguments = vec!["replay", "--format", "json", "--intel", text(&intel), text(&flows)];
    arguments.extend(more);
    weir(&arguments, "").lines()
}

#[test]
fn an_audit_log_and_the_flows_of_its_interface_are_one_incident_that_names_the_program() {
    let audit = events().join("host/audit.log");
    let without = replayed(&[]);
    let with = replayed(&[text(&audit)]);

    let of_host = |finding: &&Value| finding.to_string().contains("i-0315cf6d760a8a282");
    let reports: Vec<&Value> = with.iter().filter(of_host).collect();
    let [first, last] = &reports[..] else { panic!("{reports:#?}") };
    assert_eq!(first["finding_info"]["uid"], last["finding_info"]["uid"]);
    assert_eq!((&first["count"], &last["count"]), (&json!(1), &json!(2)));
    assert_eq!((&first["severity"], &last["severity"]), (&json!("High"), &json!("High")));
    // Known when the program starts, and not an hour later when its traffic has a shape.
    assert_eq!(first["finding_info"]["analytic"]["uid"], "AN0081");
    assert_eq!(last["unmapped"]["weir"]["kernel"], "relay");
    let program = last["evidences"].as_array().unwrap().iter().find(|it| it.get("actor").is_some()).unwrap();
    assert_eq!(program["actor"]["process"]["file"]["path"], "/var/tmp/.cache/kworkerd");
    assert_eq!(program["data"]["tool"], "honeygain");
    assert!(
        program["data"]["bytes_out"].as_u64().unwrap() > 3_000_000_000,
        "the flow log's bytes: {program}"
    );
    // Nobody else is told of otherwise.
    let others = |findings: &[Value]| -> Vec<Value> {
        findings
            .iter()
            .filter(|finding| !of_host(finding))
            .map(|finding| finding["metadata"]["uid"].clone())
            .collect()
    };
    assert_eq!(others(&with), others(&without));
}
