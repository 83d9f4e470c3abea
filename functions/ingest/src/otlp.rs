//! OTLP over HTTP: logs in protobuf as lines of JSON, and answers in the encoding of the request.
//!
//! The request is walked record by record and never decoded whole: two bytes of it can be a record of hundreds.
//!
//! # Source
//!
//! <https://opentelemetry.io/docs/specs/otlp/#otlphttp>

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsPartialSuccess, ExportLogsServiceResponse};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message;
use serde_json::json;
use weir_records::Reason;

use crate::refusal::Refusal;

/// Longest record, and longest resource, in bytes.
const LONGEST: usize = 1 << 20;

/// Logs as JSON, a line each, and the records that are none.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    pub(crate) text: Vec<u8>,
    pub(crate) rejects: BTreeMap<&'static str, u64>,
}

/// `google.rpc.Status`, the answer to a request that is refused.
#[derive(Clone, PartialEq, Message)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

/// Reads an `ExportLogsServiceRequest`; at most `cap` bytes of text come out.
///
/// # Errors
///
/// No such message, or more text than allowed.
pub(crate) fn lines(request: &[u8], cap: usize) -> Result<Lines, Refusal> {
    let mut lines = Lines::default();
    each(request, &mut |tag, resource_logs| match tag {
        1 => lines.resource(resource_logs, cap),
        _ => Ok(()),
    })?;
    Ok(lines)
}

impl Lines {
    /// One `ResourceLogs`.
    fn resource(&mut self, resource_logs: &[u8], cap: usize) -> Result<(), Refusal> {
        let mut resource = None;
        each(resource_logs, &mut |tag, bytes| {
            if tag == 1 && bytes.len() <= LONGEST {
                resource = Resource::decode(bytes).ok();
            }
            Ok(())
        })?;
        let resource = serde_json::to_string(&resource.unwrap_or_default()).unwrap_or_default();
        each(resource_logs, &mut |tag, scope_logs| match tag {
            2 => each(scope_logs, &mut |tag, record| match tag {
                2 => self.record(&resource, record, cap),
                _ => Ok(()),
            }),
            _ => Ok(()),
        })
    }

    /// One `LogRecord`.
    fn record(&mut self, resource: &str, record: &[u8], cap: usize) -> Result<(), Refusal> {
        if record.len() > LONGEST {
            *self.rejects.entry(Reason::TooLong { limit: LONGEST }.code()).or_default() += 1;
            return Ok(());
        }
        let Some(record) =
            LogRecord::decode(record).ok().and_then(|record| serde_json::to_string(&record).ok())
        else {
            *self.rejects.entry(Reason::BadPayload.code()).or_default() += 1;
            return Ok(());
        };
        for part in [
            r#"{"resourceLogs":[{"resource":"#,
            resource,
            r#","scopeLogs":[{"logRecords":["#,
            &record,
            "]}]}]}\n",
        ] {
            self.text.extend_from_slice(part.as_bytes());
        }
        if self.text.len() > cap { Err(Refusal::TooLarge { limit: cap }) } else { Ok(()) }
    }
}

/// Calls `take` with the number and the bytes of every field that has a length; others are passed over.
///
/// # Source
///
/// <https://protobuf.dev/programming-guides/encoding/>
fn each(mut message: &[u8], take: &mut impl FnMut(u64, &[u8]) -> Result<(), Refusal>) -> Result<(), Refusal> {
    let bad = || Refusal::Unreadable { expected: "OTLP logs in protobuf" };
    while !message.is_empty() {
        let key = varint(&mut message).ok_or_else(bad)?;
        let length = match key & 7 {
            0 => {
                varint(&mut message).ok_or_else(bad)?;
                continue;
            }
            1 => 8,
            2 => usize::try_from(varint(&mut message).ok_or_else(bad)?).map_err(|_| bad())?,
            5 => 4,
            _ => return Err(bad()),
        };
        let (field, rest) = message.split_at_checked(length).ok_or_else(bad)?;
        message = rest;
        if key & 7 == 2 {
            take(key >> 3, field)?;
        }
    }
    Ok(())
}

fn varint(message: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = message.split_first()?;
        *message = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// The answer to a request that was taken, in protobuf.
pub(crate) fn taken(rejected: u64, message: &str) -> Vec<u8> {
    let partial_success = (rejected > 0).then(|| ExportLogsPartialSuccess {
        rejected_log_records: i64::try_from(rejected).unwrap_or(i64::MAX),
        error_message: message.to_owned(),
    });
    ExportLogsServiceResponse { partial_success }.encode_to_vec()
}

/// The same in JSON.
pub(crate) fn taken_json(rejected: u64, message: &str) -> String {
    if rejected == 0 {
        return "{}".to_owned();
    }
    // A 64-bit integer is text in the JSON of protobuf.
    json!({"partialSuccess": {"rejectedLogRecords": rejected.to_string(), "errorMessage": message}})
        .to_string()
}

/// The answer to a request that is refused, in protobuf.
pub(crate) fn refused(refusal: &Refusal) -> Vec<u8> {
    Status { code: code(refusal), message: refusal.to_string() }.encode_to_vec()
}

/// The same in JSON.
pub(crate) fn refused_json(refusal: &Refusal) -> String {
    json!({"code": code(refusal), "message": refusal.to_string()}).to_string()
}

/// The code of gRPC that goes with a status of HTTP.
const fn code(refusal: &Refusal) -> i32 {
    match refusal.status() {
        401 => 16,
        403 => 7,
        404 | 405 => 12,
        503 => 14,
        _ => 3,
    }
}
