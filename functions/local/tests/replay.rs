//! `weir replay` as a user runs it, on the shipped scenario.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its input has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use weir_records::decode::Decoder;

#[test]
fn the_shipped_hijacks_are_found_and_nobody_else_is_accused() {
    let labels: Value = serde_json::from_slice(&fs::read(scenario().join("labels.json")).unwrap()).unwrap();
    let hijacks = labels["hijacks"].as_array().unwrap();
    let findings = replay(&[scenario().join("flow-logs")]);

    let accused: BTreeSet<&str> = findings
        .iter()
        .filter(|finding| finding["severity_id"].as_i64().unwrap() >= 3)
        .map(|finding| finding["resources"][0]["uid"].as_str().unwrap())
        .collect();
    let guilty: BTreeSet<&str> = hijacks.iter().map(|hijack| hijack["entity"].as_str().unwrap()).collect();
    assert_eq!(
        accused.difference(&guilty).collect::<Vec<_>>(),
        Vec::<&&str>::new(),
        "accused without a hijack"
    );
    for hijack in hijacks {
        let (kind, entity) = (hijack["kind"].as_str().unwrap(), hijack["entity"].as_str().unwrap());
        let wanted = if hijack["expected_severity"] == "low" { 2 } else { 3 };
        let told = findings.iter().any(|finding| {
            finding["resources"][0]["uid"] == entity && finding["severity_id"].as_i64().unwrap() >= wanted
        });
        assert!(told, "{kind} was missed");
    }
}

#[test]
fn the_same_rows_shuffled_repeated_and_split_over_files_give_the_same_findings() {
    let folder = std::env::temp_dir().join(format!("weir-replay-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let mut rows: Vec<(u64, String)> = Vec::new();
    let mut header = String::new();
    let mut files: Vec<_> =
        fs::read_dir(scenario().join("flow-logs")).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    for file in files {
        let mut text = String::new();
        Decoder::open(fs::File::open(file).unwrap(), None).unwrap().read_to_string(&mut text).unwrap();
        let mut lines = text.lines();
        header = lines.next().unwrap().to_owned();
        let start = header.split(' ').position(|name| name == "start").unwrap();
        rows.extend(
            lines.map(|line| (line.split(' ').nth(start).unwrap().parse().unwrap(), line.to_owned())),
        );
    }
    let straight = replay(&[scenario().join("flow-logs")]);
    // Within ten minutes any order: half the allowed lateness.
    rows.sort_by_key(|(start, line)| (start / 600, hash(line)));
    let mut parts = [format!("{header}\n"), format!("{header}\n"), format!("{header}\n")];
    for (_, line) in &rows {
        let print = hash(line);
        parts[(print % 3) as usize] += &format!("{line}\n");
        if print.is_multiple_of(5) {
            parts[(print / 7 % 3) as usize] += &format!("{line}\n");
        }
    }
    for (index, part) in parts.iter().enumerate() {
        fs::write(folder.join(format!("part-{index}.log")), part).unwrap();
    }

    let shuffled = replay(std::slice::from_ref(&folder));

    fs::remove_dir_all(&folder).unwrap();
    assert!(!straight.is_empty());
    assert_eq!(shuffled, straight);
}

#[test]
fn calls_beside_flows_raise_what_they_led_to_and_blinding_is_told_of_the_account() {
    let folder = tempfile::tempdir().unwrap();
    let start = 1_780_300_800;
    let row = |to: String, port: u32, time: u32| {
        format!(
            "2 123456789012 eni-0a1b2c3d4e5f60718 10.0.0.5 {to} 40000 {port} 6 1 44 {time} {} ACCEPT OK\n",
            time + 59
        )
    };
    let scan = (1..60).map(|host| row(format!("45.0.0.{host}"), 23, start));
    let rest = (0..60).map(|minute| row("8.8.8.8".to_owned(), 443, start + minute * 60));
    fs::write(folder.path().join("flows.log"), scan.chain(rest).collect::<String>()).unwrap();
    let call = |time: &str, name: &str, more: &str| {
        format!(
            r#"{{"eventTime":"2026-06-01T{time}Z","eventName":"{name}","eventSource":"ec2.amazonaws.com","eventID":"{time}","awsRegion":"eu-west-1","recipientAccountId":"123456789012","sourceIPAddress":"203.0.113.9","userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::123456789012:user/lee"}},{more}}}"#
        )
    };
    let dry = r#""errorCode":"Client.DryRunOperation""#;
    let made = r#""responseElements":{"instancesSet":{"items":[{"instanceId":"i-1","networkInterfaceSet":{"items":[{"networkInterfaceId":"eni-0a1b2c3d4e5f60718"}]}}]}}"#;
    let calls = [
        call("07:50:00", "RunInstances", dry),
        call("07:51:00", "RunInstances", dry),
        call("07:52:00", "RunInstances", dry),
        call("07:54:00", "RunInstances", made),
        call("08:10:00", "DeleteFlowLogs", r#""requestParameters":{}"#),
    ];
    let told = || -> Vec<i64> {
        let findings = replay(&[folder.path().to_path_buf()]);
        let mut severities: Vec<i64> =
            findings.iter().map(|finding| finding["severity_id"].as_i64().unwrap()).collect();
        severities.sort_unstable();
        severities
    };
    assert_eq!(told(), [3], "flows alone");
    fs::write(folder.path().join("trail.json"), format!(r#"{{"Records":[{}]}}"#, calls.join(","))).unwrap();
    assert_eq!(told(), [3, 4], "blinding, and the scan raised");
}

#[test]
fn an_analytic_that_is_off_says_nothing() {
    let output = Command::new(env!("CARGO_BIN_EXE_weir"))
        .args(["replay", "--format", "json", "--set", "an0084/mode=off"])
        .arg(scenario().join("flow-logs"))
        .output()
        .unwrap();

    assert!(output.status.success());
    assert!(output.stdout.is_empty());
}

#[test]
fn a_missing_input_is_status_1_and_wrong_usage_status_2() {
    let status = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_weir")).args(arguments).output().unwrap().status.code().unwrap()
    };

    assert_eq!(status(&["replay", "no-such-file.log"]), 1);
    assert_eq!(status(&["replay"]), 2);
    assert_eq!(status(&["replay", "--set", "an0084/relay/origin=3", "no-such-file.log"]), 2);
    assert_eq!(status(&["replay", "--flow-format", "nonsense", "no-such-file.log"]), 2);
}

fn replay(paths: &[PathBuf]) -> Vec<Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_weir"))
        .args(["replay", "--format", "json", "--intel"])
        .arg(scenario().join("intel"))
        .args(paths)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn scenario() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/scenario")
}

/// FNV-1a: a fixed shuffle, the same in every run.
fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
