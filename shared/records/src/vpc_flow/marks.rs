//! Where a byte stands among 64: one bit each, so that the fields of a line are found without one waiting for another.

use wide::u8x16;

/// Bytes that are looked at together.
pub(super) const WIDTH: usize = 64;

/// A bit for each place where a byte stands, the first one lowest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks(u64);

impl Marks {
    /// Where `byte` stands in `window`.
    #[inline(always)]
    pub(super) fn of(byte: u8, window: &[u8; WIDTH]) -> Self {
        let (chunks, _) = window.as_chunks::<16>();
        let marks = |chunk: &[u8; 16]| u8x16::new(*chunk).simd_eq(u8x16::splat(byte)).to_bitmask();
        Self(chunks.iter().rev().fold(0, |all, chunk| all << 16 | u64::from(marks(chunk))))
    }

    /// The next place, taken out; [`WIDTH`] if there is none.
    #[inline(always)]
    pub(super) const fn take(&mut self) -> usize {
        let place = self.0.trailing_zeros() as usize;
        self.0 &= self.0.wrapping_sub(1);
        place
    }
}
