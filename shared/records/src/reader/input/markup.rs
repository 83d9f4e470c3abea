//! Pieces that begin with a bracket and are no JSON: XML events, and lines behind a date.

use std::io;

use memchr::{memchr, memmem};

use super::{Input, Piece};

/// How a Windows event begins and ends.
const EVENT: &[u8] = b"<Event";
const CLOSE: &[u8] = b"</Event>";

impl Input<'_> {
    /// Whether a bracket holds a date, as in front of a line of text: `[2026-11-24T…`.
    pub(super) fn is_dated(&mut self, bracket: usize) -> bool {
        while self.end - self.start < bracket + 6 && self.fill() {}
        matches!(
            self.get(self.start..self.end).get(bracket + 1..bracket + 6),
            Some([b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'-'])
        )
    }

    /// Windows events as XML: pretty-printed, one a line, several a line, inside `<Events>`.
    pub(super) fn markup(&mut self) -> io::Result<Piece> {
        while self.end - self.start < EVENT.len() + 1 && self.fill() {}
        let head = self.get(self.start..self.end);
        let is_event = head.starts_with(EVENT)
            && head.get(EVENT.len()).is_some_and(|next| matches!(next, b' ' | b'>' | b'\r' | b'\n' | b'\t'));
        if !is_event {
            return if head.starts_with(b"<?xml")
                || head.starts_with(b"<Events")
                || head.starts_with(b"</Events>")
            {
                self.tag()
            } else {
                self.line()
            };
        }
        let mut scanned = EVENT.len();
        loop {
            let head = self.get(self.start..self.end);
            let rest = head.get(scanned..).unwrap_or_default();
            let close = memmem::find(rest, CLOSE).map(|at| scanned + at + CLOSE.len());
            // An event inside an event means that the first one never closed.
            let next = memmem::find(
                rest.get(..close.map_or(rest.len(), |end| end - scanned)).unwrap_or_default(),
                b"\n<Event ",
            )
            .map(|at| scanned + at + 1);
            if let Some(end) = next.or(close) {
                let event = self.start..self.start + end;
                self.start = event.end;
                self.pending_line_ends = self.line_ends_in(&event);
                if next.is_some() {
                    return Ok(Piece::Broken(event));
                }
                self.pass_line_end();
                return Ok(Piece::Element(event));
            }
            let seen = head.len();
            if seen > self.max_line {
                return self.over_limit(seen, self.max_line);
            }
            scanned = seen.saturating_sub(CLOSE.len()).max(EVENT.len());
            if !self.fill() {
                let event = self.start..self.end;
                self.start = self.end;
                return self.fault.take().map_or(Ok(Piece::Broken(event)), Err);
            }
        }
    }

    /// A declaration, or a tag around events: passed over as an empty line.
    fn tag(&mut self) -> io::Result<Piece> {
        loop {
            let head = self.get(self.start..self.end);
            if let Some(close) = memchr(b'>', head) {
                let tag = self.start..self.start + close + 1;
                self.start = tag.end;
                self.pending_line_ends = self.line_ends_in(&tag);
                self.pass_line_end();
                return Ok(Piece::Line(tag.end..tag.end));
            }
            if head.len() > self.max_line || !self.fill() {
                return self.line();
            }
        }
    }
}
