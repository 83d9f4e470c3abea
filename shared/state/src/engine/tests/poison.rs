//! Whoever controls what is logged cannot grow a document, crash a step, or push out what is watched.

use std::net::{IpAddr, Ipv4Addr};

use proptest::prelude::*;
use weir_detection::entity::{EntityKey, mix};
use weir_detection::host::host_key;
use weir_records::telemetry::{Container, Conversation, End, Fact, How, Launch, Process, Telemetry, Way};
use weir_records::{Direction, Flow};

use super::hosts::{ACCOUNT, hosted, of};
use super::traffic::{START, batch, flow, minute, scan};
use super::{Bench, NOW, key};
use crate::engine::state_key;
use crate::memory::MemoryStore;
use crate::store::{DOCUMENT_LIMIT, Store};

fn size(bench: &Bench<MemoryStore>, entity: &EntityKey) -> usize {
    let stored = crate::finish_now(bench.engine.store().load(&[state_key(entity)])).unwrap().unwrap();
    stored[0].as_ref().map_or(0, |stored| stored.body.len())
}

/// An hour in which an interface exchanges with so many remotes a minute, none of them twice.
fn remotes(many: u32) -> usize {
    let bench = Bench::new();
    let mut largest = 0;
    for n in 0..60 {
        let mut flows = minute(n);
        for host in 0..many {
            let drawn = mix(u64::from(host) << 8 | n as u64) as u32;
            let remote = IpAddr::from(Ipv4Addr::from(0x2000_0000 | drawn >> 3));
            let out = flow(START + n * 60_000, remote, 443, 90_000, 90);
            let back = Flow {
                src: out.dst,
                dst: out.src,
                src_port: out.dst_port,
                dst_port: out.src_port,
                direction: Some(Direction::Ingress),
                tcp_flags: Some(18),
                ..out
            };
            flows.extend([out, back]);
        }
        bench.apply(n as u64 + 1, &batch(&flows), NOW).unwrap();
        largest = largest.max(size(&bench, &key()));
    }
    largest
}

#[test]
fn an_interface_with_sixty_thousand_remotes_an_hour_costs_no_more_than_one_with_six_thousand() {
    let (many, ten_times) = (remotes(100), remotes(1_000));
    assert!(ten_times <= many + many / 4, "{many} bytes, and ten times the remotes {ten_times}");
    assert!(ten_times <= 24 << 10, "{ten_times} bytes");
}

#[test]
fn a_host_that_invents_programs_containers_and_users_has_a_document_of_bounded_size() {
    let bench = Bench::new();
    let host = host_key(ACCOUNT, "web");
    let mut sizes = Vec::new();
    for n in 0..24_i64 {
        let invented: Vec<Telemetry> = (0..200).flat_map(|m| invented(n, m)).collect();
        hosted(&bench, n as u64 + 1, &invented);
        sizes.push(size(&bench, &host));
    }
    let (half, whole) = (sizes[..12].iter().max(), sizes.iter().max());
    let (half, whole) = (*half.unwrap(), *whole.unwrap());
    assert!(half > 0 && whole <= half + half / 4, "it grows: {sizes:?}");
    assert!(whole <= DOCUMENT_LIMIT / 4, "{whole} bytes");
}

/// A program of proxyware's name in a container, both under names that nobody else has, and what it says to whom.
fn invented(minute: i64, nth: i64) -> [Telemetry; 2] {
    let time = START + minute * 300_000 + nth * 100;
    let tag = format!("{minute}-{nth}-{}", "\u{1b}[2J\n".repeat(200));
    let process = Process {
        pid: Some(nth as u64 + 10),
        user: Some(tag.clone()),
        ..Process::at(Some(&format!("/tmp/{tag}/honeygain")))
    };
    let launch = Fact::Launch(Launch { time, how: How::Started, process: process.clone() });
    let remote = Ipv4Addr::from(0x2D00_0000 | mix(time as u64) as u32 >> 8);
    let dials = Fact::Conversation(Conversation {
        start: time,
        end: time,
        dst: End { ip: Some(remote.into()), port: Some(443) },
        way: Way::Outbound,
        process: Some(process),
        ..Conversation::default()
    });
    [launch, dials].map(|fact| {
        let mut told = of(fact);
        told.container = Some(Container {
            uid: Some(format!("{:064x}", mix(time as u64))),
            name: Some(tag.clone()),
            image: Some(format!("registry/{tag}:latest")),
            namespace: Some(tag.clone()),
        });
        told
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn no_counter_and_no_clock_crashes_a_step_or_grows_a_document(
        drawn in prop::collection::vec((times(), counts(), counts(), any::<u32>(), any::<u16>(), any::<u8>()), 1..60),
    ) {
        let bench = Bench::new();
        bench.apply(1, &batch(&[minute(0), scan(0, 30)].concat()), NOW).unwrap();
        for (n, (time, bytes, packets, remote, port, flags)) in (2..).zip(drawn) {
            let out = flow(time, IpAddr::from(Ipv4Addr::from(remote)), port, bytes, packets);
            let out = Flow { tcp_flags: Some(flags), end: time.saturating_add(59_000), ..out };
            bench.apply(n, &batch(&[out]), NOW).unwrap();
            prop_assert!(size(&bench, &key()) <= 24 << 10);
        }
    }
}

/// Around now, and anywhere that a clock of an uploaded log may be: seconds of 64 bits are rejected when they are read.
fn times() -> impl Strategy<Value = i64> {
    prop_oneof![START - 7_200_000..START + 7_200_000, 0..i64::from(u32::MAX) * 1_000]
}

fn counts() -> impl Strategy<Value = u64> {
    prop_oneof![0..1_000_000_u64, Just(1 << 63), Just(u64::MAX), any::<u64>()]
}
