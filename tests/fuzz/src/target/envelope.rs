//! Lambda events and CloudWatch payloads: rows that come together are the events that come one by one.

use weir_records::envelope::{Content, LogsPayload, Scratch, Told, open, open_record};
use weir_records::vpc_flow::{Line, Lines};

const CAP: usize = 1 << 20;

pub(crate) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let parts = open(text).unwrap_or_default();
    for part in parts.into_iter().chain(open_record(text)) {
        match part.content {
            Content::Data(data) => {
                let mut scratch = Scratch::default();
                if let Ok(payload) = data.open(&mut scratch, CAP) {
                    assert!(payload.len() <= CAP, "{} bytes", payload.len());
                    both_ways(payload);
                }
            }
            Content::Object(object) => assert!(!object.key.is_empty(), "an object has a key"),
            _ => {}
        }
    }
    both_ways(text);
}

/// Reads a payload event by event, and by rows where rows lie together.
fn both_ways(json: &str) {
    let Ok(payload) = LogsPayload::read(json) else { return };
    let mut events = Vec::new();
    let one_by_one = payload.visit(|event| events.push(event.message.to_owned()));
    let mut lines = Lines::new(None);
    let mut told = Vec::new();
    let together = payload.visit_rows(&mut lines, |each| match each {
        Told::Rows(rows) => told.extend(rows.flows().map(|flow| format!("{flow:?}"))),
        Told::Event(event, lines) => told.push(line(lines, event.message)),
    });
    assert_eq!(
        together.as_ref().map_err(ToString::to_string),
        one_by_one.as_ref().map_err(ToString::to_string),
        "{json}"
    );
    let mut lines = Lines::new(None);
    let plain: Vec<String> = events.iter().map(|message| line(&mut lines, message)).collect();
    assert_eq!(told, plain, "{json}");
}

fn line(lines: &mut Lines, message: &str) -> String {
    match lines.read(message, None) {
        Line::Flow(flow) => format!("{flow:?}"),
        other => format!("{other:?}"),
    }
}
