//! Counters of bytes as five-minute cells, whatever the order in which their samples come.

use serde::{Deserialize, Serialize};

use crate::observation::{BUCKET, bucket_of};
use crate::ring::Pair;

/// Cells kept: three hours.
const CELLS: usize = 36;

/// Counters of one owner, such as the interfaces of a container.
const COUNTERS: usize = 8;

/// Samples of a counter that wait for those before them.
const OPEN: usize = 48;

/// Two samples further apart say nothing of when the bytes between them moved, milliseconds.
const APART: i64 = 3 * BUCKET;

/// Bytes of one owner over the last three hours.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Trace {
    counters: Vec<Counter>,
    /// Bucket start and bytes, oldest first.
    cells: Vec<(i64, Pair)>,
}

/// One counter: where it stood, and what came since.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
struct Counter {
    name: u32,
    last: Option<Sample>,
    open: Vec<Sample>,
}

/// What a cumulative counter stood at.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Sample {
    /// Event time, milliseconds since the epoch.
    pub time: i64,
    /// Bytes out and in since the counter began.
    pub total: Pair,
}

impl Trace {
    /// Notes where a counter stood; a sample that came before changes nothing.
    pub fn note(&mut self, counter: u32, sample: Sample) {
        let at = self.counters.iter().position(|have| have.name == counter).or_else(|| {
            // What does not fit is left out: its bytes are then a lower bound.
            (self.counters.len() < COUNTERS).then(|| {
                self.counters.push(Counter { name: counter, ..Counter::default() });
                self.counters.len() - 1
            })
        });
        let Some(counter) = at.and_then(|at| self.counters.get_mut(at)) else { return };
        if counter.last.is_some_and(|last| sample.time <= last.time) {
            return;
        }
        let order = |have: &Sample| (have.time, have.total.out, have.total.into);
        if let Err(at) = counter.open.binary_search_by_key(&order(&sample), order) {
            counter.open.insert(at, sample);
        }
        if counter.open.len() > OPEN {
            counter.open.remove(0);
        }
    }

    /// Adds bytes that moved around a time.
    pub fn add(&mut self, time: i64, bytes: Pair) {
        let bucket = bucket_of(time);
        match self.cells.binary_search_by_key(&bucket, |(start, _)| *start) {
            Ok(at) => {
                if let Some((_, have)) = self.cells.get_mut(at) {
                    have.add(bytes);
                }
            }
            Err(at) => {
                let mut sum = Pair::default();
                sum.add(bytes);
                self.cells.insert(at, (bucket, sum));
            }
        }
        if self.cells.len() > CELLS {
            self.cells.remove(0);
        }
    }

    /// Adds bytes that moved evenly from `from` to `until`.
    pub fn spread(&mut self, from: i64, until: i64, bytes: Pair) {
        if until <= from {
            return self.add(until, bytes);
        }
        // Of what is older than the cells nothing is kept.
        let kept = bucket_of(until) - CELLS as i64 * BUCKET;
        for (time, part) in shares(from.max(until - 7 * crate::state::DAY), until, bytes) {
            if time <= kept {
                continue;
            }
            self.add(time, part);
        }
    }

    /// Turns what all samples up to a time say into cells: nothing earlier comes any more.
    pub fn settle(&mut self, until: i64) {
        let mut parts = Vec::new();
        for counter in &mut self.counters {
            let ripe = counter.open.partition_point(|sample| sample.time <= until);
            for sample in counter.open.drain(..ripe) {
                if let Some(last) = counter.last {
                    parts.extend(between(last, sample));
                }
                counter.last = Some(sample);
            }
        }
        parts.into_iter().for_each(|(time, bytes)| self.add(time, bytes));
    }

    /// Bytes of one bucket; none where nothing was counted.
    pub fn cell(&self, bucket: i64) -> Option<Pair> {
        let at = self.cells.binary_search_by_key(&bucket, |(start, _)| *start).ok()?;
        self.cells.get(at).map(|(_, bytes)| *bytes)
    }

