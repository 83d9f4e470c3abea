//! From a measured flow to the text of VPC Flow Logs, at the point of view of one interface.

use std::io::Write;
use std::net::IpAddr;

use super::account::{Host, Kind};
use super::internet::aws_service;
use super::wire::{Side, Tally, Tuple};

/// Which fields a flow log was configured with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layout {
    /// The default 14 fields of version 2.
    V2,
    /// The recommended custom format, version 5.
    V5,
}

/// The header line that S3 delivery writes first.
pub fn header(layout: Layout) -> &'static str {
    match layout {
        Layout::V2 => {
            "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n"
        }
        Layout::V5 => concat!(
            "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status ",
            "vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id flow-direction traffic-path ",
            "pkt-src-aws-service pkt-dst-aws-service\n"
        ),
    }
}

/// Writes the rows of one flow: one per direction, twice as many on an interface that forwards.
pub fn flow(out: &mut Vec<u8>, layout: Layout, host: &Host, tuple: &Tuple, tally: &Tally) {
    let own = host.own(tuple.remote);
    let outer = Ends {
        own,
        own_port: tuple.local_port,
        far: tuple.remote,
        far_port: tuple.remote_port,
        pkt_own: own,
        pkt_far: tuple.remote,
    };
    pair(out, layout, host, &outer, tuple.proto, tally);
    if let Some(inside) = tuple.inside {
        // Towards the instance the gateway's own address stands in for the remote one, which only pkt-* shows.
        let (inside, flipped) =
            (IpAddr::V4(inside), Tally { egress: tally.ingress, ingress: tally.egress, ..*tally });
        let inner = Ends {
            own,
            own_port: tuple.remote_port,
            far: inside,
            far_port: tuple.local_port,
            pkt_own: tuple.remote,
            pkt_far: inside,
        };
        pair(out, layout, host, &inner, tuple.proto, &flipped);
    }
}

/// Writes the row of an interval in which the interface saw nothing.
pub fn no_data(out: &mut Vec<u8>, layout: Layout, host: &Host, start: i64, end: i64) {
    let version = if layout == Layout::V2 { 2 } else { 5 };
    put(
        out,
        format_args!("{version} {} {} - - - - - - - {start} {end} - NODATA", host.account, host.interface),
    );
    if layout == Layout::V5 {
        put(
            out,
            format_args!(
                " {} {} {} - - - - {} {} - - - -",
                host.vpc, host.subnet, host.instance, host.region, host.zone
            ),
        );
    }
    out.push(b'\n');
}

struct Ends {
    own: IpAddr,
    own_port: u16,
    far: IpAddr,
    far_port: u16,
    pkt_own: IpAddr,
    pkt_far: IpAddr,
}

fn pair(out: &mut Vec<u8>, layout: Layout, host: &Host, ends: &Ends, proto: u8, tally: &Tally) {
    for (side, egress) in [(tally.egress, true), (tally.ingress, false)] {
        if side.packets > 0 {
            row(out, layout, host, ends, proto, tally, side, egress);
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "the one place where a row's fields meet")]
fn row(
    out: &mut Vec<u8>,
    layout: Layout,
    host: &Host,
    e: &Ends,
    proto: u8,
    tally: &Tally,
    side: Side,
    egress: bool,
) {
    let (src, sport, dst, dport) =
        if egress { (e.own, e.own_port, e.far, e.far_port) } else { (e.far, e.far_port, e.own, e.own_port) };
    let version = if layout == Layout::V2 { 2 } else { 5 };
    let action = if tally.rejected { "REJECT" } else { "ACCEPT" };
    let (packets, bytes, start, end) = (side.packets, side.bytes, tally.start, tally.end);
    put(
        out,
        format_args!(
            "{version} {} {} {src} {dst} {sport} {dport} {proto} {packets} {bytes} {start} {end} {action} OK",
            host.account, host.interface
        ),
    );
    if layout == Layout::V5 {
        let family = if src.is_ipv6() { "IPv6" } else { "IPv4" };
        let (pkt_src, pkt_dst) = if egress { (e.pkt_own, e.pkt_far) } else { (e.pkt_far, e.pkt_own) };
        let direction = if egress { "egress" } else { "ingress" };
        put(
            out,
            format_args!(
                " {} {} {} {} {family} {pkt_src} {pkt_dst} {} {} {direction} {} {} {}",
                host.vpc,
                host.subnet,
                host.instance,
                side.flags,
                host.region,
                host.zone,
                if egress { path(host, e) } else { "-" },
                aws_service(pkt_src),
                aws_service(pkt_dst)
            ),
        );
    }
    out.push(b'\n');
}

/// `traffic-path` of an egress row.
fn path(host: &Host, e: &Ends) -> &'static str {
    let through_nat = host.nat.is_some() && host.kind == Kind::Instance && e.far.is_ipv4();
    match (e.far, host.nitro) {
        (IpAddr::V4(v4), _) if v4.is_private() => "1",
        (far, true) if aws_service(far) == "S3" => "7",
        _ if through_nat => "1",
        (_, true) => "8",
        (_, false) => "2",
    }
}

fn put(out: &mut Vec<u8>, args: std::fmt::Arguments<'_>) {
    // Writing to a Vec cannot fail.
    let _ = out.write_fmt(args);
}
