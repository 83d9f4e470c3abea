//! What a week came to, by the documents that there are: for a digest, never for a payload.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use weir_detection::entity::EntityKey;
use weir_detection::finding::Severity;
use weir_detection::host::HostState;
use weir_detection::settings::Settings;
use weir_detection::state::{EntityState, Incident};

use super::document::{Document, Remembered};
use super::hosts::is_host;
use super::{Engine, EngineError, failed, state_key};
use crate::store::{Store, Stored};

/// Entities read at most: of documents of a few kilobytes that is some 20,000 read units.
const MOST: usize = 20_000;

/// Documents read at a time, so that memory does not grow with the account.
const AT_ONCE: usize = 100;

/// Talkers that are named.
const TALKERS: usize = 10;

const DAY: i64 = 86_400_000;
const WEEK: i64 = 7 * DAY;

/// A week of the entities that were asked for, and of those whose incidents wait for their end.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Week {
    /// From when, milliseconds since the epoch; it ends seven days later.
    pub from: i64,
    /// Entities with a document.
    pub entities: usize,
    /// Documents that cannot be read by this version.
    pub unreadable: usize,
    /// Entities that were not looked at, as there are too many.
    pub left_out: usize,
    /// Entities that moved most, in and out, with their bytes on the days of the week that are over.
    pub talkers: Vec<(String, u64)>,
    /// Entities whose own history is not trusted in full yet.
    pub learning: usize,
    /// Entities whose own history came of age in this week.
    pub matured: Vec<String>,
    /// Incidents of the week by the analytic that told them.
    pub incidents: BTreeMap<String, Tally>,
}

/// Incidents of one analytic, told at low or above.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Tally {
    /// Told, or in dry run what would have been.
    pub told: usize,
    /// Of those the ones at high or critical.
    pub high: usize,
    /// Held back by a suppression.
    pub suppressed: usize,
}

impl<S: Store> Engine<S> {
    /// Reads one document an entity, at most 20,000, in the order of their names.
    ///
    /// # Errors
    ///
    /// The store failed. A document that cannot be read is counted.
    pub async fn week(
        &self,
        entities: BTreeSet<EntityKey>,
        settings: &Settings,
        now: i64,
    ) -> Result<Week, EngineError> {
        let mut all = entities;
        all.extend(self.waiting().await?.entities.into_keys());
        let mut week = Week {
            from: now.saturating_sub(WEEK),
            left_out: all.len().saturating_sub(MOST),
            ..Week::default()
        };
        let all: Vec<EntityKey> = all.into_iter().take(MOST).collect();
        for some in all.chunks(AT_ONCE) {
            let keys: Vec<_> = some.iter().map(state_key).collect();
            let loaded = self.store.load(&keys).await;
            let loaded = loaded.map_err(|source| failed(&some[0], source))?;
            for (entity, stored) in some.iter().zip(loaded) {
                if let Some(stored) = stored {
                    week.add(entity, &stored, settings, now);
                }
            }
        }
        week.matured.sort();
        Ok(week)
    }
}

impl Week {
    fn add(&mut self, entity: &EntityKey, stored: &Stored, settings: &Settings, now: i64) {
        self.entities += 1;
        if is_host(entity) {
            let Some(state) = state_of::<HostState>(stored) else { return self.unreadable += 1 };
            let analytic = state.platform.map_or("AN0081", |platform| platform.analytic());
            state.incidents.iter().for_each(|(_, incident)| self.count(incident, analytic));
        } else {
            let Some(state) = state_of::<EntityState>(stored) else { return self.unreadable += 1 };
            state.incidents.iter().for_each(|incident| self.count(incident, "AN0084"));
            self.look_at(entity, &state, settings, now);
        }
    }

    fn look_at(&mut self, entity: &EntityKey, state: &EntityState, settings: &Settings, now: i64) {
        let name = format!("{}/{}", entity.account, entity.id);
        let mature = state.first_seen.saturating_add(settings.baseline.mature);
        self.learning += usize::from(mature > now);
        if (self.from..now).contains(&mature) {
            self.matured.push(name.clone());
        }
        let (first, today) = (self.from.div_euclid(DAY), now.div_euclid(DAY));
        let days = state.days.iter().filter(|(day, _)| (first..today).contains(day));
        let bytes = days.fold(0_u64, |sum, (_, bytes)| sum.saturating_add(*bytes));
        let at = self.talkers.partition_point(|(_, more)| *more >= bytes);
        if bytes > 0 && at < TALKERS {
            self.talkers.insert(at, (name, bytes));
            self.talkers.truncate(TALKERS);
        }
    }

    fn count(&mut self, incident: &Incident, analytic: &str) {
        if incident.told < self.from || incident.severity < Severity::Low {
            return;
        }
        let analytic = incident.open.as_ref().map_or(analytic, |headline| &headline.analytic);
        let tally = self.incidents.entry(analytic.to_owned()).or_default();
        if incident.hushed {
            tally.suppressed += 1;
        } else if incident.count > 0 {
            tally.told += 1;
            tally.high += usize::from(incident.severity >= Severity::High);
        }
    }
}

fn state_of<D: Remembered>(stored: &Stored) -> Option<D> {
    Document::<D>::decode(&stored.body).ok().map(|document| document.state)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tests::traffic::{START, batch, minute, scan};
    use crate::engine::tests::{Bench, NOW, key};

    fn week(bench: &Bench<crate::MemoryStore>, now: i64) -> Week {
        let asked = BTreeSet::from([key(), EntityKey { id: "i-unknown".to_owned(), ..key() }]);
        crate::finish_now(bench.engine().week(asked, &Settings::default(), now)).unwrap().unwrap()
    }

    #[test]
    fn a_week_counts_what_was_told_in_it_and_nothing_of_the_next() {
        let bench = Bench::new();
        bench.apply(1, &batch(&[scan(0, 60), minute(30)].concat()), NOW).unwrap();

        let this = week(&bench, START + DAY);
        assert_eq!((this.entities, this.learning, this.unreadable), (1, 1, 0));
        assert_eq!(this.incidents["AN0084"], Tally { told: 1, high: 0, suppressed: 0 });
        assert_eq!(this.talkers, [(format!("{}/{}", key().account, key().id), 60 * 44)]);
        assert!(this.matured.is_empty());

        let later = week(&bench, START + 9 * DAY);
        assert!(later.incidents.is_empty() && later.talkers.is_empty(), "{later:?}");
    }

    #[test]
    fn an_entity_matures_in_one_week_alone() {
        let bench = Bench::new();
        bench.apply(1, &batch(&[minute(0), minute(30)].concat()), NOW).unwrap();
        let mature = START + Settings::default().baseline.mature;

        for (now, matured, learning) in
            [(mature - DAY, 0, 1), (mature + DAY, 1, 0), (mature + WEEK + DAY, 0, 0)]
        {
            let week = week(&bench, now);
            assert_eq!((week.matured.len(), week.learning), (matured, learning), "{now}");
        }
    }
}
