//! A list as Weir stores it: a head that dates it and tells whether the rest is whole, then a block a line.

use std::fmt::Write as _;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::ranges::RangeSet;

/// What the line begins with that says what the lines below it hash to.
const CHECKSUM: &str = "# sha256: ";

/// The list's text; `made` in ms since the epoch.
pub(super) fn render(ranges: &RangeSet, made: i64) -> String {
    let mut lines = String::new();
    for block in ranges.blocks() {
        // A lone address is written as one. A string takes every write.
        let _ = match (block.network().is_ipv4(), block.prefix()) {
            (true, 32) | (false, 128) => writeln!(lines, "{}", block.network()),
            _ => writeln!(lines, "{block}"),
        };
    }
    let made = Timestamp::from_millisecond(made).unwrap_or_default();
    let entries = ranges.len();
    format!("# updated: {made:.0}\n# entries: {entries}\n{CHECKSUM}{}\n{lines}", checksum(&lines))
}

/// Whether the lines are those that the head was written for; a list without such a head is.
pub(crate) fn is_whole(text: &str) -> bool {
    let head = text.split_inclusive('\n').take_while(|line| line.starts_with('#'));
    let mut at = 0;
    for line in head {
        at += line.len();
        if let Some(expected) = line.strip_prefix(CHECKSUM) {
            return text.get(at..).is_some_and(|rest| checksum(rest) == expected.trim_end());
        }
    }
    true
}

fn checksum(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
