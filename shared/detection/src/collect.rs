//! Records to observations: whose a record is, which way it went, and each packet once.

mod entities;
mod lookups;
mod prints;
mod record;
mod rows;
mod seen;

use std::collections::BTreeMap;
use std::net::IpAddr;

use foldhash::HashSet;
use weir_intel::Intel;
use weir_records::vpc_flow::Rows;
use weir_records::{Flow, Lookup, Loss, LossKind};

use crate::entity::EntityKey;
use crate::observation::{BUCKET, Observations, Once, bucket_of};
use crate::settings::Settings;
pub use entities::{Entities, Place};
use lookups::Asked;
use record::Record;
use rows::BucketRows;

/// Groups flows by entity, bucket and remote.
///
/// The order of records does not matter and an identical record counts once, for as long as its
/// bucket is open here: in `weir` until the lateness has passed, in a Lambda within the batch.
pub struct Collector<'a> {
    settings: &'a Settings,
    intel: &'a Intel,
    entities: Entities,
    open: BTreeMap<i64, BucketRows>,
    /// The last bucket that was handed out, for the room that it has.
    spare: Option<BucketRows>,
    /// Records on their way into them.
    staged: Vec<Staged>,
    /// Records that the documents count once.
    once: Vec<Record>,
    asked: Asked,
    /// Buckets before this one were handed out: their records are late.
    closed: i64,
    /// Records that end after this time are refused.
    not_after: i64,
    counts: CollectCounts,
}

/// What became of the records that were pushed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct CollectCounts {
    /// Arrived after their bucket was handed out.
    pub late: u64,
    /// Identical to one already counted.
    pub duplicates: u64,
    /// Declared losses (SKIPDATA).
    pub losses: u64,
    /// Left out by the count-once rules: intermediate interfaces, and lookups that came through an endpoint.
    pub intermediate: u64,
    /// Ends later than the clock allows: believed, it would make every later record late.
    pub future: u64,
}

impl<'a> Collector<'a> {
    /// An empty collector.
    pub fn new(settings: &'a Settings, intel: &'a Intel) -> Self {
        Self {
            settings,
            intel,
            entities: Entities::default(),
            open: BTreeMap::new(),
            spare: None,
            staged: Vec::new(),
            once: Vec::new(),
            asked: Asked::default(),
            closed: i64::MIN,
            not_after: i64::MAX,
            counts: CollectCounts::default(),
        }
    }

    /// Refuses records that end after `time`, milliseconds since the epoch.
    #[must_use]
    pub const fn not_after(mut self, time: i64) -> Self {
        self.not_after = time;
        self
    }

    /// What became of the records so far.
    pub const fn counts(&self) -> CollectCounts {
        self.counts
    }

    /// Start of the earliest open bucket.
    pub fn earliest(&self) -> Option<i64> {
        self.open.keys().next().copied()
    }

    /// Adds one flow.
    pub fn push(&mut self, flow: &Flow<'_>) {
        if flow.end > self.not_after {
            self.counts.future += 1;
            return;
        }
        match self.entities.place(flow, self.intel) {
            Some(place) => self.stage(Record::of(flow, &place, self.settings, self.intel)),
            None => self.counts.intermediate += 1,
        }
        self.settle();
    }

    /// Adds rows of the default format, as [`push`](Self::push) adds their flows one by one.
    pub fn push_rows(&mut self, rows: Rows<'_>) {
        for row in rows.as_slice() {
            if row.end > self.not_after {
                self.counts.future += 1;
                continue;
            }
            match self.entities.place_row(row, rows, self.intel) {
                Some(place) => self.stage(Record::of_row(row, &place, self.settings, self.intel)),
                None => self.counts.intermediate += 1,
            }
        }
        self.settle();
    }

    /// Adds one flow of a sender that may cut what it sends anew: whoever takes the [batch](Self::take_batch) counts it
    /// once, whatever batch it comes in.
    pub fn push_once(&mut self, flow: &Flow<'_>) {
        if flow.end > self.not_after {
            self.counts.future += 1;
            return;
        }
        match self.entities.place(flow, self.intel) {
            Some(place) => {
                let record = Record::of(flow, &place, self.settings, self.intel);
                // The number of an entity is of this batch alone.
                self.once.push(Record { print: prints::of(flow, 0), ..record });
            }
            None => self.counts.intermediate += 1,
        }
    }

    /// Finds the bucket that a record begins in.
    #[inline]
    fn stage(&mut self, record: Record) {
        let first = bucket_of(record.start);
        if first < self.closed && bucket_of(record.until - 1) < self.closed {
            self.counts.late += 1;
            return;
        }
        let home = first.max(self.closed);
        let is_within = record.start >= home && record.until <= home + BUCKET;
        self.staged.push(Staged { record, home, place: None, is_within, is_new: false });
    }

    /// Adds what is staged: one step for all records before the next step, so that waiting for the memory of one is
    /// waiting for that of many.
    fn settle(&mut self) {
        let mut staged = std::mem::take(&mut self.staged);
        for run in staged.chunk_by_mut(|a, b| a.home == b.home) {
            let Some(home) = run.first().map(|staged| staged.home) else { continue };
            let rows = opened(&mut self.open, &mut self.spare, home);
            for staged in run.iter_mut() {
                staged.is_new = rows.is_new(staged.record.print);
                self.counts.duplicates += u64::from(!staged.is_new);
            }
            for staged in run.iter_mut().filter(|staged| staged.is_new && staged.is_within) {
                staged.place = rows.place(&staged.record, &staged.record.whole(home));
            }
            for Staged { record, place, .. } in run.iter().filter(|staged| staged.is_new && staged.is_within)
            {
                rows.add(*place, record, &record.whole(home));
            }
        }
        for staged in staged.drain(..).filter(|staged| staged.is_new && !staged.is_within) {
            self.spread(&staged.record);
        }
        self.staged = staged;
    }

