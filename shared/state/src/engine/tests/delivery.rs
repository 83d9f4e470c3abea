//! Batches that come again, at once, late, in pieces.

use proptest::prelude::*;
use weir_detection::finding::{Finding, Learning, Severity};
use weir_detection::state::EntityState;
use weir_records::Flow;

use super::traffic::{START, batch, minute, no_data, scan};
use super::{Bench, LIFE, NOW, key};
use crate::engine::document::Document;
use crate::engine::state_key;
use crate::engine::told::{Channel, Told};
use crate::memory::MemoryStore;
use crate::store::{Key, Store};

#[test]
fn a_batch_that_comes_three_times_changes_the_numbers_once_and_alerts_once() {
    let bench = Bench::new();
    let scanned = batch(&[scan(0, 60), minute(30)].concat());

    let first = bench.apply(1, &scanned, NOW).unwrap();
    let document = bench.document();
    let again = [bench.apply(1, &scanned, NOW + 5).unwrap(), bench.apply(1, &scanned, NOW + 9).unwrap()];

    assert_eq!(first.alerts.len(), 1);
    assert!(!first.repeated);
    for applied in &again {
        assert!(applied.repeated && applied.alerts.is_empty() && applied.elsewhere == 1, "{applied:?}");
    }
    assert_eq!(bench.document(), document);
    bench.confirm(&first);
    assert_eq!(bench.apply(1, &scanned, NOW + 99).unwrap().elsewhere, 0);
}

#[test]
fn an_alert_that_nobody_confirmed_is_sent_by_the_retry_and_by_the_next_batch_after_the_deadline() {
    let (retried, followed) = (Bench::new(), Bench::new());
    let scanned = batch(&[scan(0, 60), minute(30)].concat());
    let id = retried.apply(1, &scanned, NOW).unwrap().alerts[0].id;
    followed.apply(1, &scanned, NOW).unwrap();

    let early = retried.apply(1, &scanned, NOW + LIFE - 1).unwrap();
    let retry = retried.apply(1, &scanned, NOW + LIFE).unwrap();
    let next = followed.apply(2, &batch(&minute(31)), NOW + LIFE).unwrap();

    assert!(early.alerts.is_empty(), "its first sender may still be at it");
    assert_eq!((retry.alerts[0].id, next.alerts[0].id), (id, id));
    retried.confirm(&retry);
    assert!(retried.apply(1, &scanned, NOW + 2 * LIFE).unwrap().alerts.is_empty());
}

#[test]
fn what_subscribers_have_and_a_chat_has_not_is_for_the_chat_alone_and_not_for_ever() {
    let bench = Bench::new();
    let first = bench.apply(1, &batch(&[scan(0, 60), minute(30)].concat()), NOW).unwrap();
    assert_eq!(first.alerts[0].told, Told::default());
    let mut have = Told::default();
    have.add(Channel::Subscribers);
    have.add(Channel::Bus);
    let mut tries = 1;
    let mut told = first;
    while let [alert] = &told.alerts[..] {
        crate::finish_now(bench.engine.settle(&key(), &[], &[(alert.id, have)], NOW)).unwrap().unwrap();
        // At once, and not after the deadline: nobody is at it any more.
        told = bench.apply(1 + tries, &batch(&minute(30 + tries as i64)), NOW).unwrap();
        assert!(told.alerts.iter().all(|alert| alert.told == have));
        tries += u64::from(!told.alerts.is_empty());
    }
    assert_eq!(tries, 8);
}

#[test]
fn while_sns_takes_nothing_a_document_keeps_the_latest_and_the_gravest_report_of_each_incident() {
    let bench = Bench::new();
    let told = bench.apply(1, &batch(&[scan(0, 60), minute(30)].concat()), NOW).unwrap();
    let finding = &told.alerts[0].finding;
    let report =
        |uid: &str, count, severity| Finding { uid: uid.to_owned(), count, severity, ..finding.clone() };
    let mut document = Document::<EntityState>::default();

    document.queue(vec![report("grave", 1, Severity::Critical), report("other", 1, Severity::Low)]);
    for count in 2..=14 {
        document.queue(vec![report("grave", count, Severity::Medium)]);
    }
    let (few, _) = document.claim(NOW, NOW);
    document.queue(vec![report("other", 2, Severity::Low)]);
    for count in 15..=2_000 {
        document.queue(vec![report("grave", count, Severity::Medium)]);
    }
    let (kept, _) = document.claim(NOW, NOW);

    assert_eq!(few.len(), 15, "below the bound all stay");
    assert_eq!(kept.len(), 16);
    let has = |uid: &str, count| kept.iter().any(|it| it.finding.uid == uid && it.finding.count == count);
    assert!(has("grave", 1) && has("grave", 2_000) && has("other", 2) && !has("other", 1), "{kept:?}");
    assert!(document.encode().unwrap().len() < 40_000);
}

