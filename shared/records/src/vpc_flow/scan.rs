//! Fields as bytes: where one ends, and what number or address it spells.
//!
//! A flow log line is a chain of short fields, so the time goes into finding the next space and
//! into digits. Both are done eight bytes at a time in one register; what does not fit in a word
//! takes the plain way, with the same result.

use std::net::{IpAddr, Ipv4Addr};

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The offset of the first space at or after `start`, or the length of `line`.
#[inline]
pub(super) fn field_end(line: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(chunk) = line.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*chunk) ^ (ONES * b' ' as u64);
        // The lowest flag is exact; borrows can only set flags above it.
        let spaces = word.wrapping_sub(ONES) & !word & HIGH;
        if spaces != 0 {
            return at + (spaces.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while line.get(at).is_some_and(|byte| *byte != b' ') {
        at += 1;
    }
    at
}

/// The decimal number that `line[start..end]` spells.
// Inlined for the same reason as the match over the columns that calls it.
#[inline(always)]
pub(super) fn number(line: &[u8], start: usize, end: usize) -> Option<u64> {
    let length = end.checked_sub(start)?;
    let Some(chunk) = line.get(start..).and_then(<[u8]>::first_chunk::<8>) else {
        return digits(line.get(start..end)?);
    };
    match length {
        0 => None,
        1..=8 => eight_digits(u64::from_le_bytes(*chunk), length),
        // The times: ten digits. Both words lie inside the field, and the second one is its end.
        9..=16 => {
            let tail = line.get(end - 8..).and_then(<[u8]>::first_chunk::<8>)?;
            let head = eight_digits(u64::from_le_bytes(*chunk), length - 8)?;
            Some(head * 100_000_000 + eight_digits(u64::from_le_bytes(*tail), 8)?)
        }
        _ => digits(line.get(start..end)?),
    }
}

/// The number that the first `length` (1 to 8) bytes of a little-endian word spell.
#[inline]
fn eight_digits(word: u64, length: usize) -> Option<u64> {
    // Shifting drops the bytes after the field and leaves zeros, that is leading zero digits.
    let word = (word ^ (ONES * b'0' as u64)) << (8 * (8 - length));
    if ((word.wrapping_add(ONES * 0x76)) | word) & HIGH != 0 {
        return None;
    }
    let pairs = word.wrapping_mul(10).wrapping_add(word >> 8);
    let low = (pairs & 0x0000_00FF_0000_00FF).wrapping_mul(0x000F_4240_0000_0064);
    let high = ((pairs >> 16) & 0x0000_00FF_0000_00FF).wrapping_mul(0x0000_2710_0000_0001);
    Some(low.wrapping_add(high) >> 32)
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

/// The address that `line[start..end]` spells.
#[inline]
pub(super) fn address(line: &str, start: usize, end: usize) -> Option<IpAddr> {
    match dotted_quad(line.as_bytes(), start, end) {
        Some(address) => Some(IpAddr::V4(address)),
        None => line.get(start..end)?.parse().ok(),
    }
}

/// The IPv4 address that `line[start..end]` spells, if it has bytes enough behind it.
///
/// Leading zeros are refused, as the standard library refuses them: some read `010` as eight.
#[inline]
fn dotted_quad(line: &[u8], start: usize, end: usize) -> Option<Ipv4Addr> {
    let mut octets = [0u8; 4];
    let mut at = start;
    for (index, octet) in octets.iter_mut().enumerate() {
        let field = u32::from_le_bytes(*line.get(at..)?.first_chunk::<4>()?) ^ 0x3030_3030;
        // The lowest flag is exact; carries can only set flags above it.
        let others = (field.wrapping_add(0x7676_7676) | field) & 0x8080_8080;
        let length = others.trailing_zeros() / 8;
        *octet = one_octet(field, length)?;
        at += length as usize;
        if index < 3 {
            // The dot, and the place behind it.
            if (field >> (8 * length)) as u8 != b'.' ^ b'0' {
                return None;
            }
            at += 1;
        }
    }
    (at == end).then(|| Ipv4Addr::from(octets))
}

/// The number that the first `length` bytes of `field` are, each of them a digit's value.
#[inline]
fn one_octet(field: u32, length: u32) -> Option<u8> {
    if length.wrapping_sub(1) > 2 {
        return None;
    }
    let field = field << (8 * (4 - length));
    let (hundreds, tens, ones) = ((field >> 8) & 0xff, (field >> 16) & 0xff, field >> 24);
    let value = hundreds * 100 + tens * 10 + ones;
    let shortest = 1 + u32::from(value > 9) + u32::from(value > 99);
    if length != shortest {
        return None;
    }
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests;
