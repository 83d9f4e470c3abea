//! `weir baselines`.

use serde_json::json;

use super::run::{events, folder, samples, text, weir};

/// 100 bytes from 08:04:00 to 08:05:59: half in the window of 08:00 and half in that of 08:05.
const SPANS: &str = "2 1 eni-a 10.0.0.5 203.0.113.7 50000 443 6 1 100 1780041840 1780041959 ACCEPT OK\n";
/// 40 bytes in the window of 08:15.
const LATER: &str = "2 1 eni-a 10.0.0.5 203.0.113.7 50000 443 6 1 40 1780042500 1780042559 ACCEPT OK\n";

const EIGHT: i64 = 1_780_041_600_000;

#[test]
fn a_record_is_shared_among_its_windows_or_counts_whole_by_its_start() {
    let windows = |arguments: &[&str]| {
        let mut all = vec!["baselines", "--windows", "--format", "json", "-"];
        all.extend(arguments);
        weir(&all, &format!("{SPANS}{LATER}")).lines()
    };
    let window = |start: i64, bytes: u64| json!({"entity": "eni-a", "start": EIGHT + start * 60_000, "bytes_out": bytes});

    assert_eq!(windows(&[]), [window(0, 50), window(5, 50), window(15, 40)]);
    assert_eq!(windows(&["--by", "start"]), [window(0, 100), window(15, 40)]);
    assert_eq!(windows(&["--zero-fill"]), [window(0, 50), window(5, 50), window(10, 0), window(15, 40)]);
}

#[test]
fn figures_are_per_entity_and_silent_windows_count_only_when_asked() {
    let run = |arguments: &[&str]| {
        let mut all = vec!["baselines", "--format", "json", "-"];
        all.extend(arguments);
        weir(&all, &format!("{LATER}{SPANS}"))
    };

    // 140 bytes in 20 minutes are 306.6 kB in 730 hours, at 9 cents a GB.
    assert_eq!(
        run(&[]).lines(),
        [json!({"entity": "eni-a", "windows": 3, "p50": 50, "p90": 50, "p95": 50, "p99": 50, "peak": 50,
            "total_bytes": 140, "usd_month": 0.0})]
    );
    let filled = run(&["--zero-fill"]);
    assert_eq!((&filled.lines()[0]["windows"], &filled.lines()[0]["total_bytes"]), (&4.into(), &140.into()));
    assert_eq!((&filled.summary()["entities"], &filled.summary()["windows"]), (&1.into(), &4.into()));
}

#[test]
fn files_and_lines_may_come_in_any_order() {
    let scenario = events().join("scenario/flow-logs");
    let mut files: Vec<_> = std::fs::read_dir(scenario).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files.truncate(3);
    let mut there: Vec<&str> = vec!["baselines", "--format", "json"];
    there.extend(files.iter().map(|file| text(file)));
    let mut back = there.clone();
    back[3..].reverse();

    let there = weir(&there, "");
    assert!(there.lines().len() > 10);
    assert_eq!(there.out, weir(&back, "").out);
}

#[test]
fn a_bad_line_is_counted_and_a_table_is_drawn_for_people() {
    let folder = folder(&[("a.log", &format!("{SPANS}nonsense\n{LATER}"))]);
    let summary = folder.path().join("summary.json");

    let run = weir(&["baselines", "--summary", text(&summary), text(folder.path())], "");

    assert_eq!(run.status, 0);
    let row = run.out.lines().find(|line| line.starts_with("eni-a")).unwrap();
    assert!(row.split_whitespace().collect::<Vec<_>>().join(" ").contains("eni-a 3 50 B 50 B"), "{row}");
    assert_eq!(run.summary()["rejects"]["too-few-fields"], 1);
    let written: serde_json::Value = serde_json::from_slice(&std::fs::read(summary).unwrap()).unwrap();
    assert_eq!(written, run.summary());
}

#[test]
fn own_networks_and_wrong_settings_are_heeded() {
    let run = weir(&["baselines", "--set", "networks/own=203.0.113.0/24", "-"], SPANS);
    assert_eq!(run.out, "No external egress.\n");
    assert_eq!(weir(&["baselines", "--set", "networks/own=here", "-"], SPANS).status, 2);
    assert_eq!(weir(&["baselines", "--by", "end", "-"], SPANS).status, 2);
    assert_eq!(weir(&["baselines", "no-such-folder"], "").status, 1);
}

#[test]
fn an_event_file_and_parquet_are_inputs_like_any_other() {
    let Some(samples) = samples("a-vpcflow-derived") else { return };
    for file in ["cwl-lambda-event-default-v2.json", "v5-s3.parquet"] {
        let run = weir(&["baselines", "--format", "json", text(&samples.join(file))], "");

        assert_eq!(run.status, 0, "{file}");
        assert!(run.summary()["records"].as_u64().unwrap() > 0, "{file}");
    }
}
