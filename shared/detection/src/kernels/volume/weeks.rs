//! Weeks of whole hosts through baselines and kernel: what a percentile alarm cries at, and what it should see.

use std::collections::VecDeque;

use super::*;
use crate::baseline::{ANOMALOUS, Baseline, Histories, Slot, usual};
use crate::entity::mix;
use crate::season::Season;
use crate::state::{DAY, HOUR};

/// Monday 2026-08-31.
const MONDAY: i64 = 1_788_134_400_000;

const MB: f64 = 1e6;

/// Buckets of a day.
const DAILY: i64 = DAY / BUCKET;

/// Random numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    /// Uniform in [0, 1).
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        (mix(self.0) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Standard normal.
    fn bell(&mut self) -> f64 {
        (-2.0 * (1.0 - self.roll()).ln()).sqrt() * (std::f64::consts::TAU * self.roll()).cos()
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.roll()
    }
}

/// Egress and demand of each bucket of so many days.
struct Life(Vec<(f64, f64)>);

impl Life {
    /// A host whose buckets come from the day, the hour and the dice, in MB.
    fn of(days: i64, seed: u64, mut bucket: impl FnMut(i64, f64, &mut Dice) -> (f64, f64)) -> Self {
        let mut dice = Dice(mix(seed + 1));
        let buckets = 0..days * DAILY;
        Self(buckets.map(|i| bucket(i / DAILY, (i % DAILY) as f64 / 12.0, &mut dice)).collect())
    }

    /// Adds `mb` a bucket of its own from a time on.
    fn with_theft(mut self, from: i64, until: i64, mb: impl Fn(i64) -> f64) -> Self {
        for i in from..until.min(self.0.len() as i64) {
            self.0[usize::try_from(i).unwrap()].0 += mb(i - from);
        }
        self
    }

    /// Every verdict with its bucket, learning as an entity's document does.
    fn judged(&self) -> Vec<(i64, Verdict)> {
        let settings = Settings::default();
        let half_life = settings.baseline.half_life;
        let mut slots = vec![Baseline::default(); 48];
        let mut entity = Baseline::default();
        let mut season = Season::default();
        let mut last: VecDeque<(i64, u64, u64)> = VecDeque::new();
        let mut said = Vec::new();
        let slot_of = |time| usize::from(Slot::of(time, &settings).index());
        for (i, (egress, demand)) in (0_i64..).zip(&self.0) {
            let time = MONDAY + i * BUCKET;
            season.enter(time, |_| {
                let slot = slots.get(slot_of(time));
                let histories = Histories { slot, entity: Some(&entity), peers: None };
                usual(&histories, MONDAY, time, &settings)
            });
            for finished in season.finished() {
                slots[slot_of(finished.start())].merge_hour(finished, half_life);
                entity.merge_hour(finished, half_life);
            }
            season.forget_finished();
            let bytes = |mb: f64| (mb * MB) as u64;
            last.push_back((time, bytes(*egress), bytes(*demand)));
            if last.len() > 12 {
                last.pop_front();
            }
            let usual: Vec<Usual> = last.iter().map(|(time, ..)| season.usual_of(*time)).collect();
            let buckets: Vec<Bucket<'_>> = last
                .iter()
                .zip(&usual)
                .map(|(&(_, egress, demand), usual)| Bucket { egress, demand, usual })
                .collect();
            let verdict = judge(&buckets, None, &settings);
            if verdict.as_ref().is_some_and(|verdict| verdict.score >= ANOMALOUS) {
                season.withdraw(time - HOUR);
            } else {
                season.learn(time, bytes(*egress));
            }
            said.extend(verdict.map(|verdict| (i, verdict)));
        }
        said
    }

    /// Days with a verdict of at least a severity.
    fn days(&self, severity: Severity) -> usize {
        let days: std::collections::BTreeSet<i64> = self
            .judged()
            .iter()
            .filter(|(_, verdict)| verdict.severity >= severity)
            .map(|(i, _)| i / DAILY)
            .collect();
        days.len()
    }
}

const DAYS: i64 = 42;

fn is_weekend(day: i64) -> bool {
    day % 7 >= 5
}

/// Backups at two in the night, begun up to twenty minutes late and of varying size.
fn backups(seed: u64) -> Life {
    let (mut start, mut length) = (0.0, 0.0);
    Life::of(DAYS, seed, move |_, hour, dice| {
        if hour == 0.0 {
            (start, length) = (2.0 + dice.between(0.0, 0.33), dice.between(0.6, 0.9));
        }
        let chatter = (dice.bell() * 0.5).exp();
        let on = hour >= start && hour < start + length;
        (if on { 400.0 * (dice.bell() * 0.2).exp() } else { chatter }, 0.0)
    })
}

