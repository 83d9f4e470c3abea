//! One step: a batch's observations of one entity into its document, and what to say about it.

use std::net::IpAddr;

use weir_intel::Intel;

use crate::an0084::{View, verdicts};
use crate::counter::Filter;
use crate::entity::{EntityKey, address_hash};
use crate::finding::{Finding, Kernel, Remote, Role, Severity};
use crate::incident;
use crate::kernels::bucket::{Summary, summarise};
use crate::observation::{BUCKET, Observations, Row, Side};
use crate::open::OpenBucket;
use crate::ring::{Cell, Pair};
use crate::settings::Settings;
use crate::state::{DAY, EntityState, HOUR, add_day};

/// A served port counts as new for this long after it first carried payload.
const NEW_PORT: i64 = 2 * DAY;

/// Payload pushed within a bucket from which the account is told of a destination, bytes.
const NOTED_BYTES: u64 = 20_000;

/// What a step may look at beside the entity's document.
pub struct Around<'a> {
    /// Whether other established entities of the account push to a destination, by its hash.
    pub popular: &'a dyn Fn(u64) -> bool,
    /// The settings in force.
    pub settings: &'a Settings,
    /// Address lists, inventory, country and network data.
    pub intel: &'a Intel,
}

/// What came of a step.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What is to be reported.
    pub findings: Vec<Finding>,
    /// Buckets judged.
    pub windows: u64,
    /// Destinations that the account should know this entity to push to, by their hashes.
    pub notes: Vec<u64>,
}

/// Takes a batch's observations into the document and returns how many of its buckets came too late.
///
/// Order and batching of what comes in time do not matter.
pub fn admit(state: &mut EntityState, observed: &Observations) -> u64 {
    state.info.merge(&observed.info);
    state.latest = state.latest.max(observed.latest);
    state.complete = state.complete.max(observed.complete_until.unwrap_or(0));
    state.interval = state.interval.max(observed.interval);
    state.has_flags |= observed.has_flags;
    state.has_direction |= observed.has_direction;
    state.losses = state.losses.saturating_add(observed.losses);
    state.open.admit(observed, state.closed)
}

/// The destinations whose popularity the next [`step`] will ask for, by their hashes.
pub fn asked(state: &EntityState, settings: &Settings) -> Vec<u64> {
    let horizon = horizon(state, settings);
    let mut asked = Vec::new();
    for (_, bucket) in state.open.iter().take_while(|(start, _)| *start < horizon) {
        for push in &summarise(&bucket.rows).pushes {
            let hash = address_hash(push.ip);
            if !state.known.contains(hash) && !asked.contains(&hash) {
                asked.push(hash);
            }
        }
    }
    asked
}

/// Judges every bucket that is complete, oldest first.
///
/// No clock and no randomness: the same document, settings and intelligence give the same result on
/// every machine.
pub fn step(state: &mut EntityState, key: &EntityKey, around: &Around<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let horizon = horizon(state, around.settings);
    while let Some((start, bucket)) = state.open.close(horizon) {
        state.closed = start + BUCKET;
        judge(state, key, start, &bucket, around, &mut outcome);
    }
    outcome
}

/// Buckets that start before this time are complete.
///
/// A vouched-for time counts at once. Otherwise an interface's records of one aggregation interval come
/// within the next one; how long that is becomes known within the first hour.
fn horizon(state: &EntityState, settings: &Settings) -> i64 {
    let young = state.first_seen == 0 || state.latest - state.first_seen < HOUR;
    let settle = if young { i64::MAX } else { state.interval.saturating_mul(2).saturating_add(60_000) };
    let settled = state.latest.saturating_sub(settle.min(settings.lateness));
    settled.max(state.complete).saturating_sub(BUCKET - 1)
}

