//! What a host's document costs: DynamoDB charges a write by the kilobyte.

use super::linux::{connect, exec};
use super::macos::{unified, unsigned};
use super::*;

/// Bytes of a host's document after a log of which nothing is vouched for, and those of its prints among them.
fn size(log: &str) -> (usize, usize) {
    let (settings, intel) = (Settings::default(), Intel::default());
    let mut reader = RecordReader::open(log.as_bytes(), &ReadOptions::default()).unwrap();
    let mut telemetry = Vec::new();
    while let Some(entry) = reader.next().unwrap() {
        if let Entry::Telemetry(told) = entry {
            telemetry.push(*told);
        }
    }
    let mut state = HostState::default();
    let batch: Vec<&Telemetry> = telemetry.iter().collect();
    step(&mut state, &batch, None, &Beside { settings: &settings, intel: &intel });
    let bytes = |value: &HostState| postcard::to_allocvec(value).unwrap().len();
    (bytes(&state), postcard::to_allocvec(&state.seen).unwrap().len())
}

#[test]
fn a_hosts_document_stays_small_and_its_prints_are_of_the_buckets_that_wait() {
    let program = |n: i64| format!("/opt/agents/agent-{n}");
    let dials = |n: i64, minutes: i64| -> String {
        (0..minutes)
            .map(|minute| connect(minute * 60 + n % 60, &program(n), [203, 0, (minute % 40) as u8, n as u8]))
            .collect()
    };
    let server: String = (0..5).map(|n| exec(n, &program(n), 0, &["agent"]) + &dials(n, 180)).collect();
    let crowded: String = (0..80).map(|n| dials(n, 180)).collect();
    // 12 connections in five minutes with bytes, three hours.
    let laptop = unsigned("/opt/relayd") + &unified("relayd");
    let (server, crowded, laptop) = (size(&server), size(&crowded), size(&laptop));
    eprintln!("server {server:?}, crowded {crowded:?}, laptop {laptop:?}");
    assert!(server.0 < 6_000 && server.1 < 100, "{server:?}");
    assert!(crowded.0 < 10_000, "{crowded:?}");
    assert!(laptop.0 < 3_000 && laptop.1 < 5 * 13 * 5, "{laptop:?}");
}
