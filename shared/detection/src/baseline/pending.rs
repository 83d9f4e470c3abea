//! An hour's samples on their way into the baselines.

use serde::{Deserialize, Serialize};

use crate::observation::BUCKET;
use crate::state::HOUR;

/// One hour of an entity: its buckets with external egress that are fit to be learned from, at most twelve.
///
/// It lives in the entity's document until the hour is over and its samples are merged; merging it twice does no
/// harm. Silent buckets are no samples, as `weir baselines` counts without `--zero-fill`.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Pending {
    /// Hours since the epoch.
    hour: i64,
    /// Bucket of the hour and its bytes, by bucket.
    samples: Vec<(u8, u64)>,
}

impl Pending {
    /// The hour that holds `time` (ms since the epoch), without samples.
    #[must_use]
    pub const fn of(time: i64) -> Self {
        Self { hour: time.div_euclid(HOUR), samples: Vec::new() }
    }

    /// Whether `time` is in this hour.
    #[must_use]
    pub const fn holds(&self, time: i64) -> bool {
        time.div_euclid(HOUR) == self.hour
    }

    /// Notes a closed bucket of this hour, clipped at `ceiling`; a bucket that was noted before is noted anew.
    ///
    /// Returns whether it is a sample: a bucket of another hour, or without egress, is none. The caller leaves out
    /// the buckets of anomalies (a verdict of [`super::ANOMALOUS`] and above, and incomplete ones).
    ///
    /// # Units
    /// `bucket` in ms since the epoch; `egress` and `ceiling` in wire bytes.
    pub fn note(&mut self, bucket: i64, egress: u64, ceiling: Option<u64>) -> bool {
        if !self.holds(bucket) || egress == 0 {
            return false;
        }
        let index = index(bucket);
        let sample = egress.min(ceiling.unwrap_or(u64::MAX));
        match self.samples.binary_search_by_key(&index, |(have, _)| *have) {
            Ok(at) => self.samples.splice(at..=at, [(index, sample)]).for_each(drop),
            Err(at) => self.samples.insert(at, (index, sample)),
        }
        true
    }

    /// Takes back what was noted from `time` on: the buckets that led to a verdict which needs several.
    pub fn withdraw(&mut self, time: i64) {
        let start = self.hour.saturating_mul(HOUR);
        self.samples.retain(|(index, _)| start.saturating_add(i64::from(*index) * BUCKET) < time);
    }

    /// Hours since the epoch.
    #[must_use]
    pub const fn hour(&self) -> i64 {
        self.hour
    }

    /// Start of the hour, ms since the epoch.
    #[must_use]
    pub const fn start(&self) -> i64 {
        self.hour.saturating_mul(HOUR)
    }

    /// Bytes of its buckets.
    pub fn samples(&self) -> impl Iterator<Item = u64> + '_ {
        self.samples.iter().map(|(_, sample)| *sample)
    }
}

fn index(bucket: i64) -> u8 {
    u8::try_from(bucket.rem_euclid(HOUR) / BUCKET).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_noted_again_is_one_sample_and_the_order_does_not_matter() {
        let (mut a, mut b) = (Pending::of(HOUR), Pending::of(HOUR));
        for (bucket, bytes) in [(0, 5), (3, 7), (3, 9)] {
            a.note(HOUR + bucket * BUCKET, bytes, None);
        }
        for (bucket, bytes) in [(3, 9), (0, 5), (0, 5)] {
            b.note(HOUR + bucket * BUCKET, bytes, None);
        }

        assert_eq!(a, b);
        assert_eq!(a.samples().collect::<Vec<_>>(), [5, 9]);
    }

    #[test]
    fn silence_and_other_hours_are_no_samples() {
        let mut pending = Pending::of(HOUR);

        assert!(!pending.note(HOUR, 0, None));
        assert!(!pending.note(2 * HOUR, 1, None));
        assert!(!pending.note(HOUR - 1, 1, None));
        assert_eq!(pending.samples().count(), 0);
    }

    #[test]
    fn a_sample_is_clipped_at_the_ceiling_and_not_below_it() {
        let mut pending = Pending::of(0);
        pending.note(0, 100, Some(100));
        pending.note(BUCKET, 101, Some(100));
        pending.note(2 * BUCKET, u64::MAX, None);

        assert_eq!(pending.samples().collect::<Vec<_>>(), [100, 100, u64::MAX]);
    }

    #[test]
    fn the_buckets_that_led_to_a_verdict_can_be_taken_back() {
        let mut pending = Pending::of(HOUR);
        for i in 0..12 {
            pending.note(HOUR + i * BUCKET, 10, None);
        }
        pending.withdraw(HOUR + 4 * BUCKET);

        assert_eq!(pending.samples().count(), 4);
    }
}
