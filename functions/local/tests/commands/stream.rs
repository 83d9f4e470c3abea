//! Order and bounds of reading, seen through `weir replay`.

use super::run::{folder, text, weir};

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
