//! The reference of a finding, `docs/findings.md`: every attribute that some finding has, from the findings themselves.
//!
//! `WEIR_REWRITE_GOLDEN=1 cargo test -p weir-alerting reference` writes the page anew.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;
use weir_detection::finding::{Finding, Kernel};

use crate::sample::{bare, flood, hosted, relay};
use crate::{Product, to_ocsf};

const HEAD: &str = "\
# What a finding holds

<!-- Written by a test from findings. To rewrite it: WEIR_REWRITE_GOLDEN=1 cargo test -p weir-alerting reference -->

`weir replay --format json` prints one finding a line; the function publishes the same object as the attachment of its
message. It is an [OCSF 1.8 Detection Finding](https://schema.ocsf.io/1.8.0/classes/detection_finding) with the cloud
profile: what OCSF defines is explained there, what is Weir's own is explained here. What is not known is absent, never
null and never empty. Times are milliseconds since the epoch, in event time.

`finding_info.uid` is the incident: the same in each of its reports. `metadata.uid` is the report: a repeat has the same,
so a subscriber drops by it what it has seen. `count` numbers the reports of an incident.

## When an incident is told

| `activity_name` | `status` | when |
| --- | --- | --- |
| Create | New | the first report, at once |
| Update | In Progress | the incident asks for more than was told, or evidence of a group shows it that did not: at once |
| Update | In Progress | from medium upwards, once a back-off of 15 minutes, then 1 hour, 6 hours and a day since the last report is over: twice the bytes left, and a GB more at least; another test of a told group shows it; half of what is sent goes to a gateway or target that no report named |
| Update | In Progress | from medium upwards, it came back after `incident/quiet`; whatever goes on for `incident/suppress` is told again |
| Close | Resolved | nothing of it was seen for `incident/quiet`: how long it went on, how much left in all, and what that cost |

What goes on unchanged is silent. The first line of an Update's `unmapped.weir.why` says why it was sent. Of an entity that
says no more, the next batch of it, or the clock of the function that keeps the inventory, ends the incident within an hour
or two after the quiet; `weir replay` ends it by the time of the others' records, and prints that
in its table, as JSON with `--all`. The same id is used again when it comes
back. What nobody was told (severity info, dry run, suppressed) nobody is told to be over. A call that takes what Weir sees
by is an act and has no end. [Subscribe](subscribe.md) says how to choose among the messages.

## What is in it

An attribute marked \u{201c}always\u{201d} is in every finding; the others are there where something is known.

| attribute | type | there | example | meaning |
| --- | --- | --- | --- | --- |
";

/// What OCSF does not explain.
const MEANINGS: [(&str, &str); 44] = [
    ("count", "reports of this incident so far, this one included"),
    ("finding_info.types[]", "`bandwidth-hijacking/` and the kernel"),
    ("finding_info.src_url", "the kernel's runbook"),
    ("metadata.uid", "this report: incident, activity, count"),
    ("metadata.correlation_uid", "the incident, as `finding_info.uid`"),
    ("is_alert", "false for severity info, in dry-run and where suppressed"),
    ("time", "event time of the record that tipped it"),
    (
        "evidences[].data.role",
        "what the remote is to the entity: `gateway` (dialled, pushed to), `origin` (dialled, pulled from), `client` (dials in), `target`, `peer`",
    ),
    ("evidences[].data.facts[]", "why a program or container is named"),
    ("evidences[].data.tool", "id of the tool in the catalogue"),
    ("evidences[].data.parent", "what started the program"),
    ("evidences[].data.signer", "who signed the program, or claims to have made it"),
    ("evidences[].data.namespace", "Kubernetes namespace of the container"),
    ("evidences[].data.last_seen_time", "when the program or container was last seen"),
    ("evidences[].actor.process.uid", "path or name, where no process id is known"),
    ("evidences[].data.bytes_out", "bytes to the remote within the evidence"),
    ("evidences[].data.bytes_in", "bytes from the remote"),
    ("evidences[].data.first_seen_time", "since when the entity pushes to it"),
    ("evidences[].data.label", "list that holds it: `tor`, `vpn`, `proxy`"),
    ("unmapped.weir.kernel", "the test that carried the verdict"),
    ("unmapped.weir.mode", "`live` or `dry-run`"),
    ("unmapped.weir.suppressed", "the suppression that holds it back, its reason and owner"),
    ("unmapped.weir.entity_type", "`instance`, `interface`, `host`, `address` or `account`"),
    (
        "unmapped.weir.contributions[].group",
        "evidence that counts once: `volume`, `structure`, `session`, `reachability`, `intel`, `context`",
    ),
    ("unmapped.weir.contributions[].kernel", "the group's strongest kernel"),
    ("unmapped.weir.contributions[].score", "strength, 0 to 1"),
    (
        "unmapped.weir.contributions[].weight",
        "the group's weight, 0 to 1; confidence is 1 less the product of what each group leaves open",
    ),
    ("unmapped.weir.contributions[].facts[]", "what was measured, in words with numbers"),
    ("unmapped.weir.baseline.state", "`learning`, `provisional` or `mature`"),
    (
        "unmapped.weir.baseline.level",
        "whose history: `slot` (itself at this hour), `entity` (at all hours), `group` (its peers), `absolute` (none)",
    ),
    ("unmapped.weir.baseline.samples", "buckets with egress behind the percentiles"),
    ("unmapped.weir.baseline.age_days", "days since the entity was first seen"),
    ("unmapped.weir.baseline.p50", "median bytes out in five minutes"),
    ("unmapped.weir.baseline.p90", "90th percentile"),
    ("unmapped.weir.baseline.p95", "95th percentile"),
    ("unmapped.weir.baseline.p99", "99th percentile"),
    ("unmapped.weir.baseline.observed", "mean of the last twelve buckets"),
    ("unmapped.weir.usd_so_far", "egress since the incident began, at 0.09 USD a GB"),
    ("unmapped.weir.usd_month", "a month at the rate of the last hour"),
    ("unmapped.weir.series[].start", "start of a bucket of the last three hours"),
    ("unmapped.weir.series[].bytes_out", "external bytes out in it"),
    ("unmapped.weir.series[].bytes_in", "external bytes in"),
    (
        "unmapped.weir.missing[]",
        "what limited the judgement: `tcp-flags`, `flow-direction`, `ten-minute-records`, `skipped-records`, `lists`, `fresh-lists`, `history`, `inventory`, `fresh-inventory`, `lookups`",
    ),
    ("unmapped.weir.settings", "path and value of each setting that took part"),
];

/// The two that are long.
const WORDS: [(&str, &str); 2] = [
    ("unmapped.weir.why[]", "why the severity is what it is"),
    (
        "unmapped.weir.would_raise[]",
        "evidence that would have raised it, to what, and how far the entity was from it",
    ),
];

/// What is known of an attribute.
struct Seen {
    kind: &'static str,
    findings: usize,
    example: String,
}

#[test]
fn the_reference_holds_every_attribute_of_every_finding() {
    let suppressed = Some("nightly-export: agreed until June (data team)".to_owned());
    let mut findings = vec![Finding { suppressed, ..relay() }, hosted(), flood(), bare()];
    // The scenario has no resolver's logs, so no incident begins with a name.
    for kernel in Kernel::ALL.into_iter().filter(|kernel| *kernel != Kernel::Name) {
        let path = format!("{}/golden/incidents/{}.finding.json", env!("CARGO_MANIFEST_DIR"), kernel.name());
        let finding: Finding = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        findings.push(finding);
    }
    let mut seen: BTreeMap<String, Seen> = BTreeMap::new();
    for finding in &findings {
        let product = Product { version: "0.0.0".to_owned(), ..Product::default() };
        walk(&serde_json::to_value(to_ocsf(finding, &product)).unwrap(), "", &mut seen);
    }
    let mut page = HEAD.to_owned();
    let meanings: BTreeMap<&str, &str> = MEANINGS.into_iter().chain(WORDS).collect();
    for (path, Seen { kind, findings: count, example }) in &seen {
        let meaning = meanings.get(path.as_str()).copied().unwrap_or_default();
        let own = path.starts_with("unmapped.weir.") || path.starts_with("evidences[].data.");
        assert!(!own || !meaning.is_empty(), "say what {path} means");
        let there = if *count == findings.len() { "always" } else { "" };
        writeln!(page, "| `{path}` | {kind} | {there} | {example} | {meaning} |").unwrap();
    }
    for path in meanings.keys() {
        assert!(seen.contains_key(*path), "{path} is explained, and no finding has it");
    }

    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/findings.md");
    if std::env::var_os("WEIR_REWRITE_GOLDEN").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap();
    assert!(kept == page, "docs/findings.md is behind: set WEIR_REWRITE_GOLDEN=1 and run this test again");
}

/// Notes every leaf below `value`; one that stands in a list counts once for the list.
fn walk(value: &Value, path: &str, seen: &mut BTreeMap<String, Seen>) {
    match value {
        Value::Object(map) if path != "unmapped.weir.settings" => {
            for (key, value) in map {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                walk(value, &path, seen);
            }
        }
        Value::Array(values) => {
            let mut of_this: BTreeMap<String, Seen> = BTreeMap::new();
            values.iter().for_each(|value| walk(value, &format!("{path}[]"), &mut of_this));
            for (path, one) in of_this {
                seen.entry(path).and_modify(|have| have.findings += 1).or_insert(Seen { findings: 1, ..one });
            }
        }
        leaf => {
            let kind = match leaf {
                Value::Bool(_) => "boolean",
                Value::Number(_) => "number",
                Value::String(_) => "text",
                _ => "object",
            };
            let example = match leaf.as_str() {
                Some(text) if text.len() > 60 || text.contains('|') => String::new(),
                _ if leaf.is_object() => String::new(),
                Some(text) => format!("`{text}`"),
                None => format!("`{leaf}`"),
            };
            seen.entry(path.to_owned()).and_modify(|have| have.findings += 1).or_insert(Seen {
                kind,
                findings: 1,
                example,
            });
        }
    }
}
