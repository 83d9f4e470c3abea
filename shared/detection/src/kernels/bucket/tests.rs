use std::net::Ipv4Addr;

use super::*;
use crate::observation::{RowKey, RowSums};

#[test]
fn a_broker_that_answers_as_much_as_it_gets_is_neither_gateway_nor_origin() {
    let summary =
        summarise(&[row(1, 9_000, 8_000, 60), row(2, 250_000, 220_000, 40), row(3, 900, 50_000, 9)]);

    assert!(summary.pushes.is_empty());
    assert!(summary.exchange.out > 200_000, "{summary:?}");
    assert!(summary.pull.out < 10_000, "a small exchange may be an origin's: {summary:?}");
}

#[test]
fn the_largest_origin_is_told_apart_from_the_rest_of_the_pull() {
    let summary = summarise(&[row(1, 900, 50_000, 9), row(2, 900, 700_000, 9)]);

    assert!(summary.largest > 650_000 && summary.largest < summary.pull.into, "{summary:?}");
}

#[test]
fn an_origin_that_is_asked_much_for_what_it_gives_is_told_apart() {
    let chatty = |out, into| summarise(&[row(1, out, into, 10)]).chatty.out > 0;

    assert!(chatty(30_000, 190_000));
    assert!(!chatty(30_000, 230_000), "seven times as much");
    assert!(!chatty(15_000, 60_000), "too small to matter");
}

#[test]
fn a_peer_is_given_much_and_asks_little_and_a_probe_is_none() {
    let peer = |out, into| {
        let mut row = row(1, out, into, 2);
        row.sums.unprivileged = true;
        summarise(&[row]).peers.len()
    };

    assert_eq!(peer(300_000, 400), 1);
    assert_eq!(peer(300_000, 250), 0, "headers only");
    assert_eq!(peer(1_500, 1_500), 0);
}

#[test]
fn a_peer_was_sought_if_it_was_dialled_over_tcp_or_did_not_answer() {
    let sought = |side, protocol, into, packets_in| {
        let mut row = row(1, 30_000, into, 2);
        row.key = RowKey { side, protocol, ..row.key };
        row.sums.unprivileged = true;
        row.sums.packets_in = packets_in;
        summarise(&[row]).sought
    };

    assert_eq!(sought(Side::Dialled, TCP, 4_000, 2), 1);
    assert_eq!(sought(Side::Served, TCP, 4_000, 2), 0);
    assert_eq!(sought(Side::Dialled, UDP, 4_000, 2), 0, "who came to whom is a guess");
    assert_eq!(sought(Side::Dialled, UDP, 0, 0), 1);
}

/// A dialled remote over TCP with these wire bytes, and as many packets each way.
fn row(host: u8, out: u64, into: u64, packets: u64) -> Row {
    let remote = IpAddr::V4(Ipv4Addr::new(203, 0, 113, host));
    Row {
        bucket: 0,
        key: RowKey { remote, port: 443, side: Side::Dialled, protocol: TCP },
        sums: RowSums {
            bytes_out: out,
            bytes_in: into,
            packets_out: packets,
            packets_in: packets,
            ..RowSums::default()
        },
    }
}
