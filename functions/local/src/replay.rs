//! `weir replay`: files in event-time order through the detection, findings out.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, Result};
use weir_alerting::{Product, units};
use weir_detection::collect::Collector;
use weir_detection::finding::{Finding, Severity};
use weir_detection::observation::Observations;
use weir_detection::settings::Settings;
use weir_intel::Intel;
use weir_records::Entry;
use weir_state::{EmbeddedStore, Resident};

use crate::options::{Format, Replay};
use crate::reading::Reading;
use crate::stream::Streams;
use crate::summary::Summary;

/// Runs the command.
pub(crate) fn run(options: &Replay, out: &mut dyn Write) -> Result<ExitCode> {
    let intel = crate::input::intel(options.tuning.intel.as_deref())?;
    let settings = crate::input::settings(&options.tuning)?;
    let mut reading = Reading::start(&options.input)?;
    let mut streams = Streams::over(&mut reading, settings.lateness)?;
    let mut collector = Collector::new(&settings, &intel);
    let mut run = Run {
        memory: memory(options)?,
        settings: &settings,
        intel: &intel,
        findings: Vec::new(),
        windows: 0,
        late: 0,
    };
    loop {
        let mut observed = Ok(());
        let clock = streams.turn(&mut reading, |entry| match entry {
            Entry::Flow(flow) => collector.push(flow),
            Entry::Loss(loss) => collector.push_loss(loss),
            Entry::Call(call) => match run.memory.observe(call, &settings, &intel) {
                Ok(findings) => run.findings.extend(findings),
                Err(error) => observed = Err(error),
            },
            Entry::Reject(_) | Entry::Control => {}
        })?;
        observed?;
        let complete = clock.map(|clock| clock.saturating_sub(settings.lateness));
        for bucket in collector.take(complete) {
            run.apply(&bucket)?;
        }
        if options.format == Format::Json && !run.findings.is_empty() {
            reading.progress.aside(|| show(options, &run.findings, out))?;
            count(&mut run.findings, &mut reading.summary);
        }
        if clock.is_none() {
            break;
        }
    }
    if options.format == Format::Table {
        reading.progress.aside(|| draw(options, &run.findings, out))?;
        count(&mut run.findings, &mut reading.summary);
    }
    let counts = collector.counts();
    let summary = &mut reading.summary;
    (summary.late, summary.duplicates, summary.losses) =
        (counts.late + run.late, counts.duplicates, counts.losses);
    (summary.entities, summary.windows) = (run.memory.entities() as u64, run.windows);
    if counts.late > 0 {
        eprintln!("weir: {}", late(counts.late, settings.lateness));
    }
    out.flush()?;
    run.memory.flush()?;
    reading.finish()
}

/// What is to be done about records that a file holds far behind their time.
fn late(records: u64, lateness: i64) -> String {
    format!(
        "{} records came more than {} after their time and were not judged; sort the logs by time, or wait longer with \
         --set lateness=6h",
        units::thousands(records),
        units::span(lateness),
    )
}

/// The documents of a run and what they say.
struct Run<'a> {
    memory: Resident,
    settings: &'a Settings,
    intel: &'a Intel,
    findings: Vec<Finding>,
    windows: u64,
    late: u64,
}

impl Run<'_> {
    /// Applies what the entities did in one window.
    fn apply(&mut self, window: &[Observations]) -> Result<()> {
        for observed in window {
            let stepped = self.memory.apply(observed, self.settings, self.intel)?;
            self.windows += stepped.windows;
            if stepped.late > 0 {
                // An earlier run over this state has judged the window.
                self.late += observed.records;
            }
            self.findings.extend(stepped.findings);
        }
        Ok(())
    }
}

fn memory(options: &Replay) -> Result<Resident> {
    let Some(path) = &options.state else { return Ok(Resident::default()) };
    let store = EmbeddedStore::open(path).with_context(|| format!("cannot use {}", path.display()))?;
    Ok(Resident::over(store))
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