    /// The last `count` buckets up to `bucket`, oldest first; a bucket without a word is zero.
    pub fn last(&self, bucket: i64, count: i64) -> impl Iterator<Item = Pair> {
        (0..count).rev().map(move |back| self.cell(bucket - back * BUCKET).unwrap_or_default())
    }

    /// The sum of the last hour up to `bucket`.
    pub fn hour(&self, bucket: i64) -> Pair {
        self.last(bucket, 12).fold(Pair::default(), |mut sum, cell| {
            sum.add(cell);
            sum
        })
    }

    /// Whether anything was ever counted.
    pub const fn is_empty(&self) -> bool {
        self.cells.is_empty() && self.counters.is_empty()
    }

    /// Start of the latest bucket with bytes.
    pub fn latest(&self) -> Option<i64> {
        self.cells.last().map(|(start, _)| *start)
    }

    /// Whether another trace counts the same bytes: that of a container in the same network namespace.
    pub fn repeats(&self, other: &Self) -> bool {
        let stand =
            |trace: &Self| trace.counters.iter().find_map(|counter| counter.last).map(|last| last.total);
        stand(self).is_some_and(|mine| mine.out > 0 && mine.into > 0 && stand(other) == Some(mine))
    }
}

/// What moved between two samples, shared among the buckets between them.
///
/// A counter that fell began anew: what it stands at came since.
fn between(from: Sample, to: Sample) -> Vec<(i64, Pair)> {
    let span = to.time - from.time;
    if span <= 0 || span > APART {
        return Vec::new();
    }
    let fell = to.total.out < from.total.out || to.total.into < from.total.into;
    let moved = if fell { to.total } else { to.total.without(from.total) };
    shares(from.time, to.time, moved)
}

/// Bytes by the buckets between two times, shares by overlap that add up to the whole.
fn shares(from: i64, until: i64, moved: Pair) -> Vec<(i64, Pair)> {
    let span = (until - from).max(1);
    let (mut done, mut parts, mut bucket) = (Pair::default(), Vec::new(), bucket_of(from));
    while bucket < until {
        let end = (bucket + BUCKET).min(until);
        let share = |bytes: u64| (u128::from(bytes) * (end - from) as u128 / span as u128) as u64;
        let upto = Pair { out: share(moved.out), into: share(moved.into) };
        parts.push((bucket, upto.without(done)));
        done = upto;
        bucket += BUCKET;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(minute: i64, out: u64) -> Sample {
        Sample { time: minute * 60_000, total: Pair { out, into: out / 10 } }
    }

    fn traced(samples: &[Sample]) -> Trace {
        let mut trace = Trace::default();
        samples.iter().for_each(|sample| trace.note(1, *sample));
        trace.settle(i64::MAX);
        trace
    }

    #[test]
    fn samples_in_any_order_and_twice_come_to_the_same_cells() {
        let samples = [sample(0, 1_000), sample(4, 5_000), sample(6, 9_000), sample(9, 9_500)];
        let mut mixed = samples;
        mixed.reverse();
        let again: Vec<Sample> = mixed.iter().chain(&samples).copied().collect();

        let trace = traced(&samples);
        assert_eq!(traced(&again), trace);
        assert_eq!(trace.cell(0).unwrap().out, 4_000 + 2_000);
        assert_eq!(trace.cell(BUCKET).unwrap().out, 2_000 + 500);
    }

    #[test]
    fn a_counter_that_fell_began_anew_and_a_gap_says_nothing() {
        assert_eq!(traced(&[sample(0, 900_000), sample(1, 300)]).cell(0).unwrap().out, 300);
        assert_eq!(traced(&[sample(0, 0), sample(15, 900)]).hour(2 * BUCKET).out, 900);
        assert!(traced(&[sample(0, 0), sample(16, 900)]).cells.is_empty());
    }
}
