//! `weir backtest`.

use super::run::{Run, folder, text, weir};
use super::scan::log;

/// Runs over the log with a scan; returns the run and its JUnit XML.
fn backtest(expectations: &str) -> (Run, String) {
    let folder = folder(&[("a.log", &log()), ("expect.toml", expectations)]);
    let [input, expect, junit] = ["a.log", "expect.toml", "junit.xml"].map(|name| folder.path().join(name));
    let arguments = ["backtest", "--expect", text(&expect), "--junit", text(&junit), text(&input)];
    let run = weir(&arguments, "");
    (run, std::fs::read_to_string(junit).unwrap_or_default())
}

const SCAN: &str = "[[finding]]\nentity = 'i-0000000000000000a'\nkernel = 'scan'\nat-least = 'medium'\n\
                    from = '2026-06-01T05:00:00Z'\nto = '2026-06-01T05:30:00Z'\n";

#[test]
fn what_is_held_is_status_0_and_passes_in_junit() {
    let quiet = "[[quiet]]\nentity = 'i-0000000000000000b'\n[limits]\nmax-medium-per-1000-entity-days = 0\n";

    let (run, junit) = backtest(&format!("{SCAN}{quiet}"));

    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    assert!(run.out.ends_with("3 of 3 expectations held\n"), "{}", run.out);
    assert!(junit.contains("tests=\"3\"") && junit.contains("failures=\"0\""), "{junit}");
}

#[test]
fn what_is_not_held_is_status_3_and_says_what_was_found_instead() {
    let cases = [
        (SCAN.replace("'scan'", "'relay'"), "found medium scan at 2026-06-01 05:"),
        (SCAN.replace("05:00:00Z", "05:29:00Z"), "found medium scan at 2026-06-01 05:"),
        (SCAN.replace("000a'", "000b'"), "nothing was told of it"),
        ("[[quiet]]\nentity = 'i-0000000000000000a'".to_owned(), "found medium scan"),
        ("[[quiet]]\nentity = 'i-gone'".to_owned(), "no record is of it"),
        ("[limits]\nmax-medium-per-1000-entity-days = 1".to_owned(), "1 incidents in 0."),
    ];
    for (expectations, fault) in cases {
        let (run, junit) = backtest(&expectations);

        assert_eq!(run.status, 3, "{expectations}: {}", run.err);
        assert!(run.out.contains("NOT HELD") && run.out.contains(fault), "{fault}: {}", run.out);
        assert!(junit.contains("failures=\"1\""), "{junit}");
    }
}

#[test]
fn a_wrong_file_of_expectations_is_wrong_usage_and_says_where() {
    let (run, junit) = backtest("[[finding]]\nentity = 'i-1'\nkernel = 'skan'\n");

    assert_eq!((run.status, run.out.as_str(), junit.as_str()), (2, "", ""));
    assert!(run.err.contains("expect.toml") && run.err.contains("found `skan`"), "{}", run.err);
}
