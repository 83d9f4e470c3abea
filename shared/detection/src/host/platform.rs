//! Which analytic a host is judged by.

use serde::{Deserialize, Serialize};
use weir_records::telemetry::Process;
use weir_records::{Source, Telemetry};

/// The kind of operating system.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Platform {
    /// AN0080.
    Windows,
    /// AN0081.
    Linux,
    /// AN0082.
    MacOs,
}

impl Platform {
    /// The analytic of the platform's processes.
    #[must_use]
    pub const fn analytic(self) -> &'static str {
        match self {
            Self::Windows => "AN0080",
            Self::Linux => "AN0081",
            Self::MacOs => "AN0082",
        }
    }

    /// What a record shows of the platform: its log, or the form of a path.
    #[must_use]
    pub fn of(telemetry: &Telemetry) -> Option<Self> {
        match telemetry.source {
            Source::Auditd | Source::Falco | Source::DockerStats | Source::Kubelet => Some(Self::Linux),
            Source::MacosLog | Source::Nettop | Source::Eslogger | Source::Santa => Some(Self::MacOs),
            _ => telemetry.process().and_then(of_process),
        }
    }
}

fn of_process(process: &Process) -> Option<Platform> {
    let path = process.path.as_deref()?;
    let is_windows = path.contains('\\') || path.get(1..3) == Some(":/");
    let is_mac = process.signature.is_some()
        || ["/Applications/", "/Users/", "/System/", "/Library/"].iter().any(|root| path.starts_with(root));
    Some(match (is_windows, is_mac) {
        (true, _) => Platform::Windows,
        (false, true) => Platform::MacOs,
        (false, false) => Platform::Linux,
    })
}
