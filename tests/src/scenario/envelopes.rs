//! Small Lambda event files, one per envelope, holding rows of a generated world.
//!
//! # Source
//! The shapes are those that AWS documents for CloudWatch Logs subscriptions, Kinesis, SQS and S3 notifications.

use std::io::Write;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::account::HOME;
use super::calendar::WORLD_START;
use super::cast;
use super::row::{self, Layout};
use super::run::play;
use super::world::World;

/// A file name and its text.
pub type Envelope = (&'static str, String);

/// All event files; the same bytes at every call.
///
/// # Errors
/// When a payload cannot be encoded.
pub fn envelopes() -> anyhow::Result<Vec<Envelope>> {
    let (account, interface, rows) = sample()?;
    let logs =
        |from: usize, to: usize| data_message(&account, &interface, rows.get(from..to).unwrap_or_default());
    let cloudwatch = json!({ "awslogs": { "data": STANDARD.encode(gzip(&logs(0, 6))?) } });
    let control = json!({ "awslogs": { "data": STANDARD.encode(gzip(&control_message())?) } });
    let kinesis = json!({ "Records": [
        kinesis_record(0, &account, &gzip(&logs(0, 3))?),
        kinesis_record(1, &account, &gzip(&control_message())?),
        kinesis_record(2, &account, &gzip(&logs(3, 6))?),
    ] });
    let key = format!(
        "AWSLogs/aws-account-id%3D{account}/aws-service%3Dvpcflowlogs/aws-region%3D{HOME}/year%3D2026/month%3D06/day%3D01/\
         {account}_vpcflowlogs_{HOME}_fl-0f3a6c1d2e4b59787_20260601T0000Z_5c1e07aa.log.gz"
    );
    let s3 = json!({ "Records": [s3_record(&key)] });
    let body = serde_json::to_string(&s3)?;
    let sqs = json!({ "Records": [{
        "messageId": "5e0b1c9a-7d3f-4f0e-9a51-0d7c3b0f6a11",
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": (WORLD_START * 1000).to_string(),
            "SenderId": "AIDAJXNJGGKNS7OSV23OI",
            "ApproximateFirstReceiveTimestamp": (WORLD_START * 1000 + 12).to_string(),
        },
        "messageAttributes": {},
        "md5OfBody": "00000000000000000000000000000000",
        "eventSource": "aws:sqs",
        "eventSourceARN": format!("arn:aws:sqs:{HOME}:{account}:flow-log-objects"),
        "awsRegion": HOME,
    }] });
    let all = [
        ("cloudwatch-logs.json", cloudwatch),
        ("cloudwatch-logs-control.json", control),
        ("kinesis.json", kinesis),
        ("sqs-s3.json", sqs),
        ("s3.json", s3),
    ];
    all.into_iter().map(|(name, value)| Ok((name, serde_json::to_string_pretty(&value)? + "\n"))).collect()
}

/// Six rows of one interface of the shipped world's first minutes.
fn sample() -> anyhow::Result<(String, String, Vec<String>)> {
    let mut world = World::named("shipped").context("no world is called shipped")?;
    world.days = 1;
    let mut cast = cast::build(&world);
    let host = cast.hosts.iter().find(|h| h.role == "crawler").context("the shipped world has no crawler")?;
    let (account, interface) = (host.account.clone(), host.interface.clone());
    let mut text = Vec::new();
    play(&world, &mut cast, |_, host, interval| {
        if host.interface == interface && text.len() < 20_000 {
            interval.iter().for_each(|(tuple, tally)| row::flow(&mut text, Layout::V5, host, tuple, tally));
        }
        Ok(())
    })?;
    let rows = String::from_utf8(text)?.lines().take(6).map(str::to_owned).collect();
    Ok((account, interface, rows))
}

fn data_message(account: &str, interface: &str, rows: &[String]) -> Value {
    let end = |row: &str| row.split(' ').nth(11).and_then(|e| e.parse::<i64>().ok()).unwrap_or(WORLD_START);
    let events: Vec<Value> = rows
        .iter()
        .enumerate()
        .map(|(n, row)| json!({ "id": format!("3849{n:052}"), "timestamp": end(row) * 1000, "message": row }))
        .collect();
    json!({
        "messageType": "DATA_MESSAGE",
        "owner": account,
        "logGroup": "vpc-flow-logs",
        "logStream": format!("{interface}-all"),
        "subscriptionFilters": ["weir"],
        "logEvents": events,
    })
}

fn control_message() -> Value {
    json!({
        "messageType": "CONTROL_MESSAGE",
        "owner": "CloudwatchLogs",
        "logGroup": "",
        "logStream": "",
        "subscriptionFilters": [],
        "logEvents": [{
            "id": "",
            "timestamp": WORLD_START * 1000,
            "message": "CWL CONTROL MESSAGE: Checking health of destination Kinesis stream.",
        }],
    })
}

fn kinesis_record(n: usize, account: &str, data: &[u8]) -> Value {
    let sequence = format!("4966{n:052}");
    json!({
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "b1946ac92492d2347c6235b4d2611184",
            "sequenceNumber": sequence,
            "data": STANDARD.encode(data),
            "approximateArrivalTimestamp": WORLD_START + n as i64,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": format!("shardId-000000000000:{sequence}"),
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": format!("arn:aws:iam::{account}:role/weir-flow-logs"),
        "awsRegion": HOME,
        "eventSourceARN": format!("arn:aws:kinesis:{HOME}:{account}:stream/flow-logs"),
    })
}

fn s3_record(key: &str) -> Value {
    json!({
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": HOME,
        "eventTime": "2026-06-01T00:06:12.114Z",
        "eventName": "ObjectCreated:Put",
        "userIdentity": { "principalId": "AWS:AIDAEXAMPLE" },
        "requestParameters": { "sourceIPAddress": "10.20.1.7" },
        "responseElements": { "x-amz-request-id": "C3D13FE58DE4C810", "x-amz-id-2": "FMyUVURIY8IgAtTv8xRjskZQpcIZ9KG4" },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "weir",
            "bucket": {
                "name": "example-flow-logs",
                "ownerIdentity": { "principalId": "EXAMPLE" },
                "arn": "arn:aws:s3:::example-flow-logs",
            },
            "object": { "key": key, "size": 48_211, "eTag": "d41d8cd98f00b204e9800998ecf8427e", "sequencer": "0055AED6DCD90281E5" },
        },
    })
}

fn gzip(value: &Value) -> anyhow::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&serde_json::to_vec(value)?)?;
    Ok(encoder.finish()?)
}
