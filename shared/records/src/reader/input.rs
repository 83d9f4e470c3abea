//! Decoded bytes, cut into lines and JSON documents, in constant memory.

mod markup;
mod records;
#[cfg(test)]
mod tests;

use std::io::{self, Read};
use std::ops::Range;

use memchr::memchr;

use super::json_end::JsonEnd;
use crate::decode::Decoder;

/// Decoded bytes read at a time.
const CHUNK: usize = 256 << 10;

/// One piece of the input, as positions that hold until the next call.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Piece {
    /// A line without its ending.
    Line(Range<usize>),
    /// One JSON object or array.
    Document(Range<usize>),
    /// One member of the `Records` of an object whose end need not be known yet.
    Member(Range<usize>),
    /// One XML event.
    Element(Range<usize>),
    /// A document or event that does not close.
    Broken(Range<usize>),
    /// The beginning of a line or document over the limit; the rest was passed over.
    TooLong(Range<usize>, usize),
    /// No more input.
    End,
}

/// A buffered, decoded input.
#[derive(Debug)]
pub(super) struct Input<'a> {
    source: Decoder<'a>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    /// The fault that ended the input, until it was handed out.
    fault: Option<io::Error>,
    max_line: usize,
    max_document: usize,
    /// Inside the list of an object that opens with `Records`.
    in_records: bool,
    /// Bytes that came out of the decoder.
    pub(super) bytes: u64,
    /// Line endings passed before the current piece.
    pub(super) line_ends: u64,
    /// Line endings inside and after the current piece.
    pending_line_ends: u64,
}

impl<'a> Input<'a> {
    pub(super) fn new(source: Decoder<'a>, max_line: usize, max_document: usize) -> Self {
        Self {
            source,
            buffer: vec![0; CHUNK],
            start: 0,
            end: 0,
            ended: false,
            fault: None,
            max_line,
            max_document,
            in_records: false,
            bytes: 0,
            line_ends: 0,
            pending_line_ends: 0,
        }
    }

    /// The bytes of a piece.
    #[inline]
    pub(super) fn get(&self, range: Range<usize>) -> &[u8] {
        self.buffer.get(range).unwrap_or_default()
    }

