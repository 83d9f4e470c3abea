//! The body of an object, read as it arrives.

use std::io::{self, Read};

use aws_sdk_s3::primitives::ByteStream;
use bytes::{Buf as _, Bytes};

use crate::aws::Aws;

/// A body that is waited for chunk by chunk.
pub(super) struct Body<'a> {
    aws: &'a Aws,
    stream: ByteStream,
    current: Bytes,
    /// Why it did not come to its end; a decompressor takes that for damage of the data.
    pub(super) broken: Option<io::Error>,
}

impl<'a> Body<'a> {
    pub(super) fn new(aws: &'a Aws, stream: ByteStream) -> Self {
        Self { aws, stream, current: Bytes::new(), broken: None }
    }
}

impl Read for &mut Body<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() {
            match self.aws.wait(self.stream.next()) {
                None => return Ok(0),
                Some(Ok(chunk)) => self.current = chunk,
                Some(Err(error)) => {
                    self.broken = Some(io::Error::other(error));
                    return Err(io::ErrorKind::ConnectionAborted.into());
                }
            }
        }
        let count = buffer.len().min(self.current.len());
        self.current.split_to(count).copy_to_slice(buffer.get_mut(..count).unwrap_or_default());
        Ok(count)
    }
}
