//! Records to complete windows of observations: the first half of every command that detects.

use anyhow::Result;
use weir_alerting::units;
use weir_detection::collect::Collector;
use weir_detection::observation::Observations;
use weir_detection::settings::Settings;
use weir_intel::Intel;
use weir_records::{ApiCall, Entry};

use crate::reading::Reading;
use crate::stream::Streams;
use crate::summary::what;

/// What was read, in event order.
pub(crate) enum Seen<'a> {
    /// A call of an AWS API.
    Call(&'a ApiCall<'a>),
    /// What the entities did in one window of which no file holds more, sorted by key.
    Window(&'a mut Reading, &'a [Observations]),
}

/// Hands every call to `take`, and every window once no file holds more of it.
///
/// What became of the records is in the summary when it returns.
pub(crate) fn observe(
    reading: &mut Reading,
    settings: &Settings,
    intel: &Intel,
    mut take: impl FnMut(Seen<'_>) -> Result<()>,
) -> Result<()> {
    let mut streams = Streams::over(reading, settings.lateness)?;
    let mut collector = Collector::new(settings, intel);
    loop {
        let mut not_judged = Vec::new();
        let mut taken = Ok(());
        let clock = streams.turn(reading, |entry| match entry {
            Entry::Flow(flow) => collector.push(flow),
            Entry::Loss(loss) => collector.push_loss(loss),
            Entry::Call(call) if taken.is_ok() => taken = take(Seen::Call(call)),
            Entry::Telemetry(telemetry) => {
                let entity = telemetry.entity();
                let mut flows = 0;
                for flow in telemetry.flows(entity.as_deref().unwrap_or("-")) {
                    collector.push(&flow);
                    flows += 1;
                }
                if flows == 0 {
                    not_judged.push(what(telemetry));
                }
            }
            Entry::Call(_) | Entry::Lookup(_) | Entry::Reject(_) | Entry::Control => {}
        })?;
        taken?;
        for what in not_judged {
            *reading.summary.not_judged.entry(what).or_default() += 1;
        }
        let complete = clock.map(|clock| clock.saturating_sub(settings.lateness));
        for window in collector.take(complete) {
            take(Seen::Window(reading, &window))?;
        }
        if clock.is_none() {
            break;
        }
    }
    let counts = collector.counts();
    let summary = &mut reading.summary;
    (summary.late, summary.duplicates, summary.losses) = (counts.late, counts.duplicates, counts.losses);
    if counts.late > 0 {
        eprintln!("weir: {}", late(counts.late, settings.lateness));
    }
    Ok(())
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
