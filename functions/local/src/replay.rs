//! `weir replay`: files in event-time order through the detection, findings out.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use weir_alerting::Product;
use weir_detection::collect::Collector;
use weir_detection::finding::{Finding, Severity};
use weir_records::Entry;

use crate::memory::Memory;
use crate::options::{Format, Replay};
use crate::reading::Reading;
use crate::stream::Streams;
use crate::summary::Summary;

/// Runs the command.
pub(crate) fn run(options: &Replay, out: &mut dyn Write) -> Result<ExitCode> {
    let intel = crate::input::intel(options.tuning.intel.as_deref())?;
    let settings = crate::input::settings(&options.tuning)?;
    let mut reading = Reading::start(&options.input)?;
    let mut streams = Streams::over(&mut reading)?;
    let mut collector = Collector::new(&settings, &intel);
    let mut memory = Memory::default();
    let mut findings = Vec::new();
    loop {
        let clock = streams.turn(&mut reading, |entry| match entry {
            Entry::Flow(flow) => collector.push(flow),
            Entry::Loss(loss) => collector.push_loss(loss),
            Entry::Reject(_) | Entry::Control => {}
        })?;
        let complete = clock.map(|clock| clock.saturating_sub(settings.lateness));
        for bucket in collector.take(complete) {
            memory.apply(&bucket, &settings, &intel, &mut findings);
        }
        if options.format == Format::Json && !findings.is_empty() {
            reading.progress.aside(|| show(options, &findings, out))?;
            count(&mut findings, &mut reading.summary);
        }
        if clock.is_none() {
            break;
        }
    }
    if options.format == Format::Table {
        reading.progress.aside(|| draw(options, &findings, out))?;
        count(&mut findings, &mut reading.summary);
    }
    let counts = collector.counts();
    let summary = &mut reading.summary;
    (summary.late, summary.duplicates, summary.losses) = (counts.late, counts.duplicates, counts.losses);
    (summary.entities, summary.windows) = (memory.entities.len() as u64, memory.windows);
    out.flush()?;
    reading.finish()
}

/// Prints findings as they come.
fn show(options: &Replay, findings: &[Finding], out: &mut dyn Write) -> Result<()> {
    let product = Product::default();
    for finding in findings {
        if finding.severity > Severity::Info || options.all {
            writeln!(out, "{}", weir_alerting::to_ocsf(finding, &product).to_json()?)?;
        }
    }
    // A reader at the other end of a pipe sees a finding when Weir does.
    Ok(out.flush()?)
}

/// Draws the table once all its rows are known.
fn draw(options: &Replay, findings: &[Finding], out: &mut dyn Write) -> Result<()> {
    let shown: Vec<Finding> =
        findings.iter().filter(|finding| options.all || finding.severity > Severity::Info).cloned().collect();
    writeln!(out, "{}", weir_alerting::render_table(&shown, weir_alerting::Style::default()))?;
    Ok(())
}

fn count(findings: &mut Vec<Finding>, summary: &mut Summary) {
    for finding in findings.drain(..) {
        *summary.findings.entry(finding.severity.name()).or_default() += 1;
    }
}
