//! `weir backtest`: history through the detection, and what it says held against a file of expectations.

mod checks;
mod dry_run;
mod junit;

use std::collections::BTreeSet;
use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, Result};
use weir_detection::entity::EntityKey;
use weir_state::Resident;

use crate::detect::{Seen, observe};
use crate::expectations::Expectations;
use crate::options::Backtest;
use crate::reading::Reading;
use crate::told::Told;
use checks::checks;

/// Status when an expectation is not held.
const NOT_HELD: u8 = 3;

/// What a run over history came to.
#[derive(Debug, Default)]
pub(crate) struct History {
    pub(crate) told: Vec<Told>,
    /// Everybody who was seen.
    pub(crate) entities: BTreeSet<EntityKey>,
    /// Windows judged.
    pub(crate) windows: u64,
    /// First and last event time of traffic, ms since the epoch.
    pub(crate) span: Option<(i64, i64)>,
}

/// Runs the command.
pub(crate) fn run(options: &Backtest, out: &mut dyn Write) -> Result<ExitCode> {
    let expectations = Expectations::read(&options.expect)?;
    let intel = crate::input::intel(options.tuning.intel.as_deref())?;
    let settings = crate::input::settings(&options.tuning)?;
    let mut reading = Reading::start(&options.input)?;
    let mut memory = Resident::default();
    let mut history = History::default();
    observe(&mut reading, &settings, &intel, |seen| {
        let (reading, window) = match seen {
            Seen::Window(reading, window) => (reading, window),
            Seen::Call(call) => {
                let account =
                    weir_state::calls_entity(call.account.as_ref().map_or("-", |account| account.as_str()));
                let told = memory.observe(call, &settings, &intel)?;
                history.told.extend(told.iter().filter_map(|finding| Told::of(finding, &account)));
                return Ok(());
            }
            Seen::Hosts(telemetry, complete) => {
                let hosted = memory.all_hosts(telemetry, complete, &settings, &intel)?;
                history.windows += hosted.windows;
                history.told.extend(hosted.findings.iter().filter_map(|(of, finding)| Told::of(finding, of)));
                return Ok(());
            }
        };
        for observed in window {
            let stepped = memory.apply(observed, &settings, &intel)?;
            history.windows += stepped.windows;
            history.entities.insert(observed.key.clone());
            let (first, last) = history.span.unwrap_or((observed.latest, observed.latest));
            history.span = Some((first.min(observed.latest), last.max(observed.latest)));
            for finding in &stepped.findings {
                reading.summary.count(finding);
                history.told.extend(Told::of(finding, &observed.key));
            }
        }
        Ok(())
    })?;
    (reading.summary.entities, reading.summary.windows) = (memory.entities() as u64, history.windows);
    let checks = checks(&expectations, &history);
    let held = checks.iter().filter(|check| check.fault.is_none()).count();
    for check in &checks {
        match &check.fault {
            None => writeln!(out, "held      {}", check.name)?,
            Some(fault) => writeln!(out, "NOT HELD  {}: {fault}", check.name)?,
        }
    }
    writeln!(out, "{held} of {} expectations held", checks.len())?;
    dry_run::print(&settings, &expectations, &history, out)?;
    out.flush()?;
    if let Some(path) = &options.junit {
        let file = std::fs::File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        junit::write(&checks, file).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let read = reading.finish()?;
    // An input that could not be read says more than what was missed for want of it.
    Ok(if held < checks.len() && read == ExitCode::SUCCESS { ExitCode::from(NOT_HELD) } else { read })
}
