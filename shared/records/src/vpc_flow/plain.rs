//! The rows that nearly every file is made of: all fields of the default format, nothing absent.
//!
//! Both ends of such a row have one length, and between them the fields lie between spaces and dots that are found all
//! at once; no field waits for the one before it, and whether all of them are right is asked once. Where a row ends
//! follows from its fields, so that nobody looks for the end of its line first. What is not exactly so is left to
//! [`row`](super::row), with the same result for what both read; a test holds them together.

use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::sync::Arc;

use super::marks::{Marks, WIDTH};
use super::names::{self, HEAD};
use super::scan::{Digits, long_number};
use crate::flow::{Action, Flow, MOST_COUNTED};

/// Start, end, action and status.
const TAIL: usize = 31;

/// Longest interval that needs no second look, seconds.
const LONGEST: i64 = 24 * 60 * 60;

/// What a row of the default format says, in a tenth of the room of a [`Flow`].
///
/// # Units
///
/// As of [`Flow`]: milliseconds since the epoch, bytes and packets of the whole interval.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PlainRow {
    /// First second of the interval.
    pub start: i64,
    /// Last second of the interval.
    pub end: i64,
    /// Bytes in this direction.
    pub bytes: u64,
    /// Packets in this direction.
    pub packets: u64,
    /// Source address.
    pub src: Ipv4Addr,
    /// Destination address.
    pub dst: Ipv4Addr,
    /// Source port.
    pub src_port: u16,
    /// Destination port.
    pub dst_port: u16,
    /// IANA protocol number.
    pub protocol: u8,
    /// The network stopped it.
    pub rejected: bool,
    /// Number of its account and interface among those of its reader.
    pub(super) name: u16,
}

/// Plain rows that lay together, with their names.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    pub(super) rows: &'a [PlainRow],
    pub(super) names: &'a [names::Name],
}

impl<'a> Rows<'a> {
    /// The rows, in their order.
    pub const fn as_slice(self) -> &'a [PlainRow] {
        self.rows
    }

    /// The number of a row's account and interface: below 65,536, and the same for equal names as long as
    /// [`spelled`](Self::spelled) gives the same text.
    pub fn number(row: &PlainRow) -> usize {
        usize::from(row.name)
    }

    /// Account and interface of a row, with the space between them; shared by all rows of one reader that have them.
    pub fn spelled(self, row: &PlainRow) -> Option<&'a Arc<str>> {
        self.names.get(Self::number(row)).map(|name| &name.spelled)
    }

    /// The whole of a row.
    pub fn flow(self, row: &PlainRow) -> Flow<'a> {
        let (account, interface) = self.names.get(Self::number(row)).map(names::Name::parts).unzip();
        Flow {
            account,
            interface,
            src_port: Some(row.src_port),
            dst_port: Some(row.dst_port),
            protocol: Some(row.protocol),
            packets: Some(row.packets),
            bytes: Some(row.bytes),
            action: Some(if row.rejected { Action::Reject } else { Action::Accept }),
            ..Flow::between(IpAddr::V4(row.src), IpAddr::V4(row.dst), row.start, row.end)
        }
    }

    /// All rows as flows.
    pub fn flows(self) -> impl Iterator<Item = Flow<'a>> {
        self.rows.iter().map(move |row| self.flow(row))
    }
}

/// The first digits of a time as they were spelled last: of neighbouring rows they are most often the same.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    spelled: u64,
    seconds: u64,
}

/// Eight zeros.
impl Default for Clock {
    fn default() -> Self {
        Self { spelled: u64::from_le_bytes(*b"00000000"), seconds: 0 }
    }
}

impl Clock {
    /// The seconds that ten digits spell, where `digits` are sound.
    #[inline(always)]
    fn read(&mut self, field: &[u8; 10], digits: &mut Digits) -> u64 {
        let [a, b, c, d, e, f, g, h, tens, ones] = *field;
        let spelled = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
        if spelled != self.spelled {
            let seconds = digits.number(spelled, 8).unwrap_or_default();
            // What are no digits must not be believed the next time either.
            *self = if digits.are_sound() { Self { spelled, seconds } } else { Self::default() };
        }
        self.seconds * 100 + digits.pair([tens, ones])
    }
}

