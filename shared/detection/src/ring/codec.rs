//! Cells in a document: two bytes a value, zeros none.
//!
//! A value keeps eleven significant bits (0.05 %), as a five-bit exponent and its leading bits. Cells are
//! rounded when they are stored in the ring, so that a document reads back as it was.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use super::{Cell, Pair, Ring};
use crate::observation::BUCKET;

/// Values of a cell, in the order of a document: what a quiet entity has comes first.
const VALUES: usize = 23;

/// Says that a mask has a third byte: one of the values behind the fifteenth is not zero.
const MORE: u16 = 1 << 15;

/// Significant bits of a stored value.
const BITS: u32 = 11;

impl Cell {
    /// The cell as a document keeps it.
    pub(super) fn rounded(&self) -> Self {
        Self::from_values(self.values().map(|value| unpack(pack(value))))
    }

    fn values(&self) -> [u64; VALUES] {
        let Self {
            external,
            push,
            novel,
            pull,
            largest,
            exchange,
            chatty,
            listed,
            served_new,
            served,
            origins,
            peers,
            failed,
            tried,
        } = *self;
        [
            external.out,
            external.into,
            pull.out,
            pull.into,
            largest,
            origins.into(),
            tried.into(),
            push.out,
            push.into,
            novel.out,
            novel.into,
            served.out,
            served.into,
            failed.into(),
            peers.into(),
            served_new.out,
            served_new.into,
            exchange.out,
            exchange.into,
            listed.out,
            listed.into,
            chatty.out,
            chatty.into,
        ]
    }

    fn from_values(values: [u64; VALUES]) -> Self {
        let pair = |at: usize| Pair { out: values[at], into: values[at + 1] };
        let count = |at: usize| u16::try_from(values[at]).unwrap_or(u16::MAX);
        Self {
            external: pair(0),
            pull: pair(2),
            largest: values[4],
            origins: count(5),
            tried: count(6),
            push: pair(7),
            novel: pair(9),
            served: pair(11),
            failed: count(13),
            peers: count(14),
            served_new: pair(15),
            exchange: pair(17),
            listed: pair(19),
            chatty: pair(21),
        }
    }
}

/// From the first cell of a ring to beyond its last, as a byte counts buckets.
const LONGEST: i64 = 256 * BUCKET;

impl Serialize for Ring {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let base = self.cells.first().map_or(0, |(start, _)| *start);
        let mut bytes = Vec::with_capacity(self.cells.len() * 20);
        for (start, cell) in &self.cells {
            // The ring spans less than CELLS buckets, which a byte holds.
            let offset = u8::try_from((start - base) / BUCKET).map_err(ser::Error::custom)?;
            let values = cell.values();
            let mask = values.iter().rev().fold(0_u32, |mask, value| mask << 1 | u32::from(*value > 0));
            let rare = u8::try_from(mask >> 15).map_err(ser::Error::custom)?;
            let usual = (mask as u16 & !MORE) | if rare > 0 { MORE } else { 0 };
            bytes.push(offset);
            bytes.extend(usual.to_le_bytes());
            bytes.extend((rare > 0).then_some(rare));
            values
                .iter()
                .filter(|value| **value > 0)
                .for_each(|value| bytes.extend(pack(*value).to_le_bytes()));
        }
        (base / BUCKET, bytes).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Ring {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (base, bytes) = <(i64, Vec<u8>)>::deserialize(deserializer)?;
        let far = || de::Error::custom("a ring that begins beyond time");
        let base =
            base.checked_mul(BUCKET).filter(|base| base.checked_add(LONGEST).is_some()).ok_or_else(far)?;
        let mut cells = Vec::new();
        let mut least = 0_u16;
        let mut bytes = bytes.as_slice();
        while let Some((&offset, rest)) = bytes.split_first() {
            bytes = rest;
            // What is out of order could not be written again.
            if u16::from(offset) < least {
                return Err(de::Error::custom("cells out of order"));
            }
            least = u16::from(offset) + 1;
            let usual = next(&mut bytes).ok_or_else(|| de::Error::custom("a cell without its mask"))?;
            let mut mask = u32::from(usual & !MORE);
            if usual & MORE != 0 {
                let (&rare, rest) =
                    bytes.split_first().ok_or_else(|| de::Error::custom("a cell without its whole mask"))?;
                bytes = rest;
                mask |= u32::from(rare) << 15;
            }
            let mut values = [0; VALUES];
            for value in &mut values {
                if mask & 1 == 1 {
                    *value = next(&mut bytes)
                        .map(unpack)
                        .ok_or_else(|| de::Error::custom("a cell without its values"))?;
                }
                mask >>= 1;
            }
            cells.push((base + i64::from(offset) * BUCKET, Cell::from_values(values)));
        }
        Ok(Self { cells })
    }
}

