//! What is remembered of an entity: one document, a few kilobytes at most.

mod earlier;
mod incident;

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::counter::{Counter, Filter};
use crate::entity::EntityInfo;
use crate::lookups::Lookups;
use crate::open::OpenBuckets;
use crate::ring::{Pair, Ring};
use crate::season::Season;

pub use incident::{Headline, Incident, News, Sign};

/// The layout that this build writes; the first byte of a document.
pub const LAYOUT: u8 = 4;

/// Hashes of an hour, from which the next hour can be compared with it.
const COMPARED: u32 = 16;

/// Hosts of an hour, from which a counter no longer tells strangers from them.
const STRANGERS: u32 = 1_500;

/// Destinations kept with their history.
const DESTINATIONS: usize = 16;

/// Milliseconds of an hour and a day.
pub const HOUR: i64 = 3_600_000;
/// See [`HOUR`].
pub const DAY: i64 = 24 * HOUR;

/// An entity's document.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct EntityState {
    /// Who.
    pub info: EntityInfo,
    /// Start of the first bucket that was judged.
    pub first_seen: i64,
    /// Event time of the latest record.
    pub latest: i64,
    /// Every record before this time is here: what a collector vouched for.
    pub complete: i64,
    /// Buckets that start before this time were judged: their records are late.
    pub closed: i64,
    /// Buckets that may still get records.
    pub open: OpenBuckets,
    /// Longest record seen, milliseconds.
    pub interval: i64,
    /// Records carry `tcp-flags`.
    pub has_flags: bool,
    /// Records carry `flow-direction`.
    pub has_direction: bool,
    /// Declared losses so far.
    pub losses: u32,
    /// The last three hours.
    pub ring: Ring,
    /// Destinations pushed to.
    pub known: Known,
    /// Those of them that the account was told of.
    pub noted: Filter,
    /// The busiest of them.
    pub destinations: Vec<Destination>,
    /// Ports from which the entity answered a SYN, the latest last.
    pub answers: Vec<u16>,
    /// Served ports that carried payload: port and the bucket of the first.
    pub served: Vec<(u16, i64)>,
    /// Distinct origins of this and the previous hour.
    pub origins: Hourly,
    /// Distinct two-way peers of this and the previous hour.
    pub peers: Hourly,
    /// Distinct hosts of this and the previous hour that did not answer.
    pub misses: Hourly,
    /// All traffic by day, latest last, at most ten days.
    #[serde(with = "crate::day_sums")]
    pub days: Vec<(i64, u64)>,
    /// What is usual, and the hour being learned.
    pub season: Season,
    /// Incidents, by evidence group.
    pub incidents: Vec<Incident>,
    /// What was looked up, where that is logged.
    pub lookups: Option<Box<Lookups>>,
}

/// Destinations pushed to, in four ages: two half days that are still new, two long ones that are known.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Known {
    recent: [Filter; 2],
    old: [Filter; 2],
    half_day: i64,
    week: i64,
}

/// A destination with its history.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Destination {
    /// Its address.
    pub ip: IpAddr,
    /// Its port.
    pub port: u16,
    /// IANA protocol number.
    pub protocol: u8,
    /// First bucket in which it was pushed to.
    #[serde(with = "crate::bucket_time")]
    pub first: i64,
    /// Last such bucket.
    #[serde(with = "crate::bucket_time")]
    pub last: i64,
    /// Buckets in which it was pushed to.
    pub buckets: u32,
    /// Wire bytes in all.
    pub wire: Pair,
    /// Payload pushed, decayed by half a bucket of silence: what decides who stays in the table.
    pub weight: u64,
    /// Wire bytes out per day, latest last, at most five days.
    #[serde(with = "crate::day_sums")]
    pub days: Vec<(i64, u64)>,
}

/// A distinct count by the hour.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Hourly {
    hour: i64,
    this: Counter,
    previous: Counter,
}

impl EntityState {
    /// The document's bytes: layout, then fields.
    ///
    /// # Errors
    ///
    /// Returns the codec's error; none is expected for a state in memory.
    pub fn encode(&self) -> Result<Vec<u8>, postcard::Error> {
        postcard::to_extend(self, vec![LAYOUT])
    }

