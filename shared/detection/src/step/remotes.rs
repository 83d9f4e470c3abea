//! The remotes that a finding names.

use std::net::IpAddr;

use weir_intel::Intel;

use crate::finding::{Kernel, Remote, Role};
use crate::kernels::bucket::Summary;
use crate::observation::{BUCKET, Row, Side};
use crate::ring::Pair;
use crate::state::EntityState;

/// Traffic with listed addresses that the entity dialled: label, address, wire bytes.
pub(super) fn listed(rows: &[Row], intel: &Intel) -> Vec<(&'static str, IpAddr, Pair)> {
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
pub(super) fn remotes(
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
