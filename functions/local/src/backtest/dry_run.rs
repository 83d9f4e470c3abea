//! What analytics in dry run would have told, and whether they are ready to.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use weir_detection::finding::Severity;
use weir_detection::settings::{AnalyticMode, Settings};

use super::History;
use crate::expectations::{Expectations, is};
use crate::told::Told;

/// Entities named for each analytic.
const NAMED: usize = 5;

/// Milliseconds of a day.
const DAY: f64 = 86_400_000.0;

/// What an analytic in dry run would have told.
#[derive(Debug, Default)]
struct Would<'a> {
    incidents: BTreeSet<&'a str>,
    /// Entities, those that no expectation names first.
    unexpected: BTreeSet<&'a str>,
    expected: BTreeSet<&'a str>,
    /// Incidents of entities that should stay quiet, above what is allowed.
    loud: BTreeSet<&'a str>,
}

/// Prints a line for each analytic in dry run; nothing where all are live or off.
pub(super) fn print(
    settings: &Settings,
    expectations: &Expectations,
    history: &History,
    out: &mut dyn Write,
) -> io::Result<()> {
    let modes = settings.modes();
    let mut would: BTreeMap<&str, Would<'_>> = modes
        .into_iter()
        .filter(|(_, mode)| *mode == AnalyticMode::DryRun)
        .map(|(analytic, _)| (analytic, Would::default()))
        .collect();
    for told in history.told.iter().filter(|told| told.would_alert) {
        if let Some(would) = would.get_mut(told.analytic.as_str()) {
            would.add(told, expectations);
        }
    }
    let days = history.span.map_or(0.0, |(first, last)| (last - first) as f64 / DAY).max(1.0 / 288.0);
    for (analytic, would) in would {
        writeln!(out, "dry run   {analytic}: {}", would.words(days))?;
    }
    Ok(())
}

impl<'a> Would<'a> {
    fn add(&mut self, told: &'a Told, expectations: &Expectations) {
        self.incidents.insert(&told.uid);
        let entities =
            if expectations.names(&told.entity) { &mut self.expected } else { &mut self.unexpected };
        entities.insert(&told.entity.id);
        let is_loud = |quiet: &crate::expectations::Quiet| {
            is(&quiet.entity, &told.entity) && told.severity > quiet.at_most
        };
        let is_known = expectations.names(&told.entity);
        if expectations.quiet.iter().any(is_loud) || !is_known && told.severity >= Severity::Medium {
            self.loud.insert(&told.entity.id);
        }
    }

    fn words(&self, days: f64) -> String {
        let count = self.incidents.len();
        if count == 0 {
            return format!(
                "nothing would have been told in {days:.1} days; live it costs nothing, and history shows no gain"
            );
        }
        let entities: Vec<&str> = self.unexpected.iter().chain(&self.expected).copied().collect();
        let rest = entities.len().saturating_sub(NAMED);
        let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        let advice = if self.loud.is_empty() {
            "promote it: nobody is told of at medium or above that no expectation names".to_owned()
        } else {
            let loud: Vec<&str> = self.loud.iter().take(NAMED).copied().collect();
            format!(
                "look first at {}: expected, or to be quiet by tuning, role or suppression",
                loud.join(", ")
            )
        };
        format!(
            "{count} incidents would have been told in {days:.1} days, {:.1} a day, of {}{more}; {advice}",
            count as f64 / days,
            entities.get(..entities.len().min(NAMED)).unwrap_or_default().join(", ")
        )
    }
}
