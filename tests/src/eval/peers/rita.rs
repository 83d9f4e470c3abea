//! Long connections and beacons, as RITA scores them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::{HOUR, Method, WINDOW, Window};

/// Seconds from which a long connection is of medium severity.
const LONG: i64 = 28_800;
/// Score from which a beacon is of medium severity.
const LIKELY: f64 = 0.9;
/// Connections of a pair before it is scored.
const LEAST: usize = 4;
/// The span that is scored, milliseconds.
const DAY: i64 = 24 * HOUR;
/// Hours of a day.
const HOURS: usize = 24;

/// A connection to outside that has been open for eight hours.
///
/// # Source
/// RITA 5, `long_connection_score_thresholds`: base 1 h, low 4 h, medium 8 h, high 12 h; open connections count.
pub(super) struct LongConnection;

impl Method for LongConnection {
    fn judge(&mut self, window: &Window) -> bool {
        window.longest >= LONG
    }
}

/// Connections to one address that come like clockwork, in times, sizes, hours and length, over a day.
///
/// # Source
/// RITA 5, package `analysis`: four scores of equal weight; base 0.5, low 0.7, medium 0.9. Scored each hour over the
/// day before. Its modifiers (threat lists, prevalence, first seen, host headers) are left out: the first is Weir's own
/// list, the rest need a longer history or payload.
#[derive(Default)]
pub(super) struct Beacon {
    pairs: BTreeMap<IpAddr, Vec<(i64, f64)>>,
}

impl Method for Beacon {
    fn judge(&mut self, window: &Window) -> bool {
        for connection in &window.ended {
            let pair = self.pairs.entry(connection.remote).or_default();
            pair.push((connection.start, connection.sent as f64));
        }
        let to = window.start + WINDOW;
        if to.rem_euclid(HOUR) != 0 {
            return false;
        }
        let from = to - DAY;
        self.pairs.retain(|_, connections| {
            connections.retain(|(start, _)| *start >= from);
            !connections.is_empty()
        });
        // A pair that was quiet for an hour scores what it did when it was not.
        let lately =
            |connections: &&mut Vec<(i64, f64)>| connections.iter().any(|(start, _)| *start >= to - 2 * HOUR);
        let pairs = self.pairs.values_mut();
        pairs.filter(|all| all.len() >= LEAST).filter(lately).any(|all| score(all, from, to) >= LIKELY)
    }
}

/// The score of a pair's connections, each with its start and size, between two instants (milliseconds).
fn score(connections: &mut [(i64, f64)], from: i64, to: i64) -> f64 {
    connections.sort_by_key(|(start, _)| *start);
    let seconds = |pair: &[(i64, f64)]| (pair[1].0 / 1000 - pair[0].0 / 1000) as f64;
    let mut gaps: Vec<f64> = connections.windows(2).map(seconds).filter(|gap| *gap > 0.0).collect();
    if gaps.len() < 3 {
        return 0.0;
    }
    let mut sizes: Vec<f64> = connections.iter().map(|(_, size)| *size).collect();
    let counts = hourly(connections, from, to);
    let parts = [regularity(&mut gaps, 1.0), regularity(&mut sizes, 0.0), flatness(&counts), {
        let (first, last) = (connections[0].0, connections[connections.len() - 1].0);
        duration(&counts, (last - first) as f64 / (to - from) as f64)
    }];
    parts.iter().sum::<f64>() / 4.0
}

/// Symmetry and narrowness of a distribution; `unknown` is the narrowness of one whose median is under 1.
fn regularity(values: &mut [f64], unknown: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    let (low, middle, high) =
        (median(&values[..half]), median(values), median(&values[values.len() - half..]));
    let spread = high - low;
    let skewed = spread >= 10.0 && middle != low && middle != high;
    let skew = if skewed { (low + high - 2.0 * middle) / spread } else { 0.0 };
    let mut apart: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    apart.sort_by(f64::total_cmp);
    let narrow = if middle >= 1.0 { ((middle - median(&apart)) / middle).max(0.0) } else { unknown };
    f64::midpoint(1.0 - skew.abs(), narrow)
}

