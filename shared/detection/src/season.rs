//! The baseline's part in an entity's document: the hour being learned, and what is usual now.

use serde::{Deserialize, Serialize};

use crate::baseline::{Pending, Usual};
use crate::state::HOUR;

/// Finished hours that may wait for being merged; a store that takes none for so long loses the oldest.
const WAITING: usize = 6;

/// What a document keeps between the baselines' own items.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Season {
    pending: Pending,
    finished: Vec<Pending>,
    /// Hours since the epoch, and what is usual in them: the present hour's and the one before.
    usual: Vec<(i64, Usual)>,
}

impl Season {
    /// The hour of a bucket whose usual is not known yet, hours since the epoch.
    pub fn lacks(&self, bucket: i64) -> Option<i64> {
        let hour = bucket.div_euclid(HOUR);
        self.usual.iter().all(|(have, _)| *have != hour).then_some(hour)
    }

    /// Begins an hour, where the bucket is its first: what was learned before waits to be merged.
    pub fn enter(&mut self, bucket: i64, usual: impl FnOnce(i64) -> Usual) {
        if let Some(hour) = self.lacks(bucket) {
            self.usual.push((hour, usual(hour)));
            let surplus = self.usual.len().saturating_sub(2);
            self.usual.drain(..surplus);
        }
        if !self.pending.holds(bucket) {
            let done = std::mem::replace(&mut self.pending, Pending::of(bucket));
            if done.samples().next().is_some() {
                self.finished.push(done);
                let surplus = self.finished.len().saturating_sub(WAITING);
                self.finished.drain(..surplus);
            }
        }
    }

    /// Learns a bucket of the present hour, clipped at what may be learned.
    pub fn learn(&mut self, bucket: i64, egress: u64) {
        let ceiling = self.usual_of(bucket).ceiling;
        self.pending.note(bucket, egress, ceiling);
    }

    /// Takes back what was learned from `time` on.
    pub fn withdraw(&mut self, time: i64) {
        self.pending.withdraw(time);
    }

    /// What is usual in the hour of a bucket; nothing, where that is not known any more.
    pub fn usual_of(&self, bucket: i64) -> Usual {
        let hour = bucket.div_euclid(HOUR);
        let found = self.usual.iter().find(|(have, _)| *have == hour);
        found.map(|(_, usual)| *usual).unwrap_or_default()
    }

    /// Finished hours that wait to be merged into the baselines.
    pub fn finished(&self) -> &[Pending] {
        &self.finished
    }

    /// The finished hours were merged.
    pub fn forget_finished(&mut self) {
        self.finished.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::BUCKET;

    #[test]
    fn an_hour_is_learned_once_it_is_over_and_asked_for_once_it_begins() {
        let mut season = Season::default();
        assert_eq!(season.lacks(HOUR), Some(1));
        for bucket in 12..24 {
            season.enter(bucket * BUCKET, |_| Usual::default());
            season.learn(bucket * BUCKET, 1_000);
        }
        assert_eq!((season.lacks(HOUR + BUCKET), season.finished().len()), (None, 0));

        season.enter(2 * HOUR, |_| Usual::default());

        assert_eq!(season.finished()[0].samples().count(), 12);
        season.forget_finished();
        season.enter(2 * HOUR + BUCKET, |_| unreachable!("the hour is known"));
        assert!(season.finished().is_empty());
    }

    #[test]
    fn what_is_learned_is_clipped_at_the_hours_ceiling() {
        let mut season = Season::default();
        season.enter(0, |_| Usual { ceiling: Some(500), ..Usual::default() });
        season.learn(0, 500);
        season.learn(BUCKET, 501);
        season.enter(HOUR, |_| Usual::default());

        assert_eq!(season.finished()[0].samples().collect::<Vec<_>>(), [500, 500]);
    }
}