    /// Reads a document.
    ///
    /// # Errors
    ///
    /// Returns the codec's error for a document of another layout or a broken one.
    pub fn decode(bytes: &[u8]) -> Result<Self, postcard::Error> {
        match bytes.split_first() {
            Some((&LAYOUT, fields)) => postcard::from_bytes(fields),
            _ => Err(postcard::Error::DeserializeBadEncoding),
        }
    }

    /// Notes a push; the least of the table makes room.
    pub fn note_push(&mut self, push: &crate::kernels::bucket::Push, bucket: i64) {
        let day = bucket.div_euclid(DAY);
        let found = self.destinations.iter_mut().find(|have| have.ip == push.ip && have.port == push.port);
        let entry = if let Some(entry) = found {
            entry
        } else {
            if self.destinations.len() >= DESTINATIONS {
                let least =
                    self.destinations.iter().enumerate().min_by_key(|(_, have)| (have.weight, have.last));
                let Some((least, _)) = least.filter(|(_, have)| have.weight < push.payload.out) else {
                    return;
                };
                self.destinations.swap_remove(least);
            }
            self.destinations.push(Destination {
                ip: push.ip,
                port: push.port,
                protocol: push.protocol,
                first: bucket,
                last: bucket,
                buckets: 0,
                wire: Pair::default(),
                weight: 0,
                days: Vec::new(),
            });
            let Some(entry) = self.destinations.last_mut() else { return };
            entry
        };
        entry.last = bucket;
        entry.buckets += 1;
        entry.wire.add(push.wire);
        entry.weight = entry.weight.saturating_add(push.payload.out);
        add_day(&mut entry.days, day, push.wire.out, 5);
    }

    /// Settles which destinations were dialled without having been looked up, while that is remembered.
    pub fn trace(&mut self, now: i64) {
        if let Some(lookups) = &mut self.lookups {
            lookups.trace(self.destinations.iter().map(|entry| (entry.ip, entry.first)), now);
        }
    }

    /// Whether a destination's address is known to have been in no answer.
    pub fn is_bare(&self, address: IpAddr) -> bool {
        self.lookups.as_ref().is_some_and(|lookups| lookups.is_bare(address))
    }

    /// Lets the weights of the destination table fade.
    pub fn fade(&mut self) {
        for entry in &mut self.destinations {
            entry.weight -= entry.weight / 64;
        }
    }
}

impl Known {
    /// Whether a destination was pushed to on an earlier day.
    pub fn contains(&self, hash: u64) -> bool {
        self.old.iter().any(|filter| filter.contains(hash))
    }

    /// Remembers a destination; it counts as new for another 12 to 24 hours.
    pub fn insert(&mut self, hash: u64) {
        self.recent[0].insert(hash);
    }

    /// Moves the ages on to `time`.
    pub fn rotate(&mut self, time: i64) {
        let (half_day, week) = (time.div_euclid(DAY / 2), time.div_euclid(7 * DAY));
        if self.half_day == 0 {
            (self.half_day, self.week) = (half_day, week);
        }
        if week > self.week {
            self.old[1] = std::mem::take(&mut self.old[0]);
            self.week = week;
        }
        for _ in 0..(half_day - self.half_day).clamp(0, 2) {
            let ripe = std::mem::take(&mut self.recent[1]);
            self.old[0].merge(&ripe);
            self.recent[1] = std::mem::take(&mut self.recent[0]);
        }
        self.half_day = self.half_day.max(half_day);
    }
}

impl Hourly {
    /// Adds hashes seen in a bucket, and those that were counted before.
    pub fn add(&mut self, bucket: i64, hashes: &[u64], folded: &Counter) {
        let hour = bucket.div_euclid(HOUR);
        if hour != self.hour {
            let this = std::mem::take(&mut self.this);
            self.previous = if hour == self.hour + 1 { this } else { Counter::default() };
            self.hour = hour;
        }
        hashes.iter().for_each(|&hash| self.this.insert(hash));
        self.this.merge(folded);
    }

