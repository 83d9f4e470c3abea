//! The remotes that a finding names.

use std::net::IpAddr;

use weir_intel::Intel;
use weir_intel::lists::ListKind;

use crate::finding::{Kernel, Remote, Role};
use crate::kernels::bucket::Summary;
use crate::observation::{BUCKET, Row, Side};
use crate::ring::Pair;
use crate::state::{Destination, EntityState};

/// Traffic with listed addresses that the entity dialled: which list, address, wire bytes.
pub(super) fn listed(rows: &[Row], intel: &Intel) -> Vec<(ListKind, IpAddr, Pair)> {
    if !intel.has_lists() {
        return Vec::new();
    }
    rows.iter()
        .filter(|row| row.key.side == Side::Dialled && row.sums.packets_in > 0)
        .filter_map(|row| {
            let pair = Pair { out: row.sums.bytes_out, into: row.sums.bytes_in };
            Some((intel.list_of(row.key.remote)?, row.key.remote, pair))
        })
        .collect()
}

/// Remotes named at most per role.
const NAMED: usize = 5;

/// The remotes that show it best, most bytes first.
pub(super) fn remotes(
    state: &EntityState,
    summary: &Summary,
    rows: &[Row],
    kernel: Option<Kernel>,
    bucket: i64,
    intel: &Intel,
) -> Vec<Remote> {
    let remote = |ip: IpAddr, port, protocol, role, wire: Pair| Remote {
        ip,
        port,
        protocol,
        role,
        bytes_out: wire.out,
        bytes_in: wire.into,
        // Who is only pulled from, or dials in, is not remembered by address.
        first_seen: state.destinations.iter().find(|it| it.ip == ip && it.port == port).map(|it| it.first),
        country: intel.country(ip).map(|country| country.as_str().to_owned()),
        asn: intel.asn(ip).map(|asn| asn.number),
        organisation: intel.asn(ip).and_then(|asn| asn.organisation.as_deref().map(str::to_owned)),
        label: intel.label(ip).map(str::to_owned),
    };
    let of_rows = |role: Role, is: &dyn Fn(&Row) -> bool| -> Vec<Remote> {
        let wire = |row: &Row| Pair { out: row.sums.bytes_out, into: row.sums.bytes_in };
        let mut found: Vec<&Row> = rows.iter().filter(|row| is(row)).collect();
        found.sort_by_key(|row| (std::cmp::Reverse(wire(row).total()), row.key));
        let named = found.into_iter().take(NAMED);
        named.map(|row| remote(row.key.remote, row.key.port, row.key.protocol, role, wire(row))).collect()
    };
    let origins = || {
        let named = summary.pulled.iter().take(NAMED);
        named.map(|it| remote(it.ip, it.port, it.protocol, Role::Origin, it.wire))
    };
    match kernel {
        None => Vec::new(),
        Some(Kernel::Scan) => {
            let tries = summary.tries.iter().filter(|tries| tries.failed > 0).take(NAMED);
            tries
                .filter_map(|tries| Some((tries.port, tries.example?)))
                .map(|(port, ip)| remote(ip, port, 6, Role::Target, Pair::default()))
                .collect()
        }
        Some(Kernel::Flood) => {
            let rush = summary.rush.iter();
            rush.map(|it| remote(it.ip, it.port, it.protocol, Role::Target, it.wire)).collect()
        }
        Some(Kernel::ServedRelay) => {
            let mut remotes = of_rows(Role::Client, &|row| row.key.side == Side::Served);
            remotes.extend(origins());
            remotes
        }
        Some(Kernel::Torrent) => of_rows(Role::Peer, &|row| row.sums.unprivileged && row.sums.packets_in > 0),
        Some(Kernel::Intel) => of_rows(Role::Gateway, &|row| {
            row.key.side == Side::Dialled && intel.list_of(row.key.remote).is_some()
        }),
        Some(_) => {
            let mut recent: Vec<_> =
                state.destinations.iter().filter(|entry| bucket - entry.last < 12 * BUCKET).collect();
            recent.sort_by(|a, b| b.wire.out.cmp(&a.wire.out).then(a.ip.cmp(&b.ip)));
            let gateways = recent.into_iter().take(NAMED);
            let gateway = |it: &Destination| remote(it.ip, it.port, it.protocol, Role::Gateway, it.wire);
            gateways.map(gateway).chain(origins()).collect()
        }
    }
}
