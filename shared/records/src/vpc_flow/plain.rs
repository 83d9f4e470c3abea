//! The rows that nearly every file is made of: all fields of the default format, nothing absent.
//!
//! Both ends of such a row have one length, and between them the fields lie between spaces and dots that are found all
//! at once; no field waits for the one before it. What is not exactly so is left to [`row`](super::row), with the same
//! result for what both read; a test holds them together.

use std::net::{IpAddr, Ipv4Addr};

use super::marks::{Marks, WIDTH};
use super::names::HEAD;
use super::scan::{number_before, octet_before, ten_digits};
use crate::flow::{Action, Flow};

/// Start, end, action and status.
const TAIL: usize = 31;

/// Longest interval that needs no second look, seconds.
const LONGEST: u64 = 24 * 60 * 60;

/// The flow of a plain row, but for the fields of its [`HEAD`]; `None` leaves it to the general way.
#[inline(always)]
pub(super) fn read(line: &[u8]) -> Option<Flow<'static>> {
    let (rest, tail) = line.split_last_chunk::<TAIL>()?;
    let window = rest.last_chunk::<WIDTH>()?;
    let before = rest.len() - WIDTH;
    // A body that does not fit is no plain one.
    let begin = HEAD.checked_sub(before)?;
    let mut spaces = Marks::of(b' ', window, begin);
    let mut dots = Marks::of(b'.', window, begin);
    let mut from = HEAD;
    let mut field = || {
        let to = before + spaces.take();
        (std::mem::replace(&mut from, to + 1), to)
    };
    let mut address = |(mut from, end): (usize, usize)| {
        let mut octet = |to: usize| octet_before(rest, std::mem::replace(&mut from, to + 1), to);
        let [a, b, c] =
            [octet(before + dots.take()), octet(before + dots.take()), octet(before + dots.take())];
        Some(IpAddr::V4(Ipv4Addr::new(a?, b?, c?, octet(end)?)))
    };
    let (src, dst) = (address(field()), address(field()));
    let mut number = || {
        let (from, to) = field();
        number_before(rest, from, to)
    };
    let (src_port, dst_port, protocol) = (number(), number(), number());
    let (packets, bytes) = (number(), number());
    if !(spaces.is_empty() && dots.is_empty() && from == rest.len()) {
        return None;
    }
    let (start, tail) = tail.split_first_chunk::<10>()?;
    let (end, action) = tail.strip_prefix(b" ")?.split_first_chunk::<10>()?;
    let (start, end) = (ten_digits(start)?, ten_digits(end)?);
    let action = match action {
        b" ACCEPT OK" => Action::Accept,
        b" REJECT OK" => Action::Reject,
        _ => return None,
    };
    if end.checked_sub(start)? > LONGEST {
        return None;
    }
    // Ten digits are far from overflow.
    let (start, end) = (start as i64 * 1_000, end as i64 * 1_000);
    Some(Flow {
        src_port: Some(u16::try_from(src_port?).ok()?),
        dst_port: Some(u16::try_from(dst_port?).ok()?),
        protocol: Some(u8::try_from(protocol?).ok()?),
        packets: Some(packets?),
        bytes: Some(bytes?),
        action: Some(action),
        ..Flow::between(src?, dst?, start, end)
    })
}
