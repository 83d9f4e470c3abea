//! A file of expectations: what must be found, and what must stay quiet.

mod names;

use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;
use weir_alerting::units;
use weir_detection::entity::EntityKey;
use weir_detection::finding::{Group, Kernel, Severity};

use crate::options::Usage;
use crate::told::Told;
use names::{Moment, group, kernel, severity};

/// All of a file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Expectations {
    /// What must be found.
    #[serde(default)]
    pub(crate) finding: Vec<Expected>,
    /// Who must stay quiet.
    #[serde(default)]
    pub(crate) quiet: Vec<Quiet>,
    /// Bounds on what is told of everybody else.
    #[serde(default)]
    pub(crate) limits: Limits,
}

/// Something that must be found.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Expected {
    /// `i-…`, `eni-…` or `10.0.0.5@eni-…`, or the same after its account and a slash.
    pub(crate) entity: String,
    /// A kernel that must take part.
    #[serde(default, deserialize_with = "kernel")]
    pub(crate) kernel: Option<Kernel>,
    /// A group of evidence that must take part.
    #[serde(default, deserialize_with = "group")]
    pub(crate) group: Option<Group>,
    /// Least severity.
    #[serde(default = "low", deserialize_with = "severity")]
    pub(crate) at_least: Severity,
    /// Earliest event time of the report.
    from: Option<Moment>,
    /// Latest event time of the report.
    to: Option<Moment>,
}

/// Somebody who must stay quiet.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Quiet {
    /// As in [`Expected`].
    pub(crate) entity: String,
    /// Highest severity that is quiet enough.
    #[serde(default = "info", deserialize_with = "severity")]
    pub(crate) at_most: Severity,
}

/// Bounds on what is told of entities that no expectation names.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Limits {
    /// Incidents of medium and above for each 1,000 days of an entity (288 windows with records).
    pub(crate) max_medium_per_1000_entity_days: Option<f64>,
}

impl Expectations {
    /// Reads a file: JSON where it begins with a brace, else TOML.
    ///
    /// # Errors
    /// A file that cannot be read, or that is wrong or expects nothing ([`Usage`]).
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).map_err(|fault| Usage(format!("{}: {fault}", path.display())).into())
    }

    fn parse(text: &str) -> Result<Self, String> {
        let all: Self = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|error| error.to_string())?
        } else {
            toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?
        };
        if all.finding.is_empty()
            && all.quiet.is_empty()
            && all.limits.max_medium_per_1000_entity_days.is_none()
        {
            return Err(
                "expected [[finding]], [[quiet]] or [limits], found none: nothing would be held".to_owned()
            );
        }
        for expected in &all.finding {
            if let (Some(from), Some(to)) = (expected.from, expected.to)
                && from.0 > to.0
            {
                return Err(format!("finding of {}: `from` should not be after `to`", expected.entity));
            }
        }
        if let Some(most) = all.limits.max_medium_per_1000_entity_days
            && (!most.is_finite() || most < 0.0)
        {
            return Err(format!(
                "max-medium-per-1000-entity-days should be a number from 0 on, found {most}"
            ));
        }
        Ok(all)
    }

    /// Whether some expectation names the entity.
    pub(crate) fn names(&self, entity: &EntityKey) -> bool {
        self.finding.iter().any(|expected| is(&expected.entity, entity))
    }
}

impl Expected {
    /// Whether a report is what was expected.
    pub(crate) fn is_met_by(&self, told: &Told) -> bool {
        is(&self.entity, &told.entity)
            && told.severity >= self.at_least
            && self.kernel.is_none_or(|kernel| told.has_kernel(kernel))
            && self.group.is_none_or(|group| told.has_group(group))
            && self.from.is_none_or(|from| told.time >= from.0)
            && self.to.is_none_or(|to| told.time <= to.0)
    }

    /// In words: `relay on i-… at medium or above, from … to …`.
    pub(crate) fn words(&self) -> String {
        let what = match (self.kernel, self.group) {
            (Some(kernel), Some(group)) => format!("{} with {}", kernel.name(), group.name()),
            (Some(kernel), None) => kernel.name().to_owned(),
            (None, Some(group)) => group.name().to_owned(),
            (None, None) => "a finding".to_owned(),
        };
        let mut words = format!("{what} on {} at {} or above", self.entity, self.at_least.name());
        for (word, moment) in [("from", self.from), ("to", self.to)] {
            if let Some(moment) = moment {
                words.push_str(&format!(" {word} {}", units::utc(moment.0)));
            }
        }
        words
    }
}

/// Whether a file's name means an entity.
pub(crate) fn is(name: &str, entity: &EntityKey) -> bool {
    match name.split_once('/') {
        Some((account, id)) => account == entity.account && id == entity.id,
        None => name == entity.id,
    }
}

const fn low() -> Severity {
    Severity::Low
}

const fn info() -> Severity {
    Severity::Info
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_file_reads_as_toml_and_as_json() {
        let toml = "[[finding]]\nentity = 'i-1'\nkernel = 'relay'\nat-least = 'medium'\nfrom = '2026-06-03T00:00:00Z'\n";
        let json =
            r#"{"finding":[{"entity":"i-1","kernel":"relay","at-least":"medium","from":1780444800000}]}"#;

        for text in [toml, json] {
            let found = Expectations::parse(text).unwrap();
            assert_eq!(found.finding[0].words(), "relay on i-1 at medium or above from 2026-06-03 00:00 UTC");
        }
    }

    #[test]
    fn a_file_that_would_hold_nothing_or_says_something_unknown_is_refused_by_name() {
        let finding = "[[finding]]\nentity = 'i-1'\n";
        let cases = [
            ("", "nothing would be held"),
            ("[[finding]]\nentity = 'i-1'\nkernal = 'relay'", "kernal"),
            ("[[finding]]\nkernel = 'relay'", "entity"),
            (&format!("{finding}kernel = 'rely'"), "`rely`"),
            (&format!("{finding}at-least = 'loud'"), "`loud`"),
            (&format!("{finding}from = 'yesterday'"), "`yesterday`"),
            (&format!("{finding}from = 2\nto = 1"), "should not be after"),
            ("[limits]\nmax-medium-per-1000-entity-days = -1", "found -1"),
        ];
        for (text, named) in cases {
            let fault = Expectations::parse(text).unwrap_err();
            assert!(fault.contains(named), "{text}: {fault}");
        }
    }
}
