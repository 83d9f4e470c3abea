//! Fields as bytes: where one ends, and what number or address it spells.
//!
//! A flow log line is a chain of short fields, so the time goes into finding the next space and
//! into digits. Both are done eight bytes at a time in one register; what does not fit in a word
//! takes the plain way, with the same result.

use std::net::{IpAddr, Ipv4Addr};

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// One field of a line, with its first bytes at hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) start: usize,
    /// Where the next space is, or the end of the line.
    pub(super) end: usize,
    /// The eight bytes from `start`, spaces beyond the end of the line.
    word: u64,
}

impl Field {
    /// The field of `line` that begins at `start`.
    #[inline(always)]
    pub(super) fn at(line: &[u8], start: usize) -> Self {
        let word = word(line, start);
        let end = match spaces(word) {
            0 => field_end(line, start + 8),
            spaces => line.len().min(start + (spaces.trailing_zeros() / 8) as usize),
        };
        Self { start, end, word }
    }

    /// The field `line[start..end]`.
    pub(super) fn of(line: &[u8], start: usize, end: usize) -> Self {
        Self { start, end, word: word(line, start) }
    }

    /// Whether there is nothing between two spaces.
    #[inline(always)]
    pub(super) const fn is_empty(self) -> bool {
        self.end == self.start
    }

    /// Whether it is `-`: absent.
    #[inline(always)]
    pub(super) const fn is_absent(self) -> bool {
        self.end - self.start == 1 && self.word as u8 == b'-'
    }

    /// The decimal number that it spells.
    // Inlined for the same reason as the match over the columns that calls it.
    #[inline(always)]
    pub(super) fn number(self, line: &[u8]) -> Option<u64> {
        match self.end - self.start {
            0 => None,
            length @ 1..=8 => eight_digits(self.word, length),
            // The times: ten digits. Both words lie inside the field, and the second one is its end.
            length @ 9..=16 => {
                let tail = line.get(self.end - 8..).and_then(<[u8]>::first_chunk::<8>)?;
                let head = eight_digits(self.word, length - 8)?;
                Some(head * 100_000_000 + eight_digits(u64::from_le_bytes(*tail), 8)?)
            }
            _ => digits(line.get(self.start..self.end)?),
        }
    }

    /// The address that it spells.
    #[inline(always)]
    pub(super) fn address(self, line: &str) -> Option<IpAddr> {
        match dotted_quad(line.as_bytes(), self.start, self.end) {
            Some(address) => Some(IpAddr::V4(address)),
            None => other_address(line, self.start, self.end),
        }
    }
}

/// What `dotted_quad` does not read: IPv6, and what stands at the end of a line.
#[cold]
fn other_address(line: &str, start: usize, end: usize) -> Option<IpAddr> {
    line.get(start..end)?.parse().ok()
}

/// The eight bytes from `start`, spaces beyond the end of the line.
#[inline(always)]
fn word(line: &[u8], start: usize) -> u64 {
    let rest = line.get(start..).unwrap_or_default();
    match rest.first_chunk::<8>() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => rest.iter().rev().fold(ONES * b' ' as u64, |word, byte| word << 8 | u64::from(*byte)),
    }
}

/// A mark in the high bit of the first byte that is a space; marks above it may be wrong, since borrows set them.
#[inline(always)]
const fn spaces(word: u64) -> u64 {
    let word = word ^ (ONES * b' ' as u64);
    word.wrapping_sub(ONES) & !word & HIGH
}

