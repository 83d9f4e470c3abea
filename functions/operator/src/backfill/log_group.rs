//! History from a log group: hour by hour, each page by page.

use std::num::NonZeroU32;
use std::time::Instant;

use anyhow::Result;
use aws_sdk_cloudwatchlogs::Client;
use weir_records::RecordReader;

use super::pace::Pace;
use super::{Reading, Span};
use crate::fault::failed;

/// What is asked for at a time. Tokens of pages expire; hours do not.
const HOUR: i64 = 3_600_000;

/// Pages asked for in a second, where nothing else is said: the quota of an account is five in some regions.
const PAGES_A_SECOND: NonZeroU32 = NonZeroU32::new(5).unwrap();

pub(super) fn read(group: &str, reading: &mut Reading<'_, '_>) -> Result<()> {
    let client = Client::new(&reading.aws.config);
    let Span { from: first, to } = reading.span;
    let mut from = reading.checkpoint.resume_from().unwrap_or(first).max(first).div_euclid(HOUR) * HOUR;
    reading.progress.over_hours(u64::try_from((to - from) / HOUR + 1).unwrap_or_default());
    let mut pace = reading.pace(PAGES_A_SECOND);
    while from < to {
        let until = (from + HOUR).min(to);
        hour(&client, group, from.max(first), until, &mut pace, reading)?;
        reading.learner.settle()?;
        reading.checkpoint.read(from, reading.learner.latest());
        reading.checkpoint.save(reading.learner)?;
        reading.progress.done(1, reading.learner.records());
        from = until;
    }
    Ok(())
}

/// Reads `[from, until)`.
fn hour(
    client: &Client,
    group: &str,
    from: i64,
    until: i64,
    pace: &mut Pace,
    reading: &mut Reading<'_, '_>,
) -> Result<()> {
    let Reading { aws, records, learner, .. } = reading;
    // The end is part of what is asked for.
    let asked = client.filter_log_events().log_group_name(group).start_time(from).end_time(until - 1);
    let mut pages = asked.into_paginator().send();
    let mut text = Vec::new();
    let mut is_last = false;
    while !is_last {
        let turn = pace.turn(Instant::now());
        let page = aws.wait(async {
            tokio::time::sleep_until(turn.into()).await;
            pages.next().await
        });
        let Some(page) = page else { break };
        let page = page.map_err(|error| {
            failed(format!("read the log group {group} in {}", aws.region()), "logs:FilterLogEvents", error)
        })?;
        is_last = page.next_token().is_none();
        text.clear();
        for event in page.events() {
            text.extend_from_slice(event.message().unwrap_or_default().trim_end().as_bytes());
            text.push(b'\n');
        }
        let Ok(mut reader) = RecordReader::open(text.as_slice(), records) else {
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
