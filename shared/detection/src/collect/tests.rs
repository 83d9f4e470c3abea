use proptest::prelude::*;
use weir_intel::Intel;
use weir_records::{Action, Chunk, Direction, Entry, Flow, ReadOptions, RecordReader};

use super::Collector;
use crate::observation::{BUCKET, Side};
use crate::settings::Settings;
use crate::state::EntityState;
use crate::step::admit;

const START: i64 = 1_700_000_100_000;

#[test]
fn a_record_over_two_buckets_is_shared_and_nothing_is_lost() {
    let (settings, intel) = (Settings::default(), Intel::default());
    let mut collector = Collector::new(&settings, &intel);
    let edge = (START / BUCKET + 1) * BUCKET;
    collector.push(&flow(edge - 20_000, edge + 39_000, 1_000_001));

    let taken = collector.take(None);

    let shares: Vec<u64> = taken.iter().map(|bucket| bucket[0].rows[0].sums.bytes_out).collect();
    assert_eq!(shares, [333_333, 666_668]);
}

#[test]
fn order_and_repeats_change_nothing() {
    let (settings, intel) = (Settings::default(), Intel::default());
    let flows: Vec<_> =
        (0..50).map(|i| flow(START + i * 20_000, START + i * 20_000 + 59_000, 1_000 + i as u64)).collect();
    let mut forward = Collector::new(&settings, &intel);
    let mut backward = Collector::new(&settings, &intel);
    flows.iter().for_each(|flow| forward.push(flow));
    flows.iter().rev().chain(&flows).for_each(|flow| backward.push(flow));

    assert_eq!(backward.counts().duplicates, 50);
    let rows = |collector: &mut Collector<'_>| -> Vec<_> {
        collector.take(None).into_iter().flatten().flat_map(|entity| entity.rows).collect()
    };
    assert_eq!(rows(&mut forward), rows(&mut backward));
}