fn next(bytes: &mut &[u8]) -> Option<u16> {
    let (value, rest) = bytes.split_first_chunk::<2>()?;
    *bytes = rest;
    Some(u16::from_le_bytes(*value))
}

/// Exponent and leading bits; what is too large becomes the largest, 4.4 TB in five minutes.
const fn pack(value: u64) -> u16 {
    let exponent = (u64::BITS - value.leading_zeros()).saturating_sub(BITS);
    if exponent > 31 {
        return u16::MAX;
    }
    (exponent as u16) << BITS | (value >> exponent) as u16
}

const fn unpack(packed: u16) -> u64 {
    ((packed & ((1 << BITS) - 1)) as u64) << (packed >> BITS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ring::CELLS;

    #[test]
    fn a_value_keeps_eleven_bits_and_the_largest_saturates() {
        for value in [0, 1, 2_047, 2_048, 123_456_789, 1 << 40] {
            let error = unpack(pack(value)).abs_diff(value);
            assert!(error * 1_024 <= value, "{value} is off by {error}");
        }
        assert_eq!(unpack(pack(u64::MAX)), 2_047 << 31);
    }

    #[test]
    fn a_full_ring_reads_back_and_a_quiet_one_is_small() {
        let mut ring = Ring::default();
        for n in 0..CELLS as i64 + 9 {
            let external = Pair { out: 77_777 + n as u64, into: 5_000_000_000 };
            ring.push(n * BUCKET, Cell { external, pull: external, origins: 3, ..Cell::default() });
        }
        let bytes = postcard::to_allocvec(&ring).unwrap();

        assert_eq!(postcard::from_bytes::<Ring>(&bytes).unwrap(), ring);
        assert!(bytes.len() <= CELLS * 13 + 8, "{} bytes", bytes.len());
    }

    #[test]
    fn every_value_reads_back_and_a_cut_off_ring_is_refused() {
        let mut ring = Ring::default();
        ring.push(0, Cell { listed: Pair { out: 1, into: 3 }, ..Cell::default() });
        let whole = Cell::from_values(std::array::from_fn(|n| n as u64 + 1));
        ring.push(BUCKET, whole);
        let stored = postcard::to_allocvec(&ring).unwrap();
        assert_eq!(postcard::from_bytes::<Ring>(&stored).unwrap(), ring);
        let (base, bytes) =
            postcard::from_bytes::<(i64, Vec<u8>)>(&postcard::to_allocvec(&ring).unwrap()).unwrap();
        let cut = postcard::to_allocvec(&(base, &bytes[..bytes.len() - 1])).unwrap();

        assert!(postcard::from_bytes::<Ring>(&cut).is_err());
        let (first, second) = bytes.split_at(7);
        let turned = postcard::to_allocvec(&(base, [second, first].concat())).unwrap();
        assert!(postcard::from_bytes::<Ring>(&turned).is_err());
        let far = postcard::to_allocvec(&(i64::MAX / BUCKET, bytes)).unwrap();
        assert!(postcard::from_bytes::<Ring>(&far).is_err());
    }
}
