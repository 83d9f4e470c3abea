//! Records to observations: whose a record is, which way it went, and each packet once.

mod entities;
mod rows;

use std::net::IpAddr;

use foldhash::HashSet;
use weir_intel::Intel;
use weir_records::{Action, Direction, Flow, Loss, LossKind};

use crate::entity::EntityKey;
use crate::observation::{BUCKET, Beside, Observations, RowKey, RowSums, Side, bucket_of};
use crate::settings::Settings;
use entities::{Entities, Place};
use rows::BucketRows;

/// Groups flows by entity, bucket and remote.
///
/// The order of records does not matter and an identical record counts once, for as long as its
/// bucket is open here: in `weir` until the lateness has passed, in a Lambda within the batch.
pub struct Collector<'a> {
    settings: &'a Settings,
    intel: &'a Intel,
    entities: Entities,
    open: std::collections::BTreeMap<i64, BucketRows>,
    /// Buckets before this one were handed out: their records are late.
    closed: i64,
    /// Records that end after this time are refused.
    not_after: i64,
    counts: CollectCounts,
}

/// What became of the records that were pushed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct CollectCounts {
    /// Arrived after their bucket was handed out.
    pub late: u64,
    /// Identical to one already counted.
    pub duplicates: u64,
    /// Declared losses (SKIPDATA).
    pub losses: u64,
    /// Left out by the count-once rules: intermediate interfaces.
    pub intermediate: u64,
    /// Ends later than the clock allows: believed, it would make every later record late.
    pub future: u64,
}

impl<'a> Collector<'a> {
    /// An empty collector.
    pub fn new(settings: &'a Settings, intel: &'a Intel) -> Self {
        Self {
            settings,
            intel,
            entities: Entities::default(),
            open: std::collections::BTreeMap::new(),
            closed: i64::MIN,
            not_after: i64::MAX,
            counts: CollectCounts::default(),
        }
    }

    /// Refuses records that end after `time`, milliseconds since the epoch.
    #[must_use]
    pub const fn not_after(mut self, time: i64) -> Self {
        self.not_after = time;
        self
    }

    /// What became of the records so far.
    pub const fn counts(&self) -> CollectCounts {
        self.counts
    }

    /// Start of the earliest open bucket.
    pub fn earliest(&self) -> Option<i64> {
        self.open.keys().next().copied()
    }

    /// Adds one flow.
    pub fn push(&mut self, flow: &Flow<'_>) {
        if flow.end > self.not_after {
            self.counts.future += 1;
            return;
        }
        let Some(place) = self.entities.place(flow, self.intel) else {
            self.counts.intermediate += 1;
            return;
        };
        let (start, end) = (flow.start, flow.end.max(flow.start).saturating_add(1_000));
        let first = bucket_of(start);
        if first < self.closed && bucket_of(end - 1) < self.closed {
            self.counts.late += 1;
            return;
        }
        let home = first.max(self.closed);
        let print = fingerprint(flow, place.entity);
        let rows = self.open.entry(home).or_default();
        if !rows.is_new(print) {
            self.counts.duplicates += 1;
            return;
        }
        let record = Record::of(flow, &place, self.settings, self.intel);
        let (bytes, packets) = (flow.bytes.unwrap_or(0), flow.packets.unwrap_or(0));
        if first == home && end <= first + BUCKET {
            record.add(rows, &Part { bucket: first, from: start, until: end, bytes, packets });
            return;
        }
        let span = (end - start).max(1);
        let (mut bytes_done, mut packets_done) = (0, 0);
        let mut bucket = first;
        while bucket < end {
            let until = (bucket + BUCKET).min(end);
            // Shares by overlap, rounded so that they add up to the whole.
            let bytes_to = share(bytes, until - start, span);
            let packets_to = share(packets, until - start, span);
            let part = Part {
                bucket,
                from: start.max(bucket),
                until,
                bytes: bytes_to - bytes_done,
                packets: packets_to - packets_done,
            };
            (bytes_done, packets_done) = (bytes_to, packets_to);
            if bucket >= self.closed {
                record.add(self.open.entry(bucket).or_default(), &part);
            }
            bucket += BUCKET;
        }
    }

    /// Notes a row that carries no flow: it moves time, and lost records make figures lower bounds.
    pub fn push_loss(&mut self, loss: &Loss<'_>) {
        if loss.kind == LossKind::SkipData {
            self.counts.losses += 1;
        }
        if loss.end > self.not_after {
            self.counts.future += 1;
        } else {
            self.entities.note_loss(loss, self.intel);
        }
    }

    /// Hands out everything, one value an entity: a batch on its way to the documents.
    ///
    /// Nothing is vouched for, since other batches may hold records of the same buckets. An interface
    /// that only reported no data is there too: its time moves on.
    pub fn take_batch(&mut self) -> Vec<Observations> {
        let mut by_key: std::collections::BTreeMap<EntityKey, Observations> =
            std::collections::BTreeMap::new();
        let taken = self.take(None);
        let idle = self.entities.take_idle();
        for observed in taken.into_iter().flatten().chain(idle) {
            match by_key.get_mut(&observed.key) {
                Some(into) => into.extend(observed),
                None => {
                    let observed = Observations { complete_until: None, ..observed };
                    by_key.insert(observed.key.clone(), observed);
                }
            }
        }
        by_key.into_values().collect()
    }

