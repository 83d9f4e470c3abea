//! One object of S3, streamed: a slice of event time at a time, in memory that does not grow with it.

mod chunks;
mod slices;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::get_object::{GetObjectError, GetObjectOutput};
use tokio::sync::mpsc;
use weir_aws_host::{Applier, now};
use weir_detection::settings::Settings;
use weir_dynamodb::DynamoStore;
use weir_intel::Intel;
use weir_records::envelope::S3Object;
use weir_records::{Format, ReadOptions, Source};
use xxhash_rust::xxh3::xxh3_64;

use self::chunks::Chunks;
use self::slices::{Failed, Slices};
use crate::fault::Fault;

/// Chunks of the object's body that wait to be read.
const CHUNKS: usize = 8;

/// What it takes to read in a thread of its own.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) format: Option<Format>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) intel: Arc<Intel>,
}

/// Reads and applies one object; the reason where it was refused, whole or from a damaged place on.
pub(crate) async fn apply(
    client: &Client,
    object: &S3Object,
    reading: Reading,
    applier: &Applier<'_, DynamoStore>,
) -> Result<Option<&'static str>, Fault> {
    let name = format!("s3://{}/{}", object.bucket, object.key);
    let fault = |source| Fault::Object { object: name.clone(), source };
    let got = match client.get_object().bucket(&object.bucket).key(&object.key).send().await {
        Ok(got) => got,
        // Removed since it was announced: no retry brings it back.
        Err(SdkError::ServiceError(context)) if matches!(context.err(), GetObjectError::NoSuchKey(_)) => {
            return Ok(Some("object-missing"));
        }
        Err(SdkError::ServiceError(context)) => return Err(fault(Box::new(context.into_err()))),
        Err(error) => return Err(fault(Box::new(error))),
    };
    let batch = identity(object, &got);
    let (chunks, feed) = Chunks::channel(CHUNKS);
    let (slices, mut ready) = mpsc::channel(1);
    let options =
        ReadOptions { source: Source::VpcFlow, flow_format: reading.format, ..ReadOptions::default() };
    let thread = tokio::task::spawn_blocking(move || {
        Slices::new(&reading.settings, &reading.intel, batch, now())
            .read(chunks, &options, |slice| slices.blocking_send(slice).is_ok())
    });
    let feeding = feed.run(got.body);
    let applying = async {
        while let Some(slice) = ready.recv().await {
            applier.apply(slice.batch, slice.observations).await?;
        }
        // Tells the thread to stop where this ends early.
        drop(ready);
        Ok::<_, Fault>(())
    };
    // A fault ends the feed too: without a reader it has nowhere to put its chunks.
    let ((), applied) = tokio::join!(feeding, applying);
    applied?;
    let done = thread.await.map_err(|error| fault(Box::new(error)))?;
    done.counts.report(&name, applier.metrics);
    match done.failed {
        None => Ok(done.refused),
        Some(Failed::Damaged) => Ok(Some(crate::payload::UNREADABLE)),
        Some(Failed::Broken(error)) => Err(fault(Box::new(error))),
    }
}

/// The same for the same bytes under the same name, whenever they are announced.
fn identity(object: &S3Object, got: &GetObjectOutput) -> u64 {
    let mut text = Vec::with_capacity(256);
    for part in [
        object.bucket.as_str(),
        object.key.as_str(),
        got.e_tag().unwrap_or_default(),
        got.version_id().unwrap_or_default(),
    ] {
        text.extend_from_slice(&(part.len() as u64).to_le_bytes());
        text.extend_from_slice(part.as_bytes());
    }
    xxh3_64(&text)
}
