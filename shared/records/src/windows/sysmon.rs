//! Sysmon's process creations (1) and connections (3).
//!
//! A connection has no bytes and no end. Who opened it is `Initiated`; which end is the host's own is not, since
//! versions differ in what they call the source of an incoming one.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

use super::{Event, time_of};
use crate::endpoint::{Sink, protocol};
use crate::json::{address_of, count_in};
use crate::reject::Reason;
use crate::source::Source;
use crate::telemetry::{Conversation, End, Fact, How, Launch, Process, Telemetry, Way};

/// Hosts whose addresses are remembered.
const HOSTS: usize = 4_096;

/// Addresses remembered of one host.
const ADDRESSES: usize = 16;

/// Own addresses of hosts, as their outgoing connections told them.
#[derive(Debug, Default)]
pub(crate) struct Hosts {
    own: HashMap<String, Vec<IpAddr>>,
    oldest: VecDeque<String>,
}

impl Hosts {
    fn learn(&mut self, host: &str, address: IpAddr) {
        if address.is_loopback() || address.is_multicast() {
            return;
        }
        if !self.own.contains_key(host) {
            if self.own.len() >= HOSTS
                && let Some(oldest) = self.oldest.pop_front()
            {
                self.own.remove(&oldest);
            }
            self.oldest.push_back(host.to_owned());
        }
        let own = self.own.entry(host.to_owned()).or_default();
        if own.len() < ADDRESSES && !own.contains(&address) {
            own.push(address);
        }
    }

    fn has(&self, host: &str, address: IpAddr) -> bool {
        self.own.get(host).is_some_and(|own| own.contains(&address))
    }
}

/// A process creation.
pub(super) fn launch(event: &Event<'_>, sink: &Sink) -> Result<Telemetry, Reason> {
    let time = time_of(event, sink)?;
    let image = event.get("Image").ok_or(Reason::MissingField { field: "Image" })?;
    let parent = Process {
        pid: event.get("ParentProcessId").and_then(count_in),
        uid: event.get("ParentProcessGuid").map(guid),
        cmd_line: event.get("ParentCommandLine").map(ToOwned::to_owned),
        user: event.get("ParentUser").map(ToOwned::to_owned),
        ..Process::at(event.get("ParentImage"))
    };
    let process = Process {
        cmd_line: event.get("CommandLine").map(ToOwned::to_owned),
        original_name: event.get("OriginalFileName").map(ToOwned::to_owned),
        company: event.get("Company").map(ToOwned::to_owned),
        sha256: event.get("Hashes").and_then(sha256),
        parent: parent.known().map(Box::new),
        ..actor(event, Some(image))
    };
    let launch = Launch { time: time.ms, how: How::Started, process };
    let mut telemetry = Telemetry::of(Source::Sysmon, Fact::Launch(launch));
    telemetry.zone_unknown = !time.zoned;
    Ok(telemetry)
}

/// A connection.
pub(super) fn conversation(event: &Event<'_>, hosts: &mut Hosts, sink: &Sink) -> Result<Telemetry, Reason> {
    let time = time_of(event, sink)?;
    let end = |ip: &'static str, port: &str| {
        let text = event.get(ip).ok_or(Reason::MissingField { field: ip })?;
        let address =
            address_of(text).ok_or(Reason::BadField { field: ip, expected: "an IPv4 or IPv6 address" })?;
        let port = event.get(port).and_then(count_in).and_then(|port| port.try_into().ok());
        Ok(End { ip: Some(address), port })
    };
    let source = end("SourceIp", "SourcePort")?;
    let destination = end("DestinationIp", "DestinationPort")?;
    let host = event.computer.as_deref().unwrap_or("-");
    let (src, dst, way) = match event.get("Initiated") {
        Some("true" | "True" | "1") => {
            if let Some(address) = source.ip {
                hosts.learn(host, address);
            }
            (source, destination, Way::Outbound)
        }
        Some(_) if is_own(&source, &destination, host, event, hosts) => (destination, source, Way::Inbound),
        Some(_) => (source, destination, Way::Inbound),
        None => (source, destination, Conversation::way_of(source.ip, destination.ip)),
    };
    let conversation = Conversation {
        start: time.ms,
        end: time.ms,
        src,
        dst,
        protocol: event.get("Protocol").and_then(protocol),
        way,
        process: actor(event, event.get("Image")).known(),
        ..Conversation::default()
    };
    let mut telemetry = Telemetry::of(Source::Sysmon, Fact::Conversation(conversation));
    telemetry.zone_unknown = !time.zoned;
    Ok(telemetry)
}

/// Whether the source of an incoming connection is the host itself: by the addresses it is known to have, by its
/// name, and else by the port, since who listens has the lower one.
fn is_own(source: &End, destination: &End, host: &str, event: &Event<'_>, hosts: &Hosts) -> bool {
    let known = |end: &End| end.ip.is_some_and(|address| hosts.has(host, address));
    match (known(source), known(destination)) {
        (true, false) => return true,
        (false, true) => return false,
        _ => {}
    }
    let named = |name: &str| event.get(name).is_some_and(|name| name.eq_ignore_ascii_case(host));
    match (named("SourceHostname"), named("DestinationHostname")) {
        (true, false) => return true,
        (false, true) => return false,
        _ => {}
    }
    // Nobody calls from the address of a group.
    if destination.ip.is_some_and(|address| address.is_multicast()) {
        return false;
    }
    source.port < destination.port
}

/// The process of an event.
fn actor(event: &Event<'_>, image: Option<&str>) -> Process {
    Process {
        pid: event.get("ProcessId").and_then(count_in),
        uid: event.get("ProcessGuid").map(guid),
        user: event.get("User").map(ToOwned::to_owned),
        ..Process::at(image)
    }
}

/// A GUID without its braces, in lower case.
fn guid(text: &str) -> String {
    text.trim_matches(['{', '}']).to_ascii_lowercase()
}

/// The SHA-256 of `SHA1=…,MD5=…,SHA256=…,IMPHASH=…`.
fn sha256(hashes: &str) -> Option<String> {
    let mut hashes = hashes.split(',').filter_map(|hash| hash.split_once('='));
    hashes.find(|(name, _)| name.trim() == "SHA256").map(|(_, hash)| hash.trim().to_ascii_lowercase())
}
