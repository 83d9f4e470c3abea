use super::*;

fn talk(sent: u64, received: u64) -> Talk {
    Talk {
        remote: IpAddr::V4(Ipv4Addr::new(81, 2, 3, 4)),
        proto: 6,
        local_port: 40_000,
        remote_port: 443,
        dialled: true,
        sent,
        received,
        opens: true,
        closes: true,
        at: 3,
        lasts: 4,
        reply: Reply::Answered,
        size: 1200,
        bare: 0,
        inside: None,
    }
}

fn measured(talks: &[(i64, Talk)]) -> Vec<(Tuple, Tally)> {
    let (mut wire, mut dice) = (Wire::default(), Dice::new(5, &[]));
    for (now, talk) in talks {
        wire.carry(*now, &mut dice);
        wire.post(*now, *talk, &mut dice);
    }
    wire.drain()
}

#[test]
fn payload_is_bytes_minus_headers_times_packets_within_syn_options() {
    for (sent, received) in [(0, 0), (1, 1), (5_000_000, 700), (700, 5_000_000), (1448, 2896)] {
        let (_, tally) = measured(&[(0, talk(sent, received))])[0];
        assert_eq!(tally.egress.bytes - 52 * tally.egress.packets, sent + 8);
        assert_eq!(tally.ingress.bytes - 52 * tally.ingress.packets, received + 8);
    }
}

#[test]
fn a_bulk_upload_is_acknowledged_by_about_one_packet_for_two() {
    let (_, tally) = measured(&[(0, talk(1_448_000, 0))])[0];
    assert_eq!((tally.egress.packets, tally.ingress.packets), (1003, 502));
}

#[test]
fn flags_show_the_dialler_the_server_and_nothing_in_between() {
    let (_, whole) = measured(&[(0, talk(500, 500))])[0];
    assert_eq!((whole.egress.flags & 18, whole.ingress.flags & 18), (SYN, SYN_ACK));
    let (_, served) = measured(&[(0, Talk { dialled: false, ..talk(500, 500) })])[0];
    assert_eq!((served.egress.flags & 18, served.ingress.flags & 18), (SYN_ACK, SYN));
    let (_, middle) = measured(&[(0, Talk { opens: false, closes: false, ..talk(500, 500) })])[0];
    assert_eq!((middle.egress.flags, middle.ingress.flags), (0, 0));
}

#[test]
fn a_probe_without_answer_leaves_one_row_of_syn_sized_packets() {
    let (_, silent) = measured(&[(0, Talk { reply: Reply::Silent, size: 44, bare: 3, ..talk(0, 0) })])[0];
    assert_eq!(silent.egress, Side { packets: 3, bytes: 132, flags: SYN });
    assert_eq!(silent.ingress.packets, 0);
    let (_, reset) = measured(&[(0, Talk { reply: Reply::Reset, size: 44, bare: 1, ..talk(0, 0) })])[0];
    assert_eq!(reset.ingress, Side { packets: 1, bytes: 40, flags: RST });
}

#[test]
fn what_lasts_past_the_minute_is_carried_over_without_loss() {
    let long = Talk { at: 50, lasts: 40, ..talk(1_000_000, 3_000) };
    let (mut wire, mut dice) = (Wire::default(), Dice::new(5, &[]));
    wire.post(0, long, &mut dice);
    let first = wire.drain()[0].1;
    wire.carry(60, &mut dice);
    let second = wire.drain()[0].1;
    assert_eq!((first.egress.flags, second.egress.flags & 2), (SYN, 0));
    assert!(first.end < 60 && second.start == 60);
    let payload = |side: Side| side.bytes - 52 * side.packets;
    assert_eq!(payload(first.egress) + payload(second.egress), 1_000_008);
}
