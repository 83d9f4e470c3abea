//! What a run counted, as one line of the CloudWatch Embedded Metric Format.
//!
//! # Source
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>:
//! at most 100 metrics a line.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value, json};
use weir_detection::finding::Learning;

/// Namespace of the metrics.
pub const NAMESPACE: &str = "Weir";

/// The counts of one invocation, added to from wherever something happens.
#[derive(Debug, Default)]
pub struct Metrics(Mutex<Counts>);

/// What is counted.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Records read.
    pub records: u64,
    /// Refused pieces of input, by reason.
    pub rejects: BTreeMap<&'static str, u64>,
    /// Flows read, whichever source they are of.
    pub flows: u64,
    /// Of those the ones without a field that detection has a use for, by its name in flow logs.
    pub without: BTreeMap<&'static str, u64>,
    /// Whole payloads that were refused.
    pub quarantined: u64,
    /// Records that were understood and that nothing judges yet.
    pub not_judged: u64,
    /// Records of known logs that say nothing about traffic or programs.
    pub unused: u64,
    /// Requests whose sender showed no token, or a wrong one.
    pub unauthorized: u64,
    /// Requests that were asked to come again, for a fault of our own.
    pub unavailable: u64,
    /// Records that a source declared lost.
    pub losses: u64,
    /// Records whose bucket was closed.
    pub late: u64,
    /// Records that end in the future.
    pub future: u64,
    /// Records identical to one already counted.
    pub duplicates: u64,
    /// Five-minute windows judged of entities that are still learned.
    pub windows_learning: u64,
    /// Five-minute windows judged with a baseline that is used with care.
    pub windows_provisional: u64,
    /// Five-minute windows judged with a full baseline.
    pub windows_mature: u64,
    /// Findings published.
    pub findings: u64,
    /// Findings that were only recorded: of severity info, or of an analytic in dry run.
    pub recorded: u64,
    /// Findings that a suppression held back.
    pub suppressed: u64,
    /// Incidents that an analytic in dry run would have told, by analytic.
    pub would_have_fired: BTreeMap<String, u64>,
    /// Times that the topic of chats did not take an alert.
    pub chat_failed: u64,
    /// Times that the event bus did not take an alert.
    pub bus_failed: u64,
    /// Times that Security Hub did not take an alert.
    pub hub_failed: u64,
    /// Alerts that this run did not get confirmed.
    pub unconfirmed: u64,
    /// Races for a document that were lost.
    pub conflicts: u64,
    /// Batches that were applied before.
    pub repeated: u64,
    /// Settings that were refused.
    pub settings_rejected: u64,
    /// Times that the settings could not be read again.
    pub settings_unreachable: u64,
    /// Times that the address lists could not be read.
    pub intel_unreachable: u64,
    /// Feeds that brought new lists.
    pub feeds_changed: u64,
    /// Feeds that could not be fetched or were refused.
    pub feeds_failed: u64,
    /// Instances and interfaces in the inventory that was just written.
    pub inventory: Option<u64>,
    /// Age of the inventory that was read, milliseconds.
    pub inventory_age: Option<i64>,
    /// Event time of the latest record, milliseconds since the epoch.
    pub latest: Option<i64>,
}

impl Metrics {
    /// Changes the counts.
    pub fn count(&self, change: impl FnOnce(&mut Counts)) {
        // A panic elsewhere leaves whole numbers behind.
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The counts so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Writes the line to standard output, from where CloudWatch takes it.
    ///
    /// # Errors
    ///
    /// Standard output is closed.
    pub fn emit(&self, stage: &str, function: &str, now: i64) -> io::Result<()> {
        writeln!(io::stdout().lock(), "{}", self.counts().line(stage, function, now))
    }
}

impl Counts {
    /// Notes the event time of a record.
    pub fn saw(&mut self, latest: i64) {
        self.latest = self.latest.max(Some(latest));
    }

