//! One step: a bucket's observations of one entity into its document, and what to say about it.

use std::net::IpAddr;

use weir_intel::Intel;

use crate::an0084::{View, verdicts};
use crate::entity::address_hash;
use crate::finding::{Finding, Kernel, Remote, Role, Severity};
use crate::incident;
use crate::kernels::bucket::{Summary, summarise};
use crate::observation::{BUCKET, Observations, Side};
use crate::ring::{Cell, Pair};
use crate::settings::Settings;
use crate::shared::Shared;
use crate::state::{DAY, EntityState, add_day};

/// A served port counts as new for this long after it first carried payload.
const NEW_PORT: i64 = 2 * DAY;

/// Applies one bucket that is complete, and returns what is to be reported.
///
/// No clock and no randomness: the same document, observations, settings and intelligence give the
/// same result on every machine.
pub fn step(
    state: &mut EntityState,
    observed: &Observations,
    bucket: i64,
    shared: &mut Shared,
    settings: &Settings,
    intel: &Intel,
) -> Vec<Finding> {
    let summary = summarise(&observed.rows);
    absorb(state, observed, bucket);
    let entity = observed.key.hash64();
    let established = bucket - state.first_seen >= DAY;
    for push in &summary.pushes {
        state.note_push(push, bucket);
        if established && push.payload.out >= 20_000 {
            shared.note(address_hash(push.ip), entity);
        }
    }
    state.origins.add(bucket, &summary.origins);
    state.peers.add(bucket, &summary.peers);
    let unique = |ip: IpAddr| !shared.is_popular(address_hash(ip), entity);
    let mut cell = cell(state, &summary, bucket, &unique);
    let listed = listed(observed, intel);
    listed.iter().for_each(|(_, _, pair)| cell.listed.add(*pair));
    state.ring.push(bucket, cell);
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
    let time = observed.latest.max(bucket);
    incident::report(state, &observed.key, &said, &summary, remotes, bucket, time, settings, intel)
}

fn absorb(state: &mut EntityState, observed: &Observations, bucket: i64) {
    if state.first_seen == 0 {
        state.first_seen = bucket;
    }
    state.info.merge(&observed.info);
    state.latest = state.latest.max(observed.latest);
    state.interval = state.interval.max(observed.interval);
    state.has_flags |= observed.has_flags;
    state.has_direction |= observed.has_direction;
    state.losses = state.losses.saturating_add(observed.losses);
    state.known.rotate(bucket);
    let inside: u64 =
        observed.inside.iter().map(|(_, inside)| inside.bytes_out.saturating_add(inside.bytes_in)).sum();
    let outside: u64 =
        observed.rows.iter().map(|row| row.sums.bytes_out.saturating_add(row.sums.bytes_in)).sum();
    add_day(&mut state.days, bucket.div_euclid(DAY), inside.saturating_add(outside), 10);
}

fn cell(state: &mut EntityState, summary: &Summary, bucket: i64, unique: &dyn Fn(IpAddr) -> bool) -> Cell {
    let mut cell = Cell {
        external: summary.external,
        pull: summary.pull,
        largest: summary.largest,
        exchange: summary.exchange,
        ..Cell::default()
    };
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
    let narrow = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
    cell.origins = narrow(summary.origins.len());
    cell.peers = narrow(summary.peers.len());
    // What a busy host does on ports that answer says nothing of the ports that do not.
    let silent = || summary.tries.iter().filter(|tries| tries.tried >= 3 && tries.failed * 2 >= tries.tried);
    cell.failed = narrow(silent().map(|tries| tries.failed as usize).sum());
    cell.tried = narrow(silent().map(|tries| tries.tried as usize).sum());
    cell
}

fn listed(observed: &Observations, intel: &Intel) -> Vec<(&'static str, IpAddr, Pair)> {
    if !intel.has_lists() {
        return Vec::new();
    }
    observed
        .rows
        .iter()
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
