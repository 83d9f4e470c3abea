//! Endpoint, container and sensor logs, told apart by content.

mod sink;
mod syslog;
mod table;
mod wrapper;

use crate::json::{self, Object, Value};
use crate::source::Source;
use crate::{
    auditd, collectd, docker, falco, fluent_bit, goflow2, kubelet, macos, nfdump, ocsf, osquery, otlp,
    prometheus, santa, suricata, telegraf, vm_connection, windows, zeek,
};

pub(crate) use sink::{Found, Sink};
use table::Table;
pub(crate) use table::{Columns, addresses, flags, port, protocol};

/// Wrappers inside wrappers that are opened: a forwarder's object, its text, OTLP around both.
const DEEPEST: u8 = 4;

/// Reads one input that holds endpoint, container or sensor logs, perhaps among others.
#[derive(Debug)]
pub(crate) struct Endpoint {
    named: Source,
    sink: Sink,
    /// Lines in columns that a header named.
    table: Option<Table>,
    audit: auditd::Joiner,
    hosts: windows::Hosts,
    running: macos::Running,
    /// The last piece was ours, so the next one is probably too.
    sticky: bool,
}

/// One JSON source: how it is told, and how it is read.
struct JsonSource {
    source: Source,
    is: fn(Object<'_>) -> bool,
    read: fn(Object<'_>, &mut Sink),
}

/// JSON sources without memory, the ones that are told by the rarest members first.
const JSON: &[JsonSource] = &[
    JsonSource { source: Source::Suricata, is: suricata::is, read: suricata::read },
    JsonSource { source: Source::Zeek, is: zeek::is, read: zeek::read },
    JsonSource { source: Source::Goflow2, is: goflow2::is, read: goflow2::read },
    JsonSource { source: Source::Nfdump, is: nfdump::is, read: nfdump::read },
    JsonSource { source: Source::Ocsf, is: ocsf::is, read: ocsf::read },
    JsonSource { source: Source::VmConnection, is: vm_connection::is, read: vm_connection::read },
    JsonSource { source: Source::Auditd, is: auditd::json::is, read: auditd::json::read },
    JsonSource { source: Source::Osquery, is: osquery::is, read: osquery::read },
    JsonSource { source: Source::Falco, is: falco::is, read: falco::read },
    JsonSource { source: Source::DockerStats, is: docker::is, read: docker::read },
    JsonSource { source: Source::Kubelet, is: kubelet::is, read: kubelet::read },
    JsonSource { source: Source::Santa, is: santa::is, read: santa::read },
    JsonSource { source: Source::Telegraf, is: telegraf::is, read: telegraf::read },
    JsonSource { source: Source::Collectd, is: collectd::is, read: collectd::read },
    JsonSource { source: Source::FluentBit, is: fluent_bit::is, read: fluent_bit::read },
    JsonSource { source: Source::MacosLog, is: macos::log::is, read: macos::log::read },
];

impl Endpoint {
    /// Reads what is `named`, or whatever is found.
    pub(crate) fn new(named: Source) -> Self {
        Self {
            // What an event carries may be anything.
            named: if named == Source::Envelope { Source::Auto } else { named },
            sink: Sink::default(),
            table: None,
            audit: auditd::Joiner::default(),
            hosts: windows::Hosts::default(),
            running: macos::Running::default(),
            sticky: false,
        }
    }

    /// What was found, oldest first.
    pub(crate) fn next(&mut self) -> Option<Found> {
        self.sink.found.pop_front()
    }

    /// Whether nothing is left to hand out.
    pub(crate) fn is_empty(&self) -> bool {
        self.sink.found.is_empty()
    }

    /// How many more than one the last piece held: it was counted as one line, and each of its records is one.
    pub(crate) fn more(&self) -> u64 {
        (self.sink.found.len() as u64).saturating_sub(1)
    }

    /// Whether the last piece was read here.
    pub(crate) const fn is_sticky(&self) -> bool {
        self.sticky
    }

    /// Whether a piece that begins so is worth offering before anybody else looks at it.
    pub(crate) fn comes_first(&self, text: &[u8]) -> bool {
        if self.table.is_some() || self.sticky {
            return true;
        }
        match text.first() {
            // Flow log lines begin with a digit, and header lines and ids with a letter.
            Some(b'0'..=b'9') | None => false,
            Some(b'{') => {
                let head = text.get(..2048).unwrap_or(text);
                [&b"\"time_flow_start"[..], b"\"time_received", b"\"Event\""]
                    .iter()
                    .any(|member| memchr::memmem::find(head, member).is_some())
            }
            Some(b'[') => false,
            Some(_) => true,
        }
    }

    /// Reads a line, a JSON document or an XML event; false if it is nobody's that is known here.
    ///
    /// `received` (milliseconds since the epoch) stands in for the time of a record that has none.
    pub(crate) fn offer(&mut self, text: &str, received: Option<i64>) -> bool {
        self.sink.received = received;
        self.sink.host = None;
        let before = self.sink.found.len();
        self.sticky = self.any(text, 0);
        self.sink.explain(before, text);
        self.sticky
    }

    /// Hands out what waited for lines that did not come.
    pub(crate) fn finish(&mut self) {
        self.audit.finish(&mut self.sink);
    }

    fn wants(&self, source: Source) -> bool {
        self.named == Source::Auto || self.named == source
    }

    fn any(&mut self, text: &str, depth: u8) -> bool {
        if depth > DEEPEST {
            return false;
        }
        let text = text.trim_matches(['\u{feff}', ' ', '\r', '\n']);
        match text.as_bytes().first() {
            Some(b'{') => match json::parse(text) {
                Some(value) => json::object(&value).is_some_and(|object| self.object(object, depth)),
                None => false,
            },
            Some(b'<') if windows::xml::is(text) => self.event_xml(text),
            Some(_) => self.line(text, depth),
            None => false,
        }
    }

    fn event_xml(&mut self, text: &str) -> bool {
        self.wants(Source::Sysmon) && windows::xml::read(text, &mut self.hosts, &mut self.sink)
    }

    fn object(&mut self, object: Object<'_>, depth: u8) -> bool {
        if depth > DEEPEST {
            return false;
        }
        for candidate in JSON {
            if (candidate.is)(object) && self.wants(candidate.source) {
                let before = self.sink.found.len();
                (candidate.read)(object, &mut self.sink);
                self.add_host(candidate.source, object, before);
                return true;
            }
        }
        if self.wants(Source::Eslogger) && macos::eslogger::is(object) {
            let before = self.sink.found.len();
            macos::eslogger::read(object, &mut self.running, &mut self.sink);
            self.add_host(Source::Eslogger, object, before);
            return true;
        }
        if self.wants(Source::Sysmon)
            && let Some(event) = windows::json::event(object)
        {
            windows::read(&event, &mut self.hosts, &mut self.sink);
            return true;
        }
        if self.wants(Source::Otlp) && otlp::is(object) {
            otlp::each(object, &mut |body, time, host, container| {
                let before = self.sink.found.len();
                let (received, name) = (self.sink.received, self.sink.host.take());
                self.sink.received = time.or(received);
                self.sink.host = host.map(ToOwned::to_owned).or(name);
                let taken = match body {
                    Value::Str(text) => self.any(text, depth + 1),
                    body => json::object(body).is_some_and(|body| self.object(body, depth + 1)),
                };
                self.sink.received = received;
                if !taken {
                    self.sink.reject(Source::Otlp, crate::Reason::UnknownRecord);
                }
                self.sink.enrich(before, container);
            });
            return true;
        }
        self.wrapped(object, depth)
    }

    /// The host that a forwarder added to an object of a log that itself knows none.
    fn add_host(&mut self, source: Source, object: Object<'_>, before: usize) {
        if matches!(source, Source::DockerStats | Source::MacosLog | Source::Eslogger) {
            self.sink.name_host(before, wrapper::host(object));
        }
    }

    /// A forwarder's object around a line or another object.
    fn wrapped(&mut self, object: Object<'_>, depth: u8) -> bool {
        let before = self.sink.found.len();
        let received = self.sink.received;
        self.sink.received = received.or_else(|| wrapper::time(object));
        let host = wrapper::host(object);
        let taken = wrapper::objects(object).any(|inner| self.object(inner, depth + 1))
            || wrapper::texts(object).any(|inner| self.any(inner, depth + 1));
        self.sink.received = received;
        self.sink.name_host(before, host);
        taken
    }

    fn line(&mut self, text: &str, depth: u8) -> bool {
        if let Some(table) = Table::of_header(text, self.table.as_ref())
            && self.wants(table.source())
        {
            self.table = Some(table);
            self.sink.control();
            return true;
        }
        if let Some(table) = &mut self.table
            && table.read(text, &mut self.sink)
        {
            return true;
        }
        if text.starts_with('#') || macos::log::is_banner(text) {
            self.sink.control();
            return true;
        }
        if self.wants(Source::Auditd) && self.audit.line(text, &mut self.sink) {
            return true;
        }
        if self.wants(Source::Santa) && santa::line(text, &mut self.sink) {
            return true;
        }
        if self.wants(Source::Prometheus) && prometheus::line(text, &mut self.sink) {
            return true;
        }
        if self.wants(Source::MacosLog) && macos::log::line(text, &mut self.sink) {
            return true;
        }
        if self.wants(Source::Nettop) && macos::nettop::bare(text, &mut self.sink) {
            return true;
        }
        if let Some(syslog) = syslog::split(text) {
            let before = self.sink.found.len();
            let received = self.sink.received;
            self.sink.received = received.or(syslog.time);
            let taken = self.any(syslog.message, depth + 1);
            self.sink.received = received;
            self.sink.name_host(before, syslog.host);
            return taken;
        }
        // Streaming `docker stats` draws its JSON over the last frame.
        if let Some(json) = text.find("{\"").and_then(|start| text.get(start..))
            && text.starts_with('\u{1b}')
        {
            return self.any(json, depth + 1);
        }
        false
    }
}
