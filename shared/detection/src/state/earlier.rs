//! What a document takes over of the time before it, as a backfill read it.

use super::{DAY, Destination, EntityState, Known};

/// Days of traffic kept.
const DAYS: usize = 10;

/// Served ports kept.
const SERVED: usize = 24;

impl EntityState {
    /// A document for an entity that has none yet: what was learned, without what was found.
    ///
    /// An incident that is still going on is then told by whoever sees it live; here nobody heard of it.
    #[must_use]
    pub fn without_incidents(&self) -> Self {
        Self { incidents: Vec::new(), open: crate::open::OpenBuckets::default(), ..self.clone() }
    }

    /// Takes over what was known before: since when the entity is there, where it pushed to, what it served, how much
    /// it sent by day. What it does now stays as it is.
    ///
    /// A pure union of sets and earliest times: doing it twice changes nothing. Returns whether it changed anything.
    pub fn learn_earlier(&mut self, earlier: &Self) -> bool {
        if earlier.first_seen == 0 {
            return false;
        }
        let before = self.clone();
        self.info.merge(&earlier.info);
        if self.first_seen == 0 || earlier.first_seen < self.first_seen {
            self.first_seen = earlier.first_seen;
        }
        self.known.learn_earlier(&earlier.known, self.latest - earlier.latest >= DAY);
        for entry in &mut self.destinations {
            let same = |had: &&Destination| had.ip == entry.ip && had.port == entry.port;
            if let Some(had) = earlier.destinations.iter().find(same) {
                entry.first = entry.first.min(had.first);
            }
        }
        for (port, first) in &earlier.served {
            let has_room = self.served.len() < SERVED;
            match self.served.iter_mut().find(|(have, _)| have == port) {
                Some((_, mine)) => *mine = (*mine).min(*first),
                None if has_room => self.served.push((*port, *first)),
                None => {}
            }
        }
        let own = self.days.first().map_or(i64::MAX, |(day, _)| *day);
        let days = earlier.days.iter().rev().filter(|(day, _)| *day < own).copied();
        let room = DAYS.saturating_sub(self.days.len());
        days.take(room).for_each(|day| self.days.insert(0, day));
        *self != before
    }
}

impl Known {
    /// Takes over the destinations of an earlier time; its last ones are still new unless it is `long_ago`.
    fn learn_earlier(&mut self, earlier: &Self, long_ago: bool) {
        let [mine, _] = &mut self.old;
        earlier.old.iter().for_each(|filter| mine.merge(filter));
        if long_ago {
            earlier.recent.iter().for_each(|filter| mine.merge(filter));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::mix;
    use crate::finding::Group;
    use crate::state::Incident;

    fn known(hashes: &[u64], time: i64) -> Known {
        let mut known = Known::default();
        known.rotate(time);
        hashes.iter().for_each(|hash| known.insert(mix(*hash)));
        known.rotate(time + 2 * DAY);
        known
    }

    #[test]
    fn what_is_older_is_taken_over_once_and_what_is_now_stays() {
        let earlier = EntityState {
            first_seen: 10 * DAY,
            latest: 20 * DAY,
            known: known(&[1], 10 * DAY),
            served: vec![(22, 11 * DAY), (443, 10 * DAY)],
            days: (8..22).map(|day| (day, 5)).collect(),
            incidents: vec![Incident::open(Group::Volume, 15 * DAY)],
            ..EntityState::default()
        };
        let live = EntityState {
            first_seen: 20 * DAY,
            latest: 22 * DAY,
            known: known(&[2], 20 * DAY),
            served: vec![(443, 21 * DAY)],
            days: vec![(20, 7), (21, 9)],
            ..EntityState::default()
        };
        let mut taught = live.clone();

        assert!(taught.learn_earlier(&earlier));
        assert_eq!(taught.first_seen, 10 * DAY);
        assert!(
            taught.known.contains(mix(1)) && taught.known.contains(mix(2)) && !taught.known.contains(mix(3))
        );
        assert_eq!(taught.served, [(443, 10 * DAY), (22, 11 * DAY)]);
        assert_eq!(taught.days.len(), DAYS);
        assert_eq!(taught.days[DAYS - 3..], [(19, 5), (20, 7), (21, 9)]);
        assert_eq!((taught.latest, taught.incidents.len()), (22 * DAY, 0));
        assert!(!taught.learn_earlier(&earlier), "twice is once");
        assert!(!taught.learn_earlier(&EntityState::default()), "nothing was seen");
        assert!(earlier.without_incidents().incidents.is_empty());
    }
}
