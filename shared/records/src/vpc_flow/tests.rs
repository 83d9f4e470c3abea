use std::net::IpAddr;

use proptest::prelude::*;

use super::*;
use crate::flow::{Action, Direction, LossKind};

const V2: &str =
    "2 123456789010 eni-0a 10.0.0.5 203.0.113.9 49152 443 6 10 8400 1700000000 1700000060 ACCEPT OK";

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn read_in(format: &str, line: &str) -> Line<'static> {
    // Leaked, so that a test can look at the answer after the reader is gone.
    let lines = Box::leak(Box::new(Lines::new(Some(format.parse().unwrap()))));
    lines.read(Box::leak(line.to_owned().into_boxed_str()), None)
}

fn read(line: &str) -> Line<'static> {
    let lines = Box::leak(Box::new(Lines::new(None)));
    lines.read(Box::leak(line.to_owned().into_boxed_str()), None)
}

/// What a plain row says, read the short way.
fn plain(line: &str) -> Option<Line<'static>> {
    let lines = Box::leak(Box::new(Lines::new(None)));
    lines.plain(line.as_bytes()).map(|plain| Line::Flow(lines.named(&plain)))
}

fn flow(line: Line<'static>) -> Flow<'static> {
    match line {
        Line::Flow(flow) => flow,
        other => panic!("not a flow: {other:?}"),
    }
}

fn code(line: Line<'static>) -> &'static str {
    match line {
        Line::Reject(reason) => reason.code(),
        other => panic!("not a reject: {other:?}"),
    }
}

#[test]
fn a_default_line_is_read_whole() {
    let expected = Flow {
        src_port: Some(49152),
        dst_port: Some(443),
        protocol: Some(6),
        packets: Some(10),
        bytes: Some(8400),
        action: Some(Action::Accept),
        account: Some("123456789010"),
        interface: Some("eni-0a"),
        ..Flow::between(ip("10.0.0.5"), ip("203.0.113.9"), 1_700_000_000_000, 1_700_000_060_000)
    };
    assert_eq!(flow(read(V2)), expected);
}

#[test]
fn every_prefix_of_a_line_is_refused_and_every_extension_by_a_field_too() {
    for end in 1..V2.len() {
        code(read(&V2[..end]));
    }
    assert_eq!(code(read(&format!("{V2} 1"))), "too-many-fields");
    assert_eq!(code(read(&format!("{V2} "))), "too-many-fields");
}

#[test]
fn one_field_too_few_or_too_many_says_so_even_where_a_displaced_field_is_bad_first() {
    let few = V2.replace(" 203.0.113.9", "");
    assert_eq!(read(&few), Line::Reject(Reason::TooFewFields { expected: 14, found: 13 }));
    let many = V2.replace(" 443 ", " x 443 ");
    assert_eq!(read(&many), Line::Reject(Reason::TooManyFields { expected: 14, found: 15 }));
    let odd = "2 12345678910 eni-0e - - - - - - - 1742570089 1742570142 -";
    assert_eq!(code(read(odd)), "too-few-fields");
}

#[test]
fn a_bad_field_is_named() {
    for (from, to, field) in [
        ("2 1234", "two 1234", "version"),
        ("10.0.0.5", "10.0.0.256", "srcaddr"),
        ("49152", "70000", "srcport"),
        ("443", "-1", "dstport"),
        (" 6 ", " 256 ", "protocol"),
        ("8400", "84e2", "bytes"),
        ("1700000000", "1700000000000", "start"),
        ("1700000060", "9999999999999999999", "end"),
        ("1700000060", "18446744073709551615", "end"),
        ("ACCEPT", "accept", "action"),
        ("OK", "ok", "log-status"),
        (" eni-0a ", "  ", "interface-id"),
    ] {
        match read(&V2.replacen(from, to, 1)) {
            Line::Reject(Reason::BadField { field: found, .. }) => assert_eq!(found, field),
            other => panic!("{field}: {other:?}"),
        }
    }
    let Line::Reject(reason) = read(&V2.replace("49152", "70000")) else { panic!("not refused") };
    assert_eq!(reason.to_string(), "field `srcport` should be a port (0 to 65535)");
}

#[test]
fn no_data_and_lost_data_are_losses_and_no_flows_of_zero_bytes() {
    for (status, kind) in [("NODATA", LossKind::NoData), ("SKIPDATA", LossKind::SkipData)] {
        let line = format!("2 123456789010 eni-0a - - - - - - - 1431280876 1431280934 - {status}");
        let expected = Loss {
            kind,
            start: 1_431_280_876_000,
            end: 1_431_280_934_000,
            account: Some("123456789010"),
            interface: Some("eni-0a"),
        };
        assert_eq!(read(&line), Line::Loss(expected));
    }
    let ok = "2 123456789010 eni-0a - - - - - - - 1431280876 1431280934 - OK";
    assert_eq!(code(read(ok)), "missing-field");
}

#[test]
fn a_row_with_data_is_a_flow_whatever_its_status_says() {
    for status in ["NODATA", "SKIPDATA", "-"] {
        assert_eq!(flow(read(&V2.replace("OK", status))).bytes, Some(8400));
    }
}

#[test]
fn a_start_far_before_the_end_shrinks_to_the_end_and_an_end_before_the_start_is_refused() {
    let day = flow(read(&V2.replace("1700000000", "1699913660")));
    assert_eq!(day.end - day.start, 86_400_000, "24 hours are believed");
    let typo = flow(read(&V2.replace("1700000000", "164000066")));
    assert_eq!((typo.start, typo.end), (1_700_000_060_000, 1_700_000_060_000));
    assert_eq!(code(read(&V2.replace("1700000000", "1700000061"))), "bad-interval");
}

#[test]
fn fewer_bytes_than_packets_are_kept_and_marked() {
    let swapped = flow(read(&V2.replace(" 10 8400 ", " 52 1 ")));
    assert_eq!((swapped.packets, swapped.bytes), (Some(52), Some(1)));
    assert!(swapped.is_suspect());
    assert!(!flow(read(V2)).is_suspect());
}

#[test]
fn accounts_are_text_with_their_zeros_and_may_be_unknown() {
    assert_eq!(flow(read(&V2.replace("123456789010", "000000000000"))).account, Some("000000000000"));
    assert_eq!(flow(read(&V2.replace("123456789010", "unknown"))).account, Some("unknown"));
}

#[test]
fn ipv6_is_read_in_every_column_and_beside_ipv4() {
    let line = V2.replace("10.0.0.5", "2a02:cf40::").replace("203.0.113.9", "::ffff:1.2.3.4");
    let flow = flow(read(&line));
    assert_eq!((flow.src, flow.dst), (ip("2a02:cf40::"), ip("::ffff:1.2.3.4")));
}

#[test]
fn any_order_is_read_and_absent_columns_stay_absent() {
    let format = "dstaddr bytes end srcaddr start flow-direction traffic-path type moon-phase";
    let flow = flow(read_in(format, "10.0.0.2 7 1700000060 10.0.0.1 1700000000 egress 8 EFA new"));
    let expected = Flow {
        bytes: Some(7),
        direction: Some(Direction::Egress),
        traffic_path: Some(8),
        ..Flow::between(ip("10.0.0.1"), ip("10.0.0.2"), 1_700_000_000_000, 1_700_000_060_000)
    };
    assert_eq!(flow, expected);
}

#[test]
fn packet_addresses_stand_in_for_a_format_that_has_no_others() {
    let flow = flow(read_in("pkt-srcaddr pkt-dstaddr end", "10.0.0.1 10.0.0.2 1700000060"));
    assert_eq!((flow.src, flow.pkt_dst), (ip("10.0.0.1"), Some(ip("10.0.0.2"))));
    assert_eq!((flow.start, flow.end), (1_700_000_060_000, 1_700_000_060_000));
}

#[test]
fn a_format_without_times_uses_the_time_of_the_log_event_and_is_refused_without_one() {
    let mut lines = Lines::new(Some("srcaddr dstaddr".parse().unwrap()));
    let Line::Flow(flow) = lines.read("10.0.0.1 10.0.0.2", Some(1_700_000_000_123)) else {
        panic!("no flow")
    };
    assert_eq!(flow.end, 1_700_000_000_123);
    assert_eq!(lines.read("10.0.0.1 10.0.0.2", None), Line::Reject(Reason::MissingField { field: "start" }));
}

#[test]
fn a_transit_gateway_log_without_a_header_is_known_by_its_resource_type() {
    let line = "6 TransitGatewayAttachment 123456789012 tgw-0a tgw-attach-0b 123456789012 123456789012 vpc-0a \
                vpc-0b subnet-0a subnet-0b eni-0a eni-0b use1-az1 use1-az2 - 10.0.1.50 52.218.196.0 54321 443 6 \
                150 12500 1699315200 1699315260 OK IPv4 0 0 0 0 2 us-east-1 egress - S3";
    let flow = flow(read(line));
    assert!(flow.is_transit_gateway());
    assert_eq!((flow.interface, flow.dst_service), (Some("tgw-attach-0b"), Some("S3")));
    assert_eq!((flow.bytes, flow.direction), (Some(12500), Some(Direction::Egress)));
}

#[test]
fn a_header_changes_the_order_from_there_on() {
    let mut lines = Lines::new(None);
    assert_eq!(lines.read("dstaddr srcaddr end", None), Line::Header);
    let Line::Flow(flow) = lines.read("10.0.0.2 10.0.0.1 1700000060", None) else { panic!("no flow") };
    assert_eq!(flow.src, ip("10.0.0.1"));
}

#[test]
fn objects_are_read_with_numbers_as_numbers_or_text_and_with_null_as_absent() {
    let json = r#"{"version":2,"account_id":"1234","interfaceId":"eni-0a","srcAddr":"10.0.0.5","dstaddr":"203.0.113.9",
        "srcport":"49152","dstport":443,"protocol":6,"packets":null,"bytes":"-","start":1700000000,"end":"1700000060",
        "action":"ACCEPT","log-status":"OK","extra":{"deep":[1]}}"#;
    let expected = Flow { packets: None, bytes: None, account: Some("1234"), ..flow(read(V2)) };
    assert_eq!(flow(read(json)), expected);
    assert_eq!(code(read(&json.replace("443", "443.5"))), "bad-field");
    assert_eq!(code(read(r#"{"eventName":"RunInstances"}"#)), "unknown-record");
    assert_eq!(code(read("{")), "bad-json");
}

#[test]
fn a_row_wrapped_as_a_message_is_the_row() {
    let json = format!(r#"{{"message":"{V2}"}}"#);
    assert_eq!(read(&json), read(V2));
    let escaped = json.replace("eni-0a", "eni\\u002d0a");
    assert_eq!(read(&escaped), read(V2));
}

#[test]
fn a_row_as_aws_writes_it_is_plain() {
    let line = V2.replace("eni-0a", "eni-0123456789abcdef0");
    assert_eq!(plain(&line).as_ref(), Some(&super::row::read(&Format::default(), &line, None)));
    for (from, to) in
        [(" 6 ", " - "), ("2 1", "3 1"), ("1700000060", "1699999999"), (" OK", " OK "), ("OK", "-")]
    {
        let other = line.replacen(from, to, 1);
        assert_eq!(plain(&other), None, "{other}");
    }
}

#[test]
fn what_only_ends_as_a_row_is_none_whatever_was_read_before() {
    let row = V2.replace("eni-0a", "eni-0123456789abcdef0");
    let mut lines = Lines::new(None);
    assert!(lines.plain(row.as_bytes()).is_some());
    for head in [[0; 37], [b' '; 37], [b'2'; 37]] {
        let line = [&head[..], &row.as_bytes()[37..]].concat();
        assert!(lines.plain(&line).is_none(), "{head:?}");
    }
}

proptest! {
    #[test]
    fn a_plain_row_is_read_as_the_general_way_reads_it(
        index in 0..V2.len(),
        with in "[0-9 .:a-zé-]{0,3}",
        numbers: [u64; 4],
    ) {
        let [a, b, c, d] = numbers;
        let drawn = format!(
            "2 123456789010 eni-0123456789abcdef0 10.0.0.{} 203.0.{}.9 {} 443 6 {a} {b} {} {} REJECT OK",
            a % 300, b % 300, c % 70_000, 1_700_000_000 + c % 100, 1_700_000_050 + d % 90_000,
        );
        for line in [V2.replace("eni-0a", "eni-0123456789abcdef0"), drawn] {
            for line in [format!("{}{with}{}", &line[..index], &line[index + 1..]), line] {
                if let Some(flow) = plain(&line) {
                    prop_assert_eq!(super::row::read(&Format::default(), &line, None), flow);
                }
            }
        }
    }

    #[test]
    fn no_line_makes_the_reader_panic(line in "\\PC{0,120}", index in 0usize..200, byte in any::<char>()) {
        let mut lines = Lines::new(None);
        lines.read(&line, Some(0));
        let mut near: Vec<char> = V2.chars().collect();
        let index = index % near.len();
        near[index] = byte;
        lines.read(&near.into_iter().collect::<String>(), None);
    }
}

#[test]
fn no_record_counts_more_than_a_network_carries() {
    let most = 1u64 << 48;
    for (from, to) in [(" 8400 ", "bytes"), (" 10 ", "packets")] {
        let row = |count: u64| V2.replace(from, &format!(" {count} "));
        assert!(matches!(read(&row(most)), Line::Flow(_)), "{to}");
        for count in [most + 1, u64::MAX] {
            assert_eq!(code(read(&row(count))), "bad-field", "{to} {count}");
        }
    }
}
