//! macOS unified log: what the kernel says of a connection when it closes.
//!
//! Only then, and lines can be suppressed, so its totals are lower bounds. `CFNetwork` tells requests and responses of
//! the same connections again and is passed over, as is the rest of the log.
//!
//! # Source
//!
//! `log(1)`; `bsd/netinet/tcp_subr.c` and `udp_usrreq.c` of <https://github.com/apple-oss-distributions/xnu>

use std::net::IpAddr;

use crate::endpoint::Sink;
use crate::json::{Object, address_of, count_in};
use crate::moment::Moment;
use crate::reject::Reason;
use crate::source::Source;
use crate::telemetry::{Conversation, Counter, End, Fact, Half, Process, Telemetry, Usage, Way};

/// Whether an object is an entry of the log.
pub(crate) fn is(object: Object<'_>) -> bool {
    object.has(&["machTimestamp", "timestamp"]) || object.has(&["eventMessage", "processImagePath"])
}

/// Whether a line is what `log` says about itself.
pub(crate) fn is_banner(text: &str) -> bool {
    text.starts_with("Filtering the log data using ") || text.starts_with("Timestamp                 ")
}

/// Reads an entry.
pub(crate) fn read(entry: Object<'_>, sink: &mut Sink) {
    match entry.text("eventMessage").and_then(Summary::read) {
        Some(summary) => {
            let telemetry = summary.telemetry(sink.time(entry.time("timestamp")));
            sink.push_or_reject(Source::MacosLog, telemetry);
        }
        None => sink.unused(),
    }
}

/// Reads a line of the styles for people; false for a line of another log.
pub(crate) fn line(text: &str, sink: &mut Sink) -> bool {
    let Some(summary) = Summary::read(text) else { return false };
    let own = text.get(..31).map(str::trim).and_then(Moment::of_text);
    let telemetry = summary.telemetry(sink.time(own));
    sink.push_or_reject(Source::MacosLog, telemetry);
    true
}

/// `tcp_connection_summary (tcp_close:1797)[L:P<->R:P] interface: en0 (skipped: 0)\n… process: NAME:PID Duration: 5.002
/// sec … bytes in/out: A/B pkts in/out: C/D …`
struct Summary<'a> {
    protocol: u8,
    ends: Option<[(IpAddr, u16); 2]>,
    interface: Option<&'a str>,
    process: Process,
    lasted: i64,
    into: Half,
    out: Half,
}

impl<'a> Summary<'a> {
    /// `None` for any other message, and for the second line of a connection, which has no bytes.
    fn read(message: &'a str) -> Option<Self> {
        let protocol = if message.contains("tcp_connection_summary") {
            6
        } else if message.contains("udp_connection_summary") {
            17
        } else {
            return None;
        };
        let behind = |name: &str| message.find(name).and_then(|at| message.get(at + name.len()..));
        let pair = |name: &str| {
            let (into, out) = behind(name)?.split_whitespace().next()?.split_once('/')?;
            Some((count_in(into)?, count_in(out)?))
        };
        let bytes = pair("bytes in/out: ")?;
        let packets = pair("pkts in/out: ");
        let (name, rest) = behind("process: ").and_then(|rest| {
            // The name may have blanks; it ends at the colon before the number.
            let end = rest.find(" Duration:").or_else(|| rest.find('\n')).unwrap_or(rest.len());
            rest.get(..end)?.trim().rsplit_once(':')
        })?;
        let seconds = behind("Duration: ").and_then(|rest| rest.split_whitespace().next()?.parse().ok());
        Some(Self {
            protocol,
            ends: behind("[").and_then(|rest| ends(rest.split(']').next()?)),
            interface: behind("interface: ").and_then(|rest| rest.split_whitespace().next()),
            process: Process {
                pid: rest.split_whitespace().next().and_then(count_in),
                name: Some(name.to_owned()),
                ..Process::default()
            },
            lasted: seconds.and_then(Moment::of_number).map_or(0, |lasted| lasted.ms.max(0)),
            into: Half { bytes: Some(bytes.0), packets: packets.map(|packets| packets.0) },
            out: Half { bytes: Some(bytes.1), packets: packets.map(|packets| packets.1) },
        })
    }

    fn telemetry(self, time: Option<Moment>) -> Result<Telemetry, Reason> {
        let time = time.ok_or(Reason::MissingField { field: "timestamp" })?;
        let fact = match self.ends {
            Some([local, remote]) => {
                let end = |(ip, port)| End { ip: Some(ip), port: Some(port) };
                // Nobody says who called; who listens has the lower port.
                let called = local.1 < remote.1;
                let (src, dst) = if called { (end(remote), end(local)) } else { (end(local), end(remote)) };
                let (sent, received) = if called { (self.into, self.out) } else { (self.out, self.into) };
                Fact::Conversation(Conversation {
                    start: time.ms.saturating_sub(self.lasted),
                    end: time.ms,
                    src,
                    dst,
                    protocol: Some(self.protocol),
                    sent,
                    received,
                    way: if called { Way::Inbound } else { Way::Outbound },
                    process: Some(self.process),
                    ..Conversation::default()
                })
            }
            // The system hides addresses unless it is told otherwise; the bytes are still the process's.
            None => Fact::Usage(Usage {
                packets_in: self.into.packets,
                packets_out: self.out.packets,
                process: Some(self.process),
                ..Usage::of(Some(time.ms), Counter::Delta, self.into.bytes, self.out.bytes)
            }),
        };
        let mut telemetry = Telemetry::of(Source::MacosLog, fact);
        telemetry.zone_unknown = !time.zoned;
        telemetry.device.interface_name = self.interface.map(ToOwned::to_owned);
        Ok(telemetry)
    }
}

/// `10.0.0.5:50000<->203.0.113.9:443`; the last colon of each end is the port's, in IPv6 too.
fn ends(text: &str) -> Option<[(IpAddr, u16); 2]> {
    let (local, remote) = text.split_once("<->")?;
    let end = |text: &str| {
        let (address, port) = text.rsplit_once(':')?;
        Some((address_of(address)?, port.parse().ok()?))
    };
    Some([end(local)?, end(remote)?])
}
