//! The rows that nearly every file is made of: all fields of the default format, nothing absent.
//!
//! They are read straight through, with no table of columns and no field looked at twice. What is not exactly
//! so is left to [`row`](super::row), with the same result for what both read; a test holds them together.

use std::net::{IpAddr, Ipv4Addr};

use super::scan::{self, Cursor};
use crate::flow::{Action, Flow};

/// Longest interval that needs no second look, seconds.
const LONGEST: u64 = 24 * 60 * 60;

/// The flow of a plain row; `None` leaves it to the general way.
#[inline]
pub(super) fn read(line: &[u8]) -> Option<Flow<'_>> {
    let rest = line.strip_prefix(b"2 ")?;
    let (account, rest) = text::<12>(rest)?;
    let (interface, rest) = text::<21>(rest)?;
    let mut fields = Cursor::new(rest);
    let src = fields.dotted_quad()?;
    let dst = fields.dotted_quad()?;
    let src_port = u16::try_from(fields.number()?).ok()?;
    let dst_port = u16::try_from(fields.number()?).ok()?;
    let protocol = u8::try_from(fields.number()?).ok()?;
    let packets = fields.number()?;
    let bytes = fields.number()?;
    let start = fields.ten_digits()?;
    let end = fields.ten_digits()?;
    let action = match fields.rest() {
        b"ACCEPT OK" => Action::Accept,
        b"REJECT OK" => Action::Reject,
        _ => return None,
    };
    if end.checked_sub(start)? > LONGEST {
        return None;
    }
    // Ten digits are far from overflow.
    let (start, end) = (start as i64 * 1_000, end as i64 * 1_000);
    let ip = |bits| IpAddr::V4(Ipv4Addr::from_bits(bits));
    Some(Flow {
        src_port: Some(src_port),
        dst_port: Some(dst_port),
        protocol: Some(protocol),
        packets: Some(packets),
        bytes: Some(bytes),
        action: Some(action),
        account: Some(account),
        interface: Some(interface),
        ..Flow::between(ip(src), ip(dst), start, end)
    })
}

/// A field of exactly `N` bytes, and what follows its space.
#[inline(always)]
fn text<const N: usize>(rest: &[u8]) -> Option<(&str, &[u8])> {
    let (field, rest) = rest.split_first_chunk::<N>()?;
    if scan::has_space(field) {
        return None;
    }
    Some((std::str::from_utf8(field).ok()?, rest.strip_prefix(b" ")?))
}
