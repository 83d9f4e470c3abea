//! History from a prefix of a bucket: objects in the order of their times, each streamed, the next ones on their way.

use std::num::NonZeroU32;

use anyhow::{Context as _, Result};
use aws_sdk_s3::Client;
use weir_records::{ReadError, ReadOptions, RecordReader};

use super::ahead::{Ahead, Body, Opened};
use super::learner::Learner;
use super::{Reading, Span, time};
use crate::aws::Aws;
use crate::fault::failed;

/// Objects between two checkpoints.
const STRIDE: usize = 32;

/// Objects asked for in a second, where nothing else is said.
const OBJECTS_A_SECOND: NonZeroU32 = NonZeroU32::new(100).unwrap();

/// How far an object's records may lie from the time in its name, milliseconds.
const AROUND: i64 = 2 * 3_600_000;

/// An object, by the time of its name, else of its last change.
#[derive(Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Object {
    time: i64,
    key: String,
    size: u64,
}

/// Bucket and prefix of `s3://BUCKET/PREFIX`.
pub(super) fn parse(history: &str) -> Option<(&str, &str)> {
    let rest = history.strip_prefix("s3://")?;
    Some(rest.split_once('/').unwrap_or((rest, "")))
}

pub(super) fn read(bucket: &str, prefix: &str, reading: &mut Reading<'_, '_>) -> Result<()> {
    let client = Client::new(&reading.aws.config);
    let Span { from, to } = reading.span;
    let from = reading.checkpoint.resume_from().unwrap_or(from - AROUND);
    let mut objects = list(reading.aws, &client, bucket, prefix)?;
    objects.retain(|object| object.time >= from && object.time <= to + AROUND);
    objects.sort_unstable();
    if objects.is_empty() {
        eprintln!("weirctl: no object under s3://{bucket}/{prefix} is of that time");
    }
    reading.progress.over_bytes(objects.iter().map(|object| object.size).sum());
    let keys = objects.iter().map(|object| object.key.as_str());
    let mut ahead = Ahead::new(reading.aws, &client, bucket, keys, reading.pace(OBJECTS_A_SECOND));
    for (done, object) in objects.iter().enumerate() {
        let Some(opened) = ahead.next() else { break };
        opened
            .and_then(|opened| one(opened, bucket, object, reading))
            .with_context(|| format!("s3://{bucket}/{} was not read to its end", object.key))?;
        reading.checkpoint.read(object.time, reading.learner.latest());
        reading.progress.done(object.size, reading.learner.records());
        if (done + 1) % STRIDE == 0 {
            reading.checkpoint.save(reading.learner)?;
        }
    }
    Ok(())
}

fn list(aws: &Aws, client: &Client, bucket: &str, prefix: &str) -> Result<Vec<Object>> {
    let mut pages = client.list_objects_v2().bucket(bucket).prefix(prefix).into_paginator().send();
    let mut found = Vec::new();
    while let Some(page) = aws.wait(pages.next()) {
        let page =
            page.map_err(|error| failed(format!("list s3://{bucket}/{prefix}"), "s3:ListBucket", error))?;
        for object in page.contents() {
            let Some(key) = object.key().filter(|key| !key.ends_with('/')) else { continue };
            let changed = || object.last_modified().and_then(|time| time.to_millis().ok());
            let Some(time) = time::of_object(key).or_else(changed) else { continue };
            let size = object.size().and_then(|size| u64::try_from(size).ok()).unwrap_or_default();
            found.push(Object { time, key: key.to_owned(), size });
        }
    }
    Ok(found)
}

fn one(opened: Opened, bucket: &str, object: &Object, reading: &mut Reading<'_, '_>) -> Result<()> {
    let Reading { records, learner, .. } = reading;
    let mut body = match opened {
        Opened::Body(body) => body,
        // Removed since it was listed, by a lifecycle rule.
        Opened::Missing => {
            learner.reject("object-missing");
            return Ok(());
        }
    };
    let read = entries(&mut body, records, learner);
    match (body.broken, read) {
        (Some(error), _) => Err(error.into()),
        // Nothing mends it, and what came before the damage was used.
        (None, Err(Unread::Input(error))) => {
            let why = weir_aws_host::chain(&error);
            eprintln!("weirctl: s3://{bucket}/{} breaks off: {why}", object.key);
            learner.reject("bad-payload");
            Ok(())
        }
        (None, Err(Unread::Learner(error))) => Err(error),
        (None, Ok(())) => Ok(()),
    }
}

/// Why an object was not read to its end.
enum Unread {
    Input(ReadError),
    Learner(anyhow::Error),
}

fn entries(body: &mut Body, reading: &ReadOptions, learner: &mut Learner<'_>) -> Result<(), Unread> {
    let mut reader = RecordReader::open(body, reading).map_err(Unread::Input)?;
    while let Some(entry) = reader.next().map_err(Unread::Input)? {
        learner.take(&entry).map_err(Unread::Learner)?;
    }
    learner.settle().map_err(Unread::Learner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_needs_no_prefix_and_a_log_group_is_no_bucket() {
        assert_eq!(parse("s3://logs/AWSLogs/1/"), Some(("logs", "AWSLogs/1/")));
        assert_eq!(parse("s3://logs"), Some(("logs", "")));
        assert_eq!(parse("/vpc/flow-logs"), None);
    }
}
