//! The digest in words: what to act on first, then what is good to know.

use std::fmt::Write as _;

use weir_alerting::units;

use super::Digest;

/// Entities that are named of those that matured.
const NAMED: usize = 10;

/// The week in a line: `3 incidents, 1 of them high; 2 held back`.
pub(super) fn headline(digest: &Digest) -> String {
    let live = |name: &String| !digest.dry_run.contains(&name.as_str());
    let told = digest.week.incidents.iter().filter(|(name, _)| live(name));
    let (all, high) = told.fold((0, 0), |(all, high), (_, tally)| (all + tally.told, high + tally.high));
    let suppressed: usize = digest.week.incidents.values().map(|tally| tally.suppressed).sum();
    format!("{}, {high} of them high; {suppressed} held back", count(all, "incident"))
}

pub(super) fn of(digest: &Digest) -> String {
    let week = &digest.week;
    let mut text = format!(
        "Weir {}: the week from {} to {}\n{}\n",
        digest.stage,
        units::utc(week.from),
        units::utc(digest.until),
        headline(digest)
    );
    let mut section = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            let _ = write!(text, "\n{title}\n");
            lines.iter().for_each(|line| {
                let _ = writeln!(text, "  {line}");
            });
        }
    };
    section("To do", todo(digest));
    section("Incidents", incidents(digest));
    section("What moved most, in and out, on the days that are over", talkers(digest));
    section("What is learned", learned(digest));
    section("What people said of incidents", said(digest));
    section("Lists", lists(digest));
    text.push_str("\nTo do without this mail: set digest/mode to off, or leave out activity Digest in the subscription's filter.\n");
    text
}

fn todo(digest: &Digest) -> Vec<String> {
    let mut lines: Vec<String> = digest
        .ending
        .iter()
        .map(|one| {
            let ends = if one.expiry > digest.until { "ends" } else { "ended" };
            let (name, owner, reason) = (line(&one.name), line(&one.owner), line(&one.reason));
            format!("suppression {name} {ends} {}: {reason}; ask {owner}", units::utc(one.expiry))
        })
        .collect();
    for name in &digest.dry_run {
        let told = digest.week.incidents.get(*name).map_or(0, |tally| tally.told);
        lines.push(format!(
            "{name} is in dry run and would have told {}: promote it, or tune it (docs/tuning.md)",
            count(told, "incident")
        ));
    }
    let week = &digest.week;
    if week.unreadable > 0 {
        lines.push(format!(
            "{} cannot be read by this version: deploy the one that wrote them",
            count(week.unreadable, "document")
        ));
    }
    if week.left_out > 0 {
        lines.push(format!(
            "{} were not looked at: there are too many for one digest",
            count(week.left_out, "entity")
        ));
    }
    lines
}

fn incidents(digest: &Digest) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (name, tally) in &digest.week.incidents {
        let verb = if digest.dry_run.contains(&name.as_str()) { "would have told" } else { "told" };
        lines.push(format!(
            "{name} {verb} {}, {} of them high or critical; {} held back by suppressions",
            count(tally.told, "incident"),
            tally.high,
            tally.suppressed
        ));
    }
    if !digest.silent.is_empty() {
        lines.push(format!("nothing was told by {}", digest.silent.join(", ")));
    }
    lines.push(format!("{} in force", count(digest.suppressions, "suppression")));
    lines
}

fn talkers(digest: &Digest) -> Vec<String> {
    let line_of = |(name, moved): &(String, u64)| {
        let tags = digest.tags.get(name).map(|tags| line(&format!(" ({})", tags.join(", "))));
        format!("{:>8}  {}{}", units::bytes(*moved), line(name), tags.unwrap_or_default())
    };
    digest.week.talkers.iter().map(line_of).collect()
}

fn learned(digest: &Digest) -> Vec<String> {
    let week = &digest.week;
    let mut lines =
        vec![format!("{} known, {} of them still learned", count(week.entities, "entity"), week.learning)];
    if !week.matured.is_empty() {
        let named: Vec<String> = week.matured.iter().take(NAMED).map(|name| line(name)).collect();
        let more = week.matured.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        lines.push(format!("of age since this week: {}{more}", named.join(", ")));
    }
    lines
}

fn said(digest: &Digest) -> Vec<String> {
    let given: Vec<String> = digest.feedback.iter().map(|(name, times)| format!("{times} {name}")).collect();
    let none = digest.feedback.values().all(|times| *times == 0);
    let nobody = "nobody said anything: weirctl feedback ID useful, not-useful or planned".to_owned();
    vec![if none { nobody } else { given.join(", ") }]
}

