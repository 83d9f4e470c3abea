//! One complete bucket: into the document, through the kernels, to the incidents.

use std::net::IpAddr;

use weir_intel::inventory::Instance;

use super::cell::cell;
use super::host;
use super::initiator::by_initiator;
use super::remotes::{listed, remotes};
use super::upload::name_upload;
use super::{Around, Outcome};
use crate::an0084::{View, verdicts};
use crate::baseline::ANOMALOUS;
use crate::counter::{Counter, Filter};
use crate::entity::{EntityKey, address_hash};
use crate::finding::{Finding, Kernel, Severity};
use crate::incident::{self, Told};
use crate::kernels::bucket::{Summary, summarise};
use crate::kernels::combine::combine;
use crate::kernels::instance::{self, Context};
use crate::kernels::name;
use crate::kernels::session::{self, Sessions};
use crate::kernels::{Verdict, volume};
use crate::observation::{BUCKET, Row, bucket_of};
use crate::open::OpenBucket;
use crate::prelude::Prelude;
use crate::ring::AN_HOUR;
use crate::state::{DAY, EntityState, HOUR, add_day, strangers};

/// Payload pushed within a bucket from which the account is told of a destination, bytes.
const NOTED_BYTES: u64 = 20_000;

/// What a bucket showed.
struct Seen<'a> {
    /// Partners, by who opened the conversation.
    rows: &'a [Row],
    /// The same by roles.
    summary: Summary,
    /// Start.
    bucket: i64,
    /// Event time of the latest record.
    latest: i64,
    /// Hosts that did not answer and that neither answered nor failed within the hour before.
    fresh_misses: u32,
}

impl<'a> Seen<'a> {
    fn of(state: &EntityState, rows: &'a [Row], open: &OpenBucket, bucket: i64) -> Self {
        let mut summary = summarise(rows);
        open.folded.include_in(&mut summary);
        let fresh_misses = fresh_misses(state, &summary, open);
        Self { rows, summary, bucket, latest: open.beside.latest.max(bucket), fresh_misses }
    }
}

/// A client whose servers are down fails at hosts that it knows; a scanner fails at strangers.
fn fresh_misses(state: &EntityState, summary: &Summary, open: &OpenBucket) -> u32 {
    if summary.misses.is_empty() && open.folded.misses().count() == 0 {
        return 0;
    }
    let mut known = Counter::default();
    state.origins.merge_into(&mut known);
    state.misses.merge_into(&mut known);
    let mut silent = open.folded.misses().clone();
    summary.misses.iter().for_each(|&hash| silent.insert(hash));
    strangers(&silent, &known)
}

/// Judges a bucket that gets no more records.
pub(super) fn judge(
    state: &mut EntityState,
    key: &EntityKey,
    bucket: i64,
    open: &OpenBucket,
    around: &Around<'_>,
    outcome: &mut Outcome,
) {
    let rows = by_initiator(&open.rows, &mut state.answers);
    let seen = Seen::of(state, &rows, open, bucket);
    absorb(state, open, &seen);
    note_pushes(state, &seen, outcome);
    let unique = |ip: IpAddr| !(around.users)(address_hash(ip)).is_popular();
    state.trace(bucket);
    let mut cell = cell(state, &seen.summary, &open.folded, bucket, &unique);
    listed(&rows, around.intel).iter().for_each(|(_, _, pair)| cell.listed.add(*pair));
    state.ring.push(bucket, cell);
    let said = said(state, &seen, around);
    for push in &seen.summary.pushes {
        state.known.insert(address_hash(push.ip));
    }
    learn(state, &said, seen.summary.external.out, bucket);
    state.fade();
    outcome.findings.extend(tell(state, key, &said, &seen, around));
}

