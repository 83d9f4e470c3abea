//! The payload of a CloudWatch Logs subscription.
//!
//! A payload is about a megabyte with thousands of events, so its events are visited where they
//! lie and never collected. AWS writes them with the same members in the same order; that shape is
//! matched byte for byte, and any other goes through serde, event by event, with the same result.

use memchr::memchr2;
use serde::Deserialize;
use serde_json::value::RawValue;
use wide::u8x16;
use xxhash_rust::xxh3::xxh3_64;

use crate::text::Text;
use crate::vpc_flow::{Lines, Rows};

/// Rows that are handed on together.
const ROWS: usize = 128;

/// One log event, for the length of a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LogEvent<'a> {
    /// CloudWatch's id of the event, empty where it is missing.
    pub id: &'a str,
    /// Milliseconds since the epoch.
    pub timestamp: Option<i64>,
    /// The line that was logged.
    pub message: &'a str,
}

/// What a visit for the sake of flow logs comes upon.
#[derive(Debug)]
pub enum Told<'a> {
    /// Rows of the default format.
    Rows(Rows<'a>),
    /// An event that is no such row, and who reads its message.
    Event(LogEvent<'a>, &'a mut Lines),
}

/// What a whole payload amounted to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Visited {
    /// Stable identity of the payload: the same events of the same stream give the same id in any
    /// order, so a redelivery is recognised.
    pub id: u64,
    /// Events visited.
    pub events: u64,
}

/// A subscription payload whose head has been read.
#[derive(Clone, Debug)]
pub struct LogsPayload<'a> {
    control: bool,
    owner: Text<'a>,
    log_group: Text<'a>,
    log_stream: Text<'a>,
    /// The text behind the opening bracket of `logEvents`.
    events: &'a str,
    /// What has to follow the closing bracket.
    tail: &'static str,
}

/// A payload that is no CloudWatch Logs payload.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PayloadError {
    /// Not JSON of the right shape.
    #[error("a CloudWatch Logs payload should be a JSON object with `messageType`, `owner` and `logEvents`")]
    Head(#[source] serde_json::Error),
    /// An event is not as it should be; the events before it were good and have been visited.
    #[error("log event {index} should be an object with a `message`")]
    Event {
        /// Position of the event, counted from 0.
        index: u64,
        /// What serde said, where it was asked.
        #[source]
        source: Option<serde_json::Error>,
    },
    /// Something else follows the events, or nothing does.
    #[error("the list of log events should be closed after {events} events; the payload may be cut off")]
    Tail {
        /// Events visited.
        events: u64,
    },
}

#[derive(Deserialize)]
struct Members<'a> {
    #[serde(borrow, rename = "messageType")]
    message_type: Text<'a>,
    #[serde(borrow)]
    owner: Text<'a>,
    #[serde(borrow, rename = "logGroup")]
    log_group: Text<'a>,
    #[serde(borrow, rename = "logStream")]
    log_stream: Text<'a>,
    #[serde(borrow, rename = "logEvents")]
    log_events: &'a RawValue,
}

#[derive(Deserialize)]
struct EventMembers<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    timestamp: Option<i64>,
    #[serde(borrow)]
    message: Text<'a>,
}

impl<'a> LogsPayload<'a> {
    /// Whether `json` looks like a payload, without reading it.
    pub fn is_likely(json: &str) -> bool {
        let head = json.as_bytes().get(..4096).unwrap_or(json.as_bytes());
        json.starts_with('{')
            && (memchr::memmem::find(head, b"\"messageType\"").is_some()
                || memchr::memmem::find(head, b"\"logEvents\"").is_some())
    }

    /// Reads everything but the events.
    ///
    /// # Errors
    ///
    /// Returns [`PayloadError::Head`] when `json` is no payload.
    pub fn read(json: &'a str) -> Result<Self, PayloadError> {
        if let Some(payload) = Self::as_aws_writes_it(json) {
            return Ok(payload);
        }
        let members: Members<'a> = serde_json::from_str(json).map_err(PayloadError::Head)?;
        let events = members.log_events.get().strip_prefix('[');
        Ok(Self {
            control: members.message_type.as_str() != "DATA_MESSAGE",
            owner: members.owner,
            log_group: members.log_group,
            log_stream: members.log_stream,
            events: events.ok_or_else(|| {
                PayloadError::Head(serde::de::Error::custom("`logEvents` should be a list"))
            })?,
            tail: "",
        })
    }

