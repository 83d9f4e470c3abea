//! A partner of an entity in 56 bytes: many thousands are open at once.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use foldhash::HashMap;

use crate::collect::prints::spread;
use crate::collect::record::{Part, Record};
use crate::observation::{Row, RowKey, RowSums, Side};

/// Bits of [`Partner::what`] above port and protocol.
const SERVED: u32 = 1 << 8;
const V6: u32 = 1 << 9;

/// Bits of [`PackedRow::marks`].
const UNPRIVILEGED: u8 = 1;
const SURE: u8 = 2;
const REJECTED: u8 = 4;

/// Addresses that do not fit into a row.
#[derive(Default)]
pub(super) struct Addresses {
    list: Vec<Ipv6Addr>,
    numbers: HashMap<Ipv6Addr, u32>,
}

/// Whose partner a row is of, and which.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) struct Partner {
    /// Entity and remote: its address, or the number of a long one.
    who: u64,
    /// Port, kind of address, side and protocol.
    what: u32,
}

/// One row.
#[derive(Clone, Copy)]
pub(super) struct PackedRow {
    bytes_out: u64,
    bytes_in: u64,
    packets_out: u64,
    packets_in: u64,
    who: u64,
    what: u32,
    local: u16,
    first: u16,
    last: u16,
    flags_out: u8,
    flags_in: u8,
    marks: u8,
}

impl Addresses {
    fn number(&mut self, address: Ipv6Addr) -> u32 {
        *self.numbers.entry(address).or_insert_with(|| {
            self.list.push(address);
            self.list.len() as u32 - 1
        })
    }

    pub(super) fn clear(&mut self) {
        self.list.clear();
        self.numbers.clear();
    }
}

impl Partner {
    #[inline]
    pub(super) fn of(record: &Record, addresses: &mut Addresses) -> Self {
        let Record { entity, key, .. } = record;
        let (remote, kind) = match key.remote {
            IpAddr::V4(v4) => (v4.to_bits(), 0),
            IpAddr::V6(v6) => (addresses.number(v6), V6),
        };
        let side = if key.side == Side::Served { SERVED } else { 0 };
        Self {
            who: u64::from(*entity) << 32 | u64::from(remote),
            what: u32::from(key.port) << 16 | kind | side | u32::from(key.protocol),
        }
    }

    pub(super) const fn entity(self) -> u32 {
        (self.who >> 32) as u32
    }

    #[inline]
    pub(super) const fn hash(self) -> u64 {
        spread(self.who, self.what)
    }
}

impl PackedRow {
    /// A row to which a part of its first record is to be added.
    pub(super) fn of(Partner { who, what }: Partner, record: &Record, part: &Part) -> Self {
        let (first, last) = if record.egress { part.seconds() } else { (0, 0) };
        Self {
            bytes_out: 0,
            bytes_in: 0,
            packets_out: 0,
            packets_in: 0,
            who,
            what,
            local: record.local_port,
            first,
            last,
            flags_out: 0,
            flags_in: 0,
            marks: 0,
        }
    }

    #[inline]
    pub(super) const fn partner(&self) -> Partner {
        Partner { who: self.who, what: self.what }
    }

    /// Sorts by entity and then, but for long addresses, as the row's key does; its place is below.
    pub(super) const fn order(&self, place: u32) -> u128 {
        (self.who as u128) << 64 | (self.what as u128) << 32 | place as u128
    }

    /// Adds a part of a record, as [`RowSums::merge`] adds a row of it.
    #[inline]
    pub(super) fn add(&mut self, record: &Record, part: &Part) {
        self.local = if self.local == record.local_port { self.local } else { 0 };
        let mark = |is: bool, bit: u8| if is { bit } else { 0 };
        self.marks |= mark(record.unprivileged, UNPRIVILEGED) | mark(record.sure, SURE);
        if !record.egress {
            self.flags_in |= record.flags;
            self.packets_in = self.packets_in.saturating_add(part.packets);
            self.bytes_in = self.bytes_in.saturating_add(part.bytes);
            return;
        }
        if part.packets > 0 {
            let (first, last) = part.seconds();
            let had_out = self.packets_out > 0;
            self.first = if had_out { self.first.min(first) } else { first };
            self.last = if had_out { self.last.max(last) } else { last };
        }
        self.flags_out |= record.flags;
        self.packets_out = self.packets_out.saturating_add(part.packets);
        // A rejected packet went nowhere: it counts as a failed try, not as traffic.
        if record.rejected {
            self.marks |= REJECTED;
        } else {
            self.bytes_out = self.bytes_out.saturating_add(part.bytes);
        }
    }

    /// The row as the rest of detection knows it.
    pub(super) fn unpacked(&self, bucket: i64, addresses: &Addresses) -> Row {
        let remote = self.who as u32;
        let remote = if self.what & V6 == 0 {
            IpAddr::V4(Ipv4Addr::from_bits(remote))
        } else {
            IpAddr::V6(addresses.list.get(remote as usize).copied().unwrap_or(Ipv6Addr::UNSPECIFIED))
        };
        let side = if self.what & SERVED == 0 { Side::Dialled } else { Side::Served };
        let is = |bit: u8| self.marks & bit != 0;
        Row {
            bucket,
            key: RowKey { remote, port: (self.what >> 16) as u16, side, protocol: self.what as u8 },
            sums: RowSums {
                bytes_out: self.bytes_out,
                bytes_in: self.bytes_in,
                packets_out: self.packets_out,
                packets_in: self.packets_in,
                flags_out: self.flags_out,
                flags_in: self.flags_in,
                unprivileged: is(UNPRIVILEGED),
                sure: is(SURE),
                local: self.local,
                rejected: is(REJECTED),
                first: self.first,
                last: self.last,
            },
        }
    }
}
