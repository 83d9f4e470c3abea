use proptest::prelude::*;

use super::*;
use crate::observation::BUCKET;
use crate::state::{DAY, HOUR};

const HALF_LIFE: i64 = 14 * DAY;

/// Monday 2026-11-02.
const MONDAY: i64 = 1_793_577_600_000;

/// An hour of which every bucket had the same egress.
fn hour(start: i64, bytes: u64) -> Pending {
    samples(start, &[bytes; 12])
}

fn samples(start: i64, samples: &[u64]) -> Pending {
    let mut pending = Pending::of(start);
    for (i, bytes) in (0..).zip(samples) {
        pending.note(start + i * BUCKET, *bytes, None);
    }
    pending
}

fn taught(hours: &[Pending]) -> Baseline {
    let mut baseline = Baseline::default();
    for pending in hours {
        baseline.merge_hour(pending, HALF_LIFE);
    }
    baseline
}

/// Hours of two days that include a border at which samples settle and halve.
fn hours() -> impl Strategy<Value = Vec<Pending>> {
    let border = MONDAY.div_euclid(HALF_LIFE) * HALF_LIFE + HALF_LIFE;
    let one = (0..48_i64, prop::collection::vec(0..1_u64 << 40, 0..12));
    prop::collection::vec(one, 0..40).prop_map(move |hours| {
        let by_hour: std::collections::BTreeMap<_, _> = hours.into_iter().collect();
        by_hour.into_iter().map(|(at, bytes)| samples(border + (at - 24) * HOUR, &bytes)).collect()
    })
}

proptest! {
    #[test]
    fn hours_in_any_order_and_any_number_of_times_make_the_same_baseline(
        hours in hours(),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..120),
    ) {
        let straight = taught(&hours);
        let mut again: Vec<Pending> =
            order.iter().filter(|_| !hours.is_empty()).map(|index| index.get(&hours).clone()).collect();
        again.extend(hours.iter().rev().cloned());

        prop_assert_eq!(taught(&again), straight);
    }

    #[test]
    fn merging_histories_of_other_hours_is_commutative_and_associative(hours in hours(), parts in any::<u64>()) {
        let part = |which: u64| {
            let chosen: Vec<Pending> =
                (0_u32..).zip(&hours).filter(|(i, _)| (parts >> (i % 32 * 2) & 3).min(2) == which)
                    .map(|(_, pending)| pending.clone()).collect();
            taught(&chosen)
        };
        let (a, b, c) = (part(0), part(1), part(2));
        let merged = |first: &Baseline, second: &Baseline| {
            let mut merged = first.clone();
            merged.merge(second, HALF_LIFE);
            merged
        };

        prop_assert_eq!(merged(&a, &b), merged(&b, &a));
        prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
        prop_assert_eq!(merged(&merged(&a, &b), &c), taught(&hours));
    }

    #[test]
    fn no_hour_however_strange_panics(times in prop::collection::vec(any::<i64>(), 0..8), bytes in any::<u64>()) {
        let mut baseline = Baseline::default();
        for time in times {
            baseline.merge_hour(&samples(time, &[bytes]), HALF_LIFE);
        }
        prop_assert!(baseline.history().samples() <= 8);
    }
}

#[test]
fn a_finished_hour_merged_again_changes_nothing_and_says_so() {
    let mut baseline = taught(&[hour(MONDAY, 1_000)]);
    let before = baseline.clone();

    assert_eq!(baseline.merge_hour(&hour(MONDAY, 1_000), HALF_LIFE), Merged::Before);
    assert_eq!(baseline, before);
    assert_eq!(baseline.merge_hour(&hour(MONDAY - HOUR, 1_000), HALF_LIFE), Merged::Now);
    assert_eq!(baseline.merge_hour(&hour(MONDAY - 63 * HOUR, 1_000), HALF_LIFE), Merged::Now);
    assert_eq!(baseline.merge_hour(&hour(MONDAY - 64 * HOUR, 1_000), HALF_LIFE), Merged::TooLate);
    assert_eq!(baseline.history().learned(), 36);
}

