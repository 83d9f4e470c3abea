//! Flows of one interface, cut into batches.

use std::net::{IpAddr, Ipv4Addr};

use weir_detection::collect::Collector;
use weir_detection::observation::{BUCKET, Observations};
use weir_detection::settings::Settings;
use weir_intel::Intel;
use weir_records::{Direction, Flow, Loss, LossKind};

pub(crate) const ENTITY: &str = "eni-0a1b2c3d4e5f60718";
pub(crate) const START: i64 = 5_990_000 * BUCKET;

/// A minute of a quiet host: one request and its answer.
pub(crate) fn minute(n: i64) -> Vec<Flow<'static>> {
    let time = START + n * 60_000;
    let out = flow(time, IpAddr::from(Ipv4Addr::new(8, 8, (n % 7) as u8, 8)), 443, 1_500, 6);
    vec![out, answer(&out, 40_000, 30)]
}

/// A minute of a scanner: `hosts` that never answer.
pub(crate) fn scan(n: i64, hosts: u32) -> Vec<Flow<'static>> {
    let target = |host| IpAddr::from(Ipv4Addr::from(0x2D00_0000 + n as u32 * 4_096 + host));
    (0..hosts).map(|host| flow(START + n * 60_000, target(host), 23, 44, 1)).collect()
}

/// What a payload with these flows becomes.
pub(crate) fn batch(flows: &[Flow<'_>]) -> Observations {
    let (settings, intel) = (Settings::default(), Intel::default());
    let mut collector = Collector::new(&settings, &intel);
    flows.iter().for_each(|flow| collector.push(flow));
    collector.take_batch().remove(0)
}

/// A payload that says only that there was nothing to say.
pub(crate) fn no_data(minute: i64) -> Observations {
    let (settings, intel) = (Settings::default(), Intel::default());
    let mut collector = Collector::new(&settings, &intel);
    collector.push_loss(&Loss {
        kind: LossKind::NoData,
        start: START + minute * 60_000,
        end: START + (minute + 1) * 60_000,
        account: Some("123456789012"),
        interface: Some(ENTITY),
    });
    collector.take_batch().remove(0)
}

pub(super) fn flow(start: i64, dst: IpAddr, port: u16, bytes: u64, packets: u64) -> Flow<'static> {
    Flow {
        account: Some("123456789012"),
        interface: Some(ENTITY),
        src_port: Some(40_000),
        dst_port: Some(port),
        protocol: Some(6),
        bytes: Some(bytes),
        packets: Some(packets),
        tcp_flags: Some(2),
        direction: Some(Direction::Egress),
        ..Flow::between(IpAddr::from([10, 0, 0, 5]), dst, start, start + 59_000)
    }
}

fn answer(flow: &Flow<'static>, bytes: u64, packets: u64) -> Flow<'static> {
    Flow {
        src: flow.dst,
        dst: flow.src,
        src_port: flow.dst_port,
        dst_port: flow.src_port,
        bytes: Some(bytes),
        packets: Some(packets),
        tcp_flags: Some(18),
        direction: Some(Direction::Ingress),
        ..*flow
    }
}
