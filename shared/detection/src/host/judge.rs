//! One batch of a host: into the document, bucket by bucket through the analytics.

use weir_records::Telemetry;

use super::admit::{Admitted, admit};
use super::case::{Case, Judged, View};
use super::{Beside, HostState};
use crate::kernels::combine::combine;
use crate::observation::{BUCKET, bucket_of};
use crate::state::DAY;
use crate::{an0080, an0081, an0082, an0083};

/// Silence after which the buckets between are not looked at one by one: nothing of the trace is left.
const SILENT: i64 = 36 * BUCKET;

/// How far behind a bucket is learned: of what moved since the last sample of a counter nothing is known before the
/// next, and they may be as far apart as this.
const LEARNED: i64 = 3 * BUCKET;

/// What came of a batch.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What is said, in event order; the same again while it goes on.
    pub cases: Vec<Case>,
    /// What became of the records.
    pub admitted: Admitted,
    /// Buckets judged.
    pub windows: u64,
}

/// Takes records of one host into its document, and judges every bucket that is complete and what was newly seen.
///
/// `complete` vouches that every record before it is here. No clock and no randomness.
pub fn step(
    state: &mut HostState,
    batch: &[&Telemetry],
    complete: Option<i64>,
    beside: &Beside<'_>,
) -> Outcome {
    let mut outcome = Outcome::default();
    let mut sorted = batch.to_vec();
    sorted.sort_by_key(|telemetry| telemetry.time());
    for run in sorted.chunk_by(|a, b| bucket(a) == bucket(b)) {
        let admitted = admit(state, run.iter().copied(), None, beside);
        outcome.admitted.taken += admitted.taken;
        outcome.admitted.late += admitted.late;
        outcome.admitted.unused += admitted.unused;
        close(state, beside, &mut outcome);
    }
    state.complete = state.complete.max(complete.unwrap_or(0));
    close(state, beside, &mut outcome);
    outcome
}

fn bucket(telemetry: &Telemetry) -> i64 {
    bucket_of(telemetry.time().unwrap_or(0))
}

/// Judges the buckets that get no more records, then what was seen by now.
fn close(state: &mut HostState, beside: &Beside<'_>, outcome: &mut Outcome) {
    let horizon = bucket_of(state.complete.max(state.latest.saturating_sub(beside.settings.lateness)));
    let mut bucket = state.closed.max(bucket_of(state.first_seen)).max(horizon - SILENT);
    while bucket < horizon {
        settle(state, bucket + BUCKET);
        let traffic = cases(state, bucket, beside);
        learn(state, bucket - LEARNED, &traffic);
        outcome.cases.extend(traffic);
        outcome.windows += 1;
        bucket += BUCKET;
    }
    state.closed = state.closed.max(horizon);
    state.seen.forget(state.closed);
    outcome.cases.extend(cases(state, state.closed - BUCKET, beside));
}

fn settle(state: &mut HostState, until: i64) {
    let programs = state.programs.iter_mut().map(|program| &mut program.trace);
    let containers = state.containers.iter_mut().map(|container| &mut container.trace);
    programs.chain(containers).chain([&mut state.total]).for_each(|trace| trace.settle(until));
}

/// What all analytics say of each program and container.
pub(super) fn judged(state: &HostState, bucket: i64, beside: &Beside<'_>) -> Vec<Judged> {
    let view = View { state, bucket, settings: beside.settings, intel: beside.intel };
    let mut judged = an0080::judged(&view);
    judged.extend(an0081::judged(&view));
    judged.extend(an0082::judged(&view));
    judged.extend(an0083::judged(&view));
    judged
}

/// What is said, by what it is about: the host's programs together, each workload of containers apart.
fn cases(state: &HostState, bucket: i64, beside: &Beside<'_>) -> Vec<Case> {
    let mut said: Vec<Judged> = judged(state, bucket, beside);
    said.retain(|judged| !judged.verdicts.is_empty());
    let mut cases: Vec<Case> = Vec::new();
    let latest = said.iter().map(|judged| judged.time).max().unwrap_or(0);
    // What was last seen days ago was told then, and would hide what is seen now.
    said.retain(|judged| latest - judged.time <= DAY);
    said.sort_by_cached_key(|judged| {
        let judgement = combine(&judged.verdicts, &judged.context);
        let rank = judgement.map(|judgement| (judgement.severity, (judgement.score * 1e6) as u64));
        (std::cmp::Reverse(rank), std::cmp::Reverse(judged.time), judged.actor.name.clone())
    });
    for judged in said {
        match cases
            .iter_mut()
            .find(|case| (case.lead.about, case.lead.analytic) == (judged.about, judged.analytic))
        {
            Some(case) if case.others.len() < 3 => case.others.push(judged.actor),
            Some(_) => {}
            None => cases.push(Case { bucket: bucket_of(judged.time), lead: judged, others: Vec::new() }),
        }
    }
    cases
}

/// What is usual for an image, from its containers that nothing is said of.
fn learn(state: &mut HostState, bucket: i64, said: &[Case]) {
    let suspected: Vec<u64> = said.iter().map(|case| case.lead.about).collect();
    let cells: Vec<(u64, u64)> = state
        .containers
        .iter()
        .filter(|container| !container.of_host && !suspected.contains(&container.workload()))
        .filter_map(|container| Some((container.workload(), container.trace.cell(bucket)?.out)))
        .collect();
    for (key, sent) in cells {
        if let Some(image) = state.image(key) {
            // Before a rise is told its first buckets must not make it usual.
            let most = image.known().map_or(u64::MAX, |usual| usual.percentile(99).max(1).saturating_mul(2));
            image.sent.insert(sent.min(most));
            if image.first == 0 || bucket < image.first {
                image.first = bucket;
            }
            image.last = image.last.max(bucket);
        }
    }
}
