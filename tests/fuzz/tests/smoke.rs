//! Every target over its seeds and a few hundred changes of each target: what libFuzzer does for hours, for seconds.

use std::panic::catch_unwind;

use fastrand::Rng;
use weir_fuzz::change::change;
use weir_fuzz::{TARGETS, Target, seeds};
use weir_records::{ReadOptions, RecordReader};

/// Changed inputs per target.
const CHANGES: usize = 400;

fn smoke(name: &str) {
    let target: Target = *TARGETS.iter().find(|target| target.name == name).unwrap();
    let seeds = (target.seeds)();
    assert!(seeds.len() > 1, "{name} has {} seeds", seeds.len());
    let mut rng = Rng::with_seed(7);
    let changed = (0..CHANGES)
        .map(|_| change(&seeds[rng.usize(0..seeds.len())], &seeds[rng.usize(0..seeds.len())], &mut rng));
    for bytes in seeds.iter().cloned().chain(changed) {
        let input = bytes.clone();
        let done = catch_unwind(move || (target.run)(&bytes));
        assert!(done.is_ok(), "{name} breaks on {:?}", String::from_utf8_lossy(&input));
    }
}

macro_rules! smoke {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            smoke(stringify!($name));
        })*

        #[test]
        fn every_target_is_here() {
            let named = [$(stringify!($name)),*];
            assert_eq!(TARGETS.map(|target| target.name), named);
        }
    };
}

smoke!(decode document envelope intel read replay rows settings step);

#[test]
fn every_seed_of_a_log_holds_a_record_so_that_its_changes_reach_the_parser() {
    for seed in seeds::sources() {
        let mut reader = RecordReader::open(seed.as_slice(), &ReadOptions::default()).unwrap();
        while reader.next().unwrap().is_some() {}
        let counts = reader.counts();
        assert!(
            counts.records > 0 && counts.rejects.is_empty(),
            "{counts:?}: {}",
            String::from_utf8_lossy(&seed)
        );
    }
}
