//! Records to five-minute windows.

use std::io;

use weir_detection::observation::BUCKET;

use super::egress::Share;
use super::sums::{self, Sorted, Sums};
use crate::options::By;

/// Sums per entity and window, and when each entity was seen.
pub(super) struct Windows {
    by: By,
    sums: Sums,
    lives: Vec<Life>,
    /// The window of the last record that lay in one: its number, and its times.
    last: (u32, std::ops::Range<i64>),
}

/// First and last window in which an entity has a record of any kind.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Life {
    pub(super) first: u32,
    last: u32,
}

impl Windows {
    pub(super) fn new(by: By) -> Self {
        Self { by, sums: Sums::new(), lives: Vec::new(), last: (0, 0..0) }
    }

    /// Adds a record's bytes to the windows that `[start, end + 1 s)` overlaps, or to that of its start.
    #[inline]
    pub(super) fn add(&mut self, (start, end): (i64, i64), share: Share) -> io::Result<()> {
        let end = end.max(start).saturating_add(1_000);
        let (number, times) = &self.last;
        if times.start <= start && end <= times.end {
            let number = *number;
            self.see(share.entity, number, number);
            return self.sums.add(sums::key(share.entity, number), share.bytes);
        }
        let first = window_of(start);
        let last = if self.by == By::Start { first } else { window_of(end - 1) };
        self.see(share.entity, first, last);
        if first == last {
            let begin = i64::from(first) * BUCKET;
            self.last = (first, begin..begin + BUCKET);
        }
        if first == last || share.bytes == 0 {
            return self.sums.add(sums::key(share.entity, first), share.bytes);
        }
        let span = end - start;
        let mut done = 0;
        // Records span a day at most, so windows are few.
        for window in first..=last {
            let until = ((i64::from(window) + 1) * BUCKET).min(end);
            let upto = part(share.bytes, until - start, span);
            self.sums.add(sums::key(share.entity, window), upto - done)?;
            done = upto;
        }
        Ok(())
    }

    /// Every entity's life, by its number.
    pub(super) fn lives(&self) -> Vec<Life> {
        self.lives.clone()
    }

    /// Windows from the first record of all to the last.
    pub(super) fn span(&self) -> u64 {
        let first = self.lives.iter().filter(|life| life.length() > 0).map(|life| life.first).min();
        let last = self.lives.iter().map(|life| life.last).max();
        first.zip(last).map_or(0, |(first, last)| Life { first, last }.length())
    }

    /// Hands out all sums, sorted by entity and window.
    pub(super) fn into_sorted(self) -> io::Result<Sorted> {
        self.sums.into_sorted()
    }

    fn see(&mut self, entity: u32, first: u32, last: u32) {
        let place = entity as usize;
        if place >= self.lives.len() {
            self.lives.resize(place + 1, Life::NEVER);
        }
        if let Some(life) = self.lives.get_mut(place) {
            life.first = life.first.min(first);
            life.last = life.last.max(last);
        }
    }
}

impl Life {
    const NEVER: Self = Self { first: u32::MAX, last: 0 };

    /// The window behind the last.
    pub(super) const fn end(self) -> u32 {
        self.last.saturating_add(1)
    }

    /// Windows from the first to the last.
    pub(super) fn length(self) -> u64 {
        u64::from(self.end()).saturating_sub(u64::from(self.first))
    }
}

/// Number of the window that holds `time`. The year 9999, the last that is read, fits.
fn window_of(time: i64) -> u32 {
    u32::try_from(time.div_euclid(BUCKET)).unwrap_or(0)
}

/// What falls into the first `elapsed` of `span`, rounded down: the parts add up to the whole.
fn part(total: u64, elapsed: i64, span: i64) -> u64 {
    if elapsed >= span {
        return total;
    }
    let product = u128::from(total) * u128::from(elapsed.unsigned_abs());
    u64::try_from(product / u128::from(span.unsigned_abs().max(1))).unwrap_or(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_over_three_windows_gives_each_its_share_and_loses_no_byte() {
        assert_eq!(sums_of(By::Share, 299_000, 600_000, 1_000), [(0, 3), (1, 993), (2, 4)]);
        assert_eq!(sums_of(By::Start, 299_000, 600_000, 1_000), [(0, 1_000)]);
    }

    #[test]
    fn a_record_that_ends_with_the_window_s_last_second_stays_in_it() {
        assert_eq!(sums_of(By::Share, 240_000, 299_000, 60), [(0, 60)]);
        assert_eq!(sums_of(By::Share, 241_000, 300_000, 60), [(0, 59), (1, 1)]);
    }

    #[test]
    fn parts_of_the_largest_count_do_not_overflow() {
        let sums = sums_of(By::Share, 0, 599_000, u64::MAX);
        assert_eq!(sums.iter().map(|(_, sum)| u128::from(*sum)).sum::<u128>(), u128::from(u64::MAX));
    }

    fn sums_of(by: By, start: i64, end: i64, bytes: u64) -> Vec<(u32, u64)> {
        let mut windows = Windows::new(by);
        windows.add((start, end), Share { entity: 0, bytes }).unwrap();
        let mut sorted = windows.into_sorted().unwrap();
        std::iter::from_fn(|| sorted.next().unwrap()).map(|(key, sum)| (sums::parts(key).1, sum)).collect()
    }
}
