//! What users may tune, each under its own path.

use weir_intel::RangeSet;

/// All settings with their values in force.
#[derive(Debug)]
pub struct Settings {
    /// Own networks.
    pub networks: Networks,
    /// Tags of entities that relay by design, `key=value`.
    pub declared_roles: Vec<String>,
    /// How late a record may come, milliseconds.
    pub lateness: i64,
    /// AN0084.
    pub an0084: An0084,
}

/// `networks/…`.
#[derive(Debug, Default)]
pub struct Networks {
    /// `networks/own`: addresses that are inside beside the private ranges.
    pub own: RangeSet,
}

/// `an0084/…`.
#[derive(Clone, Debug)]
pub struct An0084 {
    /// Payload that a relay moves in an hour at least, bytes.
    pub relay_min_bytes: u64,
    /// Distinct origins an hour at least.
    pub relay_origins: u32,
    /// Rank correlation of push and pull at least.
    pub relay_correlation: f64,
    /// Hosts on one port that do not answer within a bucket.
    pub scan_hosts: u32,
    /// Ports of one host that do not answer within a bucket.
    pub scan_ports: u32,
    /// Share of tries that fail.
    pub scan_fail_ratio: f64,
    /// Packets a second of a flood.
    pub flood_packets: u64,
    /// Bits a second of a flood.
    pub flood_rate: u64,
    /// Answer bytes per byte sent at most.
    pub flood_reply_ratio: f64,
    /// Peers an hour of peer-to-peer traffic.
    pub torrent_peers: u32,
    /// Bytes an hour of an upload.
    pub upload_min_bytes: u64,
    /// Hours of an upload.
    pub upload_hours: u32,
    /// Own traffic with a listed address, bytes an hour.
    pub intel_min_bytes: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            networks: Networks::default(),
            declared_roles: ["relay", "proxy", "nat", "vpn", "turn", "lb", "bastion"]
                .iter()
                .map(|role| format!("role={role}"))
                .collect(),
            lateness: 20 * 60_000,
            an0084: An0084 {
                relay_min_bytes: 1_000_000,
                relay_origins: 16,
                relay_correlation: 0.6,
                scan_hosts: 25,
                scan_ports: 15,
                scan_fail_ratio: 0.5,
                flood_packets: 10_000,
                flood_rate: 100_000_000,
                flood_reply_ratio: 0.1,
                torrent_peers: 50,
                upload_min_bytes: 20_000_000,
                upload_hours: 6,
                intel_min_bytes: 2_000_000,
            },
        }
    }
}
