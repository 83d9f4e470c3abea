//! When a feed is refused: what it would do to detection is worse than a list that is a day older.

use std::str::Utf8Error;

use maxminddb::MaxMindDbError;

use super::{CAP, Document};
use crate::{
    cidr::Cidr,
    ranges::{LineError, RangeSet},
    special::touches_private,
};

/// Leading bits that a block must have: a wider one is no list of servers.
const NARROWEST: (u8, u8) = (12, 24);

/// Most addresses of version 4 in all, a 32nd of them.
const MOST: u128 = 1 << 27;

/// Why a feed is not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// No MaxMind DB, or the beginning of one.
    #[error("expected a whole MaxMind DB file")]
    Database(#[source] MaxMindDbError),
    /// Nothing in it.
    #[error("expected addresses, found none")]
    Empty,
    /// Too much of it is something else.
    #[error("expected addresses, but {bad} of {entries} lines are none, the first of them")]
    Garbage {
        /// Lines that are no addresses.
        bad: usize,
        /// Lines.
        entries: usize,
        /// The first.
        #[source]
        first: LineError,
    },
    /// A page for people: an error, a login, a notice.
    #[error("expected a list, found a page of HTML")]
    Html,
    /// Broken or cut off, or another document.
    #[error("expected the whole JSON document of the feed")]
    Json(#[source] serde_json::Error),
    /// Not text.
    #[error("expected text, found other bytes")]
    NoText(#[source] Utf8Error),
    /// It holds addresses that nobody on the internet has.
    #[error("expected addresses of the internet, found {block}")]
    Private {
        /// The block.
        block: Cidr,
    },
    /// Several files cannot be joined.
    #[error("expected one URL for this feed, found {count}")]
    Several {
        /// How many.
        count: usize,
    },
    /// Most of it went away at once.
    #[error(
        "expected about {before} entries as before, found {now}; if that is right, remove the stored file \
         to have it taken"
    )]
    Shrunk {
        /// Entries in force.
        before: u64,
        /// Entries of the new one.
        now: u64,
    },
    /// Over the size that a feed may have.
    #[error("expected at most {CAP} bytes, found {bytes}")]
    TooLarge {
        /// Its bytes.
        bytes: usize,
    },
    /// Blocks that no list of servers holds.
    #[error("expected the addresses of servers, found {block}, which covers too much")]
    TooWide {
        /// The block.
        block: Cidr,
    },
    /// A database of something else.
    #[error("expected a database that tells the {what} of public resolvers, found none of them in it")]
    Unknowing {
        /// `country` or `asn`.
        what: &'static str,
    },
}

/// At most a tenth of the lines may be something else.
pub(super) fn lines(document: &Document) -> Result<(), Refusal> {
    let bad = document.bad.len();
    match document.bad.first() {
        Some(first) if bad * 10 > document.entries => {
            Err(Refusal::Garbage { bad, entries: document.entries, first: first.clone() })
        }
        _ => Ok(()),
    }
}

/// What a list may not hold, and how much of it must still be there.
pub(super) fn ranges(ranges: &RangeSet, previous: Option<u64>) -> Result<(), Refusal> {
    if ranges.is_empty() {
        return Err(Refusal::Empty);
    }
    let mut covered = 0_u128;
    for block in ranges.blocks() {
        let (narrowest, size) = match block.network().is_ipv4() {
            true => (NARROWEST.0, 1_u128 << (32 - block.prefix().min(32))),
            false => (NARROWEST.1, 0),
        };
        covered += size;
        if block.prefix() < narrowest || covered > MOST {
            return Err(Refusal::TooWide { block });
        }
        if touches_private(block) {
            return Err(Refusal::Private { block });
        }
    }
    shrunk(ranges.len() as u64, previous)
}

/// A feed that lost four entries in five is more likely broken than right.
pub(super) fn shrunk(now: u64, previous: Option<u64>) -> Result<(), Refusal> {
    match previous {
        Some(before) if now.saturating_mul(5) <= before => Err(Refusal::Shrunk { before, now }),
        _ => Ok(()),
    }
}
