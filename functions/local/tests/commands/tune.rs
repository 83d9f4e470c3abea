//! `weir tune`.

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
