//! Changes of well-formed bytes, for machines without libFuzzer: the same seed makes the same changes.

use fastrand::Rng;

/// What a parser has trouble with.
const EDGES: [&[u8]; 20] = [
    b"0",
    b"-1",
    b"4294967296",
    b"9223372036854775808",
    b"18446744073709551615",
    b"18446744073709551616",
    b"1e309",
    b"-",
    b"\"",
    b"\\u0000",
    b"\\ud800",
    b"\x00",
    b"\n",
    b"\r\n",
    b"\xff\xfe",
    b"[[[[[[[[[[[[[[[[",
    b"{\"a\":{\"a\":{\"a\":",
    b"<!DOCTYPE a [<!ENTITY b \"c\">]>",
    b"&b;&#x0;",
    b"\x1b[2J",
];

/// A change of `seed`: a few edits, sometimes with a piece of `other`.
pub fn change(seed: &[u8], other: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..rng.usize(1..8) {
        edit(&mut bytes, other, rng);
    }
    bytes
}

fn edit(bytes: &mut Vec<u8>, other: &[u8], rng: &mut Rng) {
    let place = rng.usize(0..=bytes.len());
    let length = rng.usize(0..=16).min(bytes.len() - place);
    match rng.u8(0..8) {
        0 if length > 0 => bytes[place] = rng.u8(..),
        1 if length > 0 => bytes[place] ^= 1 << rng.u8(0..8),
        2 => drop(bytes.splice(place..place + length, [])),
        3 => drop(bytes.splice(place..place + length, EDGES[rng.usize(0..EDGES.len())].iter().copied())),
        4 => {
            let piece = bytes[place..place + length].to_vec();
            let at = rng.usize(0..=bytes.len());
            bytes.splice(at..at, piece);
        }
        5 => {
            let from = rng.usize(0..=other.len());
            let to = rng.usize(from..=other.len()).min(from + 256);
            bytes.splice(place..place + length, other[from..to].iter().copied());
        }
        6 => number(bytes, place, rng),
        _ => bytes.truncate(place),
    }
}

/// Sets the number at or behind `place` to one at an edge.
fn number(bytes: &mut Vec<u8>, place: usize, rng: &mut Rng) {
    let Some(start) = bytes[place..].iter().position(u8::is_ascii_digit).map(|at| place + at) else { return };
    let length = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    bytes.splice(start..start + length, EDGES[rng.usize(0..8)].iter().copied());
}