#[test]
fn a_sample_of_one_half_life_ago_counts_half_and_the_setting_says_how_long_that_is() {
    let later = |half_life: i64| {
        let mut baseline = Baseline::default();
        baseline.merge_hour(&hour(MONDAY, 1_000), half_life);
        baseline.merge_hour(&samples(MONDAY + 14 * DAY, &[]), half_life);
        baseline.history().samples()
    };

    assert_eq!(later(14 * DAY), 6);
    assert_eq!(later(7 * DAY), 3);
    assert_eq!(later(365 * DAY), 12);
}

#[test]
fn a_history_that_nothing_was_added_to_for_long_is_no_longer_had() {
    let mut baseline = taught(&(0..20).map(|i| hour(MONDAY + i * HOUR, 1_000)).collect::<Vec<_>>());
    assert!(baseline.history().has(60));

    baseline.merge_hour(&samples(MONDAY + 20 * HALF_LIFE, &[]), HALF_LIFE);

    assert!(!baseline.history().has(60));
    assert_eq!(baseline.history().learned(), 240);
}

/// Feeds the most that is learned, hour by hour, and returns what is usual at the end.
fn ramped(days: i64, half_life: i64) -> u64 {
    let mut baseline = Baseline::default();
    for i in 0..7 * 24 {
        baseline.merge_hour(&hour(MONDAY + i * HOUR, 1_000_000), half_life);
    }
    for i in 7 * 24..(7 + days) * 24 {
        let mut pending = Pending::of(MONDAY + i * HOUR);
        for bucket in 0..12 {
            let start = MONDAY + i * HOUR + bucket * BUCKET;
            pending.note(start, u64::MAX, baseline.history().ceiling());
        }
        baseline.merge_hour(&pending, half_life);
    }
    baseline.history().whole().percentile(99)
}

#[test]
fn whatever_a_ramp_feeds_the_usual_at_most_doubles_per_half_life() {
    // One quarter more than the span lasts may begin within it, and the sketch rounds by a sixteenth at both ends.
    for half_lives in 1..=6_u8 {
        let grown = ramped(i64::from(half_lives) * 14, HALF_LIFE) as f64 / 1_000_000.0;
        let bound = 2_f64.powf(f64::from(half_lives) + 0.5);
        assert!(grown <= bound, "{half_lives} half-lives: grown to {grown}, bound {bound}");
        let learned = 2_f64.powi(i32::from(half_lives) - 1);
        assert!(grown >= learned, "{half_lives} half-lives: honest growth is learned: {grown}");
    }
}

#[test]
fn a_longer_half_life_lets_a_ramp_teach_less() {
    assert!(ramped(28, 28 * DAY) < ramped(28, 14 * DAY));
}

#[test]
fn a_baseline_is_stored_in_a_few_hundred_bytes() {
    // A busy slot over a month: log-normal egress, spread over three octaves.
    let spread = |i: i64| (1 << 24) + (i.unsigned_abs() * 7_919 % 97).pow(4);
    let mut slot = Baseline::default();
    let mut entity = Baseline::default();
    for i in 0..30 * 24 {
        let pending = samples(MONDAY + i * HOUR, &(0..12).map(|b| spread(i * 12 + b)).collect::<Vec<_>>());
        if i % 24 == 9 {
            slot.merge_hour(&pending, HALF_LIFE);
        }
        entity.merge_hour(&pending, HALF_LIFE);
    }
    let bytes = |baseline: &Baseline| postcard::to_allocvec(baseline).unwrap().len();

    assert!(bytes(&slot) <= 160, "slot: {} bytes", bytes(&slot));
    assert!(bytes(&entity) <= 240, "entity: {} bytes", bytes(&entity));
}
