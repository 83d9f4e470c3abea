//! What a document keeps of partners that it has no room for: sums by role.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::bucket::{Summary, Tries, summarise};
use crate::counter::Counter;
use crate::observation::Row;
use crate::ring::Pair;

/// Ports kept of served and of failed traffic.
const PORTS: usize = 8;

/// Partners of one bucket by role, without their names.
///
/// Sums stay exact. A partner that comes back after it was folded is weighed by its parts, so that a
/// host tried again counts again; the distinct count bounds that.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Folded {
    external: Pair,
    push: Pair,
    pull: Pair,
    largest: u64,
    exchange: Pair,
    chatty: Pair,
    origins: Counter,
    peers: Counter,
    peer: Pair,
    peer_udp: u64,
    served: Vec<(u16, Pair, u32)>,
    tries: Vec<FoldedTries>,
    scattered: (u32, u32, u64),
    misses: Counter,
    tried: Counter,
    host: Option<(IpAddr, u32)>,
}

/// See [`Tries`].
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct FoldedTries {
    port: u16,
    tried: u32,
    failed: u32,
    packets: u64,
    example: Option<IpAddr>,
}

impl Folded {
    /// Folds more partners in.
    pub fn add(&mut self, rows: &[Row]) {
        let summary = summarise(rows);
        self.external.add(summary.external);
        self.pull.add(summary.pull);
        self.largest = self.largest.max(summary.largest);
        self.exchange.add(summary.exchange);
        self.chatty.add(summary.chatty);
        for push in &summary.pushes {
            self.push.add(push.payload);
        }
        summary.origins.iter().for_each(|&hash| self.origins.insert(hash));
        summary.peers.iter().for_each(|&hash| self.peers.insert(hash));
        summary.misses.iter().for_each(|&hash| self.misses.insert(hash));
        let (tried, failed, packets) = &mut self.scattered;
        *tried = tried.saturating_add(summary.scattered.tried);
        *failed = failed.saturating_add(summary.scattered.failed);
        *packets = packets.saturating_add(summary.scattered.packets);
        self.peer.add(summary.peer);
        self.peer_udp = self.peer_udp.saturating_add(summary.peer_udp);
        for (port, pair, clients) in summary.served {
            match self.served.iter_mut().find(|(have, ..)| *have == port) {
                Some((_, sum, count)) => {
                    sum.add(pair);
                    *count = count.saturating_add(clients);
                }
                None => self.served.push((port, pair, clients)),
            }
        }
        self.served.sort_by_key(|(port, pair, _)| (std::cmp::Reverse(pair.total()), *port));
        self.served.truncate(PORTS);
        for row in rows {
            if row.sums.packets_in == 0 && row.sums.packets_out > 0 {
                let hash = crate::entity::address_hash(row.key.remote);
                self.tried.insert(crate::entity::mix(hash ^ u64::from(row.key.port)));
            }
        }
        for tries in summary.tries {
            match self.tries.iter_mut().find(|have| have.port == tries.port) {
                Some(have) => {
                    have.tried = have.tried.saturating_add(tries.tried);
                    have.failed = have.failed.saturating_add(tries.failed);
                    have.packets = have.packets.saturating_add(tries.packets);
                    have.example = have.example.or(tries.example);
                }
                None => self.tries.push(FoldedTries {
                    port: tries.port,
                    tried: tries.tried,
                    failed: tries.failed,
                    packets: tries.packets,
                    example: tries.example,
                }),
            }
        }
        self.tries.sort_by_key(|tries| (std::cmp::Reverse(tries.failed), tries.port));
        self.tries.truncate(PORTS);
        if let Some((host, ports)) = summary.host_ports {
            match &mut self.host {
                Some((have, sum)) if *have == host => *sum = sum.saturating_add(ports),
                Some((_, sum)) if *sum >= ports => {}
                host_ports => *host_ports = Some((host, ports)),
            }
        }
    }

    /// Distinct origins and peers.
    pub const fn counters(&self) -> (&Counter, &Counter) {
        (&self.origins, &self.peers)
    }

    /// Distinct hosts that did not answer.
    pub const fn misses(&self) -> &Counter {
        &self.misses
    }

    /// Payload exchanged with folded gateways.
    pub const fn push(&self) -> Pair {
        self.push
    }