/// Six to ten jobs a working day that push artefacts for five to fifty minutes.
fn runner(seed: u64) -> Life {
    let mut jobs: Vec<(f64, f64, f64)> = Vec::new();
    Life::of(DAYS, seed, move |day, hour, dice| {
        if hour == 0.0 {
            let count = if is_weekend(day) { 0 } else { 6 + (dice.roll() * 5.0) as usize };
            jobs = (0..count)
                .map(|_| {
                    let start = dice.between(7.0, 20.0);
                    (start, start + dice.between(0.08, 0.83), 20.0 * (dice.bell() * 0.8).exp())
                })
                .collect();
        }
        let running = jobs.iter().filter(|(from, until, _)| (*from..*until).contains(&hour));
        (0.3 + running.map(|(.., mb)| mb).sum::<f64>(), 0.0)
    })
}

/// A web server by day and night, with a release that everybody fetches each Wednesday.
fn web(seed: u64) -> Life {
    let mut level = 0.0;
    Life::of(DAYS, seed, move |day, hour, dice| {
        level = 0.95 * level + 0.1 * dice.bell();
        let curve = 1.2 + (std::f64::consts::TAU * (hour - 9.0) / 24.0).sin();
        let surge = if day % 7 == 2 && (10.0..14.0).contains(&hour) { 6.0 } else { 1.0 };
        let egress = 40.0 * curve * level.exp() * surge;
        (egress, egress * 0.96)
    })
}

/// Egress that wanders on the log scale: above its 90th percentile a tenth of the time, for hours on end.
fn wanderer(seed: u64) -> Life {
    let mut level = 0.0;
    Life::of(DAYS, seed, move |_, _, dice| {
        level = 0.95 * level + 0.156 * dice.bell();
        (15.0 * level.exp(), 0.0)
    })
}

/// A steady shipper of logs that now and then uploads a dump in twenty-five minutes.
fn shipper(seed: u64) -> Life {
    let mut dump = f64::MAX;
    Life::of(DAYS, seed, move |_, hour, dice| {
        if hour == 0.0 {
            dump = if dice.roll() < 0.15 { dice.between(1.0, 23.0) } else { f64::MAX };
        }
        let on = hour >= dump && hour < dump + 0.4;
        (20.0 * (dice.bell() * 0.1).exp() + if on { 3_000.0 } else { 0.0 }, 0.0)
    })
}

/// Days of four hosts of a kind with a verdict of low or above, out of 168.
fn cries(host: fn(u64) -> Life) -> usize {
    (0..4).map(|seed| host(seed).days(Severity::Low)).sum()
}

#[test]
fn nightly_backups_are_silent() {
    assert_eq!(cries(backups), 0);
}

#[test]
fn release_surges_on_web_servers_are_silent() {
    assert_eq!(cries(web), 0);
}

#[test]
fn dumps_of_minutes_are_silent() {
    assert_eq!(cries(shipper), 0);
}

#[test]
fn build_runners_and_wandering_egress_cry_less_than_once_in_a_hundred_days() {
    let days = |host: fn(u64) -> Life| (0..6).map(|seed| host(seed).days(Severity::Low)).sum::<usize>();
    let (runners, wanderers) = (days(runner), days(wanderer));

    assert!(runners + wanderers <= 5, "{runners} and {wanderers} of 252 days each");
}

#[test]
fn hosts_that_live_for_hours_are_silent_whatever_they_send() {
    let born = |seed| {
        Life::of(1, seed, |_, hour, dice| (if hour < 8.0 { dice.between(10.0, 900.0) } else { 0.0 }, 0.0))
    };

    assert!((0..5).all(|seed| born(seed).judged().is_empty()));
}

#[test]
fn a_theft_of_20_mbit_a_second_is_found_within_two_hours_on_hosts_with_rhythms_of_their_own() {
    for (host, name) in [
        (backups as fn(u64) -> Life, "backups"),
        (runner, "runner"),
        (wanderer, "wanderer"),
        (shipper, "shipper"),
    ] {
        let from = 28 * DAILY + 140;
        let life = host(7).with_theft(from, i64::MAX, |_| 750.0);
        let found = life.judged().into_iter().find(|(i, said)| *i >= from && said.severity >= Severity::Low);

        assert!(found.is_some_and(|(i, _)| i < from + 24), "{name}");
    }
}

#[test]
fn a_ramp_that_doubles_every_week_does_not_train_the_baseline_into_silence() {
    let from = 21 * DAILY;
    let grows = |days: f64| move |i: i64| 5.0 * (i as f64 / (days * DAILY as f64)).exp2();
    let life = |theft: &dyn Fn(i64) -> f64| {
        Life::of(77, 3, |_, _, dice| (4.0 * (dice.bell() * 0.1).exp(), 0.0)).with_theft(from, i64::MAX, theft)
    };

    // From 130 kbit/s on, eight doublings: 34 Mbit/s at the end.
    let loud = life(&grows(7.0)).judged();
    let low = loud.iter().filter(|(_, said)| said.severity == Severity::Low).count();
    assert!(low as i64 >= 7 * DAILY, "{low} buckets");
    assert!(loud.last().is_some_and(|(i, _)| *i >= 77 * DAILY - 12), "it still speaks at the end");
}
