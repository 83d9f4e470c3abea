//! K2 and K3: a relay obeys two conservation laws and keeps time (kernels.md 2.1).
//!
//! Forward: payload pulled from many origins leaves to few gateways or clients. Reverse: the requests
//! that come in through the gateways leave to the origins. Fetch-and-load jobs obey the first law and
//! break the second: they push data and receive only acknowledgements. And a relay stores nothing, so
//! both series move together.

use super::statistics::{coupling, overlap, smooth};
use crate::ring::Pair;

/// One candidate: payload exchanged with its gateways (or clients) and with the origins, per bucket.
#[derive(Clone, Debug, Default)]
pub struct Legs {
    /// To and from the gateways or clients.
    pub near: Vec<Pair>,
    /// To and from the origins.
    pub far: Vec<Pair>,
    /// Distinct origins in the hour.
    pub origins: u32,
}

/// What the laws say of a candidate.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Balance {
    /// Payload to the gateways per byte pulled.
    pub forward: f64,
    /// Requests from the gateways per byte of requests to the origins.
    pub reverse: f64,
    /// Rank correlation of push and pull.
    pub coupling: f64,
    /// Shared shape of push and pull.
    pub overlap: f64,
    /// Rank correlation of the requests.
    pub requests: f64,
    /// Shared shape of the requests.
    pub request_overlap: f64,
    /// Payload through the relay, the smaller of push and pull, bytes.
    pub moved: u64,
    /// Distinct origins.
    pub origins: u32,
    /// Buckets in which both legs carried payload.
    pub active: usize,
    /// Strength in [0, 1].
    pub score: f64,
}

/// Limits of the test.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Payload an hour at least, bytes.
    pub min_bytes: u64,
    /// Origins at least.
    pub origins: u32,
    /// Rank correlation at least.
    pub correlation: f64,
    /// The gateways are new here and nobody else uses them: the laws may be looser.
    pub novel: bool,
}

/// Judges the trailing hour of a candidate; `score` is 0 where a gate is not passed.
pub fn judge(legs: &Legs, limits: &Limits) -> Balance {
    let series =
        |pick: fn(&Pair) -> u64, of: &[Pair]| of.iter().map(|pair| pick(pair) as f64).collect::<Vec<_>>();
    let push = series(|pair| pair.out, &legs.near);
    let asked = series(|pair| pair.into, &legs.near);
    let pull = series(|pair| pair.into, &legs.far);
    let sent = series(|pair| pair.out, &legs.far);
    let sum = |series: &[f64]| series.iter().sum::<f64>();
    let ratio = |a: f64, b: f64| if b > 0.0 { a / b } else { 0.0 };
    let mut balance = Balance {
        forward: ratio(sum(&push), sum(&pull)),
        reverse: ratio(sum(&asked), sum(&sent)),
        coupling: coupling(&push, &pull),
        overlap: overlap(&push, &pull),
        requests: coupling(&asked, &sent),
        request_overlap: overlap(&asked, &sent),
        moved: sum(&push).min(sum(&pull)) as u64,
        origins: legs.origins,
        active: push.iter().zip(&pull).filter(|(out, into)| **out > 0.0 && **into > 0.0).count(),
        score: 0.0,
    };
    if balance.moved < limits.min_bytes || balance.origins < limits.origins || balance.active < 8 {
        return balance;
    }
    balance.score = score(&balance, limits);
    if balance.score == 0.0 && limits.novel && push.len() >= 24 {
        // Half an hour of buffering hides the coupling of single buckets, not that of half hours.
        let smeared = Balance { coupling: coupling(&smooth(&push, 6), &smooth(&pull, 6)), ..balance };
        if smeared.coupling >= 0.8
            && within(smeared.forward, 0.8, 1.35)
            && within(smeared.reverse, 0.6, 1.7)
            && one_shape(&smeared)
        {
            balance.score = 0.7;
        }
    }
    balance
}

