//! One row, from its fields to what it says.

use std::net::{IpAddr, Ipv4Addr};

use super::Line;
use super::column::Column;
use super::format::Format;
use super::scan;
use crate::flow::{Action, Direction, Flow, Loss, LossKind};
use crate::reject::Reason;

/// Longest interval that is believed. Flow logs aggregate over at most 10 minutes.
const LONGEST: i64 = 24 * 60 * 60 * 1000;

/// Last second of the year 9999: a larger time is in milliseconds, or nonsense.
const LAST_SECOND: u64 = 253_402_300_799;

const UNKNOWN: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// A row under construction: a flow whose addresses and times may still be missing.
pub(super) struct Row<'a> {
    flow: Flow<'a>,
    src: Option<IpAddr>,
    dst: Option<IpAddr>,
    start: Option<i64>,
    end: Option<i64>,
    status: Option<LossKind>,
    /// `log-status` says that the row carries a flow.
    ok: bool,
}

/// Reads one line of text.
///
/// `received` stands in for the times of a format that has none.
pub(super) fn read<'a>(format: &Format, line: &'a str, received: Option<i64>) -> Line<'a> {
    let mut row = Row::new();
    let bytes = line.as_bytes();
    let columns = format.columns();
    let mut start = 0;
    for (index, column) in columns.iter().enumerate() {
        if start > bytes.len() {
            return Line::Reject(Reason::TooFewFields { expected: columns.len(), found: index });
        }
        let end = scan::field_end(bytes, start);
        if let Err(reason) = row.set(*column, line, start, end) {
            return Line::Reject(count_first(columns.len(), line, reason));
        }
        start = end + 1;
    }
    if start <= bytes.len() {
        let found = fields_of(line);
        return Line::Reject(Reason::TooManyFields { expected: columns.len(), found });
    }
    row.finish(received)
}

/// A wrong number of fields explains a bad field better than the field that it displaced.
#[cold]
fn count_first(expected: usize, line: &str, reason: Reason) -> Reason {
    match fields_of(line) {
        found if found < expected => Reason::TooFewFields { expected, found },
        found if found > expected => Reason::TooManyFields { expected, found },
        _ => reason,
    }
}

fn fields_of(line: &str) -> usize {
    memchr::memchr_iter(b' ', line.as_bytes()).count() + 1
}

impl<'a> Row<'a> {
    #[inline]
    pub(super) const fn new() -> Self {
        Self {
            flow: Flow::between(UNKNOWN, UNKNOWN, 0, 0),
            src: None,
            dst: None,
            start: None,
            end: None,
            status: None,
            ok: false,
        }
    }

