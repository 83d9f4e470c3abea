//! The members of `Records` and `records`.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Content, Data, Part, s3};
use crate::api_call;
use crate::text::Text;

#[derive(Deserialize)]
struct Record<'a> {
    /// SNS alone writes it with a capital.
    #[serde(borrow, rename = "eventSource", alias = "EventSource")]
    source: Option<Text<'a>>,
    #[serde(borrow, rename = "messageId")]
    message_id: Option<Text<'a>>,
    #[serde(borrow)]
    body: Option<Text<'a>>,
    #[serde(borrow)]
    kinesis: Option<Kinesis<'a>>,
    #[serde(borrow)]
    s3: Option<&'a RawValue>,
    #[serde(borrow, rename = "Sns")]
    sns: Option<Sns<'a>>,
}

#[derive(Deserialize)]
struct Kinesis<'a> {
    #[serde(borrow, rename = "sequenceNumber")]
    sequence_number: Text<'a>,
    #[serde(borrow)]
    data: Text<'a>,
}

#[derive(Deserialize)]
struct Sns<'a> {
    #[serde(borrow, rename = "MessageId")]
    message_id: Text<'a>,
    #[serde(borrow, rename = "Message")]
    message: Text<'a>,
}

#[derive(Deserialize)]
struct FirehoseRecord<'a> {
    #[serde(borrow, rename = "recordId")]
    record_id: Text<'a>,
    #[serde(borrow)]
    data: Text<'a>,
}

/// The pieces of one member of `Records`.
pub(super) fn open(json: &str) -> Vec<Part<'_>> {
    let Ok(record) = serde_json::from_str::<Record<'_>>(json) else {
        return vec![Part { id: None, content: Content::Unknown("a record of unknown shape") }];
    };
    if let Some(kinesis) = record.kinesis {
        let content = Content::Data(Data::new(kinesis.data));
        return vec![Part { id: Some(kinesis.sequence_number), content }];
    }
    if let Some(s3) = record.s3 {
        return vec![Part { id: None, content: s3::record(json, s3.get()) }];
    }
    if let Some(body) = record.body {
        return parts(record.message_id, s3::notification(body.as_str()));
    }
    if let Some(sns) = record.sns {
        return parts(Some(sns.message_id), s3::notification(sns.message.as_str()));
    }
    let found = match record.source {
        _ if api_call::is_likely(json) => Content::CloudTrail(Text::from(json)),
        Some(source) if source.as_str().ends_with(".amazonaws.com") => {
            Content::Unknown("a CloudTrail record without its members")
        }
        _ => Content::Unknown("a record of another service"),
    };
    vec![Part { id: record.message_id, content: found }]
}

/// The piece of one Firehose record.
pub(super) fn firehose(json: &str) -> Part<'_> {
    match serde_json::from_str::<FirehoseRecord<'_>>(json) {
        Ok(record) => Part { id: Some(record.record_id), content: Content::Data(Data::new(record.data)) },
        Err(_) => Part { id: None, content: Content::Unknown("a Firehose record without its members") },
    }
}

fn parts<'a>(id: Option<Text<'a>>, contents: Vec<Content<'static>>) -> Vec<Part<'a>> {
    contents.into_iter().map(|content| Part { id: id.clone(), content }).collect()
}