    /// Adds the sums to those of the partners that were kept.
    pub fn include_in(&self, summary: &mut Summary) {
        summary.external.add(self.external);
        summary.pull.add(self.pull);
        summary.largest = summary.largest.max(self.largest);
        summary.exchange.add(self.exchange);
        summary.chatty.add(self.chatty);
        summary.peer.add(self.peer);
        summary.peer_udp = summary.peer_udp.saturating_add(self.peer_udp);
        for (port, pair, clients) in &self.served {
            match summary.served.iter_mut().find(|(have, ..)| have == port) {
                Some((_, sum, count)) => {
                    sum.add(*pair);
                    *count = count.saturating_add(*clients);
                }
                None => summary.served.push((*port, *pair, *clients)),
            }
        }
        summary.served.sort_by_key(|(port, ..)| *port);
        let distinct = self.tried.count();
        for tries in &self.tries {
            let again = f64::from(distinct) / f64::from(tries.failed.max(1));
            // More failures than distinct targets: the same ones were tried again.
            let failed = tries.failed.min(distinct);
            let tried = (tries.tried - tries.failed.min(tries.tried)).saturating_add(failed);
            let packets = if again < 1.0 { (tries.packets as f64 * again) as u64 } else { tries.packets };
            match summary.tries.iter_mut().find(|have| have.port == tries.port) {
                Some(have) => {
                    have.tried = have.tried.saturating_add(tried);
                    have.failed = have.failed.saturating_add(failed);
                    have.packets = have.packets.saturating_add(packets);
                }
                None => summary.tries.push(Tries {
                    port: tries.port,
                    tried,
                    failed,
                    packets,
                    example: tries.example,
                }),
            }
        }
        summary.tries.sort_by(|a, b| b.failed.cmp(&a.failed).then(a.port.cmp(&b.port)));
        let (tried, failed, packets) = self.scattered;
        // A host that is tried in each part counts once; what answered is left as it was counted.
        let once = failed.min(distinct);
        summary.scattered.tried =
            summary.scattered.tried.saturating_add(tried.saturating_sub(failed)).saturating_add(once);
        summary.scattered.failed = summary.scattered.failed.saturating_add(once);
        summary.scattered.packets = summary.scattered.packets.saturating_add(packets);
        if let Some((host, ports)) = self.host
            && summary.host_ports.is_none_or(|(_, have)| ports > have)
        {
            summary.host_ports = Some((host, ports));
        }
    }
}

/// In a document: a byte where nothing was folded.
pub(crate) mod sparse {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Folded;

    pub(crate) fn serialize<S: Serializer>(folded: &Folded, serializer: S) -> Result<S::Ok, S::Error> {
        (*folded != Folded::default()).then_some(folded).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Folded, D::Error> {
        Ok(Option::<Folded>::deserialize(deserializer)?.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::{RowKey, RowSums, Side};

    #[test]
    fn a_bucket_that_was_folded_sums_up_like_one_that_was_kept() {
        let rows: Vec<Row> = (1..=200).map(pulled).collect();
        let whole = summarise(&rows);
        let mut folded = Folded::default();
        folded.add(&rows[32..120]);
        folded.add(&rows[120..]);
        let mut parts = summarise(&rows[..32]);
        folded.include_in(&mut parts);

        assert_eq!((parts.external, parts.pull), (whole.external, whole.pull));
        assert_eq!(parts.tries, whole.tries);
        let origins = parts.origins.len() as u32 + folded.counters().0.count();
        assert!(origins.abs_diff(200) <= 20, "{origins} origins of 200");
    }

    #[test]
    fn hosts_that_are_tried_every_minute_count_once() {
        let rows: Vec<Row> = (1..=60).map(failed).collect();
        let mut folded = Folded::default();
        for _ in 0..5 {
            folded.add(&rows);
        }
        let mut summary = Summary::default();
        folded.include_in(&mut summary);

        assert!(summary.tries[0].failed.abs_diff(60) <= 6, "{:?}", summary.tries[0]);
    }

    fn pulled(n: u32) -> Row {
        let sums = RowSums {
            bytes_out: 2_000,
            packets_out: 10,
            bytes_in: 40_000,
            packets_in: 40,
            ..RowSums::default()
        };
        Row { bucket: 0, key: key(n), sums }
    }

    fn failed(n: u32) -> Row {
        let sums = RowSums { bytes_out: 40, packets_out: 1, flags_out: 2, ..RowSums::default() };
        Row { bucket: 0, key: key(n), sums }
    }

    fn key(n: u32) -> RowKey {
        let remote = IpAddr::from(std::net::Ipv4Addr::from(0x0800_0000 + n));
        RowKey { remote, port: 443, side: Side::Dialled, protocol: 6 }
    }
}