/// The laws, tightest first; each looser one asks more of the others.
fn score(balance: &Balance, limits: &Limits) -> f64 {
    let Balance { forward, reverse, coupling, overlap, requests, origins, .. } = *balance;
    let coupled = coupling >= limits.correlation || overlap >= 0.9;
    // End to end encryption passes through: both laws hold with one and the same framing, and framing
    // only adds. A loader's acknowledgements match its requests by chance, not in ratio and shape.
    let alike = within(reverse / forward.max(0.01), 0.75, 1.35);
    if !one_shape(balance) {
        return 0.0;
    }
    if within(forward, 1.0, 1.35) && coupled && requests >= 0.5 && alike {
        return 0.9 + 0.1 * coupling.clamp(0.0, 1.0);
    }
    if !limits.novel {
        return 0.0;
    }
    if within(forward, 0.85, 1.35) && within(reverse, 0.6, 1.7) && coupled && requests >= 0.5 {
        return 0.8;
    }
    if within(forward, 0.2, 0.85) && within(reverse, 0.2, 2.0) && coupling >= 0.75 && requests >= 0.6 {
        return 0.75;
    }
    if within(forward, 1.35, 5.0)
        && within(reverse, 0.4, 6.0)
        && coupling >= 0.75
        && requests >= 0.6
        && origins >= 32
    {
        return 0.75;
    }
    0.0
}

/// Each request that comes in leaves at once, so the two series have one shape.
///
/// With few origins a loader's acknowledgements come close by chance; with hundreds chance averages
/// out, and what remains is the blur of long records.
fn one_shape(balance: &Balance) -> bool {
    balance.request_overlap >= 0.95 || balance.origins >= 256 && balance.request_overlap >= 0.86
}

fn within(value: f64, low: f64, high: f64) -> bool {
    (low..=high).contains(&value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { min_bytes: 1_000_000, origins: 16, correlation: 0.6, novel: false };

    #[test]
    fn a_relay_that_keeps_both_laws_and_time_is_found() {
        let balance = judge(&relay(1.08, 1.05), &LIMITS);

        assert!(balance.score >= 0.9, "{balance:?}");
    }

    #[test]
    fn a_fetch_and_load_twin_breaks_the_reverse_law() {
        assert_eq!(judge(&relay(1.0, 0.1), &LIMITS).score, 0.0);
    }

    #[test]
    fn a_steady_push_beside_pulls_of_its_own_rhythm_is_no_relay() {
        let mut legs = relay(1.0, 1.0);
        legs.near = legs.near.iter().rev().copied().collect();
        legs.near.rotate_left(3);

        assert_eq!(judge(&legs, &LIMITS).score, 0.0);
    }

    #[test]
    fn compression_is_tolerated_where_the_gateways_are_new() {
        let novel = Limits { novel: true, ..LIMITS };

        assert!(judge(&relay(0.4, 0.9), &novel).score >= 0.7);
        assert_eq!(judge(&relay(0.4, 0.9), &LIMITS).score, 0.0);
    }

    #[test]
    fn fires_at_the_origins_needed_and_is_silent_just_below_them() {
        let fifteen = Legs { origins: 15, ..relay(1.05, 1.05) };

        assert!(judge(&relay(1.05, 1.05), &LIMITS).score > 0.0);
        assert_eq!(judge(&fifteen, &LIMITS).score, 0.0);
    }

    fn relay(forward: f64, reverse: f64) -> Legs {
        let loads = [3.0, 9.0, 2.0, 14.0, 6.0, 1.0, 8.0, 12.0, 4.0, 7.0, 11.0, 5.0];
        let pair = |out: f64, into: f64| Pair { out: out as u64, into: into as u64 };
        Legs {
            near: loads.iter().map(|load| pair(load * 1e5 * forward, load * 4e3 * reverse)).collect(),
            far: loads.iter().map(|load| pair(load * 4e3, load * 1e5)).collect(),
            origins: 16,
        }
    }
}
