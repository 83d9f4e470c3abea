//! `weir tune`: history stepped again under other thresholds, and what each would have told.
//!
//! The records are parsed once; what they say of each entity and window waits in a temporary file, from which every
//! point of the grid is stepped, so that memory does not grow with the history but by the entities of one run a job.

mod grid;
mod propose;
mod spool;
mod table;

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use weir_detection::prelude::{self, AccountCalls};
use weir_detection::settings::{Settings, registry};
use weir_intel::Intel;
use weir_state::Resident;

use crate::detect::{Seen, observe};
use crate::expectations::Expectations;
use crate::options::Tune;
use crate::reading::Reading;
use crate::told::Told;
use propose::{Known, Tuner};
use spool::{Frame, Spool};

/// Runs the command.
pub(crate) fn run(options: &Tune, out: &mut dyn Write) -> Result<ExitCode> {
    let expectations = options.expect.as_deref().map(Expectations::read).transpose()?;
    let intel = crate::input::intel(options.tuning.intel.as_deref())?;
    let settings = crate::input::settings(&options.tuning)?;
    let mut reading = Reading::start(&options.input)?;
    let mut spool = Spool::create()?;
    let mut calls: HashMap<String, AccountCalls> = HashMap::new();
    observe(&mut reading, &settings, &intel, |seen| match seen {
        Seen::Window(_, window) => spool.push(window),
        Seen::Hosts(telemetry, complete) => spool.push_hosts(telemetry, complete),
        Seen::Call(call) => {
            let account = call.account.as_ref().map_or("-", |account| account.as_str()).to_owned();
            let of_account = calls.entry(account.clone()).or_default();
            spool.push_updates(account, prelude::observe(of_account, call, &settings, &intel).updates)
        }
    })?;
    let spool = spool.finish()?;
    let Again { told, entities, windows } = again(&spool, &settings, &intel)?;
    (reading.summary.entities, reading.summary.windows) = (entities, windows);
    for told in &told {
        *reading.summary.findings.entry(told.severity.name()).or_default() += 1;
    }
    let known = Known::of(expectations.as_ref(), &told);
    let jobs =
        options.jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let tuner = Tuner { spool: &spool, intel: &intel, known: &known, jobs };
    let proposal = tuner.propose(&settings, &told)?;
    table::print(&proposal, &known, out)?;
    if let Some(path) = &options.write {
        write(path, &proposal.settings)?;
        writeln!(out, "\n{} holds the proposal: use it with --settings", path.display())?;
    }
    out.flush()?;
    reading.finish()
}

/// What a history came to under some settings.
struct Again {
    told: Vec<Told>,
    entities: u64,
    windows: u64,
}

/// Steps the history under some settings.
///
/// That instances relay through one gateway is context between them which is not weighed here: it takes the calls
/// themselves, and of those only what they say to each instance is kept.
fn again(spool: &Spool, settings: &Settings, intel: &Intel) -> Result<Again> {
    let (mut memory, mut told, mut windows) = (Resident::default(), Vec::new(), 0);
    spool.each(|frame| {
        match frame {
            Frame::Updates(account, updates) => memory.tell(&account, updates)?,
            Frame::Hosts(telemetry, complete) => {
                let hosted = memory.all_hosts(&telemetry, complete, settings, intel)?;
                windows += hosted.windows;
                told.extend(hosted.findings.iter().filter_map(|(key, it)| Told::of(it, key)));
            }
            Frame::Observed(observed) => {
                let stepped = memory.apply(&observed, settings, intel)?;
                windows += stepped.windows;
                told.extend(stepped.findings.iter().filter_map(|it| Told::of(it, &observed.key)));
            }
        }
        Ok(())
    })?;
    let entities = memory.entities() + memory.host_count();
    Ok(Again { told, entities: entities as u64, windows })
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
