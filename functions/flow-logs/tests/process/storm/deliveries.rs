//! The shipped scenario as Kinesis delivers it: in order, and every interface's records a payload.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use serde_json::{Value, json};
use weir_lambda::packed;

/// Whose records are delivered: a relay, one through Tor, a scan, a flood, a torrent, what is behind a NAT gateway, and
/// three that nobody misuses. More of them make more requests, and no other ones.
const INTERFACES: [&str; 9] = [
    "eni-0e3476c8939b4e3e8",
    "eni-0e993299c7b9018b3",
    "eni-0efd936edc43586a8",
    "eni-0c91f2a9c6dfb57dc",
    "eni-009f6d8787ab83ba6",
    "eni-00a2e9d7223822cdc",
    "eni-056d989961012e630",
    "eni-089b9ce32c912461e",
    "eni-022521a198894cd0f",
];

/// A record of the stream: its sequence number, and a payload of CloudWatch Logs.
pub(crate) type Record = (String, String);

/// What the stream holds.
pub(crate) struct Deliveries {
    /// The fields of the flow logs, as `WEIR_FLOW_FORMAT` has them.
    pub(crate) format: String,
    /// Batches, one a record, in the order of their event time; each event has up to three.
    pub(crate) events: Vec<Vec<Record>>,
}

impl Deliveries {
    /// The scenario's four days in about so many batches.
    pub(crate) fn of(batches: usize, dice: &mut fastrand::Rng) -> Self {
        let (header, lines) = lines();
        let place = |name| header.split(' ').position(|have| have == name).unwrap();
        let (interface, end) = (place("interface-id"), place("end"));
        let field = |line: &str, place: usize| line.split(' ').nth(place).unwrap().to_owned();
        let times: Vec<usize> = lines.iter().map(|line| field(line, end).parse().unwrap()).collect();
        let (first, last) = (*times.iter().min().unwrap(), *times.iter().max().unwrap());
        let slots = batches.div_ceil(INTERFACES.len());
        let mut payloads: BTreeMap<(usize, String), Vec<&str>> = BTreeMap::new();
        for (line, time) in lines.iter().zip(&times) {
            let slot = (time - first) * slots / (last - first + 1);
            payloads.entry((slot, field(line, interface))).or_default().push(line);
        }
        let records = payloads.iter().enumerate().map(|(nth, ((_, interface), lines))| {
            let number = format!("{nth:018}");
            let payload = packed(logs(&number, interface, lines).to_string().as_bytes());
            (number, payload)
        });
        let mut records: VecDeque<Record> = records.collect();
        let mut events = Vec::new();
        while !records.is_empty() {
            let many = [1, 1, 1, 2, 3][dice.usize(0..5)].min(records.len());
            events.push(records.drain(..many).collect());
        }
        let format = header.split(' ').map(|name| format!("${{{name}}}")).collect::<Vec<_>>().join(" ");
        Self { format, events }
    }

    /// How many batches there are.
    pub(crate) fn batches(&self) -> usize {
        self.events.iter().map(Vec::len).sum()
    }
}

/// An event, or what is left of it.
pub(crate) fn event(records: &[Record]) -> String {
    let record = |(number, data): &Record| {
        json!({"eventID": format!("shard:{number}"), "eventSource": "aws:kinesis",
            "kinesis": {"sequenceNumber": number, "partitionKey": "p", "data": data}})
    };
    json!({"Records": records.iter().map(record).collect::<Vec<_>>()}).to_string()
}

/// Where the scenario is.
pub(crate) fn scenario() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/scenario")
}

/// The header, and the lines of those interfaces.
fn lines() -> (String, Vec<String>) {
    let folder = std::fs::read_dir(scenario().join("flow-logs")).unwrap();
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let (mut header, mut all) = (String::new(), Vec::new());
    for file in files {
        let text = std::io::read_to_string(MultiGzDecoder::new(&*std::fs::read(file).unwrap())).unwrap();
        let mut lines = text.lines();
        header = lines.next().unwrap().to_owned();
        let wanted = |line: &&str| INTERFACES.iter().any(|interface| line.contains(interface));
        all.extend(lines.filter(wanted).map(str::to_owned));
    }
    (header, all)
}

fn logs(number: &str, interface: &str, lines: &[&str]) -> Value {
    let event =
        |(n, line): (usize, &&str)| json!({"id": format!("{number}{n:06}"), "timestamp": 0, "message": line});
    json!({
        "messageType": "DATA_MESSAGE",
        "owner": "602673609652",
        "logGroup": "flow-logs",
        "logStream": format!("{interface}-all"),
        "subscriptionFilters": ["weir"],
        "logEvents": lines.iter().enumerate().map(event).collect::<Vec<_>>(),
    })
}
