//! Incidents of entities that fall silent.

use weir_detection::finding::Activity;
use weir_detection::state::{DAY, HOUR};

use super::traffic::{START, batch, minute, scan};
use super::{Bench, LIFE, NOW, key};
use crate::engine::Run;
use crate::engine::waiting::Closed;
use crate::memory::MemoryStore;

fn close(bench: &Bench<MemoryStore>, now: i64) -> Closed {
    let run = Run { batch: 0, settings: &bench.settings, intel: &bench.intel, now, deadline: now + LIFE };
    crate::finish_now(bench.engine.close(&run)).unwrap().unwrap()
}

#[test]
fn an_incident_of_an_entity_that_says_no_more_ends_by_the_clock_and_is_told_until_it_is_sent() {
    let bench = Bench::new();
    let applied = bench.apply(1, &batch(&[scan(0, 60), minute(30)].concat()), START + HOUR).unwrap();
    bench.confirm(&applied);
    // A day after the bucket, the lateness and an hour for what is on its way.
    let over = START + DAY + HOUR + bench.settings.lateness;

    let early = close(&bench, over - 1);
    assert_eq!((early.alerts.len(), early.waiting), (0, 1));
    let (first, second) = (close(&bench, over + HOUR), close(&bench, over + HOUR + LIFE - 1));
    assert_eq!((first.alerts.len(), second.alerts.len()), (1, 0), "its first sender may still be at it");
    let retry = close(&bench, over + HOUR + LIFE);

    let (entity, alert) = &retry.alerts[0];
    assert_eq!((entity, alert), (&first.alerts[0].0, &first.alerts[0].1));
    assert_eq!((alert.finding.activity, alert.finding.count), (Activity::Close, 2));
    assert_eq!(alert.finding.uid, applied.alerts[0].finding.uid);
    crate::finish_now(bench.engine.confirm(entity, &[alert.id], NOW)).unwrap().unwrap();
    assert_eq!(close(&bench, over + 2 * HOUR), Closed::default());
    assert!(crate::finish_now(bench.engine.waiting()).unwrap().unwrap().entities.is_empty());
}

#[test]
fn an_entity_that_goes_on_is_waited_for_as_long() {
    let bench = Bench::new();
    bench.confirm(&bench.apply(1, &batch(&[scan(0, 60), minute(30)].concat()), NOW).unwrap());
    bench.confirm(&bench.apply(2, &batch(&[scan(60, 60), minute(90)].concat()), NOW).unwrap());
    let over = START + DAY + HOUR + bench.settings.lateness;

    let closed = close(&bench, over + HOUR / 2);

    assert_eq!((closed.alerts.len(), closed.waiting), (0, 1));
    assert_eq!(close(&bench, over + 2 * HOUR).alerts.len(), 1);
    let state = bench.document().state;
    assert!(state.incidents.iter().all(|incident| incident.open.is_none()), "{:?}", key());
}