#[test]
fn records_that_come_again_in_batches_cut_anew_count_once_and_as_if_they_came_in_one() {
    let (settings, intel) = (Settings::default(), Intel::default());
    // Two in each minute; every third covers two buckets.
    let flows: Vec<_> = (0..60)
        .map(|n| flow(START + n * 30_000, START + n * 30_000 + 20_000 + n % 3 * 90_000, 1_000 + n as u64))
        .collect();
    let state = |batches: &[&[Flow<'_>]], once: bool| {
        let mut state = EntityState::default();
        let mut known = 0;
        for batch in batches {
            let mut collector = Collector::new(&settings, &intel);
            // What is not of the sensor comes first, so that its entity has another number in each batch.
            collector.push(&Flow { interface: Some("eni-2"), instance: Some("i-2"), ..batch[0] });
            let push = if once { Collector::push_once } else { Collector::push };
            batch.iter().chain(batch.first()).for_each(|flow| push(&mut collector, flow));
            let observed = collector.take_batch();
            let own = observed.iter().find(|it| it.key.id == "i-1").unwrap();
            known += admit(&mut state, own).known;
        }
        state.open.trim();
        (state, known)
    };
    let (whole, _) = state(&[&flows], false);
    let recut: [&[Flow<'_>]; 4] = [&flows[..20], &flows[..45], &flows[10..50], &flows[40..]];

    assert_eq!(bytes(&whole), flows.iter().filter_map(|flow| flow.bytes).sum::<u64>());
    let (once, known) = state(&recut, true);
    assert_eq!((bytes(&once), known), (bytes(&whole), 20 + 35 + 10));
    let sums = |state: &EntityState| -> Vec<_> {
        state.open.iter().map(|(start, bucket)| (start, bucket.rows.clone(), bucket.beside)).collect()
    };
    assert_eq!(sums(&once), sums(&whole));
    assert_eq!(state(&[&flows[40..], &flows[..20], &flows[..45], &flows[10..50]], true).0, once);
    assert!(bytes(&state(&recut, false).0) > bytes(&whole), "without prints they count twice");
}

fn bytes(state: &EntityState) -> u64 {
    state.open.iter().flat_map(|(_, bucket)| &bucket.rows).map(|row| row.sums.bytes_out).sum()
}

#[test]
fn a_late_record_is_counted_as_late() {
    let (settings, intel) = (Settings::default(), Intel::default());
    let mut collector = Collector::new(&settings, &intel);
    collector.push(&flow(START, START + 1_000, 10));
    collector.take(Some(START + 2 * BUCKET));
    collector.push(&flow(START, START + 2_000, 10));

    assert_eq!(collector.counts().late, 1);
}

#[test]
fn a_nat_gateway_is_no_entity_and_speaks_for_hosts_without_a_log() {
    let (settings, intel) = (Settings::default(), Intel::default());
    let mut collector = Collector::new(&settings, &intel);
    let remote = "203.0.113.9".parse().unwrap();
    let nat = "10.0.0.220".parse().unwrap();
    let host = "10.0.1.5".parse().unwrap();
    let gateway = |src, dst, pkt_src, pkt_dst, direction| Flow {
        instance: None,
        direction: Some(direction),
        pkt_src: Some(pkt_src),
        pkt_dst: Some(pkt_dst),
        ..with(src, dst, START, START + 59_000, 5_000)
    };
    collector.push(&gateway(nat, remote, nat, remote, Direction::Egress));
    collector.push(&gateway(host, nat, host, remote, Direction::Ingress));

    let taken = collector.take(None);

    let entities: Vec<_> = taken.iter().flatten().collect();
    assert_eq!(entities.len(), 1);
    assert_eq!(entities[0].key.id, "10.0.1.5@eni-1");
    assert_eq!(entities[0].rows[0].sums.bytes_out, 5_000);
}

#[test]
fn service_traffic_is_inside_and_a_tunnel_to_global_accelerator_is_not() {
    let (settings, intel) = (Settings::default(), Intel::default());
    let mut collector = Collector::new(&settings, &intel);
    collector.push(&Flow { dst_service: Some("S3"), ..flow(START, START + 1_000, 900) });
    collector.push(&Flow { dst_service: Some("GLOBALACCELERATOR"), ..flow(START, START + 2_000, 700) });

    let taken = collector.take(None);

    assert_eq!(taken[0][0].buckets[0].1.inside_out, 900);
    assert_eq!(taken[0][0].rows[0].sums.bytes_out, 700);
}

#[test]
fn a_syn_answered_by_the_entity_is_served_and_its_own_syn_is_dialled() {
    let (settings, intel) = (Settings::default(), Intel::default());
    let mut collector = Collector::new(&settings, &intel);
    let remote = "203.0.113.9".parse().unwrap();
    let own = "10.0.0.5".parse().unwrap();
    collector.push(&Flow {
        src_port: Some(51_000),
        dst_port: Some(38_000),
        tcp_flags: Some(2),
        direction: Some(Direction::Ingress),
        ..with(remote, own, START, START + 1_000, 60)
    });
    collector.push(&Flow {
        src_port: Some(38_000),
        dst_port: Some(51_000),
        tcp_flags: Some(18),
        ..flow(START, START + 1_000, 60)
    });
    collector.push(&Flow { tcp_flags: Some(2), ..flow(START, START + 3_000, 60) });

    let taken = collector.take(None);

    let sides: Vec<_> = taken[0][0].rows.iter().map(|row| (row.key.side, row.key.port)).collect();
    assert_eq!(sides, [(Side::Dialled, 443), (Side::Served, 38_000)]);
}

#[test]
fn a_rejected_try_is_a_failure_and_no_traffic() {
    let (settings, intel) = (Settings::default(), Intel::default());
    let mut collector = Collector::new(&settings, &intel);
    collector.push(&Flow { action: Some(Action::Reject), ..flow(START, START + 1_000, 60) });

    let taken = collector.take(None);

    let sums = taken[0][0].rows[0].sums;
    assert!(sums.rejected);
    assert_eq!(sums.bytes_out, 0);
}

proptest! {
    #[test]
    fn rows_that_come_together_are_observed_as_the_flows_that_they_are(
        drawn in prop::collection::vec((0u32..3, 0u8..4, 0u16..3, 0i64..900, 0i64..400, 0u64..4, any::<bool>()), 1..300),
    ) {
        let mut text = String::new();
        for (interface, remote, port, start, length, count, egress) in drawn {
            // The third interface passes traffic through.
            let own = format!("10.0.0.{}", interface + 1);
            let remote = ["203.0.113.9", "198.51.100.7", "10.0.0.2", "172.16.0.1"][usize::from(remote)];
            let (local, served) = (40_000 + port, [443, 22, 50_000][usize::from(port)]);
            let (src, dst) = if egress { (&*own, remote) } else { (remote, &*own) };
            let (from, to) = if egress { (local, served) } else { (served, local) };
            let start = START / 1_000 + start;
            let action = if count == 3 { "REJECT" } else { "ACCEPT" };
            text += &format!(
                "2 123456789012 eni-{interface:017x} {src} {dst} {from} {to} 6 {count} {} {start} {} {action} OK\n",
                count * 1_000 + 60, start + length,
            );
        }
        let (settings, intel) = (Settings::default(), inventory(
            r#"{"NetworkInterfaces":[{"NetworkInterfaceId":"eni-00000000000000002","InterfaceType":"nat_gateway"},
                {"NetworkInterfaceId":"eni-00000000000000001",
                  "Attachment":{"InstanceId":"i-2","AttachTime":"2023-11-14T22:20:00Z"}}]}"#,
        ));
        let observed = |together: bool| {
            let mut collector = Collector::new(&settings, &intel).not_after(START + 1_100_000);
            let mut taken = Vec::new();
            // Of what comes with the second half, some is late.
            for half in [&text[..text.len() / 2], &text[text.len() / 2..]] {
                let mut reader = RecordReader::open(half.as_bytes(), &ReadOptions::default()).unwrap();
                loop {
                    let next = if together {
                        reader.next_chunk().unwrap()
                    } else {
                        reader.next().unwrap().map(Chunk::Entry)
                    };
                    match next {
                        Some(Chunk::Rows(rows)) => collector.push_rows(rows),
                        Some(Chunk::Entry(Entry::Flow(flow))) => collector.push(&flow),
                        Some(_) => {}
                        None => break,
                    }
                }
                taken.push(format!("{:?}", collector.take(Some(START + BUCKET))));
            }
            (taken, format!("{:?}", collector.take(None)), collector.counts())
        };
        prop_assert_eq!(observed(true), observed(false));
    }
}

/// 60 seconds of egress from the entity to a public address.
fn flow(start: i64, end: i64, bytes: u64) -> Flow<'static> {
    with("10.0.0.5".parse().unwrap(), "203.0.113.9".parse().unwrap(), start, end, bytes)
}

