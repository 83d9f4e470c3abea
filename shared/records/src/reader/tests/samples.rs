//! Recorded files, where they are present: what each holds was counted by eye.

use std::path::{Path, PathBuf};

use super::*;

pub(super) fn samples() -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("shared/samples"))
        .find(|folder| folder.join("a-vpcflow-vrl").is_dir());
    if found.is_none() {
        eprintln!("skipped: the recorded samples are not beside the project");
    }
    found
}

fn entries(file: &Path) -> String {
    let bytes = std::fs::read(file).unwrap();
    let (entries, _, error) = read_with(&bytes, &ReadOptions::default());
    assert!(error.is_none(), "{error:?}");
    entries.join(" ")
}

#[test]
fn recorded_flow_logs_give_what_they_hold() {
    let Some(samples) = samples() else { return };
    for (file, expected) in [
        ("a-vpcflow-vrl/default-v2.log", "F F L L F F F"),
        ("a-vpcflow-vrl/v3-iperf.log", "F F F F F F F F"),
        ("a-vpcflow-vrl/v5-s3.log", "F F"),
        ("a-vpcflow-vrl/v8-v11.log", "F F"),
        ("a-vpcflow-derived/v3-iperf.log.gz", "F F F F F F F F"),
        ("a-vpcflow-derived/cwl-lambda-event-default-v2.json", "F F"),
        ("a-vpcflow-derived/cwl-lambda-event-control.json", "C"),
        ("a-vpcflow-derived/default-v2-nodata.parquet", "F F L L F F F"),
        ("a-vpcflow-derived/v5-s3.parquet", "F F"),
        ("a-vpcflow-flowlogsreader/v2_records_no_header.log", "F F F L L"),
        ("a-vpcflow-flowlogsreader/v3_file.log", "F F"),
        ("a-vpcflow-otel/valid_tgw_flow_log.log", "F"),
        ("a-vpcflow-otel/valid_vpc_flow_cw.json", "F F"),
        ("a-vpcflow-otel/vpc_flow_log_too_few_fields.log", "2:too-few-fields"),
    ] {
        assert_eq!(entries(&samples.join(file)), expected, "{file}");
    }
}

#[test]
fn recorded_lambda_events_are_told_apart() {
    let Some(samples) = samples() else { return };
    let folder = samples.join("b-lambda-envelopes");
    for (file, expected) in [
        // Its log lines are "[ERROR] First test message" and the like.
        ("example-cloudwatch_logs-event.json", "1:too-few-fields 1:too-few-fields"),
        ("example-s3-event.json", "3:object-reference"),
        ("example-sqs-event.json", "3:unknown-record"),
        ("example-sns-event.json", "3:unknown-record"),
        // Each of the two holds "Hello World".
        ("example-kinesis-event.json", "3:too-few-fields 19:too-few-fields"),
        ("example-firehose-event.json", "1:too-few-fields 1:too-few-fields"),
        ("example-eventbridge-event-obj.json", "1:unknown-record"),
        ("example-cloudwatch-cloudtrail-assumed-role.json", "A"),
        ("example-cloudwatch-cloudtrail-unknown-user-auth.json", "A"),
    ] {
        assert_eq!(entries(&folder.join(file)), expected, "{file}");
    }
}

#[test]
fn two_lines_mean_what_a_peer_says_they_mean() {
    let Some(samples) = samples() else { return };
    let text = std::fs::read_to_string(samples.join("a-vpcflow-vrl/expected.json")).unwrap();
    let cases: serde_json::Value = serde_json::from_str(&text).unwrap();
    for case in cases.as_array().unwrap() {
        let format = case["format"].as_str().map(|format| format.parse().unwrap());
        let mut lines = Lines::new(format);
        let Line::Flow(flow) = lines.read(case["line"].as_str().unwrap(), None) else { panic!("not a flow") };
        let want = &case["want"];
        let number = |name: &str| want[name].as_u64();
        assert_eq!(flow.src.to_string(), want["srcaddr"]);
        assert_eq!(flow.dst.to_string(), want["dstaddr"]);
        assert_eq!(flow.src_port.map(u64::from), number("srcport"));
        assert_eq!(flow.dst_port.map(u64::from), number("dstport"));
        assert_eq!(flow.protocol.map(u64::from), number("protocol"));
        assert_eq!((flow.packets, flow.bytes), (number("packets"), number("bytes")));
        assert_eq!(flow.start, want["start"].as_i64().unwrap() * 1000);
        assert_eq!(flow.end, want["end"].as_i64().unwrap() * 1000);
        assert_eq!(
            flow.action.map(|action| format!("{action:?}").to_uppercase()).as_deref(),
            want["action"].as_str()
        );
        assert_eq!(flow.account, want["account_id"].as_str());
        assert_eq!(flow.interface, want["interface_id"].as_str());
        assert_eq!(flow.instance, want["instance_id"].as_str());
        assert_eq!(flow.vpc, want["vpc_id"].as_str());
        assert_eq!(flow.subnet, want["subnet_id"].as_str());
        assert_eq!(flow.tcp_flags.map(u64::from), number("tcp_flags"));
        assert_eq!(flow.pkt_src.map(|address| address.to_string()).as_deref(), want["pkt_srcaddr"].as_str());
        assert_eq!(flow.pkt_dst.map(|address| address.to_string()).as_deref(), want["pkt_dstaddr"].as_str());
    }
}

/// The wrapped logs of a peer's test files, one a line.
fn unwrapped(file: &Path) -> String {
    use serde_json::Value;
    let text = std::fs::read_to_string(file).unwrap();
    let tests: Vec<Value> =
        serde_json::Deserializer::from_str(&text).into_iter().map(Result::unwrap).collect();
    let cases = tests.into_iter().flat_map(|case| match case {
        Value::Array(cases) => cases,
        case => vec![case],
    });
    let log = |case: Value| {
        Some(
            ["log", "data"].iter().find_map(|name| case.get(name).filter(|log| log.is_object()))?.to_string(),
        )
    };
    cases.filter_map(log).collect::<Vec<_>>().join("\n")
}

#[test]
fn recorded_trails_are_read_whole() {
    let Some(samples) = samples() else { return };
    let peers = ["b-cloudtrail-panther", "b-cloudtrail-streamalert"];
    // The peers' tests hold cases without a time, with `...` or `foo` for one, and of other logs.
    for (folder, records, rejects) in [
        ("b-cloudtrail-invictus", 1233, ""),
        ("b-cloudtrail-otrf", 103, ""),
        ("b-cloudtrail-stratus", 142, ""),
        ("b-cloudtrail-panther", 217, "bad-field 1, missing-field 5, unknown-record 5"),
        ("b-cloudtrail-streamalert", 15, "bad-field 2, unknown-record 2"),
    ] {
        let (mut found, mut refused) = (0, std::collections::BTreeMap::<&str, u64>::new());
        for file in std::fs::read_dir(samples.join(folder)).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|end| end == "md") {
                continue;
            }
            let bytes =
                if peers.contains(&folder) { unwrapped(&path).into() } else { std::fs::read(&path).unwrap() };
            let (_, counts, error) = read_with(&bytes, &ReadOptions::default());
            assert!(error.is_none(), "{path:?}");
            found += counts.records;
            for (reason, count) in counts.rejects {
                *refused.entry(reason).or_default() += count;
            }
        }
        let refused: Vec<String> =
            refused.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
        assert_eq!((found, refused.join(", ")), (records, rejects.to_owned()), "{folder}");
    }
}