#[test]
fn concurrent_writers_lose_no_batch_and_tell_one_incident_once() {
    let bench = Bench::new();
    // Different targets, all within the lateness.
    let batches: Vec<_> = (0..14).map(|n| batch(&[scan(n, 60), minute(n)].concat())).collect();
    let alerts = std::sync::atomic::AtomicUsize::new(0);

    std::thread::scope(|scope| {
        for writer in 0..4 {
            let (bench, batches, alerts) = (&bench, &batches, &alerts);
            scope.spawn(move || {
                // Every batch is delivered by two of the writers, from different ends.
                let mut order: Vec<usize> = (0..14).filter(|n| n % 2 == writer % 2).collect();
                if writer > 1 {
                    order.reverse();
                }
                for n in order {
                    let applied = bench.apply(n as u64 + 1, &batches[n], NOW).unwrap();
                    alerts.fetch_add(applied.alerts.len(), std::sync::atomic::Ordering::Relaxed);
                }
            });
        }
    });
    let last = bench.apply(99, &batch(&minute(300)), NOW).unwrap();
    let told = alerts.into_inner() + last.alerts.len();

    let state = bench.document().state;
    let (_, sum) = state.days[0];
    assert_eq!(sum, 14 * 41_500 + 14 * 60 * 44);
    assert_eq!(told, 1);
}

#[test]
fn a_batch_older_than_what_was_judged_changes_nothing() {
    let bench = Bench::new();
    bench.apply(1, &batch(&[minute(0), minute(60)].concat()), NOW).unwrap();
    let document = bench.document();

    let late = bench.apply(2, &batch(&scan(0, 60)), NOW).unwrap();

    assert_eq!((late.late, late.windows, late.baseline, late.alerts.len()), (1, 0, None, 0));
    assert_eq!(bench.document(), document);
}

#[test]
fn no_data_closes_what_is_open_and_makes_no_document_by_itself() {
    let bench = Bench::new();
    bench.apply(1, &no_data(0), NOW).unwrap();
    assert_eq!(bench.engine.store().documents(), 0);
    bench.apply(2, &batch(&scan(0, 60)), NOW).unwrap();

    let applied = bench.apply(3, &no_data(30), NOW).unwrap();

    assert_eq!((applied.windows, applied.alerts.len()), (1, 1));
    assert_eq!(applied.baseline, Some(Learning::Learning));
}

#[test]
fn a_nat_gateways_word_counts_until_the_hosts_own_log_is_read() {
    let bench = Bench::new();
    let mut behind = batch(&minute(0));
    behind.key.id = "10.0.0.5@eni-00000000000000nat".to_owned();

    assert!(!bench.apply(1, &behind, NOW).unwrap().counted_elsewhere);
    bench.apply(2, &batch(&minute(0)), NOW).unwrap();
    assert!(bench.apply(3, &behind, NOW).unwrap().counted_elsewhere);
}

