//! Base64 payloads, opened into reused buffers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::decode::{self, DecodeError};
use crate::text::Text;

/// A payload in base64, not yet opened.
#[derive(Clone, Debug)]
pub struct Data<'a>(Text<'a>);

/// Buffers that are reused from payload to payload.
#[derive(Debug, Default)]
pub struct Scratch {
    packed: Vec<u8>,
    plain: Vec<u8>,
}

/// A payload that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// Not base64.
    #[error("the payload should be base64")]
    Base64(#[source] base64::DecodeError),
    /// Damaged, or over the size limit.
    #[error("the payload cannot be decoded")]
    Decode(#[source] DecodeError),
    /// Not text.
    #[error("the payload should be UTF-8 text, found a fault after {valid} bytes")]
    NotUtf8 {
        /// Bytes that are text.
        valid: usize,
    },
}

impl<'a> Data<'a> {
    pub(super) const fn new(base64: Text<'a>) -> Self {
        Self(base64)
    }

    /// Undoes base64 and compression; at most `cap` bytes come out.
    ///
    /// # Errors
    ///
    /// Returns [`DataError`] when the payload is damaged, too large or not text.
    pub fn open<'s>(&self, scratch: &'s mut Scratch, cap: usize) -> Result<&'s str, DataError> {
        scratch.packed.clear();
        scratch.plain.clear();
        STANDARD.decode_vec(self.0.as_str(), &mut scratch.packed).map_err(DataError::Base64)?;
        decode::inflate_into(&scratch.packed, &mut scratch.plain, cap).map_err(DataError::Decode)?;
        std::str::from_utf8(&scratch.plain).map_err(|error| DataError::NotUtf8 { valid: error.valid_up_to() })
    }
}
