//! `weir explain`: one finding again from its records, with what each number and each setting had to do with it.

mod margins;
mod print;
mod target;

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use weir_detection::finding::Finding;
use weir_detection::settings::Settings;
use weir_state::Resident;

use crate::detect::{Seen, observe};
use crate::options::Explain;
use crate::reading::Reading;
use margins::Margin;
use target::Target;

/// Status when the records do not give the finding again.
const NOT_FOUND: u8 = 3;

/// A finding, recomputed.
struct Explained {
    finding: Finding,
    margins: Vec<Margin>,
}

/// Runs the command.
pub(crate) fn run(options: &Explain, out: &mut dyn Write) -> Result<ExitCode> {
    let target = Target::read(&options.finding)?;
    let intel = crate::input::intel(options.tuning.intel.as_deref())?;
    let settings = crate::input::settings(&options.tuning)?;
    let mut reading = Reading::start(&options.input)?;
    let mut memory = Resident::default();
    let mut explained: Option<Explained> = None;
    let mut windows = 0;
    observe(&mut reading, &settings, &intel, |seen| {
        let window = match seen {
            Seen::Window(_, window) => window,
            // What calls say of the account itself is no entity's finding and has nothing to recompute.
            Seen::Hosts(telemetry, complete) => {
                return Ok(memory.all_hosts(telemetry, complete, &settings, &intel).map(drop)?);
            }
            Seen::Call(call) => return Ok(memory.observe(call, &settings, &intel).map(drop)?),
        };
        for observed in window {
            // Of all entities only the one in question is remembered as it was.
            let before = target
                .may_be(&observed.key)
                .then(|| memory.state(&observed.key).cloned().unwrap_or_default());
            let stepped = memory.apply(observed, &settings, &intel)?;
            windows += stepped.windows;
            let (Some(before), Some(finding)) =
                (before, stepped.findings.into_iter().find(|finding| target.is(finding)))
            else {
                continue;
            };
            let margins = margins::margins(&finding, &settings, |with: &Settings| {
                Ok(memory.probe(&before, observed, with, &intel)?)
            })?;
            explained = Some(Explained { finding, margins });
        }
        Ok(())
    })?;
    (reading.summary.entities, reading.summary.windows) = (memory.entities() as u64, windows);
    match &explained {
        Some(explained) => print::print(explained, &target, out)?,
        None => writeln!(
            out,
            "{} is not told from these records: it takes the whole history before it, and the settings and --intel of then",
            target.uid
        )?,
    }
    out.flush()?;
    let read = reading.finish()?;
    Ok(if explained.is_none() && read == ExitCode::SUCCESS { ExitCode::from(NOT_FOUND) } else { read })
}