fn lists(digest: &Digest) -> Vec<String> {
    let of = |(name, age): (&&str, &i64)| format!("{name} is {} old", units::span(*age));
    let mut lines: Vec<String> = digest.ages.iter().map(of).collect();
    if lines.is_empty() {
        lines.push("none has a date, or there is none".to_owned());
    }
    lines
}

/// `1 incident`, `2 incidents`, `3 entities`.
fn count(count: usize, what: &str) -> String {
    let number = units::thousands(count as u64);
    match (count, what.strip_suffix('y')) {
        (1, _) => format!("{number} {what}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        (_, None) => format!("{number} {what}s"),
    }
}

/// What came from a log or a person, as one line that a terminal shows as it is.
fn line(text: &str) -> String {
    let printed = |letter: char| if letter.is_control() { ' ' } else { letter };
    text.chars().map(printed).take(160).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use weir_state::{Tally, Week};

    use super::*;
    use crate::digest::Ending;

    const DAY: i64 = 86_400_000;
    /// 2026-11-23 07:00 UTC, a Monday.
    const UNTIL: i64 = 1_795_417_200_000;

    fn digest() -> Digest {
        let tally = |told, high, suppressed| Tally { told, high, suppressed };
        Digest {
            version: "1",
            stage: "prod".to_owned(),
            until: UNTIL,
            week: Week {
                from: UNTIL - 7 * DAY,
                entities: 1_204,
                learning: 12,
                matured: vec!["111122223333/i-0a".to_owned()],
                talkers: vec![("111122223333/i-0b".to_owned(), 812_000_000_000)],
                incidents: BTreeMap::from([
                    ("AN0081".to_owned(), tally(4, 1, 0)),
                    ("AN0084".to_owned(), tally(3, 1, 2)),
                ]),
                ..Week::default()
            },
            dry_run: vec!["AN0081"],
            silent: vec!["AN0080", "AN0082", "AN0083"],
            ending: vec![Ending {
                name: "crawler".to_owned(),
                owner: "web\u{1b}[2J team".to_owned(),
                reason: "migration".to_owned(),
                expiry: UNTIL + 3 * DAY,
            }],
            suppressions: 5,
            ages: BTreeMap::from([("tor", 3_600_000)]),
            feedback: BTreeMap::from([("useful", 2), ("planned", 1), ("not-useful", 0)]),
            tags: BTreeMap::from([("111122223333/i-0b".to_owned(), vec!["Name=mirror".to_owned()])]),
        }
    }

    #[test]
    fn the_digest_reads_as_reviewed() {
        let expected = "\
Weir prod: the week from 2026-11-16 07:00 UTC to 2026-11-23 07:00 UTC
3 incidents, 1 of them high; 2 held back

To do
  suppression crawler ends 2026-11-26 07:00 UTC: migration; ask web [2J team
  AN0081 is in dry run and would have told 4 incidents: promote it, or tune it (docs/tuning.md)

Incidents
  AN0081 would have told 4 incidents, 1 of them high or critical; 0 held back by suppressions
  AN0084 told 3 incidents, 1 of them high or critical; 2 held back by suppressions
  nothing was told by AN0080, AN0082, AN0083
  5 suppressions in force

What moved most, in and out, on the days that are over
    812 GB  111122223333/i-0b (Name=mirror)

What is learned
  1,204 entities known, 12 of them still learned
  of age since this week: 111122223333/i-0a

What people said of incidents
  0 not-useful, 1 planned, 2 useful

Lists
  tor is 1 h old

To do without this mail: set digest/mode to off, or leave out activity Digest in the subscription's filter.
";
        let text = digest().text();
        assert!(text == expected, "{text}");
    }

    #[test]
    fn the_message_says_that_it_is_a_digest_and_holds_the_same_as_json() {
        let message = digest().message().unwrap();

        assert_eq!(message.subject, "[DIGEST] Weir prod: 3 incidents, 1 of them high; 2 held back");
        assert_eq!(
            (message.attributes[0].name, message.attributes[0].value.as_str()),
            ("activity", "Digest")
        );
        let bodies: BTreeMap<String, String> = serde_json::from_str(&message.message).unwrap();
        let json: serde_json::Value = serde_json::from_str(&bodies["default"]).unwrap();
        assert_eq!(json["week"]["incidents"]["AN0084"]["suppressed"], 2);
        assert_eq!(bodies["email"], digest().text());
    }
}
