//! One row, from its fields to what it says.

use std::net::{IpAddr, Ipv4Addr};

use super::Line;
use super::column::Column;
use super::format::Format;
use super::scan::Field;
use crate::flow::{Action, Direction, Flow, Loss, LossKind, MOST_COUNTED};
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
        let field = Field::at(bytes, start);
        if row.take(*column, line, field).is_none() {
            return Line::Reject(count_first(columns.len(), line, fault(*column, field.is_empty())));
        }
        start = field.end + 1;
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
    ///
    /// # Errors
    ///
    /// Returns the reason when the field holds something that the column cannot.
    #[inline]
    pub(super) fn set(
        &mut self,
        column: Column,
        line: &'a str,
        start: usize,
        end: usize,
    ) -> Result<(), Reason> {
        match self.take(column, line, Field::of(line.as_bytes(), start, end)) {
            Some(()) => Ok(()),
            None => Err(fault(column, start == end)),
        }
    }

    /// `None` stands for the reason, which is worked out only when it is wanted.
    // A call for each of the fields costs a tenth of the line.
    #[inline(always)]
    fn take(&mut self, column: Column, line: &'a str, field: Field) -> Option<()> {
        let bytes = line.as_bytes();
        if field.is_empty() {
            return None;
        }
        if field.is_absent() {
            return Some(());
        }
        let text = || line.get(field.start..field.end);
        let flow = &mut self.flow;
        match column {
            Column::Ignored => {}
            Column::Version => {
                field.number(bytes).filter(|version| *version <= 65_535)?;
            }
            Column::Src => self.src = Some(field.address(line)?),
            Column::Dst => self.dst = Some(field.address(line)?),
            Column::SrcPort => flow.src_port = Some(field.number(bytes)?.try_into().ok()?),
            Column::DstPort => flow.dst_port = Some(field.number(bytes)?.try_into().ok()?),
            Column::Protocol => flow.protocol = Some(field.number(bytes)?.try_into().ok()?),
            Column::Packets => flow.packets = Some(count(field.number(bytes)?)?),
            Column::Bytes => flow.bytes = Some(count(field.number(bytes)?)?),
            Column::Start => self.start = Some(millis(field.number(bytes)?)?),
            Column::End => self.end = Some(millis(field.number(bytes)?)?),
            Column::Action => {
                flow.action = Some(match bytes.get(field.start..field.end)? {
                    b"ACCEPT" => Action::Accept,
                    b"REJECT" => Action::Reject,
                    _ => return None,
                });
            }
            Column::LogStatus => match bytes.get(field.start..field.end)? {
                b"OK" => self.ok = true,
                b"NODATA" => self.status = Some(LossKind::NoData),
                b"SKIPDATA" => self.status = Some(LossKind::SkipData),
                _ => return None,
            },
            Column::TcpFlags => flow.tcp_flags = Some(field.number(bytes)?.try_into().ok()?),
            Column::TrafficPath => {
                flow.traffic_path = Some(field.number(bytes)?.try_into().ok()?);
            }
            Column::PktSrc => flow.pkt_src = Some(field.address(line)?),
            Column::PktDst => flow.pkt_dst = Some(field.address(line)?),
            Column::Direction => {
                flow.direction = Some(match bytes.get(field.start..field.end)? {
                    b"ingress" => Direction::Ingress,
                    b"egress" => Direction::Egress,
                    _ => return None,
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
        Some(())
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

#[cold]
fn fault(column: Column, empty: bool) -> Reason {
    let expected = match column {
        _ if empty => "a value or `-`, between single spaces",
        Column::Version => "a version number",
        Column::Src | Column::Dst | Column::PktSrc | Column::PktDst => "an IPv4 or IPv6 address",
        Column::SrcPort | Column::DstPort => "a port (0 to 65535)",
        Column::Protocol => "a protocol number (0 to 255)",
        Column::Packets => "a count of packets (at most 2^48)",
        Column::Bytes => "a count of bytes (at most 2^48)",
        Column::Start | Column::End => "whole seconds since 1970",
        Column::Action => "ACCEPT or REJECT",
        Column::LogStatus => "OK, NODATA or SKIPDATA",
        Column::TcpFlags => "TCP flags (0 to 255)",
        Column::TrafficPath => "a small number",
        Column::Direction => "ingress or egress",
        // Any text is right here.
        _ => "text",
    };
    Reason::BadField { field: column.name(), expected }
}

fn count(number: u64) -> Option<u64> {
    (number <= MOST_COUNTED).then_some(number)
}

fn millis(seconds: u64) -> Option<i64> {
    // At most LAST_SECOND, so the product is far from overflow.
    (seconds <= LAST_SECOND).then(|| seconds as i64 * 1000)
}