fn median(sorted: &[f64]) -> f64 {
    match sorted.len() {
        0 => 0.0,
        n if n % 2 == 1 => sorted[n / 2],
        n => f64::midpoint(sorted[n / 2 - 1], sorted[n / 2]),
    }
}

fn hourly(connections: &[(i64, f64)], from: i64, to: i64) -> [u32; HOURS] {
    let mut counts = [0; HOURS];
    for (start, _) in connections {
        let hour = (start - from) * HOURS as i64 / (to - from).max(1);
        counts[hour.clamp(0, HOURS as i64 - 1) as usize] += 1;
    }
    counts
}

/// How flat the hours are, or how well two levels describe them.
fn flatness(counts: &[u32; HOURS]) -> f64 {
    let mean = f64::from(counts.iter().sum::<u32>()) / HOURS as f64;
    let squares: f64 = counts.iter().map(|count| (f64::from(*count) - mean).powi(2)).sum();
    let varies = (squares / HOURS as f64).sqrt() / mean.max(f64::MIN_POSITIVE);
    let busy: Vec<u32> = counts.iter().copied().filter(|count| *count > 0).collect();
    let mut fit = 0.0;
    if busy.len() >= 11 {
        // Levels are five percent of the busiest hour apart; one hour may stand out.
        let level = (f64::from(busy.iter().copied().max().unwrap_or(1)) * 0.05).ceil();
        let mut levels: BTreeMap<u64, u32> = BTreeMap::new();
        for count in &busy {
            *levels.entry((f64::from(*count) / level) as u64).or_default() += 1;
        }
        let mut sizes: Vec<u32> = levels.into_values().collect();
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        fit = f64::from(sizes.iter().take(2).sum::<u32>()) / (busy.len() - 1) as f64;
    }
    (1.0 - varies).max(fit).clamp(0.0, 1.0)
}

/// How much of the day it covers, or for how many hours in a row it is there, of twelve.
fn duration(counts: &[u32; HOURS], covered: f64) -> f64 {
    if counts.iter().filter(|count| **count > 0).count() < 6 {
        return 0.0;
    }
    let (mut longest, mut run) = (0usize, 0);
    for hour in 0..2 * HOURS {
        run = if counts[hour % HOURS] > 0 { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    covered.max(longest.min(HOURS) as f64 / 12.0).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_scores_one_and_chance_does_not() {
        let every_ten_minutes: Vec<(i64, f64)> = (0..144).map(|n| (n * 600_000, 900.0)).collect();
        let by_chance: Vec<(i64, f64)> =
            (0..144i64).map(|n| ((n * n * n * 7_919) % DAY, ((n * 7_907) % 9_000) as f64)).collect();

        let clock = score(&mut every_ten_minutes.clone(), 0, DAY);
        let chance = score(&mut by_chance.clone(), 0, DAY);

        assert!(clock > 0.99, "{clock}");
        assert!(chance < 0.8, "{chance}");
    }

    #[test]
    fn a_pair_of_few_connections_has_no_score() {
        assert_eq!(score(&mut [(0, 9.0), (600_000, 9.0), (1_200_000, 9.0)], 0, DAY), 0.0);
        assert!(score(&mut [(0, 9.0), (600_000, 9.0), (1_200_000, 9.0), (1_800_000, 9.0)], 0, DAY) > 0.0);
    }

    #[test]
    fn half_a_day_in_a_row_is_as_long_as_a_whole_one_and_five_hours_are_none() {
        let mut counts = [0; HOURS];
        counts[..5].fill(3);
        assert_eq!(duration(&counts, 1.0), 0.0);
        counts[..12].fill(3);
        assert_eq!(duration(&counts, 0.5), 1.0);
    }
}
