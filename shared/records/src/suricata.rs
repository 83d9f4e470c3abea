//! Suricata's EVE log: `flow` and `netflow` events.
//!
//! Other events carry the counters of their flow so far, which would count its bytes again: they are passed over.
//!
//! # Source
//!
//! <https://docs.suricata.io/en/latest/output/eve/eve-json-format.html>

use crate::endpoint::{Sink, addresses, protocol};
use crate::json::Object;
use crate::reject::Reason;
use crate::source::Source;
use crate::telemetry::{Conversation, End, Fact, Half, Telemetry};

/// Whether an object is an event.
pub(crate) fn is(object: Object<'_>) -> bool {
    object.text("event_type").is_some() && object.text("timestamp").is_some()
}

/// Reads an event.
pub(crate) fn read(object: Object<'_>, sink: &mut Sink) {
    match object.text("event_type") {
        Some("flow") => sink.push_or_reject(Source::Suricata, telemetry(object, "flow")),
        Some("netflow") => sink.push_or_reject(Source::Suricata, telemetry(object, "netflow")),
        _ => sink.unused(),
    }
}

fn telemetry(event: Object<'_>, kind: &str) -> Result<Telemetry, Reason> {
    let (src, dst) = addresses(("src_ip", event.text("src_ip")), ("dest_ip", event.text("dest_ip")))?;
    let counts = event.object(kind).ok_or(Reason::MissingField { field: "flow" })?;
    // `timestamp` is when the event was written, long after the flow in a file that was read from a capture.
    let written = event.time("timestamp");
    let start = counts.time("start").or(written).ok_or(Reason::MissingField { field: "timestamp" })?;
    let end = counts.time("end").or_else(|| counts.time("last")).unwrap_or(start);
    let protocol = event.word("proto").and_then(|name| protocol(&name));
    let has_ports = matches!(protocol, Some(6 | 17 | 132));
    let (sent, received) = if kind == "flow" {
        (
            Half { bytes: counts.count("bytes_toserver"), packets: counts.count("pkts_toserver") },
            Half { bytes: counts.count("bytes_toclient"), packets: counts.count("pkts_toclient") },
        )
    } else {
        (Half { bytes: counts.count("bytes"), packets: counts.count("pkts") }, Half::default())
    };
    let conversation = Conversation {
        start: start.ms,
        end: end.ms.max(start.ms),
        src: End { ip: Some(src), port: event.port("src_port").filter(|_| has_ports) },
        dst: End { ip: Some(dst), port: event.port("dest_port").filter(|_| has_ports) },
        protocol,
        sent,
        received,
        way: Conversation::way_of(Some(src), Some(dst)),
        tcp_flags: event.text("tcp.tcp_flags").and_then(|hex| u8::from_str_radix(hex, 16).ok()),
        ..Conversation::default()
    };
    let mut telemetry = Telemetry::of(Source::Suricata, Fact::Conversation(conversation));
    telemetry.uid = event.word("flow_id").map(std::borrow::Cow::into_owned);
    telemetry.zone_unknown = !start.zoned;
    telemetry.device.hostname = event.first(&["host", "host.name"]).map(ToOwned::to_owned);
    telemetry.device.interface_name = event.text("in_iface").map(ToOwned::to_owned);
    Ok(telemetry)
}
