//! By what an identical record is known: a print of everything that tells records apart.

use std::net::IpAddr;

use weir_records::vpc_flow::PlainRow;
use weir_records::{Direction, Flow};

use crate::entity::address_hash;

/// Without a pattern of their own: digits of pi.
const KEYS: [u64; 6] = [
    0x243f_6a88_85a3_08d3,
    0x1319_8a2e_0370_7344,
    0xa409_3822_299f_31d0,
    0x082e_fa98_ec4e_6c89,
    0x4528_21e6_38d0_1377,
    0xbe54_66cf_34e9_0c6c,
];

/// The print of a record: an interface logs one row per 5-tuple, direction and interval.
///
/// Among a million records of one bucket a new one has the print of another with a probability of 1e6 / 2^64 = 5e-14.
pub(super) fn of(flow: &Flow<'_>, entity: u32) -> u64 {
    let address = |address: IpAddr| match address {
        IpAddr::V4(v4) => u64::from(v4.to_bits()),
        // In the upper half: no address of version 4 is there.
        IpAddr::V6(_) => address_hash(address) | 1 << 63,
    };
    let direction = match flow.direction {
        Some(Direction::Ingress) => 1,
        Some(Direction::Egress) => 2,
        None => 0,
    };
    Parts {
        addresses: [address(flow.src), address(flow.dst)],
        ports: [flow.src_port.unwrap_or(0), flow.dst_port.unwrap_or(0)],
        kind: u16::from(flow.protocol.unwrap_or(0)) << 8 | direction,
        entity,
        times: [flow.start, flow.end],
        counts: [flow.bytes.unwrap_or(0), flow.packets.unwrap_or(0)],
    }
    .print()
}

/// The same of a row of the default format.
#[inline]
pub(super) fn of_row(row: &PlainRow, entity: u32) -> u64 {
    Parts {
        addresses: [row.src.to_bits().into(), row.dst.to_bits().into()],
        ports: [row.src_port, row.dst_port],
        kind: u16::from(row.protocol) << 8,
        entity,
        times: [row.start, row.end],
        counts: [row.bytes, row.packets],
    }
    .print()
}

struct Parts {
    addresses: [u64; 2],
    ports: [u16; 2],
    kind: u16,
    entity: u32,
    times: [i64; 2],
    counts: [u64; 2],
}

impl Parts {
    #[inline(always)]
    fn print(&self) -> u64 {
        let Self { addresses: [src, dst], ports: [from, to], kind, entity, times: [start, end], counts } =
            *self;
        let [bytes, packets] = counts;
        let [a, b, c, d, e, f] = KEYS;
        let ends = u64::from(from) << 48 | u64::from(to) << 32 | u64::from(entity);
        // A time in milliseconds leaves the upper bits free until the year 10,000.
        let begin = start as u64 ^ u64::from(kind) << 48;
        let between = folded(src ^ a, dst ^ b);
        let sums = folded(bytes ^ e, packets ^ f);
        folded(between ^ sums.rotate_left(32), folded(ends ^ c, begin ^ d) ^ end as u64)
    }
}

/// Both halves of a product: every bit of either factor reaches every bit of it.
#[inline(always)]
pub(super) const fn folded(a: u64, b: u64) -> u64 {
    let product = a as u128 * b as u128;
    product as u64 ^ (product >> 64) as u64
}

/// Spreads a row's key over 64 bits.
#[inline(always)]
pub(super) const fn spread(who: u64, what: u32) -> u64 {
    let [a, b, ..] = KEYS;
    folded(who ^ a, what as u64 ^ b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_that_differ_in_one_thing_have_other_prints() {
        let flow = Flow {
            src_port: Some(1),
            dst_port: Some(2),
            protocol: Some(6),
            bytes: Some(1_000),
            packets: Some(10),
            ..Flow::between(
                [10, 0, 0, 1].into(),
                [203, 0, 113, 1].into(),
                1_700_000_000_000,
                1_700_000_060_000,
            )
        };
        let others = [
            Flow { src: flow.dst, dst: flow.src, ..flow },
            Flow { src_port: flow.dst_port, dst_port: flow.src_port, ..flow },
            Flow { protocol: Some(17), ..flow },
            Flow { direction: Some(Direction::Egress), ..flow },
            Flow { bytes: flow.packets, packets: flow.bytes, ..flow },
            Flow { start: flow.start + 1_000, ..flow },
            Flow { end: flow.end + 1_000, ..flow },
            Flow { src: "::ffff:10.0.0.1".parse().unwrap(), ..flow },
        ];
        let mut prints: Vec<u64> = others.iter().chain([&flow]).map(|flow| of(flow, 7)).collect();
        prints.push(of(&flow, 8));
        let count = prints.len();
        prints.sort_unstable();
        prints.dedup();

        assert_eq!(prints.len(), count);
    }
}
