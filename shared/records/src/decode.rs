//! The one decoder: gzip (every member), zstd (every frame) or bare bytes, told by the first bytes, and deflate where
//! a sender says so.
//!
//! Decoding is streaming and may be capped, so that a bomb costs no more than its cap. No other
//! module of the project opens compressed data.

#[cfg(test)]
mod tests;
mod zstd;

use std::fmt;
use std::io::{self, BufReader, Read};

use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use self::zstd::ZstdFrames;

/// Output allowed for one payload of a Lambda event.
///
/// A CloudWatch Logs payload inflates to about 1 MiB, and an event carries at most 6 MiB.
pub const PAYLOAD_CAP: usize = 64 << 20;

/// History that a zstd payload may ask for: level 19 uses 8 MiB, and more is a way to take memory.
const PAYLOAD_WINDOW: u64 = 8 << 20;

/// History that a zstd file may ask for: what `zstd --long` writes.
const FILE_WINDOW: u64 = 128 << 20;

/// Compressed bytes read at a time.
const INPUT_BUFFER: usize = 64 << 10;

/// How bytes are compressed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Compression {
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
    /// RFC 1950, or bare RFC 1951 as some senders have it.
    Deflate,
    /// Not at all.
    Identity,
}

impl Compression {
    /// What a `Content-Encoding` names; `None` for what this decoder does not undo.
    ///
    /// # Source
    ///
    /// <https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1>
    pub fn named(encoding: &str) -> Option<Self> {
        let encoding = encoding.trim();
        let is = |name: &str| encoding.eq_ignore_ascii_case(name);
        match () {
            () if is("gzip") || is("x-gzip") => Some(Self::Gzip),
            () if is("zstd") => Some(Self::Zstd),
            () if is("deflate") => Some(Self::Deflate),
            () if is("identity") || encoding.is_empty() => Some(Self::Identity),
            () => None,
        }
    }

    /// Tells the compression by the first bytes: a name or a content encoding is often wrong.
    pub fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            // A file may open with a skippable frame, and its magic ends in 184D2A5?.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            _ => Self::Identity,
        }
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Deflate => "deflate",
            Self::Identity => "uncompressed",
        })
    }
}

/// Input that cannot be decoded to its end.
///
/// What was delivered before is right. Of zstd the last window, 8 MiB at most for common levels, is
/// not delivered, since the decoder keeps it until the frame ends.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The stream is damaged or cut off.
    #[error("the {compression} data should be whole, found a fault after {decoded} decoded bytes")]
    Broken {
        /// What the data claims to be.
        compression: Compression,
        /// Bytes of output before the fault.
        decoded: u64,
        /// What the decompressor said.
        #[source]
        source: io::Error,
    },
    /// More output than allowed.
    #[error("the {compression} data should decode to at most {cap} bytes; split it")]
    TooLarge {
        /// What the data claims to be.
        compression: Compression,
        /// The limit.
        cap: u64,
    },
}

