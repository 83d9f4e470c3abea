//! A run over a file, and the same over the engine.

use weir_detection::settings::Settings;
use weir_detection::state::EntityState;
use weir_intel::Intel;

use super::Resident;
use crate::embedded::EmbeddedStore;
use crate::engine::tests::traffic::{batch, minute, scan};
use crate::engine::tests::{Bench, NOW, key};

#[test]
fn a_run_cut_in_two_by_the_file_ends_like_one_that_was_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weir.state");
    let mut whole = Resident::default();
    let said = run(&mut whole, 0..300);

    let mut first = Resident::over(EmbeddedStore::open(&path).unwrap());
    let mut said_in_parts = run(&mut first, 0..200);
    first.flush().unwrap();
    drop(first);
    let mut second = Resident::over(EmbeddedStore::open(&path).unwrap());
    said_in_parts.extend(run(&mut second, 200..300));

    assert_eq!(said.len(), 1);
    assert_eq!(said_in_parts, said);
    let encoded = |run: &Resident| run.state(&key()).unwrap().encode().unwrap();
    assert_eq!(encoded(&second), encoded(&whole));
}

#[test]
fn a_run_in_memory_comes_to_what_the_engine_comes_to() {
    let bench = Bench::new();
    let mut resident = Resident::default();
    let said = run(&mut resident, 0..300);

    let mut alerted = Vec::new();
    for n in 0..300 {
        alerted.extend(bench.apply(n as u64 + 1, &traffic(n), NOW).unwrap().alerts);
    }

    let mut state = bench.document().state;
    // The engine merges a finished hour with the batch after the one that finished it.
    state.season.forget_finished();
    let resident = resident.state(&key()).unwrap().encode().unwrap();
    assert_eq!(EntityState::decode(&resident).unwrap(), state);
    assert_eq!(alerted.into_iter().map(|alert| alert.finding).collect::<Vec<_>>(), said);
}

fn run(resident: &mut Resident, minutes: std::ops::Range<i64>) -> Vec<weir_detection::Finding> {
    let (settings, intel) = (Settings::default(), Intel::default());
    let apply = |n| resident.apply(&traffic(n), &settings, &intel).unwrap().findings;
    minutes.flat_map(apply).collect()
}

/// A minute; in one of them a scan of no more hosts than a document keeps.
fn traffic(n: i64) -> weir_detection::observation::Observations {
    batch(&[minute(n), if n == 150 { scan(n, 26) } else { Vec::new() }].concat())
}