    /// Takes the field `line[start..end]`.
    #[inline]
    pub(super) fn set(
        &mut self,
        column: Column,
        line: &'a str,
        start: usize,
        end: usize,
    ) -> Result<(), Reason> {
        let bytes = line.as_bytes();
        if end == start {
            return Err(bad(column, "a value or `-`, between single spaces"));
        }
        if end - start == 1 && bytes.get(start) == Some(&b'-') {
            return Ok(());
        }
        let number = |most: u64, expected: &'static str| {
            scan::number(bytes, start, end)
                .filter(|value| *value <= most)
                .ok_or_else(|| bad(column, expected))
        };
        let address = || {
            scan::address(line, start, end).map(Some).ok_or_else(|| bad(column, "an IPv4 or IPv6 address"))
        };
        let text = || line.get(start..end);
        let flow = &mut self.flow;
        match column {
            Column::Ignored => {}
            Column::Version => {
                number(u64::from(u16::MAX), "a version number")?;
            }
            Column::Src => self.src = address()?,
            Column::Dst => self.dst = address()?,
            Column::SrcPort => flow.src_port = Some(number(65_535, "a port (0 to 65535)")? as u16),
            Column::DstPort => flow.dst_port = Some(number(65_535, "a port (0 to 65535)")? as u16),
            Column::Protocol => {
                flow.protocol = Some(number(255, "a protocol number (0 to 255)")? as u8);
            }
            Column::Packets => flow.packets = Some(number(u64::MAX, "a count of packets")?),
            Column::Bytes => flow.bytes = Some(number(u64::MAX, "a count of bytes")?),
            Column::Start => self.start = Some(millis(number(LAST_SECOND, "whole seconds since 1970")?)),
            Column::End => self.end = Some(millis(number(LAST_SECOND, "whole seconds since 1970")?)),
            Column::Action => {
                flow.action = Some(match text() {
                    Some("ACCEPT") => Action::Accept,
                    Some("REJECT") => Action::Reject,
                    _ => return Err(bad(column, "ACCEPT or REJECT")),
                });
            }
            Column::LogStatus => match text() {
                Some("OK") => self.ok = true,
                Some("NODATA") => self.status = Some(LossKind::NoData),
                Some("SKIPDATA") => self.status = Some(LossKind::SkipData),
                _ => return Err(bad(column, "OK, NODATA or SKIPDATA")),
            },
            Column::TcpFlags => flow.tcp_flags = Some(number(255, "TCP flags (0 to 255)")? as u8),
            Column::TrafficPath => flow.traffic_path = Some(number(255, "a small number")? as u8),
            Column::PktSrc => flow.pkt_src = address()?,
            Column::PktDst => flow.pkt_dst = address()?,
            Column::Direction => {
                flow.direction = Some(match text() {
                    Some("ingress") => Direction::Ingress,
                    Some("egress") => Direction::Egress,
                    _ => return Err(bad(column, "ingress or egress")),
                });
            }
            Column::Account => flow.account = text(),
            Column::Interface | Column::Attachment => flow.interface = text(),
            Column::Vpc => flow.vpc = text(),
            Column::Subnet => flow.subnet = text(),
            Column::Instance => flow.instance = text(),
            Column::Region => flow.region = text(),
            Column::SrcService => flow.src_service = text(),
            Column::DstService => flow.dst_service = text(),
            Column::Container => flow.container = text(),
            Column::InterfaceType => flow.interface_type = text(),
            Column::AsgTag => flow.asg_tag = text(),
            Column::InstanceTag => flow.instance_tag = text(),
        }
        Ok(())
    }

    /// What the row says, now that all its fields are in.
    #[inline]
    pub(super) fn finish(mut self, received: Option<i64>) -> Line<'a> {
        let (start, end) = match (self.start, self.end) {
            (Some(start), Some(end)) if end < start => return Line::Reject(Reason::BadInterval),
            // The end is near the moment of delivery, so of two times that cannot both be right
            // it is the one to believe.
            (Some(start), Some(end)) if end - start > LONGEST => (end, end),
            (Some(start), Some(end)) => (start, end),
            (Some(only), None) | (None, Some(only)) => (only, only),
            (None, None) => match received {
                Some(received) => (received, received),
                None => return Line::Reject(Reason::MissingField { field: Column::Start.name() }),
            },
        };
        let (src, dst) = (self.src.or(self.flow.pkt_src), self.dst.or(self.flow.pkt_dst));
        match (src, dst) {
            // Whatever the status says, a row with addresses carries data.
            (Some(src), Some(dst)) => {
                (self.flow.src, self.flow.dst) = (src, dst);
                (self.flow.start, self.flow.end) = (start, end);
                Line::Flow(self.flow)
            }
            (None, None) if !self.ok && self.flow.bytes.is_none() => Line::Loss(Loss {
                // Without a status only silence is certain.
                kind: self.status.unwrap_or(LossKind::NoData),
                start,
                end,
                account: self.flow.account,
                interface: self.flow.interface,
            }),
            (None, _) => Line::Reject(Reason::MissingField { field: Column::Src.name() }),
            (_, None) => Line::Reject(Reason::MissingField { field: Column::Dst.name() }),
        }
    }
}

const fn bad(column: Column, expected: &'static str) -> Reason {
    Reason::BadField { field: column.name(), expected }
}

const fn millis(seconds: u64) -> i64 {
    // At most LAST_SECOND, so the product is far from overflow.
    seconds as i64 * 1000
}
