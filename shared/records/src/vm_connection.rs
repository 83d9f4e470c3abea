//! Azure VM Insights: bytes by process and remote end, summed over a minute.
//!
//! # Source
//!
//! <https://learn.microsoft.com/azure/azure-monitor/reference/tables/vmconnection>

use crate::endpoint::{Sink, addresses, protocol};
use crate::json::Object;
use crate::reject::Reason;
use crate::source::Source;
use crate::telemetry::{Conversation, End, Fact, Half, Process, Telemetry, Way};

/// The minute that a row sums, milliseconds.
const MINUTE: i64 = 60_000;

/// Whether an object is a row.
pub(crate) fn is(object: Object<'_>) -> bool {
    object.has(&["SourceIp", "DestinationIp", "ProcessName", "BytesSent"])
}

/// Reads a row.
pub(crate) fn read(object: Object<'_>, sink: &mut Sink) {
    let read = telemetry(object, sink);
    sink.push_or_reject(Source::VmConnection, read);
}

fn telemetry(row: Object<'_>, sink: &Sink) -> Result<Telemetry, Reason> {
    let (src, dst) =
        addresses(("SourceIp", row.text("SourceIp")), ("DestinationIp", row.text("DestinationIp")))?;
    let time = sink.time(row.time("TimeGenerated")).ok_or(Reason::MissingField { field: "TimeGenerated" })?;
    let way = match row.text("Direction") {
        Some("outbound") => Way::Outbound,
        Some("inbound") => Way::Inbound,
        _ => Conversation::way_of(Some(src), Some(dst)),
    };
    // Sent and received are the machine's, whoever opened the connection.
    let own = Half { bytes: row.count("BytesSent"), packets: None };
    let others = Half { bytes: row.count("BytesReceived"), packets: None };
    let (sent, received) = if way == Way::Inbound { (others, own) } else { (own, others) };
    let conversation = Conversation {
        start: time.ms.saturating_sub(MINUTE),
        end: time.ms,
        src: End { ip: Some(src), port: None },
        dst: End { ip: Some(dst), port: row.port("DestinationPort") },
        protocol: row.text("Protocol").and_then(protocol),
        sent,
        received,
        way,
        process: Process { name: row.text("ProcessName").map(ToOwned::to_owned), ..Process::default() }
            .known(),
        ..Conversation::default()
    };
    let mut telemetry = Telemetry::of(Source::VmConnection, Fact::Conversation(conversation));
    telemetry.uid = row.text("ConnectionId").map(ToOwned::to_owned);
    telemetry.zone_unknown = !time.zoned;
    telemetry.device.hostname = row.text("Computer").map(ToOwned::to_owned);
    Ok(telemetry)
}
