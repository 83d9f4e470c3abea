//! nettop in CSV: bytes by process, and by connection under it.
//!
//! A process row holds the bytes of its connections already, so only one of them may be added up: the rows of
//! connections are marked as running totals. Times have no date: when a line was received stands in.
//!
//! # Source
//!
//! `nettop(1)`, options `-x -L`

use crate::endpoint::{Columns, Sink, protocol};
use crate::json::{address_of, count_in};
use crate::reject::Reason;
use crate::source::Source;
use crate::telemetry::{Conversation, Counter, End, Fact, Half, Process, Telemetry, Usage, Way};

/// Frames of one run: the columns, and the process whose connections follow.
#[derive(Debug)]
pub(crate) struct Frames {
    columns: Columns,
    process: Option<Process>,
}

/// Whether a line is the header of a frame; the terminal's answer may stand before the first.
pub(crate) fn is_header(line: &str) -> bool {
    line.find("time,,").is_some_and(|at| at < 8) && line.contains("bytes_in")
}

impl Frames {
    /// The frames that a header begins.
    pub(crate) fn new(header: &str) -> Self {
        let header = header.find("time,,").and_then(|at| header.get(at..)).unwrap_or(header);
        Self { columns: Columns::of(header, ','), process: None }
    }

    /// Reads a line; false for one that is none of a frame's.
    pub(crate) fn line(&mut self, line: &str, sink: &mut Sink) -> bool {
        if is_header(line) {
            *self = Self::new(line);
            sink.control();
            return true;
        }
        if !is_timed(line) {
            return false;
        }
        let read = self.columns.row(line, 4);
        let row = match read {
            Ok(row) => row,
            Err(reason) => {
                sink.reject(Source::Nettop, reason);
                return true;
            }
        };
        let Some(name) = row.get("") else {
            sink.reject(Source::Nettop, Reason::MissingField { field: "process" });
            return true;
        };
        let count = |name: &str| row.get(name).and_then(count_in);
        let (into, out) = (count("bytes_in"), count("bytes_out"));
        let interface = row.get("interface").map(ToOwned::to_owned);
        let found = if let Some(flow) = flow(name) {
            // Without a date a connection has no times.
            sink.received.map(|time| {
                Fact::Conversation(Conversation {
                    start: time,
                    end: time,
                    sent: Half { bytes: out, packets: None },
                    received: Half { bytes: into, packets: None },
                    running: true,
                    process: self.process.clone(),
                    ..flow
                })
            })
        } else {
            let process = process(name);
            self.process = Some(process.clone());
            Some(Fact::Usage(Usage {
                process: Some(process),
                ..Usage::of(sink.received, Counter::Cumulative, into, out)
            }))
        };
        match found {
            Some(fact) => {
                let mut telemetry = Telemetry::of(Source::Nettop, fact);
                telemetry.device.interface_name = interface;
                sink.push(telemetry);
            }
            None => sink.unused(),
        }
        true
    }
}

/// Reads a line of two counters without a header, as `-J bytes_in,bytes_out` leaves it; false for any other line.
pub(crate) fn bare(line: &str, sink: &mut Sink) -> bool {
    let fields: Vec<&str> = line.trim_end_matches(',').split(',').collect();
    let [time, name, into, out] = fields[..] else { return false };
    if !is_timed(time) || !name.contains('.') {
        return false;
    }
    let (Some(into), Some(out)) = (count_in(into), count_in(out)) else { return false };
    let usage = Usage {
        process: Some(process(name)),
        ..Usage::of(sink.received, Counter::Cumulative, Some(into), Some(out))
    };
    sink.push(Telemetry::of(Source::Nettop, Fact::Usage(usage)));
    true
}

/// `14:27:35.295869…`
fn is_timed(line: &str) -> bool {
    matches!(
        line.as_bytes(),
        [b'0'..=b'9', b'0'..=b'9', b':', b'0'..=b'9', b'0'..=b'9', b':', b'0'..=b'9', ..]
    )
}

/// `com.apple.WebKit.Networking.1398`: the last dot is before the pid.
fn process(name: &str) -> Process {
    match name.rsplit_once('.') {
        Some((name, pid)) if pid.bytes().all(|byte| byte.is_ascii_digit()) => {
            Process { pid: count_in(pid), name: Some(name.to_owned()), ..Process::default() }
        }
        _ => Process { name: Some(name.to_owned()), ..Process::default() },
    }
}

/// `tcp4 192.168.1.1:50001<->1.2.3.4:443`, `udp6 *.5353<->*.*`: IPv6 has a dot before the port.
fn flow(name: &str) -> Option<Conversation> {
    let (kind, ends) = name.split_once(' ')?;
    if !matches!(kind, "tcp4" | "tcp6" | "udp4" | "udp6") {
        return None;
    }
    let (local, remote) = ends.split_once("<->")?;
    let end = |text: &str| {
        let bracketed = text.starts_with('[') || kind.ends_with('4');
        let (address, port) =
            if bracketed { text.rsplit_once(':') } else { text.rsplit_once('.') }.unwrap_or((text, ""));
        End { ip: address_of(address), port: count_in(port).and_then(|port| port.try_into().ok()) }
    };
    Some(Conversation {
        src: end(local),
        dst: end(remote),
        protocol: protocol(kind),
        way: Way::Outbound,
        ..Conversation::default()
    })
}
