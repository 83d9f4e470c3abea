//! Zeek's connection log: text under a header, or JSON.
//!
//! The header decides, since columns are renamed, added and put in front. Volume is what went over the wire
//! (`orig_ip_bytes`): payload is told by sequence numbers, which lie for connections that began or ended unseen.
//!
//! # Source
//!
//! <https://docs.zeek.org/en/master/logs/conn.html>

use std::borrow::Cow;

use crate::endpoint::{Columns, Sink, addresses, port, protocol};
use crate::json::{Object, count_in};
use crate::moment::Moment;
use crate::reject::Reason;
use crate::source::Source;
use crate::telemetry::{Conversation, End, Fact, Half, Telemetry, Way};

const SRC: [&str; 5] = ["id.orig_h", "id_orig_h", "src_ip", "src", "source_ip"];
const SRC_PORT: [&str; 3] = ["id.orig_p", "id_orig_p", "src_port"];
const DST: [&str; 5] = ["id.resp_h", "id_resp_h", "dst_ip", "dst", "dest_ip"];
const DST_PORT: [&str; 3] = ["id.resp_p", "id_resp_p", "dst_port"];
const SENSOR: [&str; 5] = ["_system_name", "@system", "_node_name", "peer_descr", "_system"];
const PATH: [&str; 3] = ["@stream", "_path", "_stream"];

/// A log in text: its path and columns as the last header said.
#[derive(Debug)]
pub(crate) struct Log {
    path: String,
    columns: Option<Columns>,
    separator: char,
}

impl Log {
    /// Whether a line begins a log; `inside` one only a `#separator` begins another.
    pub(crate) fn begins(line: &str, inside: bool) -> bool {
        let line = line.trim_start();
        line.starts_with("#separator")
            || (!inside && (line.starts_with("#fields") || line.starts_with("#path") || is_cut(line)))
    }

    /// The log that `line` begins.
    pub(crate) fn new(line: &str) -> Self {
        let mut log = Self { path: "conn".to_owned(), columns: None, separator: '\t' };
        log.header(line.trim_start());
        log
    }

    /// Reads a line; false for one that is not of the log.
    pub(crate) fn line(&mut self, line: &str, sink: &mut Sink) -> bool {
        if line.starts_with('#') {
            self.header(line);
            sink.control();
            return true;
        }
        if !line.contains(self.separator) {
            return false;
        }
        let Some(columns) = &self.columns else { return false };
        // Its path is free: a filter names it as it likes.
        if !is_conn(columns) {
            sink.unused();
            return true;
        }
        let read = columns.row(line, columns.len()).and_then(|row| {
            let fields =
                |names: &[&str]| row.first(names).filter(|text| *text != "(empty)").map(Cow::Borrowed);
            telemetry(&fields, &self.path, sink.received)
        });
        sink.push_or_reject(Source::Zeek, read);
        true
    }

    fn header(&mut self, line: &str) {
        if is_cut(line) {
            self.columns = Some(Columns::of(line, self.separator));
        } else if let Some(separator) = line.strip_prefix("#separator ") {
            let code = separator.trim().strip_prefix("\\x").and_then(|hex| u8::from_str_radix(hex, 16).ok());
            self.separator = code.map_or('\t', char::from);
        } else if let Some(path) = line.strip_prefix("#path") {
            self.path = path.trim().to_owned();
        } else if let Some(names) = line.strip_prefix("#fields") {
            let names = names.strip_prefix(self.separator).unwrap_or(names);
            self.columns = Some(Columns::of(names, self.separator));
        }
    }
}

/// Whether the columns are those of connections.
fn is_conn(columns: &Columns) -> bool {
    let has = |names: &[&str]| names.iter().any(|name| columns.have(name));
    has(&SRC) && has(&DST) && has(&["conn_state", "orig_bytes", "orig_ip_bytes", "orig_pkts"])
}

/// The header that `zeek-cut -c` leaves.
fn is_cut(line: &str) -> bool {
    line.starts_with("ts\tuid\tid.orig_h\t")
}