impl From<DecodeError> for io::Error {
    fn from(error: DecodeError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

/// Decodes `input` whole and appends the result to `out`, at most `cap` bytes.
///
/// # Errors
///
/// Returns [`DecodeError`] when the input is damaged or larger than `cap`; `out` then holds what
/// was decoded before.
pub fn inflate_into(input: &[u8], out: &mut Vec<u8>, cap: usize) -> Result<(), DecodeError> {
    inflate_named(input, Compression::Identity, out, cap)
}

/// As [`inflate_into`], for input whose sender names its compression.
///
/// The first bytes have the last word, since senders and what lies between get the name wrong; only deflate has
/// no mark that a text could not have too.
///
/// # Errors
///
/// As [`inflate_into`].
pub fn inflate_named(
    input: &[u8],
    named: Compression,
    out: &mut Vec<u8>,
    cap: usize,
) -> Result<(), DecodeError> {
    let before = out.len();
    let compression = match (Compression::of(input), named) {
        (Compression::Identity, Compression::Deflate) => Compression::Deflate,
        (found, _) => found,
    };
    let cap = cap as u64;
    // One byte more than allowed shows that there was more.
    let most = cap.saturating_add(1);
    let result = match compression {
        Compression::Gzip => read_sized(MultiGzDecoder::new(input).take(most), out, sized(input, most)),
        Compression::Zstd => ZstdFrames::new(input, PAYLOAD_WINDOW).take(most).read_to_end(out),
        Compression::Deflate if is_zlib(input) => ZlibDecoder::new(input).take(most).read_to_end(out),
        Compression::Deflate => DeflateDecoder::new(input).take(most).read_to_end(out),
        Compression::Identity => input.take(most).read_to_end(out),
    };
    let decoded = out.len().saturating_sub(before) as u64;
    if decoded > cap {
        out.pop();
        return Err(DecodeError::TooLarge { compression, cap });
    }
    result.map(drop).map_err(|source| DecodeError::Broken { compression, decoded, source })
}

/// How much a gzip file of one member says that it holds, up to `most`.
fn sized(input: &[u8], most: u64) -> usize {
    /// No deflate data holds more for each of its bytes.
    const DENSEST: u64 = 1_032;
    let said = input.last_chunk().map_or(0, |size| u32::from_le_bytes(*size));
    u64::from(said).min(most).min((input.len() as u64).saturating_mul(DENSEST)) as usize
}

/// Appends what is read, which is about `size` bytes: room is made once, where it is known.
fn read_sized(mut from: impl Read, out: &mut Vec<u8>, size: usize) -> io::Result<usize> {
    /// Behind what was expected, so that its end is seen.
    const MORE: usize = 64;
    let before = out.len();
    let mut filled = before;
    out.resize(before.saturating_add(size).saturating_add(MORE), 0);
    let result = loop {
        match from.read(out.get_mut(filled..).unwrap_or_default()) {
            Ok(0) => break Ok(filled - before),
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break Err(error),
        }
        if filled == out.len() {
            out.resize(filled.saturating_mul(2), 0);
        }
    };
    out.truncate(filled);
    result
}

/// Whether the two bytes that RFC 1950 begins with are there.
fn is_zlib(input: &[u8]) -> bool {
    matches!(input, [method, check, ..]
        if method & 0x0f == 8 && u16::from_be_bytes([*method, *check]) % 31 == 0)
}

/// A reader of what compressed or bare input holds.
///
/// # Errors
///
/// Reading fails with a [`DecodeError`] inside the [`io::Error`], once everything before the fault
/// has been delivered (of zstd, everything but the last window); errors of the input itself come
/// through as they are.
pub struct Decoder<'a> {
    stream: Stream<'a>,
    compression: Compression,
    decoded: u64,
    cap: Option<u64>,
}

enum Stream<'a> {
    Gzip(Box<MultiGzDecoder<Input<'a>>>),
    Zstd(Box<ZstdFrames<Input<'a>>>),
    Identity(Input<'a>),
}

type Input<'a> = BufReader<io::Chain<io::Cursor<Vec<u8>>, Box<dyn Read + 'a>>>;

impl fmt::Debug for Decoder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("compression", &self.compression)
            .field("decoded", &self.decoded)
            .field("cap", &self.cap)
            .finish_non_exhaustive()
    }
}

impl<'a> Decoder<'a> {
    /// Looks at the first bytes of `input` and decodes it from there, to at most `cap` bytes.
    ///
    /// # Errors
    ///
    /// Returns the error of reading the first bytes.
    pub fn open(input: impl Read + 'a, cap: Option<u64>) -> io::Result<Self> {
        let mut input: Box<dyn Read + 'a> = Box::new(input);
        let mut head = Vec::with_capacity(4);
        input.by_ref().take(4).read_to_end(&mut head)?;
        let compression = Compression::of(&head);
        let input = BufReader::with_capacity(INPUT_BUFFER, io::Cursor::new(head).chain(input));
        let stream = match compression {
            Compression::Gzip => Stream::Gzip(Box::new(MultiGzDecoder::new(input))),
            Compression::Zstd => Stream::Zstd(Box::new(ZstdFrames::new(input, FILE_WINDOW))),
            Compression::Deflate | Compression::Identity => Stream::Identity(input),
        };
        Ok(Self { stream, compression, decoded: 0, cap })
    }

    /// How the input is compressed.
    pub const fn compression(&self) -> Compression {
        self.compression
    }
}

impl Read for Decoder<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let result = match &mut self.stream {
            Stream::Gzip(stream) => stream.read(buffer),
            Stream::Zstd(stream) => stream.read(buffer),
            Stream::Identity(stream) => stream.read(buffer),
        };
        match result {
            Ok(count) => {
                self.decoded = self.decoded.saturating_add(count as u64);
                match self.cap {
                    Some(cap) if self.decoded > cap => {
                        Err(DecodeError::TooLarge { compression: self.compression, cap }.into())
                    }
                    _ => Ok(count),
                }
            }
            Err(error) if is_damage(&error) && self.compression != Compression::Identity => {
                let (compression, decoded) = (self.compression, self.decoded);
                Err(DecodeError::Broken { compression, decoded, source: error }.into())
            }
            Err(error) => Err(error),
        }
    }
}

/// Whether the decompressor complains, and not the input below it.
fn is_damage(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::InvalidData
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::UnexpectedEof
            | io::ErrorKind::Other
    )
}
