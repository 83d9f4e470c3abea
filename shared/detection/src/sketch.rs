//! A mergeable log-linear histogram of byte counts.

use serde::{Deserialize, Serialize};

/// Sub-buckets per octave: relative error of a quantile is at most half a sub-bucket, 6.25 %.
const SUB: u32 = 8;

/// Counts of values in log-linear bins: eight bins an octave, exact below eight.
///
/// Merging adds bins, so it is commutative and associative, and two halves of a history merged are
/// the history. Percentiles carry a relative error of at most 6.25 %.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Sketch {
    /// Bin number of `counts[0]`.
    first: u16,
    /// Weight per bin, in 1/256 of a sample, so that decay keeps fractions.
    counts: Vec<u32>,
}

/// One sample's weight.
const ONE: u32 = 256;

impl Sketch {
    /// Adds one value.
    pub fn insert(&mut self, value: u64) {
        self.add(bin(value), ONE);
    }

    /// Adds another sketch's counts.
    pub fn merge(&mut self, other: &Self) {
        for (offset, &count) in other.counts.iter().enumerate() {
            if count > 0 {
                self.add(other.first.saturating_add(u16::try_from(offset).unwrap_or(u16::MAX)), count);
            }
        }
    }

    /// Multiplies every count by `factor` in [0, 1]: older samples fade.
    pub fn decay(&mut self, factor: f64) {
        for count in &mut self.counts {
            *count = (f64::from(*count) * factor.clamp(0.0, 1.0)) as u32;
        }
    }

    /// Samples that remain, rounded down.
    pub fn samples(&self) -> u32 {
        u32::try_from(self.weight() / u64::from(ONE)).unwrap_or(u32::MAX)
    }

    /// The value below which `percent` of the samples lie; 0 for an empty sketch.
    pub fn percentile(&self, percent: u8) -> u64 {
        let total = self.weight();
        if total == 0 {
            return 0;
        }
        let rank = (total * u64::from(percent)).div_ceil(100).max(1);
        let mut seen = 0;
        for (offset, &count) in self.counts.iter().enumerate() {
            seen += u64::from(count);
            if seen >= rank {
                return middle(self.first.saturating_add(u16::try_from(offset).unwrap_or(u16::MAX)));
            }
        }
        0
    }

    fn weight(&self) -> u64 {
        self.counts.iter().map(|&count| u64::from(count)).sum()
    }

    fn add(&mut self, bin: u16, weight: u32) {
        if self.counts.is_empty() {
            self.first = bin;
        }
        if bin < self.first {
            let missing = usize::from(self.first - bin);
            self.counts.splice(0..0, std::iter::repeat_n(0, missing));
            self.first = bin;
        }
        let offset = usize::from(bin - self.first);
        if offset >= self.counts.len() {
            self.counts.resize(offset + 1, 0);
        }
        if let Some(count) = self.counts.get_mut(offset) {
            *count = count.saturating_add(weight);
        }
    }
}

/// Bin of a value: exact below 8, then eight bins an octave.
fn bin(value: u64) -> u16 {
    if value < u64::from(SUB) {
        return value as u16;
    }
    let octave = 63 - value.leading_zeros();
    let sub = (value >> (octave - 3)) as u32 & (SUB - 1);
    ((octave - 2) * SUB + sub) as u16
}

/// The middle of a bin.
fn middle(bin: u16) -> u64 {
    let bin = u32::from(bin);
    if bin < SUB {
        return u64::from(bin);
    }
    let octave = bin / SUB + 2;
    let low = u64::from(SUB + bin % SUB) << (octave - 3);
    low + (1u64 << (octave - 3)) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_within_its_stated_error() {
        let mut sketch = Sketch::default();
        for value in 1..=10_000_u64 {
            sketch.insert(value * 977);
        }

        for percent in [50, 90, 95, 99] {
            let exact = (u64::from(percent) * 100 * 977) as f64;
            let error = (sketch.percentile(percent) as f64 - exact).abs() / exact;
            assert!(error <= 0.0625, "p{percent} is off by {error}");
        }
    }

    #[test]
    fn merging_is_commutative_and_equals_one_history() {
        let (mut a, mut b, mut whole) = (Sketch::default(), Sketch::default(), Sketch::default());
        for value in [0, 5, 9, 1_000, 12, u64::MAX, 77_777] {
            if value % 2 == 0 {
                a.insert(value)
            } else {
                b.insert(value)
            }
            whole.insert(value);
        }
        let (mut ab, mut ba) = (a.clone(), b.clone());
        ab.merge(&b);
        ba.merge(&a);

        assert_eq!(ab, ba);
        assert_eq!(ab, whole);
    }

    #[test]
    fn decay_halves_the_samples_and_keeps_the_shape() {
        let mut sketch = Sketch::default();
        (0..100).for_each(|_| sketch.insert(500));
        sketch.decay(0.5);

        assert_eq!(sketch.samples(), 50);
        assert!(sketch.percentile(50).abs_diff(500) < 32);
    }

    proptest::proptest! {
        #[test]
        fn merging_any_parts_in_any_order_is_the_one_history(
            parts in proptest::array::uniform3(proptest::collection::vec(proptest::num::u64::ANY, 0..40)),
        ) {
            let of = |values: &[u64]| {
                let mut sketch = Sketch::default();
                values.iter().for_each(|value| sketch.insert(*value));
                sketch
            };
            let merged = |first: &Sketch, second: &Sketch| {
                let mut both = first.clone();
                both.merge(second);
                both
            };
            let [a, b, c] = [0, 1, 2].map(|n| of(&parts[n]));
            let whole = of(&parts.concat());
            proptest::prop_assert_eq!(&merged(&merged(&a, &b), &c), &whole);
            proptest::prop_assert_eq!(&merged(&a, &merged(&b, &c)), &whole);
            proptest::prop_assert_eq!(&merged(&merged(&c, &b), &a), &whole);
        }
    }
}
