//! `weir replay`: files in event-time order through the detection, findings out.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Instant;

use anyhow::{Context, Result};
use serde::Serialize;
use weir_alerting::Product;
use weir_detection::collect::Collector;
use weir_detection::finding::{Finding, Severity};
use weir_detection::observation::BUCKET;
use weir_records::vpc_flow::Line;

use crate::memory::Memory;
use crate::options::{Format, Replay, Usage};
use crate::stream::Stream;

/// What a run did; the contract's summary.
#[derive(Debug, Default, Serialize)]
struct Summary {
    lines: u64,
    bytes: u64,
    records: u64,
    rejects: BTreeMap<String, u64>,
    losses: u64,
    late: u64,
    duplicates: u64,
    entities: usize,
    windows: u64,
    findings: BTreeMap<&'static str, u64>,
    suppressed: u64,
    wall_ms: u128,
}

/// Runs the command.
pub(crate) fn run(options: &Replay, out: &mut dyn Write) -> Result<()> {
    let started = Instant::now();
    let format = match &options.flow_format {
        Some(text) => Some(text.parse().map_err(|error| Usage(format!("--flow-format: {error}")))?),
        None => None,
    };
    let intel = crate::input::intel(options.intel.as_deref())?;
    let settings = crate::input::settings(options.settings.as_deref(), &options.set)?;
    let mut rejects = match &options.rejects {
        Some(path) => Some(std::io::BufWriter::new(
            std::fs::File::create(path).with_context(|| format!("cannot write {}", path.display()))?,
        )),
        None => None,
    };
    let mut summary = Summary::default();
    let mut collector = Collector::new(&settings, &intel);
    let mut memory = Memory::default();
    let mut findings = Vec::new();
    let mut streams = Vec::new();
    for path in crate::input::files(&options.paths)? {
        streams.push(Stream::open(&path, format.clone())?);
    }
    // The stream whose clock is furthest behind reads next: event-time order across files. A file that
    // was not begun stands at its first record's time.
    while !streams.is_empty() {
        let mut at = 0;
        for (index, stream) in streams.iter().enumerate() {
            if stream.clock < streams[at].clock {
                at = index;
            }
        }
        let behind = streams
            .iter()
            .enumerate()
            .filter(|(index, _)| *index != at)
            .map(|(_, stream)| stream.clock)
            .min();
        let until = behind.unwrap_or(i64::MAX).saturating_add(BUCKET / 5);
        let stream = &mut streams[at];
        let mut open = true;
        while open && stream.clock <= until {
            let mut failed = None;
            open = stream.next(&mut |path, number, text, line| match line {
                Line::Flow(flow) => {
                    summary.records += 1;
                    collector.push(&flow);
                }
                Line::Loss(loss) => collector.push_loss(&loss),
                Line::Reject(reason) => {
                    *summary.rejects.entry(reason.code().to_owned()).or_default() += 1;
                    if let Some(rejects) = &mut rejects {
                        let text: String = text.chars().take(200).collect();
                        let line = serde_json::json!({"file": path.display().to_string(), "line": number,
                            "source": "vpc-flow", "reason": reason.code(), "text": text});
                        failed = writeln!(rejects, "{line}").err();
                    }
                }
                Line::Header | Line::Blank => {}
            })?;
            if let Some(error) = failed {
                return Err(error).context("cannot write the rejects");
            }
            if stream.number % 4_096 == 0 && stream.clock > i64::MIN {
                break;
            }
        }
        let clock = streams.iter().map(|stream| stream.clock).min().unwrap_or(i64::MAX);
        if !open {
            let done = streams.swap_remove(at);
            summary.lines += done.number;
            summary.bytes += done.bytes;
        }
        for bucket in collector.take(Some(clock.saturating_sub(settings.lateness))) {
            memory.apply(&bucket, &settings, &intel, &mut findings);
        }
        show(options, &mut findings, &mut summary, out)?;
    }
    for bucket in collector.take(None) {
        memory.apply(&bucket, &settings, &intel, &mut findings);
    }
    show(options, &mut findings, &mut summary, out)?;
    if options.format == Format::Table {
        for finding in &findings {
            *summary.findings.entry(finding.severity.name()).or_default() += 1;
        }
        findings.retain(|finding| options.all || finding.severity > Severity::Info);
        writeln!(out, "{}", weir_alerting::render_table(&findings, weir_alerting::Style::default()))?;
    }
    let counts = collector.counts();
    (summary.late, summary.duplicates, summary.losses) = (counts.late, counts.duplicates, counts.losses);
    (summary.entities, summary.windows) = (memory.entities.len(), memory.windows);
    summary.wall_ms = started.elapsed().as_millis();
    let text = serde_json::to_string(&summary)?;
    eprintln!("{text}");
    if let Some(path) = &options.summary {
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Prints JSON as it comes; a table is drawn once all its rows are known.
fn show(
    options: &Replay,
    findings: &mut Vec<Finding>,
    summary: &mut Summary,
    out: &mut dyn Write,
) -> Result<()> {
    if options.format == Format::Table {
        return Ok(());
    }
    let product = Product::default();
    for finding in findings.drain(..) {
        *summary.findings.entry(finding.severity.name()).or_default() += 1;
        if finding.severity > Severity::Info || options.all {
            writeln!(out, "{}", weir_alerting::to_ocsf(&finding, &product).to_json()?)?;
        }
    }
    Ok(())
}