/// Scans and floods need no more than the bucket that they are seen in: they are told before it is complete.
///
/// The bucket is judged again when it is; the incident is then open already.
pub(super) fn judge_early(
    state: &mut EntityState,
    key: &EntityKey,
    bucket: i64,
    open: &OpenBucket,
    around: &Around<'_>,
    outcome: &mut Outcome,
) {
    let rows = by_initiator(&open.rows, &mut state.answers);
    let mut seen = Seen::of(state, &rows, open, bucket);
    let mut said = flow_verdicts(state, &seen, around);
    said.retain(|verdict| matches!(verdict.kernel, Kernel::Scan | Kernel::Flood));
    // Its bytes count when the bucket is complete.
    seen.summary.external = crate::ring::Pair::default();
    outcome.findings.extend(tell(state, key, &said, &seen, around));
}

/// A name is told when it comes: there may be no traffic to judge it with.
pub(super) fn judge_names(
    state: &mut EntityState,
    key: &EntityKey,
    time: i64,
    around: &Around<'_>,
    outcome: &mut Outcome,
) {
    let seen = Seen {
        rows: &[],
        summary: Summary::default(),
        bucket: bucket_of(time),
        latest: time,
        fresh_misses: 0,
    };
    let said: Vec<Verdict> = name_verdict(state, time, around).into_iter().collect();
    outcome.findings.extend(tell(state, key, &said, &seen, around));
}

fn name_verdict(state: &EntityState, time: i64, around: &Around<'_>) -> Option<Verdict> {
    let judged = around.settings.an0084.mode.of_findings().is_some() && !is_declared(state, around);
    let lookups = state.lookups.as_ref().filter(|_| judged)?;
    name::judge(lookups, &state.destinations, time)
}

fn absorb(state: &mut EntityState, open: &OpenBucket, seen: &Seen<'_>) {
    let Seen { summary, bucket, .. } = seen;
    let bucket = *bucket;
    if state.first_seen == 0 {
        state.first_seen = bucket;
    }
    state.known.rotate(bucket);
    let (origins, peers) = open.folded.counters();
    state.origins.add(bucket, &summary.origins, origins);
    state.peers.add(bucket, &summary.peers, peers);
    state.misses.add(bucket, &summary.misses, open.folded.misses());
    let inside = open.beside.inside_out.saturating_add(open.beside.inside_in);
    let total = inside.saturating_add(summary.external.total());
    add_day(&mut state.days, bucket.div_euclid(DAY), total, 10);
}

/// Into the table of destinations, and to the account what it should know of an established entity.
fn note_pushes(state: &mut EntityState, seen: &Seen<'_>, outcome: &mut Outcome) {
    let bucket = seen.bucket;
    let established = bucket - state.first_seen >= DAY;
    for push in &seen.summary.pushes {
        state.note_push(push, bucket);
        let hash = address_hash(push.ip);
        if established && push.payload.out >= NOTED_BYTES && !state.noted.contains(hash) {
            if state.noted.is_saturated() {
                state.noted = Filter::default();
            }
            state.noted.insert(hash);
            outcome.notes.push(hash);
        }
    }
}

fn said(state: &EntityState, seen: &Seen<'_>, around: &Around<'_>) -> Vec<Verdict> {
    let bucket = seen.bucket;
    let mut said = flow_verdicts(state, seen, around);
    if around.settings.an0084.mode.of_findings().is_none() {
        return said;
    }
    let cells = state.ring.hour(bucket);
    let first = bucket - (AN_HOUR as i64 - 1) * BUCKET;
    let usual: [_; AN_HOUR] =
        std::array::from_fn(|place| state.season.usual_of(first + place as i64 * BUCKET));
    let buckets: [_; AN_HOUR] = std::array::from_fn(|place| volume::Bucket {
        egress: cells[place].external.out,
        demand: cells[place].served.without(cells[place].served_new).out,
        usual: &usual[place],
    });
    let kind = instance_of(state, around).and_then(|instance| instance.instance_type.as_deref());
    let bandwidth = kind.and_then(|kind| around.intel.inventory.bandwidth(kind));
    let bandwidth = bandwidth.map(|bandwidth| bandwidth.baseline);
    let sessions = Sessions {
        destinations: &state.destinations,
        first_seen: state.first_seen,
        now: bucket,
        users: &|ip| (around.users)(address_hash(ip)),
        bare: &|ip| state.is_bare(ip),
    };
    let beside =
        [volume::judge(&buckets, bandwidth, around.settings), session::judge(&sessions, around.settings)];
    if !is_declared(state, around) {
        said.extend(beside.into_iter().flatten());
        let hour: u64 = cells.iter().map(|cell| cell.external.out).sum();
        name_upload(&mut said, state, hour, bucket, around);
    }
    // By itself it was told when it came.
    let name = name_verdict(state, bucket, around);
    said.extend(name.filter(|name| !said.is_empty() || name.severity >= Severity::Medium));
    said.sort_by(|a, b| b.severity.cmp(&a.severity).then(b.score.total_cmp(&a.score)));
    said
}

