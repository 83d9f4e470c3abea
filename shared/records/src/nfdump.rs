//! nfdump: `-o csv` under its header, and `-o json`. Times are of the local zone of the host that ran it.
//!
//! # Source
//!
//! <https://github.com/phaag/nfdump>, `src/output`.

use std::borrow::Cow;

use crate::endpoint::{Columns, Sink, addresses, flags, port, protocol};
use crate::json::{Object, count_in};
use crate::moment::Moment;
use crate::reject::Reason;
use crate::source::Source;
use crate::telemetry::{Conversation, End, Fact, Half, Telemetry};

/// The columns of the CSV, and whether its summary has begun.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Columns,
    summary: bool,
}

/// Whether a line names the columns of versions 1.6 (`ts,te,td,sa,da`) or 1.7 (`firstSeen`).
pub(crate) fn is_header(line: &str) -> bool {
    line.starts_with("ts,te,td,")
        || (line.starts_with("firstSeen,") || line.starts_with("cnt,") && line.contains(",firstSeen,"))
            && line.contains("srcAddr")
}

impl Table {
    /// The table that a header begins.
    pub(crate) fn new(header: &str) -> Self {
        Self { columns: Columns::of(header, ','), summary: false }
    }

    /// Reads a line; false for one that is not of the table.
    pub(crate) fn line(&mut self, line: &str, sink: &mut Sink) -> bool {
        // The totals at the end have a header and a line of numbers of their own.
        if self.summary || line.trim() == "Summary" || line.starts_with("No matching flows") {
            self.summary = line.contains(',') || line.trim() == "Summary";
            if self.summary {
                sink.control();
            }
            return self.summary;
        }
        if !line.contains(',') {
            return false;
        }
        let read = self
            .columns
            .row(line, 8)
            .and_then(|row| telemetry(&|names| row.first(names).map(Cow::Borrowed), sink));
        sink.push_or_reject(Source::Nfdump, read);
        true
    }
}

/// Whether an object is a flow.
pub(crate) fn is(object: Object<'_>) -> bool {
    object.has(&["first", "last"])
        && (object.has(&["src4_addr", "dst4_addr"]) || object.has(&["src6_addr", "dst6_addr"]))
}

/// Reads a flow.
pub(crate) fn read(object: Object<'_>, sink: &mut Sink) {
    let read = telemetry(&|names| names.iter().find_map(|name| object.word(name)), sink);
    sink.push_or_reject(Source::Nfdump, read);
}

type Fields<'f, 'v> = &'f dyn Fn(&[&str]) -> Option<Cow<'v, str>>;

fn telemetry(get: Fields<'_, '_>, sink: &Sink) -> Result<Telemetry, Reason> {
    let (from, to) = (
        get(&["sa", "srcAddr", "src4_addr", "src6_addr"]),
        get(&["da", "dstAddr", "dst4_addr", "dst6_addr"]),
    );
    let (src, dst) = addresses(("sa", from.as_deref()), ("da", to.as_deref()))?;
    let time = |names: &[&str]| get(names).map(|text| Moment::of_text(&text));
    let wrong = Reason::BadField { field: "ts", expected: "a date and time" };
    let start = match time(&["ts", "firstSeen", "first"]) {
        Some(time) => time.ok_or(wrong)?,
        None => sink.time(None).ok_or(Reason::MissingField { field: "ts" })?,
    };
    let lasted = get(&["td", "duration"]).and_then(|text| text.parse().ok()).and_then(Moment::of_number);
    let end = match (time(&["te", "lastSeen", "last"]), lasted) {
        (Some(end), _) => end.ok_or(wrong)?.ms,
        (None, lasted) => start.ms.saturating_add(lasted.map_or(0, |lasted| lasted.ms.max(0))),
    };
    let protocol = get(&["pr", "proto"]).and_then(|name| protocol(&name));
    let count = |names: &[&str]| get(names).and_then(|text| count_in(&text));
    let out = count(&["obyt", "out_bytes", "outBytes"]);
    let conversation = Conversation {
        start: start.ms,
        end: end.max(start.ms),
        src: End { ip: Some(src), port: port(get(&["sp", "srcPort", "src_port"]).as_deref(), protocol) },
        dst: End { ip: Some(dst), port: port(get(&["dp", "dstPort", "dst_port"]).as_deref(), protocol) },
        protocol,
        sent: Half {
            bytes: count(&["ibyt", "in_bytes", "bytes", "inBytes"]),
            packets: count(&["ipkt", "in_packets", "packets", "inPackets"]),
        },
        // 0 is what an exporter writes that tells one direction a record.
        received: Half {
            bytes: out.filter(|bytes| *bytes > 0),
            packets: count(&["opkt", "out_packets", "outPackets"]).filter(|_| out.is_some_and(|out| out > 0)),
        },
        way: Conversation::way_of(Some(src), Some(dst)),
        tcp_flags: get(&["flg", "flags", "tcp_flags"])
            .filter(|_| protocol == Some(6))
            .map(|text| flags(&text)),
        ..Conversation::default()
    };
    let mut telemetry = Telemetry::of(Source::Nfdump, Fact::Conversation(conversation));
    telemetry.zone_unknown = !start.zoned;
    telemetry.device.ip = get(&["ra", "ip4_router", "ip6_router"])
        .and_then(|text| crate::json::address_of(&text))
        .filter(|address| !address.is_unspecified());
    Ok(telemetry)
}
