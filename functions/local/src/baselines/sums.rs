//! Exact sums per entity and window in bounded memory, whatever the order of what is added.
//!
//! A table of sums is kept in memory. When it is full it goes, sorted, to a temporary file, and at the
//! end the sorted runs are merged: sums are commutative, so it does not matter where a run was cut.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};

use foldhash::HashMap;

/// Sums held in memory: about 1 MB of table.
const TABLE: usize = 32_768;

/// Sorted runs from which they are merged into one: each takes a buffer while merging.
const RUNS: usize = 128;

/// Bytes of one sum in the file, key and sum.
const WIDTH: usize = 16;

/// Sums read from a run at a time.
const READ: usize = 256;

/// Whose sum: entity above, window below, so that keys sort by entity and then time.
pub(super) type Key = u64;

/// The key of an entity's window.
pub(super) fn key(entity: u32, window: u32) -> Key {
    u64::from(entity) << 32 | u64::from(window)
}

/// Entity and window of a key.
pub(super) fn parts(key: Key) -> (u32, u32) {
    ((key >> 32) as u32, key as u32)
}

/// Sums by key.
pub(super) struct Sums {
    table: HashMap<Key, u64>,
    /// The last key's sum, not yet in the table: records come in runs of one window.
    last: (Key, u64),
    room: usize,
    spilled: Option<Spilled>,
}

/// Sums that left the memory.
struct Spilled {
    file: File,
    runs: Vec<Run>,
    end: u64,
}

/// One sorted run in the file.
#[derive(Clone, Copy)]
struct Run {
    from: u64,
    until: u64,
}

impl Sums {
    /// No sums yet.
    pub(super) fn new() -> Self {
        Self::with_room(TABLE)
    }

    fn with_room(room: usize) -> Self {
        Self { table: HashMap::default(), last: (0, 0), room, spilled: None }
    }

    /// Adds to a sum.
    #[inline]
    pub(super) fn add(&mut self, key: Key, bytes: u64) -> io::Result<()> {
        if self.last.0 == key {
            self.last.1 = self.last.1.saturating_add(bytes);
            return Ok(());
        }
        let (key, bytes) = std::mem::replace(&mut self.last, (key, bytes));
        self.settle(key, bytes)
    }

    /// Hands out all sums, sorted by key.
    pub(super) fn into_sorted(mut self) -> io::Result<Sorted> {
        let (key, bytes) = self.last;
        self.settle(key, bytes)?;
        let Some(mut spilled) = self.spilled else {
            let mut sums: Vec<_> = self.table.into_iter().collect();
            sums.sort_unstable();
            return Ok(Sorted::Memory(sums.into_iter()));
        };
        spilled.push(&mut self.table)?;
        drop(self.table);
        Ok(Sorted::Merged(Merge::over(spilled.file, &spilled.runs)?))
    }

    fn settle(&mut self, key: Key, bytes: u64) -> io::Result<()> {
        // Nothing is no sum: a silent window must not look like one with egress.
        if bytes == 0 {
            return Ok(());
        }
        let sum = self.table.entry(key).or_default();
        *sum = sum.saturating_add(bytes);
        if self.table.len() < self.room {
            return Ok(());
        }
        let spilled = match &mut self.spilled {
            Some(spilled) => spilled,
            None => self.spilled.insert(Spilled { file: tempfile::tempfile()?, runs: Vec::new(), end: 0 }),
        };
        spilled.push(&mut self.table)?;
        if spilled.runs.len() >= RUNS { spilled.compact() } else { Ok(()) }
    }
}

impl Spilled {
    /// Writes the table as one more sorted run and empties it.
    fn push(&mut self, table: &mut HashMap<Key, u64>) -> io::Result<()> {
        let mut sums: Vec<_> = table.drain().collect();
        sums.sort_unstable();
        self.file.seek(SeekFrom::Start(self.end))?;
        let mut to = BufWriter::new(&mut self.file);
        for (key, sum) in &sums {
            to.write_all(&key.to_le_bytes())?;
            to.write_all(&sum.to_le_bytes())?;
        }
        to.flush()?;
        drop(to);
        let until = self.end + (sums.len() * WIDTH) as u64;
        self.runs.push(Run { from: self.end, until });
        self.end = until;
        Ok(())
    }

    /// Merges all runs into one.
    fn compact(&mut self) -> io::Result<()> {
        let old = std::mem::replace(&mut self.file, tempfile::tempfile()?);
        let mut merge = Merge::over(old, &self.runs)?;
        let mut to = BufWriter::new(&mut self.file);
        let mut end = 0;
        while let Some((key, sum)) = merge.next()? {
            to.write_all(&key.to_le_bytes())?;
            to.write_all(&sum.to_le_bytes())?;
            end += WIDTH as u64;
        }
        to.flush()?;
        drop(to);
        self.runs = vec![Run { from: 0, until: end }];
        self.end = end;
        Ok(())
    }
}

