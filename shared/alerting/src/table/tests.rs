use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

use super::*;
use crate::sample::{any_finding, bare, flood, relay};
use weir_detection::finding::Mode;

#[test]
fn a_block_tells_what_the_mail_tells_in_the_same_words() {
    let style = Style { width: 120, colour: false };
    let table = render_table(&[relay()], style).split_whitespace().collect::<Vec<_>>().join(" ");
    let told = [
        "HIGH Back-connect relay on i-0a1b2c3d4e5f60718 at 600 kbit/s (relay, confidence 86)",
        "who i-0a1b2c3d4e5f60718 (t3.micro)",
        "since 2026-11-24 01:05 UTC, for 3 h 10 min",
        "egress 22.5 MB per 5 min (600 kbit/s), mean of the last hour: 1.8 times its p99",
        "usual p50 1.20 MB",
        "cost $0.07 so far, $17.52 a month",
        "203.0.113.7:443/tcp gateway NL AS64500 Example Hosting B.V. proxy 812 MB 41.0 MB",
        "why - structure carries it alone",
        "do 1. See what it is",
        "id AN0084:123456789012:eu-central-1:i-0a1b2c3d4e5f60718:relay",
    ];
    for words in told {
        assert!(table.contains(words), "{words:?} is not in\n{table}");
    }
}

#[test]
fn the_summary_has_one_line_for_each_finding_in_the_order_given() {
    let table = render_table(&[flood(), relay(), bare()], Style::default());
    let summary: Vec<&str> = table.lines().skip_while(|line| !line.starts_with("SEVERITY")).collect();
    let starts = ["SEVERITY", "MEDIUM  ", "HIGH  ", "MEDIUM  "];
    assert_eq!(summary.len(), starts.len(), "{table}");
    for (line, start) in summary.iter().zip(starts) {
        assert!(line.starts_with(start), "{line:?}");
    }
}

#[test]
fn colour_is_asked_for_and_changes_nothing_but_the_headline() {
    let plain = render_table(&[relay()], Style::default());
    let coloured = render_table(&[relay()], Style { colour: true, ..Style::default() });
    assert!(!plain.contains('\u{1b}'), "{plain}");
    assert!(coloured.starts_with("\u{1b}[1;31mHIGH\u{1b}[0m  Back-connect"), "{coloured}");
    assert_eq!(coloured.replace("\u{1b}[1;31m", "").replace("\u{1b}[0m", ""), plain);
}

#[test]
fn a_suppressed_finding_says_what_holds_it_back() {
    let suppressed = Some("exports: nightly (data)".to_owned());
    let table = render_table(&[Finding { suppressed, ..relay() }], Style::default());
    assert!(table.contains(", suppressed  "), "{table}");
    assert!(table.contains("\n  held back exports: nightly (data)\n"), "{table}");
}

#[test]
fn a_dry_run_finding_is_marked() {
    let table = render_table(&[Finding { mode: Mode::DryRun, ..relay() }], Style::default());
    assert_eq!(table.matches("HIGH, dry-run").count(), 2, "{table}");
}

#[test]
fn no_findings_draw_nothing() {
    assert_eq!(render_table(&[], Style::default()), "");
}

#[test]
fn a_long_ipv6_remote_costs_its_operator_and_not_its_figures_on_a_narrow_terminal() {
    let mut finding = relay();
    finding.remotes[0].ip = "2001:db8:ffff:1234:5678:9abc:def0:1111".parse().unwrap();
    let row = |width| {
        let table = render_table(std::slice::from_ref(&finding), Style { width, colour: false });
        table.lines().find(|line| line.contains("[2001:")).unwrap().trim().to_owned()
    };
    let start = "[2001:db8:ffff:1234:5678:9abc:def0:1111]:443/tcp  gateway  NL  ";
    assert_eq!(row(104), format!("{start}AS64500 E...  proxy   812 MB  41.0 MB"));
    assert_eq!(row(90), format!("{start}proxy   812 MB  41.0 MB"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_findings_give_printable_lines_that_end(findings in prop::collection::vec(any_finding(), 0..3), width in 0..200_usize) {
        let table = render_table(&findings, Style { width, colour: false });
        for line in table.lines() {
            prop_assert!(!line.contains(char::is_control), "{line:?}");
            prop_assert!(line.width() <= width.max(60) + 200, "{line:?}");
        }
    }
}
