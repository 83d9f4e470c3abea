//! The last hours of an entity in five-minute cells.

mod codec;

use serde::{Deserialize, Serialize};

use crate::observation::BUCKET;

/// Cells kept: three hours.
pub const CELLS: usize = 36;

/// Those of an hour.
pub const AN_HOUR: usize = 12;

/// Payload that went out and came in.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Pair {
    /// From the entity.
    pub out: u64,
    /// To the entity.
    pub into: u64,
}

/// What one bucket came to, by the role of the remote (kernels.md 2.1).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Cell {
    /// Wire bytes to and from external addresses.
    pub external: Pair,
    /// Dialled remotes that were pushed to.
    pub push: Pair,
    /// Those of them that are new here and that nobody else uses.
    pub novel: Pair,
    /// Dialled remotes that are pulled from.
    pub pull: Pair,
    /// The part of the pull with remotes that may as well be the host's own brokers and two-way APIs.
    pub chatty: Pair,
    /// The part of the pull that came from the one other remote that gave most.
    pub largest: u64,
    /// Dialled remotes that take much and give as much.
    pub exchange: Pair,
    /// Wire bytes with dialled remotes on an anonymity, proxy or VPN list.
    pub listed: Pair,
    /// Clients of ports that carry payload since recently.
    pub served_new: Pair,
    /// Clients of all served ports.
    pub served: Pair,
    /// Distinct dialled remotes pulled from.
    pub origins: u16,
    /// Distinct peers on unprivileged ports that exchange both ways.
    pub peers: u16,
    /// Destinations that did not answer, on ports where most did not.
    pub failed: u16,
    /// Destinations dialled on those ports.
    pub tried: u16,
}

/// The last [`CELLS`] buckets, oldest first; silent buckets are not stored.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Ring {
    cells: Vec<(i64, Cell)>,
}

impl Ring {
    /// Stores a bucket's cell, rounded as a document keeps it, and forgets what is older than three hours.
    pub fn push(&mut self, start: i64, cell: Cell) {
        let cell = cell.rounded();
        let at = self.cells.partition_point(|(have, _)| *have < start);
        match self.cells.get_mut(at) {
            Some((have, slot)) if *have == start => *slot = cell,
            _ => self.cells.insert(at, (start, cell)),
        }
        let newest = self.cells.last().map_or(start, |(newest, _)| *newest);
        self.cells.retain(|(have, _)| *have > newest - CELLS as i64 * BUCKET);
    }

    /// The cells of `n` buckets that end with the bucket that starts at `last`, without the silent ones.
    pub fn within(&self, last: i64, n: usize) -> impl Iterator<Item = &Cell> + Clone {
        let first = last - (n as i64 - 1) * BUCKET;
        self.cells
            .iter()
            .filter(move |(start, _)| (first..first + n as i64 * BUCKET).contains(start))
            .map(|(_, cell)| cell)
    }

    /// The cells of `n` buckets that end with the bucket that starts at `last`, silent ones as zero.
    pub fn last(&self, last: i64, n: usize) -> Vec<Cell> {
        let mut cells = vec![Cell::default(); n];
        self.fill(last, &mut cells);
        cells
    }

    /// The cells of the hour that ends with the bucket that starts at `last`, silent ones as zero.
    pub fn hour(&self, last: i64) -> [Cell; AN_HOUR] {
        let mut cells = [Cell::default(); AN_HOUR];
        self.fill(last, &mut cells);
        cells
    }

    fn fill(&self, last: i64, cells: &mut [Cell]) {
        let first = last - (cells.len() as i64 - 1) * BUCKET;
        for (start, cell) in &self.cells {
            let index = (start - first).div_euclid(BUCKET);
            if let Some(slot) = usize::try_from(index).ok().and_then(|index| cells.get_mut(index)) {
                *slot = *cell;
            }
        }
    }
}

impl Cell {
    /// Payload with all dialled remotes.
    pub fn dialled(&self) -> Pair {
        let mut sum = self.push;
        sum.add(self.pull);
        sum.add(self.exchange);
        sum
    }
}

/// Most bytes of a pair: a sum of three hours of them holds.
const MOST: u64 = 1 << 56;

const fn capped(bytes: u64) -> u64 {
    if bytes > MOST { MOST } else { bytes }
}

impl Pair {
    /// Both directions.
    pub const fn total(self) -> u64 {
        self.out.saturating_add(self.into)
    }

    /// Adds another pair, up to what no network carries.
    pub const fn add(&mut self, other: Self) {
        self.out = capped(self.out.saturating_add(other.out));
        self.into = capped(self.into.saturating_add(other.into));
    }

    /// This pair without another, at least zero.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self { out: self.out.saturating_sub(other.out), into: self.into.saturating_sub(other.into) }
    }

    /// Producer-consumer ratio, (out − in)/(out + in): 1 pure push, −1 pure pull.
    pub fn pcr(self) -> f64 {
        let total = self.total();
        if total == 0 { 0.0 } else { (self.out as f64 - self.into as f64) / total as f64 }
    }
}
