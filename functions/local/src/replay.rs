//! `weir replay`: files in event-time order through the detection, findings out.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use weir_alerting::Product;
use weir_detection::finding::{Activity, Finding};
use weir_detection::observation::bucket_of;
use weir_state::{EmbeddedStore, Resident};

use crate::detect::{Seen, observe};
use crate::options::{Format, Replay};
use crate::reading::Reading;
use crate::report::Report;

/// Runs the command.
pub(crate) fn run(options: &Replay, out: &mut dyn Write) -> Result<ExitCode> {
    let intel = crate::input::intel(options.tuning.intel.as_deref())?;
    let settings = crate::input::settings(&options.tuning)?;
    let mut report = options.report.as_deref().map(Report::create).transpose()?;
    let mut reading = Reading::start(&options.input)?.by(options.jobs);
    let mut memory = memory(options.state.as_deref())?;
    let (mut findings, mut windows, mut late) = (Vec::new(), 0, 0);
    observe(&mut reading, &settings, &intel, |seen| {
        let (reading, window) = match seen {
            Seen::Window(reading, window) => (reading, window),
            Seen::Call(call) => {
                findings.extend(memory.observe(call, &settings, &intel)?);
                return Ok(());
            }
            Seen::Hosts(telemetry, complete) => {
                let hosted = memory.all_hosts(telemetry, complete, &settings, &intel)?;
                (windows, late) = (windows + hosted.windows, late + hosted.late);
                findings.extend(hosted.findings.into_iter().map(|(_, finding)| finding));
                let over = memory.close(complete.unwrap_or(0), &settings, &intel)?;
                findings.extend(over.into_iter().map(|(_, finding)| finding));
                return Ok(());
            }
        };
        for observed in window {
            let stepped = memory.apply(observed, &settings, &intel)?;
            windows += stepped.windows;
            if stepped.late > 0 {
                // An earlier run over this state has judged the window.
                late += observed.records;
            }
            if let Some(report) = &mut report {
                let shown = stepped.findings.iter().filter(|finding| is_shown(options, finding));
                report.note(observed, shown, memory.state(&observed.key));
            }
            findings.extend(stepped.findings);
        }
        // Before the window every entity was judged, those that fell silent too.
        let until = window.first().map_or(0, |observed| bucket_of(observed.latest));
        for (entity, finding) in memory.close(until, &settings, &intel)? {
            if let Some(report) = &mut report
                && is_shown(options, &finding)
            {
                report.ended(&entity, &finding);
            }
            findings.push(finding);
        }
        if options.format == Format::Json && !findings.is_empty() {
            reading.progress.aside(|| show(options, &findings, out))?;
            findings.drain(..).for_each(|finding| reading.summary.count(&finding));
        }
        Ok(())
    })?;
    if options.format == Format::Json {
        // What came with calls and hosts after the last window of traffic.
        reading.progress.aside(|| show(options, &findings, out))?;
        findings.drain(..).for_each(|finding| reading.summary.count(&finding));
    }
    if options.format == Format::Table {
        reading.progress.aside(|| draw(options, &findings, out))?;
        findings.drain(..).for_each(|finding| reading.summary.count(&finding));
    }
    let summary = &mut reading.summary;
    summary.late += late;
    (summary.entities, summary.windows) = ((memory.entities() + memory.host_count()) as u64, windows);
    if let Some(report) = report {
        report.write(summary, &memory, &settings)?;
    }
    out.flush()?;
    memory.flush()?;
    reading.finish()
}

/// Documents in memory, kept in the file of `--state` between runs.
fn memory(state: Option<&Path>) -> Result<Resident> {
    let Some(path) = state else { return Ok(Resident::default()) };
    let store = EmbeddedStore::open(path).with_context(|| format!("cannot use {}", path.display()))?;
    Ok(Resident::over(store))
}

/// Whoever reads the table is told how each incident ended; whoever counts lines of JSON counts what asks to be acted on.
fn is_shown(options: &Replay, finding: &Finding) -> bool {
    let is_end = finding.activity == Activity::Close;
    options.all || finding.is_alert() && (options.format == Format::Table || !is_end)
}

/// Prints findings as they come.
fn show(options: &Replay, findings: &[Finding], out: &mut dyn Write) -> Result<()> {
    let product = Product::default();
    for finding in findings.iter().filter(|finding| is_shown(options, finding)) {
        writeln!(out, "{}", weir_alerting::to_ocsf(finding, &product).to_json()?)?;
    }
    // A reader at the other end of a pipe sees a finding when Weir does.
    Ok(out.flush()?)
}

/// Draws the table once all its rows are known.
fn draw(options: &Replay, findings: &[Finding], out: &mut dyn Write) -> Result<()> {
    let shown: Vec<Finding> = findings.iter().filter(|finding| is_shown(options, finding)).cloned().collect();
    writeln!(out, "{}", weir_alerting::render_table(&shown, weir_alerting::Style::default()))?;
    Ok(())
}
