//! History into a store that knows nothing yet, and into one that lives.

use weir_detection::entity::EntityKey;
use weir_records::Flow;

use super::traffic::{START, batch, minute, scan};
use super::{Bench, NOW, Run, key};
use crate::engine::learned::Learned;
use crate::engine::teach::Taught;
use crate::memory::MemoryStore;
use crate::store::{Key, Store, Stored};

/// A store that has seen these hours of the quiet host.
fn seen(hours: std::ops::Range<i64>) -> Bench<MemoryStore> {
    let bench = Bench::new();
    hours.for_each(|hour| {
        let flows: Vec<Flow<'_>> = (hour * 60..(hour + 1) * 60).flat_map(minute).collect();
        bench.apply(hour as u64 + 1, &batch(&flows), NOW).unwrap();
    });
    bench
}

impl Bench<MemoryStore> {
    fn run(&self) -> Run<'_> {
        Run { batch: 0, settings: &self.settings, intel: &self.intel, now: NOW, deadline: NOW }
    }

    fn teach(&self, lessons: &Self) -> Taught {
        crate::finish_now(self.engine.teach(lessons.engine.store(), &key(), &self.run())).unwrap().unwrap()
    }

    fn learned(&self) -> Learned {
        crate::finish_now(self.engine.learned(&key(), &self.run())).unwrap().unwrap().unwrap()
    }

    fn known_since(&self) -> Option<i64> {
        crate::finish_now(self.engine.known_since(&key())).unwrap().unwrap()
    }

    fn items(&self) -> Vec<(Key, Stored)> {
        let EntityKey { account, id } = key();
        crate::finish_now(self.engine.store().list(&format!("{account}/{id}"))).unwrap().unwrap()
    }
}

fn samples(bench: &Bench<MemoryStore>) -> u32 {
    bench.learned().all_hours.history().learned()
}

#[test]
fn an_unknown_entity_is_known_as_if_it_had_been_seen_and_twice_is_once() {
    let (lessons, live) = (seen(0..73), Bench::new());
    assert_eq!(live.known_since(), None);
    assert!(live.teach(&lessons).changed > 20);

    assert_eq!(live.known_since(), Some(START.div_euclid(3_600_000) * 3_600_000));
    let (had, have) = (lessons.learned(), live.learned());
    assert_eq!((have.all_hours, have.slots, have.usual), (had.all_hours, had.slots, had.usual));
    let before = live.items();
    assert_eq!(live.teach(&lessons).changed, 0);
    assert_eq!(live.items(), before);
}

#[test]
fn a_live_entity_grows_older_and_goes_on_as_it_was() {
    let (lessons, live) = (seen(0..48), seen(72..80));
    let (before, own) = (live.document(), samples(&live));
    live.teach(&lessons);
    let after = live.document();

    assert_eq!(samples(&live), own + samples(&lessons));
    assert_eq!(after.state.first_seen, lessons.document().state.first_seen);
    assert_eq!((&after.state.ring, &after.state.open), (&before.state.ring, &before.state.open));
    assert_eq!((after.state.latest, after.state.closed), (before.state.latest, before.state.closed));
    let flows: Vec<Flow<'_>> = (80 * 60..81 * 60).flat_map(minute).collect();
    assert!(live.apply(80, &batch(&flows), NOW).unwrap().repeated, "its batches are remembered");
    let next = live.apply(81, &batch(&flows), NOW).unwrap();
    assert_eq!((next.late, next.repeated, next.alerts.len()), (0, false, 0));
}

#[test]
fn hours_that_the_live_entity_learns_itself_are_not_learned_again() {
    let (lessons, live) = (seen(0..76), seen(72..80));
    let own = samples(&live);
    live.teach(&lessons);
    assert_eq!(samples(&live), own);
}

#[test]
fn an_incident_of_history_alerts_nobody_and_is_told_when_it_is_seen_live() {
    let (lessons, live) = (seen(0..30), Bench::new());
    let scanned = |hour: i64| batch(&(0..20).flat_map(|n| scan(hour * 60 + n, 300)).collect::<Vec<_>>());
    assert_eq!(lessons.apply(100, &scanned(30), NOW).unwrap().alerts.len(), 1);
    live.teach(&lessons);

    assert!(live.document().state.incidents.is_empty());
    assert_eq!(live.document().claim(NOW, NOW).0.len(), 0);
    assert_eq!(live.apply(101, &scanned(31), NOW).unwrap().alerts.len(), 1);
}
