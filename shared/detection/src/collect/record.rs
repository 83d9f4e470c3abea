//! A record as its entity sees it.

use weir_intel::Intel;
use weir_records::vpc_flow::PlainRow;
use weir_records::{Action, Flow};

use super::entities::{Entities, Place};
use super::prints;
use crate::observation::{BUCKET, RowKey, Side, bucket_of};
use crate::settings::Settings;

/// What of a record is to be added to the buckets that it covers.
#[derive(Clone, Copy)]
pub(super) struct Record {
    /// By what an identical one is known.
    pub(super) print: u64,
    /// First millisecond.
    pub(super) start: i64,
    /// The millisecond behind the last.
    pub(super) until: i64,
    /// Last second, as the log has it.
    pub(super) latest: i64,
    pub(super) bytes: u64,
    pub(super) packets: u64,
    pub(super) entity: u32,
    pub(super) key: RowKey,
    pub(super) local_port: u16,
    /// TCP flags.
    pub(super) flags: u8,
    /// It says how many bytes there were.
    pub(super) counts: bool,
    pub(super) egress: bool,
    pub(super) external: bool,
    pub(super) rejected: bool,
    /// Both ports are unprivileged.
    pub(super) unprivileged: bool,
    /// A SYN said who dialled.
    pub(super) sure: bool,
}

/// One bucket's part of a record.
pub(super) struct Part {
    pub(super) bucket: i64,
    pub(super) from: i64,
    pub(super) until: i64,
    pub(super) bytes: u64,
    pub(super) packets: u64,
}

impl Record {
    pub(super) fn of(flow: &Flow<'_>, place: &Place, settings: &Settings, intel: &Intel) -> Self {
        let service = if place.egress { flow.dst_service } else { flow.src_service };
        let sides = Entities::side(place, flow.protocol, flow.tcp_flags);
        Self {
            start: flow.start,
            until: flow.end.max(flow.start).saturating_add(1_000),
            latest: flow.end,
            bytes: flow.bytes.unwrap_or(0),
            packets: flow.packets.unwrap_or(0),
            flags: flow.tcp_flags.unwrap_or(0),
            counts: flow.bytes.is_some(),
            external: intel.is_external(place.remote, service, &settings.networks.own),
            rejected: flow.action == Some(Action::Reject),
            ..Self::at(place, flow.protocol, sides, prints::of(flow, place.entity))
        }
    }

    /// The same of a row of the default format.
    #[inline]
    pub(super) fn of_row(row: &PlainRow, place: &Place, settings: &Settings, intel: &Intel) -> Self {
        let protocol = Some(row.protocol);
        let sides = Entities::side(place, protocol, None);
        Self {
            start: row.start,
            until: row.end + 1_000,
            latest: row.end,
            bytes: row.bytes,
            packets: row.packets,
            counts: true,
            external: intel.is_external(place.remote, None, &settings.networks.own),
            rejected: row.rejected,
            ..Self::at(place, protocol, sides, prints::of_row(row, place.entity))
        }
    }

    /// Who with whom, and nothing else yet.
    #[inline(always)]
    fn at(place: &Place, protocol: Option<u8>, (side, sure): (Side, bool), print: u64) -> Self {
        let port = if side == Side::Dialled { place.remote_port } else { place.local_port };
        Self {
            print,
            start: 0,
            until: 0,
            latest: 0,
            bytes: 0,
            packets: 0,
            entity: place.entity,
            key: RowKey { remote: place.remote, port, side, protocol: protocol.unwrap_or(0) },
            local_port: place.local_port,
            flags: 0,
            counts: false,
            egress: place.egress,
            external: false,
            rejected: false,
            unprivileged: place.local_port >= 1_024 && place.remote_port >= 1_024,
            sure,
        }
    }

    /// All of it, in the one bucket that it covers.
    #[inline]
    pub(super) const fn whole(&self, bucket: i64) -> Part {
        Part { bucket, from: self.start, until: self.until, bytes: self.bytes, packets: self.packets }
    }

    /// Its counts, shared among the buckets that it covers.
    pub(super) fn parts(&self) -> impl Iterator<Item = Part> {
        let Self { start, until, bytes, packets, .. } = *self;
        let span = (until - start).max(1);
        let (mut bytes_done, mut packets_done) = (0, 0);
        let first = bucket_of(start);
        let count = (until - first + BUCKET - 1) / BUCKET;
        (0..count).map(move |n| {
            let bucket = first + n * BUCKET;
            let to = (bucket + BUCKET).min(until);
            // Shares by overlap, rounded so that they add up to the whole.
            let bytes_to = share(bytes, to - start, span);
            let packets_to = share(packets, to - start, span);
            let part = Part {
                bucket,
                from: start.max(bucket),
                until: to,
                bytes: bytes_to - bytes_done,
                packets: packets_to - packets_done,
            };
            (bytes_done, packets_done) = (bytes_to, packets_to);
            part
        })
    }

    /// Whether it is to be kept by partner: with the outside, and no background scanning of the internet against a
    /// closed port.
    pub(super) const fn has_partner(&self) -> bool {
        self.external && (self.egress || !self.rejected)
    }
}

impl Part {
    /// First and last second within the bucket.
    #[inline]
    pub(super) fn seconds(&self) -> (u16, u16) {
        let second = |offset: i64| u16::try_from(offset / 1_000).unwrap_or(0);
        (second(self.from - self.bucket), second(self.until - self.bucket - 1))
    }
}

/// The part of `total` that falls into the first `elapsed` of `span`, rounded down.
fn share(total: u64, elapsed: i64, span: i64) -> u64 {
    if elapsed >= span {
        return total;
    }
    let product = u128::from(total) * u128::from(elapsed.unsigned_abs());
    u64::try_from(product / u128::from(span.unsigned_abs().max(1))).unwrap_or(total)
}
