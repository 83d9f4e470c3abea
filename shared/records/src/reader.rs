//! The pull reader for files: anything in, entries out, in constant memory.

mod batch;
mod input;
mod json_end;
mod offer;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::ops::Range;

use self::batch::{Batch, Item};
use self::input::{Input, Piece};
use self::offer::entry_of;
use crate::api_call::{self, ApiCall, Trail};
use crate::decode::{DecodeError, Decoder, PAYLOAD_CAP};
use crate::endpoint::{Endpoint, Found};
use crate::flow::{Flow, Loss};
use crate::lookup::{self, Lookup};
use crate::parquet::{FlowTable, TableError};
use crate::reject::{Reason, Reject, excerpt};
use crate::source::Source;
use crate::telemetry::Telemetry;
use crate::vpc_flow::{Format, Line, Lines, Rows};

/// Most rows that come together: few enough to stay near while they are used.
const ROWS: usize = 128;

/// How to read a file.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// What the file is; `Auto` decides by content.
    pub source: Source,
    /// Order of the fields of a flow log without a header.
    pub flow_format: Option<Format>,
    /// Longest line, in bytes.
    pub max_line: usize,
    /// Longest JSON document, and most decoded payload of one event, in bytes.
    pub max_document: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { source: Source::Auto, flow_format: None, max_line: 1 << 20, max_document: PAYLOAD_CAP }
    }
}

