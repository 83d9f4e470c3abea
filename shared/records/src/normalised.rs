//! A flow as the normalised record that `weir parse` prints.
//!
//! # Source
//!
//! Attribute names of OCSF 1.8, class Network Activity (4001), <https://schema.ocsf.io/1.8.0/>.
//! What OCSF has no place for keeps the name that AWS gives it, under `unmapped`.

mod call;
mod lookup;

use std::net::IpAddr;

use serde::{Serialize, Serializer};

use crate::flow::{Action, Direction, Flow};

pub use call::NormalisedCall;
pub use lookup::NormalisedLookup;

/// A flow in the attributes of OCSF, to be serialised.
///
/// # Shape
///
/// What the log did not carry is left out, and an object that would be empty too. Counts are
/// `bytes_out` or `bytes_in` seen from the interface where the direction is known, and plain `bytes`
/// where it is not.
///
/// # Units
///
/// Times are milliseconds since the epoch.
#[derive(Clone, Copy, Debug)]
pub struct Normalised<'a> {
    flow: &'a Flow<'a>,
    direction: Option<Direction>,
}

impl<'a> From<&'a Flow<'a>> for Normalised<'a> {
    fn from(flow: &'a Flow<'a>) -> Self {
        Self { flow, direction: flow.direction }
    }
}

impl Normalised<'_> {
    /// Gives the direction that the interface's own addresses told, where the log has none.
    #[must_use]
    pub const fn or_direction(mut self, direction: Option<Direction>) -> Self {
        if self.direction.is_none() {
            self.direction = direction;
        }
        self
    }
}

impl Serialize for Normalised<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let flow = self.flow;
        Record {
            class_uid: 4001,
            metadata: Metadata { log_name: if flow.is_transit_gateway() { "tgw-flow" } else { "vpc-flow" } },
            start_time: flow.start,
            end_time: flow.end,
            src_endpoint: Endpoint { ip: flow.src, port: flow.src_port, svc_name: flow.src_service },
            dst_endpoint: Endpoint { ip: flow.dst, port: flow.dst_port, svc_name: flow.dst_service },
            connection_info: ConnectionInfo {
                protocol_num: flow.protocol,
                direction_id: match self.direction {
                    Some(Direction::Ingress) => 1,
                    Some(Direction::Egress) => 2,
                    None => 0,
                },
                tcp_flags: flow.tcp_flags,
            },
            traffic: some(Traffic::seen_from(self.direction, flow)),
            action_id: flow.action.map(|action| match action {
                Action::Accept => 1,
                Action::Reject => 2,
            }),
            device: some(Device {
                interface_uid: flow.interface,
                instance_uid: flow.instance,
                vpc_uid: flow.vpc,
                subnet_uid: flow.subnet,
            }),
            container: flow.container.map(|uid| Uid { uid }),
            cloud: some(Cloud { account: flow.account.map(|uid| Uid { uid }), region: flow.region }),
            unmapped: some(Unmapped {
                pkt_srcaddr: flow.pkt_src,
                pkt_dstaddr: flow.pkt_dst,
                traffic_path: flow.traffic_path,
                interface_type: flow.interface_type,
                asg_tag: flow.asg_tag,
                instance_tag: flow.instance_tag,
            }),
        }
        .serialize(serializer)
    }
}

/// `None` for an object without members.
fn some<T: Default + PartialEq>(object: T) -> Option<T> {
    (object != T::default()).then_some(object)
}

#[derive(Serialize)]
struct Record<'a> {
    class_uid: u32,
    metadata: Metadata,
    start_time: i64,
    end_time: i64,
    src_endpoint: Endpoint<'a>,
    dst_endpoint: Endpoint<'a>,
    connection_info: ConnectionInfo,
    #[serde(skip_serializing_if = "Option::is_none")]
    traffic: Option<Traffic>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action_id: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<Device<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    container: Option<Uid<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud: Option<Cloud<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unmapped: Option<Unmapped<'a>>,
}

#[derive(Serialize)]
struct Metadata {
    log_name: &'static str,
}

#[derive(Serialize)]
struct Endpoint<'a> {
    ip: IpAddr,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    /// OCSF names the packet's AWS service as the example for this attribute.
    #[serde(skip_serializing_if = "Option::is_none")]
    svc_name: Option<&'a str>,
}

#[derive(Serialize)]
struct ConnectionInfo {
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol_num: Option<u8>,
    direction_id: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    tcp_flags: Option<u8>,
}

#[derive(Default, PartialEq, Serialize)]
struct Traffic {
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    packets: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_in: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    packets_in: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_out: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    packets_out: Option<u64>,
}

impl Traffic {
    fn seen_from(direction: Option<Direction>, flow: &Flow<'_>) -> Self {
        let (bytes, packets) = (flow.bytes, flow.packets);
        match direction {
            Some(Direction::Ingress) => Self { bytes_in: bytes, packets_in: packets, ..Self::default() },
            Some(Direction::Egress) => Self { bytes_out: bytes, packets_out: packets, ..Self::default() },
            None => Self { bytes, packets, ..Self::default() },
        }
    }
}

#[derive(Default, PartialEq, Serialize)]
struct Device<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    interface_uid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance_uid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vpc_uid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subnet_uid: Option<&'a str>,
}

#[derive(PartialEq, Serialize)]
struct Uid<'a> {
    uid: &'a str,
}

#[derive(Default, PartialEq, Serialize)]
struct Cloud<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<Uid<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
}

#[derive(Default, PartialEq, Serialize)]
struct Unmapped<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pkt_srcaddr: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pkt_dstaddr: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    traffic_path: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interface_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    asg_tag: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance_tag: Option<&'a str>,
}

#[cfg(test)]
mod tests;
