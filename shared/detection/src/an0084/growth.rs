//! A theft that grows day by day.

use super::View;
use crate::finding::{Kernel, Severity};
use crate::kernels::Verdict;
use crate::observation::BUCKET;
use crate::state::{DAY, Destination, HOUR};

/// Bytes an hour on the last day that are worth a word.
const WORTH: f64 = 500_000.0;

/// The same unshared destination gets more day by day, in most buckets since it was first seen.
///
/// Judged in the last hour of a day: a part of a day is more than the day before by its hours alone.
pub(super) fn growth(view: &View<'_>) -> Option<Verdict> {
    let today = view.bucket.div_euclid(DAY);
    if view.bucket + BUCKET - today * DAY < 23 * HOUR {
        return None;
    }
    let found = view.state.destinations.iter().find(|entry| {
        let age = (entry.last + BUCKET - entry.first) / BUCKET;
        entry.last == view.bucket
            && entry.first - view.state.first_seen >= DAY
            && age * BUCKET >= 40 * HOUR
            && i64::from(entry.buckets) * 2 >= age
            && grows(entry, today)
            && !(view.shared)(entry.ip)
    })?;
    Some(Verdict {
        kernel: Kernel::SlowGrowth,
        severity: Severity::Low,
        score: 0.55,
        facts: vec![format!(
            "{} got more each day: {:?} MB",
            found.ip,
            found.days.iter().map(|(_, bytes)| bytes / 1_000_000).collect::<Vec<_>>()
        )],
    })
}

/// Whether each of the last three days, or of two that are all there is, got a fifth more than the one before.
fn grows(entry: &Destination, today: i64) -> bool {
    let days = entry.days.get(entry.days.len().saturating_sub(3)..).unwrap_or_default();
    let rates: Vec<f64> = days.iter().map(|(day, bytes)| rate(*day, *bytes, entry.first)).collect();
    days.len() >= 2
        && days.last().is_some_and(|(day, _)| *day == today)
        && days.windows(2).all(|pair| pair[1].0 == pair[0].0 + 1)
        && rates.windows(2).all(|pair| pair[1] >= pair[0] * 1.2)
        && rates.last().is_some_and(|rate| *rate >= WORTH)
}

/// Bytes an hour that a destination got on a day, over the part of the day in which it was known.
fn rate(day: i64, bytes: u64, first: i64) -> f64 {
    let from = (first - day * DAY).clamp(0, DAY - HOUR);
    bytes as f64 * HOUR as f64 / (DAY - from) as f64
}
