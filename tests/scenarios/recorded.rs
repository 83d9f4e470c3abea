//! Recorded CloudTrail of attacks, where it is present: every record is read or its refusal explained, and what the
//! name of a file says is among the reasons, or told.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use weir_detection::prelude::{AccountCalls, Reason, observe};
use weir_detection::settings::Settings;
use weir_intel::Intel;
use weir_records::api_call::{Trail, read};

const DAY: i64 = 86_400_000;

fn samples() -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("shared/samples"))
        .find(|folder| folder.join("b-cloudtrail-stratus").is_dir());
    if found.is_none() {
        eprintln!("skipped: the recorded samples are not beside the project");
    }
    found
}

/// The records of one file: a list, `Records`, or a line each; of the tests of rules what they are tests of.
fn records(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    let whole = match serde_json::from_str::<Value>(&text) {
        Ok(Value::Array(list)) => list,
        Ok(one) => vec![one],
        Err(_) => text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
    };
    whole.into_iter().flat_map(unwrapped).collect()
}

fn unwrapped(mut record: Value) -> Vec<Value> {
    let inner = ["log", "data", "override_record", "detail", "Records"];
    match inner
        .into_iter()
        .find(|name| record.get(name).is_some_and(|it| it.is_object() || it.is_array()))
        .map(|name| record[name].take())
    {
        Some(Value::Array(list)) => list,
        Some(inner) => unwrapped(inner),
        None => match record.get("logEvents") {
            Some(Value::Array(events)) => {
                let read = |event: &Value| serde_json::from_str(event["message"].as_str()?).ok();
                events.iter().filter_map(read).collect()
            }
            _ => vec![record],
        },
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let listed = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = listed.filter(|path| !path.ends_with("SOURCE.md")).collect();
    files.sort();
    files
}

#[test]
fn every_record_is_read_or_its_refusal_explained() {
    let Some(samples) = samples() else { return };
    // Tests that were never recorded: members in lower case, no time, `...` for one, no record at all.
    let of_rules = [("BadField", 1), ("MissingField", 13)];
    let placeholders = [("BadField", 4)];
    for (folder, expected, refusals) in [
        ("b-cloudtrail-invictus", 1_233, &[][..]),
        ("b-cloudtrail-otrf", 103, &[]),
        ("b-cloudtrail-stratus", 142, &[]),
        ("b-cloudtrail-panther", 217, &of_rules),
        ("b-cloudtrail-streamalert", 15, &placeholders),
    ] {
        let mut calls = 0;
        let mut refused: BTreeMap<String, usize> = BTreeMap::new();
        for record in files(&samples.join(folder)).iter().flat_map(|path| records(path)) {
            match read(&record.to_string(), None) {
                Trail::Call(_) => calls += 1,
                Trail::Statement => {}
                Trail::Reject(reason) => {
                    let name = format!("{reason:?}").split(' ').next().unwrap_or_default().to_owned();
                    *refused.entry(name).or_default() += 1;
                }
            }
        }
        let refusals = refusals.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
        assert_eq!((calls, refused), (expected, refusals), "{folder}");
    }
}

/// What a file tells of: the reasons of whoever calls in it, once each has launched an instance, and titles of findings.
fn told(path: &Path) -> (BTreeSet<Reason>, BTreeSet<String>) {
    let (settings, intel) = (Settings::default(), Intel::default());
    let mut state = AccountCalls::default();
    let mut records = records(path);
    records.sort_by_key(|record| record["eventTime"].as_str().map(str::to_owned));
    let mut reasons = BTreeSet::new();
    let mut titles = BTreeSet::new();
    let mut take = |record: &Value| {
        let text = record.to_string();
        let Trail::Call(call) = read(&text, None) else { return };
        if state.first == 0 {
            // The account was watched for a week before.
            state.first = call.time - 7 * DAY;
        }
        let noted = observe(&mut state, &call, &settings, &intel);
        titles.extend(noted.findings.into_iter().map(|finding| finding.title));
        let preludes = noted.updates.iter().flat_map(|update| &update.prelude.evidence);
        reasons.extend(preludes.map(|evidence| evidence.reason));
    };
    records.iter().for_each(&mut take);
    for (n, record) in records.iter().enumerate() {
        let mut launch = record.clone();
        launch["eventID"] = format!("launch-{n}").into();
        launch["eventName"] = "RunInstances".into();
        launch["errorCode"] = Value::Null;
        launch["requestParameters"] = json!({});
        launch["responseElements"] = json!({"instancesSet": {"items": [{"instanceId": format!("i-{n}"), "instanceType": "m5.large"}]}});
        take(&launch);
    }
    (reasons, titles)
}

#[test]
fn techniques_by_file_name_are_among_the_reasons_or_told() {
    let Some(samples) = samples() else { return };
    let blinding =
        |file, call: &str| (file, Reason::Blinding, Some(format!("{call} took what Weir sees by")));
    let reason = |file, reason| (file, reason, None);
    for (file, reason, title) in [
        reason("stratus/aws.credential-access.ec2-get-password-data.json", Reason::Password),
        reason("stratus/aws.execution.ec2-launch-unusual-instances.json", Reason::RefusedLaunch),
        reason("stratus/aws.execution.ssm-send-command.json", Reason::Command),
        reason("stratus/aws.exfiltration.ec2-security-group-open-port-22-ingress.json", Reason::Opened),
        reason("stratus/aws.lateral-movement.ec2-instance-connect.json", Reason::Command),
        reason("stratus/aws.persistence.iam-backdoor-role.json", Reason::Identity),
        reason("stratus/aws.persistence.iam-create-admin-user.json", Reason::Identity),
        reason("stratus/aws.persistence.iam-create-admin-user.json", Reason::AccessKey),
        reason("stratus/aws.persistence.iam-create-user-login-profile.json", Reason::Identity),
        reason("stratus/aws.privilege-escalation.iam-update-user-login-profile.json", Reason::Identity),
        blinding("stratus/aws.defense-evasion.cloudtrail-event-selectors.json", "PutEventSelectors"),
        blinding("stratus/aws.defense-evasion.dns-delete-logs.json", "DeleteResolverQueryLogConfig"),
        blinding("stratus/aws.defense-evasion.vpc-remove-flow-logs.json", "DeleteFlowLogs"),
        blinding("panther/aws_cloudtrail_event_selectors_disabled.tests.jsonl", "PutEventSelectors"),
        reason("panther/aws_cloudtrail_region_enabled.tests.jsonl", Reason::RegionEnabled),
        reason("panther/aws_cloudtrail_ses_check_send_quota.tests.jsonl", Reason::Enumeration),
        reason("panther/aws_ec2_launch_unusual_ec2_instances.tests.jsonl", Reason::RefusedLaunch),
        reason("panther/aws_ec2_startup_script_change.tests.jsonl", Reason::StartScript),
        reason("panther/aws_iam_compromised_key_quarantine.tests.jsonl", Reason::Quarantined),
        reason("panther/aws_iam_user_key_created.tests.jsonl", Reason::AccessKey),
        reason("panther/aws_ssm_distributed_command.tests.jsonl", Reason::Command),
        blinding("streamalert/cloudtrail_critical_api_calls.json", "UpdateTrail"),
    ] {
        let (reasons, titles) = told(&samples.join(format!("b-cloudtrail-{file}")));
        assert!(reasons.contains(&reason), "{file} shows {reasons:?}, and not {reason:?}");
        match title {
            Some(title) => assert!(titles.contains(&title), "{file} tells {titles:?}, and not {title}"),
            None => assert_eq!(titles, BTreeSet::new(), "{file} blinds nobody"),
        }
    }
    // What happens to databases and buckets leads to no instance.
    for file in ["aws_rds_instance_deletion", "aws_s3_bucket_policy_modified", "aws_waf_disassociation"] {
        let (reasons, titles) = told(&samples.join(format!("b-cloudtrail-panther/{file}.tests.jsonl")));
        let of_the_launch = [
            Reason::Launch,
            Reason::NewRegion,
            Reason::NewFamily,
            Reason::NewPrincipal,
            Reason::PermanentKey,
        ];
        let surplus: Vec<_> = reasons.iter().filter(|reason| !of_the_launch.contains(reason)).collect();
        assert!(surplus.is_empty() && titles.is_empty(), "{file}: {surplus:?} {titles:?}");
    }
}
