//! Endpoint, container and sensor logs: what their records become.

use serde_json::{Value, json};

use super::*;

mod linux;
mod sensors;
mod windows;

/// Every record as `weir parse` prints it; of a reject its code.
fn records(text: &str) -> Vec<Value> {
    records_of(text, &ReadOptions::default())
}

fn records_of(text: &str, options: &ReadOptions) -> Vec<Value> {
    let mut reader = RecordReader::open(text.as_bytes(), options).unwrap();
    let mut records = Vec::new();
    while let Some(entry) = reader.next().unwrap() {
        match entry {
            Entry::Telemetry(telemetry) => records.push(serde_json::to_value(telemetry).unwrap()),
            Entry::Flow(flow) => records.push(serde_json::to_value(crate::Normalised::from(&flow)).unwrap()),
            Entry::Reject(reject) => records.push(json!({"reject": reject.reason.code()})),
            Entry::Loss(_) | Entry::Control => {}
        }
    }
    records
}

/// The only record of `text`.
fn record(text: &str) -> Value {
    let records = records(text);
    assert_eq!(records.len(), 1, "{records:?}");
    records.into_iter().next().unwrap()
}

/// The member at a JSON pointer of each record.
fn each(text: &str, pointer: &str) -> Vec<Value> {
    records(text).iter().map(|record| record.pointer(pointer).cloned().unwrap_or(Value::Null)).collect()
}
