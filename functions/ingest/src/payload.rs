//! Text to observations: anything that the reader knows, each piece counted.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use weir_aws_host::{Metrics, Tally};
use weir_detection::observation::Observations;
use weir_detection::settings::Settings;
use weir_intel::Intel;
use weir_records::{Entry, Format, ReadOptions, Reason, RecordReader, Telemetry};

use crate::apply;

/// Longest document of JSON: as a tree it takes many times its length.
const DOCUMENT: usize = 16 << 20;

/// What a payload says.
#[derive(Debug)]
pub(crate) struct Payload {
    /// Identity of a CloudWatch Logs payload, where the text is one: the same at every delivery.
    pub(crate) payload: Option<u64>,
    /// One per entity.
    pub(crate) observations: Vec<Observations>,
    /// What is for the documents of hosts.
    pub(crate) hosts: Vec<Telemetry>,
    pub(crate) records: u64,
    pub(crate) not_judged: u64,
    pub(crate) unused: u64,
    pub(crate) rejects: BTreeMap<&'static str, u64>,
}

/// How to read, and what the records are compared with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading<'a> {
    pub(crate) format: Option<&'a Format>,
    pub(crate) settings: &'a Settings,
    pub(crate) intel: &'a Intel,
    /// The function's own account and region: what a host's log does not say.
    pub(crate) account: &'a str,
    pub(crate) region: Option<&'a str>,
    /// Wall time, milliseconds.
    pub(crate) now: i64,
}

/// Reads whatever the text holds. `refused` pieces were refused before it became text.
pub(crate) fn read(
    text: &[u8],
    refused: &BTreeMap<&'static str, u64>,
    id: &str,
    reading: Reading<'_>,
    metrics: &Metrics,
) -> Payload {
    let mut tally = Tally::new(reading.settings, reading.intel, reading.now);
    let options = ReadOptions {
        flow_format: reading.format.cloned(),
        max_document: DOCUMENT,
        ..ReadOptions::default()
    };
    let mut hosts = Vec::new();
    let mut payload = None;
    match RecordReader::open(text, &options) {
        Ok(mut reader) => {
            loop {
                match reader.next() {
                    Ok(Some(Entry::Flow(flow))) => {
                        tally.flow(&flow);
                    }
                    Ok(Some(Entry::Loss(loss))) => tally.loss(&loss),
                    Ok(Some(Entry::Lookup(lookup))) => tally.lookup(&lookup),
                    Ok(Some(Entry::Telemetry(telemetry))) => {
                        apply::take(&mut tally, &mut hosts, *telemetry, reading.account);
                    }
                    Ok(Some(Entry::Reject(reject))) => tally.reject(reject.reason),
                    // Calls are the work of the function that reads CloudTrail.
                    Ok(Some(Entry::Call(_))) => tally.not_judged(),
                    Ok(Some(Entry::Control)) => {}
                    Ok(None) => break,
                    Err(_) => {
                        tally.reject(Reason::BadPayload);
                        break;
                    }
                }
                payload = reader.payload_id().or(payload);
            }
            tally.unused(reader.counts().unused);
        }
        Err(_) => tally.reject(Reason::BadPayload),
    }
    let mut observations = tally.collector.take_batch();
    for observed in &mut observations {
        // A host does not know its region, and an older flow log does not name it.
        let region = &mut observed.info.region;
        *region = region.take().or_else(|| reading.region.map(ToOwned::to_owned));
    }
    let mut counted = tally.counts();
    for (reason, count) in refused {
        *counted.rejects.entry(reason).or_default() += count;
    }
    counted.report(id, metrics);
    let weir_aws_host::tally::Counted { records, not_judged, unused, rejects, .. } = counted;
    Payload { payload, observations, hosts, records, not_judged, unused, rejects }
}
