//! What a log is, as the user names it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::api_call;

/// The log source that an input holds.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub enum Source {
    /// Decided by content, per file, and per line where a file mixes.
    #[default]
    Auto,
    /// VPC and transit gateway flow logs: text, JSON or Parquet, bare or inside an event.
    VpcFlow,
    /// Sysmon and Windows security events: XML, or JSON of any forwarder.
    Sysmon,
    /// Linux audit: raw, enriched, Auditbeat, laurel.
    Auditd,
    /// Zeek connection logs: text or JSON.
    Zeek,
    /// Suricata EVE.
    Suricata,
    /// nfdump: CSV or JSON.
    Nfdump,
    /// Argus flows with labels.
    Binetflow,
    /// NetFlow, IPFIX and sFlow as goflow2 writes them.
    Goflow2,
    /// macOS unified log.
    MacosLog,
    /// macOS nettop: CSV.
    Nettop,
    /// macOS eslogger.
    Eslogger,
    /// Santa: text or JSON.
    Santa,
    /// osquery results.
    Osquery,
    /// Docker statistics: API or command line.
    DockerStats,
    /// kubelet summary.
    Kubelet,
    /// Falco alerts.
    Falco,
    /// OTLP logs: their bodies are read as what they are.
    Otlp,
    /// OCSF network and process activity, as in Security Lake.
    Ocsf,
    /// Prometheus text: network counters of cAdvisor and node exporter.
    Prometheus,
    /// Telegraf metrics as JSON.
    Telegraf,
    /// collectd metrics as JSON.
    Collectd,
    /// Network counters of Fluent Bit.
    FluentBit,
    /// Azure VM Insights connections.
    VmConnection,
    /// Route 53 Resolver query logs.
    Resolver,
    /// CloudTrail records: files of a trail, lines, or inside an event.
    CloudTrail,
    /// Lambda events only: a bare record is refused.
    Envelope,
}

impl Source {
    /// Every source that this version reads, in the order that help texts list them.
    pub const ALL: [Self; 27] = [
        Self::Auto,
        Self::VpcFlow,
        Self::CloudTrail,
        Self::Sysmon,
        Self::Auditd,
        Self::Zeek,
        Self::Suricata,
        Self::Nfdump,
        Self::Binetflow,
        Self::Goflow2,
        Self::MacosLog,
        Self::Nettop,
        Self::Eslogger,
        Self::Santa,
        Self::Osquery,
        Self::DockerStats,
        Self::Kubelet,
        Self::Falco,
        Self::Otlp,
        Self::Ocsf,
        Self::Prometheus,
        Self::Telegraf,
        Self::Collectd,
        Self::FluentBit,
        Self::VmConnection,
        Self::Resolver,
        Self::Envelope,
    ];

    /// What an input of this source was read as: without a name, as a flow log.
    pub(crate) const fn or_flow(self) -> Self {
        match self {
            Self::Auto => Self::VpcFlow,
            named => named,
        }
    }

    /// Whether flow logs are among what an input of this source holds.
    pub(crate) const fn has_flow_logs(self) -> bool {
        matches!(self, Self::Auto | Self::VpcFlow | Self::Envelope)
    }

    /// Whether a line is read as a lookup.
    pub(crate) fn is_lookup(self, line: &str) -> bool {
        matches!(self, Self::Auto | Self::Resolver) && crate::lookup::is_likely(line)
    }

    /// Whether a text that is no event is read as a record of CloudTrail.
    pub(crate) fn is_call(self, text: &str) -> bool {
        text.starts_with('{')
            && match self {
                Self::CloudTrail => true,
                Self::Auto | Self::Envelope => api_call::is_likely(text),
                _ => false,
            }
    }

    /// The name on the command line and in `--rejects` files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::VpcFlow => "vpc-flow",
            Self::Sysmon => "sysmon",
            Self::Auditd => "auditd",
            Self::Zeek => "zeek",
            Self::Suricata => "suricata",
            Self::Nfdump => "nfdump",
            Self::Binetflow => "binetflow",
            Self::Goflow2 => "goflow2",
            Self::MacosLog => "macos-log",
            Self::Nettop => "nettop",
            Self::Eslogger => "eslogger",
            Self::Santa => "santa",
            Self::Osquery => "osquery",
            Self::DockerStats => "docker-stats",
            Self::Kubelet => "kubelet",
            Self::Falco => "falco",
            Self::Otlp => "otlp",
            Self::Ocsf => "ocsf",
            Self::Prometheus => "prometheus",
            Self::Telegraf => "telegraf",
            Self::Collectd => "collectd",
            Self::FluentBit => "fluent-bit",
            Self::VmConnection => "vm-connection",
            Self::Resolver => "resolver",
            Self::CloudTrail => "cloudtrail",
            Self::Envelope => "envelope",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Source {
    type Err = UnknownSource;

    fn from_str(name: &str) -> Result<Self, UnknownSource> {
        Self::ALL.into_iter().find(|source| source.name() == name).ok_or_else(|| UnknownSource {
            found: crate::reject::quoted(name),
            expected: Self::ALL.map(Self::name).join(", "),
        })
    }
}

/// A name that is no source.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the source should be one of {expected}, found `{found}`")]
pub struct UnknownSource {
    found: String,
    expected: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_is_read_back_from_its_own_name() {
        for source in Source::ALL {
            assert_eq!(source.to_string().parse(), Ok(source));
        }
    }

    #[test]
    fn an_unknown_source_is_answered_with_the_choices() {
        let error = "netflow".parse::<Source>().unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "the source should be one of {}, found `netflow`",
                Source::ALL.map(Source::name).join(", ")
            )
        );
    }
}
