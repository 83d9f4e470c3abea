use std::io::repeat;

use super::*;

/// Everything that an input is cut into, and the most memory that it took.
fn pieces(input: impl Read) -> (Vec<Piece>, usize) {
    let decoder = Decoder::open(input, None).unwrap();
    let mut input = Input::new(decoder, 1 << 20, 1 << 20);
    let (mut pieces, mut most) = (Vec::new(), 0);
    loop {
        let piece = input.next().unwrap();
        most = most.max(input.buffer.len());
        if piece == Piece::End {
            return (pieces, most);
        }
        pieces.push(piece);
    }
}

#[test]
fn memory_does_not_grow_with_the_input_whatever_it_repeats() {
    const LENGTH: u64 = 64 << 20;
    for byte in [b' ', b'\t', b'9', b'{', b'[', b'"', 0] {
        for begin in ["", "{}", "{\"a\":\"", "["] {
            let (pieces, most) = pieces(begin.as_bytes().chain(repeat(byte).take(LENGTH)));
            assert!(most <= 4 << 20, "{begin}, then {:?}: {most} bytes", char::from(byte));
            assert!(pieces.iter().any(|piece| matches!(piece, Piece::TooLong(..))), "{begin} {byte}");
        }
    }
}
