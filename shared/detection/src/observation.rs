//! What a batch says about one entity, grouped by remote and bucket.

mod packed;

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use weir_intel::names::NameKind;

use crate::entity::{EntityInfo, EntityKey};
use crate::lookups::Note;
use crate::ring::Pair;
use packed::PackedRow;

/// Length of a base bucket, milliseconds: five minutes, aligned to UTC.
pub const BUCKET: i64 = 300_000;

/// Start of the bucket that holds `time`.
pub const fn bucket_of(time: i64) -> i64 {
    time.div_euclid(BUCKET) * BUCKET
}

/// Who opened the conversation.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Side {
    /// The entity dialled the remote's port.
    Dialled,
    /// The remote dialled the entity's port.
    Served,
}

/// A conversation partner within a bucket.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RowKey {
    /// The remote's address.
    pub remote: IpAddr,
    /// The served port: the remote's where the entity dialled, the entity's where it serves.
    pub port: u16,
    /// Who opened it.
    pub side: Side,
    /// IANA protocol number.
    pub protocol: u8,
}

impl RowKey {
    /// Sorts as the key itself does, and is compared as three numbers.
    pub(crate) const fn order(&self) -> (bool, u128, u32) {
        let (is_v6, address) = match self.remote {
            IpAddr::V4(v4) => (false, v4.to_bits() as u128),
            IpAddr::V6(v6) => (true, v6.to_bits()),
        };
        (is_v6, address, (self.port as u32) << 16 | (self.side as u32) << 8 | self.protocol as u32)
    }
}

/// Sums over the records of one partner in one bucket.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct RowSums {
    /// Wire bytes to the remote.
    pub bytes_out: u64,
    /// Wire bytes from the remote.
    pub bytes_in: u64,
    /// Packets to the remote.
    pub packets_out: u64,
    /// Packets from the remote.
    pub packets_in: u64,
    /// OR of the TCP flags of outgoing records.
    pub flags_out: u8,
    /// OR of the TCP flags of incoming records.
    pub flags_in: u8,
    /// Both ports are unprivileged.
    pub unprivileged: bool,
    /// A SYN said who dialled; without one it is guessed from the ports.
    pub sure: bool,
    /// The entity's own port, where all records of the row have the same; else 0. A document keeps it only
    /// where the ports had to do.
    pub local: u16,
    /// At least one record was rejected by the network.
    pub rejected: bool,
    /// First second of outgoing traffic within the bucket.
    pub first: u16,
    /// Last second of outgoing traffic within the bucket.
    pub last: u16,
}

/// One partner in one bucket.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(from = "PackedRow", into = "PackedRow")]
pub struct Row {
    /// Bucket start, milliseconds since the epoch; a document keeps it once for all rows.
    pub bucket: i64,
    /// Partner.
    pub key: RowKey,
    /// Sums.
    pub sums: RowSums,
}

/// What a bucket's records say beside its external partners.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Beside {
    /// Bytes to own networks and to AWS services that are no egress: they tell a silent host from one
    /// that works inside.
    pub inside_out: u64,
    /// Bytes from them.
    pub inside_in: u64,
    /// Event time of the latest record that touches the bucket, milliseconds since the epoch.
    pub latest: i64,
}

/// All that a batch says about one entity.
#[derive(Clone, Debug)]
pub struct Observations {
    /// Whose.
    pub key: EntityKey,
    /// What the records say beside traffic.
    pub info: EntityInfo,
    /// External partners, sorted by bucket and key.
    pub rows: Vec<Row>,
    /// What the buckets hold besides, by bucket start, sorted; a bucket of the batch is always here.
    pub buckets: Vec<(i64, Beside)>,
    /// Event time of the latest record, milliseconds since the epoch.
    pub latest: i64,
    /// Longest record seen, milliseconds.
    pub interval: i64,
    /// Records counted.
    pub records: u64,
    /// Records lost by declaration (SKIPDATA).
    pub losses: u32,
    /// Records carry `tcp-flags`.
    pub has_flags: bool,
    /// Records carry `flow-direction`.
    pub has_direction: bool,
    /// What it looked up.
    pub lookups: Vec<Note>,
    /// Records that a sender may have cut into another batch before; they are in nothing of the above but times.
    pub once: Vec<Once>,
    /// The collector vouches that every record before this time is here.
    pub complete_until: Option<i64>,
}

/// A record that counts once, whatever batch it comes in: what it adds to the buckets that it covers.
#[derive(Clone, Debug, PartialEq)]
pub struct Once {
    /// By what it is known again.
    pub print: u32,
    /// Its last bucket, with which its print is kept.
    pub bucket: i64,
    /// As [`Observations::rows`].
    pub rows: Vec<Row>,
    /// As [`Observations::buckets`].
    pub buckets: Vec<(i64, Beside)>,
}

