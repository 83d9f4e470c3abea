//! From payload to packets: what an interface's flow log would have measured.
//!
//! # Units
//! Payload is application bytes; `bytes` in a row are payload plus headers, as VPC Flow Logs count them.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use super::dice::Dice;

/// Payload of a full TCP segment (Ethernet, timestamps on).
pub const MSS: u64 = 1448;
/// Flag bits that flow logs report.
pub const FIN: u8 = 1;
/// SYN of the side that dials.
pub const SYN: u8 = 2;
/// RST of either side.
pub const RST: u8 = 4;
/// SYN-ACK of the side that serves.
pub const SYN_ACK: u8 = 18;

/// What became of a packet that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// Answered: a conversation.
    Answered,
    /// Nothing came back.
    Silent,
    /// A reset came back.
    Reset,
    /// A security group refused it: one REJECT row, nothing else.
    Rejected,
}

/// The traffic of one connection within about a minute, in payload bytes.
#[derive(Debug, Clone, Copy)]
pub struct Talk {
    /// Who is at the other end.
    pub remote: IpAddr,
    /// IANA protocol number: 6 or 17.
    pub proto: u8,
    /// Port at our end.
    pub local_port: u16,
    /// Port at the other end.
    pub remote_port: u16,
    /// We dialled (else the remote did).
    pub dialled: bool,
    /// Payload that we sent.
    pub sent: u64,
    /// Payload that we received.
    pub received: u64,
    /// The handshake is in it.
    pub opens: bool,
    /// The end is in it.
    pub closes: bool,
    /// Second within the minute at which it begins.
    pub at: i64,
    /// Seconds that it lasts; what reaches past the minute is carried over.
    pub lasts: i64,
    /// How it was answered.
    pub reply: Reply,
    /// UDP payload per datagram, or bytes per unanswered packet.
    pub size: u64,
    /// Bare packets each way beside the data: keepalives, or the packets of an unanswered flood.
    pub bare: u64,
    /// Set on a NAT gateway: the instance on whose behalf it forwards.
    pub inside: Option<Ipv4Addr>,
}

/// What one flow row will say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tuple {
    /// Other end.
    pub remote: IpAddr,
    /// Protocol.
    pub proto: u8,
    /// Our port.
    pub local_port: u16,
    /// Their port.
    pub remote_port: u16,
    /// Instance behind a NAT gateway.
    pub inside: Option<Ipv4Addr>,
}

/// One direction of a flow in one interval.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Side {
    /// Packets.
    pub packets: u64,
    /// Bytes with headers.
    pub bytes: u64,
    /// Flags seen, OR over the interval.
    pub flags: u8,
}

/// Both directions of a flow in one interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Leaving the interface.
    pub egress: Side,
    /// Entering it.
    pub ingress: Side,
    /// First packet, seconds since the epoch.
    pub start: i64,
    /// Last packet, seconds since the epoch.
    pub end: i64,
    /// Refused by a security group.
    pub rejected: bool,
}

/// The meter of one interface: open flows of the current interval.
#[derive(Debug, Default)]
pub struct Wire {
    flows: BTreeMap<Tuple, Tally>,
    carried: Vec<Talk>,
}

impl Wire {
    /// Counts a talk in the minute that begins at `now`; what lasts past it is kept for the next minute.
    pub fn post(&mut self, now: i64, mut talk: Talk, dice: &mut Dice) {
        let over = talk.at + talk.lasts - 59;
        if over > 0 && talk.at < 59 && talk.reply == Reply::Answered {
            let mut rest = talk;
            let keep = |all: u64| all * (59 - talk.at) as u64 / talk.lasts.max(1) as u64;
            (rest.sent, rest.received) = (talk.sent - keep(talk.sent), talk.received - keep(talk.received));
            (rest.opens, rest.at, rest.lasts) = (false, 0, over);
            (talk.sent, talk.received) = (keep(talk.sent), keep(talk.received));
            (talk.closes, talk.lasts) = (false, 59 - talk.at);
            self.carried.push(rest);
        }
        self.count(now, talk, dice);
    }

