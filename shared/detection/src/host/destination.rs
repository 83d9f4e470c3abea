//! Whom a program dials, and in which of the last buckets.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::counter::Counter;
use crate::entity::{address_hash, mix};
use crate::observation::{BUCKET, bucket_of};
use crate::state::HOUR;

/// Destinations kept of one program: those dialled in most buckets stay.
const KEPT: usize = 16;

/// Buckets whose distinct destinations are counted.
const FANS: usize = 12;

/// Whom a program dials.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Destinations {
    kept: Vec<Destination>,
    /// Distinct external ends by bucket, oldest first.
    fans: Vec<(i64, Counter)>,
}

/// One external end, with the buckets in which it was dialled or talked with.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Destination {
    /// Address.
    pub ip: IpAddr,
    /// Port, or 0.
    pub port: u16,
    /// First bucket.
    #[serde(with = "crate::bucket_time")]
    pub first: i64,
    /// Last bucket.
    #[serde(with = "crate::bucket_time")]
    pub last: i64,
    /// The 64 buckets up to `last`, the lowest bit the last.
    mask: u64,
}

impl Destinations {
    /// Notes a conversation from `from` to `until`; the order does not matter.
    pub fn note(&mut self, ip: IpAddr, port: u16, from: i64, until: i64) {
        let (first, last) = (bucket_of(from.min(until)), bucket_of(until));
        let hash = mix(address_hash(ip) ^ u64::from(port));
        match self.fans.binary_search_by_key(&first, |(bucket, _)| *bucket) {
            Ok(at) => {
                if let Some((_, fan)) = self.fans.get_mut(at) {
                    fan.insert(hash);
                }
            }
            Err(at) => {
                let mut fan = Counter::default();
                fan.insert(hash);
                self.fans.insert(at, (first, fan));
            }
        }
        if self.fans.len() > FANS {
            self.fans.remove(0);
        }
        let mut bucket = first.max(last - 63 * BUCKET);
        let mut entry = self
            .kept
            .iter()
            .position(|have| have.ip == ip && have.port == port)
            .map(|at| self.kept.swap_remove(at))
            .unwrap_or(Destination { ip, port, first, last, mask: 0 });
        entry.first = entry.first.min(first);
        while bucket <= last {
            entry.mark(bucket);
            bucket += BUCKET;
        }
        self.kept.push(entry);
        self.kept.sort_by_key(|have| {
            (std::cmp::Reverse(have.mask.count_ones()), std::cmp::Reverse(have.last), have.ip, have.port)
        });
        self.kept.truncate(KEPT);
    }

    /// The destinations, those of most buckets first.
    pub fn iter(&self) -> impl Iterator<Item = &Destination> {
        self.kept.iter()
    }

    /// Whether there is any.
    pub const fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Buckets of the last hour that was counted in which at least `least` distinct ends were dialled.
    pub fn wide(&self, least: u32) -> usize {
        let Some((last, _)) = self.fans.last() else { return 0 };
        let hour = self.fans.iter().filter(|(bucket, _)| last - bucket < HOUR);
        hour.filter(|(_, fan)| fan.count() >= least).count()
    }

    /// Most distinct ends in one bucket, and the bucket.
    pub fn widest(&self) -> Option<(u32, i64)> {
        self.fans.iter().map(|(bucket, fan)| (fan.count(), *bucket)).max()
    }
}

impl Destination {
    fn mark(&mut self, bucket: i64) {
        if bucket > self.last {
            let ahead = (bucket - self.last) / BUCKET;
            self.mask = u32::try_from(ahead).ok().and_then(|ahead| self.mask.checked_shl(ahead)).unwrap_or(0);
            self.last = bucket;
        }
        let back = (self.last - bucket) / BUCKET;
        if back < 64 {
            self.mask |= 1 << back;
        }
    }

    /// Share of the last `buckets` buckets up to its last in which it was talked with.
    #[must_use]
    pub fn presence(&self, buckets: u32) -> f64 {
        let window = if buckets >= 64 { u64::MAX } else { (1 << buckets) - 1 };
        f64::from((self.mask & window).count_ones()) / f64::from(buckets.clamp(1, 64))
    }

    /// In how many of the 64 buckets up to its last it was talked with.
    #[must_use]
    pub const fn buckets(&self) -> u32 {
        self.mask.count_ones()
    }

    /// How long it has been talked with, milliseconds.
    #[must_use]
    pub const fn span(&self) -> i64 {
        self.last - self.first + BUCKET
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presence_is_the_same_in_any_order_and_says_how_long() {
        let ip = "203.0.113.7".parse().unwrap();
        let times: Vec<i64> = (0..36).filter(|n| n % 4 != 0).map(|n| n * BUCKET).collect();
        let noted = |times: &[i64]| {
            let mut destinations = Destinations::default();
            times.iter().for_each(|time| destinations.note(ip, 443, *time, *time));
            destinations
        };
        let mut back = times.clone();
        back.reverse();

        let one = noted(&times);
        assert_eq!(noted(&back).kept, one.kept);
        let entry = one.iter().next().unwrap();
        assert_eq!((entry.presence(36), entry.span()), (27.0 / 36.0, 35 * BUCKET));
        let mut whole = Destinations::default();
        whole.note(ip, 443, BUCKET, 36 * BUCKET);
        assert_eq!(whole.iter().next().unwrap().presence(36), 1.0);
    }
}