    /// The first bytes, up to `count`, left where they are.
    pub(super) fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        while self.end - self.start < count && self.fill() {}
        if let (true, Some(fault)) = (self.end == self.start, self.fault.take()) {
            return Err(fault);
        }
        Ok(self.get(self.start..self.end.min(self.start.saturating_add(count))))
    }

    /// Passes over `count` bytes that were seen before.
    pub(super) fn skip(&mut self, count: usize) {
        self.start = self.end.min(self.start.saturating_add(count));
    }

    /// Everything that is left.
    pub(super) fn rest(&mut self) -> io::Result<Vec<u8>> {
        let mut rest = self.get(self.start..self.end).to_vec();
        (self.start, self.end) = (0, 0);
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        if !self.ended {
            self.bytes = self.bytes.saturating_add(self.source.read_to_end(&mut rest)? as u64);
            self.ended = true;
        }
        Ok(rest)
    }

    /// The next piece.
    ///
    /// # Errors
    ///
    /// Returns the fault of the input, once, after every whole line before it.
    #[inline]
    pub(super) fn next(&mut self) -> io::Result<Piece> {
        self.line_ends += std::mem::take(&mut self.pending_line_ends);
        if self.in_records {
            return self.member();
        }
        if self.start == self.end && !self.fill() {
            return self.fault.take().map_or(Ok(Piece::End), Err);
        }
        match self.buffer.get(self.start) {
            Some(b'{' | b'[' | b' ' | b'\t') => self.indented(),
            Some(b'<') => self.markup(),
            _ => self.line(),
        }
    }

    /// The next piece where it is a line that begins with a digit and is whole in memory; else nothing happens.
    #[inline]
    pub(super) fn next_row(&mut self) -> Option<Range<usize>> {
        let rest = self.buffer.get(self.start..self.end)?;
        if !rest.first()?.is_ascii_digit() {
            return None;
        }
        let length = memchr(b'\n', rest).filter(|length| *length <= self.max_line)?;
        let line = self.start..self.start + length;
        self.line_ends += std::mem::replace(&mut self.pending_line_ends, 1);
        self.start = line.end + 1;
        Some(self.without_return(line))
    }

    /// What is in memory behind the current piece.
    pub(super) fn ahead(&self) -> &[u8] {
        self.get(self.start..self.end)
    }

    /// Passes over so many whole lines of it, the last of which is the current piece then.
    pub(super) fn pass_lines(&mut self, lines: u64, bytes: usize) {
        self.line_ends += std::mem::replace(&mut self.pending_line_ends, 1) + lines - 1;
        self.skip(bytes);
    }

    #[inline]
    fn line(&mut self) -> io::Result<Piece> {
        let mut scanned = 0;
        loop {
            if let Some(offset) = memchr(b'\n', self.get(self.start + scanned..self.end)) {
                let line = self.start..self.start + scanned + offset;
                self.start = line.end + 1;
                self.pending_line_ends = 1;
                return Ok(if line.len() > self.max_line {
                    Piece::TooLong(line, self.max_line)
                } else {
                    Piece::Line(self.without_return(line))
                });
            }
            scanned = self.end - self.start;
            if scanned > self.max_line {
                return self.over_limit(scanned, self.max_line);
            }
            if !self.fill() {
                return self.last_line();
            }
        }
    }

    fn last_line(&mut self) -> io::Result<Piece> {
        let line = self.start..self.end;
        self.start = self.end;
        // What a fault cuts off is no line: it might read as a record that was never written.
        match self.fault.take() {
            Some(fault) => Err(fault),
            None => Ok(Piece::Line(self.without_return(line))),
        }
    }

    fn without_return(&self, line: Range<usize>) -> Range<usize> {
        match self.get(line.clone()).last() {
            Some(b'\r') => line.start..line.end - 1,
            _ => line,
        }
    }

    /// A line that begins with a brace or bracket, perhaps after blanks, is a document.
    fn indented(&mut self) -> io::Result<Piece> {
        let mut blanks = 0;
        loop {
            match self.get(self.start..self.end).get(blanks).copied() {
                Some(b' ' | b'\t') if blanks < self.max_line => blanks += 1,
                Some(b'[') if self.is_dated(blanks) => return self.line(),
                Some(b'{' | b'[') => {
                    self.start += blanks;
                    if self.opens_records() {
                        return self.member();
                    }
                    return self.document();
                }
                Some(b'<') => {
                    self.start += blanks;
                    return self.markup();
                }
                None if self.fill() => {}
                _ => return self.line(),
            }
        }
    }

    fn document(&mut self) -> io::Result<Piece> {
        let mut json = JsonEnd::default();
        let mut scanned = 0;
        loop {
            if let Some(offset) = json.scan(self.get(self.start + scanned..self.end)) {
                let document = self.start..self.start + scanned + offset;
                self.start = document.end;
                self.pending_line_ends = self.line_ends_in(&document);
                if json.is_broken() {
                    return Ok(Piece::Broken(document));
                }
                self.pass_line_end();
                return Ok(Piece::Document(document));
            }
            scanned = self.end - self.start;
            if scanned > self.max_document {
                return self.over_limit(scanned, self.max_document);
            }
            if !self.fill() {
                let document = self.start..self.end;
                self.start = self.end;
                return self.fault.take().map_or(Ok(Piece::Broken(document)), Err);
            }
        }
    }

    /// Passes the blanks, a comma of a list that lost its bracket aside, and the line ending behind
    /// a document, so that they are no empty line of their own.
    fn pass_line_end(&mut self) {
        // The document stays where it is meanwhile, so endless blanks would be endless memory.
        let last = self.start.saturating_add(self.max_line);
        loop {
            match self.buffer.get(self.start..self.end).and_then(<[u8]>::first).copied() {
                Some(b' ' | b'\t' | b'\r') => self.start += 1,
                Some(b'\n') => {
                    self.start += 1;
                    self.pending_line_ends += 1;
                    return;
                }
                None if self.start < last && self.fill_behind() => {}
                _ => return,
            }
        }
    }

    /// Passes over the `scanned` bytes and the rest of their last line. Looking at them again from
    /// their second line would cost the limit once a line.
    fn over_limit(&mut self, scanned: usize, limit: usize) -> io::Result<Piece> {
        const KEPT: usize = 1024;
        let passed = self.start..self.start + scanned;
        let kept = self.get(passed.start..passed.end.min(passed.start + KEPT)).to_vec();
        self.pending_line_ends = self.line_ends_in(&passed);
        self.start = passed.end;
        loop {
            let found = memchr(b'\n', self.get(self.start..self.end));
            self.pending_line_ends += u64::from(found.is_some());
            self.start = found.map_or(self.end, |offset| self.start + offset + 1);
            if found.is_some() || !self.fill() {
                break;
            }
        }
        // The beginning goes where the passed bytes were, in front of what is still unread.
        let room = self.start.min(kept.len());
        let begin = self.start - room..self.start;
        if let (Some(place), Some(kept)) = (self.buffer.get_mut(begin.clone()), kept.get(..room)) {
            place.copy_from_slice(kept);
        }
        Ok(Piece::TooLong(begin, limit))
    }

    fn line_ends_in(&self, range: &Range<usize>) -> u64 {
        memchr::memchr_iter(b'\n', self.get(range.clone())).count() as u64
    }

    /// Reads more behind what is there; false at the end of the input.
    #[cold]
    fn fill(&mut self) -> bool {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        self.fill_behind()
    }

    /// Reads more without moving what is there.
    fn fill_behind(&mut self) -> bool {
        if self.ended {
            return false;
        }
        if self.buffer.len() - self.end < CHUNK / 2 {
            self.buffer.resize((self.buffer.len() * 2).max(self.end + CHUNK), 0);
        }
        let Some(free) = self.buffer.get_mut(self.end..) else { return false };
        loop {
            match self.source.read(free) {
                Ok(0) => self.ended = true,
                Ok(count) => {
                    self.end += count;
                    self.bytes = self.bytes.saturating_add(count as u64);
                    return true;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.ended = true;
                    self.fault = Some(error);
                }
            }
            return false;
        }
    }
}
