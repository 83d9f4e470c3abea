//! Lambda events, told apart by their members.
//!
//! An event is never typed by the service that should have sent it: the same notification arrives
//! bare, in an SQS body, and in an SQS body inside an SNS message.

mod data;
mod logs;
mod records;
mod s3;
#[cfg(test)]
mod tests;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::text::Text;

pub use data::{Data, DataError, Scratch};
pub use logs::{LogEvent, LogsPayload, PayloadError, Told, Visited};
pub use s3::S3Object;

/// What an event carries, one entry for each piece that can fail on its own.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    /// What the sender calls the piece, as a partial-failure response names it: an SQS or SNS
    /// message id, a Kinesis sequence number, a Firehose record id.
    pub id: Option<Text<'a>>,
    /// The piece.
    pub content: Content<'a>,
}

/// One piece of an event.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Content<'a> {
    /// Base64, usually of a gzipped CloudWatch Logs payload.
    Data(Data<'a>),
    /// A decoded CloudWatch Logs payload.
    Logs(LogsPayload<'a>),
    /// A record of CloudTrail, as JSON.
    CloudTrail(Text<'a>),
    /// An object to fetch.
    Object(S3Object),
    /// Nothing to read: a test message, a removed object.
    Control,
    /// Nothing that this version reads, and what it was found to be.
    Unknown(&'static str),
}

/// Text that is no event.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// Not one JSON object.
    #[error("an event should be one JSON object")]
    Json(#[source] serde_json::Error),
    /// An object with none of the members that tell an event.
    #[error("an event should have `awslogs`, `logEvents`, `Records` or `records`, found none of them")]
    Unknown,
}

#[derive(Deserialize)]
struct Members<'a> {
    #[serde(borrow)]
    awslogs: Option<AwsLogs<'a>>,
    #[serde(borrow, rename = "logEvents")]
    log_events: Option<&'a RawValue>,
    #[serde(borrow, rename = "Records")]
    records: Option<Vec<&'a RawValue>>,
    #[serde(borrow, rename = "records")]
    firehose: Option<Vec<&'a RawValue>>,
    #[serde(borrow, rename = "detail-type")]
    detail_type: Option<&'a RawValue>,
    #[serde(borrow)]
    detail: Option<&'a RawValue>,
    /// CloudTrail's own notification of files that it wrote.
    #[serde(borrow, rename = "s3Bucket")]
    trail_bucket: Option<&'a RawValue>,
    #[serde(borrow, rename = "Event")]
    test: Option<&'a RawValue>,
    #[serde(borrow, rename = "requestContext")]
    request: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct AwsLogs<'a> {
    #[serde(borrow)]
    data: Text<'a>,
}

/// The record of CloudTrail in an EventBridge event, if `json` is such an event.
pub fn event_bridge_call(json: &str) -> Option<Text<'_>> {
    memchr::memmem::find(json.as_bytes(), b" via CloudTrail\"")?;
    match open(json).ok()?.pop()?.content {
        Content::CloudTrail(record) => Some(record),
        _ => None,
    }
}

/// Takes one member of an event's `Records` apart, which may also be a record of a trail's file.
pub fn open_record(json: &str) -> Vec<Part<'_>> {
    records::open(json)
}

/// Takes an event apart.
///
/// # Errors
///
/// Returns [`EnvelopeError::Unknown`] for an object that is no event, so that a caller can try it
/// as a record. A piece that cannot be used is a [`Content::Unknown`], not an error: the others can.
pub fn open(json: &str) -> Result<Vec<Part<'_>>, EnvelopeError> {
    let members: Members<'_> = serde_json::from_str(json).map_err(EnvelopeError::Json)?;
    if let Some(awslogs) = members.awslogs {
        return Ok(vec![Part { id: None, content: Content::Data(Data::new(awslogs.data)) }]);
    }
    if members.log_events.is_some() {
        let content = match LogsPayload::read(json) {
            Ok(payload) => Content::Logs(payload),
            Err(_) => Content::Unknown("a CloudWatch Logs payload without its members"),
        };
        return Ok(vec![Part { id: None, content }]);
    }
    if let Some(records) = members.records {
        return Ok(records.iter().flat_map(|record| open_record(record.get())).collect());
    }
    if let Some(records) = members.firehose {
        return Ok(records.iter().map(|record| records::firehose(record.get())).collect());
    }
    if let (Some(kind), Some(detail)) = (members.detail_type, members.detail)
        && kind.get().contains(" via CloudTrail")
    {
        let content = Content::CloudTrail(Text::from(detail.get()));
        return Ok(vec![Part { id: None, content }]);
    }
    if members.detail_type.is_some() || members.test.is_some() || members.trail_bucket.is_some() {
        let parts = s3::notification(json);
        return Ok(parts.into_iter().map(|content| Part { id: None, content }).collect());
    }
    if members.request.is_some() {
        return Ok(vec![Part { id: None, content: Content::Unknown("an HTTP request") }]);
    }
    Err(EnvelopeError::Unknown)
}
