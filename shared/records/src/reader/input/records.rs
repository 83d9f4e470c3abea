//! Objects that open with a list of `Records`, member by member.
//!
//! A file of a trail is one object of many megabytes, and its members are all that matters.

use std::io;

use memchr::memchr_iter;

use super::{Input, JsonEnd, Piece};

/// What the beginning of an object may turn out to be.
enum Beginning {
    /// It is the list, behind so many bytes.
    Records(usize),
    /// Too little is there to tell.
    Open,
    /// Something else.
    Other,
}

/// Looks for `{"Records":[`, blanks included.
fn beginning(text: &[u8]) -> Beginning {
    let mut rest = text;
    for token in [&b"{"[..], b"\"Records\"", b":", b"["] {
        rest = rest.trim_ascii_start();
        match rest.strip_prefix(token) {
            Some(behind) => rest = behind,
            // Only so many blanks are believed.
            None if token.starts_with(rest) && text.len() < 64 => return Beginning::Open,
            None => return Beginning::Other,
        }
    }
    Beginning::Records(text.len() - rest.len())
}

impl Input<'_> {
    /// Goes into the list, if the object that begins here opens with one.
    pub(super) fn opens_records(&mut self) -> bool {
        loop {
            match beginning(self.get(self.start..self.end)) {
                Beginning::Records(length) => {
                    self.skip_counted(length);
                    self.in_records = true;
                    return true;
                }
                Beginning::Open if self.fill() => {}
                Beginning::Open | Beginning::Other => return false,
            }
        }
    }

    /// Passes over `count` bytes and counts their line endings.
    fn skip_counted(&mut self, count: usize) {
        self.line_ends += memchr_iter(b'\n', self.get(self.start..self.start + count)).count() as u64;
        self.start += count;
    }

    /// The next member, or what follows the object.
    pub(super) fn member(&mut self) -> io::Result<Piece> {
        loop {
            match self.get(self.start..self.end).first().copied() {
                Some(b',' | b' ' | b'\t' | b'\r' | b'\n') => self.skip_counted(1),
                Some(b'{') => {
                    return Ok(match self.document()? {
                        Piece::Document(range) => Piece::Member(range),
                        // What follows a fault is read line by line.
                        piece => {
                            self.in_records = false;
                            piece
                        }
                    });
                }
                Some(b']') => {
                    self.in_records = false;
                    self.skip_counted(1);
                    return if self.pass_object() {
                        self.next()
                    } else {
                        Ok(Piece::Broken(self.start..self.start))
                    };
                }
                None if self.fill() => {}
                None => {
                    self.in_records = false;
                    let fault = self.fault.take();
                    return fault.map_or(Ok(Piece::Broken(self.start..self.end)), Err);
                }
                Some(_) => {
                    self.in_records = false;
                    return match self.line()? {
                        Piece::Line(range) => Ok(Piece::Broken(range)),
                        piece => Ok(piece),
                    };
                }
            }
        }
    }

    /// Passes over the rest of the object behind its list; false if it does not end.
    fn pass_object(&mut self) -> bool {
        let mut json = JsonEnd::inside();
        loop {
            let text = self.get(self.start..self.end);
            let length = text.len();
            if let Some(offset) = json.scan(text) {
                self.skip_counted(offset);
                self.pass_line_end();
                self.line_ends += std::mem::take(&mut self.pending_line_ends);
                return !json.is_broken();
            }
            self.skip_counted(length);
            if !self.fill() {
                return false;
            }
        }
    }
}