    /// Hands out the observations of all buckets that end at or before `until` (all, for `None`), one bucket at
    /// a time in event order, entities sorted by key within a bucket.
    pub fn take(&mut self, until: Option<i64>) -> Vec<Vec<Observations>> {
        let mut taken = Vec::new();
        while let Some((&bucket, _)) = self.open.first_key_value() {
            if until.is_some_and(|until| bucket + BUCKET > until) {
                break;
            }
            let Some((_, rows)) = self.open.pop_first() else { break };
            self.closed = bucket + BUCKET;
            taken.push(rows.into_observations(bucket, &mut self.entities));
        }
        taken
    }
}

/// A record that is to be added to the buckets that it covers.
struct Record<'f> {
    flow: &'f Flow<'f>,
    place: &'f Place,
    external: bool,
    key: RowKey,
    sure: bool,
}

impl<'f> Record<'f> {
    fn of(flow: &'f Flow<'f>, place: &'f Place, settings: &Settings, intel: &Intel) -> Self {
        let service = if place.egress { flow.dst_service } else { flow.src_service };
        let external = intel.is_external(place.remote, service, &settings.networks.own);
        let (side, sure) = Entities::side(place, flow);
        let port = if side == Side::Dialled { place.remote_port } else { place.local_port };
        let key = RowKey { remote: place.remote, port, side, protocol: flow.protocol.unwrap_or(0) };
        Self { flow, place, external, key, sure }
    }

    fn add(&self, rows: &mut BucketRows, part: &Part) {
        let Self { flow, place, .. } = self;
        rows.touch(place.entity, flow.end, flow.end - flow.start, flow);
        let rejected = flow.action == Some(Action::Reject);
        if !self.external {
            if !rejected {
                let inside = if place.egress {
                    Beside { inside_out: part.bytes, ..Beside::default() }
                } else {
                    Beside { inside_in: part.bytes, ..Beside::default() }
                };
                rows.add_inside(place.entity, &inside);
            }
            return;
        }
        let flags = flow.tcp_flags.unwrap_or(0);
        let mut sums = RowSums {
            unprivileged: place.local_port >= 1_024 && place.remote_port >= 1_024,
            sure: self.sure,
            local: place.local_port,
            rejected,
            ..RowSums::default()
        };
        // A rejected packet went nowhere: it counts as a failed try, not as traffic.
        if place.egress {
            sums.flags_out = flags;
            sums.packets_out = part.packets;
            sums.bytes_out = if rejected { 0 } else { part.bytes };
            sums.first = second(part.from - part.bucket);
            sums.last = second(part.until - part.bucket - 1);
        } else if !rejected {
            sums.flags_in = flags;
            sums.packets_in = part.packets;
            sums.bytes_in = part.bytes;
        } else {
            // Background scanning of the internet against a closed port.
            return;
        }
        rows.add(place.entity, self.key, &sums);
    }
}

/// One bucket's part of a record.
struct Part {
    bucket: i64,
    from: i64,
    until: i64,
    bytes: u64,
    packets: u64,
}

/// The part of `total` that falls into the first `elapsed` of `span`, rounded down.
fn share(total: u64, elapsed: i64, span: i64) -> u64 {
    if elapsed >= span {
        return total;
    }
    let product = u128::from(total) * u128::from(elapsed.unsigned_abs());
    u64::try_from(product / u128::from(span.unsigned_abs().max(1))).unwrap_or(total)
}

fn second(offset: i64) -> u16 {
    u16::try_from(offset / 1_000).unwrap_or(0)
}

/// Tells records apart: an interface logs one row per 5-tuple, direction and interval.
fn fingerprint(flow: &Flow<'_>, entity: u32) -> u64 {
    use crate::entity::{address_hash, mix};
    let ports = u64::from(flow.src_port.unwrap_or(0)) << 16 | u64::from(flow.dst_port.unwrap_or(0));
    let kind = u64::from(flow.protocol.unwrap_or(0)) << 8
        | match flow.direction {
            Some(Direction::Ingress) => 1,
            Some(Direction::Egress) => 2,
            None => 0,
        };
    let mut hash = mix(address_hash(flow.src) ^ ports << 24 ^ kind);
    hash = mix(hash ^ address_hash(flow.dst).rotate_left(17) ^ u64::from(entity));
    hash = mix(hash ^ flow.start as u64 ^ (flow.end as u64).rotate_left(32));
    mix(hash ^ flow.bytes.unwrap_or(0) ^ flow.packets.unwrap_or(0).rotate_left(40))
}

/// Addresses whose own interface writes logs: what a NAT gateway says of them would count twice.
type Logged = HashSet<IpAddr>;

#[cfg(test)]
mod tests;