    /// Notes windows judged with that much of a baseline.
    pub const fn judged(&mut self, windows: u64, baseline: Learning) {
        match baseline {
            Learning::Learning => self.windows_learning += windows,
            Learning::Provisional => self.windows_provisional += windows,
            Learning::Mature => self.windows_mature += windows,
        }
    }

    /// The line, without its end.
    fn line(&self, stage: &str, function: &str, now: i64) -> Value {
        let mut values = vec![
            ("Records".to_owned(), self.records),
            ("Rejects".to_owned(), self.rejects.values().sum()),
            ("Quarantined".to_owned(), self.quarantined),
            ("NotJudged".to_owned(), self.not_judged),
            ("Unused".to_owned(), self.unused),
            ("Unauthorized".to_owned(), self.unauthorized),
            ("Unavailable".to_owned(), self.unavailable),
            ("Losses".to_owned(), self.losses),
            ("Late".to_owned(), self.late),
            ("Future".to_owned(), self.future),
            ("Duplicates".to_owned(), self.duplicates),
            ("WindowsLearning".to_owned(), self.windows_learning),
            ("WindowsProvisional".to_owned(), self.windows_provisional),
            ("WindowsMature".to_owned(), self.windows_mature),
            ("Findings".to_owned(), self.findings),
            ("Recorded".to_owned(), self.recorded),
            ("Suppressed".to_owned(), self.suppressed),
            ("ChatFailed".to_owned(), self.chat_failed),
            ("BusFailed".to_owned(), self.bus_failed),
            ("SecurityHubFailed".to_owned(), self.hub_failed),
            ("UnconfirmedAlerts".to_owned(), self.unconfirmed),
            ("StateConflicts".to_owned(), self.conflicts),
            ("RepeatedBatches".to_owned(), self.repeated),
            ("SettingsRejected".to_owned(), self.settings_rejected),
            ("SettingsUnreachable".to_owned(), self.settings_unreachable),
            ("IntelUnreachable".to_owned(), self.intel_unreachable),
            ("FeedsChanged".to_owned(), self.feeds_changed),
            ("FeedsFailed".to_owned(), self.feeds_failed),
        ];
        // By name and not by dimension: a line has one value per dimension.
        values.extend(self.rejects.iter().map(|(reason, count)| (format!("Rejects/{reason}"), *count)));
        let fired = self.would_have_fired.iter();
        values.extend(fired.map(|(analytic, count)| (format!("WouldHaveFired/{analytic}"), *count)));
        // A line is paid for by its length, and nothing is no news; records alone show that there was a run.
        values.retain(|(name, count)| *count > 0 || name == "Records");
        let mut metrics: Vec<Value> =
            values.iter().map(|(name, _)| json!({ "Name": name, "Unit": "Count" })).collect();
        let mut line = Map::new();
        line.extend(values.into_iter().map(|(name, count)| (name, count.into())));
        // For `weirctl doctor` alone, and so no metrics, which are paid for by their names.
        if !self.without.is_empty() {
            line.insert("Flows".into(), self.flows.into());
            line.extend(
                self.without.iter().map(|(field, count)| (format!("Without/{field}"), (*count).into())),
            );
        }
        // Where there is such a figure, none of it is news too.
        let figures = [
            ("Inventory", "Count", self.inventory.map(u64::cast_signed)),
            ("InventoryAge", "Milliseconds", self.inventory_age),
            ("Lag", "Milliseconds", self.latest.map(|latest| now.saturating_sub(latest).max(0))),
        ];
        for (name, unit, figure) in figures {
            if let Some(figure) = figure {
                metrics.push(json!({ "Name": name, "Unit": unit }));
                line.insert(name.to_owned(), figure.into());
            }
        }
        line.insert("stage".to_owned(), stage.into());
        line.insert("function".to_owned(), function.into());
        line.insert(
            "_aws".to_owned(),
            json!({
                "Timestamp": now,
                "CloudWatchMetrics": [{
                    "Namespace": NAMESPACE,
                    "Dimensions": [["stage", "function"]],
                    "Metrics": metrics,
                }],
            }),
        );
        Value::Object(line)
    }
}
