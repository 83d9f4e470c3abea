//! Rows that are well-formed and mad: every number at its edge, in any order, through the whole of a replay.

use std::fmt::Write as _;

use weir_records::ReadOptions;

use crate::pipeline::replay;

/// Bytes that make a row.
const ROW: usize = 8;

const HEADER: &str = "version account-id interface-id instance-id srcaddr dstaddr srcport dstport protocol packets \
                      bytes start end action log-status flow-direction tcp-flags pkt-srcaddr pkt-dstaddr traffic-path\n";

/// Counts from nothing to the edge of what can be said.
const COUNTS: [u64; 8] = [0, 1, 40, 1_500, 1_000_000, 1 << 40, u64::MAX / 2, u64::MAX];

/// Seconds after the first row, or before it.
const STARTS: [i64; 8] = [0, 60, 300, 3_600, 86_400, 86_400 * 40, -86_400, 4_000_000_000];

const LENGTHS: [i64; 4] = [0, 59, 600, -1];

const REMOTES: [&str; 8] = [
    "203.0.113.9",
    "198.51.100.7",
    "2001:db8::1",
    "10.0.0.6",
    "169.254.169.254",
    "255.255.255.255",
    "224.0.0.251",
    "::",
];

const PORTS: [u16; 8] = [0, 22, 53, 443, 3_389, 6_881, 50_000, 65_535];

pub(crate) fn run(bytes: &[u8]) {
    let mut text = HEADER.to_owned();
    for row in bytes.chunks_exact(ROW) {
        write_row(row, &mut text);
    }
    replay(text.as_bytes(), &ReadOptions::default());
}

fn write_row(row: &[u8], text: &mut String) {
    let pick = |byte: usize, low: u32| usize::from(row[byte] >> low) & 7;
    let interface = row[0] & 3;
    let remote = if row[1] & 0x80 == 0 {
        REMOTES[pick(1, 0)].to_owned()
    } else {
        // Many partners: scans, torrents and relays live on them.
        format!("203.{}.{}.{}", row[1] & 3, row[2], row[3])
    };
    let own = if remote.contains(':') {
        format!("2001:db8::5:{interface}")
    } else {
        format!("10.0.0.{}", 50 + interface)
    };
    let outward = row[0] & 4 == 0;
    let (from, to) = if outward { (&own, &remote) } else { (&remote, &own) };
    let protocol = [6, 17, 1, 0][usize::from(row[0] >> 3) & 3];
    let start = 1_780_272_000 + STARTS[pick(5, 0)] + i64::from(row[4]) * 30;
    let end = start + LENGTHS[usize::from(row[5] >> 3) & 3];
    let action = if row[5] & 0x20 == 0 { "ACCEPT" } else { "REJECT" };
    let direction = if outward { "egress" } else { "ingress" };
    let _ = writeln!(
        text,
        "5 123456789012 eni-0000000{interface} i-0000000{interface} {from} {to} {} {} {protocol} {} {} {start} {end} \
         {action} OK {direction} {} {from} {to} {}",
        PORTS[pick(6, 0)],
        PORTS[pick(6, 3)],
        COUNTS[pick(7, 0)],
        COUNTS[pick(7, 3)],
        row[6] & 0x13,
        1 + (row[7] >> 6),
    );
}
