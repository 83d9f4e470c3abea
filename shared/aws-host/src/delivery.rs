//! An event as the pieces that can fail on their own, and how its sender learns which did.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use weir_records::envelope::{self, Content, EnvelopeError};
use weir_records::text::Text;

/// How an event came, and with it what an answer means to its sender.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sender {
    /// CloudWatch Logs, S3, SNS, EventBridge: all or nothing, and a failed event is sent again.
    Direct,
    /// A queue: failed messages are named.
    Sqs,
    /// A Firehose, which wants every record back, transformed: not this function's work.
    Firehose,
    /// A stream: failed records are named, and reading starts again at the first of them.
    Kinesis,
}

impl Sender {
    /// As logs and the quarantine name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Firehose => "firehose",
            Self::Sqs => "sqs",
            Self::Kinesis => "kinesis",
        }
    }
}

/// One piece of an event.
#[derive(Debug)]
pub struct Piece<'a> {
    /// What the sender calls it, where it has a name.
    pub id: Option<&'a str>,
    /// It, not opened.
    pub content: Content<'a>,
    /// It, as it came.
    pub raw: &'a str,
}

/// An event whose outermost layer has been read.
#[derive(Debug)]
pub struct Delivery<'a> {
    json: &'a str,
    /// How it came.
    pub sender: Sender,
    records: Vec<Record<'a>>,
}

#[derive(Default, Deserialize)]
struct Members<'a> {
    #[serde(borrow, default, rename = "Records")]
    records: Vec<Record<'a>>,
    #[serde(rename = "records")]
    firehose: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
struct Record<'a> {
    #[serde(borrow, rename = "messageId")]
    message_id: Option<Text<'a>>,
    #[serde(borrow)]
    body: Option<Text<'a>>,
    #[serde(borrow)]
    kinesis: Option<Kinesis<'a>>,
}

#[derive(Debug, Deserialize)]
struct Kinesis<'a> {
    #[serde(borrow, rename = "sequenceNumber")]
    sequence_number: Text<'a>,
    #[serde(borrow)]
    data: Text<'a>,
}

impl<'a> Delivery<'a> {
    /// Looks at how the event came.
    #[must_use]
    pub fn read(json: &'a str) -> Self {
        // What is of another shape came directly; the envelope says what it thinks of it.
        let Members { records, firehose } = serde_json::from_str(json).unwrap_or_default();
        let sender = match records.first() {
            _ if firehose.is_some() => Sender::Firehose,
            Some(Record { kinesis: Some(_), .. }) => Sender::Kinesis,
            Some(Record { message_id: Some(_), body: Some(_), .. }) => Sender::Sqs,
            _ => Sender::Direct,
        };
        Self { json, sender, records }
    }

    /// The pieces, in order. A message that announces several objects is several pieces of one id.
    ///
    /// # Errors
    ///
    /// An event that is none of those that carry records.
    pub fn pieces(&self) -> Result<Vec<Piece<'_>>, EnvelopeError> {
        match self.sender {
            Sender::Direct => {
                let whole = |content| Piece { id: None, content, raw: self.json };
                Ok(envelope::open(self.json)?.into_iter().map(|part| whole(part.content)).collect())
            }
            Sender::Firehose => {
                let content = Content::Unknown("Firehose records");
                Ok(vec![Piece { id: None, content, raw: self.json }])
            }
            Sender::Kinesis => {
                let parts = envelope::open(self.json)?;
                let records = self.records.iter().map(|record| match &record.kinesis {
                    Some(kinesis) => (Some(kinesis.sequence_number.as_str()), kinesis.data.as_str()),
                    None => (None, ""),
                });
                // A record of a stream is one part.
                let pieces = parts.into_iter().zip(records);
                Ok(pieces.map(|(part, (id, raw))| Piece { id, content: part.content, raw }).collect())
            }
            Sender::Sqs => self.messages(),
        }
    }

    fn messages(&self) -> Result<Vec<Piece<'_>>, EnvelopeError> {
        let mut wrapped: Option<HashMap<String, Vec<Content<'_>>>> = None;
        let mut pieces = Vec::new();
        for record in &self.records {
            let (Some(id), Some(body)) = (&record.message_id, &record.body) else { continue };
            let (id, body) = (id.as_str(), body.as_str());
            let contents = match envelope::open(body) {
                Ok(parts) => parts.into_iter().map(|part| part.content).collect(),
                // No event by itself: perhaps a notification inside an SNS message, which the envelope opens.
                Err(_) => {
                    let wrapped = match &mut wrapped {
                        Some(wrapped) => wrapped,
                        none => none.insert(by_id(self.json)?),
                    };
                    wrapped.remove(id).unwrap_or_else(|| vec![Content::Unknown("a message without a body")])
                }
            };
            pieces.extend(contents.into_iter().map(|content| Piece { id: Some(id), content, raw: body }));
        }
        Ok(pieces)
    }
}

fn by_id(json: &str) -> Result<HashMap<String, Vec<Content<'_>>>, EnvelopeError> {
    let mut found: HashMap<String, Vec<Content<'_>>> = HashMap::new();
    for part in envelope::open(json)? {
        if let Some(id) = part.id {
            found.entry(id.into_string()).or_default().push(part.content);
        }
    }
    Ok(found)
}
