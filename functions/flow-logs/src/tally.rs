//! Records on their way into a collector, counted.

use std::collections::BTreeMap;

use weir_aws_host::Metrics;
use weir_detection::collect::{CollectCounts, Collector};
use weir_detection::settings::Settings;
use weir_intel::Intel;
use weir_records::{Flow, Lookup, Loss, Reason};

/// How far ahead of this clock a record may end: a clock that is wrong by more would make all others late.
const SKEW: i64 = 600_000;

/// A collector and what was put into it.
pub(crate) struct Tally<'a> {
    pub(crate) collector: Collector<'a>,
    records: u64,
    rows: u64,
    rejects: BTreeMap<&'static str, u64>,
    latest: Option<i64>,
    not_after: i64,
}

impl<'a> Tally<'a> {
    /// An empty collector at wall time `now`, milliseconds.
    pub(crate) fn new(settings: &'a Settings, intel: &'a Intel, now: i64) -> Self {
        let not_after = now.saturating_add(SKEW);
        Self {
            collector: Collector::new(settings, intel).not_after(not_after),
            not_after,
            records: 0,
            rows: 0,
            rejects: BTreeMap::new(),
            latest: None,
        }
    }

    /// Adds a record; the latest event time so far.
    pub(crate) fn flow(&mut self, flow: &Flow<'_>) -> i64 {
        self.records += 1;
        self.rows += 1;
        if flow.end <= self.not_after {
            self.latest = self.latest.max(Some(flow.end));
        }
        self.collector.push(flow);
        self.latest.unwrap_or(i64::MIN)
    }

    /// Adds a lookup.
    pub(crate) fn lookup(&mut self, lookup: &Lookup<'_>) {
        self.records += 1;
        self.rows += 1;
        self.collector.push_lookup(lookup);
    }

    pub(crate) fn loss(&mut self, loss: &Loss<'_>) {
        self.rows += 1;
        self.collector.push_loss(loss);
    }

    pub(crate) fn reject(&mut self, reason: Reason) {
        *self.rejects.entry(reason.code()).or_default() += 1;
    }

    pub(crate) const fn records(&self) -> u64 {
        self.records
    }

    /// Why nothing of all this could be used, if nothing could: the most frequent reason.
    pub(crate) fn refused_whole(&self) -> Option<&'static str> {
        if self.rows > 0 {
            return None;
        }
        self.rejects.iter().max_by_key(|(_, count)| **count).map(|(reason, _)| *reason)
    }

    /// The counts by themselves.
    pub(crate) fn counts(self) -> Counted {
        Counted {
            records: self.records,
            rejects: self.rejects,
            collected: self.collector.counts(),
            latest: self.latest,
        }
    }
}

/// What was put into a collector.
#[derive(Debug)]
pub(crate) struct Counted {
    pub(crate) records: u64,
    rejects: BTreeMap<&'static str, u64>,
    collected: CollectCounts,
    latest: Option<i64>,
}

impl Counted {
    /// Adds the counts to those of the invocation, and logs what was refused: reasons and numbers, no text.
    pub(crate) fn report(&self, id: &str, metrics: &Metrics) {
        for (reason, count) in &self.rejects {
            let remedy = match *reason {
                "too-few-fields" | "too-many-fields" => "set WEIR_FLOW_FORMAT to the fields of the flow log",
                _ => "compare the flow log's format with what its source documents",
            };
            tracing::warn!(reason, count, id, remedy, "records refused");
        }
        let collected = self.collected;
        metrics.count(|counts| {
            counts.records += self.records;
            counts.losses += collected.losses;
            counts.late += collected.late;
            counts.future += collected.future;
            counts.duplicates += collected.duplicates;
            for (reason, count) in &self.rejects {
                *counts.rejects.entry(reason).or_default() += count;
            }
            if let Some(latest) = self.latest {
                counts.saw(latest);
            }
        });
    }
}
