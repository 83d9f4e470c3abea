//! A bucket's sums by role, with what is new to the entity told apart.

use std::net::IpAddr;

use crate::entity::address_hash;
use crate::kernels::bucket::{PORT_OF_MANY, Summary};
use crate::kernels::folded::Folded;
use crate::ring::Cell;
use crate::state::{DAY, EntityState};

/// A served port counts as new for this long after it first carried payload.
const NEW_PORT: i64 = 2 * DAY;

/// One in so many peers of a swarm at least is sought. A game server or a conference is found by its clients: over
/// UDP the ports do not say who came to whom, but nobody whom it seeks stays silent.
const SOUGHT: usize = 16;

/// The bucket's cell; ports that are served for the first time are noted in the document.
pub(super) fn cell(
    state: &mut EntityState,
    summary: &Summary,
    folded: &Folded,
    bucket: i64,
    unique: &dyn Fn(IpAddr) -> bool,
) -> Cell {
    let mut cell = Cell {
        external: summary.external,
        pull: summary.pull,
        chatty: summary.chatty,
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
    let (origins, peers) = folded.counters();
    cell.push.add(folded.push());
    cell.origins = narrow(summary.origins.len() + origins.count() as usize);
    let sought = summary.sought.saturating_add(folded.misses().count());
    cell.peers = peers_of(summary.peers.len() + peers.count() as usize, sought);
    // What a busy host does on ports that answer says nothing of the ports that do not.
    let scattered = std::iter::once(&summary.scattered);
    let ports = summary.tries.iter().filter(|tries| tries.tried >= PORT_OF_MANY);
    let silent = || ports.clone().chain(scattered.clone()).filter(|tries| tries.failed * 2 >= tries.tried);
    cell.failed = narrow(silent().map(|tries| tries.failed as usize).sum());
    cell.tried = narrow(silent().map(|tries| tries.tried as usize).sum());
    cell
}

/// Peers of a bucket, none where one in so few was sought that a server's clients explain them.
fn peers_of(peers: usize, sought: u32) -> u16 {
    if sought as usize * SOUGHT < peers { 0 } else { narrow(peers) }
}

fn narrow(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_of_whom_none_in_sixteen_was_sought_are_a_servers_clients() {
        assert_eq!(peers_of(32, 2), 32);
        assert_eq!(peers_of(33, 2), 0);
        assert_eq!(peers_of(5, 0), 0);
    }
}
