//! Buckets that may still get records: what a document keeps of them between batches.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::kernels::folded::Folded;
use crate::observation::{Beside, Observations, Row, join};
use crate::seen::Prints;

/// Rows kept in full per bucket between two batches; the rest is folded into sums by role.
///
/// A bucket whose records arrive in one batch is judged by all its rows, however many they are.
pub const KEPT: usize = 32;

/// One bucket that is not judged yet.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct OpenBucket {
    /// Partners, sorted by key.
    pub rows: Vec<Row>,
    /// Partners that did not fit, by role.
    #[serde(with = "crate::kernels::folded::sparse")]
    pub folded: Folded,
    /// What there is besides.
    pub beside: Beside,
    /// Records that count once and that end here.
    prints: Prints,
}

/// What became of a batch's records.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Admitted {
    /// Buckets that were judged before they came, by record where records count once.
    pub late: u64,
    /// Whether anything was taken in.
    pub any: bool,
    /// Records that were there.
    pub known: u64,
}

/// The open buckets of an entity, by start, oldest first.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(from = "BTreeMap<i64, OpenBucket>")]
pub struct OpenBuckets(BTreeMap<i64, OpenBucket>);

impl From<BTreeMap<i64, OpenBucket>> for OpenBuckets {
    /// Gives each row its bucket back, which a document keeps once for all of them.
    fn from(mut buckets: BTreeMap<i64, OpenBucket>) -> Self {
        for (start, bucket) in &mut buckets {
            bucket.rows.iter_mut().for_each(|row| row.bucket = *start);
        }
        Self(buckets)
    }
}

impl OpenBuckets {
    /// Adds a batch; what belongs to buckets before `closed` is left out.
    pub fn admit(&mut self, observed: &Observations, closed: i64) -> Admitted {
        let mut admitted = Admitted::default();
        self.beside(&observed.buckets, closed, &mut admitted);
        self.rows(&observed.rows, closed);
        let mut rows = Vec::new();
        for once in &observed.once {
            if once.bucket >= closed && !self.0.entry(once.bucket).or_default().prints.is_new(once.print) {
                admitted.known += 1;
                continue;
            }
            self.beside(&once.buckets, closed, &mut admitted);
            rows.extend_from_slice(&once.rows);
        }
        rows.sort_by_key(|row| (row.bucket, row.key.order()));
        self.rows(&rows, closed);
        admitted
    }

    fn beside(&mut self, buckets: &[(i64, Beside)], closed: i64, admitted: &mut Admitted) {
        for (start, beside) in buckets {
            if *start < closed {
                admitted.late += 1;
            } else {
                self.0.entry(*start).or_default().beside.merge(beside);
                admitted.any = true;
            }
        }
    }

    /// Adds rows that are sorted by bucket.
    fn rows(&mut self, rows: &[Row], closed: i64) {
        for run in rows.chunk_by(|a, b| a.bucket == b.bucket) {
            let Some(start) = run.first().map(|row| row.bucket).filter(|start| *start >= closed) else {
                continue;
            };
            let bucket = self.0.entry(start).or_default();
            if bucket.rows.is_empty() {
                bucket.rows = run.to_vec();
            } else {
                bucket.rows.extend_from_slice(run);
            }
            join(&mut bucket.rows);
        }
    }

    /// Takes out the oldest bucket if it starts before `horizon`.
    pub fn close(&mut self, horizon: i64) -> Option<(i64, OpenBucket)> {
        let start = *self.0.first_key_value()?.0;
        (start < horizon).then(|| self.0.pop_first()).flatten()
    }

    /// The open buckets, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (i64, &OpenBucket)> {
        self.0.iter().map(|(start, bucket)| (*start, bucket))
    }

    /// Folds what does not fit into a document: of each bucket the rows with most bytes out stay.
    pub fn trim(&mut self) {
        for bucket in self.0.values_mut() {
            if bucket.rows.len() <= KEPT {
                continue;
            }
            let rank = |row: &Row| std::cmp::Reverse((row.sums.bytes_out, row.key));
            bucket.rows.sort_unstable_by_key(rank);
            let rest = bucket.rows.split_off(KEPT);
            bucket.folded.add(&rest);
            bucket.rows.sort_unstable_by_key(|row| row.key);
        }
    }

    /// Whether no bucket is open.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
