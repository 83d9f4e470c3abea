//! What a host, a container platform or a network sensor told, in the same shape from every source.
//!
//! Absent stays absent: what a log does not carry is `None`, never 0 and never "".

mod conversation;
mod normalised;
mod process;
mod usage;

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::source::Source;

pub use conversation::{Conversation, End, Half, Way};
pub use process::{How, Launch, Process, Signature, base_name};
pub use usage::{Counter, Usage};

/// One record of an endpoint, container or sensor log.
#[derive(Clone, Debug, PartialEq)]
pub struct Telemetry {
    /// The log it comes from.
    pub source: Source,
    /// Id of the record in its log, where it has one.
    pub uid: Option<String>,
    /// The log's times do not say their zone: they were read as UTC.
    pub zone_unknown: bool,
    /// Where it happened.
    pub device: Device,
    /// In which container.
    pub container: Option<Container>,
    /// What happened.
    pub fact: Fact,
}

/// What happened.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum Fact {
    /// Two ends exchanged packets.
    Conversation(Conversation),
    /// A program was started, or was set up to be.
    Launch(Launch),
    /// A counter without peers stood at a value.
    Usage(Usage),
}

/// A machine, as far as the log knows it.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Device {
    /// Name of the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// Address of the host, or of the device that exported a flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<IpAddr>,
    /// Instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_uid: Option<String>,
    /// Network interface, as AWS names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface_uid: Option<String>,
    /// Network interface, as the host names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface_name: Option<String>,
}

/// A container or pod.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Container {
    /// Id: whole, or its first 12 digits; of a pod its uid.
    pub uid: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Image with tag or digest.
    pub image: Option<String>,
    /// Kubernetes namespace.
    pub namespace: Option<String>,
}

impl Fact {
    /// What it says was moved in the time of the record; where a counter stands since its beginning is no such count.
    pub(crate) const fn counts(&self) -> [Option<u64>; 4] {
        match self {
            Self::Conversation(it) => {
                [it.sent.bytes, it.sent.packets, it.received.bytes, it.received.packets]
            }
            Self::Usage(it) if matches!(it.counter, Counter::Delta) => {
                [it.bytes_in, it.bytes_out, it.packets_in, it.packets_out]
            }
            Self::Usage(_) | Self::Launch(_) => [None; 4],
        }
    }
}

impl Container {
    /// The container, if anything is known of it.
    pub fn known(self) -> Option<Self> {
        (self != Self::default()).then_some(self)
    }
}

impl Device {
    /// A host of which only the name is known, or nothing.
    pub fn named(hostname: Option<&str>) -> Self {
        Self { hostname: hostname.map(ToOwned::to_owned), ..Self::default() }
    }
}

impl Telemetry {
    /// A record of `source` of which only the fact is known yet.
    pub fn of(source: Source, fact: Fact) -> Self {
        Self { source, uid: None, zone_unknown: false, device: Device::default(), container: None, fact }
    }

    /// Event time, milliseconds since the epoch, where the log tells it: of a conversation its end.
    pub fn time(&self) -> Option<i64> {
        match &self.fact {
            Fact::Conversation(conversation) => Some(conversation.end),
            Fact::Launch(launch) => Some(launch.time),
            Fact::Usage(usage) => usage.time,
        }
    }

    /// The process that ran, talked or counted.
    pub const fn process(&self) -> Option<&Process> {
        match &self.fact {
            Fact::Conversation(conversation) => conversation.process.as_ref(),
            Fact::Launch(launch) => Some(&launch.process),
            Fact::Usage(usage) => usage.process.as_ref(),
        }
    }
}
