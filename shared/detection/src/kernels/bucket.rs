//! One entity's bucket reduced to what the kernels read: sums by role and initiator.

use std::net::IpAddr;

use crate::entity::address_hash;
use crate::observation::{Row, Side};
use crate::ring::Pair;

/// Ports that amplify: a flood by reflection goes to many of them.
const TCP: u8 = 6;
const UDP: u8 = 17;

/// Payload to one remote that answers with about as much, from which it is an exchange, bytes a bucket.
///
/// An origin answers a request with more than was asked, and a short request with a short answer is too
/// small to matter; a message broker on the same host would drown the requests of a relay.
const EXCHANGED: u64 = 20_000;

/// Producer-consumer ratio above which a remote that took so much may as well be the host's own broker or
/// two-way API as an origin: it gives less than seven times what it was sent.
const CHATTY: f64 = -0.75;

/// Remotes pulled from that are named.
const PULLED: usize = 8;

/// Hosts tried on a port, from which the port is judged by itself.
pub const PORT_OF_MANY: u32 = 3;

/// A dialled remote that was pushed to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Push {
    /// Its address.
    pub ip: IpAddr,
    /// Its port.
    pub port: u16,
    /// IANA protocol number.
    pub protocol: u8,
    /// Payload.
    pub payload: Pair,
    /// Wire bytes.
    pub wire: Pair,
}

/// Tries that nobody answered, on one port.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tries {
    /// The port.
    pub port: u16,
    /// Hosts tried.
    pub tried: u32,
    /// Hosts that did not answer.
    pub failed: u32,
    /// Packets sent to those that did not.
    pub packets: u64,
    /// One of them.
    pub example: Option<IpAddr>,
}

/// Attack-sized packets at a rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rush {
    /// Where to.
    pub ip: IpAddr,
    /// Its port.
    pub port: u16,
    /// IANA protocol number.
    pub protocol: u8,
    /// Packets a second.
    pub packets: u64,
    /// Bits a second.
    pub bits: u64,
    /// Seconds it lasted within the bucket.
    pub span: u64,
    /// Wire bytes.
    pub wire: Pair,
    /// Packets answered per packet sent.
    pub answered: f64,
}

/// A bucket by roles.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Wire bytes.
    pub external: Pair,
    /// Pushed-to remotes, most payload first.
    pub pushes: Vec<Push>,
    /// Dialled remotes that take much and give as much: brokers, calls, two-way APIs.
    pub exchange: Pair,
    /// All other dialled remotes.
    pub pull: Pair,
    /// Those of them that were asked much for what they gave, see [`CHATTY`].
    pub chatty: Pair,
    /// What came from the remote that gave most, chatty ones aside.
    pub largest: u64,
    /// Hashes of remotes pulled from.
    pub origins: Vec<u64>,
    /// Pulled-from remotes with most wire bytes, at most eight.
    pub pulled: Vec<Push>,
    /// Per served port: payload and clients.
    pub served: Vec<(u16, Pair, u32)>,
    /// Hashes of peers on unprivileged ports that exchange both ways.
    pub peers: Vec<u64>,
    /// Peers that the entity went to by itself: dialled over TCP, or tried without an answer.
    pub sought: u32,
    /// Their payload.
    pub peer: Pair,
    /// The UDP share of it.
    pub peer_udp: u64,
    /// Failed tries by port, most failures first.
    pub tries: Vec<Tries>,
    /// Tries on ports that one or two hosts were tried on, which together may be a scan.
    pub scattered: Tries,
    /// Hashes of hosts that did not answer.
    pub misses: Vec<u64>,
    /// Most failed ports of one host.
    pub host_ports: Option<(IpAddr, u32)>,
    /// Fastest unanswered stream.
    pub rush: Option<Rush>,
}