/// All sums in the order of their keys, each key once.
pub(super) enum Sorted {
    Memory(std::vec::IntoIter<(Key, u64)>),
    Merged(Merge),
}

impl Sorted {
    /// The next key and its sum.
    pub(super) fn next(&mut self) -> io::Result<Option<(Key, u64)>> {
        match self {
            Self::Memory(sums) => Ok(sums.next()),
            Self::Merged(merge) => merge.next(),
        }
    }
}

/// The runs of a file, merged.
pub(super) struct Merge {
    file: File,
    runs: Vec<Cursor>,
    /// The first unread sum of each run.
    heads: BinaryHeap<Reverse<(Key, u64, usize)>>,
}

struct Cursor {
    run: Run,
    read: std::vec::IntoIter<(Key, u64)>,
}

impl Merge {
    fn over(file: File, runs: &[Run]) -> io::Result<Self> {
        let runs: Vec<_> =
            runs.iter().map(|run| Cursor { run: *run, read: Vec::new().into_iter() }).collect();
        let mut merge = Self { file, heads: BinaryHeap::with_capacity(runs.len()), runs };
        for place in 0..merge.runs.len() {
            merge.advance(place)?;
        }
        Ok(merge)
    }

    fn next(&mut self) -> io::Result<Option<(Key, u64)>> {
        let Some(Reverse((key, mut sum, place))) = self.heads.pop() else { return Ok(None) };
        self.advance(place)?;
        while let Some(Reverse((next, more, place))) = self.heads.peek().copied()
            && next == key
        {
            self.heads.pop();
            sum = sum.saturating_add(more);
            self.advance(place)?;
        }
        Ok(Some((key, sum)))
    }

    fn advance(&mut self, place: usize) -> io::Result<()> {
        let Some(cursor) = self.runs.get_mut(place) else { return Ok(()) };
        let sum = match cursor.read.next() {
            Some(sum) => Some(sum),
            None => {
                cursor.read = cursor.run.take(&mut self.file)?.into_iter();
                cursor.read.next()
            }
        };
        if let Some((key, sum)) = sum {
            self.heads.push(Reverse((key, sum, place)));
        }
        Ok(())
    }
}

impl Run {
    /// Reads its next sums from the file.
    fn take(&mut self, file: &mut File) -> io::Result<Vec<(Key, u64)>> {
        let length = (self.until - self.from).min((READ * WIDTH) as u64);
        let mut bytes = vec![0; length as usize];
        file.seek(SeekFrom::Start(self.from))?;
        file.read_exact(&mut bytes)?;
        self.from += length;
        let (sums, _) = bytes.as_chunks::<WIDTH>();
        Ok(sums.iter().map(|sum| split(u128::from_le_bytes(*sum))).collect())
    }
}

/// Key and sum, of which the file holds the key first.
fn split(both: u128) -> (Key, u64) {
    (both as u64, (both >> 64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_that_left_the_memory_are_those_that_stayed_in_any_order() {
        let mut small = Sums::with_room(3);
        let mut large = Sums::new();
        // Every key comes 40 times, scattered, so that it lands in many runs and they are compacted.
        for turn in 0..4_000_u64 {
            let (entity, window) = ((turn * 7 % 10) as u32, (turn * 13 % 100 / 10) as u32);
            small.add(key(entity, window), turn).unwrap();
            large.add(key(entity, window), turn).unwrap();
        }

        assert!(small.spilled.is_some() && large.spilled.is_none());
        let (small, large) = (all(small), all(large));
        assert_eq!(small, large);
        assert_eq!(small.iter().map(|(_, sum)| sum).sum::<u64>(), (0..4_000).sum::<u64>());
        assert!(small.is_sorted());
    }

    #[test]
    fn a_window_without_bytes_is_no_sum() {
        let mut sums = Sums::new();
        sums.add(key(1, 5), 0).unwrap();
        sums.add(key(0, 0), 0).unwrap();
        sums.add(key(1, 6), 1).unwrap();

        assert_eq!(all(sums), [(key(1, 6), 1)]);
    }

    #[test]
    fn a_key_comes_apart_into_what_it_was_made_of() {
        assert_eq!(parts(key(u32::MAX, 7)), (u32::MAX, 7));
        assert!(key(1, u32::MAX) < key(2, 0));
    }

    fn all(sums: Sums) -> Vec<(Key, u64)> {
        let mut sorted = sums.into_sorted().unwrap();
        std::iter::from_fn(|| sorted.next().unwrap()).collect()
    }
}
