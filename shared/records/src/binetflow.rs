//! Argus flows as the CTU data sets have them: both directions in a line, times of an unnamed zone.
//!
//! # Source
//!
//! <https://mcfp.felk.cvut.cz/publicDatasets/>; `ra(1)` for the directions.

use crate::endpoint::{Columns, Sink, addresses, port, protocol};
use crate::json::{address_of, count_in};
use crate::moment::Moment;
use crate::reject::Reason;
use crate::source::Source;
use crate::telemetry::{Conversation, End, Fact, Half, Telemetry};

/// Whether a line names the columns.
pub(crate) fn is_header(line: &str) -> bool {
    ["StartTime,Dur,Proto,SrcAddr,", "StartTime\tDur\tProto\tSrcAddr\t"]
        .iter()
        .any(|head| line.starts_with(head))
}

/// Reads a line; false for one that is not of the table.
pub(crate) fn line(line: &str, columns: &Columns, sink: &mut Sink) -> bool {
    if is_header(line) {
        sink.control();
        return true;
    }
    if !line.contains(columns.separator()) {
        return false;
    }
    match columns.row(line, 12).and_then(|row| telemetry(&|name| row.get(name))) {
        Ok(Some(telemetry)) => sink.push(telemetry),
        Ok(None) => sink.unused(),
        Err(reason) => sink.reject(Source::Binetflow, reason),
    }
    true
}

/// `None` for what is no traffic between addresses: management records, ARP, link layers.
fn telemetry<'a>(get: &dyn Fn(&str) -> Option<&'a str>) -> Result<Option<Telemetry>, Reason> {
    let name = get("Proto").ok_or(Reason::MissingField { field: "Proto" })?;
    let number = protocol(name);
    if number.is_none()
        && (matches!(name, "man" | "arp" | "rarp" | "llc" | "loop" | "lldp") || is_link(get("SrcAddr")))
    {
        return Ok(None);
    }
    let (src, dst) = addresses(("SrcAddr", get("SrcAddr")), ("DstAddr", get("DstAddr")))?;
    let start = get("StartTime").ok_or(Reason::MissingField { field: "StartTime" })?;
    let start = Moment::of_text(start).ok_or(Reason::BadField {
        field: "StartTime",
        expected: "a time such as 2019/04/04 16:23:00.325010",
    })?;
    let lasted = get("Dur").and_then(|text| text.parse().ok()).and_then(Moment::of_number);
    let count = |name: &str| get(name).and_then(count_in);
    let (all, sent) = (count("TotBytes"), count("SrcBytes"));
    let (all_packets, sent_packets) = (count("TotPkts"), count("SrcPkts"));
    let ends = (
        End { ip: Some(src), port: port(get("Sport"), number) },
        End { ip: Some(dst), port: port(get("Dport"), number) },
    );
    let halves = (
        Half { bytes: sent, packets: sent_packets },
        Half { bytes: rest(all, sent), packets: rest(all_packets, sent_packets) },
    );
    // `<-` is an answer whose question was not seen: the other end opened.
    let reversed = get("Dir").is_some_and(|way| way.ends_with("<-") || way == "<?");
    let ((src_end, dst_end), (sent, received)) =
        if reversed { ((ends.1, ends.0), (halves.1, halves.0)) } else { (ends, halves) };
    let conversation = Conversation {
        start: start.ms,
        end: start.ms.saturating_add(lasted.map_or(0, |lasted| lasted.ms.max(0))),
        way: Conversation::way_of(src_end.ip, dst_end.ip),
        src: src_end,
        dst: dst_end,
        protocol: number,
        sent,
        received,
        ..Conversation::default()
    };
    let mut telemetry = Telemetry::of(Source::Binetflow, Fact::Conversation(conversation));
    telemetry.zone_unknown = !start.zoned;
    Ok(Some(telemetry))
}

fn rest(all: Option<u64>, part: Option<u64>) -> Option<u64> {
    all?.checked_sub(part?)
}

/// A link-layer address: no network was involved.
fn is_link(address: Option<&str>) -> bool {
    address.is_none_or(|address| address_of(address).is_none() && address.split(':').count() == 6)
}
