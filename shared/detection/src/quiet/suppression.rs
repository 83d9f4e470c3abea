//! Findings that somebody asked not to be told of, and until when.

use jiff::Timestamp;
use serde::Deserialize;

use super::scope::{Matter, Scope};
use crate::finding::Severity;

/// One suppression.
///
/// # Shape
///
/// ```json
/// {"scope": {"entity": "i-0abc", "kernel": ["upload"]}, "severity": "medium",
///  "reason": "nightly export, TICKET-7", "owner": "data@example.com", "expiry": "2026-12-31T00:00:00Z"}
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Suppression {
    /// Its name.
    pub name: String,
    /// What it is about.
    pub scope: Scope,
    /// The highest severity that it holds back.
    pub severity: Severity,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Event time from which it holds nothing back, milliseconds since the epoch.
    pub expiry: i64,
}

/// As it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    scope: Scope,
    severity: Option<String>,
    reason: String,
    owner: String,
    expiry: String,
}

impl Suppression {
    /// Reads the JSON of the suppression of this name.
    ///
    /// # Errors
    ///
    /// What was expected and what was found: a member too many or too few, a scope of nothing, no time of expiry.
    pub fn from_json(name: &str, text: &str) -> Result<Self, String> {
        let written: Written =
            serde_json::from_str(text).map_err(|error| format!("not a suppression: {error}"))?;
        if let Some(fault) = written.scope.fault() {
            return Err(fault);
        }
        if written.reason.trim().is_empty() || written.owner.trim().is_empty() {
            return Err("expected a reason and an owner, found an empty one".to_owned());
        }
        let severity = match &written.severity {
            None => Severity::Medium,
            Some(text) => severity(text).ok_or_else(|| {
                format!("expected a severity of info, low, medium, high, critical, found {text:?}")
            })?,
        };
        let expiry: Timestamp = written.expiry.parse().map_err(|_| {
            format!("expected an expiry such as 2026-12-31T00:00:00Z, found {:?}", written.expiry)
        })?;
        Ok(Self {
            name: name.to_owned(),
            scope: written.scope,
            severity,
            reason: written.reason,
            owner: written.owner,
            expiry: expiry.as_millisecond(),
        })
    }

    /// Whether it holds back what is about to be told at `time`, milliseconds since the epoch.
    #[must_use]
    pub fn holds(&self, case: &Matter<'_>, severity: Severity, time: i64) -> bool {
        severity <= self.severity && time < self.expiry && self.scope.holds(case)
    }

    /// Which and why, in one line.
    #[must_use]
    pub fn words(&self) -> String {
        format!("{}: {} ({})", self.name, self.reason, self.owner)
    }
}

fn severity(text: &str) -> Option<Severity> {
    [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical]
        .into_iter()
        .find(|severity| severity.name() == text)
}
