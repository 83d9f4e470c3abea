//! VPC and transit gateway flow logs: one line in, one flow, loss or reject out.
//!
//! # Source
//!
//! <https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html>; the traps are those of
//! recorded files.

mod column;
mod fields;
mod format;
mod json;
mod marks;
mod names;
mod plain;
mod row;
mod scan;
#[cfg(test)]
mod tests;

use self::names::Names;
use self::plain::Clock;
use crate::flow::{Flow, Loss};
use crate::reject::Reason;

pub(crate) use column::Column;
pub(crate) use fields::Fields;
pub use format::{Format, FormatError};
pub use plain::{PlainRow, Rows};

/// What one line of a flow log says.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every line is a flow, and a box would cost an allocation"
)]
pub enum Line<'a> {
    /// Traffic.
    Flow(Flow<'a>),
    /// No traffic, or lost records.
    Loss(Loss<'a>),
    /// Nothing that can be used.
    Reject(Reason),
    /// The order of the fields from here on.
    Header,
    /// An empty line.
    Blank,
}

/// Reads the lines of one flow log.
///
/// Knows the order of the fields: the given format, the 14 fields of version 2 without one, the
/// default order of transit gateway logs where a line says that it is from one, or what the last
/// header said.
///
/// What is doubtful but usable is used: an interval of more than 24 hours shrinks to its end, a
/// row with addresses is a flow whatever its status, more packets than bytes are kept
/// ([`Flow::is_suspect`]). An end before the start is refused.
#[derive(Debug, Default)]
pub struct Lines {
    format: Format,
    /// A transit gateway log needs no `--flow-format`, since no format of VPC flow logs was given.
    guess_gateway: bool,
    /// The format in force is not the default one: no row can be plain.
    ordered: bool,
    names: Names,
    /// The times that plain rows began and ended with.
    clocks: [Clock; 2],
    /// Plain rows that nobody took yet.
    rows: Vec<PlainRow>,
    fields: Fields,
    message: String,
}

impl Lines {
    /// Reads lines in `format`, or in the default format until a header says otherwise.
    pub fn new(format: Option<Format>) -> Self {
        let guess_gateway = format.is_none();
        let format = format.unwrap_or_default();
        Self { guess_gateway, ordered: !format.is_default(), format, ..Self::default() }
    }

    /// The order of the fields in force.
    pub const fn format(&self) -> &Format {
        &self.format
    }

    /// Takes a header or an empty line; `None` leaves the line to [`read`](Self::read).
    pub fn control(&mut self, line: &str) -> Option<Line<'static>> {
        if line.is_empty() {
            return Some(Line::Blank);
        }
        if Format::is_header(line) {
            return Some(match line.trim_end().parse::<Format>() {
                Ok(format) => {
                    self.ordered = !format.is_default();
                    (self.format, self.guess_gateway) = (format, false);
                    Line::Header
                }
                Err(_) => Line::Reject(Reason::UnknownRecord),
            });
        }
        None
    }

    /// Reads one line: fields in the order in force, or a JSON object.
    ///
    /// `received` (milliseconds since the epoch) stands in for the times of a format that has none.
    ///
    /// # Shape
    ///
    /// Without its line ending. Fields are separated by single spaces, and `-` is absent.
    pub fn read<'a>(&'a mut self, line: &'a str, received: Option<i64>) -> Line<'a> {
        if let Some(plain) = self.plain(line.as_bytes()) {
            return Line::Flow(self.named(&plain));
        }
        if let Some(line) = self.control(line) {
            return line;
        }
        if line.as_bytes().first() == Some(&b'{') {
            return self.object(line, received);
        }
        self.settle_format(line);
        row::read(&self.format, line, received)
    }

    /// Keeps the plain row that `text` begins with, if `end` follows it, for [`rows`](Self::rows); its length.
    #[inline]
    pub(crate) fn keep_before(&mut self, text: &[u8], end: &[u8]) -> Option<usize> {
        let (row, length) = self.row(text)?;
        if !text.get(length..)?.starts_with(end) {
            return None;
        }
        self.rows.push(row);
        Some(length)
    }

    /// Keeps the plain rows that whole lines at the beginning of `text` are, up to `most`; their lines and bytes.
    pub(crate) fn keep_lines(&mut self, text: &[u8], most: usize) -> (usize, usize) {
        self.rows.clear();
        let mut passed = 0;
        while self.rows.len() < most
            && let Some(rest) = text.get(passed..)
            && let Some((row, length)) = self.row(rest)
        {
            let line_end = match rest.get(length..) {
                Some([b'\n', ..]) => 1,
                Some([b'\r', b'\n', ..]) => 2,
                _ => break,
            };
            self.rows.push(row);
            passed += length + line_end;
        }
        (self.rows.len(), passed)
    }

    /// The rows that were kept.
    pub(crate) fn rows(&self) -> Rows<'_> {
        Rows { rows: &self.rows, names: self.names.as_slice() }
    }

    /// Forgets the rows that were kept.
    pub(crate) fn clear(&mut self) {
        self.rows.clear();
    }

    /// The plain row that `text` begins with, and its length.
    #[inline(always)]
    fn row(&mut self, text: &[u8]) -> Option<(PlainRow, usize)> {
        if self.ordered {
            return None;
        }
        let name = self.names.number(text, !self.rows.is_empty())?;
        plain::read(text, name, &mut self.clocks)
    }

    /// The flow of a plain row that is all of `line`.
    #[inline(always)]
    pub(crate) fn plain(&mut self, line: &[u8]) -> Option<PlainRow> {
        self.row(line).filter(|(_, length)| *length == line.len()).map(|(row, _)| row)
    }

    /// A plain row's flow with its account and interface.
    #[inline(always)]
    pub(crate) fn named(&self, row: &PlainRow) -> Flow<'_> {
        self.rows().flow(row)
    }

    /// Recognises the default format of transit gateway logs: `6 TransitGateway…`.
    fn settle_format(&mut self, line: &str) {
        if self.guess_gateway && line.get(1..).is_some_and(|rest| rest.starts_with(" TransitGateway")) {
            self.format = Format::transit_gateway();
            self.ordered = true;
            self.guess_gateway = false;
        }
    }

    fn object<'a>(&'a mut self, json: &str, received: Option<i64>) -> Line<'a> {
        match json::read(json, &mut self.fields) {
            Ok(json::Object::Fields) => self.fields.read(received),
            Ok(json::Object::Message(message)) => {
                self.settle_format(&message);
                self.message = message;
                row::read(&self.format, self.message.trim_end(), received)
            }
            Err(reason) => Line::Reject(reason),
        }
    }
}