fn with(src: std::net::IpAddr, dst: std::net::IpAddr, start: i64, end: i64, bytes: u64) -> Flow<'static> {
    Flow {
        src_port: Some(40_000),
        dst_port: Some(443),
        protocol: Some(6),
        packets: Some(10),
        bytes: Some(bytes),
        direction: Some(Direction::Egress),
        interface: Some("eni-1"),
        instance: Some("i-1"),
        account: Some("123456789012"),
        ..Flow::between(src, dst, start, end)
    }
}

fn inventory(json: &str) -> Intel {
    let mut intel = Intel::default();
    intel.inventory.merge(json.as_bytes()).unwrap();
    intel
}

fn keys(intel: &Intel, flows: &[Flow<'_>]) -> Vec<(String, Option<String>)> {
    let settings = Settings::default();
    let mut collector = Collector::new(&settings, intel);
    flows.iter().for_each(|flow| collector.push(flow));
    collector.take_batch().into_iter().map(|seen| (seen.key.id, seen.info.instance)).collect()
}

#[test]
fn an_interface_that_moves_to_another_instance_is_another_entity() {
    let own = |id: &str| (id.to_owned(), Some(id.to_owned()));
    let on = |instance, start| Flow { instance, ..flow(start, start + 59_000, 10) };
    let named = [on(Some("i-1"), START), on(Some("i-2"), START + BUCKET), on(Some("i-1"), START + 1_000)];
    assert_eq!(keys(&Intel::default(), &named), [own("i-1"), own("i-2")]);

    // 2023-11-14T22:20:00Z is START and five minutes.
    let moved = inventory(
        r#"{"NetworkInterfaces":[{"NetworkInterfaceId":"eni-1",
            "Attachment":{"InstanceId":"i-2","AttachTime":"2023-11-14T22:20:00Z"}}]}"#,
    );
    let edge = START + BUCKET;
    let bare = [on(None, edge - 1), on(None, edge), on(None, edge - 2), on(None, edge + BUCKET)];
    assert_eq!(keys(&moved, &bare), [("eni-1".to_owned(), None), own("i-2")]);
    assert_eq!(keys(&Intel::default(), &bare), [("eni-1".to_owned(), None)]);
}

#[test]
fn an_address_behind_a_nat_gateway_that_another_instance_takes_over_is_another_entity() {
    let behind = |owner: &str| {
        let intel = inventory(&format!(
            r#"{{"NetworkInterfaces":[{{"NetworkInterfaceId":"eni-1","InterfaceType":"nat_gateway"}},
                {{"NetworkInterfaceId":"eni-9","PrivateIpAddress":"10.0.1.5",
                  "Attachment":{{"InstanceId":"{owner}"}}}}]}}"#
        ));
        let through = Flow {
            instance: None,
            src: "10.0.1.5".parse().unwrap(),
            dst: "10.0.0.220".parse().unwrap(),
            pkt_dst: Some("203.0.113.9".parse().unwrap()),
            ..flow(START, START + 59_000, 10)
        };
        keys(&intel, &[through])
    };
    assert_eq!(behind("i-1"), [("10.0.1.5@eni-1/i-1".to_owned(), Some("i-1".to_owned()))]);
    assert_eq!(behind("i-2"), [("10.0.1.5@eni-1/i-2".to_owned(), Some("i-2".to_owned()))]);
}

#[test]
fn an_instance_of_another_type_stays_itself_among_other_peers() {
    let typed = |kind: &str| {
        let instance = format!(
            r#"{{"InstanceId":"i-1","InstanceType":"{kind}","VpcId":"vpc-1",
            "NetworkInterfaces":[{{"NetworkInterfaceId":"eni-1"}}]}}"#
        );
        let intel = inventory(&format!(r#"{{"Reservations":[{{"Instances":[{instance}]}}]}}"#));
        let settings = Settings::default();
        let mut collector = Collector::new(&settings, &intel);
        collector.push(&Flow { instance: None, ..flow(START, START + 59_000, 10) });
        let seen = collector.take_batch().remove(0);
        let instance = intel.inventory.instance("i-1");
        (seen.key.id.clone(), crate::baseline::peer_group(&seen.key, &seen.info, instance))
    };
    let (before, peers) = typed("t3.micro");
    let (after, others) = typed("c5n.large");
    assert_eq!((before.as_str(), after.as_str()), ("i-1", "i-1"));
    assert!(peers.ends_with("vpc/vpc-1/t3") && others.ends_with("vpc/vpc-1/c5n"), "{peers} {others}");
}