/// Reduces a bucket's rows.
pub fn summarise(rows: &[Row]) -> Summary {
    let mut summary = Summary { origins: Vec::with_capacity(rows.len()), ..Summary::default() };
    let mut tries: std::collections::BTreeMap<u16, Tries> = std::collections::BTreeMap::new();
    let mut by_host: std::collections::BTreeMap<IpAddr, u32> = std::collections::BTreeMap::new();
    let mut served: std::collections::BTreeMap<u16, (Pair, u32)> = std::collections::BTreeMap::new();
    for Row { key, sums, .. } in rows {
        let payload = sums.payload(key);
        let wire = Pair { out: sums.bytes_out, into: sums.bytes_in };
        summary.external.add(wire);
        let peer = Push { ip: key.remote, port: key.port, protocol: key.protocol, payload, wire };
        // A peer is given much and asks little, or the other way round; a probe gets nothing.
        if sums.unprivileged && payload.out.max(payload.into) >= 2_000 && payload.out.min(payload.into) >= 200
        {
            summary.peers.push(address_hash(key.remote));
            summary.peer.add(payload);
            summary.sought += u32::from(key.protocol == TCP && key.side == Side::Dialled);
            if key.protocol == UDP {
                summary.peer_udp = summary.peer_udp.saturating_add(payload.total());
            }
        }
        if key.side == Side::Served {
            if payload.total() > 0 {
                let port = served.entry(key.port).or_default();
                port.0.add(payload);
                port.1 += 1;
            }
            continue;
        }
        if is_push(payload) {
            summary.pushes.push(peer);
        } else if payload.out >= EXCHANGED && payload.pcr() >= -0.3 {
            summary.exchange.add(payload);
        } else {
            summary.pull.add(payload);
            if payload.out >= EXCHANGED && payload.pcr() >= CHATTY {
                summary.chatty.add(payload);
            } else {
                summary.largest = summary.largest.max(payload.into);
            }
            if payload.into >= 256 {
                summary.origins.push(address_hash(key.remote));
                if summary.pulled.len() == 4 * PULLED {
                    keep_most(&mut summary.pulled);
                }
                summary.pulled.push(peer);
            }
        }
        if let Some(rush) = rush(&peer, sums)
            && summary.rush.is_none_or(|best| rush.packets > best.packets)
        {
            summary.rush = Some(rush);
        }
        if sums.packets_out == 0 || !matches!(key.protocol, TCP | UDP) {
            continue;
        }
        let port = tries.entry(key.port).or_insert(Tries { port: key.port, ..Tries::default() });
        port.tried += 1;
        if failed(key.protocol, sums) {
            port.failed += 1;
            port.packets = port.packets.saturating_add(sums.packets_out);
            port.example.get_or_insert(key.remote);
            *by_host.entry(key.remote).or_default() += 1;
            summary.misses.push(address_hash(key.remote));
            summary.sought += u32::from(sums.unprivileged);
        }
    }
    summary.pushes.sort_by(|a, b| b.payload.out.cmp(&a.payload.out).then(a.ip.cmp(&b.ip)));
    keep_most(&mut summary.pulled);
    summary.served = served.into_iter().map(|(port, (pair, clients))| (port, pair, clients)).collect();
    for few in tries.values().filter(|tries| tries.tried < PORT_OF_MANY) {
        summary.scattered.tried += few.tried;
        summary.scattered.failed += few.failed;
        summary.scattered.packets = summary.scattered.packets.saturating_add(few.packets);
    }
    summary.tries = tries.into_values().collect();
    summary.tries.sort_by(|a, b| b.failed.cmp(&a.failed).then(a.port.cmp(&b.port)));
    summary.tries.truncate(16);
    summary.host_ports = by_host.into_iter().max_by_key(|(_, ports)| *ports);
    summary
}

/// Keeps the remotes that most came from. Of equals the earlier stays, so that it may be done on the way.
fn keep_most(pulled: &mut Vec<Push>) {
    pulled.sort_by(|a, b| b.wire.into.cmp(&a.wire.into).then(a.ip.cmp(&b.ip)));
    pulled.truncate(PULLED);
}

/// Whether a dialled remote was pushed to.
pub fn is_push(payload: Pair) -> bool {
    payload.out >= 2_048 && payload.pcr() >= 0.3
}

/// Nobody answered: silence or a reset to a first packet, or the network's own refusal.
///
/// `tcp-flags` shows no pure ACK, so an open connection's first record reads SYN too: what counts is
/// that nothing but resets came back.
fn failed(protocol: u8, sums: &crate::observation::RowSums) -> bool {
    if sums.rejected {
        return true;
    }
    let few = sums.packets_out <= 8;
    let reset = protocol == TCP && sums.flags_in & 4 != 0 && sums.flags_in & 16 == 0;
    // Port 53, 123 and 443 over UDP answer late or never without meaning anything.
    few && (reset || sums.packets_in == 0 && (protocol == TCP || sums.packets_out <= 2))
}

fn rush(peer: &Push, sums: &crate::observation::RowSums) -> Option<Rush> {
    let span = sums.span().max(60);
    let size = sums.bytes_out / sums.packets_out.max(1);
    // A bulk upload's first record reads SYN as well: only header-sized packets are a SYN flood.
    if peer.protocol == TCP && (size > 80 || sums.flags_out & 16 != 0) {
        return None;
    }
    let answered = sums.packets_in as f64 / sums.packets_out.max(1) as f64;
    Some(Rush {
        ip: peer.ip,
        port: peer.port,
        protocol: peer.protocol,
        packets: sums.packets_out / span,
        bits: sums.bytes_out.saturating_mul(8) / span,
        span: sums.span(),
        wire: peer.wire,
        answered,
    })
}

#[cfg(test)]
mod tests;
