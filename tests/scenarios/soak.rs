//! The shipped scenario again and again, over the embedded store, with a restart between: memory and documents stay as
//! they are.

use std::collections::BTreeSet;
use std::path::Path;

use weir_detection::collect::Collector;
use weir_detection::settings::Settings;
use weir_state::engine::state_key;
use weir_state::{EmbeddedStore, Engine, Run, Store, finish_now};

use crate::batches::{intel, payloads, read, scenario};

/// Seconds that the scenario's days take.
const ROUND: i64 = 4 * 86_400;

/// What a round left behind.
#[derive(Debug)]
struct Round {
    /// Resident memory, KiB.
    memory: u64,
    /// Bytes of the largest state, and of all.
    largest: usize,
    states: usize,
    alerts: usize,
}

/// `WEIR_TEST_ROUNDS` says how many times four days: the first two warm up.
#[test]
#[ignore = "takes minutes: cargo test -p weir-tests --test scenarios -- --ignored --nocapture soak"]
fn weeks_of_traffic_with_restarts_leave_memory_and_documents_as_they_were() {
    let rounds = rounds();
    let folder = tempfile::tempdir().unwrap();
    let (settings, intel) = (Settings::default(), intel(&scenario()));
    let payloads = payloads(&scenario());
    let mut left = Vec::new();
    for round in 0..rounds {
        // A restart: what was not written to the file is lost.
        let store = EmbeddedStore::open(&folder.path().join("state")).unwrap();
        let engine = Engine::new(store);
        let mut seen = BTreeSet::new();
        let mut alerts = 0;
        for (n, ((time, _), lines)) in payloads.iter().enumerate() {
            let lines = later(lines, round * ROUND);
            let mut collector = Collector::new(&settings, &intel);
            read(&lines, &mut collector);
            for observed in collector.take_batch() {
                let now = time + round * ROUND * 1_000;
                let batch = (round as u64) << 32 | n as u64;
                let run = Run { batch, settings: &settings, intel: &intel, now, deadline: now };
                let applied = finish_now(engine.apply(&observed, &run)).unwrap().unwrap();
                let sent: Vec<u64> = applied.alerts.iter().map(|alert| alert.id).collect();
                finish_now(engine.confirm(&observed.key, &sent, now)).unwrap().unwrap();
                alerts += sent.len();
                seen.insert(state_key(&observed.key));
            }
        }
        let keys: Vec<_> = seen.into_iter().collect();
        let stored = finish_now(engine.store().load(&keys)).unwrap().unwrap();
        let bytes: Vec<usize> = stored.iter().flatten().map(|stored| stored.body.len()).collect();
        engine.store().flush().unwrap();
        let largest = *bytes.iter().max().unwrap();
        left.push(Round { memory: memory(), largest, states: bytes.iter().sum(), alerts });
        eprintln!("round {}: {:?}", round + 1, left.last());
    }

    let (warm, last) = (&left[1], left.last().unwrap());
    assert!(last.memory <= warm.memory + warm.memory / 4, "memory grows: {left:?}");
    assert!(last.states <= warm.states + warm.states / 4, "documents grow: {left:?}");
    assert!(last.largest <= 2 * warm.largest, "a document grows: {left:?}");
    assert!(left.iter().all(|round| round.alerts > 0), "{left:?}");
}

/// The same lines so many seconds later.
fn later(lines: &[String], seconds: i64) -> Vec<String> {
    let (header, rows) = lines.split_first().unwrap();
    let place = |name| header.split(' ').position(|have| have == name).unwrap();
    let times = [place("start"), place("end")];
    let shifted = rows.iter().map(|row| {
        let fields = row.split(' ').enumerate().map(|(n, field)| match field.parse::<i64>() {
            Ok(time) if times.contains(&n) => (time + seconds).to_string(),
            _ => field.to_owned(),
        });
        fields.collect::<Vec<_>>().join(" ")
    });
    std::iter::once(header.clone()).chain(shifted).collect()
}

fn memory() -> u64 {
    let status = std::fs::read_to_string(Path::new("/proc/self/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "who runs the test says how long")]
fn rounds() -> i64 {
    let rounds = std::env::var("WEIR_TEST_ROUNDS").map_or(5, |rounds| rounds.parse().unwrap());
    assert!(rounds > 2, "WEIR_TEST_ROUNDS should be at least 3: two rounds warm up");
    rounds
}
