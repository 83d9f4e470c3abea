//! Input that was refused, and why.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::source::Source;

/// Characters of refused input that a reject carries.
pub const TEXT_LIMIT: usize = 200;

/// Why a piece of input became no record.
///
/// `Display` says it for a person; [`code`](Self::code) is the stable key under which it is counted.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// Fewer fields than the format has.
    #[error("expected {expected} fields, found {found}; give the order with a header line or --flow-format")]
    TooFewFields {
        /// Fields of the format.
        expected: usize,
        /// Fields of the line.
        found: usize,
    },
    /// More fields than the format has.
    #[error("expected {expected} fields, found {found}; give the order with a header line or --flow-format")]
    TooManyFields {
        /// Fields of the format.
        expected: usize,
        /// Fields of the line.
        found: usize,
    },
    /// A field holds something that its column cannot.
    #[error("field `{field}` should be {expected}")]
    BadField {
        /// Its name, as the log's maker writes it.
        field: &'static str,
        /// What the column holds.
        expected: &'static str,
    },
    /// A field that a record cannot be without is absent.
    #[error("field `{field}` is absent, and the record needs it")]
    MissingField {
        /// Its name, as the log's maker writes it.
        field: &'static str,
    },
    /// The flow ends before it starts.
    #[error("field `end` should not be before `start`")]
    BadInterval,
    /// Bytes that are not text.
    #[error("a line should be UTF-8 text")]
    NotUtf8,
    /// A line or document longer than the reader holds.
    #[error("a line or document should have at most {limit} bytes")]
    TooLong {
        /// The limit.
        limit: usize,
    },
    /// Broken JSON.
    #[error("a line that opens with a brace or bracket should be JSON")]
    BadJson,
    /// Broken XML, or XML with a document type, which could name entities.
    #[error("an event that opens with `<Event` should be XML without a document type, and close")]
    BadXml,
    /// Readable, but none of the records that this version knows.
    #[error("none of the records that weir knows, nor an event that carries one")]
    UnknownRecord,
    /// The payload inside an event cannot be opened.
    #[error("the payload should be base64 of text, gzip or zstd, within the size limit")]
    BadPayload,
    /// An event that only points to an object.
    #[error("an S3 notification names an object and does not hold it; read the object itself")]
    ObjectReference,
}

impl Reason {
    /// The stable name under which rejects are counted.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooFewFields { .. } => "too-few-fields",
            Self::TooManyFields { .. } => "too-many-fields",
            Self::BadField { .. } => "bad-field",
            Self::MissingField { .. } => "missing-field",
            Self::BadInterval => "bad-interval",
            Self::NotUtf8 => "not-utf8",
            Self::TooLong { .. } => "too-long",
            Self::BadJson => "bad-json",
            Self::BadXml => "bad-xml",
            Self::UnknownRecord => "unknown-record",
            Self::BadPayload => "bad-payload",
            Self::ObjectReference => "object-reference",
        }
    }
}

/// One refused piece of input.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reject<'a> {
    /// Line of the decoded input, counted from 1; the row number in a Parquet file.
    pub line: u64,
    /// What the input was read as.
    pub source: Source,
    /// Why it was refused.
    pub reason: Reason,
    /// The first [`TEXT_LIMIT`] characters.
    pub text: Cow<'a, str>,
}

/// The first [`TEXT_LIMIT`] characters of `bytes`, with what is not UTF-8 replaced.
pub(crate) fn excerpt(bytes: &[u8]) -> Cow<'_, str> {
    // A character has at most 4 bytes, so the cut loses none of the first 200 characters.
    let text = String::from_utf8_lossy(bytes.get(..TEXT_LIMIT * 4).unwrap_or(bytes));
    let Some((cut, _)) = text.char_indices().nth(TEXT_LIMIT) else { return text };
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.get(..cut).unwrap_or(text)),
        Cow::Owned(mut text) => {
            text.truncate(cut);
            Cow::Owned(text)
        }
    }
}

/// At most 24 characters of `text`, escaped, as error messages quote it.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted: String = text.chars().take(24).flat_map(char::escape_debug).collect();
    if text.chars().nth(24).is_some() {
        // Writing to a String cannot fail.
        let _ = write!(quoted, "…");
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_keeps_200_characters_even_where_each_has_four_bytes() {
        let text = "😀".repeat(300);
        assert_eq!(excerpt(text.as_bytes()).chars().count(), 200);
        assert_eq!(excerpt("short".as_bytes()), "short");
    }

    #[test]
    fn an_excerpt_of_bytes_that_are_no_text_still_shows_where_they_were() {
        assert_eq!(excerpt(b"a\xffb"), "a\u{fffd}b");
        assert_eq!(excerpt(&[0xff; 900]).chars().count(), 200);
    }

    #[test]
    fn a_quote_is_short_and_escaped() {
        assert_eq!(quoted("a\nb"), "a\\nb");
        assert_eq!(quoted(&"x".repeat(30)), format!("{}…", "x".repeat(24)));
    }
}