    /// Shares a record's counts among the buckets that it covers.
    fn spread(&mut self, record: &Record) {
        for part in record.parts().filter(|part| part.bucket >= self.closed) {
            let rows = opened(&mut self.open, &mut self.spare, part.bucket);
            let place = rows.place(record, &part);
            rows.add(place, record, &part);
        }
    }

    /// Notes a row that carries no flow: it moves time, and lost records make figures lower bounds.
    pub fn push_loss(&mut self, loss: &Loss<'_>) {
        if loss.kind == LossKind::SkipData {
            self.counts.losses += 1;
        }
        if loss.end > self.not_after {
            self.counts.future += 1;
        } else {
            self.entities.note_loss(loss, self.intel);
        }
    }

    /// Adds one lookup.
    pub fn push_lookup(&mut self, lookup: &Lookup<'_>) {
        if lookup.time > self.not_after {
            self.counts.future += 1;
        } else if !self.asked.push(lookup) {
            self.counts.intermediate += 1;
        }
    }

    /// Hands out everything, one value an entity: a batch on its way to the documents.
    ///
    /// Nothing is vouched for, since other batches may hold records of the same buckets. An interface
    /// that only reported no data is there too: its time moves on.
    pub fn take_batch(&mut self) -> Vec<Observations> {
        let mut by_key: BTreeMap<EntityKey, Observations> = BTreeMap::new();
        let taken = self.take(None);
        let once = self.take_once();
        let idle = self.entities.take_idle();
        for observed in taken.into_iter().flatten().chain(once).chain(idle) {
            match by_key.get_mut(&observed.key) {
                Some(into) => into.extend(observed),
                None => {
                    let observed = Observations { complete_until: None, ..observed };
                    by_key.insert(observed.key.clone(), observed);
                }
            }
        }
        by_key.into_values().collect()
    }

    /// The records that count once, each by itself.
    fn take_once(&mut self) -> Vec<Observations> {
        let mut had = HashSet::default();
        let mut taken = Vec::new();
        let mut rows = self.spare.take().unwrap_or_default();
        for record in std::mem::take(&mut self.once) {
            if !had.insert((record.entity, record.print)) {
                self.counts.duplicates += 1;
                continue;
            }
            let mut whole: Option<Observations> = None;
            for part in record.parts() {
                let place = rows.place(&record, &part);
                rows.add(place, &record, &part);
                for observed in rows.take_observations(part.bucket, &mut self.entities) {
                    match &mut whole {
                        Some(whole) => whole.extend(observed),
                        None => whole = Some(observed),
                    }
                }
            }
            let Some(mut whole) = whole else { continue };
            let (rows, buckets) = (std::mem::take(&mut whole.rows), std::mem::take(&mut whole.buckets));
            let bucket = bucket_of(record.until - 1);
            whole.once.push(Once { print: (record.print >> 32) as u32, bucket, rows, buckets });
            taken.push(whole);
        }
        taken
    }

    /// Hands out the observations of all buckets that end at or before `until` (all, for `None`), one bucket at
    /// a time in event order, entities sorted by key within a bucket.
    pub fn take(&mut self, until: Option<i64>) -> Vec<Vec<Observations>> {
        let mut taken = Vec::new();
        while let Some((&bucket, _)) = self.open.first_key_value() {
            if until.is_some_and(|until| bucket + BUCKET > until) {
                break;
            }
            let Some((_, mut rows)) = self.open.pop_first() else { break };
            self.closed = bucket + BUCKET;
            taken.push(rows.take_observations(bucket, &mut self.entities));
            self.spare = Some(rows);
        }
        // With the earliest traffic, one value an entity: a name is looked up before it is dialled.
        let asked = self.asked.take(until, &self.entities, self.intel);
        if let (true, false) = (taken.is_empty(), asked.is_empty()) {
            taken.push(Vec::new());
        }
        if let Some(first) = taken.first_mut() {
            lookups::join(first, asked);
        }
        taken
    }
}

/// An open bucket.
#[inline]
fn opened<'o>(
    open: &'o mut BTreeMap<i64, BucketRows>,
    spare: &mut Option<BucketRows>,
    bucket: i64,
) -> &'o mut BucketRows {
    if !open.contains_key(&bucket) {
        // A bucket has about as many records as the one before it.
        let like =
            || BucketRows::like(open.range(..bucket).next_back().map_or(0, |(_, rows)| rows.records()));
        let rows = spare.take().unwrap_or_else(like);
        open.insert(bucket, rows);
    }
    open.entry(bucket).or_default()
}

/// A record on its way into its bucket.
struct Staged {
    record: Record,
    /// The first open bucket that it covers: there it counts once.
    home: i64,
    place: Option<u32>,
    /// It lies in one bucket, which is open.
    is_within: bool,
    is_new: bool,
}

/// Addresses whose own interface writes logs: what a NAT gateway says of them would count twice.
type Logged = HashSet<IpAddr>;

#[cfg(test)]
mod tests;