impl Beside {
    /// Adds another part of the same bucket.
    pub fn merge(&mut self, other: &Self) {
        self.inside_out = self.inside_out.saturating_add(other.inside_out);
        self.inside_in = self.inside_in.saturating_add(other.inside_in);
        self.latest = self.latest.max(other.latest);
    }
}

impl Observations {
    /// An entity of which nothing was seen yet.
    pub fn of(key: EntityKey, info: EntityInfo) -> Self {
        Self {
            key,
            info,
            rows: Vec::new(),
            buckets: Vec::new(),
            latest: 0,
            interval: 0,
            records: 0,
            losses: 0,
            has_flags: false,
            has_direction: false,
            lookups: Vec::new(),
            once: Vec::new(),
            complete_until: None,
        }
    }

    /// Whether it tells of an entity of which nothing is known yet: traffic, or a name of proxyware.
    pub fn is_news(&self) -> bool {
        let proxyware = |note: &Note| note.listed.is_some_and(|name| name.kind != NameKind::Doh);
        self.first_bucket().is_some() || self.lookups.iter().any(proxyware)
    }

    /// Start of the earliest bucket with a record.
    pub fn first_bucket(&self) -> Option<i64> {
        let once = self.once.iter().flat_map(|once| &once.buckets);
        self.buckets.iter().chain(once).map(|(start, _)| *start).min()
    }

    /// Adds a later bucket of the same entity.
    pub(crate) fn extend(&mut self, later: Self) {
        self.info.merge(&later.info);
        self.rows.extend(later.rows);
        self.buckets.extend(later.buckets);
        self.latest = self.latest.max(later.latest);
        self.interval = self.interval.max(later.interval);
        self.records += later.records;
        self.losses = self.losses.saturating_add(later.losses);
        self.has_flags |= later.has_flags;
        self.has_direction |= later.has_direction;
        self.lookups.extend(later.lookups);
        self.once.extend(later.once);
    }
}

/// Makes one row of all that speak of the same partner, sorted by key.
pub(crate) fn join(rows: &mut Vec<Row>) {
    if rows.is_sorted_by(|a, b| a.key.order() < b.key.order()) {
        return;
    }
    rows.sort_by_key(|row| row.key.order());
    rows.dedup_by(|later, earlier| {
        let same = later.key == earlier.key;
        if same {
            earlier.sums.merge(&later.sums);
        }
        same
    });
}

impl RowSums {
    /// Adds another part of the same row.
    pub fn merge(&mut self, other: &Self) {
        // Of rows made apart, the one without records says nothing of the port.
        self.local = if self.local == other.local { self.local } else { 0 };
        self.sure |= other.sure;
        let had_out = self.packets_out > 0;
        if other.packets_out > 0 {
            self.first = if had_out { self.first.min(other.first) } else { other.first };
            self.last = if had_out { self.last.max(other.last) } else { other.last };
        }
        self.bytes_out = self.bytes_out.saturating_add(other.bytes_out);
        self.bytes_in = self.bytes_in.saturating_add(other.bytes_in);
        self.packets_out = self.packets_out.saturating_add(other.packets_out);
        self.packets_in = self.packets_in.saturating_add(other.packets_in);
        self.flags_out |= other.flags_out;
        self.flags_in |= other.flags_in;
        self.unprivileged |= other.unprivileged;
        self.rejected |= other.rejected;
    }

    /// Bytes out without packet headers: acknowledgements carry nothing.
    pub fn payload_out(&self, key: &RowKey) -> u64 {
        self.bytes_out.saturating_sub(self.packets_out.saturating_mul(header(key)))
    }

    /// Both directions without packet headers.
    pub fn payload(&self, key: &RowKey) -> Pair {
        Pair { out: self.payload_out(key), into: self.payload_in(key) }
    }

    /// Bytes in without packet headers.
    pub fn payload_in(&self, key: &RowKey) -> u64 {
        self.bytes_in.saturating_sub(self.packets_in.saturating_mul(header(key)))
    }

    /// Seconds of the bucket over which outgoing traffic was seen, at least one.
    pub fn span(&self) -> u64 {
        u64::from(self.last.saturating_sub(self.first)) + 1
    }
}

/// IP and transport headers of one packet: TCP with its time-stamp option, as today's stacks send it.
fn header(key: &RowKey) -> u64 {
    let ip = if key.remote.is_ipv6() { 40 } else { 20 };
    match key.protocol {
        6 => ip + 32,
        17 => ip + 8,
        _ => ip,
    }
}