#[test]
fn a_quiet_interfaces_document_stays_under_a_kilobyte() {
    let bench = Bench::new();
    let mut largest = 0;
    for n in 0..26 * 60 {
        bench.apply(n as u64 + 1, &batch(&minute(n)), NOW).unwrap();
        let stored = crate::finish_now(bench.engine.store().load(&[state_key(&key())])).unwrap().unwrap();
        largest = largest.max(stored[0].as_ref().unwrap().body.len());
    }

    assert!((400..=1_024).contains(&largest), "{largest} bytes");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn order_batching_and_repeats_of_what_comes_in_time_change_nothing(plan in plan()) {
        // A quarter of an hour: within the lateness of a young entity. Fewer partners than are kept.
        let flows: Vec<_> = (0..15).flat_map(|n| [minute(n), scan(n, 4)].concat()).collect();
        let (whole, pieces) = (Bench::new(), Bench::new());
        whole.apply(1, &batch(&flows), NOW).unwrap();
        deliver(&pieces, &flows, &plan);

        prop_assert_eq!(closed(&pieces), closed(&whole));
    }

    #[test]
    fn a_document_of_any_deliveries_reads_back_and_one_of_a_later_version_is_refused_with_the_remedy(
        plan in plan(),
    ) {
        let bench = Bench::new();
        let flows: Vec<_> = (0..15).flat_map(|n| [minute(n), scan(n, 40)].concat()).collect();
        deliver(&bench, &flows, &plan);
        let mut document = bench.document();
        let bytes = document.encode().unwrap();
        let mut read = Document::<EntityState>::decode(&bytes).unwrap();
        prop_assert_eq!(&read, &document);
        prop_assert_eq!(read.encode().unwrap(), bytes.clone());
        prop_assert_eq!(EntityState::decode(&document.state.encode().unwrap()).unwrap(), document.state.clone());

        let later = |bytes: &[u8]| [&[bytes[0] + 1], &bytes[1..]].concat();
        prop_assert!(EntityState::decode(&later(&document.state.encode().unwrap())).is_err());
        let at = state_key(&key());
        let store = bench.engine.store();
        let version = crate::finish_now(store.load(std::slice::from_ref(&at))).unwrap().unwrap();
        let version = version[0].as_ref().map(|stored| stored.version);
        crate::finish_now(store.save(&at, &later(&bytes), version, None)).unwrap().unwrap();
        let refused = bench.apply(99, &batch(&minute(20)), NOW).unwrap_err().to_string();
        prop_assert!(refused.contains("deploy the version that wrote it"), "{}", refused);
    }

    #[test]
    fn a_scan_of_more_hosts_than_are_kept_is_told_once_however_it_is_cut(plan in plan()) {
        let flows: Vec<_> = (0..15).flat_map(|n| [minute(n), scan(n, 40)].concat()).collect();
        let (whole, pieces) = (Bench::new(), Bench::new());
        whole.apply(1, &batch(&flows), NOW).unwrap();
        deliver(&pieces, &flows, &plan);

        let (whole, pieces) = (closed(&whole), closed(&pieces));

        prop_assert_eq!(&whole.days, &pieces.days);
        let told = |state: &EntityState| -> Vec<_> {
            state.incidents.iter().map(|it| (it.group, it.severity, it.count)).collect()
        };
        prop_assert_eq!(told(&whole).len(), 1);
        prop_assert_eq!(told(&whole), told(&pieces));
    }
}

/// Where to cut, in which order to deliver the pieces, and which of them to deliver again.
type Plan = (Vec<prop::sample::Index>, Vec<usize>, Vec<usize>);

fn plan() -> impl Strategy<Value = Plan> {
    (
        proptest::collection::vec(any::<prop::sample::Index>(), 0..8),
        Just((0..9_usize).collect::<Vec<_>>()).prop_shuffle(),
        proptest::collection::vec(0_usize..9, 0..4),
    )
}

fn deliver(bench: &Bench<MemoryStore>, flows: &[Flow<'_>], (cuts, order, repeats): &Plan) {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(flows.len())).collect();
    cuts.extend([0, flows.len()]);
    cuts.sort_unstable();
    cuts.dedup();
    for n in order.iter().chain(repeats) {
        if let Some([from, to]) = cuts.get(*n..n + 2) {
            bench.apply(*n as u64 + 10, &batch(&flows[*from..*to]), NOW).unwrap();
        }
    }
}

/// The state once everything is judged.
fn closed(bench: &Bench<MemoryStore>) -> EntityState {
    bench.apply(1_000, &no_data(100), NOW).unwrap();
    let state = bench.document().state;
    assert!(state.open.is_empty() && state.first_seen == START, "{:?}", key());
    state
}

#[test]
fn that_an_address_has_a_log_of_its_own_is_kept_as_long_as_its_document_and_noted_again_before() {
    let bench = Bench::new();
    let mark = || {
        let key = Key { partition: "123456789012/address/10.0.0.5".to_owned(), sort: "logged".to_owned() };
        let loaded = crate::finish_now(bench.engine().store().load(&[key])).unwrap().unwrap();
        loaded.into_iter().next().flatten().map(|stored| (stored.version, stored.expires.unwrap()))
    };
    let day = |day: i64| {
        bench.apply(10 + day as u64, &batch(&minute(day * 1_440)), NOW + day * 86_400_000).unwrap()
    };
    day(0);
    let first = mark().unwrap();
    assert_eq!(first.1, NOW / 1_000 + 60 * 86_400);
    (1..=60).for_each(|n| {
        day(n);
    });
    let last = mark().unwrap();
    assert!(last.1 > NOW / 1_000 + 60 * 86_400, "it would be gone by now");
    assert!((1..=2).contains(&(last.0 - first.0)), "{} times in 60 days", last.0 - first.0);
}
