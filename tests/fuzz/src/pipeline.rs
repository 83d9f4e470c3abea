//! A replay without files: bytes in, findings out, and what must hold of each.

use weir_alerting::{Product, Style, render_table, to_chat, to_event, to_html, to_ocsf, to_sns, to_text};
use weir_detection::collect::Collector;
use weir_detection::finding::Finding;
use weir_detection::host::is_of_a_host;
use weir_detection::settings::Settings;
use weir_detection::state::EntityState;
use weir_intel::Intel;
use weir_records::{Chunk, Entry, ReadOptions, RecordReader, Telemetry};
use weir_state::{EngineError, Resident};

/// What SNS takes at most.
const SNS_BYTES: usize = 256 << 10;

/// What an item of DynamoDB holds at most.
const ITEM_BYTES: usize = 400 << 10;

/// Reads `bytes` as a file, judges it, and tells what comes of it in every form.
pub(crate) fn replay(bytes: &[u8], options: &ReadOptions) {
    let (settings, intel) = (Settings::default(), Intel::default());
    let mut memory = Resident::default();
    let findings = match run(bytes, options, &mut memory, &settings, &intel) {
        Ok(findings) => findings,
        Err(error) => panic!("a replay in memory cannot fail: {error}"),
    };
    findings.iter().for_each(tell);
    let _ = render_table(&findings, Style::default());
    for state in memory.states() {
        let Ok(written) = state.encode() else { panic!("a document cannot be written") };
        assert!(written.len() < ITEM_BYTES, "a document of {} bytes", written.len());
        assert!(EntityState::decode(&written).is_ok(), "a document that was written cannot be read");
    }
}

/// The documents of the entities that a log speaks of.
pub(crate) fn documents(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut memory = Resident::default();
    let (settings, intel) = (Settings::default(), Intel::default());
    let _ = run(bytes, &ReadOptions::default(), &mut memory, &settings, &intel);
    memory.states().filter_map(|state| state.encode().ok()).collect()
}

fn run(
    bytes: &[u8],
    options: &ReadOptions,
    memory: &mut Resident,
    settings: &Settings,
    intel: &Intel,
) -> Result<Vec<Finding>, EngineError> {
    let mut findings = Vec::new();
    let Ok(mut reader) = RecordReader::open(bytes, options) else { return Ok(findings) };
    let mut collector = Collector::new(settings, intel);
    let mut hosts: Vec<Telemetry> = Vec::new();
    while let Ok(Some(chunk)) = reader.next_chunk() {
        match chunk {
            Chunk::Rows(rows) => collector.push_rows(rows),
            Chunk::Entry(Entry::Flow(flow)) => collector.push(&flow),
            Chunk::Entry(Entry::Loss(loss)) => collector.push_loss(&loss),
            Chunk::Entry(Entry::Lookup(lookup)) => collector.push_lookup(&lookup),
            Chunk::Entry(Entry::Call(call)) => findings.extend(memory.observe(&call, settings, intel)?),
            Chunk::Entry(Entry::Telemetry(telemetry)) => {
                let entity = telemetry.entity();
                for flow in telemetry.flows(entity.as_deref().unwrap_or("-")) {
                    collector.push(&flow);
                }
                if is_of_a_host(&telemetry) {
                    hosts.push(*telemetry);
                }
            }
            Chunk::Entry(Entry::Reject(_) | Entry::Control) => {}
        }
    }
    hosts.sort_by_key(Telemetry::time);
    let hosted = memory.all_hosts(&hosts, hosts.last().and_then(Telemetry::time), settings, intel)?;
    findings.extend(hosted.findings.into_iter().map(|(_, finding)| finding));
    for window in collector.take(None) {
        for observed in &window {
            findings.extend(memory.apply(observed, settings, intel)?.findings);
        }
    }
    findings.extend(memory.close(i64::MAX, settings, intel)?.into_iter().map(|(_, finding)| finding));
    Ok(findings)
}

/// Tells a finding in every form, each within its bounds.
fn tell(finding: &Finding) {
    let product = Product::default();
    let Ok(message) = to_sns(finding, &product) else { panic!("no message of {finding:?}") };
    assert!(message.size() <= SNS_BYTES, "a message of {} bytes", message.size());
    assert!(
        message.subject.len() < 100 && message.subject.chars().all(|c| matches!(c, ' '..='~')),
        "{}",
        message.subject
    );
    let text = to_text(finding, &product);
    let control = text.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(control, None, "{text:?}");
    let Ok(json) = to_ocsf(finding, &product).to_json() else { panic!("no OCSF of {finding:?}") };
    assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{json}");
    assert!(to_event(finding, &product).is_ok(), "no event of {finding:?}");
    let _ = (to_html(finding, &product), to_chat(finding, &product));
}
