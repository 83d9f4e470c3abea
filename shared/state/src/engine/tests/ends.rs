//! Incidents of entities that fall silent.

use weir_detection::entity::EntityKey;
use weir_detection::finding::Activity;
use weir_detection::state::{DAY, HOUR};

use super::traffic::{START, batch, minute, scan};
use super::{Bench, LIFE, NOW, key};
use crate::engine::{Alert, Run, state_key};
use crate::memory::MemoryStore;
use crate::store::Store as _;

/// Goes through all that are due: whose, and what is to be told.
fn close(bench: &Bench<MemoryStore>, now: i64) -> Vec<(EntityKey, Alert)> {
    let run = Run { batch: 0, settings: &bench.settings, intel: &bench.intel, now, deadline: now + LIFE };
    let due = crate::finish_now(bench.engine.due(&run)).unwrap().unwrap();
    let closed = |entity: EntityKey| {
        let closed = crate::finish_now(bench.engine.close(&entity, &run)).unwrap().unwrap();
        closed.alerts.into_iter().map(move |alert| (entity.clone(), alert))
    };
    due.into_iter().flat_map(closed).collect()
}

fn waiting(bench: &Bench<MemoryStore>) -> usize {
    crate::finish_now(bench.engine.waiting()).unwrap().unwrap().entities.len()
}

#[test]
fn an_incident_of_an_entity_that_says_no_more_ends_by_the_clock_and_is_told_until_it_is_sent() {
    let bench = Bench::new();
    let applied = bench.apply(1, &batch(&[scan(0, 60), minute(30)].concat()), START + HOUR).unwrap();
    bench.confirm(&applied);
    // A day after the bucket, the lateness and an hour for what is on its way.
    let over = START + DAY + HOUR + bench.settings.lateness;

    let early = close(&bench, over - 1);
    assert_eq!((early.len(), waiting(&bench)), (0, 1));
    let (first, second) = (close(&bench, over + HOUR), close(&bench, over + HOUR + LIFE - 1));
    assert_eq!((first.len(), second.len()), (1, 0), "its first sender may still be at it");
    let retry = close(&bench, over + HOUR + LIFE);

    let (entity, alert) = &retry[0];
    assert_eq!((entity, alert), (&first[0].0, &first[0].1));
    assert_eq!((alert.finding.activity, alert.finding.count), (Activity::Close, 2));
    assert_eq!(alert.finding.uid, applied.alerts[0].finding.uid);
    crate::finish_now(bench.engine.confirm(entity, &[alert.id], NOW)).unwrap().unwrap();
    assert_eq!(close(&bench, over + 2 * HOUR), []);
    assert_eq!(waiting(&bench), 0);
}

#[test]
fn an_entity_that_goes_on_is_waited_for_as_long() {
    let bench = Bench::new();
    bench.confirm(&bench.apply(1, &batch(&[scan(0, 60), minute(30)].concat()), NOW).unwrap());
    bench.confirm(&bench.apply(2, &batch(&[scan(60, 60), minute(90)].concat()), NOW).unwrap());
    let over = START + DAY + HOUR + bench.settings.lateness;

    let closed = close(&bench, over + HOUR / 2);

    assert_eq!((closed.len(), waiting(&bench)), (0, 1));
    assert_eq!(close(&bench, over + 2 * HOUR).len(), 1);
    let state = bench.document().state;
    assert!(state.incidents.iter().all(|incident| incident.open.is_none()), "{:?}", key());
}

#[test]
fn a_document_that_cannot_be_read_holds_up_the_end_of_no_other() {
    let bench = Bench::new();
    bench.confirm(&bench.apply(1, &batch(&[scan(0, 60), minute(30)].concat()), START + HOUR).unwrap());
    // Sorts before the other, and was written by a later version.
    let broken = EntityKey { id: "a".to_owned(), ..key() };
    crate::finish_now(bench.engine.wait_for(&broken, Some(0))).unwrap().unwrap();
    let at = state_key(&broken);
    crate::finish_now(bench.engine.store().save(&at, &[u8::MAX], None, None)).unwrap().unwrap();
    let now = START + 2 * DAY;
    let run = Run { batch: 0, settings: &bench.settings, intel: &bench.intel, now, deadline: now + LIFE };

    let due = crate::finish_now(bench.engine.due(&run)).unwrap().unwrap();
    let closed = |entity| crate::finish_now(bench.engine.close(entity, &run)).unwrap();

    assert_eq!(due, [broken, key()]);
    let refused = closed(&due[0]).unwrap_err().to_string();
    assert!(refused.contains("state of a") && refused.contains("delete the item"), "{refused}");
    assert_eq!(closed(&due[1]).unwrap().alerts.len(), 1);
}
