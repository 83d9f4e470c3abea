//! `weir tune`: history stepped again under other thresholds, and what each would have told.
//!
//! The records are parsed once; what they say of each entity and window waits in a temporary file, from which every
//! point of the grid is stepped, so that memory does not grow with the history but by the entities of one run a job.

mod grid;
mod propose;
mod spool;
mod table;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use weir_detection::finding::{Finding, Severity};
use weir_detection::settings::{Settings, registry};
use weir_intel::Intel;
use weir_state::Resident;

use crate::detect::{Seen, observe};
use crate::expectations::Expectations;
use crate::options::Tune;
use crate::reading::Reading;
use crate::told::Told;
use propose::{Known, Tuner};
use spool::Spool;

/// Runs the command.
pub(crate) fn run(options: &Tune, out: &mut dyn Write) -> Result<ExitCode> {
    let expectations = options.expect.as_deref().map(Expectations::read).transpose()?;
    let intel = crate::input::intel(options.tuning.intel.as_deref())?;
    let settings = crate::input::settings(&options.tuning)?;
    let mut reading = Reading::start(&options.input)?;
    let mut spool = Spool::create()?;
    let (mut memory, mut told) = (Resident::default(), Vec::new());
    observe(&mut reading, &settings, &intel, |seen| {
        // Thresholds are tuned on traffic: calls raise what it shows, whatever the thresholds are.
        let Seen::Window(reading, window) = seen else { return Ok(()) };
        spool.push(window)?;
        for observed in window {
            let stepped = memory.apply(observed, &settings, &intel)?;
            reading.summary.windows += stepped.windows;
            for finding in &stepped.findings {
                *reading.summary.findings.entry(finding.severity.name()).or_default() += 1;
                told.push(Told::of(finding, &observed.key));
            }
        }
        Ok(())
    })?;
    reading.summary.entities = memory.entities() as u64;
    drop(memory);
    let known = Known::of(expectations.as_ref(), &told);
    let jobs =
        options.jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let tuner = Tuner { spool: &spool.finish()?, intel: &intel, known: &known, jobs };
    let proposal = tuner.propose(&settings, &told)?;
    table::print(&proposal, &known, out)?;
    if let Some(path) = &options.write {
        write(path, &proposal.settings)?;
        writeln!(out, "\n{} holds the proposal: use it with --settings", path.display())?;
    }
    out.flush()?;
    reading.finish()
}

/// Steps the history under other settings and returns what is told.
fn again(spool: &Spool, settings: &Settings, intel: &Intel) -> Result<Vec<Told>> {
    let (mut memory, mut told) = (Resident::default(), Vec::new());
    spool.each(|observed| {
        let stepped = memory.apply(observed, settings, intel)?;
        told.extend(stepped.findings.iter().filter(|it| alerts(it)).map(|it| Told::of(it, &observed.key)));
        Ok(())
    })?;
    Ok(told)
}

fn alerts(finding: &Finding) -> bool {
    finding.severity >= Severity::Low
}

/// Every setting that is not at its default.
fn write(path: &Path, settings: &Settings) -> Result<()> {
    let mut text = String::from("# Proposed by `weir tune` from history: read it before you use it.\n");
    for entry in registry() {
        let value = entry.render(settings);
        if value != entry.default_text() {
            text.push_str(&format!("\"{}\" = {}\n", entry.path, toml::Value::String(value)));
        }
    }
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
