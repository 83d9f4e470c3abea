//! The settings of hosts and containers, with the default of each.

use super::quantity::KofM;
use super::tree::AnalyticMode;

/// Windows hosts (AN0080).
#[derive(Clone, Debug, PartialEq)]
pub struct An0080 {
    /// Whether it runs.
    pub mode: AnalyticMode,
    /// Time in which the children of one parent are counted, in ms.
    pub time_window: i64,
    /// Where programs may send to.
    pub destination_country: DestinationCountry,
    /// Which programs count.
    pub process_name: ProcessName,
}

impl Default for An0080 {
    fn default() -> Self {
        Self {
            mode: AnalyticMode::default(),
            time_window: 300_000,
            destination_country: DestinationCountry::default(),
            process_name: ProcessName::default(),
        }
    }
}

/// Countries, by ISO 3166.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DestinationCountry {
    /// The only ones that are usual; none for no such rule.
    pub allow: Vec<String>,
    /// Those that are unusual.
    pub deny: Vec<String>,
}

/// Programs by name or path, lower case.
#[derive(Clone, Debug, PartialEq)]
pub struct ProcessName {
    /// Paths that are no finding; an asterisk at the end stands for the rest.
    pub allow: Vec<String>,
    /// Names that count like one of the catalogue.
    pub extra: Vec<String>,
    /// Starts of one network tool within the time window that are a burst.
    pub child_burst: u32,
}

impl Default for ProcessName {
    fn default() -> Self {
        Self { allow: Vec::new(), extra: Vec::new(), child_burst: 20 }
    }
}

/// Linux hosts (AN0081).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct An0081 {
    /// Whether it runs.
    pub mode: AnalyticMode,
    /// Which programs count.
    pub tool_pattern: ToolPattern,
    /// Traffic that makes a tool of honest users matter.
    pub traffic_rate_threshold: TrafficRateThreshold,
}

/// Programs by name, and tools of the catalogue by id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ToolPattern {
    /// Names that count like one of the catalogue.
    pub extra: Vec<String>,
    /// Ids of tools that do not count.
    pub disabled: Vec<String>,
}

/// Sustained egress of a host or a program.
#[derive(Clone, Debug, PartialEq)]
pub struct TrafficRateThreshold {
    /// Bits a second.
    pub rate: u64,
    /// In how many of how many 5-minute buckets.
    pub k_of_m: KofM,
    /// Bytes an hour below which it does not matter.
    pub min_bytes: u64,
}

impl Default for TrafficRateThreshold {
    fn default() -> Self {
        Self { rate: 8_000_000, k_of_m: KofM::constant::<8, 12>(), min_bytes: 100_000_000 }
    }
}

/// macOS hosts (AN0082).
#[derive(Clone, Debug, PartialEq)]
pub struct An0082 {
    /// Whether it runs.
    pub mode: AnalyticMode,
    /// What a signature is worth.
    pub process_signed_status: ProcessSignedStatus,
    /// Bits a second that a program sends.
    pub data_rate_threshold: u64,
}

impl Default for An0082 {
    fn default() -> Self {
        Self {
            mode: AnalyticMode::default(),
            process_signed_status: ProcessSignedStatus::default(),
            data_rate_threshold: 8_000_000,
        }
    }
}

/// How much a program's traffic is to be doubted, by who signed it: 0 not at all, 1 in full.
#[derive(Clone, Debug, PartialEq)]
pub struct ProcessSignedStatus {
    /// Teams that are trusted.
    pub allow_team: Vec<String>,
    /// A developer that is known to Apple.
    pub developer_id: f64,
    /// Signed by nobody in particular.
    pub adhoc: f64,
    /// Not signed.
    pub unsigned: f64,
    /// No log says.
    pub unknown: f64,
}

impl Default for ProcessSignedStatus {
    fn default() -> Self {
        Self { allow_team: Vec::new(), developer_id: 0.5, adhoc: 1.0, unsigned: 1.0, unknown: 0.7 }
    }
}

/// Containers (AN0083).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct An0083 {
    /// Whether it runs.
    pub mode: AnalyticMode,
    /// What a container sends against what is usual for its image.
    pub container_baseline_network_usage: ContainerUsage,
    /// Which images count.
    pub image_name: ImageName,
}

/// What a container sends against what is usual for its image.
#[derive(Clone, Debug, PartialEq)]
pub struct ContainerUsage {
    /// Percentile of the image's own 5-minute egress: 90, 95 or 99.
    pub percentile: u8,
    /// In how many of how many buckets.
    pub k_of_m: KofM,
    /// Median bytes an hour below which a container counts as dormant.
    pub dormant: u64,
    /// Times the usual.
    pub jump_ratio: f64,
    /// Bytes an hour below which it does not matter.
    pub min_bytes: u64,
    /// Times the median of its replicas.
    pub replica_ratio: f64,
    /// How far bytes in and out may differ to count as relayed, as a share of the larger.
    pub symmetry: f64,
}

impl Default for ContainerUsage {
    fn default() -> Self {
        Self {
            percentile: 90,
            k_of_m: KofM::constant::<8, 12>(),
            dormant: 600_000,
            jump_ratio: 10.0,
            min_bytes: 25_000_000,
            replica_ratio: 5.0,
            symmetry: 0.15,
        }
    }
}

/// Images by repository, an asterisk at the end for the rest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImageName {
    /// Count like one of the catalogue.
    pub extra: Vec<String>,
    /// Are no finding.
    pub allow: Vec<String>,
    /// The only registries that images are usually from; none for no such rule.
    pub registries: Vec<String>,
}
