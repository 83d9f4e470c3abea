//! Windows events: Sysmon 1 and 3 (Linux too), security 4688 and 4698, service installations 7045.
//!
//! The same event arrives as XML and as JSON of a dozen forwarders. Each is brought to one [`Event`] of named values,
//! exactly as they are written: `ProcessId` is the process of the event, `ProcessID` the service that logged it.
//!
//! # Source
//!
//! <https://learn.microsoft.com/sysinternals/downloads/sysmon>,
//! <https://learn.microsoft.com/windows/security/threat-protection/auditing/event-4688>

pub(crate) mod json;
mod positional;
mod security;
mod sysmon;
pub(crate) mod xml;

use std::borrow::Cow;

pub(crate) use sysmon::Hosts;

use crate::endpoint::Sink;
use crate::json::given;
use crate::moment::Moment;
use crate::reject::Reason;
use crate::source::Source;

/// An event, whoever forwarded it.
#[derive(Debug, Default)]
pub(crate) struct Event<'a> {
    /// `Microsoft-Windows-Sysmon`, `Linux-Sysmon`, `Microsoft-Windows-Security-Auditing`, `Service Control Manager`.
    pub(super) provider: Option<Cow<'a, str>>,
    pub(super) channel: Option<Cow<'a, str>>,
    pub(super) id: u64,
    pub(super) computer: Option<Cow<'a, str>>,
    /// When the event was written, as the system says.
    pub(super) time: Option<Moment>,
    /// Number of the record in its log.
    pub(super) record: Option<Cow<'a, str>>,
    /// Named values.
    pub(super) data: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// Values without names, in the order of the event's definition.
    pub(super) positional: Vec<Cow<'a, str>>,
    /// The text that the system makes of it: `Name: value` lines.
    pub(super) message: Option<Cow<'a, str>>,
}

impl Event<'_> {
    /// The value of a name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let named = self.data.iter().find(|(have, _)| have == name).and_then(|(_, value)| given(value));
        named.or_else(|| self.said(name))
    }

    /// The value in the event's text, where a forwarder lost it elsewhere.
    fn said(&self, name: &str) -> Option<&str> {
        self.message.as_deref()?.lines().find_map(|line| {
            let value = line.trim_start().strip_prefix(name)?.strip_prefix(':')?;
            given(value)
        })
    }

    fn is_sysmon(&self) -> bool {
        let says = |text: &Option<Cow<'_, str>>| text.as_deref().is_some_and(|text| text.contains("Sysmon"));
        says(&self.provider) || says(&self.channel)
    }
}

/// Reads an event.
pub(crate) fn read(event: &Event<'_>, hosts: &mut Hosts, sink: &mut Sink) {
    let telemetry = match (event.id, event.is_sysmon()) {
        (1, true) => sysmon::launch(event, sink),
        (3, true) => sysmon::conversation(event, hosts, sink),
        (4688, false) => security::launch(event, sink),
        (4698, false) => security::task(event, sink),
        (7045 | 4697, false) => security::service(event, sink),
        _ => return sink.unused(),
    };
    let telemetry = telemetry.map(|mut telemetry| {
        telemetry.uid = event.record.as_deref().map(ToOwned::to_owned);
        telemetry.device.hostname = event.computer.as_deref().map(ToOwned::to_owned);
        telemetry
    });
    sink.push_or_reject(Source::Sysmon, telemetry);
}

/// The time of an event: what Sysmon measured, unless the system's own clock says another day.
fn time_of(event: &Event<'_>, sink: &Sink) -> Result<Moment, Reason> {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    // Sysmon writes UTC without saying so.
    let measured = event.get("UtcTime").and_then(Moment::of_text).map(|time| Moment { zoned: true, ..time });
    let time = match (measured, event.time) {
        (Some(measured), Some(system)) if system.zoned && (measured.ms - system.ms).abs() > DAY => {
            Some(system)
        }
        (measured, system) => measured.or(system),
    };
    sink.time(time).ok_or(Reason::MissingField { field: "UtcTime" })
}