fn judge(
    state: &mut EntityState,
    key: &EntityKey,
    bucket: i64,
    observed: &OpenBucket,
    around: &Around<'_>,
    outcome: &mut Outcome,
) {
    let Around { settings, intel, .. } = *around;
    let mut summary = summarise(&observed.rows);
    observed.folded.include_in(&mut summary);
    outcome.windows += 1;
    absorb(state, observed, &summary, bucket);
    let established = bucket - state.first_seen >= DAY;
    for push in &summary.pushes {
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
    let (origins, peers) = observed.folded.counters();
    state.origins.add(bucket, &summary.origins, origins);
    state.peers.add(bucket, &summary.peers, peers);
    let unique = |ip: IpAddr| !(around.popular)(address_hash(ip));
    let mut cell = cell(state, &summary, bucket, &unique);
    cell.push.add(observed.folded.push());
    cell.origins = cell.origins.saturating_add(narrow(origins.count() as usize));
    cell.peers = cell.peers.saturating_add(narrow(peers.count() as usize));
    state.ring.push(bucket, cell);
    let listed = listed(&observed.rows, intel);
    let view =
        View { state, summary: &summary, bucket, listed: &listed, shared: &|ip| !unique(ip), settings };
    let mut said = if settings.an0084.mode.of_findings().is_some() { verdicts(&view) } else { Vec::new() };
    let instance = state.info.instance.as_deref().and_then(|id| intel.inventory.instance(id));
    if instance.is_some_and(|instance| {
        settings.roles.declared.iter().any(|role| instance.tags.contains(&role.to_string()))
    }) {
        // What an entity relays by declaration is no incident; scans and floods still are.
        said.retain(|verdict| matches!(verdict.kernel, Kernel::Scan | Kernel::Flood));
    }
    let listed_gateway = said.iter().any(|verdict| verdict.kernel == Kernel::Intel);
    for verdict in &mut said {
        if listed_gateway && matches!(verdict.kernel, Kernel::Relay | Kernel::ServedRelay) {
            verdict.severity = Severity::High;
        }
    }
    for push in &summary.pushes {
        state.known.insert(address_hash(push.ip));
    }
    if said.is_empty() {
        state.egress.insert(summary.external.out);
    }
    state.fade();
    let remotes = remotes(state, &summary, said.first().map(|verdict| verdict.kernel), bucket, intel);
    let time = observed.beside.latest.max(bucket);
    outcome
        .findings
        .extend(incident::report(state, key, &said, &summary, remotes, bucket, time, settings, intel));
}

fn absorb(state: &mut EntityState, observed: &OpenBucket, summary: &Summary, bucket: i64) {
    if state.first_seen == 0 {
        state.first_seen = bucket;
    }
    state.known.rotate(bucket);
    let inside = observed.beside.inside_out.saturating_add(observed.beside.inside_in);
    let total = inside.saturating_add(summary.external.total());
    add_day(&mut state.days, bucket.div_euclid(DAY), total, 10);
}

fn cell(state: &mut EntityState, summary: &Summary, bucket: i64, unique: &dyn Fn(IpAddr) -> bool) -> Cell {
    let mut cell = Cell { external: summary.external, pull: summary.pull, ..Cell::default() };
    for push in &summary.pushes {
        cell.push.add(push.payload);
        if !state.known.contains(address_hash(push.ip)) && unique(push.ip) {
            cell.novel.add(push.payload);
        }
    }
    for (port, pair, _) in &summary.served {
        cell.served.add(*pair);
        let first = match state.served.iter().find(|(have, _)| have == port) {
            Some((_, first)) => *first,
            // What a host served when it was first seen is its service, not a new port.
            None => {
                let first =
                    if bucket - state.first_seen < DAY / 2 { state.first_seen - NEW_PORT } else { bucket };
                if state.served.len() < 24 && pair.out >= 4_096 {
                    state.served.push((*port, first));
                }
                first
            }
        };
        if bucket - first < NEW_PORT {
            cell.served_new.add(*pair);
        }
    }
    cell.origins = narrow(summary.origins.len());
    cell.peers = narrow(summary.peers.len());
    cell.failed = narrow(summary.tries.iter().map(|tries| tries.failed as usize).sum());
    cell.tried = narrow(summary.tries.iter().map(|tries| tries.tried as usize).sum());
    cell
}

fn narrow(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

fn listed(rows: &[Row], intel: &Intel) -> Vec<(&'static str, IpAddr, Pair)> {
    if !intel.has_lists() {
        return Vec::new();
    }
    rows.iter()
        .filter(|row| row.key.side == Side::Dialled && row.sums.packets_in > 0)
        .filter_map(|row| {
            let pair = Pair { out: row.sums.bytes_out, into: row.sums.bytes_in };
            Some((intel.label(row.key.remote)?, row.key.remote, pair))
        })
        .collect()
}

/// The remotes that show it best: gateways and origins, clients' ports, targets.
fn remotes(
    state: &EntityState,
    summary: &Summary,
    kernel: Option<Kernel>,
    bucket: i64,
    intel: &Intel,
) -> Vec<Remote> {
    let remote = |ip: IpAddr, port, protocol, role, wire: Pair, first_seen| Remote {
        ip,
        port,
        protocol,
        role,
        bytes_out: wire.out,
        bytes_in: wire.into,
        first_seen,
        country: intel.country(ip).map(|country| country.as_str().to_owned()),
        asn: intel.asn(ip).map(|asn| asn.number),
        organisation: intel.asn(ip).and_then(|asn| asn.organisation.as_deref().map(str::to_owned)),
        label: intel.label(ip).map(str::to_owned),
    };
    let mut remotes = Vec::new();
    match kernel {
        None => return remotes,
        Some(Kernel::Scan) => {
            for tries in summary.tries.iter().filter(|tries| tries.failed > 0).take(5) {
                if let Some(ip) = tries.example {
                    remotes.push(remote(ip, tries.port, 6, Role::Target, Pair::default(), bucket));
                }
            }
        }
        Some(Kernel::Flood) => {
            if let Some(rush) = &summary.rush {
                remotes.push(remote(rush.ip, rush.port, rush.protocol, Role::Target, rush.wire, bucket));
            }
        }
        Some(_) => {
            let mut recent: Vec<_> =
                state.destinations.iter().filter(|entry| bucket - entry.last < 12 * BUCKET).collect();
            recent.sort_by(|a, b| b.wire.out.cmp(&a.wire.out).then(a.ip.cmp(&b.ip)));
            for entry in recent.into_iter().take(5) {
                remotes.push(remote(
                    entry.ip,
                    entry.port,
                    entry.protocol,
                    Role::Gateway,
                    entry.wire,
                    entry.first,
                ));
            }
            for origin in summary.pulled.iter().take(5) {
                remotes.push(remote(
                    origin.ip,
                    origin.port,
                    origin.protocol,
                    Role::Origin,
                    origin.wire,
                    bucket,
                ));
            }
        }
    }
    remotes
}