/// One thing that a file says.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every entry is a flow, and a box would cost an allocation"
)]
pub enum Entry<'a> {
    /// Traffic.
    Flow(Flow<'a>),
    /// A name that was looked up.
    Lookup(Box<Lookup<'a>>),
    /// A call of an AWS API.
    Call(Box<ApiCall<'a>>),
    /// No traffic, or lost records.
    Loss(Loss<'a>),
    /// What a host, a container platform or a sensor told.
    Telemetry(Box<Telemetry>),
    /// Something that was refused.
    Reject(Reject<'a>),
    /// A message about the delivery or the log, and not about traffic or a call.
    Control,
}

/// One thing that a file says, or many at once.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "an entry is borrowed where it lies, and a box would cost an allocation"
)]
pub enum Chunk<'a> {
    /// Rows of the default format that lie together.
    Rows(Rows<'a>),
    /// Anything else.
    Entry(Entry<'a>),
}

/// What was read so far.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Lines of text, log events of payloads, rows of tables and messages without either.
    pub lines: u64,
    /// Decoded bytes of the file; of a Parquet file, its size.
    pub bytes: u64,
    /// Flows, calls, lookups and other records.
    pub records: u64,
    /// Rows that declare no traffic or lost records.
    pub losses: u64,
    /// Messages about the delivery, headers, comments, digests and Insights events.
    pub controls: u64,
    /// Records of known logs that say nothing about traffic or programs.
    pub unused: u64,
    /// Rejects by [`Reason::code`].
    pub rejects: BTreeMap<&'static str, u64>,
}

/// A file that cannot be read, or not to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The input failed.
    #[error("the input cannot be read")]
    Io(#[source] io::Error),
    /// The input is damaged; what came before the fault was delivered.
    #[error("the input cannot be decoded to its end")]
    Decode(#[source] DecodeError),
    /// A Parquet file that holds no flow log, or a damaged one.
    #[error("the Parquet file cannot be read")]
    Table(#[source] TableError),
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        match error.downcast::<DecodeError>() {
            Ok(error) => Self::Decode(error),
            Err(error) => Self::Io(error),
        }
    }
}

/// Reads the entries of one file.
///
/// # Shape
///
/// Compression, flow log text with or without headers (also in mid-file), JSON lines, Lambda events
/// (one a line, pretty-printed, concatenated, in an array) and Parquet are told by content.
#[derive(Debug)]
pub struct RecordReader<'a> {
    input: Input<'a>,
    lines: Lines,
    batch: Batch,
    endpoint: Endpoint,
    /// The fault that ended the input, until what waited for more of it was handed out.
    fault: Option<ReadError>,
    table: Option<FlowTable>,
    source: Source,
    /// The last line was one of a flow log, so the next one is probably too.
    flows: bool,
    /// Nothing waits and the input is a flow log: a line that begins with a digit is a row.
    calm: bool,
    max_document: usize,
    line: u64,
    counts: Counts,
}

/// Where the next entry lies.
enum Place {
    Text(Range<usize>),
    Item(usize),
    Row,
    Reject(Range<usize>, Reason),
    Found(Found),
}

impl<'a> RecordReader<'a> {
    /// Opens an input and looks at its beginning.
    ///
    /// # Errors
    ///
    /// Returns [`ReadError`] when not even the beginning can be read.
    pub fn open(input: impl Read + 'a, options: &ReadOptions) -> Result<Self, ReadError> {
        let decoder = Decoder::open(input, None)?;
        let mut input = Input::new(decoder, options.max_line, options.max_document);
        let table = match input.peek(4)? {
            b"PAR1" => Some(FlowTable::open(input.rest()?).map_err(ReadError::Table)?),
            _ => None,
        };
        if input.peek(3)? == b"\xef\xbb\xbf" {
            input.skip(3);
        }
        Ok(Self {
            input,
            lines: Lines::new(options.flow_format.clone()),
            batch: Batch::default(),
            endpoint: Endpoint::new(options.source),
            fault: None,
            table,
            source: options.source,
            flows: options.flow_format.is_some(),
            calm: false,
            max_document: options.max_document,
            line: 0,
            counts: Counts::default(),
        })
    }

    /// The next entry; `None` at the end.
    ///
    /// # Errors
    ///
    /// Returns [`ReadError`] once when the input fails in the middle, after every whole entry
    /// before the fault. A bad line is a reject and no error.
    #[expect(
        clippy::should_implement_trait,
        reason = "entries borrow from the reader, which `Iterator` cannot say"
    )]
    #[inline]
    pub fn next(&mut self) -> Result<Option<Entry<'_>>, ReadError> {
        let row = if self.calm { self.input.next_row() } else { None };
        let place = match row {
            Some(range) => {
                self.line = self.input.line_ends + 1;
                self.counts.lines += 1;
                Place::Text(range)
            }
            None => match self.place()? {
                Some(place) => place,
                None => return Ok(None),
            },
        };
        Ok(Some(self.entry(place)))
    }

    /// As [`next`](Self::next), but rows of the default format that lie together come together.
    ///
    /// # Errors
    ///
    /// As [`next`](Self::next).
    pub fn next_chunk(&mut self) -> Result<Option<Chunk<'_>>, ReadError> {
        if self.calm && self.keep_rows() > 0 {
            return Ok(Some(Chunk::Rows(self.lines.rows())));
        }
        Ok(self.next()?.map(Chunk::Entry))
    }

    /// Reads the plain rows that lie ahead, and counts them.
    fn keep_rows(&mut self) -> usize {
        let (rows, bytes) = self.lines.keep_lines(self.input.ahead(), ROWS);
        if rows > 0 {
            self.input.pass_lines(rows as u64, bytes);
            self.line = self.input.line_ends + 1;
            self.counts.lines += rows as u64;
            self.counts.records += rows as u64;
        }
        rows
    }

    /// Where the next entry lies; `None` at the end.
    fn place(&mut self) -> Result<Option<Place>, ReadError> {
        let place = loop {
            if let Some(found) = self.endpoint.next() {
                match found {
                    Found::Unused => self.counts.unused += 1,
                    Found::Control => {}
                    found => break Place::Found(found),
                }
                continue;
            }
            if let Some(fault) = self.fault.take() {
                return Err(fault);
            }
            if let Some(item) = self.batch.advance() {
                self.counts.lines += 1;
                break Place::Item(item);
            }
            if let Some(table) = &mut self.table {
                if !table.advance().map_err(ReadError::Table)? {
                    return Ok(None);
                }
                self.line += 1;
                self.counts.lines += 1;
                break Place::Row;
            }
            let piece = match self.input.next() {
                Ok(piece) => piece,
                Err(error) => {
                    self.fault = Some(error.into());
                    self.endpoint.finish();
                    continue;
                }
            };
            self.line = self.input.line_ends + 1;
            match piece {
                Piece::End => {
                    self.endpoint.finish();
                    if self.endpoint.is_empty() {
                        return Ok(None);
                    }
                }
                Piece::Line(range) => {
                    self.counts.lines += 1;
                    if self.offer_first(range.clone()) {
                        continue;
                    }
                    match self.settle(range.clone()) {
                        None => break Place::Text(range),
                        Some(Line::Reject(reason)) => break Place::Reject(range, reason),
                        Some(_) => {}
                    }
                }
                Piece::Document(range) => {
                    self.counts.lines += 1;
                    if self.offer_first(range.clone()) {
                        continue;
                    }
                    let json = self.input.get(range.clone());
                    if self.batch.load(json, self.max_document) {
                        self.counts.lines -= 1;
                        continue;
                    }
                    if self.source == Source::Envelope {
                        break Place::Reject(range, Reason::UnknownRecord);
                    }
                    break Place::Text(range);
                }
                Piece::Element(range) => {
                    self.counts.lines += 1;
                    if !self.offer_first(range.clone()) {
                        break Place::Reject(range, Reason::UnknownRecord);
                    }
                }
                Piece::Member(range) => {
                    let json = self.input.get(range);
                    self.batch.load_member(json, self.max_document);
                    continue;
                }
                Piece::Broken(range) => {
                    self.counts.lines += 1;
                    let is_xml = self.input.get(range.clone()).first() == Some(&b'<');
                    break Place::Reject(range, if is_xml { Reason::BadXml } else { Reason::BadJson });
                }
                Piece::TooLong(range, limit) => {
                    self.counts.lines += 1;
                    break Place::Reject(range, Reason::TooLong { limit });
                }
            }
        };
        self.calm = matches!(place, Place::Text(_))
            && matches!(self.source, Source::Auto | Source::VpcFlow)
            && self.flows
            && self.fault.is_none()
            && self.endpoint.is_empty();
        Ok(Some(place))
    }

    /// Counts so far.
    pub fn counts(&self) -> Counts {
        let bytes = self.table.as_ref().map_or(self.input.bytes, |table| table.bytes());
        Counts { bytes, ..self.counts.clone() }
    }

    /// Decoded bytes so far, for a progress bar.
    pub const fn bytes(&self) -> u64 {
        self.input.bytes
    }

    /// Identity of the CloudWatch Logs payload that the last entry came from, if it came from one.
    pub fn payload_id(&self) -> Option<u64> {
        self.batch.payload_id()
    }

    /// Takes headers and empty lines, and refuses what is no text.
    #[inline]
    fn settle(&mut self, range: Range<usize>) -> Option<Line<'static>> {
        let bytes = self.input.get(range);
        match bytes.first() {
            None => Some(Line::Blank),
            Some(first) if first.is_ascii_whitespace() && bytes.trim_ascii().is_empty() => Some(Line::Blank),
            Some(_) if self.source == Source::Envelope => Some(Line::Reject(Reason::UnknownRecord)),
            Some(_) if !self.source.has_flow_logs() => None,
            Some(first) if first.is_ascii_lowercase() => {
                match self.lines.control(std::str::from_utf8(bytes).ok()?) {
                    Some(Line::Header) => {
                        self.flows = true;
                        Some(Line::Header)
                    }
                    // Nobody has looked at it yet who knows other logs.
                    Some(Line::Reject(_)) if self.source == Source::Auto => None,
                    control => control,
                }
            }
            Some(_) => None,
        }
    }

    #[inline]
    fn entry(&mut self, place: Place) -> Entry<'_> {
        let is_flow_log = self.source.has_flow_logs();
        let (bytes, received, line) = match place {
            Place::Text(range) => {
                let bytes = self.input.get(range);
                if let Some(plain) = self.lines.plain(bytes) {
                    self.counts.records += 1;
                    return Entry::Flow(self.lines.named(&plain));
                }
                let line = match std::str::from_utf8(bytes) {
                    Ok(text) if self.source.is_call(text) => {
                        return call(&mut self.counts, self.line, text, None);
                    }
                    Ok(text) if self.source.is_lookup(text) => {
                        return read_lookup(&mut self.counts, self.line, text);
                    }
                    Ok(text) if is_flow_log => self.lines.read(text, None),
                    Ok(_) => Line::Reject(Reason::UnknownRecord),
                    Err(_) => Line::Reject(Reason::NotUtf8),
                };
                (bytes, None, line)
            }
            Place::Reject(range, reason) => return self.refuse(range, reason),
            Place::Found(found) => return entry_of(found, self.line, &mut self.counts),
            Place::Item(item) => match self.batch.get(item) {
                Item::Message(text, received) if self.source.is_call(text) => {
                    return call(&mut self.counts, self.line, text.trim_end(), received);
                }
                Item::Message(text, _) if self.source.is_lookup(text) => {
                    return read_lookup(&mut self.counts, self.line, text.trim_end());
                }
                Item::Message(text, received) => {
                    let line = if is_flow_log && !(self.endpoint.is_sticky() && text.starts_with('{')) {
                        self.lines.read(text.trim_end(), received)
                    } else {
                        Line::Reject(Reason::UnknownRecord)
                    };
                    (text.as_bytes(), received, line)
                }
                Item::Control => {
                    self.counts.controls += 1;
                    return Entry::Control;
                }
                Item::Reject(text, reason) => {
                    *self.counts.rejects.entry(reason.code()).or_default() += 1;
                    let (source, text) = (self.source.or_flow(), excerpt(text.as_bytes()));
                    return Entry::Reject(Reject { line: self.line, source, reason, text });
                }
            },
            Place::Row => match &self.table {
                Some(table) => (&b""[..], None, table.row()),
                None => (&b""[..], None, Line::Blank),
            },
        };
        match line {
            Line::Flow(flow) => {
                self.flows = true;
                self.counts.records += 1;
                Entry::Flow(flow)
            }
            Line::Loss(loss) => {
                self.counts.losses += 1;
                Entry::Loss(loss)
            }
            Line::Header | Line::Blank => {
                self.counts.controls += 1;
                Entry::Control
            }
            Line::Reject(reason) => {
                (self.flows, self.calm) = (false, false);
                if self.source != Source::VpcFlow
                    && !bytes.is_empty()
                    && let Ok(text) = std::str::from_utf8(bytes)
                    && self.endpoint.offer(text, received)
                {
                    self.counts.lines += self.endpoint.more();
                    let found = self.endpoint.next().unwrap_or(Found::Control);
                    return entry_of(found, self.line, &mut self.counts);
                }
                *self.counts.rejects.entry(reason.code()).or_default() += 1;
                let text = match (&self.table, bytes) {
                    (Some(table), b"") => table.text().into(),
                    _ => excerpt(bytes),
                };
                Entry::Reject(Reject { line: self.line, source: self.source.or_flow(), reason, text })
            }
        }
    }
}

/// The entry of a line of a resolver's log.
fn read_lookup<'t>(counts: &mut Counts, line: u64, text: &'t str) -> Entry<'t> {
    match lookup::read(text) {
        Ok(lookup) => {
            counts.records += 1;
            Entry::Lookup(lookup)
        }
        Err(reason) => {
            *counts.rejects.entry(reason.code()).or_default() += 1;
            Entry::Reject(Reject { line, source: Source::Resolver, reason, text: excerpt(text.as_bytes()) })
        }
    }
}

/// The entry of a record of CloudTrail.
fn call<'t>(counts: &mut Counts, line: u64, text: &'t str, received: Option<i64>) -> Entry<'t> {
    match api_call::read(text, received) {
        Trail::Call(call) => {
            counts.records += 1;
            Entry::Call(call)
        }
        Trail::Statement => {
            counts.controls += 1;
            Entry::Control
        }
        Trail::Reject(reason) => {
            *counts.rejects.entry(reason.code()).or_default() += 1;
            Entry::Reject(Reject { line, source: Source::CloudTrail, reason, text: excerpt(text.as_bytes()) })
        }
    }
}
