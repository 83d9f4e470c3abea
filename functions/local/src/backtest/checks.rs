//! Each expectation against what was told.

use std::collections::BTreeSet;

use weir_detection::finding::Severity;

use super::History;
use crate::expectations::{Expectations, Expected, Quiet, is};
use crate::told::Told;

/// Said of an entity that is not in the input.
const ABSENT: &str = "no record is of it";

/// Windows of a day.
const A_DAY: f64 = 288.0;

/// One expectation.
#[derive(Debug)]
pub(super) struct Check {
    /// What it is about: `finding`, `quiet` or `limits`.
    pub(super) kind: &'static str,
    /// What was expected, in words.
    pub(super) name: String,
    /// What was found instead; `None` where it is held.
    pub(super) fault: Option<String>,
}

/// Every expectation in the file's order.
pub(super) fn checks(expectations: &Expectations, history: &History) -> Vec<Check> {
    let mut checks: Vec<Check> = expectations
        .finding
        .iter()
        .map(|expected| Check { kind: "finding", name: expected.words(), fault: missed(expected, history) })
        .collect();
    checks.extend(expectations.quiet.iter().map(|quiet| Check {
        kind: "quiet",
        name: format!("{} is told of at {} at most", quiet.entity, quiet.at_most.name()),
        fault: loud(quiet, history),
    }));
    checks.extend(expectations.limits.max_medium_per_1000_entity_days.map(|most| {
        let (incidents, rate) = rate(expectations, history);
        let about = format!("{} incidents in {:.1} entity-days", incidents.len(), days(history));
        Check {
            kind: "limits",
            name: format!("at most {most} incidents of medium and above in 1,000 entity-days"),
            fault: (rate > most).then(|| {
                let few: Vec<&str> = incidents.into_iter().take(5).collect();
                format!("{rate:.1}: {about}, {}", few.join(", "))
            }),
        }
    }));
    checks
}

fn missed(expected: &Expected, history: &History) -> Option<String> {
    if history.told.iter().any(|told| expected.is_met_by(told)) {
        return None;
    }
    let nothing = if is_there(&expected.entity, history) { "nothing was told of it" } else { ABSENT };
    Some(found(&expected.entity, history, |_| true).unwrap_or_else(|| nothing.to_owned()))
}

fn loud(quiet: &Quiet, history: &History) -> Option<String> {
    // Silence of somebody who is not there proves nothing.
    let absent = || (!is_there(&quiet.entity, history)).then(|| ABSENT.to_owned());
    found(&quiet.entity, history, |told| told.severity > quiet.at_most).or_else(absent)
}

/// What was told of an entity, in words.
fn found(entity: &str, history: &History, which: impl Fn(&Told) -> bool) -> Option<String> {
    let told: Vec<String> =
        history.told.iter().filter(|told| is(entity, &told.entity) && which(told)).map(Told::words).collect();
    let shown = told.get(..told.len().min(4)).unwrap_or_default().join(", ");
    let rest = told.len().saturating_sub(4);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    (!told.is_empty()).then(|| format!("found {shown}{more}"))
}

fn is_there(entity: &str, history: &History) -> bool {
    history.entities.iter().any(|have| is(entity, have))
}

/// Incidents of medium and above of entities that no expectation names, and how many that is in 1,000 entity-days.
fn rate<'a>(expectations: &Expectations, history: &'a History) -> (BTreeSet<&'a str>, f64) {
    let incidents: BTreeSet<&str> = history
        .told
        .iter()
        .filter(|told| told.severity >= Severity::Medium && !expectations.names(&told.entity))
        .map(|told| told.uid.as_str())
        .collect();
    let rate = incidents.len() as f64 * 1_000.0 / days(history).max(1.0 / A_DAY);
    (incidents, rate)
}

fn days(history: &History) -> f64 {
    history.windows as f64 / A_DAY
}
