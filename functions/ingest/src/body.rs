//! A body to text: compression undone once, under a cap, and formats told that no parser here reads.

#[cfg(test)]
mod tests;

use weir_records::decode::{Compression, DecodeError, PAYLOAD_CAP, inflate_named};

use crate::refusal::Refusal;
use crate::request::Request;

/// What a body holds, by the name that its sender gives it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Format {
    /// Anything that is told by its content.
    Text,
    /// OTLP in protobuf.
    Protobuf,
}

/// The format of a request's body.
///
/// # Errors
///
/// A media type that no parser here reads; the text says what to send instead.
pub(crate) fn format(request: &Request<'_>) -> Result<Format, Refusal> {
    let (found, remedy) = match request.media_type().as_str() {
        "application/x-protobuf" | "application/protobuf" => return Ok(Format::Protobuf),
        "application/msgpack" | "application/x-msgpack" => {
            ("MessagePack", "set `format json_lines` in the forwarder")
        }
        "multipart/mixed" | "multipart/form-data" => {
            ("multipart", "send lines, such as `BatchMode multiline` of NXLog")
        }
        // What `curl -d` says of anything.
        "application/x-www-form-urlencoded" if !request.raw().trim_start().starts_with(['{', '[', '<']) => {
            ("a form", "set `format => json_batch`, or a `Content-Type` of application/json")
        }
        _ => return Ok(Format::Text),
    };
    Err(Refusal::Format { found, remedy })
}

/// How a request says that its body is compressed.
///
/// # Errors
///
/// A content encoding that is not undone here.
pub(crate) fn encoding(request: &Request<'_>) -> Result<Compression, Refusal> {
    let named = request.header("content-encoding").unwrap_or_default();
    Compression::named(named).ok_or_else(|| Refusal::Encoding {
        found: named.chars().take(24).flat_map(char::escape_debug).collect(),
    })
}

/// Decompresses `bytes` into `out`.
///
/// # Errors
///
/// Damaged or too large, or no text inside.
pub(crate) fn open(bytes: &[u8], named: Compression, out: &mut Vec<u8>) -> Result<(), Refusal> {
    let before = out.len();
    let left = PAYLOAD_CAP.saturating_sub(before);
    inflate_named(bytes, named, out, left).map_err(|error| match error {
        DecodeError::TooLarge { .. } => Refusal::TooLarge { limit: PAYLOAD_CAP },
        _ => Refusal::Unreadable { expected: "whole gzip, zstd or deflate" },
    })?;
    let plain = out.get(before..).unwrap_or_default();
    // The reader would decompress it again, and without a cap.
    if Compression::of(plain) != Compression::Identity {
        return Err(Refusal::Twice);
    }
    let format = |found, remedy| Err(Refusal::Format { found, remedy });
    match plain {
        [b'P', b'A', b'R', b'1', ..] => format("Parquet", "put Parquet into a bucket that flow-logs reads"),
        [0xf3, 0x89, 0x9a, 0xc2, ..] => {
            format("a record that the Kinesis Producer Library aggregated", "set `AggregationEnabled=false`")
        }
        _ => Ok(()),
    }
}
