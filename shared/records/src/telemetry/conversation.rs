//! Two ends that exchanged packets, seen from one of them or from between.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{Process, Telemetry};
use crate::flow::{Action, Direction, Flow};

/// Of what lasted longer the bytes are of its last week, milliseconds: a sensor's clock that jumped is no reason to share
/// them among all the buckets of a century.
const LONGEST: i64 = 7 * 24 * 60 * 60 * 1_000;

/// One end of a conversation.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct End {
    /// Address; absent where the log tells the remote end only.
    pub ip: Option<IpAddr>,
    /// Port, where the protocol has ports.
    pub port: Option<u16>,
}

/// What one end sent.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Half {
    /// Bytes on the wire where the log tells them, else of payload.
    pub bytes: Option<u64>,
    /// Packets.
    pub packets: Option<u64>,
}

/// How a conversation lies to what is monitored.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub enum Way {
    /// The destination is the monitored side.
    Inbound,
    /// The source is the monitored side.
    Outbound,
    /// Both ends are monitored.
    Lateral,
    /// Nobody says.
    #[default]
    Unknown,
}

/// Two ends that exchanged packets. The source is who opened it, as far as the log knows.
///
/// # Units
///
/// [`start`](Self::start) and [`end`](Self::end) are milliseconds since the epoch, both included.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Conversation {
    /// First packet.
    pub start: i64,
    /// Last packet.
    pub end: i64,
    /// Who opened it.
    pub src: End,
    /// Whom.
    pub dst: End,
    /// IANA protocol number.
    pub protocol: Option<u8>,
    /// What the source sent.
    pub sent: Half,
    /// What the destination sent.
    pub received: Half,
    /// How it lies to what is monitored.
    pub way: Way,
    /// Bitwise OR of the TCP flags seen.
    pub tcp_flags: Option<u8>,
    /// Whether the network let it pass.
    pub action: Option<Action>,
    /// The counts are totals so far of a conversation that goes on: the last one holds, they do not add up.
    pub running: bool,
    /// The process at the monitored end.
    pub process: Option<Process>,
}

impl Conversation {
    /// The way that the addresses tell: private networks are monitored, others are outside.
    pub fn way_of(src: Option<IpAddr>, dst: Option<IpAddr>) -> Way {
        match (src.map(is_inside), dst.map(is_inside)) {
            (Some(true), Some(true)) => Way::Lateral,
            (Some(true), Some(false)) => Way::Outbound,
            (Some(false), Some(true)) => Way::Inbound,
            _ => Way::Unknown,
        }
    }

    /// Bytes and packets out of and into the monitored side; `None` where no side is known to be it.
    pub const fn out_and_in(&self) -> Option<(Half, Half)> {
        match self.way {
            Way::Outbound | Way::Lateral => Some((self.sent, self.received)),
            Way::Inbound => Some((self.received, self.sent)),
            Way::Unknown => None,
        }
    }

    /// Whether it has bytes that can be summed.
    pub const fn is_summable(&self) -> bool {
        !self.running && (self.sent.bytes.is_some() || self.received.bytes.is_some())
    }
}

impl Telemetry {
    /// The two directions of a conversation as flow log rows, under the name of the entity that has them.
    ///
    /// Empty for what has no bytes, no two addresses, no monitored side, or totals that do not add up.
    pub fn flows<'a>(&'a self, entity: &'a str) -> impl Iterator<Item = Flow<'a>> {
        let super::Fact::Conversation(conversation) = &self.fact else {
            return [None, None].into_iter().flatten();
        };
        let direction = match conversation.way {
            Way::Outbound | Way::Lateral => Direction::Egress,
            Way::Inbound => Direction::Ingress,
            Way::Unknown => return [None, None].into_iter().flatten(),
        };
        let (Some(src), Some(dst), true) =
            (conversation.src.ip, conversation.dst.ip, conversation.is_summable())
        else {
            return [None, None].into_iter().flatten();
        };
        let there = Flow {
            src_port: conversation.src.port,
            dst_port: conversation.dst.port,
            protocol: conversation.protocol,
            action: conversation.action.or(Some(Action::Accept)),
            direction: Some(direction),
            bytes: conversation.sent.bytes,
            packets: conversation.sent.packets,
            interface: Some(entity),
            instance: self.device.instance_uid.as_deref(),
            container: self.container.as_ref().and_then(|container| container.uid.as_deref()),
            ..Flow::between(
                src,
                dst,
                conversation.start.max(conversation.end.saturating_sub(LONGEST)),
                conversation.end,
            )
        };
        let back = Flow {
            src: dst,
            dst: src,
            src_port: there.dst_port,
            dst_port: there.src_port,
            bytes: conversation.received.bytes,
            packets: conversation.received.packets,
            direction: Some(match direction {
                Direction::Egress => Direction::Ingress,
                Direction::Ingress => Direction::Egress,
            }),
            ..there
        };
        let some = |flow: Flow<'a>| flow.bytes.is_some().then_some(flow);
        [some(there), some(back)].into_iter().flatten()
    }

    /// The entity that the bytes of a conversation belong to: interface or instance where AWS named one, else the
    /// host that logged its own traffic, else the address of the monitored end.
    pub fn entity(&self) -> Option<String> {
        let super::Fact::Conversation(conversation) = &self.fact else { return None };
        let device = &self.device;
        if let Some(uid) = device.interface_uid.as_ref().or(device.instance_uid.as_ref()) {
            return Some(uid.clone());
        }
        let local = match conversation.way {
            Way::Outbound | Way::Lateral => conversation.src.ip,
            Way::Inbound => conversation.dst.ip,
            Way::Unknown => None,
        };
        local.map(|address| address.to_string())
    }
}

/// Private, shared, link and loopback addresses: those of one's own networks, unless somebody says otherwise.
fn is_inside(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_private() || v4.is_loopback() || v4.is_link_local() || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}
