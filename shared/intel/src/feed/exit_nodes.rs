//! Tor's own list of exits: per relay its fingerprint, when it was seen, and the addresses that it left from.
//!
//! # Source
//! <https://metrics.torproject.org/collector.html#type-tordnsel>.

use super::{Document, utc};
use crate::ranges::{LineError, RangeSet};

pub(super) fn read(text: &str) -> Document {
    let (mut bad, mut published, mut entries) = (Vec::new(), None, 0);
    let exits: RangeSet = text
        .lines()
        .zip(1..)
        .filter_map(|(line, number)| {
            let (word, rest) = line.trim().split_once(' ')?;
            match word {
                "LastStatus" => published = published.max(utc(rest)),
                "ExitAddress" => {
                    entries += 1;
                    let address = rest.split(' ').next().unwrap_or_default();
                    return address
                        .parse()
                        .map_err(|source| bad.push(LineError { line: number, source }))
                        .ok();
                }
                _ => {}
            }
            None
        })
        .collect();
    Document { addresses: exits.clone(), exits, published, entries, bad }
}