    /// Counts what was carried over from the minute before; once a minute, before anything else.
    pub fn carry(&mut self, now: i64, dice: &mut Dice) {
        for talk in std::mem::take(&mut self.carried) {
            self.post(now, talk, dice);
        }
    }

    /// Ends the interval: its flows in order of their first packet.
    pub fn drain(&mut self) -> Vec<(Tuple, Tally)> {
        let mut flows: Vec<_> = std::mem::take(&mut self.flows).into_iter().collect();
        flows.sort_by_key(|(_, tally)| tally.start);
        flows
    }

    fn count(&mut self, now: i64, talk: Talk, dice: &mut Dice) {
        let (mut out, mut back) = if talk.proto == 6 { tcp(&talk, dice) } else { udp(&talk) };
        match talk.reply {
            Reply::Answered => {}
            // An unanswered packet leaves only the row of who sent it; a reset adds one bare packet back.
            Reply::Silent | Reply::Rejected if talk.dialled => back = Side::default(),
            Reply::Silent | Reply::Rejected => out = Side::default(),
            Reply::Reset => {
                let reset = Side { packets: out.packets.max(back.packets), bytes: 0, flags: RST };
                let reset = Side { bytes: reset.packets * (header(&talk) - 12), ..reset };
                if talk.dialled { back = reset } else { out = reset }
            }
        }
        let key = Tuple {
            remote: talk.remote,
            proto: talk.proto,
            local_port: talk.local_port,
            remote_port: talk.remote_port,
            inside: talk.inside,
        };
        let (start, end) = (now + talk.at, now + (talk.at + talk.lasts).min(59));
        let tally = self.flows.entry(key).or_insert(Tally {
            egress: Side::default(),
            ingress: Side::default(),
            start,
            end,
            rejected: talk.reply == Reply::Rejected,
        });
        tally.egress.add(out);
        tally.ingress.add(back);
        (tally.start, tally.end) = (tally.start.min(start), tally.end.max(end));
    }
}

impl Side {
    fn add(&mut self, more: Self) {
        self.packets += more.packets;
        self.bytes += more.bytes;
        self.flags |= more.flags;
    }
}

/// Header bytes per packet: IP with TCP and timestamps, or IP with UDP.
fn header(talk: &Talk) -> u64 {
    let ip = if talk.remote.is_ipv6() { 40 } else { 20 };
    ip + if talk.proto == 6 { 32 } else { 8 }
}

fn tcp(talk: &Talk, dice: &mut Dice) -> (Side, Side) {
    let head = header(talk);
    if talk.reply != Reply::Answered {
        let side =
            Side { packets: talk.bare.max(1), bytes: talk.bare.max(1) * talk.size.max(40), flags: SYN };
        return (side, side);
    }
    let (data_out, data_in) = (talk.sent.div_ceil(MSS), talk.received.div_ceil(MSS));
    let mut out = Side { packets: data_out + data_in.div_ceil(2) + talk.bare, ..Side::default() };
    let mut back = Side { packets: data_in + data_out.div_ceil(2) + talk.bare, ..Side::default() };
    let mut options = (0, 0);
    if talk.opens {
        // SYN and ACK of the dialler, SYN-ACK of the server; both SYNs carry 8 bytes of options more.
        let (dialler, server) = if talk.dialled { (&mut out, &mut back) } else { (&mut back, &mut out) };
        dialler.packets += 2;
        dialler.flags |= SYN;
        server.packets += 1;
        server.flags |= SYN_ACK;
        options = (8, 8);
    }
    if talk.closes {
        out.packets += 1;
        back.packets += 1;
        match dice.below(25) {
            0 => out.flags |= RST,
            1 => back.flags |= RST,
            _ => {
                out.flags |= FIN;
                back.flags |= FIN;
            }
        }
    }
    out.bytes = talk.sent + head * out.packets + options.0;
    back.bytes = talk.received + head * back.packets + options.1;
    (out, back)
}

fn udp(talk: &Talk) -> (Side, Side) {
    let (head, size) = (header(talk), talk.size.max(1));
    let side = |payload: u64| {
        let packets = payload.div_ceil(size) + talk.bare;
        Side { packets, bytes: payload + head * packets, flags: 0 }
    };
    (side(talk.sent), side(talk.received))
}

#[cfg(test)]
mod tests;
