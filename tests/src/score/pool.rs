//! Scores of several worlds as one: counts and days add up, bounds and quantiles are worked out again.

use super::{False, Rate, Recall, Score};

/// Pools scores; `None` of none.
pub fn pool<'a>(scores: impl IntoIterator<Item = &'a Score>) -> Option<Score> {
    let mut scores = scores.into_iter();
    let mut all = scores.next()?.clone();
    for one in scores {
        for (kind, recall) in &one.kinds {
            all.kinds.entry(kind.clone()).or_default().add(recall);
        }
        for (analytic, rates) in &one.analytics {
            match all.analytics.get_mut(analytic) {
                Some(have) => *have = both(have, rates),
                None => drop(all.analytics.insert(analytic.clone(), rates.clone())),
            }
        }
        all.benign_days += one.benign_days;
        all.medium = Rate::of(all.medium.count + one.medium.count, all.benign_days);
        all.low = Rate::of(all.low.count + one.low.count, all.benign_days);
        all.false_alerts.extend(one.false_alerts.iter().cloned());
        all.misses.extend(one.misses.iter().cloned());
        all.aftermath += one.aftermath;
        all.unknown += one.unknown;
    }
    all.kinds.values_mut().for_each(Recall::finish);
    Some(all)
}

impl Recall {
    /// Several kinds as one.
    pub fn pooled<'a>(kinds: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut all = Self::default();
        kinds.into_iter().for_each(|kind| all.add(kind));
        all.finish();
        all
    }

    fn add(&mut self, more: &Self) {
        self.total += more.total;
        self.found += more.found;
        self.as_wanted += more.as_wanted;
        self.right_kernel += more.right_kernel;
        self.delays_hours.extend(&more.delays_hours);
    }
}

fn both(a: &False, b: &False) -> False {
    let benign_days = a.benign_days + b.benign_days;
    let rate = |a: &Rate, b: &Rate| Rate::of(a.count + b.count, benign_days);
    False { benign_days, medium: rate(&a.medium, &b.medium), low: rate(&a.low, &b.low) }
}
