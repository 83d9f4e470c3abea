//! A theft that grows day by day.

use super::View;
use crate::finding::{Kernel, Severity};
use crate::kernels::Verdict;
use crate::observation::BUCKET;
use crate::state::{DAY, Destination, HOUR};

/// Bytes an hour on the last day that are worth a word.
const WORTH: f64 = 500_000.0;

/// Five-minute buckets for each in which it gets something, at most: a few uploads an hour, at all hours.
const OFTEN: i64 = 6;

/// The same unshared destination gets more day by day, on most hours since it was first seen.
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
            && i64::from(entry.buckets) * OFTEN >= age
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

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;
    use crate::ring::Pair;

    #[test]
    fn a_fifth_more_each_day_is_growth_and_less_is_not() {
        assert!(grows(&to(&[(10, 20), (11, 24), (12, 29)], 10 * DAY), 12));
        assert!(!grows(&to(&[(10, 20), (11, 24), (12, 28)], 10 * DAY), 12));
        assert!(!grows(&to(&[(10, 20), (12, 29)], 10 * DAY), 12), "not on each day");
    }

    #[test]
    fn a_first_day_counts_by_the_hours_in_which_the_destination_was_known() {
        assert!(!grows(&to(&[(10, 20), (11, 40)], 10 * DAY + DAY / 2), 11));
        assert!(grows(&to(&[(10, 20), (11, 49)], 10 * DAY + DAY / 2), 11));
    }

    #[test]
    fn two_buckets_an_hour_are_a_theft_at_all_hours_and_fewer_are_a_job() {
        assert!(told(80));
        assert!(!told(79));
    }

    /// Whether a destination that got more each day, in so many of the 480 buckets of 40 hours, is told.
    fn told(buckets: u32) -> bool {
        let last = 12 * DAY - BUCKET;
        let first = last + BUCKET - 40 * HOUR;
        let entry = Destination { buckets, last, ..to(&[(10, 20), (11, 60)], first) };
        let state = crate::state::EntityState { destinations: vec![entry], ..Default::default() };
        growth(&View {
            state: &state,
            summary: &crate::kernels::bucket::Summary::default(),
            fresh_misses: 0,
            bucket: last,
            listed: &[],
            stale: &|_| None,
            shared: &|_| false,
            settings: &crate::settings::Settings::default(),
        })
        .is_some()
    }

    fn to(days: &[(i64, u64)], first: i64) -> Destination {
        Destination {
            ip: IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9)),
            port: 443,
            protocol: 6,
            first,
            last: 0,
            buckets: 0,
            wire: Pair::default(),
            weight: 0,
            days: days.iter().map(|(day, megabytes)| (*day, megabytes * 1_000_000)).collect(),
        }
    }
}
