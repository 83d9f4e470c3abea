//! The body of an object, from the task that receives it to the thread that reads it.

use std::io::{self, Read};

use aws_sdk_s3::primitives::ByteStream;
use bytes::{Buf as _, Bytes};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// The reader's end.
#[derive(Debug)]
pub(super) struct Chunks {
    chunks: Receiver<Message>,
    current: Bytes,
    ended: bool,
    /// Why the body did not come to its end.
    pub(super) broken: Option<io::Error>,
}

/// The receiver's end.
#[derive(Debug)]
pub(super) struct Feed(Sender<Message>);

/// A chunk, how the body broke, or its end. A channel that closes without one was left alone.
#[derive(Debug)]
enum Message {
    Chunk(Bytes),
    Broken(io::Error),
    End,
}

impl Chunks {
    pub(super) fn channel(capacity: usize) -> (Self, Feed) {
        let (sender, receiver) = channel(capacity);
        (Self { chunks: receiver, current: Bytes::new(), ended: false, broken: None }, Feed(sender))
    }
}

impl Feed {
    /// Hands on the body until it ends or nobody reads it.
    pub(super) async fn run(self, mut body: ByteStream) {
        loop {
            let message = match body.next().await {
                Some(Ok(chunk)) => Message::Chunk(chunk),
                Some(Err(error)) => Message::Broken(io::Error::other(error)),
                None => Message::End,
            };
            let last = !matches!(message, Message::Chunk(_));
            if self.0.send(message).await.is_err() || last {
                return;
            }
        }
    }

    #[cfg(test)]
    pub(super) fn give(&self, chunks: &[&'static [u8]], broken: bool) {
        for chunk in chunks {
            self.0.try_send(Message::Chunk(Bytes::from_static(chunk))).unwrap();
        }
        let last = if broken { Message::Broken(io::Error::other("reset")) } else { Message::End };
        self.0.try_send(last).unwrap();
    }
}

impl Read for &mut Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() && !self.ended {
            match self.chunks.blocking_recv() {
                Some(Message::Chunk(chunk)) => self.current = chunk,
                Some(Message::End) => self.ended = true,
                Some(Message::Broken(error)) => self.broken = Some(error),
                None => self.broken = Some(io::ErrorKind::BrokenPipe.into()),
            }
            if let Some(error) = &self.broken {
                // Kept beside, since a decompressor may take it for damage of the data.
                return Err(error.kind().into());
            }
        }
        let count = buffer.len().min(self.current.len());
        let (Some(to), Some(from)) = (buffer.get_mut(..count), self.current.get(..count)) else {
            return Ok(0);
        };
        to.copy_from_slice(from);
        self.current.advance(count);
        Ok(count)
    }
}
