use std::io::{Read, Write};

use flate2::Compression as Level;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::*;

pub(crate) fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Level::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(text, ruzstd::encoding::CompressionLevel::Fastest)
}

fn streamed(input: &[u8], cap: Option<u64>) -> (Vec<u8>, Option<io::Error>) {
    let mut out = Vec::new();
    let error = Decoder::open(input, cap).unwrap().read_to_end(&mut out).err();
    (out, error)
}

fn one_shot(input: &[u8], cap: usize) -> (Vec<u8>, Option<DecodeError>) {
    let mut out = Vec::new();
    let error = inflate_into(input, &mut out, cap).err();
    (out, error)
}

#[test]
fn every_member_of_a_gzip_stream_and_every_frame_of_a_zstd_stream_is_read() {
    let skippable = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, b'x', b'y', b'z'];
    for input in [
        [gzip(b"one,"), gzip(b"two")].concat(),
        [zstd(b"one,"), zstd(b"two")].concat(),
        [skippable.to_vec(), zstd(b"one,"), skippable.to_vec(), zstd(b"two")].concat(),
        b"one,two".to_vec(),
    ] {
        assert_eq!(streamed(&input, None).0, b"one,two");
        assert_eq!(one_shot(&input, 7).0, b"one,two");
        assert!(one_shot(&input, 7).1.is_none());
    }
}

#[test]
fn output_of_exactly_the_cap_passes_and_one_byte_more_does_not() {
    for input in [gzip(&[b'a'; 1000]), zstd(&[b'a'; 1000]), vec![b'a'; 1000]] {
        assert!(streamed(&input, Some(1000)).1.is_none());
        assert!(streamed(&input, Some(999)).1.is_some());
        assert!(one_shot(&input, 1000).1.is_none());
        assert!(matches!(one_shot(&input, 999).1, Some(DecodeError::TooLarge { cap: 999, .. })));
    }
}

#[test]
fn a_bomb_takes_no_more_memory_than_its_cap() {
    let bomb = gzip(&vec![0; 64 << 20]);
    assert!(bomb.len() < 100 << 10, "the bomb is small");
    let (out, error) = one_shot(&bomb, 1 << 20);
    assert!(matches!(error, Some(DecodeError::TooLarge { .. })));
    assert!(out.capacity() <= 4 << 20, "{}", out.capacity());
}

#[test]
fn a_zstd_frame_may_not_ask_for_a_gigabyte_of_history() {
    // Magic, no flags, window descriptor for 1 GiB, one empty last block.
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa0, 0x01, 0x00, 0x00];
    assert!(streamed(&frame, None).1.is_some());
    assert!(one_shot(&frame, 1000).1.is_some());
    let small = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x50, 0x01, 0x00, 0x00];
    assert!(one_shot(&small, 1000).1.is_none(), "the frame is otherwise right");
}

#[test]
fn a_truncated_stream_delivers_its_good_part_and_then_names_where_it_ended() {
    let text: Vec<u8> = (0..600_000u32).flat_map(|i| i.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    for whole in [gzip(&text), zstd(&text)] {
        let cut = &whole[..whole.len() / 2];
        let (out, error) = streamed(cut, None);
        assert!(text.starts_with(&out));
        // A zstd decoder gives out nothing of its last window before the frame is whole.
        assert!(out.len() > 100_000 || Compression::of(&whole) == Compression::Zstd);
        let error = error.unwrap().to_string();
        assert!(error.ends_with(&format!("after {} decoded bytes", out.len())), "{error}");
        let (out, error) = one_shot(cut, text.len());
        assert!(text.starts_with(&out));
        assert!(matches!(error, Some(DecodeError::Broken { decoded, .. }) if decoded == out.len() as u64));
    }
}

#[test]
fn a_changed_byte_is_noticed_by_the_checksum() {
    let mut stream = gzip(b"the flow of a river over a weir");
    let last = stream.len() - 6;
    stream[last] ^= 1;
    assert!(matches!(one_shot(&stream, 100).1, Some(DecodeError::Broken { .. })));
}

#[test]
fn every_prefix_of_a_stream_is_an_error_and_never_a_panic() {
    for whole in [gzip(b"one two three one two three"), zstd(b"one two three one two three")] {
        for end in 4..whole.len() {
            assert!(one_shot(&whole[..end], 100).1.is_some(), "{end}");
            assert!(streamed(&whole[..end], None).1.is_some(), "{end}");
        }
    }
}

proptest! {
    #[test]
    fn both_decoders_agree_on_any_bytes_behind_a_magic(
        magic in prop::sample::select(vec![vec![0x1f, 0x8b, 8, 0], vec![0x28, 0xb5, 0x2f, 0xfd], vec![]]),
        rest in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let input = [magic, rest].concat();
        let (streamed, stream_error) = streamed(&input, Some(100_000));
        let (at_once, error) = one_shot(&input, 100_000);
        prop_assert_eq!(stream_error.is_some(), error.is_some());
        if error.is_none() {
            prop_assert_eq!(streamed, at_once);
        }
    }
}

#[test]
fn deflate_is_undone_where_it_is_named_and_the_first_bytes_overrule_the_name() {
    let named = |input: &[u8], name: &str, cap| {
        let mut out = Vec::new();
        let result = inflate_named(input, Compression::named(name).unwrap(), &mut out, cap);
        result.map(|()| out).map_err(|error| error.to_string())
    };
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), Level::default());
    zlib.write_all(b"one,two").unwrap();
    let zlib = zlib.finish().unwrap();
    let mut bare = flate2::write::DeflateEncoder::new(Vec::new(), Level::default());
    bare.write_all(b"one,two").unwrap();
    let bare = bare.finish().unwrap();
    for (input, name) in [
        (zlib.as_slice(), "deflate"),
        (&bare, "Deflate"),
        (&gzip(b"one,two"), "deflate"),
        (&zstd(b"one,two"), "gzip"),
        (b"one,two", " gzip"),
        (b"one,two", ""),
    ] {
        assert_eq!(named(input, name, 7).unwrap(), b"one,two", "{name}");
        assert!(named(input, name, 6).unwrap_err().contains("at most 6 bytes"), "{name}");
    }
    assert!(named(&zlib[..zlib.len() - 5], "deflate", 7).unwrap_err().contains("should be whole"));
    assert_eq!(Compression::named("br"), None);
}
