//! Records on their way into a collector, counted.

use std::collections::BTreeMap;

use weir_detection::collect::{CollectCounts, Collector};
use weir_detection::settings::Settings;
use weir_intel::Intel;
use weir_records::vpc_flow::Rows;
use weir_records::{Flow, Lookup, Loss, Reason};

use crate::metrics::Metrics;

/// How far ahead of this clock a record may end: a clock that is wrong by more would make all others late.
const SKEW: i64 = 600_000;

/// Fields of flow logs that version 2 has not, and without which detection guesses.
const GUESSED_WITHOUT: [&str; 3] = ["tcp-flags", "flow-direction", "pkt-dstaddr"];

/// A collector and what was put into it.
pub struct Tally<'a> {
    /// Where the records go.
    pub collector: Collector<'a>,
    records: u64,
    rows: u64,
    not_judged: u64,
    unused: u64,
    future: u64,
    flows: u64,
    /// Flows without each of [`GUESSED_WITHOUT`].
    without: [u64; 3],
    rejects: BTreeMap<&'static str, u64>,
    latest: Option<i64>,
    not_after: i64,
}

impl std::fmt::Debug for Tally<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tally").field("records", &self.records).finish_non_exhaustive()
    }
}

impl<'a> Tally<'a> {
    /// An empty collector at wall time `now`, milliseconds.
    #[must_use]
    pub fn new(settings: &'a Settings, intel: &'a Intel, now: i64) -> Self {
        let not_after = now.saturating_add(SKEW);
        Self {
            collector: Collector::new(settings, intel).not_after(not_after),
            not_after,
            records: 0,
            rows: 0,
            not_judged: 0,
            unused: 0,
            future: 0,
            flows: 0,
            without: [0; 3],
            rejects: BTreeMap::new(),
            latest: None,
        }
    }

    /// Adds a record; the latest event time so far.
    pub fn flow(&mut self, flow: &Flow<'_>) -> i64 {
        self.note(flow);
        self.collector.push(flow);
        self.latest.unwrap_or(i64::MIN)
    }

    fn note(&mut self, flow: &Flow<'_>) {
        self.records += 1;
        self.rows += 1;
        self.flows += 1;
        let [flags, direction, packet] = &mut self.without;
        *flags += u64::from(flow.tcp_flags.is_none());
        *direction += u64::from(flow.direction.is_none());
        *packet += u64::from(flow.pkt_dst.is_none());
        if flow.end <= self.not_after {
            self.latest = self.latest.max(Some(flow.end));
        }
    }

    /// Adds a conversation of a sender that may cut what it sends anew: its directions are one record, and count once.
    /// Whether there was any.
    pub fn conversation<'f>(&mut self, directions: impl Iterator<Item = Flow<'f>>) -> bool {
        let mut any = false;
        for flow in directions {
            if !any {
                self.note(&flow);
            }
            any = true;
            self.collector.push_once(&flow);
        }
        any
    }

    /// Adds rows of the default format, which has none of the fields of [`GUESSED_WITHOUT`].
    pub fn rows(&mut self, rows: Rows<'_>) {
        let count = rows.as_slice().len() as u64;
        self.records += count;
        self.rows += count;
        self.flows += count;
        self.without.iter_mut().for_each(|without| *without += count);
        let past = rows.as_slice().iter().map(|row| row.end).filter(|end| *end <= self.not_after);
        self.latest = self.latest.max(past.max());
        self.collector.push_rows(rows);
    }

    /// Adds a lookup.
    pub fn lookup(&mut self, lookup: &Lookup<'_>) {
        self.records += 1;
        self.rows += 1;
        self.collector.push_lookup(lookup);
    }

    /// Notes a record of a host; false where its time is ahead of the clock, so that it cannot be believed.
    pub const fn host(&mut self, time: Option<i64>) -> bool {
        self.records += 1;
        self.rows += 1;
        let is_past = self.is_past(time);
        self.future += !is_past as u64;
        is_past
    }

    /// Whether a time is not ahead of the clock.
    #[must_use]
    pub const fn is_past(&self, time: Option<i64>) -> bool {
        matches!(time, Some(time) if time <= self.not_after) || time.is_none()
    }

    /// Notes a record that nothing judges yet.
    pub const fn not_judged(&mut self) {
        self.records += 1;
        self.rows += 1;
        self.not_judged += 1;
    }

    /// Notes records of known logs that are of no use.
    pub const fn unused(&mut self, records: u64) {
        self.rows += records;
        self.unused += records;
    }

    /// Notes a declared loss.
    pub fn loss(&mut self, loss: &Loss<'_>) {
        self.rows += 1;
        self.collector.push_loss(loss);
    }

    /// Counts a refusal.
    pub fn reject(&mut self, reason: Reason) {
        *self.rejects.entry(reason.code()).or_default() += 1;
    }

    /// Records so far.
    #[must_use]
    pub const fn records(&self) -> u64 {
        self.records
    }

    /// Why nothing of all this could be used, if nothing could: the most frequent reason.
    #[must_use]
    pub fn refused_whole(&self) -> Option<&'static str> {
        if self.rows > 0 {
            return None;
        }
        self.rejects.iter().max_by_key(|(_, count)| **count).map(|(reason, _)| *reason)
    }

    /// The counts by themselves.
    #[must_use]
    pub fn counts(self) -> Counted {
        Counted {
            records: self.records,
            not_judged: self.not_judged,
            unused: self.unused,
            future: self.future + self.collector.counts().future,
            flows: self.flows,
            without: self.without,
            rejects: self.rejects,
            collected: self.collector.counts(),
            latest: self.latest,
        }
    }
}

/// What was put into a collector.
#[derive(Debug)]
pub struct Counted {
    /// Records read.
    pub records: u64,
    /// Those that nothing judges yet.
    pub not_judged: u64,
    /// Records of known logs that are of no use; not among the others.
    pub unused: u64,
    /// Records ahead of the clock.
    future: u64,
    flows: u64,
    without: [u64; 3],
    /// Refusals by reason.
    pub rejects: BTreeMap<&'static str, u64>,
    collected: CollectCounts,
    latest: Option<i64>,
}

impl Counted {
    /// Adds the counts to those of the invocation, and logs what was refused: reasons and numbers, no text.
    pub fn report(&self, id: &str, metrics: &Metrics) {
        for (reason, count) in &self.rejects {
            let remedy = match *reason {
                "too-few-fields" | "too-many-fields" => "set WEIR_FLOW_FORMAT to the fields of the flow log",
                "unknown-record" => "send only logs that weir reads, docs/sources.md lists them",
                _ => "compare the log's format with what its source documents",
            };
            tracing::warn!(reason, count, id, remedy, "records refused");
        }
        let collected = self.collected;
        metrics.count(|counts| {
            counts.records += self.records;
            counts.not_judged += self.not_judged;
            counts.unused += self.unused;
            counts.losses += collected.losses;
            counts.late += collected.late;
            counts.future += self.future;
            counts.duplicates += collected.duplicates;
            counts.flows += self.flows;
            for (field, count) in
                GUESSED_WITHOUT.into_iter().zip(self.without).filter(|(_, count)| *count > 0)
            {
                *counts.without.entry(field).or_default() += count;
            }
            for (reason, count) in &self.rejects {
                *counts.rejects.entry(reason).or_default() += count;
            }
            if let Some(latest) = self.latest {
                counts.saw(latest);
            }
        });
    }
}
