//! A theft that grows day by day.

use super::View;
use crate::finding::{Kernel, Severity};
use crate::kernels::Verdict;
use crate::observation::BUCKET;
use crate::state::{DAY, HOUR};

/// The same unshared destination gets more day by day, and the host pulls nothing that explains it.
pub(super) fn growth(view: &View<'_>) -> Option<Verdict> {
    let today = view.bucket.div_euclid(DAY);
    let elapsed = (view.bucket + BUCKET - today * DAY).unsigned_abs();
    if elapsed < (6 * HOUR).unsigned_abs() {
        return None;
    }
    let found = view.state.destinations.iter().find(|entry| {
        let mut rates: Vec<f64> =
            entry.days.iter().map(|(day, bytes)| rate(*day, *bytes, entry.first, today, elapsed)).collect();
        let last = rates.split_off(rates.len().saturating_sub(3));
        let grows = last.len() == 3 && last.windows(2).all(|pair| pair[1] >= pair[0] * 1.2);
        let days: Vec<i64> = entry.days.iter().map(|(day, _)| *day).collect();
        let in_a_row = days.windows(2).all(|pair| pair[1] == pair[0] + 1) && days.last() == Some(&today);
        grows
            && in_a_row
            && last.last().is_some_and(|rate| *rate >= 500_000.0)
            && entry.last == view.bucket
            && entry.first - view.state.first_seen >= DAY
            && entry.buckets >= 72
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

/// Bytes an hour that a destination got on a day, over the part of the day in which it was known.
fn rate(day: i64, bytes: u64, first: i64, today: i64, elapsed: u64) -> f64 {
    let from = (first - day * DAY).clamp(0, DAY - HOUR);
    let until = if day == today { elapsed as f64 } else { DAY as f64 };
    bytes as f64 * HOUR as f64 / (until - from as f64).max(HOUR as f64)
}
