//! What is true in a world: its hijacks and the life of every entity, written by the generator and read by the scorer.

use serde::{Deserialize, Serialize};

/// The truth about one world, as `labels.json` holds it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Labels {
    /// Name of the world.
    pub world: String,
    /// Seed that made it.
    pub seed: u64,
    /// First and last instant, milliseconds since the epoch.
    pub start_ms: i64,
    /// End of the data, milliseconds since the epoch.
    pub end_ms: i64,
    /// What should be found.
    pub hijacks: Vec<Hijack>,
    /// Everybody who lives in the world, hijacked or not.
    pub entities: Vec<Entity>,
}

/// One hijack of one entity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hijack {
    /// Kind, as `relay-50k` or `scan-slow`.
    pub kind: String,
    /// Instance id.
    pub entity: String,
    /// Interface id.
    pub interface: String,
    /// Private addresses, by which a host behind a logged NAT is known.
    pub addresses: Vec<String>,
    /// Role of the host that was hijacked.
    pub host_kind: String,
    /// First hostile packet, milliseconds since the epoch.
    pub start_ms: i64,
    /// Last hostile packet, milliseconds since the epoch.
    pub end_ms: i64,
    /// Severity that an analyst would want at least: `medium` or `low`.
    pub expected_severity: String,
    /// Kernel that should name it.
    pub kernel: String,
    /// What it pushes to, where it is a relay that keeps its gateways.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gateways: Vec<std::net::IpAddr>,
}

/// One entity and when it lived.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entity {
    /// Instance id, or the interface id where there is no instance.
    pub entity: String,
    /// Interface id.
    pub interface: String,
    /// Private addresses.
    pub addresses: Vec<String>,
    /// Role, as `crawler` or `nat-gateway`.
    pub kind: String,
    /// Analytic that judges it, where that is not the flow logs'.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub analytic: Option<String>,
    /// Whether some hijack names it.
    pub hijacked: bool,
    /// First instant alive within the data, milliseconds since the epoch.
    pub alive_from_ms: i64,
    /// Last instant alive within the data, milliseconds since the epoch.
    pub alive_to_ms: i64,
    /// Benign life in days: an instance, alive and not yet hijacked; 0 for shared interfaces.
    pub benign_days: f64,
}