    /// Whether this only checks that somebody listens; its events are no log events.
    pub const fn is_control(&self) -> bool {
        self.control
    }

    /// Account that owns the log group.
    pub fn owner(&self) -> &str {
        self.owner.as_str()
    }

    /// Log group.
    pub fn log_group(&self) -> &str {
        self.log_group.as_str()
    }

    /// Log stream, one per interface for flow logs.
    pub fn log_stream(&self) -> &str {
        self.log_stream.as_str()
    }

    /// Calls `each` with every log event, in order.
    ///
    /// # Errors
    ///
    /// Returns [`PayloadError`] at the first event that is none, after the good ones before it.
    pub fn visit(&self, each: impl FnMut(LogEvent<'_>)) -> Result<Visited, PayloadError> {
        self.visit_with(|_| None, each)
    }

    /// Calls `each` with every log event; rows of the default format come many at once, and not in order with others.
    ///
    /// # Errors
    ///
    /// As [`visit`](Self::visit).
    pub fn visit_rows(
        &self,
        lines: &mut Lines,
        mut each: impl FnMut(Told<'_>),
    ) -> Result<Visited, PayloadError> {
        let both = std::cell::RefCell::new((lines, &mut each));
        let visited = self.visit_with(
            |rest| {
                let (lines, each) = &mut *both.borrow_mut();
                let length = lines.keep_before(rest, b"\"}")?;
                if lines.rows().as_slice().len() == ROWS {
                    each(Told::Rows(lines.rows()));
                    lines.clear();
                }
                Some(length)
            },
            |event| {
                let (lines, each) = &mut *both.borrow_mut();
                each(Told::Event(event, lines));
            },
        );
        let (lines, each) = both.into_inner();
        each(Told::Rows(lines.rows()));
        lines.clear();
        visited
    }

    /// Visits the events; `keep` may take a message that lies where `rest` begins, and says how long it is.
    #[inline]
    fn visit_with(
        &self,
        mut keep: impl FnMut(&[u8]) -> Option<usize>,
        mut each: impl FnMut(LogEvent<'_>),
    ) -> Result<Visited, PayloadError> {
        let mut rest = self.events.trim_start();
        let (mut events, mut sum) = (0u64, 0u64);
        let mut add = |own: &str| sum = sum.wrapping_add(xxh3_64(own.as_bytes()));
        if let Some(tail) = rest.strip_prefix(']') {
            rest = tail;
        } else {
            loop {
                rest = match exact_event(rest, &mut keep) {
                    Some((event, after)) => {
                        add(if event.id.is_empty() { event.message } else { event.id });
                        if event.timestamp.is_some() {
                            each(event);
                        }
                        after
                    }
                    None => any_event(rest, events, &mut |event: LogEvent<'_>| {
                        add(if event.id.is_empty() { event.message } else { event.id });
                        each(event);
                    })?,
                };
                events += 1;
                if let Some(next) = rest.strip_prefix(',') {
                    rest = next;
                    continue;
                }
                rest = rest.trim_start();
                if let Some(next) = rest.strip_prefix(',') {
                    rest = next.trim_start();
                } else if let Some(tail) = rest.strip_prefix(']') {
                    rest = tail;
                    break;
                } else {
                    return Err(PayloadError::Tail { events });
                }
            }
        }
        if rest.trim() != self.tail {
            return Err(PayloadError::Tail { events });
        }
        Ok(Visited { id: self.identity(events, sum), events })
    }

    fn identity(&self, events: u64, sum: u64) -> u64 {
        let mut head = Vec::with_capacity(256);
        for part in [self.owner(), self.log_group(), self.log_stream()] {
            head.extend_from_slice(&(part.len() as u64).to_le_bytes());
            head.extend_from_slice(part.as_bytes());
        }
        head.extend_from_slice(&events.to_le_bytes());
        head.extend_from_slice(&sum.to_le_bytes());
        xxh3_64(&head)
    }

    /// The head as AWS writes it, `logEvents` last.
    fn as_aws_writes_it(json: &'a str) -> Option<Self> {
        let (owner, rest) = plain(json.strip_prefix(r#"{"messageType":"DATA_MESSAGE","owner":""#)?)?;
        let (log_group, rest) = plain(rest.strip_prefix(r#","logGroup":""#)?)?;
        let (log_stream, rest) = plain(rest.strip_prefix(r#","logStream":""#)?)?;
        let mut rest = rest.strip_prefix(r#","subscriptionFilters":["#)?;
        let mut first = true;
        while !rest.starts_with(']') {
            let filter = if first { rest } else { rest.strip_prefix(',')? };
            (_, rest) = plain(filter.strip_prefix('"')?)?;
            first = false;
        }
        let events = rest.strip_prefix(r#"],"logEvents":["#)?;
        // What follows the events is only known to be harmless where it is the end, and a raw control
        // character is no JSON: serde says so.
        let exact = json.ends_with("]}") && !has_control(json.as_bytes());
        exact.then(|| Self {
            control: false,
            owner: owner.into(),
            log_group: log_group.into(),
            log_stream: log_stream.into(),
            events,
            tail: "}",
        })
    }
}

/// Whether any byte is a control character.
fn has_control(bytes: &[u8]) -> bool {
    let (chunks, rest) = bytes.as_chunks::<16>();
    let last = u8x16::splat(b' ' - 1);
    // Blocks, so that not every chunk has a branch.
    let found = |block: &[[u8; 16]]| {
        let low = |chunk: &[u8; 16]| {
            let chunk = u8x16::new(*chunk);
            chunk.min(last).simd_eq(chunk)
        };
        block.iter().fold(u8x16::splat(0), |found, chunk| found | low(chunk)).any()
    };
    chunks.chunks(8).any(found) || rest.iter().any(|byte| *byte < b' ')
}

/// The event that `rest` begins with, as AWS writes it, and what follows; without a time where `keep` took its message.
#[inline]
fn exact_event<'r>(
    rest: &'r str,
    keep: &mut impl FnMut(&[u8]) -> Option<usize>,
) -> Option<(LogEvent<'r>, &'r str)> {
    let (id, rest) = plain(rest.strip_prefix(r#"{"id":""#)?)?;
    let rest = rest.strip_prefix(r#","timestamp":"#)?;
    let (timestamp, length) = number(rest.as_bytes())?;
    let rest = rest.get(length..)?.strip_prefix(r#","message":""#)?;
    // A message without an id would be known by itself.
    if !id.is_empty()
        && let Some(length) = keep(rest.as_bytes())
    {
        let after = rest.get(length..)?.strip_prefix("\"}")?;
        return Some((LogEvent { id, timestamp: None, message: "" }, after));
    }
    let (message, rest) = plain(rest)?;
    Some((LogEvent { id, timestamp: Some(timestamp), message }, rest.strip_prefix('}')?))
}

/// The time that `text` begins with, as AWS writes it, and its length; any other is left to serde.
#[inline]
fn number(text: &[u8]) -> Option<(i64, usize)> {
    /// So many digits do not overflow.
    const MOST: usize = 18;
    let mut sum = 0;
    for (length, byte) in text.iter().enumerate().take(MOST) {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return (length > 0).then_some((sum, length));
        }
        sum = sum * 10 + i64::from(digit);
    }
    None
}

/// The string up to the next quote, if it has no escapes, and what follows the quote.
#[inline]
fn plain(rest: &str) -> Option<(&str, &str)> {
    let end = memchr2(b'"', b'\\', rest.as_bytes())?;
    if rest.as_bytes().get(end) != Some(&b'"') {
        return None;
    }
    Some((rest.get(..end)?, rest.get(end + 1..)?))
}

/// The event that `rest` begins with, in any shape that JSON allows.
#[cold]
fn any_event<'r>(
    rest: &'r str,
    index: u64,
    take: &mut impl FnMut(LogEvent<'_>),
) -> Result<&'r str, PayloadError> {
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<EventMembers<'r>>();
    let event = match values.next() {
        Some(Ok(event)) => event,
        Some(Err(error)) => return Err(PayloadError::Event { index, source: Some(error) }),
        None => return Err(PayloadError::Event { index, source: None }),
    };
    take(LogEvent {
        id: event.id.as_ref().map_or("", Text::as_str),
        timestamp: event.timestamp,
        message: event.message.as_str(),
    });
    Ok(rest.get(values.byte_offset()..).unwrap_or_default())
}
