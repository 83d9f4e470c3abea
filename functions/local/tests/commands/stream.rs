//! Order and bounds of reading, seen through `weir replay`.

use std::io::Read;

use weir_records::decode::Decoder;

use super::run::{events, folder, text, weir};

fn line(minute: u64, port: u64) -> String {
    let start = 1_780_041_600 + minute * 60;
    format!("2 1 eni-a 10.0.0.5 203.0.113.7 {port} 443 6 1 100 {start} {} ACCEPT OK\n", start + 59)
}

#[test]
fn files_are_read_in_event_time_whatever_their_names_say() {
    let hour = |from: u64| (from..from + 180).map(|minute| line(minute, 50_000)).collect::<String>();
    let folder = folder(&[("a.log", &hour(360)), ("b.log", &hour(0)), ("c.log", &hour(180))]);

    let run = weir(&["replay", "--format", "json", text(folder.path())], "");

    assert_eq!(run.status, 0);
    let summary = run.summary();
    assert_eq!((&summary["records"], &summary["late"]), (&540.into(), &0.into()));
    assert_eq!(summary["windows"], 108);
}

#[test]
fn one_record_from_the_far_future_makes_nothing_late() {
    let mut log: String = (0..60).map(|minute| line(minute, 50_000)).collect();
    log.push_str(&line(5_000_000, 50_001));
    log.extend((60..120).map(|minute| line(minute, 50_000)));

    let summary = weir(&["replay", "-"], &log).summary();

    assert_eq!((&summary["records"], &summary["late"]), (&121.into(), &0.into()));
    assert_eq!(summary["windows"], 25);
}

#[test]
fn more_files_than_may_be_open_at_once_are_read() {
    let files: Vec<(String, String)> =
        (0..400).map(|file| (format!("{:04}.log", 400 - file), line(file, 50_000))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let folder = folder(&files);

    let limited = std::process::Command::new("sh")
        .args(["-c", "ulimit -n 32 && exec \"$0\" replay --format json \"$1\"", env!("CARGO_BIN_EXE_weir")])
        .arg(folder.path())
        .output()
        .unwrap();

    let err = String::from_utf8(limited.stderr).unwrap();
    assert_eq!(limited.status.code(), Some(0), "{err}");
    let summary: serde_json::Value = serde_json::from_str(err.lines().last().unwrap()).unwrap();
    assert_eq!((&summary["records"], &summary["late"]), (&400.into(), &0.into()));
}

#[test]
fn records_far_behind_their_time_are_counted_late_with_the_remedy_and_the_remedy_works() {
    let hours = |from: u64| {
        (from..from + 120)
            .flat_map(|minute| (0..60).map(move |port| line(minute, 50_000 + port)))
            .collect::<String>()
    };
    let log = hours(120) + &hours(0);

    let late = weir(&["replay", "-"], &log);
    assert_eq!(late.status, 0);
    assert!(late.summary()["late"].as_u64().unwrap() > 6_000, "{}", late.err);
    assert!(late.err.contains("--set lateness"), "{}", late.err);
    let patient = weir(&["replay", "--set", "lateness=6h", "-"], &log);
    assert_eq!(patient.summary()["late"], 0);
    assert_eq!(patient.summary()["windows"], 48);
}

#[test]
fn a_file_in_no_order_at_all_gives_the_findings_of_the_ordered_one() {
    let mut files: Vec<_> = std::fs::read_dir(events().join("scenario/flow-logs"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let (mut header, mut rows) = (String::new(), Vec::new());
    for file in &files {
        let mut log = String::new();
        Decoder::open(std::fs::File::open(file).unwrap(), None).unwrap().read_to_string(&mut log).unwrap();
        let (first, rest) = log.split_once('\n').unwrap();
        header = format!("{first}\n");
        rows.extend(rest.lines().map(str::to_owned));
    }
    let straight = format!("{header}{}\n", rows.join("\n"));
    rows.sort_by_key(|row| {
        row.bytes().fold(7_u64, |hash, byte| hash.wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte))
    });
    rows.insert(5, "nonsense".to_owned());
    let folder = folder(&[("straight.log", &straight), ("shuffled.log", &(header + &rows.join("\n")))]);
    let rejects = folder.path().join("rejects");
    let run = |name: &str| {
        let log = folder.path().join(name);
        weir(&["replay", "--format", "json", "--rejects", text(&rejects), text(&log)], "")
    };

    let straight = run("straight.log");
    let shuffled = run("shuffled.log");

    assert!(!straight.out.is_empty());
    assert_eq!(shuffled.lines(), straight.lines());
    assert_eq!(shuffled.summary()["late"], 0);
    assert_eq!(shuffled.summary()["records"], straight.summary()["records"]);
    assert_eq!(shuffled.summary()["rejects"], serde_json::json!({"too-few-fields": 1}));
    let refused: serde_json::Value = serde_json::from_slice(&std::fs::read(rejects).unwrap()).unwrap();
    assert_eq!((&refused["line"], &refused["text"]), (&7.into(), &"nonsense".into()));
}

#[test]
fn files_that_are_decompressed_ahead_say_the_same_also_where_they_break_off() {
    let logs = std::fs::read_dir(events().join("scenario/flow-logs")).unwrap();
    let mut logs: Vec<_> = logs.map(|log| log.unwrap().path()).collect();
    logs.sort();
    let folder = folder(&[("plain.log", &line(4_000, 50_001))]);
    let log = std::fs::read(&logs[0]).unwrap();
    std::fs::write(folder.path().join("a.log.gz"), &log).unwrap();
    std::fs::write(folder.path().join("b.log.gz"), &log[..log.len() / 2]).unwrap();

    let [one, three] =
        ["1", "3"].map(|jobs| weir(&["replay", "--all", "--jobs", jobs, text(folder.path())], ""));

    let told = |run: &super::run::Run| {
        let mut summary = run.summary();
        summary.as_object_mut().unwrap().remove("wall_ms");
        (run.status, run.out.clone(), summary)
    };
    assert_eq!(told(&one), told(&three));
    let summary = one.summary();
    assert!(summary["records"].as_u64().unwrap() > 10_000 && one.err.contains("breaks off"), "{summary}");
    assert_eq!(weir(&["replay", "--jobs", "0", "-"], "").status, 2);
}
