//! The messages of one event, taken out of it.

use std::ops::Range;

use serde_json::value::RawValue;

use crate::envelope::{self, Content, EnvelopeError, LogsPayload, Part, Scratch};
use crate::reject::{Reason, excerpt};

/// The messages of the last event, in a reused buffer.
#[derive(Debug, Default)]
pub(super) struct Batch {
    text: String,
    items: Vec<(Range<usize>, Kind)>,
    next: usize,
    scratch: Scratch,
    payload: Option<u64>,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Message { received: Option<i64>, payload: Option<u64> },
    Control,
    Reject(Reason),
}

/// One message of an event.
pub(super) enum Item<'a> {
    Message(&'a str, Option<i64>),
    Control,
    Reject(&'a str, Reason),
}

impl Batch {
    /// Opens `json` if it is an event, or a list of them; false leaves it to the caller.
    pub(super) fn load(&mut self, json: &[u8], cap: usize) -> bool {
        self.text.clear();
        self.items.clear();
        (self.next, self.payload) = (0, None);
        let Ok(json) = std::str::from_utf8(json) else { return false };
        if !json.starts_with('[') {
            return self.event(json, cap);
        }
        let Ok(members) = serde_json::from_str::<Vec<&RawValue>>(json) else { return false };
        for member in members {
            if !self.event(member.get(), cap) {
                self.message(member.get(), None);
            }
        }
        true
    }

    /// Moves to the next message.
    #[inline]
    pub(super) fn advance(&mut self) -> Option<usize> {
        let Some((_, kind)) = self.items.get(self.next) else {
            self.payload = None;
            return None;
        };
        self.payload = match kind {
            Kind::Message { payload, .. } => *payload,
            _ => None,
        };
        self.next += 1;
        Some(self.next - 1)
    }

    pub(super) fn get(&self, index: usize) -> Item<'_> {
        let Some((range, kind)) = self.items.get(index) else { return Item::Control };
        let text = self.text.get(range.clone()).unwrap_or_default();
        match kind {
            Kind::Message { received, .. } => Item::Message(text, *received),
            Kind::Control => Item::Control,
            Kind::Reject(reason) => Item::Reject(text, *reason),
        }
    }

    pub(super) const fn payload_id(&self) -> Option<u64> {
        self.payload
    }

    fn event(&mut self, json: &str, cap: usize) -> bool {
        let parts = match envelope::open(json) {
            Ok(parts) => parts,
            Err(EnvelopeError::Unknown | EnvelopeError::Json(_)) => return false,
        };
        self.parts(parts, cap);
        true
    }

    /// Opens one member of an event's `Records`.
    pub(super) fn load_member(&mut self, json: &[u8], cap: usize) {
        self.text.clear();
        self.items.clear();
        (self.next, self.payload) = (0, None);
        match std::str::from_utf8(json) {
            Ok(json) => self.parts(envelope::open_record(json), cap),
            Err(_) => self.reject(&excerpt(json), Reason::NotUtf8),
        }
    }

    fn parts(&mut self, parts: Vec<Part<'_>>, cap: usize) {
        for part in parts {
            match part.content {
                Content::Data(data) => {
                    // All payloads of one event share the limit.
                    let left = cap.saturating_sub(self.text.len());
                    let mut scratch = std::mem::take(&mut self.scratch);
                    match data.open(&mut scratch, left) {
                        Ok(plain) => self.payload(plain),
                        Err(_) => {
                            self.reject(part.id.as_ref().map_or("", |id| id.as_str()), Reason::BadPayload)
                        }
                    }
                    self.scratch = scratch;
                }
                Content::Logs(payload) => self.logs(&payload),
                Content::CloudTrail(record) => self.message(record.as_str(), None),
                Content::Object(object) => {
                    self.reject(&format!("s3://{}/{}", object.bucket, object.key), Reason::ObjectReference);
                }
                Content::Control => self.items.push((0..0, Kind::Control)),
                Content::Unknown(found) => self.reject(found, Reason::UnknownRecord),
            }
        }
    }

    /// An opened payload: a CloudWatch Logs payload, or lines as Firehose gets them from flow logs.
    fn payload(&mut self, plain: &str) {
        for line in plain.lines().filter(|line| !line.trim().is_empty()) {
            if !line.starts_with('{') {
                self.message(line, None);
                continue;
            }
            // Firehose puts documents one behind the other without a separator.
            for document in serde_json::Deserializer::from_str(line).into_iter::<&RawValue>() {
                let Ok(document) = document.map(RawValue::get) else {
                    self.reject(line, Reason::BadJson);
                    break;
                };
                match LogsPayload::is_likely(document).then(|| LogsPayload::read(document)) {
                    Some(Ok(payload)) => self.logs(&payload),
                    _ => match envelope::event_bridge_call(document) {
                        Some(call) => self.message(call.as_str(), None),
                        None => self.message(document, None),
                    },
                }
            }
        }
    }

    fn logs(&mut self, payload: &LogsPayload<'_>) {
        if payload.is_control() {
            self.items.push((0..0, Kind::Control));
            return;
        }
        let first = self.items.len();
        match payload.visit(|event| self.message(event.message, event.timestamp)) {
            Ok(visited) => {
                for (_, kind) in self.items.iter_mut().skip(first) {
                    if let Kind::Message { payload, .. } = kind {
                        *payload = Some(visited.id);
                    }
                }
            }
            Err(_) => self.reject(payload.log_stream(), Reason::BadPayload),
        }
    }

    fn message(&mut self, text: &str, received: Option<i64>) {
        let range = self.keep(text);
        self.items.push((range, Kind::Message { received, payload: None }));
    }

    fn reject(&mut self, text: &str, reason: Reason) {
        let range = self.keep(text);
        self.items.push((range, Kind::Reject(reason)));
    }

    fn keep(&mut self, text: &str) -> Range<usize> {
        let start = self.text.len();
        self.text.push_str(text);
        start..self.text.len()
    }
}
