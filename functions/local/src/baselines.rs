//! `weir baselines`: what each entity usually sends to the outside, in constant memory.

mod baseline;
mod egress;
mod print;
mod sums;
mod windows;

use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, Result};
use weir_records::{Chunk, Entry, Flow};

use crate::options::Baselines;
use crate::reading::Reading;
use crate::summary::what;
use baseline::Building;
use egress::Egress;
use windows::Windows;

const NO_ROOM: &str = "cannot keep sums in a temporary file";

/// Runs the command.
pub(crate) fn run(options: &Baselines, out: &mut dyn Write) -> Result<ExitCode> {
    let intel = crate::input::intel(options.tuning.intel.as_deref())?;
    let settings = crate::input::settings(&options.tuning)?;
    let mut reading = Reading::start(&options.input)?;
    let mut egress = Egress::new(&settings, &intel);
    let mut windows = Windows::new(options.by);
    let mut not_judged = BTreeMap::new();
    reading.each_chunk(|chunk| {
        let entry = match chunk {
            Chunk::Rows(rows) => {
                for row in rows.as_slice() {
                    if let Some(share) = egress.share_of_row(row, *rows) {
                        windows.add((row.start, row.end), share).context(NO_ROOM)?;
                    }
                }
                return Ok(());
            }
            Chunk::Entry(entry) => entry,
        };
        let mut take = |flow: &Flow<'_>| match egress.share(flow) {
            Some(share) => windows.add((flow.start, flow.end), share).context(NO_ROOM),
            None => Ok(()),
        };
        match entry {
            Entry::Flow(flow) => take(flow)?,
            Entry::Telemetry(telemetry) => {
                let entity = telemetry.entity();
                let mut flows = telemetry.flows(entity.as_deref().unwrap_or("-")).peekable();
                if flows.peek().is_none() {
                    *not_judged.entry(what(telemetry)).or_default() += 1;
                }
                flows.try_for_each(|flow| take(&flow))?;
            }
            Entry::Call(_) | Entry::Lookup(_) | Entry::Loss(_) | Entry::Reject(_) | Entry::Control => {}
        }
        Ok(())
    })?;
    reading.summary.not_judged = not_judged;
    let (lives, span) = (windows.lives(), windows.span());
    let mut sums = windows.into_sorted().context("cannot merge the sums of the temporary file")?;
    let mut printer = print::Printer::new(options, out);
    let mut baselines = Vec::new();
    let mut ahead = sums.next()?;
    for (entity, life) in (0..).zip(lives) {
        let name = egress.name(entity);
        let mut building = Building::default();
        let mut expected = life.first;
        while let Some((key, bytes)) = ahead
            && sums::parts(key).0 == entity
        {
            let window = sums::parts(key).1;
            printer.windows(name, expected, window, bytes)?;
            building.add(bytes);
            expected = window.saturating_add(1);
            ahead = sums.next()?;
        }
        printer.silent(name, expected, life.end())?;
        if options.zero_fill {
            building.add_silent(life.length());
        }
        if let Some(baseline) = name.and_then(|name| building.finish(name, span)) {
            reading.summary.entities += 1;
            reading.summary.windows += baseline.windows;
            baselines.push(baseline);
        }
    }
    reading.progress.finish();
    printer.baselines(baselines)?;
    reading.finish()
}
