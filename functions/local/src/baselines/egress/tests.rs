use super::*;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use weir_detection::collect::Collector;
use weir_records::{Entry, ReadOptions, RecordReader};

use crate::baselines::sums::parts;
use crate::baselines::windows::Windows;
use crate::options::By;

/// The detection judges the same figures that a user reads.
#[test]
fn every_window_of_the_shipped_scenario_has_the_bytes_that_the_detection_counts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/scenario");
    let intel = crate::input::intel(Some(&folder.join("intel"))).unwrap();
    let settings = Settings::default();
    let mut collector = Collector::new(&settings, &intel);
    let mut egress = Egress::new(&settings, &intel);
    let mut windows = Windows::new(By::Share);
    let files = crate::input::files(&[folder.join("flow-logs")]).unwrap();
    // A day is enough, and a debug build is slow.
    for file in files.iter().take(4) {
        let mut reader = RecordReader::open(File::open(file).unwrap(), &ReadOptions::default()).unwrap();
        while let Some(entry) = reader.next().unwrap() {
            let Entry::Flow(flow) = entry else { continue };
            collector.push(&flow);
            if let Some(share) = egress.share(&flow) {
                windows.add((flow.start, flow.end), share).unwrap();
            }
        }
    }
    let mut detected = BTreeMap::new();
    for observed in collector.take(None).into_iter().flatten() {
        for row in observed.rows.iter().filter(|row| row.sums.bytes_out > 0) {
            *detected.entry((observed.key.id.clone(), row.bucket)).or_insert(0) += row.sums.bytes_out;
        }
    }

    assert_eq!(collector.counts().duplicates, 0);
    assert!(detected.len() > 1_000);
    assert_eq!(sums(windows, &egress), detected);
}

#[test]
fn what_a_nat_gateway_says_counts_once_and_for_the_address_behind_it() {
    // The gateway's interface sees the packet of 10.0.0.5, which logs too, and of 10.0.0.6, which does not.
    let log = "\
interface-id srcaddr dstaddr pkt-srcaddr pkt-dstaddr bytes start end action flow-direction
eni-nat 10.0.0.5 10.0.9.9 10.0.0.5 203.0.113.7 100 60 119 ACCEPT ingress
eni-nat 10.0.0.6 10.0.9.9 10.0.0.6 203.0.113.7 20 60 119 ACCEPT ingress
eni-nat 10.0.9.9 203.0.113.7 10.0.9.9 203.0.113.7 120 60 119 ACCEPT egress
eni-a 10.0.0.5 203.0.113.7 10.0.0.5 203.0.113.7 100 60 119 ACCEPT egress
";
    assert_eq!(totals(log), [("10.0.0.6@eni-nat", 20), ("eni-a", 100)]);
}

#[test]
fn only_accepted_bytes_to_the_outside_count() {
    let log = "\
interface-id srcaddr dstaddr pkt-dst-aws-service bytes start end action flow-direction
eni-a 10.0.0.5 203.0.113.7 - 1 60 119 ACCEPT egress
eni-a 10.0.0.5 203.0.113.7 EC2 2 60 119 ACCEPT egress
eni-a 10.0.0.5 203.0.113.7 - 4 60 119 REJECT egress
eni-a 10.0.0.5 203.0.113.7 S3 8 60 119 ACCEPT egress
eni-a 10.0.0.5 172.16.0.1 - 16 60 119 ACCEPT egress
eni-a 203.0.113.7 10.0.0.5 - 32 60 119 ACCEPT ingress
eni-a 10.0.0.5 224.0.0.251 - 64 60 119 ACCEPT egress
eni-a 10.0.0.5 203.0.113.7 - - 60 119 ACCEPT egress
";
    assert_eq!(totals(log), [("eni-a", 3)]);
}

#[test]
fn without_a_direction_the_interface_s_own_address_tells_it() {
    // A public address on the interface itself: what it shares with earlier records is its own.
    let log = "\
2 1 eni-a 10.0.0.5 203.0.113.7 50000 443 6 1 100 60 119 ACCEPT OK
2 1 eni-a 203.0.113.7 10.0.0.5 443 50000 6 1 900 60 119 ACCEPT OK
2 1 eni-b 198.51.100.1 203.0.113.7 50000 443 6 1 10 60 119 ACCEPT OK
2 1 eni-b 203.0.113.8 198.51.100.1 443 50000 6 1 90 60 119 ACCEPT OK
";
    assert_eq!(totals(log), [("eni-a", 100), ("eni-b", 10)]);
}

fn totals(log: &str) -> Vec<(&'static str, u64)> {
    let (settings, intel) = (Settings::default(), Intel::default());
    let mut egress = Egress::new(&settings, &intel);
    let mut windows = Windows::new(By::Share);
    let mut reader = RecordReader::open(log.as_bytes(), &ReadOptions::default()).unwrap();
    while let Some(entry) = reader.next().unwrap() {
        if let Entry::Flow(flow) = entry
            && let Some(share) = egress.share(&flow)
        {
            windows.add((flow.start, flow.end), share).unwrap();
        }
    }
    let mut totals = BTreeMap::new();
    for ((name, _), bytes) in sums(windows, &egress) {
        *totals.entry(name).or_insert(0) += bytes;
    }
    totals.into_iter().map(|(name, bytes)| (&*name.leak(), bytes)).collect()
}

fn sums(windows: Windows, egress: &Egress<'_>) -> BTreeMap<(String, i64), u64> {
    let mut sorted = windows.into_sorted().unwrap();
    std::iter::from_fn(|| sorted.next().unwrap())
        .filter_map(|(key, bytes)| {
            let (entity, window) = parts(key);
            Some(((egress.name(entity)?.to_owned(), i64::from(window) * 300_000), bytes))
        })
        .collect()
}
