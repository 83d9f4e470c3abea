//! Which prints were seen in a bucket, in about five bytes each: of all that is held in memory they are the most.
//!
//! A table of lines, each as long as a line of the processor's cache, so that asking for a print waits for memory once.
//! A print's upper bits choose its line and need not be kept; the lower 36 are. A full line goes on in the next.
//! What is kept does not tell where a print would be in a larger table: when a table is full, another one follows it.

/// Prints of one line.
const SLOTS: usize = 14;

/// Lines of the first table.
const FEW: usize = 64;

/// Most lines of a table: a bit that chooses the line should not be one of those that are kept.
const MOST: usize = 1 << (u64::BITS - KEPT);

/// Bits of a print that are kept.
const KEPT: u32 = 36;

/// A set of prints.
///
/// A new print is taken for a known one where a line that it may be in holds the same 36 bits. It is compared with the 14
/// of its own line at most, and seldom with those of the next: however many prints there are, for one table that happens
/// with a probability below 20 / 2^36 = 3e-10. Where [`clear`](Self::clear) or [`expect`](Self::expect) made room there is
/// one table, and a smaller one where that was not enough; in the first bucket of all they double up to what is needed.
#[derive(Default)]
pub(super) struct Seen {
    tables: Vec<Table>,
    /// Prints in all tables.
    len: usize,
    /// Lines of the table that is made when the last one is full.
    next: usize,
}

struct Table {
    lines: Vec<Line>,
    /// Prints that it has room for.
    free: usize,
}

#[derive(Clone, Copy, Default)]
#[repr(align(64))]
struct Line {
    /// The lower 32 bits of each print.
    low: [u32; SLOTS],
    /// The next four of each, and above them how many there are.
    rest: u64,
}

impl Seen {
    /// Prints that are in it.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// An empty set with room for so many prints, where more than a few are expected.
    pub(super) fn expect(&mut self, prints: usize) {
        self.len = 0;
        // A little more than the last time is still one table.
        let lines = lines_for(prints + prints / 32);
        self.next = lines / 8;
        if let [table] = self.tables.as_mut_slice()
            && (lines..=lines * 2).contains(&table.lines.len())
        {
            table.clear();
            return;
        }
        self.tables.clear();
        if prints > 0 {
            self.tables.push(Table::of(lines));
        }
    }

    /// Forgets all prints, with room for as many.
    pub(super) fn clear(&mut self) {
        self.expect(self.len);
    }

    /// Adds a print; `false` where it is there already.
    #[inline]
    pub(super) fn insert(&mut self, print: u64) -> bool {
        let mut free = None;
        for table in &self.tables {
            free = table.place(print);
            if free.is_none() {
                return false;
            }
        }
        self.len += 1;
        match (self.tables.last_mut(), free) {
            (Some(table), Some(place)) if table.free > 0 => table.push(place, print),
            _ => self.push_apart(print),
        }
        true
    }

    /// Adds a print to a table of its own.
    #[cold]
    fn push_apart(&mut self, print: u64) {
        let mut table = Table::of(self.next.max(FEW));
        self.next = (table.lines.len() * 2).min(MOST);
        if let Some(place) = table.place(print) {
            table.push(place, print);
        }
        self.tables.push(table);
    }
}

/// Lines that so many prints leave a tenth of free.
fn lines_for(prints: usize) -> usize {
    (prints * 10).div_ceil(SLOTS * 9).clamp(FEW, MOST)
}

impl Table {
    fn of(lines: usize) -> Self {
        Self { lines: vec![Line::default(); lines], free: lines * SLOTS * 9 / 10 }
    }

    fn clear(&mut self) {
        self.lines.fill(Line::default());
        self.free = self.lines.len() * SLOTS * 9 / 10;
    }

    /// The line where a print is to be added; `None` where it is there.
    #[inline]
    fn place(&self, print: u64) -> Option<usize> {
        let mut place = ((print >> KEPT) as usize * self.lines.len()) >> (u64::BITS - KEPT);
        loop {
            let line = self.lines.get(place)?;
            if line.has(print) {
                return None;
            }
            if line.len() < SLOTS {
                return Some(place);
            }
            place = if place + 1 == self.lines.len() { 0 } else { place + 1 };
        }
    }

    #[inline]
    fn push(&mut self, place: usize, print: u64) {
        if let Some(line) = self.lines.get_mut(place) {
            line.push(print);
            self.free -= 1;
        }
    }
}

impl Line {
    const fn len(&self) -> usize {
        (self.rest >> (4 * SLOTS)) as usize
    }

    #[inline]
    fn has(&self, print: u64) -> bool {
        let low = print as u32;
        // All at once, without a branch for each.
        let maybe = self.low.iter().fold(false, |any, have| any | (*have == low));
        maybe && self.has_whole(print)
    }

    #[cold]
    fn has_whole(&self, print: u64) -> bool {
        let (low, high) = (print as u32, print >> 32 & 15);
        (0..)
            .zip(&self.low)
            .take(self.len())
            .any(|(slot, have)| *have == low && self.rest >> (4 * slot) & 15 == high)
    }

    #[inline]
    fn push(&mut self, print: u64) {
        let slot = self.len();
        if let Some(low) = self.low.get_mut(slot) {
            *low = print as u32;
            self.rest |= (print >> 32 & 15) << (4 * slot);
            self.rest += 1 << (4 * SLOTS);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    const MASK: u64 = (1 << KEPT) - 1;

    /// Prints of few lines, many of which are the same in a part of what is kept.
    fn print() -> impl Strategy<Value = u64> {
        let crowded = (0..6_u64, 0..3_u64, 0..40_u64);
        prop_oneof![crowded.prop_map(|(line, high, low)| line << 58 | high << 32 | low), any::<u64>(),]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn it_knows_what_a_set_of_whole_prints_knows(
            runs in prop::collection::vec(prop::collection::vec(print(), 0..3_000), 1..4),
        ) {
            let mut seen = Seen::default();
            for prints in runs {
                let (mut whole, mut kept) = (HashSet::new(), HashSet::new());
                for print in prints {
                    let (is_new, is_new_in_part) = (whole.insert(print), kept.insert(print & MASK));
                    let said = seen.insert(print);
                    prop_assert!(is_new || !said, "a known print should be known");
                    prop_assert!(!is_new_in_part || said, "what is kept of no other print should be new");
                }
                seen.clear();
            }
        }
    }

    #[test]
    fn prints_of_two_lines_are_two_prints_whatever_is_kept_of_them() {
        let mut seen = Seen::default();
        let prints: Vec<u64> = (0..FEW as u64).map(|line| line << 58 | 7).collect();

        let new = prints.iter().filter(|print| seen.insert(**print)).count();
        let again = prints.iter().filter(|print| seen.insert(**print)).count();

        assert_eq!((new, again, seen.len()), (FEW, 0, FEW));
    }

    #[test]
    fn a_bucket_as_full_as_the_last_one_takes_six_bytes_a_print_at_most() {
        let mut seen = Seen::default();
        for _ in 0..2 {
            seen.clear();
            (0..100_000_u64).for_each(|number| {
                seen.insert(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            });
        }

        let bytes: usize = seen.tables.iter().map(|table| table.lines.len() * size_of::<Line>()).sum();
        assert_eq!(seen.len(), 100_000);
        assert!(bytes <= 600_000, "{bytes}");
    }
}
