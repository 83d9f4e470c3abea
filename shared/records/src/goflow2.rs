//! goflow2: NetFlow, IPFIX and sFlow as JSON, one direction a record.
//!
//! # Source
//!
//! <https://github.com/netsampler/goflow2/blob/main/docs/protocols.md>

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::endpoint::{Sink, protocol};
use crate::json::{Object, address_of};
use crate::moment::Moment;
use crate::reject::Reason;
use crate::source::Source;
use crate::telemetry::{Conversation, End, Fact, Half, Telemetry};

/// Whether an object is a flow.
pub(crate) fn is(object: Object<'_>) -> bool {
    object.has(&["src_addr", "dst_addr"])
        && ["time_received_ns", "time_received", "time_flow_start_ns", "time_flow_start"]
            .iter()
            .any(|name| object.get(name).is_some())
}

/// Reads a flow.
pub(crate) fn read(object: Object<'_>, sink: &mut Sink) {
    let read = telemetry(object, sink);
    sink.push_or_reject(Source::Goflow2, read);
}

fn telemetry(flow: Object<'_>, sink: &Sink) -> Result<Telemetry, Reason> {
    let end = |field: &'static str| {
        let text = flow.text(field).ok_or(Reason::MissingField { field })?;
        address(text).ok_or(Reason::BadField { field, expected: "an address, or its bytes in base64" })
    };
    let (src, dst) = (end("src_addr")?, end("dst_addr")?);
    // An exporter without a clock writes 0.
    let time = |names: [&str; 2]| flow.first_time(&names).filter(|time| time.ms > 0);
    let start = sink
        .time(time(["time_flow_start_ns", "time_flow_start"]).or(time(["time_received_ns", "time_received"])))
        .ok_or(Reason::MissingField { field: "time_flow_start_ns" })?;
    let last: Moment = time(["time_flow_end_ns", "time_flow_end"]).unwrap_or(start);
    let protocol = flow.word("proto").and_then(|name| protocol(&name));
    let has_ports = matches!(protocol, Some(6 | 17 | 132));
    // One packet in so many was looked at; 0 is not known, and then 1 is all that is certain.
    let rate = flow.count("sampling_rate").filter(|rate| *rate > 0).unwrap_or(1);
    let scaled = |name: &str| flow.count(name).map(|count| count.saturating_mul(rate));
    let conversation = Conversation {
        start: start.ms,
        end: last.ms.max(start.ms),
        src: End { ip: Some(src), port: flow.port("src_port").filter(|_| has_ports) },
        dst: End { ip: Some(dst), port: flow.port("dst_port").filter(|_| has_ports) },
        protocol,
        sent: Half { bytes: scaled("bytes"), packets: scaled("packets") },
        way: Conversation::way_of(Some(src), Some(dst)),
        tcp_flags: flow.count("tcp_flags").filter(|_| protocol == Some(6)).map(|flags| (flags & 0xff) as u8),
        ..Conversation::default()
    };
    let mut telemetry = Telemetry::of(Source::Goflow2, Fact::Conversation(conversation));
    telemetry.zone_unknown = !start.zoned;
    telemetry.device.ip = flow.text("sampler_address").and_then(address);
    Ok(telemetry)
}

/// An address as text, or its bytes as protobuf writes them in JSON.
fn address(text: &str) -> Option<IpAddr> {
    if let Some(address) = address_of(text) {
        return Some(address);
    }
    let bytes = STANDARD.decode(text).ok()?;
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(bytes).ok().map(|bytes| IpAddr::from(bytes).to_canonical()),
        _ => None,
    }
}
