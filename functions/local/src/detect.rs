//! Records to complete windows of observations: the first half of every command that detects.

use anyhow::Result;
use weir_alerting::units;
use weir_detection::collect::Collector;
use weir_detection::host::is_of_a_host;
use weir_detection::observation::{BUCKET, Observations, bucket_of};
use weir_detection::settings::Settings;
use weir_intel::Intel;
use weir_records::{ApiCall, Chunk, Entry, Telemetry};

use crate::reading::Reading;
use crate::stream::Streams;
use crate::summary::what;

/// What was read, in event order.
pub(crate) enum Seen<'a> {
    /// A call of an AWS API.
    Call(&'a ApiCall<'a>),
    /// What hosts told, in event order, and the time before which nothing is missing.
    Hosts(&'a [Telemetry], Option<i64>),
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
    let mut hosts: Vec<Telemetry> = Vec::new();
    loop {
        let mut not_judged = Vec::new();
        let mut taken = Ok(());
        let clock = streams.turn(reading, |chunk| match chunk {
            Chunk::Rows(rows) => collector.push_rows(*rows),
            Chunk::Entry(entry) => match entry {
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
                    if is_of_a_host(telemetry) {
                        hosts.push(Telemetry::clone(telemetry));
                    } else if flows == 0 {
                        not_judged.push(what(telemetry));
                    }
                }
                Entry::Lookup(lookup) => collector.push_lookup(lookup),
                Entry::Call(_) | Entry::Reject(_) | Entry::Control => {}
            },
        })?;
        taken?;
        for what in not_judged {
            *reading.summary.not_judged.entry(what).or_default() += 1;
        }
        let complete = clock.map(|clock| clock.saturating_sub(settings.lateness));
        let ripe = ripe(&mut hosts, complete);
        if let Some(last) = ripe.last().and_then(Telemetry::time) {
            // At the end of the logs nothing is vouched for beyond them: another run may go on.
            let ends = bucket_of(last) + BUCKET;
            take(Seen::Hosts(&ripe, Some(complete.map_or(ends, |complete| complete.min(ends)))))?;
        }
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

/// Takes out what gets no more company: records before `complete`, in event order.
fn ripe(hosts: &mut Vec<Telemetry>, complete: Option<i64>) -> Vec<Telemetry> {
    let Some(complete) = complete else {
        hosts.sort_by_key(Telemetry::time);
        return std::mem::take(hosts);
    };
    let is_ripe = |telemetry: &Telemetry| telemetry.time().is_some_and(|time| time < complete);
    if !hosts.iter().any(is_ripe) {
        return Vec::new();
    }
    let (mut ripe, rest): (Vec<_>, Vec<_>) = std::mem::take(hosts).into_iter().partition(is_ripe);
    *hosts = rest;
    ripe.sort_by_key(Telemetry::time);
    ripe
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
