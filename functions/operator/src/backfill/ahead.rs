//! Objects asked for ahead of their turn: a bounded number, each streamed into a bounded queue, taken in order.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::time::Instant;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::get_object::GetObjectError;
use bytes::{Buf as _, Bytes};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::pace::Pace;
use crate::aws::Aws;
use crate::fault::failed;

/// Objects that are under way beside the one that is read.
const OBJECTS: usize = 8;

/// Chunks of each that wait for their turn, of some ten kilobytes.
const CHUNKS: usize = 64;

/// What comes of an object.
enum Piece {
    Chunk(Bytes),
    /// It was removed since it was listed.
    Missing,
    /// The request failed.
    Refused(anyhow::Error),
    /// It did not come to its end.
    Broken(io::Error),
}

/// What an object turned out to be.
pub(super) enum Opened {
    Body(Body),
    Missing,
}

/// Objects under way, in their order.
pub(super) struct Ahead<'a, I> {
    aws: &'a Aws,
    client: &'a Client,
    bucket: &'a str,
    keys: I,
    pace: Pace,
    under_way: VecDeque<Receiver<Piece>>,
}

impl<'a, I: Iterator<Item = &'a str>> Ahead<'a, I> {
    pub(super) fn new(aws: &'a Aws, client: &'a Client, bucket: &'a str, keys: I, pace: Pace) -> Self {
        Self { aws, client, bucket, keys, pace, under_way: VecDeque::new() }
    }

    /// The next object; the ones after it are on their way meanwhile. `None` after the last.
    pub(super) fn next(&mut self) -> Option<anyhow::Result<Opened>> {
        while self.under_way.len() <= OBJECTS {
            let Some(key) = self.keys.next() else { break };
            let (sender, receiver) = channel(CHUNKS);
            let request = self.client.get_object().bucket(self.bucket).key(key);
            let turn = self.pace.turn(Instant::now());
            self.aws.spawn(async move {
                tokio::time::sleep_until(turn.into()).await;
                match request.send().await {
                    Ok(got) => stream(got.body, &sender).await,
                    Err(error) => {
                        let _ = sender.send(unopened(error)).await;
                    }
                }
            });
            self.under_way.push_back(receiver);
        }
        let mut pieces = self.under_way.pop_front()?;
        Some(match pieces.blocking_recv() {
            Some(Piece::Missing) => Ok(Opened::Missing),
            Some(Piece::Refused(error)) => Err(error),
            first => Ok(Opened::Body(Body::new(first, pieces))),
        })
    }
}

/// Whoever reads may have given up, which ends the object too.
async fn stream(mut body: aws_sdk_s3::primitives::ByteStream, sender: &Sender<Piece>) {
    while let Some(chunk) = body.next().await {
        let piece = match chunk {
            Ok(chunk) => Piece::Chunk(chunk),
            Err(error) => Piece::Broken(io::Error::other(error)),
        };
        if sender.send(piece).await.is_err() {
            return;
        }
    }
}

fn unopened(error: SdkError<GetObjectError>) -> Piece {
    match &error {
        SdkError::ServiceError(context) if matches!(context.err(), GetObjectError::NoSuchKey(_)) => {
            Piece::Missing
        }
        _ => Piece::Refused(failed("get the object", "s3:GetObject", error)),
    }
}

/// The body of an object, read as it arrives.
pub(super) struct Body {
    pieces: Receiver<Piece>,
    current: Bytes,
    /// Why it did not come to its end; a decompressor takes that for damage of the data.
    pub(super) broken: Option<io::Error>,
}

impl Body {
    fn new(first: Option<Piece>, pieces: Receiver<Piece>) -> Self {
        let mut body = Self { pieces, current: Bytes::new(), broken: None };
        body.hold(first);
        body
    }

    /// Holds a piece to be read; whether there was one.
    fn hold(&mut self, piece: Option<Piece>) -> bool {
        match piece {
            Some(Piece::Chunk(chunk)) => self.current = chunk,
            Some(Piece::Broken(error)) => self.broken = Some(error),
            _ => return false,
        }
        true
    }
}

impl Read for &mut Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() {
            if self.broken.is_some() {
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            let piece = self.pieces.blocking_recv();
            if !self.hold(piece) {
                return Ok(0);
            }
        }
        let count = buffer.len().min(self.current.len());
        self.current.split_to(count).copy_to_slice(buffer.get_mut(..count).unwrap_or_default());
        Ok(count)
    }
}