    /// Adds what both hours hold to a counter.
    pub fn merge_into(&self, counter: &mut Counter) {
        counter.merge(&self.previous);
        counter.merge(&self.this);
    }

    /// What this hour holds.
    pub const fn this(&self) -> &Counter {
        &self.this
    }

    /// What the hour before holds.
    pub const fn previous(&self) -> &Counter {
        &self.previous
    }

    /// Share of this hour's hashes that the hour before had not, in [0, 1]; 1 where it had too few to compare.
    pub fn renewed(&self) -> f64 {
        if self.previous.count() < COMPARED || self.this.count() == 0 {
            return 1.0;
        }
        f64::from(self.this.beyond(&self.previous)) / f64::from(self.this.count())
    }

    /// Whether each of the two hours holds so many.
    pub fn compares(&self, least: u32) -> bool {
        self.previous.count() >= least && self.this.count() >= least
    }

    /// Distinct hashes of the fuller of the two hours.
    pub fn count(&self) -> u32 {
        self.this.count().max(self.previous.count())
    }
}

/// How many hosts are strangers to whoever knows `known`; `u32::MAX` where that is too full to tell.
pub(crate) fn strangers(hosts: &Counter, known: &Counter) -> u32 {
    if known.count() > STRANGERS { u32::MAX } else { hosts.beyond(known) }
}

/// Adds to a day's sum, keeping the latest `keep` days.
pub(crate) fn add_day(days: &mut Vec<(i64, u64)>, day: i64, amount: u64, keep: usize) {
    match days.last_mut() {
        Some((have, sum)) if *have == day => *sum = sum.saturating_add(amount),
        _ => days.push((day, amount)),
    }
    // A week of silence and more: what was before tells nothing of today.
    days.retain(|(have, _)| day - have < 3 * keep as i64);
    if days.len() > keep {
        days.remove(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_reads_back_and_another_layout_is_refused() {
        let state = EntityState { latest: 7, served: vec![(443, 5)], ..EntityState::default() };
        let bytes = state.encode().unwrap();

        assert_eq!(EntityState::decode(&bytes).unwrap(), state);
        assert!(EntityState::decode(&[9, 0, 0]).is_err());
        assert!(EntityState::decode(&bytes[..bytes.len() - 1]).is_err());
    }

    #[test]
    fn an_hour_is_renewed_by_hashes_that_the_hour_before_had_not() {
        let hashes = |from: u64, to: u64| (from..to).map(|n| crate::entity::mix(n + 1)).collect::<Vec<_>>();
        let renewed = |before: u64, now: (u64, u64)| {
            let mut hourly = Hourly::default();
            hourly.add(10 * HOUR, &hashes(0, before), &Counter::default());
            hourly.add(11 * HOUR, &hashes(now.0, now.1), &Counter::default());
            hourly.renewed()
        };

        assert!(renewed(24, (0, 24)) < 0.01);
        assert!((renewed(24, (12, 36)) - 0.5).abs() < 0.1);
        assert!(renewed(15, (0, 15)) > 0.99, "too few to compare");
    }

    #[test]
    fn two_hours_compare_where_each_holds_enough() {
        let hashes: Vec<u64> = (0..80).map(|n| crate::entity::mix(n + 1)).collect();
        let compares = |before: usize, now: usize| {
            let mut hourly = Hourly::default();
            hourly.add(10 * HOUR, &hashes[..before], &Counter::default());
            hourly.add(11 * HOUR, &hashes[..now], &Counter::default());
            hourly.compares(60)
        };

        assert!(compares(80, 80));
        assert!(!compares(40, 80));
        assert!(!compares(80, 40));
    }

    #[test]
    fn a_destination_is_new_for_half_a_day_at_least_and_known_after_a_day() {
        let mut known = Known::default();
        known.rotate(DAY);
        known.insert(1 << 50);
        known.rotate(DAY + DAY / 2);
        assert!(!known.contains(1 << 50));
        known.rotate(2 * DAY);
        assert!(known.contains(1 << 50));
    }
}
