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
#[inline]
pub(super) fn number(line: &[u8], start: usize, end: usize) -> Option<u64> {
    let length = end.checked_sub(start)?;
    let Some(chunk) = line.get(start..).and_then(<[u8]>::first_chunk::<8>) else {
        return digits(line.get(start..end)?);
    };
    match length {
        0 => None,
        1..=8 => eight_digits(u64::from_le_bytes(*chunk), length),
        // The times: ten digits.
        9..=16 => {
            let head = eight_digits(u64::from_le_bytes(*chunk), 8)?;
            let tail = line.get(start + 8..end)?;
            let scale = 10u64.checked_pow(u32::try_from(tail.len()).ok()?)?;
            head.checked_mul(scale)?.checked_add(digits(tail)?)
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
    let wide = line.as_bytes().get(start..).and_then(<[u8]>::first_chunk::<16>);
    if let Some(chunk) = wide
        && let Some(address) = dotted_quad(u128::from_le_bytes(*chunk), end.checked_sub(start)?)
    {
        return Some(IpAddr::V4(address));
    }
    line.get(start..end)?.parse().ok()
}

/// The IPv4 address that the first `length` bytes of a little-endian word spell.
///
/// Leading zeros are refused, as the standard library refuses them: some read `010` as eight.
#[inline]
fn dotted_quad(word: u128, length: usize) -> Option<Ipv4Addr> {
    const LOW: u128 = 0x7f7f_7f7f_7f7f_7f7f_7f7f_7f7f_7f7f_7f7f;
    const DOTS: u128 = 0x2e2e_2e2e_2e2e_2e2e_2e2e_2e2e_2e2e_2e2e;
    if !(7..=15).contains(&length) {
        return None;
    }
    let word = word & ((1 << (8 * length)) - 1);
    let other = word ^ DOTS;
    let mut dots = !(((other & LOW) + LOW) | other | LOW);
    let mut octets = [0u8; 4];
    let mut start = 0;
    for octet in octets.iter_mut().take(3) {
        if dots == 0 {
            return None;
        }
        let dot = dots.trailing_zeros() / 8;
        *octet = one_octet(word, start, dot)?;
        start = dot + 1;
        dots &= dots - 1;
    }
    if dots != 0 {
        return None;
    }
    octets[3] = one_octet(word, start, length as u32)?;
    Some(Ipv4Addr::from(octets))
}

#[inline]
fn one_octet(word: u128, start: u32, end: u32) -> Option<u8> {
    let length = end.wrapping_sub(start);
    if length.wrapping_sub(1) > 2 {
        return None;
    }
    let field = ((word >> (8 * start)) as u32 ^ 0x3030_3030) << (8 * (4 - length));
    if (field.wrapping_add(0x7676_7676) | field) & 0x8080_8080 != 0 {
        return None;
    }
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
