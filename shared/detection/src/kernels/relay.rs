//! K2 and K3: a relay obeys two conservation laws and keeps time (kernels.md 2.1).
//!
//! Forward: payload pulled from many origins leaves to few gateways or clients. Reverse: the requests
//! that come in through the gateways leave to the origins. Fetch-and-load jobs obey the first law and
//! break the second: they push data and receive only acknowledgements. And a relay stores nothing, so
//! both series move together.

mod laws;

use super::statistics::{coupling, overlap, residuals, smooth, spearman};
use crate::ring::{Cell, Pair};

pub use laws::ONE_SIZE;

/// One candidate: payload exchanged with its gateways (or clients) and with the origins, per bucket.
#[derive(Clone, Debug, Default)]
pub struct Legs {
    /// To and from the gateways or clients.
    pub near: Vec<Pair>,
    /// To and from the origins.
    pub far: Vec<Pair>,
    /// The part of what came from the origins that one of them gave.
    pub largest: Vec<u64>,
    /// Distinct origins in the hour.
    pub origins: u32,
    /// Whether mean request sizes move together, see [`sizes`].
    pub sizes: f64,
    /// Shared shape of the requests over all hours that are remembered.
    pub lasting_overlap: f64,
}

/// What the laws say of a candidate.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Balance {
    /// Payload to the gateways per byte pulled.
    pub forward: f64,
    /// The same without the origin that gave most: a host's own download comes from one address.
    pub forward_most: f64,
    /// Requests from the gateways per byte of requests to the origins.
    pub reverse: f64,
    /// Rank correlation of push and pull, with or without the origin that gave most.
    pub coupling: f64,
    /// Shared shape of push and pull.
    pub overlap: f64,
    /// Rank correlation of push and pull without the origin that gave most.
    pub coupling_rest: f64,
    /// Shared shape of push and pull without the origin that gave most.
    pub overlap_rest: f64,
    /// Rank correlation of the requests.
    pub requests: f64,
    /// Shared shape of the requests.
    pub request_overlap: f64,
    /// Shared shape of the requests over all hours that are remembered.
    pub lasting_overlap: f64,
    /// Whether mean request sizes move together.
    pub sizes: f64,
    /// Payload through the relay, the smaller of push and pull, bytes.
    pub moved: u64,
    /// Distinct origins.
    pub origins: u32,
    /// Buckets in which both legs carried payload.
    pub active: usize,
    /// Strength in [0, 1].
    pub score: f64,
}

/// Limits of the test.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Payload an hour at least, bytes.
    pub min_bytes: u64,
    /// Origins at least.
    pub origins: u32,
    /// How far the two sides of a law may differ, as a share of the larger.
    pub tolerance: f64,
    /// Rank correlation at least.
    pub correlation: f64,
    /// The gateways are new here and nobody else uses them: the laws may be looser.
    pub novel: bool,
    /// Records are longer than a bucket, which blurs the shape of a series.
    pub long_records: bool,
}

impl Legs {
    /// Legs of all buckets that are remembered; `distinct` origins in the last hour.
    #[must_use]
    pub fn new(
        cells: &[Cell],
        near: fn(&Cell) -> Pair,
        far: fn(&Cell) -> Pair,
        distinct: u32,
        long_records: bool,
    ) -> Self {
        let near: Vec<Pair> = cells.iter().map(near).collect();
        let far: Vec<Pair> = cells.iter().map(far).collect();
        let largest = cells.iter().map(|cell| cell.largest).collect();
        let origins: Vec<u16> = cells.iter().map(|cell| cell.origins).collect();
        // A record that is longer than a bucket is spread evenly over several, and its neighbours with it.
        let width = if long_records { 2 } else { 1 };
        let sizes = sizes(&near, &far, &origins, distinct, width);
        let asked: Vec<f64> = near.iter().map(|pair| pair.into as f64).collect();
        let sent: Vec<f64> = far.iter().map(|pair| pair.out as f64).collect();
        Self { near, far, largest, origins: distinct, sizes, lasting_overlap: overlap(&asked, &sent) }
    }

    /// The same legs over some of the buckets.
    #[must_use]
    pub fn part(&self, buckets: std::ops::Range<usize>) -> Self {
        let part = |pairs: &[Pair]| pairs.get(buckets.clone()).unwrap_or_default().to_vec();
        Self {
            near: part(&self.near),
            far: part(&self.far),
            largest: self.largest.get(buckets.clone()).unwrap_or_default().to_vec(),
            ..*self
        }
    }
}

/// What a candidate carried, and in how many buckets both ways.
#[derive(Clone, Copy, Debug, Default)]
pub struct Carried {
    push: f64,
    pull: f64,
    active: usize,
}

