//! The shipped scenario as a log subscription delivers it: one interface and a few minutes a payload.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use weir_detection::collect::Collector;
use weir_detection::finding::{Finding, Severity};
use weir_detection::settings::Settings;
use weir_intel::Intel;
use weir_records::vpc_flow::{Line, Lines};
use weir_state::engine::state_key;
use weir_state::{Engine, MemoryStore, Resident, Run, Store, finish_now};

use crate::files;

/// Minutes of records in a payload.
const MINUTES: i64 = 2;

#[test]
pub(crate) fn payloads_of_minutes_open_the_incidents_that_a_replay_opens_and_documents_stay_small() {
    let (settings, intel) = (Settings::default(), intel(&scenario()));
    let payloads = payloads(&scenario());
    let mut resident = Resident::default();
    let mut replayed = Vec::new();
    let mut collector = Collector::new(&settings, &intel);
    for lines in payloads.values() {
        read(lines, &mut collector);
    }
    for observed in collector.take(None).into_iter().flatten() {
        replayed.extend(resident.apply(&observed, &settings, &intel).unwrap().findings);
    }

    let engine = Engine::new(MemoryStore::new());
    let mut delivered = Vec::new();
    let mut sizes: BTreeMap<String, usize> = BTreeMap::new();
    for (n, ((time, _), lines)) in payloads.iter().enumerate() {
        let mut collector = Collector::new(&settings, &intel);
        read(lines, &mut collector);
        for observed in collector.take_batch() {
            let now = *time;
            let run = Run { batch: n as u64, settings: &settings, intel: &intel, now, deadline: now };
            let applied = finish_now(engine.apply(&observed, &run)).unwrap().unwrap();
            let sent: Vec<u64> = applied.alerts.iter().map(|alert| alert.id).collect();
            finish_now(engine.confirm(&observed.key, &sent, now)).unwrap().unwrap();
            delivered.extend(applied.alerts.into_iter().map(|alert| alert.finding));
            let key = state_key(&observed.key);
            let stored = finish_now(engine.store().load(std::slice::from_ref(&key))).unwrap().unwrap();
            let size = stored[0].as_ref().map_or(0, |stored| stored.body.len());
            let largest = sizes.entry(key.partition).or_default();
            *largest = (*largest).max(size);
        }
    }

    let (replayed, delivered) = (told(&replayed), told(&delivered));
    let missing: Vec<_> = replayed.difference(&delivered).collect();
    let surplus: Vec<_> = delivered.difference(&replayed).collect();
    assert!(missing.is_empty() && surplus.is_empty(), "missing {missing:?}, surplus {surplus:?}");
    let mut sizes: Vec<usize> = sizes.into_values().collect();
    sizes.sort_unstable();
    assert!(sizes[sizes.len() / 2] <= 2_500, "half of the documents: {sizes:?}");
    assert!(sizes[sizes.len() * 9 / 10] <= 4_500, "nine in ten documents: {sizes:?}");
}

/// Incidents with the highest severity that was told of them; what is only recorded is left out.
fn told(findings: &[Finding]) -> BTreeSet<(String, Severity)> {
    let mut told: BTreeMap<&str, Severity> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.severity > Severity::Info) {
        let severity = told.entry(&finding.uid).or_insert(finding.severity);
        *severity = (*severity).max(finding.severity);
    }
    told.into_iter().map(|(uid, severity)| (uid.to_owned(), severity)).collect()
}

/// Lines by delivery time (milliseconds) and interface, each with the header before it.
pub(crate) fn payloads(world: &Path) -> BTreeMap<(i64, String), Vec<String>> {
    let mut payloads: BTreeMap<(i64, String), Vec<String>> = BTreeMap::new();
    for (_, bytes) in files(&world.join("flow-logs")) {
        let text = std::io::read_to_string(flate2::bufread::MultiGzDecoder::new(bytes.as_slice())).unwrap();
        let mut lines = text.lines();
        let header = lines.next().unwrap();
        let place = |name| header.split(' ').position(|have| have == name).unwrap();
        let (interface, end) = (place("interface-id"), place("end"));
        for line in lines {
            let values: Vec<&str> = line.split(' ').collect();
            let until: i64 = values[end].parse().unwrap();
            let delivered = (until.div_euclid(60 * MINUTES) + 1) * 60 * MINUTES * 1_000;
            payloads
                .entry((delivered, values[interface].to_owned()))
                .or_insert_with(|| vec![header.to_owned()])
                .push(line.to_owned());
        }
    }
    payloads
}

pub(crate) fn read(lines: &[String], collector: &mut Collector<'_>) {
    let mut reader = Lines::new(None);
    for line in lines {
        match reader.read(line, None) {
            Line::Flow(flow) => collector.push(&flow),
            Line::Loss(loss) => collector.push_loss(&loss),
            Line::Reject(reason) => panic!("{reason:?}"),
            Line::Header | Line::Blank => {}
        }
    }
}

pub(crate) fn intel(world: &Path) -> Intel {
    let files = std::fs::read_dir(world.join("intel")).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap())
    });
    let (intel, faults) = Intel::load(files.collect::<Vec<_>>());
    assert!(faults.is_empty(), "{faults:?}");
    intel
}

pub(crate) fn scenario() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../events/scenario")
}
