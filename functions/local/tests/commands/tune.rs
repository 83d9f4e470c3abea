//! `weir tune`.

use serde_json::json;

use super::run::{folder, text, weir};
use super::scan::log;

#[test]
fn a_value_that_tells_less_and_misses_nothing_is_proposed_and_written() {
    let expect = "[[quiet]]\nentity = 'i-0000000000000000a'\n";
    let folder = folder(&[("a.log", &log()), ("expect.toml", expect)]);
    let [input, expect, tuned] = ["a.log", "expect.toml", "tuned.toml"].map(|name| folder.path().join(name));

    // Nothing must be found here, so that the only alert may go: 60 hosts of 25 asked for, and twice as many within an hour.
    let arguments = ["tune", "--jobs", "2", "--expect", text(&expect), "--write", text(&tuned), text(&input)];
    let run = weir(&[&arguments[..], &["--set", "an0084/scan/hosts=40"]].concat(), "");

    assert_eq!(run.status, 0, "{}", run.err);
    assert_eq!(
        std::fs::read_to_string(&tuned).unwrap().lines().nth(1),
        Some("\"an0084/scan/hosts\" = \"80\"")
    );
    let again = weir(&["replay", "--format", "json", "--settings", text(&tuned), text(&input)], "");
    assert_eq!((again.status, again.out.as_str()), (0, ""));
}

#[test]
fn what_is_told_at_medium_now_is_not_given_up_for_less_alerts() {
    let folder = folder(&[("a.log", &log())]);

    let run = weir(&["tune", "--set", "an0084/scan/hosts=40", text(&folder.path().join("a.log"))], "");

    let missed = run.out.lines().find(|line| line.split_whitespace().next() == Some("80")).unwrap();
    assert!(missed.ends_with("0.00         0.00       1"), "{missed}");
    assert!(run.out.contains("No change is proposed"), "{}", run.out);
}

/// A Mac whose unsigned program sends 61 MB a minute for half an hour, as nettop and the endpoint security framework tell.
fn upload() -> String {
    let start = 1_795_486_882;
    let exec = json!({"schema_version": 1, "version": 11, "mach_time": 1, "event_type": 9, "time": "2026-11-24T02:21:22.250000000Z",
        "global_seq_num": 5, "process": {"audit_token": [1, 0, 0, 0, 0, 77, 1, 2], "executable": {"path": "/bin/zsh"}},
        "event": {"exec": {"args": ["syncd"], "env": [], "target": {"audit_token": {"pid": 500, "euid": 501}, "ppid": 1,
            "executable": {"path": "/opt/syncd"}, "signing_id": null, "team_id": null, "is_platform_binary": false,
            "codesigning_flags": 0}}}});
    let frame = |n: i64| json!({"timestamp": start + n * 60, "message": format!("14:27:35.295869,syncd.500,{},{},", n * 1_000_000, n * 61_000_000)});
    std::iter::once(exec).chain((0..=30).map(frame)).map(|line| line.to_string() + "\n").collect()
}

#[test]
fn what_hosts_told_is_stepped_again_under_settings_of_their_analytics() {
    let folder = folder(&[("mac.json", &upload()), ("expect.toml", "[[quiet]]\nentity = '*'\n")]);
    let [input, expect] = ["mac.json", "expect.toml"].map(|name| folder.path().join(name));

    let run = weir(&["tune", "--jobs", "2", "--expect", text(&expect), text(&input)], "");

    assert_eq!(run.status, 0, "{}", run.err);
    let rate: Vec<&str> =
        run.out.lines().filter(|line| line.contains("an0082/data-rate-threshold")).collect();
    assert!(!rate.is_empty() && run.out.contains("an0082/process-signed-status/unsigned"), "{}", run.out);
    assert!(!run.out.contains("No change is proposed"), "{}", run.out);
}