/// What the flow kernels say; of an entity that relays by declaration only scans and floods.
fn flow_verdicts(state: &EntityState, seen: &Seen<'_>, around: &Around<'_>) -> Vec<Verdict> {
    let bucket = seen.bucket;
    if around.settings.an0084.mode.of_findings().is_none() {
        return Vec::new();
    }
    let listed = listed(seen.rows, around.intel);
    let view = View {
        state,
        summary: &seen.summary,
        fresh_misses: seen.fresh_misses,
        bucket,
        listed: &listed,
        stale: &|kind| around.settings.stale_days(kind, around.intel, bucket),
        shared: &|ip| (around.users)(address_hash(ip)).is_popular(),
        settings: around.settings,
    };
    let mut said = verdicts(&view);
    if is_declared(state, around) {
        said.retain(|verdict| matches!(verdict.kernel, Kernel::Scan | Kernel::Flood));
    }
    said
}

/// What led to an anomaly is no example of what is usual.
fn learn(state: &mut EntityState, said: &[Verdict], egress: u64, bucket: i64) {
    let anomalous = |verdict: &Verdict| {
        verdict.severity >= Severity::Low && verdict.score >= ANOMALOUS && verdict.kernel != Kernel::Name
    };
    if said.iter().any(anomalous) {
        state.season.withdraw(bucket + BUCKET - HOUR);
    } else {
        state.season.learn(bucket, egress);
    }
}

fn tell(
    state: &mut EntityState,
    key: &EntityKey,
    said: &[Verdict],
    seen: &Seen<'_>,
    around: &Around<'_>,
) -> Option<Finding> {
    let kernel = said.first().map(|verdict| verdict.kernel);
    let context = context(state, seen.latest, said, around);
    let with_host = host::joined(said, seen.latest, around);
    let said = with_host.as_deref().unwrap_or(said);
    let told = Told {
        judgement: combine(said, &context),
        context: &context,
        verdicts: said,
        remotes: remotes(state, &seen.summary, seen.rows, kernel, seen.bucket, around.intel),
        egress: seen.summary.external.out,
        bucket: seen.bucket,
        time: seen.latest,
        host: around.host,
        by_host: false,
    };
    incident::report(state, key, told, around.settings, around.intel)
}

/// What is known of the instance and the hour, where there is something to add it to.
pub(super) fn context(state: &EntityState, time: i64, said: &[Verdict], around: &Around<'_>) -> Vec<Context> {
    if said.is_empty() {
        return Vec::new();
    }
    let prelude = around.prelude.filter(|prelude| prelude.counts(time));
    let news = prelude.map(Prelude::news).unwrap_or_default();
    let launched = Instance {
        instance_type: prelude.and_then(|prelude| prelude.instance_type.clone()),
        ..Instance::default()
    };
    let instance = instance_of(state, around).unwrap_or(&launched);
    let facts = instance::facts(instance, news, around.settings);
    let led = prelude.map(Prelude::contexts).unwrap_or_default();
    facts.into_iter().chain(led).chain(instance::off_hours(time, around.settings)).collect()
}

fn is_declared(state: &EntityState, around: &Around<'_>) -> bool {
    let declared = &around.settings.roles.declared;
    instance_of(state, around)
        .is_some_and(|instance| declared.iter().any(|role| instance.tags.contains(&role.to_string())))
}

fn instance_of<'a>(state: &EntityState, around: &Around<'a>) -> Option<&'a weir_intel::inventory::Instance> {
    state.info.known_instance(&around.intel.inventory)
}
