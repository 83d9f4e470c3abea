//! What an entity looked up: names that only proxyware uses, and whether it dials what it never looked up.
//!
//! Silence is evidence only where there would have been something to hear: of a host whose queries are logged
//! (`covers`), that does not ask elsewhere (DNS over HTTPS), about a conversation that began while both held.
//!
//! # Source
//!
//! threats.md 1: the tunnels of some services are names of their own, those of others are addresses that were never
//! in an answer.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use weir_intel::names::{self, NameKind};

use crate::counter::{Counter, Filter};
use crate::entity::address_hash;
use crate::state::{DAY, HOUR};

/// Names of proxyware remembered of one entity.
const NAMED: usize = 8;

/// Addresses remembered that such a name was answered with.
const ANSWERS: usize = 8;

/// How long a lookup of such a name counts, milliseconds.
pub const COUNTS: i64 = DAY;

/// One lookup, as far as a document needs it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Note {
    /// When, milliseconds since the epoch.
    pub time: i64,
    /// Hash of the name.
    pub name: u64,
    /// The entry of the list that it is or ends in.
    pub listed: Option<names::Name>,
    /// What it was answered with.
    pub answers: Vec<IpAddr>,
}

/// The lookups of an entity.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Lookups {
    /// Time of the first.
    first: i64,
    /// Time of the latest.
    latest: i64,
    /// Time of the latest question to a resolver over HTTPS.
    elsewhere: i64,
    /// Addresses in answers: of this half day and of the two before.
    resolved: [Filter; 3],
    half_day: i64,
    /// Distinct names of this hour, and the most of an hour of the last half days.
    names: Counter,
    hour: i64,
    /// Proxyware, the latest last.
    named: Vec<Named>,
    /// A name came that no verdict has seen.
    news: bool,
    /// Destinations that were in no answer, by hash.
    bare: Vec<u64>,
}

/// A name of proxyware that was looked up.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Named {
    /// The entry of the list.
    pub name: String,
    /// First lookup of those that count.
    pub first: i64,
    /// Latest lookup.
    pub last: i64,
    /// What it was answered with, by hash.
    pub answers: Vec<u64>,
}

impl Lookups {
    /// Takes lookups in, in any order.
    pub fn admit(&mut self, notes: &[Note]) {
        for note in notes {
            self.first = if self.first == 0 { note.time } else { self.first.min(note.time) };
            self.latest = self.latest.max(note.time);
            self.rotate(note.time);
            self.names.insert(note.name);
            for address in &note.answers {
                let [recent, ..] = &mut self.resolved;
                recent.insert(address_hash(*address));
            }
            match note.listed {
                Some(listed) if listed.kind == NameKind::Doh => {
                    self.elsewhere = self.elsewhere.max(note.time)
                }
                Some(listed) => self.name(listed.name, note),
                None => {}
            }
        }
    }

    fn name(&mut self, name: &str, note: &Note) {
        self.named.retain(|have| note.time - have.last < COUNTS);
        let at = self.named.iter().position(|have| have.name == name);
        let mut entry = match at {
            Some(at) => self.named.remove(at),
            None => Named { name: name.to_owned(), first: note.time, last: note.time, answers: Vec::new() },
        };
        (entry.first, entry.last) = (entry.first.min(note.time), entry.last.max(note.time));
        for hash in note.answers.iter().map(|address| address_hash(*address)) {
            if !entry.answers.contains(&hash) && entry.answers.len() < ANSWERS {
                entry.answers.push(hash);
            }
        }
        if self.named.len() >= NAMED {
            self.named.remove(0);
        }
        self.named.push(entry);
        self.news = true;
    }

    fn rotate(&mut self, time: i64) {
        let half_day = time.div_euclid(DAY / 2);
        for _ in 0..(half_day - self.half_day).clamp(0, 3) {
            let [recent, before, oldest] = std::mem::take(&mut self.resolved);
            drop(oldest);
            self.resolved = [Filter::default(), recent, before];
        }
        self.half_day = self.half_day.max(half_day);
        let hour = time.div_euclid(HOUR);
        if hour > self.hour {
            (self.hour, self.names) = (hour, Counter::default());
        }
    }

    /// Names of proxyware that still count at `time`.
    pub fn named(&self, time: i64) -> impl Iterator<Item = &Named> {
        self.named.iter().filter(move |have| time - have.last < COUNTS)
    }

    /// Distinct names of the latest hour.
    #[must_use]
    pub fn names_an_hour(&self) -> u32 {
        self.names.count()
    }

    /// The time of a name that no verdict has seen; asked once.
    pub fn take_news(&mut self) -> Option<i64> {
        std::mem::take(&mut self.news).then_some(self.latest)
    }

    /// Whether the log speaks of a conversation that began at `began`: it was there an hour before and went on
    /// afterwards, and the entity asked nobody else.
    fn covers(&self, began: i64) -> bool {
        self.first <= began - HOUR
            && self.latest >= began
            && (self.elsewhere == 0 || began - self.elsewhere > DAY)
    }

    /// Settles which of the destinations (address and first push) were in no answer: from an hour after they were
    /// first pushed to, for as long as answers are remembered.
    pub fn trace(&mut self, destinations: impl Iterator<Item = (IpAddr, i64)>, now: i64) {
        let mut bare = Vec::new();
        for (address, began) in destinations {
            let hash = address_hash(address);
            let settled = self.bare.contains(&hash) || now - began >= HOUR && self.lacks(hash, began, now);
            if settled && !bare.contains(&hash) {
                bare.push(hash);
            }
        }
        self.bare = bare;
    }

    /// Whether a destination that was traced was in no answer.
    #[must_use]
    pub fn is_bare(&self, address: IpAddr) -> bool {
        self.bare.contains(&address_hash(address))
    }

    fn lacks(&self, hash: u64, began: i64, now: i64) -> bool {
        now - began < DAY / 2
            && self.covers(began)
            && !self.resolved.iter().any(|filter| filter.contains(hash) || filter.is_saturated())
    }
}

#[cfg(test)]
mod tests;