/// Whether an object is a connection.
pub(crate) fn is(object: Object<'_>) -> bool {
    object.has(&["ts", "uid", "proto"])
        && object.get("conn_state").is_some()
        && object.first(&SRC).is_some()
        && object.first(&DST).is_some()
}

/// Reads a connection.
pub(crate) fn read(object: Object<'_>, sink: &mut Sink) {
    let fields = |names: &[&str]| names.iter().find_map(|name| object.word(name));
    let path = object.first(&PATH).unwrap_or("conn");
    sink.push_or_reject(Source::Zeek, telemetry(&fields, path, sink.received));
}

type Fields<'f, 'v> = &'f dyn Fn(&[&str]) -> Option<Cow<'v, str>>;

fn telemetry(get: Fields<'_, '_>, path: &str, received: Option<i64>) -> Result<Telemetry, Reason> {
    let (from, to) = (get(&SRC), get(&DST));
    let (src, dst) = addresses(("id.orig_h", from.as_deref()), ("id.resp_h", to.as_deref()))?;
    let time = match get(&["ts"]) {
        Some(text) => Moment::of_text(&text)
            .ok_or(Reason::BadField { field: "ts", expected: "seconds since 1970 or an ISO time" })?,
        None => Moment { ms: received.ok_or(Reason::MissingField { field: "ts" })?, zoned: true },
    };
    let seconds = get(&["duration"]).and_then(|text| text.parse().ok());
    let lasted = seconds.and_then(Moment::of_number).map_or(0, |lasted| lasted.ms.max(0));
    let number = get(&["ip_proto"])
        .or_else(|| get(&["proto"]))
        .and_then(|text| protocol(&text))
        .map(|number| if number == 1 && src.is_ipv6() { 58 } else { number });
    let count = |names: &[&str]| get(names).and_then(|text| count_in(&text));
    let inside = |name: &str| get(&[name]).map(|text| matches!(text.as_ref(), "T" | "true"));
    let way = match (inside("local_orig"), inside("local_resp")) {
        (Some(true), Some(true)) => Way::Lateral,
        (Some(true), Some(false)) => Way::Outbound,
        (Some(false), Some(true)) => Way::Inbound,
        // A sensor that was told no networks calls none its own.
        _ => Conversation::way_of(Some(src), Some(dst)),
    };
    let conversation = Conversation {
        start: time.ms,
        end: time.ms.saturating_add(lasted),
        src: End { ip: Some(src), port: port(get(&SRC_PORT).as_deref(), number) },
        dst: End { ip: Some(dst), port: port(get(&DST_PORT).as_deref(), number) },
        protocol: number,
        sent: Half { bytes: count(&["orig_ip_bytes", "orig_bytes"]), packets: count(&["orig_pkts"]) },
        received: Half { bytes: count(&["resp_ip_bytes", "resp_bytes"]), packets: count(&["resp_pkts"]) },
        way,
        tcp_flags: match number {
            Some(6) => get(&["history"]).map(|history| seen_flags(&history)),
            _ => None,
        },
        running: path.contains("open_conn"),
        ..Conversation::default()
    };
    let mut telemetry = Telemetry::of(Source::Zeek, Fact::Conversation(conversation));
    telemetry.uid = get(&["uid"]).map(Cow::into_owned);
    telemetry.zone_unknown = !time.zoned;
    telemetry.device.hostname = get(&SENSOR).map(Cow::into_owned);
    Ok(telemetry)
}

/// The flags that a connection's history tells: `S` and `s` a SYN, `H` and `h` a SYN with ACK, and so on.
fn seen_flags(history: &str) -> u8 {
    history.bytes().fold(0, |flags, event| {
        flags
            | match event.to_ascii_lowercase() {
                b's' => 2,
                b'h' => 2 | 16,
                b'f' => 1,
                b'r' => 4,
                _ => 0,
            }
    })
}