/// The fields between the two ends, from the first on.
struct Body<'t> {
    /// The body and the eight bytes before it: those before a mark are those from its place in the window.
    window: &'t [u8; 8 + WIDTH],
    spaces: Marks,
    dots: Marks,
    /// Where the next field begins.
    from: usize,
    digits: Digits,
}

// Inlined, so that all of it stays in registers.
impl<'t> Body<'t> {
    #[inline(always)]
    fn of(window: &'t [u8; 8 + WIDTH]) -> Option<Self> {
        let body = window.last_chunk()?;
        let (spaces, dots) = (Marks::of(b' ', body), Marks::of(b'.', body));
        Some(Self { window, spaces, dots, from: 0, digits: Digits::default() })
    }

    /// The eight bytes before `to`, and how many of them are its field's.
    #[inline(always)]
    fn field(&mut self, to: usize) -> ([u8; 8], usize) {
        let length = to.wrapping_sub(self.from);
        self.from = to + 1;
        (self.window.get(to..to + 8).and_then(<[u8]>::first_chunk).copied().unwrap_or_default(), length)
    }

    #[inline(always)]
    fn octet(&mut self, to: usize) -> u32 {
        let ([.., a, b, c, d], length) = self.field(to);
        self.digits.octet(u32::from_le_bytes([a, b, c, d]), length)
    }

    #[inline(always)]
    fn address(&mut self) -> Ipv4Addr {
        let (a, b, c) = (self.dots.take(), self.dots.take(), self.dots.take());
        let three = self.octet(a) << 24 | self.octet(b) << 16 | self.octet(c) << 8;
        let d = self.spaces.take();
        Ipv4Addr::from_bits(three | self.octet(d))
    }

    #[inline(always)]
    fn number(&mut self) -> Option<u64> {
        let (from, to) = (self.from, self.spaces.take());
        let (word, length) = self.field(to);
        // Nothing between two spaces is no number.
        if length == 0 {
            return None;
        }
        match self.digits.number(u64::from_le_bytes(word), length) {
            Some(number) => Some(number),
            // More than a word holds: gigabytes.
            None => long_number(self.window.get(8 + from..8 + to)?).filter(|number| *number <= MOST_COUNTED),
        }
    }
}

/// The row that `text` begins with, but for the fields of its [`HEAD`], and its length; `None` leaves it to the general
/// way.
#[inline(always)]
pub(super) fn read(text: &[u8], name: u16, [starts, ends]: &mut [Clock; 2]) -> Option<(PlainRow, usize)> {
    let mut body = Body::of(text.get(HEAD - 8..)?.first_chunk()?)?;
    let (src, dst) = (body.address(), body.address());
    let (src_port, dst_port, protocol) = (body.number()?, body.number()?, body.number()?);
    let (packets, bytes) = (body.number()?, body.number()?);
    let Body { from, mut digits, .. } = body;
    let tail: &[u8; TAIL] = text.get(HEAD + from..)?.first_chunk()?;
    let (start, rest) = tail.split_first_chunk::<10>()?;
    let (end, rest) = rest.split_first_chunk::<11>()?;
    let (blank, end) = end.split_first_chunk::<1>()?;
    let end = end.first_chunk::<10>()?;
    let (start, end) = (starts.read(start, &mut digits), ends.read(end, &mut digits));
    let rejected = match rest {
        b" ACCEPT OK" => false,
        b" REJECT OK" => true,
        _ => return None,
    };
    // Ten digits are far from overflow.
    let (start, end) = (start as i64, end as i64);
    let sound = digits.are_sound() && blank == b" " && (0..=LONGEST).contains(&(end - start));
    let small = (src_port | dst_port) <= 0xffff && protocol <= 0xff;
    (sound && small).then(|| {
        let row = PlainRow {
            start: start * 1_000,
            end: end * 1_000,
            bytes,
            packets,
            src,
            dst,
            src_port: src_port as u16,
            dst_port: dst_port as u16,
            protocol: protocol as u8,
            rejected,
            name,
        };
        (row, HEAD + from + TAIL)
    })
}