impl Carried {
    /// Of the payload with the gateways and with the origins, bucket by bucket; silent ones may be left out.
    pub fn of(buckets: impl Iterator<Item = (Pair, Pair)>) -> Self {
        buckets.fold(Self::default(), |sum, (near, far)| Self {
            push: sum.push + near.out as f64,
            pull: sum.pull + far.into as f64,
            active: sum.active + usize::from(near.out > 0 && far.into > 0),
        })
    }

    /// Whether that and so many origins are enough to be judged.
    #[must_use]
    pub const fn is_enough(self, origins: u32, limits: &Limits) -> bool {
        self.moved() >= limits.min_bytes && origins >= limits.origins && self.active >= 8
    }

    const fn moved(self) -> u64 {
        self.push.min(self.pull) as u64
    }
}

/// Judges the trailing hour of a candidate; `score` is 0 where a gate is not passed.
pub fn judge(legs: &Legs, limits: &Limits) -> Balance {
    let carried = Carried::of(legs.near.iter().copied().zip(legs.far.iter().copied()));
    let series = |pick: fn(&Pair) -> u64, pairs: &[Pair]| -> Vec<f64> {
        pairs.iter().map(|pair| pick(pair) as f64).collect()
    };
    let push = series(|pair| pair.out, &legs.near);
    let asked = series(|pair| pair.into, &legs.near);
    let pull = series(|pair| pair.into, &legs.far);
    let sent = series(|pair| pair.out, &legs.far);
    let rest: Vec<f64> = legs
        .far
        .iter()
        .zip(&legs.largest)
        .map(|(pair, most)| pair.into.saturating_sub(*most) as f64)
        .collect();
    let sum = |series: &[f64]| series.iter().sum::<f64>();
    let ratio = |a: f64, b: f64| if b > 0.0 { a / b } else { 0.0 };
    let mut balance = Balance {
        forward: ratio(sum(&push), sum(&pull)),
        forward_most: ratio(sum(&push), sum(&rest)),
        reverse: ratio(sum(&asked), sum(&sent)),
        coupling: coupling(&push, &pull),
        overlap: overlap(&push, &pull),
        coupling_rest: coupling(&push, &rest),
        overlap_rest: overlap(&push, &rest),
        requests: coupling(&asked, &sent),
        request_overlap: overlap(&asked, &sent),
        lasting_overlap: legs.lasting_overlap,
        sizes: legs.sizes,
        moved: carried.moved(),
        origins: legs.origins,
        active: carried.active,
        score: 0.0,
    };
    if !carried.is_enough(legs.origins, limits) {
        return balance;
    }
    balance.score = laws::score(&balance, limits);
    if balance.score == 0.0 && limits.novel && push.len() >= 24 {
        // Half an hour of buffering hides the coupling of single buckets, not that of half hours.
        let smeared = coupling(&smooth(&push, 6), &smooth(&pull, 6));
        balance.score = laws::buffered(&balance, smeared, limits);
    }
    balance
}

/// Whether the sizes of requests move alike on both sides, in [−1, 1]; 0 where that cannot be told.
///
/// A relay hands on each request, so a bucket of large requests is one on both sides. A job that pulls
/// and pushes in the same rhythm shares only the *number* of its exchanges: their sizes have nothing to
/// do with each other. What the number of origins explains is taken out of both series; what remains of
/// the job is chance (beyond ±0.5 in one of a hundred cases).
///
/// # Shape
/// One value a bucket in each, oldest first, of which `width` make one sample; `distinct` is the number of
/// origins of the last hour. Where the same few origins are asked all the time their number no longer
/// counts requests, and nothing is said. Fewer samples than three hours have count for less.
fn sizes(near: &[Pair], far: &[Pair], origins: &[u16], distinct: u32, width: usize) -> f64 {
    let hour: u32 = origins.iter().rev().take(12).map(|&origins| u32::from(origins)).sum();
    if distinct == 0 || hour / distinct >= 4 {
        return 0.0;
    }
    let buckets: Vec<[f64; 3]> = near
        .iter()
        .zip(far)
        .zip(origins)
        .map(|((near, far), &origins)| [near.into as f64, far.out as f64, f64::from(origins)])
        .collect();
    let samples: Vec<[f64; 3]> = buckets
        .chunks(width)
        .map(|part| part.iter().fold([0.0; 3], |[a, b, c], [x, y, z]| [a + x, b + y, c + z]))
        .filter(|[.., origins]| *origins >= 2.0)
        .collect();
    if samples.len() < 12 {
        return 0.0;
    }
    let column =
        |at: usize| -> Vec<f64> { samples.iter().filter_map(|sample| sample.get(at).copied()).collect() };
    let (asked, sent, counts) = (column(0), column(1), column(2));
    let alike = spearman(&residuals(&asked, &counts), &residuals(&sent, &counts)).clamp(-0.999, 0.999);
    let weight = ((samples.len() - 3) as f64 / 33.0).sqrt();
    (alike.atanh() * weight).tanh()
}

#[cfg(test)]
mod tests;
