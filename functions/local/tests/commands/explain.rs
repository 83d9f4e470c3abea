//! `weir explain`.

use super::run::{folder, text, weir};
use super::scan::log;

#[test]
fn a_finding_is_recomputed_with_the_value_at_which_each_setting_would_have_changed_it() {
    let folder = folder(&[("a.log", &log())]);
    let [input, finding] = ["a.log", "finding.json"].map(|name| folder.path().join(name));
    let told = weir(&["replay", "--format", "json", text(&input)], "");
    std::fs::write(&finding, &told.out).unwrap();
    let uid = told.lines()[0]["finding_info"]["uid"].as_str().unwrap().to_owned();

    for target in [text(&finding), &uid] {
        let run = weir(&["explain", target, text(&input)], "");

        assert_eq!(run.status, 0, "{}", run.err);
        assert!(
            run.out.contains("60 of 61 hosts tried") || run.out.contains("60 of 60 hosts tried"),
            "{}",
            run.out
        );
        // 60 failed within five minutes.
        assert!(run.out.contains("an0084/scan/hosts=25: not told at 61"), "{}", run.out);
    }
    let run = weir(&["explain", text(&finding), text(&input)], "");
    assert!(run.out.starts_with("Recomputed from the records: the same severity"), "{}", run.out);
}

#[test]
fn a_finding_that_the_records_do_not_give_is_status_3_and_no_finding_at_all_is_wrong_usage() {
    let folder = folder(&[("a.log", &log()), ("empty.json", "{}")]);
    let [input, empty] = ["a.log", "empty.json"].map(|name| folder.path().join(name));

    let run = weir(&["explain", "weir-an0084-1-x-i-0000000000000000b-volume", text(&input)], "");
    assert_eq!(run.status, 3);
    assert!(run.out.contains("is not told from these records"), "{}", run.out);
    assert_eq!(weir(&["explain", text(&empty), text(&input)], "").status, 2);
}
