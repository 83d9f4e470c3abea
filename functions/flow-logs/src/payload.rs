//! One payload to the observations of its entities.

#[cfg(test)]
mod tests;

use weir_aws_host::{Metrics, Tally};
use weir_detection::observation::Observations;
use weir_detection::settings::Settings;
use weir_intel::Intel;
use weir_records::envelope::{LogsPayload, Told, Visited};
use weir_records::lookup;
use weir_records::vpc_flow::{Line, Lines};
use weir_records::{Entry, Format, ReadOptions, RecordReader, Source};
use xxhash_rust::xxh3::xxh3_64;

/// What a payload says.
#[derive(Debug)]
pub(crate) struct Payload {
    /// Stable identity of the payload, the same at every delivery.
    pub(crate) batch: u64,
    /// One per entity.
    pub(crate) observations: Vec<Observations>,
    /// Why the payload, or its rest, was refused, if it was. What could be read before is in the observations.
    pub(crate) refused: Option<&'static str>,
}

/// How to read, and what the records are compared with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading<'a> {
    pub(crate) format: Option<&'a Format>,
    pub(crate) settings: &'a Settings,
    pub(crate) intel: &'a Intel,
    /// Wall time, milliseconds.
    pub(crate) now: i64,
}

/// Reads the text of a payload: a CloudWatch Logs payload, or lines and documents as a stream carries them.
///
/// `None` is a message about the delivery, with nothing to do.
pub(crate) fn read(plain: &str, id: &str, reading: Reading<'_>, metrics: &Metrics) -> Option<Payload> {
    if LogsPayload::is_likely(plain)
        && let Ok(logs) = LogsPayload::read(plain)
    {
        if logs.is_control() {
            return None;
        }
        if let Some((tally, visited)) = visit(&logs, reading) {
            return Some(finish(visited.id, tally, None, id, metrics));
        }
    }
    let (tally, fault) = scan(plain, reading);
    // Some payloads in one, or a damaged one: the text itself is what is delivered again.
    Some(finish(xxh3_64(plain.as_bytes()), tally, fault, id, metrics))
}

/// Reads a payload whose head has been read already.
pub(crate) fn read_logs(
    logs: &LogsPayload<'_>,
    raw: &str,
    id: &str,
    reading: Reading<'_>,
    metrics: &Metrics,
) -> Option<Payload> {
    if logs.is_control() {
        return None;
    }
    match visit(logs, reading) {
        Some((tally, visited)) => Some(finish(visited.id, tally, None, id, metrics)),
        None => read(raw, id, reading, metrics),
    }
}

/// Reads the events where they lie; nothing where one of them is damaged.
fn visit<'a>(logs: &LogsPayload<'_>, reading: Reading<'a>) -> Option<(Tally<'a>, Visited)> {
    let mut tally = Tally::new(reading.settings, reading.intel, reading.now);
    let mut lines = Lines::new(reading.format.cloned());
    let visited = logs
        .visit_rows(&mut lines, |told| {
            let (event, lines) = match told {
                Told::Rows(rows) => return tally.rows(rows),
                Told::Event(event, lines) => (event, lines),
            };
            if lookup::is_likely(event.message) {
                return match lookup::read(event.message.trim_end()) {
                    Ok(lookup) => tally.lookup(&lookup),
                    Err(reason) => tally.reject(reason),
                };
            }
            match lines.read(event.message.trim_end(), event.timestamp) {
                Line::Flow(flow) => {
                    tally.flow(&flow);
                }
                Line::Loss(loss) => tally.loss(&loss),
                Line::Reject(reason) => tally.reject(reason),
                Line::Header | Line::Blank => {}
            }
        })
        .ok()?;
    Some((tally, visited))
}

/// Reads whatever the text holds, with a reject for each piece that is of no use.
fn scan<'a>(plain: &str, reading: Reading<'a>) -> (Tally<'a>, Option<&'static str>) {
    let mut tally = Tally::new(reading.settings, reading.intel, reading.now);
    let options = ReadOptions {
        source: Source::VpcFlow,
        flow_format: reading.format.cloned(),
        ..ReadOptions::default()
    };
    let mut fault = None;
    let opened = RecordReader::open(plain.as_bytes(), &options);
    let Ok(mut reader) = opened else { return (tally, Some(UNREADABLE)) };
    loop {
        match reader.next() {
            Ok(Some(Entry::Flow(flow))) => {
                tally.flow(&flow);
            }
            Ok(Some(Entry::Loss(loss))) => tally.loss(&loss),
            Ok(Some(Entry::Reject(reject))) => {
                if reject.reason.code() == UNREADABLE {
                    fault = Some(UNREADABLE);
                }
                tally.reject(reject.reason);
            }
            // This function subscribes to flow and resolver logs alone.
            Ok(Some(Entry::Telemetry(_))) => tally.reject(weir_records::Reason::UnknownRecord),
            Ok(Some(Entry::Lookup(lookup))) => tally.lookup(&lookup),
            Ok(Some(Entry::Call(_) | Entry::Control)) => {}
            Ok(None) => return (tally, fault),
            Err(_) => return (tally, Some(UNREADABLE)),
        }
    }
}

/// The code of [`weir_records::Reason::BadPayload`].
pub(crate) const UNREADABLE: &str = weir_records::Reason::BadPayload.code();

fn finish(
    batch: u64,
    mut tally: Tally<'_>,
    fault: Option<&'static str>,
    id: &str,
    metrics: &Metrics,
) -> Payload {
    let observations = tally.collector.take_batch();
    let refused = fault.or_else(|| tally.refused_whole());
    tally.counts().report(id, metrics);
    Payload { batch, observations, refused }
}
