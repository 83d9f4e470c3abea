//! History from a log group: hour by hour, each page by page.

use anyhow::Result;
use aws_sdk_cloudwatchlogs::Client;
use weir_records::{ReadOptions, RecordReader};

use super::Span;
use super::checkpoint::Checkpoint;
use super::learner::Learner;
use super::progress::Progress;
use crate::aws::Aws;
use crate::fault::failed;

/// What is asked for at a time. Tokens of pages expire; hours do not.
const HOUR: i64 = 3_600_000;

pub(super) fn read(
    aws: &Aws,
    group: &str,
    span: Span,
    reading: &ReadOptions,
    learner: &mut Learner<'_>,
    checkpoint: &mut Checkpoint,
    progress: &Progress,
) -> Result<()> {
    let client = Client::new(&aws.config);
    let mut from = checkpoint.resume_from().unwrap_or(span.from).max(span.from).div_euclid(HOUR) * HOUR;
    progress.over_hours(u64::try_from((span.to - from) / HOUR + 1).unwrap_or_default());
    while from < span.to {
        let until = (from + HOUR).min(span.to);
        hour(aws, &client, group, from.max(span.from), until, reading, learner)?;
        learner.settle()?;
        checkpoint.read(from, learner.latest());
        checkpoint.save(learner)?;
        progress.done(1, learner.records());
        from = until;
    }
    Ok(())
}

/// Reads `[from, until)`.
fn hour(
    aws: &Aws,
    client: &Client,
    group: &str,
    from: i64,
    until: i64,
    reading: &ReadOptions,
    learner: &mut Learner<'_>,
) -> Result<()> {
    // The end is part of what is asked for.
    let asked = client.filter_log_events().log_group_name(group).start_time(from).end_time(until - 1);
    let mut pages = asked.into_paginator().send();
    let mut text = Vec::new();
    while let Some(page) = aws.wait(pages.next()) {
        let page = page.map_err(|error| {
            failed(format!("read the log group {group} in {}", aws.region()), "logs:FilterLogEvents", error)
        })?;
        text.clear();
        for event in page.events() {
            text.extend_from_slice(event.message().unwrap_or_default().trim_end().as_bytes());
            text.push(b'\n');
        }
        let Ok(mut reader) = RecordReader::open(text.as_slice(), reading) else {
            learner.reject("bad-payload");
            continue;
        };
        loop {
            match reader.next() {
                Ok(Some(entry)) => learner.take(&entry)?,
                Ok(None) => break,
                Err(_) => {
                    learner.reject("bad-payload");
                    break;
                }
            }
        }
    }
    Ok(())
}
