//! A row as a document keeps it: flags in one byte, and the own port only where it decides something.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{Row, RowKey, RowSums, Side};

const SERVED: u8 = 1;
const UNPRIVILEGED: u8 = 2;
const REJECTED: u8 = 4;
const SURE: u8 = 8;

/// See [`Row`].
#[derive(Deserialize, Serialize)]
pub(super) struct PackedRow {
    remote: IpAddr,
    port: u16,
    protocol: u8,
    marks: u8,
    local: u16,
    bytes: (u64, u64),
    packets: (u64, u64),
    flags: [u8; 2],
    seconds: (u16, u16),
}

impl From<Row> for PackedRow {
    fn from(row: Row) -> Self {
        let Row { key, sums, .. } = row;
        let mark = |is: bool, bit: u8| if is { bit } else { 0 };
        let guessed = key.side == Side::Dialled && !sums.sure;
        Self {
            remote: key.remote,
            port: key.port,
            protocol: key.protocol,
            marks: mark(key.side == Side::Served, SERVED)
                | mark(sums.unprivileged, UNPRIVILEGED)
                | mark(sums.rejected, REJECTED)
                | mark(sums.sure, SURE),
            local: if guessed { sums.local } else { 0 },
            bytes: (sums.bytes_out, sums.bytes_in),
            packets: (sums.packets_out, sums.packets_in),
            flags: [sums.flags_out, sums.flags_in],
            // As a distance the last second is most often one byte.
            seconds: (sums.first, sums.last.saturating_sub(sums.first)),
        }
    }
}

impl From<PackedRow> for Row {
    /// The bucket is the document's to say.
    fn from(packed: PackedRow) -> Self {
        let is = |bit: u8| packed.marks & bit != 0;
        let side = if is(SERVED) { Side::Served } else { Side::Dialled };
        let (first, length) = packed.seconds;
        Self {
            bucket: 0,
            key: RowKey { remote: packed.remote, port: packed.port, side, protocol: packed.protocol },
            sums: RowSums {
                bytes_out: packed.bytes.0,
                bytes_in: packed.bytes.1,
                packets_out: packed.packets.0,
                packets_in: packed.packets.1,
                flags_out: packed.flags[0],
                flags_in: packed.flags[1],
                unprivileged: is(UNPRIVILEGED),
                rejected: is(REJECTED),
                sure: is(SURE),
                local: packed.local,
                first,
                last: first.saturating_add(length),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_reads_back_with_all_that_decides() {
        let key =
            RowKey { remote: "2001:db8::7".parse().unwrap(), port: 6881, side: Side::Dialled, protocol: 17 };
        let sums = RowSums {
            bytes_out: 1,
            bytes_in: 1 << 40,
            packets_out: 3,
            packets_in: 4,
            flags_out: 18,
            flags_in: 2,
            unprivileged: true,
            rejected: true,
            sure: false,
            local: 51_413,
            first: 290,
            last: 299,
        };
        let row = Row { bucket: 0, key, sums };

        let bytes = postcard::to_allocvec(&row).unwrap();

        assert_eq!(postcard::from_bytes::<Row>(&bytes).unwrap(), row);
    }
}
