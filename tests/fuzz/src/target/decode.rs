//! The decoder: whatever comes, never more than the cap, and as a stream what it is as a whole.

use std::io::Read;

use weir_records::Compression;
use weir_records::decode::{Decoder, inflate_into, inflate_named};

const CAP: usize = 1 << 16;

pub(crate) fn run(bytes: &[u8]) {
    for named in [Compression::Gzip, Compression::Zstd, Compression::Deflate, Compression::Identity] {
        let mut out = b"before".to_vec();
        let _ = inflate_named(bytes, named, &mut out, CAP);
        assert!(out.starts_with(b"before"), "what was there stays");
        assert!(out.len() <= CAP + 6, "{named}: {} bytes", out.len());
    }
    let mut whole = Vec::new();
    if inflate_into(bytes, &mut whole, CAP).is_ok() {
        let mut streamed = Vec::new();
        let read = Decoder::open(bytes, None).map(|mut decoder| decoder.read_to_end(&mut streamed));
        assert!(matches!(read, Ok(Ok(_))), "whole, but not as a stream: {read:?}");
        assert_eq!(streamed, whole);
    }
}
