//! One flow as a log told it.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// Most bytes or packets that one record may count: 281 TB, more than any network carries in the time of a record, and
/// so far below what a sum holds that sums of records stay sums.
pub(crate) const MOST_COUNTED: u64 = 1 << 48;

/// What the network did with the packets of a flow.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Action {
    /// The packets passed.
    Accept,
    /// A security group, a network ACL or a block stopped them.
    Reject,
}

/// Which way the packets of a flow crossed the interface that logged them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Direction {
    /// Into the interface.
    Ingress,
    /// Out of the interface.
    Egress,
}

/// One direction of one conversation over one aggregation interval.
///
/// Absent stays absent: a field that the log does not carry is `None`, never 0 and never "".
///
/// # Units
///
/// [`start`](Self::start) and [`end`](Self::end) are milliseconds since the epoch; the interval
/// they span is `[start, end + 1 s)`, since flow logs write whole seconds. Bytes and packets count
/// the whole interval.
///
/// # Source
///
/// "Available fields", <https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html>.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flow<'a> {
    /// First second of the interval.
    pub start: i64,
    /// Last second of the interval.
    pub end: i64,
    /// Source address on the interface.
    pub src: IpAddr,
    /// Destination address on the interface.
    pub dst: IpAddr,
    /// Source port, where the protocol has ports.
    pub src_port: Option<u16>,
    /// Destination port, where the protocol has ports.
    pub dst_port: Option<u16>,
    /// IANA protocol number.
    pub protocol: Option<u8>,
    /// Packets in this direction.
    pub packets: Option<u64>,
    /// Bytes in this direction, IP headers included.
    pub bytes: Option<u64>,
    /// Accepted or rejected.
    pub action: Option<Action>,
    /// Bitwise OR of the TCP flags seen (FIN 1, SYN 2, RST 4, ACK 16 only beside SYN).
    pub tcp_flags: Option<u8>,
    /// Direction as logged (version 5 and later).
    pub direction: Option<Direction>,
    /// Path of egress traffic (version 5): 1 in the VPC … 8 internet gateway.
    pub traffic_path: Option<u8>,
    /// Source address of the packet itself, where an intermediate layer (NAT) replaced it.
    pub pkt_src: Option<IpAddr>,
    /// Destination address of the packet itself.
    pub pkt_dst: Option<IpAddr>,
    /// AWS service that owns [`pkt_src`](Self::pkt_src): `S3`, `AMAZON`, `EC2`, …
    pub src_service: Option<&'a str>,
    /// AWS service that owns [`pkt_dst`](Self::pkt_dst).
    pub dst_service: Option<&'a str>,
    /// Account that owns the interface.
    pub account: Option<&'a str>,
    /// Region of the interface.
    pub region: Option<&'a str>,
    /// VPC of the interface.
    pub vpc: Option<&'a str>,
    /// Subnet of the interface.
    pub subnet: Option<&'a str>,
    /// Interface, `eni-…`; a transit gateway attachment for transit gateway logs.
    pub interface: Option<&'a str>,
    /// Interface type (version 11): `nat_gateway`, `network_load_balancer`, ….
    pub interface_type: Option<&'a str>,
    /// Instance, `i-…`, where the interface belongs to one of the account's.
    pub instance: Option<&'a str>,
    /// Auto Scaling group tag value (version 11).
    pub asg_tag: Option<&'a str>,
    /// Instance tag value (version 11).
    pub instance_tag: Option<&'a str>,
    /// ECS container id (version 7).
    pub container: Option<&'a str>,
}

/// Why a row carries no flow.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LossKind {
    /// No traffic in the interval.
    NoData,
    /// Records were lost: judge nothing from the absence of traffic here.
    SkipData,
}

/// A row that says that nothing could be recorded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Loss<'a> {
    /// No traffic, or lost records.
    pub kind: LossKind,
    /// First second of the interval, milliseconds since the epoch.
    pub start: i64,
    /// Last second of the interval.
    pub end: i64,
    /// Account that owns the interface.
    pub account: Option<&'a str>,
    /// The interface.
    pub interface: Option<&'a str>,
}

impl<'a> Flow<'a> {
    /// A flow between two addresses of which nothing else is known yet.
    pub const fn between(src: IpAddr, dst: IpAddr, start: i64, end: i64) -> Self {
        Self {
            start,
            end,
            src,
            dst,
            src_port: None,
            dst_port: None,
            protocol: None,
            packets: None,
            bytes: None,
            action: None,
            tcp_flags: None,
            direction: None,
            traffic_path: None,
            pkt_src: None,
            pkt_dst: None,
            src_service: None,
            dst_service: None,
            account: None,
            region: None,
            vpc: None,
            subnet: None,
            interface: None,
            interface_type: None,
            instance: None,
            asg_tag: None,
            instance_tag: None,
            container: None,
        }
    }
}

impl Flow<'_> {
    /// Whether the counts cannot be right: every packet has at least one byte.
    ///
    /// Such rows exist; the traffic happened, its rate is not to be trusted.
    pub fn is_suspect(&self) -> bool {
        matches!((self.bytes, self.packets), (Some(bytes), Some(packets)) if bytes < packets)
    }

    /// Whether a transit gateway logged this flow, and not a network interface.
    pub fn is_transit_gateway(&self) -> bool {
        self.interface.is_some_and(|interface| interface.starts_with("tgw-"))
    }
}