/// The offset of the first space at or after `start`, or the length of `line`.
#[inline]
fn field_end(line: &[u8], start: usize) -> usize {
    let mut at = start;
    while at < line.len() {
        let spaces = spaces(word(line, at));
        if spaces != 0 {
            return line.len().min(at + (spaces.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    line.len()
}

/// The number that the first `length` (1 to 8) bytes of a little-endian word spell.
#[inline]
fn eight_digits(word: u64, length: usize) -> Option<u64> {
    // Shifting drops the bytes after the field and leaves zeros, that is leading zero digits.
    spelled((word ^ (ONES * b'0' as u64)) << (8 * (8 - length)))
}

/// The number of eight digits' values, the first in the lowest byte.
#[inline(always)]
fn spelled(word: u64) -> Option<u64> {
    if ((word.wrapping_add(ONES * 0x76)) | word) & HIGH != 0 {
        return None;
    }
    Some(valued(word))
}

/// The number of eight digits' values, the first in the lowest byte, which are known to be digits.
#[inline(always)]
const fn valued(word: u64) -> u64 {
    let pairs = word.wrapping_mul(10).wrapping_add(word >> 8);
    let low = (pairs & 0x0000_00FF_0000_00FF).wrapping_mul(0x000F_4240_0000_0064);
    let high = ((pairs >> 16) & 0x0000_00FF_0000_00FF).wrapping_mul(0x0000_2710_0000_0001);
    low.wrapping_add(high) >> 32
}

/// Fields of digits, of which is asked once whether all of them were right.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Digits {
    /// High bits of what is no digit, of numbers and of parts of addresses.
    odd: u64,
    odd_parts: u32,
    /// Sign bits of parts of addresses that are too large, or padded.
    beyond: u32,
    /// Lengths of parts of addresses.
    lengths: usize,
}

/// Of a word, its last bytes.
const LAST: [u64; 9] = {
    let mut last = [0; 9];
    let mut length = 1;
    while length <= 8 {
        last[length] = u64::MAX << (64 - 8 * length);
        length += 1;
    }
    last
};

/// The least number of an address's part of so many digits, its digits one a byte: leading zeros are refused, as the
/// standard library refuses them, since some read `010` as eight. None has no digit.
const LEAST: [u32; 4] = [i32::MAX as u32, 0, 0x0100, 0x01_0000];

impl Digits {
    /// Whether every field so far was what it should be.
    #[inline(always)]
    pub(super) const fn are_sound(self) -> bool {
        self.odd & HIGH == 0 && (self.odd_parts & HIGH as u32) | self.beyond >> 31 == 0 && self.lengths <= 3
    }

    /// The number that the last `length` bytes of a word spell, none where that are more.
    #[inline(always)]
    pub(super) fn number(&mut self, word: u64, length: usize) -> Option<u64> {
        let values = (word ^ (ONES * b'0' as u64)) & LAST.get(length)?;
        self.odd |= values.wrapping_add(ONES * 0x76) | values;
        Some(valued(values))
    }

    /// The part of an address that the last `length` bytes of a word spell.
    #[inline(always)]
    pub(super) fn octet(&mut self, word: u32, length: usize) -> u32 {
        self.lengths |= length;
        let values = (word ^ 0x3030_3030) & (LAST[length % 4] >> 32) as u32;
        self.odd_parts |= values.wrapping_add(0x7676_7676) | values;
        // Digits one a byte, the first one highest, sort as the number does.
        let sorted = values.swap_bytes();
        self.beyond |= 0x0002_0505u32.wrapping_sub(sorted) | sorted.wrapping_sub(LEAST[length % 4]);
        // 100, 10 and 1 of them meet in the highest byte.
        values.wrapping_mul(100 << 16 | 10 << 8 | 1) >> 24
    }

    /// The number of two digits.
    #[inline(always)]
    pub(super) fn pair(&mut self, spelled: [u8; 2]) -> u64 {
        let values = u64::from(u16::from_le_bytes(spelled) ^ 0x3030);
        self.odd |= values.wrapping_add(0x7676) | values;
        (values & 0xff) * 10 + (values >> 8)
    }
}

/// The number that more digits spell than a word holds.
#[cold]
pub(super) fn long_number(field: &[u8]) -> Option<u64> {
    digits(field)
}

#[inline]
fn digits(field: &[u8]) -> Option<u64> {
    if field.is_empty() {
        return None;
    }
    field.iter().try_fold(0u64, |sum, byte| {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        sum.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// The IPv4 address that `line[start..end]` spells, if it has a space and bytes enough behind it.
///
/// Leading zeros are refused, as the standard library refuses them: some read `010` as eight.
#[inline]
fn dotted_quad(line: &[u8], start: usize, end: usize) -> Option<Ipv4Addr> {
    let mut bytes = u128::from_le_bytes(*line.get(start..)?.first_chunk::<16>()?);
    let (mut address, mut total) = (0, 0);
    for index in 0..4 {
        let field = bytes as u32 ^ 0x3030_3030;
        // The lowest flag is exact; carries can only set flags above it.
        let others = (field.wrapping_add(0x7676_7676) | field) & 0x8080_8080;
        let length = others.trailing_zeros() / 8;
        address = address << 8 | one_octet(field, length)?;
        let behind = if index < 3 { b'.' } else { b' ' };
        if (field >> (8 * length)) as u8 != behind ^ b'0' {
            return None;
        }
        // At most 32; said so, the shift needs no case for more than a word.
        bytes >>= (8 * (length + 1)) & 63;
        total += length as usize + 1;
    }
    (start + total == end + 1).then(|| Ipv4Addr::from_bits(address))
}

/// The number that the first `length` bytes of `field` are, each of them a digit's value.
#[inline(always)]
fn one_octet(field: u32, length: u32) -> Option<u32> {
    if length.wrapping_sub(1) > 2 {
        return None;
    }
    let field = field << (8 * (4 - length));
    let value = (field >> 8 & 0xff) * 100 + (field >> 16 & 0xff) * 10 + (field >> 24);
    let shortest = 1 + u32::from(value > 9) + u32::from(value > 99);
    (length == shortest && value <= 255).then_some(value)
}

#[cfg(test)]
mod tests;
